//! Hand-over: what becomes of an edit that its author was permitted to make and is not any more,
//! because the lead, their role or their team moved on (`architecture.md` §4). And of a move that
//! would bring a dropped lead back: a race of two people where its author did not know of the drop,
//! a reopening where they did (§5).

use super::batch::Batch;
use crate::auth::{SignedIn, keys};
use crate::sight::{Channel, Sight};
use crate::store::leads::Standing;
use crate::store::{Result, devices, log, users};
use domain::people::QuarantineReason;
use domain::{Action, Actor, Command, DocId, Envelope, Refusal, RefusalCode, Status, policy};
use protocol::ChangeHash;

/// Open proposals of one lead at most.
const PROPOSALS_MAX: usize = 200;

/// What becomes of it.
pub enum Way {
    /// Kept under its author, as if they were still permitted.
    Kept,
    /// The new owner decides.
    Proposed,
    Quarantined(QuarantineReason),
    Refused(Refusal),
}

/// A moment of the log: as a rule the one at which somebody stopped being permitted a command.
struct Left {
    seq: u64,
    /// Ms since the epoch.
    at: i64,
}

/// Judges an edit that is not permitted now; `denied` says why not.
pub fn way(batch: &mut Batch<'_>, who: &SignedIn, actor: &Actor, doc: DocId, command: &Command, denied: Refusal) -> Result<Way> {
    let left = left(batch, actor, doc, command)?;
    let since_restore = left.as_ref().is_some_and(|left| left.at >= batch.restored_at());
    if batch.in_recovery() && (actor.user != who.actor().user || !since_restore) {
        // Brought back after a restore: the rows that permitted it may be lost.
        return Ok(Way::Quarantined(QuarantineReason::Restored));
    }
    let Some(left) = left else { return Ok(Way::Refused(denied)) };
    match knows(batch, who, &left)? {
        Knows::Yes => return Ok(Way::Refused(known_to_it())),
        Knows::Unclear => return Ok(Way::Quarantined(QuarantineReason::Restored)),
        Knows::LeaseEnded => return Ok(Way::Quarantined(QuarantineReason::LeaseEnded)),
        Knows::No => {}
    }
    // A deleted lead stays deleted, and edits of those who had it flag it.
    let undeleted = batch.work(doc)?.standing.filter(|s| s.deleted).map(|s| Standing { deleted: false, ..s });
    let had_it = undeleted.is_some_and(|s| Sight::of(actor).sees(&s) && policy::authorise_command(actor, command, &s.subject()).is_ok());
    if had_it || command.is_additive() {
        return Ok(Way::Kept);
    }
    if batch.open_proposals(doc)? >= PROPOSALS_MAX {
        return Ok(Way::Refused(Refusal::new(
            RefusalCode::TooLong,
            "This lead has as many proposals as it can. Talk to whoever has it now.",
        )));
    }
    Ok(Way::Proposed)
}

fn known_to_it() -> Refusal {
    Refusal::new(
        RefusalCode::HandedOver,
        "This lead was handed over, and this computer knew it when this was typed. Send the text to whoever has the lead now.",
    )
}

/// Whether a device knows of something in the log.
enum Knows {
    /// It acknowledged a cursor past it, or came here after it.
    Yes,
    /// A restore may have lost the first lease that it held.
    Unclear,
    /// It never said so, and could not hold the record any more.
    LeaseEnded,
    No,
}

fn knows(batch: &mut Batch<'_>, who: &SignedIn, of: &Left) -> Result<Knows> {
    if devices::acked_seq(batch.tx, batch.org, who.device())? >= of.seq {
        return Ok(Knows::Yes);
    }
    let held = devices::lease_at(batch.tx, batch.org, who.device(), of.at)?;
    if held.is_none() && devices::lease_at(batch.tx, batch.org, who.device(), batch.now)?.is_some() {
        // It came here afterwards, so it never held the record as it was before.
        return Ok(if batch.in_recovery() { Knows::Unclear } else { Knows::Yes });
    }
    Ok(if batch.now > held.unwrap_or(of.at + keys::LEASE_MS) { Knows::LeaseEnded } else { Knows::No })
}

/// Judges a move of the status, made where the lead was not dropped, that would bring it back from
/// the drop that stands now. `None` where it would not, where its author may reopen it, and where
/// they did not know: then the two moves race, and the furthest-along wins (§5).
pub fn reopening(
    batch: &mut Batch<'_>,
    who: &SignedIn,
    actor: &Actor,
    doc: DocId,
    command: &Command,
    base: &[ChangeHash],
) -> Result<Option<Way>> {
    let to = match command {
        Command::ChangeStatus { to, .. } => to,
        Command::Undo { of, .. } => match &**of {
            Command::ChangeStatus { from, .. } => from,
            _ => return Ok(None),
        },
        _ => return Ok(None),
    };
    let work = batch.work(doc)?;
    let (Some(loaded), Some(standing)) = (work.loaded.clone(), work.standing) else { return Ok(None) };
    if loaded.record.lead().is_none_or(|lead| lead.status != Status::Lost)
        || to.progress() <= Status::Lost.progress()
        || batch.in_recovery()
    {
        return Ok(None);
    }
    let base: Vec<_> = base.iter().map(|hash| records::ChangeHash(hash.0)).collect();
    let Err(denied) = policy::authorise(actor, Action::ReopenLead, &standing.subject()) else { return Ok(None) };
    let mut way = None;
    for unseen in records::history_since(&loaded.doc, &base) {
        let is_drop = |e: &Envelope| matches!(e.command, Command::ChangeStatus { to: Status::Lost, .. });
        let Some(dropping) = unseen.envelope.filter(is_drop) else { continue };
        let seq = batch.seq_of(doc, ChangeHash(unseen.hash.0))?.unwrap_or(0);
        let at = log::time_of(batch.tx, batch.org, seq)?.unwrap_or(batch.now);
        match (dropping.author == actor.user, knows(batch, who, &Left { seq, at })?) {
            (true, _) | (false, Knows::Yes | Knows::Unclear) => return Ok(Some(Way::Refused(denied))),
            (false, Knows::LeaseEnded) => way = Some(Way::Quarantined(QuarantineReason::LeaseEnded)),
            (false, Knows::No) => {}
        }
    }
    Ok(way)
}

/// Walks through the document's moves and the person's roles and teams, in the order of the log.
fn left(batch: &mut Batch<'_>, actor: &Actor, doc: DocId, command: &Command) -> Result<Option<Left>> {
    enum Event {
        Moved(Vec<Channel>),
        Posted(Actor),
    }
    let mut events: Vec<(u64, i64, Event)> = Vec::new();
    for (seq, at, moved) in log::moves(batch.tx, batch.org, doc)? {
        events.push((seq, at, Event::Moved(moved.after)));
    }
    // Of this very transaction, too.
    let now = batch.now;
    events.extend(batch.moves_so_far(doc).map(|(seq, after)| (seq, now, Event::Moved(after.to_vec()))));
    for span in users::roles(batch.tx, batch.org, actor.user)? {
        events.push((span.seq, span.at, Event::Posted(Actor { user: actor.user, role: span.role, team: span.team })));
    }
    events.sort_by_key(|(seq, ..)| *seq);
    let (mut then, mut channels): (Option<Actor>, Vec<Channel>) = (None, Vec::new());
    let (mut permitted, mut left) = (false, None);
    for (seq, at, event) in events {
        match event {
            Event::Moved(after) => channels = after,
            Event::Posted(actor) => then = Some(actor),
        }
        let now_permitted = then.as_ref().is_some_and(|then| {
            Sight::of(then).reaches(&channels) && policy::authorise_command(then, command, &Channel::subject(&channels)).is_ok()
        });
        if permitted && !now_permitted {
            left = Some(Left { seq, at });
        }
        permitted = now_permitted;
    }
    Ok(left)
}
