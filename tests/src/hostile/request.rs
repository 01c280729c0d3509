//! Any other request: path, query and body of every route, as an Admin sends it, so that nothing is
//! refused before it is read.
//!
//! Mode: which route · then a line for the end of the path and the query, then the body.

use super::office::{self, template, with_body};
use super::{Seed, Target, seed, split};
use axum::http::Method;
use domain::people::Post;
use domain::{DocId, Role};
use protocol::admin::{ChangePost, ChangeProfile, ConfirmTotp, EndTotp, Invite, NameTeam, SetOwner};
use protocol::auth::Secret;
use protocol::paths;
use serde::Serialize;

/// Routes that neither sign in nor push. Left out is what hashes a password, on purpose slow.
const ROUTES: [(&str, &str); 20] = [
    ("GET", paths::PULL),
    ("GET", paths::SNAPSHOT),
    ("GET", paths::AUDIT),
    ("GET", paths::PROFILE),
    ("PATCH", paths::PROFILE),
    ("GET", paths::SESSIONS),
    ("DELETE", paths::SESSIONS),
    ("PUT", paths::TOTP),
    ("POST", paths::TOTP),
    ("GET", paths::USERS),
    ("POST", paths::USERS),
    ("PATCH", paths::USERS),
    ("GET", paths::TEAMS),
    ("POST", paths::TEAMS),
    ("PATCH", paths::TEAMS),
    ("GET", paths::DEVICES),
    ("POST", paths::DEVICES),
    ("POST", paths::LEADS),
    ("POST", paths::PROPOSALS),
    ("POST", paths::QUARANTINE),
];
/// Bit of the mode for MessagePack.
const PACKED: u8 = 0x80;

pub const TARGET: Target =
    Target { name: "request", meets: "paths, queries and bodies of all other routes", run, seeds, max_len: 2 * 1024 };

fn run(input: &[u8]) {
    let (mode, rest) = split(input);
    let (method, path) = ROUTES[usize::from(mode & !PACKED) % ROUTES.len()];
    let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    let (tail, body) = (&rest[..end], rest.get(end + 1..).unwrap_or_default());
    let Ok(tail) = std::str::from_utf8(tail) else { return };
    let method = Method::from_bytes(method.as_bytes()).expect("an honest method");
    // What is no address, no HTTP server gets to see.
    let request = with_body(method, &format!("{path}{tail}"), Some(&template().admin), mode & PACKED == 0, body.to_vec());
    if let Some(request) = request {
        office::with(|office| office.ask(request));
    }
}

fn seeds() -> Vec<Seed> {
    let template = template();
    let (lead, asha) = (template.lead, template.asha);
    let doc = DocId::lead(lead);
    let post = Post { role: Role::Salesperson, team: None, disabled: false };
    let set = SetOwner { expected_owner: Some(asha), owner: Some(template.arjun) };
    let invite = Invite { name: "Dev".into(), email: "dev@acme.example".into(), role: Role::Salesperson, team: None };
    let empty = serde_json::json!({});
    vec![
        route("GET", paths::PULL, "?cursor=AAAA", &empty),
        route("GET", paths::SNAPSHOT, &format!("/{}/{}", doc.kind.as_str(), doc.id), &empty),
        route("GET", paths::AUDIT, &format!("?lead={lead}&by={asha}&action=lead_created&from=0&to=1895231800000&before=9"), &empty),
        route("PATCH", paths::PROFILE, "", &ChangeProfile { name: "Ananya R.".into() }),
        route("DELETE", paths::SESSIONS, &format!("/{asha}"), &empty),
        route("PUT", paths::TOTP, "", &ConfirmTotp { code: Secret("123456".into()) }),
        route("POST", paths::TOTP, "", &EndTotp { password: Secret("x".into()) }),
        route("POST", paths::USERS, "", &invite),
        route(
            "PATCH",
            paths::USERS,
            &format!("/{asha}"),
            &ChangePost { post: Post { role: Role::Manager, ..post.clone() }, expected: post },
        ),
        route("POST", paths::TEAMS, "", &NameTeam { name: "Mumbai".into() }),
        route("PATCH", paths::TEAMS, &format!("/{asha}"), &NameTeam { name: "Mumbai".into() }),
        route("POST", paths::DEVICES, &format!("/{}/revoke", template.device), &empty),
        route("POST", paths::LEADS, &format!("/{lead}/owner"), &set),
        route("POST", paths::PROPOSALS, &format!("/{lead}/take"), &empty),
        route("POST", paths::QUARANTINE, &format!("/{lead}/release"), &empty),
    ]
}

fn route(method: &str, path: &str, tail: &str, body: &impl Serialize) -> Seed {
    let at = ROUTES.iter().position(|route| *route == (method, path)).expect("a route of the list");
    let body = serde_json::to_string(body).expect("plain values");
    let name = format!("{}{}", method.to_ascii_lowercase(), path.trim_start_matches("/api/v1").replace('/', "-"));
    seed(name, u8::try_from(at).expect("few routes"), format!("{tail}\n{body}").as_bytes())
}
