//! The road between a device and the server: straight into the server's core, with everything that a
//! network does to it. What happens on it is decided by the seed of the step.

use super::chance;
use super::tally::{Happening, Oracle, Tally};
use client::{Transport, TransportError};
use domain::attendance::{AttendanceLine, Step};
use domain::{DeviceId, DocId, LeadId, RefusalCode, UserId};
use protocol::admin::{AttendanceStep, QuarantineAnswer, QuarantineUpload, SetOwner};
use protocol::auth::{Refresh, Secret, Session};
use protocol::pull::{Entry, PullBatch, Snapshot};
use protocol::push::{Outcome, PushRequest, PushResponse};
use protocol::rows::OwnerRow;
use protocol::{frame, rows};
use rand::Rng;
use rand::rngs::SmallRng;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use sync_server::{Core, Error, SignedIn};

/// Pushes that are late at the same time at most.
const LATE_MAX: usize = 8;

/// Where the server stands, or stood.
#[derive(Default)]
pub struct Place(RwLock<Option<Arc<Core>>>);

impl Place {
    pub fn put(&self, core: Option<Arc<Core>>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = core;
    }

    /// # Panics
    /// While no server runs: the simulator never asks then.
    #[must_use]
    pub fn core(&self) -> Arc<Core> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone().expect("a server runs")
    }
}

/// A device dies here: what unwinds is no panic of the product's.
pub struct Died;

/// Something that happens while a round runs.
pub type Meanwhile = Box<dyn FnOnce() + Send>;

/// What a device keeps to prove who it is.
struct Tokens {
    access: Secret,
    refresh: Secret,
    /// Of a refresh whose answer did not come.
    nonce: Option<Secret>,
}

/// What is wrong with a road at the moment.
#[derive(Default)]
pub struct Faults {
    /// Dice are rolled.
    pub unreliable: AtomicBool,
    pub cut: AtomicBool,
    /// It sends and never pulls: its cursor stands still.
    pub frozen: AtomicBool,
    /// The app speaks an older protocol.
    pub outdated: AtomicBool,
    /// The server projects rows in another version than this app.
    pub reprojects: AtomicBool,
}

impl Faults {
    pub fn heal(&self) {
        [&self.unreliable, &self.cut, &self.frozen, &self.outdated].iter().for_each(|fault| fault.store(false, Ordering::Relaxed));
    }
}

/// One device's road.
pub struct Road {
    pub user: UserId,
    pub device: DeviceId,
    pub faults: Faults,
    server: Arc<Place>,
    tally: Arc<Tally>,
    dice: Mutex<SmallRng>,
    tokens: Mutex<Option<Tokens>>,
    late: Mutex<Vec<PushRequest>>,
    /// Requests until the device dies.
    lives_for: Mutex<Option<u32>>,
    meanwhile: Mutex<Option<Meanwhile>>,
}

impl Road {
    #[must_use]
    pub fn new(user: UserId, device: DeviceId, server: Arc<Place>, tally: Arc<Tally>) -> Self {
        Self {
            user,
            device,
            faults: Faults::default(),
            server,
            tally,
            dice: Mutex::new(chance::of(0, 0)),
            tokens: Mutex::default(),
            late: Mutex::default(),
            lives_for: Mutex::default(),
            meanwhile: Mutex::default(),
        }
    }

    /// From here on the dice fall as this seed says.
    pub fn reseed(&self, dice: SmallRng) {
        *lock(&self.dice) = dice;
    }

    /// The device dies at the n-th request from now.
    pub fn dies_after(&self, requests: Option<u32>) {
        *lock(&self.lives_for) = requests;
    }

    /// Happens once, at the next answer.
    pub fn meanwhile(&self, happens: Meanwhile) {
        *lock(&self.meanwhile) = Some(happens);
    }

    pub fn forget_meanwhile(&self) {
        *lock(&self.meanwhile) = None;
    }

    /// Keeps the tokens of a sign-in.
    pub fn keep(&self, session: &Session) {
        *lock(&self.tokens) = Some(Tokens { access: session.access.clone(), refresh: session.refresh.clone(), nonce: None });
    }

    /// Who the server takes this device for.
    ///
    /// # Errors
    /// As the device is told.
    pub fn who(&self) -> Result<(Arc<Core>, SignedIn), TransportError> {
        let core = self.server.core();
        let access = lock(&self.tokens).as_ref().ok_or(TransportError::SignInNeeded)?.access.clone();
        let who = match core.authenticate(&access) {
            Err(Error::TokenExpired) => {
                let access = self.refresh(&core)?;
                core.authenticate(&access)
            }
            who => who,
        };
        let who = who.map_err(|e| self.told(&e))?;
        Ok((core, if self.faults.outdated.load(Ordering::Relaxed) { who.at_older_app() } else { who }))
    }

    fn refresh(&self, core: &Core) -> Result<Secret, TransportError> {
        let mut tokens = lock(&self.tokens);
        let kept = tokens.as_mut().ok_or(TransportError::SignInNeeded)?;
        let nonce = kept.nonce.get_or_insert_with(|| Secret(format!("{:032x}", lock(&self.dice).random::<u128>()))).clone();
        let session = core.refresh(&Refresh { refresh: kept.refresh.clone(), nonce }).map_err(|e| self.told(&e))?;
        if self.roll(0.1) {
            self.tally.saw(Happening::LostAnswer);
            return Err(broken());
        }
        *kept = Tokens { access: session.access.clone(), refresh: session.refresh, nonce: None };
        Ok(session.access)
    }

    /// The answer to a request that failed; the server itself never does.
    fn told(&self, error: &Error) -> TransportError {
        if let Error::Store(_) | Error::CantStore | Error::Panicked(_) = error {
            self.tally.find(Oracle::Crash, format!("the server fails: {error}"));
        }
        in_words(error)
    }

    fn roll(&self, chance: f64) -> bool {
        self.faults.unreliable.load(Ordering::Relaxed) && lock(&self.dice).random_bool(chance)
    }

    /// A request sets out; whether it arrives.
    fn sets_out(&self) -> Result<(), TransportError> {
        let dies = match &mut *lock(&self.lives_for) {
            Some(0) => true,
            Some(left) => {
                *left -= 1;
                false
            }
            None => false,
        };
        if dies {
            // Past the panic hook: nobody is to hear of it.
            std::panic::resume_unwind(Box::new(Died));
        }
        if self.faults.cut.load(Ordering::Relaxed) {
            return Err(broken());
        }
        if self.roll(0.1) {
            self.tally.saw(Happening::Dropped);
            return Err(broken());
        }
        Ok(())
    }

    /// What was to happen while the round runs.
    fn happen(&self) {
        let happens = lock(&self.meanwhile).take();
        if let Some(happens) = happens {
            happens();
        }
    }

    /// Requests that were given up on arrive now, the newest first.
    pub fn deliver_late(&self) {
        let late = std::mem::take(&mut *lock(&self.late));
        for request in late.into_iter().rev() {
            let Ok((core, who)) = self.who() else { return };
            self.tally.saw(Happening::Late);
            // Nobody waits for the answer any more.
            let _ = core.push(&who, request);
        }
    }

    fn count(&self, answer: &PushResponse) {
        for result in &answer.results {
            if let Outcome::Refused { refusal } = &result.outcome
                && matches!(refusal.code, RefusalCode::MalformedChange | RefusalCode::ForeignActor)
            {
                self.tally.find(Oracle::Crash, format!("the server takes an honest edit for a forged one: {refusal:?}"));
            }
            self.tally.saw(match result.outcome {
                Outcome::Proposed { .. } => Happening::Proposed,
                Outcome::Quarantined { .. } => Happening::Quarantined,
                Outcome::Refused { .. } => Happening::Refused,
                Outcome::Reapplied { .. } => Happening::Remade,
                Outcome::Need { .. } => Happening::Needed,
                Outcome::Applied { .. } | Outcome::RetryLater { .. } => continue,
            });
        }
    }

    /// The batch as bytes on the wire, perhaps not all of them.
    fn over_the_wire(&self, batch: &PullBatch) -> Result<PullBatch, TransportError> {
        let mut bytes = frame::encode(batch);
        if self.roll(0.08) {
            self.tally.saw(Happening::Truncated);
            let length = lock(&self.dice).random_range(0..bytes.len());
            bytes.truncate(length);
        }
        let read = frame::read(&mut bytes.as_slice()).map_err(|e| TransportError::Broken(e.to_string()))?;
        read.map(|batch| self.as_projected(batch)).ok_or_else(broken)
    }

    /// Rows as a server of another projection version makes them: what is not of the document right,
    /// the rest such that nobody may believe it.
    fn as_projected(&self, mut batch: PullBatch) -> PullBatch {
        if self.faults.reprojects.load(Ordering::Relaxed) {
            for entry in &mut batch.entries {
                if let Entry::Snapshot(snapshot) = entry {
                    self.project(snapshot);
                }
            }
        }
        batch
    }

    fn project(&self, snapshot: &mut Snapshot) {
        let is_withheld = snapshot.is_withheld();
        let Some(summary) = snapshot.summary.as_mut().filter(|_| !is_withheld) else { return };
        self.tally.saw(Happening::Projected);
        snapshot.projection = rows::PROJECTION_VERSION + 1;
        summary.name = "of another version".into();
        summary.interest = None;
        summary.next_follow_up_at = None;
    }
}

impl Transport for Road {
    fn push(&self, request: &PushRequest) -> Result<PushResponse, TransportError> {
        self.sets_out()?;
        if self.roll(0.1) {
            let mut late = lock(&self.late);
            if late.len() < LATE_MAX {
                late.push(request.clone());
            }
            return Err(broken());
        }
        let (core, who) = self.who()?;
        let answer = core.push(&who, request.clone()).map_err(|e| self.told(&e))?;
        if self.roll(0.1) {
            self.tally.saw(Happening::Repeated);
            let again = core.push(&who, request.clone()).map_err(|e| self.told(&e))?;
            if answer != again {
                self.tally.find(Oracle::Doubled, format!("a repeated push was answered {again:?} after {answer:?}"));
            }
        }
        self.count(&answer);
        self.happen();
        if self.roll(0.1) {
            self.deliver_late();
        }
        if self.roll(0.15) {
            self.tally.saw(Happening::LostAnswer);
            return Err(broken());
        }
        Ok(answer)
    }

    fn pull(&self, cursor: Option<&str>, take: &mut dyn FnMut(PullBatch) -> ControlFlow<()>) -> Result<(), TransportError> {
        if self.faults.outdated.load(Ordering::Relaxed) {
            return Err(TransportError::UpdateNeeded);
        }
        if self.faults.frozen.load(Ordering::Relaxed) {
            return Err(broken());
        }
        let (mut cursor, mut first) = (cursor.map(str::to_owned), true);
        loop {
            self.sets_out()?;
            let (core, who) = self.who()?;
            let limit = lock(&self.dice).random_range(1..12);
            let asked = if first { core.pull(&who, cursor.as_deref(), limit) } else { core.pull_on(&who, cursor.as_deref(), limit) };
            let batch = self.over_the_wire(&asked.map_err(|e| self.told(&e))?)?;
            first = false;
            cursor = Some(batch.cursor.clone());
            let done = batch.up_to_date;
            if self.roll(0.1) {
                self.tally.saw(Happening::RepeatedBatch);
                if take(batch.clone()).is_break() {
                    return Ok(());
                }
            }
            self.happen();
            if take(batch).is_break() || done {
                return Ok(());
            }
        }
    }

    fn snapshot(&self, doc: DocId) -> Result<Snapshot, TransportError> {
        self.sets_out()?;
        let (core, who) = self.who()?;
        let mut snapshot = core.document(&who, doc).map_err(|e| self.told(&e))?;
        if self.faults.reprojects.load(Ordering::Relaxed) {
            self.project(&mut snapshot);
        }
        Ok(snapshot)
    }

    fn set_owner(&self, lead: LeadId, set: &SetOwner) -> Result<OwnerRow, TransportError> {
        self.sets_out()?;
        let (core, who) = self.who()?;
        let row = core.set_owner(&who, lead, *set).map_err(|e| self.told(&e))?;
        if self.roll(0.15) {
            self.tally.saw(Happening::LostAnswer);
            return Err(broken());
        }
        Ok(row)
    }

    fn attend(&self, step: &Step, asked: &AttendanceStep) -> Result<AttendanceLine, TransportError> {
        self.sets_out()?;
        let (core, who) = self.who()?;
        let line = core.attend(&who, asked, step).map_err(|e| self.told(&e))?;
        if self.roll(0.15) {
            self.tally.saw(Happening::LostAnswer);
            return Err(broken());
        }
        Ok(line)
    }

    fn quarantine(&self, upload: &QuarantineUpload) -> Result<QuarantineAnswer, TransportError> {
        self.sets_out()?;
        let answer = self.server.core().upload_quarantine(upload).map_err(|e| self.told(&e))?;
        self.tally.saw_many(Happening::Quarantined, u64::from(answer.kept));
        if self.roll(0.15) {
            self.tally.saw(Happening::LostAnswer);
            return Err(broken());
        }
        Ok(answer)
    }
}

fn broken() -> TransportError {
    TransportError::Broken("the simulated network".into())
}

/// As `HttpTransport` tells it.
fn in_words(error: &Error) -> TransportError {
    let cut_off = |code: &str| TransportError::CutOff { code: code.into(), text: error.to_string() };
    match error {
        Error::UserDisabled => cut_off("user_disabled"),
        Error::DeviceRevoked => cut_off("device_revoked"),
        Error::NotSignedIn | Error::SessionEnded | Error::SessionRevoked | Error::TokenExpired => TransportError::SignInNeeded,
        Error::NotFound => TransportError::NotFound,
        Error::Store(_) | Error::CantStore | Error::Panicked(_) | Error::Overloaded | Error::ShuttingDown => {
            TransportError::Server(error.to_string())
        }
        other => TransportError::No { code: other.problem().code, text: other.to_string(), field: None },
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
