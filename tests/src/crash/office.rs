//! A company in this process, for disks that fail: the real engine, the real server core, and no
//! network between them. Who opens and closes them is the test.

use anyhow::{Context, Result};
use client::vault::Key;
use client::{Engine, Profile, Transport, TransportError, system_env};
use domain::{DocId, OrgId, Role, UserId};
use protocol::auth::{Me, Secret, Session, SignedLease};
use protocol::pull::{PullBatch, Snapshot};
use protocol::push::{PushRequest, PushResponse};
use protocol::rows::OrgRow;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use sync_server::{Core, NewUser, SignedIn, Store};

/// Of every profile in here.
pub const KEY: [u8; 32] = [0x2a; 32];
/// SQLite's and SQLCipher's pages, bytes.
const PAGE: usize = 4096;
/// Entries in a batch: few, so that there are several.
const BATCH: usize = 7;

/// The database of a company with one agent, whose password nobody hashes twice, and the agent.
fn founded() -> &'static (Vec<u8>, UserId) {
    static FOUNDED: OnceLock<(Vec<u8>, UserId)> = OnceLock::new();
    FOUNDED.get_or_init(|| {
        let folder = crate::folder::folder();
        let env = system_env();
        let store = Store::sqlite(&folder.path().join("made.db")).expect("a store");
        let org = OrgRow {
            id: OrgId(env.new_id()),
            name: "Test".into(),
            zone: "Asia/Kolkata".into(),
            country: "IN".into(),
            phone_prefix: "+91".into(),
            currency: "INR".into(),
        };
        let person = |name: &str, role| NewUser {
            name: name.into(),
            email: format!("{name}@test.example"),
            role,
            team: None,
            password: Some(Secret("correct horse battery 7".into())),
        };
        sync_server::people::init(&store, &env, &org, &person("boss", Role::Admin)).expect("an organisation");
        let core = Core::open(store, env).expect("a core");
        let agent = core.add_user(&person("agent", Role::Salesperson)).expect("an agent");
        let copy = folder.path().join("copy.db");
        core.store().backup(&copy).expect("a copy");
        (std::fs::read(copy).expect("the copy"), agent)
    })
}

/// Writes the database of a new company to `path`.
///
/// # Errors
/// The disk's.
pub fn found(path: &Path) -> Result<()> {
    Ok(std::fs::write(path, &founded().0)?)
}

/// A server that may be gone, and the road to it.
#[derive(Clone, Default)]
pub struct Road(Arc<Mutex<Option<Arc<Core>>>>);

impl Road {
    /// The server serves, or is gone.
    pub fn lead_to(&self, core: Option<Arc<Core>>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = core;
    }

    /// # Errors
    /// While the server is gone.
    pub fn core(&self) -> Result<Arc<Core>, TransportError> {
        let gone = || TransportError::Broken("the server is gone".into());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or_else(gone)
    }
}

/// The agent's way, by one of their computers.
pub struct Way {
    road: Road,
    device: domain::DeviceId,
}

impl Way {
    /// # Errors
    /// What the profile says.
    pub fn of(engine: &Engine, road: &Road) -> Result<Self> {
        Ok(Self { road: road.clone(), device: engine.device()? })
    }

    fn who(&self) -> Result<(Arc<Core>, SignedIn), TransportError> {
        let core = self.road.core()?;
        let who = core.session_for(founded().1, self.device).map_err(|e| TransportError::Server(e.to_string()))?;
        Ok((core, who))
    }
}

impl Transport for Way {
    fn push(&self, request: &PushRequest) -> Result<PushResponse, TransportError> {
        let (core, who) = self.who()?;
        core.push(&who, request.clone()).map_err(|e| TransportError::Server(e.to_string()))
    }

    fn pull(&self, cursor: Option<&str>, take: &mut dyn FnMut(PullBatch) -> ControlFlow<()>) -> Result<(), TransportError> {
        let (core, who) = self.who()?;
        let mut cursor = cursor.map(str::to_owned);
        loop {
            let batch = core.pull(&who, cursor.as_deref(), BATCH).map_err(|e| TransportError::Server(e.to_string()))?;
            cursor = Some(batch.cursor.clone());
            let done = batch.up_to_date;
            if take(batch).is_break() || done {
                return Ok(());
            }
        }
    }

    fn snapshot(&self, doc: DocId) -> Result<Snapshot, TransportError> {
        let (core, who) = self.who()?;
        core.document(&who, doc).map_err(|_| TransportError::NotFound)
    }
}

/// Opens the agent's profile in `folder`; signed in from the first time on.
///
/// # Errors
/// What the profile says.
pub fn open(folder: &Path) -> Result<Engine, client::ClientError> {
    let engine = Engine::open(&Profile::at(folder)?, &Key::from(KEY), system_env())?;
    if engine.session()?.is_none() {
        engine.signed_in("http://127.0.0.1:1", &session())?;
    }
    Ok(engine)
}

fn session() -> Session {
    let me = Me {
        org: OrgId(uuid::Uuid::from_u128(1)),
        user: founded().1,
        name: "Agent".into(),
        email: "agent@test.example".into(),
        role: Role::Salesperson,
        team: None,
    };
    Session {
        access: Secret("a".into()),
        access_for_s: 900,
        refresh: Secret("r".into()),
        me,
        server_ms: 0,
        lease: SignedLease::default(),
        lease_key: Vec::new(),
        recovery_key: Vec::new(),
        device_secret: None,
    }
}

/// The pages of a closed database that hold a table's rows, or an index's entries.
///
/// # Errors
/// What the profile says.
pub fn pages_of(engine: &Engine, name: &str) -> Result<Vec<u32>> {
    let pages = engine.store().read(|c| {
        let mut pages = c.prepare("SELECT pageno FROM dbstat WHERE name = ?1 AND pagetype = 'leaf' ORDER BY pageno")?;
        let found = pages.query_map([name], |r| r.get::<_, u32>(0))?;
        Ok(found.collect::<Result<Vec<_>, _>>()?)
    })?;
    (!pages.is_empty()).then_some(pages).with_context(|| format!("{name} has no pages"))
}

/// Flips bytes in the middle of these pages, counted from 1, of a database file.
///
/// # Errors
/// The disk's.
pub fn flip(database: &Path, pages: &[u32]) -> Result<()> {
    let mut bytes = std::fs::read(database)?;
    for page in pages {
        let middle = (*page as usize - 1) * PAGE + PAGE / 2;
        bytes.get_mut(middle..middle + 16).context("there is such a page")?.iter_mut().for_each(|byte| *byte ^= 0xa5);
    }
    Ok(std::fs::write(database, bytes)?)
}
