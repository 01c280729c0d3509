//! The rules as Admins read and set them.

use crate::audit::{self, AuditEvent};
use crate::auth::{self, SignedIn};
use crate::error::Error;
use crate::store::log::Appender;
use crate::store::{Store, assignment, orgs};
use domain::assignment::Rules;
use domain::{Action, Env, OrgId, Subject, policy};

/// # Errors
/// `Refused` for who does not manage settings.
pub fn get(store: &Store, org: OrgId, who: &SignedIn) -> Result<Rules, Error> {
    store.read(|tx| {
        policy::authorise(auth::as_of(tx, org, who)?.actor(), Action::ManageSettings, &Subject::default())?;
        Ok(assignment::rules(tx, org)?)
    })
}

/// Sets all of them, if they are still those of `version`; answers them with their new one.
///
/// # Errors
/// `Changed` where somebody else was faster, `Refused` for who does not manage settings and for rules that can't stand.
pub fn set(store: &Store, env: &Env, org: OrgId, who: &SignedIn, rules: Rules) -> Result<Rules, Error> {
    rules.check()?;
    store.write(|tx| {
        let head = orgs::lock(tx, org)?;
        let who = auth::as_of(tx, org, who)?;
        policy::authorise(who.actor(), Action::ManageSettings, &Subject::default())?;
        let before = assignment::rules(tx, org)?;
        if before.version != rules.version {
            return Err(Error::Changed("Somebody else changed the rules meanwhile. Look at theirs, and change those.".into()));
        }
        if before == rules {
            return Ok(before);
        }
        let rules = Rules { version: before.version + 1, ..rules };
        assignment::set_rules(tx, org, &rules)?;
        let mut log = Appender::new(org, &head, env.now_ms());
        audit::note(tx, env, &mut log, Some(&who), AuditEvent::RulesChanged { version: rules.version, rules: names(&rules) })?;
        log.finish(tx)?;
        Ok(rules)
    })
}

/// Those that stand, in their order.
fn names(rules: &Rules) -> Vec<String> {
    rules.rules.iter().filter(|rule| rule.enabled).map(|rule| rule.name.clone()).collect()
}
