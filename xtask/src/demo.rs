//! `cargo xtask demo`: the story of two agents, one of them offline, told in the terminal by real
//! processes: a server, and a command-line client per edit. Both devices' views side by side, before
//! and after the merge.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::setup::{self, Need};
use crate::shell::{self, root, step};

/// Everybody's in the demo company.
const PASSWORD: &str = "demo-leadline";
/// Width of one device's column.
const COLUMN: usize = 72;

pub fn run() -> Result<()> {
    setup::ensure(Need::Build)?;
    step("Building the server and the command line");
    shell::run(shell::cargo().args(["build", "--package", "sync-server", "--package", "leadline-cli", "--bins"]))?;
    let home = root().join("target/demo");
    if home.exists() {
        fs::remove_dir_all(&home)?;
    }
    step("A server with the demo company");
    shell::read(built("leadline-server").arg("--data").arg(home.join("server")).args(["demo-data", "--leads", "40", "--seed", "1"]))?;
    let mut server = Server::start(&home.join("server"))?;
    let told = tell(&home, &mut server);
    server.stop()?;
    told
}

fn tell(home: &Path, server: &mut Server) -> Result<()> {
    step("Asha (salesperson) and Meera (manager) sign in and sync");
    let asha = Device::sign_in("Asha", &home.join("asha"), server, "asha@nakshatra.example")?;
    let meera = Device::sign_in("Meera", &home.join("meera"), server, "meera@nakshatra.example")?;
    let added = asha.json(&["lead", "add", "--name", "Ananya Krishnan", "--phone", "98200 14700", "--note", "Prefers evening batch."])?;
    let lead = added["lead"].as_str().context("the new lead's id")?;
    asha.quietly(&["sync"])?;
    meera.quietly(&["sync"])?;
    side_by_side("Both hold the lead", &asha, &meera, lead)?;

    step("The network is gone: the server's plug is pulled");
    server.stop()?;
    let note = note_id(&asha.json(&["lead", "show", lead])?)?;
    asha.say(&["lead", "set", lead, "phone=98200 14786"])?;
    asha.say(&["lead", "status", lead, "in_progress"])?;
    asha.say(&["lead", "note", lead, "Call after six. Prefers evening batch.", "--edit", &note])?;
    meera.say(&["lead", "set", lead, "phone=98200 14768", "email=ananya@example.com"])?;
    meera.say(&["lead", "note", lead, "Prefers evening batch. Father pays.", "--edit", &note])?;
    step("Asha's process is killed as soon as it has acknowledged her last edit");
    asha.killed(&["follow-up", "add", lead, "--at", "2027-01-22T17:00", "--note", "fee break-up"])?;
    side_by_side("Before: each has their own", &asha, &meera, lead)?;

    step("The network is back: both sync");
    server.start_again()?;
    asha.say(&["sync"])?;
    meera.say(&["sync"])?;
    asha.say(&["sync"])?;
    side_by_side("After: one truth", &asha, &meera, lead)?;

    step("Asha picks a number; Meera sees it");
    asha.say(&["lead", "set", lead, "phone=98200 14786"])?;
    asha.quietly(&["sync"])?;
    meera.quietly(&["sync"])?;
    side_by_side("The end", &asha, &meera, lead)
}

/// One person's computer.
struct Device {
    name: &'static str,
    profile: PathBuf,
}

impl Device {
    fn sign_in(name: &'static str, profile: &Path, server: &Server, email: &str) -> Result<Self> {
        let device = Self { name, profile: profile.to_owned() };
        let mut login = device.command(&["sign-in", "--server", &server.url, "--email", email, "--password-stdin"]);
        let mut child = login.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
        child.stdin.take().context("its input")?.write_all(format!("{PASSWORD}\n").as_bytes())?;
        ensure!(child.wait()?.success(), "{name} can't sign in");
        device.quietly(&["sync"])?;
        Ok(device)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = built("leadline");
        command.arg("--profile").arg(&self.profile).args(args).stdin(Stdio::null());
        command.env("LEADLINE_PASSWORD", PASSWORD).env("LEADLINE_KEY_HOME", "file");
        command
    }

    /// Runs a command and shows it with its answer.
    fn say(&self, args: &[&str]) -> Result<String> {
        let answer = shell::read(&mut self.command(args))?;
        println!("  {:<6}$ leadline {}\n          {}", self.name, args.join(" "), answer.trim().replace('\n', "\n          "));
        Ok(answer)
    }

    fn quietly(&self, args: &[&str]) -> Result<()> {
        shell::read(&mut self.command(args)).map(drop)
    }

    fn json(&self, args: &[&str]) -> Result<serde_json::Value> {
        Ok(serde_json::from_str(&shell::read(self.command(args).arg("--json"))?)?)
    }

    fn killed(&self, args: &[&str]) -> Result<()> {
        let mut child = self.command(args).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("its output")?).read_line(&mut line)?;
        // It may have ended by itself.
        let _ = child.kill();
        child.wait()?;
        println!("  {:<6}$ leadline {}\n          {}  ✂ SIGKILL", self.name, args.join(" "), line.trim());
        Ok(())
    }
}

/// A server process at an address that stays the same.
struct Server {
    data: PathBuf,
    url: String,
    process: Option<Child>,
}

impl Server {
    fn start(data: &Path) -> Result<Self> {
        let mut server = Self { data: data.to_owned(), url: "http://127.0.0.1:0".into(), process: None };
        server.start_again()?;
        Ok(server)
    }

    fn start_again(&mut self) -> Result<()> {
        let listen = self.url.trim_start_matches("http://").to_owned();
        let mut serve = built("leadline-server");
        serve.arg("--data").arg(&self.data).args(["serve", "--listen", &listen]).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = serve.spawn().context("leadline-server can't be started")?;
        let lines = BufReader::new(process.stdout.take().context("its output")?).lines();
        self.process = Some(process);
        let said = lines.map_while(Result::ok).find(|line| line.contains("http://")).context("the server ended at once")?;
        let url = said.split_whitespace().find(|word| word.starts_with("http://")).context("an address")?;
        self.url = url.to_owned();
        Ok(())
    }

    fn stop(&mut self) -> Result<()> {
        if let Some(mut process) = self.process.take() {
            process.kill()?;
            process.wait()?;
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.stop();
    }
}

fn built(name: &str) -> Command {
    shell::program(root().join("target/debug").join(name))
}

fn note_id(shown: &serde_json::Value) -> Result<String> {
    Ok(shown["lead"]["notes"][0]["note"]["id"].as_str().context("a note")?.to_owned())
}

fn side_by_side(title: &str, left: &Device, right: &Device, lead: &str) -> Result<()> {
    let view = |device: &Device| -> Result<Vec<String>> {
        let shown = shell::read(&mut device.command(&["lead", "show", lead]))?;
        Ok(shown.lines().flat_map(|line| wrapped(line, COLUMN)).collect())
    };
    let (a, b) = (view(left)?, view(right)?);
    println!("\n\x1b[1m{title}\x1b[0m\n{}│ {}", padded(&format!("{}’s screen", left.name)), format_args!("{}’s screen", right.name));
    println!("{}┼{}", "─".repeat(COLUMN), "─".repeat(COLUMN));
    for i in 0..a.len().max(b.len()) {
        let line = |lines: &[String]| lines.get(i).cloned().unwrap_or_default();
        println!("{}│ {}", padded(&line(&a)), line(&b));
    }
    println!();
    Ok(())
}

fn padded(text: &str) -> String {
    format!("{text}{}", " ".repeat(COLUMN.saturating_sub(text.chars().count())))
}

fn wrapped(line: &str, width: usize) -> Vec<String> {
    let letters: Vec<char> = line.chars().collect();
    if letters.is_empty() {
        return vec![String::new()];
    }
    letters.chunks(width - 1).map(|part| part.iter().collect()).collect()
}
