//! Teams.

use super::{Result, Tx};
use domain::people::Team;
use domain::{OrgId, TeamId};
use protocol::rows::TeamRow;

pub fn insert(tx: &mut dyn Tx, org: OrgId, team: &TeamRow) -> Result<()> {
    tx.execute("INSERT INTO teams (org_id, team_id, name) VALUES ($1, $2, $3)", &[org.into(), team.id.into(), team.name.as_str().into()])?;
    Ok(())
}

/// The team of this name, written large or small.
pub fn by_name(tx: &mut dyn Tx, org: OrgId, name: &str) -> Result<Option<TeamId>> {
    let wanted = name.to_lowercase();
    Ok(all(tx, org)?.into_iter().find(|team| team.name.to_lowercase() == wanted).map(|team| team.id))
}

pub fn all(tx: &mut dyn Tx, org: OrgId) -> Result<Vec<TeamRow>> {
    let rows = tx.query("SELECT team_id, name FROM teams WHERE org_id = $1 ORDER BY name", &[org.into()])?;
    rows.into_iter().map(|mut row| Ok(TeamRow { id: row.id(0)?, name: row.text(1)? })).collect()
}

pub fn by_id(tx: &mut dyn Tx, org: OrgId, id: TeamId) -> Result<Option<TeamRow>> {
    tx.query_opt("SELECT team_id, name FROM teams WHERE org_id = $1 AND team_id = $2", &[org.into(), id.into()])?
        .map(|mut row| Ok(TeamRow { id: row.id(0)?, name: row.text(1)? }))
        .transpose()
}

pub fn rename(tx: &mut dyn Tx, org: OrgId, team: &TeamRow) -> Result<()> {
    tx.execute("UPDATE teams SET name = $3 WHERE org_id = $1 AND team_id = $2", &[org.into(), team.id.into(), team.name.as_str().into()])?;
    Ok(())
}

/// Teams by name, with how many people are in each who were not disabled.
pub fn with_people(tx: &mut dyn Tx, org: OrgId) -> Result<Vec<Team>> {
    let rows = tx.query(
        "SELECT t.team_id, t.name, (SELECT count(*) FROM users u WHERE u.org_id = t.org_id AND u.team_id = t.team_id AND u.disabled = 0) \
         FROM teams t WHERE t.org_id = $1 ORDER BY t.name",
        &[org.into()],
    )?;
    let read = |mut row: super::Row| {
        let people = u32::try_from(row.count(2)?).unwrap_or(u32::MAX);
        Ok(Team { id: row.id(0)?, name: row.text(1)?, people })
    };
    rows.into_iter().map(read).collect()
}
