//! Lists, searches and counts against a plain reading of the same leads.

use crate::office::{ASHA, NOW, Office, RAVI, Server};
use bridge::lead::{
    DueState, FollowUpSchedule, LeadChangeStatus, LeadCountsGet, LeadFacetsGet, LeadFilter, LeadForm, LeadRow, LeadSetField,
    LeadSetInterest, LeadSort, LeadView, TagAdd,
};
use domain::command::NewLead;
use domain::{LeadField, LeadId, Pool, Role, Status};
use protocol::pull::Entry;
use std::cmp::Reverse;

#[test]
fn leads_are_found_by_anything_people_type() {
    let office = Office::new();
    for (name, phone, email) in [
        ("Ananya Krishnan", "9820014786", "ananya.k@example.in"),
        ("मीनाक्षी जोशी", "9876543210", ""),
        ("Christopher D’Cruz", "9833060491", "chris@example.com"),
        ("Hannah Müller", "+4915128803140", ""),
        ("محمد عرفان", "9765400052", ""),
        ("2nd Chance Traders", "9845011273", ""),
    ] {
        let form = bridge::lead::LeadForm { name: name.into(), phone: phone.into(), email: email.into(), ..Default::default() };
        office.try_create(form).expect(name);
        office.wait(1);
    }
    for (typed, found) in [
        ("ana", vec!["Ananya Krishnan"]),
        ("KRISH", vec!["Ananya Krishnan"]),
        ("krish anan", vec!["Ananya Krishnan"]),
        ("nya", vec![]),
        ("ananya.k@example", vec!["Ananya Krishnan"]),
        ("example", vec!["Christopher D’Cruz", "Ananya Krishnan"]),
        ("muller", vec!["Hannah Müller"]),
        ("müll", vec!["Hannah Müller"]),
        ("मी", vec!["मीनाक्षी जोशी"]),
        ("मीनाक्षी", vec!["मीनाक्षी जोशी"]),
        ("जोशी मी", vec!["मीनाक्षी जोशी"]),
        ("मा", vec![]),
        ("عرف", vec!["محمد عرفان"]),
        ("cruz", vec!["Christopher D’Cruz"]),
        ("d'cruz", vec!["Christopher D’Cruz"]),
        ("14786", vec!["Ananya Krishnan"]),
        ("4786", vec!["Ananya Krishnan"]),
        ("98200 147", vec!["Ananya Krishnan"]),
        ("+91 98200-14786", vec!["Ananya Krishnan"]),
        ("098200", vec!["Ananya Krishnan"]),
        ("९८२०० १४७८६", vec!["Ananya Krishnan"]),
        ("١٤٧٨٦", vec!["Ananya Krishnan"]),
        ("+49", vec!["Hannah Müller"]),
        ("91", vec!["Christopher D’Cruz", "2nd Chance Traders", "محمد عرفان", "मीनाक्षी जोशी", "Ananya Krishnan"]),
        ("ananya 4786", vec!["Ananya Krishnan"]),
        ("ananya 4787", vec![]),
        ("2nd", vec!["2nd Chance Traders"]),
        ("\" OR name : *", vec![]),
        ("12345678901234567890", vec![]),
        ("NEAR(", vec![]),
        ("-", vec!["2nd Chance Traders", "محمد عرفان", "Hannah Müller", "Christopher D’Cruz", "मीनाक्षी जोशी", "Ananya Krishnan"]),
    ] {
        let mut names = office.found(typed);
        if typed == "91" {
            names.sort();
            let mut found: Vec<_> = found.iter().map(|s| (*s).to_owned()).collect();
            found.sort();
            assert_eq!(names, found, "{typed}");
        } else {
            assert_eq!(names, found, "{typed}");
        }
    }
}

#[test]
fn numbers_that_end_so_come_first() {
    let office = Office::new();
    office.create("Ends", "9820014786");
    office.wait(1);
    office.create("Holds", "9814786012");
    assert_eq!(office.found("147"), ["Holds", "Ends"], "newest first");
    assert_eq!(office.found("4786"), ["Ends", "Holds"], "what agents type: the last four or five");
}

/// Three pools, all statuses, names in three scripts.
fn stocked(office: &Office, leads: u64, first_sync: bool) -> Server {
    let server = Server::default();
    server.deliver_directory();
    let names = ["Asha Rao", "Ashok Menon", "Ravi Kumar", "मीनाक्षी जोशी", "महेश राव", "Éva Çelik", "محمد عرفان"];
    let made = |n: u64| {
        let name = format!("{} {}", names[(n * 7 % 5 + n % 3) as usize % 7], n % 13);
        let email = n.is_multiple_of(3).then(|| format!("user{n}@example.com"));
        let new = NewLead { name, phone: format!("+9198{:08}", n * 7_919 % 99_999_989), email, ..NewLead::default() };
        let owner = [None, Some(ASHA), Some(RAVI)][(n % 3) as usize];
        server.snapshot(n, new, owner, NOW - (n as i64 * 7_919 % 1_000) * 60_000)
    };
    let mut entries: Vec<Entry> = (1..=leads).map(made).collect();
    if first_sync {
        server.deliver(vec![Entry::Resync]);
        entries.push(Entry::BackfillEnd);
    }
    server.deliver(entries);
    office.sync(&server);
    server
}

/// The list as a plain reading gives it.
fn expected(all: &[LeadRow], pools: &[(domain::LeadId, Pool)], filter: &LeadFilter) -> Vec<domain::LeadId> {
    let wanted = filter.search.to_lowercase();
    let matches = |row: &&LeadRow| {
        let pool = pools.iter().find(|(id, _)| *id == row.id).map(|(_, pool)| *pool);
        (filter.pool.is_none() || filter.pool == pool)
            && (filter.statuses.is_empty() || filter.statuses.contains(&row.status))
            && (wanted.is_empty() || row.name.to_lowercase().split(' ').any(|word| word.starts_with(&wanted)))
    };
    all.iter().filter(matches).map(|row| row.id).collect()
}

#[test]
fn windows_totals_and_counts_are_true_for_every_filter() {
    for first_sync in [true, false] {
        let office = Office::of(Role::Manager);
        stocked(&office, 600, first_sync);
        let all = |office: &Office| -> Vec<LeadRow> {
            let windows = (0..3).map(|i| office.page(&LeadFilter::default(), i * 200, 200));
            windows
                .flat_map(|page| {
                    assert_eq!(page.total, 600);
                    page.rows
                })
                .collect()
        };
        for row in all(&office).iter().step_by(5) {
            office.desk.ask(LeadChangeStatus { lead: row.id, to: Status::Interested, reason: None }).expect("a status");
        }
        for row in all(&office).iter().step_by(7) {
            office.desk.ask(LeadChangeStatus { lead: row.id, to: Status::Lost, reason: Some("Financial".into()) }).expect("a drop");
        }
        let rows = all(&office);
        assert!(rows.is_sorted_by_key(|row| std::cmp::Reverse(row.updated_at)));
        let pools: Vec<_> = rows.iter().map(|row| (row.id, Pool::of(row.status, row.owner.is_some(), 0, 6))).collect();
        let counts = office.desk.ask(LeadCountsGet {}).expect("counts");
        let of = |pool| u32::try_from(pools.iter().filter(|(_, p)| *p == pool).count()).expect("a count");
        assert_eq!(
            (counts.fresh, counts.working, counts.converted, counts.dropped, counts.all),
            (of(Pool::Fresh), of(Pool::Working), 0, of(Pool::Dropped), 600)
        );
        for pool in [None, Some(Pool::Fresh), Some(Pool::Working), Some(Pool::Converted), Some(Pool::Dropped)] {
            for statuses in [vec![], vec![Status::New], vec![Status::Interested, Status::Lost]] {
                for search in ["", "a", "as", "ash", "asho", "म", "मी", "म", "é", "m", "म", "12", "محم"] {
                    // Two digits are looked for in numbers too, which the plain reading here does not know.
                    if search == "12" {
                        continue;
                    }
                    let filter = LeadFilter { pool, statuses: statuses.clone(), search: search.into(), ..LeadFilter::default() };
                    let expected = expected(&rows, &pools, &filter);
                    for offset in [0, 1, 37, 199, 580] {
                        let page = office.page(&filter, offset, 50);
                        let ids: Vec<_> = page.rows.iter().map(|row| row.id).collect();
                        let window: Vec<_> = expected.iter().skip(offset as usize).take(50).copied().collect();
                        assert_eq!((page.total as usize, ids), (expected.len(), window), "{filter:?} at {offset}");
                    }
                }
            }
        }
    }
}

#[test]
fn the_list_follows_each_commit() {
    let office = Office::of(Role::Manager);
    let server = stocked(&office, 300, true);
    let filter = LeadFilter { search: "asho".into(), ..LeadFilter::default() };
    let before = office.page(&filter, 0, 1).total;
    let row = office.page(&LeadFilter { search: "ravi".into(), ..LeadFilter::default() }, 20, 1).rows.remove(0);
    office.desk.ask(LeadSetField { lead: row.id, field: LeadField::Name, value: "Ashoka".into() }).expect("a name");
    let page = office.page(&filter, 0, 1);
    assert_eq!((page.total, page.rows[0].id), (before + 1, row.id), "changed last, so first");
    office.desk.ask(LeadSetField { lead: row.id, field: LeadField::Phone, value: "8123456789".into() }).expect("a phone");
    assert_eq!(office.found("8123456789"), ["Ashoka"]);

    server.deliver(vec![Entry::Evict { doc: domain::DocId::lead(row.id) }]);
    office.sync(&server);
    assert_eq!(office.page(&filter, 0, 1).total, before);
    assert_eq!(office.found("8123456789"), Vec::<String>::new());
    assert_eq!(office.desk.ask(LeadCountsGet {}).expect("counts").all, 299);
}

#[test]
fn search_works_while_the_first_sync_runs() {
    let office = Office::of(Role::Manager);
    let server = Server::default();
    let new = |name: &str, phone: &str| NewLead {
        name: name.into(),
        phone: phone.into(),
        email: Some("x@example.com".into()),
        ..NewLead::default()
    };
    server.deliver(vec![
        Entry::Resync,
        server.snapshot(1, new("Ananya Krishnan", "+919820014786"), None, NOW),
        server.snapshot(2, new("मीनाक्षी जोशी", "+919876543210"), Some(RAVI), NOW - 1),
    ]);
    office.sync(&server);
    assert!(matches!(office.desk.ask(bridge::sync::SyncGet {}).expect("the panel").pill, bridge::sync::Pill::Loading { .. }));
    for (typed, found) in [
        ("kri", vec!["Ananya Krishnan"]),
        ("मी", vec!["मीनाक्षी जोशी"]),
        ("14786", vec!["Ananya Krishnan"]),
        ("exam", vec!["Ananya Krishnan", "मीनाक्षी जोशी"]),
    ] {
        assert_eq!(office.found(typed), found, "{typed}");
    }
}

#[test]
fn a_lead_is_named_by_a_part_of_its_id() {
    let office = Office::new();
    let lead = office.create("Ananya", "9820014786");
    office.create("Shalini", "9845011273");
    let id = lead.to_string();
    let hex = id.replace('-', "");
    for part in [id.as_str(), &hex, &hex[hex.len() - 8..], &id.to_uppercase()] {
        assert_eq!(office.desk.find_lead(part).expect(part), lead);
    }
    // Made in the same moment: the start is the same.
    for part in [&hex[..8], &hex[..12], "abc", "zzzzzzzz", "00000000"] {
        assert_eq!(office.desk.find_lead(part).expect_err(part).code, bridge::ProblemCode::NotFound, "{part}");
    }
}

/// Sixty leads with every mixture of source, language, tag, interest and next follow-up.
fn mixed(office: &Office) -> Vec<LeadView> {
    for n in 0..60_u32 {
        let text = |values: &[&str], n: u32| values[n as usize % values.len()].to_owned();
        let form = LeadForm {
            name: format!("{} {n}", ["Bela", "Chetan"][n as usize % 2]),
            phone: format!("98200147{n:02}"),
            source: text(&["", "Website", "Walk-in"], n),
            language: text(&["Hindi", "English", "", "Hindi"], n),
            ..LeadForm::default()
        };
        office.wait(7);
        let lead = office.try_create(form).expect("a lead");
        if n % 5 == 0 {
            office.desk.ask(TagAdd { lead, tag: "vip".into() }).expect("a tag");
        }
        if n % 7 == 0 {
            office.desk.ask(TagAdd { lead, tag: "सोमवार".into() }).expect("a tag");
        }
        if n % 4 == 0 {
            office.desk.ask(LeadChangeStatus { lead, to: Status::Interested, reason: None }).expect("a status");
            office.desk.ask(LeadSetInterest { lead, level: (n % 5 + 1) as u8 }).expect("an interest");
        }
        let local = ["2026-11-20T23:59", "2026-11-21T00:00", "2026-11-21T23:30", "2026-11-22T00:00"].get(n as usize % 6);
        if let Some(local) = local {
            office.desk.ask(FollowUpSchedule { lead, local: (*local).into(), note: String::new() }).expect("a follow-up");
        }
    }
    office.everything().iter().map(|row| office.view(row.id)).collect()
}

#[test]
fn the_list_is_narrowed_and_ordered_by_everything() {
    let office = Office::new();
    let views = mixed(&office);
    let field =
        |view: &LeadView, field: LeadField| view.fields.iter().find(|f| f.field == field).and_then(|f| f.value.clone()).unwrap_or_default();
    let due = |view: &LeadView| match view.follow_ups.iter().find(|f| f.open).map(|f| f.when.day) {
        None => DueState::NotSet,
        Some(..0) => DueState::Missed,
        Some(0) => DueState::Today,
        Some(1..) => DueState::Upcoming,
    };
    let next = |view: &LeadView| view.follow_ups.iter().find(|f| f.open).map(|f| f.when.at);
    let rows = office.everything();
    let changed = |lead: LeadId| rows.iter().find(|row| row.id == lead).map(|row| row.updated_at).expect("a row");
    let any = LeadFilter::default;
    let text = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
    let middle = views[30].created.at;
    type Keeps<'a> = Box<dyn Fn(&LeadView) -> bool + 'a>;
    let cases: Vec<(LeadFilter, Keeps<'_>)> = vec![
        (LeadFilter { sources: text(&["Website"]), ..any() }, Box::new(|v| field(v, LeadField::Source) == "Website")),
        (LeadFilter { sources: text(&["", "Walk-in"]), ..any() }, Box::new(|v| field(v, LeadField::Source) != "Website")),
        (LeadFilter { sources: text(&["Nowhere"]), ..any() }, Box::new(|_| false)),
        (LeadFilter { languages: text(&["Hindi"]), ..any() }, Box::new(|v| field(v, LeadField::Language) == "Hindi")),
        (LeadFilter { tags: text(&["vip", "सोमवार"]), ..any() }, Box::new(|v| !v.tags.is_empty())),
        (LeadFilter { interests: vec![4, 5], ..any() }, Box::new(|v| v.interest >= Some(4))),
        (LeadFilter { owners: vec![Some(ASHA)], ..any() }, Box::new(|_| true)),
        (LeadFilter { owners: vec![None, Some(RAVI)], ..any() }, Box::new(|_| false)),
        (LeadFilter { due: vec![DueState::Missed], ..any() }, Box::new(|v| due(v) == DueState::Missed)),
        (
            LeadFilter { due: vec![DueState::Today, DueState::Upcoming], ..any() },
            Box::new(|v| matches!(due(v), DueState::Today | DueState::Upcoming)),
        ),
        (LeadFilter { due: vec![DueState::NotSet], ..any() }, Box::new(|v| due(v) == DueState::NotSet)),
        (LeadFilter { created: Some((middle, i64::MAX)), ..any() }, Box::new(|v| v.created.at >= middle)),
        (LeadFilter { created: Some((i64::MIN, middle)), ..any() }, Box::new(|v| v.created.at < middle)),
        (LeadFilter { updated: Some((changed(views[20].id), changed(views[10].id))), ..any() }, {
            let (from, until) = (changed(views[20].id), changed(views[10].id));
            Box::new(move |v| (from..until).contains(&changed(v.id)))
        }),
        (LeadFilter { next: Some((NOW, i64::MAX)), ..any() }, Box::new(|v| next(v).is_some_and(|at| at >= NOW))),
        (LeadFilter { next: Some((i64::MIN, NOW)), ..any() }, Box::new(|v| next(v).is_some_and(|at| at < NOW))),
        (
            LeadFilter { sources: text(&["Website"]), due: vec![DueState::Missed], statuses: vec![Status::Interested], ..any() },
            Box::new(|v| field(v, LeadField::Source) == "Website" && due(v) == DueState::Missed && v.status == Status::Interested),
        ),
        (
            LeadFilter { search: "bela".into(), languages: text(&["Hindi"]), ..any() },
            Box::new(|v| v.name.value.as_deref().is_some_and(|name| name.starts_with("Bela")) && field(v, LeadField::Language) == "Hindi"),
        ),
    ];
    for (filter, keeps) in cases {
        for (sort, reversed) in LeadSort::ALL.into_iter().flat_map(|sort| [(sort, false), (sort, true)]) {
            let filter = LeadFilter { sort, reversed, ..filter.clone() };
            let mut expected: Vec<&LeadView> = views.iter().filter(|view| keeps(view)).collect();
            let has_place = |view: &&LeadView| match sort {
                LeadSort::Due => next(view).is_some(),
                LeadSort::Interest => view.interest.is_some(),
                LeadSort::Changed | LeadSort::Created | LeadSort::Name | LeadSort::Status => true,
            };
            match sort {
                LeadSort::Changed => {}
                LeadSort::Created => expected.sort_by_key(|view| Reverse(view.created.at)),
                LeadSort::Due => expected.sort_by_key(|view| next(view).unwrap_or(i64::MAX)),
                LeadSort::Name => expected.sort_by_key(|view| view.name.value.as_ref().map(|name| name.to_lowercase())),
                LeadSort::Interest => expected.sort_by_key(|view| Reverse(view.interest)),
                LeadSort::Status => expected.sort_by_key(|view| Status::ALL.iter().position(|status| *status == view.status)),
            }
            if reversed {
                let (mut placed, others): (Vec<_>, Vec<_>) = expected.into_iter().partition(has_place);
                placed.reverse();
                expected = [placed, others].concat();
            }
            let page = office.page(&filter, 0, 100);
            let (ids, expected): (Vec<_>, Vec<_>) =
                (page.rows.iter().map(|row| row.id).collect(), expected.iter().map(|view| view.id).collect());
            assert_eq!((page.total as usize, &ids), (expected.len(), &expected), "{filter:?}");
            let window: Vec<_> = office.page(&filter, 3, 5).rows.iter().map(|row| row.id).collect();
            assert_eq!(window, expected.iter().skip(3).take(5).copied().collect::<Vec<_>>(), "{filter:?}");
        }
    }

    let facets = office.desk.ask(LeadFacetsGet {}).expect("facets");
    assert_eq!(facets.sources, [(String::new(), 20), ("Walk-in".into(), 20), ("Website".into(), 20)]);
    assert_eq!(facets.languages, [(String::new(), 15), ("English".into(), 15), ("Hindi".into(), 30)]);
    assert_eq!(facets.tags, [("vip".into(), 12), ("सोमवार".into(), 9)]);
    assert_eq!(facets.owners, [(Some(ASHA), "Asha Menon".into(), 60)]);
    // What is set now counts at once.
    office.desk.ask(LeadSetField { lead: views[0].id, field: LeadField::Source, value: "Exhibition".into() }).expect("a field");
    let page = office.page(&LeadFilter { sources: text(&["Exhibition"]), ..any() }, 0, 10);
    assert_eq!(page.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [views[0].id]);
}

#[test]
fn names_are_ordered_as_people_read_them_and_stay_so() {
    let office = Office::new();
    let names = ["Éva", "zubin", "Asha", "मीनाक्षी", "eva b", "ASHOK"];
    let leads: Vec<LeadId> = names.iter().enumerate().map(|(n, name)| office.create(name, &format!("98200147{n:02}"))).collect();
    let by_name = |reversed| {
        let filter = LeadFilter { sort: LeadSort::Name, reversed, ..LeadFilter::default() };
        office.page(&filter, 0, 50).rows.into_iter().map(|row| row.name).collect::<Vec<_>>()
    };
    assert_eq!(by_name(false), ["Asha", "ASHOK", "Éva", "eva b", "zubin", "मीनाक्षी"]);
    assert_eq!(by_name(true), ["मीनाक्षी", "zubin", "eva b", "Éva", "ASHOK", "Asha"]);
    // An order that was asked for once is kept up.
    office.desk.ask(LeadSetField { lead: leads[1], field: LeadField::Name, value: "aarav".into() }).expect("a name");
    office.create("Bela", "9820014799");
    assert_eq!(by_name(false), ["aarav", "Asha", "ASHOK", "Bela", "Éva", "eva b", "मीनाक्षी"]);
}
