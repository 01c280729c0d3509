//! Payments as Recovery, Finance and an Admin see them: what each tab holds and counts, the order to call in, what is
//! flagged, and that the tables say what the documents say.

use crate::office::{NOW, Office, RAVI, Server, key};
use bridge::ProblemCode;
use bridge::lead::LeadChangeStatus;
use bridge::payment::{
    DiscountAdd, EntryKind, LedgerFlag, LedgerGet, LedgerView, PackageSet, PayFilter, PayPage, PayTab, PaymentAdd, PaymentList,
    PaymentRecords, PaymentRefund, PaymentReverse, PlanSet, PromiseAdd,
};
use client::desk::Desk;
use domain::ledger::{Mode, Payment, PaymentStatus};
use domain::{Command, CommandId, Currency, DocId, LeadId, LedgerCommand, Money, Role, Status};
use protocol::pull::Entry;
use uuid::Uuid;

const FIRST: &str = "2026-11-01";

fn customer(office: &Office, name: &str, n: u32) -> LeadId {
    let lead = office.create(name, &format!("98200147{n:02}"));
    for to in [Status::InProgress, Status::Interested, Status::Qualified, Status::Converted] {
        office.desk.ask(LeadChangeStatus { lead, to, reason: None }).expect("a status");
    }
    lead
}

fn pay(office: &Office, lead: LeadId, amount: &str, reference: Option<&str>) -> CommandId {
    let (day, reference) = (Some(FIRST.to_owned()), reference.map(Into::into));
    let request = PaymentAdd { lead, amount: amount.into(), mode: Mode::Upi, day, reference, note: String::new() };
    office.desk.ask(request).expect("a payment")
}

fn package(office: &Office, lead: LeadId, total: &str) {
    office.desk.ask(PackageSet { lead, total: Some(total.into()) }).expect("a package");
}

fn plan(office: &Office, lead: LeadId, shares: &[(&str, &str)]) {
    let instalments = shares.iter().map(|(day, amount)| ((*day).to_owned(), (*amount).to_owned())).collect();
    office.desk.ask(PlanSet { lead, instalments }).expect("a plan");
}

fn promise(office: &Office, lead: LeadId, day: &str, amount: Option<&str>) {
    office.desk.ask(PromiseAdd { lead, day: day.into(), amount: amount.map(Into::into), note: String::new() }).expect("a promise");
}

fn list(desk: &Desk, filter: PayFilter) -> PayPage {
    desk.ask(PaymentList { filter, offset: 0, limit: 100 }).expect("a page")
}

fn tab(office: &Office, tab: PayTab) -> Vec<String> {
    list(&office.desk, PayFilter { tab, ..PayFilter::default() }).rows.into_iter().map(|row| row.name).collect()
}

fn ledger(office: &Office, lead: LeadId) -> LedgerView {
    office.desk.ask(LedgerGet { lead }).expect("a ledger")
}

fn minor(written: &str) -> i64 {
    let (sign, bare) = written.strip_prefix('−').map_or((1, written), |bare| (-1, bare));
    sign * Money::parse(bare, Currency::INR, "").expect("money").minor
}

/// Today is Saturday 21 November.
fn customers(office: &Office) -> Vec<LeadId> {
    let all: Vec<LeadId> =
        (0..).zip(["Late", "Today", "Next week", "Promised", "Paid", "Nothing yet"]).map(|(n, name)| customer(office, name, n)).collect();
    for lead in &all[..5] {
        package(office, *lead, "1,00,000");
    }
    plan(office, all[0], &[("2026-11-10", "50000"), ("2026-12-10", "50000")]);
    pay(office, all[0], "20000.50", None);
    plan(office, all[1], &[("2026-11-21", "1,00,000")]);
    plan(office, all[2], &[("2026-11-30", "1,00,000")]);
    pay(office, all[2], "10", None);
    plan(office, all[3], &[("2026-11-10", "1,00,000")]);
    promise(office, all[3], "2026-11-24", Some("1,00,000"));
    pay(office, all[4], "1,00,000", None);
    all
}

#[test]
fn tabs_hold_whom_they_count_in_the_order_to_call() {
    let office = Office::of(Role::Admin);
    customers(&office);
    // Who promised is called on the day that was promised, who has no plan today.
    assert_eq!(tab(&office, PayTab::Due), ["Late", "Today", "Nothing yet", "Promised", "Next week"]);
    assert_eq!(tab(&office, PayTab::Week), ["Late", "Today", "Promised"]);
    assert_eq!(tab(&office, PayTab::Promised), ["Promised"]);
    assert_eq!(tab(&office, PayTab::Completed), ["Paid"]);
    assert_eq!(tab(&office, PayTab::All).last().map(String::as_str), Some("Paid"));
    let page = list(&office.desk, PayFilter::default());
    for (of, counted) in PayTab::ALL.map(|tab| (tab, page.counts.of(tab))) {
        assert_eq!(tab(&office, of).len(), counted as usize, "{of:?}");
    }
    for (n, status) in PaymentStatus::ALL.into_iter().enumerate() {
        let rows = list(&office.desk, PayFilter { tab: PayTab::All, status: Some(status), ..PayFilter::default() }).rows;
        assert!(rows.iter().all(|row| row.status == status));
        assert_eq!(rows.len(), page.counts.by_status[n] as usize, "{status:?}");
    }
    assert_eq!(page.counts.by_status, [2, 1, 1, 2], "pending, partial, completed, overdue");
    let found = |search: &str| list(&office.desk, PayFilter { tab: PayTab::All, search: search.into(), ..PayFilter::default() });
    assert_eq!((found("next").total, found("14703").total, found("nobody").counts.all), (1, 1, 0), "by name, by phone");
    office.wait(10 * 24 * 60);
    assert_eq!(list(&office.desk, PayFilter::default()).counts.by_status, [1, 0, 1, 4], "ten days later");
}

#[test]
fn totals_are_the_sums_of_what_counts() {
    let office = Office::of(Role::Admin);
    let all = customers(&office);
    let wrong = pay(&office, all[1], "500", Some("UTR-1"));
    office
        .desk
        .ask(PaymentReverse { lead: all[1], entry: wrong.0, reason: "typed wrong".into(), amount: Some("450.25".into()) })
        .expect("a reversal");
    office
        .desk
        .ask(PaymentRefund { lead: all[4], amount: "0.75".into(), mode: Mode::Cash, day: None, reason: "too much".into() })
        .expect("a refund");
    office.desk.ask(DiscountAdd { lead: all[4], amount: "2500".into(), reason: "festival".into() }).expect("a discount");
    let want = 2_000_050 + 45_025 + 1_000 + 10_000_000 - 75;
    let page = list(&office.desk, PayFilter { tab: PayTab::All, ..PayFilter::default() });
    let rows: i64 = page.rows.iter().filter_map(|row| row.paid.as_deref()).map(minor).sum();
    let records = office.desk.ask(PaymentRecords { offset: 0, limit: 100 }).expect("records");
    let each: i64 = records.rows.iter().map(|one| minor(&one.amount)).sum();
    assert_eq!([minor(&page.paid), rows, minor(&records.sum), each], [want; 4]);
    assert_eq!((records.total, minor(&page.today), page.today_count), (5, -75, 1), "only the refund is of today");
    let left: i64 = page.rows.iter().filter_map(|row| row.balance.as_deref()).map(minor).sum();
    assert_eq!(minor(&page.balance), left);
    let view = ledger(&office, all[4]);
    assert_eq!(view.over_paid.as_deref(), Some("₹2,499.25"));
    assert_eq!(
        (view.refunded.as_deref(), view.discounts.as_deref(), view.flags.as_slice()),
        (Some("₹0.75"), Some("₹2,500"), &[LedgerFlag::OverPaid][..])
    );
    let mut shown: Vec<_> = ledger(&office, all[1]).entries.into_iter().map(|e| (e.kind, e.amount, e.counts, e.can_reverse)).collect();
    // Of one instant here, so in no order.
    shown.sort_by_key(|(.., counts, _)| *counts);
    assert_eq!(shown, [(EntryKind::Payment, Some("₹500".into()), false, false), (EntryKind::Reversal, Some("₹450.25".into()), true, true)]);
}

#[test]
fn a_file_of_an_older_version_gets_the_same_tables() {
    let office = Office::of(Role::Admin);
    customers(&office);
    let before = (list(&office.desk, PayFilter::default()), office.desk.ask(PaymentRecords { offset: 0, limit: 9 }).expect("records"));
    let (profile, env) = (office.profile(), office.env());
    drop(office.desk);
    let database = rusqlite::Connection::open(office.dir.path().join("leadline.db")).expect("a database");
    database.pragma_update(None, "key", format!("x'{}'", "07".repeat(32))).expect("the key");
    database
        .execute_batch("DROP TABLE ledgers; DROP TABLE payments; DROP TABLE payment_badges; PRAGMA user_version = 10")
        .expect("as it was");
    drop(database);
    let desk = Desk::open(&profile, &key(), env).expect("it opens again");
    assert_eq!((list(&desk, PayFilter::default()), desk.ask(PaymentRecords { offset: 0, limit: 9 }).expect("records")), before);
}

#[test]
fn a_reference_number_that_stands_twice_is_flagged_until_one_is_reversed() {
    let office = Office::of(Role::FinanceManager);
    let server = Server::default();
    let (one, other) = (Uuid::from_u128(70), Uuid::from_u128(71));
    for (lead, phone) in [(one, "+919820014786"), (other, "+919820014787")] {
        deliver_customer(&server, lead, phone);
    }
    office.sync(&server);
    pay(&office, LeadId(one), "500", Some("UTR-20 26/1"));
    assert_eq!(list(&office.desk, PayFilter::default()).counts.flagged, 0);
    let second = pay(&office, LeadId(other), "700", Some("utr20261"));
    let flagged = list(&office.desk, PayFilter { flagged: true, ..PayFilter::default() });
    assert_eq!((flagged.total, flagged.rows[0].flags.as_slice()), (2, &[LedgerFlag::Twice][..]));
    assert!(ledger(&office, LeadId(one)).entries[0].is_twice);
    assert!(office.desk.ask(PaymentRecords { offset: 0, limit: 9 }).expect("records").rows.iter().all(|one| one.is_twice));
    office
        .desk
        .ask(PaymentReverse { lead: LeadId(other), entry: second.0, reason: "the same money".into(), amount: None })
        .expect("reversed");
    assert_eq!(list(&office.desk, PayFilter::default()).counts.flagged, 0);
}

fn deliver_customer(server: &Server, lead: Uuid, phone: &str) {
    use domain::command::NewLead;
    let command = Command::CreateLead(NewLead { name: format!("Customer {phone}"), phone: phone.into(), ..NewLead::default() });
    let mut doc = records::Doc::empty();
    let mut execute = |n: u128, command| {
        let envelope = domain::Envelope {
            id: CommandId(if n == 0 { lead } else { Uuid::from_u128(lead.as_u128() * 100 + n) }),
            author: RAVI,
            at: NOW,
            command,
        };
        records::execute(&mut doc, [9; 16], &envelope).expect("a change");
    };
    execute(0, command);
    let steps = [Status::New, Status::InProgress, Status::Interested, Status::Qualified, Status::Converted];
    for (n, pair) in (1..).zip(steps.windows(2)) {
        execute(n, Command::ChangeStatus { from: pair[0], to: pair[1], reason: None });
    }
    let record = records::lead::read(&doc, LeadId(lead)).expect("a lead");
    let summary = protocol::rows::LeadSummary::of(&record, protocol::rows::Ownership::default(), NOW);
    server.deliver(vec![Entry::Snapshot(Box::new(protocol::pull::Snapshot {
        doc: DocId::lead(LeadId(lead)),
        projection: protocol::rows::PROJECTION_VERSION,
        summary: Some(summary),
        blob: doc.save(),
        metas: Vec::new(),
        seq: 1,
        proposals: Vec::new(),
        assignments: Vec::new(),
        receipts: Vec::new(),
    }))]);
}

#[test]
fn recovery_sees_whom_to_collect_from_and_reverses_only_their_own() {
    let office = Office::of(Role::RecoveryAgent);
    let server = Server::default();
    let lead = Uuid::from_u128(70);
    deliver_customer(&server, lead, "+919820014786");
    office.sync(&server);
    let mine = PayFilter { mine: true, ..PayFilter::default() };
    assert_eq!((list(&office.desk, PayFilter::default()).total, list(&office.desk, mine.clone()).total), (1, 0));
    pay(&office, LeadId(lead), "500", None);
    assert_eq!(list(&office.desk, mine).total, 1, "who entered something has it as their own");
    let theirs = Payment {
        amount: Money::new(70_000, Currency::INR),
        mode: Mode::Cash,
        day: FIRST.parse().expect("a day"),
        reference: None,
        note: String::new(),
    };
    let doc = DocId::ledger(LeadId(lead));
    server.deliver_ledger(LeadId(lead), LedgerCommand::AddPayment { payment: theirs });
    office.sync(&server);
    let view = ledger(&office, LeadId(lead));
    assert_eq!(view.paid, "₹1,200");
    let can: Vec<bool> = view.entries.iter().map(|entry| entry.can_reverse).collect();
    assert_eq!(can.iter().filter(|can| **can).count(), 1);
    let page = list(&office.desk, PayFilter::default());
    assert_eq!((page.rows[0].paid.as_deref(), page.rows[0].status), (Some("₹1,200"), PaymentStatus::Partial));
    server.deliver(vec![Entry::Evict { doc }]);
    office.sync(&server);
    assert_eq!(list(&office.desk, PayFilter::default()).rows[0].paid, None, "nothing stays of a ledger that left");
    assert_eq!(office.desk.ask(PaymentRecords { offset: 0, limit: 9 }).expect("records").total, 0);
}

#[test]
fn payments_are_for_whom_the_table_names() {
    for role in Role::ALL {
        let office = Office::of(role);
        let may = matches!(role, Role::SuperAdmin | Role::Admin | Role::Manager | Role::RecoveryAgent | Role::FinanceManager);
        let answers = [
            office.desk.ask(PaymentList { filter: PayFilter::default(), offset: 0, limit: 1 }).map(drop),
            office.desk.ask(PaymentRecords { offset: 0, limit: 1 }).map(drop),
        ];
        for answer in answers {
            assert_eq!(answer.map_err(|p| p.code), if may { Ok(()) } else { Err(ProblemCode::Refused) }, "{role:?}");
        }
    }
}
