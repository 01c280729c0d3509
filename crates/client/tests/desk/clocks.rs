//! Clocks: days that are shorter or longer, calling hours where the wall clock jumps, a computer whose clock is wrong,
//! and promises made in another zone than the organisation's. The device's own zone is asked nowhere.

use crate::office::{NOW, Office, Server};
use bridge::follow_up::{DueTab, FollowUpList};
use bridge::lead::FollowUpSchedule;
use bridge::queue::QueueGet;
use domain::{Command, LeadId, OrgId};
use protocol::pull::Entry;
use protocol::rows::{OrgRow, Row};
use uuid::Uuid;

const MINUTE: i64 = 60_000;

/// An office whose organisation is in this zone.
fn office_in(zone: &str) -> Office {
    let (office, server) = (Office::new(), Server::default());
    let org = OrgRow {
        id: OrgId(Uuid::from_u128(3)),
        name: "Nakshatra Academy".into(),
        zone: zone.into(),
        country: "IN".into(),
        phone_prefix: "+91".into(),
        currency: "INR".into(),
    };
    server.deliver(vec![Entry::Row(Row::Org(org))]);
    office.sync(&server);
    office
}

/// Lets time pass until this instant.
fn at(office: &Office, instant: &str) {
    let wanted: jiff::Timestamp = instant.parse().expect("an instant");
    let now = office.env().now_ms();
    assert_eq!((wanted.as_millisecond() - now) % MINUTE, 0, "{instant}");
    office.wait((wanted.as_millisecond() - now) / MINUTE);
}

fn schedule(office: &Office, lead: LeadId, local: &str) {
    office.desk.ask(FollowUpSchedule { lead, local: local.into(), note: String::new() }).expect("a follow-up");
}

fn due(office: &Office, tab: DueTab) -> Vec<String> {
    let page = office.desk.ask(FollowUpList { tab, everyone: false, limit: 50 }).expect("a page");
    page.rows.into_iter().map(|row| row.when.local).collect()
}

fn in_hours(office: &Office) -> bool {
    office.desk.ask(QueueGet { skip: Vec::new() }).expect("a queue").in_hours
}

#[test]
fn the_day_on_which_the_clocks_go_forward_is_an_hour_shorter() {
    let office = office_in("Europe/Berlin");
    let lead = office.create("Ananya", "9820014786");
    at(&office, "2027-03-27T12:00:00Z");
    // 02:30 does not exist on the 28th: an hour later does.
    for local in ["2027-03-28T00:00", "2027-03-28T02:30", "2027-03-28T23:59", "2027-03-29T00:00"] {
        schedule(&office, lead, local);
    }
    assert_eq!(due(&office, DueTab::Upcoming).len(), 4);
    for (instant, today, missed) in
        [("2027-03-27T22:59:00Z", 0, 0), ("2027-03-27T23:00:00Z", 3, 0), ("2027-03-28T21:59:00Z", 3, 0), ("2027-03-28T22:00:00Z", 1, 3)]
    {
        at(&office, instant);
        assert_eq!((due(&office, DueTab::Today).len(), due(&office, DueTab::Missed).len()), (today, missed), "{instant}");
    }
    assert_eq!(due(&office, DueTab::Missed)[1], "2027-03-28T03:30");
}

#[test]
fn the_day_on_which_the_clocks_go_back_is_an_hour_longer() {
    let office = office_in("Europe/Berlin");
    let lead = office.create("Ananya", "9820014786");
    at(&office, "2027-10-30T12:00:00Z");
    // 02:30 is there twice on the 31st: the first is meant.
    for local in ["2027-10-31T02:30", "2027-10-31T23:30", "2027-11-01T00:00"] {
        schedule(&office, lead, local);
    }
    for (instant, today, missed) in
        [("2027-10-30T21:59:00Z", 0, 0), ("2027-10-30T22:00:00Z", 2, 0), ("2027-10-31T22:59:00Z", 2, 0), ("2027-10-31T23:00:00Z", 1, 2)]
    {
        at(&office, instant);
        assert_eq!((due(&office, DueTab::Today).len(), due(&office, DueTab::Missed).len()), (today, missed), "{instant}");
    }
    let page = office.desk.ask(FollowUpList { tab: DueTab::Missed, everyone: false, limit: 1 }).expect("a page");
    let first: jiff::Timestamp = "2027-10-31T00:30:00Z".parse().expect("an instant");
    assert_eq!(page.rows[0].when.at, first.as_millisecond());
}

#[test]
fn calling_hours_are_those_of_the_wall_also_when_it_jumps() {
    let office = office_in("Europe/Berlin");
    for (instant, expected) in [
        ("2027-03-27T07:59:00Z", false),
        ("2027-03-27T08:00:00Z", true),
        ("2027-03-27T18:59:00Z", true),
        ("2027-03-27T19:00:00Z", false),
        ("2027-03-27T23:00:00Z", false),
        // Summer time.
        ("2027-03-28T06:59:00Z", false),
        ("2027-03-28T07:00:00Z", true),
        ("2027-03-28T17:59:00Z", true),
        ("2027-03-28T18:00:00Z", false),
        ("2027-10-31T07:59:00Z", false),
        ("2027-10-31T08:00:00Z", true),
    ] {
        at(&office, instant);
        assert_eq!(in_hours(&office), expected, "{instant}");
    }
}

#[test]
fn a_clock_that_is_wrong_by_a_day_loses_nothing_once_it_is_set_right() {
    let office = office_in("Asia/Kolkata");
    let lead = office.create("Ananya", "9820014786");
    schedule(&office, lead, "2026-11-21T18:00");
    for wrong in [24 * 60, -24 * 60] {
        office.wait(wrong);
        let (today, missed, upcoming) = (due(&office, DueTab::Today), due(&office, DueTab::Missed), due(&office, DueTab::Upcoming));
        let expected = if wrong > 0 { (0, 1, 0) } else { (0, 0, 1) };
        assert_eq!((today.len(), missed.len(), upcoming.len()), expected, "as its clock says");
        office.desk.ask(bridge::lead::CallLog { lead, outcome: "Call made".into() }).expect("a call");
        office.wait(-wrong);
        assert_eq!(due(&office, DueTab::Today), ["2026-11-21T18:00"]);
    }
    assert_eq!(office.env().now_ms(), NOW);
    assert_eq!(office.view(lead).follow_ups.len(), 1);
}

#[test]
fn a_promise_made_in_the_leads_zone_is_due_by_the_organisations_day() {
    let office = office_in("Asia/Kolkata");
    let (early, late) = (office.create("Ananya", "9820014786"), office.create("Bela", "9820014787"));
    // In New York it is 10:00 and 18:00 of the 21st; in India 20:30, and 04:30 of the 22nd.
    for (lead, local, instant) in [(early, "2026-11-21T10:00", "2026-11-21T15:00:00Z"), (late, "2026-11-21T18:00", "2026-11-21T23:00:00Z")]
    {
        let due_at = instant.parse::<jiff::Timestamp>().expect("an instant").as_millisecond();
        let promise = Command::ScheduleFollowUp { due_at, zone: "America/New_York".into(), local: local.into(), note: String::new() };
        office.desk.engine().execute(lead, promise).expect("a promise");
    }
    assert_eq!(
        (due(&office, DueTab::Today), due(&office, DueTab::Upcoming)),
        (vec!["2026-11-21T20:30".to_owned()], vec!["2026-11-22T04:30".to_owned()])
    );
}
