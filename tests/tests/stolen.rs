//! What a stolen computer gives away: nothing but a masked address; and what the organisation gets
//! back from one without anybody's password.

use anyhow::{Context, Result, ensure};
use client::vault::{KDF_MEMORY_KIB, KDF_PASSES};
use serde_json::Value;
use std::path::Path;
use tests::folder::copy;
use tests::processes::{Server, Terminal};
use tests::theft::{files, places, secrets};

const ASHA: &str = "asha@nakshatra.example";

#[test]
fn a_stolen_copy_tells_nothing_and_a_guess_costs_an_argon2() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 600)?;
    let asha = Terminal::sign_in(&folder.path().join("asha"), &server, ASHA)?;
    asha.run(&["sync"])?;
    let added = asha.run(&[
        "lead",
        "add",
        "--name",
        "Vaidehi Tamhankar",
        "--phone",
        "98200 14786",
        "--email",
        "vaidehi.t@example.in",
        "--note",
        "Her brother Prathamesh decides",
    ])?;
    let lead = added["lead"].as_str().context("an id")?;
    asha.run(&["lead", "set", lead, "email=vaidehi.tamhankar@example.in"])?;
    let mut words = secrets(&asha, [ASHA, "Asha Menon"])?;
    words.extend(["Prathamesh", "vaidehi.t", "9820014786", "Tamhankar"].map(str::to_owned));
    ensure!(words.len() > 60, "there is something to look for: {}", words.len());

    let stolen = folder.path().join("stolen");
    copy(&asha.profile, &stolen)?;
    let found = places(&stolen, &words)?;
    ensure!(found.is_empty(), "the copy tells: {found:#?}");
    // The search would find them: the server's own database is not locked.
    ensure!(!places(&folder.path().join("server"), &words)?.is_empty(), "the search works");

    let thief = Terminal { profile: stolen.clone() };
    for guess in ["", "demo-leadlin", "demo-leadline ", "password"] {
        let output = thief.command(&["lead", "list"]).env("LEADLINE_PASSWORD", guess).output()?;
        ensure!(output.status.code() == Some(4), "{guess:?} opened it");
    }
    let mut all = Vec::new();
    files(&stolen, &mut all)?;
    let record = all.iter().find(|file| file.ends_with("leadline.key")).context("the wrapped key")?;
    let record: Value = serde_json::from_slice(&std::fs::read(record)?)?;
    let cost = |name: &str| record["kdf"][name].as_u64().unwrap_or(0);
    ensure!(cost("memory_kib") >= u64::from(KDF_MEMORY_KIB) && cost("passes") >= u64::from(KDF_PASSES), "{record}");
    const { assert!(KDF_MEMORY_KIB >= 65_536 && KDF_PASSES >= 3) };
    // The person themselves gets in.
    ensure!(thief.run(&["lead", "list"])?["total"].as_u64() > Some(0));
    Ok(())
}

#[test]
fn the_server_gets_back_what_a_forgotten_password_locks_away() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("server");
    let mut server = Server::demo(&data, 20)?;
    let asha = Terminal::sign_in(&folder.path().join("asha"), &server, ASHA)?;
    asha.run(&["sync"])?;
    server.kill()?;
    let added = asha.run(&["lead", "add", "--name", "Vaidehi Tamhankar", "--phone", "98200 14786"])?;
    let lead = added["lead"].as_str().context("an id")?;
    asha.run(&["lead", "note", lead, "Her brother decides"])?;
    let copies = std::fs::read_dir(asha.profile.join("profiles"))?.flatten().next().context("a copy")?.path();
    // The password is forgotten, and the key with it.
    std::fs::remove_file(copies.join("leadline.key"))?;
    let before = std::fs::read(copies.join("leadline.db"))?;

    ensure!(server.command(&["recover", folder.path().to_str().context("a path")?]).is_err(), "no copy lies there");
    let copies = copies.to_str().context("a path")?;
    server.command(&["recover", copies])?;
    server.command(&["recover", copies])?;
    ensure!(std::fs::read(Path::new(copies).join("leadline.db"))? == before, "the folder is not written to");

    let database = rusqlite::Connection::open(data.join("leadline.db"))?;
    let held = "SELECT count(*), count(DISTINCT command_id), min(reason) FROM quarantine WHERE state = 'held'";
    let held: (u32, u32, String) = database.query_row(held, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    assert_eq!(held, (2, 2, "\"recovered\"".to_owned()));

    // Another organisation's server has another key.
    let other = Server::demo(&folder.path().join("other"), 5)?;
    let stranger = Terminal::sign_in(&folder.path().join("stranger"), &other, ASHA)?;
    let theirs = std::fs::read_dir(stranger.profile.join("profiles"))?.flatten().next().context("a copy")?.path();
    ensure!(server.command(&["recover", theirs.to_str().context("a path")?]).is_err(), "it is sealed for somebody else");
    Ok(())
}
