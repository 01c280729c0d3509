//! Checks that the arrows between our packages point one way, and that no package can reach what it
//! must not know. Asks cargo; builds nothing.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::shell::{self, step};

/// What a package must not reach, however far away, for the target it is built for, and why.
const ABSENT: [(&[&str], &[&str], &str, &str); 3] = [
    (&["client", "sync-server", "leadline-cli", "tests"], &["tauri", "wry"], "", "only the shell knows Tauri"),
    (&["ui", "domain", "bridge"], &["rusqlite", "tokio"], "wasm32-unknown-unknown", "runs in a web view"),
    (&["domain", "records", "protocol", "bridge"], &["rusqlite", "tokio"], "", "pure: no I/O, no async runtime"),
];
/// Who may name a package as a dependency.
const ONLY: [(&str, &[&str], &str); 2] = [
    ("automerge", &["records", "tests"], "`records` is the only code that knows Automerge"),
    ("crash-vfs", &["tests"], "it breaks disks, and has lints of its own"),
];
/// Which of ours each may use: the last column of the table of places.
const ARROWS: [(&str, &[&str]); 10] = [
    ("domain", &[]),
    ("documents", &["domain"]),
    ("records", &["domain"]),
    ("protocol", &["domain"]),
    ("bridge", &["domain"]),
    ("client", &["domain", "records", "protocol", "bridge", "documents"]),
    ("leadline-desktop", &["client", "bridge"]),
    ("ui", &["bridge", "domain"]),
    ("leadline-cli", &["client", "domain", "bridge"]),
    ("sync-server", &["records", "protocol", "domain"]),
];

pub fn run() -> Result<()> {
    step("Checking forbidden dependencies");
    let metadata = shell::read(shell::cargo().args(["metadata", "--format-version", "1", "--no-deps"]))?;
    let declared = declared(&serde_json::from_str(&metadata).context("cargo metadata is no JSON")?)?;
    let mut faults = declared_faults(&declared);
    for (packages, forbidden, target, why) in ABSENT {
        for package in packages {
            let reached = reached(package, target)?;
            let wrong = forbidden.iter().filter(|name| reached.contains(**name));
            faults.extend(wrong.map(|name| format!("{package} reaches {name}: {why}. See `cargo tree -p {package} -e normal -i {name}`")));
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    bail!("{} faults:\n  {}", faults.len(), faults.join("\n  "));
}

/// Everything a package links, for one target (empty: this machine).
fn reached(package: &str, target: &str) -> Result<BTreeSet<String>> {
    let mut tree = shell::cargo();
    // Locked: what is checked in must be what is built.
    tree.args(["tree", "--locked", "--package", package, "--edges", "normal", "--prefix", "none", "--format", "{p}"]);
    if !target.is_empty() {
        tree.args(["--target", target]);
    }
    let listed = shell::read(&mut tree)?;
    Ok(listed.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect())
}

/// Per package of ours the names it declares as dependencies, not counting those of its tests and build script.
type Declared = BTreeMap<String, BTreeSet<String>>;

fn declared(metadata: &Value) -> Result<Declared> {
    let packages = metadata["packages"].as_array().context("metadata lists packages")?;
    packages
        .iter()
        .map(|package| Some((package["name"].as_str()?.to_owned(), needs(package)?)))
        .collect::<Option<_>>()
        .context("a package has a name and dependencies")
}

fn needs(package: &Value) -> Option<BTreeSet<String>> {
    let normal = package["dependencies"].as_array()?.iter().filter(|dependency| dependency["kind"].is_null());
    Some(normal.filter_map(|dependency| dependency["name"].as_str()).map(str::to_owned).collect())
}

fn declared_faults(declared: &Declared) -> Vec<String> {
    let mut faults = Vec::new();
    for (target, allowed, why) in ONLY {
        let users = declared.iter().filter(|(name, needs)| needs.contains(target) && !allowed.contains(&name.as_str()));
        faults.extend(users.map(|(name, _)| format!("{name} uses {target}: {why}")));
    }
    for (package, allowed) in ARROWS {
        let used = declared.get(package).into_iter().flatten().filter(|name| declared.contains_key(*name));
        let wrong = used.filter(|name| !allowed.contains(&name.as_str()));
        faults.extend(wrong.map(|name| format!("{package} uses {name}: arrows point one way")));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_forbidden_arrow_is_found() {
        let cases: [(&str, &[&str], usize); 6] = [
            ("client", &["records", "rusqlite"], 0),
            ("records", &["domain", "automerge"], 0),
            ("client", &["automerge"], 1),
            ("domain", &["records"], 1),
            ("sync-server", &["client"], 1),
            ("client", &["crash-vfs"], 1),
        ];
        for (package, needs, wanted) in cases {
            let mut declared: Declared = ["domain", "records", "client"].map(|name| (name.to_owned(), BTreeSet::new())).into();
            declared.insert(package.to_owned(), needs.iter().map(|name| (*name).to_owned()).collect());
            let found = declared_faults(&declared);
            assert_eq!(found.len(), wanted, "{package} {needs:?}: {found:?}");
        }
    }
}
