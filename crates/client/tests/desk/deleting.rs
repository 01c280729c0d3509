//! Deleting and restoring (rows N1 to N6): a deleted lead is in no list but its own.

use crate::office::{ASHA, NOW, Office, RAVI, Server};
use bridge::ProblemCode;
use bridge::lead::{
    LeadCountsGet, LeadDelete, LeadDeletedList, LeadGet, LeadRestore, LeadTimeline, NoteAdd, PhoneCheck, RecordSync, TimelineWhat,
};
use bridge::sync::SyncGet;
use domain::command::NewLead;
use domain::{Command, LeadId, Role};

/// Whether the lead shows anywhere that lists leads, and in all of it.
fn shows(office: &Office) -> bool {
    let page = office.page(&Default::default(), 0, 50).total;
    let counts = office.desk.ask(LeadCountsGet {}).expect("counts");
    let hint = office.desk.ask(PhoneCheck { typed: "9820014786".into(), except: None }).expect("a hint").duplicate;
    let here = office.desk.ask(SyncGet {}).expect("the panel").leads_here;
    let due = office.desk.leads_due(10).expect("the due ones").len();
    let all = [
        page == 1,
        counts.all == 1 && counts.fresh + counts.working == 1,
        hint.is_some(),
        here == 1,
        due == 1,
        office.found("anan").len() == 1,
        office.found("4786").len() == 1,
        office.found("example").len() == 1,
    ];
    assert!(all.iter().all(|one| *one == all[0]), "{all:?}");
    all[0]
}

fn stocked(role: Role) -> (Office, Server, LeadId) {
    let office = Office::of(role);
    let server = Server::default();
    server.deliver_directory();
    let email = Some("ananya@example.in".into());
    let new = NewLead { name: "Ananya Krishnan".into(), phone: "+919820014786".into(), email, ..NewLead::default() };
    server.deliver(vec![server.snapshot(1, new, Some(RAVI), NOW - 60_000)]);
    office.sync(&server);
    let lead = office.page(&Default::default(), 0, 1).rows[0].id;
    (office, server, lead)
}

#[test]
fn a_deleted_lead_is_in_the_deleted_list_alone_until_it_is_restored() {
    let (office, server, lead) = stocked(Role::Admin);
    let desk = &office.desk;
    let follow_up = bridge::lead::FollowUpSchedule { lead, local: "2026-11-22T17:00".into(), note: "Demo".into() };
    desk.ask(follow_up).expect("a follow-up");
    assert!(shows(&office));
    assert!(desk.ask(LeadDelete { lead, reason: "  ".into() }).expect_err("no reason").text.contains("needed"));
    office.wait(1);
    desk.ask(LeadDelete { lead, reason: "A test entry".into() }).expect("deleted");
    assert!(!shows(&office));

    let row = desk.ask(LeadDeletedList {}).expect("the list").remove(0);
    assert_eq!((row.id, row.name.as_str(), row.owner.as_deref()), (lead, "Ananya Krishnan", Some("Ravi Deshpande")));
    assert_eq!((row.deleted.by.as_str(), row.deleted.reason.as_str()), ("Asha Menon", "A test entry"));
    let view = office.view(lead);
    assert_eq!(view.deleted.as_ref().map(|d| (d.reason.as_str(), d.edited_after)), Some(("A test entry", false)));
    let can = &view.can;
    assert!(can.restore && !can.edit && !can.change_status && !can.drop && view.next.is_empty(), "{can:?}");
    let blocked = [&can.assign_blocked, &can.follow_up_blocked, &can.settle_blocked, &can.log_call_blocked, &can.delete_blocked];
    assert!(blocked.iter().all(|why| why.as_ref().is_some_and(|why| why.contains("deleted"))), "{blocked:?}");
    let refused = desk.ask(NoteAdd { lead, text: "x".into() }).expect_err("deleted");
    assert!(refused.code == ProblemCode::Refused && refused.text.contains("deleted"), "{refused}");

    // Undo.
    office.wait(1);
    desk.ask(LeadRestore { lead, reason: "Undo".into() }).expect("restored");
    assert!(shows(&office));
    assert!(desk.ask(LeadDeletedList {}).expect("the list").is_empty());
    assert!(office.view(lead).deleted.is_none() && office.view(lead).can.delete);
    let told: Vec<_> = desk.ask(LeadTimeline { lead }).expect("a timeline").into_iter().map(|entry| entry.what).collect();
    assert_eq!(told[..2], [TimelineWhat::Restored { reason: "Undo".into() }, TimelineWhat::Deleted { reason: "A test entry".into() }]);
    assert!(desk.ask(LeadRestore { lead, reason: "Again".into() }).expect_err("not deleted").text.contains("not deleted"));

    office.sync(&server);
    assert_eq!(office.view(lead).sync, RecordSync::Synced);
}

#[test]
fn somebody_elses_deletion_takes_it_out_of_the_lists_too() {
    let (office, server, lead) = stocked(Role::Admin);
    let base = server.document(lead);
    server.deliver_edit(lead, &base, Command::DeleteLead { reason: "Doubled".into() }, NOW + 60_000);
    office.sync(&server);
    assert_eq!((office.page(&Default::default(), 0, 1).total, office.found("anan").len()), (0, 0));
    assert_eq!(office.desk.ask(LeadDeletedList {}).expect("the list")[0].deleted.by, "Ravi Deshpande");
}

#[test]
fn only_admins_delete_and_see_what_was() {
    for role in [Role::Manager, Role::TeamLead, Role::Salesperson, Role::RecoveryAgent, Role::FinanceManager, Role::Analyst] {
        let office = Office::of(role);
        let server = Server::default();
        let new = NewLead { name: "Ananya".into(), phone: "+919820014786".into(), ..NewLead::default() };
        server.deliver(vec![server.snapshot(1, new, Some(ASHA), NOW - 60_000)]);
        office.sync(&server);
        let lead = office.page(&Default::default(), 0, 1).rows[0].id;
        let can = office.view(lead).can;
        assert!(!can.delete && !can.restore, "{role:?}");
        assert_eq!(office.desk.ask(LeadDelete { lead, reason: "x".into() }).expect_err("not theirs").code, ProblemCode::Refused);
        assert_eq!(office.desk.ask(LeadDeletedList {}).expect_err("not theirs").code, ProblemCode::Refused);
        // Between the deletion and the eviction that follows it.
        let base = server.document(lead);
        server.deliver_edit(lead, &base, Command::DeleteLead { reason: "x".into() }, NOW);
        office.sync(&server);
        assert_eq!(office.desk.ask(LeadGet { lead }).expect_err("gone").code, ProblemCode::NotFound, "{role:?}");
    }
}
