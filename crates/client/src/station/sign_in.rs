//! Getting in: with the server's word, or offline with the password that wraps the key. Where the two
//! differ the old password is asked for once, and else a new copy begins beside the old one.

use super::{Found, Kept, Station, invitation, lock, profiles, recovery};
use crate::background;
use crate::desk::Desk;
use crate::desk::session::{VERSION, address, address_and_pin, device_name};
use crate::engine::Engine;
use crate::error::ClientError;
use crate::http::{Farewell, HttpTransport};
use crate::session::Tokens;
use crate::store::meta;
use crate::transport::TransportError;
use crate::vault::{self, Facts, Key, Wrapped, address_mark, masked};
use bridge::session::{Gate, SessionBeginNew, SessionRedeem, SessionSignIn, SessionView};
use bridge::{Problem, ProblemCode};
use domain::DeviceId;
use protocol::auth::{Me, Redeem, Secret, Session, SignIn};
use std::path::PathBuf;

/// A sign-in that goes by the copy here: its password is another, or this computer was revoked. Until the
/// person says what is to become of the copy.
pub(super) struct Pending {
    id: String,
    /// As it was sent; a new copy is begun with it.
    ask: SessionSignIn,
    way: Way,
}

enum Way {
    /// The server took the password, which does not open the copy.
    OldPassword(Box<Arrival>),
    /// The server takes nothing from this computer any more. In its words; whether the copy is still closed.
    Revoked { why: String, is_locked: bool },
}

impl Pending {
    /// What stands before the copy, if it is the one.
    pub fn gate(&self, found: &Found) -> Option<Gate> {
        let recover = recovery(&found.dir);
        let gate = match &self.way {
            _ if self.id != found.id => return None,
            Way::OldPassword(_) => Gate::OldCopy { why: OLD_PASSWORD.to_owned(), is_locked: true, recover },
            // Nothing is left to decide about.
            Way::Revoked { .. } if matches!(found.kept, Kept::Gone(_) | Kept::Lost) => return None,
            Way::Revoked { why, is_locked } => Gate::OldCopy { why: why.clone(), is_locked: *is_locked, recover },
        };
        Some(gate)
    }
}

impl Drop for Pending {
    /// A sign-in that nobody used ends at the server, too.
    fn drop(&mut self) {
        if let Way::OldPassword(arrival) = &self.way {
            let Arrival { server, pin, session, .. } = (**arrival).clone();
            let tokens = Tokens { access: session.access, refresh: session.refresh, nonce: None };
            let said = background::spawn("farewell", move || Farewell { server, pin, tokens }.send());
            said.unwrap_or_else(|e| tracing::warn!("the session ends at the server by itself: {e}"));
        }
    }
}

const OLD_PASSWORD: &str = "The server took this password, but the copy on this computer is still locked by your old one.";

/// What a sign-in brought, and with which password.
#[derive(Clone)]
pub struct Arrival {
    pub server: String,
    /// SHA-256 of the server's public key, hex.
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
        // Typed after the address, it takes the place of the one known.
        let (server, pin) = address_and_pin(&ask.server)?;
        let ask = SessionSignIn { server, ..ask };
        if let Some(open) = self.open() {
            if self.is_of(&open.id, &ask.email) {
                return self.sign_in_again(&open.id, &open.desk, pin, ask);
            }
            self.close();
        }
        self.read_again();
        match self.copy_of(&ask.email) {
            Some(found) => self.sign_in_known(&found, pin, ask),
            None => self.sign_in_new(pin.or_else(|| self.pin_of(&ask.server)), ask),
        }
    }

    /// Begins a new copy beside the one that does not open, with what was typed at the last sign-in.
    ///
    /// # Errors
    /// `NotFound` when nobody signed in; as [`Station::sign_in`].
    pub fn begin_new(&self, ask: SessionBeginNew) -> Result<SessionView, Problem> {
        let _turn = lock(&self.0.turn);
        let pending = {
            let state = lock(&self.0.state);
            state.pending.as_ref().map(|pending| (pending.id.clone(), pending.ask.clone()))
        };
        let Some((id, typed)) = pending else {
            return Err(Problem::new(ProblemCode::NotFound, "Sign in first: a new copy begins with that."));
        };
        let pin = self.found(Some(&id)).and_then(|found| found.facts().and_then(|facts| facts.pin.clone()));
        self.sign_in_new(pin, SessionSignIn { second_factor: ask.second_factor, allow_key_file: ask.allow_key_file, ..typed })
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
        // A code alone does not name the certificate, which may be known here.
        let pin = ask.invitation.pin.or_else(|| self.pin_of(&server));
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
        let found = self.readable(chosen.as_deref())?;
        if let Kept::Plain { key, facts } = &found.kept {
            return self.unlock_plain(&found, key, facts, password);
        }
        let key = self.key_of(&found, password)?;
        if lock(&self.0.state).damaged.contains(&found.id) {
            return Err(ClientError::Damaged.into());
        }
        let desk = Desk::open(&found.profile()?, &key, self.0.env.clone())?;
        match self.arrival_for(&found.id) {
            Some(arrival) => self.take_over(&found, desk, arrival, true)?,
            None => match self.revoked_gate(&found.id).map_or_else(|| self.closed_gate(&found, &desk), |gate| Ok(Some(gate)))? {
                Some(gate) => return self.keep_closed(&found, &desk, gate),
                None => self.install(&found.id, desk),
            },
        }
        self.view()
    }

    /// What a sign-in brought that this copy's password did not fit.
    fn arrival_for(&self, id: &str) -> Option<Arrival> {
        let mut state = lock(&self.0.state);
        let pending = state.pending.as_mut().filter(|pending| pending.id == id)?;
        let used = Way::Revoked { why: String::new(), is_locked: false };
        match std::mem::replace(&mut pending.way, used) {
            Way::OldPassword(arrival) => {
                state.pending = None;
                Some(*arrival)
            }
            revoked @ Way::Revoked { .. } => {
                pending.way = revoked;
                None
            }
        }
    }

    /// A sign-in found out that the server takes nothing from this copy.
    fn revoked_gate(&self, id: &str) -> Option<Gate> {
        let state = lock(&self.0.state);
        match &state.pending.as_ref().filter(|pending| pending.id == id)?.way {
            Way::Revoked { why, .. } => Some(Gate::CutOff { why: why.clone() }),
            Way::OldPassword(_) => None,
        }
    }

    /// A copy whose password is right and that may not open: the server is asked what is to become of it.
    fn keep_closed(&self, found: &Found, desk: &Desk, gate: Gate) -> Result<SessionView, Problem> {
        let was_cut_off = self.part(found, desk);
        desk.close();
        self.destroy_what_is_due();
        if was_cut_off && let Some(Pending { way: Way::Revoked { is_locked, .. }, .. }) = &mut lock(&self.0.state).pending {
            *is_locked = false;
        }
        match gate {
            Gate::SignIn if !was_cut_off => Err(ClientError::NotSignedIn.into()),
            _ => self.view(),
        }
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
        let found = self.readable(chosen.as_deref())?;
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
            self.hear_of_the_end_now(&found.id, desk.engine());
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
        let left = self.supersede(arrival.session.me.user);
        lock(&self.0.state).profiles.insert(0, found);
        self.remember_server(&arrival);
        self.install(&id, desk);
        lock(&self.0.state).left = left;
        self.view()
    }

    /// The record is first: no database is ever without its key.
    fn begin_in(&self, found: &mut Found, key: &Key, arrival: &Arrival, in_file: bool) -> Result<Desk, Problem> {
        let facts = self.facts(arrival, in_file);
        found.keep(&self.0.homes, Wrapped::new(key, &arrival.password, facts, &self.0.env)?, in_file)?;
        let desk = Desk::open(&found.profile()?, key, self.0.env.clone())?;
        desk.engine().store().write(|tx| meta::set(tx, meta::DEVICE, &arrival.device))?;
        trust(&desk, arrival)?;
        desk.signed_in(&arrival.server, &arrival.session)?;
        self.seal(found, key, &arrival.session)?;
        Ok(desk)
    }

    /// The open copy's session ran out, or its person wants a fresh one.
    fn sign_in_again(&self, id: &str, desk: &Desk, pin: Option<String>, ask: SessionSignIn) -> Result<SessionView, Problem> {
        let found = self.found(Some(id)).ok_or(ClientError::Locked)?;
        let key = desk.engine().store().key()?;
        let trusts_another = pin.is_some();
        let arrival = match self.ask_server(desk.engine(), pin, ask.clone()) {
            Err(TransportError::CutOff { text, .. }) => return self.revoked(&found, Some(desk), ask, text),
            other => other?,
        };
        trust(desk, &arrival)?;
        if trusts_another {
            // The running one goes on to trust whom it began with.
            desk.stop_sync();
        }
        desk.signed_in(&arrival.server, &arrival.session)?;
        let keeps = matches!(&found.kept, Kept::Wrapped { wrapped, .. } if wrapped.open(&arrival.password).is_ok());
        self.arrived(&found, &key, &arrival, !keeps)?;
        desk.start_sync()?;
        self.tell_session();
        self.view()
    }

    fn sign_in_known(&self, found: &Found, pin: Option<String>, ask: SessionSignIn) -> Result<SessionView, Problem> {
        if lock(&self.0.state).pending.as_ref().is_some_and(|pending| pending.id == found.id) {
            // Once more, after they were told: a new copy.
            return self.sign_in_new(pin.or_else(|| found.facts().and_then(|facts| facts.pin.clone())), ask);
        }
        let key = match &found.kept {
            Kept::Plain { key, .. } => {
                self.0.homes.for_writing(ask.allow_key_file)?;
                Ok(key.clone())
            }
            _ => self.key_of(found, &ask.password),
        };
        let key = match key {
            Ok(key) => key,
            Err(ClientError::WrongPassword) => return self.sign_in_beside(found, pin, ask),
            Err(e) => return Err(e.into()),
        };
        let desk = Desk::open(&found.profile()?, &key, self.0.env.clone())?;
        let rewrap = matches!(found.kept, Kept::Plain { .. });
        let arrival = match self.ask_server(desk.engine(), pin, ask.clone()) {
            Err(TransportError::CutOff { text, .. }) => return self.revoked(found, Some(&desk), ask, text),
            other => other.inspect_err(|_| desk.close())?,
        };
        self.take_over(found, desk, arrival, rewrap)?;
        self.view()
    }

    /// The typed password does not open the copy. The server says whether it is the right one; then the
    /// old one is asked for, and to who signs in again all the same a new copy is given.
    fn sign_in_beside(&self, found: &Found, pin: Option<String>, ask: SessionSignIn) -> Result<SessionView, Problem> {
        let pin = pin.or_else(|| found.facts().and_then(|facts| facts.pin.clone()));
        let device = found.facts().and_then(|facts| facts.device).unwrap_or_else(|| DeviceId(self.0.env.new_id()));
        let arrival = match self.call(pin, device, ask.clone()) {
            Err(TransportError::CutOff { text, .. }) => return self.revoked(found, None, ask, text),
            other => other?,
        };
        self.wait_for_word(found, ask, Way::OldPassword(Box::new(arrival)));
        Err(Problem::new(
            ProblemCode::Locked,
            format!(
                "{OLD_PASSWORD} Type the old password to open it. If you have forgotten it, sign in once more: that begins a new copy, and \
                 what was not sent yet from the old one is got back on the server by: leadline-server recover {}",
                found.dir.display()
            ),
        ))
    }

    /// The server takes nothing from this computer's copy any more. What was not sent is handed over, a wipe
    /// carried out; the person may begin a new copy.
    fn revoked(&self, found: &Found, desk: Option<&Desk>, ask: SessionSignIn, why: String) -> Result<SessionView, Problem> {
        let is_open = self.open().is_some_and(|open| open.id == found.id);
        if let Some(desk) = desk {
            self.part(found, desk);
            desk.close();
        }
        if is_open {
            self.close();
        }
        let way = Way::Revoked { why: why.clone(), is_locked: desk.is_none() };
        self.wait_for_word(found, ask, way);
        let text =
            format!("{why} Sign in once more to begin a new copy: this one stays closed, and what it has not sent stays sealed in it.");
        Err(Problem::new(ProblemCode::Locked, text))
    }

    fn wait_for_word(&self, found: &Found, ask: SessionSignIn, way: Way) {
        let mut state = lock(&self.0.state);
        state.chosen = Some(found.id.clone());
        state.pending = Some(Pending { id: found.id.clone(), ask, way });
        drop(state);
        self.tell_session();
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
        let arrival = self.ask_server(desk.engine(), None, ask).inspect_err(|_| desk.close())?;
        self.take_over(found, desk, arrival, true)?;
        self.view()
    }

    /// Makes the desk of a known copy the open one, with what a sign-in brought.
    fn take_over(&self, found: &Found, desk: Desk, arrival: Arrival, rewrap: bool) -> Result<(), Problem> {
        let key = desk.engine().store().key()?;
        trust(&desk, &arrival).inspect_err(|_| desk.close())?;
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
    fn ask_server(&self, engine: &Engine, pin: Option<String>, ask: SessionSignIn) -> Result<Arrival, TransportError> {
        let local = |e: ClientError| TransportError::local(&e);
        let pin = pin.map_or_else(|| engine.store().read(|c| meta::get(c, meta::SERVER_PIN)), |pin| Ok(Some(pin))).map_err(local)?;
        self.call(pin, engine.device().map_err(local)?, ask)
    }

    fn call(&self, pin: Option<String>, device: DeviceId, ask: SessionSignIn) -> Result<Arrival, TransportError> {
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

    /// Copies whose keychain did not answer may be whoever's: a new one must not begin beside them unseen.
    fn read_again(&self) {
        let unknown: Vec<String> = {
            let state = lock(&self.0.state);
            state.profiles.iter().filter(|found| matches!(found.kept, Kept::Unknown)).map(|found| found.id.clone()).collect()
        };
        for id in unknown {
            if let Err(e) = self.readable(Some(&id)) {
                tracing::warn!("a copy's key still can't be read: {e}");
            }
        }
    }

    /// A copy of this computer; one whose keychain did not answer is read again.
    ///
    /// # Errors
    /// `NotSignedIn` when there is none; `KeychainGone`, `Keychain`.
    pub(super) fn readable(&self, id: Option<&str>) -> Result<Found, ClientError> {
        let found = self.found(id).ok_or(ClientError::NotSignedIn)?;
        if !matches!(found.kept, Kept::Unknown) {
            return Ok(found);
        }
        self.with_found(&found.id, |found, homes| {
            found.read_again(homes, &self.0.env)?;
            Ok(found.clone())
        })
    }

    /// # Errors
    /// `WrongPassword`; `KeychainGone`; `NotSignedIn` for a key that is gone.
    pub(super) fn key_of(&self, found: &Found, password: &str) -> Result<Key, ClientError> {
        match &found.kept {
            Kept::Wrapped { wrapped, .. } => wrapped.open(password),
            Kept::Unknown => Err(ClientError::KeychainGone),
            Kept::Plain { .. } | Kept::Gone(_) | Kept::Lost => Err(ClientError::NotSignedIn),
        }
    }

    /// What keeps a copy closed although its password is right.
    fn closed_gate(&self, found: &Found, desk: &Desk) -> Result<Option<Gate>, Problem> {
        let facts = found.facts().cloned().unwrap_or_default();
        let cut_off: Option<String> = desk.engine().store().read(|c| meta::get(c, meta::CUT_OFF))?;
        if let Some(why) = cut_off.or(facts.cut_off) {
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

    /// Older copies of this person are no longer the one that a sign-in opens. Where the last of them lies.
    fn supersede(&self, user: domain::UserId) -> Option<PathBuf> {
        let old: Vec<Found> = {
            let state = lock(&self.0.state);
            let theirs = |profile: &&Found| profile.is_current() && profile.facts().is_some_and(|facts| facts.user == Some(user));
            state.profiles.iter().filter(theirs).cloned().collect()
        };
        for found in &old {
            self.note(&found.id, |facts| facts.superseded = true);
        }
        old.into_iter().find(Found::is_sealed).map(|found| found.dir)
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

/// Keeps in the copy whom the sign-in trusted.
fn trust(desk: &Desk, arrival: &Arrival) -> Result<(), ClientError> {
    arrival.pin.as_ref().map_or(Ok(()), |pin| HttpTransport::trust(desk.engine(), pin))
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
        Gate::CutOff { why } | Gate::OldCopy { why, .. } => (ProblemCode::NotSignedIn, why),
        Gate::SignIn | Gate::Locked | Gate::Open => (ProblemCode::NotSignedIn, "You are signed out here: sign in again.".to_owned()),
    };
    Problem::new(code, text)
}
