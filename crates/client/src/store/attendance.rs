//! Who is at work, as the server said it, and own steps that wait for it.

use crate::error::ClientError;
use domain::UserId;
use domain::attendance::{Standing, Step};
use rusqlite::{Connection, OptionalExtension, params};
use serde::de::DeserializeOwned;
use uuid::Uuid;

/// An own step that the server has not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub id: Uuid,
    pub step: Step,
    /// Ms since the epoch.
    pub asked_at: i64,
    /// It was sent at least once, so the server may have taken it.
    pub is_tried: bool,
}

/// Keeps where somebody stands, unless something newer is known.
pub fn put(c: &Connection, standing: &Standing) -> Result<(), ClientError> {
    c.prepare_cached(
        "INSERT INTO attendance (user, place, standing) VALUES (?1, ?2, ?3)
         ON CONFLICT (user) DO UPDATE SET place = ?2, standing = ?3 WHERE ?2 >= place",
    )?
    .execute(params![standing.user.0.as_bytes(), standing.place.cast_signed(), json(standing)?])?;
    Ok(())
}

pub fn get(c: &Connection, user: UserId) -> Result<Option<Standing>, ClientError> {
    let mut rows = c.prepare_cached("SELECT standing FROM attendance WHERE user = ?1")?;
    rows.query_row([user.0.as_bytes()], |r| r.get(0)).optional()?.map(|text: String| read(&text)).transpose()
}

pub fn all(c: &Connection) -> Result<Vec<Standing>, ClientError> {
    let mut rows = c.prepare_cached("SELECT standing FROM attendance")?;
    let found = rows.query_map([], |r| r.get::<_, String>(0))?;
    found.map(|text| read(&text?)).collect()
}

/// This person is not to be seen any more.
pub fn forget(c: &Connection, user: UserId) -> Result<bool, ClientError> {
    Ok(c.prepare_cached("DELETE FROM attendance WHERE user = ?1")?.execute([user.0.as_bytes()])? > 0)
}

/// All of it is about to come anew.
pub fn forget_all(c: &Connection) -> Result<(), ClientError> {
    c.prepare_cached("DELETE FROM attendance")?.execute([])?;
    Ok(())
}

pub fn ask(c: &Connection, waiting: &Waiting) -> Result<(), ClientError> {
    c.prepare_cached("INSERT INTO attendance_steps (id, step, asked_at) VALUES (?1, ?2, ?3)")?.execute(params![
        waiting.id.as_bytes(),
        json(&waiting.step)?,
        waiting.asked_at
    ])?;
    Ok(())
}

/// Those that wait, oldest first.
pub fn waiting(c: &Connection) -> Result<Vec<Waiting>, ClientError> {
    let mut rows = c.prepare_cached("SELECT id, step, asked_at, tried FROM attendance_steps ORDER BY n")?;
    let found = rows.query_map([], |r| Ok((r.get(0)?, r.get::<_, String>(1)?, r.get(2)?, r.get(3)?)))?;
    found
        .map(|row| {
            let (id, step, asked_at, is_tried) = row?;
            Ok(Waiting { id: Uuid::from_bytes(id), step: read(&step)?, asked_at, is_tried })
        })
        .collect()
}

/// It is about to be sent.
pub fn set_tried(c: &Connection, id: Uuid) -> Result<(), ClientError> {
    c.prepare_cached("UPDATE attendance_steps SET tried = 1 WHERE id = ?1")?.execute([id.as_bytes()])?;
    Ok(())
}

pub fn remove(c: &Connection, id: Uuid) -> Result<(), ClientError> {
    c.prepare_cached("DELETE FROM attendance_steps WHERE id = ?1")?.execute([id.as_bytes()])?;
    Ok(())
}

/// None of those that wait makes sense any more.
pub fn remove_all(c: &Connection) -> Result<(), ClientError> {
    c.prepare_cached("DELETE FROM attendance_steps")?.execute([])?;
    Ok(())
}

fn json(value: &impl serde::Serialize) -> Result<String, ClientError> {
    serde_json::to_string(value).map_err(|e| ClientError::Internal(e.to_string()))
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, ClientError> {
    serde_json::from_str(text).map_err(|e| ClientError::Internal(e.to_string()))
}
