//! What lasts: databases of every earlier version, and a database that is compacted while it is used.

mod compaction;
mod fixtures;
mod migrations;
