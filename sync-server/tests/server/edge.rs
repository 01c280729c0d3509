//! The edge: headers on every answer, rate limits by a clock that stands still, and connections that
//! take their time.

use crate::support::person;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Request, Response, header};
use domain::{Clock, Env, OrgId, Role};
use protocol::rows::OrgRow;
use std::io::{Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use sync_server::http::limits::{LimitKey, Peer, Quota};
use sync_server::http::{App, Edge, Times, router};
use sync_server::tls::{self, Identity};
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
        let mut edge = Edge { fingerprint: tls.then(|| "f".repeat(64)), ..Edge::default() };
        edge.quotas.door = Quota { burst: 1, per_minute: 1 };
        let desk = Desk::new(edge);
        for (request, status) in [
            (get("/healthz"), 200),
            (get(PULL), 401),
            (get("/nothing"), 404),
            (post("/healthz", 0), 400),
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

#[tokio::test(flavor = "multi_thread")]
async fn a_token_and_an_account_have_limits_of_their_own() {
    let mut edge = Edge::default();
    edge.quotas.token = Quota { burst: 300, per_minute: 600 };
    let desk = Desk::new(edge);
    let pull = |token: &str| with(get(PULL), header::AUTHORIZATION, token);
    for _ in 0..300 {
        assert_eq!(desk.status(pull("Bearer one")).await, 401);
    }
    assert_eq!(desk.status(pull("Bearer one")).await, 429);
    for n in 0..50 {
        assert_eq!(desk.status(pull(&format!("Bearer {n}"))).await, 401, "fifty devices behind one address");
    }
    desk.later(100);
    assert_eq!(desk.status(pull("Bearer one")).await, 401);
    let tries = |email| (0..100).take_while(|_| desk.app.limits.check(LimitKey::account(email)).is_ok()).count();
    assert_eq!((tries("asha@acme.example"), tries("ASHA@acme.example "), tries("ravi@acme.example")), (20, 0, 20));
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_proxy_the_proxy_says_who_asks() {
    let mut edge = Edge { behind_proxy: true, ..Edge::default() };
    edge.quotas.door = Quota { burst: 1, per_minute: 1 };
    let desk = Desk::new(edge);
    let sign_in = |forwarded| with(from(post(SIGN_IN, 1), "127.0.0.1"), HeaderName::from_static("x-forwarded-for"), forwarded);
    assert_eq!(desk.status(sign_in("1.1.1.1")).await, 400);
    assert_eq!(desk.status(sign_in("2.2.2.2, 1.1.1.1")).await, 429, "what the sender claims is not counted");
    assert_eq!(desk.status(sign_in("1.1.1.1, 2.2.2.2")).await, 400);
}

/// A server on a socket that gives nobody much time; its address, and what stops it.
async fn hasty(edge: Edge, identity: Option<Identity>) -> (SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let core = core(Arc::new(Hand(AtomicI64::new(crate::support::START))));
    let (stop, stopped) = oneshot::channel();
    let stopped = async move { drop(stopped.await) };
    let served = tokio::spawn(async move { drop(serve::serve(core, listener, identity.as_ref(), edge, stopped).await) });
    (address, stop, served)
}

fn within(times: Times) -> Edge {
    Edge { times, ..Edge::default() }
}

/// Sends `words` and answers all that comes until the server closes the connection.
async fn until_closed(address: SocketAddr, words: &'static str) -> String {
    let talk = move || {
        let mut tcp = TcpStream::connect(address).expect("connected");
        tcp.set_read_timeout(Some(PATIENCE)).expect("set");
        tcp.write_all(words.as_bytes()).expect("sent");
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
    let big = until_closed(address, concat!("GET / HTTP/1.1\r\nX: ", include_str!("edge.rs"))).await;
    assert!(!big.contains("200"), "{big}");
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
    let made = tls::make(folder.path(), &[], crate::support::START, false).expect("a certificate");
    let identity = Identity::load(&made.cert, &made.key).expect("an identity");
    let (address, _stop, _) = hasty(within(Times { handshake: soon, ..Times::default() }), Some(identity)).await;
    assert_eq!(until_closed(address, "").await, "");
    assert!(!until_closed(address, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.contains("200"), "not without TLS");
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
