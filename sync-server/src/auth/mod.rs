//! Who is there: passwords, tokens, sessions. [`SignedIn`] is the only way to act as somebody.

pub mod code;
pub mod device_secret;
pub mod keys;
mod lockout;
pub mod password;
mod session;
pub(crate) mod tally;
mod token;
pub mod totp;

pub use session::{
    as_of, authenticate, change_password, end_session, redeem, refresh, sessions, sign_in, sign_in_unchecked, sign_out,
    sign_out_everywhere, still,
};
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
    older_app: bool,
}

impl SignedIn {
    pub(crate) fn new(actor: Actor, device: DeviceId, family: Option<Uuid>) -> Self {
        Self { actor, device, family, older_app: false }
    }

    /// The same at an app of an older protocol, whose changes may be encoded otherwise: they are carried
    /// out anew.
    #[must_use]
    pub fn at_older_app(self) -> Self {
        Self { older_app: true, ..self }
    }

    #[must_use]
    pub fn older_app(&self) -> bool {
        self.older_app
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
