//! What a device said was saved. Shared, because people also type while a round of sync runs.

use domain::{CommandId, LeadId};
use std::sync::{Arc, Mutex, PoisonError};

/// The commands of one device, in order.
#[derive(Clone, Default)]
pub struct Acknowledged(Arc<Mutex<Vec<(LeadId, CommandId)>>>);

impl Acknowledged {
    pub fn add(&self, lead: LeadId, command: CommandId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((lead, command));
    }

    #[must_use]
    pub fn all(&self) -> Vec<(LeadId, CommandId)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
