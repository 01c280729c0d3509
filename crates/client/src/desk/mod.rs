//! The desk: one profile as the desktop and the CLI see it. Answers every request of `bridge` from
//! local data and starts the sync; holds no rule and no SQL of its own.

pub(crate) mod account;
mod admin;
mod assignment;
mod attendance;
mod attention;
mod bulk;
mod bulk_assign;
mod csv;
mod dashboard;
mod due;
mod edits;
mod facets;
mod find;
mod hand_over;
mod index;
mod list;
mod notices;
mod pay_day;
mod payers;
mod payment;
mod phrase;
mod presence;
mod printed;
mod queue;
mod record;
pub(crate) mod remind;
mod report;
mod search;
pub(crate) mod session;
mod support;
mod sync_panel;
mod timeline;
pub(crate) mod when;
mod words;

pub use support::{DocumentFacts, Support};

use crate::background;
use crate::engine::{Engine, Listener};
use crate::error::ClientError;
use crate::live::LiveLoop;
use crate::presence::Presence;
use crate::profile::Profile;
use crate::sync_loop::SyncLoop;
use crate::vault::Key;
use bridge::account::{
    AccountGet, AccountName, PasswordChange, PasswordStrength, SessionEnd, SignOutEverywhere, TotpBegin, TotpConfirm, TotpEnd,
};
use bridge::admin::{
    AuditGet, DeviceList, DeviceRevoke, DeviceWipe, PeopleList, PersonChange, PersonCode, PersonInvite, QuarantineDrop, QuarantineList,
    QuarantineRelease, TeamCreate, TeamRename,
};
use bridge::assignment::{AssignmentDistribute, AssignmentDryRun, AssignmentGet, AssignmentSet, AssignmentSwitch};
use bridge::attendance::{AttendanceGet, AttendanceRead, AttendanceTake, FloorGet, LogCsv, LogGet};
use bridge::attention::{AttentionDiscard, AttentionList, AttentionRestore, AttentionRetry, AttentionSend};
use bridge::bulk::{LeadBulk, LeadBulkCan, LeadBulkGiveBack, LeadBulkOwners, LeadBulkUndo, LeadCsv, LeadIds, LeadStill};
use bridge::dashboard::DashboardGet;
use bridge::follow_up::FollowUpList;
use bridge::lead::{
    CallLog, CommentAdd, FollowUpCancel, FollowUpComplete, FollowUpMove, FollowUpSchedule, LeadAssign, LeadAssignCancel, LeadChangeStatus,
    LeadCountsGet, LeadCreate, LeadDelete, LeadDeletedList, LeadFacetsGet, LeadGet, LeadList, LeadMentionable, LeadOpen, LeadOwners,
    LeadPick, LeadRestore, LeadSetCustom, LeadSetField, LeadSetInterest, LeadTimeline, LeadUndo, NoteAdd, NoteEdit, PhoneCheck,
    ProposalDrop, ProposalTake, TagAdd, TagRemove, WhenRead,
};
use bridge::notice::{NoticeList, NoticeReadAll, NoticeSet};
use bridge::payment::{
    DiscountAdd, LedgerGet, PackageSet, PaymentAdd, PaymentList, PaymentRecords, PaymentRefund, PaymentReverse, PlanSet, PromiseAdd,
    ReceiptPdf, StatementPdf,
};
use bridge::presence::{LeadViewing, PresenceGet};
use bridge::queue::{CallDispose, QueueGet};
use bridge::report::{ReportLeadRows, ReportLeads};
use bridge::session::{DraftGet, DraftSet, PreferenceSet, SessionGet, SessionSignIn, SessionSignOut};
use bridge::sync::{SyncGet, SyncNow};
use bridge::{Change, Problem, ProblemCode, Request};
use domain::Env;
use index::LeadIndex;
use rusqlite::Connection;
use serde_json::Value;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use words::Reader;

/// One profile, open, with everything that answers its screens.
pub struct Desk {
    /// Ends before the engine does.
    running: Mutex<Option<Running>>,
    engine: Arc<Engine>,
    known: Arc<Known>,
    presence: Arc<Presence>,
    read_only: bool,
}

/// The background threads of a session.
struct Running {
    _live: LiveLoop,
    sync: SyncLoop,
}

/// What answers share until a commit says that it changed.
#[derive(Default)]
struct Known {
    index: LeadIndex,
    reader: Mutex<Option<Arc<Reader>>>,
    listener: Mutex<Option<Listener>>,
    /// The index is being read in the background.
    warming: AtomicBool,
}

impl Desk {
    /// Opens a profile for writing.
    ///
    /// # Errors
    /// `ProfileHeld` naming the process, `NewerProfile`, `Damaged`, `Disk`.
    pub fn open(profile: &Profile, key: &Key, env: Env) -> Result<Self, ClientError> {
        Ok(Self::on(Engine::open(profile, key, env)?, false))
    }

    /// Opens a profile for reading, also beside a process that writes.
    ///
    /// # Errors
    /// `NotSignedIn` when there is nothing yet, and as [`Desk::open`].
    pub fn open_read_only(profile: &Profile, key: &Key, env: Env) -> Result<Self, ClientError> {
        Ok(Self::on(Engine::open_read_only(profile, key, env)?, true))
    }

    fn on(engine: Engine, read_only: bool) -> Self {
        let known = Arc::new(Known::default());
        engine.listen({
            let known = known.clone();
            Arc::new(move |change| known.changed(change))
        });
        Self { running: Mutex::default(), engine: Arc::new(engine), known, presence: Arc::default(), read_only }
    }

    /// Tells `listener` of every change from now on: a window is open, so what it will ask for is
    /// made ready in the background.
    pub fn listen(&self, listener: Listener) {
        *lock(&self.known.listener) = Some(listener);
        self.warm();
    }

    /// Answers a request by its name: the whole contract with the UI.
    ///
    /// # Errors
    /// A problem in words for the person; also for an unknown name or a malformed payload.
    pub fn answer(&self, name: &str, payload: Value) -> Result<Value, Problem> {
        dispatch(self, name, payload)
    }

    /// Answers a request.
    ///
    /// # Errors
    /// A problem in words for the person.
    pub fn ask<R: Answered>(&self, request: R) -> Result<R::Response, Problem> {
        request.answer(self)
    }

    /// The engine below, for what has no screen.
    #[must_use]
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    fn read<T>(&self, f: impl FnOnce(&Connection) -> Result<T, ClientError>) -> Result<T, ClientError> {
        self.engine.store().read(f)
    }

    /// The person who reads.
    ///
    /// # Errors
    /// `NotSignedIn`, also after signing out: then nothing is shown, and everything is kept.
    fn reader(&self, c: &Connection) -> Result<Arc<Reader>, ClientError> {
        // Another process writes this profile, and says nothing here.
        if self.read_only {
            return session::check_not_signed_out(c).and_then(|()| Reader::load(c)).map(Arc::new);
        }
        let mut reader = lock(&self.known.reader);
        if let Some(reader) = &*reader {
            return Ok(reader.clone());
        }
        session::check_not_signed_out(c)?;
        Ok(reader.insert(Arc::new(Reader::load(c)?)).clone())
    }

    /// Reads the index of leads in the background; at most once at a time.
    fn warm(&self) {
        if self.read_only || self.known.warming.swap(true, Ordering::AcqRel) {
            return;
        }
        let (engine, known) = (self.engine.clone(), self.known.clone());
        let warming = background::spawn("warm", move || {
            // The numbering plans take 0.1 s to unpack: not while someone types a number.
            let _ = domain::phone::parse("0", "IN");
            if let Err(e) = engine.store().read(|c| known.index.ask(c, |_| ())) {
                tracing::warn!("the list's index could not be read: {e}");
            }
            known.warming.store(false, Ordering::Release);
        });
        if warming.is_err() {
            self.known.warming.store(false, Ordering::Release);
        }
    }
}

impl Known {
    fn changed(&self, change: Change) {
        self.index.note(&change);
        if change.session || change.attention || change.many_leads || change.directory {
            *lock(&self.reader) = None;
        }
        let listener = lock(&self.listener).clone();
        if let Some(listener) = listener {
            listener(change);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A request that the desk answers.
pub trait Answered: Request {
    /// # Errors
    /// A problem in words for the person.
    fn answer(self, desk: &Desk) -> Result<Self::Response, Problem>;
}

/// Declares once which function answers which request.
macro_rules! answers {
    ($($request:ident by $handler:path;)*) => {
        $(impl Answered for $request {
            fn answer(self, desk: &Desk) -> Result<Self::Response, Problem> {
                $handler(desk, self)
            }
        })*

        fn dispatch(desk: &Desk, name: &str, payload: Value) -> Result<Value, Problem> {
            match name {
                $(<$request as Request>::NAME => answer_json::<$request>(desk, payload),)*
                _ => {
                    let name: String = name.chars().take(64).collect();
                    Err(Problem::new(ProblemCode::NotFound, format!("Nothing answers “{name}”. The window and its client differ in version.")))
                }
            }
        }
    };
}

answers! {
    DashboardGet by dashboard::get;
    AttendanceGet by attendance::mine;
    AttendanceTake by attendance::take;
    AttendanceRead by attendance::read;
    FloorGet by attendance::floor;
    LogGet by attendance::log;
    LogCsv by attendance::copy;
    NoticeList by notices::page;
    NoticeSet by notices::mark;
    NoticeReadAll by notices::read_all;
    SessionGet by session::get;
    SessionSignIn by session::sign_in;
    SessionSignOut by session::sign_out;
    PreferenceSet by session::set_preference;
    DraftSet by session::set_draft;
    DraftGet by session::draft;
    LeadList by list::list;
    LeadCountsGet by list::counts;
    LeadIds by list::ids;
    LeadStill by list::still;
    LeadBulkCan by bulk::can;
    LeadBulk by bulk::carry_out;
    LeadBulkUndo by bulk::take_back;
    LeadBulkOwners by bulk_assign::owners;
    LeadBulkGiveBack by bulk_assign::give_back;
    LeadCsv by csv::copy;
    LeadFacetsGet by list::facets;
    PhoneCheck by find::phone_check;
    LeadGet by record::get;
    LeadOpen by record::open;
    LeadTimeline by timeline::get;
    LeadCreate by edits::create;
    LeadSetField by edits::set_field;
    LeadPick by edits::pick;
    LeadChangeStatus by edits::change_status;
    LeadSetInterest by edits::set_interest;
    LeadSetCustom by edits::set_custom;
    LeadMentionable by edits::mentionable;
    CommentAdd by edits::comment;
    LeadUndo by edits::undo;
    WhenRead by phrase::hint;
    FollowUpList by due::page;
    FollowUpSchedule by edits::schedule_follow_up;
    FollowUpMove by edits::move_follow_up;
    FollowUpComplete by edits::complete_follow_up;
    FollowUpCancel by edits::cancel_follow_up;
    NoteAdd by edits::add_note;
    NoteEdit by edits::edit_note;
    TagAdd by edits::add_tag;
    TagRemove by edits::remove_tag;
    CallLog by edits::log_call;
    LedgerGet by payment::get;
    PaymentAdd by payment::add;
    PaymentReverse by payment::reverse;
    PaymentRefund by payment::refund;
    DiscountAdd by payment::discount;
    PackageSet by payment::package;
    PlanSet by payment::plan;
    PromiseAdd by payment::promise;
    ReceiptPdf by printed::receipt;
    StatementPdf by printed::statement;
    PaymentList by payers::list;
    PaymentRecords by payers::records;
    PresenceGet by presence::get;
    LeadViewing by presence::viewing;
    QueueGet by queue::get;
    CallDispose by queue::dispose;
    LeadDelete by hand_over::delete;
    LeadRestore by hand_over::restore;
    LeadDeletedList by hand_over::deleted;
    LeadOwners by hand_over::owners;
    LeadAssign by hand_over::assign;
    LeadAssignCancel by hand_over::cancel_assign;
    ProposalTake by hand_over::take;
    ProposalDrop by hand_over::drop;
    PeopleList by admin::people;
    PersonInvite by admin::invite;
    PersonChange by admin::change_person;
    PersonCode by admin::person_code;
    TeamCreate by admin::create_team;
    TeamRename by admin::rename_team;
    DeviceList by admin::devices;
    DeviceRevoke by admin::revoke_device;
    DeviceWipe by admin::wipe_device;
    QuarantineList by admin::quarantine;
    QuarantineRelease by admin::release;
    QuarantineDrop by admin::drop_quarantined;
    AuditGet by admin::audit;
    ReportLeads by report::leads;
    ReportLeadRows by report::rows;
    AssignmentGet by assignment::get;
    AssignmentSet by assignment::set;
    AssignmentSwitch by assignment::switch;
    AssignmentDryRun by assignment::dry_run;
    AssignmentDistribute by assignment::distribute;
    AccountGet by account::get;
    AccountName by account::set_name;
    PasswordStrength by account::strength;
    PasswordChange by account::change_password;
    TotpBegin by account::begin_totp;
    TotpConfirm by account::confirm_totp;
    TotpEnd by account::end_totp;
    SessionEnd by account::end_session;
    SignOutEverywhere by account::sign_out_everywhere;
    AttentionList by attention::list;
    AttentionRetry by attention::retry;
    AttentionSend by attention::send;
    AttentionDiscard by attention::discard;
    AttentionRestore by attention::restore;
    SyncGet by sync_panel::get;
    SyncNow by sync_panel::now;
}

fn answer_json<R: Answered>(desk: &Desk, payload: Value) -> Result<Value, Problem> {
    let unfit = |e: serde_json::Error| Problem::new(ProblemCode::Internal, format!("The request “{}” is malformed: {e}.", R::NAME));
    // A request without fields may come as `null`.
    let payload = if payload.is_null() { Value::Object(serde_json::Map::new()) } else { payload };
    let request: R = serde_json::from_value(payload).map_err(unfit)?;
    serde_json::to_value(request.answer(desk)?).map_err(unfit)
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Desk({:?})", self.engine)
    }
}
