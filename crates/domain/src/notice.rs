//! Notifications: what is told of a lead, and to whom (Appendix D). Made by the server alone, after a change merged,
//! so that an edit made offline is told once.

use crate::command::Command;
use crate::id::{LeadId, UserId};
use crate::lead::{LeadRecord, Status};
use crate::policy::{self, Action, Actor, Subject};
use crate::role::Role;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Characters of a comment that a notification shows.
pub const EXCERPT_MAX: usize = 140;

/// Something that is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "t")]
pub enum News {
    /// NT1
    Assigned,
    /// NT2
    Converted,
    /// NT4
    Dropped { reason: String },
    /// NT5
    Deleted,
    /// NT6
    Status { to: Status },
    /// NT11, to the lead's owner.
    Commented { text: String },
    /// NT11, to somebody whom the comment names.
    Mentioned { text: String },
    /// NT3, row I17: a follow-up that its owner let pass; ms since the epoch.
    Missed { due_at: i64 },
}

/// A notification of one person; read marks are in their `user_state` document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub id: Uuid,
    pub to: UserId,
    pub news: News,
    pub lead: LeadId,
    /// The lead's, when it happened.
    pub name: String,
    /// `None` where nobody did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
    /// Server time, ms since the epoch.
    pub at: i64,
}

impl News {
    /// What an accepted change told, if anything, with whom a comment names. A lead that is only just made tells nothing.
    #[must_use]
    pub fn of(command: &Command, before: Option<&LeadRecord>, after: &LeadRecord) -> Option<(Self, Vec<UserId>)> {
        let before = before?;
        if before.deleted.is_none() && after.deleted.is_some() {
            return Some((News::Deleted, Vec::new()));
        }
        if let Command::AddComment { text, mentions } = command {
            return Some((News::Commented { text: excerpt(text) }, mentions.clone()));
        }
        let news = match after.status {
            to if to == before.status => return None,
            Status::Converted => News::Converted,
            Status::Lost => News::Dropped { reason: after.drop.as_ref().map(|drop| drop.reason.clone()).unwrap_or_default() },
            to => News::Status { to },
        };
        Some((news, Vec::new()))
    }

    /// Whether this person is told of it on a lead of `subject`.
    fn concerns(&self, person: &Actor, subject: &Subject) -> bool {
        let is_owner = subject.owner == Some(person.user);
        let leads_team = person.role == Role::TeamLead && person.team.is_some() && person.team == subject.team;
        match self {
            News::Assigned | News::Status { .. } | News::Commented { .. } => is_owner,
            News::Converted => {
                leads_team || matches!(person.role, Role::Manager | Role::Admin | Role::FinanceManager | Role::RecoveryAgent)
            }
            News::Dropped { .. } => leads_team || matches!(person.role, Role::Manager | Role::Admin),
            News::Deleted => person.role == Role::Admin,
            News::Missed { .. } => leads_team && !is_owner,
            // By name alone.
            News::Mentioned { .. } => false,
        }
    }
}

/// Whoever did it knows, and nobody is told of a lead that they may not see.
fn may_hear(person: &Actor, by: Option<UserId>, subject: &Subject) -> bool {
    by != Some(person.user)
        && policy::has(person.role, Action::Notifications)
        && policy::authorise(person, Action::ViewLead, subject).is_ok()
}

/// Who is told what: of a comment, those it names and who may see the lead are told that it names them.
#[must_use]
pub fn recipients(news: &News, mentioned: &[UserId], by: Option<UserId>, subject: &Subject, people: &[Actor]) -> Vec<(UserId, News)> {
    let mut told = Vec::new();
    for person in people {
        let named = match news {
            News::Commented { text } if mentioned.contains(&person.user) => Some(News::Mentioned { text: text.clone() }),
            _ => None,
        };
        let may_hear = may_hear(person, by, subject);
        if let Some(named) = named.filter(|_| may_hear) {
            told.push((person.user, named));
        } else if may_hear && news.concerns(person, subject) {
            told.push((person.user, news.clone()));
        }
    }
    told
}

/// The beginning of `text`, in one line.
fn excerpt(text: &str) -> String {
    let line: Vec<&str> = text.split_whitespace().collect();
    let line = line.join(" ");
    match line.char_indices().nth(EXCERPT_MAX) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::TeamId;

    const NORTH: TeamId = TeamId(Uuid::from_u128(90));
    const SOUTH: TeamId = TeamId(Uuid::from_u128(91));

    fn person(n: u128, role: Role, team: Option<TeamId>) -> Actor {
        Actor { user: UserId(Uuid::from_u128(n)), role, team }
    }

    fn office() -> Vec<Actor> {
        vec![
            person(1, Role::Salesperson, Some(NORTH)),
            person(2, Role::Salesperson, Some(NORTH)),
            person(3, Role::TeamLead, Some(NORTH)),
            person(4, Role::TeamLead, Some(SOUTH)),
            person(5, Role::Manager, None),
            person(6, Role::Admin, None),
            person(7, Role::FinanceManager, None),
            person(8, Role::RecoveryAgent, None),
            person(9, Role::Analyst, None),
        ]
    }

    fn told(news: &News, mentioned: &[u128], by: u128, subject: Subject) -> Vec<u128> {
        let mentioned: Vec<UserId> = mentioned.iter().map(|n| UserId(Uuid::from_u128(*n))).collect();
        let by = Some(UserId(Uuid::from_u128(by)));
        recipients(news, &mentioned, by, &subject, &office()).into_iter().map(|(user, _)| user.0.as_u128()).collect()
    }

    #[test]
    fn everybody_is_told_what_appendix_d_says() {
        let owned = Subject { owner: Some(UserId(Uuid::from_u128(1))), team: Some(NORTH), ..Subject::default() };
        let converted = Subject { converted: true, ..owned };
        let dropped = News::Dropped { reason: "Price".into() };
        let lost = Subject { lost: true, ..owned };
        let deleted = Subject { deleted: true, ..owned };
        assert_eq!(told(&News::Assigned, &[], 3, owned), [1]);
        assert_eq!(told(&News::Assigned, &[], 1, owned), [0; 0], "who took it knows");
        assert_eq!(told(&News::Converted, &[], 1, converted), [3, 5, 6, 7, 8]);
        assert_eq!(told(&dropped, &[], 1, lost), [3, 5, 6]);
        assert_eq!(told(&dropped, &[], 5, lost), [3, 6]);
        assert_eq!(told(&News::Deleted, &[], 5, deleted), [6]);
        assert_eq!(told(&News::Status { to: Status::Interested }, &[], 1, owned), [0; 0]);
        assert_eq!(told(&News::Status { to: Status::Interested }, &[], 3, owned), [1]);
        assert_eq!(told(&News::Missed { due_at: 1 }, &[], 0, owned), [3]);
    }

    #[test]
    fn a_comment_tells_the_owner_and_whom_it_names_if_they_may_see_the_lead() {
        let owned = Subject { owner: Some(UserId(Uuid::from_u128(1))), team: Some(NORTH), ..Subject::default() };
        let said = News::Commented { text: "x".into() };
        assert_eq!(told(&said, &[], 3, owned), [1]);
        assert_eq!(told(&said, &[5, 2, 4, 9, 3], 3, owned), [1, 5], "2 and 4 do not see it, 9 gets none, 3 wrote it");
        let by_name = recipients(&said, &[UserId(Uuid::from_u128(1))], None, &owned, &office());
        assert_eq!(by_name, [(UserId(Uuid::from_u128(1)), News::Mentioned { text: "x".into() })], "told once");
    }

    #[test]
    fn an_excerpt_is_one_line_and_cut_between_characters() {
        assert_eq!(excerpt("  Call\n\nher  back "), "Call her back");
        let long = "अ".repeat(EXCERPT_MAX + 1);
        assert_eq!(excerpt(&long), format!("{}…", "अ".repeat(EXCERPT_MAX)));
    }
}
