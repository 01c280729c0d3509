//! Documents that are no lead: ledgers, which have tables, and the organisation's settings and what the person keeps,
//! of which one value of `meta` is made each.

use crate::error::ClientError;
use crate::session::SessionFacts;
use crate::store::documents::Stored;
use crate::store::{leads, ledgers, meta, notices};
use bridge::Change;
use domain::config::{Config, Setting};
use domain::policy::authorise_command;
use domain::{DocId, DocKind, Envelope, LeadId, Refusal, RefusalCode, Subject};
use records::Doc;
use rusqlite::Connection;

/// Permission and rules, before anything is written.
pub(crate) fn judge(facts: &SessionFacts, envelope: &Envelope, before: Option<&Stored>, doc: DocId) -> Result<(), ClientError> {
    let is_theirs = doc == DocId::config(facts.org.id) || doc == DocId::user_state(facts.me.user);
    if !is_theirs || envelope.command.kind() != doc.kind {
        return Err(Refusal::new(RefusalCode::NotFound, "This is not here.").into());
    }
    authorise_command(&facts.actor(), &envelope.command, &Subject::default())?;
    let Some(before) = before else { return Ok(()) };
    match doc.kind {
        DocKind::Config => records::config::read(&before.doc)?.check(&envelope.command)?,
        DocKind::UserState => records::user_state::read(&before.doc)?.check(&envelope.command)?,
        DocKind::Lead | DocKind::Ledger => {}
    }
    Ok(())
}

/// Writes what the document says now to where it is read, and tells who has to ask again.
pub(crate) fn put(c: &Connection, doc: DocId, after: &Doc, change: &mut Change) -> Result<(), ClientError> {
    change.sync = true;
    match doc.kind {
        DocKind::Config => {
            let config = records::config::read(after)?;
            let before: Config = meta::get(c, meta::CONFIG)?.unwrap_or_default();
            meta::set(c, meta::CONFIG, &config)?;
            let (tries, were) = (config.number(Setting::TriesMax), before.number(Setting::TriesMax));
            if tries != were {
                meta::set(c, meta::TRIES_MAX, &tries)?;
                leads::give_up_after(c, tries)?;
                change.many_leads = true;
            }
            (change.session, change.config) = (true, true);
        }
        DocKind::UserState => {
            let state = records::user_state::read(after)?;
            meta::set(c, meta::USER_STATE, &state)?;
            notices::mark_by(c, &state)?;
            (change.session, change.notices) = (true, true);
        }
        DocKind::Ledger => {
            ledgers::put(c, LeadId(doc.id), &records::ledger::read(after)?)?;
            change.leads.push(LeadId(doc.id));
        }
        DocKind::Lead => {}
    }
    Ok(())
}
