//! The live socket: the server pokes, the sync loop pulls. Losing it costs only latency.

use crate::engine::Engine;
use crate::http::HttpTransport;
use crate::presence::{On, Presence};
use crate::sync_loop::{Signal, SyncLoop};
use crate::tls;
use crate::transport::TransportError;
use bridge::Change;
use protocol::live::{HOLD_MS, Poke, Tell};
use protocol::{PROTOCOL_HEADER, PROTOCOL_VERSION, paths};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tungstenite::client::IntoClientRequest;
use tungstenite::http::Uri;
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{HandshakeError, Message, WebSocket};

/// Connecting, and each word of the handshake, waits this long.
const CONNECT: Duration = Duration::from_secs(8);
/// A read waits this long before it looks whether it is to end, or to tell something.
const READ: Duration = Duration::from_millis(200);
/// Reads without a word from the server before the socket counts as dead.
const SILENT_READS_MAX: u32 = 300;
/// Who goes through many leads tells of them this often at most: the server lets go of whoever talks without end.
const TELL_EVERY: Duration = Duration::from_millis(500);
/// A lead that is being called is told anew this often.
const RENEW: Duration = Duration::from_millis(HOLD_MS / 3);
/// After a loss, before trying again.
const RETRY: Duration = Duration::from_secs(3);

/// A running live socket; ends when dropped.
pub struct LiveLoop {
    stop: Arc<Signal>,
    thread: Option<JoinHandle<()>>,
}

impl LiveLoop {
    /// Keeps a socket to the server of `transport`, wakes `sync` at each poke, and tells and hears who is where.
    #[must_use]
    pub fn start(engine: Arc<Engine>, transport: Arc<HttpTransport>, sync: &SyncLoop, presence: Arc<Presence>) -> Self {
        let stop = Arc::new(Signal::default());
        let wake = sync.signal();
        let thread = std::thread::Builder::new().name("live".into()).spawn({
            let stop = stop.clone();
            move || run(&engine, &transport, &presence, &wake, &stop)
        });
        Self { stop, thread: thread.inspect_err(|e| tracing::error!("no live thread: {e}")).ok() }
    }
}

impl Drop for LiveLoop {
    fn drop(&mut self) {
        self.stop.stop();
        if let Some(thread) = self.thread.take() {
            // A panicked thread has nothing left to stop.
            let _ = thread.join();
        }
    }
}

fn run(engine: &Engine, transport: &HttpTransport, presence: &Presence, wake: &Signal, stop: &Signal) {
    let mut stale = false;
    while !stop.stopped() {
        match connect(transport, wake, stale) {
            Ok(mut socket) => {
                stale = false;
                engine.note_status(|s| s.live = true);
                // Whatever happened between the last pull and this socket.
                wake.wake();
                let changed = || engine.tell(Change { presence: true, ..Change::default() });
                Line { presence, changed: &changed, wake, stop }.listen(&mut socket);
                engine.note_status(|s| s.live = false);
                if presence.lost() {
                    changed();
                }
                // Whether the server is out of reach: the person should see it now.
                wake.wake();
            }
            Err(refused) => stale = refused,
        }
        if !stop.wait(RETRY) {
            return;
        }
    }
}

/// Connects; the error tells whether the token was refused.
fn connect(transport: &HttpTransport, wake: &Signal, stale: bool) -> Result<WebSocket<MaybeTlsStream<TcpStream>>, bool> {
    let (server, access) = transport.live_ticket(stale).map_err(|e| {
        // What follows from that is for a round of sync to find out, now.
        if matches!(e, TransportError::SignInNeeded | TransportError::CutOff { .. }) {
            wake.wake();
        }
        false
    })?;
    let url = format!("{}{}", server.replacen("http", "ws", 1), paths::LIVE);
    let mut request = url.into_client_request().map_err(|_| false)?;
    let bearer = format!("Bearer {access}").parse().map_err(|_| false)?;
    request.headers_mut().insert("authorization", bearer);
    request.headers_mut().insert(PROTOCOL_HEADER, PROTOCOL_VERSION.into());
    let tcp = reach(request.uri()).ok_or(false)?;
    let ready =
        tcp.set_nodelay(true).and_then(|()| tcp.set_read_timeout(Some(CONNECT))).and_then(|()| tcp.set_write_timeout(Some(CONNECT)));
    ready.map_err(|_| false)?;
    let reading = tcp.try_clone().map_err(|_| false)?;
    let stream = if is_tls(request.uri()) {
        let host = request.uri().host().unwrap_or_default();
        MaybeTlsStream::Rustls(tls::over(transport.tls(), host, tcp).map_err(|_| false)?)
    } else {
        MaybeTlsStream::Plain(tcp)
    };
    let (socket, _) = tungstenite::client(request, stream).map_err(|e| match e {
        HandshakeError::Failure(tungstenite::Error::Http(response)) => {
            // This person or computer was cut off: not in two minutes but now.
            if response.status() == 403 {
                wake.wake();
            }
            response.status() == 401
        }
        _ => false,
    })?;
    reading.set_read_timeout(Some(READ)).map_err(|_| false)?;
    Ok(socket)
}

/// The first of the server's addresses that answers.
fn reach(uri: &Uri) -> Option<TcpStream> {
    let host = uri.host()?.trim_matches(['[', ']']);
    let port = uri.port_u16().unwrap_or(if is_tls(uri) { 443 } else { 80 });
    (host, port).to_socket_addrs().ok()?.find_map(|address| TcpStream::connect_timeout(&address, CONNECT).ok())
}

fn is_tls(uri: &Uri) -> bool {
    uri.scheme_str() == Some("wss")
}

/// What a socket serves.
struct Line<'a> {
    presence: &'a Presence,
    changed: &'a dyn Fn(),
    wake: &'a Signal,
    stop: &'a Signal,
}

impl Line<'_> {
    fn listen(&self, socket: &mut WebSocket<MaybeTlsStream<TcpStream>>) {
        let mut silent = 0;
        let mut told = (Tell::Viewing { lead: None, hold: false }, None);
        while !self.stop.stopped() && silent < SILENT_READS_MAX {
            if self.say(socket, &mut told).is_err() {
                return;
            }
            match socket.read() {
                Ok(Message::Text(text)) => {
                    silent = 0;
                    self.hear(&text);
                }
                Ok(Message::Close(_)) => return,
                Ok(_) => silent = 0,
                Err(tungstenite::Error::Io(e)) if matches!(e.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {
                    silent += 1
                }
                Err(_) => return,
            }
        }
    }

    /// Tells where this device is, when that changed or is to be renewed.
    fn say(&self, socket: &mut WebSocket<MaybeTlsStream<TcpStream>>, told: &mut (Tell, Option<Instant>)) -> Result<(), tungstenite::Error> {
        let tell = self.presence.told();
        let since = told.1.map_or(Duration::MAX, |at| at.elapsed());
        let is_due = matches!(tell, Tell::Viewing { hold: true, .. }) && since >= RENEW;
        if (tell == told.0 && !is_due) || since < TELL_EVERY {
            return Ok(());
        }
        let text = serde_json::to_string(&tell).map_err(|e| tungstenite::Error::Io(e.into()))?;
        *told = (tell, Some(Instant::now()));
        socket.send(Message::text(text))
    }

    /// What can't be read is skipped: the server may be newer.
    fn hear(&self, text: &str) {
        match serde_json::from_str(text) {
            Ok(Poke::Behind { .. }) => self.wake.wake(),
            Ok(Poke::Presence { lead, users, hold }) => {
                if self.presence.heard(lead, On { users, hold }) {
                    (self.changed)();
                }
            }
            Err(_) => {}
        }
    }
}

impl std::fmt::Debug for LiveLoop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LiveLoop")
    }
}
