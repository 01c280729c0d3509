//! Lines of the audit log, read out of the server's log: one page, newest first, in bounded work.

use super::events::{AuditEvent, CodePurpose, Failure, Settled, action_of};
use super::words::{of_command, typed};
use crate::auth::SignedIn;
use crate::error::Error;
use crate::sight::{Channel, Sight};
use crate::store::log::{self, Change, Entry, Move, Stored, Trail};
use crate::store::{Result, Store, Tx, devices, documents, leads, orgs, teams, users};
use domain::attendance::Attendance;
use domain::people::{AUDIT_PAGE, AuditAction, AuditFilter, AuditLine, AuditPage, Post};
use domain::policy::{self, scope};
use domain::{Action, DeviceId, DocId, Envelope, LeadId, OrgId, Scope, Subject, TeamId, UserId};
use protocol::rows::Row as Fact;
use records::{ChangeHash, Doc};
use std::collections::HashMap;

/// Entries read at a time.
const CHUNK: u64 = 200;
/// Entries looked at for one page at most; a page that found less says where to go on.
const SCANNED: usize = 2_000;
/// Documents held at a time.
const DOCUMENTS: usize = 200;
/// The log is in order of time but for a clock that was set back by no more than this.
const CLOCK_MS: i64 = 3_600_000;

/// One page of what `who` may see of the log (row N10): a Team Lead their own doings.
///
/// # Errors
/// `Refused` for a role without the audit log, `NotFound` for a lead out of sight.
pub fn page(store: &Store, org: OrgId, who: &SignedIn, filter: &AuditFilter) -> std::result::Result<AuditPage, Error> {
    let actor = who.actor();
    policy::authorise(actor, Action::ViewAudit, &Subject { owner: Some(actor.user), ..Subject::default() })?;
    let by = match (scope(actor.role, Action::ViewAudit), filter.by) {
        (Scope::All | Scope::View, by) => by,
        (_, Some(by)) if by != actor.user => return Ok(AuditPage::default()),
        (_, _) => Some(actor.user),
    };
    let filter = AuditFilter { by, ..filter.clone() };
    store.read(|tx| {
        let mut teller = Teller::new(org, Sight::of(actor));
        if let Some(lead) = filter.lead {
            teller.lead(tx, lead)?.ok_or(Error::NotFound)?;
        }
        Ok(look(tx, org, &filter, &mut teller)?)
    })
}

fn look(tx: &mut dyn Tx, org: OrgId, filter: &AuditFilter, teller: &mut Teller) -> Result<AuditPage> {
    let newest = orgs::head(tx, org)?.seq;
    let after = filter.from.map_or(Ok(0), |from| first_since(tx, org, newest, from.saturating_sub(CLOCK_MS)))?.saturating_sub(1);
    let to = filter.to.map_or(Ok(u64::MAX >> 1), |to| first_since(tx, org, newest, to.saturating_add(CLOCK_MS)))?;
    let mut before = filter.before.unwrap_or(newest + 1).min(to);
    let (mut lines, mut scanned) = (Vec::new(), 0);
    for trail in trails(filter) {
        loop {
            let chunk = log::newest(tx, org, trail, after, before, CHUNK)?;
            let ended = (chunk.len() as u64) < CHUNK;
            for stored in chunk {
                if lines.len() == AUDIT_PAGE || scanned == SCANNED {
                    return Ok(AuditPage { lines, next: Some(before) });
                }
                (before, scanned) = (stored.seq, scanned + 1);
                if in_time_and_by(filter, &stored) {
                    let line = teller.line(tx, &stored)?;
                    lines.extend(line.filter(|line| filter.action.is_none_or(|action| action == line.action)));
                }
            }
            if ended {
                break;
            }
        }
    }
    Ok(AuditPage { lines, next: None })
}

/// Along which index to go: the first that the filter names; what else it names is compared.
fn trails(filter: &AuditFilter) -> Vec<Trail> {
    match (filter.lead, filter.by, filter.action) {
        (Some(lead), _, _) => vec![Trail::Doc(DocId::lead(lead))],
        (None, Some(by), _) => vec![Trail::Author(by)],
        (None, None, Some(action)) => vec![Trail::Action(Some(action)), Trail::Action(None)],
        (None, None, None) => vec![Trail::All],
    }
}

fn in_time_and_by(filter: &AuditFilter, stored: &Stored) -> bool {
    filter.from.is_none_or(|from| stored.accepted_at >= from)
        && filter.to.is_none_or(|to| stored.accepted_at < to)
        && filter.by.is_none_or(|by| stored.entry.author() == by)
}

/// The first entry accepted at `at` or later, one past the last for none: found by halving.
fn first_since(tx: &mut dyn Tx, org: OrgId, newest: u64, at: i64) -> Result<u64> {
    let (mut low, mut high) = (1, newest + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        match log::time_of(tx, org, middle)? {
            Some(time) if time < at => low = middle + 1,
            Some(_) | None => high = middle,
        }
    }
    Ok(low)
}

/// What entries are called, with the names that were looked up.
struct Teller {
    org: OrgId,
    sight: Sight,
    people: HashMap<UserId, String>,
    teams: HashMap<TeamId, String>,
    /// By name; `None` for those out of sight.
    leads: HashMap<LeadId, Option<String>>,
    /// Those that compacted entries are read from; `None` for one that does not load.
    documents: HashMap<DocId, Option<Doc>>,
}

/// A line's parts that depend on its kind.
struct Told {
    action: AuditAction,
    lead: Option<LeadId>,
    about: String,
    details: String,
}

impl Teller {
    fn new(org: OrgId, sight: Sight) -> Self {
        Self { org, sight, people: HashMap::new(), teams: HashMap::new(), leads: HashMap::new(), documents: HashMap::new() }
    }

    /// The line of an entry; none for what another entry tells of.
    fn line(&mut self, tx: &mut dyn Tx, stored: &Stored) -> Result<Option<AuditLine>> {
        let author = stored.entry.author();
        let told = match &stored.entry {
            Entry::Change(change) => self.of_change(tx, change)?,
            Entry::Move { doc, moved, .. } => self.of_move(tx, LeadId(doc.id), moved)?,
            // Before events there were only rows.
            Entry::Row { fact, .. } if stored.version == 1 => of_fact(fact),
            Entry::Row { .. } | Entry::DocRow { .. } | Entry::Horizon { .. } | Entry::Dropped { .. } => None,
            Entry::Event { device, event, .. } => Some(self.of_event(tx, *device, event)?),
        };
        let Some(Told { action, lead, about, details }) = told else { return Ok(None) };
        let by = (!author.0.is_nil()).then_some(author);
        let by_name = by.map_or_else(|| Ok(String::new()), |by| self.person(tx, by))?;
        let lead_name = lead.map_or(Ok(None), |lead| self.lead(tx, lead))?;
        // Of a lead out of sight: that something was done, not what.
        let details = if lead.is_some() && lead_name.is_none() { String::new() } else { details };
        let lead_name = lead_name.unwrap_or_default();
        Ok(Some(AuditLine { seq: stored.seq, at: stored.accepted_at, by, by_name, action, lead, lead_name, about, details }))
    }

    fn of_change(&mut self, tx: &mut dyn Tx, change: &Change) -> Result<Option<Told>> {
        let envelope = if change.bytes.is_empty() { self.read_in_document(tx, change)? } else { records::envelope_of(&change.bytes) };
        Ok(envelope.and_then(|Envelope { command, .. }| {
            let details = of_command(&command);
            Some(Told {
                action: action_of(&command)?,
                lead: change.doc.as_lead().or(change.doc.ledger_of()),
                about: String::new(),
                details,
            })
        }))
    }

    /// The command of a change that the log has dropped.
    fn read_in_document(&mut self, tx: &mut dyn Tx, change: &Change) -> Result<Option<Envelope>> {
        if !self.documents.contains_key(&change.doc) {
            if self.documents.len() == DOCUMENTS {
                self.documents.clear();
            }
            let blob = documents::blob(tx, self.org, change.doc)?;
            self.documents.insert(change.doc, blob.and_then(|blob| Doc::load(&blob).ok()));
        }
        let doc = self.documents.get(&change.doc).and_then(Option::as_ref);
        Ok(doc.and_then(|doc| records::envelope_in(doc, &ChangeHash(change.hash.0))))
    }

    fn of_move(&mut self, tx: &mut dyn Tx, lead: LeadId, moved: &Move) -> Result<Option<Told>> {
        let Some(owner) = &moved.owner else { return Ok(None) };
        let before = Channel::subject(&moved.before);
        let about = self.owner(tx, owner.owner)?;
        let details = match before.owner == owner.owner {
            true => format!("Team {} → {}", self.team(tx, before.team)?, self.team(tx, owner.team)?),
            false => format!("{} → {about}", self.owner(tx, before.owner)?),
        };
        Ok(Some(Told { action: AuditAction::Assign, lead: Some(lead), about, details }))
    }

    fn of_event(&mut self, tx: &mut dyn Tx, on: Option<DeviceId>, event: &AuditEvent) -> Result<Told> {
        let (about, details) = match event {
            AuditEvent::SignIn => (self.device(tx, on)?, String::new()),
            AuditEvent::SignInFailed { user, reason, locked, times } => {
                let times = if *times > 1 { format!("; {times} times so far") } else { String::new() };
                let locked = if *locked { "; locked for a while" } else { "" };
                (self.somebody(tx, *user)?, format!("{}{times}{locked}", failure(*reason)))
            }
            AuditEvent::SignOut { everywhere: true } => (String::new(), "Everywhere".to_owned()),
            AuditEvent::SignOut { everywhere: false } => (self.device(tx, on)?, String::new()),
            AuditEvent::SessionEnded { user, reused: true } => (self.person(tx, *user)?, "Its token was used in two places".to_owned()),
            AuditEvent::SessionEnded { user, reused: false } => (self.person(tx, *user)?, "Another sign-in was ended".to_owned()),
            AuditEvent::PasswordChanged { user, by_code } => {
                (self.person(tx, *user)?, if *by_code { "With a one-time code" } else { "With the old one" }.to_owned())
            }
            AuditEvent::TotpChanged { user, on } => (self.person(tx, *user)?, if *on { "Turned on" } else { "Turned off" }.to_owned()),
            AuditEvent::CodeMade { user, purpose } => (self.person(tx, *user)?, purpose_of(*purpose).to_owned()),
            AuditEvent::PersonAdded { user, post } => (self.person(tx, *user)?, self.post(tx, post)?),
            AuditEvent::PersonChanged { user, before, after } => (self.person(tx, *user)?, self.changed(tx, before, after)?),
            AuditEvent::PersonRenamed { user, before } => (self.person(tx, *user)?, format!("Was {}", typed(before))),
            AuditEvent::TeamChanged { before: Some(before), after, .. } => (typed(after), format!("Was {}", typed(before))),
            AuditEvent::TeamChanged { before: None, after, .. } => (typed(after), "Added".to_owned()),
            AuditEvent::DeviceRevoked { device, user } => (self.device(tx, Some(*device))?, self.of(tx, *user)?),
            AuditEvent::DeviceWiped { device, user, done } => {
                let what = if *done { "Its key is destroyed" } else { "Ordered" };
                (self.device(tx, Some(*device))?, format!("{what}, {}", self.of(tx, *user)?))
            }
            AuditEvent::QuarantineReceived { of, edits } => (
                self.device(tx, on)?,
                format!("{} put aside, {}", if *edits == 1 { "1 edit".to_owned() } else { format!("{edits} edits") }, self.of(tx, *of)?),
            ),
            AuditEvent::Quarantine { what, of, .. } | AuditEvent::Proposal { what, of, .. } => {
                let what = match (what, event.action()) {
                    (Settled::Dropped, _) => "Dropped",
                    (Settled::Taken, AuditAction::Proposal) => "Taken",
                    (Settled::Taken, _) => "Released",
                };
                (self.person(tx, *of)?, what.to_owned())
            }
            AuditEvent::RulesChanged { rules, .. } => {
                let names: Vec<String> = rules.iter().map(|name| typed(name)).collect();
                (String::new(), format!("Assignment rules: {}", if names.is_empty() { "none".to_owned() } else { names.join(", ") }))
            }
            AuditEvent::Attended { user, status, reason } => (self.person(tx, *user)?, attended(*status, reason.as_deref())),
            AuditEvent::Export { what, rows } => (typed(what), format!("{rows} rows")),
            AuditEvent::Backup => (String::new(), "The database was copied into a file".to_owned()),
            AuditEvent::Sealed { entries, .. } => (String::new(), format!("The first {entries} entries were sealed")),
            AuditEvent::EpochBegun { epoch } => (String::new(), format!("A backup was restored: epoch {epoch} of the log begins")),
        };
        Ok(Told { action: event.action(), lead: event.lead(), about, details })
    }

    /// The lead's name; nothing for one out of sight.
    fn lead(&mut self, tx: &mut dyn Tx, lead: LeadId) -> Result<Option<String>> {
        if let Some(known) = self.leads.get(&lead) {
            return Ok(known.clone());
        }
        let row = leads::get(tx, self.org, lead)?.filter(|row| self.sight.sees(&row.standing));
        let name = row.map(|row| typed(&row.summary.name));
        self.leads.insert(lead, name.clone());
        Ok(name)
    }

    fn person(&mut self, tx: &mut dyn Tx, user: UserId) -> Result<String> {
        if let Some(known) = self.people.get(&user) {
            return Ok(known.clone());
        }
        let name = users::by_id(tx, self.org, user)?.map_or_else(|| "somebody unknown".to_owned(), |user| typed(&user.row.name));
        self.people.insert(user, name.clone());
        Ok(name)
    }

    fn of(&mut self, tx: &mut dyn Tx, user: UserId) -> Result<String> {
        Ok(format!("of {}", self.person(tx, user)?))
    }

    fn somebody(&mut self, tx: &mut dyn Tx, user: Option<UserId>) -> Result<String> {
        user.map_or_else(|| Ok(String::new()), |user| self.person(tx, user))
    }

    fn owner(&mut self, tx: &mut dyn Tx, user: Option<UserId>) -> Result<String> {
        user.map_or_else(|| Ok("nobody".to_owned()), |user| self.person(tx, user))
    }

    fn device(&mut self, tx: &mut dyn Tx, device: Option<DeviceId>) -> Result<String> {
        let name = device.map_or(Ok(None), |device| devices::name(tx, self.org, device))?;
        Ok(name.map(|name| typed(&name)).unwrap_or_default())
    }

    fn team(&mut self, tx: &mut dyn Tx, team: Option<TeamId>) -> Result<String> {
        let Some(team) = team else { return Ok("none".to_owned()) };
        if !self.teams.contains_key(&team) {
            self.teams.extend(teams::all(tx, self.org)?.into_iter().map(|row| (row.id, typed(&row.name))));
        }
        Ok(self.teams.get(&team).cloned().unwrap_or_else(|| "unknown".to_owned()))
    }

    fn post(&mut self, tx: &mut dyn Tx, post: &Post) -> Result<String> {
        Ok(format!("{}, team {}", role(post), self.team(tx, post.team)?))
    }

    fn changed(&mut self, tx: &mut dyn Tx, before: &Post, after: &Post) -> Result<String> {
        let mut said = Vec::new();
        if before.role != after.role {
            said.push(format!("Role {} → {}", role(before), role(after)));
        }
        if before.team != after.team {
            said.push(format!("Team {} → {}", self.team(tx, before.team)?, self.team(tx, after.team)?));
        }
        if before.disabled != after.disabled {
            said.push(if after.disabled { "Disabled" } else { "Enabled" }.to_owned());
        }
        Ok(said.join("; "))
    }
}

/// People and teams were only ever added then.
fn of_fact(fact: &Fact) -> Option<Told> {
    let told = |action, about: &str, details: String| Some(Told { action, lead: None, about: typed(about), details });
    match fact {
        Fact::User(user) => told(AuditAction::PersonAdded, &user.name, user.role.as_str().replace('_', " ")),
        Fact::Team(team) => told(AuditAction::TeamChanged, &team.name, "Added".to_owned()),
        Fact::Org(_)
        | Fact::Owner(_)
        | Fact::Proposal(_)
        | Fact::Badge(_)
        | Fact::Notice(_)
        | Fact::Assignment(_)
        | Fact::Receipt(_)
        | Fact::Attendance(_) => None,
    }
}

fn role(post: &Post) -> String {
    post.role.as_str().replace('_', " ")
}

fn purpose_of(purpose: CodePurpose) -> &'static str {
    match purpose {
        CodePurpose::Invitation => "Invitation",
        CodePurpose::Password => "For a forgotten password",
    }
}

fn attended(status: Attendance, reason: Option<&str>) -> String {
    let status = match status {
        Attendance::Present => "Present",
        Attendance::Paused => "Paused",
        Attendance::Absent => "Checked out",
    };
    reason.map_or_else(|| status.to_owned(), |reason| format!("{status}: {}", typed(reason)))
}

fn failure(reason: Failure) -> &'static str {
    match reason {
        Failure::UnknownAddress => "Unknown address",
        Failure::WrongPassword => "Wrong password",
        Failure::WrongCode => "Wrong code",
        Failure::OldPassword => "Wrong password, typed again while signed in",
        Failure::Disabled => "The account is disabled",
        Failure::Device => "The device may not sign in",
        Failure::Locked => "The account is locked",
        Failure::DeviceSecret => "Wrong secret of a device that wanted to hand over edits",
    }
}
