//! Telling people what happened to leads: the rules are `domain::notice`'s, the log carries each to the one person
//! it is for.

use crate::live::Touched;
use crate::rules;
use crate::sight::Channel;
use crate::store::log::{Appender, Entry};
use crate::store::{Result, Store, Tx, notices, orgs, users};
use domain::config::Setting;
use domain::notice::{News, Notice, recipients};
use domain::{Actor, DocId, Env, LeadId, OrgId, Subject, UserId};
use protocol::rows::Row as Fact;
use uuid::Uuid;

const HOUR_MS: i64 = 3_600_000;
/// Follow-ups that were due longer before the hour of escalation than this were history when they arrived.
const LATEST_MS: i64 = 7 * 24 * HOUR_MS;
/// Follow-ups escalated in one go.
const ESCALATED_MAX: u64 = 200;

/// Something that happened to a lead.
pub struct Happened<'a> {
    pub news: &'a News,
    pub lead: LeadId,
    /// As it stands after it.
    pub subject: Subject,
    pub name: &'a str,
    /// `None` where nobody did it.
    pub by: Option<UserId>,
    /// Whom a comment names.
    pub mentioned: &'a [UserId],
    /// Server time, ms since the epoch.
    pub at: i64,
}

impl Happened<'_> {
    /// One notification for each of `people` whom it concerns.
    #[must_use]
    pub fn notices(&self, env: &Env, people: &[Actor]) -> Vec<Notice> {
        let told = recipients(self.news, self.mentioned, self.by, &self.subject, people);
        let notice =
            |(to, news)| Notice { id: env.new_id(), to, news, lead: self.lead, name: self.name.to_owned(), by: self.by, at: self.at };
        told.into_iter().map(notice).collect()
    }
}

/// The log's entry of a notification, which reaches its person alone.
#[must_use]
pub fn entry(notice: Notice) -> Entry {
    let author = notice.by.unwrap_or(UserId(Uuid::nil()));
    Entry::DocRow { doc: DocId::user_state(notice.to), author, fact: Fact::Notice(notice) }
}

/// Everybody who can be told.
///
/// # Errors
/// The database's.
pub fn people(tx: &mut dyn Tx, org: OrgId) -> Result<Vec<Actor>> {
    Ok(users::all(tx, org)?.into_iter().filter(|user| !user.row.disabled).map(|user| user.actor()).collect())
}

/// Writes what is told, outside of a push.
///
/// # Errors
/// The database's.
pub fn tell(
    tx: &mut dyn Tx,
    env: &Env,
    log: &mut Appender,
    happened: &Happened<'_>,
    people: &[Actor],
    touched: &mut Touched,
) -> Result<()> {
    for notice in happened.notices(env, people) {
        notices::insert(tx, log.org(), &notice)?;
        touched.channels.insert(Channel::User(notice.to));
        touched.seq = log.append(tx, &entry(notice), env.random())?;
    }
    Ok(())
}

/// Tells Team Leads of follow-ups that their owners let pass, each once (row I17).
///
/// # Errors
/// The database's.
pub fn escalate(store: &Store, env: &Env, org: OrgId) -> Result<Touched> {
    let now_ms = env.now_ms();
    let Some(until) = store.read(|tx| passed_before(tx, org, now_ms))? else { return Ok(Touched::default()) };
    let due = |tx: &mut dyn Tx| notices::missed(tx, org, until - LATEST_MS, until, ESCALATED_MAX);
    if store.read(due)?.is_empty() {
        return Ok(Touched::default());
    }
    store.write(|tx| {
        let head = orgs::lock(tx, org)?;
        let (mut log, mut touched) = (Appender::new(org, &head, now_ms), Touched::default());
        let people = people(tx, org)?;
        for missed in due(tx)? {
            let news = News::Missed { due_at: missed.due_at };
            let (subject, name) = (missed.subject, &missed.name);
            let happened = Happened { news: &news, lead: missed.lead, subject, name, by: None, mentioned: &[], at: now_ms };
            tell(tx, env, &mut log, &happened, &people, &mut touched)?;
            notices::set_escalated(tx, org, &missed)?;
        }
        log.finish(tx)?;
        Ok(touched)
    })
}

/// A follow-up due before this instant was let pass long enough; `None` where nobody is to be told.
fn passed_before(tx: &mut dyn Tx, org: OrgId, now_ms: i64) -> Result<Option<i64>> {
    let hours = i64::from(rules::of(tx, org)?.number(Setting::EscalateAfterHours));
    Ok((hours > 0).then(|| now_ms - hours * HOUR_MS))
}
