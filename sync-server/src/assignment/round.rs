//! What one transaction decides with: read once under the lock, kept up as it gives.

use crate::attendance::moment;
use crate::rules as organisation;
use crate::store::{Result, Tx, assignment, attendance, orgs, users};
use domain::assignment::{Agent, Decision, Limits, Position, Rules, Taker, Wanted, decide};
use domain::attendance::Attendance;
use domain::config::Setting;
use domain::policy::{Scope, scope};
use domain::{Action, OrgId, TeamId, UserId};
use std::collections::BTreeMap;
use uuid::Uuid;

pub struct Round {
    rules: Rules,
    agents: Vec<Agent>,
    positions: BTreeMap<Uuid, Position>,
    /// Today in the organisation's zone.
    day: String,
    enabled: bool,
    watched_minutes: u32,
}

impl Round {
    /// As everything stands at `now`; the caller holds the organisation's lock if it is going to give.
    ///
    /// # Errors
    /// The database's.
    pub fn open(tx: &mut dyn Tx, org: OrgId, now: i64) -> Result<Self> {
        let config = organisation::of(tx, org)?;
        let moment = moment(now, &orgs::only(tx)?.zone);
        let working = config.working().check(&moment).is_ok();
        let rules = assignment::rules(tx, org)?;
        let given = assignment::given_on(tx, org, &moment.date)?;
        let takers: BTreeMap<UserId, &Taker> = rules.takers.iter().map(|taker| (taker.user, taker)).collect();
        let receives = |user: &users::User| scope(user.row.role, Action::ReceiveLeads) != Scope::None;
        let present: BTreeMap<UserId, Attendance> =
            attendance::newest_each(tx, org)?.into_iter().map(|line| (line.user, line.status)).collect();
        let mut agents = Vec::new();
        for user in users::all(tx, org)?.into_iter().filter(receives) {
            let taker = takers.get(&user.row.id);
            let limits = taker.map_or_else(Limits::default, |taker| taker.limits);
            agents.push(Agent {
                user: user.row.id,
                role: user.row.role,
                team: user.row.team,
                disabled: user.row.disabled,
                attendance: present.get(&user.row.id).copied().unwrap_or_default(),
                working,
                given_today: given.get(&user.row.id).copied().unwrap_or(0),
                // Counted only where it matters: it reads all of their leads.
                open_leads: if limits.open.is_some() { assignment::open_leads(tx, org, user.row.id)? } else { 0 },
                limits,
                skills: taker.map(|taker| taker.skills.clone()).unwrap_or_default(),
            });
        }
        let positions = assignment::positions(tx, org)?;
        let (enabled, watched_minutes) = (config.is_on(Setting::LeadAssignmentEnabled), config.number(Setting::ReassignAfterMinutes));
        Ok(Self { rules, agents, positions, day: moment.date, enabled, watched_minutes })
    }

    /// Tries other rules than those that stand, or as if everybody were at work.
    #[must_use]
    pub fn supposing(mut self, rules: Option<Rules>, all_present: bool) -> Self {
        if let Some(rules) = rules {
            for agent in &mut self.agents {
                let taker = rules.takers.iter().find(|taker| taker.user == agent.user);
                agent.limits = taker.map_or_else(Limits::default, |taker| taker.limits);
                agent.skills = taker.map(|taker| taker.skills.clone()).unwrap_or_default();
            }
            self.rules = rules;
        }
        if all_present {
            self.agents.iter_mut().for_each(|agent| (agent.attendance, agent.working) = (Attendance::Present, true));
        }
        self
    }

    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Whether leads are given out by rules at all (row H10).
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.enabled
    }

    /// Whether an owner has to touch a lead in time.
    #[must_use]
    pub fn watches(&self) -> bool {
        self.watched_minutes > 0
    }

    /// Minutes that an owner has; 0 for all the time in the world.
    #[must_use]
    pub fn watched_minutes(&self) -> u32 {
        self.watched_minutes
    }

    #[must_use]
    pub fn team_of(&self, user: UserId) -> Option<TeamId> {
        self.agents.iter().find(|agent| agent.user == user).and_then(|agent| agent.team)
    }

    /// Decides; not for `but`.
    #[must_use]
    pub fn decide(&self, lead: &Wanted, but: Option<UserId>) -> Decision {
        match but {
            None => decide(&self.rules.rules, &self.agents, lead, &self.positions),
            Some(but) => {
                let others: Vec<Agent> = self.agents.iter().filter(|agent| agent.user != but).cloned().collect();
                decide(&self.rules.rules, &others, lead, &self.positions)
            }
        }
    }

    /// Counts what was decided, in memory alone: for a dry run.
    pub fn suppose(&mut self, decision: &Decision) {
        let Decision::Give { to, rule, position, .. } = decision else { return };
        self.positions.insert(*rule, *position);
        if let Some(agent) = self.agents.iter_mut().find(|agent| agent.user == *to) {
            (agent.given_today, agent.open_leads) = (agent.given_today + 1, agent.open_leads + 1);
        }
    }

    /// Counts what was decided, and writes down where the rotation stands now.
    ///
    /// # Errors
    /// The database's.
    pub fn take(&mut self, tx: &mut dyn Tx, org: OrgId, decision: &Decision) -> Result<()> {
        let Decision::Give { rule, position, .. } = decision else { return Ok(()) };
        let moved = self.positions.get(rule) != Some(position);
        self.suppose(decision);
        if moved { assignment::set_position(tx, org, *rule, *position) } else { Ok(()) }
    }

    #[must_use]
    pub fn day(&self) -> &str {
        &self.day
    }

    /// What is read of everybody, by user.
    #[must_use]
    pub fn agents(&self) -> &[Agent] {
        &self.agents
    }
}
