//! The server in this process: accept, pull, sessions, bad input, and both storage engines.

#[path = "../support/cluster.rs"]
mod cluster;
#[path = "../support/mod.rs"]
mod support;

mod accept;
mod bad_input;
mod engines;
mod pull;
mod sessions;
