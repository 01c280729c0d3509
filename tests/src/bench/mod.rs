//! Measurements, each beside a raw baseline taken in the same run on the same machine.

pub mod assignment;
mod cipher;
pub mod local;
pub mod report;
pub mod reports;
pub mod server;
pub mod window;
pub mod wire;
