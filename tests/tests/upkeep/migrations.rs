//! A migration that was released is never edited: databases out there have run it as it was.

use anyhow::{Context, Result};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

/// One line each: SHA-256, file. A new migration gets a new line; no line ever changes.
const GOLDEN: &str = include_str!("migrations.txt");

fn files() -> Result<BTreeMap<String, String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
    let mut found = BTreeMap::new();
    for folder in ["client", "server-postgres", "server-sqlite"] {
        for file in std::fs::read_dir(root.join(folder)).context(folder)? {
            let path = file?.path();
            let hash: String = Sha256::digest(std::fs::read(&path)?).iter().map(|byte| format!("{byte:02x}")).collect();
            let name = path.file_name().context("a name")?.to_string_lossy().into_owned();
            found.insert(format!("{folder}/{name}"), hash);
        }
    }
    Ok(found)
}

#[test]
fn no_released_migration_was_edited() -> Result<()> {
    let found = files()?;
    let now: String = found.iter().map(|(file, hash)| format!("{hash}  {file}\n")).collect();
    assert!(now == GOLDEN, "migrations are not those of migrations.txt; edit none that is there, add a line for a new one:\n{now}");
    Ok(())
}

#[test]
fn migrations_are_numbered_without_a_gap_and_the_same_on_both_engines() -> Result<()> {
    let found = files()?;
    let of = |folder: &str| -> Vec<&str> { found.keys().filter_map(|file| file.strip_prefix(folder)).collect() };
    assert_eq!(of("server-sqlite/"), of("server-postgres/"));
    for folder in ["client/", "server-sqlite/"] {
        for (i, file) in of(folder).into_iter().enumerate() {
            assert!(file.starts_with(&format!("{:04}_", i + 1)), "{folder}{file}");
        }
    }
    Ok(())
}
