//! Sessions: one row per token pair; the pairs that one sign-in led to are a family. Tokens are
//! stored as their SHA-256 only.

use super::{Result, Row, Tx, Value};
use domain::people::SignInSession;
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
    /// When the family's sign-in was.
    pub began: i64,
    /// When this pair was made.
    pub made: i64,
}

const COLUMNS: &str = "access_hash, refresh_hash, family, user_id, device_id, salt, access_until, refresh_until, used_nonce, revoked, \
     began, last_used";

pub fn insert(tx: &mut dyn Tx, org: OrgId, session: &SessionRow) -> Result<()> {
    tx.execute(
        "INSERT INTO sessions (org_id, access_hash, refresh_hash, family, user_id, device_id, salt, access_until, refresh_until, \
         used_nonce, revoked, began, last_used) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL, 0, $10, $11)",
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
            session.began.into(),
            session.made.into(),
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

/// Uses a refresh token up; `false` when somebody was faster.
pub fn mark_used(tx: &mut dyn Tx, org: OrgId, refresh: Hash, nonce: Hash) -> Result<bool> {
    let sql = "UPDATE sessions SET used_nonce = $3 WHERE org_id = $1 AND refresh_hash = $2 AND used_nonce IS NULL";
    Ok(tx.execute(sql, &[org.into(), refresh.into(), nonce.into()])? == 1)
}

pub fn revoke_family(tx: &mut dyn Tx, org: OrgId, family: Uuid) -> Result<()> {
    tx.execute("UPDATE sessions SET revoked = 1 WHERE org_id = $1 AND family = $2", &[org.into(), family.into()])?;
    Ok(())
}

/// Whether the sign-in is still good.
pub fn is_good(tx: &mut dyn Tx, org: OrgId, family: Uuid, now: i64) -> Result<bool> {
    let sql = "SELECT 1 FROM sessions WHERE org_id = $1 AND family = $2 AND revoked = 0 AND refresh_until > $3";
    Ok(tx.query_opt(sql, &[org.into(), family.into(), now.into()])?.is_some())
}

/// The person's sign-ins that are still good, the one used last first. `this` is never set here.
pub fn of_user(tx: &mut dyn Tx, org: OrgId, user: UserId, now: i64) -> Result<Vec<SignInSession>> {
    let rows = tx.query(
        "SELECT s.family, s.device_id, d.name, s.began, s.last_used FROM sessions s \
         JOIN devices d ON d.org_id = s.org_id AND d.device_id = s.device_id \
         WHERE s.org_id = $1 AND s.user_id = $2 AND s.revoked = 0 AND s.used_nonce IS NULL AND s.refresh_until > $3 \
         ORDER BY s.last_used DESC, s.family",
        &[org.into(), user.into(), now.into()],
    )?;
    let read = |mut row: Row| {
        let (id, device, device_name) = (row.id(0)?, row.id(1)?, row.text(2)?);
        Ok(SignInSession { id, device, device_name, began: row.int(3)?, last_used: row.int(4)?, this: false })
    };
    rows.into_iter().map(read).collect()
}

/// Ends one of the person's sign-ins; `false` when they have no such one.
pub fn revoke_of_user(tx: &mut dyn Tx, org: OrgId, user: UserId, family: Uuid) -> Result<bool> {
    let sql = "UPDATE sessions SET revoked = 1 WHERE org_id = $1 AND user_id = $2 AND family = $3 AND revoked = 0";
    Ok(tx.execute(sql, &[org.into(), user.into(), family.into()])? > 0)
}

/// Ends all of the person's sign-ins, `but` one.
pub fn revoke_user(tx: &mut dyn Tx, org: OrgId, user: UserId, but: Option<Uuid>) -> Result<()> {
    tx.execute(
        "UPDATE sessions SET revoked = 1 WHERE org_id = $1 AND user_id = $2 AND family <> $3",
        &[org.into(), user.into(), but.unwrap_or(Uuid::nil()).into()],
    )?;
    Ok(())
}

/// Ends all sign-ins at a device.
pub fn revoke_device(tx: &mut dyn Tx, org: OrgId, device: DeviceId) -> Result<()> {
    tx.execute("UPDATE sessions SET revoked = 1 WHERE org_id = $1 AND device_id = $2", &[org.into(), device.into()])?;
    Ok(())
}

/// Forgets pairs that can't be refreshed any more.
pub fn delete_expired(tx: &mut dyn Tx, org: OrgId, now: i64) -> Result<u64> {
    tx.execute("DELETE FROM sessions WHERE org_id = $1 AND refresh_until < $2", &[org.into(), now.into()])
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
        began: row.int(10)?,
        made: row.int(11)?,
    })
}
