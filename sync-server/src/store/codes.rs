//! Codes for one use, kept as their SHA-256: invitations, forgotten passwords, and what signs in when
//! the authenticator is lost. And how often an address was tried in vain.

use super::sessions::Hash;
use super::{Result, Tx};
use domain::{OrgId, UserId};

/// Addresses with a failure that are kept; of more, those tried longest ago are forgotten.
const ADDRESSES_MAX: u64 = 50_000;

/// What a one-time code was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Invite,
    Reset,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Purpose::Invite => "invite",
            Purpose::Reset => "reset",
        }
    }
}

/// Keeps a new code; those that the person had before end.
pub fn put(tx: &mut dyn Tx, org: OrgId, user: UserId, hash: Hash, purpose: Purpose, until: i64) -> Result<()> {
    tx.execute("DELETE FROM one_time_codes WHERE org_id = $1 AND user_id = $2", &[org.into(), user.into()])?;
    tx.execute(
        "INSERT INTO one_time_codes (org_id, code_hash, user_id, purpose, until, used) VALUES ($1, $2, $3, $4, $5, 0)",
        &[org.into(), hash.into(), user.into(), purpose.name().into(), until.into()],
    )?;
    Ok(())
}

/// Whose code this is, as long as it is good.
pub fn holder(tx: &mut dyn Tx, org: OrgId, hash: Hash, now: i64) -> Result<Option<UserId>> {
    let sql = "SELECT user_id FROM one_time_codes WHERE org_id = $1 AND code_hash = $2 AND used = 0 AND until > $3";
    tx.query_opt(sql, &[org.into(), hash.into(), now.into()])?.map(|mut row| row.id(0)).transpose()
}

/// Uses the code up; `false` when that has happened.
pub fn redeem(tx: &mut dyn Tx, org: OrgId, hash: Hash, now: i64) -> Result<bool> {
    let sql = "UPDATE one_time_codes SET used = 1 WHERE org_id = $1 AND code_hash = $2 AND used = 0 AND until > $3";
    Ok(tx.execute(sql, &[org.into(), hash.into(), now.into()])? == 1)
}

/// Ends the codes that the person has.
pub fn end(tx: &mut dyn Tx, org: OrgId, user: UserId) -> Result<()> {
    tx.execute("DELETE FROM one_time_codes WHERE org_id = $1 AND user_id = $2", &[org.into(), user.into()])?;
    Ok(())
}

/// Forgets those that are good for nothing any more.
pub fn forget(tx: &mut dyn Tx, org: OrgId, now: i64) -> Result<u64> {
    tx.execute("DELETE FROM one_time_codes WHERE org_id = $1 AND (used = 1 OR until <= $2)", &[org.into(), now.into()])
}

/// Replaces the person's recovery codes; none ends them.
pub fn set_recovery(tx: &mut dyn Tx, org: OrgId, user: UserId, hashes: &[Hash]) -> Result<()> {
    tx.execute("DELETE FROM recovery_codes WHERE org_id = $1 AND user_id = $2", &[org.into(), user.into()])?;
    for hash in hashes {
        tx.execute(
            "INSERT INTO recovery_codes (org_id, user_id, code_hash, used) VALUES ($1, $2, $3, 0)",
            &[org.into(), user.into(), (*hash).into()],
        )?;
    }
    Ok(())
}

/// Uses a recovery code up; `false` for one that is used or none of theirs.
pub fn use_recovery(tx: &mut dyn Tx, org: OrgId, user: UserId, hash: Hash) -> Result<bool> {
    let sql = "UPDATE recovery_codes SET used = 1 WHERE org_id = $1 AND user_id = $2 AND code_hash = $3 AND used = 0";
    Ok(tx.execute(sql, &[org.into(), user.into(), hash.into()])? == 1)
}

/// How often an address was tried in vain, be there such a user or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    pub count: u64,
    pub locked_until: i64,
    pub last_at: i64,
}

pub fn failures(tx: &mut dyn Tx, org: OrgId, address: Hash) -> Result<Failures> {
    let sql = "SELECT failures, locked_until, last_at FROM sign_in_failures WHERE org_id = $1 AND address_hash = $2";
    let Some(mut row) = tx.query_opt(sql, &[org.into(), address.into()])? else { return Ok(Failures::default()) };
    Ok(Failures { count: row.count(0)?, locked_until: row.int(1)?, last_at: row.int(2)? })
}

/// Writes the count of an address; of 0 the row goes.
pub fn set_failures(tx: &mut dyn Tx, org: OrgId, address: Hash, now: Failures) -> Result<()> {
    if now.count == 0 {
        tx.execute("DELETE FROM sign_in_failures WHERE org_id = $1 AND address_hash = $2", &[org.into(), address.into()])?;
        return Ok(());
    }
    tx.execute(
        "INSERT INTO sign_in_failures (org_id, address_hash, failures, locked_until, last_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (org_id, address_hash) DO UPDATE SET failures = excluded.failures, locked_until = excluded.locked_until, \
         last_at = excluded.last_at",
        &[org.into(), address.into(), now.count.into(), now.locked_until.into(), now.last_at.into()],
    )?;
    Ok(())
}

/// Forgets addresses not tried since `before`, and the oldest of too many.
pub fn forget_failures(tx: &mut dyn Tx, org: OrgId, before: i64) -> Result<()> {
    tx.execute("DELETE FROM sign_in_failures WHERE org_id = $1 AND last_at < $2", &[org.into(), before.into()])?;
    let edge = "SELECT last_at FROM sign_in_failures WHERE org_id = $1 ORDER BY last_at DESC LIMIT 1 OFFSET $2";
    if let Some(mut row) = tx.query_opt(edge, &[org.into(), ADDRESSES_MAX.into()])? {
        tx.execute("DELETE FROM sign_in_failures WHERE org_id = $1 AND last_at <= $2", &[org.into(), row.int(0)?.into()])?;
    }
    Ok(())
}
