//! Live sockets: who has one, what each may hear of, and which lead each has open.

mod hub;

pub use hub::{Hub, Socket};

use crate::sight::Channel;
use std::collections::BTreeSet;

/// What a commit touched.
#[derive(Clone, Debug, Default)]
pub struct Touched {
    /// The last `seq` of the commit; 0 for none.
    pub seq: u64,
    pub channels: BTreeSet<Channel>,
    /// Rows that everyone gets.
    pub everyone: bool,
}
