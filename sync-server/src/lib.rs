//! The sync server: it decides what only one place can decide, checks every edit it is sent, and
//! passes edits on. [`core::Core`] is the server; [`http`] is a thin layer over it.
//!
//! The order of a push: `http::sync` → `core` → `accept::queue` → `accept::judge` (pure rules of
//! `domain`, documents of `records`) → one transaction of `store`.

pub mod accept;
pub mod assign;
pub mod assignment;
pub mod attendance;
pub mod audit;
pub mod auth;
pub mod compact;
pub mod config;
pub mod core;
pub mod demo;
pub mod devices;
pub mod env;
pub mod error;
pub mod files;
pub mod http;
mod line;
pub mod live;
pub mod logging;
pub mod notices;
pub mod people;
pub mod pull;
pub mod quarantine;
pub mod recover;
pub mod reports;
pub mod rules;
mod seal;
pub mod serve;
pub mod sight;
pub mod store;
pub mod tls;

pub use auth::SignedIn;
pub use core::Core;
pub use error::Error;
pub use people::NewUser;
pub use protocol::admin::SetOwner;
pub use store::{Store, StoreError};
