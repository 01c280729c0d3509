//! Sessions: one row per token pair; the pairs that one sign-in led to are a family. Tokens are
//! stored as their SHA-256 only.

use super::{Result, Row, Tx, Value};
use domain::{DeviceId, OrgId, UserId};
use uuid::Uuid;

pub type Hash = [u8; 32];

#[derive(Clone, Debug)]
pub struct SessionRow {
    pub access: Hash,
    pub refresh: Hash,
    pub family: Uuid,
    pub user: UserId,
    pub device: DeviceId,
    /// Goes into the pair that follows this one.
    pub salt: Hash,
    pub access_until: i64,
    pub refresh_until: i64,
    /// Set once the refresh token was used: the hash of the nonce it came with.
    pub used_nonce: Option<Hash>,
    pub revoked: bool,
}

const COLUMNS: &str = "access_hash, refresh_hash, family, user_id, device_id, salt, access_until, refresh_until, used_nonce, revoked";

pub fn insert(tx: &mut dyn Tx, org: OrgId, session: &SessionRow) -> Result<()> {
    tx.execute(
        "INSERT INTO sessions (org_id, access_hash, refresh_hash, family, user_id, device_id, salt, access_until, refresh_until, used_nonce, revoked) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL, 0)",
        &[
            org.into(),
            session.access.into(),
            session.refresh.into(),
            session.family.into(),
            session.user.into(),
            session.device.into(),
            session.salt.into(),
            session.access_until.into(),
            session.refresh_until.into(),
        ],
    )?;
    Ok(())
}

pub fn by_access(tx: &mut dyn Tx, org: OrgId, access: Hash) -> Result<Option<SessionRow>> {
    let sql = format!("SELECT {COLUMNS} FROM sessions WHERE org_id = $1 AND access_hash = $2");
    tx.query_opt(&sql, &[org.into(), access.into()])?.map(read).transpose()
}

pub fn by_refresh(tx: &mut dyn Tx, org: OrgId, refresh: Hash) -> Result<Option<SessionRow>> {
    let sql = format!("SELECT {COLUMNS} FROM sessions WHERE org_id = $1 AND refresh_hash = $2");
    tx.query_opt(&sql, &[org.into(), refresh.into()])?.map(read).transpose()
}

pub fn mark_used(tx: &mut dyn Tx, org: OrgId, refresh: Hash, nonce: Hash) -> Result<()> {
    tx.execute("UPDATE sessions SET used_nonce = $3 WHERE org_id = $1 AND refresh_hash = $2", &[org.into(), refresh.into(), nonce.into()])?;
    Ok(())
}

pub fn revoke_family(tx: &mut dyn Tx, org: OrgId, family: Uuid) -> Result<()> {
    tx.execute("UPDATE sessions SET revoked = 1 WHERE org_id = $1 AND family = $2", &[org.into(), family.into()])?;
    Ok(())
}

/// Forgets pairs that can't be refreshed any more.
pub fn delete_expired(tx: &mut dyn Tx, org: OrgId, now: i64) -> Result<()> {
    tx.execute("DELETE FROM sessions WHERE org_id = $1 AND refresh_until < $2", &[org.into(), now.into()])?;
    Ok(())
}

fn read(mut row: Row) -> Result<SessionRow> {
    let used_nonce = match &row.0[8] {
        Value::Null => None,
        Value::Int(_) | Value::Text(_) | Value::Bytes(_) => Some(row.array(8)?),
    };
    Ok(SessionRow {
        access: row.array(0)?,
        refresh: row.array(1)?,
        family: row.id(2)?,
        user: row.id(3)?,
        device: row.id(4)?,
        salt: row.array(5)?,
        access_until: row.int(6)?,
        refresh_until: row.int(7)?,
        used_nonce,
        revoked: row.flag(9)?,
    })
}
