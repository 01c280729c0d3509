//! What a run did, in words.

use super::Report;
use crate::store::Space;
use std::time::Duration;

/// One line for each thing that was looked at.
#[must_use]
pub fn in_words(report: &Report, keep_days: u32) -> String {
    let mut lines = vec![
        format!("log        {} entries older than {keep_days} days gave up {}", report.entries, size(report.entry_bytes)),
        format!("documents  {} of {} that rest were packed, {} shorter", report.folded, report.documents, size(report.folded_bytes)),
        format!(
            "forgotten  {} outcomes of devices gone for good, {} leases, {} sign-ins, {} codes, {} notifications",
            report.outcomes, report.leases, report.sessions, report.codes, report.notices
        ),
    ];
    if report.missing > 0 {
        lines.push(format!("           {} changes stay in the log: their documents lack them", report.missing));
    }
    if report.unreadable > 0 {
        lines.push(format!("           {} documents do not load", report.unreadable));
    }
    lines.join("\n")
}

/// Before and after, and how long it took.
#[must_use]
pub fn space_in_words(before: Space, after: Space, took: Duration) -> String {
    let free = match (after.free, after.shrinks) {
        (0, _) => String::new(),
        (free, true) => format!(", {} of it free for what comes next", size(free)),
        (free, false) => format!(
            ", {} of it free for what comes next; once `compact` has run while the server is stopped, such room is given back",
            size(free)
        ),
    };
    format!("database   {} → {} in {} ms{free}", size(before.used), size(after.used), took.as_millis())
}

/// Bytes for people.
#[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} KB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
