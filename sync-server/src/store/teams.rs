//! Teams.

use super::{Result, Tx};
use domain::{OrgId, TeamId};
use protocol::rows::TeamRow;

pub fn insert(tx: &mut dyn Tx, org: OrgId, team: &TeamRow) -> Result<()> {
    tx.execute("INSERT INTO teams (org_id, team_id, name) VALUES ($1, $2, $3)", &[org.into(), team.id.into(), team.name.as_str().into()])?;
    Ok(())
}

pub fn by_name(tx: &mut dyn Tx, org: OrgId, name: &str) -> Result<Option<TeamId>> {
    tx.query_opt("SELECT team_id FROM teams WHERE org_id = $1 AND name = $2", &[org.into(), name.into()])?
        .map(|mut row| row.id(0))
        .transpose()
}

pub fn all(tx: &mut dyn Tx, org: OrgId) -> Result<Vec<TeamRow>> {
    let rows = tx.query("SELECT team_id, name FROM teams WHERE org_id = $1 ORDER BY name", &[org.into()])?;
    rows.into_iter().map(|mut row| Ok(TeamRow { id: row.id(0)?, name: row.text(1)? })).collect()
}
