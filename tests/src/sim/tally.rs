//! What happened in a run, counted, so that a run in which nothing happened proves nothing; and what
//! its oracles found.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Who noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Oracle {
    /// Every acknowledged command is applied, refused and shown, proposed or quarantined.
    Lost,
    /// None of them more than once.
    Doubled,
    /// Nothing waits anywhere once everybody could send and receive.
    Unsettled,
    /// Everybody's documents are the server's.
    Heads,
    /// A device's rows are what its documents make.
    Rows,
    /// A lead is found by what it is called and numbered now, and by nothing else.
    Words,
    /// The server's rows are what its log makes.
    ServerRows,
    /// Nobody holds a record outside their sight, and everybody holds all within it.
    Sight,
    /// A lead has one owner, who got it from the one before.
    Owner,
    /// Whoever the rules give a lead could be given it at that instant.
    Eligible,
    /// A device counts as many leads as there are.
    Totals,
    /// What was paid is the sum of what counts, on every device that may know.
    Money,
    /// The audit chain verifies, and ends where devices saw it.
    Chain,
    /// Nothing panics, and nothing fails that may not.
    Crash,
}

impl Oracle {
    pub const ALL: [Oracle; 14] = [
        Oracle::Lost,
        Oracle::Doubled,
        Oracle::Unsettled,
        Oracle::Heads,
        Oracle::Rows,
        Oracle::Words,
        Oracle::ServerRows,
        Oracle::Sight,
        Oracle::Owner,
        Oracle::Eligible,
        Oracle::Totals,
        Oracle::Money,
        Oracle::Chain,
        Oracle::Crash,
    ];
}

/// Something that may not be.
#[derive(Clone, Debug)]
pub struct Finding {
    pub oracle: Oracle,
    pub text: String,
}

macro_rules! happenings {
    ($($(#[$doc:meta])* $name:ident = $words:literal;)*) => {
        /// Something that a run is to go through.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Happening {
            $($(#[$doc])* $name,)*
        }

        impl Happening {
            pub const ALL: &[Happening] = &[$(Happening::$name,)*];

            #[must_use]
            pub fn words(self) -> &'static str {
                match self {
                    $(Happening::$name => $words,)*
                }
            }
        }
    };
}

happenings! {
    Command = "commands acknowledged";
    Round = "rounds of sync";
    Dropped = "requests dropped";
    LostAnswer = "answers lost";
    Repeated = "pushes delivered twice";
    Late = "pushes delivered late and out of order";
    Truncated = "pulls cut inside a batch";
    RepeatedBatch = "batches delivered twice";
    Partition = "people cut off from the network";
    SocketCut = "live sockets cut";
    Poked = "rounds begun by a poke";
    ClientDied = "devices killed and opened again";
    ClientDiedSyncing = "devices killed inside a round of sync";
    ServerDied = "servers killed and started again";
    Typed = "edits typed while a round ran";
    Raced = "leads given away while a round ran";
    ClockWrong = "device clocks set wrong by up to a year";
    DaysAway = "times that days passed";
    Posted = "changes of role or team";
    Renamed = "people and teams renamed";
    Assigned = "leads given to somebody";
    AssignedLate = "assignments refused for a changed owner";
    Attended = "steps of attendance";
    GivenByRule = "leads given out by the rules";
    Asked = "assignments asked for without a server";
    Deleted = "leads deleted or restored";
    Configured = "rules and lists of the organisation changed";
    Kept = "preferences kept";
    Accounted = "entries, prices and plans written into ledgers";
    Undone = "commands taken back by their author";
    Frozen = "devices that sent and never pulled";
    Outdated = "devices too old for the server";
    Projected = "snapshots of another projection version";
    Disabled = "people disabled";
    Enabled = "people let in again";
    Revoked = "devices revoked";
    WipeOrdered = "wipes ordered";
    SignedOut = "people signed out everywhere";
    SignedIn = "sign-ins after the first";
    Proposed = "edits proposed to a new owner";
    Taken = "proposals taken";
    Dismissed = "proposals dropped";
    Quarantined = "edits put into quarantine";
    Released = "edits released from quarantine";
    Discarded = "quarantined edits dropped";
    Refused = "edits refused and shown";
    Retried = "refused edits tried again or discarded";
    SentOn = "refused edits sent to a manager";
    Remade = "edits carried out again by the server";
    Needed = "pushes that lacked what they build on";
    BackedUp = "backups made";
    Compacted = "servers compacted";
    Forgotten = "entries whose payload was dropped";
    Restored = "servers restored from an old backup";
    Quiet = "quiescences checked";
}

/// The counts of one run, and its findings.
pub struct Tally {
    counts: [AtomicU64; Happening::ALL.len()],
    findings: Mutex<Vec<Finding>>,
}

impl Default for Tally {
    fn default() -> Self {
        Self { counts: [const { AtomicU64::new(0) }; Happening::ALL.len()], findings: Mutex::default() }
    }
}

impl Tally {
    pub fn saw(&self, what: Happening) {
        self.saw_many(what, 1);
    }

    pub fn saw_many(&self, what: Happening, count: u64) {
        self.counts[what as usize].fetch_add(count, Ordering::Relaxed);
    }

    pub fn find(&self, oracle: Oracle, text: impl Into<String>) {
        self.findings.lock().unwrap_or_else(PoisonError::into_inner).push(Finding { oracle, text: text.into() });
    }

    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        self.findings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    #[must_use]
    pub fn count(&self, what: Happening) -> u64 {
        self.counts[what as usize].load(Ordering::Relaxed)
    }

    /// Adds the counts of another run.
    pub fn add(&self, other: &Tally) {
        Happening::ALL.iter().for_each(|what| self.saw_many(*what, other.count(*what)));
    }
}
