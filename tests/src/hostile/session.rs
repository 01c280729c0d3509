//! What a server answers to a sign-in: tokens, and a lease that the device will trust without it.
//!
//! Mode: bit 0 the lease is not signed again by whoever answers.

use super::office::template;
use super::pen::env;
use super::{Seed, Target, seed, split};
use crate::folder::folder;
use client::vault::Key;
use client::{Engine, Profile};
use ed25519_dalek::{Signer as _, SigningKey};
use protocol::auth::Session;
use std::sync::OnceLock;

/// Opens a database without encryption.
const KEY: [u8; 32] = [0; 32];

pub const TARGET: Target = Target { name: "session", meets: "what a server answers to a sign-in", run, seeds, max_len: 4 * 1024 };

fn run(input: &[u8]) {
    let (mode, body) = split(input);
    let Ok(mut session) = serde_json::from_slice::<Session>(body) else { return };
    if mode & 1 == 0 {
        let key = SigningKey::from_bytes(&[9; 32]);
        session.lease_key = key.verifying_key().to_bytes().to_vec();
        session.lease.signature = key.sign(&session.lease.lease).to_bytes().to_vec();
    }
    let folder = folder();
    std::fs::write(folder.path().join("leadline.db"), database()).expect("a database");
    let engine = Engine::open(&Profile::at(folder.path()).expect("a profile"), &Key::from(KEY), env(51)).expect("an engine");
    let _ = engine.signed_in("http://127.0.0.1:1", &session);
    let _ = (engine.session(), engine.lease_standing(), engine.note_clock());
    // A refresh brings the same again.
    let _ = engine.signed_in("http://127.0.0.1:1", &session);
}

/// A profile whose device is the one that the honest lease was given to.
fn database() -> &'static [u8] {
    static MADE: OnceLock<Vec<u8>> = OnceLock::new();
    MADE.get_or_init(|| {
        let folder = folder();
        drop(Engine::open(&Profile::at(folder.path()).expect("a profile"), &Key::from(KEY), env(50)).expect("an engine"));
        let path = folder.path().join("leadline.db");
        let device = serde_json::to_string(&template().device).expect("an id");
        let database = rusqlite::Connection::open(&path).expect("the profile's database");
        database.execute("INSERT INTO meta (key, value) VALUES (?1, ?2)", [client::store::meta::DEVICE, &device]).expect("a device");
        database.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("folded");
        drop(database);
        std::fs::read(path).expect("the database")
    })
}

fn seeds() -> Vec<Seed> {
    let json = serde_json::to_vec(&template().session).expect("plain values");
    vec![seed("honest", 1, &json), seed("signed-by-another", 0, &json)]
}
