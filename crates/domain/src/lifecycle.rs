//! The lead's lifecycle (Appendix B.2): which status may follow which, and with what.

use crate::lead::Status;
use crate::refusal::{Refusal, RefusalCode};

/// What a move asks for besides permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// Any who may change status.
    Plain,
    /// Needs a reason: dropping (row F10) and reopening.
    WithReason,
}

/// Whether `from → to` is a move at all.
#[must_use]
pub fn transition(from: Status, to: Status) -> Option<Move> {
    use Status::{Cnp, Converted, InProgress, Interested, Lost, New, Qualified};
    match (from, to) {
        (New, InProgress | Cnp | Interested)
        | (InProgress, Cnp | Interested)
        | (Cnp, InProgress | Interested | Cnp)
        | (Interested, InProgress | Cnp | Qualified)
        | (Qualified, Converted) => Some(Move::Plain),
        (New | InProgress | Cnp | Interested | Qualified, Lost) | (Lost, InProgress) => Some(Move::WithReason),
        (New | InProgress | Cnp | Interested | Qualified | Converted | Lost, _) => None,
    }
}

/// The statuses a lead may move to next, in menu order.
#[must_use]
pub fn next(from: Status) -> Vec<Status> {
    Status::ALL.into_iter().filter(|to| *to != from && transition(from, *to).is_some()).collect()
}

/// Checks one move.
///
/// # Errors
/// `TransitionNotAllowed` naming what is possible, or `ReasonRequired`.
pub fn check(from: Status, to: Status, reason: Option<&str>) -> Result<(), Refusal> {
    let Some(kind) = transition(from, to) else {
        let possible: Vec<_> = next(from).iter().map(|s| label(*s)).collect();
        let rest = if possible.is_empty() { "It stays as it is.".to_owned() } else { format!("It can become {}.", possible.join(", ")) };
        return Err(Refusal::new(
            RefusalCode::TransitionNotAllowed,
            format!("A lead that is {} can't become {}. {rest}", label(from), label(to)),
        )
        .on("status"));
    };
    if kind == Move::WithReason && reason.is_none_or(|r| r.trim().is_empty()) {
        return Err(Refusal::new(RefusalCode::ReasonRequired, "Say why: a reason is needed to drop or reopen a lead.").on("reason"));
    }
    Ok(())
}

/// The status in a sentence.
#[must_use]
pub fn label(status: Status) -> &'static str {
    match status {
        Status::New => "New",
        Status::InProgress => "In progress",
        Status::Cnp => "CNP",
        Status::Interested => "Interested",
        Status::Qualified => "Qualified",
        Status::Converted => "Converted",
        Status::Lost => "Lost",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_are_those_of_appendix_b2() {
        let table: String = Status::ALL
            .into_iter()
            .map(|from| format!("{}: {}\n", from.as_str(), next(from).iter().map(|s| s.as_str()).collect::<Vec<_>>().join(" ")))
            .collect();
        assert_eq!(
            table,
            "new: in_progress cnp interested lost\n\
             in_progress: cnp interested lost\n\
             cnp: in_progress interested lost\n\
             interested: in_progress cnp qualified lost\n\
             qualified: converted lost\n\
             converted: \n\
             lost: in_progress\n"
        );
    }

    #[test]
    fn dropping_and_reopening_need_a_reason() {
        assert!(check(Status::Qualified, Status::Lost, None).is_err());
        assert!(check(Status::Qualified, Status::Lost, Some(" ")).is_err());
        assert!(check(Status::Qualified, Status::Lost, Some("Financial")).is_ok());
        assert!(check(Status::Lost, Status::InProgress, Some("Called back")).is_ok());
        assert!(check(Status::Interested, Status::Converted, None).is_err());
    }
}
