//! Where settings come from: flags, then environment variables (both read by clap), then one TOML
//! file, then the defaults here.

use anyhow::{Context as _, bail};
use serde::Deserialize;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

/// Where the server listens unless told otherwise.
pub const LISTEN: &str = "127.0.0.1:8440";
/// The data folder unless told otherwise.
pub const DATA: &str = "leadline-data";
/// Its configuration file's name.
pub const FILE: &str = "leadline.toml";

/// What the TOML file may say.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub listen: Option<SocketAddr>,
    pub data: Option<PathBuf>,
    /// Holds a password: never shown.
    pub database_url: Option<String>,
    pub log_dir: Option<PathBuf>,
    pub log: Option<String>,
    pub tls_cert: Option<PathBuf>,
    pub tls_key: Option<PathBuf>,
    pub tls_pin: Option<bool>,
    pub public_url: Option<String>,
    pub behind_proxy: Option<bool>,
    pub keep_days: Option<u32>,
    #[serde(default)]
    pub proxies: Vec<IpAddr>,
}

/// What flags and environment say.
#[derive(Clone, Default)]
pub struct Given {
    pub config: Option<PathBuf>,
    pub data: Option<PathBuf>,
    pub database_url: Option<String>,
    pub log: Option<String>,
}

/// Settings that every command needs.
#[derive(Clone)]
pub struct Config {
    pub data: PathBuf,
    pub database_url: Option<String>,
    pub log: String,
    /// The rest of the file, for `serve` and `compact`.
    pub file: File,
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config").field("data", &self.data).field("postgres", &self.database_url.is_some()).finish_non_exhaustive()
    }
}

impl Config {
    /// Joins what was given with the file.
    ///
    /// # Errors
    /// A file that was named and is not there, or that can't be read.
    pub fn load(given: Given) -> anyhow::Result<Self> {
        let default = given.data.clone().unwrap_or_else(|| PathBuf::from(DATA)).join(FILE);
        let file = match &given.config {
            Some(path) => read(path)?,
            None if default.exists() => read(&default)?,
            None => File::default(),
        };
        Ok(Self {
            data: given.data.or_else(|| file.data.clone()).unwrap_or_else(|| PathBuf::from(DATA)),
            database_url: given.database_url.or_else(|| file.database_url.clone()),
            log: given.log.or_else(|| file.log.clone()).unwrap_or_else(|| "info".to_owned()),
            file,
        })
    }
}

fn read(path: &Path) -> anyhow::Result<File> {
    let text = std::fs::read_to_string(path).with_context(|| format!("the configuration file {} can't be read", path.display()))?;
    match toml::from_str(&text) {
        Ok(file) => Ok(file),
        // The error's own text quotes the line, which may hold a password.
        Err(error) => bail!("the configuration file {} is wrong: {}", path.display(), error.message()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_come_before_the_file_and_the_file_before_defaults() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |text: &str| std::fs::write(folder.path().join(FILE), text).expect("written");
        let given = |log: Option<&str>| Given { data: Some(folder.path().to_owned()), log: log.map(str::to_owned), ..Given::default() };
        let log = |given| Config::load(given).expect("a configuration").log;
        assert_eq!(log(given(None)), "info");
        write("log = 'debug'");
        assert_eq!(log(given(None)), "debug");
        assert_eq!(log(given(Some("warn"))), "warn");
        write("database_url = 'postgres://u:hunter2@h/d'\nlisten = 7");
        let error = Config::load(given(None)).expect_err("wrong").to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }
}
