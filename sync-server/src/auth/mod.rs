//! Who is there: passwords, tokens, sessions. [`SignedIn`] is the only way to act as somebody.

pub mod password;
mod session;
mod token;

pub use session::{authenticate, refresh, sign_in, sign_out};

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

    #[must_use]
    pub fn device(&self) -> DeviceId {
        self.device
    }
}
