//! What a record says of its own history: who called, and when it was converted or dropped.

use super::{Device, pair, status};
use domain::{Command, Status};
use records::history;

/// When the device did its last command, by its own clock.
fn last_at(device: &Device) -> i64 {
    let mut mine = history(&device.doc).into_iter().filter_map(|entry| entry.envelope).filter(|e| e.author == device.user);
    mine.next_back().expect("a command").at
}

fn undo_of_last(device: &Device) -> Command {
    let mut mine = history(&device.doc).into_iter().filter_map(|entry| entry.envelope).filter(|e| e.author == device.user);
    let last = mine.next_back().expect("a command");
    Command::Undo { command: last.id, of: Box::new(last.command) }
}

#[test]
fn a_call_knows_who_made_it() {
    let (mut a, mut b, _) = pair();
    let first = a.run(Command::LogCall { at: 1_700_000_500_000, outcome: "Talked".into() });
    let second = b.run(Command::LogCall { at: 1_700_000_400_000, outcome: "Busy".into() });
    a.take(&second);
    b.take(&first);
    let called: Vec<_> = a.read().called().into_iter().map(|call| (call.at, call.by)).collect();
    assert_eq!(called, [(1_700_000_400_000, Some(b.user)), (1_700_000_500_000, Some(a.user))]);
    assert_eq!(a.read(), b.read());
}

#[test]
fn a_conversion_is_of_when_it_was_made() {
    let (mut a, ..) = pair();
    a.run(status(Status::New, Status::Qualified));
    assert_eq!(a.read().converted_at, None);
    a.run(status(Status::Qualified, Status::Converted));
    let converted_at = last_at(&a);
    a.run(Command::AddTag { tag: "vip".into() });
    assert_eq!(a.read().converted_at, Some(converted_at), "later edits leave it");
    a.run(status(Status::Converted, Status::InProgress));
    assert_eq!(a.read().converted_at, None);
    let back = undo_of_last(&a);
    a.run(back);
    assert_eq!((a.read().status, a.read().converted_at), (Status::Converted, Some(converted_at)), "what is put back is of then");
    a.run(status(Status::Converted, Status::InProgress));
    a.run(status(Status::InProgress, Status::Converted));
    assert_eq!(a.read().converted_at, Some(last_at(&a)), "anew");
}

#[test]
fn of_two_conversions_at_once_the_earlier_counts() {
    let (mut a, mut b, _) = pair();
    let tagged = a.run(Command::AddTag { tag: "vip".into() });
    b.take(&tagged);
    let (x, y) = (a.run(status(Status::New, Status::Converted)), b.run(status(Status::New, Status::Converted)));
    let (by_a, by_b) = (last_at(&a), last_at(&b));
    a.take(&y);
    b.take(&x);
    assert_ne!(by_a, by_b);
    assert_eq!((a.read().converted_at, b.read().converted_at), (Some(by_a.min(by_b)), Some(by_a.min(by_b))));
}
