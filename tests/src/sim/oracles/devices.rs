//! What a device holds: every record in sight and no other, with the server's heads, the rows that its
//! documents make, and words that find them.

use super::sight::is_masked;
use super::truth::{Lead, Truth};
use crate::sim::company::{Company, Person};
use crate::sim::tally::Oracle;
use bridge::lead::{LeadFilter, LeadList};
use client::store::{documents, leads, proposals, rows};
use domain::lead::FieldState;
use domain::{DocId, LeadId, people};
use protocol::rows::{LeadSummary, Ownership};
use records::Doc;
use std::collections::BTreeSet;

/// Leads that each device is asked to find.
const SOUGHT: usize = 3;

pub fn check(company: &Company, who: usize, me: &people::Person, sees: &[&Lead]) {
    holds_what_is_in_sight(company, who, sees);
    for lead in sees {
        if is_masked(me) { masked(company, who, lead) } else { whole(company, who, lead) }
    }
    words(company, who, me, sees);
    directory(company, who);
}

/// The organisation's rules and what the person keeps are the server's.
pub fn own(company: &Company, who: usize, me: &people::Person, truth: &Truth) {
    for doc in [DocId::config(company.core().org().id), DocId::user_state(me.id)] {
        let held = company.people[who].engine().store().read(|c| documents::load_or_seed(c, doc)).expect("readable").expect("there");
        let is = truth.own.get(&doc).cloned().unwrap_or_else(|| Doc::seed(doc.kind).heads());
        if held.doc.heads() != is {
            company.tally.find(Oracle::Heads, format!("{doc} at person {who}: heads {:?} where the server has {is:?}", held.doc.heads()));
        }
    }
}

/// Everybody by name, role and team.
fn directory(company: &Company, who: usize) {
    let (core, boss) = (company.core(), company.boss());
    let held = company.people[who].engine().store().read(rows::users).expect("readable");
    let mut held: Vec<_> = held.into_iter().map(|user| (user.id, user.name, user.role, user.team, user.disabled)).collect();
    let people = core.people(&boss).expect("the Admin lists people");
    let mut is: Vec<_> = people.into_iter().map(|person| (person.id, person.name, person.role, person.team, person.disabled)).collect();
    held.sort_by_key(|row| row.0);
    is.sort_by_key(|row| row.0);
    if held != is {
        company.tally.find(Oracle::Rows, format!("person {who} knows people as {held:?}, and they are {is:?}"));
    }
    for team in core.teams(&boss).expect("the Admin lists teams") {
        let name = company.people[who].engine().store().read(|c| rows::team_name(c, team.id)).expect("readable");
        if name.as_ref() != Some(&team.name) {
            company.tally.find(Oracle::Rows, format!("person {who} knows {} as {name:?}", team.name));
        }
    }
}

fn holds_what_is_in_sight(company: &Company, who: usize, sees: &[&Lead]) {
    let store = company.people[who].engine().store();
    let should: BTreeSet<LeadId> = sees.iter().map(|lead| lead.id).collect();
    let docs: BTreeSet<LeadId> = store.read(documents::all).expect("readable").into_iter().filter_map(DocId::as_lead).collect();
    let rows: BTreeSet<LeadId> = store.read(all_rows).expect("readable").into_iter().collect();
    for (what, held) in [("documents", docs), ("rows", rows)] {
        for lead in held.symmetric_difference(&should) {
            let word = if held.contains(lead) { "holds" } else { "lacks" };
            company.tally.find(Oracle::Sight, format!("person {who} {word} {lead} among their {what}"));
        }
    }
    for lead in store.read(proposals::leads).expect("readable").iter().filter(|lead| !should.contains(lead)) {
        company.tally.find(Oracle::Sight, format!("person {who} holds a proposal on {lead}"));
    }
}

fn all_rows(c: &rusqlite::Connection) -> Result<Vec<LeadId>, client::ClientError> {
    let mut rows = c.prepare_cached("SELECT id FROM leads")?;
    let ids = rows.query_map([], |r| Ok(LeadId(uuid::Uuid::from_bytes(r.get(0)?))))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// Document and row.
fn whole(company: &Company, who: usize, lead: &Lead) {
    let find = |oracle, text: String| company.tally.find(oracle, format!("{} at person {who}: {text}", lead.id));
    let stored = match company.people[who].engine().store().read(|c| documents::load(c, DocId::lead(lead.id))) {
        Ok(Some(stored)) => stored,
        // Told by what is in sight.
        Ok(None) => return,
        Err(error) => return find(Oracle::Heads, format!("its document can't be read: {error}")),
    };
    if stored.doc.heads() != lead.heads {
        return find(Oracle::Heads, format!("heads {:?} where the server has {:?}", stored.doc.heads(), lead.heads));
    }
    if stored.confirmed.is_some() {
        find(Oracle::Unsettled, "it still has a ground under something pending".into());
    }
    if records::lead::read(&stored.doc, lead.id).ok().as_ref() != Some(&lead.record) {
        find(Oracle::Heads, "its document reads otherwise than the server's".into());
    }
    let made =
        LeadSummary::of(&lead.record, Ownership { owner: lead.owner, team: lead.team, assigned_at: lead.assigned_at }, lead.updated_at);
    let row = row_of(&company.people[who], lead.id);
    match row {
        Some(row) if row.summary == made && row.pending == 0 => {}
        Some(row) => {
            find(Oracle::Rows, format!("its row is {:?} with {} pending, and the document makes {made:?}", row.summary, row.pending))
        }
        None => find(Oracle::Rows, "it has no row".into()),
    }
}

/// A row without phones, and no document.
fn masked(company: &Company, who: usize, lead: &Lead) {
    let find = |oracle, text: &str| company.tally.find(oracle, format!("{} at person {who}, who sees no phones: {text}", lead.id));
    let loaded = company.people[who].engine().store().read(|c| documents::load(c, DocId::lead(lead.id)));
    if loaded.is_ok_and(|stored| stored.is_some_and(|stored| stored.doc.heads() != Doc::empty().heads())) {
        find(Oracle::Sight, "they hold its document");
    }
    let Some(row) = row_of(&company.people[who], lead.id) else { return };
    if row.summary.phone == value(&lead.record.phone) || row.summary.alt_phone.is_some_and(|phone| phone == value(&lead.record.alt_phone)) {
        find(Oracle::Sight, "they hold its phone");
    }
    if (row.summary.owner, row.summary.status, row.summary.name.as_str()) != (lead.owner, lead.record.status, value(&lead.record.name)) {
        find(Oracle::Rows, "its row is not what the document makes");
    }
}

fn row_of(person: &Person, lead: LeadId) -> Option<leads::Row> {
    person.engine().store().read(|c| leads::get(c, lead)).expect("readable")
}

/// The search table is what the rows make, and finds them by name and number.
fn words(company: &Company, who: usize, me: &people::Person, sees: &[&Lead]) {
    let person = &company.people[who];
    let whole = person.engine().search_is_whole();
    if !whole.unwrap_or(false) {
        company.tally.find(Oracle::Words, format!("the search table of person {who} is not what their rows make"));
    }
    let there = sees.iter().filter(|lead| lead.record.deleted.is_none());
    for lead in there.take(SOUGHT) {
        let by_phone = (!is_masked(me)).then(|| value(&lead.record.phone).trim_start_matches("+91").to_owned());
        for search in [Some(value(&lead.record.name).to_owned()), by_phone].into_iter().flatten() {
            if !finds(person, &search, lead.id) {
                company.tally.find(Oracle::Words, format!("person {who} does not find {} by {search:?}", lead.id));
            }
        }
    }
}

fn finds(person: &Person, search: &str, lead: LeadId) -> bool {
    let filter = LeadFilter { search: search.to_owned(), ..LeadFilter::default() };
    let page = person.desk().ask(LeadList { filter, offset: 0, limit: bridge::lead::PAGE_MAX });
    page.is_ok_and(|page| page.rows.iter().any(|row| row.id == lead))
}

fn value(field: &FieldState) -> &str {
    field.value.as_deref().unwrap_or_default()
}

/// Whoever's attendance a device knows stands there as at the end of the log.
pub fn attendance(company: &Company, who: usize) {
    let log = company.attendance_by_the_log();
    let known = company.people[who].engine().store().read(client::store::attendance::all).expect("readable");
    for standing in known {
        let is = log.get(&standing.user).copied().unwrap_or_default();
        if standing.status != is {
            let text = format!("person {who} knows {} as {:?}, who is {is:?}", standing.user, standing.status);
            company.tally.find(Oracle::Rows, text);
        }
    }
}
