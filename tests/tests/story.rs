//! The story with real processes: every edit is a process of the CLI, the server is one, too. Twenty
//! times, with a random order of edits, syncs and who is first; the agent's process is killed with
//! SIGKILL as soon as it has acknowledged her last edit.

use anyhow::{Context, Result, ensure};
use bridge::ProblemCode;
use bridge::lead::{LeadFilter, LeadGet, LeadList, LeadTimeline, TimelineWhat};
use bridge::presence::{Caller, LeadViewing, PresenceGet, PresenceOf};
use bridge::queue::QueueGet;
use client::desk::Desk;
use domain::LeadField;
use rand::rngs::SmallRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use serde_json::Value;
use tests::processes::{PASSWORD, PATIENCE, Server, Terminal, eventually};

const RUNS: u64 = 20;

struct Story {
    asha: Terminal,
    meera: Terminal,
    lead: String,
    note: String,
}

#[test]
fn twenty_interleavings_of_the_story_end_in_one_truth() -> Result<()> {
    let folder = tests::folder::folder();
    let mut server = Server::demo(&folder.path().join("server"), 30)?;
    let asha = Terminal::sign_in(&folder.path().join("asha"), &server, "asha@nakshatra.example")?;
    let meera = Terminal::sign_in(&folder.path().join("meera"), &server, "meera@nakshatra.example")?;
    let mut story = Story { asha, meera, lead: String::new(), note: String::new() };
    for seed in 0..RUNS {
        story.tell(&mut server, seed).with_context(|| format!("seed {seed}"))?;
    }
    Ok(())
}

/// Rows 7, 8 and 33, with what the real server sends: rows without documents.
#[test]
fn an_analyst_reads_leads_whose_documents_stay_at_the_server() -> Result<()> {
    let folder = tests::folder::folder();
    let server = Server::demo(&folder.path().join("server"), 30)?;
    let karthik = Terminal::sign_in(&folder.path().join("karthik"), &server, "karthik@nakshatra.example")?;
    karthik.run(&["sync"])?;
    let desk = karthik.borrow(false)?;
    let page = desk.ask(LeadList { filter: LeadFilter::default(), offset: 0, limit: 50 })?;
    ensure!(page.rows.len() == 30, "{} leads", page.rows.len());
    for row in page.rows {
        let view = desk.ask(LeadGet { lead: row.id })?;
        let phone = view.fields.iter().find(|field| field.field == LeadField::Phone).and_then(|field| field.display.clone());
        ensure!(view.name.display.as_deref() == Some(row.name.as_str()) && view.status == row.status, "{view:?}");
        ensure!(phone.is_some_and(|phone| phone.contains('•')) && view.notes.is_empty() && !view.can.edit, "{view:?}");
        let timeline = desk.ask(LeadTimeline { lead: row.id })?;
        let created = timeline.last().context("who made it")?;
        ensure!(created.what == TimelineWhat::Created && created.by != "Someone", "{created:?}");
    }
    Ok(())
}

/// A call is dialled by lead and right: what the window sends holds no number.
#[test]
fn nobody_dials_a_number_that_they_may_not_see() -> Result<()> {
    let folder = tests::folder::folder();
    let server = Server::demo(&folder.path().join("server"), 30)?;
    let asha = Terminal::sign_in(&folder.path().join("asha"), &server, "asha@nakshatra.example")?.borrow(true)?;
    asha.sync_once()?;
    let filter = LeadFilter { pool: Some(domain::Pool::Working), ..LeadFilter::default() };
    let lead = asha.ask(LeadList { filter, offset: 0, limit: 1 })?.rows.first().context("a lead of hers")?.id;
    asha.close();
    let (dialled, program) = (folder.path().join("dialled"), folder.path().join("softphone"));
    std::fs::write(&program, format!("#!/bin/sh\nprintf '%s' \"$1\" >'{}'\n", dialled.display()))?;
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    // An analyst sees the lead and its masked number; a salesperson of another team does not have it.
    for (email, code) in [
        ("karthik@nakshatra.example", ProblemCode::Refused),
        ("arjun@nakshatra.example", ProblemCode::NotFound),
        ("asha@nakshatra.example", ProblemCode::Internal),
    ] {
        let station = Terminal { profile: folder.path().join(format!("station of {email}")) }.station();
        let ask = |name: &str, payload: Value| station.answer(name, payload);
        let dial = || ask("call_dial", serde_json::json!({ "lead": lead, "number": "+919999999999" })).err();
        ensure!(dial().is_some_and(|problem| problem.code == ProblemCode::NotSignedIn), "nobody is here");
        ask("session_sign_in", serde_json::json!({ "server": server.url, "email": email, "password": PASSWORD }))?;
        station.desk().context("open")?.sync_once()?;
        let line = format!("\"{}\" {{number}}", program.display());
        ask("dialling_set", serde_json::json!({ "dialling": { "k": "command", "line": line } }))?;
        let refused = dial();
        if email.starts_with("asha") {
            ensure!(refused.is_none(), "{refused:?}");
            eventually("her call goes out", || Ok(std::fs::read_to_string(&dialled).is_ok_and(|number| number.starts_with("+91"))))?;
            ensure!(std::fs::read_to_string(&dialled)? != "+919999999999", "no number of the window's");
            ask("dialling_set", serde_json::json!({ "dialling": { "k": "off" } }))?;
            ensure!(dial().is_some_and(|problem| problem.text.contains("off")), "it is off");
        } else {
            ensure!(refused.as_ref().is_some_and(|problem| problem.code == code), "{email}: {refused:?}");
            ensure!(!dialled.exists(), "{email} dialled");
        }
        station.lock()?;
        ensure!(dial().is_some_and(|problem| problem.code == ProblemCode::Locked), "{email} locked it");
    }
    Ok(())
}

/// Row S5, and the lead that a queue holds: over the live sockets of a real server.
#[test]
fn two_desks_see_each_other_on_a_lead_and_only_one_calls_it() -> Result<()> {
    let folder = tests::folder::folder();
    let mut server = Server::demo(&folder.path().join("server"), 30)?;
    let open = |name: &str, email: &str| -> Result<Desk> {
        let desk = Terminal::sign_in(&folder.path().join(name), &server, email)?.borrow(true)?;
        desk.sync_once()?;
        desk.start_sync()?;
        eventually("its line is open", || Ok(desk.engine().sync_status().live))?;
        Ok(desk)
    };
    let (asha, elsewhere) = (open("asha", "asha@nakshatra.example")?, open("elsewhere", "asha@nakshatra.example")?);
    let (meera, arjun) = (open("meera", "meera@nakshatra.example")?, open("arjun", "arjun@nakshatra.example")?);
    let queue = |desk: &Desk| Ok::<_, bridge::Problem>(desk.ask(QueueGet { skip: Vec::new() })?.items.first().map(|item| item.lead.id));
    let lead = queue(&asha)?.context("a lead to call")?;
    let knows = |desk: &Desk, others: &[&str], caller: Option<Caller>| {
        let wanted = PresenceOf { lead, others: others.iter().map(|name| (*name).to_owned()).collect(), caller };
        let mut last = Vec::new();
        let waited = eventually("it is known", || {
            last = desk.ask(PresenceGet {})?;
            Ok(last == [wanted.clone()] || (last.is_empty() && wanted.others.is_empty() && wanted.caller.is_none()))
        });
        waited.with_context(|| format!("{wanted:?}: {last:?}"))
    };
    let calls = || Some(Caller::Other { name: "Asha Menon".into() });

    asha.ask(LeadViewing { at: 1, lead: Some(lead), calls: true })?;
    knows(&meera, &["Asha Menon"], calls())?;
    knows(&elsewhere, &[], Some(Caller::Me))?;
    ensure!(queue(&elsewhere)? != Some(lead), "nobody is called twice");
    ensure!(queue(&asha)? == Some(lead), "she goes on with her own");
    // Who asks later does not get it, and is seen all the same.
    meera.ask(LeadViewing { at: 1, lead: Some(lead), calls: true })?;
    knows(&asha, &["Meera Nair"], None)?;
    knows(&meera, &["Asha Menon"], calls())?;
    ensure!(arjun.ask(PresenceGet {})?.is_empty(), "whoever may not see the lead hears nothing");

    // Closing the copy lets go of it at once; the next who has it open and asks again gets it.
    asha.close();
    knows(&meera, &[], None)?;
    eventually("it is offered again", || Ok(queue(&elsewhere)? == Some(lead)))?;
    elsewhere.ask(LeadViewing { at: 1, lead: Some(lead), calls: true })?;
    knows(&meera, &["Asha Menon"], calls())?;

    // Without a server nobody waits, and nothing old is shown.
    server.kill()?;
    knows(&meera, &[], None)?;
    meera.ask(LeadViewing { at: 2, lead: Some(lead), calls: true })?;
    ensure!(queue(&elsewhere)? == Some(lead), "the queue goes on");
    for desk in [elsewhere, meera, arjun] {
        desk.close();
    }
    ensure!(client::background::settle(PATIENCE), "all of it ends");
    Ok(())
}

impl Story {
    fn tell(&mut self, server: &mut Server, seed: u64) -> Result<()> {
        let mut rng = SmallRng::seed_from_u64(seed);
        self.begin(seed)?;
        // The network is gone for both; her last edit is followed by a SIGKILL.
        let mut hers = self.ashas_edits();
        let mut his = self.meeras_edits();
        hers.shuffle(&mut rng);
        his.shuffle(&mut rng);
        let (mut hers, mut his) = (hers.into_iter().peekable(), his.into_iter().peekable());
        while hers.peek().is_some() || his.peek().is_some() {
            if his.peek().is_none() || (hers.peek().is_some() && rng.random_bool(0.5)) {
                let edit = hers.next().context("an edit of hers")?;
                let edit: Vec<&str> = edit.iter().map(String::as_str).collect();
                if hers.peek().is_none() { self.asha.run_and_kill(&edit)? } else { drop(self.asha.run(&edit)?) }
            } else {
                let edit = his.next().context("an edit of the manager's")?;
                self.meera.run(&edit.iter().map(String::as_str).collect::<Vec<_>>())?;
            }
        }
        if rng.random_bool(0.3) {
            server.restart()?;
        }
        let mut order = [&self.asha, &self.meera];
        order.shuffle(&mut rng);
        for who in [order[0], order[1], order[0]] {
            who.run(&["sync"])?;
        }
        self.same_everywhere()
    }

    /// A new lead of Asha's that both hold.
    fn begin(&mut self, seed: u64) -> Result<()> {
        let phone = format!("98200147{seed:02}");
        let added = self.asha.run(&["lead", "add", "--name", "Ananya Krishnan", "--phone", &phone, "--note", "Prefers evening batch."])?;
        self.lead = added["lead"].as_str().context("an id")?.to_owned();
        self.asha.run(&["sync"])?;
        self.meera.run(&["sync"])?;
        let shown = self.meera.run(&["lead", "show", &self.lead])?;
        self.note = shown["lead"]["notes"][0]["note"]["id"].as_str().context("the note")?.to_owned();
        Ok(())
    }

    fn ashas_edits(&self) -> Vec<Vec<String>> {
        let lead = self.lead.as_str();
        [
            vec!["lead", "set", lead, "phone=9820014786"],
            vec!["lead", "status", lead, "in_progress"],
            vec!["lead", "note", lead, "Call after six. Prefers evening batch.", "--edit", &self.note],
            vec!["follow-up", "add", lead, "--at", "2027-01-22T17:00", "--note", "fees"],
        ]
        .map(|edit| edit.into_iter().map(str::to_owned).collect())
        .to_vec()
    }

    fn meeras_edits(&self) -> Vec<Vec<String>> {
        let lead = self.lead.as_str();
        [
            vec!["lead", "set", lead, "phone=9820014768"],
            vec!["lead", "set", lead, "email=ananya@example.com"],
            vec!["lead", "note", lead, "Prefers evening batch. Father pays.", "--edit", &self.note],
            vec!["lead", "note", lead, "Spoke to the father."],
        ]
        .map(|edit| edit.into_iter().map(str::to_owned).collect())
        .to_vec()
    }

    fn same_everywhere(&self) -> Result<()> {
        let (hers, his) = (self.asha.run(&["lead", "show", &self.lead])?, self.meera.run(&["lead", "show", &self.lead])?);
        assert_eq!(truth(&hers), truth(&his), "the same record for both");
        let lead = &hers["lead"];
        let phone = field(lead, "phone")?;
        let mut both: Vec<&str> =
            phone["conflict"]["choices"].as_array().context("a conflict")?.iter().filter_map(|c| c["value"].as_str()).collect();
        both.sort_unstable();
        assert_eq!(both, ["+919820014768", "+919820014786"]);
        assert_eq!(field(lead, "email")?["value"], "ananya@example.com");
        assert_eq!(lead["status"], "in_progress");
        assert_eq!(lead["follow_ups"].as_array().map(Vec::len), Some(1));
        let mut notes: Vec<&str> = lead["notes"].as_array().context("notes")?.iter().filter_map(|n| n["note"]["text"].as_str()).collect();
        notes.sort_unstable();
        assert_eq!(notes, ["Call after six. Prefers evening batch. Father pays.", "Spoke to the father."]);
        assert_eq!(lead["sync"]["state"], "synced");
        let authors = |mine: bool| hers["timeline"].as_array().is_some_and(|t| t.iter().any(|e| e["mine"] == mine));
        ensure!(authors(true) && authors(false), "both are on the timeline: {}", hers["timeline"]);
        assert_eq!(hers["timeline"].as_array().map(Vec::len), Some(9), "each edit once");
        Ok(())
    }
}

fn field<'a>(lead: &'a Value, name: &str) -> Result<&'a Value> {
    lead["fields"].as_array().and_then(|f| f.iter().find(|f| f["field"] == name)).with_context(|| format!("{name} of {lead}"))
}

/// What must be equal for all: everything but who looks.
fn truth(shown: &Value) -> Value {
    let mut lead = shown["lead"].clone();
    let object = lead.as_object_mut().expect("a lead");
    object.remove("can");
    object.remove("next");
    for field in object["fields"].as_array_mut().expect("fields") {
        for choice in field["conflict"]["choices"].as_array_mut().into_iter().flatten() {
            choice.as_object_mut().expect("a choice").remove("mine");
        }
        if field["conflict"].is_null() {
            field["conflict"] = Value::Null;
        }
    }
    lead
}

#[test]
fn a_write_beside_the_open_profile_names_its_holder_and_reads_go_on() -> Result<()> {
    let folder = tests::folder::folder();
    let server = Server::demo(&folder.path().join("server"), 20)?;
    let profile = folder.path().join("asha");
    let asha = Terminal::sign_in(&profile, &server, "asha@nakshatra.example")?;
    asha.run(&["sync"])?;
    let held = asha.borrow(true)?;
    let (code, said) = asha.attempt(&["lead", "add", "--name", "X", "--phone", "9820014700"])?;
    assert_eq!(code, 6, "{said}");
    ensure!(said.contains(&format!("process {}", std::process::id())), "it names the process: {said}");
    assert!(asha.run(&["lead", "list"])?["total"].as_u64() > Some(0));
    drop(held);
    asha.run(&["lead", "add", "--name", "X", "--phone", "9820014700"])?;
    Ok(())
}

#[test]
fn exit_codes_say_what_went_wrong() -> Result<()> {
    let folder = tests::folder::folder();
    let mut server = Server::demo(&folder.path().join("server"), 20)?;
    let nobody = Terminal { profile: folder.path().join("nobody") };
    assert_eq!(nobody.attempt(&["lead", "list"])?.0, 4);
    let asha = Terminal::sign_in(&folder.path().join("asha"), &server, "asha@nakshatra.example")?;
    asha.run(&["sync"])?;
    let added = asha.run(&["lead", "add", "--name", "Y", "--phone", "98200 14700"])?;
    let lead = added["lead"].as_str().context("an id")?;
    let long = "😀".repeat(10_000);
    let note = "x".repeat(100_000);
    for (args, code, says) in [
        (vec!["lead", "add", "--name", "Z", "--phone", "98450 1127"], 3, "9 digits"),
        (vec!["lead", "add", "--name", long.as_str(), "--phone", "9820014700"], 3, "10000 characters"),
        (vec!["lead", "note", lead, note.as_str()], 3, "100000 characters"),
        (vec!["lead", "status", lead, "sold"], 3, "not a status"),
        (vec!["lead", "status", lead, "converted"], 3, "can't become"),
        (vec!["lead", "show", "ffffffffffff"], 8, ""),
        (vec!["lead", "frobnicate"], 2, ""),
    ] {
        let (got, said) = asha.attempt(&args)?;
        assert_eq!(got, code, "{args:.60?}: {said}");
        ensure!(said.contains(says), "{said}");
    }
    asha.run(&["lead", "status", lead, "lost", "--reason", "Financial"])?;
    let (code, said) = asha.attempt(&["follow-up", "add", lead, "--at", "2027-01-22T17:00"])?;
    assert_eq!(code, 3, "row I11: {said}");
    server.kill()?;
    assert_eq!(asha.attempt(&["sync"])?.0, 5);
    // Offline edits go on.
    asha.run(&["lead", "add", "--name", "Offline", "--phone", "98200 14701"])?;
    Ok(())
}

#[test]
fn a_restored_server_gets_back_what_devices_know() -> Result<()> {
    let folder = tests::folder::folder();
    let mut server = Server::demo(&folder.path().join("server"), 20)?;
    let asha = Terminal::sign_in(&folder.path().join("asha"), &server, "asha@nakshatra.example")?;
    let meera = Terminal::sign_in(&folder.path().join("meera"), &server, "meera@nakshatra.example")?;
    asha.run(&["sync"])?;
    meera.run(&["sync"])?;
    let backup = folder.path().join("backup.db");
    let backup = backup.to_str().context("a path")?;
    server.command(&["backup", backup])?;
    // After the backup: a new lead with an edit of each.
    let added = asha.run(&["lead", "add", "--name", "After Backup", "--phone", "98200 14700"])?;
    let lead = added["lead"].as_str().context("an id")?;
    asha.run(&["sync"])?;
    meera.run(&["sync"])?;
    meera.run(&["lead", "set", lead, "email=after@example.com"])?;
    meera.run(&["sync"])?;
    asha.run(&["sync"])?;
    let url = server.url.clone();
    server.kill()?;
    server.command(&["restore", backup])?;
    server = Server::start_at(&folder.path().join("server"), url.trim_start_matches("http://"))?;
    for _ in 0..2 {
        asha.run(&["sync"])?;
        meera.run(&["sync"])?;
    }
    let fresh = Terminal::sign_in(&folder.path().join("fresh"), &server, "meera@nakshatra.example")?;
    fresh.run(&["sync"])?;
    for who in [&asha, &meera, &fresh] {
        let shown = who.run(&["lead", "show", lead])?;
        assert_eq!(field(&shown["lead"], "email")?["value"], "after@example.com");
        assert_eq!(shown["timeline"].as_array().map(Vec::len), Some(2));
        assert_eq!(who.run(&["attention", "list"])?.as_array().map(Vec::len), Some(0));
    }
    Ok(())
}

/// Kills the profile's process at random instants while it works; what was acknowledged is there.
#[test]
fn acknowledged_edits_survive_sigkill_at_any_instant() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 5)?;
    let asha = Terminal::sign_in(&folder.path().join("asha"), &server, "asha@nakshatra.example")?;
    asha.run(&["sync"])?;
    let mut rng = SmallRng::seed_from_u64(1);
    let mut acknowledged = Vec::new();
    for n in 0..25_u32 {
        let phone = format!("98200{:05}", 15_000 + n);
        let name = format!("Kill {n}");
        let mut child = asha.command(&["lead", "add", "--name", &name, "--phone", &phone]).stdout(std::process::Stdio::piped()).spawn()?;
        // As many turns of a busy loop as chance decides: before, within or after the transaction.
        for _ in 0..rng.random_range(0..30_000_000_u32) {
            std::hint::spin_loop();
        }
        let _ = child.kill();
        let output = child.wait_with_output()?;
        if let Ok(value) = serde_json::from_slice::<Value>(&output.stdout) {
            acknowledged.push(value["lead"].as_str().context("an id")?.to_owned());
        }
    }
    asha.run(&["sync"])?;
    for lead in &acknowledged {
        asha.run(&["lead", "show", lead])?;
    }
    let fresh = Terminal::sign_in(&folder.path().join("fresh"), &server, "asha@nakshatra.example")?;
    fresh.run(&["sync"])?;
    for lead in &acknowledged {
        fresh.run(&["lead", "show", lead])?;
    }
    eprintln!("{} of 25 edits were acknowledged before the kill", acknowledged.len());
    let total = |t: &Terminal| -> Result<u64> { t.run(&["lead", "list"])?["total"].as_u64().context("a total") };
    assert_eq!(total(&asha)?, total(&fresh)?);
    Ok(())
}
