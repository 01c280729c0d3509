//! Nothing of a person is in the logs, at the loudest level: every route is asked with names, numbers, texts
//! and secrets, wrongly too, and what the database holds is made unreadable.

use crate::server::{Client, PASSWORD, Server};
use crate::{Author, device, ready};
use domain::command::NewLead;
use domain::{Command, DocId, LeadId};
use records::Doc;
use serde_json::{Value, json};

const NEHAS: &str = "monsoon tiffin ledger";
const NEXT: &str = "harbour violin thistle";

/// As the router names them, with how each is asked here.
const ROUTES: [(&str, &str); 33] = [
    ("POST", "/api/v1/auth/sign-in"),
    ("POST", "/api/v1/auth/refresh"),
    ("POST", "/api/v1/auth/sign-out"),
    ("POST", "/api/v1/auth/redeem"),
    ("POST", "/api/v1/auth/password"),
    ("GET", "/api/v1/auth/profile"),
    ("PATCH", "/api/v1/auth/profile"),
    ("GET", "/api/v1/auth/sessions"),
    ("DELETE", "/api/v1/auth/sessions/{id}"),
    ("POST", "/api/v1/auth/sign-out-everywhere"),
    ("POST", "/api/v1/auth/totp"),
    ("PUT", "/api/v1/auth/totp"),
    ("DELETE", "/api/v1/auth/totp"),
    ("GET", "/api/v1/users"),
    ("POST", "/api/v1/users"),
    ("PATCH", "/api/v1/users/{id}"),
    ("POST", "/api/v1/users/{id}/code"),
    ("GET", "/api/v1/teams"),
    ("POST", "/api/v1/teams"),
    ("PATCH", "/api/v1/teams/{id}"),
    ("GET", "/api/v1/devices"),
    ("POST", "/api/v1/devices/{id}/revoke"),
    ("POST", "/api/v1/devices/{id}/wipe"),
    ("POST", "/api/v1/sync/push"),
    ("GET", "/api/v1/sync/pull"),
    ("GET", "/api/v1/sync/snapshot/{kind}/{id}"),
    ("GET", "/api/v1/sync/live"),
    ("POST", "/api/v1/leads/{id}/owner"),
    ("POST", "/api/v1/proposals/{id}/take"),
    ("POST", "/api/v1/proposals/{id}/drop"),
    ("POST", "/api/v1/quarantine"),
    ("GET", "/api/v1/quarantine"),
    ("GET", "/api/v1/audit"),
];
/// These decide about an edit that is not there: by their own ids.
const DECIDED: [&str; 2] = ["release", "drop"];

#[test]
fn no_route_logs_anything_of_a_person() {
    let mut server = ready().restart(&["--log", "trace"]);
    let mut said = Said::default();
    let boss = server.sign_in("boss@acme.example");
    let neha = account(&server, &boss, &mut said);
    let lead = edits(&server, &boss, &neha, &mut said);
    devices(&server, &boss, &neha, lead, &mut said);
    refused(&server, &boss);
    unreadable(&server, &boss);
    let logs = server.logs();
    for (method, route) in ROUTES {
        assert!(logs.contains(&format!("method={method} route=\"{route}\"")), "{method} {route} was not asked");
    }
    for how in DECIDED {
        assert!(logs.contains(&format!("route=\"/api/v1/quarantine/{{id}}/{how}\"")), "{how}");
    }
    assert!(logs.contains("something unreadable"), "what can't be read is told");
    for secret in said.0.iter().map(String::as_str).chain(SECRETS) {
        assert!(secret.len() > 3 && !logs.contains(secret), "{secret:?} is in the log");
    }
}

/// What was typed, each a word that nothing else has.
const SECRETS: [&str; 24] = [
    "Zarina",
    "Quillfeather",
    "zarina@",
    "quill.example",
    "Umberto",
    "Foxglove",
    "Kestrelteam",
    "Ospreyteam",
    "Vermilion",
    "Obadiah",
    "Thornbury",
    "9876501234",
    "walrus",
    "Marigold",
    "obadiah@",
    "boss@acme",
    "asha@acme",
    "Asha",
    "Menon",
    "correct horse",
    PASSWORD,
    NEHAS,
    NEXT,
    "unlikely guess",
];

/// Codes and tokens that the server made.
#[derive(Default)]
struct Said(Vec<String>);

impl Said {
    fn keep(&mut self, value: &Value) {
        let text = value.as_str().expect("text").to_owned();
        self.0.push(text);
    }
}

fn ok((status, answer): (u16, Value)) -> Value {
    assert!((200..300).contains(&status), "{status} {answer}");
    answer
}

fn account(server: &Server, boss: &Client, said: &mut Said) -> Client {
    let nobody = server.nobody();
    let invite = json!({ "name": "Zarina Quillfeather", "email": "zarina@quill.example", "role": "salesperson", "team": null });
    let made = ok(boss.call("POST", "/api/v1/users", &invite));
    said.keep(&made["code"]);
    let here = |rest: Value| {
        let mut asked = json!({ "device": device(), "device_name": "Vermilion laptop", "app_version": "0" });
        asked.as_object_mut().expect("an object").extend(rest.as_object().expect("an object").clone());
        asked
    };
    let session = ok(nobody.call("POST", "/api/v1/auth/redeem", &here(json!({ "code": made["code"], "password": NEHAS }))));
    nobody.call("POST", "/api/v1/auth/redeem", &here(json!({ "code": "WALR-USWA-LRUS", "password": NEHAS })));
    for name in ["access", "refresh", "device_secret"] {
        said.keep(&session[name]);
    }
    let neha = nobody.holding(&session);
    ok(neha.call("GET", "/api/v1/auth/profile", &Value::Null));
    ok(neha.call("PATCH", "/api/v1/auth/profile", &json!({ "name": "Umberto Foxglove" })));
    ok(neha.call("POST", "/api/v1/auth/password", &json!({ "old": NEHAS, "new": NEXT })));
    neha.call("POST", "/api/v1/auth/password", &json!({ "old": "unlikely guess", "new": NEXT }));
    let setup = ok(neha.call("POST", "/api/v1/auth/totp", &json!({})));
    said.keep(&setup["secret"]);
    neha.call("PUT", "/api/v1/auth/totp", &json!({ "code": "walrus" }));
    neha.call("DELETE", "/api/v1/auth/totp", &json!({ "password": "unlikely guess" }));
    let other = ok(nobody.call("POST", "/api/v1/auth/sign-in", &here(json!({ "email": "zarina@quill.example", "password": NEXT }))));
    for (name, asked) in [("right", NEXT), ("wrong", "unlikely guess")] {
        nobody.call(
            "POST",
            "/api/v1/auth/sign-in",
            &here(json!({ "email": "zarina@quill.example", "password": asked, "second_factor": name })),
        );
    }
    ok(nobody.call("POST", "/api/v1/auth/refresh", &json!({ "refresh": other["refresh"], "nonce": "walrus" })));
    nobody.call("POST", "/api/v1/auth/refresh", &json!({ "refresh": other["refresh"], "nonce": "another walrus" }));
    let sessions = ok(neha.call("GET", "/api/v1/auth/sessions", &Value::Null));
    for session in sessions.as_array().expect("a list").iter().filter(|session| session["this"] == false) {
        neha.call("DELETE", &format!("/api/v1/auth/sessions/{}", session["id"].as_str().expect("an id")), &Value::Null);
    }
    neha.call("DELETE", "/api/v1/auth/sessions/Quillfeather", &Value::Null);
    ok(boss.call("GET", "/api/v1/users", &Value::Null));
    let team = ok(boss.call("POST", "/api/v1/teams", &json!({ "name": "Kestrelteam" })));
    let id = team["id"].as_str().expect("an id");
    ok(boss.call("PATCH", &format!("/api/v1/teams/{id}"), &json!({ "name": "Ospreyteam" })));
    ok(boss.call("GET", "/api/v1/teams", &Value::Null));
    let user = made["user"].as_str().expect("an id");
    let before = json!({ "role": "salesperson", "team": null, "disabled": false });
    let after = json!({ "role": "team_lead", "team": id, "disabled": false });
    ok(boss.call("PATCH", &format!("/api/v1/users/{user}"), &json!({ "expected": before, "post": after })));
    let code = ok(boss.call("POST", &format!("/api/v1/users/{user}/code"), &json!({})));
    said.keep(&code["code"]);
    neha
}

fn edits(server: &Server, boss: &Client, neha: &Client, said: &mut Said) -> LeadId {
    let mut author = Author::new(neha.session().clone(), 7);
    let mut doc = Doc::empty();
    let new = NewLead {
        name: "Obadiah Thornbury".into(),
        phone: "+919876501234".into(),
        email: Some("obadiah@quill.example".into()),
        note: Some("glimmering walrus".into()),
        ..NewLead::default()
    };
    let item = author.write(&mut doc, None, Command::CreateLead(new));
    let lead = LeadId(item.doc.id);
    let note = author.write(&mut doc, Some(lead), Command::AddNote { text: "a walrus again".into() });
    neha.push(vec![item, note]);
    // Refused, with what was typed in the answer.
    let bad = author.write(&mut doc, Some(lead), Command::DeleteLead { reason: "Marigold walrus".into() });
    neha.push(vec![bad]);
    crate::pull(neha, None);
    assert_eq!(neha.get(&format!("/api/v1/sync/snapshot/lead/{lead}")).0, 200);
    let mut socket = neha.live();
    assert!(socket.say(&json!({ "k": "viewing", "lead": lead }).to_string()));
    assert!(socket.say("walrus Quillfeather"));
    let me = neha.session().me.user;
    boss.call("POST", &format!("/api/v1/leads/{lead}/owner"), &json!({ "expected_owner": me, "owner": null }));
    for how in ["take", "drop"] {
        boss.call("POST", &format!("/api/v1/proposals/{}/{how}", lead), &json!({}));
        boss.call("POST", "/api/v1/proposals/walrus/take", &json!({}));
    }
    ok(boss.call("GET", &format!("/api/v1/audit?lead={lead}"), &Value::Null));
    boss.call("GET", "/api/v1/audit?by=Quillfeather", &Value::Null);
    let _ = server;
    said.0.push("Marigold".into());
    lead
}

/// Neha's computer is cut off, and hands over what it has.
fn devices(server: &Server, boss: &Client, neha: &Client, lead: LeadId, said: &mut Said) {
    let nobody = server.nobody();
    let all = ok(boss.call("GET", "/api/v1/devices", &Value::Null));
    let hers: Vec<&Value> = all.as_array().expect("a list").iter().filter(|one| one["name"] == "Vermilion laptop").collect();
    assert!(!hers.is_empty());
    let session = neha.session();
    let lease: protocol::auth::Lease = serde_json::from_slice(&session.lease.lease).expect("a lease");
    let id = lease.device;
    ok(neha.call("POST", "/api/v1/auth/sign-out-everywhere", &json!({})));
    neha.call("POST", "/api/v1/auth/sign-out", &json!({}));
    ok(boss.call("POST", &format!("/api/v1/devices/{id}/revoke"), &json!({})));
    ok(boss.call("POST", &format!("/api/v1/devices/{id}/wipe"), &json!({})));
    boss.call("POST", "/api/v1/devices/Vermilion/wipe", &json!({}));
    let mut author = Author::new(session.clone(), 8);
    let item = author.write(&mut Doc::empty(), Some(lead), Command::AddNote { text: "the last walrus".into() });
    assert_eq!(item.doc, DocId::lead(lead));
    let secret = session.device_secret.clone().expect("given").0;
    for secret in ["a wrong walrus", secret.as_str()] {
        nobody.call("POST", "/api/v1/quarantine", &json!({ "device": id, "secret": secret, "items": [item], "wiped": false }));
    }
    let held = ok(boss.call("GET", "/api/v1/quarantine", &Value::Null));
    assert_eq!(held.as_array().expect("a list").len(), 1, "{held}");
    for how in DECIDED {
        boss.call("POST", &format!("/api/v1/quarantine/{}/{how}", "019ab000-0000-7000-8000-0000000000ff"), &json!({}));
        boss.call("POST", &format!("/api/v1/quarantine/walrus/{how}"), &json!({}));
    }
    boss.call("POST", "/api/v1/auth/sign-out", &json!({}));
    said.0.push(secret);
}

/// What no route takes, and what none can read.
fn refused(server: &Server, _boss: &Client) {
    let boss = server.sign_in("boss@acme.example");
    for (_, route) in ROUTES {
        let path = route.replace("{id}", "Quillfeather").replace("{kind}", "9876501234");
        for body in ["{\"password\": 9876501234", "walrus", "{\"name\":[\"Quillfeather\"]}"] {
            boss.post_json(&path, body);
            boss.post_packed(&path, body.as_bytes());
        }
        boss.get(&format!("{path}?from=Quillfeather&cursor=9876501234"));
    }
}

/// Stored values that are not what they should be: the error's own text would quote them.
fn unreadable(server: &Server, _boss: &Client) {
    let boss = server.sign_in("boss@acme.example");
    let database = rusqlite::Connection::open(server.data().join("leadline.db")).expect("opened");
    database.busy_timeout(std::time::Duration::from_secs(10)).expect("set");
    let altered = database.execute("UPDATE quarantine SET envelope = '\"Quillfeather 9876501234\"'", []).expect("altered");
    assert_eq!(altered, 1);
    assert_eq!(boss.get("/api/v1/quarantine").0, 500);
    database.execute("UPDATE users SET role = 'Quillfeather'", []).expect("altered");
    assert_eq!(boss.get("/api/v1/users").0, 500);
}
