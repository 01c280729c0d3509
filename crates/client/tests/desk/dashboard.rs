//! The dashboard's figures against SQL that is written here alone, and against the lists behind them.

use crate::office::{ASHA, NOW, Office, RAVI, Server, key};
use bridge::ProblemCode;
use bridge::dashboard::{Aside, Behind, CardKind, Dashboard, DashboardGet, DashboardKind, Figure};
use bridge::lead::{LeadFilter, LeadList};
use client::desk::Desk;
use domain::Role;
use domain::command::NewLead;
use domain::lead::{Called, Status};
use protocol::pull::Entry;
use rusqlite::{Connection, ToSql};

const DAY: i64 = 24 * 3_600_000;
/// Days since 1970-01-01 of [`NOW`] in India: 2026-11-21.
const TODAY: i64 = 20_778;
/// The first instant of that day there.
const MIDNIGHT: i64 = TODAY * DAY - 19_800_000;

fn get(office: &Office, from: i64, to: i64) -> Dashboard {
    office.desk.ask(DashboardGet { from, to }).expect("a dashboard")
}

fn listed(office: &Office, filter: &LeadFilter) -> u32 {
    office.desk.ask(LeadList { filter: filter.clone(), offset: 0, limit: 1 }).expect("a list").total
}

/// Every number of it that counts leads, with what it is.
fn figures(dashboard: &Dashboard) -> Vec<(String, Figure)> {
    let mut all = Vec::new();
    let mut add = |what: String, figure: &Figure| all.push((what, figure.clone()));
    for card in &dashboard.cards {
        if let (Behind::Leads { filter }, Some(count), true) = (&card.behind, card.value, card.kind != CardKind::ResponseTime) {
            add(format!("{:?}", card.kind), &Figure { count, behind: (**filter).clone() });
        }
        match &card.aside {
            Aside::NotCalled { figure } | Aside::Qualified { figure } | Aside::ThisMonth { figure } | Aside::NotAssigned { figure } => {
                add(format!("under {:?}", card.kind), figure);
            }
            Aside::CheckedIn { .. } | Aside::NextAt { .. } | Aside::Oldest { .. } | Aside::Nothing => {}
        }
    }
    for point in &dashboard.trend {
        for (what, figure) in [("called", &point.called), ("new", &point.new), ("converted", &point.converted), ("dropped", &point.dropped)]
        {
            add(format!("{what} on {}", point.day), figure);
        }
    }
    dashboard.funnel.iter().for_each(|step| add(format!("reached {:?}", step.status), &step.reached));
    for line in &dashboard.sources {
        add(format!("of {}", line.source), &line.leads);
        add(format!("converted of {}", line.source), &line.converted);
    }
    for agent in &dashboard.agents {
        for (what, figure) in
            [("assigned", &agent.assigned), ("called", &agent.called), ("converted", &agent.converted), ("missed", &agent.missed)]
        {
            add(format!("{} {what}", agent.name), figure);
        }
    }
    all
}

/// Leads at random times around midnight and the month's end, in every status.
fn fill(server: &Server, seed: u64, leads: u64) {
    let mut dice = seed;
    let mut roll = move |sides: u64| {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        dice % sides
    };
    let near = |roll: &mut dyn FnMut(u64) -> u64| {
        let day = [0, 0, 0, 1, 2, 6, 7, 20, 21, 40][roll(10) as usize];
        let edge = [0, -1, 1, 3_600_000, -3_600_000, 43_200_000][roll(6) as usize];
        MIDNIGHT - day * DAY + edge
    };
    let owners = [Some(ASHA), Some(ASHA), Some(RAVI), None];
    let mut entries = Vec::new();
    for n in 0..leads {
        let source = ["Website", "Walk-in", ""][roll(3) as usize];
        let new = NewLead {
            name: format!("Lead {n}"),
            phone: format!("+9198200{:05}", 10_000 + n),
            source: Some(source.to_owned()).filter(|source| !source.is_empty()),
            ..NewLead::default()
        };
        let owner = owners[roll(4) as usize];
        let Entry::Snapshot(mut whole) = server.snapshot(seed * 100_000 + n, new, owner, NOW) else { panic!("a snapshot") };
        let row = whole.summary.as_mut().expect("a row");
        row.created_at = near(&mut roll);
        row.assigned_at = owner.map(|_| near(&mut roll));
        row.status = Status::ALL[roll(7) as usize];
        row.converted_at = (row.status == Status::Converted).then(|| near(&mut roll));
        row.dropped_at = (row.status == Status::Lost).then(|| near(&mut roll));
        row.next_follow_up_at = (roll(3) == 0).then(|| near(&mut roll));
        let by = [Some(ASHA), Some(RAVI), None];
        row.called = (0..roll(4)).map(|_| Called { at: near(&mut roll), by: by[roll(3) as usize] }).collect();
        row.called.sort_by_key(|call| call.at);
        entries.push(Entry::Snapshot(whole));
    }
    server.deliver(entries);
}

fn count(c: &Connection, sql: &str, values: &[&dyn ToSql]) -> u32 {
    c.query_row(sql, values, |r| r.get(0)).expect(sql)
}

fn value(dashboard: &Dashboard, kind: CardKind) -> Option<u32> {
    dashboard.cards.iter().find(|card| card.kind == kind).expect("the card").value
}

#[test]
fn an_agents_figures_are_those_of_sql_and_of_the_lists_behind_them() {
    for seed in [1, 2, 3] {
        let (office, server) = (Office::of(Role::Salesperson), Server::default());
        server.deliver_directory();
        fill(&server, seed, 400);
        office.sync(&server);
        for (from, to) in [(TODAY, TODAY), (TODAY - 6, TODAY), (TODAY - 29, TODAY), (TODAY - 60, TODAY), (TODAY - 20, TODAY - 7)] {
            let dashboard = get(&office, from, to);
            assert_eq!((dashboard.kind, dashboard.cards.len()), (DashboardKind::Own, 5));
            for (what, figure) in figures(&dashboard) {
                assert_eq!(figure.count, listed(&office, &figure.behind), "seed {seed}, {from} to {to}: {what}");
            }
            let (begin, end) = (MIDNIGHT - (TODAY - from) * DAY, MIDNIGHT - (TODAY - to) * DAY + DAY);
            office.desk.engine().store().read(|c| {
                let me = ASHA.0.as_bytes().to_vec();
                let mine = |rest: &str, values: &[&dyn ToSql]| {
                    let mut all: Vec<&dyn ToSql> = vec![&me];
                    all.extend(values);
                    count(c, &format!("SELECT count(*) FROM leads WHERE deleted = 0 AND owner = ?1 AND {rest}"), &all)
                };
                let (midnight, tomorrow) = (MIDNIGHT, MIDNIGHT + DAY);
                let assigned = mine("assigned_at >= ?2 AND assigned_at < ?3", &[&midnight, &tomorrow]);
                assert_eq!(value(&dashboard, CardKind::AssignedToday), Some(assigned));
                let converted = mine("status = 'converted'", &[]);
                assert_eq!(value(&dashboard, CardKind::Converted), Some(converted));
                let begun = mine("status IN ('in_progress', 'cnp', 'interested', 'qualified') AND pool = 'working'", &[]);
                assert_eq!(value(&dashboard, CardKind::InProgress), Some(begun));
                let came = mine("assigned_at >= ?2 AND assigned_at < ?3", &[&begin, &end]);
                assert_eq!(dashboard.trend.iter().map(|point| point.new.count).sum::<u32>(), came);
                assert_eq!((dashboard.funnel[0].reached.count, dashboard.sources.iter().map(|line| line.leads.count).sum::<u32>()), (came, came));
                let won = mine("status = 'converted' AND assigned_at >= ?2 AND assigned_at < ?3", &[&begin, &end]);
                assert_eq!(dashboard.sources.iter().map(|line| line.converted.count).sum::<u32>(), won);
                let dropped = mine("dropped_at >= ?2 AND dropped_at < ?3", &[&begin, &end]);
                assert_eq!(dashboard.trend.iter().map(|point| point.dropped.count).sum::<u32>(), dropped);
                // Leads called by oneself, each once a day.
                let called = "SELECT count(*) FROM (SELECT DISTINCT l.n, (json_extract(j.value, '$.at') - ?4) / 86400000 \
                     FROM leads l, json_each(CASE l.called WHEN '' THEN '[]' ELSE l.called END) j WHERE l.owner = ?1 \
                     AND json_extract(j.value, '$.by') = ?5 AND json_extract(j.value, '$.at') >= ?2 AND json_extract(j.value, '$.at') < ?3)";
                if to - from <= 31 {
                    let calls = count(c, called, &[&me, &begin, &end, &begin, &ASHA.0.to_string()]);
                    assert_eq!(dashboard.trend.iter().map(|point| point.called.count).sum::<u32>(), calls, "seed {seed}");
                }
                Ok(())
            })
            .expect("read");
        }
    }
}

#[test]
fn a_teams_figures_are_of_everybody_in_sight() {
    let (office, server) = (Office::of(Role::TeamLead), Server::default());
    server.deliver_directory();
    fill(&server, 7, 400);
    office.sync(&server);
    let dashboard = get(&office, TODAY - 29, TODAY);
    assert_eq!((dashboard.kind, dashboard.pace), (DashboardKind::Team, None));
    for (what, figure) in figures(&dashboard) {
        assert_eq!(figure.count, listed(&office, &figure.behind), "{what}");
    }
    office.desk.engine().store().read(|c| {
        let (midnight, tomorrow, begin) = (MIDNIGHT, MIDNIGHT + DAY, MIDNIGHT - 29 * DAY);
        let of = |rest: &str, values: &[&dyn ToSql]| count(c, &format!("SELECT count(*) FROM leads WHERE deleted = 0 AND {rest}"), values);
        let today: [&dyn ToSql; 2] = [&midnight, &tomorrow];
        assert_eq!(value(&dashboard, CardKind::CreatedToday), Some(of("created_at >= ?1 AND created_at < ?2", &today)));
        assert_eq!(value(&dashboard, CardKind::ConvertedToday), Some(of("converted_at >= ?1 AND converted_at < ?2", &today)));
        assert_eq!(value(&dashboard, CardKind::DroppedToday), Some(of("dropped_at >= ?1 AND dropped_at < ?2", &today)));
        assert_eq!(value(&dashboard, CardKind::Unassigned), Some(of("owner IS NULL AND status = 'new'", &[])));
        let response = "SELECT sum(first - assigned_at) / count(*) / 60000 FROM (SELECT l.assigned_at, min(json_extract(j.value, '$.at')) AS first \
             FROM leads l, json_each(CASE l.called WHEN '' THEN '[]' ELSE l.called END) j WHERE l.assigned_at >= ?1 AND l.assigned_at < ?2 \
             AND json_extract(j.value, '$.at') >= l.assigned_at GROUP BY l.n)";
        let minutes: Option<u32> = c.query_row(response, today, |r| r.get(0)).expect("a mean");
        assert_eq!(value(&dashboard, CardKind::ResponseTime), minutes);
        let ravi = dashboard.agents.iter().find(|agent| agent.user == RAVI).expect("he did something");
        let id: Vec<u8> = RAVI.0.as_bytes().to_vec();
        let assigned = of("owner = ?1 AND assigned_at >= ?2 AND assigned_at < ?3", &[&id, &begin, &tomorrow]);
        let missed = of("owner = ?1 AND next_follow_up_at < ?2 AND status NOT IN ('converted', 'lost')", &[&id, &midnight]);
        assert_eq!((ravi.assigned.count, ravi.missed.count), (assigned, missed));
        Ok(())
    })
    .expect("read");
}

#[test]
fn figures_follow_what_is_done_and_taken_back() {
    let office = Office::new();
    let lead = office.create("Ananya", "9820014786");
    let of = |kind| value(&get(&office, TODAY, TODAY), kind);
    assert_eq!((of(CardKind::AssignedToday), of(CardKind::InProgress)), (Some(1), Some(0)), "its maker has it since it was made");
    let done = office.desk.ask(bridge::lead::LeadChangeStatus { lead, to: Status::InProgress, reason: None }).expect("a status");
    assert_eq!(of(CardKind::InProgress), Some(1));
    office.desk.ask(bridge::lead::LeadUndo { lead, commands: done.commands }).expect("taken back");
    assert_eq!(of(CardKind::InProgress), Some(0));
    office.wait(24 * 60);
    let tomorrow = get(&office, TODAY + 1, TODAY + 1);
    assert_eq!(value(&tomorrow, CardKind::AssignedToday), Some(0), "today is another day");
    assert_eq!(tomorrow.trend.iter().map(|point| point.new.count).sum::<u32>(), 0);
}

#[test]
fn days_that_are_none_and_roles_without_figures_are_refused() {
    let office = Office::new();
    for (from, to) in [(TODAY, TODAY - 1), (0, TODAY)] {
        let refused = office.desk.ask(DashboardGet { from, to }).expect_err("no range");
        assert_eq!(refused.code, ProblemCode::Refused, "{refused:?}");
    }
    let analyst = Office::of(Role::Analyst);
    assert_eq!(analyst.desk.ask(DashboardGet { from: TODAY, to: TODAY }).expect_err("not his").code, ProblemCode::Refused);
}

/// What a profile says to somebody who only reads it is the same.
#[test]
fn a_reader_beside_the_writer_counts_the_same() {
    let (office, server) = (Office::of(Role::Salesperson), Server::default());
    fill(&server, 9, 50);
    office.sync(&server);
    let beside = Desk::open_read_only(&office.profile(), &key(), office.env()).expect("a reader");
    assert_eq!(beside.ask(DashboardGet { from: TODAY - 6, to: TODAY }).expect("a dashboard"), get(&office, TODAY - 6, TODAY));
}
