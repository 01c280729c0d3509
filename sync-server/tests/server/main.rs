//! The server in this process: accept, pull, sessions, bad input, and both storage engines.

#[path = "../support/cluster.rs"]
mod cluster;
#[path = "../support/mod.rs"]
mod support;

mod accept;
mod accounts;
mod assignment;
mod attendance;
mod audit;
mod bad_input;
mod compact;
mod damage;
mod edge;
mod engines;
mod facts;
mod failures;
mod frozen;
mod handover;
mod ledgers;
mod lost_device;
mod matrix;
mod notices;
mod openapi;
mod pull;
mod quarantine;
mod receipts;
mod reopening;
mod reports;
mod restore;
mod sessions;
