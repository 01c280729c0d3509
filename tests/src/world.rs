//! A company in one process: the real client engines and the real server core, a network that
//! fails in every way a network does, a clock and a randomness that a seed decides.

use client::vault::Key;
use client::{Engine, Profile, Transport, TransportError};
use domain::command::NewLead;
use domain::people::Post;
use domain::{Clock, Command, CommandId, DeviceId, DocId, Entropy, Env, LeadField, LeadId, Role, UserId};
use protocol::admin::ChangePost;
use protocol::auth::{Me, Secret, Session, SignedLease};
use protocol::pull::{PullBatch, Snapshot};
use protocol::push::{PushRequest, PushResponse};
use protocol::rows::OrgRow;
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;
use rand::{Rng, RngCore, SeedableRng};
use records::TextEdit;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use sync_server::store::proposals;
use sync_server::{Core, NewUser, SetOwner, SignedIn, Store};
use tempfile::TempDir;
use uuid::Uuid;

/// 2026-11-21 09:00 in Kolkata.
const START_MS: i64 = 1_795_231_800_000;
/// Of every profile in here.
const KEY: [u8; 32] = [7; 32];

/// A clock that only moves when told to.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Randomness out of a seed.
pub struct SeededEntropy(Mutex<SmallRng>);

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().expect("no panic while filling").fill_bytes(bytes);
    }
}

/// A fast private folder: in memory where the system has such a place.
///
/// # Panics
/// When no folder can be made.
#[must_use]
pub fn folder() -> TempDir {
    let shm = Path::new("/dev/shm");
    let made = if shm.is_dir() { tempfile::tempdir_in(shm) } else { tempfile::tempdir() };
    made.expect("a temporary folder")
}

/// One person at one computer.
pub struct Person {
    pub user: UserId,
    pub engine: Option<Engine>,
    pub transport: Arc<FaultyTransport>,
    profile: PathBuf,
    /// Commands that the engine acknowledged.
    pub acknowledged: Vec<(LeadId, CommandId)>,
    /// A note and its heads seen earlier, edited later.
    stale: Option<(LeadId, Uuid, Vec<records::ChangeHash>, String)>,
}

impl Person {
    /// # Panics
    /// While it is restarted.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        self.engine.as_ref().expect("the engine is open")
    }
}

/// The whole company.
pub struct World {
    pub seed: u64,
    pub rng: SmallRng,
    pub core: Arc<Core>,
    pub people: Vec<Person>,
    pub leads: Vec<LeadId>,
    clock: Arc<TestClock>,
    root: TempDir,
}

/// A transport straight into the server core, with faults while `faulty` is on.
pub struct FaultyTransport {
    core: Arc<Core>,
    user: UserId,
    device: DeviceId,
    rng: Mutex<SmallRng>,
    pub faulty: AtomicBool,
    pub cut: AtomicBool,
    /// Pushes still on their way although their sender gave up on them.
    late: Mutex<Vec<PushRequest>>,
}

impl FaultyTransport {
    fn roll(&self, chance: f64) -> bool {
        self.faulty.load(Ordering::Relaxed) && self.rng.lock().expect("rng").random_bool(chance)
    }

    /// As the server knows them at this moment.
    ///
    /// # Panics
    /// When the server does not know the person.
    #[must_use]
    pub fn who(&self) -> SignedIn {
        self.core.session_for(self.user, self.device).expect("a session")
    }

    fn broken() -> TransportError {
        TransportError::Broken("the test network".into())
    }

    /// Requests given up on arrive now.
    pub fn deliver_late(&self) {
        for request in std::mem::take(&mut *self.late.lock().expect("late")) {
            // Nobody waits for the answer any more.
            let _ = self.core.push(&self.who(), request);
        }
    }
}

impl Transport for FaultyTransport {
    fn push(&self, request: &PushRequest) -> Result<PushResponse, TransportError> {
        let lost = || Self::broken();
        if self.cut.load(Ordering::Relaxed) || self.roll(0.1) {
            return Err(lost());
        }
        if self.roll(0.1) {
            self.late.lock().expect("late").push(request.clone());
            return Err(lost());
        }
        let answer = self.core.push(&self.who(), request.clone()).map_err(|e| TransportError::Server(e.to_string()));
        if self.roll(0.1) {
            // The network delivered it twice.
            let again = self.core.push(&self.who(), request.clone());
            assert_eq!(answer.as_ref().ok(), again.as_ref().ok(), "a repeated push gets the same answer");
        }
        if self.roll(0.15) {
            return Err(lost());
        }
        if self.roll(0.1) {
            self.deliver_late();
        }
        answer
    }

    fn pull(&self, cursor: Option<&str>, take: &mut dyn FnMut(PullBatch) -> ControlFlow<()>) -> Result<(), TransportError> {
        let mut cursor = cursor.map(str::to_owned);
        loop {
            if self.cut.load(Ordering::Relaxed) || self.roll(0.1) {
                return Err(Self::broken());
            }
            let limit = self.rng.lock().expect("rng").random_range(1..12);
            let batch = self.core.pull(&self.who(), cursor.as_deref(), limit).map_err(|e| TransportError::Server(e.to_string()))?;
            cursor = Some(batch.cursor.clone());
            let done = batch.up_to_date;
            if self.roll(0.1) && take(batch.clone()).is_break() {
                return Ok(());
            }
            if take(batch).is_break() || done {
                return Ok(());
            }
        }
    }

    fn snapshot(&self, doc: DocId) -> Result<Snapshot, TransportError> {
        if self.cut.load(Ordering::Relaxed) || self.roll(0.1) {
            return Err(Self::broken());
        }
        self.core.snapshot(&self.who(), LeadId(doc.id)).map_err(|_| TransportError::NotFound)
    }
}

impl World {
    /// An Admin, a manager, a Team Lead and `agents` salespeople of two teams, each at a computer of
    /// their own; a few leads.
    ///
    /// # Panics
    /// When the company can't be set up.
    #[must_use]
    pub fn new(seed: u64, agents: usize) -> Self {
        let root = folder();
        let clock = Arc::new(TestClock(AtomicI64::new(START_MS)));
        let staff = staff(agents);
        let path = root.path().join("server.db");
        std::fs::write(&path, &staff.database).expect("a server database");
        let store = Store::sqlite(&path).expect("a server store");
        let core = Arc::new(Core::open(store, env(&clock, seed)).expect("a core"));
        let mut world = Self { seed, rng: SmallRng::seed_from_u64(seed), core, people: Vec::new(), leads: Vec::new(), clock, root };
        for (user, role) in &staff.people {
            world.seat(*user, *role);
        }
        for who in 0..world.people.len() {
            world.create_lead(who);
            world.sync(who).expect("a first sync");
        }
        world.assign_some();
        world.quiesce();
        world
    }

    fn seat(&mut self, user: UserId, role: Role) {
        let n = self.people.len() as u64;
        let profile = self.root.path().join(format!("profile{n}"));
        let env = env(&self.clock, self.seed ^ (n + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let engine = Engine::open(&Profile::at(&profile).expect("a profile"), &Key::from(KEY), env).expect("an engine");
        let device: DeviceId = engine.device().expect("a device");
        let who = self.core.session_for(user, device).expect("a session");
        let me =
            Me { org: self.core.org().id, user, name: format!("p{n}"), email: format!("p{n}@test.example"), role, team: who.actor().team };
        let session = Session {
            access: Secret("a".into()),
            access_for_s: 900,
            refresh: Secret("r".into()),
            me,
            server_ms: self.clock.now_ms(),
            lease: SignedLease::default(),
            lease_key: Vec::new(),
            recovery_key: Vec::new(),
            device_secret: None,
        };
        engine.signed_in("http://127.0.0.1:1", &session).expect("signed in");
        let transport = Arc::new(FaultyTransport {
            core: self.core.clone(),
            user,
            device,
            rng: Mutex::new(SmallRng::seed_from_u64(self.seed.rotate_left(17) ^ n)),
            faulty: AtomicBool::new(false),
            cut: AtomicBool::new(false),
            late: Mutex::default(),
        });
        self.people.push(Person { user, engine: Some(engine), transport, profile, acknowledged: Vec::new(), stale: None });
    }

    /// Time passes.
    pub fn tick(&mut self) {
        let by = self.rng.random_range(1..90_000);
        self.clock.0.fetch_add(by, Ordering::Relaxed);
    }

    /// One round of sync of one person.
    ///
    /// # Errors
    /// As [`Engine::sync`].
    pub fn sync(&mut self, who: usize) -> Result<(), client::ClientError> {
        let person = &self.people[who];
        person.engine().sync(person.transport.as_ref()).map(|_| ())
    }

    /// Ends the process of one computer and starts it again.
    ///
    /// # Panics
    /// When the profile does not open.
    pub fn restart(&mut self, who: usize) {
        let fresh = self.rng.next_u64();
        let env = env(&self.clock, fresh);
        let person = &mut self.people[who];
        person.engine = None;
        person.engine =
            Some(Engine::open(&Profile::at(&person.profile).expect("a profile"), &Key::from(KEY), env).expect("it opens again"));
    }

    /// One thing that happens.
    pub fn step(&mut self) {
        self.tick();
        let who = self.rng.random_range(0..self.people.len());
        match self.rng.random_range(0..100) {
            0..45 => self.edit(who),
            45..49 => self.create_lead(who),
            49..74 => {
                // Fails now and then; that is the point.
                let _ = self.sync(who);
            }
            74..79 => {
                let cut = self.rng.random_bool(0.5);
                self.people[who].transport.cut.store(cut, Ordering::Relaxed);
            }
            79..82 => self.people[who].transport.deliver_late(),
            82..84 => self.restart(who),
            84..87 => self.post_somebody(),
            87..89 => self.delete_or_restore(),
            89..94 => self.settle_a_proposal(),
            _ => self.assign_some(),
        }
    }

    /// The Admin gives a lead to somebody, or to nobody.
    fn assign_some(&mut self) {
        let Some(lead) = self.leads.choose(&mut self.rng).copied() else { return };
        let staff: Vec<UserId> = self.people[2..].iter().map(|p| p.user).collect();
        let owner = if self.rng.random_bool(0.1) { None } else { staff.choose(&mut self.rng).copied() };
        let who = self.people[0].transport.who();
        let Ok(snapshot) = self.core.snapshot(&who, lead) else { return };
        let set = SetOwner { expected_owner: snapshot.summary.owner, owner };
        match self.core.set_owner(&who, lead, set) {
            // Converted and deleted leads stay where they are.
            Ok(_) | Err(sync_server::Error::Refused(_)) => {}
            Err(e) => panic!("seed {}: {e}", self.seed),
        }
    }

    /// The Admin moves somebody to another role or team.
    fn post_somebody(&mut self) {
        let who = self.people[0].transport.who();
        let user = self.rng.random_range(2..self.people.len());
        let user = self.people[user].user;
        let people = self.core.people(&who).expect("the Admin lists people");
        let teams: Vec<_> = self.core.teams(&who).expect("the Admin lists teams").into_iter().map(|team| team.id).collect();
        let Some(person) = people.into_iter().find(|p| p.id == user) else { return };
        let expected = Post { role: person.role, team: person.team, disabled: false };
        let role = *[Role::Salesperson, Role::TeamLead, Role::Manager].choose(&mut self.rng).expect("a role");
        let post = Post { role, team: teams.choose(&mut self.rng).copied(), disabled: false };
        self.core.change_post(&who, user, &ChangePost { expected, post }).expect("the Admin may");
    }

    /// The Admin deletes a lead, or restores a deleted one.
    fn delete_or_restore(&mut self) {
        let engine = self.people[0].engine();
        let here: Vec<_> = self.leads.iter().filter_map(|lead| Some((*lead, engine.record(*lead).ok()?.0))).collect();
        let Some((lead, record)) = here.choose(&mut self.rng) else { return };
        let command = match &record.deleted {
            Some(deleted) => Command::RestoreLead { deletions: deleted.deletions.clone(), reason: "Wrong".into() },
            None => Command::DeleteLead { reason: "Duplicate".into() },
        };
        if let Ok(command) = engine.execute(*lead, command) {
            self.people[0].acknowledged.push((*lead, command));
        }
    }

    /// Somebody takes or drops an old owner's edit, where they may.
    fn settle_a_proposal(&mut self) {
        let org = self.core.org().id;
        let open = self.core.store().read(|tx| proposals::all_open(tx, org)).expect("readable");
        let Some(proposal) = open.choose(&mut self.rng) else { return };
        let who = self.people.choose(&mut self.rng).expect("somebody").transport.who();
        // Not everybody may, and not every edit still fits: that is an answer too.
        let _ =
            if self.rng.random_bool(0.5) { self.core.take_proposal(&who, proposal.id) } else { self.core.drop_proposal(&who, proposal.id) };
    }

    fn create_lead(&mut self, who: usize) {
        let phone = format!("+9198{:08}", self.rng.random_range(10_000_000..99_999_999));
        let new =
            NewLead {
                name: format!("लीड {}", self.leads.len()), phone, note: Some("Prefers evenings.".into()), ..NewLead::default()
            };
        let created = self.people[who].engine().create_lead(new);
        if let Ok(lead) = created {
            self.leads.push(lead);
            self.people[who].acknowledged.push((lead, CommandId(lead.0)));
        }
    }

    fn edit(&mut self, who: usize) {
        let mine: Vec<LeadId> = {
            let engine = self.people[who].engine();
            self.leads.iter().copied().filter(|l| engine.record(*l).is_ok()).collect()
        };
        let Some(lead) = mine.choose(&mut self.rng).copied() else { return };
        let done = if self.rng.random_bool(0.25) { self.edit_note(who, lead) } else { self.command(who, lead) };
        if let Some(command) = done {
            self.people[who].acknowledged.push((lead, command));
        }
    }

    /// Types into a note, sometimes against what the screen showed a while ago.
    fn edit_note(&mut self, who: usize, lead: LeadId) -> Option<CommandId> {
        let stale = self.people[who].stale.take().filter(|_| self.rng.random_bool(0.5));
        let engine = self.people[who].engine.as_ref()?;
        let (lead, note, heads, text) = match stale {
            Some(stale) => stale,
            None => {
                let (record, stored) = engine.record(lead).ok()?;
                let note = record.notes.choose(&mut self.rng)?;
                (lead, note.id, stored.doc.heads(), note.text.clone())
            }
        };
        let length = text.chars().count();
        let at = self.rng.random_range(0..=length);
        let delete = self.rng.random_range(0..=(length - at).min(4));
        let insert = format!("<{}>", self.rng.random_range(0..1000));
        let done = engine.edit_note(lead, note, &heads, &[TextEdit { at, delete, insert }]).ok();
        self.people[who].stale = Some((lead, note, heads, text));
        done
    }

    fn command(&mut self, who: usize, lead: LeadId) -> Option<CommandId> {
        let engine = self.people[who].engine.as_ref()?;
        let (record, _) = engine.record(lead).ok()?;
        let rng = &mut self.rng;
        let follow_up = record.follow_ups.choose(rng).map(|f| f.id);
        let due_at = START_MS + rng.random_range(0..9_000_000);
        let (zone, local) = ("Asia/Kolkata".to_owned(), "2026-11-22T11:00".to_owned());
        let command = match rng.random_range(0..12) {
            0 | 1 => {
                Command::SetField { field: LeadField::Phone, value: Some(format!("+9198{:08}", rng.random_range(10_000_000..99_999_999))) }
            }
            2 => Command::SetField { field: LeadField::Email, value: Some(format!("x{}@example.com", rng.random_range(0..9))) },
            3 => Command::SetField { field: LeadField::Name, value: Some(format!("नाम {}", rng.random_range(0..99))) },
            4 | 5 => {
                let to = *domain::lifecycle::next(record.status).choose(rng)?;
                Command::ChangeStatus { from: record.status, to, reason: Some("Financial".into()) }
            }
            6 => Command::SetInterest { level: rng.random_range(1..=5) },
            7 => Command::ScheduleFollowUp { due_at, zone, local, note: "call".into() },
            8 => Command::MoveFollowUp { follow_up: follow_up?, due_at, zone, local },
            9 => Command::CompleteFollowUp { follow_up: follow_up?, outcome: "Call made".into() },
            10 => Command::CancelFollowUp { follow_up: follow_up? },
            _ => Command::AddTag { tag: ["hot", "vip"][rng.random_range(0..2)].into() },
        };
        engine.execute(lead, command).ok()
    }

    /// The network heals; everyone syncs until nothing moves.
    ///
    /// # Panics
    /// When somebody can't sync.
    pub fn quiesce(&mut self) {
        for person in &self.people {
            person.transport.faulty.store(false, Ordering::Relaxed);
            person.transport.cut.store(false, Ordering::Relaxed);
            person.transport.deliver_late();
        }
        for _ in 0..3 {
            for who in 0..self.people.len() {
                let seed = self.seed;
                self.sync(who).unwrap_or_else(|e| panic!("seed {seed}: person {who} can't sync: {e}"));
            }
        }
    }

    /// Turns the faults on.
    pub fn unleash(&mut self) {
        for person in &self.people {
            person.transport.faulty.store(true, Ordering::Relaxed);
        }
    }

    /// What the server holds of a lead.
    #[must_use]
    pub fn server(&self, lead: LeadId) -> Option<Snapshot> {
        self.core.snapshot(&self.people[0].transport.who(), lead).ok()
    }

    /// Whether the server lets this person see the lead.
    ///
    /// # Panics
    /// When the database fails.
    #[must_use]
    pub fn sees(&self, who: usize, lead: LeadId) -> bool {
        self.core.sees(&self.people[who].transport.who(), lead).expect("the server answers")
    }
}

/// A server database with an organisation and its people, made once per process: hashing their
/// passwords takes longer than a whole run.
struct Staff {
    database: Vec<u8>,
    people: Vec<(UserId, Role)>,
}

fn staff(agents: usize) -> Arc<Staff> {
    static MADE: Mutex<BTreeMap<usize, Arc<Staff>>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().expect("no panic while making");
    made.entry(agents).or_insert_with(|| Arc::new(make_staff(agents))).clone()
}

fn make_staff(agents: usize) -> Staff {
    let root = folder();
    let path = root.path().join("server.db");
    let clock = Arc::new(TestClock(AtomicI64::new(START_MS)));
    let env = env(&clock, agents as u64);
    let store = Store::sqlite(&path).expect("a server store");
    let org = OrgRow {
        id: domain::OrgId(env.new_id()),
        name: "Test".into(),
        zone: "Asia/Kolkata".into(),
        country: "IN".into(),
        phone_prefix: "+91".into(),
        currency: "INR".into(),
    };
    let user = |email: String, role, team: Option<&str>| NewUser {
        name: email.split('@').next().unwrap_or("x").to_owned(),
        email,
        role,
        team: team.map(str::to_owned),
        password: Some(Secret("correct horse battery 7".into())),
    };
    let boss =
        sync_server::people::init(&store, &env, &org, &user("boss@test.example".into(), Role::Admin, None)).expect("an organisation");
    let core = Core::open(store, env).expect("a core");
    let mut people = vec![(boss, Role::Admin)];
    for (name, role, team) in [("manager", Role::Manager, None), ("lead", Role::TeamLead, Some("North"))] {
        people.push((core.add_user(&user(format!("{name}@test.example"), role, team)).expect("a user"), role));
    }
    for n in 0..agents {
        let team = Some(["North", "South"][n % 2]);
        let agent = core.add_user(&user(format!("agent{n}@test.example"), Role::Salesperson, team)).expect("an agent");
        people.push((agent, Role::Salesperson));
    }
    let copy = root.path().join("copy.db");
    core.store().backup(&copy).expect("a copy");
    Staff { database: std::fs::read(&copy).expect("the copy"), people }
}

fn env(clock: &Arc<TestClock>, seed: u64) -> Env {
    Env { clock: clock.clone(), entropy: Arc::new(SeededEntropy(Mutex::new(SmallRng::seed_from_u64(seed)))) }
}
