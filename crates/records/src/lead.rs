//! The `lead` document. Root keys:
//!
//! | key | value |
//! |---|---|
//! | `v` | schema version, 1 |
//! | `name` `phone` `alt_phone` `email` `source` `language` `do_not_call` | text |
//! | `custom:<uuid>` | text, of the organisation's own field |
//! | `comment:<uuid>` | map: `by` `at` `text` |
//! | `budget` | integer, minor units |
//! | `status` | name of a [`Status`] |
//! | `interest` | integer 1–5 |
//! | `created_by` `created_at` | text, ms |
//! | `follow_up:<uuid>` | map: `due_at` `zone` `local` `note` `state` `outcome` |
//! | `call:<uuid>` | map: `at` `outcome` |
//! | `note:<uuid>` `unplaced:<uuid>` | Text |
//! | `tag:<uuid>` | text; put back by an undo, of the undo's id |
//! | `drop:<uuid>` | map: `reason` `at` |
//! | `delete:<uuid>` | map: `by` `at` `reason` |
//! | `restore:<uuid>` | map: `reason` `at`, and each undone deletion's id as a key |
//!
//! Each item is its own root key, named by the command that made it: two devices that each created
//! a shared container would hide each other's items.

use crate::doc::{ChangeHash, Doc, guarded};
use crate::error::RecordError;
use crate::execute::Unresolved;
use crate::history::author_of;
use crate::{config, merge, text};
use automerge::transaction::{Transactable, Transaction};
use automerge::{ObjId, ObjType, ROOT, ReadDoc, ScalarValue};
use domain::command::NewLead;
use domain::follow_up::{FollowUp, FollowUpState};
use domain::lead::{CallAttempt, Comment, Deletion, DropRecord, Note};
use domain::{Command, Envelope, LeadField, LeadId, LeadRecord, Status, UserId};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Schema version that this code writes; readers accept one more.
pub const VERSION: u64 = 1;

pub(crate) fn note_key(id: Uuid) -> String {
    format!("note:{id}")
}

pub(crate) fn unplaced_key(id: Uuid) -> String {
    format!("unplaced:{id}")
}

pub(crate) fn follow_up_key(id: Uuid) -> String {
    format!("follow_up:{id}")
}

pub(crate) fn call_key(id: Uuid) -> String {
    format!("call:{id}")
}

pub(crate) fn tag_key(id: Uuid) -> String {
    format!("tag:{id}")
}

pub(crate) fn custom_key(field: Uuid) -> String {
    format!("custom:{field}")
}

pub(crate) fn drop_key(id: Uuid) -> String {
    format!("drop:{id}")
}

/// Writes what a command says into an open transaction.
pub(crate) fn write(tx: &mut Transaction<'_>, envelope: &Envelope, unresolved: Unresolved) -> Result<(), RecordError> {
    let id = envelope.id.0;
    match &envelope.command {
        Command::CreateLead(new) => create(tx, envelope, new)?,
        Command::SetField { field, value } => set_field(tx, *field, value.as_deref())?,
        Command::ChangeStatus { to, reason, .. } => {
            tx.put(ROOT, "status", to.as_str())?;
            if *to == Status::Lost {
                let drop = tx.put_object(ROOT, drop_key(id), ObjType::Map)?;
                tx.put(&drop, "reason", reason.as_deref().unwrap_or(""))?;
                tx.put(&drop, "at", envelope.at)?;
            }
        }
        Command::SetInterest { level } => tx.put(ROOT, "interest", i64::from(*level))?,
        Command::ScheduleFollowUp { due_at, zone, local, note } => {
            let item = tx.put_object(ROOT, follow_up_key(id), ObjType::Map)?;
            set_time(tx, &item, *due_at, zone, local)?;
            tx.put(&item, "note", note.as_str())?;
            tx.put(&item, "state", FollowUpState::Scheduled.as_str())?;
        }
        Command::MoveFollowUp { follow_up, due_at, zone, local } => {
            if let Some(item) = target(tx, *follow_up, unresolved)? {
                set_time(tx, &item, *due_at, zone, local)?;
            }
        }
        Command::CompleteFollowUp { follow_up, outcome } => {
            if let Some(item) = target(tx, *follow_up, unresolved)? {
                tx.put(&item, "state", FollowUpState::Done.as_str())?;
                tx.put(&item, "outcome", outcome.as_str())?;
            }
        }
        Command::CancelFollowUp { follow_up } => {
            if let Some(item) = target(tx, *follow_up, unresolved)? {
                tx.put(&item, "state", FollowUpState::Cancelled.as_str())?;
            }
        }
        Command::LogCall { at, outcome } => {
            let item = tx.put_object(ROOT, call_key(id), ObjType::Map)?;
            tx.put(&item, "at", *at)?;
            tx.put(&item, "outcome", outcome.as_str())?;
        }
        Command::AddNote { text } => add_note(tx, id, text)?,
        Command::EditNote { note, splices } => text::write(tx, envelope, *note, splices, unresolved)?,
        Command::AddTag { tag } => tx.put(ROOT, tag_key(id), tag.as_str())?,
        Command::RemoveTag { tag } => {
            for key in tag_keys(tx, tag) {
                tx.delete(ROOT, key)?;
            }
        }
        Command::DeleteLead { reason } => {
            let item = tx.put_object(ROOT, format!("delete:{id}"), ObjType::Map)?;
            tx.put(&item, "by", envelope.author.to_string())?;
            tx.put(&item, "at", envelope.at)?;
            tx.put(&item, "reason", reason.as_str())?;
        }
        Command::RestoreLead { deletions, reason } => {
            let item = tx.put_object(ROOT, format!("restore:{id}"), ObjType::Map)?;
            tx.put(&item, "at", envelope.at)?;
            tx.put(&item, "reason", reason.as_str())?;
            for deletion in deletions {
                tx.put(&item, deletion.to_string(), true)?;
            }
        }
        Command::SetCustom { field, value } => config::put_or_delete(tx, &custom_key(*field), value.as_deref())?,
        Command::AddComment { text, .. } => {
            let item = tx.put_object(ROOT, format!("comment:{id}"), ObjType::Map)?;
            tx.put(&item, "by", envelope.author.to_string())?;
            tx.put(&item, "at", envelope.at)?;
            tx.put(&item, "text", text.as_str())?;
        }
        Command::SetSetting { .. }
        | Command::AddOption { .. }
        | Command::ChangeOption { .. }
        | Command::SetPreference { .. }
        | Command::MarkNotices { .. }
        | Command::Ledger(_) => {}
        // Its steps were worked out before the transaction began.
        Command::Undo { .. } => {}
    }
    Ok(())
}

fn create(tx: &mut Transaction<'_>, envelope: &Envelope, new: &NewLead) -> Result<(), RecordError> {
    tx.put(ROOT, "v", VERSION)?;
    tx.put(ROOT, "created_by", envelope.author.to_string())?;
    tx.put(ROOT, "created_at", envelope.at)?;
    tx.put(ROOT, "status", Status::New.as_str())?;
    set_field(tx, LeadField::Name, Some(&new.name))?;
    set_field(tx, LeadField::Phone, Some(&new.phone))?;
    for (field, value) in [
        (LeadField::AltPhone, &new.alt_phone),
        (LeadField::Email, &new.email),
        (LeadField::Budget, &new.budget),
        (LeadField::Source, &new.source),
        (LeadField::Language, &new.language),
    ] {
        if value.is_some() {
            set_field(tx, field, value.as_deref())?;
        }
    }
    new.note.as_deref().map_or(Ok(()), |note| add_note(tx, envelope.id.0, note))
}

fn set_field(tx: &mut Transaction<'_>, field: LeadField, value: Option<&str>) -> Result<(), RecordError> {
    let scalar = match (field, value) {
        (_, None) => ScalarValue::Null,
        (LeadField::Budget, Some(digits)) => digits.parse::<i64>().map_or(ScalarValue::Null, ScalarValue::Int),
        (_, Some(text)) => ScalarValue::Str(text.into()),
    };
    Ok(tx.put(ROOT, field.as_str(), scalar)?)
}

fn set_time(tx: &mut Transaction<'_>, item: &ObjId, due_at: i64, zone: &str, local: &str) -> Result<(), RecordError> {
    tx.put(item, "due_at", due_at)?;
    tx.put(item, "zone", zone)?;
    Ok(tx.put(item, "local", local)?)
}

fn add_note(tx: &mut Transaction<'_>, id: Uuid, text: &str) -> Result<(), RecordError> {
    let object = tx.put_object(ROOT, note_key(id), ObjType::Text)?;
    Ok(tx.splice_text(&object, 0, 0, text)?)
}

/// The follow-up that a command is about.
fn target(tx: &Transaction<'_>, follow_up: Uuid, unresolved: Unresolved) -> Result<Option<ObjId>, RecordError> {
    match (item(tx, &follow_up_key(follow_up)), unresolved) {
        (None, Unresolved::Fail) => Err(RecordError::ItemMissing),
        // Nothing here says what the command was about; the server refuses it.
        (found, _) => Ok(found),
    }
}

/// Whether the record at `heads` has the follow-up or note that the command `id` made.
pub(crate) fn holds(doc: &Doc, heads: &[ChangeHash], id: Uuid) -> bool {
    let heads: Vec<_> = heads.iter().map(|h| (*h).into()).collect();
    let keys = [follow_up_key(id), note_key(id), unplaced_key(id)];
    keys.iter().any(|key| doc.am.get_at(ROOT, key.as_str(), &heads).is_ok_and(|found| found.is_some()))
}

fn item(doc: &impl ReadDoc, key: &str) -> Option<ObjId> {
    match doc.get(ROOT, key) {
        Ok(Some((automerge::Value::Object(ObjType::Map), id))) => Some(id),
        _ => None,
    }
}

/// As [`item`], of what stood at `heads`.
pub(crate) fn item_at(doc: &Doc, key: &str, heads: &[automerge::ChangeHash]) -> Option<ObjId> {
    match doc.am.get_at(ROOT, key, heads) {
        Ok(Some((automerge::Value::Object(ObjType::Map), id))) => Some(id),
        _ => None,
    }
}

/// The tags that stood at `heads`.
pub(crate) fn tags_at(doc: &Doc, heads: &[automerge::ChangeHash]) -> Vec<String> {
    let keys = doc.am.keys_at(ROOT, heads).filter(|key| key.starts_with("tag:"));
    keys.filter_map(|key| doc.am.get_at(ROOT, key.as_str(), heads).ok().flatten().and_then(|(value, _)| merge::text_of(&value))).collect()
}

fn tag_keys(tx: &Transaction<'_>, tag: &str) -> Vec<String> {
    let keys: Vec<String> = tx.map_range(ROOT, "tag:".to_owned().."tag;".to_owned()).map(|item| item.key.into_owned()).collect();
    keys.into_iter().filter(|key| scalar(tx, &ROOT, key).as_deref() == Some(tag)).collect()
}

/// The lead's status as it was at `heads`; `None` where there is no lead.
#[must_use]
pub fn seen_status(doc: &Doc, heads: &[ChangeHash]) -> Option<Status> {
    let heads: Vec<_> = heads.iter().map(|h| (*h).into()).collect();
    guarded(|| Ok(merge::status(doc, Some(&heads)))).ok().flatten().map(|(s, _)| s)
}

/// Whether a deletion stood at `heads`.
#[must_use]
pub fn seen_deleted(doc: &Doc, heads: &[ChangeHash]) -> bool {
    let heads: Vec<_> = heads.iter().map(|h| (*h).into()).collect();
    let (mut deletions, mut restored) = (Vec::new(), Vec::new());
    for key in doc.am.keys_at(ROOT, &heads) {
        match key.split_once(':') {
            Some(("delete", id)) => deletions.push(id.to_owned()),
            Some(("restore", _)) => {
                let object = doc.am.get_at(ROOT, &key, &heads).ok().flatten().map(|(_, object)| object);
                restored.extend(object.iter().flat_map(|object| doc.am.keys_at(object, &heads)));
            }
            _ => {}
        }
    }
    deletions.iter().any(|deletion| !restored.contains(deletion))
}

/// Reads the whole lead, by the merge rules. Keys this version does not know are left alone.
///
/// # Errors
/// `Corrupt` for a document that is no lead, or a damaged one.
pub fn read(doc: &Doc, id: LeadId) -> Result<LeadRecord, RecordError> {
    guarded(|| read_all(doc, id))
}

fn read_all(doc: &Doc, id: LeadId) -> Result<LeadRecord, RecordError> {
    let not_a_lead = || RecordError::Corrupt("it is not a lead".into());
    let (status, review) = merge::status(doc, None).ok_or_else(not_a_lead)?;
    let created_by: UserId = scalar(&doc.am, &ROOT, "created_by").and_then(|s| s.parse().ok()).ok_or_else(not_a_lead)?;
    let mut lead = LeadRecord {
        id,
        name: merge::field(doc, "name"),
        phone: merge::field(doc, "phone"),
        alt_phone: merge::field(doc, "alt_phone"),
        email: merge::field(doc, "email"),
        budget: merge::field(doc, "budget"),
        source: merge::field(doc, "source"),
        language: merge::field(doc, "language"),
        do_not_call: merge::field(doc, "do_not_call"),
        custom: BTreeMap::new(),
        status,
        review,
        interest: if status == Status::Interested { merge::interest(doc) } else { None },
        follow_ups: Vec::new(),
        calls: Vec::new(),
        notes: Vec::new(),
        comments: Vec::new(),
        tags: Vec::new(),
        drop: None,
        converted_at: if status == Status::Converted { merge::converted_at(doc) } else { None },
        deleted: None,
        created_by,
        created_at: number(&doc.am, &ROOT, "created_at"),
    };
    read_items(doc, &mut lead);
    Ok(lead)
}

fn read_items(doc: &Doc, lead: &mut LeadRecord) {
    let mut deletions: Vec<(Uuid, ObjId)> = Vec::new();
    let mut restored: Vec<Uuid> = Vec::new();
    for entry in doc.am.map_range(ROOT, ..) {
        let Some((kind, id)) = entry.key.split_once(':') else { continue };
        let Ok(id) = id.parse::<Uuid>() else { continue };
        let object = entry.id();
        match kind {
            "follow_up" => lead.follow_ups.push(follow_up(doc, &object, id)),
            "call" => lead.calls.push(CallAttempt {
                id,
                at: number(&doc.am, &object, "at"),
                outcome: scalar(&doc.am, &object, "outcome").unwrap_or_default(),
                by: author_of(doc, &object).map(|(envelope, _)| envelope.author),
            }),
            "note" | "unplaced" => {
                let text = doc.am.text(&object).unwrap_or_default();
                lead.notes.push(Note { id, text, unplaced: kind == "unplaced" });
            }
            "comment" => lead.comments.push(Comment {
                id,
                by: scalar(&doc.am, &object, "by").and_then(|by| by.parse().ok()).unwrap_or(lead.created_by),
                at: number(&doc.am, &object, "at"),
                text: scalar(&doc.am, &object, "text").unwrap_or_default(),
            }),
            "custom" => drop(lead.custom.insert(id, merge::field(doc, &entry.key))),
            "tag" => lead.tags.extend(scalar(&doc.am, &ROOT, &entry.key)),
            "drop" if lead.status == Status::Lost => {
                let reason = scalar(&doc.am, &object, "reason").unwrap_or_default();
                // Keys come in order, so the newest drop is the one that stays.
                lead.drop = Some(DropRecord { id, reason, at: number(&doc.am, &object, "at") });
            }
            // Keys come in order, so the first stays first.
            "delete" => deletions.push((id, object)),
            "restore" => restored.extend(doc.am.keys(&object).filter_map(|key| key.parse::<Uuid>().ok())),
            _ => {}
        }
    }
    lead.tags.sort_unstable();
    lead.tags.dedup();
    lead.notes.sort_by_key(|n| n.id);
    deletions.retain(|(id, _)| !restored.contains(id));
    if let Some((_, first)) = deletions.first() {
        lead.deleted = Some(Deletion {
            by: scalar(&doc.am, first, "by").and_then(|s| s.parse().ok()).unwrap_or(lead.created_by),
            at: number(&doc.am, first, "at"),
            reason: scalar(&doc.am, first, "reason").unwrap_or_default(),
            edited_after: edited_after(doc, &deletions),
            deletions: deletions.into_iter().map(|(id, _)| id).collect(),
        });
    }
}

/// Whether some change, other than deletions and restores, does not come before every deletion that
/// stands: its author did not know, or it came later.
fn edited_after(doc: &Doc, deletions: &[(Uuid, ObjId)]) -> bool {
    let history = crate::history(doc);
    let deleting: Vec<_> = history
        .iter()
        .filter(|entry| entry.envelope.as_ref().is_some_and(|e| deletions.iter().any(|(id, _)| e.id.0 == *id)))
        .map(|entry| entry.hash.into())
        .collect();
    let housekeeping = |e: &Envelope| matches!(e.command, Command::DeleteLead { .. } | Command::RestoreLead { .. });
    doc.am.get_changes(&deleting).iter().any(|change| {
        let envelope = change.message().and_then(|m| serde_json::from_str::<Envelope>(m).ok());
        envelope.is_none_or(|e| !housekeeping(&e))
    })
}

fn follow_up(doc: &Doc, object: &ObjId, id: Uuid) -> FollowUp {
    let states = doc.am.get_all(object, "state").unwrap_or_default();
    let state = states.iter().filter_map(|(v, _)| merge::text_of(v)?.parse::<FollowUpState>().ok()).max_by_key(|s| s.rank());
    FollowUp {
        id,
        due_at: number(&doc.am, object, "due_at"),
        zone: scalar(&doc.am, object, "zone").unwrap_or_default(),
        local: scalar(&doc.am, object, "local").unwrap_or_default(),
        note: scalar(&doc.am, object, "note").unwrap_or_default(),
        state: state.unwrap_or(FollowUpState::Scheduled),
        outcome: if state == Some(FollowUpState::Done) { scalar(&doc.am, object, "outcome") } else { None },
    }
}

fn scalar(doc: &impl ReadDoc, object: &ObjId, key: &str) -> Option<String> {
    doc.get(object, key).ok().flatten().and_then(|(v, _)| merge::text_of(&v))
}

fn number(doc: &impl ReadDoc, object: &ObjId, key: &str) -> i64 {
    doc.get(object, key).ok().flatten().and_then(|(v, _)| merge::int_of(&v)).unwrap_or(0)
}
