//! One agent's computer, the same at every run: what a hostile server answers. A real profile, engine
//! and desk. Copied from a template; whoever changed a copy leaves it.

use super::office::{Office, template};
use super::pen::{NOW_MS, env};
use crate::folder::folder;
use bridge::attention::AttentionList;
use bridge::lead::{LeadCountsGet, LeadDeletedList, LeadFilter, LeadGet, LeadList, LeadTimeline};
use bridge::session::SessionGet;
use bridge::sync::SyncGet;
use client::desk::Desk;
use client::vault::Key;
use client::{Engine, Profile, Transport, TransportError};
use domain::{Command, DocId, LeadField};
use protocol::auth::{Me, Secret, Session, SignedLease};
use protocol::frame;
use protocol::pull::{PullBatch, Snapshot};
use protocol::push::{Outcome, PushRequest, PushResponse, PushResult};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use sync_server::SignedIn;
use tempfile::TempDir;

/// Opens a database without encryption: the cipher is not what is tried.
const KEY: [u8; 32] = [0; 32];
/// Calls that a hostile server answers before it is out of reach.
const CALLS: u32 = 12;
/// Leads whose screens are opened afterwards.
const SCREENS: usize = 4;

/// Databases of a profile.
pub struct Profiles {
    /// In sync with the office.
    synced: Vec<u8>,
    /// With edits that are not sent yet.
    pending: Vec<u8>,
}

/// What the copy begins with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    Synced,
    Pending,
}

pub struct Laptop {
    pub desk: Arc<Desk>,
    _folder: TempDir,
}

impl Laptop {
    pub fn new(begin: Begin) -> Self {
        let profiles = profiles();
        let folder = folder();
        let database = if begin == Begin::Synced { &profiles.synced } else { &profiles.pending };
        std::fs::write(folder.path().join("leadline.db"), database).expect("a database");
        let profile = Profile::at(folder.path()).expect("a profile");
        let desk = Desk::open(&profile, &Key::from(KEY), env(21)).expect("a desk");
        Self { desk: Arc::new(desk), _folder: folder }
    }

    /// Syncs with a server that says what it likes, and opens every screen.
    pub fn hears(&self, says: Says) {
        // Whatever comes is an answer or an error.
        let _ = self.desk.engine().sync(&Hostile { engine: self.desk.engine().clone(), says, calls: AtomicU32::new(0) });
        self.shows_everything();
    }

    fn shows_everything(&self) {
        let _ = (self.desk.ask(SessionGet {}), self.desk.ask(SyncGet {}), self.desk.ask(AttentionList {}));
        let _ = (self.desk.ask(LeadCountsGet {}), self.desk.ask(LeadDeletedList {}), self.desk.support());
        let mut leads = vec![template().lead];
        if let Ok(page) = self.desk.ask(LeadList { filter: LeadFilter::default(), offset: 0, limit: 50 }) {
            leads.extend(page.rows.iter().map(|row| row.id).take(SCREENS));
        }
        for lead in leads {
            let _ = (self.desk.ask(LeadGet { lead }), self.desk.ask(LeadTimeline { lead }));
            let _ = self.desk.engine().execute(lead, Command::AddNote { text: "typed afterwards".into() });
        }
    }

    /// With the honest server again, at the next edit from there the lead is as it was: what is wrong with it
    /// is fetched anew.
    pub fn heals(&self, office: &Office) {
        office.goes_on();
        let engine = self.desk.engine();
        let transport = Honest::of(office, engine);
        engine.sync(&transport).expect("the honest server is heard");
        let (record, stored) = engine.record(template().lead).expect("the lead is here and readable");
        assert_eq!(record.id, template().lead);
        let there = office.core().snapshot(&transport.who, template().lead).expect("asha's lead");
        let there = records::Doc::load(&there.blob).expect("a document");
        assert!(there.hashes().iter().all(|hash| stored.doc.has(hash)), "all that the server has is here");
    }
}

/// What a hostile server says.
#[derive(Default)]
pub struct Says {
    /// The body of an answer to a push; `None`: all applied.
    pub push: Option<Vec<u8>>,
    /// The frames of a pull.
    pub pull: Vec<u8>,
    /// The body of a single record.
    pub snapshot: Vec<u8>,
    /// The person types while the answer is on its way.
    pub typing: bool,
}

struct Hostile {
    engine: Arc<Engine>,
    says: Says,
    calls: AtomicU32,
}

impl Hostile {
    fn call(&self) -> Result<u32, TransportError> {
        match self.calls.fetch_add(1, Ordering::Relaxed) {
            call if call < CALLS => Ok(call),
            _ => Err(TransportError::Broken("enough".into())),
        }
    }
}

impl Transport for Hostile {
    fn push(&self, request: &PushRequest) -> Result<PushResponse, TransportError> {
        self.call()?;
        match &self.says.push {
            // As `HttpTransport` reads it.
            Some(bytes) => protocol::packed::read(bytes).map_err(|e| TransportError::Server(e.to_string())),
            None => {
                let applied =
                    |item: &protocol::push::PushItem| PushResult { command: item.envelope.id, outcome: Outcome::Applied { seq: 99 } };
                Ok(PushResponse { results: request.items.iter().map(applied).collect() })
            }
        }
    }

    fn pull(&self, _: Option<&str>, take: &mut dyn FnMut(PullBatch) -> ControlFlow<()>) -> Result<(), TransportError> {
        let call = self.call()?;
        if self.says.typing && call == 0 {
            let _ = self.engine.execute(template().lead, Command::AddNote { text: "typed meanwhile".into() });
        }
        let mut body = self.says.pull.as_slice();
        loop {
            match frame::read(&mut body) {
                Ok(Some(batch)) => match take(batch) {
                    ControlFlow::Continue(()) => {}
                    ControlFlow::Break(()) => return Ok(()),
                },
                Ok(None) => return Ok(()),
                Err(e) => return Err(TransportError::Broken(e.to_string())),
            }
        }
    }

    fn snapshot(&self, _: DocId) -> Result<Snapshot, TransportError> {
        self.call()?;
        protocol::packed::read(&self.says.snapshot).map_err(|e| TransportError::Server(e.to_string()))
    }
}

/// Straight into the office's core.
pub struct Honest<'a> {
    office: &'a Office,
    pub who: SignedIn,
}

impl<'a> Honest<'a> {
    pub fn of(office: &'a Office, engine: &Engine) -> Self {
        let device = engine.device().expect("a device");
        Self { office, who: office.core().session_for(template().asha, device).expect("a session") }
    }
}

impl Transport for Honest<'_> {
    fn push(&self, request: &PushRequest) -> Result<PushResponse, TransportError> {
        self.office.core().push(&self.who, request.clone()).map_err(|e| TransportError::Server(e.to_string()))
    }

    fn pull(&self, cursor: Option<&str>, take: &mut dyn FnMut(PullBatch) -> ControlFlow<()>) -> Result<(), TransportError> {
        let mut cursor = cursor.map(str::to_owned);
        loop {
            let batch = self.office.core().pull(&self.who, cursor.as_deref(), 50).map_err(|e| TransportError::Server(e.to_string()))?;
            cursor = Some(batch.cursor.clone());
            let done = batch.up_to_date;
            if take(batch).is_break() || done {
                return Ok(());
            }
        }
    }

    fn snapshot(&self, doc: DocId) -> Result<Snapshot, TransportError> {
        self.office.core().document(&self.who, doc).map_err(|_| TransportError::NotFound)
    }
}

/// The edits that are not sent yet.
pub fn unsent() -> Vec<Command> {
    vec![
        Command::AddNote { text: "typed in the train".into() },
        Command::SetField { field: LeadField::Name, value: Some("Priya S.".into()) },
        Command::AddTag { tag: "train".into() },
    ]
}

fn profiles() -> &'static Profiles {
    static MADE: OnceLock<Profiles> = OnceLock::new();
    MADE.get_or_init(|| super::office::with(make))
}

fn make(office: &Office) -> Profiles {
    let folder = folder();
    let engine = open(folder.path());
    let me = Me { ..template().session.me.clone() };
    let session = Session {
        access: Secret("a".into()),
        refresh: Secret("r".into()),
        me,
        server_ms: NOW_MS,
        lease: SignedLease::default(),
        lease_key: Vec::new(),
        device_secret: None,
        ..template().session.clone()
    };
    engine.signed_in("http://127.0.0.1:1", &session).expect("signed in");
    office.touch();
    engine.sync(&Honest::of(office, &engine)).expect("a first sync");
    drop(engine);
    let synced = database(folder.path());
    let engine = open(folder.path());
    for command in unsent() {
        engine.execute(template().lead, command).expect("an honest edit");
    }
    drop(engine);
    Profiles { synced, pending: database(folder.path()) }
}

fn open(dir: &Path) -> Engine {
    Engine::open(&Profile::at(dir).expect("a profile"), &Key::from(KEY), env(20)).expect("an engine")
}

/// The whole database, its log folded in.
fn database(dir: &Path) -> Vec<u8> {
    let path = dir.join("leadline.db");
    let connection = rusqlite::Connection::open(&path).expect("the profile's database");
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("folded");
    drop(connection);
    std::fs::read(path).expect("the database")
}
