//! Starts `leadline-server`, talks to it, and ends it.

use crate::{device, request};
use domain::people::SignInSession;
use domain::{DeviceId, LeadId};
use protocol::auth::{Session, SignIn};
use protocol::live::{Poke, Tell};
use protocol::push::{Outcome, PushItem, PushResponse};
use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader, ErrorKind, Read, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tungstenite::client::IntoClientRequest as _;
use tungstenite::{HandshakeError, Message, WebSocket};
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// Where the server's standard error goes, in its data folder.
const STDERR: &str = "stderr.txt";
pub const PASSWORD: &str = "correct horse battery";

fn program(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_leadline-server"));
    command.arg("--data").arg(data).env_clear();
    command
}

/// Runs a command to its end: what it printed, or what it said was wrong.
pub fn run(data: &Path, args: &[&str]) -> Result<String, String> {
    let output = program(data).args(args).stdin(Stdio::null()).output().expect("the program starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

/// The same with a line on its standard input; it must succeed.
pub fn run_with_input(data: &Path, args: &[&str], line: &str) {
    let mut child = program(data).args(args).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("the program starts");
    writeln!(child.stdin.take().expect("a pipe"), "{line}").expect("written");
    assert!(child.wait().expect("it ends").success(), "{args:?}");
}

pub struct Server {
    child: Child,
    /// `http://127.0.0.1:1234`.
    pub url: String,
    folder: Option<TempDir>,
}

impl Server {
    pub fn start(folder: TempDir, args: &[&str]) -> Self {
        let stderr = OpenOptions::new().create(true).append(true).open(folder.path().join(STDERR)).expect("a file");
        let anywhere: &[&str] = if args.contains(&"--listen") { &[] } else { &["--listen", "127.0.0.1:0"] };
        let mut child = program(folder.path())
            .arg("serve")
            .args(anywhere)
            .args(args)
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .expect("the server starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        let url = line.split_whitespace().find(|word| word.starts_with("http")).expect("an address").to_owned();
        Self { child, url, folder: Some(folder) }
    }

    pub fn data(&self) -> &Path {
        self.folder.as_ref().expect("until it is stopped").path()
    }

    /// SIGTERM, and how it ended.
    pub fn terminate(&mut self) -> ExitStatus {
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().expect("kill");
        assert!(sent.success());
        self.child.wait().expect("it ends")
    }

    /// SIGKILL; its folder, as it lies there.
    pub fn kill(mut self) -> TempDir {
        self.child.kill().expect("killed");
        self.child.wait().expect("it ends");
        self.folder.take().expect("not stopped before")
    }

    pub fn stop(mut self) -> TempDir {
        self.terminate();
        self.folder.take().expect("not stopped before")
    }

    pub fn restart(self, args: &[&str]) -> Self {
        Self::start(self.stop(), args)
    }

    /// Its address and port, as `--listen` takes them.
    pub fn place(&self) -> String {
        self.url.split("//").nth(1).expect("an address").to_owned()
    }

    /// Ends it, has `meanwhile` done in its folder, and starts it where it was.
    pub fn restart_after(self, meanwhile: impl FnOnce(&Path)) -> Self {
        let place = self.place();
        let folder = self.stop();
        meanwhile(folder.path());
        Self::start(folder, &["--listen", &place])
    }

    pub fn nobody(&self) -> Client {
        Client::new(&self.url, None, None)
    }

    /// Somebody who trusts this certificate (PEM) and no other.
    pub fn nobody_trusting(&self, cert: &Path) -> Client {
        let pem = std::fs::read(cert).expect("a certificate");
        Client::new(&self.url, None, Some(Certificate::from_pem(&pem).expect("a certificate")))
    }

    pub fn sign_in(&self, email: &str) -> Client {
        self.sign_in_with(email, PASSWORD)
    }

    pub fn sign_in_with(&self, email: &str, password: &str) -> Client {
        self.nobody().signed_in(email, password)
    }

    /// Everything in the log files and on standard error. Ends the server first: it writes out what it
    /// logged then.
    pub fn logs(&mut self) -> String {
        self.terminate();
        let files = std::fs::read_dir(self.data().join("logs")).expect("a folder");
        let stderr = std::iter::once(self.data().join(STDERR));
        files.map(|f| f.expect("a file").path()).chain(stderr).map(|f| std::fs::read_to_string(f).expect("text")).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What somebody at `device()` sends to sign in.
pub fn sign_in(email: &str, password: &str) -> SignIn {
    let asked = serde_json::json!({
        "email": email, "password": password, "device": device(), "device_name": "test", "app_version": "0",
    });
    serde_json::from_value(asked).expect("a sign-in")
}

pub struct Client {
    url: String,
    session: Option<Session>,
    protocol: Option<String>,
    trusted: Option<Certificate<'static>>,
    agent: ureq::Agent,
}

impl Client {
    fn new(url: &str, session: Option<Session>, trusted: Option<Certificate<'static>>) -> Self {
        let roots = trusted.iter().cloned().collect::<Vec<_>>();
        let roots = if roots.is_empty() { RootCerts::WebPki } else { RootCerts::new_with_certs(&roots) };
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(20)))
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .build();
        Self { url: url.to_owned(), session, protocol: None, trusted, agent: config.into() }
    }

    pub fn signed_in(&self, email: &str, password: &str) -> Self {
        let body = serde_json::to_string(&sign_in(email, password)).expect("plain");
        let (status, answer) = self.post_json(protocol::paths::SIGN_IN, &body);
        assert_eq!(status, 200, "{answer}");
        Self::new(&self.url, Some(serde_json::from_str(&answer).expect("a session")), self.trusted.clone())
    }

    pub fn session(&self) -> &Session {
        self.session.as_ref().expect("signed in")
    }

    /// The same client with somebody's session.
    pub fn with_session(&self, session: Session) -> Self {
        Self::new(&self.url, Some(session), self.trusted.clone())
    }

    /// The device that signed in here.
    pub fn session_device(&self) -> DeviceId {
        let (status, answer) = self.get(protocol::paths::SESSIONS);
        assert_eq!(status, 200, "{answer}");
        let sessions: Vec<SignInSession> = serde_json::from_str(&answer).expect("sessions");
        sessions.iter().find(|session| session.this).expect("this one").device
    }

    /// The status of a request, or why there is no answer.
    pub fn try_get(&self, path: &str) -> Result<u16, ureq::Error> {
        self.agent.get(self.url(path)).call().map(|response| response.status().as_u16())
    }

    pub fn with_protocol(&self, version: &str) -> Self {
        Self { protocol: Some(version.to_owned()), ..Self::new(&self.url, self.session.clone(), self.trusted.clone()) }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    fn headers(&self) -> Vec<(&'static str, String)> {
        let token = self.session.as_ref().map(|s| ("authorization", format!("Bearer {}", s.access.0)));
        let protocol = self.protocol.as_ref().map(|v| (protocol::PROTOCOL_HEADER, v.clone()));
        token.into_iter().chain(protocol).collect()
    }

    pub fn get(&self, path: &str) -> (u16, String) {
        let request = self.headers().into_iter().fold(self.agent.get(self.url(path)), |r, (k, v)| r.header(k, v));
        let mut response = request.call().expect("an answer");
        let body = response.body_mut().read_to_vec().expect("a body");
        (response.status().as_u16(), String::from_utf8_lossy(&body).into_owned())
    }

    pub fn post_json(&self, path: &str, body: &str) -> (u16, String) {
        let request = self.agent.post(self.url(path)).header("content-type", "application/json");
        let request = self.headers().into_iter().fold(request, |r, (k, v)| r.header(k, v));
        let mut response = request.send(body).expect("an answer");
        (response.status().as_u16(), response.body_mut().read_to_string().expect("text"))
    }

    /// A request with a key of its own; `None` when the server is going or gone.
    pub fn try_post_with_key(&self, path: &str, key: &str, body: &str) -> Option<(u16, String)> {
        let request = self.dressed(self.agent.post(self.url(path))).header(protocol::IDEMPOTENCY_HEADER, key);
        let mut response = request.send(body).ok()?;
        Some((response.status().as_u16(), response.body_mut().read_to_string().ok()?))
    }

    pub fn patch_json(&self, path: &str, body: &str) -> (u16, String) {
        let request = self.agent.patch(self.url(path)).header("content-type", "application/json");
        let request = self.headers().into_iter().fold(request, |r, (k, v)| r.header(k, v));
        let mut response = request.send(body).expect("an answer");
        (response.status().as_u16(), response.body_mut().read_to_string().expect("text"))
    }

    fn dressed<B>(&self, request: ureq::RequestBuilder<B>) -> ureq::RequestBuilder<B> {
        let request = request.header("content-type", "application/json");
        self.headers().into_iter().fold(request, |request, (name, value)| request.header(name, value))
    }

    /// One call with JSON in and whatever comes out.
    pub fn call(&self, method: &str, path: &str, body: &serde_json::Value) -> (u16, serde_json::Value) {
        let (url, body) = (self.url(path), body.to_string());
        let sent = match method {
            "GET" => self.dressed(self.agent.get(url)).call(),
            "DELETE" => self.dressed(self.agent.delete(url).force_send_body()).send(body),
            "PATCH" => self.dressed(self.agent.patch(url)).send(body),
            "PUT" => self.dressed(self.agent.put(url)).send(body),
            _ => self.dressed(self.agent.post(url)).send(body),
        };
        let mut response = sent.expect("an answer");
        let text = response.body_mut().read_to_vec().expect("a body");
        (response.status().as_u16(), serde_json::from_slice(&text).unwrap_or_default())
    }

    /// The same as somebody who has this session.
    pub fn holding(&self, session: &serde_json::Value) -> Self {
        let session = serde_json::from_value(session.clone()).expect("a session");
        Self::new(&self.url, Some(session), self.trusted.clone())
    }

    /// Sends MessagePack, or what is none.
    pub fn post_packed(&self, path: &str, body: &[u8]) -> u16 {
        let request = self.agent.post(self.url(path)).header("content-type", protocol::MSGPACK);
        let request = self.headers().into_iter().fold(request, |r, (k, v)| r.header(k, v));
        request.send(body).expect("an answer").status().as_u16()
    }

    pub fn push(&self, items: Vec<PushItem>) -> Vec<Outcome> {
        self.try_push(items).expect("an answer")
    }

    /// `None` when the server is going or gone.
    pub fn try_push(&self, items: Vec<PushItem>) -> Option<Vec<Outcome>> {
        let body = request(items);
        let request = self.agent.post(self.url(protocol::paths::PUSH)).header("content-type", protocol::MSGPACK);
        let request = self.headers().into_iter().fold(request, |r, (k, v)| r.header(k, v));
        let mut response = request.send(&body[..]).ok()?;
        if response.status() == 503 {
            return None;
        }
        assert_eq!(response.status(), 200);
        let body = response.body_mut().read_to_vec().ok()?;
        let answer: PushResponse = rmp_serde::from_slice(&body).expect("an answer");
        Some(answer.results.into_iter().map(|r| r.outcome).collect())
    }

    pub fn pull(&self, cursor: Option<&str>) -> impl Read {
        let query = cursor.map(|c| format!("?cursor={c}")).unwrap_or_default();
        let request = self.agent.get(self.url(&format!("{}{query}", protocol::paths::PULL)));
        let request = self.headers().into_iter().fold(request, |r, (k, v)| r.header(k, v));
        let response = request.call().expect("an answer");
        assert_eq!(response.status(), 200);
        response.into_body().into_reader()
    }

    pub fn live(&self) -> Live {
        self.try_live().expect("a socket")
    }

    /// A live socket, or the status that the server answered instead.
    pub fn try_live(&self) -> Result<Live, u16> {
        let address = self.url.strip_prefix("http://").expect("without TLS");
        let mut request = format!("ws://{address}{}", protocol::paths::LIVE).into_client_request().expect("a request");
        assert!(!request.headers().contains_key("origin"), "a device is no web page");
        for (key, value) in self.headers() {
            request.headers_mut().insert(key, value.parse().expect("plain"));
        }
        let stream = TcpStream::connect(address).expect("connected");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("set");
        match tungstenite::client(request, stream) {
            Ok((socket, _)) => Ok(Live(socket)),
            Err(HandshakeError::Failure(tungstenite::Error::Http(response))) => Err(response.status().as_u16()),
            Err(other) => panic!("neither a socket nor an answer: {other}"),
        }
    }
}

pub struct Live(WebSocket<TcpStream>);

impl Live {
    /// False when nobody listens any more.
    pub fn say(&mut self, text: &str) -> bool {
        self.0.send(Message::text(text)).is_ok()
    }

    /// Whether the server ends it, however much comes before.
    pub fn is_ended(&mut self) -> bool {
        loop {
            match self.0.read() {
                Ok(_) => {}
                Err(tungstenite::Error::Io(error))
                    if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) =>
                {
                    return false;
                }
                Err(_) => return true,
            }
        }
    }

    /// The next poke.
    pub fn read(&mut self) -> Poke {
        loop {
            if let Message::Text(text) = self.0.read().expect("a message") {
                return serde_json::from_str(text.as_str()).expect("a poke");
            }
        }
    }

    /// Says which lead is open here.
    pub fn view(&mut self, lead: Option<LeadId>) {
        let told = serde_json::to_string(&Tell::Viewing { lead, hold: false }).expect("plain");
        self.0.send(Message::Text(told.into())).expect("sent");
    }

    /// Reads until the server ends the socket; it does so within the time that a read may take.
    pub fn expect_end(&mut self, why: &str) {
        loop {
            match self.0.read() {
                Ok(Message::Close(_)) => return,
                Ok(_) => {}
                Err(tungstenite::Error::Io(e)) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    panic!("the socket stays open: {why}")
                }
                Err(_) => return,
            }
        }
    }
}
