//! What other roles than the salesperson's do at their desk.

use crate::office::{NOW, Office, RAVI, Server};
use bridge::lead::{
    CallLog, FollowUpComplete, FollowUpMove, FollowUpSchedule, LeadChangeStatus, LeadSetField, LeadTimeline, NoteAdd, RecordSync,
    TimelineWhat,
};
use domain::command::NewLead;
use domain::follow_up::Due;
use domain::{Command, LeadField, LeadId, Role, Status, TeamId};
use protocol::pull::Entry;
use protocol::rows::{OwnerRow, Row};
use uuid::Uuid;

const NORTH: TeamId = TeamId(Uuid::from_u128(7));

/// Until the server's row comes the lead stands as the server will have it: in the creator's team.
#[test]
fn whoever_leads_a_team_works_at_once_on_a_lead_they_make() {
    for role in [Role::TeamLead, Role::Manager] {
        let office = Office::in_team(role, Some(NORTH));
        let lead = office.create("Ananya", "9820014786");
        let view = office.view(lead);
        assert!(view.can.edit && view.can.change_status && view.can.assign, "{role:?}");
        assert_eq!((view.owner, view.owner_provisional), (None, true), "{role:?}");
        let set = LeadSetField { lead, field: LeadField::Email, value: "ananya@example.com".into() };
        office.desk.ask(set).expect("an edit");
        office.desk.ask(NoteAdd { lead, text: "Prefers evenings".into() }).expect("a note");
        assert_eq!(office.view(lead).sync, RecordSync::NotSent { count: 3 });

        // Nobody would be reminded of a follow-up yet (row I11); once somebody owns it, they are.
        let follow_up = || office.desk.ask(FollowUpSchedule { lead, local: "2026-11-22T17:00".into(), note: "Demo".into() });
        let nobodys = follow_up().expect_err("unassigned");
        assert!(nobodys.text.contains("Nobody owns this lead"), "{nobodys}");
        let server = Server::default();
        let owned = OwnerRow { lead, owner: Some(RAVI), team: Some(NORTH), assigned_at: None };
        server.deliver(vec![Entry::Row(Row::Owner(owned))]);
        office.sync(&server);
        follow_up().expect("owned");
        assert!(office.view(lead).follow_ups[0].when.at > NOW);
    }
}

#[test]
fn a_team_lead_of_no_team_owns_what_they_make() {
    let office = Office::of(Role::TeamLead);
    let lead = office.create("Ananya", "9820014786");
    office.desk.ask(FollowUpSchedule { lead, local: "2026-11-22T17:00".into(), note: "Demo".into() }).expect("their own");
    assert_eq!(office.view(lead).owner.map(|(_, name)| name).as_deref(), Some("Asha Menon"));
}

/// Rows without documents, from a server of this version and from one of another.
#[test]
fn whoever_gets_rows_alone_reads_them() {
    for projection in [0, 1, 99] {
        let office = Office::of(Role::Analyst);
        let server = Server::default();
        server.deliver_directory();
        let new = NewLead {
            name: "Ananya".into(),
            phone: "+919820014786".into(),
            source: Some("Website".into()),
            note: Some("Prefers evenings".into()),
            ..NewLead::default()
        };
        let Entry::Snapshot(mut sent) = Server::masked(server.snapshot(1, new, Some(RAVI), NOW)) else { unreachable!() };
        sent.projection = projection;
        sent.metas.push(server.meta(domain::CommandId(Uuid::from_u128(77)), RAVI, NOW + 60_000));
        sent.summary.as_mut().expect("a lead").status = Status::Interested;
        sent.summary.as_mut().expect("a lead").next_follow_up_at = Some(NOW + 3_600_000);
        sent.summary.as_mut().expect("a lead").follow_ups =
            vec![Due { id: Uuid::from_u128(78), due_at: NOW + 3_600_000, note: String::new() }];
        let lead = LeadId(sent.doc.id);
        server.deliver(vec![Entry::Snapshot(sent)]);
        office.sync(&server);
        let view = office.view(lead);
        assert_eq!((view.name.display.as_deref(), view.status), (Some("Ananya"), Status::Interested), "{projection}");
        assert_eq!((view.fields[0].display.as_deref(), view.fields[0].value.as_deref()), (Some("982•••••••"), None));
        assert_eq!(view.owner.map(|(_, name)| name).as_deref(), Some("Ravi Deshpande"));
        assert_eq!((view.follow_ups.len(), view.notes.len(), view.sync), (1, 0, RecordSync::Synced));
        assert!(!view.can.edit && view.can.timeline && view.next.is_empty());
        let timeline = office.desk.ask(LeadTimeline { lead }).expect("who and when");
        let told: Vec<_> = timeline.iter().map(|entry| (&entry.what, entry.by.as_str(), entry.when.at)).collect();
        let by = "Ravi Deshpande";
        assert_eq!(told, [(&TimelineWhat::Edited, by, NOW + 60_000), (&TimelineWhat::Created, by, NOW)]);
        // A later row of it replaces this one.
        server.deliver(vec![Server::masked(server.again(lead, None))]);
        office.sync(&server);
        assert_eq!((office.view(lead).status, office.view(lead).owner), (Status::New, None));
        office.desk.engine().execute(lead, Command::AddNote { text: "x".into() }).expect_err("not in the role");
    }
}

/// Row B24: what the state bars is there, disabled, with the reason; the rest goes on.
#[test]
fn a_converted_lead_takes_calls_and_outcomes_and_no_plans() {
    let office = Office::new();
    let lead = office.create("Ananya", "9820014786");
    let local = || "2026-11-22T17:00".to_owned();
    office.desk.ask(FollowUpSchedule { lead, local: local(), note: "Demo".into() }).expect("a follow-up");
    for to in [Status::Interested, Status::Qualified, Status::Converted] {
        office.desk.ask(LeadChangeStatus { lead, to, reason: None }).expect("a step");
    }
    let view = office.view(lead);
    let can = &view.can;
    assert!(can.log_call && can.log_call_blocked.is_none() && can.follow_up && can.settle_blocked.is_none(), "{can:?}");
    assert!(can.follow_up_blocked.as_deref().is_some_and(|why| why.contains("converted")), "{can:?}");
    assert!(!can.change_status && view.next.is_empty());
    office.desk.ask(CallLog { lead, outcome: "Call made".into() }).expect("a call");
    let follow_up = view.follow_ups[0].id;
    let moved = office.desk.ask(FollowUpMove { lead, follow_up, local: local() }).expect_err("converted");
    assert!(moved.text.contains("converted"), "{moved}");
    office.desk.ask(FollowUpComplete { lead, follow_up, outcome: "Call made".into() }).expect("an outcome");
}
