//! The floor: people check in and out, and the server gives leads out by its rules. Each decision is judged at once
//! against what stood when it was made, worked out anew from the attendance log and the list of people.

use super::company::Company;
use super::tally::{Happening, Oracle};
use bridge::attendance::AttendanceTake;
use domain::assignment::{Assignment, Part, Why};
use domain::attendance::{Attendance, AttendanceFilter, Step};
use domain::{Clock as _, LeadId, Role, Status, UserId};
use protocol::admin::{AssignMany, AssignOne, AttendanceStep, AutoDistribute, PostLead, SetOwner};
use rand::Rng;
use rand::seq::IndexedRandom;
use std::collections::BTreeMap;
use sync_server::Error;
use sync_server::store::assignment;

const DAY_MS: i64 = 24 * 3_600_000;
/// Kolkata is ahead of UTC by this, all year.
const ZONE_MS: i64 = 19_800_000;

impl Company {
    /// Somebody takes a step of their own attendance, at their computer or by the API; or the day is ended.
    pub fn attend(&mut self, who: usize) {
        let reason = "Lunch".to_owned();
        let step = match self.rng.random_range(0..8) {
            0..4 => Step::CheckIn,
            4 => Step::Pause { reason: reason.clone() },
            5 | 6 => Step::Resume,
            _ => Step::CheckOut,
        };
        if self.rng.random_bool(0.1) {
            if let Err(error) = self.core().end_day() {
                self.tally.find(Oracle::Crash, format!("ending a day: {error}"));
            }
            return;
        }
        if self.rng.random_bool(0.5) && self.people[who].may_work() {
            // Refused where it does not follow, or the role has none.
            let asked = self.people[who].desk().ask(AttendanceTake { step }).is_ok();
            return self.tally.saw_many(Happening::Attended, u64::from(asked));
        }
        let Ok(signed_in) = self.core().session_for(self.people[who].user, self.people[who].device) else { return };
        let asked = AttendanceStep { id: uuid::Uuid::from_u128(self.rng.random()), reason: Some(reason) };
        match self.core().attend(&signed_in, &asked, &step) {
            Ok(_) => self.tally.saw(Happening::Attended),
            // It does not follow, or is not in the role; or they were cut off.
            Err(Error::Refused(_) | Error::UserDisabled | Error::DeviceRevoked) => {}
            Err(error) => self.tally.find(Oracle::Crash, format!("attending: {error}")),
        }
    }

    /// Leads are given out: one that comes over the API, those that nobody has, many by hand, or what the clock brings.
    pub fn give_out(&mut self) {
        let (core, boss, before) = (self.core(), self.boss(), self.last_assignment());
        let done = match self.rng.random_range(0..6) {
            0..3 => {
                let number = self.rng.random_range(10_000_000..99_999_999);
                let asked =
                    PostLead { name: format!("पूछताछ {number}"), phone: format!("+9197{number}"), ..PostLead::default() };
                core.create_lead(&boss, None, &asked).map(|made| self.leads.push(made.id))
            }
            3 => core.distribute(&boss, &AutoDistribute::default()).map(drop),
            4 => return self.assign_many(),
            _ => core.give_out_waiting(),
        };
        if let Err(error) = done {
            self.tally.find(Oracle::Crash, format!("giving out: {error}"));
        }
        self.judge_after(before);
    }

    /// Each by a compare of its own: what an old screen shows is not given.
    fn assign_many(&mut self) {
        let (core, boss, to) = (self.core(), self.boss(), self.somebody());
        let leads: Vec<LeadId> = self.leads.choose_multiple(&mut self.rng, 3).copied().collect();
        let mut owners = BTreeMap::new();
        let mut items = Vec::new();
        for lead in leads {
            let Ok(snapshot) = core.snapshot(&boss, lead) else { continue };
            let is = snapshot.summary.and_then(|summary| summary.owner);
            let expected_owner = if self.rng.random_bool(0.7) { is } else { Some(self.somebody()) };
            owners.insert(lead, is);
            items.push(AssignOne { lead, set: SetOwner { expected_owner, owner: Some(to) } });
        }
        let asked = AssignMany { items: items.clone() };
        let answer = match core.assign_many(&boss, &asked) {
            Ok(answer) => answer,
            Err(error) => return self.tally.find(Oracle::Crash, format!("assigning many: {error}")),
        };
        if answer.owners.len() + answer.not.len() != items.len() {
            self.tally
                .find(Oracle::Owner, format!("of {} assignments {} were answered", items.len(), answer.owners.len() + answer.not.len()));
        }
        for row in answer.owners {
            self.tally.saw(Happening::Assigned);
            let expected = items.iter().find(|item| item.lead == row.lead).and_then(|item| item.set.expected_owner);
            if row.owner != Some(to) || expected != owners[&row.lead] {
                self.tally.find(Oracle::Owner, format!("{} went to {:?} of many, as {expected:?}'s", row.lead, row.owner));
            }
        }
    }

    fn assignments(&self) -> Vec<Assignment> {
        let (core, mut all) = (self.core(), Vec::new());
        let org = core.org().id;
        core.store()
            .read(|tx| {
                assignment::walk(tx, org, &mut |line| {
                    all.push(line);
                    Ok(true)
                })
            })
            .expect("readable");
        all
    }

    fn last_assignment(&self) -> u64 {
        self.assignments().last().map_or(0, |line| line.place)
    }

    /// What was decided since: each lead is with whom the last decision says, and each who was given one could be.
    fn judge_after(&self, before: u64) {
        let decided: Vec<Assignment> = self.assignments().into_iter().filter(|line| line.place > before).collect();
        let (core, boss) = (self.core(), self.boss());
        let people = core.people(&boss).expect("the Admin lists people");
        let attendance = self.attendance_by_the_log();
        for line in &decided {
            let (Some(to), Why::Rule { .. }) = (line.to, &line.why) else { continue };
            self.tally.saw(Happening::GivenByRule);
            let find = |why: String| self.tally.find(Oracle::Eligible, format!("{} went to {to} by rule: {why}", line.lead));
            let takes = if line.part == Part::Lead { Role::Salesperson } else { Role::RecoveryAgent };
            match people.iter().find(|person| person.id == to) {
                None => find("who is nobody".into()),
                Some(person) if person.disabled => find("who is disabled".into()),
                Some(person) if person.role != takes => find(format!("who is a {:?}", person.role)),
                Some(_) => {}
            }
            let status = attendance.get(&to).copied().unwrap_or_default();
            if status != Attendance::Present {
                find(format!("who is {status:?}"));
            }
            if !is_working_time(self.truth.now_ms()) {
                find("outside of the working hours".into());
            }
            let row = core.snapshot(&boss, line.lead).ok().and_then(|snapshot| snapshot.summary);
            let is_last = decided.iter().rfind(|other| other.lead == line.lead && other.part == line.part) == Some(line);
            match row {
                Some(row) if line.part == Part::Lead && is_last && row.owner != Some(to) => {
                    find(format!("and {:?} has it", row.owner));
                }
                Some(row) if (row.status == Status::Converted) != (line.part == Part::Collection) => {
                    find(format!("of a lead that is {:?}", row.status))
                }
                _ => {}
            }
        }
    }

    /// Where everybody stands: the last line of each in the log, which is read page by page.
    pub(super) fn attendance_by_the_log(&self) -> BTreeMap<UserId, Attendance> {
        let (core, boss) = (self.core(), self.boss());
        let (mut filter, mut stands) = (AttendanceFilter::default(), BTreeMap::new());
        loop {
            let page = core.attendance_log(&boss, &filter).expect("the Admin reads it");
            let Some(last) = page.last() else { return stands };
            filter.before = Some(last.place);
            for line in page {
                stands.entry(line.user).or_insert(line.status);
            }
        }
    }
}

/// Nine to six, Monday to Saturday, in Kolkata: the rules of a company that changed none.
fn is_working_time(now_ms: i64) -> bool {
    let local = now_ms + ZONE_MS;
    // 1970-01-01 was a Thursday, day 3 of a week that begins on Monday.
    let weekday = (local.div_euclid(DAY_MS) + 3).rem_euclid(7);
    let minute = local.rem_euclid(DAY_MS) / 60_000;
    weekday < 6 && (540..1_080).contains(&minute)
}
