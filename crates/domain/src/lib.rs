//! The rules of Leadline, pure: roles and the permission table, the lead's lifecycle, follow-ups,
//! phones, limits and commands. No I/O, no clock, no async, no Automerge: the UI, the client and
//! the server all call these same functions.

pub mod assignment;
pub mod attendance;
pub mod calling;
pub mod command;
pub mod config;
pub mod env;
pub mod follow_up;
pub mod id;
pub mod lead;
pub mod ledger;
pub mod lifecycle;
pub mod limits;
pub mod money;
pub mod notice;
#[cfg(feature = "password")]
pub mod password;
pub mod people;
pub mod phone;
pub mod policy;
pub mod refusal;
pub mod report;
pub mod role;
pub mod sabotage;
pub mod state;

pub use command::{Command, Envelope};
pub use config::Config;
pub use env::{Clock, Entropy, Env};
pub use id::{CommandId, DeviceId, DocId, DocKind, LeadId, OrgId, TeamId, UserId};
pub use lead::{LeadField, LeadRecord, Pool, Status};
pub use ledger::{Ledger, LedgerCommand};
pub use money::{Currency, Money};
pub use policy::{Action, Actor, Permit, Scope, Subject};
pub use refusal::{Refusal, RefusalCode};
pub use role::Role;
