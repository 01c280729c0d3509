//! A company in one process: the real client engines, each at a desk of its own, and the real server,
//! on real databases in a private folder.

use super::chance::{self, OwnClock, TrueClock};
use super::network::{Place, Road};
use super::tally::{Happening, Oracle, Tally};
use super::{Plan, ack::Acknowledged, oracles};
use crate::folder::folder;
use client::desk::Desk;
use client::store::documents;
use client::vault::Key;
use client::{ClientError, Engine, Profile, Standing, TransportError};
use domain::{CommandId, DeviceId, LeadId, Role, UserId};
use protocol::auth::{Secret, Session};
use protocol::rows::OrgRow;
use rand::RngCore;
use rand::rngs::SmallRng;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use sync_server::config::{Config, File};
use sync_server::live::Socket;
use sync_server::sight::Sight;
use sync_server::{Core, Error, NewUser, Store, files};
use tempfile::TempDir;
use uuid::Uuid;

/// Of every profile in here.
const KEY: [u8; 32] = [7; 32];
/// Rounds of everybody after which nothing may move any more.
const QUIET_ROUNDS: usize = 4;

/// One person at one computer; a second computer of the same person is another of these.
pub struct Person {
    pub user: UserId,
    pub device: DeviceId,
    pub road: Arc<Road>,
    pub clock: Arc<OwnClock>,
    /// What it said was saved.
    pub acknowledged: Acknowledged,
    /// Refused commands about which the person decided.
    pub decided: HashSet<CommandId>,
    /// A note and its heads seen earlier, edited later.
    pub stale: Option<(LeadId, Uuid, Vec<records::ChangeHash>, String)>,
    pub socket: Option<Socket>,
    /// The server cut this person or computer off, and the copy is closed.
    pub cut_off: bool,
    profile: PathBuf,
    desk: Option<Desk>,
}

impl Person {
    /// # Panics
    /// While it is restarted.
    #[must_use]
    pub fn desk(&self) -> &Desk {
        self.desk.as_ref().expect("the desk is open")
    }

    #[must_use]
    pub fn engine(&self) -> &Arc<Engine> {
        self.desk().engine()
    }

    /// Whether the offline lease lets this person work.
    #[must_use]
    pub fn may_work(&self) -> bool {
        !self.cut_off && matches!(self.engine().lease_standing(), Ok(Standing::Good))
    }
}

/// The whole company.
pub struct Company {
    pub seed: u64,
    /// Of the running step.
    pub rng: SmallRng,
    pub people: Vec<Person>,
    pub leads: Vec<LeadId>,
    pub truth: Arc<TrueClock>,
    pub tally: Arc<Tally>,
    /// The newest backup, if one was made.
    pub backup: Option<PathBuf>,
    /// A backup was put back: what the server decided since may be gone.
    pub restored: bool,
    /// When that happened last, which devices held each command that the server had accepted: if all of
    /// these are shut out before they come back, there is nobody to bring it back.
    pub holders: HashMap<CommandId, Vec<usize>>,
    /// Proposals and what lay in quarantine when a backup was put back: rows of the server's that are newer
    /// than it are lost, and no device has them.
    pub rows_lost: HashSet<CommandId>,
    server: Arc<Place>,
    root: TempDir,
}

impl Company {
    /// An Admin, a manager, a Team Lead, an Analyst and salespeople of two teams, each at a computer of
    /// their own but for one who has two; a few leads.
    ///
    /// # Panics
    /// When the company can't be set up.
    #[must_use]
    pub fn new(plan: &Plan, tally: Arc<Tally>) -> Self {
        let root = folder();
        let truth = TrueClock::new();
        let agents = plan.clients.saturating_sub(5).max(1);
        let staff = staff(agents);
        std::fs::create_dir(root.path().join("server")).expect("a data folder");
        std::fs::write(files::database(&root.path().join("server")), &staff.database).expect("a server database");
        let mut company = Self {
            seed: plan.seed,
            rng: chance::of(plan.seed, 0),
            people: Vec::new(),
            leads: Vec::new(),
            truth,
            tally,
            backup: None,
            restored: false,
            holders: HashMap::new(),
            rows_lost: HashSet::new(),
            server: Arc::default(),
            root,
        };
        company.start_server();
        for user in staff.people.iter().chain(staff.people.last()) {
            company.seat(*user);
        }
        for who in 0..company.people.len() {
            company.create_lead(who);
            // What does not arrive now does in a moment.
            let _ = company.sync(who);
        }
        company.quiesce();
        company
    }

    /// # Panics
    /// While no server runs.
    #[must_use]
    pub fn core(&self) -> Arc<Core> {
        self.server.core()
    }

    /// Where the server stands, for what happens while a round runs.
    #[must_use]
    pub fn place(&self) -> Arc<Place> {
        self.server.clone()
    }

    /// The end of the audit chain.
    ///
    /// # Panics
    /// When the database fails.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let (core, org) = (self.core(), self.core().org().id);
        core.store().read(|tx| sync_server::store::orgs::head(tx, org)).expect("readable").chain
    }

    fn seat(&mut self, user: UserId) {
        let n = self.people.len() as u64;
        let profile = self.root.path().join(format!("profile{n}"));
        let clock = OwnClock::new(self.truth.clone());
        let env = chance::env(clock.clone(), chance::mix(self.seed, n));
        let desk = Desk::open(&Profile::at(&profile).expect("a profile"), &Key::from(KEY), env).expect("a desk");
        let device = desk.engine().device().expect("a device");
        let road = Arc::new(Road::new(user, device, self.server.clone(), self.tally.clone()));
        road.faults.reprojects.store(n % 3 == 2, std::sync::atomic::Ordering::Relaxed);
        self.people.push(Person {
            user,
            device,
            road,
            clock,
            acknowledged: Acknowledged::default(),
            decided: HashSet::new(),
            stale: None,
            socket: None,
            cut_off: false,
            profile,
            desk: Some(desk),
        });
        self.sign_in(self.people.len() - 1).expect("a first sign-in");
        self.listen(self.people.len() - 1);
    }

    /// Signs a person in where they sit.
    ///
    /// # Errors
    /// As the server says: a person who is disabled, a device that is revoked.
    pub fn sign_in(&self, who: usize) -> Result<(), Error> {
        let person = &self.people[who];
        let session: Session = self.core().sign_in_unchecked(person.user, person.device)?;
        person.engine().signed_in("http://127.0.0.1:1", &session).expect("the copy takes its own person's session");
        person.road.keep(&session);
        Ok(())
    }

    /// Opens a person's live socket.
    pub fn listen(&mut self, who: usize) {
        let Ok((core, signed_in)) = self.people[who].road.who() else { return };
        let socket = core.hub().join(self.people[who].user, Sight::of(signed_in.actor()));
        self.people[who].socket = Some(socket);
    }

    /// One round of sync of one person, and whatever it takes to have one.
    pub fn sync(&mut self, who: usize) -> Result<(), TransportError> {
        self.tally.saw(Happening::Round);
        let person = &self.people[who];
        let _ = person.engine().note_clock();
        let failed = match person.engine().sync(person.road.as_ref()) {
            Err(ClientError::Transport(failed)) => failed,
            Err(error) => {
                self.tally.find(Oracle::Crash, format!("person {who} can't sync: {error}"));
                return Ok(());
            }
            Ok(_) => return Ok(()),
        };
        match failed {
            TransportError::SignInNeeded => self.sign_in_again(who),
            TransportError::CutOff { .. } => self.note_cut_off(who),
            TransportError::UpdateNeeded => self.outdated_has_sent(who),
            _ => {}
        }
        Err(failed)
    }

    fn sign_in_again(&mut self, who: usize) {
        self.tally.saw(Happening::SignedIn);
        match self.sign_in(who) {
            Ok(()) => {}
            // The round before has put what was typed into quarantine.
            Err(Error::UserDisabled | Error::DeviceRevoked) => self.note_cut_off(who),
            Err(error) => self.tally.find(Oracle::Crash, format!("person {who} can't sign in: {error}")),
        }
    }

    /// The copy is closed once all that was typed is in quarantine.
    pub(super) fn note_cut_off(&mut self, who: usize) {
        let left = self.people[who].engine().store().read(|c| Ok(client::store::outbox::size(c)?.0));
        self.people[who].cut_off = left.is_ok_and(|left| left == 0);
    }

    /// An app that is too old reads no more, and sends what it has.
    fn outdated_has_sent(&mut self, who: usize) {
        let left = self.people[who].engine().store().read(|c| Ok(client::store::outbox::size(c)?.0)).unwrap_or(u32::MAX);
        if left > 0 {
            self.tally.find(Oracle::Unsettled, format!("person {who}, whose app is too old, keeps {left} edits that it could send"));
        }
    }

    /// Ends the process of one computer and starts it again.
    ///
    /// # Panics
    /// When the profile does not open.
    pub fn restart(&mut self, who: usize) {
        let fresh = self.rng.next_u64();
        let person = &mut self.people[who];
        // It may hold on to the engine.
        person.road.forget_meanwhile();
        person.desk = None;
        let env = chance::env(person.clock.clone(), fresh);
        let profile = Profile::at(&person.profile).expect("a profile");
        person.desk = Some(Desk::open(&profile, &Key::from(KEY), env).expect("it opens again"));
    }

    fn config(&self) -> Config {
        Config { data: self.root.path().join("server"), database_url: None, log: "off".into(), file: File::default() }
    }

    fn start_server(&mut self) {
        let env = chance::env(self.truth.clone(), self.rng.next_u64());
        let store = Store::sqlite(&files::database(&self.config().data)).expect("a server store");
        self.server.put(Some(Arc::new(Core::open(store, env).expect("a core"))));
    }

    fn stop_server(&mut self) {
        for person in &mut self.people {
            person.socket = None;
            person.road.forget_meanwhile();
        }
        self.core().close();
        self.server.put(None);
    }

    /// Ends the server's process and starts it again; every socket is gone.
    pub fn restart_server(&mut self) {
        self.tally.saw(Happening::ServerDied);
        self.stop_server();
        self.start_server();
    }

    /// Copies the server's database.
    ///
    /// # Panics
    /// When it can't be copied.
    pub fn back_up(&mut self) {
        self.tally.saw(Happening::BackedUp);
        let to = self.root.path().join("backup.db");
        if self.backup.take().is_some() {
            std::fs::remove_file(&to).expect("the older backup goes");
        }
        files::backup(&self.config(), self.core().env(), &to).expect("a backup");
        self.backup = Some(to);
    }

    /// Puts the newest backup in the database's place.
    ///
    /// # Panics
    /// When that fails.
    pub fn restore(&mut self) {
        let Some(backup) = self.backup.clone() else { return };
        self.tally.saw(Happening::Restored);
        self.note_holders();
        self.stop_server();
        let env = chance::env(self.truth.clone(), self.rng.next_u64());
        files::restore(&self.config(), &env, &backup).expect("the backup is restored");
        self.restored = true;
        self.start_server();
    }

    fn note_holders(&mut self) {
        self.rows_lost.extend(oracles::put_aside(self));
        for command in oracles::Truth::of(self).map(|truth| truth.applied).unwrap_or_default().into_keys() {
            self.holders.insert(command, Vec::new());
        }
        for who in 0..self.people.len() {
            for command in self.commands_held_by(who) {
                if let Some(holders) = self.holders.get_mut(&command) {
                    holders.push(who);
                }
            }
        }
    }

    /// Commands in the documents of a device.
    #[must_use]
    pub fn commands_held_by(&self, who: usize) -> HashSet<CommandId> {
        let store = self.people[who].engine().store();
        let docs = store.read(documents::all).expect("readable");
        let stored = docs.into_iter().filter_map(|doc| store.read(|c| documents::load(c, doc)).ok()?);
        stored.flat_map(|stored| records::history(&stored.doc)).filter_map(|entry| Some(entry.envelope?.id)).collect()
    }

    /// Nobody is left who could have brought it back after a restore.
    #[must_use]
    pub fn nobody_holds(&self, command: CommandId) -> bool {
        if self.rows_lost.contains(&command) {
            return true;
        }
        self.holders.get(&command).is_some_and(|holders| holders.iter().all(|who| self.people[*who].cut_off))
    }

    /// The network heals, everybody is in their right mind, and syncs until nothing moves.
    pub fn quiesce(&mut self) {
        for person in &self.people {
            person.road.faults.heal();
            person.road.dies_after(None);
            person.road.forget_meanwhile();
            person.road.deliver_late();
        }
        for round in 1..=QUIET_ROUNDS {
            for who in (0..self.people.len()).filter(|who| !self.people[*who].cut_off).collect::<Vec<_>>() {
                if let (Err(failed), QUIET_ROUNDS) = (self.sync(who), round) {
                    self.tally.find(Oracle::Unsettled, format!("person {who} can't sync although all is well: {failed:?}"));
                }
            }
        }
        self.tally.saw(Happening::Quiet);
    }

    /// Notes that a device said it saved this.
    pub fn acknowledge(&self, who: usize, lead: LeadId, command: CommandId) {
        self.tally.saw(Happening::Command);
        self.people[who].acknowledged.add(lead, command);
    }
}

/// A server database with an organisation and its people, made once per process: hashing their
/// passwords takes longer than a whole run.
struct Staff {
    database: Vec<u8>,
    people: Vec<UserId>,
}

fn staff(agents: usize) -> Arc<Staff> {
    static MADE: Mutex<BTreeMap<usize, Arc<Staff>>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().expect("no panic while making");
    made.entry(agents).or_insert_with(|| Arc::new(make_staff(agents))).clone()
}

fn make_staff(agents: usize) -> Staff {
    let root = folder();
    let path = root.path().join("server.db");
    let env = chance::env(TrueClock::new(), agents as u64);
    let store = Store::sqlite(&path).expect("a server store");
    let org = OrgRow {
        id: domain::OrgId(env.new_id()),
        name: "Test".into(),
        zone: "Asia/Kolkata".into(),
        country: "IN".into(),
        phone_prefix: "+91".into(),
        currency: "INR".into(),
    };
    let user = |name: String, role, team: Option<&str>| NewUser {
        email: format!("{name}@test.example"),
        name,
        role,
        team: team.map(str::to_owned),
        password: Some(Secret("correct horse battery 7".into())),
    };
    let boss = sync_server::people::init(&store, &env, &org, &user("boss".into(), Role::Admin, None)).expect("an organisation");
    let core = Core::open(store, env).expect("a core");
    let mut people = vec![boss];
    for (name, role, team) in [("manager", Role::Manager, None), ("lead", Role::TeamLead, Some("North")), ("analyst", Role::Analyst, None)]
    {
        people.push(core.add_user(&user(name.to_owned(), role, team)).expect("a user"));
    }
    for n in 0..agents {
        let team = Some(["North", "South"][n % 2]);
        people.push(core.add_user(&user(format!("agent{n}"), Role::Salesperson, team)).expect("an agent"));
    }
    let copy = root.path().join("copy.db");
    core.store().backup(&copy).expect("a copy");
    Staff { database: std::fs::read(&copy).expect("the copy"), people }
}
