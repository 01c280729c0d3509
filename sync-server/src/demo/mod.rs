//! The demo company: the same people and leads for the same seed, at any time of day placed around
//! now. Leads are made by the commands that people would give, through the same rules.

mod cast;
mod story;

use crate::auth::password;
use crate::core::Core;
use crate::error::Error;
use crate::people::{self, NewUser};
use crate::sight::Channel;
use crate::store::actors::{self, Holder};
use crate::store::leads as rows;
use crate::store::log::{Appender, Change, Entry, Move};
use crate::store::{Store, StoreError, Tx, documents, orgs, users};
use domain::{Clock, DocId, Entropy, Env, LeadId, OrgId, Status, UserId};
use protocol::ChangeHash;
use protocol::rows::{LeadSummary, OrgRow, Ownership};
use std::sync::{Arc, Mutex, PoisonError};
use story::{Plot, Told};

/// Everybody's password in the demo company.
pub const PASSWORD: &str = "demo-leadline";
/// Leads written in one transaction.
const BULK: usize = 500;

/// A random sequence that depends on its seed only (SplitMix64).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Below `n`, which is not 0.
    pub fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.roll() % n as u64).unwrap_or(0)
    }

    /// True `percent` times in a hundred.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

struct Seeded(Mutex<Dice>);

impl Entropy for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        let mut dice = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&dice.roll().to_le_bytes()[..chunk.len()]);
        }
    }
}

struct Fixed(i64);

impl Clock for Fixed {
    fn now_ms(&self) -> i64 {
        self.0
    }
}

/// Makes the demo organisation with its people in an empty database.
///
/// # Errors
/// `BadRequest` when there is an organisation already.
pub fn found(store: &Store, env: &Env, seed: u64) -> Result<(), Error> {
    let env = seeded(env, seed);
    let org = OrgRow {
        id: OrgId(env.new_id()),
        name: "Nakshatra Academy".into(),
        zone: "Asia/Kolkata".into(),
        country: "IN".into(),
        phone_prefix: "+91".into(),
        currency: "INR".into(),
    };
    let (first, rest) = cast::PEOPLE.split_first().ok_or(Error::NotFound)?;
    let_in(store, &env, org.id, people::init(store, &env, &org, &new_user(first))?)?;
    rest.iter().try_for_each(|person| let_in(store, &env, org.id, people::add(store, &env, org.id, &new_user(person))?.0))
}

/// Sets the demo company's password, which is too easy for any other.
fn let_in(store: &Store, env: &Env, org: OrgId, user: UserId) -> Result<(), Error> {
    let hash = password::hash(env, PASSWORD);
    Ok(store.write(|tx| users::set_password(tx, org, user, &hash))?)
}

/// Adds `leads` leads to the demo company; answers how many log entries that made. The same seed
/// twice is refused by the database: it would be the same leads. Of one salesperson alone, if one is named.
///
/// # Errors
/// `BadRequest` for an organisation that is not the demo company.
pub fn fill(core: &Core, leads: usize, seed: u64, owner: Option<UserId>) -> Result<u64, Error> {
    let env = seeded(core.env(), seed ^ 0x5EED_1EAD);
    let org = core.org();
    let mut agents = core.store().read(|tx| agents(tx, org.id))?;
    if let Some(owner) = owner {
        agents.sales.retain(|one| one.user == owner);
    }
    if agents.sales.is_empty() {
        return Err(Error::BadRequest("Demo leads go to a salesperson.".into()));
    }
    let mut dice = Dice::new(seed);
    let mut plot = Plot::new(&env, org, agents);
    let actor = env.random();
    core.store().write(|tx| actors::insert(tx, org.id, &actor, Holder::Server))?;
    let (mut left, mut entries) = (leads, 0);
    while left > 0 {
        let bulk = left.min(BULK);
        let told = (0..bulk).map(|_| plot.tell(&mut dice, actor)).collect::<Result<Vec<_>, Error>>()?;
        entries += core.store().write(|tx| write(tx, &env, org.id, &told))?;
        left -= bulk;
    }
    core.look_for_news()?;
    Ok(entries)
}

/// One person of the demo company as the CLI prints them: address, name, role, team.
pub fn people() -> impl Iterator<Item = (String, &'static str, domain::Role, Option<&'static str>)> {
    cast::PEOPLE.iter().map(|p| (p.email(), p.name, p.role, p.team))
}

fn seeded(env: &Env, seed: u64) -> Env {
    Env { clock: Arc::new(Fixed(env.now_ms())), entropy: Arc::new(Seeded(Mutex::new(Dice::new(seed)))) }
}

fn new_user(person: &cast::Person) -> NewUser {
    NewUser { name: person.name.to_owned(), email: person.email(), role: person.role, team: person.team.map(str::to_owned), password: None }
}

/// Salespeople with their teams, and the manager who hands out leads.
struct Agents {
    sales: Vec<domain::Actor>,
    manager: UserId,
}

fn agents(tx: &mut dyn Tx, org: OrgId) -> Result<Agents, Error> {
    let not_ours = || Error::BadRequest("Demo leads go into the demo company only: run demo-data on an empty data folder.".into());
    let (mut sales, mut manager) = (Vec::new(), None);
    for person in cast::PEOPLE {
        let user = users::by_email(tx, org, &person.email())?.ok_or_else(not_ours)?;
        match person.role {
            domain::Role::Salesperson => sales.push(user.actor()),
            domain::Role::Manager => manager = Some(user.row.id),
            _ => {}
        }
    }
    Ok(Agents { sales, manager: manager.ok_or_else(not_ours)? })
}

/// Log, documents and rows; outcomes are for devices, and none sent these.
fn write(tx: &mut dyn Tx, env: &Env, org: OrgId, told: &[Told]) -> Result<u64, StoreError> {
    let head = orgs::lock(tx, org)?;
    let mut log = Appender::new(org, &head, env.now_ms());
    for lead in told {
        let doc = DocId::lead(lead.record.id);
        let mut standing = rows::Standing { owner: lead.owner, team: lead.team, status: Status::New, deleted: false };
        let mut channels = Vec::new();
        for change in &lead.changes {
            standing.status = change.status;
            let after = Channel::of_lead(&standing);
            if after != channels {
                let moved = Move { before: channels, after: after.clone(), owner: None };
                log.append(tx, &Entry::Move { doc, author: change.envelope.author, moved }, env.random())?;
                channels = after;
            }
            let entry = Entry::Change(Change {
                doc,
                command: change.envelope.id,
                author: change.envelope.author,
                device: None,
                hash: ChangeHash(change.made.hash.0),
                bytes: change.made.bytes.clone(),
            });
            log.append(tx, &entry, env.random())?;
        }
        let updated_at = lead.changes.last().map_or(0, |c| c.envelope.at);
        let summary = LeadSummary::of(&lead.record, Ownership::of_new((lead.owner, lead.team)), updated_at);
        rows::put(tx, org, LeadId(doc.id), &summary, log.seq())?;
        documents::put(tx, org, doc, lead.doc.save(), log.seq())?;
    }
    let entries = log.seq() - head.seq;
    log.finish(tx)?;
    Ok(entries)
}
