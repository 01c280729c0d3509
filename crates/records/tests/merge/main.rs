//! The merge rules as properties: any order, any grouping, any duplication of deliveries gives the
//! same record everywhere; and the rules of architecture §5 one by one.

mod facts;
mod money;
mod undo;

use domain::command::NewLead;
use domain::follow_up::FollowUpState;
use domain::{Command, CommandId, Envelope, LeadField, LeadId, LeadRecord, Status, UserId};
use proptest::prelude::*;
use rand::rngs::SmallRng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, SeedableRng};
use records::{ActorBytes, Doc, NewChange, TextEdit, execute, history, lead, reexecute, splices};
use uuid::Uuid;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + n)
}

/// One device in a story: its document and its actor.
#[derive(Clone)]
struct Device {
    doc: Doc,
    actor: ActorBytes,
    user: UserId,
    next: u128,
}

impl Device {
    fn new(n: u8) -> Self {
        Self { doc: Doc::empty(), actor: [n; 16], user: UserId(id(u128::from(n))), next: u128::from(n) << 64 }
    }

    fn envelope(&mut self, command: Command) -> Envelope {
        self.next += 1;
        Envelope { id: CommandId(id(self.next)), author: self.user, at: 1_700_000_000_000 + (self.next & 0xffff) as i64, command }
    }

    fn run(&mut self, command: Command) -> NewChange {
        let envelope = self.envelope(command);
        execute(&mut self.doc, self.actor, &envelope).expect("the command fits")
    }

    fn read(&self) -> LeadRecord {
        lead::read(&self.doc, LeadId(id(1))).expect("a lead")
    }

    fn take(&mut self, change: &NewChange) {
        self.doc.apply_trusted(&change.bytes).expect("its dependencies are here");
    }
}

fn new_lead() -> Command {
    Command::CreateLead(NewLead {
        name: "Ananya".into(),
        phone: "+919820014700".into(),
        note: Some("Call after six.".into()),
        ..NewLead::default()
    })
}

/// Two devices with the same lead.
fn pair() -> (Device, Device, Uuid) {
    let (mut a, mut b) = (Device::new(1), Device::new(2));
    let created = a.run(new_lead());
    b.take(&created);
    let note = a.read().notes[0].id;
    (a, b, note)
}

fn set(field: LeadField, value: &str) -> Command {
    Command::SetField { field, value: Some(value.into()) }
}

fn status(from: Status, to: Status) -> Command {
    Command::ChangeStatus { from, to, reason: (to == Status::Lost).then(|| "Financial".into()) }
}

/// Runs both and exchanges the changes.
fn concurrently(first: Command, second: Command) -> (LeadRecord, LeadRecord) {
    let (mut a, mut b, _) = pair();
    let (x, y) = (a.run(first), b.run(second));
    a.take(&y);
    b.take(&x);
    (a.read(), b.read())
}

#[test]
fn concurrent_phones_show_one_and_keep_the_other() {
    let (a, b) = concurrently(set(LeadField::Phone, "+919820014786"), set(LeadField::Phone, "+919820014768"));
    assert_eq!(a, b);
    let mut both = vec![a.phone.value.clone(), a.phone.others[0].value.clone()];
    both.sort();
    assert_eq!(both, [Some("+919820014768".to_owned()), Some("+919820014786".to_owned())]);
    assert_eq!(a.phone.before.as_deref(), Some("+919820014700"));
}

#[test]
fn picking_a_value_ends_the_conflict_also_the_one_that_shows() {
    for keep_shown in [true, false] {
        let (mut a, mut b, _) = pair();
        let (x, y) = (a.run(set(LeadField::Phone, "+919820014786")), b.run(set(LeadField::Phone, "+919820014768")));
        a.take(&y);
        b.take(&x);
        let field = a.read().phone;
        let pick = if keep_shown { field.value } else { field.others[0].value.clone() };
        let picked = a.run(Command::SetField { field: LeadField::Phone, value: pick.clone() });
        b.take(&picked);
        assert_eq!(b.read().phone.value, pick);
        assert!(b.read().phone.others.is_empty(), "keep_shown {keep_shown}");
    }
}

#[test]
fn the_same_value_twice_is_no_conflict() {
    let (a, b) = concurrently(set(LeadField::Email, "a@b.in"), set(LeadField::Email, "a@b.in"));
    assert_eq!(a, b);
    assert!(a.email.others.is_empty());
}

#[test]
fn the_furthest_status_wins_and_is_flagged() {
    use Status::{Cnp, InProgress, Interested, Lost, New};
    for (one, other, wins) in
        [(InProgress, Interested, Interested), (Cnp, Interested, Interested), (Lost, InProgress, InProgress), (Lost, Cnp, Lost)]
    {
        let (a, b) = concurrently(status(New, one), status(New, other));
        assert_eq!(a, b);
        assert_eq!((a.status, a.review), (wins, true), "{one:?} and {other:?}");
    }
    let (a, _) = concurrently(status(New, Cnp), status(New, Cnp));
    assert_eq!((a.status, a.review), (Cnp, false));
}

#[test]
fn the_higher_interest_wins() {
    let (mut a, mut b, _) = pair();
    let moved = a.run(status(Status::New, Status::Interested));
    b.take(&moved);
    let (x, y) = (a.run(Command::SetInterest { level: 2 }), b.run(Command::SetInterest { level: 4 }));
    a.take(&y);
    b.take(&x);
    assert_eq!((a.read().interest, b.read().interest), (Some(4), Some(4)));
}

#[test]
fn notes_merge_as_text() {
    let (mut a, mut b, note) = pair();
    let edit = |d: &mut Device, at: usize, delete: usize, insert: &str| {
        let edits = [TextEdit { at, delete, insert: insert.into() }];
        let splices = splices(&d.doc, &d.doc.heads(), note, &edits).expect("a place");
        d.run(Command::EditNote { note, splices })
    };
    let x = edit(&mut a, 0, 4, "Ring");
    let y = edit(&mut b, 15, 0, " Or on Sunday.");
    a.take(&y);
    b.take(&x);
    assert_eq!(a.read().notes[0].text, "Ring after six. Or on Sunday.");
    assert_eq!(a.read(), b.read());
}

#[test]
fn an_outcome_beats_a_cancel_and_a_move() {
    for other in [
        |f| Command::CancelFollowUp { follow_up: f },
        |f| Command::MoveFollowUp {
            follow_up: f,
            due_at: 1_800_000_000_000,
            zone: "Asia/Kolkata".into(),
            local: "2027-01-15T13:30".into(),
        },
    ] {
        let (mut a, mut b, _) = pair();
        let scheduled = a.run(Command::ScheduleFollowUp {
            due_at: 1_790_000_000_000,
            zone: "Asia/Kolkata".into(),
            local: "2026-09-21T20:43".into(),
            note: String::new(),
        });
        b.take(&scheduled);
        let follow_up = a.read().follow_ups[0].id;
        let done = a.run(Command::CompleteFollowUp { follow_up, outcome: "Call made".into() });
        let changed = b.run(other(follow_up));
        a.take(&changed);
        b.take(&done);
        assert_eq!(a.read(), b.read());
        assert_eq!(a.read().follow_ups[0].state, FollowUpState::Done);
        assert_eq!(a.read().follow_ups[0].outcome.as_deref(), Some("Call made"));
    }
}

#[test]
fn a_text_edit_without_its_place_becomes_a_note_of_its_own() {
    let (mut a, b, note) = pair();
    // The server refused an insertion, and the next edit was typed inside it.
    let refused =
        splices(&a.doc, &a.doc.heads(), note, &[TextEdit { at: 0, delete: 0, insert: "Refused words ".into() }]).expect("a place");
    a.run(Command::EditNote { note, splices: refused });
    let inside = splices(&a.doc, &a.doc.heads(), note, &[TextEdit { at: 7, delete: 0, insert: "typed inside".into() }]).expect("a place");
    let envelope = a.envelope(Command::EditNote { note, splices: inside });
    let mut server = b.doc.clone();
    let heads = server.heads();
    reexecute(&mut server, &heads, [9; 16], &envelope).expect("it is kept");
    let lead = lead::read(&server, LeadId(id(1))).expect("a lead");
    let unplaced: Vec<_> = lead.notes.iter().filter(|n| n.unplaced).map(|n| n.text.as_str()).collect();
    assert_eq!(unplaced, ["typed inside"]);
    assert_eq!(lead.notes.iter().filter(|n| !n.unplaced).map(|n| n.text.as_str()).collect::<Vec<_>>(), ["Call after six."]);
}

#[test]
fn a_command_that_changes_nothing_is_still_on_the_timeline() {
    let (mut a, ..) = pair();
    a.run(set(LeadField::Name, "Ananya"));
    assert_eq!(history(&a.doc).len(), 2);
    assert!(history(&a.doc).iter().all(|e| e.envelope.is_some()));
}

#[test]
fn reexecution_keeps_a_concurrent_edit_as_a_conflict() {
    let (mut a, mut b, _) = pair();
    let base = a.doc.heads();
    let theirs = b.run(set(LeadField::Phone, "+919820014768"));
    let envelope = a.envelope(set(LeadField::Phone, "+919820014786"));
    let mut server = b.doc.clone();
    assert!(server.has(&theirs.hash));
    reexecute(&mut server, &base, [9; 16], &envelope).expect("it fits");
    let lead = lead::read(&server, LeadId(id(1))).expect("a lead");
    assert_eq!(lead.phone.others.len(), 1, "the manager's number must not be overwritten");
}

fn delete() -> Command {
    Command::DeleteLead { reason: "Entered twice".into() }
}

fn restore(deletions: &[Uuid]) -> Command {
    Command::RestoreLead { deletions: deletions.to_vec(), reason: "It was the only one".into() }
}

/// By the history alone: the deletions that no restore names, in the order of their ids.
fn deletions_that_stand(doc: &Doc) -> Vec<Uuid> {
    let commands: Vec<Envelope> = history(doc).into_iter().filter_map(|entry| entry.envelope).collect();
    let restored =
        |id: &Uuid| commands.iter().any(|e| matches!(&e.command, Command::RestoreLead { deletions, .. } if deletions.contains(id)));
    let deleted = |e: &Envelope| matches!(e.command, Command::DeleteLead { .. }).then_some(e.id.0);
    let mut standing: Vec<Uuid> = commands.iter().filter_map(deleted).filter(|id| !restored(id)).collect();
    standing.sort_unstable();
    standing
}

#[test]
fn a_restore_brings_the_record_back_as_it_was() {
    let (mut a, mut b, _) = pair();
    let before = a.read();
    let deleted = a.run(delete());
    b.take(&deleted);
    let deletion = b.read().deleted.expect("it is deleted");
    assert_eq!((deletion.by, deletion.reason.as_str(), deletion.edited_after), (a.user, "Entered twice", false));
    assert_eq!(LeadRecord { deleted: None, ..b.read() }, before, "nothing is erased");
    let restored = b.run(restore(&deletion.deletions));
    a.take(&restored);
    assert_eq!((a.read(), b.read()), (before.clone(), before));
}

#[test]
fn two_deletions_at_once_both_need_restoring() {
    let (mut a, mut b, _) = pair();
    let (x, y) = (a.run(delete()), b.run(delete()));
    a.take(&y);
    b.take(&x);
    assert_eq!(a.read(), b.read());
    let both = a.read().deleted.expect("it is deleted").deletions;
    assert_eq!(both.len(), 2);
    // Of two restores that each know one deletion, together they undo both.
    for named in &both {
        let restored = a.run(restore(&[*named]));
        b.take(&restored);
        assert_eq!(a.read(), b.read());
        let rest: Vec<Uuid> = both.iter().copied().filter(|id| *named == both[0] && id != named).collect();
        assert_eq!(a.read().deleted.map(|d| d.deletions).unwrap_or_default(), rest);
    }
    let (mut a, mut b, _) = pair();
    let (x, y) = (a.run(delete()), b.run(delete()));
    // A restores what it knows of: the other's deletion still stands.
    let known = a.read().deleted.expect("it is deleted").deletions;
    let restored = a.run(restore(&known));
    b.take(&x);
    b.take(&restored);
    a.take(&y);
    assert_eq!(a.read(), b.read());
    assert_eq!(a.read().deleted.expect("by the other").by, b.user);
}

#[test]
fn an_edit_that_did_not_know_of_the_deletion_flags_it() {
    for (edit, flagged) in [(set(LeadField::Name, "Anita"), true), (delete(), false)] {
        let (a, b) = concurrently(delete(), edit.clone());
        assert_eq!(a, b);
        let deletion = a.deleted.expect("a deletion wins over an edit");
        assert_eq!(deletion.edited_after, flagged, "{edit:?}");
    }
    let (a, _) = concurrently(delete(), set(LeadField::Name, "Anita"));
    assert_eq!(a.name.value.as_deref(), Some("Anita"), "what was typed is kept");
}

#[test]
fn edits_before_a_deletion_and_after_a_restore_flag_nothing() {
    let (mut a, mut b, _) = pair();
    a.run(set(LeadField::Name, "Before"));
    a.run(delete());
    assert!(!a.read().deleted.expect("it is deleted").edited_after);
    let deletions = a.read().deleted.expect("it is deleted").deletions;
    a.run(restore(&deletions));
    a.run(set(LeadField::Name, "After"));
    assert_eq!(a.read().deleted, None);
    a.run(delete());
    assert!(!a.read().deleted.expect("again").edited_after);
    // Somebody else, who knows nothing of all this.
    let theirs = b.run(set(LeadField::Email, "a@b.in"));
    a.take(&theirs);
    let deletion = a.read().deleted.expect("still");
    assert!(deletion.edited_after && deletion.deletions.len() == 1);
    a.run(restore(&deletion.deletions));
    assert_eq!((a.read().deleted, a.read().email.value), (None, Some("a@b.in".to_owned())));
}

fn random_command(d: &mut Device, rng: &mut SmallRng) -> Option<Command> {
    let lead = d.read();
    let open: Vec<_> = lead.follow_ups.iter().map(|f| f.id).collect();
    let pick = |rng: &mut SmallRng| open.choose(rng).copied();
    Some(match rng.random_range(0..14) {
        0 => set(LeadField::Phone, ["+919820014786", "+919820014768", "+919820014700"][rng.random_range(0..3)]),
        1 => set(*LeadField::ALL.choose(rng)?, "1200"),
        2 => Command::SetField { field: LeadField::Email, value: None },
        3 => {
            let to = *domain::lifecycle::next(lead.status).choose(rng)?;
            Command::ChangeStatus { from: lead.status, to, reason: Some("Because".into()) }
        }
        4 => Command::SetInterest { level: rng.random_range(1..=5) },
        5 => Command::ScheduleFollowUp {
            due_at: 1_790_000_000_000 + rng.random_range(0..1_000_000),
            zone: "Asia/Kolkata".into(),
            local: "2026-09-21T20:43".into(),
            note: "न".into(),
        },
        6 => Command::CompleteFollowUp { follow_up: pick(rng)?, outcome: "Call made".into() },
        7 => Command::CancelFollowUp { follow_up: pick(rng)? },
        8 => Command::AddTag { tag: ["hot", "cold"][rng.random_range(0..2)].into() },
        9 => Command::RemoveTag { tag: "hot".into() },
        10 => delete(),
        11 => restore(&lead.deleted?.deletions),
        12 => {
            let own = undo::all(d).filter(|command| d.may(command)).collect::<Vec<_>>();
            own.choose(rng)?.clone()
        }
        _ => {
            let note = lead.notes.choose(rng)?;
            let length = note.text.chars().count();
            let at = rng.random_range(0..=length);
            let delete = rng.random_range(0..=(length - at).min(3));
            let edits = [TextEdit { at, delete, insert: "ab मी ".into() }];
            Command::EditNote { note: note.id, splices: splices(&d.doc, &d.doc.heads(), note.id, &edits).ok()? }
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Random edits on three devices with partial exchanges in between; then every device gets
    /// every change in an order of its own, some twice.
    #[test]
    fn any_order_grouping_and_duplication_gives_the_same_record(seed in any::<u64>()) {
        let mut rng = SmallRng::seed_from_u64(seed);
        let mut devices: Vec<Device> = (1..=3).map(Device::new).collect();
        let created = devices[0].run(new_lead());
        let mut changes = vec![created.clone()];
        devices[1].take(&created);
        devices[2].take(&created);
        for _ in 0..rng.random_range(5..30) {
            let who = rng.random_range(0..3);
            if rng.random_bool(0.7) {
                if let Some(command) = random_command(&mut devices[who], &mut rng) {
                    changes.push(devices[who].run(command));
                }
            } else {
                deliver(&mut devices[who].doc, &changes, &mut rng);
            }
        }
        let mut everywhere = Vec::new();
        for device in &mut devices {
            let mut order = changes.clone();
            order.extend(changes.choose_multiple(&mut rng, 3).cloned());
            order.shuffle(&mut rng);
            deliver(&mut device.doc, &order, &mut rng);
            prop_assert_eq!(Doc::load(&device.doc.save()).expect("it loads").heads(), device.doc.heads());
            everywhere.push((device.doc.heads(), device.read()));
        }
        prop_assert_eq!(&everywhere[0], &everywhere[1], "seed {}", seed);
        prop_assert_eq!(&everywhere[1], &everywhere[2], "seed {}", seed);
        prop_assert_eq!(history(&devices[0].doc).len(), changes.len());
        let standing = everywhere[0].1.deleted.as_ref().map(|d| d.deletions.clone()).unwrap_or_default();
        prop_assert_eq!(standing, deletions_that_stand(&devices[0].doc), "seed {}", seed);
    }

    /// What honest devices make, the gate and `accept` let in unchanged, in any causal order.
    #[test]
    fn honest_changes_pass_the_gate(seed in any::<u64>()) {
        let mut rng = SmallRng::seed_from_u64(seed);
        let (mut a, mut b, _) = pair();
        let mut changes: Vec<NewChange> = Vec::new();
        for _ in 0..12 {
            let d = if rng.random_bool(0.5) { &mut a } else { &mut b };
            if let Some(command) = random_command(d, &mut rng) {
                changes.push(d.run(command));
            }
            if rng.random_bool(0.2) {
                let all = changes.clone();
                deliver(&mut a.doc, &all, &mut rng);
                deliver(&mut b.doc, &all, &mut rng);
            }
        }
        let mut server = Device::new(1);
        server.run(new_lead());
        for change in &changes {
            let gated = records::gate(&change.bytes).expect("an honest change");
            match records::accept(&server.doc, &gated).expect("an honest change") {
                records::Verdict::Accepted(next) => server.doc = next,
                records::Verdict::MissingDeps(d) => prop_assert!(false, "seed {}: missing {:?}", seed, d),
            }
            records::verify(&server.doc).expect("it loads again");
        }
    }

    /// Bytes changed anywhere, with the checksum repaired: refused, never a panic, never in.
    #[test]
    fn mutated_changes_never_get_in(seed in any::<u64>()) {
        let mut rng = SmallRng::seed_from_u64(seed);
        let (mut a, b, _) = pair();
        let Some(command) = random_command(&mut a, &mut rng) else { return Ok(()) };
        let honest = a.run(command);
        let mut bytes = honest.bytes.clone();
        for _ in 0..rng.random_range(1..4) {
            let at = rng.random_range(9..bytes.len());
            bytes[at] ^= 1 << rng.random_range(0..8);
        }
        let repaired = records::ChangeHash::of(&bytes).expect("long enough");
        bytes[4..8].copy_from_slice(&repaired.0[..4]);
        if let Ok(gated) = records::gate(&bytes) {
            if gated.envelope == records::gate(&honest.bytes).expect("honest").envelope && bytes != honest.bytes {
                prop_assert!(!matches!(records::accept(&b.doc, &gated), Ok(records::Verdict::Accepted(_))), "seed {}", seed);
            } else if let Ok(records::Verdict::Accepted(next)) = records::accept(&b.doc, &gated) {
                // Another command altogether: in only as exactly what that command makes.
                records::verify(&next).expect("it loads again");
            }
        }
    }
}

/// Applies what it can, in the given order, until nothing waits for a dependency.
fn deliver(doc: &mut Doc, changes: &[NewChange], rng: &mut SmallRng) {
    let mut waiting: Vec<_> = changes.iter().collect();
    if rng.random_bool(0.5) {
        waiting.reverse();
    }
    loop {
        let before = waiting.len();
        waiting.retain(|c| doc.apply_trusted(&c.bytes).is_err());
        if waiting.is_empty() || waiting.len() == before {
            return;
        }
    }
}

#[test]
fn the_gate_refuses_what_is_not_one_plain_change() {
    use records::GateError;
    let (mut a, ..) = pair();
    let honest = a.run(set(LeadField::Name, "B")).bytes;
    let with = |f: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = honest.clone();
        f(&mut bytes);
        records::gate(&bytes).err()
    };
    assert_eq!(with(&|_| ()), None);
    assert_eq!(with(&|b| b[4] ^= 1), Some(GateError::Checksum));
    assert_eq!(with(&|b| b[8] = 2), Some(GateError::NotAChange), "compressed chunks are not opened");
    assert_eq!(with(&|b| b.truncate(12)), Some(GateError::Checksum));
    assert_eq!(with(&|b| *b = vec![0; 70_000]), Some(GateError::TooLarge(70_000)));
    assert_eq!(with(&|b| *b = b"not a change at all".to_vec()), Some(GateError::NotAChange));
}

#[test]
fn a_gap_in_the_actors_sequence_is_refused() {
    let (mut a, b, _) = pair();
    // A change whose predecessor by the same actor was taken out of its dependencies.
    let mut skipping = b.clone();
    skipping.actor = a.actor;
    a.run(set(LeadField::Name, "First"));
    let second = a.run(set(LeadField::Name, "Second"));
    let gated = records::gate(&second.bytes).expect("well-formed");
    assert!(matches!(records::accept(&b.doc, &gated), Ok(records::Verdict::MissingDeps(_))));
    // The same number used twice, on two branches.
    let twin = skipping.run(set(LeadField::Name, "Twin"));
    let gated = records::gate(&twin.bytes).expect("well-formed");
    assert!(records::accept(&a.doc, &gated).is_err());
}
