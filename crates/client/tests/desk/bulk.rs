//! Many leads at once: changed, taken back, selected, copied.

use crate::office::{NOW, Office, RAVI, Server};
use bridge::ProblemCode;
use bridge::bulk::{BULK_MAX, BulkWhat, Column, LeadBulk, LeadBulkCan, LeadBulkUndo, LeadCsv, LeadIds, LeadStill};
use bridge::lead::{LeadChangeStatus, LeadFilter, LeadForm, LeadSetInterest, TagAdd};
use domain::command::NewLead;
use domain::{LeadId, Pool, Role, Status};

fn many(office: &Office, count: usize) -> Vec<LeadId> {
    (0..count).map(|n| office.create(&format!("Lead {n}"), &format!("98200{n:05}"))).collect()
}

fn to(status: Status, reason: Option<&str>) -> BulkWhat {
    BulkWhat::Status { to: status, reason: reason.map(Into::into) }
}

fn drop_it(office: &Office, lead: LeadId) {
    office.desk.ask(LeadChangeStatus { lead, to: Status::Lost, reason: Some("Financial".into()) }).expect("a drop");
}

#[test]
fn what_was_not_done_is_counted_by_its_reason() {
    let office = Office::new();
    let leads = many(&office, 10);
    leads[..3].iter().for_each(|lead| drop_it(&office, *lead));
    let gone = LeadId(uuid::Uuid::from_u128(404));
    let asked: Vec<LeadId> = leads.iter().copied().chain([gone]).collect();
    let what = BulkWhat::FollowUp { local: "2026-11-22T17:00".into(), note: " Demo ".into() };
    let done = office.desk.ask(LeadBulk { leads: asked, what }).expect("an answer");
    assert_eq!((done.done, done.edits.len(), done.not_done()), (7, 7, 4));
    assert_eq!((done.not[0].why.as_str(), done.not[0].count), ("A dropped lead can’t have a follow-up.", 3));
    assert_eq!(done.not[1].count, 1, "one is not here");
    for lead in &leads[3..] {
        let view = office.view(*lead);
        assert_eq!((view.follow_ups[0].when.local.as_str(), view.follow_ups[0].note.as_str()), ("2026-11-22T17:00", "Demo"));
    }
    assert!(office.view(leads[0]).follow_ups.is_empty());
}

#[test]
fn a_bulk_is_taken_back_as_a_whole() {
    let office = Office::new();
    let leads = many(&office, 6);
    office.desk.ask(TagAdd { lead: leads[0], tag: "vip".into() }).expect("a tag");
    office.desk.ask(LeadChangeStatus { lead: leads[1], to: Status::Interested, reason: None }).expect("a status");
    for what in [
        BulkWhat::Tag { tag: " vip ".into() },
        to(Status::InProgress, None),
        to(Status::Lost, Some("Financial")),
        BulkWhat::FollowUp { local: "2026-11-22T17:00".into(), note: String::new() },
    ] {
        let facts = |lead: &LeadId| {
            let view = office.view(*lead);
            let open = view.follow_ups.iter().filter(|f| f.open).count();
            (view.status, view.tags, view.drop_reason, open)
        };
        let before: Vec<_> = leads.iter().map(facts).collect();
        let done = office.desk.ask(LeadBulk { leads: leads.clone(), what: what.clone() }).expect("an answer");
        assert!(done.done >= 5, "{what:?}: {done:?}");
        assert_ne!(leads.iter().map(facts).collect::<Vec<_>>(), before, "{what:?}");
        let undone = office.desk.ask(LeadBulkUndo { edits: done.edits }).expect("an answer");
        assert_eq!((undone.done, undone.not.len(), undone.edits.len()), (done.done, 0, 0), "{what:?}");
        assert_eq!(leads.iter().map(facts).collect::<Vec<_>>(), before, "{what:?}");
    }
}

#[test]
fn what_somebody_changed_since_is_not_taken_back() {
    let office = Office::new();
    let leads = many(&office, 3);
    let done = office.desk.ask(LeadBulk { leads: leads.clone(), what: to(Status::InProgress, None) }).expect("an answer");
    office.desk.ask(LeadChangeStatus { lead: leads[1], to: Status::Interested, reason: None }).expect("a later status");
    let undone = office.desk.ask(LeadBulkUndo { edits: done.edits }).expect("an answer");
    assert_eq!((undone.done, undone.not_done()), (2, 1));
    assert_eq!([0, 1, 2].map(|n| office.view(leads[n]).status), [Status::New, Status::Interested, Status::New]);
}

#[test]
fn saying_again_what_is_so_makes_no_edit() {
    let office = Office::new();
    let leads = many(&office, 2);
    let tag = || LeadBulk { leads: leads.clone(), what: BulkWhat::Tag { tag: "vip".into() } };
    assert_eq!(office.desk.ask(tag()).expect("an answer").done, 2);
    let again = office.desk.ask(tag()).expect("an answer");
    assert_eq!((again.done, again.not[0].why.as_str(), again.not[0].count), (0, "It has the tag vip already.", 2));
    assert_eq!(office.view(leads[0]).tags, ["vip"]);
    let again = office.desk.ask(LeadBulk { leads, what: to(Status::New, None) }).expect("an answer");
    assert_eq!(again.not[0].why, "It is New already.");
}

#[test]
fn a_bulk_is_bounded_and_read_before_it_begins() {
    let office = Office::new();
    let lead = office.create("Ananya", "9820014786");
    let nobody = vec![lead; BULK_MAX + 1];
    let too_many = office.desk.ask(LeadBulk { leads: nobody, what: to(Status::InProgress, None) });
    assert_eq!(too_many.expect_err("too many").code, ProblemCode::Internal);
    let no_time = BulkWhat::FollowUp { local: "tomorrow".into(), note: String::new() };
    assert_eq!(office.desk.ask(LeadBulk { leads: vec![lead], what: no_time }).expect_err("no time").code, ProblemCode::Refused);
    let no_tag = office.desk.ask(LeadBulk { leads: vec![lead], what: BulkWhat::Tag { tag: " ".into() } }).expect("an answer");
    assert_eq!((no_tag.done, no_tag.not_done()), (0, 1));
    assert!(office.view(lead).tags.is_empty() && office.view(lead).follow_ups.is_empty());
}

/// Forged: a role that only reads asks all the same.
#[test]
fn a_role_without_the_right_changes_nothing() {
    let office = Office::of(Role::Analyst);
    let server = Server::default();
    server.deliver_directory();
    let new = |n: u64| NewLead { name: format!("Lead {n}"), phone: format!("+9198200147{n:02}"), ..NewLead::default() };
    server.deliver((1..=3).map(|n| Server::masked(server.snapshot(n, new(n), Some(RAVI), NOW))).collect());
    office.sync(&server);
    let leads: Vec<LeadId> = office.everything().iter().map(|row| row.id).collect();
    assert_eq!(leads.len(), 3);
    let plan = BulkWhat::FollowUp { local: "2026-11-22T17:00".into(), note: String::new() };
    for what in [BulkWhat::Tag { tag: "vip".into() }, to(Status::InProgress, None), to(Status::Lost, Some("Financial")), plan] {
        let done = office.desk.ask(LeadBulk { leads: leads.clone(), what: what.clone() }).expect("an answer");
        assert_eq!((done.done, done.not_done()), (0, 3), "{what:?}");
    }
    let can = office.desk.ask(LeadBulkCan { leads }).expect("an answer");
    assert!(can.tag_blocked.is_some() && can.drop_blocked.is_some() && can.follow_up_blocked.is_some() && can.status_blocked.is_some());
    assert!(can.statuses.is_empty() && !can.reopens);
}

#[test]
fn what_the_state_forbids_for_all_is_known_before() {
    let office = Office::new();
    let leads = many(&office, 3);
    let can = |leads: &[LeadId]| office.desk.ask(LeadBulkCan { leads: leads.to_vec() }).expect("an answer");
    let fresh = can(&leads);
    assert_eq!(fresh.statuses, [Status::InProgress, Status::Cnp, Status::Interested]);
    assert_eq!((fresh.tag_blocked, fresh.drop_blocked, fresh.follow_up_blocked, fresh.status_blocked), (None, None, None, None));
    leads[..2].iter().for_each(|lead| drop_it(&office, *lead));
    let dropped = can(&leads[..2]);
    assert_eq!(dropped.follow_up_blocked.as_deref(), Some("A dropped lead can’t have a follow-up."));
    assert!(dropped.drop_blocked.is_some() && dropped.status_blocked.is_some() && dropped.tag_blocked.is_none());
    assert!(can(&leads).follow_up_blocked.is_none(), "one of them can");
}

#[test]
fn all_that_match_are_selected_and_those_that_leave_are_known() {
    let office = Office::new();
    let leads = many(&office, 450);
    let working = LeadFilter { pool: Some(Pool::Working), ..LeadFilter::default() };
    let ids = |filter: &LeadFilter, offset, limit| office.desk.ask(LeadIds { filter: filter.clone(), offset, limit }).expect("ids");
    let all = ids(&working, 0, u32::MAX);
    assert_eq!(all.len(), 450);
    let rows: Vec<LeadId> = (0..3).flat_map(|n| office.page(&working, n * 200, 200).rows).map(|row| row.id).collect();
    assert_eq!(all, rows);
    assert_eq!(ids(&working, 100, 7), all[100..107]);
    let found = LeadFilter { search: "lead 44".into(), ..working.clone() };
    assert_eq!(ids(&found, 0, u32::MAX).len(), office.page(&found, 0, 200).total as usize);

    drop_it(&office, leads[5]);
    let stays = office.desk.ask(LeadStill { filter: working, leads: leads[4..7].to_vec() }).expect("ids");
    assert_eq!(stays.iter().collect::<std::collections::HashSet<_>>(), [leads[4], leads[6]].iter().collect());
}

#[test]
fn a_list_is_copied_as_it_stands_and_harmlessly() {
    let office = Office::of(Role::Admin);
    let server = Server::default();
    server.deliver_directory();
    let theirs = NewLead { name: "मीनाक्षी, जोशी".into(), phone: "+919876543210".into(), ..NewLead::default() };
    server.deliver(vec![server.snapshot(1, theirs, Some(RAVI), NOW - 60_000)]);
    office.sync(&server);
    let form = LeadForm {
        name: "=HYPERLINK(\"http://evil\",\"Asha\")".into(),
        phone: "+971 50 123 4544".into(),
        source: "Fair, \"big\"".into(),
        ..LeadForm::default()
    };
    let lead = office.try_create(form).expect("a lead");
    office.wait(1);
    office.desk.ask(TagAdd { lead, tag: "-10%".into() }).expect("a tag");
    office.desk.ask(LeadChangeStatus { lead, to: Status::Interested, reason: None }).expect("a status");
    office.desk.ask(LeadSetInterest { lead, level: 4 }).expect("a level");

    let heading = |column: Column| (column, format!("{column:?}"));
    let columns = [Column::Name, Column::Phone, Column::Status, Column::Source, Column::Tags, Column::Interest, Column::Created];
    let ask = |leads| LeadCsv { filter: LeadFilter::default(), leads, columns: columns.map(heading).to_vec() };
    let csv = office.desk.ask(ask(None)).expect("a table");
    let lines: Vec<&str> = csv.text.split_terminator("\r\n").collect();
    assert_eq!(csv.rows, 2);
    assert_eq!(lines[0], "Name,Phone,Status,Source,Tags,Interest,Created");
    let formula = "\"'=HYPERLINK(\"\"http://evil\"\",\"\"Asha\"\")\"";
    let phone = office.everything()[0].phone.clone();
    assert!(phone.starts_with('+') && phone.contains('•'), "masked in the list: {phone}");
    assert_eq!(lines[1], format!("{formula},'{phone},Interested,\"Fair, \"\"big\"\"\",'-10%,4,2026-11-21 14:00"));
    assert_eq!(lines[2], "\"मीनाक्षी, जोशी\",987•••••••,New,,,,2026-11-21 13:59");

    let one = office.desk.ask(ask(Some(vec![lead]))).expect("a table");
    assert_eq!((one.rows, one.text.lines().count()), (1, 2));
    let by_name = LeadFilter { sort: bridge::lead::LeadSort::Name, reversed: true, ..LeadFilter::default() };
    let sorted = office.desk.ask(LeadCsv { filter: by_name, leads: None, columns: vec![heading(Column::Name)] }).expect("a table");
    assert!(sorted.text.starts_with("Name\r\n\"मी"), "in the list's order: {}", sorted.text);
}

#[test]
fn whoever_may_not_export_copies_no_list() {
    let office = Office::new();
    office.create("Ananya", "9820014786");
    let ask = LeadCsv { filter: LeadFilter::default(), leads: None, columns: vec![(Column::Phone, "Phone".into())] };
    assert_eq!(office.desk.ask(ask).expect_err("a salesperson").code, ProblemCode::Refused);
}
