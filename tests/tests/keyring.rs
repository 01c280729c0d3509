//! The key in a real keychain: gnome-keyring on a bus of its own, with a home of its own; and what
//! happens where there is no bus, or a keychain that stays locked. Driven through the real CLI.

use anyhow::{Context, Result, ensure};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tests::processes::{PASSWORD, Server, binary};

/// Starts the keychain, unlocked, runs the rest of its arguments, ends the keychain.
const WITH_KEYRING: &str = r#"
printf 'keyring password' | gnome-keyring-daemon --foreground --unlock --components=secrets >"$HOME/keyring.log" 2>&1 &
keyring=$!
until gdbus call --session --dest org.freedesktop.DBus --object-path /org/freedesktop/DBus \
    --method org.freedesktop.DBus.NameHasOwner org.freedesktop.secrets 2>/dev/null | grep -q true; do
  kill -0 $keyring || exit 99
done
"$@"
code=$?
kill $keyring
wait $keyring 2>/dev/null
exit $code
"#;

/// A person's home, with nothing of this machine in it.
struct Home {
    dir: TempDir,
}

struct Said {
    code: i32,
    text: String,
    took: Duration,
}

impl Home {
    fn new() -> Result<Self> {
        let home = Self { dir: tempfile::tempdir()? };
        std::fs::create_dir(home.runtime())?;
        std::fs::set_permissions(home.runtime(), std::fs::Permissions::from_mode(0o700))?;
        Ok(home)
    }

    fn runtime(&self) -> PathBuf {
        self.dir.path().join("run")
    }

    fn profile(&self) -> PathBuf {
        self.dir.path().join("profile")
    }

    /// Runs the CLI, inside these commands.
    fn run(&self, around: &[&str], args: &[&str]) -> Result<Said> {
        let leadline = binary("leadline")?;
        let leadline = leadline.to_str().context("a path of text")?;
        let profile = self.profile();
        let all: Vec<&str> = around
            .iter()
            .copied()
            .chain([leadline, "--json", "--profile", profile.to_str().context("a path of text")?])
            .chain(args.iter().copied())
            .collect();
        let started = Instant::now();
        let mut command = Command::new(all[0]);
        command.args(&all[1..]).env("HOME", self.dir.path()).env("XDG_RUNTIME_DIR", self.runtime());
        for (name, folder) in [("XDG_DATA_HOME", "data"), ("XDG_CONFIG_HOME", "config"), ("XDG_CACHE_HOME", "cache")] {
            command.env(name, self.dir.path().join(folder));
        }
        for name in ["DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY", "LEADLINE_KEY_HOME", "GNOME_KEYRING_CONTROL"] {
            command.env_remove(name);
        }
        let output = command.env("LEADLINE_PASSWORD", PASSWORD).stdin(Stdio::null()).output()?;
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        Ok(Said { code: output.status.code().unwrap_or(-1), text, took: started.elapsed() })
    }

    fn with_keyring(&self, args: &[&str]) -> Result<Said> {
        self.run(&["dbus-run-session", "--", "sh", "-c", WITH_KEYRING, "with-keyring"], args)
    }

    /// Every file called so, below the profile.
    fn files_named(&self, name: &str) -> Vec<PathBuf> {
        fn below(dir: &Path, name: &str, found: &mut Vec<PathBuf>) {
            for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    below(&path, name, found);
                } else if path.file_name().is_some_and(|n| n == name) {
                    found.push(path);
                }
            }
        }
        let mut found = Vec::new();
        below(&self.profile(), name, &mut found);
        found
    }
}

fn sign_in<'a>(server: &'a Server, email: &'a str) -> [&'a str; 5] {
    ["sign-in", "--server", &server.url, "--email", email]
}

#[test]
fn the_key_lies_in_the_keychain_and_nowhere_else() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 20)?;
    let home = Home::new()?;
    let said = home.with_keyring(&sign_in(&server, "asha@nakshatra.example"))?;
    ensure!(said.code == 0, "{}", said.text);
    ensure!(said.text.contains(r#""key_home":"keychain""#), "{}", said.text);
    ensure!(home.files_named("leadline.key").is_empty(), "no file has the key");
    ensure!(home.files_named("leadline.sealed").len() == 1, "the sealed copy lies beside the data");

    // Another session of the desktop: the keychain kept it.
    let said = home.with_keyring(&["lead", "add", "--name", "Ananya", "--phone", "9820014786"])?;
    ensure!(said.code == 0, "{}", said.text);
    let said = home.with_keyring(&["copies"])?;
    ensure!(said.text.contains("Asha"), "in a keychain the name may be read: {}", said.text);
    let keyrings = std::fs::read_dir(home.dir.path().join("data/keyrings"))?.flatten().count();
    ensure!(keyrings > 0, "it was the real one");

    // Without the bus the key is out of reach, and that is said; nothing is lost or begun anew.
    let said = home.run(&[], &["lead", "list"])?;
    ensure!(said.code == 7 && said.text.contains("keychain"), "{} {}", said.code, said.text);
    let said = home.with_keyring(&["lead", "list"])?;
    ensure!(said.code == 0 && said.text.contains("Ananya"), "{}", said.text);
    Ok(())
}

#[test]
fn without_a_keychain_that_answers_a_file_is_asked_for() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 20)?;
    // No bus at all; and a bus whose keychain stays locked, for nobody is there to type its password.
    for around in [&[] as &[&str], &["dbus-run-session", "--"]] {
        let home = Home::new()?;
        let said = home.run(around, &sign_in(&server, "asha@nakshatra.example"))?;
        ensure!(said.code == 4 && said.text.contains("key_file"), "{} {}", said.code, said.text);
        ensure!(said.took < Duration::from_secs(30), "it did not hang: {:?}", said.took);
        ensure!(home.files_named("leadline.db").is_empty(), "nothing was begun");

        let agreed: Vec<&str> = sign_in(&server, "asha@nakshatra.example").into_iter().chain(["--allow-key-file"]).collect();
        let said = home.run(around, &agreed)?;
        ensure!(said.code == 0 && said.text.contains(r#""key_home":"file""#), "{} {}", said.code, said.text);
        let key = home.files_named("leadline.key");
        ensure!(key.len() == 1 && std::fs::metadata(&key[0])?.permissions().mode() & 0o777 == 0o600, "only its owner can read it");
        let said = home.run(around, &["copies"])?;
        ensure!(said.text.contains("as•••@nakshatra.example") && !said.text.contains("Asha"), "{}", said.text);
        ensure!(home.run(around, &["status"])?.code == 0, "it opens");
    }
    Ok(())
}
