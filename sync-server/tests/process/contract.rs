//! The server keeps to its own OpenAPI document: schemathesis makes requests of it, right and wrong ones, and looks
//! whether each answer is one that the document names, in the form that it says, and none is the server's fault.

use crate::server::{Client, Server, run};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Requests to one route in each phase, at most.
const EXAMPLES: &str = "15";
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";
/// What is not asked, as it would end the sign-in that the run asks with: all that follows would be 401.
const LEFT_OUT: [&str; 2] = ["post_auth_sign_out", "post_auth_sign_out_everywhere"];
/// Each request comes from an address of its own, as a proxy in front says: what one address may ask in a minute
/// would leave most routes of signing in with 429.
const HOOKS: &str = include_str!("hooks.py");
/// Another one: `LEADLINE_SEED=7`.
const SEED: &str = "20261127";

/// What `cargo xtask` installed.
fn schemathesis() -> PathBuf {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools/schemathesis/bin/schemathesis");
    assert!(program.is_file(), "schemathesis is not installed: `cargo xtask test` does it");
    program
}

/// The first of a list that a route answers, by a field.
fn first(client: &Client, path: &str, is_it: impl Fn(&Value) -> bool) -> String {
    let (status, list) = client.call("GET", path, &json!({}));
    assert_eq!(status, 200, "{path}");
    let found = list.as_array().and_then(|list| list.iter().find(|one| is_it(one)));
    found.and_then(|one| one["id"].as_str()).expect("the demo company has one").to_owned()
}

/// Ids of records that are there: made-up ones lead no further than 404.
fn ids(boss: &Client) -> String {
    let named = |name: &'static str| move |one: &Value| one["name"] == name;
    let (user, team) = (first(boss, "/api/v1/users", named("Karthik Subramanian")), first(boss, "/api/v1/teams", |_| true));
    let (_, rows) = boss.call("GET", "/api/v1/reports/leads?limit=1", &json!({}));
    let lead = rows["rows"][0]["lead"].as_str().expect("a lead");
    [("/users/{id}", &*user), ("/users/{id}/code", &*user), ("/teams/{id}", &*team), ("/leads/{id}/owner", lead)]
        .map(|(path, id)| format!("[[operations]]\ninclude-path = \"/api/v1{path}\"\nparameters = {{ id = \"{id}\" }}\n"))
        .concat()
}

/// Asks everything as this person; what schemathesis said, if it found anything.
fn ask(server: &Server, who: &Client, known: &str) -> Result<(), String> {
    let settings = server.data().join("schemathesis.toml");
    std::fs::write(&settings, known).expect("written");
    let hooks = server.data().join("hooks.py");
    std::fs::write(&hooks, HOOKS).expect("written");
    let seed = std::env::var("LEADLINE_SEED").unwrap_or_else(|_| SEED.into());
    println!("schemathesis with the seed {seed}");
    let mut asking = Command::new(schemathesis());
    asking.arg("--config-file").arg(&settings).arg("run").arg(format!("{}/api/v1/openapi.json", server.url));
    asking.args(["--checks", CHECKS, "--max-examples", EXAMPLES, "--seed", &seed, "--phases", "coverage,fuzzing"]);
    asking.args(["--workers", "2", "--request-timeout", "20", "--continue-on-failure", "--suppress-health-check", "all", "--no-color"]);
    asking.arg("--header").arg(format!("Authorization: Bearer {}", who.session().access.0));
    for operation in LEFT_OUT {
        asking.args(["--exclude-operation-id", operation]);
    }
    asking.env("SCHEMATHESIS_HOOKS", &hooks);
    // Its own notes lie in the folder that it runs in.
    let asked = asking.current_dir(server.data()).stdin(Stdio::null()).output().expect("schemathesis starts");
    let said = String::from_utf8_lossy(&asked.stdout).into_owned() + &String::from_utf8_lossy(&asked.stderr);
    println!("{said}");
    if asked.status.success() { Ok(()) } else { Err(said) }
}

fn company() -> Server {
    let folder = tempfile::tempdir().expect("a folder");
    run(folder.path(), &["demo-data", "--leads", "120"]).expect("filled");
    Server::start(folder, &["--behind-proxy"])
}

#[test]
fn every_answer_to_an_administrator_is_as_the_document_says() {
    let server = company();
    let boss = server.sign_in_with("vikram@nakshatra.example", sync_server::demo::PASSWORD);
    ask(&server, &boss, &ids(&boss)).expect("as the document says");
}

#[test]
fn every_answer_to_a_salesperson_is_as_the_document_says() {
    let server = company();
    let asha = server.sign_in_with("asha@nakshatra.example", sync_server::demo::PASSWORD);
    ask(&server, &asha, "").expect("as the document says");
}
