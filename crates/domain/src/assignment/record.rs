//! What is kept of each assignment: who, when, and why (rows H7 and K6).

use super::{Decision, How, Rules, Unfit};
use crate::id::{LeadId, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What of a lead was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    #[default]
    Lead,
    /// Its money, after conversion.
    Collection,
}

impl Part {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Part::Lead => "lead",
            Part::Collection => "collection",
        }
    }
}

/// Why a lead is with whom it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "t")]
pub enum Why {
    /// Somebody picked.
    Hand,
    Rule {
        rule: Uuid,
        /// As it was called then, and its place in the order, from 1.
        name: String,
        place: u32,
        how: How,
        /// How many could have been given it.
        candidates: u32,
        /// Nobody had worked on it for so long, after it was given to somebody else.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        untouched_minutes: Option<u32>,
    },
    /// Nobody could have it: it waits. By the last rule that fits, if one does; how many could not for what.
    Waits {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        unfit: BTreeMap<Unfit, u32>,
    },
}

impl Why {
    /// Of a decision by these rules.
    #[must_use]
    pub fn of(decision: &Decision, rules: &Rules, untouched_minutes: Option<u32>) -> Self {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let name = |id: Uuid| rules.rules.iter().find(|rule| rule.id == id).map(|rule| rule.name.clone());
        match decision {
            Decision::Give { rule, how, candidates, .. } => Why::Rule {
                rule: *rule,
                name: name(*rule).unwrap_or_default(),
                place: rules.place(*rule).unwrap_or(0),
                how: *how,
                candidates: count(candidates.len()),
                untouched_minutes,
            },
            Decision::Queue { rule, unfit } => {
                let mut counted = BTreeMap::new();
                // Who never gets such leads says nothing.
                unfit.iter().filter(|(_, why)| *why != Unfit::Role).for_each(|(_, why)| *counted.entry(*why).or_insert(0) += 1);
                Why::Waits { name: rule.and_then(name), unfit: counted }
            }
        }
    }
}

impl Why {
    /// In words; nothing to say where somebody picked.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Why::Hand => String::new(),
            Why::Rule { name, place, how, candidates, untouched_minutes, .. } => {
                let how = match (how, candidates) {
                    (How::Sticky, _) => "this number is with them already".to_owned(),
                    (How::Rotation, 1) => "the only one who could have it".to_owned(),
                    (How::Rotation, n) => format!("next in turn of {n}"),
                };
                let untouched = untouched_minutes.map(|minutes| format!("; untouched for {minutes} min before")).unwrap_or_default();
                format!("rule {place} “{name}”, {how}{untouched}")
            }
            Why::Waits { name: None, .. } => "no rule fits".to_owned(),
            Why::Waits { name: Some(name), unfit } if unfit.is_empty() => format!("rule “{name}” has nobody"),
            Why::Waits { name: Some(name), unfit } => {
                let counts: Vec<String> = unfit.iter().map(|(why, count)| format!("{count} {}", why.words())).collect();
                format!("rule “{name}” found nobody: {}", counts.join(", "))
            }
        }
    }
}

impl Unfit {
    /// After a number of people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Unfit::Role => "of another role",
            Unfit::Disabled => "disabled",
            Unfit::Hours => "outside of the working hours",
            Unfit::Absent => "not checked in",
            Unfit::Paused => "paused",
            Unfit::Team => "of another team",
            Unfit::Skill => "without the skill",
            Unfit::DayCap => "with all they take in a day",
            Unfit::OpenCap => "with all the open leads they take",
            Unfit::NoWeight => "without a share",
        }
    }
}

/// One line of a lead's assignments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    pub id: Uuid,
    pub lead: LeadId,
    /// Its number among all of the organisation.
    pub place: u64,
    #[serde(default)]
    pub part: Part,
    pub from: Option<UserId>,
    pub to: Option<UserId>,
    /// Server time, ms since the epoch.
    pub at: i64,
    /// Who asked for it; nobody where the server did it by itself.
    pub by: Option<UserId>,
    /// Of the rules that it was decided by; 0 by hand, as before anybody set some.
    pub version: u64,
    pub why: Why,
}
