//! The transport over HTTP. Knows how connections fail, and says it in words a person can act on.

use crate::engine::{Engine, WipeReport};
use crate::error::ClientError;
use crate::online::Method;
use crate::session::{self, Tokens};
use crate::store::{meta, outbox};
use crate::tls::{self, Tls};
use crate::transport::{Transport, TransportError};
use domain::attendance::{AttendanceLine, Step};
use protocol::admin::{AttendanceStep, QuarantineAnswer, QuarantineUpload, SetOwner};
use protocol::auth::{Redeem, Refresh, Secret, Session, SignIn};
use protocol::frame::{self, FrameError};
use protocol::pull::{PullBatch, Snapshot};
use protocol::push::{PushRequest, PushResponse};
use protocol::rows::OwnerRow;
use protocol::{DEVICE_HEADER, MSGPACK, PENDING_HEADER, PROTOCOL_HEADER, PROTOCOL_VERSION, SECRET_HEADER, VERSION_HEADER, packed, paths};
use rustls::ClientConfig;
use serde::{Serialize, de::DeserializeOwned};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use ureq::http::Response;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{ConnectProxyConnector, Connector as _, TcpConnector};
use ureq::{Agent, Body, RequestBuilder};

const CONNECT: Duration = Duration::from_secs(8);
const ANSWER: Duration = Duration::from_secs(30);
/// Largest body read whole, bytes.
const BODY_MAX: u64 = 32 * 1024 * 1024;
/// A device clock further off than this from the server's is worth a word, ms.
const SKEW_MAX_MS: i64 = 24 * 3_600_000;

/// One server, for the person signed in to one profile.
pub struct HttpTransport {
    agent: Agent,
    tls: Arc<ClientConfig>,
    server: String,
    engine: Arc<Engine>,
    /// One refresh at a time: its token is used once.
    refreshing: Mutex<()>,
}

impl HttpTransport {
    /// `server` is the address as signed in to, `http://127.0.0.1:8440`. The key that the profile was
    /// invited with is the only one trusted.
    #[must_use]
    pub fn new(engine: Arc<Engine>, server: &str) -> Self {
        // A profile that can't be read has no pin: then a certificate of one's own making is not trusted.
        let pin: Option<String> = engine.store().read(|c| meta::get(c, meta::SERVER_PIN)).ok().flatten();
        let tls = tls::config(pin.as_deref());
        let agent = agent(tls.clone());
        Self { agent, tls, server: server.trim_end_matches('/').to_owned(), engine, refreshing: Mutex::default() }
    }

    /// Keeps in the profile what an invitation or its person named: transports made from now on trust the key
    /// with this SHA-256 (hex), and no other.
    ///
    /// # Errors
    /// `Disk`.
    pub fn trust(engine: &Engine, pin: &str) -> Result<(), ClientError> {
        engine.store().write(|tx| meta::set(tx, meta::SERVER_PIN, &pin))
    }

    /// Signs in at a server that the web's roots vouch for.
    ///
    /// # Errors
    /// `WrongCredentials`, or exactly why the server can't be reached.
    pub fn sign_in(server: &str, sign_in: &SignIn, now_ms: i64) -> Result<Session, TransportError> {
        Self::sign_in_pinned(server, None, sign_in, now_ms)
    }

    /// Signs in; with a pin (SHA-256 of its key, hex) at no other server than the one that has it.
    ///
    /// # Errors
    /// `Certificate`, or as [`HttpTransport::sign_in`].
    pub fn sign_in_pinned(server: &str, pin: Option<&str>, sign_in: &SignIn, now_ms: i64) -> Result<Session, TransportError> {
        Self::begin(server, pin, paths::SIGN_IN, sign_in, now_ms)
    }

    /// Uses an invitation or a forgotten-password code at the server that it names.
    ///
    /// # Errors
    /// As [`HttpTransport::sign_in_pinned`]; `No` with the server's words when the code is not good.
    pub fn redeem(server: &str, pin: Option<&str>, redeem: &Redeem, now_ms: i64) -> Result<Session, TransportError> {
        Self::begin(server, pin, paths::REDEEM, redeem, now_ms)
    }

    fn begin(server: &str, pin: Option<&str>, path: &str, body: &impl Serialize, now_ms: i64) -> Result<Session, TransportError> {
        let server = server.trim_end_matches('/');
        let response = post_json(&agent(tls::config(pin)), server, path, body)?;
        let session: Session = read_json(server, response)?;
        let skew = (session.server_ms - now_ms).abs();
        if skew > SKEW_MAX_MS {
            return Err(TransportError::Clock(format!("{} days", skew / SKEW_MAX_MS)));
        }
        Ok(session)
    }

    fn authorised<T>(&self, call: impl Fn(&str) -> Result<T, TransportError>) -> Result<T, TransportError> {
        let tokens = self.tokens()?;
        match call(&tokens.access.0) {
            Err(TransportError::SignInNeeded) => call(&self.refreshed(&tokens)?.access.0),
            other => other,
        }
    }

    fn tokens(&self) -> Result<Tokens, TransportError> {
        let tokens = self.engine.store().read(|c| meta::get::<Tokens>(c, meta::TOKENS)).map_err(|e| TransportError::local(&e))?;
        tokens.ok_or(TransportError::SignInNeeded)
    }

    /// Rotates the refresh token. Its nonce is stored before it is sent, so that a repeat after a
    /// lost answer gets the same answer.
    fn refreshed(&self, stale: &Tokens) -> Result<Tokens, TransportError> {
        let _one = self.refreshing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut tokens = self.tokens()?;
        if tokens.access != stale.access {
            return Ok(tokens);
        }
        if tokens.nonce.is_none() {
            let nonce: String = self.engine.env().random::<16>().iter().map(|b| format!("{b:02x}")).collect();
            tokens.nonce = Some(Secret(nonce));
            self.engine.store().write(|tx| session::set_tokens(tx, Some(&tokens))).map_err(|e| TransportError::local(&e))?;
        }
        let nonce = tokens.nonce.clone().unwrap_or_else(|| Secret(String::new()));
        let request = Refresh { refresh: tokens.refresh.clone(), nonce };
        let answer = post_json(&self.agent, &self.server, paths::REFRESH, &request);
        let session: Result<Session, _> = answer.and_then(|response| read_json(&self.server, response));
        match session {
            Ok(session) => self.engine.renewed(&session).map_err(|e| TransportError::local(&e)),
            Err(TransportError::SignInNeeded | TransportError::WrongCredentials) => {
                self.forget(&tokens)?;
                Err(TransportError::SignInNeeded)
            }
            Err(e) => Err(e),
        }
    }

    /// Forgets tokens that are good no more, unless a sign-in brought others meanwhile.
    fn forget(&self, ended: &Tokens) -> Result<(), TransportError> {
        let forget = |tx: &rusqlite::Transaction<'_>| match meta::get::<Tokens>(tx, meta::TOKENS)? {
            Some(kept) if kept.refresh == ended.refresh => session::set_tokens(tx, None),
            _ => Ok(()),
        };
        self.engine.store().write(forget).map_err(|e| TransportError::local(&e))
    }

    /// Whom this transport trusts.
    pub(crate) fn tls(&self) -> Arc<ClientConfig> {
        self.tls.clone()
    }

    /// An access token that is good now, and the server's address; for the live socket.
    pub(crate) fn live_ticket(&self, refresh: bool) -> Result<(String, String), TransportError> {
        let tokens = self.tokens()?;
        let tokens = if refresh { self.refreshed(&tokens)? } else { tokens };
        Ok((self.server.clone(), tokens.access.0))
    }

    /// One call with JSON in and out, as the person signed in.
    pub(crate) fn json<R: DeserializeOwned>(&self, method: Method, path: &str, body: Option<&[u8]>) -> Result<R, TransportError> {
        let url = format!("{}{path}", self.server);
        let call = |access: &str| {
            let bearer = format!("Bearer {access}");
            let version = PROTOCOL_VERSION.to_string();
            let headers = [("authorization", bearer.as_str()), (PROTOCOL_HEADER, version.as_str()), ("content-type", "application/json")];
            let body = body.unwrap_or(b"{}");
            let sent = match method {
                Method::Get => with_headers(self.agent.get(&url), headers).call(),
                Method::Delete => with_headers(self.agent.delete(&url), headers).force_send_body().send(body),
                Method::Post => with_headers(self.agent.post(&url), headers).send(body),
                Method::Put => with_headers(self.agent.put(&url), headers).send(body),
                Method::Patch => with_headers(self.agent.patch(&url), headers).send(body),
            };
            read_json(&self.server, checked(&self.server, sent)?)
        };
        self.authorised(call)
    }

    fn get(&self, access: &str, path: &str) -> Result<Response<Body>, TransportError> {
        let waiting = self.engine.store().read(|c| Ok(outbox::size(c)?.0)).map_err(|e| TransportError::local(&e))?;
        let request = self.agent.get(format!("{}{path}", self.server)).header(PENDING_HEADER, waiting.to_string());
        let request = request.header(VERSION_HEADER, env!("CARGO_PKG_VERSION"));
        let request = request.header("authorization", format!("Bearer {access}")).header(PROTOCOL_HEADER, PROTOCOL_VERSION.to_string());
        checked(&self.server, request.call())
    }
}

impl Transport for HttpTransport {
    fn push(&self, request: &PushRequest) -> Result<PushResponse, TransportError> {
        let body = rmp_serde::to_vec_named(request).map_err(|e| TransportError::Broken(e.to_string()))?;
        self.authorised(|access| {
            let post = self.agent.post(format!("{}{}", self.server, paths::PUSH));
            let post = post.header("authorization", format!("Bearer {access}")).header(PROTOCOL_HEADER, PROTOCOL_VERSION.to_string());
            let response = checked(&self.server, post.header("content-type", MSGPACK).send(&body[..]))?;
            read_msgpack(response)
        })
    }

    fn pull(&self, cursor: Option<&str>, take: &mut dyn FnMut(PullBatch) -> ControlFlow<()>) -> Result<(), TransportError> {
        let path = match cursor {
            Some(cursor) => format!("{}?cursor={cursor}", paths::PULL),
            None => paths::PULL.to_owned(),
        };
        let mut response = self.authorised(|access| self.get(access, &path))?;
        let mut body = response.body_mut().as_reader();
        loop {
            match frame::read(&mut body) {
                Ok(Some(batch)) => {
                    if take(batch).is_break() {
                        return Ok(());
                    }
                }
                Ok(None) => return Ok(()),
                Err(e @ (FrameError::Truncated | FrameError::Io(_))) => return Err(TransportError::Broken(e.to_string())),
                Err(e) => return Err(TransportError::Server(e.to_string())),
            }
        }
    }

    fn set_owner(&self, lead: domain::LeadId, set: &SetOwner) -> Result<OwnerRow, TransportError> {
        let body = serde_json::to_vec(set).map_err(|e| TransportError::Broken(e.to_string()))?;
        self.json(Method::Post, &format!("{}/{lead}/owner", paths::LEADS), Some(&body))
    }

    fn attend(&self, step: &Step, asked: &AttendanceStep) -> Result<AttendanceLine, TransportError> {
        let body = serde_json::to_vec(asked).map_err(|e| TransportError::Broken(e.to_string()))?;
        let route = match step {
            Step::CheckIn => "check-in",
            Step::CheckOut => "check-out",
            Step::Pause { .. } => "pause",
            Step::Resume => "resume",
        };
        self.json(Method::Post, &format!("{}/{route}", paths::ATTENDANCE), Some(&body))
    }

    fn quarantine(&self, upload: &QuarantineUpload) -> Result<QuarantineAnswer, TransportError> {
        let body = rmp_serde::to_vec_named(upload).map_err(|e| TransportError::Broken(e.to_string()))?;
        let post = self.agent.post(format!("{}{}", self.server, paths::QUARANTINE)).header(PROTOCOL_HEADER, PROTOCOL_VERSION.to_string());
        let post = post.header(DEVICE_HEADER, upload.device.to_string()).header(SECRET_HEADER, &upload.secret.0);
        read_msgpack(checked(&self.server, post.header("content-type", MSGPACK).send(&body[..]))?)
    }

    fn snapshot(&self, doc: domain::DocId) -> Result<Snapshot, TransportError> {
        let path = format!("{}/{}/{}", paths::SNAPSHOT, doc.kind.as_str(), doc.id);
        self.authorised(|access| read_msgpack(self.get(access, &path)?))
    }
}

impl WipeReport {
    /// Tells the server, once; without it the order stands there as it was.
    pub fn send(self) {
        let said = QuarantineUpload { device: self.device, secret: self.secret, items: Vec::new(), wiped: true, sent_on: false };
        let agent = agent(tls::config(self.pin.as_deref()));
        if let Err(e) = post_json(&agent, self.server.trim_end_matches('/'), paths::QUARANTINE, &said) {
            tracing::warn!("the server did not hear that the key is destroyed: {e}");
        }
    }
}

/// What it takes to end a session at the server, read before the profile forgets it.
#[derive(Debug)]
pub(crate) struct Farewell {
    pub server: String,
    pub pin: Option<String>,
    pub tokens: Tokens,
}

impl Farewell {
    /// Ends the session; best effort: what the server does not hear of runs out there by itself.
    pub fn send(self) {
        if let Err(e) = self.tried() {
            tracing::info!("the server did not hear that the session ended: {e}");
        }
    }

    fn tried(&self) -> Result<(), TransportError> {
        let agent = agent(tls::config(self.pin.as_deref()));
        match self.sign_out(&agent, &self.tokens.access) {
            Err(TransportError::SignInNeeded) => {
                let nonce = self.tokens.nonce.clone().unwrap_or_else(|| self.tokens.refresh.clone());
                let refresh = Refresh { refresh: self.tokens.refresh.clone(), nonce };
                let session: Session = read_json(&self.server, post_json(&agent, &self.server, paths::REFRESH, &refresh)?)?;
                self.sign_out(&agent, &session.access)
            }
            other => other,
        }
    }

    fn sign_out(&self, agent: &Agent, access: &Secret) -> Result<(), TransportError> {
        let post = agent.post(format!("{}{}", self.server, paths::SIGN_OUT)).header(PROTOCOL_HEADER, PROTOCOL_VERSION.to_string());
        checked(&self.server, post.header("authorization", format!("Bearer {}", access.0)).send_empty()).map(drop)
    }
}

pub(crate) fn agent(tls: Arc<ClientConfig>) -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_connect(Some(CONNECT))
        .timeout_recv_response(Some(ANSWER))
        .user_agent(format!("leadline/{}", env!("CARGO_PKG_VERSION")))
        .build();
    let connect = ().chain(ConnectProxyConnector::default()).chain(TcpConnector::default()).chain(Tls(tls));
    Agent::with_parts(config, connect, DefaultResolver::default())
}

fn with_headers<B>(mut request: RequestBuilder<B>, headers: [(&str, &str); 3]) -> RequestBuilder<B> {
    for (name, value) in headers {
        request = request.header(name, value);
    }
    request
}

fn post_json(agent: &Agent, server: &str, path: &str, body: &impl Serialize) -> Result<Response<Body>, TransportError> {
    let body = serde_json::to_vec(body).map_err(|e| TransportError::Broken(e.to_string()))?;
    let post = agent.post(format!("{server}{path}")).header(PROTOCOL_HEADER, PROTOCOL_VERSION.to_string());
    checked(server, post.header("content-type", "application/json").send(&body[..]))
}

/// Problem details as the server sends them.
#[derive(serde::Deserialize)]
struct Said {
    code: String,
    title: String,
    /// Of the form, for what was refused.
    #[serde(default)]
    field: Option<String>,
}

/// A success, or what its status and connection mean.
fn checked(server: &str, result: Result<Response<Body>, ureq::Error>) -> Result<Response<Body>, TransportError> {
    let mut response = result.map_err(|e| explain(server, &e))?;
    let status = response.status().as_u16();
    if (200..300).contains(&status) {
        return Ok(response);
    }
    let header = |name: &str| response.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let retry_after = header("retry-after").and_then(|s| s.parse::<u64>().ok());
    let html = header("content-type").is_some_and(|t| t.contains("html"));
    let via = header("via").or_else(|| header("proxy-authenticate"));
    let problem = response.body_mut().with_config().limit(64 * 1024).read_to_vec().unwrap_or_default();
    let problem: Option<Said> = serde_json::from_slice(&problem).ok();
    Err(match (status, problem) {
        (401, Some(p)) if p.code == "wrong_credentials" => TransportError::WrongCredentials,
        (401 | 403, Some(p)) if matches!(p.code.as_str(), "user_disabled" | "device_revoked") => {
            TransportError::CutOff { code: p.code, text: p.title }
        }
        (401, Some(p)) if !matches!(p.code.as_str(), "totp_required" | "locked" | "wrong_code") => TransportError::SignInNeeded,
        // 405: a server from before the route took this method.
        (404, Some(_)) | (405, _) => TransportError::NotFound,
        (426, _) => TransportError::UpdateNeeded,
        (429, Some(p)) => TransportError::TooMany { after_ms: retry_after.unwrap_or(5) * 1_000, text: p.title },
        (503, Some(_)) => TransportError::Busy { after_ms: retry_after.unwrap_or(5) * 1_000 },
        (500.., Some(p)) => TransportError::Server(p.title),
        (_, Some(p)) => TransportError::No { code: p.code, text: p.title, field: p.field },
        (407, None) => TransportError::Proxy("it asks for a sign-in of its own".into()),
        (_, None) if html || via.is_some() => TransportError::Proxy(format!("status {status}")),
        (404, None) => TransportError::Server("this is not a Leadline server".into()),
        (_, None) => TransportError::Server(format!("status {status}")),
    })
}

/// Why a connection failed.
fn explain(server: &str, e: &ureq::Error) -> TransportError {
    let host = server.split("://").last().unwrap_or(server).to_owned();
    match e {
        ureq::Error::HostNotFound => TransportError::Name(host),
        ureq::Error::ConnectionFailed => TransportError::Refused(host),
        ureq::Error::Timeout(_) => TransportError::Timeout(host),
        ureq::Error::ConnectProxyFailed(why) => TransportError::Proxy(why.clone()),
        ureq::Error::InvalidProxyUrl => TransportError::Proxy("its address in this computer's settings is wrong".into()),
        ureq::Error::Tls(why) => TransportError::Certificate((*why).to_owned()),
        ureq::Error::Rustls(why) => certificate(&why.to_string()),
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => TransportError::Name(host),
        ureq::Error::Io(io) => explain_io(host, io),
        other => TransportError::Broken(other.to_string()),
    }
}

fn explain_io(host: String, io: &std::io::Error) -> TransportError {
    use std::io::ErrorKind as Kind;
    let text = io.to_string();
    match io.kind() {
        Kind::ConnectionRefused => TransportError::Refused(host),
        Kind::TimedOut | Kind::WouldBlock => TransportError::Timeout(host),
        Kind::HostUnreachable | Kind::NetworkUnreachable | Kind::NetworkDown => {
            TransportError::Broken("this computer has no network".into())
        }
        _ if text.contains("certificate") => certificate(&text),
        _ if text.contains("lookup address") || text.contains("resolve") => TransportError::Name(host),
        _ => TransportError::Broken(text),
    }
}

/// A certificate that is only not valid yet, or no more, is often this computer's clock.
fn certificate(text: &str) -> TransportError {
    if text.contains("NotValidYet") || text.contains("not valid yet") {
        TransportError::Clock("far".into())
    } else if text.contains("ApplicationVerificationFailure") {
        TransportError::Certificate(
            "it is not the one that you were told to trust. If who runs the server made a new one, ask for its fingerprint and sign in \
             with it after the address: leads.example.com#fingerprint"
                .into(),
        )
    } else {
        TransportError::Certificate(text.to_owned())
    }
}

fn read_json<T: DeserializeOwned>(server: &str, mut response: Response<Body>) -> Result<T, TransportError> {
    let html = response.headers().get("content-type").and_then(|v| v.to_str().ok()).is_some_and(|t| t.contains("html"));
    let body = response.body_mut().with_config().limit(BODY_MAX).read_to_vec().map_err(|e| explain(server, &e))?;
    serde_json::from_slice(&body).map_err(|_| {
        if html {
            TransportError::Proxy("it sent a web page".into())
        } else {
            TransportError::Server("this is not a Leadline server".into())
        }
    })
}

fn read_msgpack<T: DeserializeOwned>(mut response: Response<Body>) -> Result<T, TransportError> {
    let body = response.body_mut().with_config().limit(BODY_MAX).read_to_vec().map_err(|e| TransportError::Broken(e.to_string()))?;
    packed::read(&body).map_err(|e| TransportError::Server(format!("its answer can't be read: {e}")))
}

impl std::fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HttpTransport({})", self.server)
    }
}
