//! Accepting pushes. One thread takes them from a queue and commits several in one transaction:
//! first everything is judged in memory, then every touched document is saved and loaded once, then
//! all of it is written. Nothing is acknowledged before the commit.

mod batch;
mod cache;
mod handover;
mod judge;
mod ledger;
mod queue;
mod receipt;
mod settle;

pub use judge::gate;
pub use queue::Queue;
pub use settle::{create, drop_proposal, drop_quarantined, may_decide, release, take_proposal};

use crate::auth::SignedIn;
use crate::error::Error;
use crate::live::Touched;
use crate::sight::Channel;
use crate::store::leads::Standing;
use crate::store::{Store, StoreError};
use batch::{Batch, Plan};
use cache::Cache;
use domain::{Command, Config, Currency, DocId, DocKind, Env, LeadId, LeadRecord, Ledger, OrgId, Refusal};
use protocol::push::{Outcome, PushItem, PushRequest, PushResponse, PushResult};
use records::RecordError;
use records::user_state::UserState;
use std::collections::HashSet;

/// How long a device waits when the server can't store anything.
const RETRY_AFTER_MS: u64 = 5_000;
/// Loaded documents kept, about 20 KB each.
const CACHED_DOCUMENTS: usize = 1_000;

/// Judges and commits pushes. Lives on one thread.
pub struct Acceptor {
    store: Store,
    env: Env,
    org: OrgId,
    cache: Cache,
}

/// A push and who sent it.
pub type Push = (SignedIn, PushRequest);

impl Acceptor {
    #[must_use]
    pub fn new(store: Store, env: Env, org: OrgId) -> Self {
        Self { store, env, org, cache: Cache::new(CACHED_DOCUMENTS) }
    }

    /// Judges `pushes` in order and commits what came of them in one transaction. Where the disk is full
    /// or the database busy, the answer to everything is "later".
    ///
    /// # Errors
    /// [`Error::CantStore`] where waiting alone does not help; nothing was stored then.
    pub fn accept(&mut self, pushes: &[Push]) -> Result<(Vec<PushResponse>, Touched), Error> {
        let (store, cache) = (&self.store, &mut self.cache);
        let done = store.write(|tx| {
            let mut careful = HashSet::new();
            let (answers, plan, blobs) = loop {
                let mut batch = Batch::open(tx, &self.env, self.org, cache)?;
                batch.verify_each(&careful);
                let answers = answer_all(&mut batch, pushes)?;
                let plan = batch.into_plan();
                match plan.verify() {
                    Ok(blobs) => break (answers, plan, blobs),
                    // One of its changes made a document that does not load: find out which.
                    Err(doc) if careful.insert(doc) => {}
                    Err(doc) => return Err(StoreError::Corrupt(format!("{doc} does not load again"))),
                }
            };
            plan.write(tx, &self.env, self.org, blobs)?;
            Ok((answers, plan))
        });
        match done {
            Ok((answers, plan)) => Ok((answers, self.keep(plan))),
            Err(error) => {
                tracing::error!(error = error.class(), pushes = pushes.len(), "nothing of these pushes was stored");
                if error.is_passing() { Ok(later(pushes)) } else { Err(Error::CantStore) }
            }
        }
    }

    /// Drops what is cached: the next batch loads it again.
    fn forget(&mut self) {
        self.cache = Cache::new(CACHED_DOCUMENTS);
    }

    /// After the commit: cached documents become what was written.
    fn keep(&mut self, plan: Plan) -> Touched {
        let touched = plan.touched();
        for (doc, loaded) in plan.into_loaded() {
            self.cache.put(doc, loaded);
        }
        touched
    }
}

fn answer_all(batch: &mut Batch<'_>, pushes: &[Push]) -> Result<Vec<PushResponse>, StoreError> {
    pushes
        .iter()
        .map(|(who, request)| {
            let mut result = |item: &PushItem| Ok(PushResult { command: item.envelope.id, outcome: batch.decide(who, item)? });
            Ok(PushResponse { results: request.items.iter().map(&mut result).collect::<Result<_, StoreError>>()? })
        })
        .collect()
}

/// Everybody comes back later; nobody is told of anything.
fn later(pushes: &[Push]) -> (Vec<PushResponse>, Touched) {
    (pushes.iter().map(|(_, request)| retry_later(request)).collect(), Touched::default())
}

fn retry_later(request: &PushRequest) -> PushResponse {
    let later = |item: &PushItem| PushResult { command: item.envelope.id, outcome: Outcome::RetryLater { after_ms: RETRY_AFTER_MS } };
    PushResponse { results: request.items.iter().map(later).collect() }
}

/// A document as the cache and a batch hold it.
#[derive(Clone)]
struct Loaded {
    doc: records::Doc,
    record: Record,
    /// `seq` of its last change.
    seq: u64,
}

/// What a document says, as far as the rules ask.
#[derive(Clone)]
enum Record {
    Lead(Box<LeadRecord>),
    Ledger(Box<Ledger>),
    Config(Box<Config>),
    UserState(Box<UserState>),
}

impl Record {
    fn read(doc: &records::Doc, id: DocId) -> Result<Self, RecordError> {
        Ok(match id.kind {
            DocKind::Lead => Self::Lead(Box::new(records::lead::read(doc, LeadId(id.id))?)),
            DocKind::Ledger => Self::Ledger(Box::new(records::ledger::read(doc)?)),
            DocKind::Config => Self::Config(Box::new(records::config::read(doc)?)),
            DocKind::UserState => Self::UserState(Box::new(records::user_state::read(doc)?)),
        })
    }

    /// Checks a command on a document that is no lead against what stands.
    fn check_own(&self, command: &Command, currency: Option<Currency>) -> Result<(), Refusal> {
        match self {
            Self::Ledger(ledger) => match (command, currency) {
                (Command::Ledger(command), Some(currency)) => command.check_state(ledger, currency),
                _ => Ok(()),
            },
            Self::Config(config) => config.check(command),
            Self::UserState(state) => state.check(command),
            Self::Lead(_) => Ok(()),
        }
    }

    fn lead(&self) -> Option<&LeadRecord> {
        match self {
            Self::Lead(lead) => Some(lead),
            Self::Ledger(_) | Self::Config(_) | Self::UserState(_) => None,
        }
    }

    fn ledger(&self) -> Option<&Ledger> {
        match self {
            Self::Ledger(ledger) => Some(ledger),
            Self::Lead(_) | Self::Config(_) | Self::UserState(_) => None,
        }
    }

    fn config(&self) -> Option<&Config> {
        match self {
            Self::Config(config) => Some(config),
            Self::Lead(_) | Self::Ledger(_) | Self::UserState(_) => None,
        }
    }

    /// The channels of its document.
    fn channels(&self, doc: DocId, lead: Option<&Standing>) -> Vec<Channel> {
        self.ledger().map_or_else(|| Channel::of(doc, lead), |ledger| Channel::of_ledger(ledger.authors()))
    }
}

impl Loaded {
    /// A document that nobody changed yet; none of a lead, which its creation begins.
    fn seed(doc: DocId) -> Option<Self> {
        let seed = records::Doc::seed(doc.kind);
        let record = Record::read(&seed, doc).ok()?;
        Some(Self { doc: seed, record, seq: 0 })
    }
}

/// Loads the stored document.
fn load(blob: &[u8], doc: DocId, seq: u64) -> Result<Loaded, StoreError> {
    let corrupt = |e: records::RecordError| StoreError::Corrupt(format!("{doc}: {e}"));
    let loaded = records::Doc::load(blob).map_err(corrupt)?;
    let record = Record::read(&loaded, doc).map_err(corrupt)?;
    Ok(Loaded { doc: loaded, record, seq })
}
