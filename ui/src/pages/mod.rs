//! One module per page.

pub mod account;
pub mod admin;
pub mod attendance;
pub mod attention;
pub mod dashboard;
pub mod follow_ups;
pub mod gate;
pub mod lead;
pub mod leads;
pub mod notifications;
pub mod payments;
pub mod queue;
pub mod reports;
