//! The `user_state` document, one per person, on their own devices alone. Root keys:
//!
//! | key | value |
//! |---|---|
//! | `v` | schema version, 1 |
//! | `pref:<key>` | text |
//! | `notice:<uuid>` | `read`, `unread` or `removed`; of several at once the furthest |

use crate::config::put_or_delete;
use crate::doc::{Doc, guarded};
use crate::error::RecordError;
use crate::merge;
use automerge::transaction::{Transactable, Transaction};
use automerge::{ROOT, ReadDoc, Value};
use domain::command::NoticeMark;
use domain::{Command, Envelope, Refusal, RefusalCode, limits};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What one person keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserState {
    pub preferences: BTreeMap<String, String>,
    pub notices: BTreeMap<Uuid, NoticeMark>,
}

impl UserState {
    /// Checks a command against what is kept already.
    ///
    /// # Errors
    /// `TooLong`.
    pub fn check(&self, command: &Command) -> Result<(), Refusal> {
        let full = match command {
            Command::SetPreference { key, .. } => !self.preferences.contains_key(key) && self.preferences.len() >= limits::PREFERENCES_MAX,
            Command::MarkNotices { .. } => self.notices.len() >= limits::MARKS_MAX,
            _ => false,
        };
        if full { Err(Refusal::new(RefusalCode::TooLong, "There is no room to keep more of this.")) } else { Ok(()) }
    }
}

fn mark_text(mark: NoticeMark) -> &'static str {
    match mark {
        NoticeMark::Read => "read",
        NoticeMark::Unread => "unread",
        NoticeMark::Removed => "removed",
    }
}

fn mark_of(text: &str) -> Option<NoticeMark> {
    [NoticeMark::Read, NoticeMark::Unread, NoticeMark::Removed].into_iter().find(|mark| mark_text(*mark) == text)
}

/// How far a mark goes: of two at once the further one stands.
fn distance(mark: NoticeMark) -> u8 {
    match mark {
        NoticeMark::Unread => 0,
        NoticeMark::Read => 1,
        NoticeMark::Removed => 2,
    }
}

pub(crate) fn write(tx: &mut Transaction<'_>, envelope: &Envelope) -> Result<(), RecordError> {
    match &envelope.command {
        Command::SetPreference { key, value } => put_or_delete(tx, &format!("pref:{key}"), value.as_deref())?,
        Command::MarkNotices { notices, mark } => {
            for notice in notices {
                tx.put(ROOT, format!("notice:{notice}"), mark_text(*mark))?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// Reads what the person keeps.
///
/// # Errors
/// `Corrupt`.
pub fn read(doc: &Doc) -> Result<UserState, RecordError> {
    guarded(|| {
        let mut state = UserState::default();
        for item in doc.am.map_range(ROOT, ..) {
            let key = item.key.to_string();
            if let (Some(name), Some(text)) = (key.strip_prefix("pref:"), merge::text_of(&Value::from(item.value))) {
                state.preferences.insert(name.to_owned(), text);
            } else if let Some(notice) = key.strip_prefix("notice:").and_then(|id| id.parse().ok()) {
                let marks = doc.am.get_all(ROOT, &key).map_err(RecordError::Automerge)?;
                let marks = marks.into_iter().filter_map(|(value, _)| mark_of(&merge::text_of(&value)?));
                if let Some(mark) = marks.max_by_key(|mark| distance(*mark)) {
                    state.notices.insert(notice, mark);
                }
            }
        }
        Ok(state)
    })
}
