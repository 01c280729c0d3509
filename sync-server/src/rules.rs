//! The organisation's rules and lists, as the server obeys them.

use crate::store::{Result, StoreError, Tx, documents};
use domain::{Config, DocId, OrgId};
use jiff::tz::TimeZone;

/// As the document says it now; the defaults before anybody set anything.
///
/// # Errors
/// The database's; `Corrupt` where the document can't be read.
pub fn of(tx: &mut dyn Tx, org: OrgId) -> Result<Config> {
    let Some(blob) = documents::blob(tx, org, DocId::config(org))? else { return Ok(Config::default()) };
    let read = records::Doc::load(&blob).and_then(|doc| records::config::read(&doc));
    read.map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// An organisation's zone; UTC for one that this machine does not know.
#[must_use]
pub fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}
