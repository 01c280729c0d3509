//! Documents that are no lead, pushed by a forged client: the organisation's settings, and what a person keeps.

use super::{Table, company, everybody};
use domain::command::{NewLead, NoticeMark};
use domain::config::{Config, FieldKind, OptionList, Setting};
use domain::people::{AuditAction, AuditFilter};
use domain::{Command, DocId, RefusalCode, UserId};
use protocol::pull::Entry;
use protocol::push::Outcome;
use std::sync::atomic::{AtomicU32, Ordering};
use uuid::Uuid;

/// Lists made by this test, so that no two are called the same.
static MADE: AtomicU32 = AtomicU32::new(0);

pub fn settings() -> [Command; 3] {
    let source = Config::default_options().next().expect("a first source").id;
    [
        Command::SetSetting { setting: Setting::TriesMax, value: Some("4".into()) },
        Command::AddOption {
            list: OptionList::Sources,
            label: format!("मेला {}", MADE.fetch_add(1, Ordering::Relaxed)),
            kind: FieldKind::Text,
        },
        Command::ChangeOption { option: source, label: None, active: Some(false) },
    ]
}

pub fn kept() -> [Command; 2] {
    [
        Command::SetPreference { key: "leads.columns".into(), value: Some("name".into()) },
        Command::MarkNotices { notices: vec![Uuid::from_u128(7)], mark: NoticeMark::Read },
    ]
}

fn code(outcome: &Outcome) -> Option<RefusalCode> {
    match outcome {
        Outcome::Applied { .. } => None,
        Outcome::Refused { refusal } => Some(refusal.code),
        other => panic!("{other:?}"),
    }
}

#[test]
fn settings_are_for_whom_the_table_says_and_everybody_keeps_their_own() {
    let (table, world) = (Table::read(), company());
    let config = DocId::config(world.core.org().id);
    let other = DocId::user_state(world.user("ananya"));
    for who in everybody() {
        let mut forged = world.device(&who.name());
        let own = DocId::user_state(forged.user());
        let may = if table.has("ManageSettings", who.role) { None } else { Some(RefusalCode::NotPermitted) };
        for command in settings() {
            let item = forged.forge_in(config, command.clone());
            assert_eq!(code(&forged.push_one(&item)), may, "{who:?} {command:?}");
            let elsewhere = forged.forge_in(DocId { kind: config.kind, id: Uuid::from_u128(9) }, command);
            assert_eq!(code(&forged.push_one(&elsewhere)), Some(RefusalCode::NotFound), "{who:?} another organisation's");
        }
        for command in kept() {
            let item = forged.forge_in(own, command.clone());
            assert_eq!(code(&forged.push_one(&item)), None, "{who:?} {command:?}");
            let theirs = forged.forge_in(other, command);
            assert_eq!(code(&forged.push_one(&theirs)), Some(RefusalCode::NotFound), "{who:?} somebody else's");
        }
        // A command of another kind of record, on each.
        let new = Command::CreateLead(NewLead { name: "N".into(), phone: "+919820014786".into(), ..NewLead::default() });
        for (doc, command) in [(config, kept()[0].clone()), (own, settings()[0].clone()), (config, new)] {
            let item = forged.forge_in(doc, command);
            assert_eq!(code(&forged.push_one(&item)), Some(RefusalCode::MalformedChange), "{who:?} {}", item.doc);
        }
    }
}

#[test]
fn settings_reach_everybody_and_what_a_person_keeps_only_them() {
    let world = company();
    let (config, mine) = (DocId::config(world.core.org().id), |user: UserId| DocId::user_state(user));
    let mut boss = world.device("ananya");
    let [rule, ..] = settings();
    let [preference, _] = kept();
    let items = [boss.forge_in(config, rule), boss.forge_in(mine(boss.user()), preference)];
    items.iter().for_each(|item| assert_eq!(code(&boss.push_one(item)), None));
    let page = world.core.audit(&boss.who, &AuditFilter { action: Some(AuditAction::Settings), ..AuditFilter::default() }).expect("a page");
    assert_eq!(page.lines.iter().map(|line| line.details.as_str()).collect::<Vec<_>>(), ["tries_max = 4"], "and no preference in it");
    for who in everybody() {
        for fresh in [true, false] {
            let mut device = world.device(&who.name());
            if !fresh {
                // One that follows the log rather than begins.
                device.pull();
                let again = boss.forge_in(config, Command::SetSetting { setting: Setting::DayTarget, value: Some("50".into()) });
                assert_eq!(code(&boss.push_one(&again)), None);
            }
            let told: Vec<DocId> = device.pull().iter().filter_map(of).collect();
            assert!(told.contains(&config), "{who:?} {fresh}: {told:?}");
            assert!(!told.contains(&mine(boss.user())), "{who:?} {fresh}");
        }
    }
}

fn of(entry: &Entry) -> Option<DocId> {
    match entry {
        Entry::Changes { doc, .. } => Some(*doc),
        Entry::Snapshot(snapshot) => Some(snapshot.doc),
        _ => None,
    }
}

#[test]
fn what_does_not_fit_the_settings_is_refused() {
    let world = company();
    let mut boss = world.device("ananya");
    let config = DocId::config(world.core.org().id);
    for (command, want) in [
        (Command::SetSetting { setting: Setting::TriesMax, value: Some("0".into()) }, RefusalCode::InvalidValue),
        (Command::AddOption { list: OptionList::Sources, label: "facebook".into(), kind: FieldKind::Text }, RefusalCode::Duplicate),
        (Command::AddOption { list: OptionList::Sources, label: "Fair".into(), kind: FieldKind::Date }, RefusalCode::InvalidValue),
        (Command::ChangeOption { option: Uuid::from_u128(5), label: None, active: Some(true) }, RefusalCode::NotFound),
    ] {
        let item = boss.forge_in(config, command.clone());
        assert_eq!(code(&boss.push_one(&item)), Some(want), "{command:?}");
    }
}
