//! HTTP: thin routes over [`Core`], nothing decided here. Bodies are MessagePack, or JSON where
//! the content type says so; errors are problem details.

mod account;
mod assignment;
mod attendance;
mod audit;
mod auth;
mod body;
mod devices;
mod headers;
mod leads;
pub mod limits;
mod live;
pub mod openapi;
mod problem;
mod reports;
mod settle;
mod signed_in;
mod sync;
mod teams;
mod users;

pub use problem::Problem;

use crate::core::Core;
use crate::error::Error;
use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use limits::{Limits, Proxies, Quotas};
use protocol::{PROTOCOL_HEADER, PROTOCOL_VERSION, PUSH_BODY_MAX, paths};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;
use tower_http::timeout::RequestBodyTimeoutLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Passwords compared at a time: each takes 19 MiB and a core.
const PASSWORDS: usize = 2;
/// Uploads into quarantine read at a time, 8 MiB each: of devices whose secret came in the head, and of those
/// from before that, which may be anybody.
const UPLOADS: usize = 8;
const UNPROVEN_UPLOADS: usize = 2;
/// Bytes of a body that is no push.
const SMALL_BODY_MAX: usize = 64 * 1024;

/// How the server stands to the world.
#[derive(Clone, Debug)]
pub struct Edge {
    /// Where devices reach it, `https://crm.example.com:8440`, if it is known.
    pub public_url: Option<String>,
    /// It speaks TLS itself.
    pub tls: bool,
    /// What invitations name for devices to trust: see `tls::Identity`.
    pub pin: Option<String>,
    /// Whose last entry of `X-Forwarded-For` is who asks.
    pub proxies: Proxies,
    pub quotas: Quotas,
    pub times: Times,
    /// Open at a time; more wait in the system's queue.
    pub connections: u32,
    /// Of these, from one address; more are closed at once. A proxy's are not counted.
    pub connections_each: u32,
}

impl Default for Edge {
    fn default() -> Self {
        let (quotas, times) = (Quotas::default(), Times::default());
        Self {
            public_url: None,
            tls: false,
            pin: None,
            proxies: Proxies::default(),
            quotas,
            times,
            connections: 2_000,
            // An office of devices has one address.
            connections_each: 1_000,
        }
    }
}

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    pub handshake: Duration,
    /// To send a request's head, and for a connection to stay idle. Longer than devices keep idle ones.
    pub head: Duration,
    /// Between two pieces of a body.
    pub body: Duration,
    /// From a request's head to its answer's.
    pub answer: Duration,
    /// For the other end to take anything of what is sent.
    pub write: Duration,
}

impl Default for Times {
    fn default() -> Self {
        let [handshake, head, body, answer, write] = [10, 20, 20, 120, 60].map(Duration::from_secs);
        Self { handshake, head, body, answer, write }
    }
}

/// What every route is given.
pub struct App {
    pub core: Core,
    /// Becomes true when the server shuts down; sockets close then.
    pub closing: watch::Receiver<bool>,
    /// See [`Edge`].
    pub public_url: Option<String>,
    /// See [`Edge`].
    pub tls: bool,
    pub limits: Limits,
    /// See [`Edge`]; a renewed certificate may have another.
    pin: RwLock<Option<String>>,
    proxies: Proxies,
    times: Times,
    passwords: Semaphore,
    /// Uploads into quarantine that are read now: of devices that proved themselves, and of others.
    uploads: Semaphore,
    unproven_uploads: Semaphore,
}

impl App {
    #[must_use]
    pub fn new(core: Core, closing: watch::Receiver<bool>, edge: Edge) -> Arc<Self> {
        let limits = Limits::new(core.env().clone(), &edge.quotas);
        let Edge { public_url, tls, pin, proxies, times, .. } = edge;
        let (pin, passwords) = (RwLock::new(pin), Semaphore::new(PASSWORDS));
        let (uploads, unproven_uploads) = (Semaphore::new(UPLOADS), Semaphore::new(UNPROVEN_UPLOADS));
        Arc::new(Self { core, closing, public_url, tls, limits, pin, proxies, times, passwords, uploads, unproven_uploads })
    }

    /// What invitations name for devices to trust.
    #[must_use]
    pub fn pin(&self) -> Option<String> {
        self.pin.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn set_pin(&self, pin: Option<String>) {
        *self.pin.write().unwrap_or_else(PoisonError::into_inner) = pin;
    }
}

/// All routes. A handler says by `#[utoipa::path]` where it is and what it takes and answers, so that no route is
/// missing from the document; `sync-server/tests/server/openapi.rs` says how one is added.
fn routes() -> OpenApiRouter<Arc<App>> {
    let push = OpenApiRouter::new().routes(routes!(sync::push)).layer(DefaultBodyLimit::max(PUSH_BODY_MAX));
    let quarantine = OpenApiRouter::new().routes(routes!(settle::quarantine, settle::upload)).layer(DefaultBodyLimit::max(PUSH_BODY_MAX));
    OpenApiRouter::with_openapi(openapi::about())
        .routes(routes!(auth::sign_in))
        .routes(routes!(auth::refresh))
        .routes(routes!(auth::sign_out))
        .routes(routes!(audit::audit))
        .routes(routes!(account::redeem))
        .routes(routes!(account::change_password))
        .routes(routes!(account::profile, account::change_profile))
        .routes(routes!(account::sessions))
        .routes(routes!(account::end_session))
        .routes(routes!(account::sign_out_everywhere))
        .routes(routes!(account::begin_totp, account::confirm_totp, account::end_totp))
        .routes(routes!(users::list, users::invite))
        .routes(routes!(users::change_post))
        .routes(routes!(users::new_code))
        .routes(routes!(teams::list, teams::create))
        .routes(routes!(teams::rename))
        .routes(routes!(attendance::check_in))
        .routes(routes!(attendance::check_out))
        .routes(routes!(attendance::pause))
        .routes(routes!(attendance::resume))
        .routes(routes!(attendance::status))
        .routes(routes!(attendance::logs))
        .routes(routes!(reports::leads))
        .routes(routes!(reports::rows))
        .routes(routes!(devices::list))
        .routes(routes!(devices::revoke))
        .routes(routes!(devices::wipe))
        .routes(routes!(sync::pull))
        .routes(routes!(sync::snapshot))
        .routes(routes!(live::live))
        .routes(routes!(assignment::create))
        .routes(routes!(assignment::distribute))
        .routes(routes!(assignment::assign_many))
        .routes(routes!(assignment::eligible_users))
        .routes(routes!(leads::set_owner))
        .routes(routes!(assignment::rules, assignment::set_rules))
        .routes(routes!(assignment::dry_run))
        .routes(routes!(settle::take_proposal))
        .routes(routes!(settle::drop_proposal))
        .routes(routes!(settle::release))
        .routes(routes!(settle::drop_quarantined))
        .layer(DefaultBodyLimit::max(SMALL_BODY_MAX))
        .merge(push)
        .merge(quarantine)
        .layer(middleware::from_fn(speaks_our_protocol))
        .routes(routes!(openapi::json))
        .routes(routes!(openapi::docs))
        .routes(routes!(health))
}

/// All routes, behind what every request goes through.
pub fn router(app: Arc<App>) -> Router {
    let (router, _) = routes().split_for_parts();
    router
        .fallback(async || Problem(Error::NotFound))
        .method_not_allowed_fallback(async || Problem(Error::MethodNotAllowed))
        .layer(RequestBodyTimeoutLayer::new(app.times.body))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), in_time))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), limits::guard))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), headers::secure))
        .layer(middleware::from_fn(log_request))
        .with_state(app)
}

/// Runs `work` where blocking is allowed.
async fn blocking<T: Send + 'static>(app: &Arc<App>, work: impl FnOnce(&Core) -> Result<T, Error> + Send + 'static) -> Result<T, Problem> {
    let app = Arc::clone(app);
    let done = tokio::task::spawn_blocking(move || work(&app.core)).await;
    done.unwrap_or_else(|panic| Err(Error::Panicked(panic.to_string()))).map_err(Problem)
}

/// Whether the server answers and its database can be read.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "Server",
    security(()),
    responses((status = 200, body = String, content_type = "text/plain", example = "ok\n")),
)]
async fn health(state: State<Arc<App>>) -> Result<String, Problem> {
    blocking(&state, |core| core.newest().map(|_| "ok\n".to_owned())).await
}

/// A device that speaks another version is told to update; none named is ours. An older one may still
/// send what was typed there.
async fn speaks_our_protocol(request: Request, next: Next) -> Response {
    let spoken = request.headers().get(PROTOCOL_HEADER).and_then(|v| v.to_str().ok());
    let sends = [paths::PUSH, paths::SIGN_IN, paths::REFRESH, paths::QUARANTINE].contains(&request.uri().path())
        && request.method() == Method::POST;
    match spoken {
        Some(version) if version.parse() == Ok(PROTOCOL_VERSION) => next.run(request).await,
        Some(version) if sends && version.parse().is_ok_and(|version: u32| version < PROTOCOL_VERSION) => next.run(request).await,
        Some(_) => Problem(Error::UpdateNeeded).into_response(),
        None => next.run(request).await,
    }
}

/// Whoever sends slowly, or asks for what takes long, is told to come back. Streams and sockets have
/// their answer's head early; what follows it is not counted.
async fn in_time(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let answered = timeout(app.times.answer, next.run(request)).await;
    answered.unwrap_or_else(|_| Problem(Error::Overloaded).into_response())
}

/// Method, route and status. Not the path: a wrong one may hold anything.
async fn log_request(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let (method, begun) = (request.method().clone(), Instant::now());
    let response = next.run(request).await;
    tracing::debug!(%method, route, status = response.status().as_u16(), took_ms = begun.elapsed().as_millis(), "request");
    response
}
