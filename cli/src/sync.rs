//! `leadline sync`

use crate::output::Output;
use bridge::sync::SyncGet;
use bridge::{Change, Problem};
use client::desk::Desk;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

pub fn run(desk: &Desk, watch: bool, output: &Output) -> Result<(), Problem> {
    if watch {
        return stay(desk, output);
    }
    let report = desk.sync_once()?;
    let counts = serde_json::json!({ "pushed": report.pushed, "refused": report.refused, "pulled": report.pulled });
    output.show(&counts, |_| format!("Sent {}, of which refused {}; received {}.", report.pushed, report.refused, report.pulled));
    Ok(())
}

/// Until ctrl-c, which loses nothing: every step is a transaction.
fn stay(desk: &Desk, output: &Output) -> Result<(), Problem> {
    let (tell, told) = channel::<Change>();
    let tell = Mutex::new(tell);
    desk.listen(Arc::new(move |change| {
        if let Ok(tell) = tell.lock() {
            // At the end nobody listens any more.
            let _ = tell.send(change);
        }
    }));
    desk.start_sync()?;
    while told.recv().is_ok() {
        while told.try_recv().is_ok() {}
        let view = desk.ask(SyncGet {})?;
        output.show(&view, |v| match &v.why {
            Some(why) => format!("{} to send. {why}", v.outbox_total),
            None => format!("{} to send, {} leads here", v.outbox_total, v.leads_here),
        });
    }
    Ok(())
}
