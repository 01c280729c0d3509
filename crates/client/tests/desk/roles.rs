//! What other roles than the salesperson's do at their desk.

use crate::office::{NOW, Office, RAVI, Server};
use bridge::lead::{FollowUpSchedule, LeadSetField, NoteAdd, RecordSync};
use domain::{LeadField, Role, TeamId};
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
        let owned = OwnerRow { lead, owner: Some(RAVI), team: Some(NORTH) };
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
