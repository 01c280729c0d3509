//! The merge rules of architecture §5, as readings of all concurrent values of a key.

use crate::doc::Doc;
use crate::history::{author_of, history, value_at};
use automerge::{ROOT, ReadDoc, ScalarValue, Value};
use domain::lead::{FieldState, Rival};
use domain::{Command, Envelope, Status};

/// A contact field: one value shows, the same on every device; the others are kept beside it.
pub(crate) fn field(doc: &Doc, key: &str) -> FieldState {
    let mut all = doc.am.get_all(ROOT, key).unwrap_or_default();
    let Some((shown, shown_op)) = all.pop() else { return FieldState::default() };
    let value = text_of(&shown);
    // Equal values side by side are no conflict.
    let rivals: Vec<_> = all.into_iter().rev().filter(|(v, _)| text_of(v) != value).collect();
    if rivals.is_empty() {
        return FieldState { value, ..FieldState::default() };
    }
    let mut before = None;
    let mut others: Vec<Rival> = Vec::new();
    for (other, op) in rivals {
        let Some((envelope, deps)) = author_of(doc, &op) else { continue };
        before = before.or_else(|| value_at(doc, key, &deps));
        let rival = Rival { value: text_of(&other), author: envelope.author, at: envelope.at };
        if !others.iter().any(|o| o.value == rival.value) {
            others.push(rival);
        }
    }
    let shown = author_of(doc, &shown_op).map(|(e, _)| Rival { value: value.clone(), author: e.author, at: e.at });
    FieldState { value, others, shown, before }
}

/// Status: the furthest along of the concurrent moves, and whether they differed.
pub(crate) fn status(doc: &Doc, at: Option<&[automerge::ChangeHash]>) -> Option<(Status, bool)> {
    let all = match at {
        Some(heads) => doc.am.get_all_at(ROOT, "status", heads),
        None => doc.am.get_all(ROOT, "status"),
    };
    let moves: Vec<Status> = all.ok()?.iter().filter_map(|(v, _)| text_of(v)?.parse().ok()).collect();
    let best = moves.iter().copied().max_by_key(|s| s.progress())?;
    Some((best, moves.iter().any(|s| *s != best)))
}

/// When the lead was converted: the earliest of the moves that stand, by its author's clock. What an undo put
/// back is of when it was first.
pub(crate) fn converted_at(doc: &Doc) -> Option<i64> {
    let mut past = None;
    let mut first = converting(doc, None)?;
    while let Command::Undo { command, .. } = first.command {
        let past = past.get_or_insert_with(|| history(doc));
        let undone = past.iter().find(|entry| entry.envelope.as_ref().is_some_and(|e| e.id == command))?;
        let before: Vec<_> = undone.deps.iter().map(|dep| (*dep).into()).collect();
        first = converting(doc, Some(&before))?;
    }
    Some(first.at)
}

/// The earliest of the changes that say so.
fn converting(doc: &Doc, at: Option<&[automerge::ChangeHash]>) -> Option<Envelope> {
    let all = match at {
        Some(heads) => doc.am.get_all_at(ROOT, "status", heads),
        None => doc.am.get_all(ROOT, "status"),
    };
    let says_so = |value: &Value<'_>| text_of(value).as_deref() == Some(Status::Converted.as_str());
    let moves = all.ok()?.into_iter().filter(|(value, _)| says_so(value)).filter_map(|(_, op)| Some(author_of(doc, &op)?.0));
    moves.min_by_key(|envelope| (envelope.at, envelope.id))
}

/// Interest: the higher.
pub(crate) fn interest(doc: &Doc) -> Option<u8> {
    let all = doc.am.get_all(ROOT, "interest").ok()?;
    all.iter().filter_map(|(v, _)| int_of(v)).filter_map(|n| u8::try_from(n).ok()).filter(|n| (1..=5).contains(n)).max()
}

/// A scalar as the text that fields use; numbers in digits; null and containers as nothing.
pub(crate) fn text_of(value: &Value<'_>) -> Option<String> {
    match value {
        Value::Scalar(s) => match s.as_ref() {
            ScalarValue::Str(s) => Some(s.to_string()),
            ScalarValue::Int(n) | ScalarValue::Timestamp(n) => Some(n.to_string()),
            ScalarValue::Uint(n) => Some(n.to_string()),
            _ => None,
        },
        Value::Object(_) => None,
    }
}

pub(crate) fn int_of(value: &Value<'_>) -> Option<i64> {
    match value {
        Value::Scalar(s) => s.as_i64(),
        Value::Object(_) => None,
    }
}
