//! Who would get the newest leads, and why. Nothing is written.

use super::{Round, wanted};
use crate::auth::{self, SignedIn};
use crate::error::Error;
use crate::store::{Store, assignment, leads};
use domain::assignment::{Decision, Wanted, Why};
use domain::{Action, Env, OrgId, Subject, policy};
use protocol::admin::{DryRun, DryRunLine};

/// Leads of a dry run at most.
pub const LEADS_MAX: u32 = 100;

/// The newest leads, the oldest of them first, each as if nobody had it, one after the other.
///
/// # Errors
/// `Refused` for who does not manage settings and for rules that can't stand.
pub fn run(store: &Store, env: &Env, org: OrgId, who: &SignedIn, asked: &DryRun) -> Result<Vec<DryRunLine>, Error> {
    if let Some(rules) = &asked.rules {
        rules.check()?;
    }
    store.read(|tx| {
        policy::authorise(auth::as_of(tx, org, who)?.actor(), Action::ManageSettings, &Subject::default())?;
        let mut round = Round::open(tx, org, env.now_ms())?.supposing(asked.rules.clone(), asked.all_present);
        let newest = assignment::newest_leads(tx, org, asked.leads.unwrap_or(LEADS_MAX).min(LEADS_MAX).into())?;
        let mut lines = Vec::with_capacity(newest.len());
        for lead in newest.into_iter().rev() {
            let Some(row) = leads::get(tx, org, lead)? else { continue };
            let wants = Wanted { team: None, ..wanted(tx, org, &row)? };
            let decision = round.decide(&wants, None);
            round.suppose(&decision);
            let to = if let Decision::Give { to, .. } = &decision { Some(*to) } else { None };
            let why = Why::of(&decision, round.rules(), None);
            let summary = row.summary;
            lines.push(DryRunLine { lead, name: summary.name, source: summary.source, language: summary.language, to, why });
        }
        Ok(lines)
    })
}
