//! Server-owned rows: the directory.

use crate::error::ClientError;
use domain::{Role, TeamId, UserId};
use protocol::rows::{TeamRow, UserRow};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

pub fn put_user(c: &Connection, user: &UserRow) -> Result<(), ClientError> {
    c.prepare_cached(
        "INSERT INTO users (id, name, role, team, disabled) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (id) DO UPDATE SET name = ?2, role = ?3, team = ?4, disabled = ?5",
    )?
    .execute(params![user.id.0.as_bytes(), user.name, user.role.as_str(), user.team.map(|t| t.0.into_bytes()), user.disabled])?;
    Ok(())
}

pub fn put_team(c: &Connection, team: &TeamRow) -> Result<(), ClientError> {
    c.prepare_cached("INSERT INTO teams (id, name) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET name = ?2")?
        .execute(params![team.id.0.as_bytes(), team.name])?;
    Ok(())
}

pub fn user(c: &Connection, id: UserId) -> Result<Option<UserRow>, ClientError> {
    let row = c
        .prepare_cached("SELECT name, role, team, disabled FROM users WHERE id = ?1")?
        .query_row([id.0.as_bytes()], |r| Ok((r.get(0)?, r.get::<_, String>(1)?, r.get::<_, Option<[u8; 16]>>(2)?, r.get(3)?)))
        .optional()?;
    Ok(row.and_then(|(name, role, team, disabled)| {
        let role: Role = role.parse().ok()?;
        Some(UserRow { id, name, role, team: team.map(|t| TeamId(Uuid::from_bytes(t))), disabled })
    }))
}

/// Everybody, by name.
pub fn users(c: &Connection) -> Result<Vec<UserRow>, ClientError> {
    let mut rows = c.prepare_cached("SELECT id FROM users ORDER BY name COLLATE NOCASE, id")?;
    let ids = rows.query_map([], |r| Ok(UserId(Uuid::from_bytes(r.get(0)?))))?.collect::<Result<Vec<_>, _>>()?;
    let found = ids.into_iter().map(|id| user(c, id)).collect::<Result<Vec<_>, _>>()?;
    Ok(found.into_iter().flatten().collect())
}

pub fn team_name(c: &Connection, id: TeamId) -> Result<Option<String>, ClientError> {
    Ok(c.prepare_cached("SELECT name FROM teams WHERE id = ?1")?.query_row([id.0.as_bytes()], |r| r.get(0)).optional()?)
}
