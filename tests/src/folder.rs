//! A private folder for a test.

use std::path::Path;
use tempfile::TempDir;

/// A fast private folder: in memory where the system has such a place.
///
/// # Panics
/// When no folder can be made.
#[must_use]
pub fn folder() -> TempDir {
    let shm = Path::new("/dev/shm");
    let made = if shm.is_dir() { tempfile::tempdir_in(shm) } else { tempfile::tempdir() };
    made.expect("a temporary folder")
}
