//! "What changed": sent to the UI after each commit, so that screens ask again.

use domain::LeadId;
use serde::{Deserialize, Serialize};

/// Above this many leads in one commit the change names none and means "any".
pub const LEADS_NAMED_MAX: usize = 200;

/// What one commit, or one step of the sync loop, changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Leads whose rows or documents changed.
    pub leads: Vec<LeadId>,
    /// More leads than are named.
    pub many_leads: bool,
    /// The outbox, the pill or the progress of the first sync.
    pub sync: bool,
    pub attention: bool,
    pub session: bool,
    /// People or teams.
    pub directory: bool,
    /// The organisation's rules or lists.
    #[serde(default)]
    pub config: bool,
    /// Notifications, or which of them were read.
    #[serde(default)]
    pub notices: bool,
    /// Something waits to be opened.
    pub link: bool,
    /// Who else is on which lead.
    pub presence: bool,
    /// Who is at work, or own steps that wait.
    #[serde(default)]
    pub attendance: bool,
}

impl Change {
    /// Joins two changes into one.
    pub fn absorb(&mut self, other: Change) {
        self.leads.extend(other.leads);
        self.leads.sort_unstable();
        self.leads.dedup();
        self.many_leads |= other.many_leads;
        if self.leads.len() > LEADS_NAMED_MAX {
            self.leads.clear();
            self.many_leads = true;
        }
        self.sync |= other.sync;
        self.attention |= other.attention;
        self.session |= other.session;
        self.directory |= other.directory;
        self.config |= other.config;
        self.notices |= other.notices;
        self.link |= other.link;
        self.presence |= other.presence;
        self.attendance |= other.attendance;
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Change::default()
    }

    /// Whether a screen that shows `lead` should ask again.
    #[must_use]
    pub fn touches(&self, lead: LeadId) -> bool {
        self.many_leads || self.leads.contains(&lead)
    }
}
