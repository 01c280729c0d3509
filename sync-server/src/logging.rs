//! Logs: stderr, and for `serve` files that are changed daily. No personal data: ids, counts and
//! codes only.

use std::path::Path;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, fmt};

/// Crates that would log what is sent or stored (statements with their parameters, frames), whatever
/// filter is asked for.
const QUIET: [&str; 6] =
    ["tokio_postgres=warn", "postgres=warn", "tungstenite=warn", "tokio_tungstenite=warn", "hyper=warn", "hyper_util=warn"];
/// Daily files kept.
const FILES: usize = 14;

/// Starts logging at `filter` (`info`, `sync_server=debug`); what it answers must live as long as
/// the process, or the last lines are lost.
///
/// # Errors
/// A filter that can't be read, a folder that can't be made, or a second call.
pub fn start(filter: &str, folder: Option<&Path>) -> anyhow::Result<Option<WorkerGuard>> {
    let mut filter = EnvFilter::try_new(filter)?;
    for quiet in QUIET {
        filter = filter.add_directive(quiet.parse()?);
    }
    let stderr = fmt::layer().with_writer(std::io::stderr).with_target(false);
    let (file, guard) = match folder {
        None => (None, None),
        Some(folder) => {
            std::fs::create_dir_all(folder)?;
            let daily = RollingFileAppender::builder()
                .rotation(Rotation::DAILY)
                .filename_prefix("leadline-server")
                .filename_suffix("log")
                .max_log_files(FILES)
                .build(folder)?;
            let (writer, guard) = tracing_appender::non_blocking(daily);
            (Some(fmt::layer().with_writer(writer).with_ansi(false)), Some(guard))
        }
    };
    tracing_subscriber::registry().with(filter).with(stderr).with(file).try_init()?;
    Ok(guard)
}
