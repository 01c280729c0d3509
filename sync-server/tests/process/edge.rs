//! The edge of a real server: TLS and its certificate, pinned devices, plain HTTP, and what is logged.

use crate::server::{Client, PASSWORD, Server, run, sign_in};
use crate::{Author, pull, ready};
use client::vault::Key;
use client::{Engine, HttpTransport, LiveLoop, Profile, SyncLoop, TransportError, system_env};
use protocol::auth::SignIn;
use protocol::push::Outcome;
use records::Doc;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use sync_server::tls;

const ASHA: &str = "asha@acme.example";
const POLL: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(20);

/// A server that speaks TLS under a certificate that `cert` made.
fn ready_with_tls() -> Server {
    let folder = ready().stop();
    run(folder.path(), &["cert"]).expect("a certificate");
    let server = Server::start(folder, &[]);
    assert!(server.url.starts_with("https://"), "{}", server.url);
    server
}

fn made_in(data: &Path) -> std::path::PathBuf {
    data.join("tls/server.crt")
}

fn pin_of(server: &Server) -> String {
    tls::pin(&made_in(server.data())).expect("a certificate")
}

#[test]
fn cert_makes_what_serve_uses() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    let told = run(data, &["cert", "--name", "CRM.example", "--name", "192.168.1.20"]).expect("made");
    for word in ["localhost", "127.0.0.1", "crm.example", "192.168.1.20", "expires"] {
        assert!(told.contains(word), "{word}: {told}");
    }
    let first = tls::fingerprint(&made_in(data)).expect("a certificate");
    assert!(first.len() == 64 && told.contains(&first), "{told}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |name: &str| std::fs::metadata(data.join("tls").join(name)).expect("a file").permissions().mode() & 0o777;
        assert_eq!((mode("server.key"), mode("server.crt") & 0o400), (0o600, 0o400));
    }
    let pin = tls::pin(&made_in(data)).expect("a certificate");
    assert!(pin != first && told.contains(&pin), "{told}");
    let refused = run(data, &["cert"]).expect_err("it is there");
    assert!(refused.contains("--force") && refused.contains("--renew"), "{refused}");
    assert_eq!(tls::fingerprint(&made_in(data)).expect("untouched"), first);
    run(data, &["cert", "--renew", "--name", "crm.example"]).expect("renewed");
    let renewed = tls::fingerprint(&made_in(data)).expect("another");
    assert!(renewed != first && tls::pin(&made_in(data)).expect("a certificate") == pin, "its key stays");
    run(data, &["cert", "--force"]).expect("replaced");
    assert_ne!(tls::pin(&made_in(data)).expect("another"), pin);
    let elsewhere = data.join("elsewhere");
    run(data, &["cert", "--out", elsewhere.to_str().expect("plain")]).expect("made");
    assert!(elsewhere.join("server.key").exists());
    assert!(run(&data.join("nowhere"), &["cert", "--renew"]).expect_err("nothing to renew").contains("no key"));
    assert!(run(data, &["cert", "--force", "--name", "not a host"]).expect_err("no name").contains("not a host"));
}

#[test]
fn tls_is_trusted_by_its_certificate_alone() {
    let server = ready_with_tls();
    let friend = server.nobody_trusting(&made_in(server.data()));
    assert_eq!(friend.get("/healthz"), (200, "ok\n".into()));
    let asha = friend.signed_in(ASHA, PASSWORD);
    let outcomes = asha.push(vec![Author::new(asha.session().clone(), 1).create(&mut Doc::empty())]);
    assert!(matches!(outcomes[..], [Outcome::Applied { .. }]), "{outcomes:?}");
    assert!(pull(&asha, None).last().is_some_and(|batch| batch.up_to_date));

    let refused = |client: &Client| client.try_get("/healthz").expect_err("not trusted").to_string();
    assert!(refused(&server.nobody()).contains("certificate"), "{}", refused(&server.nobody()));
    let other = tempfile::tempdir().expect("a folder");
    run(other.path(), &["cert"]).expect("another certificate");
    let stranger = server.nobody_trusting(&made_in(other.path()));
    assert!(refused(&stranger).contains("certificate"), "{}", refused(&stranger));

    // Named files come before those made; a key of another certificate is found out at the start.
    let path = |data: &Path, name: &str| data.join("tls").join(name).to_str().expect("plain").to_owned();
    let (cert, key) = (path(other.path(), "server.crt"), path(other.path(), "server.key"));
    let server = server.restart(&["--tls-cert", &cert, "--tls-key", &key]);
    assert_eq!(server.nobody_trusting(Path::new(&cert)).get("/healthz").0, 200);
    let wrong = path(server.data(), "server.key");
    let folder = server.stop();
    let refused = run(folder.path(), &["serve", "--tls-cert", &cert, "--tls-key", &wrong]).expect_err("they don't go together");
    assert!(refused.contains("go together"), "{refused}");
}

#[test]
fn a_pinned_device_syncs_and_hears_over_tls() {
    let mut server = ready_with_tls();
    let (pin, url) = (pin_of(&server), server.url.clone());
    let folder = tempfile::tempdir().expect("a folder");
    let engine =
        Arc::new(Engine::open(&Profile::at(folder.path()).expect("a profile"), &Key::new(&system_env()), system_env()).expect("an engine"));
    let asked = SignIn { device: engine.device().expect("an id"), ..sign_in(ASHA, PASSWORD) };
    let try_with = |pin: Option<&str>| HttpTransport::sign_in_pinned(&url, pin, &asked, system_env().now_ms());
    // Of before, invitations named the certificate.
    try_with(Some(&tls::fingerprint(&made_in(server.data())).expect("a certificate"))).expect("signed in");
    for wrong in [None, Some("0".repeat(64)), Some(String::new()), Some(pin[..63].to_owned())] {
        let refused = try_with(wrong.as_deref()).expect_err("not trusted");
        assert!(matches!(refused, TransportError::Certificate(_)), "{wrong:?}: {refused}");
    }
    let session = try_with(Some(&pin.to_uppercase())).expect("signed in");
    engine.signed_in(&url, &session).expect("kept");
    HttpTransport::trust(&engine, &"0".repeat(64)).expect("kept");
    assert!(engine.sync(&HttpTransport::new(engine.clone(), &url)).is_err(), "another server's pin");
    HttpTransport::trust(&engine, &pin).expect("kept");
    let transport = Arc::new(HttpTransport::new(engine.clone(), &url));
    engine.sync(transport.as_ref()).expect("synced");
    let sync = SyncLoop::start(engine.clone(), transport.clone());
    let live = LiveLoop::start(engine.clone(), transport, &sync, Arc::default());
    let deadline = Instant::now() + PATIENCE;
    while !engine.sync_status().live {
        assert!(Instant::now() < deadline, "no live socket");
        std::thread::sleep(POLL);
    }
    let begun = Instant::now();
    assert!(server.terminate().success(), "a clean end");
    assert!(begun.elapsed() < PATIENCE / 2, "open sockets hold nothing up: {:?}", begun.elapsed());
    drop(live);
}

#[test]
fn a_socket_that_talks_without_end_is_closed() {
    let server = ready();
    let (boss, asha) = (server.sign_in("boss@acme.example"), server.sign_in(ASHA));
    let (mut loud, mut quiet) = (boss.live(), asha.live());
    quiet.read();
    let said = (0..1_000).take_while(|_| loud.say(r#"{"k":"viewing","lead":null}"#)).count();
    assert!(said >= 60 && loud.is_ended(), "{said}");
    asha.push(vec![Author::new(asha.session().clone(), 1).create(&mut Doc::empty())]);
    quiet.read();
    let mut again = boss.live();
    again.read();
}

#[test]
fn plain_http_stays_on_this_computer() {
    let folder = ready().stop();
    let serve = ["serve", "--listen", "0.0.0.0:0"];
    let refused = run(folder.path(), &serve).expect_err("refused");
    for way in ["leadline-server cert", "--tls-cert", "--behind-proxy"] {
        assert!(refused.contains(way), "{way}: {refused}");
    }
    assert!(run(folder.path(), &[&serve[..], &["--tls-cert", "x.crt"]].concat()).expect_err("half of it").contains("--tls-key"));
    let proxied = Server::start(folder, &["--behind-proxy"]);
    assert!(proxied.url.starts_with("http://"));
    let folder = proxied.stop();
    run(folder.path(), &["cert"]).expect("made");
    let proxied = Server::start(folder, &["--behind-proxy"]);
    assert!(proxied.url.starts_with("http://"), "TLS is the proxy's");
    let folder = proxied.stop();
    std::fs::write(folder.path().join("leadline.toml"), "tls_cert = 'nowhere.crt'\ntls_key = 'nowhere.key'").expect("written");
    let refused = run(folder.path(), &["serve", "--listen", "127.0.0.1:0"]).expect_err("no such file");
    assert!(refused.contains("nowhere"), "{refused}");
}

#[test]
fn logs_hold_no_secret_and_no_personal_data() {
    let server = ready();
    // More than LEADLINE_LOG=debug would.
    let mut server = server.restart(&["--log", "trace"]);
    let asha = server.sign_in(ASHA);
    asha.push(vec![Author::new(asha.session().clone(), 1).create(&mut Doc::empty())]);
    pull(&asha, None);
    let nobody = server.nobody();
    for body in [
        r#"{"email":"asha@acme.example","password":"wrong password"}"#,
        r#"{"email":"asha@acme.example","password":9820014786}"#,
        r#"{"email":"asha@acme.example","password":"wrong password""#,
        r#"Priya Sharma +919820014786 a secret note"#,
    ] {
        assert_ne!(nobody.post_json(protocol::paths::SIGN_IN, body).0, 200);
        asha.post_json(protocol::paths::PUSH, body);
        asha.post_packed(protocol::paths::PUSH, body.as_bytes());
    }
    assert_eq!(asha.get("/api/v1/asha@acme.example/9820014786").0, 404);
    assert_eq!(asha.get("/api/v1/sync/pull?cursor=Priya").0, 200);
    assert_eq!(asha.get("/api/v1/sync/snapshot/lead/asha@acme.example").0, 404);
    let add = ["user", "add", "--email", ASHA, "--name", "Asha Menon", "--role", "emperor"];
    run(server.data(), &add).expect_err("no such role");
    let logs = server.logs();
    assert!(logs.matches("/api/v1/sync/push").count() > 8, "something is logged, twice: {logs}");
    let session = asha.session();
    for secret in [
        PASSWORD,
        "wrong password",
        &session.access.0,
        &session.refresh.0,
        "9820014786",
        "secret note",
        "Priya",
        "Sharma",
        "Asha",
        "Menon",
        "asha@",
        "acme.example",
    ] {
        assert!(!logs.contains(secret), "{secret} is in the log");
    }
}
