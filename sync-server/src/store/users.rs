//! People. E-mail addresses are kept in lower case. Who had which role when is kept beside.

use super::{Result, Row, Tx};
use domain::people::{Person, Post};
use domain::{Actor, OrgId, Role, TeamId, UserId};
use protocol::rows::UserRow;

/// A user with what only the server knows of them.
#[derive(Clone)]
pub struct User {
    pub row: UserRow,
    pub email: String,
    pub password_hash: String,
    /// Never signed in.
    pub invited: bool,
    pub last_seen: Option<i64>,
    /// The authenticator's secret, once it was confirmed.
    pub totp: Option<Vec<u8>>,
}

impl User {
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor { user: self.row.id, role: self.row.role, team: self.row.team }
    }

    #[must_use]
    pub fn post(&self) -> Post {
        Post { role: self.row.role, team: self.row.team, disabled: self.row.disabled }
    }

    /// As the users page shows them.
    #[must_use]
    pub fn person(&self) -> Person {
        let UserRow { id, ref name, role, team, disabled } = self.row;
        let (name, email, totp) = (name.clone(), self.email.clone(), self.totp.is_some());
        Person { id, name, email, role, team, disabled, invited: self.invited, totp, last_seen: self.last_seen }
    }
}

/// From `seq` on, until the next one, the person had this role and team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoleSpan {
    pub seq: u64,
    pub role: Role,
    pub team: Option<TeamId>,
    /// When, ms since the epoch.
    pub at: i64,
}

const COLUMNS: &str = "user_id, name, role, team_id, disabled, email, password_hash, invited, last_seen, totp_secret";

/// Adds a person; `seq` is of the log entry that tells of them.
pub fn insert(tx: &mut dyn Tx, org: OrgId, user: &User, seq: u64, now: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO users (org_id, user_id, name, role, team_id, disabled, email, password_hash, invited, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &[
            org.into(),
            user.row.id.into(),
            user.row.name.as_str().into(),
            user.row.role.as_str().into(),
            user.row.team.into(),
            user.row.disabled.into(),
            user.email.to_lowercase().into(),
            user.password_hash.as_str().into(),
            user.invited.into(),
            now.into(),
        ],
    )?;
    span(tx, org, &user.row, seq, now)
}

/// Writes name, role, team and access; `seq` is of the log entry that tells of it.
pub fn update(tx: &mut dyn Tx, org: OrgId, row: &UserRow, seq: u64, now: i64) -> Result<()> {
    tx.execute(
        "UPDATE users SET name = $3, role = $4, team_id = $5, disabled = $6 WHERE org_id = $1 AND user_id = $2",
        &[org.into(), row.id.into(), row.name.as_str().into(), row.role.as_str().into(), row.team.into(), row.disabled.into()],
    )?;
    span(tx, org, row, seq, now)
}

fn span(tx: &mut dyn Tx, org: OrgId, row: &UserRow, seq: u64, now: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO user_roles (org_id, user_id, seq, role, team_id, at) VALUES ($1, $2, $3, $4, $5, $6)",
        &[org.into(), row.id.into(), seq.into(), row.role.as_str().into(), row.team.into(), now.into()],
    )?;
    Ok(())
}

/// Which role and team the person had when, oldest first; the first holds from the beginning.
pub fn roles(tx: &mut dyn Tx, org: OrgId, user: UserId) -> Result<Vec<RoleSpan>> {
    let rows = tx.query(
        "SELECT seq, role, team_id, at FROM user_roles WHERE org_id = $1 AND user_id = $2 ORDER BY seq",
        &[org.into(), user.into()],
    )?;
    let span = |mut row: Row| Ok(RoleSpan { seq: row.count(0)?, role: row.parsed(1)?, team: row.opt_id(2)?, at: row.int(3)? });
    rows.into_iter().map(span).collect()
}

pub fn by_email(tx: &mut dyn Tx, org: OrgId, email: &str) -> Result<Option<User>> {
    let sql = format!("SELECT {COLUMNS} FROM users WHERE org_id = $1 AND email = $2");
    tx.query_opt(&sql, &[org.into(), email.trim().to_lowercase().into()])?.map(read).transpose()
}

pub fn by_id(tx: &mut dyn Tx, org: OrgId, id: UserId) -> Result<Option<User>> {
    let sql = format!("SELECT {COLUMNS} FROM users WHERE org_id = $1 AND user_id = $2");
    tx.query_opt(&sql, &[org.into(), id.into()])?.map(read).transpose()
}

pub fn all(tx: &mut dyn Tx, org: OrgId) -> Result<Vec<User>> {
    let sql = format!("SELECT {COLUMNS} FROM users WHERE org_id = $1 ORDER BY email");
    tx.query(&sql, &[org.into()])?.into_iter().map(read).collect()
}

/// People of this role who may sign in, `but` one.
pub fn others_of_role(tx: &mut dyn Tx, org: OrgId, role: Role, but: UserId) -> Result<u64> {
    let sql = "SELECT count(*) FROM users WHERE org_id = $1 AND role = $2 AND user_id <> $3 AND disabled = 0 AND invited = 0";
    tx.query_opt(sql, &[org.into(), role.as_str().into(), but.into()])?.map_or(Ok(0), |mut row| row.count(0))
}

/// Sets the password; the invitation, if there was one, is taken.
pub fn set_password(tx: &mut dyn Tx, org: OrgId, user: UserId, hash: &str) -> Result<()> {
    tx.execute(
        "UPDATE users SET password_hash = $3, invited = 0 WHERE org_id = $1 AND user_id = $2",
        &[org.into(), user.into(), hash.into()],
    )?;
    Ok(())
}

/// Notes that the person was here.
pub fn seen(tx: &mut dyn Tx, org: OrgId, user: UserId, now: i64) -> Result<()> {
    tx.execute("UPDATE users SET last_seen = $3 WHERE org_id = $1 AND user_id = $2", &[org.into(), user.into(), now.into()])?;
    Ok(())
}

/// The authenticator's secret that was shown and waits for its first code.
pub fn pending_totp(tx: &mut dyn Tx, org: OrgId, user: UserId) -> Result<Option<Vec<u8>>> {
    let row = tx.query_opt("SELECT totp_pending FROM users WHERE org_id = $1 AND user_id = $2", &[org.into(), user.into()])?;
    row.map_or(Ok(None), |mut row| row.opt_bytes(0))
}

pub fn set_pending_totp(tx: &mut dyn Tx, org: OrgId, user: UserId, secret: &[u8]) -> Result<()> {
    tx.execute("UPDATE users SET totp_pending = $3 WHERE org_id = $1 AND user_id = $2", &[org.into(), user.into(), secret.into()])?;
    Ok(())
}

/// Turns two-step sign-in on, or off with `None`.
pub fn set_totp(tx: &mut dyn Tx, org: OrgId, user: UserId, secret: Option<&[u8]>) -> Result<()> {
    tx.execute(
        "UPDATE users SET totp_secret = $3, totp_pending = NULL WHERE org_id = $1 AND user_id = $2",
        &[org.into(), user.into(), secret.into()],
    )?;
    Ok(())
}

/// Uses up a step of the authenticator; `false` for one that is not after the last used.
pub fn use_totp_step(tx: &mut dyn Tx, org: OrgId, user: UserId, step: u64) -> Result<bool> {
    let sql = "UPDATE users SET totp_last_step = $3 WHERE org_id = $1 AND user_id = $2 AND totp_last_step < $3";
    Ok(tx.execute(sql, &[org.into(), user.into(), step.into()])? == 1)
}

fn read(mut row: Row) -> Result<User> {
    Ok(User {
        row: UserRow { id: row.id(0)?, name: row.text(1)?, role: row.parsed(2)?, team: row.opt_id(3)?, disabled: row.flag(4)? },
        email: row.text(5)?,
        password_hash: row.text(6)?,
        invited: row.flag(7)?,
        last_seen: row.opt_int(8)?,
        totp: row.opt_bytes(9)?,
    })
}
