//! Panics while hostile bytes are tried: counted and remembered instead of printed. One that the
//! product catches is no fault; the counts show that there were some.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::{self, PanicHookInfo};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, Once, PoisonError};

static SEEN: AtomicU64 = AtomicU64::new(0);
static LAST: Mutex<String> = Mutex::new(String::new());

/// From now on panics are counted. Takes the place of libFuzzer's hook, which ends the process also at
/// a panic that is caught.
pub fn record() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| panic::set_hook(Box::new(note)));
}

fn note(info: &PanicHookInfo<'_>) {
    SEEN.fetch_add(1, Ordering::Relaxed);
    let trace = Backtrace::capture();
    let trace = if trace.status() == BacktraceStatus::Captured { format!("\n{trace}") } else { String::new() };
    *LAST.lock().unwrap_or_else(PoisonError::into_inner) = format!("{info}{trace}");
}

/// How many there were, caught ones too.
#[must_use]
pub fn seen() -> u64 {
    SEEN.load(Ordering::Relaxed)
}

/// What the last one said and where.
#[must_use]
pub fn last() -> String {
    LAST.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
