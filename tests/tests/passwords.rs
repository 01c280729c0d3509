//! Passwords and cut-offs between a real server and the copies on computers: changed, forgotten,
//! disabled. Nothing typed is lost on the way.

use anyhow::{Context, Result, ensure};
use bridge::ProblemCode;
use bridge::session::Gate;
use serde_json::json;
use std::path::Path;
use tests::processes::{PASSWORD, Server, Terminal};

const ASHA: &str = "asha@nakshatra.example";
const NEW: &str = "seven otters paint a violin";

/// Runs the CLI with this password; its exit code and what it said.
fn with(terminal: &Terminal, password: &str, old: Option<&str>, args: &[&str]) -> Result<(i32, String)> {
    let mut command = terminal.command(args);
    command.env("LEADLINE_PASSWORD", password);
    if let Some(old) = old {
        command.env("LEADLINE_OLD_PASSWORD", old);
    }
    let output = command.output()?;
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Ok((output.status.code().unwrap_or(-1), said))
}

fn company(folder: &Path) -> Result<(Server, Terminal)> {
    let server = Server::demo(&folder.join("server"), 20)?;
    let asha = Terminal::sign_in(&folder.join("asha"), &server, ASHA)?;
    asha.run(&["sync"])?;
    asha.run(&["lead", "add", "--name", "Vaidehi Tamhankar", "--phone", "98200 14786"])?;
    Ok((server, asha))
}

#[test]
fn a_changed_password_opens_the_copies_on_every_computer() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (server, asha) = company(folder.path())?;
    let laptop = Terminal::sign_in(&folder.path().join("laptop"), &server, ASHA)?;

    let station = asha.station();
    station.unlock(PASSWORD)?;
    let wrong = station.answer("password_change", json!({"old": "not it", "new": NEW})).expect_err("the old one is wrong");
    ensure!(wrong.code != ProblemCode::Internal, "{wrong}");
    station.answer("password_change", json!({"old": PASSWORD, "new": NEW}))?;
    station.lock()?;
    assert_eq!(station.unlock(PASSWORD).expect_err("the old one").code, ProblemCode::WrongCredentials);
    assert_eq!(station.unlock(NEW)?.gate, Gate::Open);
    drop(station);
    ensure!(with(&asha, NEW, None, &["lead", "list"])?.1.contains("Vaidehi"), "the CLI opens it, too");

    let sign_in = ["sign-in", "--server", &server.url, "--email", ASHA];
    let (code, said) = with(&laptop, NEW, None, &sign_in)?;
    ensure!(code == 4 && said.contains("old password") && said.contains("leadline-server recover"), "{code} {said}");
    ensure!(with(&laptop, PASSWORD, None, &["status"])?.0 == 0, "meanwhile the old one opens it offline");
    let (code, said) = with(&laptop, NEW, Some(PASSWORD), &sign_in)?;
    ensure!(code == 0, "{said}");
    ensure!(with(&laptop, PASSWORD, None, &["status"])?.0 == 4);
    ensure!(with(&laptop, NEW, None, &["sync"])?.0 == 0);
    Ok(())
}

#[test]
fn a_forgotten_password_costs_nothing_that_was_typed() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (server, asha) = company(folder.path())?;
    let old = std::fs::read_dir(asha.profile.join("profiles"))?.flatten().next().context("a copy")?.path();
    let code = server.ask(&["user", "code", ASHA])?;
    let redeem = ["sign-in", "--server", &server.url, "--invitation", &code];
    let (exit, said) = with(&asha, "short", None, &redeem)?;
    ensure!(exit == 3, "too weak a password is refused: {exit} {said}");
    let (exit, said) = with(&asha, NEW, None, &redeem)?;
    ensure!(exit == 0, "{said}");
    ensure!(with(&asha, NEW, None, &["sync"])?.0 == 0);
    ensure!(!with(&asha, NEW, None, &["lead", "list", "--search", "Vaidehi"])?.1.contains("Vaidehi Tamhankar"), "a new copy");
    let said = server.ask(&["recover", old.to_str().context("a path")?])?;
    ensure!(said.contains("1 edits were waiting, 1 are safe"), "{said}");
    Ok(())
}

#[test]
fn a_disabled_person_is_shut_out_and_their_work_is_in_quarantine() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (server, asha) = company(folder.path())?;
    server.command(&["user", "disable", ASHA])?;
    let (code, said) = asha.attempt(&["sync"])?;
    ensure!(code != 0, "{said}");
    let (code, said) = asha.attempt(&["lead", "list"])?;
    ensure!(code == 4, "the copy is shut: {code} {said}");
    ensure!(matches!(asha.station().view()?.gate, Gate::CutOff { .. }));
    let database = rusqlite::Connection::open(folder.path().join("server/leadline.db"))?;
    let held: u32 = database.query_row("SELECT count(*) FROM quarantine WHERE state = 'held'", [], |row| row.get(0))?;
    assert_eq!(held, 1);

    server.command(&["user", "enable", ASHA])?;
    let (code, said) = asha.attempt(&["sign-in", "--server", &server.url, "--email", ASHA])?;
    ensure!(code == 0, "{said}");
    ensure!(asha.run(&["lead", "list"])?["total"].as_u64() > Some(0), "it opens again");
    Ok(())
}
