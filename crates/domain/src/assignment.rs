//! Who is given a lead: ordered rules, who may be given one at this instant, and a rotation. Pure, so
//! that the server, a dry run and the tests decide alike, and every decision can say why.

use crate::attendance::Attendance;
use crate::id::{TeamId, UserId};
use crate::limits;
use crate::policy::{self, Action};
use crate::refusal::{Refusal, RefusalCode};
use crate::role::Role;
use crate::sabotage::{self, Fault};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

mod record;

pub use record::{Assignment, Part, Why};

/// Rules of an organisation at most.
pub const RULES_MAX: usize = 50;
/// People whose limits and skills are written down, at most.
pub const TAKERS_MAX: usize = 5_000;
/// Skills of one person, or of one rule, at most.
pub const SKILLS_MAX: usize = 50;
/// Leads that one gets in a cycle, at most.
pub const WEIGHT_MAX: u32 = 20;

/// Somebody who may be given leads, as of now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    pub user: UserId,
    pub role: Role,
    pub team: Option<TeamId>,
    pub disabled: bool,
    pub attendance: Attendance,
    /// Within the organisation's working hours.
    pub working: bool,
    pub given_today: u32,
    pub open_leads: u32,
    pub limits: Limits,
    pub skills: BTreeSet<Skill>,
}

/// What an agent takes at most, and how much beside others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Limits {
    #[serde(default)]
    pub per_day: Option<u32>,
    /// Leads that they own and that are not closed.
    #[serde(default)]
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
    /// Where it waits in a team, it is given within that.
    pub team: Option<TeamId>,
    /// It is to be collected.
    pub converted: bool,
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
    /// Of leads that were converted, for those who collect; else of leads that nobody works on yet.
    #[serde(default)]
    pub converted: bool,
}

/// What is written down of one person; who is not named has the usual.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Taker {
    pub user: UserId,
    #[serde(default)]
    pub limits: Limits,
    #[serde(default)]
    pub skills: BTreeSet<Skill>,
}

/// How an organisation gives its leads out (rows H10 to H12).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rules {
    /// Counts the changes: compared when they are set.
    pub version: u64,
    /// The first first.
    pub rules: Vec<Rule>,
    pub takers: Vec<Taker>,
}

impl Default for Rules {
    /// Before anybody set anything: everyone in turn, and those who collect in a turn of their own.
    fn default() -> Self {
        let none = BTreeSet::new();
        let rule = |n, name: &str, sticky, converted| Rule {
            id: Uuid::from_u64_pair(7, n),
            name: name.to_owned(),
            enabled: true,
            when: none.clone(),
            team: None,
            needs: none.clone(),
            sticky,
            converted,
        };
        Self {
            version: 0,
            rules: vec![rule(1, "Everyone in turn", true, false), rule(2, "Recovery in turn", false, true)],
            takers: Vec::new(),
        }
    }
}

impl Rules {
    /// Checks what an Admin typed.
    ///
    /// # Errors
    /// `MissingField`, `TooLong`, `InvalidValue` or `Duplicate`, saying what to change.
    pub fn check(&self) -> Result<(), Refusal> {
        let no = |code, text: String| Err(Refusal::new(code, text).on("rules"));
        if self.rules.len() > RULES_MAX || self.takers.len() > TAKERS_MAX {
            return no(RefusalCode::TooLong, format!("There are at most {RULES_MAX} rules and {TAKERS_MAX} people with limits."));
        }
        let ids: BTreeSet<Uuid> = self.rules.iter().map(|rule| rule.id).collect();
        let users: BTreeSet<UserId> = self.takers.iter().map(|taker| taker.user).collect();
        if ids.len() < self.rules.len() || users.len() < self.takers.len() {
            return no(RefusalCode::Duplicate, "A rule or a person is named twice.".into());
        }
        for rule in &self.rules {
            if rule.name.trim().is_empty() {
                return no(RefusalCode::MissingField, "Every rule needs a name.".into());
            }
            limits::check_text("rules", &rule.name, limits::LINE_MAX)?;
            rule.when.iter().chain(&rule.needs).try_for_each(Skill::check)?;
        }
        self.takers.iter().flat_map(|taker| &taker.skills).try_for_each(Skill::check)?;
        let many = |skills: &BTreeSet<Skill>| skills.len() > SKILLS_MAX;
        if self.rules.iter().any(|rule| many(&rule.when) || many(&rule.needs)) || self.takers.iter().any(|taker| many(&taker.skills)) {
            return no(RefusalCode::TooLong, format!("A rule or a person has at most {SKILLS_MAX} skills."));
        }
        match self.takers.iter().find(|taker| taker.limits.weight > WEIGHT_MAX) {
            Some(_) => no(RefusalCode::InvalidValue, format!("A share is a whole number from 0 to {WEIGHT_MAX}.")),
            None => Ok(()),
        }
    }

    /// The place of a rule in the order, from 1.
    #[must_use]
    pub fn place(&self, rule: Uuid) -> Option<u32> {
        self.rules.iter().position(|one| one.id == rule).and_then(|n| u32::try_from(n + 1).ok())
    }
}

impl Skill {
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Skill::Language(name) | Skill::Source(name) | Skill::Tag(name) => name,
        }
    }

    fn check(&self) -> Result<(), Refusal> {
        if self.name().trim().is_empty() {
            return Err(Refusal::new(RefusalCode::MissingField, "A skill needs a name.").on("rules"));
        }
        limits::check_text("rules", self.name(), limits::LINE_MAX)
    }
}

/// Where a rule's rotation stands. By id, so that whoever joins or leaves neither repeats nor skips others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    pub last: Option<UserId>,
    /// Of the cycle: who has weight 3 is in the rounds 0, 1 and 2.
    pub round: u32,
}

/// Why somebody was not given the lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unfit {
    Role,
    Disabled,
    Hours,
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
    let receives = if rule.converted { policy::Scope::Converted } else { policy::Scope::All };
    if policy::scope(agent.role, Action::ReceiveLeads) != receives {
        return Err(Unfit::Role);
    }
    if !agent.working {
        return Err(Unfit::Hours);
    }
    match agent.attendance {
        Attendance::Present => {}
        Attendance::Paused | Attendance::Absent if sabotage::is_on(Fault::GiveToAbsent) => {}
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
    if !rule.converted && full(agent.open_leads, agent.limits.open) {
        return Err(Unfit::OpenCap);
    }
    if agent.limits.weight == 0 { Err(Unfit::NoWeight) } else { Ok(()) }
}

/// Decides about one lead.
#[must_use]
pub fn decide(rules: &[Rule], agents: &[Agent], lead: &Wanted, positions: &BTreeMap<Uuid, Position>) -> Decision {
    let traits = lead.traits();
    let judge = |agent: &Agent, rule: &Rule| match eligible(agent, rule) {
        Ok(()) if lead.team.is_some() && lead.team != agent.team && !lead.converted => Err(Unfit::Team),
        judged => judged,
    };
    let mut queue = Decision::Queue { rule: None, unfit: Vec::new() };
    let fits = |rule: &&Rule| rule.enabled && rule.converted == lead.converted && rule.when.is_subset(&traits);
    for rule in rules.iter().filter(fits) {
        let fit: BTreeMap<UserId, &Agent> =
            agents.iter().filter(|agent| judge(agent, rule).is_ok()).map(|agent| (agent.user, agent)).collect();
        let position = positions.get(&rule.id).copied().unwrap_or_default();
        let candidates = || fit.keys().copied().collect();
        if let Some(to) = lead.known_to.filter(|user| rule.sticky && fit.contains_key(user)) {
            return Decision::Give { to, rule: rule.id, how: How::Sticky, candidates: candidates(), position };
        }
        if let Some((to, position)) = next(&fit, position) {
            return Decision::Give { to, rule: rule.id, how: How::Rotation, candidates: candidates(), position };
        }
        let unfit = agents.iter().filter_map(|agent| Some((agent.user, judge(agent, rule).err()?))).collect();
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
