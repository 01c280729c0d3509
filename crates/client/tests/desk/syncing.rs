//! What the server says, as the screens show it.

use crate::office::{NOW, Office, Server};
use bridge::attention::{AttentionDiscard, AttentionList, AttentionRestore, AttentionRetry};
use bridge::lead::{LeadCountsGet, LeadPick, LeadSetField, LeadTimeline, Mark, NoteAdd, RecordSync, TimelineWhat};
use bridge::sync::{Pill, SyncGet};
use domain::{Command, LeadField, Refusal, RefusalCode};

#[test]
fn a_field_that_two_people_changed_shows_both_until_someone_picks() {
    let office = Office::new();
    let server = Server::default();
    server.deliver_directory();
    let lead = office.create("Ananya", "9820014700");
    office.sync(&server);
    let base = server.document(lead);
    assert_eq!(office.view(lead).sync, RecordSync::Synced);

    office.wait(10);
    office.desk.ask(LeadSetField { lead, field: LeadField::Phone, value: "9820014786".into() }).expect("mine");
    server.deliver_edit(lead, &base, Command::SetField { field: LeadField::Phone, value: Some("+919820014768".into()) }, NOW + 23 * 60_000);
    office.wait(30);
    office.sync(&server);

    let view = office.view(lead);
    let conflict = view.fields[0].conflict.clone().expect("a conflict");
    assert_eq!(conflict.before.as_deref(), Some("98200 14700"));
    let mut shown: Vec<_> =
        conflict.choices.iter().map(|c| (c.display.clone().unwrap_or_default(), c.by.clone(), c.mine, c.when.local.clone())).collect();
    assert_eq!(conflict.choices[0].value, view.fields[0].value, "the shown one first");
    shown.sort();
    assert_eq!(
        shown,
        [
            ("98200 14768".into(), "Ravi Deshpande".into(), false, "2026-11-21T14:23".into()),
            ("98200 14786".into(), "Asha Menon".into(), true, "2026-11-21T14:10".into()),
        ]
    );
    assert_eq!(office.page(&Default::default(), 0, 1).rows[0].mark, Some(Mark::Conflict));

    office.desk.ask(LeadPick { lead, field: LeadField::Phone, value: Some("+919820014768".into()) }).expect("a pick");
    let picked = office.view(lead);
    assert_eq!((picked.fields[0].display.as_deref(), &picked.fields[0].conflict), (Some("98200 14768"), &None));
}

#[test]
fn the_timeline_says_who_and_when_it_arrived() {
    let office = Office::new();
    let server = Server::default();
    server.deliver_directory();
    let lead = office.create("Ananya", "9820014700");
    office.sync(&server);
    let base = server.document(lead);
    server.deliver_edit(lead, &base, Command::AddNote { text: "Father decides".into() }, NOW + 5 * 60_000);
    office.sync(&server);
    office.wait(10);
    office.desk.ask(NoteAdd { lead, text: "Mine".into() }).expect("a note");

    let entries = office.desk.ask(LeadTimeline { lead }).expect("a timeline");
    let shown: Vec<_> = entries.iter().map(|e| (e.by.as_str(), e.mine, e.sent, &e.what)).collect();
    assert_eq!(
        shown,
        [
            ("Asha Menon", true, false, &TimelineWhat::NoteAdded { text: "Mine".into() }),
            ("Ravi Deshpande", false, true, &TimelineWhat::NoteAdded { text: "Father decides".into() }),
            ("Asha Menon", true, true, &TimelineWhat::Created),
        ]
    );
    let notes = office.view(lead).notes;
    assert_eq!(notes.iter().map(|n| n.by.as_str()).collect::<Vec<_>>(), ["Ravi Deshpande", "Asha Menon"]);
}

#[test]
fn a_refused_edit_waits_until_the_person_decides() {
    let office = Office::new();
    let server = Server::default();
    let lead = office.create("Ananya", "9820014700");
    office.sync(&server);
    let refuse_next = |text: &str| {
        office.desk.ask(NoteAdd { lead, text: text.into() }).expect("a note");
        server.refuse(Refusal::new(RefusalCode::LeadClosed, "Ravi Deshpande dropped this lead.").winning("lost"));
        office.sync(&server);
    };
    refuse_next("Wife joins the demo");
    let list = || office.desk.ask(AttentionList {}).expect("a list");
    let item = list().remove(0);
    assert_eq!((item.lead_name.as_str(), item.lead_here, item.typed.as_str()), ("Ananya", true, "Wife joins the demo"));
    assert_eq!((item.why.as_str(), item.winning.as_deref()), ("Ravi Deshpande dropped this lead.", Some("Lost")));
    let why = "Ravi Deshpande dropped this lead.".to_owned();
    assert_eq!(office.view(lead).sync, RecordSync::NeedsAttention { count: 1, why });
    assert!(office.view(lead).notes.is_empty(), "the record is as the server has it");
    assert_eq!(office.page(&Default::default(), 0, 1).rows[0].mark, Some(Mark::NeedsAttention));
    assert_eq!(office.desk.ask(SyncGet {}).expect("the panel").pill, Pill::NeedsAttention { count: 1 });

    office.desk.ask(AttentionDiscard { command: item.command }).expect("discarded");
    assert!(list().is_empty());
    office.desk.ask(AttentionRestore { command: item.command }).expect("taken back");
    assert_eq!(list().len(), 1);
    office.desk.ask(AttentionRetry { command: item.command }).expect("again");
    assert_eq!((list().len(), office.view(lead).notes[0].note.text.as_str()), (0, "Wife joins the demo"));
    assert_eq!(office.desk.ask(LeadCountsGet {}).expect("counts").attention, 0);
    office.sync(&server);
    assert_eq!(office.desk.ask(SyncGet {}).expect("the panel").pill, Pill::Synced);
}

#[test]
fn a_refused_lead_is_gone_and_what_was_typed_is_not() {
    let office = Office::new();
    office.create("Ananya", "9820014700");
    let server = Server::default();
    server.refuse(Refusal::new(RefusalCode::NotPermitted, "This is not in your role."));
    office.sync(&server);
    assert_eq!(office.page(&Default::default(), 0, 50).total, 0);
    let item = office.desk.ask(AttentionList {}).expect("a list").remove(0);
    assert_eq!((item.lead_name.as_str(), item.lead_here, item.typed.as_str()), ("Ananya", false, "Ananya\n98200 14700"));
    office.desk.ask(AttentionRetry { command: item.command }).expect("again");
    assert_eq!(office.found("ananya"), ["Ananya"]);
}

#[test]
fn screens_hear_of_every_change() {
    let office = Office::new();
    let heard = std::sync::Arc::new(std::sync::Mutex::new(bridge::Change::default()));
    office.desk.listen(std::sync::Arc::new({
        let heard = heard.clone();
        move |change| heard.lock().expect("one test").absorb(change)
    }));
    let lead = office.create("Ananya", "9820014700");
    assert!(heard.lock().expect("one test").touches(lead));
    let server = Server::default();
    server.deliver_directory();
    office.sync(&server);
    let heard = heard.lock().expect("one test").clone();
    assert!(heard.session && heard.sync);
    let me = office.desk.ask(bridge::session::SessionGet {}).expect("a session").me.expect("me");
    assert_eq!((me.org.as_str(), me.currency.as_str(), me.drop_reasons.len()), ("Nakshatra Academy", "INR", 4));
}
