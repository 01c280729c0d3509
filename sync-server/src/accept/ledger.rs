//! Who may write into a ledger, judged with its lead (Appendix A, rows 24 and 25; architecture §4): a permitted
//! payment is taken whatever state the lead is in.

use super::batch::Batch;
use crate::sight::Channel;
use crate::store::{Result, StoreError, assignment, log};
use domain::ledger::Badge;
use domain::policy::{Handed, authorise_ledger};
use domain::{Actor, Command, Currency, DocId, LeadId, Ledger, LedgerCommand, Refusal, RefusalCode, Scope, Status, policy};

/// Whether this person may.
pub fn permitted(batch: &mut Batch<'_>, actor: &Actor, doc: DocId, command: &LedgerCommand) -> Result<std::result::Result<(), Refusal>> {
    if !policy::has(actor.role, command.action()) {
        return Ok(authorise_ledger(actor, command, &Handed::default()).map(drop));
    }
    let lead = DocId::lead(LeadId(doc.id));
    let Some(standing) = batch.work(lead)?.standing else { return Ok(Err(gone())) };
    // Who reaches their own only came to the lead by its conversion, which may have been undone since.
    let is_own = policy::scope(actor.role, command.action()) == Scope::Own;
    if is_own && standing.status != Status::Converted && !was_converted(batch, lead)? {
        return Ok(Err(gone()));
    }
    let entry_by = command.target().and_then(|id| {
        let ledger = batch.work(doc).ok()?.loaded.as_ref()?.record.ledger()?;
        Some(ledger.entries.get(&id)?.by)
    });
    let collector = assignment::collector(batch.tx, batch.org, LeadId(doc.id))?;
    Ok(authorise_ledger(actor, command, &Handed { collector, entry_by }).map(drop))
}

fn was_converted(batch: &mut Batch<'_>, lead: DocId) -> Result<bool> {
    let converted = |channels: &[Channel]| channels.contains(&Channel::LeadConverted);
    let in_batch = batch.moves_so_far(lead).any(|(_, after)| converted(after));
    Ok(in_batch || log::moves(batch.tx, batch.org, lead)?.iter().any(|(.., moved)| converted(&moved.after)))
}

/// Why an undo of a conversion is not taken: money was paid for it.
pub fn paid_for(batch: &mut Batch<'_>, lead: DocId, command: &Command) -> Result<std::result::Result<(), Refusal>> {
    let Command::Undo { of, .. } = command else { return Ok(Ok(())) };
    if !matches!(&**of, Command::ChangeStatus { to: Status::Converted, .. }) {
        return Ok(Ok(()));
    }
    let loaded = batch.work(DocId::ledger(LeadId(lead.id)))?.loaded.as_ref();
    let ledger: Option<&Ledger> = loaded.and_then(|loaded| loaded.record.ledger());
    Ok(ledger.map_or(Ok(()), domain::ledger::may_undo_conversion))
}

/// The channel of who collects what is owed on the lead of a ledger.
pub fn channel_of_collector(batch: &mut Batch<'_>, doc: DocId) -> Result<Option<Channel>> {
    let Some(lead) = doc.ledger_of() else { return Ok(None) };
    Ok(assignment::collector(batch.tx, batch.org, lead)?.map(Channel::LedgerUser))
}

/// What others see of a ledger.
pub fn badge(ledger: &Ledger, currency: Currency) -> Result<Option<Badge>> {
    ledger.badge(currency).map_err(|e| StoreError::Corrupt(e.to_string()))
}

fn gone() -> Refusal {
    Refusal::new(RefusalCode::NotFound, "This lead is not here any more.")
}
