//! A server with a small company, the same at every run: what hostile bytes are sent to. Real router,
//! real core, real SQLite. Made once per process, then copied; whoever changed a copy leaves it.

use super::pen::{NOW_MS, Pen, env};
use crate::folder::folder;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Method, Request, header};
use domain::command::{NewLead, NoticeMark, Splice};
use domain::config::{FieldKind, OptionList, Setting};
use domain::ledger::{Instalment, LedgerCommand, Mode, Payment};
use domain::{Command, CommandId, Currency, DeviceId, DocId, DocKind, Env, LeadField, LeadId, Money, OrgId, Role, Status, UserId};
use protocol::auth::{Secret, Session, SignIn};
use protocol::push::{Outcome, PushItem, PushRequest};
use protocol::rows::OrgRow;
use protocol::{MSGPACK, paths};
use records::Doc;
use std::cell::RefCell;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use sync_server::http::limits::{Quota, Quotas};
use sync_server::http::{App, Edge, router};
use sync_server::store::documents;
use sync_server::{Core, NewUser, SignedIn, Store, audit, people};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use tower::ServiceExt as _;
use uuid::Uuid;

const PASSWORD: &str = "a long password for tests";
/// Answers are read up to here, bytes.
const ANSWER_MAX: usize = 64 * 1024 * 1024;
/// Nothing here is limited by how often it asks.
const UNLIMITED: Quota = Quota { burst: 10_000_000, per_minute: 60_000_000 };

/// What is known of the company before anything hostile happens.
pub struct Template {
    database: Vec<u8>,
    pub org: OrgId,
    pub asha: UserId,
    pub arjun: UserId,
    /// Asha's sign-in, at the device that hostile bytes come from.
    pub session: Session,
    pub device: DeviceId,
    /// An Admin's access token.
    pub admin: Secret,
    /// A device that was cut off, and its secret.
    pub revoked: DeviceId,
    pub revoked_secret: Secret,
    /// An open invitation.
    pub code: String,
    /// Asha's lead, with some of everything in it.
    pub lead: LeadId,
    pub note: uuid::Uuid,
    pub follow_up: uuid::Uuid,
    /// Its document.
    pub blob: Vec<u8>,
    /// Another of asha's devices.
    witness: DeviceId,
    /// An edit of hers on a lead that no seed names: taken, whatever was sent before.
    elsewhere: PushItem,
    /// One on the lead that they do name: it ends in some way.
    here: PushItem,
}

/// The company, made at the first call.
pub fn template() -> &'static Template {
    static MADE: OnceLock<Template> = OnceLock::new();
    MADE.get_or_init(make)
}

fn make() -> Template {
    let folder = folder();
    let env = env(1);
    let (core, org) = founded(&folder.path().join("server.db"), &env);
    let hire = |name, role, team| core.add_user(&person(name, role, team)).expect("a user");
    hire("meera", Role::Manager, Some("Pune"));
    let (asha, arjun) = (hire("asha", Role::Salesperson, Some("Pune")), hire("arjun", Role::Salesperson, Some("Delhi")));
    let (_, boss) = signed_in(&core, &env, "ananya");
    let admin = core.authenticate(&boss.access).expect("the Admin");
    let (revoked, lost) = signed_in(&core, &env, "asha");
    core.revoke_device(&admin, revoked).expect("revoked");
    let (device, session) = signed_in(&core, &env, "asha");
    let code = core.new_code(&admin, arjun).expect("a code").code;

    let who = core.authenticate(&session.access).expect("asha");
    let witness = DeviceId(env.new_id());
    core.session_for(asha, witness).expect("a session");
    let (mut pen, mut other) = (Pen::new(2, asha, Doc::empty()), Pen::new(4, asha, Doc::empty()));
    let (items, others) = (history(&mut pen), history(&mut other));
    let (lead, other_lead) = (LeadId(items[0].doc.id), LeadId(others[0].doc.id));
    let made_by = |kind: &str| items.iter().find(|item| self::kind(&item.envelope.command) == kind).expect("one of it").envelope.id.0;
    let (note, follow_up) = (made_by("add-note"), made_by("schedule-follow-up"));
    all_applied(&core, &who, items);
    all_applied(&core, &who, others);
    let blob = pen.doc.save();
    let said = || Command::AddNote { text: "an honest note".into() };
    let here = Pen::new(3, asha, pen.doc).write(lead, said());
    let elsewhere = Pen::new(5, asha, other.doc).write(other_lead, said());

    let copy = folder.path().join("copy.db");
    core.store().backup(&copy).expect("a copy");
    Template {
        database: std::fs::read(&copy).expect("the copy"),
        org,
        asha,
        arjun,
        session,
        device,
        admin: boss.access,
        revoked,
        revoked_secret: lost.device_secret.expect("a secret"),
        code,
        lead,
        note,
        follow_up,
        blob,
        witness,
        elsewhere,
        here,
    }
}

fn founded(path: &Path, env: &Env) -> (Core, OrgId) {
    let store = Store::sqlite(path).expect("a database");
    let org = OrgRow {
        id: OrgId(env.new_id()),
        name: "Acme".into(),
        zone: "Asia/Kolkata".into(),
        country: "IN".into(),
        phone_prefix: "+91".into(),
        currency: "INR".into(),
    };
    people::init(&store, env, &org, &person("ananya", Role::Admin, None)).expect("an organisation");
    (Core::open(store, env.clone()).expect("a server"), org.id)
}

fn signed_in(core: &Core, env: &Env, name: &str) -> (DeviceId, Session) {
    let device = DeviceId(env.new_id());
    let request = SignIn {
        email: email(name),
        password: Secret(PASSWORD.into()),
        device,
        device_name: "laptop".into(),
        app_version: "1".into(),
        second_factor: None,
    };
    (device, core.sign_in(&request).expect("a session"))
}

fn all_applied(core: &Core, who: &SignedIn, items: Vec<PushItem>) {
    let answer = core.push(who, PushRequest { items }).expect("an answer");
    assert!(answer.results.iter().all(|r| matches!(r.outcome, Outcome::Applied { .. })), "{answer:?}");
}

fn email(name: &str) -> String {
    format!("{name}@acme.example")
}

fn person(name: &str, role: Role, team: Option<&str>) -> NewUser {
    NewUser { name: name.into(), email: email(name), role, team: team.map(str::to_owned), password: Some(Secret(PASSWORD.into())) }
}

/// How the lead came to be what it is.
fn history(pen: &mut Pen) -> Vec<PushItem> {
    let new = NewLead {
        name: "Priya Sharma".into(),
        phone: "+919820014786".into(),
        email: Some("priya@example.com".into()),
        budget: Some("2500000".into()),
        note: Some("Prefers evenings. शाम को".into()),
        ..NewLead::default()
    };
    let envelope = pen.envelope(Command::CreateLead(new));
    let lead = LeadId::from(envelope.id);
    let mut items = vec![pen.write_as(lead, envelope).expect("a lead")];
    let text = "She called back".to_owned();
    for command in [
        Command::AddNote { text },
        Command::AddTag { tag: "hot".into() },
        Command::ChangeStatus { from: Status::New, to: Status::InProgress, reason: None },
        Command::ChangeStatus { from: Status::InProgress, to: Status::Interested, reason: None },
        Command::SetInterest { level: 3 },
        follow_up_at(60_000),
        Command::LogCall { at: NOW_MS, outcome: "Call made".into() },
    ] {
        items.push(pen.write(lead, command));
    }
    items
}

fn follow_up_at(in_ms: i64) -> Command {
    let (zone, local) = ("Asia/Kolkata".to_owned(), "2026-11-22T11:00".to_owned());
    Command::ScheduleFollowUp { due_at: NOW_MS + in_ms, zone, local, note: "call".into() }
}

/// One command of every kind on the company's lead, each with its name.
#[must_use]
pub fn commands() -> Vec<(&'static str, Command)> {
    let Template { note, follow_up, .. } = template();
    let (zone, local) = ("Asia/Kolkata".to_owned(), "2026-11-23T11:00".to_owned());
    let splice = Splice { at: "e".into(), to: None, insert: " again".into() };
    let create = NewLead { name: "Ravi".into(), phone: "+919820014787".into(), language: Some("Marathi".into()), ..NewLead::default() };
    [
        Command::CreateLead(create),
        Command::SetField { field: LeadField::Name, value: Some("प्रिया शर्मा".into()) },
        Command::ChangeStatus { from: Status::Interested, to: Status::Lost, reason: Some("Financial".into()) },
        Command::SetInterest { level: 5 },
        follow_up_at(90_000),
        Command::MoveFollowUp { follow_up: *follow_up, due_at: NOW_MS + 120_000, zone, local },
        Command::CompleteFollowUp { follow_up: *follow_up, outcome: "Call made".into() },
        Command::CancelFollowUp { follow_up: *follow_up },
        Command::LogCall { at: NOW_MS, outcome: "No answer".into() },
        Command::AddNote { text: "Wants a discount 😀".into() },
        Command::EditNote { note: *note, splices: vec![splice] },
        Command::AddTag { tag: "vip".into() },
        Command::RemoveTag { tag: "hot".into() },
        Command::DeleteLead { reason: "Duplicate".into() },
        Command::RestoreLead { deletions: vec![*note], reason: "Wrong".into() },
        Command::SetCustom { field: *note, value: Some("Evening".into()) },
        Command::AddComment { text: "@Arjun please call".into(), mentions: vec![template().arjun] },
        Command::SetSetting { setting: Setting::TriesMax, value: Some("4".into()) },
        Command::AddOption { list: OptionList::CustomFields, label: "Batch".into(), kind: FieldKind::Choice { choices: vec!["A".into()] } },
        Command::ChangeOption { option: *note, label: Some("मेला".into()), active: Some(false) },
        Command::SetPreference { key: "leads.columns".into(), value: Some("[\"name\"]".into()) },
        Command::MarkNotices { notices: vec![*note], mark: NoticeMark::Read },
        Command::Undo { command: CommandId(*follow_up), of: Box::new(follow_up_at(60_000)) },
    ]
    .into_iter()
    .chain(money(*note).into_iter().map(Command::Ledger))
    .map(|command| (kind(&command), command))
    .collect()
}

/// One command of every kind on a ledger.
fn money(entry: Uuid) -> [LedgerCommand; 7] {
    let amount = Money::new(50_000, Currency::INR);
    let day = "2026-11-20".parse().expect("a day");
    let payment = Payment { amount, mode: Mode::Upi, day, reference: Some("UTR-1".into()), note: "पहली किस्त".into() };
    let reason = || "Typed twice".to_owned();
    [
        LedgerCommand::AddPayment { payment: payment.clone() },
        LedgerCommand::Refund { payment: payment.clone(), reason: reason() },
        LedgerCommand::AddDiscount { amount, reason: reason() },
        LedgerCommand::Reverse { entry, reason: reason(), replacement: Some(payment) },
        LedgerCommand::SetPackage { total: Some(amount) },
        LedgerCommand::SetPlan { instalments: vec![Instalment { due: day, amount }] },
        LedgerCommand::Promise { day, amount: Some(amount), note: "After Diwali".into() },
    ]
}

/// Matched without `_`: a new command gets its seeds, or this does not compile.
fn kind(command: &Command) -> &'static str {
    match command {
        Command::CreateLead(_) => "create-lead",
        Command::SetField { .. } => "set-field",
        Command::ChangeStatus { .. } => "change-status",
        Command::SetInterest { .. } => "set-interest",
        Command::ScheduleFollowUp { .. } => "schedule-follow-up",
        Command::MoveFollowUp { .. } => "move-follow-up",
        Command::CompleteFollowUp { .. } => "complete-follow-up",
        Command::CancelFollowUp { .. } => "cancel-follow-up",
        Command::LogCall { .. } => "log-call",
        Command::AddNote { .. } => "add-note",
        Command::EditNote { .. } => "edit-note",
        Command::AddTag { .. } => "add-tag",
        Command::RemoveTag { .. } => "remove-tag",
        Command::DeleteLead { .. } => "delete-lead",
        Command::RestoreLead { .. } => "restore-lead",
        Command::SetCustom { .. } => "set-custom",
        Command::AddComment { .. } => "add-comment",
        Command::SetSetting { .. } => "set-setting",
        Command::AddOption { .. } => "add-option",
        Command::ChangeOption { .. } => "change-option",
        Command::SetPreference { .. } => "set-preference",
        Command::MarkNotices { .. } => "mark-notices",
        Command::Ledger(command) => match command {
            LedgerCommand::AddPayment { .. } => "add-payment",
            LedgerCommand::Refund { .. } => "refund",
            LedgerCommand::AddDiscount { .. } => "add-discount",
            LedgerCommand::Reverse { .. } => "reverse",
            LedgerCommand::SetPackage { .. } => "set-package",
            LedgerCommand::SetPlan { .. } => "set-plan",
            LedgerCommand::Promise { .. } => "promise",
        },
        Command::Undo { .. } => "undo",
    }
}

/// Honest edits of the company's lead, one of every kind, each made on the lead as it is.
#[must_use]
pub fn honest_items() -> Vec<(&'static str, PushItem)> {
    let write = |(n, (name, command)): (usize, (&'static str, Command))| {
        let kind = command.kind();
        let begins = matches!(command, Command::CreateLead(_)) || kind != DocKind::Lead;
        let doc = if begins { Doc::seed(kind) } else { document() };
        let mut pen = Pen::new(100 + n as u64, template().asha, doc);
        let envelope = pen.envelope(command);
        let doc = match kind {
            DocKind::Lead if begins => DocId::lead(envelope.id.into()),
            DocKind::Lead => DocId::lead(template().lead),
            DocKind::Ledger => DocId::ledger(template().lead),
            DocKind::Config => DocId::config(template().org),
            DocKind::UserState => DocId::user_state(template().asha),
        };
        (name, pen.write_in(doc, envelope).expect("a change"))
    };
    commands().into_iter().enumerate().map(write).collect()
}

/// The lead's document, loaded.
#[must_use]
pub fn document() -> Doc {
    Doc::load(&template().blob).expect("an honest document")
}

/// One copy of the company's server.
pub struct Office {
    pub core: Arc<App>,
    _open: watch::Sender<bool>,
    _folder: TempDir,
    touched: AtomicBool,
}

thread_local! {
    static RUNTIME: Runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    static KEPT: RefCell<Option<Office>> = const { RefCell::new(None) };
}

/// Works with a server that is as the template, whatever was sent to others before.
pub fn with<T>(work: impl FnOnce(&Office) -> T) -> T {
    let office = KEPT.take().unwrap_or_else(Office::fresh);
    let done = work(&office);
    if !office.touched.load(Ordering::Relaxed) {
        KEPT.set(Some(office));
    }
    done
}

impl Office {
    fn fresh() -> Self {
        let folder = folder();
        let path = folder.path().join("server.db");
        std::fs::write(&path, &template().database).expect("a database");
        let core = Core::open(Store::sqlite(&path).expect("a store"), env(9)).expect("a server");
        let quotas =
            Quotas { door: UNLIMITED, account: UNLIMITED, device: UNLIMITED, person: UNLIMITED, live: UNLIMITED, address: UNLIMITED };
        let (open, closing) = watch::channel(false);
        let app = App::new(core, closing, Edge { quotas, ..Edge::default() });
        Self { core: app, _open: open, _folder: folder, touched: AtomicBool::new(false) }
    }

    pub fn core(&self) -> &Core {
        &self.core.core
    }

    /// What is done to it by other ways than [`Office::ask`].
    pub fn touch(&self) {
        self.touched.store(true, Ordering::Relaxed);
    }

    /// Asks over HTTP. No answer may be a defect of the server.
    pub fn ask(&self, request: Request<Body>) -> (u16, Bytes) {
        let is_read = request.method() == Method::GET;
        let (status, body) = RUNTIME.with(|runtime| {
            runtime.block_on(async {
                let response = router(Arc::clone(&self.core)).oneshot(request).await.expect("a router always answers");
                let status = response.status().as_u16();
                (status, to_bytes(response.into_body(), ANSWER_MAX).await.unwrap_or_default())
            })
        });
        // Refused unread: nothing was done.
        if !is_read && !matches!(status, 400 | 413) {
            self.touch();
        }
        assert!(status < 500, "the server answered {status}: {}", String::from_utf8_lossy(&body));
        (status, body)
    }

    /// Whatever came before: an honest edit is taken, every document loads, the log is whole and says
    /// the same as the documents.
    pub fn goes_on(&self) {
        self.touch();
        let Template { org, asha, witness, elsewhere, here, .. } = template();
        let who = self.core().session_for(*asha, *witness).expect("the witness");
        let items = vec![elsewhere.clone(), here.clone()];
        let answer = self.core().push(&who, PushRequest { items }).expect("an answer");
        assert!(matches!(answer.results[0].outcome, Outcome::Applied { .. }), "an honest edit is taken: {answer:?}");
        assert!(answer.results[1].outcome.is_final(), "an honest edit beside a hostile one ends: {answer:?}");
        let blob = self.core().store().read(|tx| documents::blob(tx, *org, DocId::lead(template().lead))).expect("readable");
        let doc = Doc::load(&blob.expect("the lead is there")).expect("its document loads");
        records::lead::read(&doc, template().lead).expect("it is a lead");
        let report = audit::verify(self.core().store(), &[], true).expect("the log can be read");
        assert!(report.faults.is_empty(), "{:?}", report.faults);
    }
}

/// A request with a body.
#[must_use]
pub fn post(path: &str, access: Option<&Secret>, is_json: bool, body: Vec<u8>) -> Request<Body> {
    with_body(Method::POST, path, access, is_json, body).expect("an honest path")
}

/// As [`post`], of any method and path.
pub fn with_body(method: Method, path: &str, access: Option<&Secret>, is_json: bool, body: Vec<u8>) -> Option<Request<Body>> {
    let kind = if is_json { "application/json" } else { MSGPACK };
    let mut request = Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, kind);
    if let Some(access) = access {
        request = request.header(header::AUTHORIZATION, format!("Bearer {}", access.0));
    }
    request.body(Body::from(body)).ok()
}

/// A push by asha's first device.
#[must_use]
pub fn push(is_json: bool, body: Vec<u8>) -> Request<Body> {
    post(paths::PUSH, Some(&template().session.access), is_json, body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_company_is_the_same_at_every_run_and_every_kind_of_command_has_a_seed() {
        let again = make();
        assert_eq!((again.lead, &again.blob, &again.session.access.0), (template().lead, &template().blob, &template().session.access.0));
        let names: BTreeSet<_> = commands().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), commands().len());
    }
}
