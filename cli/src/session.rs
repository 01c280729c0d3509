//! `leadline sign-in`, `leadline copies`, `leadline repair` and `leadline support-bundle`

use crate::args::SignIn;
use crate::failure::Failure;
use crate::place::Place;
use crate::print::{Printer, table};
use crate::words;
use bridge::ProblemCode;
use bridge::session::{Invitation, InvitationRead, SessionRedeem, SessionSignIn, SessionView};
use client::Station;
use std::path::Path;

/// The password that the copy here is still locked by, after it was changed elsewhere.
const OLD_PASSWORD: &str = "LEADLINE_OLD_PASSWORD";

pub fn sign_in(place: &Place, print: &Printer, ask: SignIn) -> Result<(), Failure> {
    let station = place.station()?;
    let password = place.password()?;
    let session = match &ask.invitation {
        Some(text) => redeem(&station, text, &ask, password)?,
        None => by_password(&station, &ask, password)?,
    };
    station.lock()?;
    print.answer(&session, || match (&session.me, &session.recover) {
        (Some(me), recover) => {
            let left = recover.as_ref().map(|command| format!(" This is a new copy; what the older one had not sent: {command}"));
            format!("Signed in to {} as {}, {}.{}", session.server, me.name, words::role(me.role), left.unwrap_or_default())
        }
        (None, _) => "Not signed in.".to_owned(),
    })
}

fn redeem(station: &Station, text: &str, ask: &SignIn, password: String) -> Result<SessionView, Failure> {
    let read = station.read_invitation(&InvitationRead { text: text.to_owned() })?;
    let server = ask.server.clone().filter(|_| read.server.is_empty()).unwrap_or(read.server);
    let invitation = Invitation { server, ..read };
    let (second_factor, allow_key_file) = (ask.second_factor.clone(), ask.allow_key_file);
    Ok(station.redeem(SessionRedeem { invitation, password, second_factor, allow_key_file })?)
}

fn by_password(station: &Station, ask: &SignIn, password: String) -> Result<SessionView, Failure> {
    let request = SessionSignIn {
        server: ask.server.clone().unwrap_or_default(),
        email: ask.email.clone().unwrap_or_default(),
        password,
        second_factor: ask.second_factor.clone(),
        allow_key_file: ask.allow_key_file,
    };
    match station.sign_in(request.clone()) {
        Err(locked) if locked.code == ProblemCode::Locked => match std::env::var(OLD_PASSWORD) {
            Ok(old) => Ok(station.unlock(&old)?),
            Err(_) if ask.new_copy => Ok(station.sign_in(request)?),
            Err(_) => Err(locked.into()),
        },
        other => Ok(other?),
    }
}

pub fn copies(place: &Place, print: &Printer) -> Result<(), Failure> {
    let profiles = place.station()?.view()?.profiles;
    print.answer(&profiles, || {
        let used = |when: &Option<bridge::lead::When>| when.as_ref().map(words::when).unwrap_or_else(|| "never".to_owned());
        let row = |p: &bridge::session::ProfileCard| {
            vec![p.id.clone(), p.label.clone(), used(&p.last_used), if p.chosen { "chosen" } else { "" }.to_owned()]
        };
        table(&["ID", "WHOSE", "LAST USED", ""], profiles.iter().map(row).collect())
    })
}

pub fn repair(place: &Place, print: &Printer) -> Result<(), Failure> {
    let repaired = place.station()?.repair(&place.password()?)?;
    print.answer(&repaired, || words::repaired(&repaired))
}

pub fn support_bundle(place: &Place, print: &Printer, file: &Path) -> Result<(), Failure> {
    let facts = place.read()?.support()?;
    let text = serde_json::to_string_pretty(&facts).map_err(|e| Failure::new(ProblemCode::Internal, e.to_string()))?;
    std::fs::write(file, text)?;
    let shown = file.display().to_string();
    print.answer(&serde_json::json!({ "file": shown }), || {
        format!("Written to {shown}. It holds counts and sizes, no names, numbers or texts.")
    })
}
