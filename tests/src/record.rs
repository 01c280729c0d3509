//! The record of a locked copy's key in its file, as somebody with the folder could change it: what the
//! gate shows follows from it before any password does.

use anyhow::{Context, Result};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Folders of the copies on a computer.
///
/// # Errors
/// The disk's.
pub fn copies(root: &Path) -> Result<Vec<PathBuf>> {
    Ok(std::fs::read_dir(root.join("profiles"))?.flatten().map(|folder| folder.path()).collect())
}

/// Changes a fact in the record of the only copy on a computer whose app is closed.
///
/// # Errors
/// When there is no copy, or its key is in no file.
pub fn set(root: &Path, fact: &str, value: Value) -> Result<()> {
    let file = copies(root)?.pop().context("a copy")?.join("leadline.key");
    let mut record: Value = serde_json::from_slice(&std::fs::read(&file)?)?;
    record[fact] = value;
    Ok(std::fs::write(&file, record.to_string())?)
}
