//! Serving until told to stop. Stopping loses no acknowledged push: no new request is taken, those
//! in flight are answered, sockets are closed, and the accept thread ends last.

use crate::core::Core;
use crate::http::{App, router};
use axum::serve::ListenerExt as _;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, timeout};

/// How often the log is looked at for what other processes wrote.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Requests in flight may take this long after the order to stop.
const GRACE: Duration = Duration::from_secs(20);

/// Serves on `listener` until `stop` is done.
///
/// # Errors
/// The listener's.
pub async fn serve(core: Core, listener: TcpListener, stop: impl Future<Output = ()> + Send + 'static) -> std::io::Result<()> {
    let (close, closing) = watch::channel(false);
    let app = App::new(core, closing.clone());
    let news = tokio::spawn(look_for_news(Arc::clone(&app)));
    let stopping = async move {
        stop.await;
        let _ = close.send(true);
    };
    let listener = listener.tap_io(|tcp| {
        let _ = tcp.set_nodelay(true);
    });
    let mut closing = closing;
    let server = axum::serve(listener, router(Arc::clone(&app))).with_graceful_shutdown(stopping);
    let late = async move {
        let _ = closing.wait_for(|closing| *closing).await;
        tokio::time::sleep(GRACE).await;
    };
    let served = tokio::select! {
        served = server.into_future() => served,
        () = late => {
            tracing::warn!("requests were still running after {} s and are cut off", GRACE.as_secs());
            Ok(())
        }
    };
    news.abort();
    let closed = tokio::task::spawn_blocking(move || app.core.close());
    let _ = timeout(GRACE, closed).await;
    served
}

async fn look_for_news(app: Arc<App>) {
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let looking = Arc::clone(&app);
        let looked = tokio::task::spawn_blocking(move || looking.core.look_for_news()).await;
        if let Ok(Err(error)) = looked {
            tracing::warn!(%error, "the log could not be read");
        }
    }
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
