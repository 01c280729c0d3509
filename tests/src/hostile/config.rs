//! The server's configuration file.

use super::{Seed, Target};
use crate::folder::folder;
use sync_server::config::{Config, Given};
use tempfile::TempDir;

pub const TARGET: Target = Target { name: "config", meets: "the server's configuration file", run, seeds, max_len: 4 * 1024 };

thread_local! {
    static FOLDER: TempDir = folder();
}

fn run(input: &[u8]) {
    let path = FOLDER.with(|folder| folder.path().join("leadline.toml"));
    std::fs::write(&path, input).expect("written");
    match Config::load(Given { config: Some(path), ..Given::default() }) {
        // Its words may go into a log.
        Ok(config) => assert!(!config.log.is_empty() || config.file.log.is_some(), "{config:?}"),
        Err(error) => {
            let said = format!("{error:#}");
            // Of what is unknown the name is told, of what is known never the value.
            let of_values = said.split("unknown field").next().unwrap_or_default();
            assert!(!of_values.contains("hunter2"), "{said}");
        }
    }
}

fn seeds() -> Vec<Seed> {
    let whole = "listen = '0.0.0.0:8440'\ndata = '/var/lib/leadline'\ndatabase_url = 'postgres://u:hunter2@h/d'\nlog_dir = '/var/log'\n\
                 log = 'info'\ntls_cert = 'a.pem'\ntls_key = 'a.key'\npublic_url = 'https://crm.example.com:8440'\nbehind_proxy = true\n";
    [
        ("whole", whole),
        ("unknown-key", "colour = 'red'\n"),
        ("wrong-type", "database_url = 'postgres://u:hunter2@h/d'\nlisten = 7\n"),
        ("table", "[data]\nx = { y = [1, 2.5, 1979-05-27T07:32:00Z] }\n"),
        ("torn", "database_url = \"postgres://u:hunter2@h/d\nlisten = '0.0.0.0:1'\n"),
    ]
    .map(|(name, text)| Seed { name: name.to_owned(), bytes: text.as_bytes().to_vec() })
    .into()
}
