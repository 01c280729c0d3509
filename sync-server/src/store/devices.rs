//! Registered installations, and the leases they held. A device belongs to one person.

use super::{Result, Row, Tx, Value};
use domain::people::{Device, DeviceState};
use domain::{DeviceId, OrgId, UserId};
use std::collections::HashSet;

/// A lease's row covers its renewals for so long.
const LEASE_ROW_MS: i64 = 3_600_000;
/// Rows of leases that ended so long ago are forgotten: the profile has destroyed its key by then.
const LEASE_KEPT_MS: i64 = 31 * 24 * 3_600_000;
/// Secrets of one device that are good at a time.
const SECRETS_KEPT: i64 = 8;
/// See [`gone`].
const GONE: &str = "SELECT device_id FROM devices WHERE org_id = $1 AND last_seen < $2 AND \
     (state = 'wiped' OR (state <> 'active' AND coalesce(lease_until, last_seen) < $3))";

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

pub fn name(tx: &mut dyn Tx, org: OrgId, device: DeviceId) -> Result<Option<String>> {
    tx.query_opt("SELECT name FROM devices WHERE org_id = $1 AND device_id = $2", &[org.into(), device.into()])?
        .map(|mut row| row.text(0))
        .transpose()
}

/// Up to which `seq` the device has acknowledged that records were taken away.
pub fn acked_seq(tx: &mut dyn Tx, org: OrgId, device: DeviceId) -> Result<u64> {
    tx.query_opt("SELECT acked_seq FROM devices WHERE org_id = $1 AND device_id = $2", &[org.into(), device.into()])?
        .map_or(Ok(0), |mut row| row.count(0))
}

/// It never goes back.
pub fn set_acked_seq(tx: &mut dyn Tx, org: OrgId, device: DeviceId, seq: u64) -> Result<()> {
    tx.execute(
        "UPDATE devices SET acked_seq = $3 WHERE org_id = $1 AND device_id = $2 AND acked_seq < $3",
        &[org.into(), device.into(), seq.into()],
    )?;
    Ok(())
}

/// Notes that the device was here.
pub fn seen(tx: &mut dyn Tx, org: OrgId, device: DeviceId, now: i64) -> Result<()> {
    tx.execute("UPDATE devices SET last_seen = $3 WHERE org_id = $1 AND device_id = $2", &[org.into(), device.into(), now.into()])?;
    Ok(())
}

/// All devices, or one person's, the one seen last first. `this` is never set here.
pub fn all(tx: &mut dyn Tx, org: OrgId, of: Option<UserId>) -> Result<Vec<Device>> {
    let mine = if of.is_some() { " AND d.user_id = $2" } else { "" };
    let sql = format!(
        "SELECT d.device_id, d.user_id, u.name, d.name, d.app_version, d.last_seen, d.pending, d.state, d.lease_until, u.role \
         FROM devices d \
         JOIN users u ON u.org_id = d.org_id AND u.user_id = d.user_id WHERE d.org_id = $1{mine} ORDER BY d.last_seen DESC, d.device_id"
    );
    let params: Vec<_> = [Some(org.into()), of.map(Into::into)].into_iter().flatten().collect();
    tx.query(&sql, &params)?.into_iter().map(read).collect()
}

pub fn state(tx: &mut dyn Tx, org: OrgId, device: DeviceId) -> Result<Option<DeviceState>> {
    tx.query_opt("SELECT state FROM devices WHERE org_id = $1 AND device_id = $2", &[org.into(), device.into()])?
        .map(|mut row| row.text(0).and_then(|name| parse_state(&name)))
        .transpose()
}

pub fn set_state(tx: &mut dyn Tx, org: OrgId, device: DeviceId, state: DeviceState) -> Result<()> {
    tx.execute(
        "UPDATE devices SET state = $3 WHERE org_id = $1 AND device_id = $2",
        &[org.into(), device.into(), state_name(state).into()],
    )?;
    Ok(())
}

/// Adds a secret that lets the device upload into quarantine, as its SHA-256. The ones before stay good:
/// a sign-in whose answer did not reach the copy on the computer leaves it with one of them.
pub fn set_secret(tx: &mut dyn Tx, org: OrgId, device: DeviceId, hash: [u8; 32]) -> Result<()> {
    let newest = "SELECT coalesce(max(n), 0) FROM device_secrets WHERE org_id = $1 AND device_id = $2";
    let n = tx.query_opt(newest, &[org.into(), device.into()])?.map_or(Ok(0), |mut row| row.int(0))? + 1;
    tx.execute(
        "INSERT INTO device_secrets (org_id, device_id, n, secret_hash) VALUES ($1, $2, $3, $4)",
        &[org.into(), device.into(), n.into(), hash.into()],
    )?;
    let old = [org.into(), device.into(), (n - SECRETS_KEPT).into()];
    tx.execute("DELETE FROM device_secrets WHERE org_id = $1 AND device_id = $2 AND n <= $3", &old)?;
    Ok(())
}

/// SHA-256 of each secret of the device that is still good, the newest first.
pub fn secrets(tx: &mut dyn Tx, org: OrgId, device: DeviceId) -> Result<Vec<[u8; 32]>> {
    let sql = "SELECT secret_hash FROM device_secrets WHERE org_id = $1 AND device_id = $2 ORDER BY n DESC";
    tx.query(sql, &[org.into(), device.into()])?.into_iter().map(|mut row| row.array(0)).collect()
}

/// When any of a person's devices was here last, ms since the epoch.
pub fn heard(tx: &mut dyn Tx, org: OrgId, user: UserId) -> Result<Option<i64>> {
    let row = tx.query_opt("SELECT max(last_seen) FROM devices WHERE org_id = $1 AND user_id = $2", &[org.into(), user.into()])?;
    row.map_or(Ok(None), |mut row| row.opt_int(0))
}

/// How many commands the device last said wait there, and which version of the app runs.
pub fn told(tx: &mut dyn Tx, org: OrgId, device: DeviceId) -> Result<(Option<u32>, String)> {
    let row =
        tx.query_opt("SELECT pending, app_version FROM devices WHERE org_id = $1 AND device_id = $2", &[org.into(), device.into()])?;
    row.map_or(Ok((None, String::new())), |mut row| Ok((read_pending(&mut row, 0)?, row.text(1)?)))
}

pub fn set_told(tx: &mut dyn Tx, org: OrgId, device: DeviceId, pending: u32, app_version: &str, now: i64) -> Result<()> {
    tx.execute(
        "UPDATE devices SET pending = $3, app_version = $4, last_seen = $5 WHERE org_id = $1 AND device_id = $2",
        &[org.into(), device.into(), i64::from(pending).into(), app_version.into(), now.into()],
    )?;
    Ok(())
}

/// Writes down that the device holds a lease from `now` to `until`.
pub fn grant_lease(tx: &mut dyn Tx, org: OrgId, device: DeviceId, now: i64, until: i64) -> Result<()> {
    let renewed = tx.execute(
        "UPDATE leases SET until = $3 WHERE org_id = $1 AND device_id = $2 AND granted_at > $4 AND granted_at <= $5",
        &[org.into(), device.into(), until.into(), (now - LEASE_ROW_MS).into(), now.into()],
    )?;
    if renewed == 0 {
        tx.execute(
            "INSERT INTO leases (org_id, device_id, granted_at, until) VALUES ($1, $2, $3, $4)",
            &[org.into(), device.into(), now.into(), until.into()],
        )?;
        let gone = [org.into(), device.into(), (now - LEASE_KEPT_MS).into()];
        tx.execute("DELETE FROM leases WHERE org_id = $1 AND device_id = $2 AND until < $3", &gone)?;
    }
    tx.execute("UPDATE devices SET lease_until = $3 WHERE org_id = $1 AND device_id = $2", &[org.into(), device.into(), until.into()])?;
    Ok(())
}

/// Until when the lease goes that the device held at `at`, be it over by then; `None` before its
/// first. To the hour: renewals within one are counted from its first.
pub fn lease_at(tx: &mut dyn Tx, org: OrgId, device: DeviceId, at: i64) -> Result<Option<i64>> {
    let sql = "SELECT until FROM leases WHERE org_id = $1 AND device_id = $2 AND granted_at <= $3 ORDER BY granted_at DESC LIMIT 1";
    tx.query_opt(sql, &[org.into(), device.into(), at.into()])?.map(|mut row| row.int(0)).transpose()
}

/// Devices that never come back: told to destroy their key, or cut off so long ago that it is destroyed;
/// not heard of since `before`.
pub fn gone(tx: &mut dyn Tx, org: OrgId, before: i64, now: i64) -> Result<HashSet<DeviceId>> {
    let rows = tx.query(GONE, &[org.into(), before.into(), (now - LEASE_KEPT_MS).into()])?;
    rows.into_iter().map(|mut row| row.id(0)).collect()
}

/// Forgets the leases of devices that are [`gone`], and of others those that [`grant_lease`] would forget.
pub fn forget_leases(tx: &mut dyn Tx, org: OrgId, before: i64, now: i64) -> Result<u64> {
    let ended: Value = (now - LEASE_KEPT_MS).into();
    let theirs = format!("DELETE FROM leases WHERE org_id = $1 AND device_id IN ({GONE})");
    let gone = tx.execute(&theirs, &[org.into(), before.into(), ended.clone()])?;
    let newer =
        "SELECT 1 FROM leases n WHERE n.org_id = leases.org_id AND n.device_id = leases.device_id AND n.granted_at > leases.granted_at";
    let renewed = format!("DELETE FROM leases WHERE org_id = $1 AND until < $2 AND EXISTS ({newer})");
    Ok(gone + tx.execute(&renewed, &[org.into(), ended])?)
}

fn read(mut row: Row) -> Result<Device> {
    Ok(Device {
        id: row.id(0)?,
        user: row.id(1)?,
        user_name: row.text(2)?,
        user_role: row.parsed(9)?,
        name: row.text(3)?,
        app_version: row.text(4)?,
        last_seen: row.int(5)?,
        pending: read_pending(&mut row, 6)?,
        state: parse_state(&row.text(7)?)?,
        lease_until: row.opt_int(8)?,
        this: false,
    })
}

fn read_pending(row: &mut Row, column: usize) -> Result<Option<u32>> {
    Ok(row.opt_int(column)?.map(|n| u32::try_from(n).unwrap_or(u32::MAX)))
}

fn state_name(state: DeviceState) -> &'static str {
    match state {
        DeviceState::Active => "active",
        DeviceState::Revoked => "revoked",
        DeviceState::WipeOrdered => "wipe_ordered",
        DeviceState::Wiped => "wiped",
    }
}

fn parse_state(name: &str) -> Result<DeviceState> {
    let all = [DeviceState::Active, DeviceState::Revoked, DeviceState::WipeOrdered, DeviceState::Wiped];
    let unknown = || super::StoreError::Corrupt(format!("{name} is not a device's state"));
    all.into_iter().find(|state| state_name(*state) == name).ok_or_else(unknown)
}
