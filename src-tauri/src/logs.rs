//! The window's log: a file a day in the profile, a week kept. Holds no personal data: what is
//! logged are counts, ids and causes.

use std::path::Path;

use anyhow::Context;
use tracing_appender::{
    non_blocking::WorkerGuard,
    rolling::{Builder, Rotation},
};
use tracing_subscriber::EnvFilter;

const DAYS_KEPT: usize = 7;

/// Starts it; what is logged is written until the guard is dropped.
///
/// # Errors
/// When the folder can't be written.
pub fn start(profile: &Path) -> anyhow::Result<WorkerGuard> {
    let folder = profile.join("logs");
    std::fs::create_dir_all(&folder).context("the log's folder can't be made")?;
    let files = Builder::new().rotation(Rotation::DAILY).filename_prefix("desktop").filename_suffix("log").max_log_files(DAYS_KEPT);
    let file = files.build(folder).context("the log can't be written")?;
    let (writer, guard) = tracing_appender::non_blocking(file);
    let filter = EnvFilter::try_from_env("LEADLINE_LOG").unwrap_or_else(|_| EnvFilter::new("warn,client=info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(writer)
        .try_init()
        .map_err(|error| anyhow::anyhow!(error))?;
    Ok(guard)
}
