//! Failures that anybody could cause without end. All are counted; written down are the first ones and
//! then the tenth, the hundredth… of a day, each with how many it were: nobody can fill the disk so.

use super::token::digest;
use crate::audit::{self, AuditEvent, Failure};
use crate::store::codes::{self, Failures};
use crate::store::{Result, Tx, orgs};
use domain::{DeviceId, Env, OrgId, UserId};
use protocol::auth::Secret;

/// A count begins anew after a day without another.
const REMEMBERED_MS: i64 = 24 * 3_600_000;
/// So many of each kind that names nobody are written down one by one.
const EACH: u64 = 100;

/// What is counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tally<'a> {
    /// Addresses that nobody has.
    UnknownAddress,
    /// One-time codes that are none.
    WrongCode,
    /// Tries at an account while it is locked, until then.
    Locked { address: &'a [u8; 32], until: i64 },
    /// Sign-ins of a device that nobody may renew.
    Renewal(DeviceId),
    /// Uploads into quarantine without the device's secret; of devices that are none, together.
    DeviceSecret(Option<DeviceId>),
    /// Codes of an authenticator that is being set up.
    Confirm(UserId),
}

impl Tally<'_> {
    fn key(self) -> [u8; 32] {
        // No address has a line break in it.
        let name = match self {
            Tally::UnknownAddress => "\nunknown".to_owned(),
            Tally::WrongCode => "\ncode".to_owned(),
            Tally::Locked { address, until } => format!("\nlocked {address:?} {until}"),
            Tally::Renewal(device) => format!("\nrenewal {device}"),
            Tally::DeviceSecret(device) => format!("\nsecret {}", device.map(|device| device.to_string()).unwrap_or_default()),
            Tally::Confirm(user) => format!("\nconfirm {user}"),
        };
        digest(&Secret(name))
    }

    /// So many are written down one by one.
    fn each(self) -> u64 {
        match self {
            Tally::UnknownAddress | Tally::WrongCode | Tally::Confirm(_) => EACH,
            Tally::Locked { .. } | Tally::Renewal(_) | Tally::DeviceSecret(_) => 1,
        }
    }

    /// Whether the failure of this number is written down.
    fn is_told(self, count: u64) -> bool {
        count <= self.each() || (1..).map_while(|power| 10_u64.checked_pow(power)).any(|power| power == count)
    }
}

/// A failure as it would be written down.
#[derive(Clone, Copy, Debug)]
pub struct Failed {
    pub user: Option<UserId>,
    pub device: Option<DeviceId>,
    pub reason: Failure,
    /// It locked the account for a while.
    pub locked: bool,
}

/// Counts one, and writes it down if it is to be.
///
/// # Errors
/// The database's.
pub fn count(tx: &mut dyn Tx, env: &Env, org: OrgId, tally: Tally<'_>, failed: Failed) -> Result<()> {
    // So that failures at several nodes count one after the other.
    orgs::lock(tx, org)?;
    let (key, now) = (tally.key(), env.now_ms());
    let before = codes::failures(tx, org, key)?;
    let before = if before.last_at < now - REMEMBERED_MS { 0 } else { before.count };
    if before == 0 {
        codes::forget_failures(tx, org, now - REMEMBERED_MS)?;
    }
    let count = before + 1;
    codes::set_failures(tx, org, key, Failures { count, locked_until: 0, last_at: now })?;
    if tally.is_told(count) { tell(tx, env, org, failed, if count <= tally.each() { 1 } else { count }) } else { Ok(()) }
}

/// The time of a tally is over: what was counted since it was told last is told.
///
/// # Errors
/// The database's.
pub fn end(tx: &mut dyn Tx, env: &Env, org: OrgId, tally: Tally<'_>, failed: Failed) -> Result<()> {
    let count = codes::failures(tx, org, tally.key())?.count;
    codes::set_failures(tx, org, tally.key(), Failures::default())?;
    if count == 0 || tally.is_told(count) { Ok(()) } else { tell(tx, env, org, failed, count) }
}

fn tell(tx: &mut dyn Tx, env: &Env, org: OrgId, failed: Failed, count: u64) -> Result<()> {
    let Failed { user, device, reason, locked } = failed;
    let times = u32::try_from(count).unwrap_or(u32::MAX);
    audit::append(tx, env, org, None, device, AuditEvent::SignInFailed { user, reason, locked, times }).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_ones_and_then_powers_of_ten_are_told() {
        let told = |tally: Tally<'_>| (1..=20_000).filter(|count| tally.is_told(*count)).collect::<Vec<u64>>();
        let device = DeviceId(uuid::Uuid::nil());
        assert_eq!(told(Tally::Renewal(device)), [1, 10, 100, 1_000, 10_000]);
        let each = told(Tally::UnknownAddress);
        assert_eq!((each.len(), &each[98..]), (102, &[99, 100, 1_000, 10_000][..]));
    }
}
