//! The station: one computer with the copies of everybody who works at it, at most one of them open.
//! Answers the requests that need no open copy, and passes the others to the open [`Desk`]. Decides
//! nothing about records.

mod dial;
mod invitation;
mod link;
mod opener;
mod parting;
mod profiles;
mod remind;
mod repair;
mod save;
mod settings;
mod sign_in;
mod tray;
mod watch;

use crate::desk::Desk;
use crate::desk::account::strength_of;
use crate::desk::session::{THEME, THEME_DEFAULT, VERSION, is_theme};
use crate::desk::when::Today;
use crate::engine::Listener;
use crate::error::ClientError;
use crate::vault::{Homes, Wrapped};
use bridge::account::{PasswordChange, PasswordStrength, SignOutEverywhere};
use bridge::call::{CallDial, DiallingSet};
use bridge::link::{Link, LinkTake};
use bridge::payment::DocumentSave;
use bridge::session::{
    AppQuit, DemoAccount, Gate, Invitation, InvitationRead, PreferenceSet, ProfileCard, ProfileChoose, SessionBeginNew, SessionGet,
    SessionLock, SessionRedeem, SessionRepair, SessionSignIn, SessionSignOut, SessionUnlock, SessionView,
};
use bridge::{Change, Done, Problem, ProblemCode, Request};
use domain::Env;
use jiff::tz::TimeZone;
use profiles::{Found, Kept};
use remind::Sleeper;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use settings::Settings;
use sign_in::Pending;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tray::{CLOSE_TO_TRAY, ZOOM};
use watch::Idle;

pub use remind::{Reminding, Teller};
pub use sign_in::Arrival;
pub use watch::Watch;

/// Set by whoever serves a demo company on this computer.
const DEMO: &str = "LEADLINE_DEMO";

/// One computer's copies. Clones share it.
#[derive(Clone)]
pub struct Station(Arc<Inner>);

struct Inner {
    root: PathBuf,
    env: Env,
    homes: Homes,
    /// Copies that are open sync by themselves.
    is_lasting: bool,
    /// Held by what opens, closes or changes a copy: one at a time. Answers don't wait for it.
    turn: Mutex<()>,
    state: Mutex<State>,
    listener: Mutex<Option<Listener>>,
    has_tray: AtomicBool,
    quit: Mutex<Option<Quit>>,
    zoom: Mutex<Option<Zoom>>,
}

type Quit = Arc<dyn Fn() + Send + Sync>;
type Zoom = Arc<dyn Fn(u32) + Send + Sync>;

#[derive(Default)]
struct State {
    /// The folders were looked at.
    is_read: bool,
    profiles: Vec<Found>,
    chosen: Option<String>,
    open: Option<Open>,
    /// A sign-in that the server took and the copy here did not.
    pending: Option<Pending>,
    /// The copy that the open one was begun beside.
    left: Option<PathBuf>,
    /// Copies that were found to be damaged while they were open.
    damaged: HashSet<String>,
    settings: Settings,
    /// What waits to be opened.
    link: Option<Link>,
    /// A locked copy that still rings.
    sleeper: Option<Sleeper>,
}

/// The open copy.
#[derive(Clone)]
struct Open {
    id: String,
    desk: Arc<Desk>,
    idle: Arc<Mutex<Idle>>,
    /// What was missed was told since it opened.
    greeted: Arc<AtomicBool>,
}

impl Station {
    /// The station of a folder, `<data dir>`; looks at nothing yet.
    #[must_use]
    pub fn at(root: impl Into<PathBuf>, env: Env, homes: Homes) -> Self {
        Self::new(root.into(), env, homes, true)
    }

    /// The same for a process that lives for one command: nothing runs in the background.
    #[must_use]
    pub fn for_commands(root: impl Into<PathBuf>, env: Env, homes: Homes) -> Self {
        Self::new(root.into(), env, homes, false)
    }

    fn new(root: PathBuf, env: Env, homes: Homes, is_lasting: bool) -> Self {
        let state = Mutex::new(State { settings: Settings::read(&root), ..State::default() });
        Self(Arc::new(Inner {
            root,
            env,
            homes,
            is_lasting,
            turn: Mutex::default(),
            state,
            listener: Mutex::default(),
            has_tray: AtomicBool::default(),
            quit: Mutex::default(),
            zoom: Mutex::default(),
        }))
    }

    /// Tells `listener` of every change of whatever copy is open, from now on.
    pub fn listen(&self, listener: Listener) {
        if let Some(open) = self.open() {
            open.desk.listen(listener.clone());
        }
        *lock(&self.0.listener) = Some(listener);
    }

    /// Answers a request by its name: the whole contract with the UI.
    ///
    /// # Errors
    /// A problem in words for the person; `Locked` or `NotSignedIn` for what needs an open copy.
    pub fn answer(&self, name: &str, payload: Value) -> Result<Value, Problem> {
        self.ready();
        match name {
            SessionGet::NAME => json(self.view()),
            SessionSignIn::NAME => json(self.sign_in(read(payload)?)),
            SessionRedeem::NAME => json(self.redeem(read(payload)?)),
            InvitationRead::NAME => json(self.read_invitation(&read(payload)?)),
            SessionUnlock::NAME => json(self.unlock(&read::<SessionUnlock>(payload)?.password)),
            SessionRepair::NAME => json(self.repair(&read::<SessionRepair>(payload)?.password)),
            SessionBeginNew::NAME => json(self.begin_new(read(payload)?)),
            SessionLock::NAME => json(self.lock()),
            ProfileChoose::NAME => json(self.choose(read::<ProfileChoose>(payload)?.id)),
            SessionSignOut::NAME => json(self.sign_out()),
            SignOutEverywhere::NAME => json(self.sign_out_everywhere().map(|_| Done {})),
            AppQuit::NAME => {
                self.quit();
                json(Ok(Done {}))
            }
            CallDial::NAME => {
                let ask: CallDial = read(payload.clone())?;
                self.heard(name, &payload);
                json(self.dial(&ask))
            }
            DiallingSet::NAME => json(self.set_dialling(read::<DiallingSet>(payload)?.dialling)),
            DocumentSave::NAME => {
                self.heard(name, &payload);
                json(self.save_document(&read(payload)?))
            }
            LinkTake::NAME => json(Ok(self.take_link())),
            PreferenceSet::NAME => self.set_preference(payload),
            PasswordChange::NAME => self.change_password(payload),
            // Also for who has no copy yet: an invited person thinks of one.
            PasswordStrength::NAME if self.open().is_none() => json(Ok(strength_of(&read::<PasswordStrength>(payload)?.password, &[]))),
            _ => self.ask_desk(name, payload),
        }
    }

    /// Who is signed in, or what stands before that.
    ///
    /// # Errors
    /// `Disk`.
    pub fn view(&self) -> Result<SessionView, Problem> {
        self.ready();
        let open = self.open();
        // Outside the station's own lock: it may read the disk.
        let view = match &open {
            Some(open) => match open.desk.ask(SessionGet {}) {
                Ok(view) => view,
                Err(problem) if problem.code == ProblemCode::Locked => SessionView::default(),
                Err(problem) => return Err(problem),
            },
            None => SessionView::default(),
        };
        Ok(self.with_surroundings(view))
    }

    /// What an invitation says; nothing is sent.
    ///
    /// # Errors
    /// `Refused` for what is none.
    pub fn read_invitation(&self, ask: &InvitationRead) -> Result<Invitation, Problem> {
        invitation::read(&ask.text)
    }

    /// Closes the open copy; drafts and everything unsent stay in it.
    ///
    /// # Errors
    /// `Disk`.
    pub fn lock(&self) -> Result<SessionView, Problem> {
        let _turn = lock(&self.0.turn);
        self.close();
        self.view()
    }

    /// Closes the open copy and chooses another.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn choose(&self, id: Option<String>) -> Result<SessionView, Problem> {
        let _turn = lock(&self.0.turn);
        self.ready();
        if id.is_some() && self.found(id.as_deref()).is_none() {
            return Err(Problem::new(ProblemCode::NotFound, "This copy is not on this computer any more."));
        }
        self.close();
        {
            let mut state = lock(&self.0.state);
            state.pending = None;
            state.chosen = id;
        }
        self.tell_session();
        self.view()
    }

    /// Wraps the open copy's key anew, after the server took a new password.
    ///
    /// # Errors
    /// `Locked`, `Disk`.
    pub fn rewrap(&self, new: &str) -> Result<(), Problem> {
        let _turn = lock(&self.0.turn);
        let open = self.opened()?;
        let found = self.found(Some(&open.id)).ok_or(ClientError::Locked)?;
        let in_file = match &found.kept {
            Kept::Wrapped { in_file, .. } => *in_file,
            // A plain key in a file becomes a wrapped one where new ones go.
            _ => self.0.homes.for_writing(true)?,
        };
        let facts = found.facts().cloned().unwrap_or_default();
        let wrapped = Wrapped::new(&open.desk.engine().store().key()?, new, facts, &self.0.env)?;
        Ok(self.with_found(&open.id, |found, homes| found.keep(homes, wrapped, in_file))?)
    }

    /// The open copy's desk.
    #[must_use]
    pub fn desk(&self) -> Option<Arc<Desk>> {
        self.open().map(|open| open.desk)
    }

    /// Somebody is here, and asks for this.
    fn heard(&self, name: &str, payload: &Value) {
        if let Some(open) = self.open() {
            lock(&open.idle).heard(name, payload, self.0.env.now_ms());
        }
    }

    fn change_password(&self, payload: Value) -> Result<Value, Problem> {
        let ask: PasswordChange = read(payload.clone())?;
        let answer = self.ask_desk(PasswordChange::NAME, payload)?;
        self.rewrap(&ask.new)?;
        Ok(answer)
    }

    fn ask_desk(&self, name: &str, payload: Value) -> Result<Value, Problem> {
        let open = self.opened()?;
        self.heard(name, &payload);
        open.desk.answer(name, payload).inspect_err(|problem| self.note_damage(&open.id, problem))
    }

    /// The theme is this computer's, too: the sign-in form has it before anybody is signed in.
    fn set_preference(&self, payload: Value) -> Result<Value, Problem> {
        let ask: PreferenceSet = read(payload.clone())?;
        if ask.key == ZOOM {
            return json(self.set_zoom(&ask.value));
        }
        if ask.key == CLOSE_TO_TRAY {
            self.opened()?;
            lock(&self.0.state).settings.change(&self.0.root, |settings| settings.close_to_tray = ask.value != "off");
            return json(Ok(Done {}));
        }
        let is_theme = ask.key == THEME && is_theme(&ask.value);
        if is_theme {
            lock(&self.0.state).settings.change(&self.0.root, |settings| settings.theme = ask.value);
        }
        if is_theme && self.open().is_none() { json(Ok(Done {})) } else { self.ask_desk(PreferenceSet::NAME, payload) }
    }

    /// Looks at the folders, once; opens what an older version left unlocked.
    fn ready(&self) {
        if lock(&self.0.state).is_read {
            return;
        }
        let found = profiles::find(&self.0.root, &self.0.homes, &self.0.env);
        let mut state = lock(&self.0.state);
        if std::mem::replace(&mut state.is_read, true) {
            return;
        }
        let current = found.iter().find(|profile| profile.is_current()).or(found.first());
        state.chosen = current.map(|profile| profile.id.clone());
        state.profiles = found;
        drop(state);
        self.destroy_what_is_due();
    }

    fn open(&self) -> Option<Open> {
        lock(&self.0.state).open.clone()
    }

    /// # Errors
    /// `Locked` while a copy is chosen, else `NotSignedIn`.
    fn opened(&self) -> Result<Open, Problem> {
        let state = lock(&self.0.state);
        match (&state.open, &state.chosen) {
            (Some(open), _) => Ok(open.clone()),
            (None, Some(_)) => Err(ClientError::Locked.into()),
            (None, None) => Err(ClientError::NotSignedIn.into()),
        }
    }

    fn found(&self, id: Option<&str>) -> Option<Found> {
        let id = id?;
        lock(&self.0.state).profiles.iter().find(|profile| profile.id == id).cloned()
    }

    /// Works on one profile's record; the state is not held meanwhile, for a keychain takes its time.
    fn with_found<T>(&self, id: &str, f: impl FnOnce(&mut Found, &Homes) -> Result<T, ClientError>) -> Result<T, ClientError> {
        let mut found = self.found(Some(id)).ok_or(ClientError::NotFound)?;
        let result = f(&mut found, &self.0.homes);
        if let Some(kept) = lock(&self.0.state).profiles.iter_mut().find(|profile| profile.id == id) {
            *kept = found;
        }
        result
    }

    /// What can't be noted is only shown wrong until the next sign-in.
    fn note(&self, id: &str, change: impl FnOnce(&mut crate::vault::Facts)) {
        if let Err(e) = self.with_found(id, |found, homes| found.note(homes, change)) {
            tracing::warn!("the record of the key was not brought up to date: {e}");
        }
    }

    /// Makes `desk` the open one.
    fn install(&self, id: &str, desk: Desk) {
        let desk = Arc::new(desk);
        self.wake_up(id, &desk);
        self.hear_of_the_end(id, desk.engine());
        if let Err(e) = desk.engine().note_clock() {
            tracing::warn!("the clock was not noted: {e}");
        }
        if let Some(listener) = lock(&self.0.listener).clone() {
            desk.listen(listener);
        }
        // Work goes on without sync: whoever is signed in just sees that nothing is sent.
        if self.0.is_lasting
            && let Err(e) = desk.start_sync()
        {
            tracing::error!("sync can't be started: {e}");
        }
        let idle = Arc::new(Mutex::new(Idle::since(self.0.env.now_ms())));
        let clock = desk.engine().env().now_ms();
        self.note(id, |facts| facts.last_used = facts.last_used.max(clock));
        let mut state = lock(&self.0.state);
        state.pending = None;
        state.chosen = Some(id.to_owned());
        state.open = Some(Open { id: id.to_owned(), desk, idle, greeted: Arc::default() });
        drop(state);
        self.note_lease(id);
        self.tell_session();
    }

    /// Closes the open copy, if any.
    fn close(&self) {
        let open = {
            let mut state = lock(&self.0.state);
            state.left = None;
            state.open.take()
        };
        let Some(open) = open else { return };
        self.fall_asleep(&open);
        let engine = open.desk.engine();
        if let Err(e) = engine.note_clock() {
            tracing::warn!("the clock was not noted: {e}");
        }
        if let Some(problem) = engine.sync_status().problem {
            self.note_damage(&open.id, &problem.into());
        }
        self.note_lease_of(&open.id, engine);
        open.desk.close();
        self.tell_session();
    }

    fn tell_session(&self) {
        self.tell(Change { session: true, sync: true, ..Change::default() });
    }

    fn tell(&self, change: Change) {
        if let Some(listener) = lock(&self.0.listener).clone() {
            listener(change);
        }
    }

    /// Gate, profiles and what the form shows, around what an open copy says.
    fn with_surroundings(&self, mut view: SessionView) -> SessionView {
        let now = self.0.env.now_ms();
        (view.closes_to_tray, view.zoom) = (self.closes_to_tray(), self.zoom());
        let state = lock(&self.0.state);
        view.dialling = state.settings.dialling.clone();
        let chosen = state.chosen.as_ref().and_then(|id| state.profiles.iter().find(|profile| profile.id == *id));
        if view.version.is_empty() {
            let facts = chosen.and_then(Found::facts);
            view.version = VERSION.to_owned();
            let pending = chosen.and_then(|profile| state.pending.as_ref().and_then(|pending| pending.gate(profile)));
            view.gate = pending.unwrap_or_else(|| chosen.map_or(Gate::SignIn, |profile| profile.gate(now)));
            view.server =
                facts.map(|facts| facts.server.clone()).filter(|s| !s.is_empty()).unwrap_or_else(|| state.settings.server.clone());
            view.email = facts.and_then(|facts| facts.email.clone()).unwrap_or_default();
            view.theme = state.settings.theme.clone();
            view.demo = std::env::var(DEMO).ok().and_then(|words| demo_account(&words));
        }
        view.recover = match &view.gate {
            Gate::Open => state.left.as_deref().map(recovery),
            Gate::Wiped | Gate::CutOff { .. } => chosen.filter(|profile| profile.is_sealed()).map(|profile| recovery(&profile.dir)),
            Gate::SignIn | Gate::Locked | Gate::LeaseEnded | Gate::OldCopy { .. } => None,
        };
        if view.theme.is_empty() {
            view.theme = THEME_DEFAULT.to_owned();
        }
        let zone = TimeZone::system();
        let today = Today::new(&zone, now);
        let shown = |profile: &&Found| profile.is_current() || state.chosen.as_ref() == Some(&profile.id) || profile.facts().is_some();
        view.profiles = state.profiles.iter().filter(shown).map(|profile| card(profile, state.chosen.as_deref(), &today)).collect();
        view.key_home = chosen.map_or_else(|| self.0.homes.kind(), |profile| profile.key_home(&self.0.homes));
        view
    }
}

fn card(profile: &Found, chosen: Option<&str>, today: &Today<'_>) -> ProfileCard {
    let last_used = profile.last_used();
    ProfileCard {
        id: profile.id.clone(),
        label: profile.label(),
        last_used: (last_used > 0).then(|| today.when(last_used)),
        chosen: chosen == Some(profile.id.as_str()),
        is_older: profile.facts().is_some_and(|facts| facts.superseded),
    }
}

/// `SERVER EMAIL PASSWORD`
fn demo_account(words: &str) -> Option<DemoAccount> {
    let mut words = words.split_whitespace().map(str::to_owned);
    Some(DemoAccount { server: words.next()?, email: words.next()?, password: words.next()? })
}

/// What the one who runs the server types to get back what a copy had not sent.
fn recovery(copy: &Path) -> String {
    format!("leadline-server recover {}", copy.display())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read<T: DeserializeOwned>(payload: Value) -> Result<T, Problem> {
    // A request without fields may come as `null`.
    let payload = if payload.is_null() { Value::Object(serde_json::Map::new()) } else { payload };
    serde_json::from_value(payload).map_err(|e| Problem::new(ProblemCode::Internal, format!("This request is malformed: {e}.")))
}

fn json<T: Serialize>(answer: Result<T, Problem>) -> Result<Value, Problem> {
    serde_json::to_value(answer?).map_err(|e| Problem::new(ProblemCode::Internal, format!("The answer can't be written: {e}.")))
}

impl std::fmt::Debug for Station {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Station({})", self.0.root.display())
    }
}
