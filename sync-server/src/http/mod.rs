//! HTTP: thin routes over [`Core`], nothing decided here. Bodies are MessagePack, or JSON where
//! the content type says so; errors are problem details.

mod auth;
mod body;
mod leads;
mod live;
mod problem;
mod signed_in;
mod sync;

pub use problem::Problem;

use crate::core::Core;
use crate::error::Error;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use protocol::{PROTOCOL_HEADER, PROTOCOL_VERSION, PUSH_BODY_MAX, paths};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::{Semaphore, watch};

/// Passwords compared at a time: each takes 19 MiB and a core.
const PASSWORDS: usize = 2;
/// Bytes of a body that is no push.
const SMALL_BODY_MAX: usize = 64 * 1024;

/// What every route is given.
pub struct App {
    pub core: Core,
    /// Becomes true when the server shuts down; sockets close then.
    pub closing: watch::Receiver<bool>,
    passwords: Semaphore,
}

impl App {
    #[must_use]
    pub fn new(core: Core, closing: watch::Receiver<bool>) -> Arc<Self> {
        Arc::new(Self { core, closing, passwords: Semaphore::new(PASSWORDS) })
    }
}

/// All routes.
pub fn router(app: Arc<App>) -> Router {
    let push = Router::new().route(paths::PUSH, post(sync::push)).layer(DefaultBodyLimit::max(PUSH_BODY_MAX));
    Router::new()
        .route(paths::SIGN_IN, post(auth::sign_in))
        .route(paths::REFRESH, post(auth::refresh))
        .route(paths::SIGN_OUT, post(auth::sign_out))
        .route(paths::PULL, get(sync::pull))
        .route(&format!("{}/{{kind}}/{{id}}", paths::SNAPSHOT), get(sync::snapshot))
        .route(paths::LIVE, get(live::live))
        .route(&format!("{}/{{id}}/owner", paths::LEADS), post(leads::set_owner))
        .layer(DefaultBodyLimit::max(SMALL_BODY_MAX))
        .merge(push)
        .layer(middleware::from_fn(speaks_our_protocol))
        .route(paths::HEALTH, get(health))
        .fallback(async || Problem(Error::NotFound))
        .method_not_allowed_fallback(async || Problem(Error::BadRequest("This is not asked for that way.".into())))
        .layer(middleware::from_fn(log_request))
        .with_state(app)
}

/// Runs `work` where blocking is allowed.
async fn blocking<T: Send + 'static>(app: &Arc<App>, work: impl FnOnce(&Core) -> Result<T, Error> + Send + 'static) -> Result<T, Problem> {
    let app = Arc::clone(app);
    let done = tokio::task::spawn_blocking(move || work(&app.core)).await;
    done.unwrap_or_else(|panic| Err(Error::Panicked(panic.to_string()))).map_err(Problem)
}

async fn health(state: axum::extract::State<Arc<App>>) -> Result<String, Problem> {
    blocking(&state, |core| core.newest().map(|_| "ok\n".to_owned())).await
}

/// A device that speaks another version is told to update; none named is ours.
async fn speaks_our_protocol(request: Request, next: Next) -> Response {
    let spoken = request.headers().get(PROTOCOL_HEADER).and_then(|v| v.to_str().ok());
    match spoken {
        Some(version) if version.parse() != Ok(PROTOCOL_VERSION) => Problem(Error::UpdateNeeded).into_response(),
        Some(_) | None => next.run(request).await,
    }
}

/// Method, path and status: paths hold ids only, queries (cursors) are left out.
async fn log_request(request: Request, next: Next) -> Response {
    let (method, path, begun) = (request.method().clone(), request.uri().path().to_owned(), Instant::now());
    let response = next.run(request).await;
    tracing::debug!(%method, path, status = response.status().as_u16(), took_ms = begun.elapsed().as_millis(), "request");
    response
}
