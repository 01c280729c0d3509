//! The audit log: who did what when. It is the server's own log, read: accepted edits and hand-overs
//! are in it anyway, and what happens to accounts is appended to it as [`AuditEvent`]s, in the same
//! transaction as the thing itself. Holds no phone number and no address.

mod events;
mod lines;
mod tables;
mod verify;
mod words;

pub use events::{AuditEvent, CodePurpose, Failure, Settled, action_of};
pub use lines::page;
pub use verify::{Report, SeenHead, verify};

use crate::auth::SignedIn;
use crate::store::log::Appender;
use crate::store::{Result, Tx, orgs};
use domain::{DeviceId, Env, OrgId, UserId};

/// Appends what `who` did, or whoever has the server's command line, to an open log.
///
/// # Errors
/// The database's.
pub fn note(tx: &mut dyn Tx, env: &Env, log: &mut Appender, who: Option<&SignedIn>, event: AuditEvent) -> Result<()> {
    let entry = event.by(who.map(|who| who.actor().user), who.map(SignedIn::device));
    log.append(tx, &entry, env.random()).map(drop)
}

/// Appends one event under the organisation's lock; answers its `seq`. Call it ahead of the thing
/// itself: whoever writes to an organisation takes that lock first. Who has an [`Appender`] open
/// takes [`note`].
///
/// # Errors
/// The database's.
pub fn append(tx: &mut dyn Tx, env: &Env, org: OrgId, author: Option<UserId>, device: Option<DeviceId>, event: AuditEvent) -> Result<u64> {
    let head = orgs::lock(tx, org)?;
    let mut log = Appender::new(org, &head, env.now_ms());
    let seq = log.append(tx, &event.by(author, device), env.random())?;
    log.finish(tx)?;
    Ok(seq)
}
