//! The local-first engine: an encrypted SQLite store of documents and read model, one transaction
//! per command, an outbox, and a sync loop over a [`Transport`]. Knows no Tauri and no screen.
//!
//! [`desk::Desk`] is the whole of it for the desktop and the CLI: it answers the requests of
//! `bridge`. [`Engine`] is the part that edits and syncs; tests and the simulator drive it directly.

mod apply;
mod assignment;
mod attendance;
pub mod background;
pub mod desk;
mod engine;
mod error;
mod http;
mod lease;
mod ledger;
mod live;
mod online;
mod own;
mod parting;
pub mod presence;
mod profile;
mod project;
mod rebase;
mod recover;
pub mod reminders;
mod session;
pub mod station;
pub mod store;
mod sync;
mod sync_loop;
mod system;
pub mod tls;
mod transport;
pub mod vault;

pub use documents::check_logo;
pub use engine::{CutOff, CutOffListener, Engine, Listener, SessionEndListener};
pub use error::ClientError;
pub use http::HttpTransport;
pub use lease::Standing;
pub use live::LiveLoop;
pub use profile::Profile;
pub use session::SessionFacts;
pub use station::Station;
pub use sync::{SyncReport, SyncStatus, SyncStep};
pub use sync_loop::SyncLoop;
pub use system::system_env;
pub use transport::{Transport, TransportError};
