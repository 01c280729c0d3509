//! Judging one pushed item, in the order of `ARCHITECTURE.md`: gate, author and actor, sight,
//! dependencies, permission, shape, state, and last the change itself.

use super::batch::{Admitted, Batch};
use super::handover::{self, Way};
use super::ledger;
use crate::auth::SignedIn;
use crate::sight::Sight;
use crate::store::Result;
use crate::store::actors::Holder;
use crate::store::leads::Standing;
use domain::command::Facts;
use domain::people::QuarantineReason;
use domain::policy;
use domain::sabotage::{self, Fault};
use domain::{Actor, Command, DocId, DocKind, Envelope, Refusal, RefusalCode, Status, Subject};
use protocol::ChangeHash;
use protocol::push::PushItem;
use records::{GateError, Gated, Verdict};

pub enum Decision {
    Admit {
        admitted: Box<Admitted>,
        /// Who owns the lead; its status is read from the document. Other kinds have no owner.
        standing: Option<Standing>,
    },
    /// The change is in the document; only its outcome was not stored.
    AlreadyIn(u64),
    Refuse {
        refusal: Refusal,
        /// What later changes build on instead; the document's heads where that is unknown.
        stands: Option<Vec<ChangeHash>>,
    },
    Need(Vec<ChangeHash>),
    /// The new owner takes it or drops it.
    Propose,
    /// A manager releases it or drops it.
    Quarantine(QuarantineReason),
}

impl Decision {
    pub fn refuse(refusal: Refusal) -> Self {
        Decision::Refuse { refusal, stands: None }
    }
}

/// The refusal of bytes that are not what they should be.
pub fn malformed(why: &str) -> Refusal {
    Refusal::new(RefusalCode::MalformedChange, format!("The server could not take this edit: {why}. Do it again by hand."))
}

pub fn judge(batch: &mut Batch<'_>, who: &SignedIn, item: &PushItem) -> Result<Decision> {
    let decision = judged(batch, who, item)?;
    match &decision {
        Decision::Refuse { refusal, .. } if refusal.code != RefusalCode::MalformedChange && is_anothers(batch, who, item)? => {
            Ok(Decision::Quarantine(QuarantineReason::Restored))
        }
        _ => Ok(decision),
    }
}

/// Whether somebody else brings it back after a restore: its author would not hear of a refusal.
fn is_anothers(batch: &mut Batch<'_>, who: &SignedIn, item: &PushItem) -> Result<bool> {
    let Envelope { author, command, .. } = &item.envelope;
    Ok(batch.in_recovery() && *author != who.actor().user && command.check_shape().is_ok() && batch.user(*author)?.is_some())
}

fn judged(batch: &mut Batch<'_>, who: &SignedIn, item: &PushItem) -> Result<Decision> {
    let gated = match gate(item) {
        Ok(gated) => gated,
        Err(refusal) => return Ok(Decision::refuse(refusal)),
    };
    let actor = match author(batch, who, &gated)? {
        Ok(actor) => actor,
        Err(Decision::Quarantine(_)) if item.doc.kind == DocKind::UserState => return Ok(Decision::refuse(cut_off())),
        Err(decision) => return Ok(decision),
    };
    if item.doc.kind != DocKind::Lead {
        return plain(batch, who, item, &gated, &actor);
    }
    let command = &item.envelope.command;
    let found = batch.work(item.doc)?.standing;
    let standing = found.unwrap_or_else(|| new_standing(&actor));
    let denied = match permitted(&actor, found.is_some(), &standing, command) {
        Ok(()) => None,
        Err(denied) if found.is_none() => return Ok(Decision::refuse(denied)),
        Err(denied) => match handover::way(batch, who, &actor, item.doc, command, denied)? {
            Way::Kept => None,
            Way::Refused(refusal) => Some(refusal),
            aside => match (command.check_shape(), aside) {
                (Err(refusal), _) => return Ok(Decision::refuse(refusal)),
                (Ok(()), Way::Quarantined(reason)) => return Ok(Decision::Quarantine(reason)),
                (Ok(()), _) => return Ok(Decision::Propose),
            },
        },
    };
    // What becomes of it is told; how the lead is now, only to whoever sees it.
    let blind = found.is_some_and(|standing| !Sight::of(&actor).sees(&standing));
    let base = match base(batch, item.doc, &gated)? {
        Base::AlreadyIn(seq) => return Ok(Decision::AlreadyIn(seq)),
        Base::Missing(_) if denied.is_some() => return Ok(Decision::refuse(denied.unwrap_or_else(gone))),
        Base::Missing(hashes) => return Ok(Decision::Need(hashes)),
        Base::AsSent if who.older_app() => Some(sent_on(&gated)),
        Base::AsSent => None,
        Base::Moved(hashes) => Some(hashes),
    };
    let at = base.clone().unwrap_or_else(|| sent_on(&gated));
    let checked = match denied {
        Some(refusal) => Err(refusal),
        None => check(batch, item, &gated, &standing, &at)?,
    };
    if let Err(refusal) = checked.map_err(|refusal| if blind { unseen(refusal) } else { refusal }) {
        return Ok(Decision::Refuse { refusal, stands: Some(at) });
    }
    match handover::reopening(batch, who, &actor, item.doc, command, &at)? {
        None | Some(Way::Kept | Way::Proposed) => {}
        Some(Way::Refused(refusal)) => return Ok(Decision::Refuse { refusal, stands: Some(at) }),
        Some(Way::Quarantined(reason)) => return Ok(Decision::Quarantine(reason)),
    }
    let carried = match base {
        None => apply(batch, item, &gated)?,
        Some(base) => reexecute(batch, item.doc, &base, &gated.envelope)?,
    };
    Ok(match carried {
        Ok(admitted) => Decision::Admit { admitted: Box::new(admitted), standing: Some(standing) },
        Err(refusal) => Decision::Refuse { refusal, stands: Some(at) },
    })
}

/// Of a document that is no lead: it is never handed over, so what is not permitted now is refused.
fn plain(batch: &mut Batch<'_>, who: &SignedIn, item: &PushItem, gated: &Gated, actor: &Actor) -> Result<Decision> {
    let command = &item.envelope.command;
    let is_theirs = item.doc == DocId::config(batch.org) || item.doc == DocId::user_state(actor.user);
    let permitted = match command {
        Command::Ledger(command) => ledger::permitted(batch, actor, item.doc, command)?,
        _ if is_theirs => policy::authorise_command(actor, command, &Subject::default()).map(drop),
        _ => Err(gone()),
    };
    if let Err(denied) = permitted {
        return Ok(Decision::refuse(denied));
    }
    let base = match base(batch, item.doc, gated)? {
        Base::AlreadyIn(seq) => return Ok(Decision::AlreadyIn(seq)),
        Base::Missing(hashes) => return Ok(Decision::Need(hashes)),
        Base::AsSent if who.older_app() => Some(sent_on(gated)),
        Base::AsSent => None,
        Base::Moved(hashes) => Some(hashes),
    };
    let at = base.clone().unwrap_or_else(|| sent_on(gated));
    let currency = batch.currency_for(item.doc)?;
    let loaded = batch.work(item.doc)?.loaded.as_ref();
    let fits = command.check_shape().and_then(|()| loaded.map_or_else(|| Err(gone()), |loaded| loaded.record.check_own(command, currency)));
    if let Err(refusal) = fits {
        return Ok(Decision::Refuse { refusal, stands: Some(at) });
    }
    let carried = match base {
        None => apply(batch, item, gated)?,
        Some(base) => reexecute(batch, item.doc, &base, &gated.envelope)?,
    };
    Ok(match carried {
        Ok(admitted) => Decision::Admit { admitted: Box::new(admitted), standing: None },
        Err(refusal) => Decision::Refuse { refusal, stands: Some(at) },
    })
}

fn cut_off() -> Refusal {
    Refusal::new(RefusalCode::NotPermitted, "This account or computer may not change this any more.")
}

/// The bytes are one change, the one that the item speaks of.
///
/// # Errors
/// Why it is not, as the device is told.
pub fn gate(item: &PushItem) -> std::result::Result<Gated, Refusal> {
    let gated = records::gate(&item.change).map_err(|e| refused_unread(item, &e))?;
    if gated.hash.0 != item.hash.0 || gated.envelope != item.envelope {
        return Err(malformed("the change is not of this command"));
    }
    if gated.envelope.command.kind() != item.doc.kind {
        return Err(malformed("the command is not of this kind of record"));
    }
    if matches!(gated.envelope.command, Command::CreateLead(_)) && gated.envelope.id.0 != item.doc.id {
        return Err(malformed("a new lead has the id of its command"));
    }
    Ok(gated)
}

/// Bytes that no device makes of a command that is in order: a command out of order says more.
fn refused_unread(item: &PushItem, error: &GateError) -> Refusal {
    match (error, item.envelope.command.check_shape()) {
        (GateError::TooLarge(_), Err(refusal)) => refusal,
        (GateError::TooLarge(_), Ok(())) => {
            Refusal::new(RefusalCode::TooLong, format!("This edit is too long: {error}. Shorten it and save again."))
        }
        _ => malformed(&error.to_string()),
    }
}

/// In whose name it is judged; the actor id must belong to this device.
fn author(batch: &mut Batch<'_>, who: &SignedIn, gated: &Gated) -> Result<std::result::Result<Actor, Decision>> {
    let (me, author) = (who.actor().user, gated.envelope.author);
    let refuse = |code, text: &str| Decision::refuse(Refusal::new(code, text));
    let cut_off = batch.cut_off(who.device())?;
    if author != me && (cut_off || !batch.in_recovery()) {
        return Ok(Err(refuse(RefusalCode::NotPermitted, "This edit was made by somebody else.")));
    }
    if cut_off {
        return Ok(Err(Decision::Quarantine(QuarantineReason::DeviceRevoked)));
    }
    // As they are now, not as they were when the request came in.
    let Some(user) = batch.user(author)? else {
        return Ok(Err(refuse(RefusalCode::NotPermitted, "The author of this edit is not here any more.")));
    };
    if user.row.disabled {
        return Ok(Err(Decision::Quarantine(QuarantineReason::UserDisabled)));
    }
    let actor = user.actor();
    let foreign = || refuse(RefusalCode::ForeignActor, "This edit was made under the name of another device. Do it again by hand.");
    let holder = batch.holder(&gated.actor)?;
    if author == me {
        return Ok(match holder {
            Some(Holder::Device(device)) if device == who.device() => Ok(actor),
            None => {
                batch.register(gated.actor, Holder::Device(who.device()));
                Ok(actor)
            }
            // After a restore a device brings back what was made for it here, or by its person elsewhere, too.
            Some(Holder::Server | Holder::Device(_)) if batch.in_recovery() => Ok(actor),
            Some(Holder::Device(_) | Holder::Server) => Err(foreign()),
        });
    }
    // Brought back by somebody else: judged as its author, whose device keeps its actor id.
    Ok(Ok(actor))
}

/// A refusal for somebody who may not read the record any more.
fn unseen(refusal: Refusal) -> Refusal {
    match refusal.code {
        RefusalCode::HandedOver | RefusalCode::NotFound | RefusalCode::NotPermitted => refusal,
        _ => Refusal::new(
            RefusalCode::HandedOver,
            "This lead was handed over, and as it is now it does not take this edit. Send the text to whoever has it.",
        ),
    }
}

fn gone() -> Refusal {
    Refusal::new(RefusalCode::NotFound, "This lead is not here any more.")
}

/// Whether this person may do it now; a record out of sight is not there.
fn permitted(actor: &Actor, there: bool, standing: &Standing, command: &Command) -> std::result::Result<(), Refusal> {
    if there && !Sight::of(actor).sees(standing) {
        return Err(gone());
    }
    let judged = policy::authorise_command(actor, command, &standing.subject()).map(drop);
    // One that is not there is answered as one that is out of sight.
    if there || matches!(command, Command::CreateLead(_)) { judged } else { judged.map_err(|_| gone()) }
}

/// How a lead stands that this person creates.
#[must_use]
pub fn new_standing(author: &Actor) -> Standing {
    let (owner, team) = policy::new_standing(author);
    Standing { owner, team, status: Status::New, deleted: false }
}

/// Where a change belongs.
enum Base {
    AlreadyIn(u64),
    /// All it depends on is here.
    AsSent,
    /// Something it depends on was refused or made again: this stands instead.
    Moved(Vec<ChangeHash>),
    Missing(Vec<ChangeHash>),
}

fn base(batch: &mut Batch<'_>, doc: DocId, gated: &Gated) -> Result<Base> {
    let loaded = batch.work(doc)?.loaded.clone();
    let has = |hash: &records::ChangeHash| loaded.as_ref().is_some_and(|l| l.doc.has(hash));
    let twice = sabotage::is_on(Fault::ApplyTwice);
    if twice && has(&gated.hash) {
        return Ok(Base::Moved(sent_on(gated)));
    }
    if let Some(loaded) = loaded.as_ref().filter(|l| l.doc.has(&gated.hash)) {
        return Ok(Base::AlreadyIn(batch.seq_of(doc, ChangeHash(gated.hash.0))?.unwrap_or(loaded.seq)));
    }
    let (mut base, mut missing, mut moved) = (Vec::new(), Vec::new(), false);
    for dep in &gated.deps {
        let dep_hash = ChangeHash(dep.0);
        if has(dep) {
            base.push(dep_hash);
        } else if let Some(stands) = batch.maps_to(doc, dep_hash)? {
            moved = true;
            base.extend(stands);
        } else {
            missing.push(dep_hash);
        }
    }
    if base.is_empty() && moved && missing.is_empty() {
        // What it was made on waited in quarantine, while the lead was not there; by now it is.
        base = loaded.map(|l| l.doc.heads().iter().map(|h| ChangeHash(h.0)).collect()).unwrap_or_default();
    }
    base.sort_unstable();
    base.dedup();
    Ok(match (missing.is_empty(), moved) {
        (false, _) => Base::Missing(missing),
        (true, true) => Base::Moved(base),
        (true, false) => Base::AsSent,
    })
}

/// The heads on which a change that comes late is carried out: of what it depends on, all that
/// stands here; as the lead is now, where nothing does.
pub fn standing_base(batch: &mut Batch<'_>, doc: DocId, gated: &Gated) -> Result<Vec<ChangeHash>> {
    let Some(loaded) = batch.work(doc)?.loaded.clone() else { return Ok(Vec::new()) };
    let mut base = Vec::new();
    for dep in &gated.deps {
        match (loaded.doc.has(dep), batch.maps_to(doc, ChangeHash(dep.0))?) {
            (true, _) => base.push(ChangeHash(dep.0)),
            (false, Some(stands)) => base.extend(stands.into_iter().filter(|h| loaded.doc.has(&records::ChangeHash(h.0)))),
            (false, None) => {}
        }
    }
    if base.is_empty() {
        base = loaded.doc.heads().iter().map(|h| ChangeHash(h.0)).collect();
    }
    base.sort_unstable();
    base.dedup();
    Ok(base)
}

fn sent_on(gated: &Gated) -> Vec<ChangeHash> {
    gated.deps.iter().map(|d| ChangeHash(d.0)).collect()
}

/// The command by itself, and against the lead.
fn check(
    batch: &mut Batch<'_>,
    item: &PushItem,
    gated: &Gated,
    standing: &Standing,
    base: &[ChangeHash],
) -> Result<std::result::Result<(), Refusal>> {
    let command = &item.envelope.command;
    if let Err(refusal) = ledger::paid_for(batch, item.doc, command)? {
        return Ok(Err(refusal));
    }
    let work = batch.work(item.doc)?;
    let heads: Vec<_> = base.iter().map(|h| records::ChangeHash(h.0)).collect();
    let checked = || {
        command.check_shape()?;
        let now = work.loaded.as_ref();
        if now.is_some() && heads.is_empty() && !matches!(command, Command::CreateLead(_)) {
            // Made by a device where the creation was taken back, or by a forged one.
            let text = "The lead that this was typed on was not accepted at first. Open the lead and do it again by hand.";
            return Err(Refusal::new(RefusalCode::NotFound, text));
        }
        let seen_status = now.and_then(|l| records::lead::seen_status(&l.doc, &heads));
        // Where what it builds on was made again, the deletion may have come in between unseen.
        let seen_deleted = standing.deleted && now.is_some_and(|l| seen_deleted(&l.doc, gated));
        let undoable = now.is_none_or(|l| records::undoable(&l.doc, &heads, &gated.envelope));
        command.check_state(Facts {
            now: now.and_then(|l| l.record.lead()),
            seen_status,
            seen_deleted,
            owned: standing.owner.is_some(),
            undoable,
        })
    };
    Ok(checked())
}

fn seen_deleted(doc: &records::Doc, gated: &Gated) -> bool {
    let seen: Vec<_> = gated.deps.iter().copied().filter(|dep| doc.has(dep)).collect();
    !seen.is_empty() && records::lead::seen_deleted(doc, &seen)
}

/// The change as it was sent.
fn apply(batch: &mut Batch<'_>, item: &PushItem, gated: &Gated) -> Result<std::result::Result<Admitted, Refusal>> {
    let empty = records::Doc::seed(item.doc.kind);
    let is_recovering = batch.in_recovery();
    let now = batch.work(item.doc)?.loaded.as_ref().map_or(&empty, |l| &l.doc);
    let verdict = if is_recovering { records::accept_remade(now, gated) } else { records::accept(now, gated) };
    Ok(match verdict {
        Ok(Verdict::Accepted(next)) => {
            Ok(Admitted { doc: next, hash: ChangeHash(gated.hash.0), bytes: item.change.clone(), reexecuted: false })
        }
        Ok(Verdict::MissingDeps(_)) => Err(malformed("what it builds on is not here")),
        Err(error) => Err(malformed(&error.to_string())),
    })
}

/// The command again, where its author would have given it, under an actor of the server's own.
fn reexecute(
    batch: &mut Batch<'_>,
    doc: DocId,
    base: &[ChangeHash],
    envelope: &Envelope,
) -> Result<std::result::Result<Admitted, Refusal>> {
    let mut next = batch.work(doc)?.loaded.as_ref().map_or_else(|| records::Doc::seed(doc.kind), |l| l.doc.clone());
    let base: Vec<_> = base.iter().map(|h| records::ChangeHash(h.0)).collect();
    let actor = batch.env.random();
    Ok(match records::reexecute(&mut next, &base, actor, envelope) {
        Ok(made) => {
            batch.register(actor, Holder::Server);
            Ok(Admitted { doc: next, hash: ChangeHash(made.hash.0), bytes: made.bytes, reexecuted: true })
        }
        Err(error) => Err(malformed(&error.to_string())),
    })
}
