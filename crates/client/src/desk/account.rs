//! One's own account: the server is asked, except how good a password is.

use super::Desk;
use crate::error::ClientError;
use crate::http::HttpTransport;
use crate::online::{Method, NOTHING};
use crate::session::SessionFacts;
use crate::store::{meta, rows};
use bridge::account::{
    AccountGet, AccountName, AccountView, PasswordChange, PasswordStrength, SessionEnd, SignOutEverywhere, Strength, TotpBegin,
    TotpConfirm, TotpEnd,
};
use bridge::admin::Dated;
use bridge::{Change, Done, Problem, ProblemCode};
use domain::password;
use domain::people::{Person, SignInSession, TotpSetup};
use protocol::admin::{ChangeProfile, ConfirmTotp, EndTotp, RecoveryCodes};
use protocol::auth::{ChangePassword, Secret};
use protocol::{admin, paths};

pub(super) fn get(desk: &Desk, _: AccountGet) -> Result<AccountView, Problem> {
    let server = desk.online()?;
    let me: Option<Person> = match server.call(Method::Get, paths::PROFILE, NOTHING) {
        Err(problem) if problem.code == ProblemCode::NotFound => None,
        answer => Some(answer?),
    };
    let sessions: Vec<SignInSession> = server.call(Method::Get, paths::SESSIONS, NOTHING)?;
    let sessions = desk.dated(sessions, |session| Some(session.last_used))?;
    // What a server from before that route does not say is known here, but for two-step sign-in.
    let known = desk.read(|c| desk.reader(c))?.facts.me.clone();
    let (name, email, role, team, totp) = match me {
        Some(me) => (me.name, me.email, me.role, me.team, me.totp),
        None => (known.name, known.email, known.role, known.team, false),
    };
    let team = desk.read(|c| team.map(|team| rows::team_name(c, team)).transpose())?.flatten();
    Ok(AccountView { name, email, role, team, totp, sessions })
}

pub(super) fn set_name(desk: &Desk, ask: AccountName) -> Result<Done, Problem> {
    let name = ask.name.trim().to_owned();
    let body = ChangeProfile { name: name.clone() };
    let _: admin::Done = desk.online()?.call(Method::Patch, paths::PROFILE, Some(&body))?;
    desk.engine.renamed(&name)?;
    Ok(Done {})
}

pub(super) fn strength(desk: &Desk, ask: PasswordStrength) -> Result<Strength, Problem> {
    let facts = desk.read(SessionFacts::load)?;
    let known: Vec<&str> = facts.iter().flat_map(|f| [f.me.name.as_str(), f.me.email.as_str(), f.org.name.as_str()]).collect();
    Ok(strength_of(&ask.password, &known))
}

/// How good a password is for somebody whose name and address a guesser would try.
pub(crate) fn strength_of(typed: &str, known: &[&str]) -> Strength {
    match password::check(typed, known) {
        Ok(good) => Strength { score: good.score, good_enough: true, advice: good.advice },
        // Judging takes time that grows with the length; the sentence says what is wrong with it.
        Err(refusal) => {
            let judged: String = typed.chars().take(JUDGED_MAX).collect();
            Strength { score: password::Strength::of(&judged, known).score, good_enough: false, advice: refusal.text }
        }
    }
}

/// Characters of a refused password that are judged.
const JUDGED_MAX: usize = 64;

pub(super) fn change_password(desk: &Desk, ask: PasswordChange) -> Result<Done, Problem> {
    desk.change_password(&ask.old, &ask.new)?;
    Ok(Done {})
}

pub(super) fn begin_totp(desk: &Desk, _: TotpBegin) -> Result<TotpSetup, Problem> {
    desk.online()?.call(Method::Post, paths::TOTP, NOTHING)
}

pub(super) fn confirm_totp(desk: &Desk, ask: TotpConfirm) -> Result<Vec<String>, Problem> {
    let body = ConfirmTotp { code: Secret(ask.code.trim().to_owned()) };
    let codes: RecoveryCodes = desk.online()?.call(Method::Put, paths::TOTP, Some(&body))?;
    Ok(codes.codes.into_iter().map(|code| code.0).collect())
}

pub(super) fn end_totp(desk: &Desk, ask: TotpEnd) -> Result<Done, Problem> {
    let body = EndTotp { password: Secret(ask.password) };
    let _: admin::Done = desk.online()?.call(Method::Delete, paths::TOTP, Some(&body))?;
    Ok(Done {})
}

pub(super) fn end_session(desk: &Desk, ask: SessionEnd) -> Result<Done, Problem> {
    let _: admin::Done = desk.online()?.call(Method::Delete, &format!("{}/{}", paths::SESSIONS, ask.id), NOTHING)?;
    Ok(Done {})
}

/// Ends every session of this person, this one too; what is not sent yet stays here.
pub(super) fn sign_out_everywhere(desk: &Desk, _: SignOutEverywhere) -> Result<Done, Problem> {
    let _: admin::Done = desk.online()?.call(Method::Post, paths::SIGN_OUT_EVERYWHERE, NOTHING)?;
    // The session is over already.
    desk.engine.sign_out()?;
    super::session::sign_out(desk, bridge::session::SessionSignOut {})?;
    Ok(Done {})
}

impl Desk {
    /// Changes the password at the server. The key of this computer's copy is wrapped with it too:
    /// that is the station's, which calls this first.
    ///
    /// # Errors
    /// `Refused` for a weak password or a wrong old one; `Offline`.
    pub fn change_password(&self, old: &str, new: &str) -> Result<(), Problem> {
        let body = ChangePassword { old: Secret(old.to_owned()), new: Secret(new.to_owned()) };
        let _: admin::Done = self.online()?.call(Method::Post, paths::PASSWORD, Some(&body))?;
        Ok(())
    }

    /// The server, for what only it can do.
    pub(super) fn online(&self) -> Result<HttpTransport, Problem> {
        Ok(self.transport()?.ok_or(ClientError::NotSignedIn)?)
    }

    /// Things with their times in the organisation's zone.
    pub(super) fn dated<T>(&self, items: Vec<T>, at: impl Fn(&T) -> Option<i64>) -> Result<Vec<Dated<T>>, Problem> {
        let now_ms = self.engine.env().now_ms();
        let reader = self.read(|c| self.reader(c))?;
        let today = reader.today(now_ms);
        Ok(items.into_iter().map(|item| Dated { when: at(&item).map(|at| today.when(at)), item }).collect())
    }
}

impl crate::Engine {
    /// One's own name, as the server took it.
    fn renamed(&self, name: &str) -> Result<(), ClientError> {
        self.store().write(|tx| match meta::get::<protocol::auth::Me>(tx, meta::ME)? {
            Some(me) => meta::set(tx, meta::ME, &protocol::auth::Me { name: name.to_owned(), ..me }),
            None => Ok(()),
        })?;
        self.tell(Change { session: true, ..Change::default() });
        Ok(())
    }
}
