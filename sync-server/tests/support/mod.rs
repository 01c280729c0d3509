//! A server in this process with a small company, and devices that edit as the client does: a
//! command becomes a change by `records::execute`, is pushed, and what is pulled is applied.
#![allow(dead_code, reason = "each test binary uses a part")]

use domain::command::NewLead;
use domain::{Clock, Command, CommandId, DeviceId, DocId, Entropy, Env, Envelope, LeadId, LeadRecord, OrgId, Role, UserId};
use protocol::ChangeHash;
use protocol::auth::Secret;
use protocol::pull::{Entry, PullBatch};
use protocol::push::{Outcome, PushItem, PushRequest};
use protocol::rows::OrgRow;
use records::Doc;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use sync_server::demo::Dice;
use sync_server::{Core, NewUser, SignedIn, Store, people};

pub const PASSWORD: &str = "a long password";
pub const START: i64 = 1_795_000_000_000;

pub struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now_ms(&self) -> i64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

impl TestClock {
    pub fn at(ms: i64) -> Self {
        Self(AtomicI64::new(ms))
    }

    pub fn later(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }
}

struct TestEntropy(Mutex<Dice>);

impl Entropy for TestEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        let mut dice = self.0.lock().expect("not poisoned");
        bytes.fill_with(|| dice.roll() as u8);
    }
}

/// Worlds of one process differ, so that a cursor of one is foreign to another.
static WORLDS: AtomicU64 = AtomicU64::new(1);

pub struct World {
    pub core: Core,
    pub clock: Arc<TestClock>,
}

impl World {
    pub fn memory() -> Self {
        Self::on(Store::memory().expect("a database"))
    }

    pub fn on(store: Store) -> Self {
        let clock = Arc::new(TestClock(AtomicI64::new(START)));
        let dice = Dice::new(WORLDS.fetch_add(1, Ordering::Relaxed));
        let env = Env { clock: Arc::clone(&clock) as Arc<dyn Clock>, entropy: Arc::new(TestEntropy(Mutex::new(dice))) };
        let org = OrgRow {
            id: OrgId(env.new_id()),
            name: "Acme".into(),
            zone: "Asia/Kolkata".into(),
            country: "IN".into(),
            phone_prefix: "+91".into(),
            currency: "INR".into(),
        };
        people::init(&store, &env, &org, &person("ananya", Role::SuperAdmin, None)).expect("an organisation");
        let core = Core::open(store, env).expect("a server");
        for (name, role, team) in [
            ("meera", Role::Manager, Some("Pune")),
            ("ravi", Role::TeamLead, Some("Pune")),
            ("asha", Role::Salesperson, Some("Pune")),
            ("arjun", Role::Salesperson, Some("Delhi")),
            ("deepak", Role::RecoveryAgent, None),
            ("karthik", Role::Analyst, None),
        ] {
            // Hashing is slow on purpose: one signs in by password, the others are let in.
            let password = (name == "asha").then(|| Secret(PASSWORD.into()));
            core.add_user(&NewUser { password, ..person(name, role, team) }).expect("a user");
        }
        Self { core, clock }
    }

    pub fn later(&self, ms: i64) {
        self.clock.later(ms);
    }

    pub fn user(&self, name: &str) -> UserId {
        self.core.user_by_email(&email(name)).expect(name)
    }

    /// A new device of this person.
    pub fn device(&self, name: &str) -> Device<'_> {
        let env = self.core.env();
        let device = DeviceId(env.new_id());
        let who = self.core.session_for(self.user(name), device).expect("a session");
        Device { world: self, who, actor: env.random(), docs: BTreeMap::new(), cursor: None }
    }

    pub fn head(&self) -> u64 {
        self.core.store().read(|tx| sync_server::store::orgs::head(tx, self.core.org().id)).expect("a head").seq
    }
}

pub fn email(name: &str) -> String {
    format!("{name}@acme.example")
}

pub fn person(name: &str, role: Role, team: Option<&str>) -> NewUser {
    NewUser { name: name.into(), email: email(name), role, team: team.map(str::to_owned), password: None }
}

pub struct Device<'w> {
    pub world: &'w World,
    pub who: SignedIn,
    pub actor: records::ActorBytes,
    pub docs: BTreeMap<LeadId, Doc>,
    pub cursor: Option<String>,
}

impl Device<'_> {
    pub fn user(&self) -> UserId {
        self.who.actor().user
    }

    pub fn envelope(&self, command: Command) -> Envelope {
        let env = self.world.core.env();
        Envelope { id: CommandId(env.new_id()), author: self.user(), at: env.now_ms(), command }
    }

    /// Edits locally, unchecked, as a forged client could.
    pub fn edit(&mut self, lead: LeadId, command: Command) -> PushItem {
        let envelope = self.envelope(command);
        self.edit_as(lead, envelope)
    }

    pub fn edit_as(&mut self, lead: LeadId, envelope: Envelope) -> PushItem {
        let doc = self.docs.entry(lead).or_default();
        let made = records::execute(doc, self.actor, &envelope).expect("a change");
        PushItem { doc: DocId::lead(lead), envelope, change: made.bytes, hash: ChangeHash(made.hash.0) }
    }

    /// An edit that no honest device would make of what this one holds, under an actor of its own.
    pub fn forge(&mut self, lead: LeadId, command: Command) -> PushItem {
        self.actor = self.world.core.env().random();
        let envelope = self.envelope(command);
        let mut doc = self.docs[&lead].clone();
        let made = records::reexecute(&mut doc, &self.docs[&lead].heads(), self.actor, &envelope).expect("a change");
        PushItem { doc: DocId::lead(lead), envelope, change: made.bytes, hash: ChangeHash(made.hash.0) }
    }

    /// As [`Device::forge`], of any document as the server has it.
    pub fn forge_in(&mut self, doc: DocId, command: Command) -> PushItem {
        self.actor = self.world.core.env().random();
        let (envelope, org) = (self.envelope(command), self.world.core.org().id);
        let blob = self.world.core.store().read(|tx| sync_server::store::documents::blob(tx, org, doc)).expect("readable");
        let mut there = blob.map_or_else(|| Doc::seed(doc.kind), |blob| Doc::load(&blob).expect("a document"));
        let made = records::execute(&mut there, self.actor, &envelope).expect("a change");
        PushItem { doc, envelope, change: made.bytes, hash: ChangeHash(made.hash.0) }
    }

    pub fn create(&mut self, name: &str, phone: &str) -> (LeadId, PushItem) {
        let new = NewLead { name: name.into(), phone: phone.into(), note: Some("First note".into()), ..NewLead::default() };
        let envelope = self.envelope(Command::CreateLead(new));
        let lead = LeadId::from(envelope.id);
        (lead, self.edit_as(lead, envelope))
    }

    /// An edit on what the server holds, of a lead that left this device.
    pub fn edit_as_on(&mut self, world: &World, lead: LeadId, command: Command) -> PushItem {
        self.docs.insert(lead, stored(world, lead));
        self.edit(lead, command)
    }

    /// A lead that the server has.
    pub fn created(&mut self, phone: &str) -> LeadId {
        let (lead, item) = self.create("Priya Sharma", phone);
        assert!(matches!(self.push(&[item])[..], [Outcome::Applied { .. }]));
        lead
    }

    pub fn push(&self, items: &[PushItem]) -> Vec<Outcome> {
        let response = self.world.core.push(&self.who, PushRequest { items: items.to_vec() }).expect("an answer");
        assert!(response.results.iter().zip(items).all(|(r, i)| r.command == i.envelope.id));
        response.results.into_iter().map(|r| r.outcome).collect()
    }

    pub fn push_one(&self, item: &PushItem) -> Outcome {
        self.push(std::slice::from_ref(item)).remove(0)
    }

    pub fn batch(&mut self, limit: usize) -> PullBatch {
        let batch = self.world.core.pull(&self.who, self.cursor.as_deref(), limit).expect("a batch");
        self.cursor = Some(batch.cursor.clone());
        batch.entries.iter().for_each(|entry| self.apply(entry));
        batch
    }

    /// Pulls until there is nothing more.
    pub fn pull(&mut self) -> Vec<Entry> {
        let mut entries = Vec::new();
        for _ in 0..10_000 {
            let batch = self.batch(500);
            entries.extend(batch.entries);
            if batch.up_to_date {
                return entries;
            }
        }
        panic!("the pull does not end");
    }

    fn apply(&mut self, entry: &Entry) {
        match entry {
            Entry::Snapshot(s) if s.is_withheld() || s.doc.as_lead().is_none() => {}
            Entry::Changes { doc, .. } if doc.as_lead().is_none() => {}
            Entry::Snapshot(s) => {
                self.docs.insert(LeadId(s.doc.id), Doc::load(&s.blob).expect("a document"));
            }
            Entry::Changes { doc, changes, .. } => {
                let held = self.docs.entry(LeadId(doc.id)).or_default();
                changes.iter().for_each(|c| held.apply_trusted(&c.change).expect("a change that fits"));
            }
            Entry::Evict { doc } => {
                self.docs.remove(&LeadId(doc.id));
            }
            Entry::Row(_) | Entry::Epoch { .. } | Entry::Resync | Entry::BackfillEnd => {}
        }
    }

    pub fn record(&self, lead: LeadId) -> LeadRecord {
        records::lead::read(&self.docs[&lead], lead).expect("a record")
    }
}

/// What the server holds.
pub fn stored(world: &World, lead: LeadId) -> Doc {
    let blob = world.core.store().read(|tx| sync_server::store::documents::blob(tx, world.core.org().id, DocId::lead(lead)));
    Doc::load(&blob.expect("readable").expect("there")).expect("loads")
}

pub fn name(value: &str) -> Command {
    Command::SetField { field: domain::LeadField::Name, value: Some(value.into()) }
}

pub fn phone(value: &str) -> Command {
    Command::SetField { field: domain::LeadField::Phone, value: Some(value.into()) }
}

pub fn note(text: &str) -> Command {
    Command::AddNote { text: text.into() }
}

pub fn status(from: domain::Status, to: domain::Status) -> Command {
    Command::ChangeStatus { from, to, reason: None }
}

pub fn refusal(outcome: &Outcome) -> &domain::Refusal {
    match outcome {
        Outcome::Refused { refusal } => refusal,
        other => panic!("not refused but {other:?}"),
    }
}
