//! Hand-over between real client engines and the real server core, in one process and at one clock: a
//! month offline, leases that ended, assignments that waited, a server that was restored.

use bridge::ProblemCode;
use bridge::attention::{AttentionItem, AttentionKind, AttentionList};
use bridge::lead::{LeadAssign, LeadChangeStatus, LeadCreate, LeadDelete, LeadForm, LeadGet, LeadSetField, LeadView, NoteAdd};
use client::desk::Desk;
use client::vault::Key;
use client::{Profile, Transport, TransportError, system_env};
use domain::people::Post;
use domain::{Clock, DeviceId, DocId, Env, LeadField, LeadId, OrgId, Role, Status, UserId};
use protocol::admin::{ChangePost, SetOwner};
use protocol::auth::{Secret, SignIn};
use protocol::pull::{PullBatch, Snapshot};
use protocol::push::{PushRequest, PushResponse};
use protocol::rows::{OrgRow, OwnerRow};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use sync_server::{Core, NewUser, SignedIn, Store, files, people};
use tempfile::TempDir;

const START_MS: i64 = 1_795_231_800_000;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const PASSWORD: &str = "a long password";
/// Entries of one batch: more than one batch a pull.
const BATCH: usize = 5;

struct Hand(AtomicI64);

impl Clock for Hand {
    fn now_ms(&self) -> i64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

/// A server that can be put back to a backup, and people of two teams.
struct Company {
    core: Mutex<Arc<Core>>,
    clock: Arc<Hand>,
    root: TempDir,
}

impl Company {
    fn new() -> Arc<Self> {
        let (root, clock) = (tests::folder::folder(), Arc::new(Hand(AtomicI64::new(START_MS))));
        let env = Env { clock: clock.clone(), ..system_env() };
        let store = Store::sqlite(&root.path().join("server.db")).expect("a database");
        let org = OrgRow {
            id: OrgId(env.new_id()),
            name: "Acme".into(),
            zone: "Asia/Kolkata".into(),
            country: "IN".into(),
            phone_prefix: "+91".into(),
            currency: "INR".into(),
        };
        people::init(&store, &env, &org, &person("ananya", Role::SuperAdmin, None)).expect("an organisation");
        let core = Core::open(store, env).expect("a server");
        for (name, role, team) in [
            ("ravi", Role::TeamLead, "Pune"),
            ("asha", Role::Salesperson, "Pune"),
            ("vikram", Role::Salesperson, "Pune"),
            ("arjun", Role::Salesperson, "Delhi"),
        ] {
            core.add_user(&person(name, role, Some(team))).expect("a person");
        }
        Arc::new(Self { core: Mutex::new(Arc::new(core)), clock, root })
    }

    fn core(&self) -> Arc<Core> {
        self.core.lock().expect("one test").clone()
    }

    fn later(&self, ms: i64) {
        self.clock.0.fetch_add(ms, Ordering::Relaxed);
    }

    fn user(&self, name: &str) -> UserId {
        self.core().user_by_email(&email(name)).expect("a person")
    }

    fn boss(&self) -> SignedIn {
        self.core().session_for(self.user("ananya"), DeviceId(self.core().env().new_id())).expect("a session")
    }

    fn give(&self, lead: LeadId, to: &str) {
        let (core, boss) = (self.core(), self.boss());
        let expected_owner = core.snapshot(&boss, lead).expect("the lead").summary.expect("a lead").owner;
        core.set_owner(&boss, lead, SetOwner { expected_owner, owner: Some(self.user(to)) }).expect("given");
    }

    /// Moves somebody to a team of the other one's.
    fn post(&self, who: &str, role: Role, as_of: &str) {
        let (core, boss, user) = (self.core(), self.boss(), self.user(who));
        let people = core.people(&boss).expect("people");
        let of = |id| people.iter().find(|person| person.id == id).expect("a person");
        let expected = Post { role: of(user).role, team: of(user).team, disabled: false };
        let post = Post { role, team: of(self.user(as_of)).team, disabled: false };
        core.change_post(&boss, user, &ChangePost { expected, post }).expect("posted");
    }

    fn backup(&self) -> std::path::PathBuf {
        let path = self.root.path().join("backup.db");
        self.core().store().backup(&path).expect("a backup");
        path
    }

    /// The server ends and begins again as it was.
    fn restore(&self, backup: &std::path::Path) {
        let mut core = self.core.lock().expect("one test");
        core.close();
        let store = Store::sqlite(backup).expect("the backup opens");
        files::begin_epoch(&store, core.env()).expect("an epoch");
        *core = Arc::new(Core::open(store, core.env().clone()).expect("a server"));
    }

    /// A computer of this person's, signed in by password: with a lease from now on.
    fn seat(self: &Arc<Self>, name: &str) -> Seat {
        let env = Env { clock: self.clock.clone(), ..system_env() };
        let folder = self.root.path().join(format!("{name}{}", env.new_id()));
        let desk = Desk::open(&Profile::at(&folder).expect("a profile"), &Key::new(&env), env).expect("a desk");
        let device = desk.engine().device().expect("a device");
        let request = SignIn {
            email: email(name),
            password: Secret(PASSWORD.into()),
            device,
            device_name: "laptop".into(),
            app_version: "0".into(),
            second_factor: None,
        };
        let session = self.core().sign_in(&request).expect("signed in");
        // What goes by itself, as an assignment does, finds nobody there.
        desk.engine().signed_in("http://127.0.0.1:1", &session).expect("a session");
        let seat = Seat { desk, wire: Wire { company: self.clone(), user: session.me.user, device } };
        seat.sync();
        seat
    }
}

fn email(name: &str) -> String {
    format!("{name}@acme.example")
}

fn person(name: &str, role: Role, team: Option<&str>) -> NewUser {
    NewUser { name: name.into(), email: email(name), role, team: team.map(str::to_owned), password: Some(Secret(PASSWORD.into())) }
}

/// The road from one computer into the server.
struct Wire {
    company: Arc<Company>,
    user: UserId,
    device: DeviceId,
}

impl Wire {
    fn who(&self) -> (Arc<Core>, SignedIn) {
        let core = self.company.core();
        let who = core.session_for(self.user, self.device).expect("a session");
        (core, who)
    }
}

fn failed(e: &sync_server::Error) -> TransportError {
    let problem = e.problem();
    match problem.status {
        404 => TransportError::NotFound,
        500.. => TransportError::Server(problem.title),
        _ => TransportError::No { code: problem.code, text: problem.title, field: problem.field },
    }
}

impl Transport for Wire {
    fn push(&self, request: &PushRequest) -> Result<PushResponse, TransportError> {
        let (core, who) = self.who();
        core.push(&who, request.clone()).map_err(|e| failed(&e))
    }

    fn pull(&self, cursor: Option<&str>, take: &mut dyn FnMut(PullBatch) -> ControlFlow<()>) -> Result<(), TransportError> {
        let (core, who) = self.who();
        let mut batch = core.pull(&who, cursor, BATCH).map_err(|e| failed(&e))?;
        loop {
            let (done, cursor) = (batch.up_to_date, batch.cursor.clone());
            if take(batch).is_break() || done {
                return Ok(());
            }
            batch = core.pull_on(&who, Some(&cursor), BATCH).map_err(|e| failed(&e))?;
        }
    }

    fn snapshot(&self, doc: DocId) -> Result<Snapshot, TransportError> {
        let (core, who) = self.who();
        core.snapshot(&who, LeadId(doc.id)).map_err(|e| failed(&e))
    }

    fn set_owner(&self, lead: LeadId, set: &SetOwner) -> Result<OwnerRow, TransportError> {
        let (core, who) = self.who();
        core.set_owner(&who, lead, *set).map_err(|e| failed(&e))
    }
}

/// One person at one computer.
struct Seat {
    desk: Desk,
    wire: Wire,
}

impl Seat {
    fn sync(&self) {
        self.desk.engine().sync(&self.wire).expect("a round");
    }

    fn lead(&self, name: &str, phone: &str) -> LeadId {
        let form = LeadForm { name: name.into(), phone: phone.into(), ..LeadForm::default() };
        let lead = self.desk.ask(LeadCreate { form }).expect("a lead");
        self.sync();
        lead
    }

    fn note(&self, lead: LeadId, text: &str) {
        self.desk.ask(NoteAdd { lead, text: text.into() }).expect("a note");
    }

    fn email(&self, lead: LeadId, value: &str) {
        self.desk.ask(LeadSetField { lead, field: LeadField::Email, value: value.into() }).expect("an e-mail address");
    }

    fn view(&self, lead: LeadId) -> LeadView {
        self.desk.ask(LeadGet { lead }).expect("the lead is here")
    }

    fn has(&self, lead: LeadId) -> bool {
        match self.desk.ask(LeadGet { lead }) {
            Ok(_) => true,
            Err(problem) if problem.code == ProblemCode::NotFound => false,
            Err(problem) => panic!("{problem}"),
        }
    }

    fn attention(&self) -> Vec<AttentionItem> {
        self.desk.ask(AttentionList {}).expect("a list")
    }

    fn kinds(&self) -> Vec<AttentionKind> {
        self.attention().into_iter().map(|item| item.kind).collect()
    }

    fn unsent(&self) -> u32 {
        self.desk.ask(bridge::sync::SyncGet {}).expect("the panel").outbox_total
    }
}

fn field(view: &LeadView, field: LeadField) -> Option<&str> {
    view.fields.iter().find(|f| f.field == field).and_then(|f| f.value.as_deref())
}

/// Typed on a train, sent a week after the lease ended: kept for a manager, who lets it in.
#[test]
fn what_comes_after_the_lease_waits_for_a_manager() {
    let company = Company::new();
    let asha = company.seat("asha");
    let lead = asha.lead("Priya Sharma", "98123 45678");
    asha.note(lead, "Her brother decides");
    asha.email(lead, "priya@example.com");
    company.give(lead, "arjun");
    company.later(5 * DAY);
    asha.sync();
    assert_eq!(asha.kinds(), [AttentionKind::Quarantined; 2]);
    assert!(!asha.has(lead) && asha.unsent() == 0);
    assert!(asha.attention().iter().any(|item| item.typed == "Her brother decides" && item.why.contains("your manager")));

    let (core, boss) = (company.core(), company.boss());
    let waiting = core.quarantine(&boss).expect("a list");
    assert_eq!(waiting.len(), 2);
    for held in &waiting {
        core.release_quarantined(&boss, held.id).expect("released");
    }
    let arjun = company.seat("arjun");
    let view = arjun.view(lead);
    assert_eq!((view.notes.len(), view.notes[0].by.as_str()), (1, "asha"));
    assert_eq!(field(&view, LeadField::Email), Some("priya@example.com"));
    // Nothing comes back to her.
    asha.sync();
    assert!(!asha.has(lead));
}

/// Within the lease it is a hand-over: the note is in, the field is proposed.
#[test]
fn what_comes_within_the_lease_is_kept_or_proposed() {
    let company = Company::new();
    let (asha, arjun) = (company.seat("asha"), company.seat("arjun"));
    let lead = asha.lead("Priya Sharma", "98123 45678");
    asha.note(lead, "Her brother decides");
    asha.email(lead, "priya@example.com");
    company.give(lead, "arjun");
    company.later(2 * DAY);
    asha.sync();
    assert_eq!(asha.kinds(), [AttentionKind::Proposed]);
    assert!(!asha.has(lead) && asha.unsent() == 0);
    arjun.sync();
    let view = arjun.view(lead);
    assert_eq!((view.notes.len(), view.proposals.len(), field(&view, LeadField::Email)), (1, 1, None));
}

/// What happens to a lead while its people are away for a month.
enum Then {
    Deleted,
    Reassigned,
    TeamMoved,
    Converted,
}

/// Each with edits pending and without.
#[test]
fn a_month_offline_ends_right() {
    for typed in [false, true] {
        for then in [Then::Deleted, Then::Reassigned, Then::TeamMoved, Then::Converted] {
            let company = Company::new();
            let (asha, ravi, boss) = (company.seat("asha"), company.seat("ravi"), company.seat("ananya"));
            let (lead, other) = (asha.lead("Priya Sharma", "98123 45678"), asha.lead("Kavya Rao", "98123 45679"));
            ravi.sync();
            boss.sync();
            if typed {
                asha.note(lead, "Asha was here");
                asha.email(lead, "asha@example.com");
                ravi.note(lead, "Ravi was here");
            }
            match then {
                Then::Deleted => boss.desk.ask(LeadDelete { lead, reason: "Duplicate".into() }).map(drop).expect("deleted"),
                Then::Reassigned => company.give(lead, "arjun"),
                Then::TeamMoved => company.post("asha", Role::Salesperson, "arjun"),
                Then::Converted => {
                    for to in [Status::InProgress, Status::Interested, Status::Qualified, Status::Converted] {
                        boss.desk.ask(LeadChangeStatus { lead, to, reason: None }).expect("a step");
                    }
                }
            }
            boss.sync();
            company.later(30 * DAY);
            asha.sync();
            ravi.sync();
            boss.sync();
            let (hers, his) = (asha.has(lead), ravi.has(lead));
            let expected = match then {
                Then::Deleted | Then::Reassigned => (false, false),
                Then::TeamMoved => (true, false),
                Then::Converted => (true, true),
            };
            assert_eq!((hers, his), expected, "typed: {typed}");
            assert!(asha.has(other) && asha.unsent() == 0 && ravi.unsent() == 0);
            let (mut by_asha, mut by_ravi) = (vec![AttentionKind::Quarantined; 2], vec![AttentionKind::Quarantined]);
            if !typed || hers {
                by_asha.clear();
            }
            if !typed || his {
                by_ravi.clear();
            }
            assert_eq!((asha.kinds(), ravi.kinds()), (by_asha, by_ravi), "nothing typed is lost, nothing is told twice");
            let notes = boss.view(lead).notes.len();
            assert_eq!(notes, if typed { usize::from(hers) + usize::from(his) } else { 0 });
        }
    }
}

/// A restored server can't tell what left while it was another: the device asks.
#[test]
fn a_lead_that_left_after_a_restore_leaves_the_device() {
    for deleted in [false, true] {
        let company = Company::new();
        let (asha, boss) = (company.seat("asha"), company.seat("ananya"));
        let lead = asha.lead("Priya Sharma", "98123 45678");
        boss.sync();
        let backup = company.backup();
        let after = asha.lead("Kavya Rao", "98123 45679");
        company.restore(&backup);
        // Before her computer hears of the restore, the lead goes.
        boss.sync();
        if deleted {
            boss.desk.ask(LeadDelete { lead, reason: "Duplicate".into() }).expect("deleted");
            boss.sync();
        } else {
            company.give(lead, "arjun");
        }
        asha.sync();
        assert!(!asha.has(lead), "deleted: {deleted}");
        assert!(asha.has(after) && asha.unsent() == 0);
        assert!(asha.kinds().is_empty());
        boss.sync();
        assert!(boss.has(after), "what the server lost is back");
        asha.sync();
        assert!(!asha.has(lead) && asha.has(after));
    }
}

/// What a restored server lost and only one computer holds comes back, though its user's new role may not
/// keep the document.
#[test]
fn a_role_without_documents_gives_back_what_a_restore_lost() {
    let company = Company::new();
    let (asha, boss) = (company.seat("asha"), company.seat("ananya"));
    let lead = asha.lead("Priya Sharma", "98123 45678");
    let backup = company.backup();
    asha.email(lead, "priya@example.com");
    asha.note(lead, "Call after six");
    asha.sync();
    company.restore(&backup);
    // Before her computer hears of the restore, her role changes.
    company.post("asha", Role::Analyst, "asha");
    asha.sync();
    boss.sync();
    // As after any change of role: what adds is kept, and what she may set no more waits for somebody's word.
    let view = boss.view(lead);
    assert_eq!((field(&view, LeadField::Email), view.notes.len()), (None, 1));
    assert_eq!((asha.unsent(), asha.kinds(), view.proposals.len()), (0, vec![AttentionKind::Proposed], 1));
    let (_, stored) = asha.desk.engine().record(lead).expect("its row stays");
    assert!(stored.is_withheld(), "the document is gone from her computer");
}

/// Two who assigned offline: the first to come through wins, the other is told by name.
#[test]
fn of_two_assignments_made_offline_one_wins() {
    let company = Company::new();
    let (asha, ravi, boss) = (company.seat("asha"), company.seat("ravi"), company.seat("ananya"));
    let lead = asha.lead("Priya Sharma", "98123 45678");
    ravi.sync();
    boss.sync();
    let expected = Some(company.user("asha"));
    let assign = |seat: &Seat, to: &str| seat.desk.ask(LeadAssign { lead, expected, owner: Some(company.user(to)) }).expect("it waits");
    assert!(assign(&boss, "vikram").waits && assign(&ravi, "ravi").waits);
    boss.sync();
    ravi.sync();
    assert!(boss.kinds().is_empty());
    let told = ravi.attention();
    assert_eq!((told.len(), told[0].kind), (1, AttentionKind::Assignment));
    assert!(told[0].why.contains("vikram owns this lead now"), "{}", told[0].why);
    for seat in [&ravi, &boss] {
        let view = seat.view(lead);
        assert_eq!((view.owner.map(|(_, name)| name).as_deref(), view.asked_owner), (Some("vikram"), None));
    }
    asha.sync();
    assert!(!asha.has(lead));
}
