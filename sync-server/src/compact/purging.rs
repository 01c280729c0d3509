//! How commands ended is kept as long as their device may ask again: it could count a payment twice
//! otherwise. A device that was cut off and whose key is destroyed by now asks no more. Actor ids stay, also
//! of such a device: nobody else may ever write under one that stands in a document.

use super::Run;
use crate::store::{Result, codes, devices, notices, outcomes, sessions};

/// Outcomes looked through at a time.
const OUTCOMES: u64 = 2_000;

impl Run<'_> {
    pub(super) fn purge(&mut self) -> Result<()> {
        self.purge_outcomes()?;
        let (org, now) = (self.org, self.env.now_ms());
        let before = self.before;
        let (leases, sessions, codes, notices) = self.write(|tx, _| {
            let leases = devices::forget_leases(tx, org, before, now)?;
            let (sessions, codes) = (sessions::delete_expired(tx, org, now)?, codes::forget(tx, org, now)?);
            Ok((leases, sessions, codes, notices::forget(tx, org, before)?))
        })?;
        (self.report.leases, self.report.sessions) = (leases, sessions);
        (self.report.codes, self.report.notices) = (codes, notices);
        Ok(())
    }

    fn purge_outcomes(&mut self) -> Result<()> {
        let (org, now) = (self.org, self.env.now_ms());
        let gone = self.store.read(|tx| devices::gone(tx, org, self.before, now))?;
        let mut after = None;
        while !gone.is_empty() {
            let page = self.store.read(|tx| outcomes::page(tx, org, after, OUTCOMES))?;
            let Some((last, _)) = page.last() else { break };
            after = Some(*last);
            let theirs: Vec<_> = page.iter().filter(|(_, device)| gone.contains(device)).map(|(command, _)| *command).collect();
            if !theirs.is_empty() {
                self.write(|tx, _| theirs.iter().try_for_each(|command| outcomes::forget(tx, org, *command)))?;
                self.report.outcomes += theirs.len() as u64;
                (self.told)("outcomes", self.report.outcomes);
            }
        }
        Ok(())
    }
}
