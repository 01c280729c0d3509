//! The organisation's row: its facts, and the head of its log.

use super::{Result, Row, StoreError, Tx};
use domain::OrgId;
use protocol::rows::OrgRow;

/// The head of the log, read under the lock that makes `seq` gapless.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub epoch: u64,
    /// The last `seq` given; 0 before the first.
    pub seq: u64,
    /// Chain hash at `seq`.
    pub chain: [u8; 32],
    /// Until then, entries lost by a restore are taken from whoever has them.
    pub recovery_until: i64,
    /// The first `seq` that `compact` has not been at: a cursor must not be older.
    pub retained_from: u64,
}

impl Head {
    /// Whether everything after `seq` can still be told.
    #[must_use]
    pub fn tells_after(&self, seq: u64) -> bool {
        seq + 1 >= self.retained_from
    }
}

pub fn insert(tx: &mut dyn Tx, org: &OrgRow, chain: [u8; 32], now: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO orgs (org_id, name, zone, country, currency, phone_prefix, epoch, next_seq, chain, recovery_until, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, 1, 1, $7, 0, $8)",
        &[
            org.id.into(),
            org.name.as_str().into(),
            org.zone.as_str().into(),
            org.country.as_str().into(),
            org.currency.as_str().into(),
            org.phone_prefix.as_str().into(),
            chain.into(),
            now.into(),
        ],
    )?;
    Ok(())
}

/// The one organisation of this database.
///
/// # Errors
/// [`StoreError::Empty`] before `init`.
pub fn only(tx: &mut dyn Tx) -> Result<OrgRow> {
    let row = tx.query_opt("SELECT org_id, name, zone, country, phone_prefix, currency FROM orgs ORDER BY created_at LIMIT 1", &[])?;
    let mut row = row.ok_or(StoreError::Empty)?;
    Ok(OrgRow {
        id: row.id(0)?,
        name: row.text(1)?,
        zone: row.text(2)?,
        country: row.text(3)?,
        phone_prefix: row.text(4)?,
        currency: row.text(5)?,
    })
}

pub fn head(tx: &mut dyn Tx, org: OrgId) -> Result<Head> {
    head_of(tx.query_opt("SELECT epoch, next_seq, chain, recovery_until, retained_from FROM orgs WHERE org_id = $1", &[org.into()])?)
}

/// As [`head`], holding the organisation's row to the end of the transaction, so that no other
/// writer takes a `seq` before this one commits. A no-op update is a row lock in both engines.
pub fn lock(tx: &mut dyn Tx, org: OrgId) -> Result<Head> {
    tx.execute("UPDATE orgs SET next_seq = next_seq WHERE org_id = $1", &[org.into()])?;
    head(tx, org)
}

pub fn set_head(tx: &mut dyn Tx, org: OrgId, seq: u64, chain: [u8; 32]) -> Result<()> {
    tx.execute("UPDATE orgs SET next_seq = $2, chain = $3 WHERE org_id = $1", &[org.into(), (seq + 1).into(), chain.into()])?;
    Ok(())
}

/// Everything before `seq` may have lost its payload; see `log::forget`.
pub fn set_retained_from(tx: &mut dyn Tx, org: OrgId, seq: u64) -> Result<()> {
    tx.execute("UPDATE orgs SET retained_from = $2 WHERE org_id = $1", &[org.into(), seq.into()])?;
    Ok(())
}

/// After a restore: another history from here on, and time to bring back what was lost. Its number is the
/// time at least: the same backup restored twice must not begin the same epoch twice.
pub fn begin_epoch(tx: &mut dyn Tx, org: OrgId, now: i64, recovery_until: i64) -> Result<()> {
    let sql = "UPDATE orgs SET epoch = CASE WHEN epoch < $2 THEN $2 ELSE epoch + 1 END, recovery_until = $3 WHERE org_id = $1";
    tx.execute(sql, &[org.into(), now.into(), recovery_until.into()])?;
    Ok(())
}

/// The secrets of leases and of recovery, once they were made.
pub fn secrets(tx: &mut dyn Tx, org: OrgId) -> Result<Option<([u8; 32], [u8; 32])>> {
    let sql = "SELECT lease_secret, recovery_secret FROM orgs WHERE org_id = $1 AND lease_secret IS NOT NULL";
    tx.query_opt(sql, &[org.into()])?.map(|mut row| Ok((row.array(0)?, row.array(1)?))).transpose()
}

/// Keeps new secrets, unless there are some.
pub fn set_secrets(tx: &mut dyn Tx, org: OrgId, lease: [u8; 32], recovery: [u8; 32]) -> Result<()> {
    tx.execute(
        "UPDATE orgs SET lease_secret = $2, recovery_secret = $3 WHERE org_id = $1 AND lease_secret IS NULL",
        &[org.into(), lease.into(), recovery.into()],
    )?;
    Ok(())
}

fn head_of(row: Option<Row>) -> Result<Head> {
    let mut row = row.ok_or(StoreError::Empty)?;
    let (epoch, seq) = (row.count(0)?, row.count(1)?.saturating_sub(1));
    Ok(Head { epoch, seq, chain: row.array(2)?, recovery_until: row.int(3)?, retained_from: row.count(4)? })
}
