//! Reminders on one computer: open, locked, after a restart, and behind the lock of somebody else.

use crate::computer::{Computer, NOW, RAVI};
use crate::server::HOUR;
use bridge::ProblemCode;
use bridge::follow_up::{DueTab, FollowUpList};
use bridge::lead::LeadChangeStatus;
use bridge::lead::{FollowUpComplete, FollowUpMove, FollowUpSchedule};
use bridge::link::{Link, LinkTake};
use bridge::payment::{PlanSet, PromiseAdd};
use bridge::session::PreferenceSet;
use client::reminders::{About, Notice, Press};
use domain::{LeadId, Status};
use std::sync::atomic::Ordering;
use uuid::Uuid;

const MINUTE: i64 = 60_000;
const PASSWORD: &str = "Asha Menon's password";

/// A lead with a call promised at a local time of India, where it is 14:00.
fn promised(computer: &Computer, name: &str, phone: &str, local: &str) -> (LeadId, Uuid) {
    let edited = computer.add_lead(name, phone).expect("a lead");
    let lead: LeadId = serde_json::from_value(edited["lead"].clone()).or_else(|_| serde_json::from_value(edited)).expect("its id");
    computer.ask(&FollowUpSchedule { lead, local: local.into(), note: "Fees".into() }).expect("a promise");
    let rows = [DueTab::Missed, DueTab::Today, DueTab::Upcoming]
        .map(|tab| computer.ask(&FollowUpList { tab, everyone: false, limit: 100 }).expect("a page").rows);
    let row = rows.into_iter().flatten().find(|row| row.lead.id == lead).expect("its line");
    (lead, row.follow_up)
}

fn titles(computer: &Computer) -> Vec<String> {
    computer.station.remind().into_iter().map(|notice| notice.title).collect()
}

fn set(computer: &Computer, key: &str, value: &str) {
    computer.ask(&PreferenceSet { key: key.into(), value: value.into() }).expect("a preference");
}

#[test]
fn a_promise_rings_at_its_minute_and_a_restart_repeats_and_loses_nothing() {
    let mut computer = Computer::new();
    computer.asha();
    let (lead, follow_up) = promised(&computer, "Riya", "9820014786", "2026-11-21T14:30");
    promised(&computer, "Akash", "9820014787", "2026-11-21T15:00");
    assert_eq!((titles(&computer), computer.station.due_count()), (vec![], Some(2)));
    computer.wait(30 * MINUTE);
    let notices = computer.station.remind();
    let due = Notice {
        about: About::FollowUp { lead, follow_up },
        title: "Follow-up due: Riya".into(),
        body: "14:30 · Fees".into(),
        can_snooze: true,
    };
    assert_eq!(notices, [due]);
    assert_eq!(titles(&computer), [""; 0]);
    computer.restart();
    assert_eq!(computer.station.due_count(), None);
    assert_eq!(titles(&computer), [""; 0], "nobody knows whose it is yet");
    computer.unlock(PASSWORD).expect("opened");
    assert_eq!(titles(&computer), [""; 0]);
    computer.wait(31 * MINUTE);
    assert_eq!(titles(&computer), ["Follow-up due: Akash"]);

    // Put off on this computer; the promise is where it was.
    computer.wait(MINUTE);
    computer.station.press(About::FollowUp { lead, follow_up }, Press::Snooze);
    computer.restart();
    computer.unlock(PASSWORD).expect("opened");
    computer.wait(9 * MINUTE);
    assert_eq!(titles(&computer), [""; 0]);
    computer.wait(MINUTE);
    assert_eq!(titles(&computer), ["Follow-up due: Riya"]);
    let page = computer.ask(&FollowUpList { tab: DueTab::Today, everyone: false, limit: 9 }).expect("a page");
    assert_eq!(page.rows[0].when.local, "2026-11-21T14:30");
}

#[test]
fn what_was_moved_or_done_never_rings_and_minutes_before_are_ones_own() {
    let computer = Computer::new();
    computer.asha();
    let (moved, plan) = promised(&computer, "Riya", "9820014786", "2026-11-21T14:30");
    let (done, call) = promised(&computer, "Akash", "9820014787", "2026-11-21T14:30");
    computer.ask(&FollowUpMove { lead: moved, follow_up: plan, local: "2026-11-21T16:00".into() }).expect("moved");
    computer.ask(&FollowUpComplete { lead: done, follow_up: call, outcome: "Call made".into() }).expect("done");
    computer.wait(30 * MINUTE);
    assert_eq!(titles(&computer), [""; 0]);
    set(&computer, "remind_before_min", "10");
    computer.wait(81 * MINUTE);
    assert_eq!(titles(&computer), ["In 9 min: Riya"]);
    computer.wait(9 * MINUTE);
    assert_eq!(titles(&computer), ["Follow-up due: Riya"]);
    for (key, value) in [("remind_before_min", "soon"), ("quiet_hours", "always")] {
        let refused = computer.ask(&PreferenceSet { key: key.into(), value: value.into() }).expect_err(key);
        assert_eq!(refused.code, ProblemCode::Refused);
    }
}

#[test]
fn what_was_missed_is_told_at_the_next_launch() {
    let mut computer = Computer::new();
    computer.asha();
    promised(&computer, "Riya", "9820014786", "2026-11-21T14:30");
    promised(&computer, "Akash", "9820014787", "2026-11-21T15:00");
    computer.restart();
    computer.wait(20 * HOUR);
    computer.unlock(PASSWORD).expect("opened");
    let notices = computer.station.remind();
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert_eq!((notices[0].title.as_str(), notices[0].about), ("2 follow-ups were missed", About::Missed { before_today: true }));
    assert_eq!(notices[0].body, "Riya (21 Nov, 14:30)\nAkash (21 Nov, 15:00)");
    computer.restart();
    computer.unlock(PASSWORD).expect("opened");
    assert_eq!(titles(&computer), [""; 0]);
    computer.station.press(notices[0].about, Press::Open);
    assert_eq!(computer.ask(&LinkTake {}).expect("a link"), Some(Link::FollowUps { missed: true }));
    assert_eq!(computer.ask(&LinkTake {}).expect("none"), None);
}

#[test]
fn a_locked_copy_rings_without_a_name_and_nobody_elses_does() {
    let mut computer = Computer::new();
    computer.asha();
    let (lead, follow_up) = promised(&computer, "Riya", "9820014786", "2026-11-21T14:30");
    promised(&computer, "Akash", "9820014787", "2026-11-21T15:30");
    computer.lock();
    computer.wait(30 * MINUTE);
    let notices = computer.station.remind();
    assert_eq!(
        (notices.len(), notices[0].title.as_str(), notices[0].body.as_str()),
        (1, "A follow-up is due", "Unlock Leadline to see whose.")
    );
    assert_eq!(titles(&computer), [""; 0]);
    // Snoozed and opened behind the lock: the lead waits for the password.
    computer.station.press(notices[0].about, Press::Snooze);
    computer.wait(10 * MINUTE);
    assert_eq!(titles(&computer), ["A follow-up is due"]);
    computer.station.press(About::FollowUp { lead, follow_up }, Press::Open);
    assert_eq!(computer.ask(&LinkTake {}).expect("nothing yet"), None);
    computer.unlock(PASSWORD).expect("opened");
    assert_eq!(titles(&computer), [""; 0], "it rang already");
    assert_eq!(computer.ask(&LinkTake {}).expect("a link"), Some(Link::Lead { lead }));

    // Of a locked copy that somebody else works beside, nothing rings; the digest tells it.
    computer.lock();
    computer.ravi();
    computer.wait(50 * MINUTE);
    assert_eq!(titles(&computer), [""; 0], "{RAVI} reads no times of Asha's");
    computer.asha();
    assert_eq!(titles(&computer), ["Follow-up due: Akash"]);
    // Whoever signed out is not rung for.
    promised(&computer, "Meena", "9820014788", "2026-11-21T18:00");
    computer.station.sign_out().expect("signed out");
    computer.wait(3 * HOUR);
    assert_eq!(titles(&computer), [""; 0]);
    computer.clock.0.store(NOW, Ordering::Relaxed);
    computer.restart();
}

#[test]
fn links_wait_for_the_password_and_the_newest_counts() {
    let computer = Computer::new();
    let lead: LeadId = "0193c5a0-0000-7000-8000-000000000001".parse().expect("an id");
    computer.station.follow(&format!("leadline://lead/{lead}"));
    assert_eq!(computer.ask(&LinkTake {}).expect("nobody"), None);
    computer.asha();
    assert_eq!(computer.ask(&LinkTake {}).expect("a link"), Some(Link::Lead { lead }));
    computer.lock();
    computer.station.follow("leadline://lead/nobody");
    computer.station.open_at(Link::Queue);
    computer.unlock(PASSWORD).expect("opened");
    assert_eq!(computer.ask(&LinkTake {}).expect("a link"), Some(Link::Queue));
    computer.station.follow("https://example.com");
    assert!(matches!(computer.ask(&LinkTake {}).expect("a word"), Some(Link::Unfit { why }) if why.contains("no link of Leadline")));
}

/// Today is Saturday 21 November, 14:00.
#[test]
fn who_collects_hears_once_a_day_of_what_is_due_and_late() {
    let mut computer = Computer::new();
    computer.sign_in("vikram@nakshatra.example", "Vikram Rao's password").expect("signed in");
    let customer = |name: &str, phone: &str, due: &str| {
        let lead = computer.add_lead(name, phone).expect("a lead");
        let lead: LeadId = serde_json::from_value(lead["lead"].clone()).or_else(|_| serde_json::from_value(lead)).expect("its id");
        for to in [Status::InProgress, Status::Interested, Status::Qualified, Status::Converted] {
            computer.ask(&LeadChangeStatus { lead, to, reason: None }).expect("a status");
        }
        computer.ask(&PlanSet { lead, instalments: vec![(due.into(), "5,000".into())] }).expect("a plan");
        lead
    };
    customer("Riya", "9820014786", "2026-11-10");
    customer("Akash", "9820014787", "2026-11-21");
    customer("Meena", "9820014788", "2026-11-22");
    let promised = customer("Zoya", "9820014789", "2026-11-01");
    computer
        .ask(&PromiseAdd { lead: promised, day: "2026-11-22".into(), amount: Some("4,000".into()), note: String::new() })
        .expect("a promise");
    let told: Vec<_> = computer.station.remind().into_iter().map(|notice| (notice.title, notice.body, notice.about)).collect();
    assert_eq!(told, [("1 payment is late, 1 due today".into(), "Riya (₹5,000)\nAkash (₹5,000)".into(), About::Payments)]);
    computer.station.press(About::Payments, Press::Open);
    assert_eq!(computer.ask(&LinkTake {}).expect("a link"), Some(Link::Payments));
    assert_eq!(titles(&computer), [""; 0], "once a day");
    computer.wait(18 * HOUR);
    assert_eq!(titles(&computer), [""; 0], "not before nine");
    computer.wait(HOUR);
    let told = computer.station.remind();
    assert_eq!(told[0].title, "2 payments are late, 2 due today");
    assert!(told[0].body.ends_with("Meena (₹5,000)\nand 1 more"), "{}", told[0].body);
    computer.restart();
}
