//! `compact`: what need not be kept is dropped, beside a server that serves. From old entries of the log
//! go the bytes that stand in documents and tables; documents that rest are packed; of devices gone for
//! good goes how their commands ended. Every step is one transaction and leaves a whole
//! database: it can be killed at any moment, and run again at once finds nothing to do.
//!
//! Never touched: the chain, moves, account events, proposals, quarantine, actor ids.

mod folding;
mod purging;
mod retention;
mod words;

pub use words::{in_words, space_in_words};

use crate::store::orgs::{self, Head};
use crate::store::{Result, Space, Store, Tx};
use domain::{Env, OrgId};
use std::time::{Duration, Instant};

/// Entries stay whole for so many days unless told otherwise: longer than any copy can be away and keep
/// its key.
pub const KEEP_DAYS: u32 = 90;
const DAY_MS: i64 = 24 * 3_600_000;
/// Whoever waits for SQLite looks again within this time.
const TURN: Duration = Duration::from_millis(110);

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Entries that lost payload and salt, and the bytes of those.
    pub entries: u64,
    pub entry_bytes: u64,
    /// Changes left whole because the document lacks them: a fault that `audit verify --deep` names.
    pub missing: u64,
    /// Documents that rest and were looked at.
    pub documents: u64,
    /// Of these, packed, and the bytes that saved.
    pub folded: u64,
    pub folded_bytes: u64,
    /// Documents that do not load.
    pub unreadable: u64,
    /// Rows of devices gone for good, and what has expired.
    pub outcomes: u64,
    pub leases: u64,
    pub sessions: u64,
    pub codes: u64,
    pub notices: u64,
    pub before: Space,
    pub after: Space,
}

impl Report {
    /// Whether everything that was looked at was as it should be.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.missing == 0 && self.unreadable == 0
    }
}

/// What a run is at: a word for it, and how much of that is done.
pub type Told<'a> = dyn FnMut(&str, u64) + 'a;

/// How a run goes.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub keep_days: u32,
    /// Somebody else works with the database: they get their turn between two transactions.
    pub is_shared: bool,
}

/// The one run of this process and organisation.
struct Run<'a> {
    store: &'a Store,
    env: &'a Env,
    org: OrgId,
    is_shared: bool,
    /// Entries accepted before it may go, ms since the epoch.
    before: i64,
    report: Report,
    told: &'a mut Told<'a>,
}

/// Compacts what is old; `told` hears of every transaction.
///
/// # Errors
/// The database's; what was done before stays done.
pub fn compact<'a>(store: &'a Store, env: &'a Env, options: Options, told: &'a mut Told<'a>) -> Result<Report> {
    let org = store.read(orgs::only)?.id;
    let before = env.now_ms() - i64::from(options.keep_days) * DAY_MS;
    let report = Report { before: store.space()?, ..Report::default() };
    let mut run = Run { store, env, org, is_shared: options.is_shared, before, report, told };
    run.forget_payloads()?;
    run.fold_documents()?;
    run.purge()?;
    run.give_back()?;
    Ok(Report { after: store.space()?, ..run.report })
}

impl Run<'_> {
    /// One transaction under the organisation's lock.
    fn write<T>(&self, body: impl FnOnce(&mut dyn Tx, Head) -> Result<T>) -> Result<T> {
        let begun = Instant::now();
        let done = self.store.write(|tx| {
            let head = orgs::lock(tx, self.org)?;
            body(tx, head)
        })?;
        self.rest(begun);
        Ok(done)
    }

    /// Leaves the database to others for as long as it was held. SQLite does not queue: who waits looks
    /// again now and then.
    fn rest(&self, begun: Instant) {
        if self.is_shared {
            std::thread::sleep(begun.elapsed().max(TURN));
        }
    }

    /// Gives back what became free, piece by piece.
    fn give_back(&self) -> Result<()> {
        let mut free = u64::MAX;
        loop {
            let begun = Instant::now();
            if !self.store.give_back()? {
                return Ok(());
            }
            self.rest(begun);
            let left = self.store.space()?.free;
            // Whoever writes meanwhile may make as much free again.
            if left >= free {
                return Ok(());
            }
            free = left;
        }
    }
}
