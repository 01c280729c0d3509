//! Logs: stderr, and for `serve` files that are changed daily. No personal data: ids, counts and
//! codes only.

use std::backtrace::Backtrace;
use std::panic::PanicHookInfo;
use std::path::Path;
use tracing::Level;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, fmt};

/// Crates whose every word is known to name nothing but ids, counts and codes. Others would log what is
/// sent or stored (statements with their parameters, frames): only their warnings are, whatever filter is
/// asked for.
const OURS: [&str; 4] = ["sync_server", "leadline_server", "records", "domain"];
/// Daily files kept.
const FILES: usize = 14;

/// Starts logging at `filter` (`info`, `sync_server=debug`); what it answers must live as long as
/// the process, or the last lines are lost.
///
/// # Errors
/// A filter that can't be read, a folder that can't be made, or a second call.
pub fn start(filter: &str, folder: Option<&Path>) -> anyhow::Result<Option<WorkerGuard>> {
    let filter = EnvFilter::try_new(filter)?;
    let quiet = filter_fn(|what| *what.level() <= Level::WARN || what.target().split("::").next().is_some_and(|c| OURS.contains(&c)));
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
    tracing_subscriber::registry().with(filter).with(quiet).with(stderr).with(file).try_init()?;
    std::panic::set_hook(Box::new(panicked));
    Ok(guard)
}

/// Where it was. Not what it said: a panic over a text quotes the text.
fn panicked(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string);
    tracing::error!(place, trace = %Backtrace::capture(), "a panic");
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex, PoisonError};
    use tracing_subscriber::fmt::MakeWriter;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl MakeWriter<'_> for Written {
        type Writer = Self;

        fn make_writer(&self) -> Self {
            self.clone()
        }
    }

    #[test]
    fn a_panic_is_told_by_its_place_and_not_by_its_words() {
        let written = Written::default();
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(panicked));
        let to_here = fmt().with_writer(written.clone()).finish();
        let ended = tracing::subscriber::with_default(to_here, || {
            std::panic::catch_unwind(|| {
                let name = String::from("Obadiah é");
                // Inside of a letter: the message quotes the text.
                name[..name.len() - 1].len()
            })
        });
        std::panic::set_hook(before);
        assert!(ended.is_err());
        let logged = String::from_utf8(written.0.lock().expect("not poisoned").clone()).expect("text");
        assert!(logged.contains("a panic") && logged.contains("logging.rs") && !logged.contains("Obadiah"), "{logged}");
    }
}
