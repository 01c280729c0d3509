//! People. E-mail addresses are kept in lower case.

use super::{Result, Row, Tx};
use domain::{Actor, OrgId, UserId};
use protocol::rows::UserRow;

/// A user with what only the server knows of them.
#[derive(Clone)]
pub struct User {
    pub row: UserRow,
    pub email: String,
    pub password_hash: String,
}

impl User {
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor { user: self.row.id, role: self.row.role, team: self.row.team }
    }
}

const COLUMNS: &str = "user_id, name, role, team_id, disabled, email, password_hash";

pub fn insert(tx: &mut dyn Tx, org: OrgId, user: &User, now: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO users (org_id, user_id, name, role, team_id, disabled, email, password_hash, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[
            org.into(),
            user.row.id.into(),
            user.row.name.as_str().into(),
            user.row.role.as_str().into(),
            user.row.team.into(),
            user.row.disabled.into(),
            user.email.to_lowercase().into(),
            user.password_hash.as_str().into(),
            now.into(),
        ],
    )?;
    Ok(())
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

fn read(mut row: Row) -> Result<User> {
    Ok(User {
        row: UserRow { id: row.id(0)?, name: row.text(1)?, role: row.parsed(2)?, team: row.opt_id(3)?, disabled: row.flag(4)? },
        email: row.text(5)?,
        password_hash: row.text(6)?,
    })
}
