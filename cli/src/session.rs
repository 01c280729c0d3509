//! Signing in, the profile's status, facts for support.

use crate::args::Login;
use crate::output::{Output, time};
use bridge::session::{SessionGet, SessionSignIn, SessionView};
use bridge::sync::SyncGet;
use bridge::{Problem, ProblemCode};
use client::desk::Desk;
use std::io::BufRead;
use std::path::Path;

pub fn login(desk: &Desk, login: &Login, output: &Output) -> Result<(), Problem> {
    let mut password = String::new();
    let read = std::io::stdin().lock().read_line(&mut password);
    read.map_err(|e| Problem::new(ProblemCode::Internal, format!("The password can't be read from standard input: {e}.")))?;
    let password = password.trim_end_matches(['\r', '\n']).to_owned();
    let session = desk.ask(SessionSignIn { server: login.server.clone(), email: login.email.clone(), password })?;
    output.show(&session, |s| format!("Signed in as {}.", who(s)));
    Ok(())
}

pub fn status(desk: &Desk, output: &Output) -> Result<(), Problem> {
    let session = desk.ask(SessionGet {})?;
    let sync = desk.ask(SyncGet {})?;
    let both = serde_json::json!({ "session": session, "sync": sync });
    output.show(&both, |_| {
        let mut text = format!("{}\n{} leads on this computer\n{} to send\n", who(&session), sync.leads_here, sync.outbox_total);
        if let Some(at) = &sync.received_up_to {
            text.push_str(&format!("received up to {}\n", time(at)));
        }
        if let Some(why) = &sync.why {
            text.push_str(&format!("{why}\n"));
        }
        text
    });
    Ok(())
}

pub fn support_bundle(desk: &Desk, file: &Path, output: &Output) -> Result<(), Problem> {
    let facts = desk.support()?;
    let text = serde_json::to_string_pretty(&facts).map_err(|e| Problem::new(ProblemCode::Internal, e.to_string()))?;
    std::fs::write(file, text).map_err(|e| Problem::new(ProblemCode::Disk, format!("{} can't be written: {e}.", file.display())))?;
    output.done(&format!("Written to {}. It holds counts and states; no names, numbers, texts or tokens.", file.display()));
    Ok(())
}

fn who(session: &SessionView) -> String {
    match &session.me {
        Some(me) => format!("{} ({}), {}, at {}", me.name, me.email, me.role.as_str().replace('_', " "), session.server),
        None => "nobody".into(),
    }
}
