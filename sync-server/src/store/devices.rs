//! Registered installations. A device belongs to one person.

use super::{Result, Tx};
use domain::{DeviceId, OrgId, UserId};

pub fn owner(tx: &mut dyn Tx, org: OrgId, device: DeviceId) -> Result<Option<UserId>> {
    tx.query_opt("SELECT user_id FROM devices WHERE org_id = $1 AND device_id = $2", &[org.into(), device.into()])?
        .map(|mut row| row.id(0))
        .transpose()
}

/// Registers the device, or renews its name and version.
pub fn register(tx: &mut dyn Tx, org: OrgId, device: DeviceId, user: UserId, name: &str, app_version: &str, now: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO devices (org_id, device_id, user_id, name, app_version, last_seen, acked_seq) VALUES ($1, $2, $3, $4, $5, $6, 0) \
         ON CONFLICT (org_id, device_id) DO UPDATE SET name = excluded.name, app_version = excluded.app_version, last_seen = excluded.last_seen",
        &[org.into(), device.into(), user.into(), name.into(), app_version.into(), now.into()],
    )?;
    Ok(())
}
