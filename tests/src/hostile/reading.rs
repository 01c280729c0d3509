//! All that client and server do with a document once it is loaded. Answers may be errors; nothing may
//! panic, whatever the document is.

use super::office::template;
use super::pen::Pen;
use domain::{Command, LeadRecord};
use records::{ChangeHash, Doc, TextEdit};

/// Of what there may be many, so many are looked at.
const SOME: usize = 8;

/// Reads, saves and edits a document that came from outside.
pub fn everything(doc: &Doc) {
    let lead = template().lead;
    let heads = doc.heads();
    let hashes = doc.hashes();
    for hash in hashes.iter().take(SOME).chain(&heads) {
        let _ = (doc.has(hash), doc.deps_of(hash), doc.change_bytes(hash), records::lead::seen_status(doc, &[*hash]));
    }
    let _ = (records::history(doc), doc.missing_in(&Doc::empty()), records::verify(doc));
    let _ = (records::config::read(doc), records::user_state::read(doc));
    if let Ok(record) = records::lead::read(doc, lead) {
        edit(doc, &record, &heads);
    }
    let _ = doc.heads();
    if let Some(first) = hashes.first() {
        edit_at(doc, *first);
    }
}

fn edit(doc: &Doc, record: &LeadRecord, heads: &[ChangeHash]) {
    let mut pen = Pen::new(7, template().asha, doc.clone());
    let envelope = pen.envelope(Command::AddNote { text: "still here".into() });
    let _ = pen.write_as(record.id, envelope);
    for note in record.notes.iter().take(SOME) {
        let end = note.text.chars().count();
        let edits = [TextEdit { at: 0, delete: end.min(2), insert: "a".into() }, TextEdit { at: end, delete: 0, insert: "z".into() }];
        if let Ok(splices) = records::splices(doc, heads, note.id, &edits) {
            let envelope = pen.envelope(Command::EditNote { note: note.id, splices });
            let _ = pen.write_as(record.id, envelope);
        }
    }
    for tag in record.tags.iter().take(SOME) {
        let envelope = pen.envelope(Command::RemoveTag { tag: tag.clone() });
        let _ = pen.write_as(record.id, envelope);
    }
    for follow_up in record.follow_ups.iter().take(SOME) {
        let envelope = pen.envelope(Command::CancelFollowUp { follow_up: follow_up.id });
        let _ = pen.write_as(record.id, envelope);
    }
    let _ = records::lead::read(&pen.doc, record.id);
}

/// A command carried out again where its author stood.
fn edit_at(doc: &Doc, base: ChangeHash) {
    let pen = Pen::new(8, template().asha, doc.clone());
    let envelope = pen.envelope(Command::AddTag { tag: "late".into() });
    let mut doc = doc.clone();
    let _ = records::reexecute(&mut doc, &[base], [8; 16], &envelope);
}
