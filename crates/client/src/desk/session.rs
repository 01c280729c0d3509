//! Signing in and out, starting the sync; preferences and drafts.

use super::{Desk, Running, lock};
use crate::background;
use crate::engine::CutOff;
use crate::error::ClientError;
use crate::http::{Farewell, HttpTransport};
use crate::live::LiveLoop;
use crate::reminders;
use crate::session::{self, SessionFacts};
use crate::store::{drafts, meta, rows};
use crate::sync::SyncReport;
use crate::sync_loop::SyncLoop;
use bridge::call::Dialling;
use bridge::session::{
    CustomField, DraftGet, DraftSet, Gate, KeyHome, Me, PreferenceSet, SessionGet, SessionSignIn, SessionSignOut, SessionView,
};
use bridge::{Done, Problem, ProblemCode};
use domain::Command;
use domain::config::{Config, OptionList, Setting};
use protocol::auth::{Secret, Session, SignIn};
use records::user_state::UserState;
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::sync::Arc;

/// This app's version.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Preference that holds the theme, and what it is without one.
pub(crate) const THEME: &str = "theme";
pub(crate) const THEME_DEFAULT: &str = "dark";
/// Preference that is set while the person has signed out themselves. A session that only ran out
/// leaves everything usable.
const SIGNED_OUT: &str = "signed_out";
/// Preference: minutes without a key or a click after which the screen locks, 0 never; and what it is
/// without one.
pub(crate) const IDLE_LOCK: &str = "idle_lock_min";
pub(crate) const IDLE_LOCK_DEFAULT: u32 = 15;
const IDLE_LOCK_MAX: u32 = 24 * 60;
/// Longest key of a draft or preference, and value of a preference, bytes.
const KEY_MAX: usize = 200;
const VALUE_MAX: usize = 16 * 1024;
/// Longest draft, bytes: more than any field takes, so that what was pasted by mistake is kept too.
const DRAFT_MAX: usize = 8 * 1024 * 1024;

pub(super) fn get(desk: &Desk, _: SessionGet) -> Result<SessionView, Problem> {
    Ok(desk.read(view)?)
}

pub(super) fn sign_in(desk: &Desk, ask: SessionSignIn) -> Result<SessionView, Problem> {
    let view = desk.sign_in(ask)?;
    desk.start_sync()?;
    Ok(view)
}

/// The server hears of it where it can be reached; whoever is offline is signed out here all the same.
pub(super) fn sign_out(desk: &Desk, _: SessionSignOut) -> Result<SessionView, Problem> {
    let farewell = desk.farewell()?;
    desk.engine.set_preference(SIGNED_OUT, "yes")?;
    desk.engine.sign_out()?;
    farewell.into_iter().for_each(|farewell| desk.say(farewell));
    desk.forget_reader();
    desk.stop_sync();
    get(desk, SessionGet {})
}

pub(super) fn set_preference(desk: &Desk, ask: PreferenceSet) -> Result<Done, Problem> {
    let fit = match ask.key.as_str() {
        SIGNED_OUT => false,
        THEME => is_theme(&ask.value),
        IDLE_LOCK => ask.value.parse::<u32>().is_ok_and(|minutes| minutes <= IDLE_LOCK_MAX),
        key => reminders::is_fit(key, &ask.value).unwrap_or(true),
    };
    if !fit || ask.key.len() > KEY_MAX || ask.value.len() > VALUE_MAX {
        return Err(Problem::new(ProblemCode::Refused, "There is no such setting."));
    }
    match ask.key.as_str() {
        // Of this computer, not of the person.
        IDLE_LOCK => desk.engine.set_preference(&ask.key, &ask.value)?,
        _ => {
            desk.engine.keep(Command::SetPreference { key: ask.key, value: Some(ask.value) })?;
            desk.wake();
        }
    }
    Ok(Done {})
}

pub(super) fn set_draft(desk: &Desk, ask: DraftSet) -> Result<Done, Problem> {
    if ask.key.len() > KEY_MAX || ask.text.as_ref().is_some_and(|text| text.len() > DRAFT_MAX) {
        return Err(Problem::new(ProblemCode::Refused, "This text is too long to be kept as a draft. Shorten it, or keep it in a file."));
    }
    desk.engine.set_draft(&ask.key, ask.text.as_deref())?;
    Ok(Done {})
}

pub(super) fn draft(desk: &Desk, ask: DraftGet) -> Result<Option<String>, Problem> {
    Ok(desk.read(|c| drafts::get(c, &ask.key))?)
}

impl Desk {
    /// Signs in, without starting to sync.
    ///
    /// # Errors
    /// What is wrong with the address, exactly why the server can't be reached, or `NotSignedIn`
    /// when the profile is someone else's.
    pub fn sign_in(&self, ask: SessionSignIn) -> Result<SessionView, Problem> {
        let (server, pin) = address_and_pin(&ask.server)?;
        let sign_in = SignIn {
            email: ask.email.trim().to_owned(),
            password: Secret(ask.password),
            device: self.engine.device()?,
            device_name: device_name(),
            app_version: VERSION.to_owned(),
            second_factor: ask.second_factor.map(Secret),
        };
        let pin = pin.map_or_else(|| self.read(|c| meta::get(c, meta::SERVER_PIN)), |pin| Ok(Some(pin)))?;
        let session = HttpTransport::sign_in_pinned(&server, pin.as_deref(), &sign_in, self.engine.env().now_ms())?;
        pin.map_or(Ok(()), |pin| HttpTransport::trust(&self.engine, &pin))?;
        self.signed_in(&server, &session)
    }

    /// Takes over the session that a sign-in brought.
    ///
    /// # Errors
    /// `NotSignedIn` when the profile is someone else's; what is wrong with the lease; `Disk`.
    pub fn signed_in(&self, server: &str, session: &Session) -> Result<SessionView, Problem> {
        self.engine.signed_in(server, session)?;
        self.engine.set_preference(SIGNED_OUT, "no")?;
        self.forget_reader();
        Ok(self.read(view)?)
    }

    /// What is said to the server at the end of the session, if there is one.
    fn farewell(&self) -> Result<Option<Farewell>, ClientError> {
        self.read(|c| {
            let (tokens, server) = (meta::get::<session::Tokens>(c, meta::TOKENS)?, meta::get::<String>(c, meta::SERVER)?);
            let pin = meta::get(c, meta::SERVER_PIN)?;
            Ok(tokens.zip(server).map(|(tokens, server)| Farewell { server, pin, tokens }))
        })
    }

    /// Where sync runs in the background, nobody waits for a server that may be out of reach.
    fn say(&self, farewell: Farewell) {
        if lock(&self.running).is_some() {
            let said = background::spawn("farewell", move || farewell.send());
            said.unwrap_or_else(|e| tracing::warn!("the session ends at the server by itself: {e}"));
        } else {
            farewell.send();
        }
    }

    /// Asks whether the server cut this copy off, and hands over what was not sent if it did; also without
    /// a session.
    ///
    /// # Errors
    /// Out of reach or busy.
    pub(crate) fn hand_over(&self) -> Result<Option<CutOff>, ClientError> {
        let Some(server) = self.read(|c| meta::get::<String>(c, meta::SERVER))? else { return Ok(None) };
        self.engine.hand_over(&HttpTransport::new(self.engine.clone(), &server), None)
    }

    /// Forgets the key and lets go of the profile, also while requests are still being answered: they
    /// end in the problem `Locked`. Everything unsent and typed stays in it.
    pub fn close(&self) {
        self.stop_sync();
        self.engine.close();
        self.forget_reader();
    }

    pub(crate) fn stop_sync(&self) {
        if let Some(running) = lock(&self.running).take() {
            // A call on the line may take its time to end; the window does not wait for it.
            let ends = background::spawn("end of sync", move || drop(running));
            ends.unwrap_or_else(|e| tracing::warn!("the sync ended on the line: {e}"));
        }
    }

    /// Keeps the profile in sync in the background, if someone is signed in; once more does nothing.
    ///
    /// # Errors
    /// `Disk`.
    pub fn start_sync(&self) -> Result<(), ClientError> {
        let mut running = lock(&self.running);
        if running.is_some() {
            return Ok(());
        }
        let Some(transport) = self.transport()? else { return Ok(()) };
        let transport = Arc::new(transport);
        let sync = SyncLoop::start(self.engine.clone(), transport.clone());
        let live = LiveLoop::start(self.engine.clone(), transport, &sync, self.presence.clone());
        *running = Some(Running { _live: live, sync });
        Ok(())
    }

    /// One round of sync, here and now.
    ///
    /// # Errors
    /// `NotSignedIn`, or why the server can't be reached.
    pub fn sync_once(&self) -> Result<SyncReport, ClientError> {
        let transport = self.transport()?.ok_or(ClientError::NotSignedIn)?;
        Ok(self.engine.sync(&transport)?.1)
    }

    pub(super) fn start_or_wake(&self) -> Result<(), ClientError> {
        self.start_sync()?;
        self.wake();
        Ok(())
    }

    /// Sends now rather than at the next turn.
    pub(super) fn wake(&self) {
        if let Some(running) = &*lock(&self.running) {
            running.sync.wake();
        }
    }

    pub(super) fn transport(&self) -> Result<Option<HttpTransport>, ClientError> {
        let (server, signed_in) = self.read(|c| {
            let tokens = meta::get::<session::Tokens>(c, meta::TOKENS)?;
            Ok((meta::get::<String>(c, meta::SERVER)?, tokens.is_some()))
        })?;
        Ok(server.filter(|_| signed_in && !self.read_only).map(|server| HttpTransport::new(self.engine.clone(), &server)))
    }

    fn forget_reader(&self) {
        *lock(&self.known.reader) = None;
    }
}

/// # Errors
/// `NotSignedIn` after the person signed out.
pub(super) fn check_not_signed_out(c: &Connection) -> Result<(), ClientError> {
    match preference(c, SIGNED_OUT)?.as_deref() {
        Some("yes") => Err(ClientError::NotSignedIn),
        _ => Ok(()),
    }
}

pub(super) fn preference(c: &Connection, key: &str) -> Result<Option<String>, ClientError> {
    let mut kept = meta::get::<UserState>(c, meta::USER_STATE)?.unwrap_or_default().preferences;
    match kept.remove(key) {
        Some(kept) => Ok(Some(kept)),
        // Of this computer, or of an older version.
        None => meta::get(c, &format!("{}{key}", meta::PREFERENCE)),
    }
}

/// Minutes, or `off`: the person's own, else the organisation's.
pub(super) fn remind_before(c: &Connection) -> Result<String, ClientError> {
    match preference(c, reminders::REMIND_BEFORE)? {
        Some(own) => Ok(own),
        None => Ok(meta::get::<Config>(c, meta::CONFIG)?.unwrap_or_default().value(Setting::RemindBeforeMinutes)),
    }
}

/// Minutes, 0 never.
pub(crate) fn idle_lock_min(c: &Connection) -> Result<u32, ClientError> {
    Ok(preference(c, IDLE_LOCK)?.and_then(|minutes| minutes.parse().ok()).unwrap_or(IDLE_LOCK_DEFAULT))
}

pub(crate) fn is_theme(value: &str) -> bool {
    matches!(value, "dark" | "light" | "system")
}

fn view(c: &Connection) -> Result<SessionView, ClientError> {
    let facts = SessionFacts::load(c)?;
    let signed_out = check_not_signed_out(c).is_err();
    let kept = meta::get::<UserState>(c, meta::USER_STATE)?.unwrap_or_default().preferences;
    let theme = preference(c, THEME)?.filter(|theme| is_theme(theme)).unwrap_or_else(|| THEME_DEFAULT.to_owned());
    Ok(SessionView {
        server: meta::get(c, meta::SERVER)?.unwrap_or_default(),
        email: facts.as_ref().map(|facts| facts.me.email.clone()).unwrap_or_default(),
        theme,
        preferences: if signed_out { BTreeMap::new() } else { kept },
        version: VERSION.to_owned(),
        gate: if facts.is_some() && !signed_out { Gate::Open } else { Gate::SignIn },
        profiles: Vec::new(),
        key_home: KeyHome::default(),
        idle_lock_min: idle_lock_min(c)?,
        closes_to_tray: None,
        zoom: 0,
        dialling: Dialling::default(),
        remind_before: remind_before(c)?,
        quiet_hours: preference(c, reminders::QUIET_HOURS)?.unwrap_or_default(),
        recover: None,
        demo: None,
        me: facts.filter(|_| !signed_out).map(|facts| me(c, facts)).transpose()?,
    })
}

fn me(c: &Connection, facts: SessionFacts) -> Result<Me, ClientError> {
    let config: Config = meta::get(c, meta::CONFIG)?.unwrap_or_default();
    Ok(Me {
        team: facts.me.team.map(|team| rows::team_name(c, team)).transpose()?.flatten(),
        user: facts.me.user,
        name: facts.me.name,
        email: facts.me.email,
        role: facts.me.role,
        org: facts.org.name,
        zone: facts.org.zone,
        currency: facts.org.currency,
        phone_prefix: facts.org.phone_prefix,
        sources: config.labels(OptionList::Sources),
        languages: config.labels(OptionList::Languages),
        drop_reasons: config.labels(OptionList::DropReasons),
        follow_up_reasons: config.labels(OptionList::FollowUpReasons),
        follow_up_outcomes: config.labels(OptionList::FollowUpOutcomes),
        follow_up_max_gap_days: config.number(Setting::FollowupMaxGapDays),
        custom_fields: config.all(OptionList::CustomFields).into_iter().filter(|field| field.active).map(CustomField::from).collect(),
    })
}

/// A typed server address with its scheme: plain HTTP on this computer, HTTPS elsewhere.
pub(crate) fn address(typed: &str) -> Result<String, Problem> {
    let wrong = |text: &str| Problem { field: Some("server".to_owned()), ..Problem::new(ProblemCode::Refused, text) };
    let typed = typed.trim();
    let (scheme, rest) = match typed.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
        None => (String::new(), typed),
    };
    let rest = rest.trim_end_matches('/');
    let host = rest.split('/').next().unwrap_or_default();
    if host.is_empty() {
        return Err(wrong("Type the server’s address, like leads.example.com."));
    }
    if host.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '@' | '?' | '#' | '\\' | '"' | '<' | '>')) {
        return Err(wrong("That is not a server’s address. It looks like leads.example.com or 192.168.1.20:8440."));
    }
    match (scheme.as_str(), is_loopback(host)) {
        ("", true) | ("http", true) => Ok(format!("http://{rest}")),
        ("", false) | ("https", _) => Ok(format!("https://{rest}")),
        ("http", false) => Err(wrong(
            "Over plain http anyone on the way could read the password, so Leadline uses it on this computer alone. Type https:// and ask for a certificate on the server.",
        )),
        (other, _) => Err(wrong(&format!("Leadline can’t talk {other}://. Type https:// and the server’s name."))),
    }
}

/// A typed address, and the fingerprint of the server's key that may stand after a `#` in it, as
/// `leadline-server cert` prints it: for a server that the web's roots don't vouch for.
pub(crate) fn address_and_pin(typed: &str) -> Result<(String, Option<String>), Problem> {
    let Some((typed, pin)) = typed.split_once('#') else { return Ok((address(typed)?, None)) };
    let pin: String = pin.chars().filter(|c| !c.is_whitespace() && *c != ':').collect::<String>().to_ascii_lowercase();
    if pin.len() != 64 || !pin.bytes().all(|b| b.is_ascii_hexdigit()) {
        let text = "After the # comes the server’s fingerprint: 64 digits and letters, as leadline-server cert prints it.";
        return Err(Problem { field: Some("server".to_owned()), ..Problem::new(ProblemCode::Refused, text) });
    }
    Ok((address(typed)?, Some(pin)))
}

fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// What the device list calls this computer.
pub(crate) fn device_name() -> String {
    let named = ["HOSTNAME", "COMPUTERNAME"].iter().find_map(|key| std::env::var(key).ok());
    let name = named.or_else(|| std::fs::read_to_string("/etc/hostname").ok()).unwrap_or_default();
    let name: String = name.trim().chars().filter(|c| !c.is_control()).take(60).collect();
    if name.is_empty() { std::env::consts::OS.to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_get_the_scheme_that_is_safe() {
        for (typed, expected) in [
            ("localhost:8440", "http://localhost:8440"),
            (" 127.0.0.1:8440/ ", "http://127.0.0.1:8440"),
            ("[::1]:8440", "http://[::1]:8440"),
            ("HTTP://127.0.0.1", "http://127.0.0.1"),
            ("leads.example.com", "https://leads.example.com"),
            ("https://leads.example.com/crm/", "https://leads.example.com/crm"),
            ("https://localhost", "https://localhost"),
            ("192.168.1.20:8440", "https://192.168.1.20:8440"),
        ] {
            assert_eq!(address(typed).expect(typed), expected);
        }
        for (typed, says) in [
            ("", "Type the server"),
            ("https://", "Type the server"),
            ("http://leads.example.com", "plain http"),
            ("http://localhost.evil.com", "plain http"),
            ("http://127.0.0.1@evil.com", "not a server"),
            ("ftp://leads.example.com", "can’t talk ftp"),
            ("two words", "not a server"),
        ] {
            let problem = address(typed).expect_err(typed);
            assert!(problem.text.contains(says), "{typed}: {problem}");
            assert_eq!(problem.field.as_deref(), Some("server"));
        }
    }

    #[test]
    fn a_fingerprint_may_stand_after_the_address() {
        let pin = "0a".repeat(32);
        let read = |typed: &str| address_and_pin(typed);
        assert_eq!(read("crm.lan:8440").expect("an address"), ("https://crm.lan:8440".into(), None));
        let spread = format!("crm.lan:8440/#{} {}", pin[..32].to_uppercase(), &pin[32..]);
        let colons = format!("https://crm.lan:8440#{}", ["0A"; 32].join(":"));
        for typed in [spread, colons] {
            assert_eq!(read(&typed).expect(&typed), ("https://crm.lan:8440".into(), Some(pin.clone())));
        }
        for wrong in ["crm.lan#", "crm.lan#12", &format!("crm.lan#{}zz", &pin[..62]), &format!("#{pin}")] {
            assert_eq!(read(wrong).expect_err(wrong).field.as_deref(), Some("server"), "{wrong}");
        }
    }
}
