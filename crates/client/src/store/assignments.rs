//! Who was given each lead, when and why: the server's lines, for the timeline.

use crate::error::ClientError;
use domain::assignment::{Assignment, Part};
use domain::{LeadId, UserId};
use rusqlite::{Connection, params};
use std::collections::{HashMap, HashSet};

pub fn put(c: &Connection, line: &Assignment) -> Result<(), ClientError> {
    let json = serde_json::to_string(line).map_err(|e| ClientError::Internal(e.to_string()))?;
    c.prepare_cached("INSERT INTO assignments (id, lead, place, assignment) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id) DO NOTHING")?
        .execute(params![line.id.as_bytes(), line.lead.0.as_bytes(), line.place.cast_signed(), json])?;
    Ok(())
}

/// All of a lead that came whole.
pub fn replace(c: &Connection, lead: LeadId, lines: &[Assignment]) -> Result<(), ClientError> {
    remove_of(c, lead)?;
    lines.iter().filter(|line| line.lead == lead).try_for_each(|line| put(c, line))
}

pub fn remove_of(c: &Connection, lead: LeadId) -> Result<(), ClientError> {
    c.prepare_cached("DELETE FROM assignments WHERE lead = ?1")?.execute([lead.0.as_bytes()])?;
    Ok(())
}

/// Those of a lead, in order. One that a newer version wrote and this one can't read is not shown.
pub fn of_lead(c: &Connection, lead: LeadId) -> Result<Vec<Assignment>, ClientError> {
    let mut rows = c.prepare_cached("SELECT assignment FROM assignments WHERE lead = ?1 ORDER BY place")?;
    let found = rows.query_map([lead.0.as_bytes()], |r| r.get::<_, String>(0))?;
    Ok(found.collect::<Result<Vec<_>, _>>()?.iter().filter_map(|json| serde_json::from_str(json).ok()).collect())
}

/// The converted leads that this person collects.
pub fn collected_by(c: &Connection, user: UserId) -> Result<HashSet<LeadId>, ClientError> {
    let mut rows = c.prepare_cached(
        "SELECT a.assignment FROM assignments a JOIN leads l ON l.id = a.lead WHERE l.status = 'converted' AND l.deleted = 0 ORDER BY a.place",
    )?;
    let lines = rows.query_map([], |r| r.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    let mut all: HashMap<LeadId, Option<UserId>> = HashMap::new();
    for line in lines.iter().filter_map(|json| serde_json::from_str::<Assignment>(json).ok()) {
        if line.part == Part::Collection {
            all.insert(line.lead, line.to);
        }
    }
    Ok(all.into_iter().filter_map(|(lead, to)| (to == Some(user)).then_some(lead)).collect())
}

/// Who collects what is owed on a lead.
pub fn collector(c: &Connection, lead: LeadId) -> Result<Option<UserId>, ClientError> {
    let lines = of_lead(c, lead)?;
    Ok(lines.iter().rfind(|line| line.part == Part::Collection).and_then(|line| line.to))
}
