//! How leads are given out: the rules, where each rotation stands, what was decided, and what waits.

use super::value::{pack, unpack};
use super::{Result, Row, Tx, Value};
use domain::assignment::{Assignment, Part, Position, Rules};
use domain::{LeadId, OrgId, UserId};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The rules as they were set last; the usual ones before.
pub fn rules(tx: &mut dyn Tx, org: OrgId) -> Result<Rules> {
    let version = tx.query_opt("SELECT version FROM assignment WHERE org_id = $1", &[org.into()])?;
    let Some(version) = version.map(|mut row| row.count(0)).transpose()? else { return Ok(Rules::default()) };
    let rules = tx.query("SELECT rule FROM assignment_rules WHERE org_id = $1 ORDER BY place", &[org.into()])?;
    let takers = tx.query("SELECT taker FROM assignment_takers WHERE org_id = $1 ORDER BY user_id", &[org.into()])?;
    Ok(Rules {
        version,
        rules: rules.into_iter().map(|mut row| row.unpacked(0)).collect::<Result<_>>()?,
        takers: takers.into_iter().map(|mut row| row.unpacked(0)).collect::<Result<_>>()?,
    })
}

/// Writes all of them anew; the caller holds the organisation's lock.
pub fn set_rules(tx: &mut dyn Tx, org: OrgId, rules: &Rules) -> Result<()> {
    tx.execute(
        "INSERT INTO assignment (org_id, version) VALUES ($1, $2) ON CONFLICT (org_id) DO UPDATE SET version = excluded.version",
        &[org.into(), rules.version.into()],
    )?;
    tx.execute("DELETE FROM assignment_rules WHERE org_id = $1", &[org.into()])?;
    tx.execute("DELETE FROM assignment_takers WHERE org_id = $1", &[org.into()])?;
    for (place, rule) in (1_u64..).zip(&rules.rules) {
        let sql = "INSERT INTO assignment_rules (org_id, place, rule) VALUES ($1, $2, $3)";
        tx.execute(sql, &[org.into(), place.into(), pack(rule)])?;
    }
    for taker in &rules.takers {
        let sql = "INSERT INTO assignment_takers (org_id, user_id, taker) VALUES ($1, $2, $3)";
        tx.execute(sql, &[org.into(), taker.user.into(), pack(taker)])?;
    }
    Ok(())
}

/// Where the rotations stand.
pub fn positions(tx: &mut dyn Tx, org: OrgId) -> Result<BTreeMap<Uuid, Position>> {
    let rows = tx.query("SELECT rule_id, last_id, round FROM assignment_positions WHERE org_id = $1", &[org.into()])?;
    let read = |mut row: Row| {
        let round = u32::try_from(row.count(2)?).unwrap_or(0);
        Ok((row.id(0)?, Position { last: row.opt_id(1)?, round }))
    };
    rows.into_iter().map(read).collect()
}

pub fn set_position(tx: &mut dyn Tx, org: OrgId, rule: Uuid, position: Position) -> Result<()> {
    tx.execute(
        "INSERT INTO assignment_positions (org_id, rule_id, last_id, round) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (org_id, rule_id) DO UPDATE SET last_id = excluded.last_id, round = excluded.round",
        &[org.into(), rule.into(), position.last.into(), i64::from(position.round).into()],
    )?;
    Ok(())
}

/// Adds a line after all others; the caller holds the organisation's lock. Its `place` is set here.
pub fn append(tx: &mut dyn Tx, org: OrgId, line: &mut Assignment) -> Result<()> {
    let last = tx.query_opt("SELECT COALESCE(max(place), 0) FROM assignments WHERE org_id = $1", &[org.into()])?;
    line.place = last.map_or(Ok(0), |mut row| row.count(0))? + 1;
    tx.execute(
        "INSERT INTO assignments (org_id, place, lead_id, assignment) VALUES ($1, $2, $3, $4)",
        &[org.into(), line.place.into(), line.lead.into(), pack(line)],
    )?;
    Ok(())
}

/// Those of one lead, in order.
pub fn of_lead(tx: &mut dyn Tx, org: OrgId, lead: LeadId) -> Result<Vec<Assignment>> {
    let sql = "SELECT assignment FROM assignments WHERE org_id = $1 AND lead_id = $2 ORDER BY place";
    tx.query(sql, &[org.into(), lead.into()])?.into_iter().map(|mut row| row.unpacked(0)).collect()
}

/// Those of the leads after `after` up to `last`, by id, each lead's in order.
pub fn between(tx: &mut dyn Tx, org: OrgId, after: Option<LeadId>, last: LeadId) -> Result<Vec<Assignment>> {
    let sql = "SELECT assignment FROM assignments WHERE org_id = $1 AND lead_id > $2 AND lead_id <= $3 ORDER BY lead_id, place";
    let first = after.map_or(Value::Bytes(Vec::new()), Value::from);
    tx.query(sql, &[org.into(), first, last.into()])?.into_iter().map(|mut row| row.unpacked(0)).collect()
}

/// All, in order, until `each` answers `false`.
pub fn walk(tx: &mut dyn Tx, org: OrgId, each: &mut dyn FnMut(Assignment) -> Result<bool>) -> Result<()> {
    let sql = "SELECT assignment FROM assignments WHERE org_id = $1 ORDER BY place";
    tx.each(sql, &[org.into()], &mut |mut row| each(row.unpacked(0)?))
}

/// How many leads everybody was given on a day.
pub fn given_on(tx: &mut dyn Tx, org: OrgId, day: &str) -> Result<BTreeMap<UserId, u32>> {
    let rows = tx.query("SELECT user_id, given FROM assigned_days WHERE org_id = $1 AND day = $2", &[org.into(), day.into()])?;
    rows.into_iter().map(|mut row| Ok((row.id(0)?, u32::try_from(row.count(1)?).unwrap_or(u32::MAX)))).collect()
}

pub fn count_given(tx: &mut dyn Tx, org: OrgId, day: &str, user: UserId) -> Result<()> {
    tx.execute(
        "INSERT INTO assigned_days (org_id, day, user_id, given) VALUES ($1, $2, $3, 1) \
         ON CONFLICT (org_id, day, user_id) DO UPDATE SET given = assigned_days.given + 1",
        &[org.into(), day.into(), user.into()],
    )?;
    Ok(())
}

/// Leads of this person that are not closed.
pub fn open_leads(tx: &mut dyn Tx, org: OrgId, user: UserId) -> Result<u32> {
    let sql = "SELECT count(*) FROM leads WHERE org_id = $1 AND owner_id = $2 AND deleted = 0 AND status NOT IN ('converted', 'lost')";
    let open = tx.query_opt(sql, &[org.into(), user.into()])?.map_or(Ok(0), |mut row| row.count(0))?;
    Ok(u32::try_from(open).unwrap_or(u32::MAX))
}

/// How many leads that are not closed everybody owns who owns one.
pub fn open_by_owner(tx: &mut dyn Tx, org: OrgId) -> Result<BTreeMap<UserId, u32>> {
    let sql = "SELECT owner_id, count(*) FROM leads WHERE org_id = $1 AND owner_id IS NOT NULL AND deleted = 0 \
               AND status NOT IN ('converted', 'lost') GROUP BY owner_id";
    let rows = tx.query(sql, &[org.into()])?;
    rows.into_iter().map(|mut row| Ok((row.id(0)?, u32::try_from(row.count(1)?).unwrap_or(u32::MAX)))).collect()
}

/// Leads that nobody owns and that are not closed, by id after `after`.
pub fn unassigned(tx: &mut dyn Tx, org: OrgId, after: Option<LeadId>, limit: u64) -> Result<Vec<LeadId>> {
    let first = after.map_or(Value::Bytes(Vec::new()), Value::from);
    let sql = "SELECT lead_id FROM leads WHERE org_id = $1 AND owner_id IS NULL AND lead_id > $2 AND deleted = 0 \
               AND status NOT IN ('converted', 'lost') ORDER BY lead_id LIMIT $3";
    ids(tx.query(sql, &[org.into(), first, limit.into()])?)
}

/// The newest leads, those that are not deleted.
pub fn newest_leads(tx: &mut dyn Tx, org: OrgId, limit: u64) -> Result<Vec<LeadId>> {
    let sql = "SELECT lead_id FROM leads WHERE org_id = $1 AND deleted = 0 ORDER BY lead_id DESC LIMIT $2";
    ids(tx.query(sql, &[org.into(), limit.into()])?)
}

pub fn collector(tx: &mut dyn Tx, org: OrgId, lead: LeadId) -> Result<Option<UserId>> {
    let found = tx.query_opt("SELECT collector_id FROM leads WHERE org_id = $1 AND lead_id = $2", &[org.into(), lead.into()])?;
    Ok(found.map(|mut row| row.opt_id(0)).transpose()?.flatten())
}

pub fn set_collector(tx: &mut dyn Tx, org: OrgId, lead: LeadId, user: UserId) -> Result<()> {
    let sql = "UPDATE leads SET collector_id = $3 WHERE org_id = $1 AND lead_id = $2";
    tx.execute(sql, &[org.into(), lead.into(), user.into()]).map(drop)
}

/// Who has another lead of this number, the newest one that somebody has.
pub fn owner_of_phone(tx: &mut dyn Tx, org: OrgId, phone: &str, but: LeadId) -> Result<Option<UserId>> {
    let sql = "SELECT owner_id FROM leads WHERE org_id = $1 AND phone = $2 AND lead_id <> $3 AND owner_id IS NOT NULL AND deleted = 0 \
               ORDER BY lead_id DESC LIMIT 1";
    let found = tx.query_opt(sql, &[org.into(), phone.into(), but.into()])?;
    Ok(found.map(|mut row| row.opt_id(0)).transpose()?.flatten())
}

/// Puts a lead into the fall-back queue, or one that was converted into the queue for who collects; whether it was
/// not in it.
pub fn wait(tx: &mut dyn Tx, org: OrgId, part: Part, lead: LeadId, since: i64) -> Result<bool> {
    let sql = "INSERT INTO waiting_leads (org_id, part, lead_id, since) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (org_id, part, lead_id) DO NOTHING";
    Ok(tx.execute(sql, &[org.into(), part.as_str().into(), lead.into(), since.into()])? > 0)
}

/// What waits, the longest first.
pub fn waiting(tx: &mut dyn Tx, org: OrgId, part: Part, limit: u64) -> Result<Vec<LeadId>> {
    let sql = "SELECT lead_id FROM waiting_leads WHERE org_id = $1 AND part = $2 ORDER BY since, lead_id LIMIT $3";
    ids(tx.query(sql, &[org.into(), part.as_str().into(), limit.into()])?)
}

/// Whether anything waits for a turn of the clock.
pub fn is_anything_waiting(tx: &mut dyn Tx, org: OrgId) -> Result<bool> {
    Ok(tx.query_opt("SELECT 1 FROM waiting_leads WHERE org_id = $1 LIMIT 1", &[org.into()])?.is_some())
}

/// Behind all others that wait.
pub fn wait_behind(tx: &mut dyn Tx, org: OrgId, part: Part, lead: LeadId, now: i64) -> Result<()> {
    let sql = "UPDATE waiting_leads SET since = $4 WHERE org_id = $1 AND part = $2 AND lead_id = $3";
    tx.execute(sql, &[org.into(), part.as_str().into(), lead.into(), now.into()]).map(drop)
}

pub fn wait_no_more(tx: &mut dyn Tx, org: OrgId, part: Part, lead: LeadId) -> Result<()> {
    let sql = "DELETE FROM waiting_leads WHERE org_id = $1 AND part = $2 AND lead_id = $3";
    tx.execute(sql, &[org.into(), part.as_str().into(), lead.into()]).map(drop)
}

/// It went to somebody, or needs nobody: it waits no more, and nobody has to touch it.
pub fn settle(tx: &mut dyn Tx, org: OrgId, lead: LeadId) -> Result<()> {
    wait_no_more(tx, org, Part::Lead, lead)?;
    tx.execute("DELETE FROM untouched_leads WHERE org_id = $1 AND lead_id = $2", &[org.into(), lead.into()])?;
    Ok(())
}

/// A lead that its owner has to touch in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Untouched {
    pub lead: LeadId,
    pub owner: UserId,
    pub since: i64,
    /// Of the log, when it was given.
    pub seq: u64,
    /// How often it was given to somebody else for this already.
    pub moved: u32,
}

pub fn watch(tx: &mut dyn Tx, org: OrgId, one: &Untouched) -> Result<()> {
    tx.execute(
        "INSERT INTO untouched_leads (org_id, lead_id, owner_id, since, seq, moved) VALUES ($1, $2, $3, $4, $5, $6)",
        &[org.into(), one.lead.into(), one.owner.into(), one.since.into(), one.seq.into(), i64::from(one.moved).into()],
    )?;
    Ok(())
}

/// Those given before an instant, the longest first.
pub fn untouched(tx: &mut dyn Tx, org: OrgId, before: i64, limit: u64) -> Result<Vec<Untouched>> {
    let sql = "SELECT lead_id, owner_id, since, seq, moved FROM untouched_leads WHERE org_id = $1 AND since < $2 ORDER BY since, lead_id LIMIT $3";
    let read = |mut row: Row| {
        let moved = u32::try_from(row.count(4)?).unwrap_or(u32::MAX);
        Ok(Untouched { lead: row.id(0)?, owner: row.id(1)?, since: row.int(2)?, seq: row.count(3)?, moved })
    };
    tx.query(sql, &[org.into(), before.into(), limit.into()])?.into_iter().map(read).collect()
}

/// The answer that a person's request of this key got, and of what.
pub fn answered<T: serde::de::DeserializeOwned>(tx: &mut dyn Tx, org: OrgId, user: UserId, key: &str) -> Result<Option<([u8; 32], T)>> {
    let sql = "SELECT digest, answer FROM idempotency WHERE org_id = $1 AND user_id = $2 AND key = $3";
    let found = tx.query_opt(sql, &[org.into(), user.into(), key.into()])?;
    found.map(|mut row| Ok((row.array(0)?, unpack(&row.bytes(1)?)?))).transpose()
}

pub fn keep_answer<T: serde::Serialize>(
    tx: &mut dyn Tx,
    org: OrgId,
    user: UserId,
    key: &str,
    (digest, answer): ([u8; 32], &T),
    at: i64,
) -> Result<()> {
    tx.execute(
        "INSERT INTO idempotency (org_id, user_id, key, digest, answer, at) VALUES ($1, $2, $3, $4, $5, $6)",
        &[org.into(), user.into(), key.into(), digest.into(), pack(answer), at.into()],
    )?;
    Ok(())
}

/// Forgets answers from before an instant.
pub fn forget_answers(tx: &mut dyn Tx, org: OrgId, before: i64) -> Result<()> {
    tx.execute("DELETE FROM idempotency WHERE org_id = $1 AND at < $2", &[org.into(), before.into()]).map(drop)
}

/// Whether there are answers from before an instant.
pub fn has_old_answers(tx: &mut dyn Tx, org: OrgId, before: i64) -> Result<bool> {
    let sql = "SELECT 1 FROM idempotency WHERE org_id = $1 AND at < $2 LIMIT 1";
    Ok(tx.query_opt(sql, &[org.into(), before.into()])?.is_some())
}

fn ids(rows: Vec<Row>) -> Result<Vec<LeadId>> {
    rows.into_iter().map(|mut row| row.id(0)).collect()
}
