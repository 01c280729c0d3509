//! `leadline config …`: the organisation's rules and lists. Admins set them; everybody may read.

use crate::args::Config as Ask;
use crate::failure::Failure;
use crate::lead::one_of;
use crate::place::Place;
use crate::print::{Printer, table};
use crate::words;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bridge::ProblemCode;
use domain::config::{Config, ConfigOption, FieldKind, OptionList, Setting, SettingKind};
use domain::{Command, Refusal};
use serde_json::json;
use std::path::Path;

pub fn run(place: &Place, print: &Printer, ask: Ask) -> Result<(), Failure> {
    match ask {
        Ask::Show { list } => show(place, print, list.as_deref()),
        Ask::Set { setting, value } => {
            let setting: Setting = parsed(&setting)?;
            let value = if setting.kind() == SettingKind::Picture { picture(Path::new(&value))? } else { value };
            give(place, print, |_| Ok(Command::SetSetting { setting, value: Some(value) }))
        }
        Ask::Unset { setting } => {
            let setting: Setting = parsed(&setting)?;
            give(place, print, |_| Ok(Command::SetSetting { setting, value: None }))
        }
        Ask::Add { list, label, kind, choices } => {
            let list: OptionList = parsed(&list)?;
            let kind = match kind.as_deref() {
                None if !choices.is_empty() => FieldKind::Choice { choices },
                None | Some("text") => FieldKind::Text,
                Some("number") => FieldKind::Number,
                Some("date") => FieldKind::Date,
                Some(_) => FieldKind::Choice { choices },
            };
            give(place, print, |_| Ok(Command::AddOption { list, label: label.trim().to_owned(), kind }))
        }
        Ask::Rename { list, entry, label } => change(place, print, &list, &entry, Some(label.trim().to_owned()), None),
        Ask::Offer { list, entry } => change(place, print, &list, &entry, None, Some(true)),
        Ask::Withdraw { list, entry } => change(place, print, &list, &entry, None, Some(false)),
    }
}

/// What a PNG file is kept as.
fn picture(file: &Path) -> Result<String, Failure> {
    let unreadable = |e: std::io::Error| Failure::new(ProblemCode::Disk, format!("{} can’t be read: {e}.", file.display()));
    let content = std::fs::read(file).map_err(unreadable)?;
    client::check_logo(&content).map_err(|e| Failure::new(ProblemCode::Refused, e.to_string()))?;
    Ok(STANDARD.encode(content))
}

/// As the table shows it.
fn short_value(setting: Setting, value: &str) -> String {
    match setting.kind() {
        SettingKind::Picture if !value.is_empty() => format!("PNG, {} KB", (value.len() * 3 / 4).div_ceil(1024)),
        SettingKind::Text { .. } => value.lines().collect::<Vec<_>>().join(", "),
        _ => value.to_owned(),
    }
}

fn parsed<T: std::str::FromStr<Err = Refusal>>(typed: &str) -> Result<T, Failure> {
    typed.replace('-', "_").parse().map_err(|refusal: Refusal| Failure::from(refusal))
}

fn give(place: &Place, print: &Printer, command: impl FnOnce(&Config) -> Result<Command, Failure>) -> Result<(), Failure> {
    let desk = place.write()?;
    let command = command(&desk.engine().config()?)?;
    let id = desk.engine().configure(command)?;
    print.answer(&json!({ "command": id, "saved": true }), || "Saved on this computer; everybody has it after the next sync.".to_owned())
}

fn change(place: &Place, print: &Printer, list: &str, entry: &str, label: Option<String>, active: Option<bool>) -> Result<(), Failure> {
    let list: OptionList = parsed(list)?;
    give(place, print, |config| {
        let all = config.all(list);
        let named = all.iter().find(|one| one.label.to_lowercase() == entry.to_lowercase()).map(|one| one.id);
        let option = match named {
            Some(id) => id,
            None => one_of(all.iter().map(|one| (one.id, ())), entry, "entry")?.0,
        };
        Ok(Command::ChangeOption { option, label, active })
    })
}

fn show(place: &Place, print: &Printer, list: Option<&str>) -> Result<(), Failure> {
    let config = place.read()?.engine().config()?;
    if let Some(list) = list {
        let all = config.all(parsed(list)?);
        return print.answer(&all, || table(&["ENTRY", "LABEL", "", "HOLDS"], all.iter().map(entry).collect()));
    }
    let settings: Vec<(Setting, String)> = Setting::ALL.into_iter().map(|setting| (setting, config.value(setting))).collect();
    print.answer(&json!({ "settings": settings.iter().cloned().collect::<std::collections::BTreeMap<_, _>>() }), || {
        let row = |(setting, value): &(Setting, String)| {
            let set = if config.settings.contains_key(setting) { "" } else { "default" };
            vec![setting.as_str().to_owned(), short_value(*setting, value), set.to_owned(), setting.about().to_owned()]
        };
        let lists: Vec<&str> = OptionList::ALL.into_iter().map(OptionList::as_str).collect();
        let rows = settings.iter().map(row).collect();
        format!(
            "{}\n\nLists, each by `leadline config show LIST`: {}",
            table(&["SETTING", "VALUE", "", "WHAT IT DECIDES"], rows),
            lists.join(", ")
        )
    })
}

fn entry(option: &ConfigOption) -> Vec<String> {
    let holds = match &option.kind {
        FieldKind::Text => String::new(),
        FieldKind::Number => "a number".to_owned(),
        FieldKind::Date => "a day".to_owned(),
        FieldKind::Choice { choices } => choices.join(", "),
    };
    let offered = if option.active { "" } else { "not offered" };
    vec![words::short(option.id), option.label.clone(), offered.to_owned(), holds]
}
