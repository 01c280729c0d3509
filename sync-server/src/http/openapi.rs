//! The document of all routes, OpenAPI 3.1, made of the routes themselves, and a page to read it.
//!
//! What a handler says above itself (`#[utoipa::path]`) is its own; what follows from its shape is added here to
//! every one alike: the path's ids, the problems that any route of this shape can answer, MessagePack, names.

mod page;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::DocKind;
use domain::people::AuditAction;
use domain::report::{Ending, ReportSort};
use protocol::auth::ProblemDetails;
use protocol::live::{Poke, Tell};
use protocol::{MSGPACK, PROTOCOL_HEADER, PROTOCOL_VERSION};
use std::sync::LazyLock;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi, PathItem, Ref, RefOr, Required, ResponseBuilder};

/// Content type of every error.
pub const PROBLEM: &str = "application/problem+json";
const JSON: &str = "application/json";
/// What routes are asked with.
pub(super) const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Leadline",
        description = "The server of Leadline. Devices speak it, and so may you.\n\nBodies are JSON or MessagePack (`application/msgpack`, the same \
                       names; ids and bytes are binary there), as the request’s `Content-Type` says, and the answer is in the same form. Times \
                       are milliseconds since 1970-01-01 UTC by the server’s clock. What the caller may not see is answered as what is not \
                       there. Errors are problem details (RFC 9457); `code` is stable, `title` is for people.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    tags(
        (name = "Signing in", description = "E-mail and password for tokens. An access token lives 15 minutes; a refresh token brings the next."),
        (name = "Account", description = "One’s own account."),
        (name = "People", description = "Who works here, as what, in which team."),
        (name = "Devices", description = "Installations of the app."),
        (name = "Leads", description = "New leads, and who has them. All else about a lead is a command of a device: see Sync."),
        (name = "Assignment", description = "The rules by which leads are given out."),
        (name = "Attendance", description = "Who is at work, by the server’s clock."),
        (name = "Reports", description = "Figures of what the caller may see, and the records behind each."),
        (name = "Audit", description = "Who did what."),
        (name = "Hand-over", description = "Edits that came late: proposals, and quarantine."),
        (name = "Sync", description = "What devices speak: commands out, what changed in."),
        (name = "Server", description = "The server itself."),
    ),
    components(schemas(ProblemDetails, Poke, Tell, DocKind, Ending, ReportSort, AuditAction)),
    security(("session" = [])),
)]
struct About;

/// What the routes begin from.
pub fn about() -> OpenApi {
    <About as utoipa::OpenApi>::openapi()
}

/// The document.
pub fn document() -> OpenApi {
    let mut api = super::routes().into_openapi();
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("The access token of a sign-in.")).build();
    let components = api.components.get_or_insert_default();
    components.add_security_scheme("session", SecurityScheme::Http(scheme));
    for (path, item) in &mut api.paths.paths {
        for (method, operation) in operations(item) {
            complete(method, path, operation);
        }
    }
    api
}

/// A path's operations.
fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    METHODS.into_iter().zip([get, post, put, patch, delete]).filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// Adds what every route of this shape has.
fn complete(method: &str, path: &str, operation: &mut Operation) {
    // `post_leads_id_owner`.
    let place = path.trim_start_matches("/api/v1").replace(['/', '-', '.'], "_").replace(['{', '}'], "");
    operation.operation_id = Some(format!("{}{place}", method.to_lowercase()));
    let parameters = operation.parameters.get_or_insert_default();
    if path.contains("{id}") && !parameters.iter().any(|parameter| parameter.name == "id") {
        parameters.push(id());
    }
    let queried = parameters.iter().any(|parameter| parameter.parameter_in == ParameterIn::Query);
    let versioned = path.starts_with("/api/");
    if versioned {
        parameters.push(spoken());
    }
    let sends = operation.request_body.is_some();
    let secured = operation.security.is_none();
    let responses = &mut operation.responses.responses;
    let always = [403, 429, 500, 503].map(|status| (status, true));
    let by_shape = [(400, sends || queried), (401, secured), (404, path.contains('{')), (413, sends), (415, sends), (426, versioned)];
    for (status, _) in always.into_iter().chain(by_shape).filter(|(_, is_possible)| *is_possible) {
        responses.entry(status.to_string()).or_insert_with(|| RefOr::T(ResponseBuilder::new().build()));
    }
    for (status, response) in responses.iter_mut() {
        let RefOr::T(response) = response else { continue };
        if status.as_str() >= "400" {
            response
                .content
                .insert(PROBLEM.to_owned(), ContentBuilder::new().schema(Some(Ref::from_schema_name("ProblemDetails"))).build());
        } else if sends && response.content.contains_key(JSON) {
            response.content.insert(MSGPACK.to_owned(), packed());
        }
        if response.description.is_empty() {
            response.description = words(status).to_owned();
        }
    }
    if let Some(body) = &mut operation.request_body
        && body.content.contains_key(JSON)
    {
        body.required = Some(Required::True);
        body.content.insert(MSGPACK.to_owned(), packed());
    }
}

/// The id in a path.
fn id() -> Parameter {
    let uuid = ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
    ParameterBuilder::new().name("id").parameter_in(ParameterIn::Path).required(Required::True).schema(Some(uuid)).build()
}

/// The version that a device speaks.
fn spoken() -> Parameter {
    let version = ObjectBuilder::new().schema_type(Type::Integer).enum_values(Some([PROTOCOL_VERSION]));
    let text = "Sent by devices, which are told to update (426) when it is another; none is the server’s own.";
    let named = ParameterBuilder::new().name(PROTOCOL_HEADER).parameter_in(ParameterIn::Header).description(Some(text));
    named.schema(Some(version)).build()
}

/// The same in MessagePack, whose ids are 16 bytes.
fn packed() -> utoipa::openapi::Content {
    let bytes = ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
    ContentBuilder::new().schema(Some(bytes)).build()
}

/// What a status means, of any route.
fn words(status: &str) -> &'static str {
    match status {
        "200" => "Done.",
        "201" => "Made.",
        "204" => "Done; there is nothing to say.",
        "400" => "The body or the query can’t be read.",
        "401" => "Nobody is signed in, or the sign-in is over: `token_expired` asks for a refresh, `session_ended` for a password.",
        "403" => "The caller may not do this, or was cut off.",
        "404" => "This is not here, or not in the caller’s sight.",
        "409" => "It is not any more as the caller said.",
        "413" => "The body is too large.",
        "415" => "The body is neither JSON nor MessagePack.",
        "422" => "Refused; `title` says what to do, `field` what it is about.",
        "426" => "The app is too old for the server.",
        "429" => "Too often; `Retry-After` says when to come back.",
        "500" => "The server has a problem.",
        "503" => "The server is busy or stopping; try again in a moment.",
        _ => "",
    }
}

/// Made once: it is the same as long as the server runs.
struct Made {
    json: String,
    html: String,
    policy: HeaderValue,
}

static MADE: LazyLock<Made> = LazyLock::new(|| {
    let api = serde_json::to_value(document()).expect("a document holds only plain values");
    let policy = HeaderValue::from_str(&page::policy()).expect("plain letters");
    Made { json: serde_json::to_string_pretty(&api).expect("a JSON value"), html: page::page(&api), policy }
});

/// This document.
#[utoipa::path(
    get,
    path = "/api/v1/openapi.json",
    tag = "Server",
    security(()),
    responses((status = 200, body = Object, content_type = "application/json")),
)]
pub async fn json() -> Response {
    ([(header::CONTENT_TYPE, JSON)], MADE.json.as_str()).into_response()
}

/// This document as a page.
#[utoipa::path(
    get,
    path = "/api/v1/docs",
    tag = "Server",
    security(()),
    responses((status = 200, body = String, content_type = "text/html")),
)]
pub async fn docs() -> Response {
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    ([(header::CONTENT_TYPE, kind), (header::CONTENT_SECURITY_POLICY, MADE.policy.clone())], MADE.html.as_str()).into_response()
}
