//! The ledger of a lead on this device: what may be typed into it, before anything is written.

use crate::error::ClientError;
use crate::session::SessionFacts;
use crate::store::documents::{self, Stored};
use crate::store::leads;
use domain::ledger::{may_begin, may_undo_conversion};
use domain::policy::{Handed, authorise_ledger};
use domain::{Command, Currency, DocId, Envelope, LeadId, Ledger, Refusal, RefusalCode, Status, UserId};
use rusqlite::Connection;

/// Permission and rules of a command on the ledger of `lead`, whose row is `row` and which `collector` collects.
pub(crate) fn judge(
    facts: &SessionFacts,
    envelope: &Envelope,
    before: Option<&Stored>,
    row: Option<&leads::Row>,
    collector: Option<UserId>,
) -> Result<(), ClientError> {
    let Command::Ledger(command) = &envelope.command else {
        return Err(Refusal::new(RefusalCode::NotFound, "This is not here.").into());
    };
    let ledger = before.map(|b| records::ledger::read(&b.doc)).transpose()?.unwrap_or_default();
    let entry_by = command.target().and_then(|id| ledger.entries.get(&id)).map(|entry| entry.by);
    authorise_ledger(&facts.actor(), command, &Handed { collector, entry_by })?;
    let row = row.ok_or_else(|| Refusal::new(RefusalCode::NotFound, "This lead is not here any more."))?;
    may_begin(row.summary.status)?;
    Ok(command.check_state(&ledger, currency(facts)?)?)
}

/// An undo of a conversion waits for nobody's money.
pub(crate) fn judge_undo(c: &Connection, lead: LeadId, command: &Command) -> Result<(), ClientError> {
    let Command::Undo { of, .. } = command else { return Ok(()) };
    match &**of {
        Command::ChangeStatus { to: Status::Converted, .. } => Ok(may_undo_conversion(&of_lead(c, lead)?)?),
        _ => Ok(()),
    }
}

/// What the ledger of a lead says here; an empty one where there is none in sight.
pub(crate) fn of_lead(c: &Connection, lead: LeadId) -> Result<Ledger, ClientError> {
    let stored = documents::load_or_seed(c, DocId::ledger(lead))?;
    Ok(stored.map(|stored| records::ledger::read(&stored.doc)).transpose()?.unwrap_or_default())
}

/// The organisation's.
pub(crate) fn currency(facts: &SessionFacts) -> Result<Currency, ClientError> {
    facts.org.currency.parse().map_err(|text: String| Refusal::new(RefusalCode::InvalidValue, text).into())
}
