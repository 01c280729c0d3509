//! The live socket: the server pokes, the sync loop pulls. Losing it costs only latency.

use crate::engine::Engine;
use crate::http::HttpTransport;
use crate::sync_loop::{Signal, SyncLoop};
use crate::tls;
use crate::transport::TransportError;
use protocol::live::Poke;
use protocol::{PROTOCOL_HEADER, PROTOCOL_VERSION, paths};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tungstenite::client::IntoClientRequest;
use tungstenite::http::Uri;
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{HandshakeError, Message, WebSocket};

/// Connecting, and each word of the handshake, waits this long.
const CONNECT: Duration = Duration::from_secs(8);
/// A read waits this long before it looks whether it is to end.
const READ: Duration = Duration::from_millis(500);
/// Reads without a word from the server before the socket counts as dead.
const SILENT_READS_MAX: u32 = 120;
/// After a loss, before trying again.
const RETRY: Duration = Duration::from_secs(3);

/// A running live socket; ends when dropped.
pub struct LiveLoop {
    stop: Arc<Signal>,
    thread: Option<JoinHandle<()>>,
}

impl LiveLoop {
    /// Keeps a socket to the server of `transport` and wakes `sync` at each poke.
    #[must_use]
    pub fn start(engine: Arc<Engine>, transport: Arc<HttpTransport>, sync: &SyncLoop) -> Self {
        let stop = Arc::new(Signal::default());
        let wake = sync.signal();
        let thread = std::thread::Builder::new().name("live".into()).spawn({
            let stop = stop.clone();
            move || run(&engine, &transport, &wake, &stop)
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

fn run(engine: &Engine, transport: &HttpTransport, wake: &Signal, stop: &Signal) {
    let mut stale = false;
    while !stop.stopped() {
        match connect(transport, wake, stale) {
            Ok(mut socket) => {
                stale = false;
                engine.note_status(|s| s.live = true);
                // Whatever happened between the last pull and this socket.
                wake.wake();
                listen(&mut socket, wake, stop);
                engine.note_status(|s| s.live = false);
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

fn listen(socket: &mut WebSocket<MaybeTlsStream<TcpStream>>, wake: &Signal, stop: &Signal) {
    let mut silent = 0;
    while !stop.stopped() && silent < SILENT_READS_MAX {
        match socket.read() {
            Ok(Message::Text(text)) => {
                silent = 0;
                if matches!(serde_json::from_str(&text), Ok(Poke::Behind { .. })) {
                    wake.wake();
                }
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

impl std::fmt::Debug for LiveLoop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LiveLoop")
    }
}
