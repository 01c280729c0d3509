//! `leadline login` and `leadline support-bundle`

use crate::Place;
use crate::args::Login;
use crate::failure::Failure;
use crate::print::Printer;
use crate::words;
use bridge::ProblemCode;
use bridge::session::SessionSignIn;
use std::io::Read as _;
use std::path::Path;

/// Bytes of a password line.
const PASSWORD_MAX: u64 = 4_096;

pub fn login(place: &Place, print: &Printer, login: Login) -> Result<(), Failure> {
    let password = password()?;
    let desk = place.make()?;
    let session = desk.sign_in(SessionSignIn { server: login.server, email: login.email, password })?;
    print.answer(&session, || match &session.me {
        Some(me) => format!("Signed in to {} as {}, {}.", session.server, me.name, words::role(me.role)),
        None => "Not signed in.".to_owned(),
    })
}

fn password() -> Result<String, Failure> {
    let mut text = String::new();
    std::io::stdin().lock().take(PASSWORD_MAX).read_to_string(&mut text)?;
    let line = text.split(['\n', '\r']).next().unwrap_or_default();
    if line.is_empty() {
        return Err(Failure::new(ProblemCode::WrongCredentials, "Standard input holds no password."));
    }
    Ok(line.to_owned())
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
