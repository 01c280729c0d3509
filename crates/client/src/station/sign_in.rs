//! Getting in: with the server's word, or offline with the password that wraps the key. Where the two
//! differ the old password is asked for once, and else a new copy begins beside the old one.

use super::{Found, Kept, Station, invitation, lock, profiles};
use crate::desk::Desk;
use crate::desk::session::{VERSION, address, device_name};
use crate::engine::Engine;
use crate::error::ClientError;
use crate::http::HttpTransport;
use crate::store::meta;
use crate::vault::{self, Facts, Key, Wrapped, address_mark, masked};
use bridge::session::{Gate, SessionRedeem, SessionSignIn, SessionView};
use bridge::{Problem, ProblemCode};
use domain::DeviceId;
use protocol::auth::{Me, Redeem, Secret, Session, SignIn};
use std::sync::Arc;

/// A sign-in that the server took, by a password that does not open the copy here.
pub(super) struct Pending {
    id: String,
    arrival: Arrival,
}

/// What a sign-in brought, and with which password.
#[derive(Clone)]
pub struct Arrival {
    pub server: String,
    /// SHA-256 of the server's certificate, hex.
    pub pin: Option<String>,
    /// What the server was told.
    pub device: DeviceId,
    pub session: Session,
    pub password: String,
}

impl Station {
    /// Signs in at the server; opens the copy of that person, or begins one.
    ///
    /// # Errors
    /// Exactly why the server can't be reached; `WrongCredentials`, `SecondFactor`; `KeyFile`; `Locked`
    /// when the server took the password and the copy here still has the old one.
    pub fn sign_in(&self, ask: SessionSignIn) -> Result<SessionView, Problem> {
        let _turn = lock(&self.0.turn);
        self.ready();
        let ask = SessionSignIn { server: address(&ask.server)?, ..ask };
        if let Some(open) = self.open() {
            if self.is_of(&open.id, &ask.email) {
                return self.sign_in_again(&open.id, &open.desk, ask);
            }
            self.close();
        }
        match self.copy_of(&ask.email) {
            Some(found) => self.sign_in_known(&found, ask),
            None => self.sign_in_new(self.pin_of(&ask.server), ask),
        }
    }

    /// Uses an invitation or a forgotten-password code; begins a copy of its own.
    ///
    /// # Errors
    /// As [`Station::sign_in`]; `Refused` in the server's words for a code that is not good.
    pub fn redeem(&self, ask: SessionRedeem) -> Result<SessionView, Problem> {
        let _turn = lock(&self.0.turn);
        self.ready();
        let server = address(&ask.invitation.server)?;
        let code = invitation::read(&ask.invitation.code)?.code;
        let in_file = self.0.homes.for_writing(ask.allow_key_file)?;
        let device = DeviceId(self.0.env.new_id());
        let redeem = Redeem {
            code: Secret(code),
            password: Secret(ask.password.clone()),
            device,
            device_name: device_name(),
            app_version: VERSION.to_owned(),
            second_factor: ask.second_factor.map(Secret),
        };
        let pin = ask.invitation.pin;
        let session = HttpTransport::redeem(&server, pin.as_deref(), &redeem, self.0.env.now_ms())?;
        self.close();
        self.begin(Arrival { server, pin, device, session, password: ask.password }, in_file)
    }

    /// Opens the chosen copy with its password, without the server. Where that is not enough the view's
    /// gate says why.
    ///
    /// # Errors
    /// `WrongCredentials`; `ProfileHeld`; `NotSignedIn` for a copy whose person signed out; `Damaged`:
    /// repair it.
    pub fn unlock(&self, password: &str) -> Result<SessionView, Problem> {
        let _turn = lock(&self.0.turn);
        self.ready();
        if self.open().is_some() {
            return self.view();
        }
        let chosen = lock(&self.0.state).chosen.clone();
        let found = self.found(chosen.as_deref()).ok_or(ClientError::NotSignedIn)?;
        if let Kept::Plain { key, facts } = &found.kept {
            return self.unlock_plain(&found, key, facts, password);
        }
        let key = self.key_of(&found, password)?;
        if lock(&self.0.state).damaged.contains(&found.id) {
            return Err(ClientError::Damaged.into());
        }
        let desk = Desk::open(&found.profile()?, &key, self.0.env.clone())?;
        let pending = lock(&self.0.state).pending.take().filter(|pending| pending.id == found.id);
        if let Some(Pending { arrival, .. }) = pending {
            self.take_over(&found, desk, arrival, true)?;
        } else if let Some(gate) = self.closed_gate(&found, &desk)? {
            desk.close();
            self.destroy_what_is_due();
            return match gate {
                Gate::SignIn => Err(ClientError::NotSignedIn.into()),
                _ => self.view(),
            };
        } else {
            self.install(&found.id, desk);
        }
        self.view()
    }

    /// The chosen copy for one process that has no screen: the command line's.
    ///
    /// # Errors
    /// `NotSignedIn` when there is none; `WrongCredentials`; `Locked` after the lease; `ProfileHeld`.
    pub fn borrow(&self, password: impl FnOnce() -> Result<String, Problem>, to_write: bool) -> Result<Desk, Problem> {
        let _turn = lock(&self.0.turn);
        self.ready();
        self.close();
        let chosen = lock(&self.0.state).chosen.clone();
        let found = self.found(chosen.as_deref()).ok_or(ClientError::NotSignedIn)?;
        let gate = found.gate(self.0.env.now_ms());
        if matches!(gate, Gate::SignIn | Gate::Wiped | Gate::CutOff { .. }) {
            return Err(closed(gate));
        }
        let key = match &found.kept {
            Kept::Plain { key, .. } => key.clone(),
            _ => self.key_of(&found, &password()?)?,
        };
        let (profile, env) = (found.profile()?, self.0.env.clone());
        let desk = if to_write { Desk::open(&profile, &key, env)? } else { Desk::open_read_only(&profile, &key, env)? };
        if self.lease_ended(&found.id, desk.engine())? {
            return Err(closed(Gate::LeaseEnded));
        }
        if to_write {
            desk.engine().note_clock()?;
            let (station, id) = (self.clone(), found.id.clone());
            // Here and now: the process ends after its command.
            desk.engine().on_cut_off(Arc::new(move |cut_off| station.cut_off(&id, cut_off)));
        }
        Ok(desk)
    }

    /// Begins a copy with what a sign-in brought.
    ///
    /// # Errors
    /// `KeyFile` unless the key may lie where it would; `Disk`, `Keychain`.
    pub fn begin(&self, arrival: Arrival, in_file: bool) -> Result<SessionView, Problem> {
        let mut found = profiles::make(&self.0.root, &self.0.env)?;
        let key = Key::new(&self.0.env);
        let began = self.begin_in(&mut found, &key, &arrival, in_file);
        let desk = began.inspect_err(|_| abandon(&found, &self.0.homes))?;
        let id = found.id.clone();
        self.supersede(arrival.session.me.user);
        lock(&self.0.state).profiles.insert(0, found);
        self.remember_server(&arrival);
        self.install(&id, desk);
        self.view()
    }

    /// The record is first: no database is ever without its key.
    fn begin_in(&self, found: &mut Found, key: &Key, arrival: &Arrival, in_file: bool) -> Result<Desk, Problem> {
        let facts = self.facts(arrival, in_file);
        found.keep(&self.0.homes, Wrapped::new(key, &arrival.password, facts, &self.0.env)?, in_file)?;
        let desk = Desk::open(&found.profile()?, key, self.0.env.clone())?;
        desk.engine().store().write(|tx| {
            meta::set(tx, meta::DEVICE, &arrival.device)?;
            arrival.pin.as_ref().map_or(Ok(()), |pin| meta::set(tx, meta::SERVER_PIN, pin))
        })?;
        desk.signed_in(&arrival.server, &arrival.session)?;
        self.seal(found, key, &arrival.session)?;
        Ok(desk)
    }

    /// The open copy's session ran out, or its person wants a fresh one.
    fn sign_in_again(&self, id: &str, desk: &Desk, ask: SessionSignIn) -> Result<SessionView, Problem> {
        let found = self.found(Some(id)).ok_or(ClientError::Locked)?;
        let key = desk.engine().store().key()?;
        let arrival = self.ask_server(desk.engine(), ask)?;
        desk.signed_in(&arrival.server, &arrival.session)?;
        let keeps = matches!(&found.kept, Kept::Wrapped { wrapped, .. } if wrapped.open(&arrival.password).is_ok());
        self.arrived(&found, &key, &arrival, !keeps)?;
        desk.start_sync()?;
        self.tell_session();
        self.view()
    }

    fn sign_in_known(&self, found: &Found, ask: SessionSignIn) -> Result<SessionView, Problem> {
        let key = match &found.kept {
            Kept::Plain { key, .. } => {
                self.0.homes.for_writing(ask.allow_key_file)?;
                Ok(key.clone())
            }
            _ => self.key_of(found, &ask.password),
        };
        let key = match key {
            Ok(key) => key,
            Err(ClientError::WrongPassword) => return self.sign_in_beside(found, ask),
            Err(e) => return Err(e.into()),
        };
        let desk = Desk::open(&found.profile()?, &key, self.0.env.clone())?;
        let rewrap = matches!(found.kept, Kept::Plain { .. });
        let arrival = self.ask_server(desk.engine(), ask).inspect_err(|_| desk.close())?;
        self.take_over(found, desk, arrival, rewrap)?;
        self.view()
    }

    /// The typed password does not open the copy. The server says whether it is the right one; then the
    /// old one is asked for, and to who signs in again all the same a new copy is given.
    fn sign_in_beside(&self, found: &Found, ask: SessionSignIn) -> Result<SessionView, Problem> {
        let was_asked = lock(&self.0.state).pending.take().is_some_and(|pending| pending.id == found.id);
        let pin = found.facts().and_then(|facts| facts.pin.clone());
        if was_asked {
            return self.sign_in_new(pin, ask);
        }
        let device = found.facts().and_then(|facts| facts.device).unwrap_or_else(|| DeviceId(self.0.env.new_id()));
        let arrival = self.call(pin, device, ask)?;
        let mut state = lock(&self.0.state);
        state.chosen = Some(found.id.clone());
        state.pending = Some(Pending { id: found.id.clone(), arrival });
        drop(state);
        self.tell_session();
        Err(Problem::new(
            ProblemCode::Locked,
            format!(
                "The server took this password, but the copy on this computer is still locked by your old one. Type the old password to \
                 open it. If you have forgotten it, sign in once more: that begins a new copy, and what was not sent yet from the old one \
                 is got back on the server by: leadline-server recover {}",
                found.dir.display()
            ),
        ))
    }

    fn sign_in_new(&self, pin: Option<String>, ask: SessionSignIn) -> Result<SessionView, Problem> {
        let in_file = self.0.homes.for_writing(ask.allow_key_file)?;
        let arrival = self.call(pin, DeviceId(self.0.env.new_id()), ask)?;
        self.begin(arrival, in_file)
    }

    /// A plain key opens for anybody: the server has to say whether the password is the person's.
    fn unlock_plain(&self, found: &Found, key: &Key, facts: &Facts, password: &str) -> Result<SessionView, Problem> {
        let ask = SessionSignIn {
            server: facts.server.clone(),
            email: facts.email.clone().unwrap_or_default(),
            password: password.to_owned(),
            second_factor: None,
            allow_key_file: true,
        };
        let desk = Desk::open(&found.profile()?, key, self.0.env.clone())?;
        let arrival = self.ask_server(desk.engine(), ask).inspect_err(|_| desk.close())?;
        self.take_over(found, desk, arrival, true)?;
        self.view()
    }

    /// Makes the desk of a known copy the open one, with what a sign-in brought.
    fn take_over(&self, found: &Found, desk: Desk, arrival: Arrival, rewrap: bool) -> Result<(), Problem> {
        let key = desk.engine().store().key()?;
        desk.signed_in(&arrival.server, &arrival.session).inspect_err(|_| desk.close())?;
        self.arrived(found, &key, &arrival, rewrap).inspect_err(|_| desk.close())?;
        self.install(&found.id, desk);
        Ok(())
    }

    /// After a sign-in: the record says so, wraps the key by the password that is good now, and the key is sealed.
    fn arrived(&self, found: &Found, key: &Key, arrival: &Arrival, rewrap: bool) -> Result<(), Problem> {
        let in_file = match &found.kept {
            Kept::Wrapped { in_file, .. } => *in_file,
            // Agreed to before the server was asked; a plain key lies in a file already.
            _ => self.0.homes.for_writing(true)?,
        };
        let facts = self.facts(arrival, in_file);
        self.with_found(&found.id, |found, homes| match rewrap {
            true => found.keep(homes, Wrapped::new(key, &arrival.password, facts, &self.0.env)?, in_file),
            false => found.note(homes, |known| *known = facts),
        })?;
        self.remember_server(arrival);
        Ok(self.seal(found, key, &arrival.session)?)
    }

    fn seal(&self, found: &Found, key: &Key, session: &Session) -> Result<(), ClientError> {
        // A server from before recovery keys gives none.
        if session.recovery_key.is_empty() { Ok(()) } else { vault::seal(&found.dir, key, &session.recovery_key, &self.0.env) }
    }

    fn facts(&self, arrival: &Arrival, in_file: bool) -> Facts {
        let Arrival { server, pin, device, session, .. } = arrival;
        let Me { name, email, user, .. } = &session.me;
        Facts {
            label: if in_file { masked(email) } else { name.clone() },
            email: (!in_file).then(|| email.clone()),
            address: address_mark(email),
            user: Some(*user),
            device: Some(*device),
            server: server.clone(),
            pin: pin.clone(),
            last_used: self.0.env.now_ms(),
            ..Facts::default()
        }
    }

    /// Signs in as the device of an open database.
    fn ask_server(&self, engine: &Engine, ask: SessionSignIn) -> Result<Arrival, Problem> {
        let pin = engine.store().read(|c| meta::get(c, meta::SERVER_PIN))?;
        self.call(pin, engine.device()?, ask)
    }

    fn call(&self, pin: Option<String>, device: DeviceId, ask: SessionSignIn) -> Result<Arrival, Problem> {
        let SessionSignIn { server, email, password, second_factor, .. } = ask;
        let sign_in = SignIn {
            email: email.trim().to_owned(),
            password: Secret(password.clone()),
            device,
            device_name: device_name(),
            app_version: VERSION.to_owned(),
            second_factor: second_factor.map(Secret),
        };
        let session = HttpTransport::sign_in_pinned(&server, pin.as_deref(), &sign_in, self.0.env.now_ms())?;
        Ok(Arrival { server, pin, device, session, password })
    }

    /// # Errors
    /// `WrongPassword`; `KeychainGone`; `NotFound` for a key that is gone.
    pub(super) fn key_of(&self, found: &Found, password: &str) -> Result<Key, ClientError> {
        match &found.kept {
            Kept::Wrapped { wrapped, .. } => wrapped.open(password),
            Kept::Unknown(why) => Err(ClientError::Keychain(why.clone())),
            Kept::Plain { .. } | Kept::Gone(_) | Kept::Lost => Err(ClientError::NotSignedIn),
        }
    }

    /// What keeps a copy closed although its password is right.
    fn closed_gate(&self, found: &Found, desk: &Desk) -> Result<Option<Gate>, Problem> {
        let facts = found.facts().cloned().unwrap_or_default();
        if let Some(why) = facts.cut_off {
            return Ok(Some(Gate::CutOff { why }));
        }
        if facts.signed_out {
            return Ok(Some(Gate::SignIn));
        }
        desk.engine().note_clock()?;
        Ok(self.lease_ended(&found.id, desk.engine())?.then_some(Gate::LeaseEnded))
    }

    /// The copy of a person here, the last used first.
    fn copy_of(&self, email: &str) -> Option<Found> {
        let mark = address_mark(email);
        let state = lock(&self.0.state);
        let theirs = |profile: &&Found| profile.is_current() && profile.facts().is_some_and(|facts| facts.address == mark);
        state.profiles.iter().find(theirs).cloned()
    }

    fn is_of(&self, id: &str, email: &str) -> bool {
        self.found(Some(id)).and_then(|found| found.facts().cloned()).is_some_and(|facts| facts.address == address_mark(email))
    }

    /// Older copies of this person are no longer the one that a sign-in opens.
    fn supersede(&self, user: domain::UserId) {
        let old: Vec<String> = {
            let state = lock(&self.0.state);
            let theirs = |profile: &&Found| profile.facts().is_some_and(|facts| facts.user == Some(user));
            state.profiles.iter().filter(theirs).map(|profile| profile.id.clone()).collect()
        };
        for id in old {
            self.note(&id, |facts| facts.superseded = true);
        }
    }

    fn remember_server(&self, arrival: &Arrival) {
        lock(&self.0.state).settings.change(&self.0.root, |settings| {
            arrival.server.clone_into(&mut settings.server);
            arrival.pin.clone_into(&mut settings.pin);
        });
    }

    /// The pin that the last copy had, for a new one at the same server.
    fn pin_of(&self, server: &str) -> Option<String> {
        let state = lock(&self.0.state);
        state.settings.pin.clone().filter(|_| state.settings.server == server)
    }
}

/// A copy that did not come to be leaves nothing behind.
fn abandon(found: &Found, homes: &crate::vault::Homes) {
    if let Err(e) = homes.destroy(found.slot()) {
        tracing::warn!("the key of a copy that did not come to be is left: {e}");
    }
    if let Err(e) = std::fs::remove_dir_all(&found.dir) {
        tracing::warn!("the folder of a copy that did not come to be is left: {e}");
    }
}

fn closed(gate: Gate) -> Problem {
    let (code, text) = match gate {
        Gate::LeaseEnded => (ProblemCode::Locked, "The time without the server is over: sign in again to open this copy.".to_owned()),
        Gate::Wiped => (ProblemCode::NotSignedIn, "This copy was wiped, or its key is lost: sign in to begin a new one.".to_owned()),
        Gate::CutOff { why } => (ProblemCode::NotSignedIn, why),
        Gate::SignIn | Gate::Locked | Gate::Open => (ProblemCode::NotSignedIn, "You signed out here: sign in again.".to_owned()),
    };
    Problem::new(code, text)
}
