//! Panics while hostile bytes are tried: counted and remembered instead of printed. One that the
//! product catches is no fault; the counts show that there were some.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, Once, PoisonError};

static SEEN: AtomicU64 = AtomicU64::new(0);
/// Inputs being tried: at other times a panic is printed as ever.
static TRYING: AtomicU32 = AtomicU32::new(0);
static LAST: Mutex<String> = Mutex::new(String::new());

/// Runs `work`; answers what escaped from it. Takes the place of libFuzzer's hook, which ends the process
/// also at a panic that is caught.
pub fn counted(work: impl FnOnce()) -> Result<(), String> {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| if TRYING.load(Ordering::Relaxed) > 0 { note(info) } else { usual(info) }));
    });
    TRYING.fetch_add(1, Ordering::Relaxed);
    let done = panic::catch_unwind(AssertUnwindSafe(work));
    TRYING.fetch_sub(1, Ordering::Relaxed);
    done.map_err(|_| last())
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
fn last() -> String {
    LAST.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
