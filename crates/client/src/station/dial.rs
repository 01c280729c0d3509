//! Dialling from this computer: the number out of the record, to a program. No shell is in it, and what the
//! window sends names a lead, never a number.

use super::opener::OPENER;
use super::{Station, lock};
use bridge::call::{CallDial, Dialling};
use bridge::{Done, Problem, ProblemCode};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const NUMBER: &str = "{number}";
const LINE_MAX: usize = 1_000;
const WORDS_MAX: usize = 32;
/// A program that can't dial says so within this.
const FAILS_WITHIN: Duration = Duration::from_millis(700);
const LOOK_EVERY: Duration = Duration::from_millis(10);

impl Station {
    /// Calls a lead.
    ///
    /// # Errors
    /// `NotFound`, `Refused` for who may not see the number, where nothing dials, or what the program says.
    pub(super) fn dial(&self, ask: &CallDial) -> Result<Done, Problem> {
        let number = self.opened()?.desk.number_of(ask.lead, ask.other)?;
        if !number.strip_prefix('+').is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_digit())) {
            return Err(refused("This number can’t be dialled as it stands."));
        }
        let dialling = lock(&self.0.state).settings.dialling.clone();
        run(&argv(&dialling, &number)?)?;
        Ok(Done {})
    }

    /// Sets how this computer dials.
    ///
    /// # Errors
    /// `Refused` for a line that is no command.
    pub(super) fn set_dialling(&self, dialling: Dialling) -> Result<Done, Problem> {
        self.opened()?;
        if let Dialling::Command { line } = &dialling {
            words(line)?;
        }
        lock(&self.0.state).settings.change(&self.0.root, |settings| settings.dialling = dialling);
        self.tell_session();
        Ok(Done {})
    }
}

fn refused(text: impl Into<String>) -> Problem {
    Problem { field: Some("dialling".to_owned()), ..Problem::new(ProblemCode::Refused, text) }
}

/// The program and its arguments.
fn argv(dialling: &Dialling, number: &str) -> Result<Vec<String>, Problem> {
    let mut opener: Vec<String> = OPENER.iter().map(|word| (*word).to_owned()).collect();
    match dialling {
        Dialling::Tel => opener.push(format!("tel:{number}")),
        Dialling::Sip => opener.push(format!("sip:{number}")),
        Dialling::Command { line } => return Ok(words(line)?.into_iter().map(|word| word.replace(NUMBER, number)).collect()),
        Dialling::Off => return Err(refused("Dialling is off on this computer. Switch it on in your account.")),
    }
    Ok(opener)
}

/// A command line in words: apart by blanks, together in double quotes.
fn words(line: &str) -> Result<Vec<String>, Problem> {
    if line.len() > LINE_MAX || line.chars().any(char::is_control) {
        return Err(refused("A command is one line of 1,000 characters at most."));
    }
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut is_quoted = false;
    for c in line.chars() {
        match c {
            '"' => {
                is_quoted = !is_quoted;
                word.get_or_insert_default();
            }
            c if c.is_whitespace() && !is_quoted => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    if is_quoted {
        return Err(refused("A quotation mark is missing in this command."));
    }
    words.extend(word);
    let Some(program) = words.first().filter(|program| !program.is_empty()) else {
        return Err(refused("Type the program that dials, like /usr/bin/linphone --call {number}."));
    };
    if program.contains(NUMBER) || !words.iter().any(|word| word.contains(NUMBER)) || words.len() > WORDS_MAX {
        return Err(refused("After the program comes {number}, where the number goes."));
    }
    Ok(words)
}

/// Starts it, and waits a moment for a failure.
fn run(argv: &[String]) -> Result<(), Problem> {
    let (program, args) = argv.split_first().ok_or_else(|| refused("Nothing dials on this computer."))?;
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child =
        command.spawn().map_err(|e| refused(format!("“{program}” could not be started ({e}). Choose what dials in your account.")))?;
    let deadline = Instant::now() + FAILS_WITHIN;
    while Instant::now() < deadline {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(_)) | Err(_) => {
                return Err(refused(format!("“{program}” could not dial. Choose what dials in your account.")));
            }
            Ok(None) => std::thread::sleep(LOOK_EVERY),
        }
    }
    reap(child);
    Ok(())
}

/// It may live as long as the call.
fn reap(mut child: Child) {
    let waiting = std::thread::Builder::new().name("dial".into()).spawn(move || child.wait());
    if let Err(e) = waiting {
        tracing::warn!("a program that dials is not waited for: {e}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_words_and_never_a_shell() {
        let command = |line: &str| argv(&Dialling::Command { line: line.into() }, "+919820014786");
        for (line, wanted) in [
            ("linphone --call {number}", vec!["linphone", "--call", "+919820014786"]),
            (r#"  "C:\Soft phone\dial.exe"   sip:{number}@pbx "#, vec![r"C:\Soft phone\dial.exe", "sip:+919820014786@pbx"]),
            (r#"dial "" {number} "a b""#, vec!["dial", "", "+919820014786", "a b"]),
            ("dial {number}; rm -rf $HOME `id` | cat", vec!["dial", "+919820014786;", "rm", "-rf", "$HOME", "`id`", "|", "cat"]),
        ] {
            assert_eq!(command(line).expect(line), wanted);
        }
        for (line, says) in [
            ("", "Type the program"),
            ("   ", "Type the program"),
            (r#""" {number}"#, "Type the program"),
            ("linphone", "{number}"),
            ("{number}", "{number}"),
            ("dial {number} \"x", "quotation mark"),
            ("dial {number}\nrm", "one line"),
            (&format!("dial {{number}} {}", "x".repeat(1_000)), "one line"),
            (&format!("dial {{number}}{}", " x".repeat(40)), "{number}"),
        ] {
            let problem = command(line).expect_err(line);
            assert!(problem.text.contains(says), "{line}: {problem}");
        }
        let off = argv(&Dialling::Off, "+91").expect_err("off");
        assert_eq!(off.code, ProblemCode::Refused);
        let tel = argv(&Dialling::Tel, "+919820014786").expect("tel");
        assert_eq!(tel.last().map(String::as_str), Some("tel:+919820014786"));
        let sip = argv(&Dialling::Sip, "+919820014786").expect("sip");
        assert_eq!(sip.last().map(String::as_str), Some("sip:+919820014786"));
    }
}
