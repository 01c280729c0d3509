//! Edits of text by text cursors: what the editor calls "character 12" becomes the name of the
//! character that stands there, so that the edit keeps its place while others type.

use crate::doc::{ChangeHash, Doc, guarded};
use crate::error::RecordError;
use crate::execute::Unresolved;
use crate::lead::{note_key, unplaced_key};
use automerge::transaction::{Transactable, Transaction};
use automerge::{Cursor, ObjId, ObjType, ROOT, ReadDoc};
use domain::Envelope;
use domain::command::Splice;
use uuid::Uuid;

/// A splice as the editor knows it: positions in Unicode scalar values of the text it showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    pub at: usize,
    pub delete: usize,
    pub insert: String,
}

/// Names the places of `edits` (ascending, all in positions of the text at `heads`) by cursors.
///
/// # Errors
/// `NoteMissing`, `Unplaced` for a position beyond the text, or `Corrupt` for a damaged document.
pub fn splices(doc: &Doc, heads: &[ChangeHash], note: Uuid, edits: &[TextEdit]) -> Result<Vec<Splice>, RecordError> {
    guarded(|| named(doc, heads, note, edits))
}

fn named(doc: &Doc, heads: &[ChangeHash], note: Uuid, edits: &[TextEdit]) -> Result<Vec<Splice>, RecordError> {
    let heads: Vec<automerge::ChangeHash> = heads.iter().map(|h| (*h).into()).collect();
    let object = object(&doc.am, note).ok_or(RecordError::NoteMissing)?;
    let length = doc.am.length_at(&object, &heads);
    let name = |position: usize| -> Result<String, RecordError> {
        match position.cmp(&length) {
            std::cmp::Ordering::Less => Ok(doc.am.get_cursor(&object, position, Some(&heads))?.to_string()),
            std::cmp::Ordering::Equal => Ok("e".to_owned()),
            std::cmp::Ordering::Greater => Err(RecordError::Unplaced),
        }
    };
    edits
        .iter()
        .map(|edit| {
            let to = if edit.delete == 0 { None } else { Some(name(edit.at + edit.delete)?) };
            Ok(Splice { at: name(edit.at)?, to, insert: edit.insert.clone() })
        })
        .collect()
}

/// Writes `edits` into the note, or, where a place is gone and `unresolved` allows it, the inserted
/// text into a note of its own.
pub(crate) fn write(
    tx: &mut Transaction<'_>,
    envelope: &Envelope,
    note: Uuid,
    edits: &[Splice],
    unresolved: Unresolved,
) -> Result<(), RecordError> {
    let Some(object) = object(tx, note) else {
        return if unresolved == Unresolved::NewNote { keep_unplaced(tx, envelope, edits) } else { Err(RecordError::NoteMissing) };
    };
    let places: Option<Vec<Place>> = edits.iter().map(|e| Place::resolve(tx, &object, e)).collect();
    match (places, unresolved) {
        // From the last to the first, so that earlier positions stay true.
        (Some(places), _) => {
            let mut placed: Vec<_> = places.into_iter().zip(edits).collect();
            placed.sort_by_key(|(p, _)| p.at);
            placed.into_iter().rev().try_for_each(|(p, e)| Ok(tx.splice_text(&object, p.at, p.delete, &e.insert)?))
        }
        (None, Unresolved::NewNote) => keep_unplaced(tx, envelope, edits),
        (None, Unresolved::Fail) => Err(RecordError::Unplaced),
    }
}

struct Place {
    at: usize,
    delete: isize,
}

impl Place {
    fn resolve(tx: &Transaction<'_>, object: &ObjId, edit: &Splice) -> Option<Self> {
        let at = position(tx, object, &edit.at)?;
        let to = edit.to.as_deref().map_or(Some(at), |to| position(tx, object, to))?;
        Some(Self { at, delete: isize::try_from(to.checked_sub(at)?).ok()? })
    }
}

fn position(tx: &Transaction<'_>, object: &ObjId, name: &str) -> Option<usize> {
    if name == "e" {
        return Some(tx.length(object));
    }
    // `Cursor::try_from` slices by bytes: keep what is not ASCII away from it.
    if name.len() < 3 || !name.is_ascii() {
        return None;
    }
    let cursor = Cursor::try_from(name).ok()?;
    tx.get_cursor_position(object, &cursor, None).ok()
}

fn keep_unplaced(tx: &mut Transaction<'_>, envelope: &Envelope, edits: &[Splice]) -> Result<(), RecordError> {
    let kept: Vec<&str> = edits.iter().map(|e| e.insert.as_str()).filter(|x| !x.is_empty()).collect();
    if kept.is_empty() {
        return Ok(());
    }
    let object = tx.put_object(ROOT, unplaced_key(envelope.id.0), ObjType::Text)?;
    tx.splice_text(&object, 0, 0, &kept.join("\n"))?;
    Ok(())
}

/// The text of a note, placed or not.
fn object(doc: &impl ReadDoc, note: Uuid) -> Option<ObjId> {
    [note_key(note), unplaced_key(note)].into_iter().find_map(|key| match doc.get(ROOT, key) {
        Ok(Some((automerge::Value::Object(ObjType::Text), id))) => Some(id),
        _ => None,
    })
}
