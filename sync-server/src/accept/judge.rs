//! Judging one pushed item, in the order of `ARCHITECTURE.md`: gate, author and actor, sight,
//! dependencies, permission, shape, state, and last the change itself.

use super::batch::{Admitted, Batch};
use crate::auth::SignedIn;
use crate::sight::Sight;
use crate::store::Result;
use crate::store::actors::Holder;
use crate::store::leads::Standing;
use domain::command::Facts;
use domain::policy::{self, scope};
use domain::{Action, Actor, Command, DocId, Envelope, Refusal, RefusalCode, Scope, Status};
use protocol::ChangeHash;
use protocol::push::PushItem;
use records::{GateError, Gated, Verdict};

pub enum Decision {
    Admit {
        admitted: Box<Admitted>,
        /// Who owns the record; its status is read from the document.
        standing: Standing,
    },
    /// The change is in the document; only its outcome was not stored.
    AlreadyIn(u64),
    Refuse {
        refusal: Refusal,
        /// What later changes build on instead; the document's heads where that is unknown.
        stands: Option<Vec<ChangeHash>>,
    },
    Need(Vec<ChangeHash>),
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
    let gated = match gate(item) {
        Ok(gated) => gated,
        Err(refusal) => return Ok(Decision::refuse(refusal)),
    };
    let actor = match author(batch, who, &gated)? {
        Ok(actor) => actor,
        Err(refusal) => return Ok(Decision::refuse(refusal)),
    };
    let standing = match seen(batch, &actor, item.doc)? {
        Ok(Some(standing)) => standing,
        Ok(None) => new_standing(&actor),
        Err(refusal) => return Ok(Decision::refuse(refusal)),
    };
    let base = match base(batch, item.doc, &gated)? {
        Base::AlreadyIn(seq) => return Ok(Decision::AlreadyIn(seq)),
        Base::Missing(hashes) => return Ok(Decision::Need(hashes)),
        Base::AsSent => None,
        Base::Moved(hashes) => Some(hashes),
    };
    let at = base.clone().unwrap_or_else(|| gated.deps.iter().map(|d| ChangeHash(d.0)).collect());
    if let Err(refusal) = check(batch, &actor, item, &standing, &at)? {
        return Ok(Decision::Refuse { refusal, stands: Some(at) });
    }
    let carried = match base {
        None => apply(batch, item, &gated)?,
        Some(base) => reexecute(batch, item.doc, &base, &gated.envelope)?,
    };
    Ok(match carried {
        Ok(admitted) => Decision::Admit { admitted: Box::new(admitted), standing },
        Err(refusal) => Decision::Refuse { refusal, stands: Some(at) },
    })
}

/// The bytes are one change, the one that the item speaks of.
fn gate(item: &PushItem) -> std::result::Result<Gated, Refusal> {
    let gated = records::gate(&item.change).map_err(|e| refused_unread(item, &e))?;
    if gated.hash.0 != item.hash.0 || gated.envelope != item.envelope {
        return Err(malformed("the change is not of this command"));
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
fn author(batch: &mut Batch<'_>, who: &SignedIn, gated: &Gated) -> Result<std::result::Result<Actor, Refusal>> {
    let (me, author) = (who.actor().user, gated.envelope.author);
    if author != me && !batch.in_recovery() {
        return Ok(Err(Refusal::new(RefusalCode::NotPermitted, "This edit was made by somebody else.")));
    }
    let foreign = || Refusal::new(RefusalCode::ForeignActor, "This edit was made under the name of another device. Do it again by hand.");
    let holder = batch.holder(&gated.actor)?;
    if author == me {
        return Ok(match holder {
            Some(Holder::Device(device)) if device == who.device() => Ok(*who.actor()),
            None => {
                batch.register(gated.actor, Holder::Device(who.device()));
                Ok(*who.actor())
            }
            // After a restore a device brings back what was made for it here, too.
            Some(Holder::Server) if batch.in_recovery() => Ok(*who.actor()),
            Some(Holder::Device(_) | Holder::Server) => Err(foreign()),
        });
    }
    // Brought back by somebody else: judged as its author, whose device keeps its actor id.
    let user = batch.user(author)?.filter(|user| !user.row.disabled);
    Ok(user
        .map(|user| user.actor())
        .ok_or_else(|| Refusal::new(RefusalCode::NotPermitted, "The author of this edit is not here any more.")))
}

/// The lead's standing, `None` for one that is not there; a record out of sight is not there either.
fn seen(batch: &mut Batch<'_>, actor: &Actor, doc: DocId) -> Result<std::result::Result<Option<Standing>, Refusal>> {
    let standing = batch.work(doc)?.standing;
    Ok(match standing {
        Some(standing) if !Sight::of(actor).sees(&standing) => Err(Refusal::new(RefusalCode::NotFound, "This lead is not here.")),
        found => Ok(found),
    })
}

/// Who owns a lead that this person creates: a salesperson does; a Team Lead's waits in their team;
/// a manager's waits for assignment.
#[must_use]
pub fn new_standing(author: &Actor) -> Standing {
    let (owner, team) = match (scope(author.role, Action::CreateLead), author.team) {
        (Scope::Own, team) => (Some(author.user), team),
        (Scope::Team, Some(team)) => (None, Some(team)),
        (Scope::Team, None) => (Some(author.user), None),
        (Scope::None | Scope::Converted | Scope::All, _) => (None, None),
    };
    Standing { owner, team, status: Status::New }
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
    base.sort_unstable();
    base.dedup();
    Ok(match (missing.is_empty(), moved) {
        (false, _) => Base::Missing(missing),
        (true, true) => Base::Moved(base),
        (true, false) => Base::AsSent,
    })
}

/// Permission now, the command by itself, and the command against the lead.
fn check(
    batch: &mut Batch<'_>,
    actor: &Actor,
    item: &PushItem,
    standing: &Standing,
    base: &[ChangeHash],
) -> Result<std::result::Result<(), Refusal>> {
    let command = &item.envelope.command;
    let work = batch.work(item.doc)?;
    let heads: Vec<_> = base.iter().map(|h| records::ChangeHash(h.0)).collect();
    let checked = || {
        policy::authorise(actor, command.action(), &standing.subject())?;
        command.check_shape()?;
        let now = work.loaded.as_ref();
        if now.is_some() && heads.is_empty() && !matches!(command, Command::CreateLead(_)) {
            return Err(malformed("it does not follow the lead's creation"));
        }
        let seen_status = now.and_then(|l| records::lead::seen_status(&l.doc, &heads));
        command.check_state(Facts { now: now.map(|l| &l.record), seen_status, owned: standing.owner.is_some() })
    };
    Ok(checked())
}

/// The change as it was sent.
fn apply(batch: &mut Batch<'_>, item: &PushItem, gated: &Gated) -> Result<std::result::Result<Admitted, Refusal>> {
    let empty = records::Doc::empty();
    let now = batch.work(item.doc)?.loaded.as_ref().map_or(&empty, |l| &l.doc);
    Ok(match records::accept(now, gated) {
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
    let mut next = batch.work(doc)?.loaded.as_ref().map_or_else(records::Doc::empty, |l| l.doc.clone());
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
