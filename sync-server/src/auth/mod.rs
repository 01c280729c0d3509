//! Who is there: passwords, tokens, sessions. [`SignedIn`] is the only way to act as somebody.

pub mod code;
pub mod keys;
mod lockout;
pub mod password;
mod session;
pub(crate) mod tally;
mod token;
pub mod totp;

pub use session::{authenticate, change_password, end_session, redeem, refresh, sessions, sign_in, sign_out, sign_out_everywhere, still};
pub(crate) use token::digest;

use domain::{Actor, DeviceId};
use uuid::Uuid;

/// A person whose token was checked for this request, at their device. Only this module and
/// `Core::session_for` make one.
#[derive(Clone, Copy, Debug)]
pub struct SignedIn {
    actor: Actor,
    device: DeviceId,
    family: Option<Uuid>,
}

impl SignedIn {
    pub(crate) fn new(actor: Actor, device: DeviceId, family: Option<Uuid>) -> Self {
        Self { actor, device, family }
    }

    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The sign-in that the token came of.
    #[must_use]
    pub fn session(&self) -> Option<Uuid> {
        self.family
    }

    #[must_use]
    pub fn device(&self) -> DeviceId {
        self.device
    }
}
