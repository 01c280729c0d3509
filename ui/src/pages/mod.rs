//! One module per page.

pub mod attention;
pub mod leads;
pub mod sign_in;
