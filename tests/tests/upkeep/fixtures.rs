//! A server database and a copy of every earlier version, as its own programs wrote them: this version
//! opens both, shows what was seen then, and what waited to be sent arrives once. `cargo xtask fixture`
//! writes new ones.

use anyhow::{Context, Result, ensure};
use bridge::attention::AttentionList;
use bridge::lead::{LeadFilter, LeadGet, LeadList, LeadTimeline};
use bridge::session::SessionSignIn;
use bridge::sync::SyncGet;
use client::desk::Desk;
use client::vault::Homes;
use client::{HttpTransport, Station};
use domain::{Clock, CommandId, DocId, Env};
use records::Doc;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread::JoinHandle;
use sync_server::http::Edge;
use sync_server::store::documents;
use sync_server::{Core, Store, StoreError, audit};

/// The day goes on a minute after the fixture was made: leases and sessions are as they were then.
struct ThatDay(i64);

impl Clock for ThatDay {
    fn now_ms(&self) -> i64 {
        self.0 + 60_000
    }
}

fn env_of(expected: &Value) -> Result<Env> {
    let made = expected["made_at_ms"].as_i64().context("when it was made")?;
    Ok(Env { clock: Arc::new(ThatDay(made)), ..client::system_env() })
}

/// Unpacks a fixture; answers what was seen.
fn unpack(from: &Path, to: &Path) -> Result<Value> {
    for part in ["server", "asha"] {
        unpack_folder(&from.join(part), &to.join(part))?;
    }
    Ok(serde_json::from_slice(&std::fs::read(from.join("expected.json"))?)?)
}

fn unpack_folder(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let path = entry?.path();
        let name = path.file_name().context("a name")?.to_string_lossy().into_owned();
        match name.strip_suffix(".zst") {
            Some(name) => std::fs::write(to.join(name), zstd::decode_all(&std::fs::read(&path)?[..])?)?,
            None => unpack_folder(&path, &to.join(name))?,
        }
    }
    Ok(())
}

fn fixtures() -> Result<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut found = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    found.sort();
    Ok(found)
}

#[test]
fn every_fixture_upgrades() -> Result<()> {
    let found = fixtures()?;
    ensure!(found.len() >= 2, "{found:?}");
    for fixture in found {
        upgrades(&fixture).with_context(|| fixture.display().to_string())?;
    }
    Ok(())
}

fn upgrades(fixture: &Path) -> Result<()> {
    let folder = tests::folder::folder();
    let expected = unpack(fixture, folder.path())?;
    let env = env_of(&expected)?;
    let store = Store::sqlite(&folder.path().join("server/leadline.db"))?;
    assert_eq!(audit::verify(&store, &[], true)?.faults, [""; 0]);
    let before = commands(&store)?;
    let server = Served::start(store.clone(), env.clone())?;

    let station = Station::for_commands(folder.path().join("asha"), env.clone(), Homes::file());
    let password = expected["password"].as_str().context("a password")?.to_owned();
    let desk = station.borrow(|| Ok(password.clone()), true)?;
    assert_eq!(seen(&desk)?, seen_then(&expected));
    let pending = pending(&expected)?;
    assert_eq!(desk.ask(SyncGet {})?.outbox_total, u32::try_from(pending.len())?);
    ensure!(pending.len() >= 5 && pending.iter().all(|id| !before.contains_key(id)), "{pending:?} {before:?}");

    // Its session goes on at the server of this version.
    let transport = HttpTransport::new(desk.engine().clone(), &server.url);
    for _ in 0..2 {
        desk.engine().sync(&transport)?;
        let after = commands(&store)?;
        let arrived: BTreeSet<CommandId> = after.keys().filter(|id| !before.contains_key(*id)).copied().collect();
        assert_eq!(arrived, pending, "what waited is there, and nothing else");
        ensure!(after.values().all(|times| *times == 1), "each once: {after:?}");
        assert_eq!(desk.ask(SyncGet {})?.outbox_total, 0);
    }
    assert_eq!(audit::verify(&store, &[], true)?.faults, [""; 0]);
    drop(desk);
    fresh_copy_is_the_same(&folder.path().join("fresh"), &station_view(&station, &password)?, &server, env, &expected)
}

fn station_view(station: &Station, password: &str) -> Result<Value> {
    let password = password.to_owned();
    seen(&station.borrow(|| Ok(password), false)?)
}

/// Somebody who signs in on another computer sees the same, but for what was refused here.
fn fresh_copy_is_the_same(folder: &Path, old: &Value, server: &Served, env: Env, expected: &Value) -> Result<()> {
    let station = Station::for_commands(folder, env, Homes::file());
    let text = |key: &str| expected[key].as_str().map(str::to_owned).context("text");
    let ask = SessionSignIn {
        server: server.url.clone(),
        email: text("email")?,
        password: text("password")?,
        second_factor: None,
        allow_key_file: true,
    };
    station.sign_in(ask)?;
    let desk = station.desk().context("it is open")?;
    desk.sync_once()?;
    let (mut old, mut new) = (old.clone(), seen(&desk)?);
    for seen in [&mut old, &mut new] {
        seen.as_object_mut().context("an object")?.remove("refused");
    }
    assert_eq!(old, new);
    station.lock()?;
    Ok(())
}

/// What a person sees, by what no version words anew; the leads by id.
fn seen(desk: &Desk) -> Result<Value> {
    let page = desk.ask(LeadList { filter: LeadFilter::default(), offset: 0, limit: 100 })?;
    let mut leads = BTreeMap::new();
    for row in page.rows {
        let (view, timeline) = (desk.ask(LeadGet { lead: row.id })?, desk.ask(LeadTimeline { lead: row.id })?);
        let timeline = timeline.iter().map(|entry| {
            let what = serde_json::to_value(&entry.what)?;
            Ok(json!({"command": entry.command, "by": entry.by, "sent": entry.sent, "what": what["k"]}))
        });
        let timeline = timeline.collect::<Result<Vec<_>>>()?;
        let record = serde_json::to_value(desk.engine().record(row.id)?.0)?;
        leads.insert(row.id.to_string(), json!({"lead": row.id, "record": record, "owner": view.owner, "timeline": timeline}));
    }
    let due = desk.leads_due(100)?.into_iter().map(|row| json!({"lead": row.id, "at": row.next_follow_up.map(|when| when.at)}));
    let refused =
        desk.ask(AttentionList {})?.into_iter().map(|item| json!({"command": item.command, "lead": item.lead, "code": item.code}));
    Ok(json!({"leads": leads, "follow_ups": due.collect::<Vec<_>>(), "refused": refused.collect::<Vec<_>>()}))
}

/// The same out of the fixture. Fields that records got since stand as they are read where they are not.
fn seen_then(expected: &Value) -> Value {
    let by_id = |lead: &Value| (lead["lead"].as_str().unwrap_or_default().to_owned(), filled(lead));
    let leads: BTreeMap<String, Value> = expected["leads"].as_array().into_iter().flatten().map(by_id).collect();
    json!({"leads": leads, "follow_ups": expected["follow_ups"], "refused": expected["refused"]})
}

fn filled(lead: &Value) -> Value {
    let mut lead = lead.clone();
    let record: Option<domain::LeadRecord> = serde_json::from_value(lead["record"].clone()).ok();
    if let Some(record) = record.and_then(|record| serde_json::to_value(record).ok()) {
        lead["record"] = record;
    }
    lead
}

/// What was not sent then.
fn pending(expected: &Value) -> Result<BTreeSet<CommandId>> {
    let entries = expected["leads"].as_array().into_iter().flatten().filter_map(|lead| lead["timeline"].as_array()).flatten();
    let unsent = entries.filter(|entry| entry["sent"] == false);
    unsent.map(|entry| Ok(serde_json::from_value(entry["command"].clone())?)).collect()
}

/// How often each command stands in the server's documents.
fn commands(store: &Store) -> Result<BTreeMap<CommandId, u32>> {
    let mut found = BTreeMap::new();
    let blobs = store.read(|tx| {
        let org = sync_server::store::orgs::only(tx)?.id;
        let docs: Vec<DocId> = documents::page(tx, org, None, 1_000)?;
        docs.into_iter().map(|doc| documents::blob(tx, org, doc)).collect::<Result<Vec<_>, StoreError>>()
    })?;
    for blob in blobs.into_iter().flatten() {
        for entry in records::history(&Doc::load(&blob)?) {
            *found.entry(entry.envelope.context("every change carries its command")?.id).or_insert(0) += 1;
        }
    }
    Ok(found)
}

/// A server in this process, on the day of the fixture.
struct Served {
    url: String,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Served {
    fn start(store: Store, env: Env) -> Result<Self> {
        let core = Core::open(store, env)?;
        let ((told, address), (stop, stopped)) = (channel(), tokio::sync::oneshot::channel::<()>());
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
            let last = runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
                told.send(listener.local_addr().expect("its address")).expect("heard");
                let until = async { drop(stopped.await) };
                sync_server::serve::serve(core, listener, None, Edge::default(), until).await
            });
            drop(runtime);
            drop(last);
        });
        let url = format!("http://{}", address.recv().context("it listens")?);
        Ok(Self { url, stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A file that a newer version wrote is refused in words, and left as it is.
#[test]
fn what_a_newer_version_wrote_is_refused() -> Result<()> {
    let folder = tests::folder::folder();
    let fixture = fixtures()?.pop().context("a fixture")?;
    let expected = unpack(&fixture, folder.path())?;
    let path = folder.path().join("server/leadline.db");
    drop(Store::sqlite(&path)?);
    let newer = rusqlite::Connection::open(&path)?;
    newer.execute("UPDATE schema_version SET version = 999", [])?;
    drop(newer);
    let said = Store::sqlite(&path).err().context("it is refused")?.to_string();
    ensure!(said.contains("version 999") && said.contains("newer leadline-server"), "{said}");

    let (asha, env) = (folder.path().join("asha"), env_of(&expected)?);
    let password = expected["password"].as_str().context("a password")?.to_owned();
    let open = || Station::for_commands(&asha, env.clone(), Homes::file()).borrow(|| Ok(password.clone()), true);
    let desk = open()?;
    desk.engine()
        .store()
        .read(|c| Ok(c.pragma_update(None, "query_only", false).and_then(|()| c.pragma_update(None, "user_version", 999))?))?;
    drop(desk);
    let problem = open().err().context("it is refused")?;
    assert_eq!(problem.code, bridge::ProblemCode::UpdateNeeded);
    ensure!(problem.text.contains("newer"), "{}", problem.text);
    Ok(())
}
