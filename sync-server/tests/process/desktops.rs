//! The app's own station at a real server: invited by a link, over TLS that only the link's pin vouches for;
//! through renewed and replaced certificates; and what a device saw of a log that was cut off.

use crate::ready;
use crate::server::{Client, PASSWORD, Server, run};
use bridge::session::{Invitation, InvitationRead, SessionLock, SessionRedeem, SessionSignIn, SessionUnlock, SessionView};
use bridge::sync::{Pill, SyncGet, SyncNow, SyncView};
use bridge::{Problem, ProblemCode, Request};
use client::desk::Desk;
use client::vault::Homes;
use client::{Station, system_env};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use sync_server::tls;
use tempfile::TempDir;

const POLL: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(40);
const NEHA: &str = "neha@acme.example";
const NEHAS: &str = "monsoon tiffin ledger";

/// One computer with the app on it.
struct Desktop {
    station: Station,
    _folder: TempDir,
}

impl Desktop {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { station: Station::at(folder.path(), system_env(), Homes::file()), _folder: folder }
    }

    fn ask<R: Request>(&self, request: &R) -> Result<R::Response, Problem> {
        let answer = self.station.answer(R::NAME, serde_json::to_value(request).expect("JSON"))?;
        Ok(serde_json::from_value(answer).expect("its response"))
    }

    fn redeem(&self, link: &str) -> Result<SessionView, Problem> {
        let invitation = self.ask(&InvitationRead { text: link.to_owned() }).expect("a link");
        self.redeem_read(invitation)
    }

    fn redeem_read(&self, invitation: Invitation) -> Result<SessionView, Problem> {
        self.ask(&SessionRedeem { invitation, password: NEHAS.into(), second_factor: None, allow_key_file: true })
    }

    fn sign_in(&self, server: &str, email: &str, password: &str) -> Result<SessionView, Problem> {
        let (server, email, password) = (server.to_owned(), email.to_owned(), password.to_owned());
        self.ask(&SessionSignIn { server, email, password, second_factor: None, allow_key_file: true })
    }

    fn add_lead(&self, name: &str) {
        let form = serde_json::json!({
            "name": name, "phone": "9820014786", "alt_phone": "", "email": "", "budget": "", "source": "", "language": "", "note": "",
        });
        self.station.answer("lead_create", serde_json::json!({ "form": form })).expect("a lead");
    }

    fn desk(&self) -> Arc<Desk> {
        self.station.desk().expect("an open copy")
    }

    /// Waits until the sync is as it is to be.
    fn until(&self, what: &str, fits: impl Fn(&SyncView) -> bool) -> SyncView {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let sync = self.ask(&SyncGet {}).expect("a view");
            if fits(&sync) {
                return sync;
            }
            assert!(Instant::now() < deadline, "not {what}: {sync:?}");
            self.ask(&SyncNow {}).expect("asked");
            std::thread::sleep(POLL);
        }
    }

    /// A lead that is made here and that the server has.
    fn sends(&self, name: &str) {
        self.add_lead(name);
        self.until("sent", |sync| sync.outbox_total == 0 && sync.pill == Pill::Synced && sync.complete);
    }
}

/// A server under a certificate that `cert` made, at its own name as devices are told it.
fn with_cert() -> (Server, String) {
    let folder = ready().stop();
    run(folder.path(), &["cert"]).expect("a certificate");
    let server = Server::start(folder, &[]);
    let pin = tls::pin(&made_in(server.data())).expect("a certificate");
    (server, pin)
}

fn made_in(data: &Path) -> PathBuf {
    data.join("tls/server.crt")
}

/// The admin's own client, which knows the certificate from the server's folder.
fn boss(server: &Server, cert: &Path) -> Client {
    server.nobody_trusting(cert).signed_in("boss@acme.example", PASSWORD)
}

fn invite(boss: &Client, email: &str) -> String {
    let asked = serde_json::json!({ "name": "Neha", "email": email, "role": "salesperson", "team": null });
    let (status, answer) = boss.post_json(protocol::paths::USERS, &asked.to_string());
    assert_eq!(status, 200, "{answer}");
    let made: domain::people::OneTimeCode = serde_json::from_str(&answer).expect("a code");
    made.link
}

#[test]
fn an_invited_desktop_trusts_the_key_that_its_link_named_and_no_other() {
    let (server, pin) = with_cert();
    let link = invite(&boss(&server, &made_in(server.data())), NEHA);
    assert!(link.contains(&format!("pin={pin}")), "{link}");
    let desktop = Desktop::new();
    let refused = desktop.redeem(&link.replace(&pin, &"0".repeat(64))).expect_err("another server");
    assert_eq!(refused.code, ProblemCode::ServerCertificate, "{refused}");
    let unpinned = Invitation { pin: None, ..desktop.ask(&InvitationRead { text: link.clone() }).expect("a link") };
    assert_eq!(desktop.redeem_read(unpinned).expect_err("the web's roots don't know it").code, ProblemCode::ServerCertificate);
    let view = desktop.redeem(&link).expect("in");
    assert_eq!(view.me.map(|me| me.email).as_deref(), Some(NEHA));
    desktop.sends("Priya");
    desktop.ask(&SessionLock {}).expect("locked");
    desktop.ask(&SessionUnlock { password: NEHAS.into() }).expect("unlocked");
    desktop.sends("Ravi");
    desktop.sign_in(&server.url, NEHA, NEHAS).expect("in again");
    desktop.sends("Asha");
}

#[test]
fn a_renewed_certificate_locks_nobody_out_and_a_replaced_one_is_trusted_by_its_fingerprint() {
    let (server, pin) = with_cert();
    let desktop = Desktop::new();
    desktop.redeem(&invite(&boss(&server, &made_in(server.data())), NEHA)).expect("in");
    desktop.sends("Before");
    let before = tls::fingerprint(&made_in(server.data())).expect("a certificate");
    let server = server.restart_after(|data| drop(run(data, &["cert", "--renew"]).expect("renewed")));
    assert_ne!(tls::fingerprint(&made_in(server.data())).expect("a certificate"), before);
    desktop.sends("After the renewal");
    desktop.ask(&SessionLock {}).expect("locked");
    desktop.sign_in(&server.url, NEHA, NEHAS).expect("also a new sign-in");

    // Another key, read by the running server; nobody has to restart it.
    run(server.data(), &["cert", "--force"]).expect("replaced");
    let other = tls::pin(&made_in(server.data())).expect("a certificate");
    let newcomer = Desktop::new();
    let typed = format!("{}#{}", server.url, other.to_uppercase());
    let deadline = Instant::now() + PATIENCE;
    while let Err(refused) = newcomer.sign_in(&typed, NEHA, NEHAS) {
        assert!(refused.code == ProblemCode::ServerCertificate && Instant::now() < deadline, "{refused}");
        std::thread::sleep(POLL);
    }
    newcomer.sends("From a new computer");
    assert!(!boss(&server, &made_in(server.data())).post_json(protocol::paths::USERS, "{}").1.is_empty());
    let link = invite(&boss(&server, &made_in(server.data())), "vikram@acme.example");
    assert!(link.contains(&other) && !link.contains(&pin), "{link}");

    // The old computer is told what to do, and keeps what is not sent.
    desktop.ask(&SessionLock {}).expect("locked");
    desktop.ask(&SessionUnlock { password: NEHAS.into() }).expect("unlocked");
    desktop.add_lead("Not sent yet");
    desktop.until("refused", |sync| sync.why.as_ref().is_some_and(|why| why.contains("fingerprint")));
    assert_eq!(desktop.sign_in(&server.url, NEHA, NEHAS).expect_err("not trusted").code, ProblemCode::ServerCertificate);
    let mistyped = desktop.sign_in(&format!("{}#12", server.url), NEHA, NEHAS).expect_err("no fingerprint");
    assert_eq!(mistyped.field.as_deref(), Some("server"));
    desktop.sign_in(&typed, NEHA, NEHAS).expect("trusted");
    desktop.sends("And it goes on");
}

#[test]
fn a_certificate_that_an_authority_signed_is_pinned_only_where_that_is_asked_for() {
    let server = ready();
    let place = server.place();
    let folder = server.stop();
    let (authority, authority_key) = authority();
    let files = ["signed.crt", "signed.key"].map(|name| folder.path().join(name));
    let serve = |more: &[&str]| {
        let [cert, key] = files.each_ref().map(|file| file.to_str().expect("plain").to_owned());
        [&["--listen", &place, "--tls-cert", &cert, "--tls-key", &key], more]
            .concat()
            .iter()
            .map(|arg| (*arg).to_owned())
            .collect::<Vec<_>>()
    };
    let root = folder.path().join("root.crt");
    std::fs::write(&root, authority.pem()).expect("written");
    sign(&authority, &authority_key, &files);
    let start = |folder, more: &[&str]| Server::start(folder, &serve(more).iter().map(String::as_str).collect::<Vec<_>>());
    let server = start(folder, &[]);
    let link = invite(&boss(&server, &root), NEHA);
    assert!(link.contains("server=https") && !link.contains("pin="), "{link}");
    let server = start(server.stop(), &["--tls-pin"]);
    let link = invite(&boss(&server, &root), "vikram@acme.example");
    assert!(link.contains(&format!("pin={}", tls::pin(&files[0]).expect("a certificate"))), "{link}");
}

fn authority() -> (rcgen::Certificate, KeyPair) {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(rcgen::DnType::CommonName, "Acme's own authority");
    let key = KeyPair::generate().expect("a key");
    (params.self_signed(&key).expect("signed"), key)
}

fn sign(_authority: &rcgen::Certificate, authority_key: &KeyPair, files: &[PathBuf; 2]) {
    let mut issuing = CertificateParams::new(Vec::new()).expect("no names");
    issuing.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    issuing.distinguished_name.push(rcgen::DnType::CommonName, "Acme's own authority");
    let issuer = Issuer::new(issuing, authority_key);
    let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("names");
    params.distinguished_name.push(rcgen::DnType::CommonName, "crm");
    let key = KeyPair::generate().expect("a key");
    std::fs::write(&files[0], params.signed_by(&key, &issuer).expect("signed").pem()).expect("written");
    std::fs::write(&files[1], key.serialize_pem()).expect("written");
}

#[test]
fn a_cut_that_the_log_grew_over_is_found_by_who_saw_it() {
    let server = ready();
    let (desktop, asha) = (Desktop::new(), "asha@acme.example");
    desktop.sign_in(&server.url, asha, PASSWORD).expect("in");
    desktop.sends("Priya");
    // Ends that nobody would miss: sign-ins.
    for _ in 0..3 {
        server.sign_in("boss@acme.example");
    }
    let last = end_of(server.data());
    desktop.until("seen", |_| desktop.desk().seen_head().expect("read").is_some_and(|head| head.starts_with(&format!("1:{last}:"))));
    let seen = desktop.desk().seen_head().expect("read").expect("the log's end");
    let server = server.restart_after(|data| {
        let database = rusqlite::Connection::open(data.join("leadline.db")).expect("opened");
        let cut = format!(
            "DELETE FROM log WHERE seq > {0}; UPDATE orgs SET next_seq = {0} + 1, chain = (SELECT chain FROM log WHERE seq = {0})",
            last - 2
        );
        database.execute_batch(&cut).expect("cut");
    });
    for _ in 0..4 {
        server.sign_in("boss@acme.example");
    }
    let grown = end_of(server.data());
    assert!(grown > last);
    desktop.until("told", |sync| sync.why.as_ref().is_some_and(|why| why.contains("set back")) && sync.complete);
    assert_eq!(desktop.desk().contradicted_heads().expect("read"), std::slice::from_ref(&seen));
    assert_eq!(desktop.desk().support().expect("facts").contradicted_heads, std::slice::from_ref(&seen));
    let newest = desktop.desk().seen_head().expect("read").expect("the log's end");
    assert_ne!(newest, seen, "it goes on");
    run(server.data(), &["audit", "verify", "--head", &newest]).expect("whole by what is there now");
    let found = run(server.data(), &["audit", "verify", "--head", &newest, "--head", &seen]).expect_err("found");
    assert!(found.contains(&format!("Entry {last} is not the one that a device has seen")), "{found}");
    desktop.ask(&SessionLock {}).expect("locked");
    desktop.ask(&SessionUnlock { password: PASSWORD.into() }).expect("unlocked");
    desktop.until("well", |sync| sync.pill == Pill::Synced && sync.why.is_none());
    assert_eq!(desktop.desk().contradicted_heads().expect("read"), [seen], "told once, kept");
}

/// The last entry of the log.
fn end_of(data: &Path) -> i64 {
    let database = rusqlite::Connection::open(data.join("leadline.db")).expect("opened");
    database.query_row("SELECT max(seq) FROM log", [], |row| row.get(0)).expect("a number")
}
