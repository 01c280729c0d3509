//! Taking a command back: what it set is as it was before, or nothing happens.

use super::{Device, id, new_lead, pair, set, status};
use domain::follow_up::FollowUpState;
use domain::{Command, CommandId, Envelope, LeadField, Status};
use records::{RecordError, execute, history, reexecute, undoable};
use uuid::Uuid;

/// The undo of everything that was done to the device's document by its person, newest first.
pub fn all(device: &Device) -> impl Iterator<Item = Command> {
    let mine = history(&device.doc).into_iter().rev().filter_map(|entry| entry.envelope).filter(|e| e.author == device.user);
    mine.filter(|made| made.command.can_be_undone()).map(|made| Command::Undo { command: made.id, of: Box::new(made.command) })
}

impl Device {
    pub fn may(&self, command: &Command) -> bool {
        let envelope = Envelope { id: CommandId(Uuid::nil()), author: self.user, at: 0, command: command.clone() };
        undoable(&self.doc, &self.doc.heads(), &envelope)
    }

    /// The undo of what it did last.
    fn undo(&self) -> Command {
        all(self).next().expect("something was done")
    }
}

fn follow_up(minutes: i64) -> Command {
    let due_at = 1_790_000_000_000 + minutes * 60_000;
    Command::ScheduleFollowUp { due_at, zone: "Asia/Kolkata".into(), local: "2026-09-21T20:43".into(), note: "Demo".into() }
}

#[test]
fn everything_that_can_be_undone_is_as_before() {
    let (mut a, ..) = pair();
    for before in [set(LeadField::Email, "a@b.in"), status(Status::New, Status::Interested), Command::SetInterest { level: 2 }] {
        a.run(before);
    }
    a.run(Command::AddTag { tag: "hot".into() });
    a.run(follow_up(0));
    let item = a.read().follow_ups[0].id;
    let moved = Command::MoveFollowUp { follow_up: item, due_at: 1_790_900_000_000, zone: "UTC".into(), local: "2026-10-02T05:00".into() };
    let (zone, local) = ("Asia/Kolkata".to_owned(), "2026-09-24T20:43".to_owned());
    let later = Command::MoveFollowUp { follow_up: item, due_at: 1_790_259_200_000, zone, local };
    let commands = [
        set(LeadField::Email, "x@y.in"),
        // In the same zone.
        later,
        Command::SetField { field: LeadField::Email, value: None },
        set(LeadField::Budget, "1200"),
        status(Status::Interested, Status::Lost),
        status(Status::Interested, Status::Qualified),
        Command::SetInterest { level: 5 },
        moved,
        Command::CompleteFollowUp { follow_up: item, outcome: "Call made".into() },
        Command::CancelFollowUp { follow_up: item },
        Command::LogCall { at: 1, outcome: "Talked".into() },
        Command::AddTag { tag: "vip".into() },
        Command::RemoveTag { tag: "hot".into() },
    ];
    for command in commands {
        let before = a.read();
        a.run(command.clone());
        let undo = a.undo();
        a.run(undo);
        assert_eq!(a.read(), before, "{command:?}");
        assert!(!a.may(&a.undo()), "once is enough: {command:?}");
    }
    // What says the same writes nothing, and there is nothing to put back.
    let same = a.read();
    a.run(set(LeadField::Email, "a@b.in"));
    let undo = a.undo();
    a.run(undo);
    assert_eq!(a.read(), same);
    a.run(status(Status::Interested, Status::Cnp));
    a.run(status(Status::Cnp, Status::Cnp));
    let undo = a.undo();
    a.run(undo);
    assert_eq!(a.read().status, Status::Cnp);
    // It was not there.
    a.run(Command::RemoveTag { tag: "cold".into() });
    assert!(!a.may(&a.undo()));
    // A plan leaves a cancelled one, so that who completes it meanwhile is heard.
    a.run(follow_up(9));
    let undo = a.undo();
    a.run(undo);
    let planned = a.read().follow_ups;
    assert!(planned.iter().any(|f| f.id == item && f.state == FollowUpState::Scheduled));
    assert!(planned.iter().any(|f| f.id != item && f.state == FollowUpState::Cancelled));
}

#[test]
fn what_was_changed_since_or_by_others_stays() {
    let (mut a, mut b, _) = pair();
    a.run(set(LeadField::Email, "a@b.in"));
    let late = a.undo();
    a.run(set(LeadField::Email, "c@d.in"));
    assert!(!a.may(&late), "another value stands");
    let envelope = a.envelope(late);
    let actor = a.actor;
    assert!(matches!(execute(&mut a.doc, actor, &envelope), Err(RecordError::NotCurrent)));

    let (_, y) = (a.run(set(LeadField::Name, "Anita")), b.run(set(LeadField::Name, "Asha")));
    let undo = a.undo();
    assert!(a.may(&undo));
    a.take(&y);
    assert!(!a.may(&undo), "beside somebody else’s value, picking is the way");

    // Not one’s own, not what was done, not what nobody did.
    let theirs = all(&a).find(|undo| undo.target() != Some(id(0))).expect("one of a’s");
    let doc = a.doc.clone();
    b.doc = doc;
    assert!(!b.may(&theirs));
    let other = Command::Undo { command: CommandId(theirs.target().expect("a target")), of: Box::new(set(LeadField::Name, "Else")) };
    assert!(!a.may(&other));
    let none = Command::Undo { command: CommandId(id(12_345)), of: Box::new(set(LeadField::Name, "Anita")) };
    assert!(!a.may(&none));
}

#[test]
fn who_edits_meanwhile_is_heard() {
    // Dropped by mistake and taken back, while somebody wrote the mail down.
    let (mut a, mut b, _) = pair();
    let dropped = a.run(status(Status::New, Status::Lost));
    let undo = a.undo();
    let undone = a.run(undo);
    let mail = b.run(set(LeadField::Email, "a@b.in"));
    a.take(&mail);
    b.take(&dropped);
    b.take(&undone);
    assert_eq!(a.read(), b.read());
    assert_eq!(
        (a.read().status, a.read().review, a.read().drop, a.read().email.value.as_deref()),
        (Status::New, false, None, Some("a@b.in"))
    );

    // Planned and taken back, while somebody completes it.
    let planned = a.run(follow_up(0));
    b.take(&planned);
    let item = a.read().follow_ups[0].id;
    let undo = a.undo();
    let undone = a.run(undo);
    let done = b.run(Command::CompleteFollowUp { follow_up: item, outcome: "Call made".into() });
    a.take(&done);
    b.take(&undone);
    assert_eq!(a.read(), b.read());
    assert_eq!(a.read().follow_ups[0].state, FollowUpState::Done);
}

#[test]
fn an_undo_of_what_never_got_in_does_nothing_where_it_is_made_again() {
    let mut a = Device::new(1);
    a.run(new_lead());
    let ground = a.doc.clone();
    a.run(Command::AddTag { tag: "hot".into() });
    let undo = a.undo();
    let envelope = a.envelope(undo);
    let (before, heads) = (a.read(), ground.heads());
    a.doc = ground;
    assert!(!undoable(&a.doc, &heads, &envelope));
    reexecute(&mut a.doc, &heads, [9; 16], &envelope).expect("an empty change");
    assert_eq!(a.read().tags, Vec::<String>::new());
    assert_eq!(before.tags, ["hot"]);
}
