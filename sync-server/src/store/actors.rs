//! Automerge actor ids and the one device that uses each.

use super::{Result, Tx};
use domain::{DeviceId, OrgId};

/// Who may write under an actor id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    Device(DeviceId),
    /// Made here for a re-execution; no device ever holds it.
    Server,
}

pub fn holder(tx: &mut dyn Tx, org: OrgId, actor: &[u8]) -> Result<Option<Holder>> {
    let row = tx.query_opt("SELECT device_id FROM actors WHERE org_id = $1 AND actor = $2", &[org.into(), actor.into()])?;
    row.map(|mut row| Ok(row.opt_id(0)?.map_or(Holder::Server, Holder::Device))).transpose()
}

pub fn insert(tx: &mut dyn Tx, org: OrgId, actor: &[u8], holder: Holder) -> Result<()> {
    let device = match holder {
        Holder::Device(device) => Some(device),
        Holder::Server => None,
    };
    tx.execute("INSERT INTO actors (org_id, actor, device_id) VALUES ($1, $2, $3)", &[org.into(), actor.into(), device.into()])?;
    Ok(())
}
