//! The files beside a profile, which lie on a disk that others may write: the station's settings, and the
//! record of a wrapped key.
//!
//! Mode: bit 0 the record of a key.

use super::pen::env;
use super::{Seed, Target, seed, split};
use crate::folder::folder;
use client::Station;
use client::vault::Homes;

pub const TARGET: Target = Target { name: "settings", meets: "the files beside a profile", run, seeds, max_len: 4 * 1024 };

fn run(input: &[u8]) {
    let (mode, body) = split(input);
    let folder = folder();
    let profile = folder.path().join("profiles/one");
    std::fs::create_dir_all(&profile).expect("a folder");
    std::fs::write(profile.join("leadline.db"), b"").expect("written");
    let file = if mode & 1 == 0 { folder.path().join("station.json") } else { profile.join("leadline.key") };
    std::fs::write(file, body).expect("written");
    let station = Station::for_commands(folder.path(), env(71), Homes::file());
    let view = station.view().expect("the gate stands, whatever the files say");
    if let Some(card) = view.profiles.first() {
        let _ = station.choose(Some(card.id.clone()));
    }
}

fn seeds() -> Vec<Seed> {
    let settings = serde_json::json!({ "theme": "dark", "server": "https://crm.example.com:8440", "pin": "ab".repeat(32) });
    let key = serde_json::json!({
        "version": 1, "kdf": { "memory_kib": 65_536, "passes": 3, "lanes": 1 }, "salt": "00".repeat(16), "nonce": "00".repeat(24),
        "ciphertext": "00".repeat(48), "label": "a•••@acme.example", "address": "ab".repeat(32), "server": "https://crm.example.com:8440",
        "lease_until": 1_795_231_800_000_i64, "wipe_at": 1_797_823_800_000_i64, "last_used": 1_795_231_800_000_i64, "signed_out": false
    });
    vec![
        seed("settings", 0, settings.to_string().as_bytes()),
        seed("key", 1, key.to_string().as_bytes()),
        seed("plain-key", 1, "07".repeat(32).as_bytes()),
    ]
}
