//! The server's read model of leads: who may see each, and its summary, packed as it is sent.

use super::value::pack;
use super::{Result, Row, StoreError, Tx, Value, documents, log};
use crate::sight::Sight;
use domain::{DocId, LeadId, OrgId, Status, Subject, TeamId, UserId};
use protocol::pull::ChangeMeta;
use protocol::rows::{LeadSummary, Ownership, PROJECTION_VERSION};

/// What permissions and channels compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub owner: Option<UserId>,
    pub team: Option<TeamId>,
    pub status: Status,
    pub deleted: bool,
}

impl Standing {
    #[must_use]
    pub fn subject(&self) -> Subject {
        let (converted, lost) = (self.status == Status::Converted, self.status == Status::Lost);
        Subject { owner: self.owner, team: self.team, converted, lost, deleted: self.deleted }
    }
}

/// One row of the read model.
#[derive(Clone, Debug)]
pub struct LeadRow {
    pub id: LeadId,
    pub standing: Standing,
    pub summary: LeadSummary,
    pub updated_seq: u64,
}

/// A lead with its document, as a snapshot needs it.
#[derive(Clone, Debug)]
pub struct Held {
    pub id: LeadId,
    pub summary: LeadSummary,
    pub blob: Vec<u8>,
    /// `seq` of the document's last change.
    pub seq: u64,
}

pub fn put(tx: &mut dyn Tx, org: OrgId, lead: LeadId, summary: &LeadSummary, seq: u64) -> Result<()> {
    tx.execute(
        "INSERT INTO leads (org_id, lead_id, owner_id, team_id, status, next_follow_up_at, summary, updated_seq, deleted, phone) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         ON CONFLICT (org_id, lead_id) DO UPDATE SET owner_id = excluded.owner_id, team_id = excluded.team_id, status = excluded.status, \
         next_follow_up_at = excluded.next_follow_up_at, summary = excluded.summary, updated_seq = excluded.updated_seq, \
         deleted = excluded.deleted, phone = excluded.phone",
        &[
            org.into(),
            lead.into(),
            summary.owner.into(),
            summary.team.into(),
            summary.status.as_str().into(),
            summary.next_follow_up_at.into(),
            pack(summary),
            seq.into(),
            summary.deleted.into(),
            summary.phone.as_str().into(),
        ],
    )?;
    Ok(())
}

pub fn get(tx: &mut dyn Tx, org: OrgId, lead: LeadId) -> Result<Option<LeadRow>> {
    let found = tx.query_opt(
        "SELECT lead_id, owner_id, team_id, status, summary, updated_seq, deleted FROM leads WHERE org_id = $1 AND lead_id = $2",
        &[org.into(), lead.into()],
    )?;
    let Some(mut row) = found else { return Ok(None) };
    Ok(Some(LeadRow {
        id: row.id(0)?,
        standing: Standing { owner: row.opt_id(1)?, team: row.opt_id(2)?, status: row.parsed(3)?, deleted: row.flag(6)? },
        summary: row.unpacked(4)?,
        updated_seq: row.count(5)?,
    }))
}

/// Writes the numbers of rows that an older server wrote beside them, at most `limit`; how many it did.
pub fn fill_phones(tx: &mut dyn Tx, org: OrgId, limit: u64) -> Result<usize> {
    let rows = tx.query("SELECT lead_id, summary FROM leads WHERE org_id = $1 AND phone IS NULL LIMIT $2", &[org.into(), limit.into()])?;
    let filled = rows.len();
    for mut row in rows {
        let (lead, summary): (LeadId, LeadSummary) = (row.id(0)?, row.unpacked(1)?);
        let sql = "UPDATE leads SET phone = $3 WHERE org_id = $1 AND lead_id = $2";
        tx.execute(sql, &[org.into(), lead.into(), summary.phone.into()])?;
    }
    Ok(filled)
}

/// The summary as this version makes it, of a row that an older one may have written.
pub fn current(tx: &mut dyn Tx, org: OrgId, row: &LeadRow) -> Result<LeadSummary> {
    if row.summary.projection >= PROJECTION_VERSION {
        return Ok(row.summary.clone());
    }
    let doc = DocId::lead(row.id);
    let corrupt = |e: records::RecordError| StoreError::Corrupt(format!("{doc}: {e}"));
    let blob = documents::blob(tx, org, doc)?.unwrap_or_default();
    let record = records::Doc::load(&blob).and_then(|loaded| records::lead::read(&loaded, row.id)).map_err(corrupt)?;
    let owned = Ownership { assigned_at: assigned_at(tx, org, row)?, ..row.summary.ownership() };
    Ok(LeadSummary::of(&record, owned, row.summary.updated_at))
}

/// When the owner was given it; of a row that an older version wrote, out of the log.
pub fn assigned_at(tx: &mut dyn Tx, org: OrgId, row: &LeadRow) -> Result<Option<i64>> {
    if row.summary.projection >= PROJECTION_VERSION {
        return Ok(row.summary.assigned_at);
    }
    let moves = log::moves(tx, org, DocId::lead(row.id))?;
    Ok(moves.iter().fold(Ownership::default(), |owned, (_, at, moved)| moved.ownership(owned, *at)).assigned_at)
}

/// Hands over each lead that was written after `seq`, as this version projects it.
pub fn written_since(tx: &mut dyn Tx, org: OrgId, seq: u64, put: &mut dyn FnMut(LeadId, LeadSummary)) -> Result<()> {
    let mut old = Vec::new();
    let sql = "SELECT lead_id, summary FROM leads WHERE org_id = $1 AND updated_seq > $2";
    tx.each(sql, &[org.into(), seq.into()], &mut |mut row| {
        let (id, summary): (LeadId, LeadSummary) = (row.id(0)?, row.unpacked(1)?);
        if summary.projection < PROJECTION_VERSION {
            old.push(id);
        } else {
            put(id, summary);
        }
        Ok(true)
    })?;
    for id in old {
        if let Some(row) = get(tx, org, id)? {
            put(id, current(tx, org, &row)?);
        }
    }
    Ok(())
}

/// All leads of one owner.
pub fn owned_by(tx: &mut dyn Tx, org: OrgId, owner: UserId) -> Result<Vec<LeadId>> {
    let rows = tx.query("SELECT lead_id FROM leads WHERE org_id = $1 AND owner_id = $2 ORDER BY lead_id", &[org.into(), owner.into()])?;
    rows.into_iter().map(|mut row| row.id(0)).collect()
}

/// One lead with its document, seen or not: the caller has judged that.
pub fn held(tx: &mut dyn Tx, org: OrgId, lead: LeadId) -> Result<Option<Held>> {
    tx.query_opt(
        "SELECT l.lead_id, l.summary, d.blob, d.seq FROM leads l \
         JOIN documents d ON d.org_id = l.org_id AND d.kind = 'lead' AND d.doc_id = l.lead_id \
         WHERE l.org_id = $1 AND l.lead_id = $2",
        &[org.into(), lead.into()],
    )?
    .map(read_held)
    .transpose()
}

/// Leads in `sight` by id after `after`, at most `limit`, stopping early once `bytes` is exceeded.
pub fn page(tx: &mut dyn Tx, org: OrgId, sight: &Sight, after: Option<LeadId>, limit: u64, bytes: usize) -> Result<Vec<Held>> {
    let Some(seen) = sight.condition(4) else { return Ok(Vec::new()) };
    let sql = format!(
        "SELECT l.lead_id, l.summary, d.blob, d.seq FROM leads l \
         JOIN documents d ON d.org_id = l.org_id AND d.kind = 'lead' AND d.doc_id = l.lead_id \
         WHERE l.org_id = $1 AND l.lead_id > $2 AND {} ORDER BY l.lead_id LIMIT $3",
        seen.sql
    );
    let first = after.map_or(Value::Bytes(Vec::new()), Value::from);
    collect(tx, &sql, with(&[org.into(), first, limit.into()], seen.params), bytes)
}

/// Leads in `sight` with an open follow-up due before `before`, the longest overdue last.
pub fn due(tx: &mut dyn Tx, org: OrgId, sight: &Sight, before: i64, limit: u64, bytes: usize) -> Result<Vec<Held>> {
    let Some(seen) = sight.condition(4) else { return Ok(Vec::new()) };
    let sql = format!(
        "SELECT l.lead_id, l.summary, d.blob, d.seq FROM leads l \
         JOIN documents d ON d.org_id = l.org_id AND d.kind = 'lead' AND d.doc_id = l.lead_id \
         WHERE l.org_id = $1 AND l.next_follow_up_at < $2 AND l.deleted = 0 AND {} ORDER BY l.next_follow_up_at DESC LIMIT $3",
        seen.sql
    );
    collect(tx, &sql, with(&[org.into(), before.into(), limit.into()], seen.params), bytes)
}

pub fn count(tx: &mut dyn Tx, org: OrgId, sight: &Sight) -> Result<u64> {
    let Some(seen) = sight.condition(2) else { return Ok(0) };
    let sql = format!("SELECT count(*) FROM leads l WHERE l.org_id = $1 AND {}", seen.sql);
    tx.query_opt(&sql, &with(&[org.into()], seen.params))?.map_or(Ok(0), |mut row| row.count(0))
}

/// Who wrote what when, of the leads in `sight` from the one after `after` up to `last`, by `seq`
/// within each lead.
pub fn page_metas(
    tx: &mut dyn Tx,
    org: OrgId,
    sight: &Sight,
    after: Option<LeadId>,
    last: LeadId,
    each: &mut dyn FnMut(LeadId, ChangeMeta),
) -> Result<()> {
    let Some(seen) = sight.condition(4) else { return Ok(()) };
    let sql = format!(
        "SELECT g.doc_id, g.command_id, g.author, g.device_id, g.seq, g.accepted_at FROM leads l \
         JOIN log g ON g.org_id = l.org_id AND g.kind = 'lead' AND g.doc_id = l.lead_id AND g.entry = 'change' \
         WHERE l.org_id = $1 AND l.lead_id > $2 AND l.lead_id <= $3 AND {} ORDER BY l.lead_id, g.seq",
        seen.sql
    );
    let first = after.map_or(Value::Bytes(Vec::new()), Value::from);
    tx.each(&sql, &with(&[org.into(), first, last.into()], seen.params), &mut |mut row| {
        each(row.id(0)?, log::read_meta(&mut row, 1)?);
        Ok(true)
    })
}

/// Leads that have no document, at most `limit`.
pub fn without_document(tx: &mut dyn Tx, org: OrgId, limit: u64) -> Result<Vec<LeadId>> {
    let rows = tx.query(
        "SELECT l.lead_id FROM leads l WHERE l.org_id = $1 AND NOT EXISTS \
         (SELECT 1 FROM documents d WHERE d.org_id = l.org_id AND d.kind = 'lead' AND d.doc_id = l.lead_id) LIMIT $2",
        &[org.into(), limit.into()],
    )?;
    rows.into_iter().map(|mut row| row.id(0)).collect()
}

fn read_held(mut row: Row) -> Result<Held> {
    Ok(Held { id: row.id(0)?, summary: row.unpacked(1)?, blob: documents::unpacked(row.bytes(2)?)?, seq: row.count(3)? })
}

fn collect(tx: &mut dyn Tx, sql: &str, params: Vec<Value>, bytes: usize) -> Result<Vec<Held>> {
    let mut found = Vec::new();
    let mut size = 0;
    tx.each(sql, &params, &mut |row| {
        let held = read_held(row)?;
        size += held.blob.len();
        found.push(held);
        Ok(size < bytes)
    })?;
    Ok(found)
}

/// Parameters, and those of a condition behind them.
pub(super) fn with(first: &[Value], more: Vec<Value>) -> Vec<Value> {
    first.iter().cloned().chain(more).collect()
}
