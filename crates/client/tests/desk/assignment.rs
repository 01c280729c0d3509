//! Who was given a lead and why: the server's lines on its timeline, gone with the lead.

use crate::office::{ASHA, NOW, Office, RAVI, Server};
use bridge::lead::{LeadTimeline, TimelineEntry, TimelineWhat};
use domain::assignment::{Assignment, How, Part, Unfit, Why};
use domain::{DocId, LeadId, UserId};
use protocol::pull::Entry;
use protocol::rows::Row;
use std::collections::BTreeMap;
use uuid::Uuid;

fn line(place: u64, lead: LeadId, part: Part, to: Option<UserId>, by: Option<UserId>, why: Why) -> Assignment {
    let (id, at) = (Uuid::from_u128(place.into()), NOW + i64::try_from(place).expect("small") * 1_000);
    Assignment { id, lead, place, part, from: None, to, at, by, version: 1, why }
}

fn assigned(office: &Office, lead: LeadId) -> Vec<TimelineEntry> {
    let is_ours =
        |what: &TimelineWhat| matches!(what, TimelineWhat::Assigned { .. } | TimelineWhat::Waiting { .. } | TimelineWhat::Collector { .. });
    office.desk.ask(LeadTimeline { lead }).expect("a timeline").into_iter().filter(|entry| is_ours(&entry.what)).collect()
}

#[test]
fn every_decision_explains_itself_on_the_timeline_and_leaves_with_the_lead() {
    let (office, server) = (Office::new(), Server::default());
    server.deliver_directory();
    let lead = office.create("Ananya", "9820014786");
    office.sync(&server);
    assert_eq!(assigned(&office, lead), []);
    let rule = |untouched_minutes| Why::Rule {
        rule: Uuid::from_u128(7),
        name: "Tamil".into(),
        place: 2,
        how: How::Rotation,
        candidates: 3,
        untouched_minutes,
    };
    let unfit = BTreeMap::from([(Unfit::Absent, 3), (Unfit::DayCap, 1)]);
    let lines = [
        line(1, lead, Part::Lead, None, None, Why::Waits { name: Some("Tamil".into()), unfit }),
        line(2, lead, Part::Lead, Some(ASHA), None, rule(Some(15))),
        line(3, lead, Part::Lead, Some(RAVI), Some(RAVI), Why::Hand),
        line(4, lead, Part::Collection, Some(RAVI), None, rule(None)),
    ];
    server.deliver(lines.iter().map(|line| Entry::Row(Row::Assignment(line.clone()))).collect());
    server.deliver(vec![Entry::Row(Row::Assignment(lines[1].clone()))]);
    office.sync(&server);
    let told = assigned(&office, lead);
    let by: Vec<(&str, bool)> = told.iter().map(|entry| (entry.by.as_str(), entry.mine)).collect();
    assert_eq!(by, [("Assignment rules", false), ("Ravi Deshpande", false), ("Assignment rules", false), ("Assignment rules", false)]);
    let ravi = "Ravi Deshpande".to_owned();
    assert_eq!(
        told[0].what,
        TimelineWhat::Collector { to: ravi.clone(), why: Some("rule 2 “Tamil”, next in turn of 3".into()) },
        "the newest first"
    );
    assert_eq!(told[1].what, TimelineWhat::Assigned { to: Some(ravi), why: None });
    let TimelineWhat::Assigned { to: Some(_), why: Some(why) } = &told[2].what else { panic!("{:?}", told[2]) };
    assert_eq!(why, "rule 2 “Tamil”, next in turn of 3; untouched for 15 min before");
    let waits = "rule “Tamil” found nobody: 3 not checked in, 1 with all they take in a day";
    assert_eq!(told[3].what, TimelineWhat::Waiting { why: waits.into() });

    // It leaves, and comes back with what the server says then.
    server.deliver(vec![Entry::Evict { doc: DocId::lead(lead) }]);
    office.sync(&server);
    server.deliver(vec![Entry::Row(Row::Assignment(lines[0].clone()))]);
    office.sync(&server);
    server.deliver(vec![server.again(lead, Some(ASHA))]);
    office.sync(&server);
    assert_eq!(assigned(&office, lead), [], "nothing is kept of what is not here");
}
