//! Real processes in tests: the server on a free port, the CLI on private profiles. All of them end
//! with the value that holds them.

use anyhow::{Context, Result, bail, ensure};
use client::desk::Desk;
use client::vault::Homes;
use client::{Station, system_env};
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// How long anything here may take before a test fails.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Everybody's in the demo company.
pub const PASSWORD: &str = "demo-leadline";

/// Where cargo put the binaries of this build.
///
/// # Errors
/// When this program was not run out of a target folder.
pub fn binary(name: &str) -> Result<PathBuf> {
    let here = std::env::current_exe()?;
    let found = here.ancestors().skip(1).take(3).map(|dir| dir.join(name)).find(|path| path.is_file());
    found.with_context(|| format!("{name} is not built; run the tests with `cargo xtask test`"))
}

/// A running server with its data folder.
pub struct Server {
    child: Option<Child>,
    data: PathBuf,
    pub url: String,
}

impl Server {
    /// Fills a new data folder with the demo company and serves it on a free port.
    ///
    /// # Errors
    /// What the server says.
    pub fn demo(data: &Path, leads: usize) -> Result<Self> {
        Self::fill(data, leads)?;
        Self::start(data)
    }

    /// Fills a new data folder with the demo company.
    ///
    /// # Errors
    /// What the server says.
    pub fn fill(data: &Path, leads: usize) -> Result<()> {
        Self::fill_for(data, leads, &[])
    }

    /// Fills a new data folder with the demo company, with more words for `demo-data`.
    ///
    /// # Errors
    /// What the server says.
    pub fn fill_for(data: &Path, leads: usize, more: &[&str]) -> Result<()> {
        let made = leadline_server(data).args(["demo-data", "--leads", &leads.to_string(), "--seed", "7"]).args(more).output()?;
        ensure!(made.status.success(), "demo-data: {}", String::from_utf8_lossy(&made.stderr));
        Ok(())
    }

    /// Serves what is in `data`.
    ///
    /// # Errors
    /// What the server says.
    pub fn start(data: &Path) -> Result<Self> {
        Self::start_at(data, "127.0.0.1:0")
    }

    /// Serves at a given address, as after a restart.
    ///
    /// # Errors
    /// What the server says.
    pub fn start_at(data: &Path, listen: &str) -> Result<Self> {
        let mut child = leadline_server(data).args(["serve", "--listen", listen]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let out = child.stdout.take().context("its output")?;
        let mut server = Self { child: Some(child), data: data.to_owned(), url: String::new() };
        // The line that tells the address comes when it listens.
        for line in BufReader::new(out).lines() {
            if let Some(at) = line?.split_whitespace().find(|w| w.starts_with("http://")) {
                server.url = at.trim_end_matches(['.', '/']).to_owned();
                return Ok(server);
            }
        }
        bail!("the server ended before it listened")
    }

    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.as_ref().map_or(0, Child::id)
    }

    /// Pulls its plug.
    ///
    /// # Errors
    /// When it can't be killed.
    pub fn kill(&mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    /// Starts it again at the same address.
    ///
    /// # Errors
    /// What the server says.
    pub fn restart(&mut self) -> Result<()> {
        self.kill()?;
        let listen = self.url.trim_start_matches("http://").to_owned();
        *self = Self::start_at(&self.data.clone(), &listen)?;
        Ok(())
    }

    /// Runs another command of the server on its data.
    ///
    /// # Errors
    /// What it says.
    pub fn command(&self, args: &[&str]) -> Result<()> {
        self.ask(args).map(drop)
    }

    /// The same; what it prints.
    ///
    /// # Errors
    /// What it says.
    pub fn ask(&self, args: &[&str]) -> Result<String> {
        let output = leadline_server(&self.data).args(args).output()?;
        ensure!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.kill();
    }
}

/// The server's program with its data folder, for a command.
pub(crate) fn leadline_server(data: &Path) -> Command {
    let mut command = Command::new(binary("leadline-server").unwrap_or_else(|_| "leadline-server".into()));
    command.arg("--data").arg(data).stdin(Stdio::null());
    command
}

/// One person's computer: a profile worked by the CLI, a process per command.
pub struct Terminal {
    pub profile: PathBuf,
}

impl Terminal {
    /// A new profile, signed in.
    ///
    /// # Errors
    /// What the CLI says.
    pub fn sign_in(profile: &Path, server: &Server, email: &str) -> Result<Self> {
        Self::sign_in_at(profile, &server.url, email)
    }

    /// The same at an address of its own, a wire's for example.
    ///
    /// # Errors
    /// What the CLI says.
    pub fn sign_in_at(profile: &Path, url: &str, email: &str) -> Result<Self> {
        let terminal = Self { profile: profile.to_owned() };
        let mut child = terminal
            .command(&["sign-in", "--server", url, "--email", email, "--password-stdin"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        child.stdin.take().context("its input")?.write_all(format!("{PASSWORD}\n").as_bytes())?;
        finished(&["sign-in"], child.wait_with_output()?)?;
        Ok(terminal)
    }

    /// The computer's station, in this process.
    #[must_use]
    pub fn station(&self) -> Station {
        Station::for_commands(&self.profile, system_env(), Homes::file())
    }

    /// The copy, open in this process: holds it against others if `to_write`.
    ///
    /// # Errors
    /// Why it does not open.
    pub fn borrow(&self, to_write: bool) -> Result<Desk> {
        Ok(self.station().borrow(|| Ok(PASSWORD.to_owned()), to_write)?)
    }

    #[must_use]
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(binary("leadline").unwrap_or_else(|_| "leadline".into()));
        command.arg("--profile").arg(&self.profile).arg("--json").args(args).stdin(Stdio::null());
        command.env("LEADLINE_PASSWORD", PASSWORD).env("LEADLINE_KEY_HOME", "file");
        command
    }

    /// Runs one command to its end; its JSON.
    ///
    /// # Errors
    /// What the CLI says, with its exit code.
    pub fn run(&self, args: &[&str]) -> Result<Value> {
        finished(args, self.command(args).output()?)
    }

    /// Runs one command and kills it with SIGKILL as soon as it has acknowledged.
    ///
    /// # Errors
    /// When it acknowledges nothing.
    pub fn run_and_kill(&self, args: &[&str]) -> Result<()> {
        let mut child = self.command(args).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let mut first = String::new();
        BufReader::new(child.stdout.take().context("its output")?).read_line(&mut first)?;
        // It may have ended by itself.
        let _ = child.kill();
        child.wait()?;
        ensure!(!first.trim().is_empty(), "{args:?} acknowledged nothing");
        Ok(())
    }

    /// Runs one command; its exit code and what it said.
    ///
    /// # Errors
    /// When it can't be run.
    pub fn attempt(&self, args: &[&str]) -> Result<(i32, String)> {
        let output = self.command(args).output()?;
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        Ok((output.status.code().unwrap_or(-1), said))
    }
}

fn finished(args: &[&str], output: Output) -> Result<Value> {
    let text = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "{args:?}: {} {text}{}", output.status, String::from_utf8_lossy(&output.stderr));
    Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
}

/// Asks until it is so.
///
/// # Errors
/// When it is not so in time.
pub fn eventually(what: &str, mut so: impl FnMut() -> Result<bool>) -> Result<()> {
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        if so()? {
            return Ok(());
        }
        std::thread::yield_now();
    }
    bail!("not in {} s: {what}", PATIENCE.as_secs())
}
