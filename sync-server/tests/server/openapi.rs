//! The document of all routes, the page made of it, and that every error has the form that it says.
//!
//! A new route: its handler gets `#[utoipa::path(get, path = "/api/v1/…", tag = "…", responses((status = 200, body = …)))]`
//! and a line of docs above, its types derive `utoipa::ToSchema` (in `domain` and `protocol` by
//! `#[cfg_attr(feature = "openapi", …)]`; what is read from a query `utoipa::IntoParams`, and the enums in that stand in
//! `components(schemas(…))` of `sync-server/src/http/openapi.rs`), and `routes()` in
//! `sync-server/src/http/mod.rs` names it: `.routes(routes!(reports::payments))`, handlers of one path together. Statuses that
//! follow from the route's shape (400, 401, 404 of an id, 413, 415, 429, …) are added by themselves; 409 and 422 are named.
//! Then `LEADLINE_BLESS=1` writes the golden file.

use crate::support::World;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, Response, header};
use protocol::auth::ProblemDetails;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use sync_server::http::openapi::document;
use sync_server::http::{App, Edge, router};
use tokio::sync::watch;
use tower::ServiceExt as _;
use utoipa::openapi::OpenApi;

const GOLDEN: &str = "../docs/openapi.json";
const HOW: &str = "sync-server/tests/server/openapi.rs says at its top how a route is added";
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

fn as_json(api: &OpenApi) -> Value {
    serde_json::to_value(api).expect("plain values")
}

/// `GET /api/v1/users` and its operation, of each.
fn operations(api: &Value) -> BTreeMap<String, &Value> {
    let paths = api["paths"].as_object().expect("paths");
    let each = paths.iter().flat_map(|(path, item)| METHODS.map(|method| (format!("{} {path}", method.to_uppercase()), &item[method])));
    each.filter(|(_, operation)| operation.is_object()).collect()
}

/// All routes there are.
pub fn routes_of(api: &OpenApi) -> BTreeSet<String> {
    operations(&as_json(api)).into_keys().collect()
}

/// The sources under a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let there = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let (folders, files): (Vec<_>, Vec<_>) = there.partition(|path| path.is_dir());
    let rust = files.into_iter().filter(|file| file.extension().is_some_and(|kind| kind == "rs"));
    rust.chain(folders.iter().flat_map(|folder| sources(folder))).collect()
}

/// `routes!` takes only what has a description; nothing goes past it, and nothing described is left unasked.
#[test]
fn every_route_is_in_the_document() {
    let mut described = 0;
    for file in sources(Path::new("src")) {
        let source = std::fs::read_to_string(&file).expect("text");
        for past in [".route(", ".route_service(", ".nest_service("] {
            assert!(!source.contains(past), "{} has a route past the document; {HOW}", file.display());
        }
        described += source.matches("#[utoipa::path(").count();
    }
    assert_eq!(described, routes_of(&document()).len(), "a handler is described, and not among the routes; {HOW}");
}

#[test]
fn the_document_says_of_each_route_what_it_is() {
    let api = as_json(&document());
    assert!(api["openapi"].as_str().is_some_and(|version| version.starts_with("3.1.")));
    let areas: BTreeSet<&str> = api["tags"].as_array().expect("areas").iter().filter_map(|tag| tag["name"].as_str()).collect();
    let mut ids = BTreeSet::new();
    for (route, operation) in operations(&api) {
        assert!(ids.insert(operation["operationId"].as_str().expect("an id").to_owned()), "{route}: its operationId stands twice");
        assert!(operation["summary"].as_str().is_some_and(|summary| summary.len() > 5), "{route} needs a line of docs; {HOW}");
        let area = operation["tags"][0].as_str().expect("an area");
        assert!(areas.contains(area), "{route}: {area} is no area; they are {areas:?}");
        for (status, answer) in operation["responses"].as_object().expect("answers") {
            assert!(answer["description"].as_str().is_some_and(|words| words.len() > 4), "{route} {status} says nothing");
            let problem = &answer["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(problem == "#/components/schemas/ProblemDetails", status.as_str() >= "400", "{route} {status}");
        }
        assert!(["200", "201", "204", "101"].iter().any(|status| operation["responses"][status].is_object()), "{route} has no success");
    }
}

#[test]
fn every_type_that_is_named_is_there() {
    let api = as_json(&document());
    let text = api.to_string();
    let named = text.split("#/components/schemas/").skip(1).map(|rest| rest.split('"').next().expect("a name"));
    for name in named {
        assert!(api["components"]["schemas"][name].is_object(), "{name} is missing");
    }
}

/// Reviewers see what of the API changes.
#[test]
fn the_document_is_as_it_was_reviewed() {
    let found = serde_json::to_string_pretty(&as_json(&document())).expect("a JSON value") + "\n";
    if std::env::var_os("LEADLINE_BLESS").is_some() {
        std::fs::write(GOLDEN, found).expect("written");
        return;
    }
    let golden = std::fs::read_to_string(GOLDEN).unwrap_or_default();
    assert!(golden == found, "docs/openapi.json changed: review it, and write it with LEADLINE_BLESS=1");
}

struct Desk {
    app: Arc<App>,
    token: String,
    _open: watch::Sender<bool>,
}

impl Desk {
    fn new() -> Self {
        let (open, closing) = watch::channel(false);
        let core = World::memory().core;
        let asked = serde_json::json!({
            "email": crate::support::email("asha"), "password": crate::support::PASSWORD, "device": core.env().new_id(),
            "device_name": "laptop", "app_version": "0",
        });
        let session = core.sign_in(&serde_json::from_value(asked).expect("a sign-in")).expect("signed in");
        Self { app: App::new(core, closing, Edge::default()), token: session.access.0, _open: open }
    }

    async fn ask(&self, method: Method, path: &str, kind: &str, body: impl Into<Body>) -> (Response<()>, String) {
        let request = Request::builder().method(method).uri(path).header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        let request = if kind.is_empty() { request } else { request.header(header::CONTENT_TYPE, kind) };
        let answer = router(Arc::clone(&self.app)).oneshot(request.body(body.into()).expect("a request")).await.expect("an answer");
        let (head, body) = answer.into_parts();
        let bytes = to_bytes(body, 1 << 22).await.expect("a body");
        (Response::from_parts(head, ()), String::from_utf8(bytes.into()).expect("text"))
    }
}

fn said(head: &Response<()>, name: header::HeaderName) -> &str {
    head.headers().get(name).map_or("", |value| value.to_str().expect("plain"))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_error_is_a_problem() {
    let desk = Desk::new();
    let json = "application/json";
    let (sign_in, push) = (protocol::paths::SIGN_IN, protocol::paths::PUSH);
    let big = " ".repeat(100_000);
    for (method, path, kind, body, status, code) in [
        (Method::GET, "/nothing", "", "", 404, "not_found"),
        (Method::GET, "/api/v1/nothing", "", "", 404, "not_found"),
        (Method::PUT, sign_in, json, "{}", 405, "method_not_allowed"),
        (Method::DELETE, "/healthz", "", "", 405, "method_not_allowed"),
        (Method::PATCH, "/api/v1/docs", "", "", 405, "method_not_allowed"),
        (Method::POST, sign_in, json, &big, 413, "too_large"),
        (Method::POST, sign_in, "text/plain", "{}", 415, "unknown_media_type"),
        (Method::POST, sign_in, "application/x-www-form-urlencoded", "email=a", 415, "unknown_media_type"),
        (Method::POST, push, "application/jsonp", "{}", 415, "unknown_media_type"),
        (Method::POST, sign_in, json, "{", 400, "bad_request"),
        (Method::POST, sign_in, json, "", 400, "bad_request"),
        (Method::POST, sign_in, json, "{}", 400, "bad_request"),
        (Method::POST, sign_in, "application/json; charset=utf-8", "[]", 400, "bad_request"),
        (Method::POST, sign_in, "", "{}", 400, "bad_request"),
        (Method::GET, "/api/v1/sync/live", "", "", 400, "bad_request"),
        (Method::GET, "/api/v1/audit?from=yesterday", "", "", 400, "bad_request"),
        (Method::GET, "/api/v1/attendance/logs?user=me", "", "", 400, "bad_request"),
        (Method::GET, "/api/v1/reports/leads?colour=red", "", "", 400, "bad_request"),
        (Method::GET, "/api/v1/sync/snapshot/lead/one", "", "", 404, "not_found"),
        (Method::POST, "/api/v1/leads/%ff/owner", json, "{}", 404, "not_found"),
        (Method::POST, "/api/v1/users/nobody/code", "", "", 404, "not_found"),
        (Method::DELETE, "/api/v1/auth/sessions/none", "", "", 404, "not_found"),
        (Method::GET, "/api/v1/users", "", "", 403, "not_permitted"),
    ] {
        let (head, body) = desk.ask(method.clone(), path, kind, body.to_owned()).await;
        assert_eq!(head.status().as_u16(), status, "{method} {path} {kind}: {body}");
        assert_eq!(said(&head, header::CONTENT_TYPE), "application/problem+json", "{method} {path}");
        let problem: ProblemDetails = serde_json::from_str(&body).expect("a problem");
        let kind = format!("urn:leadline:problem:{code}");
        assert_eq!((problem.status, problem.code.as_str(), problem.kind), (status, code, kind), "{method} {path}");
        assert!(!problem.title.is_empty());
        assert_eq!(said(&head, header::ALLOW).is_empty(), status != 405, "{method} {path}: what is allowed instead");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_served_with_a_page_that_needs_nothing_else() {
    let desk = Desk::new();
    let (head, body) = desk.ask(Method::GET, "/api/v1/openapi.json", "", "").await;
    assert_eq!((head.status().as_u16(), said(&head, header::CONTENT_TYPE)), (200, "application/json"));
    assert_eq!(serde_json::from_str::<Value>(&body).expect("JSON"), as_json(&document()));
    let (head, page) = desk.ask(Method::GET, "/api/v1/docs", "", "").await;
    assert_eq!((head.status().as_u16(), said(&head, header::CONTENT_TYPE)), (200, "text/html; charset=utf-8"));
    // Its own style by its hash, and nothing else from anywhere.
    let parts: Vec<&str> = said(&head, header::CONTENT_SECURITY_POLICY).split("; ").collect();
    let style = parts[1].strip_prefix("style-src 'sha256-").and_then(|hash| hash.strip_suffix('\''));
    assert!(style.is_some_and(|hash| !hash.contains(' ')), "{parts:?}");
    assert_eq!(parts[..1], ["default-src 'none'"]);
    assert_eq!(parts[2..], ["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]);
    for loads in ["<script", "<link", "<img", "<iframe", " src=", " style=", "url(", "@import", "http://", "https://"] {
        assert!(!page.contains(loads), "the page needs {loads}");
    }
    // Each link leads somewhere, and each route is there.
    let anchors: BTreeSet<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    for link in page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        let is_there = link.strip_prefix('#').map_or(link == "/api/v1/openapi.json", |anchor| anchors.contains(anchor));
        assert!(is_there, "{link} leads nowhere");
    }
    for (route, operation) in operations(&as_json(&document())) {
        assert!(anchors.contains(operation["operationId"].as_str().expect("an id")), "{route} is not on the page");
    }
}
