//! The `config` document, one per organisation. Root keys:
//!
//! | key | value |
//! |---|---|
//! | `v` | schema version, 1 |
//! | `set:<setting>` | text; none for the default |
//! | `list:<uuid>` | list of an added option |
//! | `label:<uuid>` | text |
//! | `active:<uuid>` | boolean; none for yes |
//! | `kind:<uuid>` | JSON of a [`FieldKind`], of a custom field |
//!
//! Every value is a root key of its own: what two Admins change at once is both kept unless it is the very same one.

use crate::doc::{Doc, guarded};
use crate::error::RecordError;
use crate::merge;
use automerge::transaction::{Transactable, Transaction};
use automerge::{ROOT, ReadDoc, ScalarValue, Value};
use domain::config::{Config, ConfigOption, FieldKind, Setting};
use domain::{Command, Envelope};
use std::collections::BTreeMap;
use uuid::Uuid;

pub(crate) fn write(tx: &mut Transaction<'_>, envelope: &Envelope) -> Result<(), RecordError> {
    match &envelope.command {
        Command::SetSetting { setting, value } => put_or_delete(tx, &format!("set:{}", setting.as_str()), value.as_deref())?,
        Command::AddOption { list, label, kind } => {
            let id = envelope.id.0;
            tx.put(ROOT, format!("list:{id}"), list.as_str())?;
            tx.put(ROOT, format!("label:{id}"), label.as_str())?;
            if *kind != FieldKind::Text {
                tx.put(ROOT, format!("kind:{id}"), serde_json::to_string(kind).expect("a kind holds only plain values"))?;
            }
        }
        Command::ChangeOption { option, label, active } => {
            if let Some(label) = label {
                tx.put(ROOT, format!("label:{option}"), label.as_str())?;
            }
            if let Some(active) = active {
                tx.put(ROOT, format!("active:{option}"), *active)?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// Sets a text, or takes it away.
pub(crate) fn put_or_delete(tx: &mut Transaction<'_>, key: &str, value: Option<&str>) -> Result<(), RecordError> {
    match value {
        Some(value) => tx.put(ROOT, key, value)?,
        None if tx.get(ROOT, key)?.is_some() => tx.delete(ROOT, key)?,
        None => {}
    }
    Ok(())
}

/// Reads the settings and lists. What this version does not know is left out.
///
/// # Errors
/// `Corrupt`.
pub fn read(doc: &Doc) -> Result<Config, RecordError> {
    guarded(|| Ok(config(doc)))
}

fn config(doc: &Doc) -> Config {
    let mut read = Config::default();
    let mut options: BTreeMap<Uuid, ConfigOption> = Config::default_options().map(|one| (one.id, one)).collect();
    let mut changed: Vec<Uuid> = Vec::new();
    let (mut labels, mut active, mut kinds) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for item in doc.am.map_range(ROOT, ..) {
        let value = Value::from(item.value.clone());
        let Some((what, of)) = item.key.split_once(':') else { continue };
        if what == "set" {
            if let (Ok(setting), Some(text)) = (of.parse::<Setting>(), merge::text_of(&value))
                && setting.check(&text).is_ok()
            {
                read.settings.insert(setting, text);
            }
            continue;
        }
        let Ok(id) = of.parse::<Uuid>() else { continue };
        changed.push(id);
        match (what, &value) {
            ("list", _) => {
                if let Some(list) = merge::text_of(&value).and_then(|text| text.parse().ok()) {
                    options.insert(id, ConfigOption { id, list, label: String::new(), active: true, kind: FieldKind::Text });
                }
            }
            ("label", _) => drop(merge::text_of(&value).map(|text| labels.insert(id, text))),
            ("kind", _) => {
                drop(merge::text_of(&value).and_then(|text| serde_json::from_str(&text).ok()).map(|kind| kinds.insert(id, kind)))
            }
            ("active", Value::Scalar(scalar)) => drop(match **scalar {
                ScalarValue::Boolean(is) => active.insert(id, is),
                _ => None,
            }),
            _ => {}
        }
    }
    for id in changed {
        let Some(option) = options.get(&id) else { continue };
        let label = labels.get(&id).cloned().unwrap_or_else(|| option.label.clone());
        let kind = kinds.get(&id).cloned().unwrap_or_default();
        let option = ConfigOption { label, active: active.get(&id).copied().unwrap_or(true), kind, ..option.clone() };
        read.options.insert(id, option);
    }
    read
}
