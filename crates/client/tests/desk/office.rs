//! One computer with a desk, a clock that stands still, and a server that says what the test wants.

use bridge::Problem;
use bridge::lead::{LeadCreate, LeadFilter, LeadForm, LeadGet, LeadList, LeadPage, LeadRow, LeadView};
use client::desk::Desk;
use client::vault::Key;
use client::{Profile, Transport, TransportError, system_env};
use domain::attendance::{AttendanceLine, Step};
use domain::command::NewLead;
use domain::{Clock, Command, CommandId, DocId, DocKind, Env, Envelope, LeadId, LedgerCommand, OrgId, Refusal, Role, TeamId, UserId};
use protocol::admin::{AttendanceStep, QuarantineAnswer, QuarantineUpload, SetOwner};
use protocol::auth::{Me, Secret, Session, SignedLease};
use protocol::pull::{AcceptedChange, ChangeMeta, Entry, Progress, PullBatch, Snapshot};
use protocol::push::{Outcome, PushItem, PushRequest, PushResponse, PushResult};
use protocol::rows::{LeadSummary, OrgRow, OwnerRow, Ownership, PROJECTION_VERSION, Row, UserRow};
use records::Doc;
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use uuid::Uuid;

/// 2026-11-21 14:00 in India, a Saturday.
pub const NOW: i64 = 1_795_249_800_000;
pub const ASHA: UserId = UserId(Uuid::from_u128(1));
pub const RAVI: UserId = UserId(Uuid::from_u128(2));
const ORG: OrgId = OrgId(Uuid::from_u128(3));

pub struct StandingClock(AtomicI64);

impl Clock for StandingClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

pub struct Office {
    pub desk: Desk,
    pub dir: TempDir,
    clock: Arc<StandingClock>,
}

impl Office {
    /// Asha, who sells.
    pub fn new() -> Self {
        Self::of(Role::Salesperson)
    }

    pub fn of(role: Role) -> Self {
        Self::in_team(role, None)
    }

    pub fn in_team(role: Role, team: Option<TeamId>) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(StandingClock(AtomicI64::new(NOW)));
        let desk = Desk::open(&Profile::at(dir.path()).expect("a profile"), &key(), env(&clock)).expect("a desk");
        desk.engine().signed_in("http://127.0.0.1:8440", &session_in(role, team)).expect("signed in");
        Self { desk, dir, clock }
    }

    pub fn profile(&self) -> Profile {
        Profile::at(self.dir.path()).expect("a profile")
    }

    pub fn env(&self) -> Env {
        env(&self.clock)
    }

    /// Minutes pass.
    pub fn wait(&self, minutes: i64) {
        self.clock.0.fetch_add(minutes * 60_000, Ordering::Relaxed);
    }

    pub fn create(&self, name: &str, phone: &str) -> LeadId {
        self.try_create(LeadForm { name: name.into(), phone: phone.into(), ..LeadForm::default() }).expect("a lead")
    }

    pub fn try_create(&self, form: LeadForm) -> Result<LeadId, Problem> {
        self.desk.ask(LeadCreate { form })
    }

    pub fn view(&self, lead: LeadId) -> LeadView {
        self.desk.ask(LeadGet { lead }).expect("a lead")
    }

    pub fn page(&self, filter: &LeadFilter, offset: u32, limit: u32) -> LeadPage {
        self.desk.ask(LeadList { filter: filter.clone(), offset, limit }).expect("a page")
    }

    /// Every row of the list, which comes in pages.
    pub fn everything(&self) -> Vec<LeadRow> {
        let total = self.page(&LeadFilter::default(), 0, 1).total;
        let pages = (0..total).step_by(100).flat_map(|from| self.page(&LeadFilter::default(), from, 100).rows);
        pages.collect()
    }

    /// Names found, as the list shows them.
    pub fn found(&self, search: &str) -> Vec<String> {
        let page = self.page(&LeadFilter { search: search.into(), ..LeadFilter::default() }, 0, 50);
        assert_eq!(page.total as usize, page.rows.len());
        page.rows.into_iter().map(|row| row.name).collect()
    }

    /// One round of sync with a server that answers so.
    pub fn sync(&self, server: &Server) {
        self.desk.engine().sync(server).expect("a round");
    }
}

/// Of every office's database.
pub fn key() -> Key {
    Key::from([7; 32])
}

fn env(clock: &Arc<StandingClock>) -> Env {
    Env { clock: clock.clone(), ..system_env() }
}

pub fn session(role: Role) -> Session {
    session_in(role, None)
}

fn session_in(role: Role, team: Option<TeamId>) -> Session {
    let me = Me { org: ORG, user: ASHA, name: "Asha Menon".into(), email: "asha@example.com".into(), role, team };
    Session {
        access: Secret("secret-access".into()),
        access_for_s: 900,
        refresh: Secret("secret-refresh".into()),
        me,
        server_ms: NOW,
        // A server from before leases.
        lease: SignedLease::default(),
        lease_key: Vec::new(),
        recovery_key: Vec::new(),
        device_secret: Some(Secret("secret-device".into())),
    }
}

type QuarantineTrick = Box<dyn Fn(&QuarantineUpload) -> Option<Result<u32, TransportError>> + Send>;

/// Accepts everything unless told to refuse, and delivers what a test puts in.
#[derive(Default)]
pub struct Server {
    outcomes: Mutex<Vec<Outcome>>,
    /// Set once this person or computer may only upload into quarantine: why, and whether to wipe.
    cut_off: Mutex<Option<(&'static str, bool)>>,
    /// The session is over, and not by a cut-off alone.
    session_over: Mutex<bool>,
    /// What quarantine answers to an upload instead of keeping it.
    quarantine: Mutex<Option<QuarantineTrick>>,
    /// What was uploaded there, part by part.
    pub kept: Mutex<Vec<Vec<PushItem>>>,
    /// Runs at each pull, before anything is sent.
    before_pull: Mutex<Option<Box<dyn Fn() + Send>>>,
    /// Answers to assignments, the last first; what was asked.
    pub owners: Mutex<Vec<Result<OwnerRow, TransportError>>>,
    pub asked: Mutex<Vec<(LeadId, SetOwner)>>,
    /// Steps of attendance it was sent, and answers to them, the last first; without one it takes them.
    pub steps: Mutex<Vec<(Step, Uuid)>>,
    pub step_answers: Mutex<Vec<TransportError>>,
    /// Records that are fetched by themselves; all others are out of sight.
    pub here: Mutex<HashMap<DocId, Snapshot>>,
    /// Commands that were pushed, in order.
    pub pushed: Mutex<Vec<CommandId>>,
    deliver: Mutex<Vec<Vec<Entry>>>,
    documents: Mutex<HashMap<DocId, Doc>>,
    seq: AtomicI64,
}

impl Server {
    /// The next command it is sent.
    pub fn refuse(&self, refusal: Refusal) {
        self.answer(Outcome::Refused { refusal });
    }

    /// Answers the next command so.
    pub fn answer(&self, outcome: Outcome) {
        self.outcomes.lock().expect("one test").push(outcome);
    }

    pub fn cut_off(&self, code: &'static str, wipe: bool) {
        *self.cut_off.lock().expect("one test") = Some((code, wipe));
    }

    pub fn end_session(&self) {
        *self.session_over.lock().expect("one test") = true;
    }

    /// Answers uploads into quarantine so, where the trick says anything.
    pub fn trick_quarantine(&self, trick: impl Fn(&QuarantineUpload) -> Option<Result<u32, TransportError>> + Send + 'static) {
        *self.quarantine.lock().expect("one test") = Some(Box::new(trick));
    }

    fn check_not_cut_off(&self) -> Result<(), TransportError> {
        if *self.session_over.lock().expect("one test") {
            return Err(TransportError::SignInNeeded);
        }
        match *self.cut_off.lock().expect("one test") {
            Some((code, _)) => Err(TransportError::CutOff { code: code.into(), text: "You were cut off.".into() }),
            None => Ok(()),
        }
    }

    pub fn before_pull(&self, run: impl Fn() + Send + 'static) {
        *self.before_pull.lock().expect("one test") = Some(Box::new(run));
    }

    /// Batches that nobody took yet.
    pub fn undelivered(&self) -> usize {
        self.deliver.lock().expect("one test").len()
    }

    pub fn forget_undelivered(&self) {
        self.deliver.lock().expect("one test").clear();
    }

    pub fn deliver(&self, entries: Vec<Entry>) {
        self.deliver.lock().expect("one test").push(entries);
    }

    /// The directory and the organisation.
    pub fn deliver_directory(&self) {
        let org = OrgRow {
            id: ORG,
            name: "Nakshatra Academy".into(),
            zone: "Asia/Kolkata".into(),
            country: "IN".into(),
            phone_prefix: "+91".into(),
            currency: "INR".into(),
        };
        let ravi = UserRow { id: RAVI, name: "Ravi Deshpande".into(), role: Role::Manager, team: None, disabled: false };
        self.deliver(vec![Entry::Row(Row::Org(org)), Entry::Row(Row::User(ravi))]);
    }

    /// A whole record as this server knows it by now.
    pub fn again(&self, lead: LeadId, owner: Option<UserId>) -> Entry {
        let doc = self.document(lead);
        let record = records::lead::read(&doc, lead).expect("a lead");
        let (summary, metas) =
            (Some(LeadSummary::of(&record, Ownership::of_new((owner, None)), NOW)), vec![self.meta(CommandId(lead.0), RAVI, NOW)]);
        let (projection, seq) = (PROJECTION_VERSION, metas[0].seq);
        let doc_id = DocId::lead(lead);
        Entry::Snapshot(Box::new(Snapshot {
            doc: doc_id,
            projection,
            summary,
            blob: doc.save(),
            metas,
            seq,
            proposals: Vec::new(),
            assignments: Vec::new(),
            receipts: Vec::new(),
        }))
    }

    /// As the server sends a record to those who may not hold its document.
    pub fn masked(entry: Entry) -> Entry {
        let Entry::Snapshot(snapshot) = entry else { panic!("a snapshot: {entry:?}") };
        let Snapshot { doc, projection, summary, metas, seq, .. } = *snapshot;
        let mut summary = summary.expect("a lead");
        summary.phone = domain::phone::mask(&summary.phone, "+91");
        summary.alt_phone = summary.alt_phone.map(|phone| domain::phone::mask(&phone, "+91"));
        summary.tags.clear();
        summary.follow_ups.iter_mut().for_each(|due| due.note.clear());
        (summary.assigned_at, summary.converted_at, summary.dropped_at) = (None, None, None);
        summary.called.clear();
        Entry::Snapshot(Box::new(Snapshot {
            doc,
            projection,
            summary: Some(summary),
            blob: Vec::new(),
            metas,
            seq,
            proposals: Vec::new(),
            assignments: Vec::new(),
            receipts: Vec::new(),
        }))
    }

    /// Ravi did this to the record, one after the other; nobody is told.
    pub fn carry_out(&self, lead: LeadId, commands: impl IntoIterator<Item = Command>) {
        let mut documents = self.documents.lock().expect("one test");
        let doc = documents.entry(DocId::lead(lead)).or_default();
        for command in commands {
            let n = u128::try_from(self.seq.fetch_add(1, Ordering::Relaxed)).expect("a count");
            let id = CommandId(Uuid::from_u128(0x0191_0000_0000_7000_8000_0000_0000_0000 | n));
            let envelope = Envelope { id, author: RAVI, at: NOW, command };
            records::execute(doc, [9; 16], &envelope).expect("an edit");
        }
    }

    pub fn deliver_owner(&self, lead: LeadId, owner: Option<UserId>) {
        self.deliver(vec![Entry::Row(Row::Owner(OwnerRow { lead, owner, team: None, assigned_at: None }))]);
    }

    /// Ravi did this to the record as it was pushed last, at this time; it reached the server at once.
    pub fn deliver_edit(&self, lead: LeadId, base: &Doc, command: Command, at: i64) {
        let mut doc = base.clone();
        let id = CommandId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | at as u128));
        let envelope = Envelope { id, author: RAVI, at, command };
        let change = records::execute(&mut doc, [9; 16], &envelope).expect("an edit");
        let record = records::lead::read(&doc, lead).expect("a lead");
        let meta = self.meta(id, RAVI, at);
        let changes = vec![AcceptedChange { meta, change: change.bytes }];
        self.deliver(vec![Entry::Changes {
            doc: DocId::lead(lead),
            changes,
            summary: Some(LeadSummary::of(&record, Ownership::of_new((Some(ASHA), None)), at)),
        }]);
    }

    /// Ravi wrote this into the ledger of a lead, on a device that had nothing of it.
    pub fn deliver_ledger(&self, lead: LeadId, command: LedgerCommand) {
        let mut doc = Doc::seed(DocKind::Ledger);
        let id = CommandId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001));
        let envelope = Envelope { id, author: RAVI, at: NOW, command: Command::Ledger(command) };
        let change = records::execute(&mut doc, [8; 16], &envelope).expect("an entry");
        let changes = vec![AcceptedChange { meta: self.meta(id, RAVI, NOW), change: change.bytes }];
        self.deliver(vec![Entry::Changes { doc: DocId::ledger(lead), changes, summary: None }]);
    }

    /// The record as this server knows it.
    pub fn document(&self, lead: LeadId) -> Doc {
        self.documents.lock().expect("one test").get(&DocId::lead(lead)).cloned().unwrap_or_default()
    }

    /// A document that is no lead, as it was pushed.
    pub fn plain_document(&self, doc: DocId) -> Entry {
        let blob = self.documents.lock().expect("one test").get(&doc).cloned().unwrap_or_default().save();
        Entry::Snapshot(Box::new(Snapshot {
            doc,
            projection: PROJECTION_VERSION,
            summary: None,
            blob,
            metas: vec![],
            seq: 1,
            proposals: vec![],
            assignments: vec![],
            receipts: vec![],
        }))
    }

    pub fn meta(&self, command: CommandId, author: UserId, accepted_at: i64) -> ChangeMeta {
        let seq = u64::try_from(self.seq.fetch_add(1, Ordering::Relaxed) + 1).expect("a count");
        ChangeMeta { command, author, device: None, seq, accepted_at }
    }

    /// A whole record that Ravi made.
    pub fn snapshot(&self, n: u64, new: NewLead, owner: Option<UserId>, updated_at: i64) -> Entry {
        let id = CommandId(Uuid::from_u128((u128::from(n) << 80) | 0x7000_8000_0000_0000_0000 | u128::from(n)));
        let envelope = Envelope { id, author: RAVI, at: updated_at, command: Command::CreateLead(new) };
        let mut doc = Doc::empty();
        records::execute(&mut doc, [9; 16], &envelope).expect("a lead");
        let lead = LeadId::from(id);
        self.documents.lock().expect("one test").insert(DocId::lead(lead), doc.clone());
        let record = records::lead::read(&doc, lead).expect("a lead");
        let summary = LeadSummary::of(&record, Ownership::of_new((owner, None)), updated_at);
        let metas = vec![self.meta(id, RAVI, updated_at)];
        let seq = metas[0].seq;
        Entry::Snapshot(Box::new(Snapshot {
            doc: DocId::lead(lead),
            projection: PROJECTION_VERSION,
            summary: Some(summary),
            blob: doc.save(),
            metas,
            seq,
            proposals: Vec::new(),
            assignments: Vec::new(),
            receipts: Vec::new(),
        }))
    }
}

impl Transport for Server {
    fn push(&self, request: &PushRequest) -> Result<PushResponse, TransportError> {
        self.check_not_cut_off()?;
        let mut results = Vec::new();
        for item in &request.items {
            self.pushed.lock().expect("one test").push(item.envelope.id);
            let told = self.outcomes.lock().expect("one test").pop();
            let outcome = match told {
                Some(outcome) => outcome,
                None => {
                    let mut documents = self.documents.lock().expect("one test");
                    documents
                        .entry(item.doc)
                        .or_insert_with(|| Doc::seed(item.doc.kind))
                        .apply_trusted(&item.change)
                        .expect("a change that fits");
                    Outcome::Applied { seq: 1 }
                }
            };
            results.push(PushResult { command: item.envelope.id, outcome });
        }
        Ok(PushResponse { results })
    }

    fn pull(&self, _: Option<&str>, take: &mut dyn FnMut(PullBatch) -> ControlFlow<()>) -> Result<(), TransportError> {
        self.check_not_cut_off()?;
        if let Some(run) = &*self.before_pull.lock().expect("one test") {
            run();
        }
        let batches = std::mem::take(&mut *self.deliver.lock().expect("one test"));
        let total = batches.len() as u64;
        for (i, entries) in batches.iter().cloned().enumerate() {
            let progress = Some(Progress { done: i as u64, total });
            if take(PullBatch { entries, cursor: format!("c{i}"), up_to_date: i as u64 + 1 == total, progress, head: None }).is_break() {
                // Not taken: it comes again.
                *self.deliver.lock().expect("one test") = batches[i..].to_vec();
                break;
            }
        }
        Ok(())
    }

    fn quarantine(&self, upload: &QuarantineUpload) -> Result<QuarantineAnswer, TransportError> {
        assert_eq!(upload.secret, Secret("secret-device".into()));
        let cut_off = self.cut_off.lock().expect("one test").map(|(_, wipe)| wipe);
        let Some(wipe) = cut_off.or(upload.sent_on.then_some(false)) else {
            return Err(TransportError::No { code: "not_cut_off".into(), text: "It may send.".into(), field: None });
        };
        let tricked = self.quarantine.lock().expect("one test").as_ref().and_then(|trick| trick(upload));
        let kept = tricked.unwrap_or(Ok(u32::try_from(upload.items.len()).expect("a count")))?;
        self.kept.lock().expect("one test").push(upload.items.clone());
        Ok(QuarantineAnswer { kept, wipe, reason: None })
    }

    fn snapshot(&self, doc: DocId) -> Result<Snapshot, TransportError> {
        self.here.lock().expect("one test").get(&doc).cloned().ok_or(TransportError::NotFound)
    }

    fn attend(&self, step: &Step, asked: &AttendanceStep) -> Result<AttendanceLine, TransportError> {
        let mut steps = self.steps.lock().expect("one test");
        steps.push((step.clone(), asked.id));
        match self.step_answers.lock().expect("one test").pop() {
            Some(error) => Err(error),
            None => Ok(AttendanceLine {
                id: asked.id,
                user: ASHA,
                place: steps.len() as u64,
                status: step.to(),
                reason: step.reason().map(str::to_owned),
                at: NOW,
                by: Some(ASHA),
            }),
        }
    }

    fn set_owner(&self, lead: LeadId, set: &SetOwner) -> Result<OwnerRow, TransportError> {
        self.asked.lock().expect("one test").push((lead, *set));
        let told = self.owners.lock().expect("one test").pop();
        told.unwrap_or(Ok(OwnerRow { lead, owner: set.owner, team: None, assigned_at: None }))
    }
}
