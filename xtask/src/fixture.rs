//! `cargo xtask fixture NAME`: a small server database and the copy of one of its people, written by the
//! programs of the present build, with what that person saw beside them. Every later version must upgrade
//! them: `tests/tests/upkeep` does. A fixture is made once, at the end of an issue, and never again.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::setup::{self, Need};
use crate::shell::{self, root, step};

/// Everybody's; hard to guess, or it would be refused.
const PASSWORD: &str = "tiffin-9Ledgr";
/// Whose copy is kept.
const ASHA: &str = "asha@nakshatra.example";
const MEERA: &str = "meera@nakshatra.example";
/// Levels of zstd: the files are written once.
const LEVEL: i32 = 19;

#[derive(clap::Args)]
pub struct Args {
    /// Its folder in tests/fixtures, like issue-3
    name: String,
    /// Folder of leadline and leadline-server, for those of an older version; without it, they are built
    #[arg(long, value_name = "DIR")]
    programs: Option<PathBuf>,
}

pub fn run(args: &Args) -> Result<()> {
    let folder = root().join("tests/fixtures").join(&args.name);
    ensure!(!folder.exists(), "{} is there already: a fixture is never written again", folder.display());
    let programs = match &args.programs {
        Some(programs) => programs.clone(),
        None => {
            setup::ensure(Need::Build)?;
            step("Building the server and the command line");
            shell::run(shell::cargo().args(["build", "--package", "sync-server", "--package", "leadline-cli", "--bins"]))?;
            root().join("target/debug")
        }
    };
    let home = root().join("target/fixture");
    if home.exists() {
        fs::remove_dir_all(&home)?;
    }
    let expected = Company { programs, home: home.clone() }.live()?;
    step("Keeping what they wrote");
    keep(&home.join("server"), &folder.join("server"), &["leadline.db"])?;
    keep(&home.join("asha"), &folder.join("asha"), &[])?;
    fs::write(folder.join("expected.json"), format!("{expected:#}\n"))?;
    println!("{}", folder.display());
    Ok(())
}

/// A company of two on this computer.
struct Company {
    programs: PathBuf,
    home: PathBuf,
}

impl Company {
    /// A few days' work in a minute; answers what Asha sees at the end.
    fn live(&self) -> Result<Value> {
        step("An organisation with two people");
        let init = ["init", "--org", "Nakshatra Academy", "--admin-email", "admin@nakshatra.example", "--admin-name", "Ananya Rao"];
        told(self.server(&init), PASSWORD)?;
        for (email, name, role) in [(ASHA, "Asha Menon", "salesperson"), (MEERA, "Meera Iyer", "manager")] {
            told(self.server(&["user", "add", "--email", email, "--name", name, "--role", role, "--team", "Pune"]), PASSWORD)?;
        }
        let mut server = Server::start(self.server(&["serve", "--listen", "127.0.0.1:0"]))?;
        let (asha, meera) = (self.person("asha"), self.person("meera"));
        for (person, email) in [(&asha, ASHA), (&meera, MEERA)] {
            told(person.command(&["login", "--server", &server.url, "--email", email, "--password-stdin"]), PASSWORD)?;
        }
        step("Leads, notes, follow-ups, two people at once");
        let leads = together(&asha, &meera)?;
        step("Asha is offline");
        server.stop()?;
        apart(&asha, &leads)?;
        asha.sees()
    }

    fn server(&self, args: &[&str]) -> Command {
        let mut command = shell::program(self.programs.join("leadline-server"));
        command.arg("--data").arg(self.home.join("server")).args(args);
        command
    }

    fn person(&self, name: &str) -> Person {
        Person { program: self.programs.join("leadline"), profile: self.home.join(name) }
    }
}

/// What both do while the server is there; answers the leads.
fn together(asha: &Person, meera: &Person) -> Result<Vec<String>> {
    let mut leads = Vec::new();
    for (name, phone, note) in [
        ("Ananya Krishnan", "98200 14786", "Prefers evening batch."),
        ("रोहित शर्मा", "98200 14787", "Father decides."),
        ("Farah Khan", "98200 14788", ""),
        ("Joseph D'Souza", "98200 14789", "Wants the fee break-up"),
    ] {
        let added = asha.say(&["lead", "add", "--name", name, "--phone", phone, "--note", note, "--budget", "1,20,000"])?;
        leads.push(added["lead"].as_str().context("the new lead's id")?.to_owned());
    }
    let [first, second, third, _] = &leads[..] else { unreachable!("four were added") };
    asha.say(&["lead", "status", first, "interested"])?;
    asha.say(&["lead", "interest", first, "4"])?;
    asha.say(&["follow-up", "add", first, "--at", "2099-01-22T17:00", "--note", "fee break-up"])?;
    asha.say(&["follow-up", "add", second, "--at", "2099-01-23T11:30"])?;
    asha.say(&["follow-up", "done", second, "--outcome", "Call made"])?;
    asha.sync()?;
    meera.sync()?;
    // Both at once: a number, a note; and one drops the lead that the other wants to call.
    let note = asha.say(&["lead", "show", first])?["lead"]["notes"][0]["note"]["id"].as_str().context("a note")?.to_owned();
    asha.say(&["lead", "set", first, "phone=98200 14700"])?;
    meera.say(&["lead", "set", first, "phone=98200 14701", "email=ananya@example.in"])?;
    asha.say(&["lead", "note", first, "Call after six. Prefers evening batch.", "--edit", &note])?;
    meera.say(&["lead", "note", first, "Prefers evening batch. Father pays.", "--edit", &note])?;
    meera.say(&["lead", "status", third, "lost", "--reason", "Joined Competitor"])?;
    asha.say(&["follow-up", "add", third, "--at", "2099-02-01T10:00", "--note", "she asked for it"])?;
    meera.sync()?;
    asha.sync()?;
    meera.sync()?;
    Ok(leads)
}

/// What waits in Asha's outbox: on leads that the server knows, and on one that it does not.
fn apart(asha: &Person, leads: &[String]) -> Result<()> {
    asha.say(&["lead", "note", &leads[0], "Typed on the train: ring on Monday."])?;
    asha.say(&["lead", "set", &leads[1], "name=रोहित शर्मा (Pune)", "email="])?;
    asha.say(&["lead", "status", &leads[3], "in_progress"])?;
    let added = asha.say(&["lead", "add", "--name", "Offline Lead", "--phone", "98200 14790", "--note", "from the stall"])?;
    let new = added["lead"].as_str().context("the new lead's id")?;
    asha.say(&["follow-up", "add", new, "--at", "2099-03-01T09:00", "--note", "first call"])?;
    Ok(())
}

/// One person's computer.
struct Person {
    program: PathBuf,
    profile: PathBuf,
}

impl Person {
    fn command(&self, args: &[&str]) -> Command {
        let mut command = shell::program(&self.program);
        command.arg("--profile").arg(&self.profile).arg("--json").args(args).stdin(Stdio::null());
        // The key in a file; older versions know nothing of the first two.
        command.env("LEADLINE_PASSWORD", PASSWORD).env("LEADLINE_KEY_HOME", "file");
        command
    }

    /// Runs one command; its answer.
    fn say(&self, args: &[&str]) -> Result<Value> {
        Ok(serde_json::from_str(&shell::read(&mut self.command(args))?)?)
    }

    fn sync(&self) -> Result<()> {
        self.say(&["sync"]).map(drop)
    }

    /// What the person sees, in words that no version words anew.
    fn sees(&self) -> Result<Value> {
        let listed = self.say(&["lead", "list", "--limit", "100"])?;
        let mut leads = Vec::new();
        for row in listed["rows"].as_array().context("leads")? {
            leads.push(self.lead(row["id"].as_str().context("an id")?)?);
        }
        let due = self.say(&["follow-up", "list"])?;
        let due = due.as_array().context("a list")?;
        let due = due.iter().map(|row| json!({"lead": row["id"], "at": row["next_follow_up"]["at"]}));
        let attention = self.say(&["attention", "list"])?;
        let refused = attention.as_array().context("a list")?;
        let refused = refused.iter().map(|item| json!({"command": item["command"], "lead": item["lead"], "code": item["code"]}));
        let status = self.say(&["status"])?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
        Ok(json!({
            "made_at_ms": u64::try_from(now)?,
            "email": ASHA,
            "password": PASSWORD,
            "leads": leads,
            "follow_ups": due.collect::<Vec<_>>(),
            "refused": refused.collect::<Vec<_>>(),
            "outbox": status["sync"]["outbox_total"],
        }))
    }

    fn lead(&self, lead: &str) -> Result<Value> {
        let shown = self.say(&["lead", "show", lead])?;
        let entry =
            |entry: &Value| json!({"command": entry["command"], "by": entry["by"], "sent": entry["sent"], "what": entry["what"]["k"]});
        let timeline: Vec<Value> = shown["timeline"].as_array().context("a timeline")?.iter().map(entry).collect();
        let record = self.say(&["lead", "show", lead, "--record"])?;
        Ok(json!({"lead": lead, "record": record, "owner": shown["lead"]["owner"], "timeline": timeline}))
    }
}

/// A serving process.
struct Server {
    process: Child,
    url: String,
}

impl Server {
    fn start(mut serve: Command) -> Result<Self> {
        let mut process = serve.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().context("leadline-server can't be started")?;
        let lines = BufReader::new(process.stdout.take().context("its output")?).lines();
        let mut server = Self { process, url: String::new() };
        let said = lines.map_while(Result::ok).find(|line| line.contains("http://")).context("the server ended at once")?;
        server.url = said.split_whitespace().find(|word| word.starts_with("http://")).context("an address")?.to_owned();
        Ok(server)
    }

    /// As a service manager does: it writes everything into its file.
    fn stop(&mut self) -> Result<()> {
        shell::run(Command::new("kill").args(["-TERM", &self.process.id().to_string()]))?;
        ensure!(self.process.wait()?.success(), "the server did not end well");
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Runs a command to its end with a line on its standard input.
fn told(mut command: Command, line: &str) -> Result<()> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
    child.stdin.take().context("its input")?.write_all(format!("{line}\n").as_bytes())?;
    ensure!(child.wait()?.success(), "{:?} failed", command.get_args().collect::<Vec<_>>());
    Ok(())
}

/// Packs the files of a folder, or those of these names, into another. Locks and logs are no data.
fn keep(from: &Path, to: &Path, only: &[&str]) -> Result<()> {
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let name = path.file_name().context("a name")?.to_string_lossy().into_owned();
        if path.is_dir() && only.is_empty() {
            keep(&path, &to.join(&name), only)?;
        } else if path.is_file() && !name.ends_with(".lock") && (only.is_empty() || only.contains(&name.as_str())) {
            fs::create_dir_all(to)?;
            fs::write(to.join(format!("{name}.zst")), zstd::encode_all(&fs::read(&path)?[..], LEVEL)?)?;
        }
    }
    Ok(())
}
