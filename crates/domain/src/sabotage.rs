//! Deliberate faults, for the simulator alone: each of its oracles has to notice one. Only a build with
//! the feature `sabotage` has them, and there none is on until a test chooses it.

/// What goes wrong on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A device takes an unanswered push for an answered one.
    LoseUnanswered,
    /// A device keeps no refused edit for its author.
    LoseRefused,
    /// The server carries a repeated command out again.
    ApplyTwice,
    /// A device leaves out some of the changes that it pulls.
    SkipChange,
    /// A device writes no row for what it pulls.
    StaleRow,
    /// A device finds leads by their old names.
    StaleWords,
    /// A device does not hear of some changes that it counts by.
    StaleCounts,
    /// A device writes no sums of a ledger.
    StaleMoney,
    /// The server writes no row for what it carries out again.
    StaleServerRow,
    /// A device keeps what it is told to forget.
    KeepEvicted,
    /// The server shows everything to everybody.
    ShowAll,
    /// The server gives a lead away without comparing its owner.
    AssignBlindly,
    /// The server gives leads to people who are not at work.
    GiveToAbsent,
    /// A taken or released edit is also left waiting.
    SettleNothing,
    /// The log's chain leaves out some entries.
    BreakChain,
    /// A device rests while it has something to send.
    StuckOutbox,
    /// Some rounds of sync end in an error that nothing explains.
    FailRound,
}

impl Fault {
    pub const ALL: [Fault; 17] = [
        Fault::LoseUnanswered,
        Fault::LoseRefused,
        Fault::ApplyTwice,
        Fault::SkipChange,
        Fault::StaleRow,
        Fault::StaleWords,
        Fault::StaleCounts,
        Fault::StaleMoney,
        Fault::StaleServerRow,
        Fault::KeepEvicted,
        Fault::ShowAll,
        Fault::AssignBlindly,
        Fault::GiveToAbsent,
        Fault::SettleNothing,
        Fault::BreakChain,
        Fault::StuckOutbox,
        Fault::FailRound,
    ];
}

#[cfg(feature = "sabotage")]
mod chosen {
    use super::Fault;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// One more than the place in [`Fault::ALL`]; 0 for none. Of the whole process.
    static CHOSEN: AtomicUsize = AtomicUsize::new(0);

    /// Turns one fault on, and every other off.
    pub fn choose(fault: Option<Fault>) {
        let place = fault.and_then(|fault| Fault::ALL.iter().position(|f| *f == fault));
        CHOSEN.store(place.map_or(0, |place| place + 1), Ordering::SeqCst);
    }

    pub(super) fn is_on(fault: Fault) -> bool {
        CHOSEN.load(Ordering::Relaxed).checked_sub(1).is_some_and(|place| Fault::ALL[place] == fault)
    }
}

#[cfg(feature = "sabotage")]
pub use chosen::choose;

/// Whether this fault is on: never, without the feature.
#[must_use]
#[inline]
pub fn is_on(fault: Fault) -> bool {
    #[cfg(feature = "sabotage")]
    return chosen::is_on(fault);
    #[cfg(not(feature = "sabotage"))]
    {
        let _ = fault;
        false
    }
}
