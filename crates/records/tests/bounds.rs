//! Bytes that would cost far more than they are: refused before Automerge opens them. What honest devices
//! make is let through, also at its largest.

use automerge::transaction::Transactable as _;
use automerge::{Automerge, ROOT};
use domain::command::NewLead;
use domain::{Command, CommandId, Envelope, LeadId, UserId, limits};
use records::{Doc, GateError, NewChange, RecordError, TextEdit};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

fn id(n: u64) -> Uuid {
    Uuid::from_u64_pair(n, 7)
}

fn run(doc: &mut Doc, actor: u8, n: u64, command: Command) -> NewChange {
    let envelope = Envelope { id: CommandId(id(n)), author: UserId(id(99)), at: 0, command };
    records::execute(doc, [actor; 16], &envelope).expect("a change")
}

fn lead() -> Doc {
    let mut doc = Doc::empty();
    let note = Some("न".repeat(limits::NOTE_MAX));
    run(&mut doc, 1, 1, Command::CreateLead(NewLead { name: "Priya".into(), phone: "+919820014786".into(), note, ..NewLead::default() }));
    doc
}

#[test]
fn compressed_columns_and_chunks_are_not_opened() {
    let mut am = Automerge::new();
    am.transact::<_, _, automerge::AutomergeError>(|tx| tx.put(ROOT, "k", "x".repeat(1_000_000))).expect("put");
    assert!(Doc::load(&am.save_nocompress()).is_ok());
    let small = am.save();
    assert!(small.len() < 10_000 && matches!(Doc::load(&small), Err(RecordError::Corrupt(_))));
    let change = am.get_changes(&[]).remove(0).bytes().into_owned();
    assert!(change.len() < 10_000 && change[8] == 2, "a compressed change");
    assert!(matches!(Doc::empty().apply_trusted(&change), Err(RecordError::Corrupt(_))));
    assert!(records::gate(&change).is_err());
}

#[test]
fn what_is_no_change_chunk_is_refused_even_with_a_right_checksum() {
    let change = run(
        &mut Doc::empty(),
        1,
        1,
        Command::CreateLead(NewLead { name: "Priya".into(), phone: "+919820014786".into(), ..NewLead::default() }),
    );
    let gated = records::gate(&change.bytes).expect("a change");
    assert_eq!((gated.bytes(), gated.hash), (change.bytes.as_slice(), change.hash));
    let mut foreign = change.bytes.clone();
    foreign[0] ^= 1;
    assert!(matches!(records::gate(&foreign), Err(GateError::NotAChange)), "another format's first bytes");
    let mut document = change.bytes;
    document[8] = 0;
    let digest = Sha256::digest(&document[8..]);
    document[4..8].copy_from_slice(&digest[..4]);
    assert!(matches!(records::gate(&document), Err(GateError::NotAChange)), "a whole document");
    assert!(matches!(records::gate(&document[..8]), Err(GateError::NotAChange)), "a head alone");
}

#[test]
fn the_size_cap_is_the_last_size_that_passes() {
    assert!(matches!(records::gate(&vec![0; limits::CHANGE_MAX]), Err(GateError::NotAChange)));
    assert!(matches!(records::gate(&vec![0; limits::CHANGE_MAX + 1]), Err(GateError::TooLarge(_))));
}

/// Automerge would go through a billion operations: some minutes, and then memory for all of them.
#[test]
fn a_change_that_repeats_an_operation_without_end_is_refused_at_once() {
    let endless = repeated(1 << 30);
    assert!(endless.len() < 100);
    assert!(matches!(Doc::empty().apply_trusted(&endless), Err(RecordError::Corrupt(_))));
    assert!(matches!(Doc::load(&endless), Err(RecordError::Corrupt(_))));
    assert!(records::gate(&endless).is_err());
    let few = repeated(3);
    assert_eq!(Doc::empty().apply_trusted(&few).map_err(|e| e.to_string()), Ok(()), "the same with three is a change");
}

#[test]
fn the_largest_honest_edits_are_let_through() {
    let ground = lead();
    let note = id(1);
    let mut doc = ground.clone();
    // Five people delete the whole note, none knowing of the others.
    for actor in 2..7 {
        let mut theirs = ground.clone();
        let edits = [TextEdit { at: 0, delete: limits::NOTE_MAX, insert: "x".repeat(limits::NOTE_MAX) }];
        let splices = records::splices(&theirs, &theirs.heads(), note, &edits).expect("placed");
        let change = run(&mut theirs, actor, u64::from(actor), Command::EditNote { note, splices });
        doc.apply_trusted(&change.bytes).expect("an honest change");
        assert!(records::gate(&change.bytes).is_ok());
    }
    let again = Doc::load(&records::verify(&doc).expect("it loads")).expect("it loads");
    assert_eq!(records::lead::read(&again, LeadId(id(1))).expect("a lead").notes[0].text.chars().count(), 5 * limits::NOTE_MAX);
}

/// A change that sets one key `n` times.
fn repeated(n: i64) -> Vec<u8> {
    let run = |value: &[u8]| [signed(n), value.to_vec()].concat();
    let columns: [(u8, Vec<u8>); 5] =
        [(0x15, run(&[1, b'k'])), (0x34, unsigned(n as u64)), (0x42, run(&[1])), (0x56, run(&[0])), (0x70, run(&[0]))];
    // No dependency, an actor, sequence and operation 1, time 0, no message, no other actor.
    let mut content = vec![0, 1, 7, 1, 1, 0, 0, 0];
    content.push(columns.len() as u8);
    columns.iter().for_each(|(form, values)| content.extend([*form, values.len() as u8]));
    columns.iter().for_each(|(_, values)| content.extend(values));
    let hashed = [vec![1], unsigned(content.len() as u64), content].concat();
    [vec![0x85, 0x6f, 0x4a, 0x83], Sha256::digest(&hashed)[..4].to_vec(), hashed].concat()
}

fn unsigned(mut n: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
    out
}

/// As [`unsigned`], with room for the sign.
fn signed(n: i64) -> Vec<u8> {
    let mut out = unsigned(n as u64);
    if let Some(last) = out.last_mut().filter(|last| **last & 0x40 != 0) {
        *last |= 0x80;
        out.push(0);
    }
    out
}
