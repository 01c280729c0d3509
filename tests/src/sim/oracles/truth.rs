//! What the server accepted: each lead as its document makes it, with the owner that the log's moves
//! give it. Read past the server's rows, which are checked against this.

use crate::sim::company::Company;
use domain::people::Person;
use domain::{CommandId, DocId, LeadId, LeadRecord, Ledger, TeamId, UserId};
use protocol::rows::Ownership;
use records::{ChangeHash, Doc};
use std::collections::{BTreeMap, HashMap};
use sync_server::sight::Channel;
use sync_server::store::log::Move;
use sync_server::store::{documents, log};

/// Documents listed at a time.
const PAGE: u64 = 1_000;

/// One lead.
pub struct Lead {
    pub id: LeadId,
    pub record: LeadRecord,
    pub heads: Vec<ChangeHash>,
    pub owner: Option<UserId>,
    pub team: Option<TeamId>,
    pub assigned_at: Option<i64>,
    /// Its moves, each as the channels before and after.
    pub moves: Vec<(u64, Vec<Channel>, Vec<Channel>)>,
    /// The server's own word, ms since the epoch.
    pub updated_at: i64,
}

/// All of them, and the people as they are now.
pub struct Truth {
    pub leads: BTreeMap<LeadId, Lead>,
    pub people: Vec<Person>,
    /// Of the documents that are no lead, what they say.
    pub own: BTreeMap<DocId, Vec<ChangeHash>>,
    pub ledgers: BTreeMap<LeadId, Ledger>,
    /// How often each command stands in the documents.
    pub applied: HashMap<CommandId, u32>,
}

impl Truth {
    /// # Errors
    /// What can't be read.
    pub fn of(company: &Company) -> Result<Self, String> {
        let core = company.core();
        let people = core.people(&company.boss()).map_err(|e| format!("people: {e}"))?;
        let org = core.org().id;
        let docs = core.store().read(|tx| documents::page(tx, org, None, PAGE)).map_err(|e| format!("documents: {e}"))?;
        let mut truth = Self { leads: BTreeMap::new(), people, own: BTreeMap::new(), ledgers: BTreeMap::new(), applied: HashMap::new() };
        for doc in docs {
            let loaded = truth.load(company, doc)?;
            match doc.as_lead() {
                Some(id) => drop(truth.leads.insert(id, Self::lead(company, id, &loaded)?)),
                None if doc.ledger_of().is_some() => {
                    let ledger = records::ledger::read(&loaded).map_err(|e| format!("{doc}: {e}"))?;
                    truth.own.insert(doc, loaded.heads());
                    truth.ledgers.insert(LeadId(doc.id), ledger);
                }
                None => drop(truth.own.insert(doc, loaded.heads())),
            }
        }
        Ok(truth)
    }

    /// The document; its commands are counted.
    fn load(&mut self, company: &Company, doc: DocId) -> Result<Doc, String> {
        let (core, org) = (company.core(), company.core().org().id);
        let wrong = |what: &str| format!("{doc}: {what}");
        let blob = core.store().read(|tx| documents::blob(tx, org, doc)).map_err(|e| wrong(&e.to_string()))?;
        let loaded = Doc::load(&blob.unwrap_or_default()).map_err(|e| wrong(&e.to_string()))?;
        for entry in records::history(&loaded) {
            let is_seed = Doc::seed(doc.kind).has(&entry.hash);
            if is_seed {
                continue;
            }
            let envelope = entry.envelope.ok_or_else(|| wrong("a change without its command"))?;
            *self.applied.entry(envelope.id).or_insert(0) += 1;
        }
        Ok(loaded)
    }

    fn lead(company: &Company, id: LeadId, loaded: &Doc) -> Result<Lead, String> {
        let (core, doc) = (company.core(), DocId::lead(id));
        let org = core.org().id;
        let wrong = |what: &str| format!("{doc}: {what}");
        let record = records::lead::read(loaded, id).map_err(|e| wrong(&e.to_string()))?;
        let moves = core.store().read(|tx| log::moves(tx, org, doc)).map_err(|e| wrong(&e.to_string()))?;
        let owned = holder(moves.iter().map(|(_, at, moved)| (*at, moved)));
        let (owner, team) = (owned.owner, owned.team);
        let moves: Vec<_> = moves.into_iter().map(|(seq, _, moved)| (seq, moved.before, moved.after)).collect();
        let row = core.store().read(|tx| sync_server::store::leads::get(tx, org, id)).map_err(|e| wrong(&e.to_string()))?;
        let updated_at = row.ok_or_else(|| wrong("it has no row"))?.summary.updated_at;
        Ok(Lead { id, record, heads: loaded.heads(), owner, team, assigned_at: owned.assigned_at, moves, updated_at })
    }

    #[must_use]
    pub fn person(&self, user: UserId) -> Option<&Person> {
        self.people.iter().find(|person| person.id == user)
    }
}

/// Whose the lead is after all its moves. A deleted one keeps its owner, in no channel; their change of team
/// moves it all the same.
fn holder<'m>(moves: impl Iterator<Item = (i64, &'m Move)>) -> Ownership {
    let (mut owner, mut team, mut assigned_at) = (None, None, None);
    for (at, Move { after, owner: given, .. }) in moves {
        if let Some(row) = given {
            if row.owner != owner {
                assigned_at = row.owner.map(|_| at);
            }
            (owner, team) = (row.owner, row.team);
        } else if !after.contains(&Channel::LeadDeleted) {
            owner = after.iter().find_map(|channel| if let Channel::LeadUser(user) = channel { Some(*user) } else { None });
            team = after.iter().find_map(|channel| if let Channel::LeadTeam(team) = channel { Some(*team) } else { None });
        }
    }
    Ownership { owner, team, assigned_at }
}
