//! Notifications, newest first, and which follow-ups were escalated.

use super::value::pack;
use super::{Result, Row, Tx};
use crate::sight::Sight;
use crate::store::leads::with;
use domain::notice::Notice;
use domain::{LeadId, OrgId, Status, Subject, TeamId, UserId};

pub fn insert(tx: &mut dyn Tx, org: OrgId, notice: &Notice) -> Result<()> {
    tx.execute(
        "INSERT INTO notices (org_id, user_id, notice_id, lead_id, at, notice) VALUES ($1, $2, $3, $4, $5, $6)",
        &[org.into(), notice.to.into(), notice.id.into(), notice.lead.into(), notice.at.into(), pack(notice)],
    )?;
    Ok(())
}

/// The newest of a person, the oldest first, of leads in `sight`.
pub fn newest(tx: &mut dyn Tx, org: OrgId, sight: &Sight, user: UserId, limit: u64) -> Result<Vec<Notice>> {
    let Some(seen) = sight.condition(4) else { return Ok(Vec::new()) };
    let sql = format!(
        "SELECT n.notice FROM notices n JOIN leads l ON l.org_id = n.org_id AND l.lead_id = n.lead_id \
         WHERE n.org_id = $1 AND n.user_id = $2 AND {} ORDER BY n.at DESC, n.notice_id DESC LIMIT $3",
        seen.sql
    );
    let rows = tx.query(&sql, &with(&[org.into(), user.into(), limit.into()], seen.params))?;
    let mut newest: Vec<Notice> = rows.into_iter().map(|mut row| row.unpacked(0)).collect::<Result<_>>()?;
    newest.reverse();
    Ok(newest)
}

/// Forgets what was told before `before`, ms since the epoch; how many.
pub fn forget(tx: &mut dyn Tx, org: OrgId, before: i64) -> Result<u64> {
    tx.execute("DELETE FROM escalated WHERE org_id = $1 AND due_at < $2", &[org.into(), before.into()])?;
    tx.execute("DELETE FROM notices WHERE org_id = $1 AND at < $2", &[org.into(), before.into()])
}

/// A follow-up that was let pass.
#[derive(Clone, Debug)]
pub struct Missed {
    pub lead: LeadId,
    pub subject: Subject,
    pub name: String,
    pub due_at: i64,
}

/// Open follow-ups of leads that are worked on, due from `from` until before `until`, that nobody was told of yet.
pub fn missed(tx: &mut dyn Tx, org: OrgId, from: i64, until: i64, limit: u64) -> Result<Vec<Missed>> {
    let sql = "SELECT l.lead_id, l.owner_id, l.team_id, l.summary, l.next_follow_up_at FROM leads l \
               WHERE l.org_id = $1 AND l.next_follow_up_at >= $2 AND l.next_follow_up_at < $3 AND l.deleted = 0 \
               AND l.owner_id IS NOT NULL AND l.team_id IS NOT NULL AND l.status <> $4 AND l.status <> $5 AND NOT EXISTS \
               (SELECT 1 FROM escalated e WHERE e.org_id = l.org_id AND e.lead_id = l.lead_id AND e.due_at = l.next_follow_up_at) \
               ORDER BY l.next_follow_up_at LIMIT $6";
    let (converted, lost) = (Status::Converted.as_str().into(), Status::Lost.as_str().into());
    let rows = tx.query(sql, &[org.into(), from.into(), until.into(), converted, lost, limit.into()])?;
    rows.into_iter().map(read).collect()
}

/// This one was told of.
pub fn set_escalated(tx: &mut dyn Tx, org: OrgId, missed: &Missed) -> Result<()> {
    let sql = "INSERT INTO escalated (org_id, lead_id, due_at) VALUES ($1, $2, $3)";
    tx.execute(sql, &[org.into(), missed.lead.into(), missed.due_at.into()]).map(drop)
}

fn read(mut row: Row) -> Result<Missed> {
    let (owner, team): (Option<UserId>, Option<TeamId>) = (row.opt_id(1)?, row.opt_id(2)?);
    let summary: protocol::rows::LeadSummary = row.unpacked(3)?;
    let subject = Subject { owner, team, ..Subject::default() };
    Ok(Missed { lead: row.id(0)?, subject, name: summary.name, due_at: row.int(4)? })
}
