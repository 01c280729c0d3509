//! Reports against SQL of their own: the documents are read into a bare database, and each figure is asked for there.
//! On random stories, at the ends of months, in zones with and without changing clocks.

use crate::support::{TestClock, World, email, person};
use domain::report::{Behind, DueState, LeadReport, LeadReportFilter, Listed, ReportSort, TriesState, basis_points};
use domain::{Clock, DeviceId, DocId, Env, LeadId, Role, Status, UserId};
use jiff::{Timestamp, tz::TimeZone};
use rusqlite::{Connection, params};
use std::collections::BTreeSet;
use std::sync::Arc;
use sync_server::demo;
use sync_server::reports::Page;
use sync_server::store::{documents, leads};
use sync_server::{Core, NewUser, SignedIn, Store};

const HOUR: i64 = 3_600_000;
const LEADS: usize = 400;
/// What nobody took.
const NOT_TAKEN: &str = "('Not reachable', 'Busy', 'Switched off')";

/// A company with random stories at an instant, in a zone.
fn company(zone: &str, now: &str, seed: u64) -> (Core, Arc<TestClock>) {
    let now: Timestamp = now.parse().expect("an instant");
    let clock = Arc::new(TestClock::at(now.as_millisecond()));
    let env = Env { clock: Arc::clone(&clock) as Arc<dyn Clock>, ..sync_server::env::system() };
    let store = Store::memory().expect("a database");
    demo::found(&store, &env, seed).expect("a company");
    store.write(|tx| tx.batch(&format!("UPDATE orgs SET zone = '{zone}'"))).expect("a zone");
    let core = Core::open(store, env).expect("a server");
    demo::fill(&core, LEADS, seed, None).expect("leads");
    (core, clock)
}

fn sign_in(core: &Core, email: &str) -> SignedIn {
    let user = core.user_by_email(email).expect("a person");
    core.session_for(user, DeviceId(core.env().new_id())).expect("a session")
}

/// The documents in a database that knows nothing of reports.
fn reference(core: &Core) -> Connection {
    let (store, org) = (core.store(), core.org().id);
    let db = Connection::open_in_memory().expect("a database");
    db.execute_batch(
        "CREATE TABLE lead (id TEXT, owner TEXT, team TEXT, source TEXT, status TEXT, created_at INTEGER, created TEXT,
           converted_at INTEGER, dropped_at INTEGER, deleted INTEGER);
         CREATE TABLE call (lead TEXT, at INTEGER, outcome TEXT);
         CREATE TABLE promise (lead TEXT, due_at INTEGER, due TEXT);",
    )
    .expect("tables");
    let zone = store.read(sync_server::store::orgs::only).expect("the organisation").zone;
    let zone = TimeZone::get(&zone).expect("a zone");
    let day = |at: i64| Timestamp::from_millisecond(at).expect("an instant").to_zoned(zone.clone()).date().to_string();
    let ids: Vec<LeadId> = store
        .read(|tx| tx.query("SELECT lead_id FROM leads", &[]).and_then(|rows| rows.into_iter().map(|mut row| row.id(0)).collect()))
        .expect("ids");
    for id in ids {
        let (blob, row) = store
            .read(|tx| Ok::<_, sync_server::StoreError>((documents::blob(tx, org, DocId::lead(id))?, leads::get(tx, org, id)?)))
            .expect("read");
        let (doc, row) = (records::Doc::load(&blob.expect("a document")).expect("loads"), row.expect("a row"));
        let lead = records::lead::read(&doc, id).expect("a lead");
        let standing = row.standing;
        db.execute(
            "INSERT INTO lead VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                id.to_string(),
                standing.owner.map(|owner| owner.to_string()),
                standing.team.map(|team| team.to_string()),
                lead.source.value.clone().unwrap_or_default(),
                lead.status.as_str(),
                lead.created_at,
                day(lead.created_at),
                lead.converted_at,
                lead.drop.as_ref().map(|drop| drop.at),
                lead.deleted.is_some(),
            ],
        )
        .expect("a lead");
        for call in &lead.calls {
            db.execute("INSERT INTO call VALUES (?1, ?2, ?3)", params![id.to_string(), call.at, call.outcome]).expect("a call");
        }
        for due in lead.due() {
            db.execute("INSERT INTO promise VALUES (?1, ?2, ?3)", params![id.to_string(), due.due_at, day(due.due_at)]).expect("a promise");
        }
    }
    db
}

/// Numbers that a query answers, a row each.
fn rows(db: &Connection, sql: &str) -> Vec<Vec<i64>> {
    let mut statement = db.prepare(sql).expect(sql);
    let columns = statement.column_count();
    let read = statement.query_map([], |row| (0..columns).map(|i| row.get::<_, Option<i64>>(i).map(Option::unwrap_or_default)).collect());
    read.expect(sql).map(|row| row.expect(sql)).collect()
}

fn number(db: &Connection, sql: &str) -> u64 {
    rows(db, sql)[0][0].try_into().expect("a count")
}

/// A text and numbers that a query answers, a row each.
fn named(db: &Connection, sql: &str) -> BTreeSet<(String, Vec<i64>)> {
    let mut statement = db.prepare(sql).expect(sql);
    let columns = statement.column_count();
    let read = statement.query_map([], |row| {
        Ok((row.get::<_, Option<String>>(0)?.unwrap_or_default(), (1..columns).map(|i| row.get(i)).collect::<Result<Vec<i64>, _>>()?))
    });
    read.expect(sql).map(|row| row.expect(sql)).collect()
}

const ENDINGS: &str = "count(*), sum(status = 'converted'), sum(status = 'lost')";
const OPEN: &str = "status NOT IN ('converted', 'lost')";

fn counts<K>(group: &domain::report::Group<K>) -> Vec<i64> {
    [group.leads, group.converted, group.dropped].map(|n| n as i64).to_vec()
}

/// Each figure of a report beside its query; `wanted` is a condition on leads.
fn compare(report: &LeadReport, db: &Connection, wanted: &str, now: i64, today: &str) {
    let wanted = format!("deleted = 0 AND ({wanted})");
    let of = |more: &str| format!("FROM lead WHERE {wanted} AND ({more})");
    let count = |more: &str| number(db, &format!("SELECT count(*) {}", of(more)));
    assert_eq!(report.leads, count("1"));
    assert_eq!((report.converted, report.dropped), (count("status = 'converted'"), count("status = 'lost'")));
    let rate = rows(
        db,
        &format!(
            "SELECT CASE count(*) WHEN 0 THEN 0 ELSE CAST(round(10000.0 * sum(status = 'converted') / count(*)) AS INTEGER) END {}",
            of("1")
        ),
    );
    assert_eq!(i64::from(report.conversion_rate()), rate[0][0]);
    for (status, leads) in &report.statuses {
        assert_eq!(*leads, count(&format!("status = '{status}'")), "{status}");
    }
    for (step, reached) in [
        (Status::New, "1"),
        (Status::InProgress, "status <> 'new'"),
        (Status::Interested, "status IN ('interested', 'qualified', 'converted')"),
        (Status::Qualified, "status IN ('qualified', 'converted')"),
        (Status::Converted, "status = 'converted'"),
    ] {
        let told = report.funnel.iter().find(|(one, _)| *one == step).expect("a step").1;
        assert_eq!(told, count(reached), "funnel {step}");
    }

    let by = |key: &str| named(db, &format!("SELECT {key}, {ENDINGS} {} GROUP BY 1", of("1")));
    assert_eq!(report.sources.iter().map(|group| (group.key.clone(), counts(group))).collect::<BTreeSet<_>>(), by("source"));
    let id = |id: Option<String>| id.unwrap_or_default();
    let people = report.people.iter().map(|group| (id(group.key.id.map(|id| id.to_string())), counts(group)));
    assert_eq!(people.collect::<BTreeSet<_>>(), by("owner"));
    let teams = report.teams.iter().map(|group| (id(group.key.id.map(|id| id.to_string())), counts(group)));
    assert_eq!(teams.collect::<BTreeSet<_>>(), by("team"));
    // SQLite knows Mondays by itself.
    let weeks = report.weeks.iter().filter(|week| week.leads > 0).map(|week| (week.key.to_string(), counts(week)));
    let monday = "CAST(CAST(julianday(created, 'weekday 0', '-6 days') - julianday('1970-01-01') AS INTEGER) AS TEXT)";
    assert_eq!(weeks.collect::<BTreeSet<_>>(), by(monday));

    let spans = rows(db, &format!("SELECT max(converted_at - created_at, 0) {} ORDER BY 1", of("status = 'converted'")));
    took(&report.to_convert, &spans);
    let first =
        format!("SELECT max(min(at) - created_at, 0) FROM call JOIN lead ON lead.id = call.lead WHERE {wanted} GROUP BY lead ORDER BY 1");
    let spans = rows(db, &first);
    took(&report.first_call.took, &spans);
    let ends = [0, HOUR / 12, HOUR / 4, HOUR, 4 * HOUR, 24 * HOUR, i64::MAX];
    for (n, leads) in report.first_call.leads.iter().enumerate() {
        let inside = spans.iter().filter(|span| (ends[n]..ends[n + 1]).contains(&span[0])).count();
        assert_eq!(*leads, inside as u64, "first call {n}");
    }
    assert_eq!(report.first_call.never, count("id NOT IN (SELECT lead FROM call)"));

    let ends = [0, 1, 3, 7, 30, 100_000];
    for line in &report.ages {
        for (n, leads) in line.leads.iter().enumerate() {
            let (from, to) = (now - ends[n + 1] * 24 * HOUR, now - ends[n] * 24 * HOUR);
            assert_eq!(*leads, count(&format!("status = '{}' AND created_at > {from} AND created_at <= {to}", line.status)), "{line:?}");
        }
    }
    let due = "(SELECT min(due_at) FROM promise WHERE lead = id)";
    let day = format!("(SELECT due FROM promise WHERE lead = id AND due_at = {due})");
    let promises = report.promises;
    assert_eq!(promises.overdue, count(&format!("{OPEN} AND {day} < '{today}'")));
    assert_eq!(promises.today, count(&format!("{OPEN} AND {day} = '{today}'")));
    assert_eq!(promises.upcoming, count(&format!("{OPEN} AND {day} > '{today}'")));
    assert_eq!(promises.nothing, count(&format!("{OPEN} AND {due} IS NULL")));
    for line in &report.tries {
        let calls = "(SELECT count(*) FROM call WHERE lead = id)";
        let tried = if line.tries == 5 { format!("{calls} >= 5") } else { format!("{calls} = {}", line.tries) };
        let taken = format!("EXISTS (SELECT 1 FROM call WHERE lead = id AND outcome NOT IN {NOT_TAKEN})");
        let told = [line.leads, line.reached, line.waiting, line.converted, line.dropped];
        let asked =
            ["1", &taken, "status = 'cnp'", "status = 'converted'", "status = 'lost'"].map(|more| count(&format!("{tried} AND {more}")));
        assert_eq!(told, asked, "{} tries", line.tries);
    }
}

/// The definitions in other words: of a sorted list, one-based, the place of half and of nine tenths.
fn took(told: &domain::report::Took, spans: &[Vec<i64>]) {
    assert_eq!(told.count as usize, spans.len());
    if let Some(last) = spans.len().checked_sub(1) {
        assert_eq!(told.median, Some(spans[last / 2][0]));
        assert_eq!(told.ninth, Some(spans[last * 9 / 10][0]));
        assert_eq!(told.mean, Some(spans.iter().map(|span| span[0]).sum::<i64>() / spans.len() as i64));
    }
}

fn dates(start: &str, end: &str) -> LeadReportFilter {
    LeadReportFilter { start_date: Some(start.into()), end_date: Some(end.into()), ..LeadReportFilter::default() }
}

/// Every place where a month ends at another instant than elsewhere.
#[test]
fn every_figure_is_what_sql_says() {
    for (seed, zone, now, today) in [
        (1, "Asia/Kolkata", "2026-10-31T18:29:59Z", "2026-10-31"),
        (2, "Asia/Kolkata", "2026-10-31T18:30:00Z", "2026-11-01"),
        // The clocks there go back that night.
        (3, "America/New_York", "2026-11-02T03:30:00Z", "2026-11-01"),
        (4, "Pacific/Auckland", "2026-09-30T11:30:00Z", "2026-10-01"),
    ] {
        let (core, clock) = company(zone, now, seed);
        let (db, admin) = (reference(&core), sign_in(&core, "vikram@nakshatra.example"));
        let ask = |filter: &LeadReportFilter| {
            let report = core.report_leads(&admin, filter).expect("a report");
            (report.as_of, report)
        };
        let (at, all) = ask(&LeadReportFilter::default());
        compare(&all, &db, "1", at, today);
        assert_eq!(all.leads as usize, LEADS);
        let (month, _) = today.rsplit_once('-').expect("a date");
        let (at, report) = ask(&dates(&format!("{month}-01"), today));
        compare(&report, &db, &format!("created >= '{month}-01' AND created <= '{today}'"), at, today);
        let (at, report) = ask(&dates("2026-09-28", "2026-10-04"));
        compare(&report, &db, "created BETWEEN '2026-09-28' AND '2026-10-04'", at, today);
        let filter = LeadReportFilter {
            status: Listed(vec![Status::Cnp, Status::Converted]),
            source: Listed(vec!["Google".into(), "Referral".into()]),
            ..LeadReportFilter::default()
        };
        let (at, report) = ask(&filter);
        compare(&report, &db, "status IN ('cnp', 'converted') AND source IN ('Google', 'Referral')", at, today);
        let asha = core.user_by_email("asha@nakshatra.example").expect("asha");
        let (at, report) = ask(&LeadReportFilter { assigned_to: Listed(vec![asha]), ..dates("2026-09-01", today) });
        compare(&report, &db, &format!("owner = '{asha}' AND created >= '2026-09-01' AND created <= '{today}'"), at, today);
        let (at, report) = ask(&dates("2001-01-01", "2001-01-31"));
        compare(&report, &db, "0", at, today);
        assert_eq!(report, LeadReport { as_of: report.as_of, days: report.days, ..empty(&report) });

        // Days go by, and nothing else: what was due is overdue.
        clock.later(40 * 24 * HOUR);
        let (at, later) = ask(&LeadReportFilter::default());
        assert_ne!(later.promises, all.promises);
        let zone = TimeZone::get(zone).expect("a zone");
        let day = Timestamp::from_millisecond(at).expect("an instant").to_zoned(zone).date().to_string();
        compare(&later, &db, "1", at, &day);
    }
}

/// With every figure at nothing.
fn empty(like: &LeadReport) -> LeadReport {
    LeadReport {
        statuses: like.statuses.iter().map(|(status, _)| (*status, 0)).collect(),
        funnel: like.funnel.iter().map(|(step, _)| (*step, 0)).collect(),
        ages: like.ages.iter().map(|line| domain::report::AgeLine { leads: [0; 5], ..line.clone() }).collect(),
        tries: like.tries.iter().map(|line| domain::report::TriesLine { tries: line.tries, ..Default::default() }).collect(),
        ..LeadReport::default()
    }
}

/// All pages of a report, and how many leads they say there are.
fn pages(core: &Core, who: &SignedIn, filter: &LeadReportFilter, page: &Page) -> (Vec<domain::report::LeadReportRow>, u64) {
    let (mut rows, mut page) = (Vec::new(), page.clone());
    loop {
        let mut answer = core.report_lead_rows(who, filter, &page).expect("a page");
        assert!(answer.rows.len() <= page.limit.unwrap_or(50) as usize);
        rows.append(&mut answer.rows);
        match answer.next {
            Some(next) => page.after = Some(next),
            None => return (rows, answer.total),
        }
    }
}

/// Every number of a report has as many rows behind it, each once, in any order.
#[test]
fn behind_each_number_stand_its_leads() {
    let (core, _clock) = company("Asia/Kolkata", "2026-11-30T20:00:00Z", 11);
    let admin = sign_in(&core, "vikram@nakshatra.example");
    let of = dates("2026-10-15", "2026-11-30");
    let report = core.report_leads(&admin, &of).expect("a report");
    let is = |wanted: u64, filter: LeadReportFilter, what: &str| {
        let (rows, total) = pages(&core, &admin, &filter, &Page { limit: Some(37), ..Page::default() });
        let distinct: BTreeSet<LeadId> = rows.iter().map(|row| row.lead).collect();
        assert_eq!((rows.len() as u64, distinct.len() as u64, total), (wanted, wanted, wanted), "{what}");
        let narrower = core.report_leads(&admin, &filter).expect("a report");
        assert_eq!(narrower.leads, wanted, "{what}");
    };
    let behind = |behind: Behind| LeadReportFilter { behind: Some(behind), ..of.clone() };
    is(report.leads, of.clone(), "all");
    for (status, leads) in &report.statuses {
        is(*leads, LeadReportFilter { status: Listed(vec![*status]), ..of.clone() }, status.as_str());
    }
    for (step, leads) in &report.funnel {
        is(*leads, behind(Behind::Funnel(*step)), "funnel");
    }
    for group in &report.sources {
        is(group.leads, LeadReportFilter { source: Listed(vec![group.key.clone()]), ..of.clone() }, &group.key);
    }
    for group in &report.people {
        let filter = match group.key.id {
            Some(id) => LeadReportFilter { assigned_to: Listed(vec![id]), ..of.clone() },
            None => behind(Behind::NoOwner),
        };
        is(group.leads, filter, &group.key.name);
    }
    for group in &report.teams {
        let filter = match group.key.id {
            Some(team) => LeadReportFilter { team: Some(team), ..of.clone() },
            None => behind(Behind::NoTeam),
        };
        is(group.leads, filter, &group.key.name);
    }
    for week in &report.weeks {
        is(week.leads, behind(Behind::Week(week.key)), "a week");
    }
    for line in &report.ages {
        line.leads.iter().enumerate().for_each(|(n, leads)| is(*leads, behind(Behind::Age(line.status, n as u8)), "an age"));
    }
    report.first_call.leads.iter().enumerate().for_each(|(n, leads)| is(*leads, behind(Behind::FirstCall(n as u8)), "a first call"));
    is(report.first_call.never, behind(Behind::NeverCalled), "never called");
    let promises = report.promises;
    for (state, leads) in DueState::ALL.into_iter().zip([promises.overdue, promises.today, promises.upcoming, promises.nothing]) {
        is(leads, behind(Behind::Due(state)), state.as_str());
    }
    for line in &report.tries {
        for (state, leads) in TriesState::ALL.into_iter().zip([line.leads, line.reached, line.waiting, line.converted, line.dropped]) {
            is(leads, behind(Behind::Tries(line.tries, state)), state.as_str());
        }
    }
    // In each order, both ways, all are there once.
    for sort in [ReportSort::Created, ReportSort::Status, ReportSort::Source, ReportSort::Owner, ReportSort::Calls, ReportSort::Converted] {
        for reversed in [false, true] {
            let (rows, total) = pages(&core, &admin, &of, &Page { sort, reversed, limit: Some(23), after: None });
            let distinct: BTreeSet<LeadId> = rows.iter().map(|row| row.lead).collect();
            assert_eq!((distinct.len() as u64, rows.len() as u64), (total, total), "{sort:?}");
            let key = |row: &domain::report::LeadReportRow| match sort {
                ReportSort::Created => (-row.created_at, String::new()),
                ReportSort::Status => (Status::ALL.iter().position(|one| *one == row.status).expect("a status") as i64, String::new()),
                ReportSort::Source => (i64::from(row.source.is_none()), row.source.clone().unwrap_or_default().to_lowercase()),
                ReportSort::Owner => (i64::from(row.owner.is_none()), row.owner.clone().unwrap_or_default().to_lowercase()),
                ReportSort::Calls => (-i64::from(row.calls), String::new()),
                ReportSort::Converted => (row.converted_at.map_or(i64::MAX, |at| if reversed { at } else { -at }), String::new()),
            };
            let mut keys: Vec<_> = rows.iter().map(key).collect();
            if reversed && sort != ReportSort::Converted {
                keys.reverse();
            }
            assert!(keys.is_sorted(), "{sort:?} {reversed}");
        }
    }
}

/// What one role may count is what it may see.
#[test]
fn a_report_is_of_what_its_reader_sees() {
    let (core, _clock) = company("Asia/Kolkata", "2026-11-15T09:00:00Z", 21);
    let db = reference(&core);
    let ravi = sign_in(&core, "ravi@nakshatra.example");
    let (user, team) = (ravi.actor().user, ravi.actor().team.expect("a team"));
    let seen = format!("team = '{team}' OR owner = '{user}'");
    let report = core.report_leads(&ravi, &LeadReportFilter::default()).expect("a report");
    assert!(report.leads > 0 && (report.leads as usize) < LEADS);
    compare(&report, &db, &seen, report.as_of, "2026-11-15");
    // Asking for others' does not widen it.
    let other = core.report_leads(&ravi, &LeadReportFilter { behind: Some(Behind::NoTeam), ..LeadReportFilter::default() });
    assert_eq!(other.expect("a report").leads, 0);
    let none = |who: &SignedIn| {
        core.report_leads(who, &LeadReportFilter::default()).is_err()
            && core.report_lead_rows(who, &LeadReportFilter::default(), &Page::default()).is_err()
    };
    assert!(none(&sign_in(&core, "asha@nakshatra.example")), "a salesperson has none");
    let mut others = Vec::new();
    for (email, _, role, _) in demo::people() {
        let who = sign_in(&core, &email);
        let has = core.report_leads(&who, &LeadReportFilter::default()).is_ok();
        assert_eq!(has, domain::policy::has(role, domain::Action::RunReports), "{role:?}");
        others.extend((role == Role::Analyst).then_some(who));
    }
    // An analyst counts everything, and reads no number.
    for analyst in &others {
        assert_eq!(core.report_leads(analyst, &LeadReportFilter::default()).expect("a report").leads as usize, LEADS);
        let (rows, _) = pages(&core, analyst, &LeadReportFilter::default(), &Page { limit: Some(200), ..Page::default() });
        assert!(rows.iter().all(|row| row.phone.contains('•')), "masked");
    }
    assert!(!others.is_empty());
}

/// Whatever was written since the last question is in the next one, and a restore is noticed.
#[test]
fn a_report_follows_the_log() {
    let world = World::memory();
    let (mut asha, admin) = (world.device("asha"), world.device("ananya"));
    let ask = || world.core.report_leads(&admin.who, &LeadReportFilter::default()).expect("a report");
    assert_eq!(ask().leads, 0);
    let (lead, other) = (asha.created("+919820014786"), asha.created("+919820014787"));
    assert_eq!((ask().leads, ask().people[0].key.id), (2, Some(world.user("asha"))));
    for (from, to) in [
        (Status::New, Status::InProgress),
        (Status::InProgress, Status::Interested),
        (Status::Interested, Status::Qualified),
        (Status::Qualified, Status::Converted),
    ] {
        let item = asha.edit(lead, domain::Command::ChangeStatus { from, to, reason: None });
        asha.push_one(&item);
    }
    let report = ask();
    assert_eq!((report.converted, report.conversion_rate(), report.to_convert.count), (1, basis_points(1, 2), 1));
    let set = protocol::admin::SetOwner { expected_owner: Some(world.user("asha")), owner: Some(world.user("arjun")) };
    world.core.set_owner(&admin.who, other, set).expect("assigned");
    let of = |user: UserId| ask().people.iter().find(|group| group.key.id == Some(user)).map(|group| group.leads);
    assert_eq!((of(world.user("asha")), of(world.user("arjun"))), (Some(1), Some(1)));
    // A person of no lead is in no line; a wrong day or page is said.
    world.core.add_user(&NewUser { ..person("new", Role::Salesperson, None) }).expect("a user");
    assert_eq!(of(world.core.user_by_email(&email("new")).expect("a person")), None);
    for wrong in [dates("2026-11-31", "2026-12-01"), dates("2026-11-02", "2026-11-01"), dates("1970-01-01", "2999-01-01")] {
        assert!(world.core.report_leads(&admin.who, &wrong).is_err(), "{wrong:?}");
    }
    let page = Page { after: Some("nonsense".into()), ..Page::default() };
    assert!(world.core.report_lead_rows(&admin.who, &LeadReportFilter::default(), &page).is_err());
}
