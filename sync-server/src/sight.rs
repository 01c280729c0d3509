//! Channels: which records a person sees, judged at pull time. A record is in channels by its
//! accepted state; a person has channels by role and team.

use crate::store::Value;
use crate::store::leads::Standing;
use domain::policy::{has, scope};
use domain::{Action, Actor, DocId, DocKind, Scope, Status, Subject, TeamId, UserId, policy};
use serde::{Deserialize, Serialize};

/// Kind × scope, written `lead/team:T`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Channel {
    LeadAll,
    LeadTeam(TeamId),
    LeadUser(UserId),
    LeadConverted,
    /// Deleted leads are in no other.
    LeadDeleted,
    LedgerAll,
    /// Of who wrote an entry.
    LedgerUser(UserId),
    AttendanceAll,
    AttendanceTeam(TeamId),
    AttendanceUser(UserId),
    /// What everybody gets.
    Everyone,
    /// What one person keeps, and what is told to them alone.
    User(UserId),
}

impl Channel {
    /// The channels that a document is in; of a lead, as it stands.
    #[must_use]
    pub fn of(doc: DocId, lead: Option<&Standing>) -> Vec<Channel> {
        match doc.kind {
            DocKind::Lead => lead.map(Channel::of_lead).unwrap_or_default(),
            DocKind::Ledger => vec![Channel::LedgerAll],
            DocKind::Config => vec![Channel::Everyone],
            DocKind::UserState => vec![Channel::User(UserId(doc.id))],
        }
    }

    /// The channels that a lead is in.
    #[must_use]
    pub fn of_lead(lead: &Standing) -> Vec<Channel> {
        if lead.deleted {
            return vec![Channel::LeadDeleted];
        }
        let mut channels = vec![Channel::LeadAll];
        channels.extend(lead.team.map(Channel::LeadTeam));
        channels.extend(lead.owner.map(Channel::LeadUser));
        channels.extend((lead.status == Status::Converted).then_some(Channel::LeadConverted));
        channels
    }

    /// The channels that a ledger is in whose entries these people wrote.
    #[must_use]
    pub fn of_ledger(authors: impl IntoIterator<Item = UserId>) -> Vec<Channel> {
        let authors: std::collections::BTreeSet<UserId> = authors.into_iter().collect();
        std::iter::once(Channel::LedgerAll).chain(authors.into_iter().map(Channel::LedgerUser)).collect()
    }

    /// The channels that a person's attendance is in.
    #[must_use]
    pub fn of_attendance(person: &Actor) -> Vec<Channel> {
        let mut channels = vec![Channel::AttendanceAll, Channel::AttendanceUser(person.user)];
        channels.extend(person.team.map(Channel::AttendanceTeam));
        channels
    }

    /// What a permission compares, of a lead in these channels.
    #[must_use]
    pub fn subject(channels: &[Channel]) -> Subject {
        let mut subject = Subject::default();
        for channel in channels {
            match channel {
                Channel::LeadAll
                | Channel::LedgerAll
                | Channel::LedgerUser(_)
                | Channel::AttendanceAll
                | Channel::AttendanceTeam(_)
                | Channel::AttendanceUser(_)
                | Channel::Everyone
                | Channel::User(_) => {}
                Channel::LeadTeam(team) => subject.team = Some(*team),
                Channel::LeadUser(owner) => subject.owner = Some(*owner),
                Channel::LeadConverted => subject.converted = true,
                Channel::LeadDeleted => subject.deleted = true,
            }
        }
        subject
    }
}

impl std::fmt::Display for Channel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Channel::LeadAll => f.write_str("lead/all"),
            Channel::LeadTeam(team) => write!(f, "lead/team:{team}"),
            Channel::LeadUser(user) => write!(f, "lead/user:{user}"),
            Channel::LeadConverted => f.write_str("lead/converted"),
            Channel::LeadDeleted => f.write_str("lead/deleted"),
            Channel::LedgerAll => f.write_str("ledger/all"),
            Channel::LedgerUser(user) => write!(f, "ledger/user:{user}"),
            Channel::AttendanceAll => f.write_str("attendance/all"),
            Channel::AttendanceTeam(team) => write!(f, "attendance/team:{team}"),
            Channel::AttendanceUser(user) => write!(f, "attendance/user:{user}"),
            Channel::Everyone => f.write_str("everyone"),
            Channel::User(user) => write!(f, "user:{user}"),
        }
    }
}

impl From<Channel> for String {
    fn from(channel: Channel) -> Self {
        channel.to_string()
    }
}

impl TryFrom<String> for Channel {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let unknown = || format!("{text} is not a channel");
        if let Some(team) = text.strip_prefix("lead/team:") {
            return team.parse().map(Channel::LeadTeam).map_err(|_| unknown());
        }
        if let Some(user) = text.strip_prefix("lead/user:") {
            return user.parse().map(Channel::LeadUser).map_err(|_| unknown());
        }
        if let Some(user) = text.strip_prefix("ledger/user:") {
            return user.parse().map(Channel::LedgerUser).map_err(|_| unknown());
        }
        if let Some(team) = text.strip_prefix("attendance/team:") {
            return team.parse().map(Channel::AttendanceTeam).map_err(|_| unknown());
        }
        if let Some(user) = text.strip_prefix("attendance/user:") {
            return user.parse().map(Channel::AttendanceUser).map_err(|_| unknown());
        }
        if let Some(user) = text.strip_prefix("user:") {
            return user.parse().map(Channel::User).map_err(|_| unknown());
        }
        match text.as_str() {
            "attendance/all" => Ok(Channel::AttendanceAll),
            "everyone" => Ok(Channel::Everyone),
            "ledger/all" => Ok(Channel::LedgerAll),
            "lead/all" => Ok(Channel::LeadAll),
            "lead/converted" => Ok(Channel::LeadConverted),
            "lead/deleted" => Ok(Channel::LeadDeleted),
            _ => Err(unknown()),
        }
    }
}

/// What one person sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    channels: Vec<Channel>,
    actor: Actor,
}

/// A part of a WHERE clause on `leads l`.
pub struct Condition {
    pub sql: String,
    pub params: Vec<Value>,
}

impl Sight {
    #[must_use]
    pub fn of(actor: &Actor) -> Self {
        let mut channels = match scope(actor.role, Action::ViewLead) {
            Scope::None => vec![],
            Scope::Own => vec![Channel::LeadUser(actor.user)],
            Scope::Team => [Some(Channel::LeadUser(actor.user)), actor.team.map(Channel::LeadTeam)].into_iter().flatten().collect(),
            Scope::Converted => vec![Channel::LeadConverted],
            Scope::All | Scope::View => vec![Channel::LeadAll],
        };
        channels.extend(has(actor.role, Action::DeletedItemsPage).then_some(Channel::LeadDeleted));
        channels.extend(match scope(actor.role, Action::ViewPayments) {
            // What was written by hand may say the number, so who sees phones masked gets no document.
            _ if scope(actor.role, Action::SeePhone) == Scope::None => None,
            Scope::All | Scope::View => Some(Channel::LedgerAll),
            Scope::Own => Some(Channel::LedgerUser(actor.user)),
            Scope::None | Scope::Team | Scope::Converted => None,
        });
        channels.extend(match scope(actor.role, Action::ViewAttendance) {
            Scope::None | Scope::Converted => vec![],
            Scope::Own => vec![Channel::AttendanceUser(actor.user)],
            Scope::Team => {
                [Some(Channel::AttendanceUser(actor.user)), actor.team.map(Channel::AttendanceTeam)].into_iter().flatten().collect()
            }
            Scope::All | Scope::View => vec![Channel::AttendanceAll],
        });
        channels.extend([Channel::Everyone, Channel::User(actor.user)]);
        Self { channels, actor: *actor }
    }

    /// Whether a record in these channels is seen.
    #[must_use]
    pub fn reaches(&self, channels: &[Channel]) -> bool {
        self.channels.iter().any(|c| channels.contains(c))
    }

    /// Whether this lead, as it stands, is seen: the permission table says so.
    #[must_use]
    pub fn sees(&self, lead: &Standing) -> bool {
        policy::authorise(&self.actor, Action::ViewLead, &lead.subject()).is_ok()
    }

    /// Whether this person's attendance is seen.
    #[must_use]
    pub fn sees_attendance(&self, person: &Actor) -> bool {
        self.reaches(&Channel::of_attendance(person))
    }

    /// Whether a document that is no lead is seen.
    #[must_use]
    pub fn sees_plain(&self, doc: DocId) -> bool {
        !matches!(doc.kind, DocKind::Lead | DocKind::Ledger) && self.reaches(&Channel::of(doc, None))
    }

    /// Whether a ledger is seen whose entries these people wrote.
    #[must_use]
    pub fn sees_ledger(&self, authors: impl IntoIterator<Item = UserId>) -> bool {
        self.reaches(&Channel::of_ledger(authors))
    }

    /// Whether there may be ledgers in sight at all.
    #[must_use]
    pub fn sees_some_ledgers(&self) -> bool {
        self.channels.iter().any(|channel| matches!(channel, Channel::LedgerAll | Channel::LedgerUser(_)))
    }

    /// Whether every ledger is in sight.
    #[must_use]
    pub fn sees_all_ledgers(&self) -> bool {
        self.channels.contains(&Channel::LedgerAll)
    }

    /// Phones are shown masked and documents withheld.
    #[must_use]
    pub fn masked(&self) -> bool {
        scope(self.actor.role, Action::SeePhone) == Scope::None
    }

    /// The same judgement for a query, its parameters numbered from `first`; `None` sees nothing.
    #[must_use]
    pub fn condition(&self, first: usize) -> Option<Condition> {
        let user = Value::from(self.actor.user);
        let own = format!("l.owner_id = ${first}");
        let mut condition = match (scope(self.actor.role, Action::ViewLead), self.actor.team) {
            (Scope::None, _) => return None,
            (Scope::All | Scope::View, _) => Condition { sql: "1 = 1".to_owned(), params: vec![] },
            (Scope::Converted, _) => Condition { sql: "l.status = 'converted'".to_owned(), params: vec![] },
            (Scope::Own, _) | (Scope::Team, None) => Condition { sql: own, params: vec![user] },
            (Scope::Team, Some(team)) => {
                Condition { sql: format!("({own} OR l.team_id = ${})", first + 1), params: vec![user, team.into()] }
            }
        };
        if !has(self.actor.role, Action::DeletedItemsPage) {
            condition.sql.push_str(" AND l.deleted = 0");
        }
        Some(condition)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Role;
    use uuid::Uuid;

    #[test]
    fn channels_reach_what_the_permission_table_shows() {
        let (me, other) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        let (north, south) = (TeamId(Uuid::from_u128(3)), TeamId(Uuid::from_u128(4)));
        for role in Role::ALL {
            for team in [None, Some(north)] {
                let sight = Sight::of(&Actor { user: me, role, team });
                for owner in [None, Some(me), Some(other)] {
                    for lead_team in [None, Some(north), Some(south)] {
                        for (status, deleted) in
                            [(Status::New, false), (Status::Converted, false), (Status::New, true), (Status::Converted, true)]
                        {
                            let lead = Standing { owner, team: lead_team, status, deleted };
                            assert_eq!(sight.reaches(&Channel::of_lead(&lead)), sight.sees(&lead), "{role:?} {team:?} {lead:?}");
                            if !deleted {
                                assert_eq!(Channel::subject(&Channel::of_lead(&lead)), lead.subject());
                            }
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn attendance_is_seen_as_the_permission_table_says() {
        let (me, other) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        let (north, south) = (TeamId(Uuid::from_u128(3)), TeamId(Uuid::from_u128(4)));
        for role in Role::ALL {
            for team in [None, Some(north)] {
                let actor = Actor { user: me, role, team };
                for (user, of) in [(me, team), (other, None), (other, Some(north)), (other, Some(south))] {
                    let person = Actor { user, role: Role::Salesperson, team: of };
                    let subject = Subject { owner: Some(user), team: of, ..Subject::default() };
                    let may = policy::authorise(&actor, Action::ViewAttendance, &subject).is_ok();
                    assert_eq!(Sight::of(&actor).sees_attendance(&person), may, "{actor:?} {person:?}");
                }
            }
        }
    }

    #[test]
    fn a_channel_reads_back_as_written() {
        let team = Channel::LeadTeam(TeamId(Uuid::from_u128(3)));
        for channel in [
            Channel::LeadAll,
            Channel::LeadConverted,
            Channel::LeadDeleted,
            team,
            Channel::LeadUser(UserId(Uuid::from_u128(5))),
            Channel::LedgerAll,
            Channel::LedgerUser(UserId(Uuid::from_u128(5))),
            Channel::AttendanceAll,
            Channel::AttendanceTeam(TeamId(Uuid::from_u128(3))),
            Channel::AttendanceUser(UserId(Uuid::from_u128(5))),
            Channel::Everyone,
            Channel::User(UserId(Uuid::from_u128(5))),
        ] {
            assert_eq!(Channel::try_from(channel.to_string()), Ok(channel));
        }
        assert!(Channel::try_from("lead/team:x".to_owned()).is_err());
    }
}
