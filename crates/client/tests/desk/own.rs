//! The organisation's settings and lists, and what a person keeps: documents that are no lead. And what they bring to
//! leads: own fields, comments, people who asked not to be called.

use crate::office::{NOW, Office, RAVI, Server, key};
use bridge::ProblemCode;
use bridge::lead::{
    CallLog, CommentAdd, LeadChangeStatus, LeadCountsGet, LeadMentionable, LeadSetCustom, LeadSetField, LeadTimeline, LeadUndo,
    TimelineWhat,
};
use bridge::queue::{CallDispose, QueueGet};
use bridge::session::{PreferenceSet, SessionGet};
use client::desk::Desk;
use domain::calling::Reason;
use domain::config::{Config, FieldKind, OptionList, Setting};
use domain::{Command, LeadField, LeadId, RefusalCode, Role, Status};
use std::collections::BTreeMap;
use uuid::Uuid;

fn set(office: &Office, setting: Setting, value: &str) {
    office.desk.engine().configure(Command::SetSetting { setting, value: Some(value.into()) }).expect("an Admin sets it");
}

fn add(office: &Office, list: OptionList, label: &str, kind: FieldKind) -> Uuid {
    office.desk.engine().configure(Command::AddOption { list, label: label.into(), kind }).expect("an Admin adds it").0
}

fn status(office: &Office, lead: LeadId, to: Status) {
    office.desk.ask(LeadChangeStatus { lead, to, reason: None }).expect("a status");
}

fn queue(office: &Office) -> Vec<(String, Reason)> {
    let queue = office.desk.ask(QueueGet { skip: Vec::new() }).expect("a queue");
    queue.items.into_iter().map(|item| (item.lead.name, item.reason)).collect()
}

#[test]
fn what_the_admin_sets_the_queue_and_the_pools_obey() {
    let office = Office::of(Role::Admin);
    let server = Server::default();
    let (fresh, tried) = (office.create("Fresh", "9820014786"), office.create("Tried", "9820014787"));
    office.sync(&server);
    for lead in [fresh, tried] {
        server.deliver_owner(lead, Some(crate::office::ASHA));
    }
    office.sync(&server);
    status(&office, tried, Status::Cnp);
    for _ in 0..2 {
        office.desk.ask(CallLog { lead: tried, outcome: "Not reachable".into() }).expect("a call");
    }
    office.wait(30);
    assert_eq!(queue(&office), [("Fresh".to_owned(), Reason::Fresh)], "it rests for three hours");
    set(&office, Setting::RetryAfterMinutes, "30");
    assert_eq!(queue(&office), [("Fresh".to_owned(), Reason::Fresh), ("Tried".to_owned(), Reason::Retry)]);
    set(&office, Setting::QueueOrder, "retry,overdue,due,hot,fresh,unplanned");
    assert_eq!(queue(&office)[0].1, Reason::Retry);
    set(&office, Setting::DayTarget, "12");
    assert_eq!(office.desk.ask(QueueGet { skip: Vec::new() }).expect("a queue").pace.target, 12);

    let dropped = || office.desk.ask(LeadCountsGet {}).expect("counts").dropped;
    assert_eq!(dropped(), 0);
    set(&office, Setting::TriesMax, "2");
    assert_eq!((dropped(), queue(&office).len()), (1, 1), "two tries were enough");
    set(&office, Setting::TriesMax, "3");
    assert_eq!(dropped(), 0);
    set(&office, Setting::CallingHoursStart, "15:30");
    let closed = office.desk.ask(QueueGet { skip: Vec::new() }).expect("a queue");
    assert!(!closed.in_hours && closed.items.is_empty() && closed.hours == (930, 1200), "14:30 in India: {closed:?}");
}

#[test]
fn lists_offer_what_the_admin_says_and_records_keep_what_they_have() {
    let office = Office::of(Role::Admin);
    let facebook = Config::default_options().find(|one| one.label == "Facebook").expect("a default").id;
    let lead = office.create("Ananya", "9820014786");
    office.desk.ask(LeadSetField { lead, field: LeadField::Source, value: "Facebook".into() }).expect("a source");
    add(&office, OptionList::Sources, "मेला", FieldKind::Text);
    let withdraw = Command::ChangeOption { option: facebook, label: None, active: Some(false) };
    office.desk.engine().configure(withdraw).expect("withdrawn");
    let me = office.desk.ask(SessionGet {}).expect("a session").me.expect("somebody");
    assert_eq!(me.sources, ["Website", "Google", "Referral", "WhatsApp", "मेला"]);
    assert_eq!(office.view(lead).fields[4].display.as_deref(), Some("Facebook"));

    let twice = Command::AddOption { list: OptionList::Sources, label: " मेला ".into(), kind: FieldKind::Text };
    let refused = office.desk.engine().configure(twice).expect_err("it is there");
    assert!(matches!(refused, client::ClientError::Refused(refusal) if refusal.code == RefusalCode::Duplicate));
    let agent = Office::of(Role::Salesperson);
    let refused = agent.desk.engine().configure(Command::SetSetting { setting: Setting::TriesMax, value: Some("1".into()) });
    assert!(
        matches!(refused.expect_err("not an Admin"), client::ClientError::Refused(refusal) if refusal.code == RefusalCode::NotPermitted)
    );
}

#[test]
fn a_preference_is_there_at_once_and_after_a_restart() {
    let office = Office::new();
    let keep = |key: &str, value: &str| office.desk.ask(PreferenceSet { key: key.into(), value: value.into() });
    keep("leads.columns", r#"["name","phone"]"#).expect("kept");
    keep("theme", "light").expect("kept");
    assert_eq!(keep("theme", "pink").expect_err("no theme").code, ProblemCode::Refused);
    let seen = office.desk.ask(SessionGet {}).expect("a session");
    assert_eq!((seen.theme.as_str(), seen.preferences["leads.columns"].as_str()), ("light", r#"["name","phone"]"#));
    let again = Desk::open_read_only(&office.profile(), &key(), office.env()).expect("opens");
    assert_eq!(again.ask(SessionGet {}).expect("a session").preferences["leads.columns"], r#"["name","phone"]"#);
}

#[test]
fn own_fields_are_checked_by_their_kind_and_taken_back() {
    let office = Office::of(Role::Admin);
    let lead = office.create("Ananya", "9820014786");
    let choices = vec!["Morning".to_owned(), "Evening".to_owned()];
    let (batch, age) = (
        add(&office, OptionList::CustomFields, "Batch", FieldKind::Choice { choices }),
        add(&office, OptionList::CustomFields, "Age", FieldKind::Number),
    );
    let put = |field: Uuid, value: &str| office.desk.ask(LeadSetCustom { lead, field, value: value.into() });
    let shown = || office.view(lead).custom.into_iter().map(|one| (one.field.label, one.value)).collect::<BTreeMap<_, _>>();
    assert_eq!(shown(), BTreeMap::from([("Age".to_owned(), None), ("Batch".to_owned(), None)]));
    let problem = put(batch, "Night").expect_err("no such batch");
    assert_eq!(problem.text, "Batch is one of Morning, Evening.");
    assert_eq!(put(age, "old").expect_err("no number").text, "Age is a number, like 12 or 4.5.");
    put(batch, "Morning").expect("set");
    let moved = put(batch, "Evening").expect("set again");
    let timeline = office.desk.ask(LeadTimeline { lead }).expect("a timeline");
    let was = TimelineWhat::Custom { label: "Batch".into(), from: Some("Morning".into()), display: Some("Evening".into()) };
    assert!(timeline.iter().any(|entry| entry.what == was && entry.here == Some(true)), "{timeline:?}");
    office.desk.ask(LeadUndo { lead, commands: moved.commands }).expect("taken back");
    assert_eq!(shown()["Batch"].as_deref(), Some("Morning"));
    // Offered no more: a lead that has it keeps it, another does not show it.
    office.desk.engine().configure(Command::ChangeOption { option: batch, label: None, active: Some(false) }).expect("withdrawn");
    let other = office.create("Bela", "9820014787");
    assert_eq!(shown().len(), 2);
    assert_eq!(office.view(other).custom.len(), 1);
}

#[test]
fn who_asked_not_to_be_called_is_not_in_the_queue() {
    let office = Office::new();
    let (a, b) = (office.create("Ananya", "9820014786"), office.create("Bela", "9820014787"));
    assert_eq!(queue(&office).len(), 2);
    let done = office.desk.ask(LeadSetField { lead: a, field: LeadField::DoNotCall, value: "Asked by mail".into() }).expect("noted");
    assert_eq!(queue(&office), [("Bela".to_owned(), Reason::Fresh)]);
    assert_eq!(office.view(a).do_not_call.display.as_deref(), Some("Asked by mail"));
    office.desk.ask(LeadUndo { lead: a, commands: done.commands }).expect("taken back");
    assert_eq!(queue(&office).len(), 2);
    // The outcome on key 9 notes it with the call.
    office.desk.ask(CallDispose { lead: b, key: 9, note: String::new(), next: None }).expect("a call");
    assert!(office.view(b).do_not_call.value.is_some() && office.view(b).status == Status::Lost);
    assert_eq!(queue(&office), [("Ananya".to_owned(), Reason::Fresh)]);
}

#[test]
fn comments_name_those_who_see_the_lead() {
    let office = Office::new();
    let server = Server::default();
    server.deliver_directory();
    office.sync(&server);
    let lead = office.create("Ananya", "9820014786");
    let named = office.desk.ask(LeadMentionable { lead }).expect("people");
    assert_eq!(named, [(RAVI, "Ravi Deshpande".to_owned())], "a Manager sees it; oneself is not named");
    office.desk.ask(CommentAdd { lead, text: " @Ravi Deshpande फीस? ".into(), mentions: vec![RAVI] }).expect("said");
    let view = office.view(lead);
    assert_eq!((view.comments[0].text.as_str(), view.comments[0].mine, view.comments[0].when.at), ("@Ravi Deshpande फीस?", true, NOW));
    let empty = office.desk.ask(CommentAdd { lead, text: "  ".into(), mentions: Vec::new() }).expect_err("nothing said");
    assert_eq!(empty.code, ProblemCode::Refused);
    let said = TimelineWhat::Commented { text: "@Ravi Deshpande फीस?".into() };
    assert!(office.desk.ask(LeadTimeline { lead }).expect("a timeline").iter().any(|entry| entry.what == said));
}
