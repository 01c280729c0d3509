//! Who is given a lead: ordered rules, who may be given one at this instant, and a rotation. Pure, so
//! that the server, a dry run and the tests decide alike, and every decision can say why.

use crate::attendance::Attendance;
use crate::id::{TeamId, UserId};
use crate::policy::{self, Action};
use crate::role::Role;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Somebody who may be given leads, as of now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    pub user: UserId,
    pub role: Role,
    pub team: Option<TeamId>,
    pub disabled: bool,
    pub attendance: Attendance,
    pub given_today: u32,
    pub open_leads: u32,
    pub limits: Limits,
    pub skills: BTreeSet<Skill>,
}

/// What an agent takes at most, and how much beside others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    pub per_day: Option<u32>,
    pub open: Option<u32>,
    /// Leads that one gets in a cycle of the rotation, beside the others'. 0 gets none.
    pub weight: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { per_day: None, open: None, weight: 1 }
    }
}

/// What somebody knows, or a lead needs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "name")]
pub enum Skill {
    Language(String),
    Source(String),
    Tag(String),
}

/// The lead to be given, as far as rules look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    pub language: Option<String>,
    pub source: Option<String>,
    pub tags: BTreeSet<String>,
    /// Who has, or had last, a lead of the same phone number.
    pub known_to: Option<UserId>,
}

impl Wanted {
    fn traits(&self) -> BTreeSet<Skill> {
        let language = self.language.iter().cloned().map(Skill::Language);
        let source = self.source.iter().cloned().map(Skill::Source);
        language.chain(source).chain(self.tags.iter().cloned().map(Skill::Tag)).collect()
    }
}

/// One rule. The first that fits a lead and finds somebody gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    pub id: Uuid,
    pub name: String,
    pub enabled: bool,
    /// All of these a lead has; none fits every lead.
    pub when: BTreeSet<Skill>,
    /// Only to people of this team.
    pub team: Option<TeamId>,
    /// Only to people who know these.
    pub needs: BTreeSet<Skill>,
    /// A phone number that comes back goes to whom it was with, if they may have it.
    pub sticky: bool,
}

/// Where a rule's rotation stands. By id, so that whoever joins or leaves neither repeats nor skips others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    pub last: Option<UserId>,
    /// Of the cycle: who has weight 3 is in the rounds 0, 1 and 2.
    pub round: u32,
}

/// Why somebody was not given the lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unfit {
    Role,
    Disabled,
    Absent,
    Paused,
    Team,
    Skill,
    DayCap,
    OpenCap,
    NoWeight,
}

/// How it came to whom it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    Rotation,
    Sticky,
}

/// What was decided, with why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Decision {
    Give {
        to: UserId,
        rule: Uuid,
        how: How,
        /// Who could have been given it.
        candidates: Vec<UserId>,
        /// Of the rule's rotation, after this; a sticky gift moves it not.
        position: Position,
    },
    /// Nobody could: it waits, unassigned. With why, by the last rule that fitted; none did if it is none.
    Queue { rule: Option<Uuid>, unfit: Vec<(UserId, Unfit)> },
}

/// Whether this agent may be given a lead by this rule now.
///
/// # Errors
/// Why not.
pub fn eligible(agent: &Agent, rule: &Rule) -> Result<(), Unfit> {
    let full = |have: u32, most: Option<u32>| most.is_some_and(|most| have >= most);
    if agent.disabled {
        return Err(Unfit::Disabled);
    }
    // Converted leads have a rotation of their own.
    if policy::scope(agent.role, Action::ReceiveLeads) != policy::Scope::All {
        return Err(Unfit::Role);
    }
    match agent.attendance {
        Attendance::Present => {}
        Attendance::Paused => return Err(Unfit::Paused),
        Attendance::Absent => return Err(Unfit::Absent),
    }
    if rule.team.is_some() && rule.team != agent.team {
        return Err(Unfit::Team);
    }
    if !rule.needs.is_subset(&agent.skills) {
        return Err(Unfit::Skill);
    }
    if full(agent.given_today, agent.limits.per_day) {
        return Err(Unfit::DayCap);
    }
    if full(agent.open_leads, agent.limits.open) {
        return Err(Unfit::OpenCap);
    }
    if agent.limits.weight == 0 { Err(Unfit::NoWeight) } else { Ok(()) }
}

/// Decides about one lead.
#[must_use]
pub fn decide(rules: &[Rule], agents: &[Agent], lead: &Wanted, positions: &BTreeMap<Uuid, Position>) -> Decision {
    let traits = lead.traits();
    let mut queue = Decision::Queue { rule: None, unfit: Vec::new() };
    for rule in rules.iter().filter(|rule| rule.enabled && rule.when.is_subset(&traits)) {
        let fit: BTreeMap<UserId, &Agent> =
            agents.iter().filter(|agent| eligible(agent, rule).is_ok()).map(|agent| (agent.user, agent)).collect();
        let position = positions.get(&rule.id).copied().unwrap_or_default();
        let candidates = || fit.keys().copied().collect();
        if let Some(to) = lead.known_to.filter(|user| rule.sticky && fit.contains_key(user)) {
            return Decision::Give { to, rule: rule.id, how: How::Sticky, candidates: candidates(), position };
        }
        if let Some((to, position)) = next(&fit, position) {
            return Decision::Give { to, rule: rule.id, how: How::Rotation, candidates: candidates(), position };
        }
        let unfit = agents.iter().filter_map(|agent| Some((agent.user, eligible(agent, rule).err()?))).collect();
        queue = Decision::Queue { rule: Some(rule.id), unfit };
    }
    queue
}

/// The next of the rotation, and where it stands then. Rounds, not runs: equal weights stay within one of
/// each other at every moment.
fn next(fit: &BTreeMap<UserId, &Agent>, Position { last, round }: Position) -> Option<(UserId, Position)> {
    let rounds = fit.values().map(|agent| agent.limits.weight).max()?;
    let of_round = |round: u32, after: Option<UserId>| {
        fit.iter().find(|(user, agent)| agent.limits.weight > round && after.is_none_or(|last| **user > last)).map(|(user, _)| *user)
    };
    if let Some(user) = of_round(round, last) {
        return Some((user, Position { last: Some(user), round }));
    }
    let round = if round + 1 < rounds { round + 1 } else { 0 };
    of_round(round, None).map(|user| (user, Position { last: Some(user), round }))
}
