//! The Follow-ups page and the calling queue: who is due, who is next and why, and what a finished call does.

use crate::office::{ASHA, NOW, Office, RAVI, Server};
use bridge::ProblemCode;
use bridge::follow_up::{DueTab, FollowUpList};
use bridge::lead::{
    CallLog, FollowUpComplete, FollowUpSchedule, LeadChangeStatus, LeadCountsGet, LeadDelete, LeadSetInterest, LeadTimeline, LeadUndo,
    TimelineWhat, WhenRead,
};
use bridge::queue::{CallDispose, QueueGet, QueueView};
use domain::calling::{Reason, TRIES_MAX};
use domain::command::NewLead;
use domain::{Command, LeadId, Pool, Role, Status};

fn schedule(office: &Office, lead: LeadId, local: &str, note: &str) {
    office.desk.ask(FollowUpSchedule { lead, local: local.into(), note: note.into() }).expect("a follow-up");
}

/// Names and notes of a tab, and its counts.
fn due(office: &Office, tab: DueTab, everyone: bool) -> (Vec<String>, [u32; 3]) {
    let page = office.desk.ask(FollowUpList { tab, everyone, limit: 50 }).expect("a page");
    assert_eq!(page.total as usize, page.rows.len());
    let lines = page.rows.iter().map(|row| format!("{} {} {}", row.lead.name, row.when.local, row.note).trim_end().to_owned());
    (lines.collect(), [page.counts.missed, page.counts.today, page.counts.upcoming])
}

fn status(office: &Office, lead: LeadId, to: Status) {
    let reason = (to == Status::Lost).then(|| "Financial".to_owned());
    office.desk.ask(LeadChangeStatus { lead, to, reason }).expect("a status");
}

#[test]
fn follow_ups_are_missed_after_their_day_in_the_organisations_zone() {
    // 14:00 on the 21st in India.
    let office = Office::new();
    let (a, b, c) = (office.create("Ananya", "9820014786"), office.create("Bela", "9820014787"), office.create("Chetan", "9820014788"));
    schedule(&office, a, "2026-11-20T23:59", "Fees");
    schedule(&office, a, "2026-11-25T11:00", "");
    schedule(&office, b, "2026-11-21T00:00", "");
    schedule(&office, b, "2026-11-21T23:59", "Demo");
    schedule(&office, c, "2026-11-22T00:00", "");
    let counts = [1, 2, 2];
    assert_eq!(due(&office, DueTab::Missed, false), (vec!["Ananya 2026-11-20T23:59 Fees".into()], counts));
    assert_eq!(due(&office, DueTab::Today, false), (vec!["Bela 2026-11-21T00:00".into(), "Bela 2026-11-21T23:59 Demo".into()], counts));
    assert_eq!(due(&office, DueTab::Upcoming, false), (vec!["Chetan 2026-11-22T00:00".into(), "Ananya 2026-11-25T11:00".into()], counts));
    let told = office.desk.ask(LeadCountsGet {}).expect("counts");
    assert_eq!((told.missed, told.today), (1, 2));

    // Ten hours on it is another day.
    office.wait(600);
    assert_eq!(due(&office, DueTab::Today, false).1, [3, 1, 1]);
    let done = office.view(b).follow_ups[0].id;
    office.desk.ask(FollowUpComplete { lead: b, follow_up: done, outcome: "Call made".into() }).expect("done");
    assert_eq!(due(&office, DueTab::Missed, false).1, [2, 1, 1]);
    // A dropped lead has nothing due, until it is reopened.
    status(&office, a, Status::Lost);
    assert_eq!(due(&office, DueTab::Missed, false).1, [1, 1, 0]);
}

#[test]
fn everyones_follow_ups_are_those_in_sight() {
    let office = Office::of(Role::Manager);
    let server = Server::default();
    server.deliver_directory();
    let new = |n: u32| NewLead { name: format!("Lead {n}"), phone: format!("+9198200147{n:02}"), ..NewLead::default() };
    server.deliver(vec![server.snapshot(1, new(1), Some(ASHA), NOW), server.snapshot(2, new(2), Some(RAVI), NOW)]);
    office.sync(&server);
    let leads: Vec<LeadId> = office.everything().iter().map(|row| row.id).collect();
    for lead in &leads {
        schedule(&office, *lead, "2026-11-21T16:00", "");
    }
    assert_eq!(due(&office, DueTab::Today, false).1, [0, 1, 0]);
    assert_eq!(due(&office, DueTab::Today, true).1, [0, 2, 0]);
}

#[test]
fn a_deleted_lead_has_nothing_due() {
    let office = Office::of(Role::Admin);
    let server = Server::default();
    server.deliver_directory();
    server.deliver(vec![server.snapshot(
        1,
        NewLead { name: "Ananya".into(), phone: "+919820014786".into(), ..NewLead::default() },
        Some(ASHA),
        NOW,
    )]);
    office.sync(&server);
    let lead = office.everything()[0].id;
    schedule(&office, lead, "2026-11-21T16:00", "");
    assert_eq!(due(&office, DueTab::Today, true).1, [0, 1, 0]);
    office.desk.ask(LeadDelete { lead, reason: "Duplicate".into() }).expect("deleted");
    assert_eq!(due(&office, DueTab::Today, true).1, [0, 0, 0]);
}

fn queue(office: &Office) -> QueueView {
    office.desk.ask(QueueGet { skip: Vec::new() }).expect("a queue")
}

fn order(office: &Office) -> Vec<(String, Reason)> {
    queue(office).items.into_iter().map(|item| (item.lead.name, item.reason)).collect()
}

fn dispose(office: &Office, lead: LeadId, key: u8, note: &str, next: Option<&str>) -> Result<(), bridge::Problem> {
    office.desk.ask(CallDispose { lead, key, note: note.into(), next: next.map(Into::into) }).map(drop)
}

#[test]
fn the_next_lead_is_the_most_urgent_and_says_why() {
    let office = Office::new();
    let make = |name: &str, n: u32| {
        office.wait(1);
        office.create(name, &format!("98200147{n}"))
    };
    let (old, new, hot, late, soon, later, retry) =
        (make("Old", 10), make("New", 11), make("Hot", 12), make("Late", 13), make("Soon", 14), make("Later", 15), make("Retry", 16));
    office.desk.ask(CallLog { lead: retry, outcome: "Not reachable".into() }).expect("a call");
    status(&office, retry, Status::Cnp);
    status(&office, hot, Status::Interested);
    office.desk.ask(LeadSetInterest { lead: hot, level: 5 }).expect("an interest");
    schedule(&office, late, "2026-11-21T13:00", "Fees");
    schedule(&office, soon, "2026-11-21T14:15", "");
    schedule(&office, later, "2026-11-21T18:00", "");
    let expected = |names: &[(&str, Reason)]| names.iter().map(|(name, reason)| ((*name).to_owned(), *reason)).collect::<Vec<_>>();
    let now = [("Late", Reason::Overdue), ("Soon", Reason::Due), ("Hot", Reason::Hot), ("Old", Reason::Fresh), ("New", Reason::Fresh)];
    assert_eq!(order(&office), expected(&now));
    let shown = queue(&office);
    assert_eq!((shown.items[0].note.as_str(), shown.total, shown.pace.called), ("Fees", 5, 1));
    // One that is put off gives way.
    let put_off = office.desk.ask(QueueGet { skip: vec![late, soon, hot, old] }).expect("a queue");
    assert_eq!(put_off.items.iter().map(|item| item.lead.id).collect::<Vec<_>>(), [new]);
    // Three hours later the one who did not answer is ripe, and so is the later promise.
    office.wait(4 * 60);
    let then = order(&office);
    assert_eq!(then[..3], expected(&[("Late", Reason::Overdue), ("Soon", Reason::Overdue), ("Later", Reason::Overdue)]));
    let skip = vec![late, soon, later, hot, old, new];
    let last = office.desk.ask(QueueGet { skip: skip.clone() }).expect("a queue").items;
    assert_eq!(last.iter().map(|item| (item.lead.id, item.reason, item.unreached)).collect::<Vec<_>>(), [(retry, Reason::Retry, 1)]);
    // Out of calling hours only promises are kept.
    office.wait(2 * 60 + 1);
    let night = queue(&office);
    assert!(!night.in_hours && night.items.iter().all(|item| item.reason == Reason::Overdue), "{night:?}");
}

#[test]
fn a_finished_call_is_saved_whole() {
    let office = Office::new();
    let lead = office.create("Ananya", "9820014786");
    schedule(&office, lead, "2026-11-21T13:30", "Fees");
    let before = office.view(lead).sync.clone();
    // Without a time a call back says nothing, and nothing of it is saved.
    let problem = dispose(&office, lead, 2, "Asked for the fees", None).expect_err("no time");
    assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::Refused, Some("due_at")));
    assert_eq!(dispose(&office, lead, 6, "", None).expect_err("not interested yet").field.as_deref(), Some("status"));
    assert!(dispose(&office, lead, 0, "", None).is_err());
    assert_eq!(office.view(lead).sync, before);

    dispose(&office, lead, 2, " Asked for the fees ", Some("2026-11-22T11:00")).expect("saved");
    let view = office.view(lead);
    assert_eq!((view.status, view.notes[0].note.text.as_str()), (Status::InProgress, "Asked for the fees"));
    let mut plans: Vec<_> = view.follow_ups.iter().map(|f| (f.when.local.as_str(), f.open, f.outcome.as_deref())).collect();
    plans.sort_unstable();
    assert_eq!(plans, [("2026-11-21T13:30", false, Some("Call made")), ("2026-11-22T11:00", true, None)]);
    let shown: Vec<_> = office.desk.ask(LeadTimeline { lead }).expect("a timeline").into_iter().map(|entry| entry.what).collect();
    assert!(shown.contains(&TimelineWhat::Call { outcome: "Call made".into() }));
    assert_eq!(queue(&office).total, 0, "it comes back when it was promised");
    assert_eq!(queue(&office).pace.called, 1);

    // The next promise moves the one that stands.
    office.wait(60);
    dispose(&office, lead, 1, "", Some("2026-11-24T11:00")).expect("saved");
    let view = office.view(lead);
    assert_eq!((view.status, view.interest), (Status::Interested, Some(4)));
    assert_eq!(view.follow_ups.iter().filter(|f| f.open).map(|f| f.when.local.as_str()).collect::<Vec<_>>(), ["2026-11-24T11:00"]);
    office.wait(60);
    dispose(&office, lead, 7, "", Some("2026-11-25T11:00")).expect("saved");
    let view = office.view(lead);
    assert_eq!((view.status, view.drop_reason.as_deref()), (Status::Lost, Some("Not Interested")));
}

#[test]
fn who_never_answers_is_given_up_on() {
    let office = Office::new();
    let lead = office.create("Ananya", "9820014786");
    let dropped = || office.desk.ask(LeadCountsGet {}).expect("counts").dropped;
    for tries in 1..=TRIES_MAX {
        assert_eq!(queue(&office).total, 1, "{tries}");
        assert_eq!(dropped(), 0);
        dispose(&office, lead, 3, "", None).expect("saved");
        assert_eq!(queue(&office).total, 0, "it rests");
        office.wait(24 * 60);
    }
    assert_eq!((queue(&office).total, dropped()), (0, 1));
    let row = &office.everything()[0];
    assert_eq!((row.status, Pool::of(row.status, true, TRIES_MAX, TRIES_MAX)), (Status::Cnp, Pool::Dropped));
    // Somebody calls by hand and is answered: it counts anew.
    office.desk.ask(CallLog { lead, outcome: "Call made".into() }).expect("a call");
    assert_eq!(dropped(), 0);
}

#[test]
fn a_phrase_is_read_in_the_organisations_zone() {
    let office = Office::new();
    let hint = office.desk.ask(WhenRead { typed: "tomorrow 4pm".into() }).expect("a hint");
    assert_eq!(hint.when.map(|when| (when.local, when.day)), Some(("2026-11-22T16:00".into(), 1)));
    let hint = office.desk.ask(WhenRead { typed: "whenever".into() }).expect("a hint");
    assert!(hint.when.is_none() && hint.problem.expect("words").contains("“whenever” is no time"));
}

/// Everything that a finished call did is taken back at once, except what was written.
#[test]
fn a_call_is_taken_back_whole() {
    let office = Office::new();
    let lead = office.create("Ananya", "9820014786");
    schedule(&office, lead, "2026-11-21T13:00", "Fees");
    let before = office.view(lead);
    let not_interested = CallDispose { lead, key: 7, note: "Too far away".into(), next: None };
    let edited = office.desk.ask(not_interested).expect("a call");
    let after = office.view(lead);
    assert_eq!((after.status, after.drop_reason.is_some()), (Status::Lost, true));
    office.desk.ask(LeadUndo { lead, commands: edited.commands.clone() }).expect("taken back");
    let view = office.view(lead);
    assert_eq!((view.status, &view.drop_reason, &view.follow_ups), (Status::New, &None, &before.follow_ups));
    assert_eq!(view.notes.len(), 1, "what was written stays");
    let queue = office.desk.ask(QueueGet { skip: vec![] }).expect("a queue");
    assert_eq!((queue.items[0].lead.id, queue.pace.called), (lead, 0));
    let told = office.desk.ask(LeadTimeline { lead }).expect("a timeline");
    assert!(told.iter().any(|entry| matches!(&entry.what, TimelineWhat::Undone { of } if matches!(**of, TimelineWhat::Call { .. }))));
    // Once.
    let again = office.desk.ask(LeadUndo { lead, commands: edited.commands }).expect_err("it is");
    assert_eq!(again.code, ProblemCode::Refused);
}

#[test]
fn what_somebody_changed_since_is_not_taken_back() {
    let office = Office::new();
    let server = Server::default();
    let lead = office.create("Ananya", "9820014786");
    let edited = office.desk.ask(LeadChangeStatus { lead, to: Status::Interested, reason: None }).expect("a status");
    office.sync(&server);
    let base = server.document(lead);
    let command = Command::ChangeStatus { from: Status::Interested, to: Status::Qualified, reason: None };
    server.deliver_edit(lead, &base, command, NOW + 1_000);
    office.sync(&server);
    let late = office.desk.ask(LeadUndo { lead, commands: edited.commands }).expect_err("Ravi went on");
    assert!(late.text.contains("can’t be undone any more"), "{late}");
    assert_eq!(office.view(lead).status, Status::Qualified);
}
