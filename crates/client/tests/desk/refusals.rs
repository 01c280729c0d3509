//! Bad input: each is refused with words that say what to do, and nothing is stored.

use crate::office::{Office, RAVI, Server};
use bridge::lead::{FollowUpSchedule, LeadChangeStatus, LeadForm, LeadGet, LeadSetField, NoteAdd, RecordSync};
use bridge::{Problem, ProblemCode};
use domain::{LeadField, LeadId, Role, Status};
use serde_json::json;

fn form(name: &str, phone: &str) -> LeadForm {
    LeadForm { name: name.into(), phone: phone.into(), ..LeadForm::default() }
}

#[track_caller]
fn check(problem: Problem, field: &str, says: &str) {
    assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::Refused, Some(field)), "{problem}");
    assert!(problem.text.contains(says), "{problem}");
}

#[test]
fn a_form_that_can_not_be_saved_names_the_field() {
    let office = Office::new();
    for (typed, field, says) in [
        (form("", "9820014786"), "name", "needed"),
        (form("   ", "9820014786"), "name", "needed"),
        (form("", ""), "name", "needed"),
        (form("Ananya", ""), "phone", "needed"),
        (form("Ananya", "98450 1127"), "phone", "9 digits. An Indian mobile number has 10."),
        (form("Ananya", "call me"), "phone", "can't hold"),
        (form("Ananya", "1111111111"), "phone", "No such phone number"),
        (form(&"😀".repeat(10_000), "9820014786"), "name", "10000 characters; it can have 200"),
        (form("Ana\u{0}nya", "9820014786"), "name", "control character"),
        (LeadForm { alt_phone: "123".into(), ..form("Ananya", "9820014786") }, "alt_phone", "3 digits"),
        (LeadForm { email: "ananya".into(), ..form("Ananya", "9820014786") }, "email", "not an e-mail"),
        (LeadForm { budget: "lots".into(), ..form("Ananya", "9820014786") }, "budget", "number"),
        (LeadForm { budget: "99999999999999".into(), ..form("Ananya", "9820014786") }, "budget", "budget"),
        (LeadForm { note: "x".repeat(5 << 20), ..form("Ananya", "9820014786") }, "note", "it can have 5000"),
    ] {
        check(office.try_create(typed).expect_err(says), field, says);
    }
    assert_eq!(office.page(&Default::default(), 0, 50).total, 0, "nothing was stored");
}

#[test]
fn an_edit_that_breaks_a_rule_changes_nothing() {
    let office = Office::new();
    let lead = office.create("Ananya", "9820014786");
    let desk = &office.desk;
    let set = |field, value: &str| desk.ask(LeadSetField { lead, field, value: value.into() }).expect_err(value);
    check(set(LeadField::Name, " "), "name", "needed");
    check(set(LeadField::Phone, ""), "phone", "needed");
    check(set(LeadField::AltPhone, "98"), "alt_phone", "2 digits");
    check(desk.ask(NoteAdd { lead, text: "x".repeat(5 << 20) }).expect_err("too long"), "note", "it can have 5000");
    check(desk.ask(NoteAdd { lead, text: " \n".into() }).expect_err("empty"), "note", "needed");
    check(desk.ask(LeadChangeStatus { lead, to: Status::Converted, reason: None }).expect_err("too far"), "status", "can't become");
    check(desk.ask(LeadChangeStatus { lead, to: Status::Lost, reason: Some(" ".into()) }).expect_err("no reason"), "reason", "Say why");
    let malformed = FollowUpSchedule { lead, local: "tomorrow".into(), note: String::new() };
    check(desk.ask(malformed).expect_err("no time"), "due_at", "date and a time");
    assert_eq!(office.view(lead).sync, RecordSync::NotSent { count: 1 });
}

#[test]
fn an_unknown_status_is_refused() {
    let office = Office::new();
    let lead = office.create("Ananya", "9820014786");
    let problem = office.desk.answer("lead_change_status", json!({"lead": lead, "to": "thrilled", "reason": null})).expect_err("unknown");
    assert!(problem.text.contains("thrilled") && problem.text.contains("in_progress"), "{problem}");
    assert_eq!(office.view(lead).status, Status::New);
}

/// Row I11.
#[test]
fn nobody_follows_up_an_unassigned_or_closed_lead() {
    let office = Office::of(Role::Manager);
    let lead = office.create("Ananya", "9820014786");
    let schedule = || office.desk.ask(FollowUpSchedule { lead, local: "2026-11-22T17:00".into(), note: "Demo".into() });
    let unassigned = schedule().expect_err("unassigned");
    assert!(unassigned.text.contains("Nobody owns this lead"), "{unassigned}");
    let view = office.view(lead);
    assert!(view.can.follow_up && view.follow_up_blocked_says("Nobody owns"));

    let server = Server::default();
    server.deliver_owner(lead, Some(RAVI));
    office.sync(&server);
    schedule().expect("owned");
    office.desk.ask(LeadChangeStatus { lead, to: Status::Lost, reason: Some("Financial".into()) }).expect("dropped");
    let dropped = schedule().expect_err("dropped");
    assert!(dropped.text.contains("A dropped lead can’t have a follow-up"), "{dropped}");
    let view = office.view(lead);
    assert!(view.follow_up_blocked_says("dropped") && view.can.reopen);
    assert_eq!(view.drop_reason.as_deref(), Some("Financial"));
}

trait Blocked {
    fn follow_up_blocked_says(&self, text: &str) -> bool;
}

impl Blocked for bridge::lead::LeadView {
    fn follow_up_blocked_says(&self, text: &str) -> bool {
        self.can.follow_up_blocked.as_ref().is_some_and(|says| says.contains(text))
    }
}

#[test]
fn a_lead_that_is_not_here_is_not_found() {
    let office = Office::new();
    let nobody = LeadId(uuid::Uuid::from_u128(77));
    assert_eq!(office.desk.ask(LeadGet { lead: nobody }).expect_err("nobody").code, ProblemCode::NotFound);
    assert_eq!(office.desk.ask(NoteAdd { lead: nobody, text: "x".into() }).expect_err("nobody").code, ProblemCode::NotFound);
}

/// Rows B24, D1.
#[test]
fn a_role_sees_and_does_what_the_table_says() {
    let office = Office::of(Role::Analyst);
    let server = Server::default();
    let new = domain::command::NewLead { name: "Ananya".into(), phone: "+919820014786".into(), ..Default::default() };
    server.deliver(vec![Server::masked(server.snapshot(1, new, Some(RAVI), crate::office::NOW))]);
    office.sync(&server);
    let row = office.page(&Default::default(), 0, 50).rows.remove(0);
    assert_eq!(row.phone, "982•••••••");
    let view = office.view(row.id);
    assert_eq!((view.fields[0].display.as_deref(), view.fields[0].value.as_deref()), (Some("982•••••••"), None));
    assert!(!view.can.edit && !view.can.follow_up && view.can.follow_up_blocked.is_none() && view.next.is_empty() && view.can.timeline);
    for typed in ["14786", "98200 14786", "+91 98200", "9"] {
        assert_eq!(office.found(typed), Vec::<String>::new(), "{typed}: a number that may not be seen is not found either");
    }
    assert_eq!(office.desk.ask(NoteAdd { lead: row.id, text: "x".into() }).expect_err("not in the role").code, ProblemCode::Refused);
}
