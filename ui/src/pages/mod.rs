//! One module per page.

pub mod account;
pub mod admin;
pub mod attention;
pub mod gate;
pub mod leads;
