//! What becomes of a copy that the server takes nothing from any more: what was not sent goes into
//! quarantine, a wipe that was ordered is told, and else the session has only ended. Asks by the
//! device's own secret, so that an order arrives also after the session is gone.

use crate::engine::{CutOff, Engine};
use crate::error::ClientError;
use crate::store::{meta, outbox};
use crate::sync::item_of;
use crate::transport::{Transport, TransportError};
use domain::DeviceId;
use domain::people::QuarantineReason;
use protocol::admin::QuarantineUpload;
use protocol::auth::Secret;
use protocol::push::{Outcome, PushItem, PushResult};

/// Commands in one upload into quarantine: with the largest changes still a body that the server takes.
const ITEMS: usize = 50;
/// Times that an upload may fail by a server that is out of reach or busy before an ordered wipe is
/// carried out without it: the sealed copy stays.
const TRIES_BEFORE_WIPE: u32 = 5;

/// What a device shows that may do nothing else.
struct Ticket {
    device: DeviceId,
    secret: Secret,
}

impl Ticket {
    fn upload(&self, items: Vec<PushItem>) -> QuarantineUpload {
        QuarantineUpload { device: self.device, secret: self.secret.clone(), items, wiped: false, sent_on: false }
    }
}

impl Engine {
    /// After a round that the server ended by `error`: finds out what that means, and tells it.
    ///
    /// # Errors
    /// Why the server can't be asked now: the next round asks again.
    pub(crate) fn part(&self, transport: &dyn Transport, error: &TransportError) -> Result<(), ClientError> {
        let why = if let TransportError::CutOff { text, .. } = error { Some(text.as_str()) } else { None };
        match self.hand_over(transport, why)? {
            Some(cut_off) => self.tell_cut_off(cut_off),
            // A sign-in may have brought other tokens meanwhile.
            None if !self.has_tokens()? => self.tell_session_ended(),
            None => {}
        }
        Ok(())
    }

    /// Hands over what was not sent, if the server cut this copy off; `None` if it did not. `why` is its
    /// sentence, where it said so already.
    ///
    /// # Errors
    /// Out of reach or busy: nothing is decided yet.
    pub fn hand_over(&self, transport: &dyn Transport, why: Option<&str>) -> Result<Option<CutOff>, ClientError> {
        let shut = |why: &str| CutOff { why: why.to_owned(), wipe: false };
        // A profile without a secret can hand over nothing; what was typed stays sealed in it.
        let Some(ticket) = self.ticket()? else { return self.noted(why.map(shut)) };
        // With nothing in it at first: no upload that fails may keep a wipe from being heard of.
        let answer = match transport.quarantine(&ticket.upload(Vec::new())) {
            Ok(answer) => answer,
            Err(e) if may_pass(&e) => return Err(e.into()),
            Err(TransportError::No { code, .. }) if code == "not_cut_off" => return Ok(None),
            Err(e) => {
                tracing::error!("quarantine is closed: {e}");
                return self.noted(why.map(shut));
            }
        };
        let reason = answer.reason.unwrap_or(QuarantineReason::DeviceRevoked);
        if let Err(e) = self.upload(transport, &ticket, reason) {
            if is_passing(&e) && !(answer.wipe && self.was_tried_enough()?) {
                return Err(e);
            }
            tracing::error!("not all that was typed went to quarantine: {e}");
        }
        let why = why.map_or_else(|| sentence(reason), str::to_owned);
        self.noted(Some(CutOff { why, wipe: answer.wipe }))
    }

    /// Kept in the database too: a doctored record beside it opens nothing.
    fn noted(&self, cut_off: Option<CutOff>) -> Result<Option<CutOff>, ClientError> {
        if let Some(CutOff { why, .. }) = &cut_off {
            self.store().write(|tx| meta::set(tx, meta::CUT_OFF, why))?;
        }
        Ok(cut_off)
    }

    fn ticket(&self) -> Result<Option<Ticket>, ClientError> {
        let (secret, device) = self.store().read(|c| Ok((meta::get::<Secret>(c, meta::DEVICE_SECRET)?, meta::get(c, meta::DEVICE)?)))?;
        Ok(secret.zip(device).map(|(secret, device)| Ticket { device, secret }))
    }

    fn has_tokens(&self) -> Result<bool, ClientError> {
        self.store().read(|c| Ok(meta::get::<crate::session::Tokens>(c, meta::TOKENS)?.is_some()))
    }

    /// Counts, also over restarts.
    fn was_tried_enough(&self) -> Result<bool, ClientError> {
        let tries = self.store().write(|tx| {
            let tries = meta::get::<u32>(tx, meta::WIPE_TRIES)?.unwrap_or(0) + 1;
            meta::set(tx, meta::WIPE_TRIES, &tries)?;
            Ok(tries)
        })?;
        Ok(tries >= TRIES_BEFORE_WIPE)
    }

    /// The whole outbox, in parts.
    fn upload(&self, transport: &dyn Transport, ticket: &Ticket, reason: QuarantineReason) -> Result<(), ClientError> {
        let waiting = self.store().read(|c| outbox::first(c, usize::MAX))?;
        waiting.chunks(ITEMS).try_for_each(|part| self.upload_part(transport, ticket, reason, part))
    }

    /// What is not kept as a part is offered by halves; what is not kept alone stays here.
    fn upload_part(
        &self,
        transport: &dyn Transport,
        ticket: &Ticket,
        reason: QuarantineReason,
        part: &[outbox::Pending],
    ) -> Result<(), ClientError> {
        let me = self.session()?.map(|facts| facts.me.user);
        // Others' edits, waiting here for a restored server, are theirs to hand over.
        let items: Vec<PushItem> = part.iter().filter(|p| Some(p.envelope.author) == me).map(item_of).collect();
        let own = items.len();
        let kept = match transport.quarantine(&ticket.upload(items)) {
            Ok(answer) => usize::try_from(answer.kept).unwrap_or(usize::MAX),
            // Of one alone it says that there is no room for any.
            Err(e) if may_pass(&e) || part.len() == 1 => return Err(e.into()),
            Err(e) => {
                tracing::warn!("a part did not go to quarantine: {e}");
                0
            }
        };
        if kept >= own {
            let done = |p: &outbox::Pending| PushResult { command: p.envelope.id, outcome: Outcome::Quarantined { reason } };
            self.apply_push(part, &part.iter().map(done).collect::<Vec<_>>())?;
            return Ok(());
        }
        if part.len() == 1 {
            tracing::error!("the server did not keep one edit; it stays sealed here");
            return Ok(());
        }
        let (left, right) = part.split_at(part.len() / 2);
        self.upload_part(transport, ticket, reason, left)?;
        self.upload_part(transport, ticket, reason, right)
    }
}

/// Whether a later try may be answered.
fn may_pass(e: &TransportError) -> bool {
    e.is_passing() || matches!(e, TransportError::TooMany { .. } | TransportError::Server(_))
}

fn is_passing(e: &ClientError) -> bool {
    matches!(e, ClientError::Transport(e) if may_pass(e))
}

/// What the server would say, where it was asked by the secret alone.
fn sentence(reason: QuarantineReason) -> String {
    match reason {
        QuarantineReason::UserDisabled => "Your account was disabled. Ask your administrator.".to_owned(),
        QuarantineReason::DeviceRevoked
        | QuarantineReason::LeaseEnded
        | QuarantineReason::Recovered
        | QuarantineReason::Restored
        | QuarantineReason::SentByAuthor => "This computer may not be used any more. Ask your administrator.".to_owned(),
    }
}
