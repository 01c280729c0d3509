//! Serving until told to stop. Stopping loses no acknowledged push: no new request is taken, those
//! in flight are answered, sockets are closed, and the accept thread ends last.

use crate::core::Core;
use crate::error::Error;
use crate::http::limits::Peer;
use crate::http::{App, Edge, Problem, Times, router};
use crate::line::{Doors, Line, Place};
use crate::tls::{Identity, Renewals};
use axum::Router;
use axum::extract::Request;
use axum::response::IntoResponse as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_rustls::TlsAcceptor;

/// How often the log is looked at for what other processes wrote.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often it is looked at what the clock brings.
const CHORES_EVERY: Duration = Duration::from_secs(30);
/// Requests in flight may take this long after the order to stop.
const GRACE: Duration = Duration::from_secs(20);
/// Bytes of a request's head.
const HEAD_MAX: usize = 16 * 1024;
/// After the system could give no connection, out of file handles for example.
const BREATH: Duration = Duration::from_secs(1);

/// Serves on `listener`, with TLS under `identity`, until `stop` is done. What it answers is to be dropped
/// after the runtime: PostgreSQL's client may not end inside of one.
pub async fn serve(
    core: Core,
    listener: TcpListener,
    identity: Option<Identity>,
    edge: Edge,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Arc<App> {
    let (close, closing) = watch::channel(false);
    let (times, connections, proxies) = (edge.times, edge.connections, edge.proxies.clone());
    let doors = Doors { proxies, each: edge.connections_each, open: Arc::default() };
    let app = App::new(core, closing.clone(), edge);
    app.set_pin(identity.as_ref().and_then(|identity| identity.pin.clone()));
    let tls = identity.as_ref().map(|identity| RwLock::new(acceptor(identity)));
    let desk = Arc::new(Desk { times, tls, closing, router: router(Arc::clone(&app)) });
    let news = tokio::spawn(now_and_then(Arc::clone(&app), LOOK_EVERY, Core::look_for_news));
    let chores = tokio::spawn(now_and_then(Arc::clone(&app), CHORES_EVERY, Core::do_chores));
    let renewals = identity.map(|identity| tokio::spawn(look_for_renewals(Arc::clone(&app), Arc::clone(&desk), Renewals::of(&identity))));
    let places = Arc::new(Semaphore::new(usize::try_from(connections).unwrap_or(Semaphore::MAX_PERMITS)));
    tokio::select! {
        () = accept(&listener, &desk, &places, &doors) => {}
        () = stop => {}
    }
    drop(listener);
    let _ = close.send(true);
    if timeout(GRACE, places.acquire_many(connections)).await.is_err() {
        tracing::warn!("requests were still running after {} s and are cut off", GRACE.as_secs());
    }
    news.abort();
    chores.abort();
    if let Some(renewals) = renewals {
        renewals.abort();
    }
    let last = Arc::clone(&app);
    let closed = tokio::task::spawn_blocking(move || app.core.close());
    let _ = timeout(GRACE, closed).await;
    last
}

fn acceptor(identity: &Identity) -> TlsAcceptor {
    TlsAcceptor::from(Arc::clone(&identity.config))
}

/// What every connection needs.
struct Desk {
    times: Times,
    /// A renewed certificate is shown to whoever comes next.
    tls: Option<RwLock<TlsAcceptor>>,
    closing: watch::Receiver<bool>,
    router: Router,
}

async fn accept(listener: &TcpListener, desk: &Arc<Desk>, places: &Arc<Semaphore>, doors: &Doors) {
    while let Ok(place) = Arc::clone(places).acquire_owned().await {
        match listener.accept().await {
            Ok((tcp, from)) => {
                // Whoever has too many open gets none more; the others wait for nobody.
                let Some(place) = doors.enter(from.ip(), place) else { continue };
                let desk = Arc::clone(desk);
                tokio::spawn(async move { desk.greet(tcp, from, place).await });
            }
            // The other end gave up while it waited.
            Err(error) if matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset) => {}
            Err(error) => {
                tracing::warn!(%error, "no connection could be taken");
                sleep(BREATH).await;
            }
        }
    }
}

impl Desk {
    async fn greet(&self, tcp: TcpStream, from: SocketAddr, place: Place) {
        let _ = tcp.set_nodelay(true);
        let write = self.times.write;
        let tls = self.tls.as_ref().map(|tls| tls.read().unwrap_or_else(PoisonError::into_inner).clone());
        match tls {
            None => self.talk(Line::new(tcp, write, place), from).await,
            Some(tls) => match timeout(self.times.handshake, tls.accept(Line::new(tcp, write, place))).await {
                Ok(Ok(secret)) => self.talk(secret, from).await,
                Ok(Err(error)) => tracing::debug!(%error, "no TLS"),
                Err(_) => tracing::debug!("no TLS in time"),
            },
        }
    }

    async fn talk(&self, line: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, from: SocketAddr) {
        let routes = TowerToHyperService::new(self.router.clone());
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(from.ip()));
            routes.call(request)
        });
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(self.times.head).max_header_size(HEAD_MAX);
        let mut talk = pin!(http.serve_connection(TokioIo::new(line), service).with_upgrades());
        // How it ended says nothing: the device comes back by itself.
        let _ = tokio::select! {
            ended = talk.as_mut() => ended,
            () = closed(self.closing.clone()) => {
                talk.as_mut().graceful_shutdown();
                talk.await
            }
        };
    }
}

/// Done when the server shuts down.
async fn closed(mut closing: watch::Receiver<bool>) {
    let _ = closing.wait_for(|closing| *closing).await;
}

async fn now_and_then(app: Arc<App>, every: Duration, work: fn(&Core) -> Result<(), Error>) {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let working = Arc::clone(&app);
        if let Ok(Err(error)) = tokio::task::spawn_blocking(move || work(&working.core)).await {
            // A problem logs itself, without what is stored.
            drop(Problem(error).into_response());
        }
    }
}

/// Reads the certificate anew when its files change.
async fn look_for_renewals(app: Arc<App>, desk: Arc<Desk>, mut renewals: Renewals) {
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let Ok((looked, same)) = tokio::task::spawn_blocking(move || (renewals.look(), renewals)).await else { return };
        renewals = same;
        match looked {
            Ok(None) => {}
            Ok(Some(identity)) => {
                tracing::info!(fingerprint = identity.fingerprint, pin = identity.pin, "another certificate is shown");
                if let Some(tls) = &desk.tls {
                    *tls.write().unwrap_or_else(PoisonError::into_inner) = acceptor(&identity);
                }
                app.set_pin(identity.pin);
            }
            Err(error) => tracing::warn!("the certificate is not the one in its files, which can't be used: {error:#}"),
        }
    }
}

/// How many files this process may have open, where the system says it in a file.
#[must_use]
pub fn handles() -> Option<u32> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    handles_in(&limits)
}

fn handles_in(limits: &str) -> Option<u32> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Done at ctrl-c or SIGTERM.
pub async fn told_to_stop() {
    let interrupted = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! { () = interrupted => {}, () = terminated => {} }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_soft_limit_of_open_files_is_read() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units     \n\
                      Max open files            1024                 1048576              files     \n";
        assert_eq!((handles_in(limits), handles_in("Max open files unlimited x")), (Some(1024), None));
    }
}
