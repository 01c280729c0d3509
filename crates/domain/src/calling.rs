//! The rules of the calling queue: whom to call now and why, what each outcome of a call does, and when
//! somebody who did not answer is tried again. The numbers are those of a new organisation.

use crate::command::Command;
use crate::lead::{LeadField, LeadRecord, Status};
use crate::lifecycle;
use crate::refusal::{Refusal, RefusalCode};
use serde::{Deserialize, Serialize};

pub(crate) const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Calls in a row that nobody took before a lead is given up on, where the organisation says nothing else.
pub const TRIES_MAX: u32 = 6;

/// What an organisation may set of the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Somebody who did not answer is tried again after this long, ms.
    pub retry_after_ms: i64,
    /// Calls in a row that nobody took before a lead is given up on.
    pub tries_max: u32,
    /// Minutes of the organisation's day within which people may be called.
    pub hours: std::ops::Range<u16>,
    /// A follow-up this near is due, ms.
    pub due_within_ms: i64,
    /// Leads that a person is to call in a day.
    pub day_target: u32,
    /// Who is called first.
    pub order: [Reason; Reason::ALL.len()],
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            retry_after_ms: 3 * HOUR,
            tries_max: TRIES_MAX,
            hours: 9 * 60..20 * 60,
            due_within_ms: 15 * MINUTE,
            day_target: 60,
            order: Reason::ALL,
        }
    }
}

impl Rules {
    /// The place of a reason among the others.
    #[must_use]
    pub fn place(&self, reason: Reason) -> usize {
        self.order.iter().position(|one| *one == reason).unwrap_or(self.order.len())
    }
}

/// Outcomes of a call in which nobody spoke to the lead.
pub const UNREACHED: [&str; 3] = [crate::lead::defaults::NOT_REACHED, "Busy", "Switched off"];

/// The outcome after which nobody calls the lead again.
const DO_NOT_CALL: &str = "Do not call";

/// Why a lead is to be called now; the first comes first, where the organisation sets no other order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A promised time has passed.
    Overdue,
    /// A promised time is here.
    Due,
    /// Interest 4 or 5 and no next step.
    Hot,
    /// Never called.
    Fresh,
    /// Did not answer, long enough ago.
    Retry,
    /// Worked on, and without a next step for a day.
    Unplanned,
}

impl Reason {
    pub const ALL: [Reason; 6] = [Reason::Overdue, Reason::Due, Reason::Hot, Reason::Fresh, Reason::Retry, Reason::Unplanned];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Overdue => "overdue",
            Reason::Due => "due",
            Reason::Hot => "hot",
            Reason::Fresh => "fresh",
            Reason::Retry => "retry",
            Reason::Unplanned => "unplanned",
        }
    }
}

/// What of a lead the queue compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub status: Status,
    pub interest: Option<u8>,
    /// Instants in ms since the epoch.
    pub next_follow_up_at: Option<i64>,
    pub created_at: i64,
    pub last_call_at: Option<i64>,
    /// Calls that nobody took since somebody was reached last.
    pub unreached: u32,
    /// They asked not to be called.
    pub do_not_call: bool,
}

impl Candidate {
    /// Why it is to be called at `now`, with its place among those of the same reason, the smallest first;
    /// `None` when it is not. Out of calling hours only what was promised is kept.
    #[must_use]
    pub fn reason(&self, now: i64, in_hours: bool, rules: &Rules) -> Option<(Reason, i64)> {
        if self.status.is_closed() || self.do_not_call {
            return None;
        }
        if let Some(due) = self.next_follow_up_at {
            let reason = if due < now { Reason::Overdue } else { Reason::Due };
            return (due <= now + rules.due_within_ms).then_some((reason, due));
        }
        let since = self.last_call_at.unwrap_or(self.created_at);
        let rests = |for_ms: i64| self.last_call_at.is_some_and(|at| at + for_ms > now);
        let (reason, place, is_ripe) = match self.status {
            Status::Cnp => (Reason::Retry, since, self.unreached < rules.tries_max && !rests(rules.retry_after_ms)),
            Status::Interested if self.interest >= Some(4) => (Reason::Hot, since, !rests(rules.retry_after_ms)),
            _ if self.last_call_at.is_none() && self.status == Status::New => (Reason::Fresh, since, true),
            _ => (Reason::Unplanned, since, !rests(DAY)),
        };
        (in_hours && is_ripe).then_some((reason, place))
    }
}

/// When the next call is proposed after an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// No next call, or the retries' own time.
    Nothing,
    /// So many ms from now.
    After(i64),
    /// So many days on, at the same hour.
    Days(u8),
    /// Tomorrow at this hour.
    Tomorrow(u8),
}

/// An outcome of a call, on one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disposition {
    /// 1 to 9.
    pub key: u8,
    pub name: &'static str,
    /// What it does, in three words.
    pub hint: &'static str,
    /// As the call is logged.
    pub outcome: &'static str,
    pub to: Status,
    /// Raised to this while the lead is interested.
    pub interest: Option<u8>,
    pub next: Next,
    /// Why it is dropped, where `to` is lost.
    pub reason: Option<&'static str>,
}

/// The outcomes in the order of their keys.
pub const DISPOSITIONS: [Disposition; 9] = [
    Disposition {
        key: 1,
        name: "Interested",
        hint: "interest 4, plan next",
        outcome: "Interested",
        to: Status::Interested,
        interest: Some(4),
        next: Next::Days(1),
        reason: None,
    },
    Disposition {
        key: 2,
        name: "Call back",
        hint: "needs a time",
        outcome: "Call made",
        to: Status::InProgress,
        interest: None,
        next: Next::Days(1),
        reason: None,
    },
    Disposition {
        key: 3,
        name: "No answer",
        hint: "retry in 3 h",
        outcome: UNREACHED[0],
        to: Status::Cnp,
        interest: None,
        next: Next::Nothing,
        reason: None,
    },
    Disposition {
        key: 4,
        name: "Busy",
        hint: "retry in 30 min",
        outcome: UNREACHED[1],
        to: Status::Cnp,
        interest: None,
        next: Next::After(30 * MINUTE),
        reason: None,
    },
    Disposition {
        key: 5,
        name: "Switched off",
        hint: "retry tomorrow",
        outcome: UNREACHED[2],
        to: Status::Cnp,
        interest: None,
        next: Next::Tomorrow(10),
        reason: None,
    },
    Disposition {
        key: 6,
        name: "Qualified",
        hint: "once interested",
        outcome: "Call made",
        to: Status::Qualified,
        interest: None,
        next: Next::Days(1),
        reason: None,
    },
    Disposition {
        key: 7,
        name: "Not interested",
        hint: "drops the lead",
        outcome: "Not interested",
        to: Status::Lost,
        interest: None,
        next: Next::Nothing,
        reason: Some("Not Interested"),
    },
    Disposition {
        key: 8,
        name: "Wrong number",
        hint: "drops the lead",
        outcome: "Wrong number",
        to: Status::Lost,
        interest: None,
        next: Next::Nothing,
        reason: Some("Wrong number"),
    },
    Disposition {
        key: 9,
        name: "Do not call",
        hint: "drops the lead",
        outcome: DO_NOT_CALL,
        to: Status::Lost,
        interest: None,
        next: Next::Nothing,
        reason: Some("Do not call"),
    },
];

/// A time that was promised: the instant, the zone and the local time that was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    pub due_at: i64,
    pub zone: String,
    pub local: String,
}

impl Disposition {
    #[must_use]
    pub fn of_key(key: u8) -> Option<&'static Self> {
        DISPOSITIONS.iter().find(|one| one.key == key)
    }

    /// Whether no call ends so without a time for the next.
    #[must_use]
    pub fn needs_time(&self) -> bool {
        self.to == Status::InProgress
    }

    /// Whether the lead may end so.
    ///
    /// # Errors
    /// `TransitionNotAllowed` saying what comes first.
    pub fn check(&self, status: Status) -> Result<(), Refusal> {
        if status.is_closed() {
            return Err(refuse(format!("This lead is {}: there is nothing to call it for.", lifecycle::label(status))));
        }
        if self.to == Status::Qualified && self.moves(status).is_none() && status != Status::Qualified {
            return Err(refuse("Only an interested lead can be qualified. Mark it interested first.".into()));
        }
        Ok(())
    }

    /// What it means for a lead: one that is qualified already converts on the key that qualifies.
    #[must_use]
    pub fn means(&self, status: Status) -> Status {
        if self.to == Status::Qualified && status == Status::Qualified { Status::Converted } else { self.to }
    }

    /// Where the status goes from `status`; `None` where it stays.
    fn moves(&self, status: Status) -> Option<Status> {
        let to = self.means(status);
        // Whoever is further along than the outcome says stays there.
        let is_back = to == Status::InProgress && status != Status::New && status != Status::Cnp;
        let is_move = status != to && !is_back && lifecycle::transition(status, to).is_some();
        is_move.then_some(to)
    }

    /// The commands that a finished call is: what was due is done, the call is logged, the note kept, the next
    /// call planned, the status moved; in the order in which each is allowed.
    ///
    /// # Errors
    /// As [`Disposition::check`]; `MissingField` where a next call needs its time.
    pub fn commands(&self, lead: &LeadRecord, now: i64, note: &str, next: Option<Promise>, rules: &Rules) -> Result<Vec<Command>, Refusal> {
        self.check(lead.status)?;
        if next.is_none() && self.needs_time() {
            return Err(Refusal::new(RefusalCode::MissingField, "Say when to call back.").on("due_at"));
        }
        let outcome = || self.outcome.to_owned();
        let due = lead.due();
        let (done, later): (Vec<_>, Vec<_>) = due.iter().partition(|due| due.due_at <= now + rules.due_within_ms);
        let mut commands: Vec<Command> =
            done.iter().map(|due| Command::CompleteFollowUp { follow_up: due.id, outcome: outcome() }).collect();
        commands.push(Command::LogCall { at: now, outcome: outcome() });
        if !note.trim().is_empty() {
            commands.push(Command::AddNote { text: note.trim().to_owned() });
        }
        if let Some(Promise { due_at, zone, local }) = next.filter(|_| !self.means(lead.status).is_closed()) {
            commands.push(match later.first() {
                Some(planned) => Command::MoveFollowUp { follow_up: planned.id, due_at, zone, local },
                None => Command::ScheduleFollowUp { due_at, zone, local, note: String::new() },
            });
        }
        let to = self.moves(lead.status);
        if let Some(to) = to {
            commands.push(Command::ChangeStatus { from: lead.status, to, reason: self.reason.map(str::to_owned) });
        }
        if let Some(level) = self.interest.filter(|level| to.unwrap_or(lead.status) == Status::Interested && lead.interest < Some(*level)) {
            commands.push(Command::SetInterest { level });
        }
        if self.outcome == DO_NOT_CALL && lead.do_not_call.value.is_none() {
            commands.push(Command::SetField { field: LeadField::DoNotCall, value: Some("Asked on the phone".into()) });
        }
        Ok(commands)
    }
}

fn refuse(text: String) -> Refusal {
    Refusal::new(RefusalCode::TransitionNotAllowed, text).on("status")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_231_800_000;

    fn lead(status: Status) -> Candidate {
        Candidate {
            status,
            interest: None,
            next_follow_up_at: None,
            created_at: NOW - 2 * DAY,
            last_call_at: None,
            unreached: 0,
            do_not_call: false,
        }
    }

    #[test]
    fn each_lead_says_why_it_is_called_now() {
        let rules = Rules::default();
        let (retry_after, due_within) = (rules.retry_after_ms, rules.due_within_ms);
        let called = |status, ago| Candidate { last_call_at: Some(NOW - ago), unreached: 1, ..lead(status) };
        let due = |status, in_ms| Candidate { next_follow_up_at: Some(NOW + in_ms), ..lead(status) };
        let interested = |level, ago: Option<i64>| Candidate {
            interest: Some(level),
            last_call_at: ago.map(|ago| NOW - ago),
            ..lead(Status::Interested)
        };
        for (candidate, expected) in [
            (due(Status::InProgress, -1), Some(Reason::Overdue)),
            (due(Status::Cnp, 0), Some(Reason::Due)),
            (due(Status::New, due_within), Some(Reason::Due)),
            (due(Status::Interested, due_within + 1), None),
            (due(Status::Lost, -1), None),
            (interested(4, None), Some(Reason::Hot)),
            (interested(5, Some(retry_after)), Some(Reason::Hot)),
            (interested(5, Some(HOUR)), None),
            (interested(3, None), Some(Reason::Unplanned)),
            (lead(Status::New), Some(Reason::Fresh)),
            (called(Status::New, HOUR), None),
            (called(Status::Cnp, retry_after), Some(Reason::Retry)),
            (called(Status::Cnp, retry_after - 1), None),
            (Candidate { unreached: TRIES_MAX, ..called(Status::Cnp, DAY) }, None),
            (called(Status::Qualified, DAY), Some(Reason::Unplanned)),
            (lead(Status::Converted), None),
            (Candidate { do_not_call: true, ..due(Status::Interested, -1) }, None),
        ] {
            assert_eq!(candidate.reason(NOW, true, &rules).map(|(reason, _)| reason), expected, "{candidate:?}");
            let promised = expected.filter(|reason| *reason <= Reason::Due);
            assert_eq!(candidate.reason(NOW, false, &rules).map(|(reason, _)| reason), promised, "out of hours: {candidate:?}");
        }
    }

    #[test]
    fn an_outcome_moves_a_lead_only_where_it_may_go() {
        let table: String = Status::ALL
            .into_iter()
            .map(|from| {
                let to = |one: &Disposition| match (one.check(from), one.moves(from)) {
                    (Err(_), _) => "-",
                    (Ok(()), None) => "=",
                    (Ok(()), Some(to)) => to.as_str(),
                };
                format!("{}: {}\n", from.as_str(), DISPOSITIONS.iter().map(to).collect::<Vec<_>>().join(" "))
            })
            .collect();
        assert_eq!(
            table,
            "new: interested in_progress cnp cnp cnp - lost lost lost\n\
             in_progress: interested = cnp cnp cnp - lost lost lost\n\
             cnp: interested in_progress = = = - lost lost lost\n\
             interested: = = cnp cnp cnp qualified lost lost lost\n\
             qualified: = = = = = converted lost lost lost\n\
             converted: - - - - - - - - -\n\
             lost: - - - - - - - - -\n"
        );
    }
}
