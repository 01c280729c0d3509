//! The edge: headers on every answer, rate limits by a clock that stands still, and connections that
//! take their time.

use crate::support::{email, person};
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Request, Response, header};
use domain::{Clock, DeviceId, Env, OrgId, Role};
use protocol::auth::{Lease, Redeem, Refresh, Secret, Session, SignIn};
use protocol::rows::OrgRow;
use std::io::{Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;
use sync_server::http::limits::{Peer, Proxies, Quota};
use sync_server::http::{App, Edge, Times, router};
use sync_server::tls::{self, Identity, Old};
use sync_server::{Core, Store, env, people, serve};
use tokio::sync::{oneshot, watch};
use tower::ServiceExt as _;

const SIGN_IN: &str = "/api/v1/auth/sign-in";
const PULL: &str = "/api/v1/sync/pull";
/// A read in these tests fails after this long.
const PATIENCE: Duration = Duration::from_secs(20);

struct Hand(AtomicI64);

impl Clock for Hand {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

fn core(clock: Arc<Hand>) -> Core {
    let env = Env { clock, ..env::system() };
    let store = Store::memory().expect("a database");
    let org = OrgRow {
        id: OrgId(env.new_id()),
        name: "Acme".into(),
        zone: "Asia/Kolkata".into(),
        country: "IN".into(),
        phone_prefix: "+91".into(),
        currency: "INR".into(),
    };
    people::init(&store, &env, &org, &person("ananya", Role::SuperAdmin, None)).expect("an organisation");
    Core::open(store, env).expect("a server")
}

/// A server without a socket.
struct Desk {
    clock: Arc<Hand>,
    app: Arc<App>,
    _open: watch::Sender<bool>,
}

impl Desk {
    fn new(edge: Edge) -> Self {
        let clock = Arc::new(Hand(AtomicI64::new(crate::support::START)));
        let (open, closing) = watch::channel(false);
        Self { app: App::new(core(Arc::clone(&clock)), closing, edge), clock, _open: open }
    }

    fn later(&self, ms: i64) {
        self.clock.0.fetch_add(ms, Ordering::Relaxed);
    }

    async fn ask(&self, request: Request<Body>) -> Response<Body> {
        router(Arc::clone(&self.app)).oneshot(request).await.expect("an answer")
    }

    async fn status(&self, request: Request<Body>) -> u16 {
        self.ask(request).await.status().as_u16()
    }
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).expect("a request")
}

fn post(path: &str, size: usize) -> Request<Body> {
    Request::post(path).body(Body::from(vec![b' '; size])).expect("a request")
}

fn with(mut request: Request<Body>, name: HeaderName, value: &str) -> Request<Body> {
    request.headers_mut().insert(name, value.parse().expect("plain"));
    request
}

fn from(mut request: Request<Body>, address: &str) -> Request<Body> {
    request.extensions_mut().insert(Peer(address.parse::<IpAddr>().expect("an address")));
    request
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_keeps_browsers_off() {
    for tls in [false, true] {
        let mut edge = Edge { tls, ..Edge::default() };
        edge.quotas.door = Quota { burst: 1, per_minute: 1 };
        let desk = Desk::new(edge);
        for (request, status) in [
            (get("/healthz"), 200),
            (get(PULL), 401),
            (get("/nothing"), 404),
            (post("/healthz", 0), 405),
            (post(SIGN_IN, 100_000), 413),
            (post(SIGN_IN, 1), 429),
            (with(get("/healthz"), header::ORIGIN, "https://evil.example"), 403),
        ] {
            let answer = desk.ask(request).await;
            assert_eq!(answer.status(), status);
            let said = |name: HeaderName| answer.headers().get(name).map(|value| value.to_str().expect("plain"));
            for (name, value) in [
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
                (header::CACHE_CONTROL, "no-store"),
                (header::REFERRER_POLICY, "no-referrer"),
                (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
                (header::X_FRAME_OPTIONS, "DENY"),
            ] {
                assert_eq!(said(name), Some(value), "{status}");
            }
            assert_eq!(said(header::STRICT_TRANSPORT_SECURITY).is_some(), tls, "{status}");
            assert!(answer.headers().keys().all(|name| !name.as_str().starts_with("access-control")), "{status}");
            assert_eq!(said(header::RETRY_AFTER).is_some(), status == 429, "{status}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_origin_is_refused() {
    let desk = Desk::new(Edge { public_url: Some("https://crm.example:8440".into()), ..Edge::default() });
    let origin = |value| with(get("/healthz"), header::ORIGIN, value);
    assert_eq!(desk.status(get("/healthz")).await, 200);
    assert_eq!(desk.status(origin("https://CRM.example:8440")).await, 200);
    for foreign in ["https://crm.example", "http://crm.example:8440", "https://crm.example:8440.evil.example", "null"] {
        assert_eq!(desk.status(origin(foreign)).await, 403, "{foreign}");
        assert_eq!(desk.status(with(origin(foreign), header::HOST, "crm.example:8440")).await, 403, "{foreign}");
    }
    let unknown = Desk::new(Edge::default());
    assert_eq!(unknown.status(origin("https://crm.example:8440")).await, 403, "its own address is not known");
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_ins_of_one_address_are_limited_and_recover() {
    let mut edge = Edge::default();
    edge.quotas.door = Quota { burst: 30, per_minute: 30 };
    let desk = Desk::new(edge);
    for path in [SIGN_IN, "/api/v1/auth/refresh", "/api/v1/auth/anything", "/api/v1/quarantine"].into_iter().cycle().take(30) {
        assert_ne!(desk.status(from(post(path, 1), "10.0.0.1")).await, 429);
    }
    let refused = desk.ask(from(post(SIGN_IN, 1), "10.0.0.1")).await;
    assert_eq!((refused.status().as_u16(), &refused.headers()[header::RETRY_AFTER]), (429, &HeaderValue::from_static("2")));
    let said = axum::body::to_bytes(refused.into_body(), 10_000).await.expect("a body");
    assert!(String::from_utf8_lossy(&said).contains(r#""code":"too_many""#), "{said:?}");
    assert_eq!(desk.status(from(post(SIGN_IN, 1), "10.0.0.2")).await, 400, "somebody else");
    for (request, status) in [(get(PULL), 401), (post("/api/v1/quarantine/one/release", 1), 401)] {
        assert_eq!(desk.status(from(request, "10.0.0.1")).await, status, "something else");
    }
    desk.later(2_000);
    assert_eq!(desk.status(from(post(SIGN_IN, 1), "10.0.0.1")).await, 400);
    assert_eq!(desk.status(from(post(SIGN_IN, 1), "10.0.0.1")).await, 429);
    desk.later(60_000);
    assert_eq!(desk.status(from(post(SIGN_IN, 1), "10.0.0.1")).await, 400);
}

/// Somebody's password, and a session of theirs at a new device.
const PASSWORD: &str = "monsoon tiffin ledger";

impl Desk {
    /// The first admin, at a new device.
    fn session(&self) -> Session {
        let core = &self.app.core;
        let user = core.user_by_email(&email("ananya")).expect("there");
        let code = Secret(core.new_code_by_operator(user, false).expect("a code").code);
        let device = DeviceId(core.env().new_id());
        let (device_name, app_version) = ("laptop".into(), "0".into());
        core.redeem(&Redeem { code, password: Secret(PASSWORD.into()), device, device_name, app_version, second_factor: None }).expect("in")
    }

    /// Another device of theirs.
    fn sign_in(&self) -> Session {
        let device = DeviceId(self.app.core.env().new_id());
        let (email, password) = (email("ananya"), Secret(PASSWORD.into()));
        let asked = SignIn { email, password, device, device_name: "other".into(), app_version: "0".into(), second_factor: None };
        self.app.core.sign_in(&asked).expect("in")
    }
}

fn bearing(request: Request<Body>, session: &Session) -> Request<Body> {
    with(request, header::AUTHORIZATION, &format!("Bearer {}", session.access.0))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_and_its_person_have_limits_of_their_own() {
    let mut edge = Edge::default();
    edge.quotas.device = Quota { burst: 5, per_minute: 60 };
    edge.quotas.person = Quota { burst: 8, per_minute: 60 };
    let desk = Desk::new(edge);
    let (one, two) = (desk.session(), desk.sign_in());
    let pull = |session: &Session| bearing(get(PULL), session);
    for _ in 0..5 {
        assert_eq!(desk.status(pull(&one)).await, 200);
    }
    // Renewed, it is the same device.
    let nonce = Secret("n".into());
    let renewed = desk.app.core.refresh(&Refresh { refresh: one.refresh.clone(), nonce }).expect("renewed");
    assert_eq!((desk.status(pull(&one)).await, desk.status(pull(&renewed)).await), (429, 429));
    for n in 0..20 {
        assert_eq!(desk.status(with(get(PULL), header::AUTHORIZATION, &format!("Bearer {n}"))).await, 401, "nobody's has none");
    }
    for _ in 0..3 {
        assert_eq!(desk.status(pull(&two)).await, 200, "another device");
    }
    assert_eq!(desk.status(pull(&two)).await, 429, "and all of the person's");
    desk.later(1_000);
    assert_eq!(desk.status(pull(&one)).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_has_a_limit_of_passwords_from_anywhere() {
    let mut edge = Edge::default();
    edge.quotas.account = Quota { burst: 3, per_minute: 60 };
    let desk = Desk::new(edge);
    let guess = |email: &str, from_last: u8| {
        let asked = serde_json::json!({
            "email": email, "password": "x", "device": "019ab000-0000-7000-8000-000000000001", "device_name": "", "app_version": "",
        });
        let request = Request::post(SIGN_IN).header(header::CONTENT_TYPE, "application/json").body(Body::from(asked.to_string()));
        from(request.expect("a request"), &format!("10.0.0.{from_last}"))
    };
    for n in 0..3 {
        assert_eq!(desk.status(guess("asha@acme.example", n)).await, 401);
    }
    assert_eq!(desk.status(guess("ASHA@acme.example ", 9)).await, 429);
    assert_eq!(desk.status(guess("ravi@acme.example", 9)).await, 401, "another account");
    desk.later(1_000);
    assert_eq!(desk.status(guess("asha@acme.example", 9)).await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_has_a_limit_of_everything() {
    let mut edge = Edge::default();
    edge.quotas.address = Quota { burst: 3, per_minute: 60 };
    let desk = Desk::new(edge);
    for path in ["/healthz", PULL, "/nothing"] {
        assert_ne!(desk.status(from(get(path), "10.0.0.1")).await, 429);
    }
    assert_eq!(desk.status(from(get("/healthz"), "10.0.0.1")).await, 429);
    assert_eq!(desk.status(from(get("/healthz"), "10.0.0.2")).await, 200, "another address");
    desk.later(1_000);
    assert_eq!(desk.status(from(get("/healthz"), "10.0.0.1")).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_proxy_the_proxy_says_who_asks() {
    let proxies = Proxies { behind: true, named: vec!["10.0.0.9".parse().expect("an address")] };
    let mut edge = Edge { proxies, ..Edge::default() };
    edge.quotas.door = Quota { burst: 1, per_minute: 1 };
    let desk = Desk::new(edge);
    let sign_in = |peer, forwarded| with(from(post(SIGN_IN, 1), peer), HeaderName::from_static("x-forwarded-for"), forwarded);
    assert_eq!(desk.status(sign_in("127.0.0.1", "1.1.1.1")).await, 400);
    assert_eq!(desk.status(sign_in("10.0.0.9", "2.2.2.2, 1.1.1.1")).await, 429, "what the sender claims is not counted");
    assert_eq!(desk.status(sign_in("127.0.0.1", "1.1.1.1, 2.2.2.2")).await, 400);
    assert_eq!(desk.status(sign_in("10.0.0.8", "3.3.3.3")).await, 400);
    assert_eq!(desk.status(sign_in("10.0.0.8", "4.4.4.4")).await, 429, "no proxy: it speaks for itself alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_are_cut_off_at_what_a_push_may_hold() {
    let desk = Desk::new(Edge::default());
    let session = desk.session();
    let push = |size| bearing(post(protocol::paths::PUSH, size), &session);
    assert_eq!(desk.status(push(protocol::PUSH_BODY_MAX)).await, 400, "read, and nothing in it");
    assert_eq!(desk.status(push(protocol::PUSH_BODY_MAX + 1)).await, 413);
    assert_eq!(desk.status(post(protocol::paths::QUARANTINE, protocol::PUSH_BODY_MAX)).await, 400);
    assert_eq!(desk.status(post(protocol::paths::QUARANTINE, protocol::PUSH_BODY_MAX + 1)).await, 413);
    assert_eq!(desk.status(bearing(post(protocol::paths::USERS, 65 * 1024), &session)).await, 413);
}

/// A body that is never read says so by nobody having asked for it.
fn untouched(asked: &Arc<AtomicBool>) -> Body {
    let asked = Arc::clone(asked);
    Body::from_stream(futures_util::stream::once(async move {
        asked.store(true, Ordering::Relaxed);
        Ok::<_, std::io::Error>(vec![b' '; 10])
    }))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_into_quarantine_is_read_after_its_device_proved_itself() {
    let desk = Desk::new(Edge::default());
    let session = desk.session();
    let lease: Lease = serde_json::from_slice(&session.lease.lease).expect("a lease");
    let secret = session.device_secret.clone().expect("given").0;
    let upload = |device: &str, secret: &str, asked: &Arc<AtomicBool>| {
        let request = Request::post(protocol::paths::QUARANTINE).body(untouched(asked)).expect("a request");
        let request = with(request, HeaderName::from_static(protocol::DEVICE_HEADER), device);
        with(request, HeaderName::from_static(protocol::SECRET_HEADER), secret)
    };
    let device = lease.device.to_string();
    for (device, secret, status) in [
        (device.as_str(), "wrong", 404),
        ("019ab000-0000-7000-8000-000000000001", secret.as_str(), 404),
        (device.as_str(), secret.as_str(), 400),
    ] {
        let asked = Arc::new(AtomicBool::new(false));
        assert_eq!(desk.status(upload(device, secret, &asked)).await, status);
        assert_eq!(asked.load(Ordering::Relaxed), status == 400, "{device}");
    }
    // Those that did not prove themselves take turns, which a device that did need not wait for.
    let stuck =
        || Request::post(protocol::paths::QUARANTINE).body(Body::from_stream(futures_util::stream::pending::<std::io::Result<Vec<u8>>>()));
    let waiting: Vec<_> = (0..2).map(|_| tokio::spawn(router(Arc::clone(&desk.app)).oneshot(stuck().expect("a request")))).collect();
    let deadline = std::time::Instant::now() + PATIENCE;
    while desk.status(post(protocol::paths::QUARANTINE, 1)).await != 503 {
        assert!(std::time::Instant::now() < deadline, "as many as one likes are read");
    }
    assert_eq!(desk.status(upload(&device, &secret, &Arc::default())).await, 400);
    waiting.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_and_queries_that_cannot_be_read_are_problems() {
    let desk = Desk::new(Edge::default());
    let session = desk.session();
    for (request, status) in [
        (get("/api/v1/sync/snapshot/lead/%ff%fe"), 404),
        (get("/api/v1/sync/pull?cursor=a&cursor=b"), 400),
        (get("/api/v1/audit?from=yesterday"), 400),
        (post("/api/v1/devices/%ff/revoke", 0), 404),
    ] {
        let uri = request.uri().clone();
        let answer = desk.ask(bearing(request, &session)).await;
        let kind = answer.headers()[header::CONTENT_TYPE].to_str().expect("plain").to_owned();
        assert_eq!((answer.status().as_u16(), kind.as_str()), (status, "application/problem+json"), "{uri}");
    }
}

/// A server on a socket that gives nobody much time; its address, and what stops it.
async fn hasty(edge: Edge, identity: Option<Identity>) -> (SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let core = core(Arc::new(Hand(AtomicI64::new(crate::support::START))));
    let (stop, stopped) = oneshot::channel();
    let stopped = async move { drop(stopped.await) };
    let served = tokio::spawn(async move { drop(serve::serve(core, listener, identity, edge, stopped).await) });
    (address, stop, served)
}

fn within(times: Times) -> Edge {
    Edge { times, ..Edge::default() }
}

/// Sends `words` and answers all that comes until the server closes the connection.
async fn until_closed(address: SocketAddr, words: impl AsRef<[u8]> + Send + 'static) -> String {
    let talk = move || {
        let mut tcp = TcpStream::connect(address).expect("connected");
        tcp.set_read_timeout(Some(PATIENCE)).expect("set");
        tcp.write_all(words.as_ref()).expect("sent");
        let mut heard = Vec::new();
        match tcp.read_to_end(&mut heard) {
            Ok(_) => {}
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "it stays open"),
        }
        String::from_utf8_lossy(&heard).into_owned()
    };
    tokio::task::spawn_blocking(talk).await.expect("closed")
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_slow_is_cut_off() {
    let soon = Duration::from_millis(50);
    let (address, stop, served) = hasty(within(Times { head: soon, body: soon, ..Times::default() }), None).await;
    assert!(!until_closed(address, "GET /healthz HTTP/1.1\r\nHost: x\r\n").await.contains("200"), "no whole head");
    assert_eq!(until_closed(address, "").await, "", "nothing at all");
    let idle = until_closed(address, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(idle.starts_with("HTTP/1.1 200"), "{idle}");
    let body = until_closed(address, "POST /api/v1/auth/sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 90\r\n\r\n{").await;
    assert!(body.starts_with("HTTP/1.1 400"), "{body}");
    for (kib, status) in [(15, "HTTP/1.1 200"), (17, "HTTP/1.1 431")] {
        let head = format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "x".repeat(kib * 1024));
        let answer = until_closed(address, head).await;
        assert!(answer.starts_with(status), "{kib} KiB: {answer}");
    }
    stop.send(()).expect("it runs");
    served.await.expect("a clean end");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_and_a_handshake_have_their_time() {
    let soon = Duration::from_millis(50);
    let (address, _stop, _) = hasty(within(Times { answer: soon, ..Times::default() }), None).await;
    let slow = "POST /api/v1/auth/sign-in HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 90\r\n\r\n{";
    assert!(until_closed(address, slow).await.starts_with("HTTP/1.1 503"));
    let folder = tempfile::tempdir().expect("a folder");
    let made = tls::make(folder.path(), &[], crate::support::START, Old::Keep).expect("a certificate");
    let identity = Identity::load(&made.cert, &made.key, false).expect("an identity");
    let (address, _stop, _) = hasty(within(Times { handshake: soon, ..Times::default() }), Some(identity)).await;
    assert_eq!(until_closed(address, "").await, "");
    assert!(!until_closed(address, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.contains("200"), "not without TLS");
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_older_than_1_2_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = tls::make(folder.path(), &[], crate::support::START, Old::Keep).expect("a certificate");
    let identity = Identity::load(&made.cert, &made.key, false).expect("an identity");
    let (address, _stop, _) = hasty(Edge::default(), Some(identity)).await;
    let greeted = |minor: u8| async move {
        let greet = move || {
            let mut tcp = TcpStream::connect(address).expect("connected");
            tcp.set_read_timeout(Some(PATIENCE)).expect("set");
            tcp.write_all(&hello(minor)).expect("sent");
            let mut heard = [0; 7];
            tcp.read_exact(&mut heard).expect("an answer");
            heard
        };
        tokio::task::spawn_blocking(greet).await.expect("answered")
    };
    assert_eq!(greeted(3).await[0], 0x16, "1.2: the handshake goes on");
    for older in [2, 1, 0] {
        let heard = greeted(older).await;
        assert_eq!((heard[0], heard[5], heard[6]), (0x15, 2, 70), "1.{older} less one: an alert, protocol_version");
    }
}

/// A client's greeting by which it speaks 3.`minor` at most (3.3 is TLS 1.2), with one suite of 1.2.
fn hello(minor: u8) -> Vec<u8> {
    let more: [&[u8]; 4] = [&[0, 0x0d, 0, 4, 0, 2, 4, 3], &[0, 0x0a, 0, 4, 0, 2, 0, 0x17], &[0, 0x0b, 0, 2, 1, 0], &[0, 0x17, 0, 0]];
    let more = more.concat();
    let mut body = vec![3, minor];
    body.extend([7; 32]);
    body.extend([0, 0, 2, 0xc0, 0x2b, 1, 0, 0, more.len() as u8]);
    body.extend(more);
    let size = body.len() as u8;
    [vec![0x16, 3, 1, 0, size + 4, 1, 0, 0, size], body].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_does_not_take_all_connections() {
    let (address, _stop, _) = hasty(Edge { connections: 10, connections_each: 1, ..Edge::default() }, None).await;
    let talk = move || {
        let ask = || {
            let mut tcp = TcpStream::connect(address).expect("connected");
            tcp.set_read_timeout(Some(PATIENCE)).expect("set");
            // A closed one may be noticed here already.
            let _ = tcp.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
            let mut byte = [0];
            let heard = tcp.read_exact(&mut byte).is_ok();
            (tcp, heard)
        };
        let (first, heard) = ask();
        assert!(heard && !ask().1, "the second is closed at once");
        drop(first);
        let deadline = std::time::Instant::now() + PATIENCE;
        while !ask().1 {
            assert!(std::time::Instant::now() < deadline, "its place is not given back");
        }
    };
    tokio::task::spawn_blocking(talk).await.expect("in turn");
}

#[tokio::test(flavor = "multi_thread")]
async fn more_connections_than_may_be_open_wait() {
    let (address, _stop, _) = hasty(Edge { connections: 1, ..Edge::default() }, None).await;
    let talk = move || {
        let ask = || {
            let mut tcp = TcpStream::connect(address).expect("connected");
            tcp.set_read_timeout(Some(Duration::from_millis(200))).expect("set");
            tcp.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").expect("sent");
            tcp
        };
        let mut first = ask();
        let mut byte = [0];
        first.set_read_timeout(Some(PATIENCE)).expect("set");
        first.read_exact(&mut byte).expect("an answer");
        let mut second = ask();
        assert!(second.read_exact(&mut byte).is_err(), "the first is open");
        drop(first);
        second.set_read_timeout(Some(PATIENCE)).expect("set");
        second.read_exact(&mut byte).expect("an answer");
    };
    tokio::task::spawn_blocking(talk).await.expect("in turn");
}
