//! One computer: a folder, a clock that moves when told to, a keychain or none.

use crate::server::Server;
use bridge::session::{ProfileChoose, SessionGet, SessionLock, SessionSignIn, SessionUnlock, SessionView};
use bridge::{Problem, Request};
use client::vault::{Homes, KeyHome, Slot};
use client::{ClientError, Station, system_env};
use domain::{Clock, Env};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;

/// 2026-11-21 14:00 in India.
pub const NOW: i64 = 1_795_249_800_000;
pub const ASHA: &str = "asha@nakshatra.example";
pub const RAVI: &str = "ravi@nakshatra.example";

pub struct MovedClock(pub AtomicI64);

impl Clock for MovedClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A keychain in memory.
#[derive(Default)]
pub struct Drawer(pub Mutex<HashMap<String, Vec<u8>>>);

impl KeyHome for Drawer {
    fn read(&self, slot: Slot<'_>) -> Result<Option<Vec<u8>>, ClientError> {
        Ok(self.0.lock().expect("one test").get(slot.name).cloned())
    }

    fn write(&self, slot: Slot<'_>, record: &[u8]) -> Result<(), ClientError> {
        self.0.lock().expect("one test").insert(slot.name.to_owned(), record.to_owned());
        Ok(())
    }

    fn destroy(&self, slot: Slot<'_>) -> Result<(), ClientError> {
        self.0.lock().expect("one test").remove(slot.name);
        Ok(())
    }
}

/// One that answers nothing while it is stuck.
#[derive(Default)]
pub struct Stuck {
    pub drawer: Drawer,
    pub is_stuck: AtomicBool,
}

impl Stuck {
    fn check(&self) -> Result<(), ClientError> {
        if self.is_stuck.load(Ordering::Relaxed) { Err(ClientError::Keychain("it is locked".into())) } else { Ok(()) }
    }
}

impl KeyHome for Stuck {
    fn read(&self, slot: Slot<'_>) -> Result<Option<Vec<u8>>, ClientError> {
        self.check()?;
        self.drawer.read(slot)
    }

    fn write(&self, slot: Slot<'_>, record: &[u8]) -> Result<(), ClientError> {
        self.check()?;
        self.drawer.write(slot, record)
    }

    fn destroy(&self, slot: Slot<'_>) -> Result<(), ClientError> {
        self.check()?;
        self.drawer.destroy(slot)
    }
}

pub struct Computer {
    pub station: Station,
    pub dir: TempDir,
    pub clock: Arc<MovedClock>,
    pub server: Server,
    homes: Homes,
}

impl Drop for Computer {
    /// As the window ends.
    fn drop(&mut self) {
        let _ = self.station.lock();
        assert!(client::background::settle(Duration::from_secs(60)) || std::thread::panicking(), "a thread goes on");
    }
}

impl Computer {
    /// Without a keychain, where a file is agreed to.
    pub fn new() -> Self {
        Self::with(Homes::file())
    }

    pub fn with(homes: Homes) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(MovedClock(AtomicI64::new(NOW)));
        let station = Station::at(dir.path(), env(&clock), homes.clone());
        Self { station, dir, clock, server: Server::new(NOW), homes }
    }

    /// The app ends and starts again.
    pub fn restart(&mut self) {
        self.station.lock().expect("locked");
        self.station = Station::at(self.dir.path(), self.env(), self.homes.clone());
    }

    /// The same without locking first.
    pub fn restart_cold(&mut self) {
        self.station = Station::at(self.dir.path(), self.env(), self.homes.clone());
    }

    pub fn env(&self) -> Env {
        env(&self.clock)
    }

    /// Time passes, here and at the server.
    pub fn wait(&self, ms: i64) {
        self.clock.0.fetch_add(ms, Ordering::Relaxed);
        self.server.known.now.fetch_add(ms, Ordering::Relaxed);
    }

    pub fn ask<R: Request>(&self, request: &R) -> Result<R::Response, Problem> {
        let answer = self.station.answer(R::NAME, serde_json::to_value(request).expect("JSON"))?;
        Ok(serde_json::from_value(answer).expect("its response"))
    }

    pub fn sign_in(&self, email: &str, password: &str) -> Result<SessionView, Problem> {
        self.ask(&SessionSignIn {
            server: self.server.url.clone(),
            email: email.to_owned(),
            password: password.to_owned(),
            second_factor: None,
            allow_key_file: false,
        })
    }

    /// Asha, signed in with her password.
    pub fn asha(&self) -> SessionView {
        self.sign_in(ASHA, "Asha Menon's password").expect("signed in")
    }

    pub fn ravi(&self) -> SessionView {
        self.sign_in(RAVI, "Ravi Deshpande's password").expect("signed in")
    }

    pub fn unlock(&self, password: &str) -> Result<SessionView, Problem> {
        self.ask(&SessionUnlock { password: password.to_owned() })
    }

    pub fn lock(&self) -> SessionView {
        self.ask(&SessionLock {}).expect("locked")
    }

    pub fn choose(&self, id: &str) -> SessionView {
        self.ask(&ProfileChoose { id: Some(id.to_owned()) }).expect("chosen")
    }

    pub fn view(&self) -> SessionView {
        self.ask(&SessionGet {}).expect("a view")
    }

    pub fn add_lead(&self, name: &str, phone: &str) -> Result<Value, Problem> {
        let form =
            json!({"name": name, "phone": phone, "alt_phone": "", "email": "", "budget": "", "source": "", "language": "", "note": ""});
        self.station.answer("lead_create", json!({ "form": form }))
    }

    /// Names in the list of leads.
    pub fn leads(&self) -> Result<Vec<String>, Problem> {
        let filter = json!({"filter": {"pool": null, "statuses": [], "search": ""}, "offset": 0, "limit": 50});
        let page = self.station.answer("lead_list", filter)?;
        Ok(page["rows"].as_array().expect("rows").iter().map(|row| row["name"].as_str().expect("a name").to_owned()).collect())
    }

    /// Folders with a database.
    pub fn copies(&self) -> Vec<PathBuf> {
        let folders = std::fs::read_dir(self.dir.path().join("profiles")).into_iter().flatten().flatten();
        folders.map(|folder| folder.path()).filter(|folder| folder.join("leadline.db").exists()).collect()
    }
}

fn env(clock: &Arc<MovedClock>) -> Env {
    Env { clock: clock.clone(), ..system_env() }
}

/// Every file below a folder with what it holds.
pub fn files(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(dir).expect("a folder").flatten() {
        match entry.file_type().expect("a type").is_dir() {
            true => all.extend(files(&entry.path())),
            false => all.push((entry.path(), std::fs::read(entry.path()).expect("a file"))),
        }
    }
    all
}
