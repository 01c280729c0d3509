//! The desk as the window and the command line use it, without a server.

mod assignment;
mod attendance;
mod bulk;
mod calling;
mod clocks;
mod dashboard;
mod deleting;
mod finding;
mod hand_over;
mod leaving;
mod notices;
mod office;
mod online;
mod own;
mod payments;
mod printed;
mod refusals;
mod rights;
mod roles;
mod syncing;

use bridge::lead::{
    CallLog, FollowUpComplete, FollowUpMove, FollowUpSchedule, LeadChangeStatus, LeadCountsGet, LeadForm, LeadSetField, LeadSetInterest,
    LeadTimeline, Mark, NoteAdd, NoteEdit, PhoneCheck, RecordSync, TagAdd, TagRemove, TextSplice, TimelineWhat,
};
use bridge::session::{DraftGet, DraftSet, PreferenceSet, SessionGet, SessionSignOut};
use bridge::sync::{Pill, SyncGet};
use bridge::{Problem, ProblemCode};
use client::ClientError;
use client::desk::Desk;
use domain::{LeadField, Status};
use office::{NOW, Office, key};
use serde_json::json;

#[test]
fn a_new_lead_is_at_once_in_list_drawer_and_outbox() {
    let office = Office::new();
    let form = LeadForm {
        name: "  Ananya Krishnan ".into(),
        phone: "98200-14786".into(),
        email: " ananya.k@example.in ".into(),
        budget: "₹1,20,000".into(),
        source: "Website".into(),
        note: "Prefers evenings".into(),
        ..LeadForm::default()
    };
    let lead = office.try_create(form).expect("a lead");

    let page = office.page(&Default::default(), 0, 50);
    assert_eq!((page.total, page.rows.len()), (1, 1));
    let row = &page.rows[0];
    assert_eq!(
        (row.name.as_str(), row.phone.as_str(), row.status, row.mark),
        ("Ananya Krishnan", "98200 14786", Status::New, Some(Mark::NotSent))
    );
    assert_eq!(row.owner.as_deref(), Some("Asha Menon"));

    let view = office.view(lead);
    let shown: Vec<_> = view.fields.iter().map(|f| (f.field, f.display.as_deref().unwrap_or(""))).collect();
    assert_eq!(
        shown,
        [
            (LeadField::Phone, "98200 14786"),
            (LeadField::AltPhone, ""),
            (LeadField::Email, "ananya.k@example.in"),
            (LeadField::Budget, "₹1,20,000"),
            (LeadField::Source, "Website"),
            (LeadField::Language, ""),
        ]
    );
    assert_eq!(view.fields[3].value.as_deref(), Some("12000000"));
    assert!(view.owner_provisional);
    assert_eq!(view.sync, RecordSync::NotSent { count: 1 });
    assert_eq!((view.notes[0].note.text.as_str(), view.notes[0].by.as_str()), ("Prefers evenings", "Asha Menon"));
    assert_eq!((view.created.local.as_str(), view.created.day, view.created.weekday), ("2026-11-21T14:00", 0, 5));
    assert_eq!(view.next, [Status::InProgress, Status::Cnp, Status::Interested, Status::Lost]);
    assert!(view.can.edit && view.can.drop && !view.can.convert && !view.can.reopen);

    let sync = office.desk.ask(SyncGet {}).expect("the panel");
    assert_eq!((sync.pill, sync.outbox_total, sync.leads_here), (Pill::Sending { done: 0, total: 1 }, 1, 1));
    assert_eq!(sync.outbox[0].what, TimelineWhat::Created);
    let counts = office.desk.ask(LeadCountsGet {}).expect("counts");
    assert_eq!((counts.fresh, counts.working, counts.all), (0, 1, 1));
}

#[test]
fn every_edit_shows_on_drawer_and_timeline() {
    let office = Office::new();
    let lead = office.create("Ananya", "9820014786");
    let desk = &office.desk;
    let wait = || office.wait(1);
    wait();
    desk.ask(LeadSetField { lead, field: LeadField::Budget, value: "85000.50".into() }).expect("a field");
    wait();
    desk.ask(LeadSetField { lead, field: LeadField::AltPhone, value: "98330-60491".into() }).expect("a field");
    wait();
    desk.ask(LeadChangeStatus { lead, to: Status::Interested, reason: None }).expect("a status");
    wait();
    desk.ask(LeadSetInterest { lead, level: 4 }).expect("an interest");
    wait();
    desk.ask(FollowUpSchedule { lead, local: "2026-11-22T17:00".into(), note: "Demo".into() }).expect("a follow-up");
    let follow_up = office.view(lead).follow_ups[0].clone();
    assert_eq!((follow_up.when.local.as_str(), follow_up.when.day, follow_up.open, follow_up.missed), ("2026-11-22T17:00", 1, true, false));
    wait();
    desk.ask(FollowUpMove { lead, follow_up: follow_up.id, local: "2026-11-20T11:00".into() }).expect("a move");
    assert!(office.view(lead).follow_ups[0].missed);
    wait();
    desk.ask(FollowUpComplete { lead, follow_up: follow_up.id, outcome: "Call made".into() }).expect("an outcome");
    wait();
    desk.ask(CallLog { lead, outcome: "Not reachable".into() }).expect("a call");
    wait();
    desk.ask(TagAdd { lead, tag: "vip".into() }).expect("a tag");
    wait();
    desk.ask(TagRemove { lead, tag: "vip".into() }).expect("a tag");

    let view = office.view(lead);
    assert_eq!((view.status, view.interest, view.sync), (Status::Interested, Some(4), RecordSync::NotSent { count: 11 }));
    let entries = desk.ask(LeadTimeline { lead }).expect("a timeline");
    let shown: Vec<_> = entries.iter().map(|e| e.what.clone()).collect();
    assert_eq!(shown[0], TimelineWhat::TagRemoved { tag: "vip".into() });
    assert_eq!(shown[2], TimelineWhat::Call { outcome: "Not reachable".into() });
    assert!(matches!(&shown[4], TimelineWhat::FollowUpMoved { when } if when.day == -1));
    assert!(matches!(&shown[5], TimelineWhat::FollowUpSet { note, .. } if note == "Demo"));
    assert_eq!(shown[7], TimelineWhat::Status { from: Status::New, to: Status::Interested, reason: None });
    assert_eq!(shown[8], TimelineWhat::Field { field: LeadField::AltPhone, from: None, display: Some("98330 60491".into()) });
    assert_eq!(shown[9], TimelineWhat::Field { field: LeadField::Budget, from: None, display: Some("₹85,000.50".into()) });
    assert_eq!(shown[10], TimelineWhat::Created);
    assert!(entries.iter().all(|e| e.mine && !e.sent && e.by == "Asha Menon" && e.arrived.is_none()));
}

#[test]
fn leaving_a_field_as_it_is_makes_no_edit() {
    let office = Office::new();
    let lead = office.create("Ananya", "9820014786");
    office.desk.ask(LeadSetField { lead, field: LeadField::Phone, value: " 98200 14786 ".into() }).expect("nothing to do");
    office.desk.ask(LeadSetField { lead, field: LeadField::Email, value: "  ".into() }).expect("nothing to do");
    assert_eq!(office.view(lead).sync, RecordSync::NotSent { count: 1 });
}

#[test]
fn a_note_is_edited_as_it_stood_when_it_was_shown() {
    let office = Office::new();
    let lead = office.create("Ananya", "9820014786");
    office.desk.ask(NoteAdd { lead, text: "Call मीना after six 😀".into() }).expect("a note");
    let shown = office.view(lead);
    let note = shown.notes[0].note.id;
    let splice = |at, delete, insert: &str| TextSplice { at, delete, insert: insert.into() };
    let edit = |heads: &str, splices| office.desk.ask(NoteEdit { lead, note, heads: heads.into(), splices });
    edit(&shown.heads, vec![splice(20, 0, "!")]).expect("the end");
    // From the same heads: both stand.
    edit(&shown.heads, vec![splice(5, 4, "Asha")]).expect("the middle");
    assert_eq!(office.view(lead).notes[0].note.text, "Call Asha after six !😀");
    edit(&shown.heads, vec![]).expect("nothing to do");
    let beyond = edit(&shown.heads, vec![splice(4_000, 0, "x")]).expect_err("there is no such place");
    assert_eq!((beyond.code, beyond.field.as_deref()), (ProblemCode::Refused, Some("note")));
    assert!(edit("feedface", vec![splice(0, 0, "x")]).is_err());
}

#[test]
fn phones_are_checked_while_they_are_typed() {
    let office = Office::new();
    let lead = office.create("Ananya", "9820014786");
    let check = |typed: &str, except| office.desk.ask(PhoneCheck { typed: typed.into(), except }).expect("a hint");
    assert_eq!(check("", None), Default::default());
    assert!(check("98200 1478", None).problem.expect("a problem").contains("9 digits"));
    let same = check("९८२०० १४७८६", None);
    assert_eq!((same.display.as_deref(), same.duplicate), (Some("98200 14786"), Some((lead, "Ananya".into()))));
    assert_eq!(check("98200 14786", Some(lead)).duplicate, None);
    assert_eq!(check("98200 14787", None).duplicate, None);
    office.desk.ask(LeadSetField { lead, field: LeadField::AltPhone, value: "98330 60491".into() }).expect("a field");
    assert_eq!(check("+919833060491", None).duplicate, Some((lead, "Ananya".into())));
}

#[test]
fn drafts_and_preferences_outlive_the_process() {
    let office = Office::new();
    let long = "मी".repeat(1_000_000);
    let set = |key: &str, text: Option<&str>| office.desk.ask(DraftSet { key: key.into(), text: text.map(Into::into) });
    set("note:1", Some(&long)).expect("kept");
    set("note:2", Some("x")).expect("kept");
    set("note:2", None).expect("forgotten");
    assert!(set("note:3", Some(&"x".repeat(9 << 20))).is_err());
    office.desk.ask(PreferenceSet { key: "theme".into(), value: "light".into() }).expect("kept");
    assert!(office.desk.ask(PreferenceSet { key: "theme".into(), value: "mauve".into() }).is_err());

    let Office { desk, dir, .. } = office;
    drop(desk);
    let desk = Desk::open(&client::Profile::at(dir.path()).expect("a profile"), &key(), client::system_env()).expect("it opens again");
    let get = |key: &str| desk.ask(DraftGet { key: key.into() }).expect("a draft");
    assert_eq!(get("note:1").as_deref(), Some(long.as_str()));
    assert_eq!(get("note:2"), None);
    assert_eq!(desk.ask(SessionGet {}).expect("a session").theme, "light");
}

#[test]
fn one_process_writes_and_others_read_beside_it() {
    let office = Office::new();
    let lead = office.create("Ananya", "9820014786");
    let reader = Desk::open_read_only(&office.profile(), &key(), office.env()).expect("a reader");
    assert_eq!(reader.ask(bridge::lead::LeadGet { lead }).expect("a lead").name.display.as_deref(), Some("Ananya"));
    office.create("Shalini", "9845011273");
    let found = |search: &str| {
        let filter = bridge::lead::LeadFilter { search: search.into(), ..Default::default() };
        reader.ask(bridge::lead::LeadList { filter, offset: 0, limit: 50 }).expect("a page").total
    };
    assert_eq!((found(""), found("shal"), found("11273")), (2, 1, 1), "it sees each commit");

    match Desk::open(&office.profile(), &key(), office.env()) {
        Err(ClientError::ProfileHeld { holder }) => assert!(holder.contains(&std::process::id().to_string()), "{holder}"),
        other => panic!("two writers: {other:?}"),
    }
}

#[test]
fn a_profile_of_a_newer_version_is_left_alone() {
    let office = Office::new();
    office.create("Ananya", "9820014786");
    let Office { desk, dir, .. } = office;
    drop(desk);
    let database = rusqlite::Connection::open(dir.path().join("leadline.db")).expect("a database");
    database.pragma_update(None, "key", format!("x'{}'", "07".repeat(32))).expect("the key");
    database.pragma_update(None, "user_version", 999).expect("a newer format");
    drop(database);
    let before = std::fs::read(dir.path().join("leadline.db")).expect("a database");
    let profile = || client::Profile::at(dir.path()).expect("a profile");
    for opened in [Desk::open(&profile(), &key(), client::system_env()), Desk::open_read_only(&profile(), &key(), client::system_env())] {
        let problem = Problem::from(opened.expect_err("newer"));
        assert_eq!(problem.code, ProblemCode::UpdateNeeded);
        assert!(problem.text.contains("newer version"), "{problem}");
    }
    assert_eq!(std::fs::read(dir.path().join("leadline.db")).expect("a database"), before);
}

#[test]
fn signing_out_hides_everything_and_loses_nothing() {
    let office = Office::new();
    let lead = office.create("Ananya", "9820014786");
    let session = office.desk.ask(SessionSignOut {}).expect("signed out");
    assert_eq!((session.me, session.email.as_str(), session.server.as_str()), (None, "asha@example.com", "http://127.0.0.1:8440"));
    for name in ["lead_list", "lead_counts", "sync_get", "attention_list"] {
        let payload = json!({"filter": {"pool": null, "statuses": [], "search": ""}, "offset": 0, "limit": 50});
        assert_eq!(office.desk.answer(name, payload).expect_err(name).code, ProblemCode::NotSignedIn, "{name}");
    }
    assert!(office.desk.ask(NoteAdd { lead, text: "x".into() }).is_err());
    office.desk.engine().signed_in("http://127.0.0.1:8440", &office::session(domain::Role::Salesperson)).expect("signed in");
    // The desk's own sign-in also clears this mark; here there is no server to ask.
    office.desk.engine().set_preference("signed_out", "no").expect("in again");
    assert_eq!(office.view(lead).sync, RecordSync::NotSent { count: 1 });
}

#[test]
fn a_session_that_ran_out_leaves_everything_usable() {
    let office = Office::new();
    office.desk.engine().sign_out().expect("the server ended it");
    let lead = office.create("Ananya", "9820014786");
    assert_eq!(office.view(lead).name.display.as_deref(), Some("Ananya"));
    assert!(office.desk.ask(SessionGet {}).expect("a session").me.is_some());
    assert_eq!(office.desk.ask(SyncGet {}).expect("the panel").pill, Pill::SignInNeeded { pending: 1 });
}

#[test]
fn requests_are_answered_by_name() {
    let office = Office::new();
    let form = json!({"name": "Ananya", "phone": "9820014786", "alt_phone": "", "email": "", "budget": "", "source": "", "language": "", "note": ""});
    let lead = office.desk.answer("lead_create", json!({ "form": form })).expect("a lead");
    let view = office.desk.answer("lead_get", json!({ "lead": lead })).expect("a view");
    assert_eq!(view["name"]["value"], "Ananya");
    assert!(office.desk.answer("sync_get", serde_json::Value::Null).is_ok(), "a request without fields may come as null");
    assert_eq!(office.desk.answer("lead_steal", json!({})).expect_err("unknown").code, ProblemCode::NotFound);
    let malformed = office.desk.answer("lead_get", json!({ "lead": "me" })).expect_err("malformed");
    assert!(malformed.text.contains("malformed"), "{malformed}");
    assert_eq!(view["created"]["at"], NOW);
}
