//! Growing delays after wrong passwords. They are counted by address, whether or not somebody has it,
//! and before the password is looked at, so that guesses side by side count too.

use super::tally::{self, Failed, Tally};
use super::token::digest;
use crate::audit::Failure;
use crate::error::Error;
use crate::store::codes::{self, Failures};
use crate::store::{self, Store, Tx, orgs, users};
use domain::{Env, OrgId};
use protocol::auth::Secret;

/// This one in a row, and each after it, locks the account.
const FREE: u64 = 5;
const FIRST_DELAY_MS: i64 = 30_000;
const DELAY_MAX_MS: i64 = 3_600_000;
/// Failures are forgotten after a day without another.
const REMEMBERED_MS: i64 = 24 * 3_600_000;

/// One try, counted as a failure until it is settled.
#[must_use]
pub struct Attempt {
    org: OrgId,
    address: [u8; 32],
    before: Failures,
}

impl Attempt {
    /// Counts a try at the account of `email`.
    ///
    /// # Errors
    /// `Locked`: such tries lock it no longer, and are counted by themselves for the audit log.
    pub fn begin(store: &Store, env: &Env, org: OrgId, email: &str) -> Result<Self, Error> {
        let address = address(email);
        store.write(|tx| -> Result<Result<Self, Error>, Error> {
            // So that tries on several nodes count one after the other.
            orgs::lock(tx, org)?;
            let now = env.now_ms();
            let mut before = codes::failures(tx, org, address)?;
            if before.locked_until > 0 {
                let locked = Tally::Locked { address: &address, until: before.locked_until };
                let user = users::by_email(tx, org, email)?.map(|user| user.row.id);
                let failed = Failed { user, device: None, reason: Failure::Locked, locked: false };
                if before.locked_until > now {
                    tally::count(tx, env, org, locked, failed)?;
                    return Ok(Err(Error::Locked { after_s: u64::try_from(before.locked_until - now).unwrap_or(0).div_ceil(1_000) }));
                }
                tally::end(tx, env, org, locked, failed)?;
            }
            if before.last_at < now - REMEMBERED_MS {
                before = Failures::default();
            }
            if before.count == 0 {
                codes::forget_failures(tx, org, now - REMEMBERED_MS)?;
            }
            let count = before.count + 1;
            codes::set_failures(tx, org, address, Failures { count, locked_until: now + delay(count), last_at: now })?;
            Ok(Ok(Self { org, address, before }))
        })?
    }

    /// One that needs no counting, and ends a lock when it succeeds.
    pub fn uncounted(org: OrgId, email: &str) -> Self {
        Self { org, address: address(email), before: Failures::default() }
    }

    /// Whether the account is locked, should this one fail.
    #[must_use]
    pub fn locks(&self) -> bool {
        delay(self.before.count + 1) > 0
    }

    /// It was the right one: nothing is held against the account.
    ///
    /// # Errors
    /// The database's.
    pub fn succeeded(&self, tx: &mut dyn Tx) -> store::Result<()> {
        codes::set_failures(tx, self.org, self.address, Failures::default())
    }

    /// It was not wrong, but something is missing.
    ///
    /// # Errors
    /// The database's.
    pub fn undecided(&self, tx: &mut dyn Tx) -> store::Result<()> {
        // Others may have counted meanwhile: only this one is taken back, and no lock of theirs.
        let now = codes::failures(tx, self.org, self.address)?;
        let count = now.count.saturating_sub(1);
        let locked_until = if count == self.before.count { self.before.locked_until } else { now.locked_until };
        codes::set_failures(tx, self.org, self.address, Failures { count, locked_until, ..now })
    }
}

fn address(email: &str) -> [u8; 32] {
    digest(&Secret(email.trim().to_lowercase()))
}

/// How long the account is locked after this failure, ms.
fn delay(count: u64) -> i64 {
    // Twelve doublings are more than the hour.
    count.checked_sub(FREE).map_or(0, |more| (FIRST_DELAY_MS << more.min(12)).min(DELAY_MAX_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_an_hour() {
        let expected = [(1, 0), (4, 0), (5, 30), (6, 60), (7, 120), (11, 1_920), (12, 3_600), (13, 3_600), (70, 3_600), (u64::MAX, 3_600)];
        for (count, seconds) in expected {
            assert_eq!(delay(count), seconds * 1_000, "{count}");
        }
    }
}
