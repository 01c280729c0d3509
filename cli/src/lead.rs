//! `leadline lead …`

use crate::args::{AddLead, Assign, Lead, ListLeads, Note};
use crate::failure::Failure;
use crate::place::Place;
use crate::print::{Printer, one_line, plain, table};
use crate::words;
use bridge::ProblemCode;
use bridge::bulk::{BULK_MAX, BulkDone, BulkWhat, LeadBulk, LeadBulkOwners};
use bridge::lead::{
    FieldView, LeadAssign, LeadAssignCancel, LeadChangeStatus, LeadCreate, LeadFilter, LeadForm, LeadGet, LeadList, LeadOwners, LeadPage,
    LeadPick, LeadRow, LeadSetField, LeadSetInterest, LeadTimeline, LeadView, NoteAdd, NoteEdit, OwnerChoice, PAGE_MAX, PhoneCheck,
    RecordSync, TextSplice, TimelineEntry,
};
use client::desk::{Answered, Desk};
use domain::{LeadField, LeadId, Status};
use serde_json::json;
use std::fmt::Write as _;
use std::io::Read as _;

/// Bytes of standard input that a note may be.
const STDIN_MAX: u64 = 8 * 1024 * 1024;

pub fn run(place: &Place, print: &Printer, command: Lead) -> Result<(), Failure> {
    match command {
        Lead::Add(add) => self::add(place, print, *add),
        Lead::List(list) => self::list(place, print, list),
        Lead::Show { lead, record } => show(place, print, &lead, record),
        Lead::Set { lead, settings } => set(place, print, &lead, settings),
        Lead::Status { lead, to, reason } => {
            let to: Status = to.parse()?;
            edit(place, print, &lead, |lead| LeadChangeStatus { lead, to, reason })
        }
        Lead::Interest { lead, level } => edit(place, print, &lead, |lead| LeadSetInterest { lead, level }),
        Lead::Pick { lead, field, value } => {
            let value = (!value.is_empty()).then_some(value);
            edit(place, print, &lead, |lead| LeadPick { lead, field, value })
        }
        Lead::Note(note) => self::note(place, print, note),
        Lead::Assign(assign) => self::assign(place, print, &assign),
    }
}

/// Carries out one edit of one lead.
pub fn edit<R: Answered>(place: &Place, print: &Printer, lead: &str, request: impl FnOnce(LeadId) -> R) -> Result<(), Failure> {
    let desk = place.write()?;
    let lead = desk.find_lead(lead)?;
    desk.ask(request(lead))?;
    saved(print, lead)
}

/// After the commit, never before.
pub fn saved(print: &Printer, lead: LeadId) -> Result<(), Failure> {
    print.answer(&json!({ "lead": lead, "saved": true }), || "Saved on this computer.".to_owned())
}

fn add(place: &Place, print: &Printer, add: AddLead) -> Result<(), Failure> {
    let desk = place.write()?;
    let duplicate = desk.ask(PhoneCheck { typed: add.phone.clone(), except: None })?.duplicate;
    let form = LeadForm {
        name: add.name,
        phone: add.phone,
        alt_phone: add.alt_phone,
        email: add.email,
        budget: add.budget,
        source: add.source,
        language: add.language,
        note: add.note,
    };
    let lead = desk.ask(LeadCreate { form })?;
    if let Some((other, name)) = &duplicate {
        print.aside(&format!("{} ({}) has this number too.", one_line(name), words::short_lead(*other)));
    }
    let duplicate = duplicate.map(|(lead, name)| json!({ "lead": lead, "name": name }));
    print.answer(&json!({ "lead": lead, "saved": true, "duplicate": duplicate }), || format!("Saved on this computer: {lead}"))
}

fn list(place: &Place, print: &Printer, list: ListLeads) -> Result<(), Failure> {
    let desk = place.read()?;
    let filter = LeadFilter { pool: list.pool, statuses: list.statuses, search: list.search, ..LeadFilter::default() };
    let mut page = LeadPage { offset: list.offset, ..LeadPage::default() };
    loop {
        let have = u32::try_from(page.rows.len()).unwrap_or(u32::MAX);
        let limit = (list.limit - have).min(PAGE_MAX);
        let next = desk.ask(LeadList { filter: filter.clone(), offset: list.offset + have, limit })?;
        page.total = next.total;
        let last = next.rows.is_empty();
        page.rows.extend(next.rows);
        if last || page.rows.len() >= list.limit as usize {
            break;
        }
    }
    let now_ms = desk.engine().env().now_ms();
    print.answer(&page, || {
        if page.rows.is_empty() {
            return "No leads found.".to_owned();
        }
        let end = page.offset + u32::try_from(page.rows.len()).unwrap_or(0);
        let rows = page.rows.iter().map(|row| line(row, now_ms)).collect();
        let head = ["ID", "NAME", "PHONE", "STATUS", "NEXT FOLLOW-UP", "OWNER", "SOURCE", "UPDATED", ""];
        format!("{}{}–{} of {}", table(&head, rows), words::count(page.offset + 1), words::count(end), words::count(page.total))
    })
}

fn line(row: &LeadRow, now_ms: i64) -> Vec<String> {
    vec![
        words::short_lead(row.id),
        row.name.clone(),
        row.phone.clone(),
        words::status(row.status, row.interest),
        row.next_follow_up.as_ref().map(words::when).unwrap_or_default(),
        row.owner.clone().unwrap_or_default(),
        row.source.clone().unwrap_or_default(),
        words::ago(row.updated_at, now_ms),
        words::mark(row).to_owned(),
    ]
}

fn set(place: &Place, print: &Printer, lead: &str, settings: Vec<(LeadField, String)>) -> Result<(), Failure> {
    let desk = place.write()?;
    let lead = desk.find_lead(lead)?;
    for (field, value) in settings {
        desk.ask(LeadSetField { lead, field, value })?;
    }
    saved(print, lead)
}

fn note(place: &Place, print: &Printer, note: Note) -> Result<(), Failure> {
    let desk = place.write()?;
    let lead = desk.find_lead(&note.lead)?;
    let text = if note.text == "-" { standard_input()? } else { note.text };
    match note.edit {
        None => desk.ask(NoteAdd { lead, text })?,
        Some(which) => {
            let view = desk.ask(LeadGet { lead })?;
            let found = one_of(view.notes.iter().map(|n| (n.note.id, &n.note.text)), &which, "note")?;
            let splices = splice(found.1, &text).into_iter().collect();
            desk.ask(NoteEdit { lead, note: found.0, heads: view.heads.clone(), splices })?
        }
    };
    saved(print, lead)
}

fn assign(place: &Place, print: &Printer, assign: &Assign) -> Result<(), Failure> {
    let desk = place.write()?;
    let [lead] = &assign.leads[..] else { return assign_many(&desk, print, assign) };
    let lead = desk.find_lead(lead)?;
    if assign.take_back {
        desk.ask(LeadAssignCancel { lead })?;
        return print.answer(&json!({ "lead": lead, "taken_back": true }), || "Taken back; the server has not heard of it.".to_owned());
    }
    let choice = assign.to.as_deref().map(|typed| person(desk.ask(LeadOwners { lead })?, typed)).transpose()?;
    let expected = desk.ask(LeadGet { lead })?.owner.map(|(user, _)| user);
    let done = desk.ask(LeadAssign { lead, expected, owner: choice.as_ref().map(|choice| choice.user) })?;
    let name = choice.map(|choice| choice.name);
    let whose = name.as_ref().map_or_else(|| "Nobody owns it now.".to_owned(), |name| format!("Now {}’s lead.", one_line(name)));
    print.answer(&json!({ "lead": lead, "owner": name, "waits": done.waits }), || match done.waits {
        true => "The server is out of reach: it is asked at the next sync.".to_owned(),
        false => whose,
    })
}

/// Each by a compare of its own: what the server does not give stops no other, and is told.
fn assign_many(desk: &Desk, print: &Printer, assign: &Assign) -> Result<(), Failure> {
    let leads = assign.leads.iter().map(|lead| Ok(desk.find_lead(lead)?)).collect::<Result<Vec<_>, Failure>>()?;
    if assign.take_back {
        for lead in &leads {
            desk.ask(LeadAssignCancel { lead: *lead })?;
        }
        return print.answer(&json!({ "leads": leads, "taken_back": true }), || "Taken back; the server has not heard of them.".to_owned());
    }
    let choice = assign.to.as_deref().map(|typed| person(desk.ask(LeadBulkOwners {})?, typed)).transpose()?;
    let mut done = BulkDone::default();
    for part in leads.chunks(BULK_MAX) {
        let what = BulkWhat::Assign { to: choice.as_ref().map(|choice| choice.user) };
        done.absorb(desk.ask(LeadBulk { leads: part.to_vec(), what })?);
    }
    let name = choice.map(|choice| choice.name);
    print.answer(&json!({ "owner": name, "done": done.done, "waiting": done.waiting, "not": done.not }), || {
        let mut said = match &name {
            Some(name) => format!("Given to {}: {}.", one_line(name), words::count(done.done)),
            None => format!("Taken from their owners: {}.", words::count(done.done)),
        };
        if done.waiting > 0 {
            let _ = write!(said, " The server is out of reach: it is asked at the next sync.");
        }
        for not in &done.not {
            let _ = write!(said, "\nNot given: {}. {}", words::count(not.count), not.why);
        }
        said
    })
}

/// The only person who fits: by id, by the whole name, or by beginnings of words of the name.
fn person(choices: Vec<OwnerChoice>, typed: &str) -> Result<OwnerChoice, Failure> {
    let wanted: Vec<String> = typed.split_whitespace().map(str::to_lowercase).collect();
    let begins = |choice: &OwnerChoice| {
        let words: Vec<String> = choice.name.split_whitespace().map(str::to_lowercase).collect();
        !wanted.is_empty() && wanted.iter().all(|start| words.iter().any(|word| word.starts_with(start.as_str())))
    };
    let exact = |choice: &OwnerChoice| choice.user.to_string() == typed || choice.name.to_lowercase() == typed.trim().to_lowercase();
    let (exactly, others): (Vec<_>, Vec<_>) = choices.into_iter().partition(exact);
    let fitting = if exactly.is_empty() { others.into_iter().filter(begins).collect() } else { exactly };
    match <[OwnerChoice; 1]>::try_from(fitting) {
        Ok([choice]) => Ok(choice),
        Err(none) if none.is_empty() => {
            Err(Failure::new(ProblemCode::NotFound, format!("Nobody of the name {} can be given this lead.", one_line(typed))))
        }
        Err(several) => {
            let names: Vec<_> = several.iter().map(|choice| one_line(&choice.name)).collect();
            Err(Failure::new(
                ProblemCode::NotFound,
                format!("Several fit {}: {}. Give more of the name.", one_line(typed), names.join(", ")),
            ))
        }
    }
}

fn standard_input() -> Result<String, Failure> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(STDIN_MAX).read_to_end(&mut bytes)?;
    String::from_utf8(bytes).map_err(|_| Failure::new(ProblemCode::Refused, "Standard input is not text in UTF-8."))
}

/// The one change that makes `new` of `old`; `None` where there is none.
fn splice(old: &str, new: &str) -> Option<TextSplice> {
    if old == new {
        return None;
    }
    let (old, new): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Some(TextSplice { at: number(head), delete: number(old.len() - tail - head), insert: new[head..new.len() - tail].iter().collect() })
}

/// The only item whose id is, starts with or ends with what was typed.
pub fn one_of<T>(items: impl Iterator<Item = (uuid::Uuid, T)>, typed: &str, what: &str) -> Result<(uuid::Uuid, T), Failure> {
    let wanted: String = typed.chars().filter(|c| *c != '-').flat_map(char::to_lowercase).collect();
    let fits = |id: uuid::Uuid| {
        let hex = id.simple().to_string();
        wanted.len() >= 4 && (hex.ends_with(&wanted) || hex.starts_with(&wanted))
    };
    let mut found = items.filter(|(id, _)| fits(*id));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => {
            Err(Failure::new(ProblemCode::NotFound, format!("There is no {what} {typed}. Give its id, or its last 4 characters or more.")))
        }
        (Some(_), Some(_)) => Err(Failure::new(ProblemCode::NotFound, format!("Several fit {typed}. Give more of the {what}’s id."))),
    }
}

fn show(place: &Place, print: &Printer, lead: &str, record: bool) -> Result<(), Failure> {
    let desk = place.read()?;
    let lead = desk.find_lead(lead)?;
    let view = desk.ask(LeadGet { lead })?;
    if record {
        return print.json(&full_record(&desk, &view)?);
    }
    let timeline = if view.can.timeline { desk.ask(LeadTimeline { lead })? } else { Vec::new() };
    print.answer(&json!({ "lead": view, "timeline": timeline }), || in_words(&view, &timeline))
}

/// For those alone who may see all of it.
fn full_record(desk: &Desk, view: &LeadView) -> Result<domain::LeadRecord, Failure> {
    let hidden = view.fields.iter().any(|f| f.value.is_none() && f.display.is_some());
    if hidden {
        return Err(Failure::new(ProblemCode::Refused, "Your role does not see this lead’s numbers, so it can’t see the record."));
    }
    Ok(desk.engine().record(view.id)?.0)
}

fn in_words(view: &LeadView, timeline: &[TimelineEntry]) -> String {
    let mut out = String::new();
    let name = view.name.display.clone().unwrap_or_default();
    let _ = writeln!(out, "{}  {}\n{}", one_line(&name), words::status(view.status, view.interest), view.id);
    let _ = writeln!(out, "{}\n", record_sync(&view.sync));
    let mut rows: Vec<Vec<String>> = std::iter::once(&view.name).chain(&view.fields).map(field_line).collect();
    let owner = view.owner.as_ref().map(|(_, name)| name.clone()).unwrap_or_else(|| "nobody".to_owned());
    let owner = if view.owner_provisional { format!("{owner} (until the server confirms it)") } else { owner };
    let owner = match &view.asked_owner {
        Some(asked) => format!("{owner} (given to {}, waits for the server)", asked.to.as_deref().unwrap_or("nobody")),
        None => owner,
    };
    rows.push(vec!["owner".to_owned(), owner]);
    rows.push(vec!["added".to_owned(), words::when(&view.created)]);
    if !view.tags.is_empty() {
        rows.push(vec!["tags".to_owned(), view.tags.join(", ")]);
    }
    rows.extend(view.drop_reason.as_ref().map(|reason| vec!["dropped".to_owned(), reason.clone()]));
    out.push_str(&table(&["FIELD", "VALUE"], rows));
    if view.review {
        out.push_str("\nTwo people moved the status at once. Set it again to settle it.\n");
    }
    std::iter::once(&view.name).chain(&view.fields).for_each(|field| out.push_str(&conflict(field)));
    out.push_str(&follow_ups(view));
    out.push_str(&notes(view));
    if !timeline.is_empty() {
        let rows = timeline.iter().map(timeline_line).collect();
        let _ = write!(out, "\n{}", table(&["TIMELINE", "WHO", "WHAT", ""], rows));
    }
    out
}

fn record_sync(sync: &RecordSync) -> String {
    match sync {
        RecordSync::Synced => "Synced.".to_owned(),
        RecordSync::NotSent { count: 1 } => "1 edit not sent yet.".to_owned(),
        RecordSync::NotSent { count } => format!("{count} edits not sent yet."),
        RecordSync::Leaving { count } => format!("Goes to somebody else once {count} edits are sent; it takes no more edits."),
        RecordSync::NeedsAttention { count, why } => format!("{count} refused, see `leadline attention list`: {}", one_line(why)),
    }
}

fn field_line(field: &FieldView) -> Vec<String> {
    let two = if field.conflict.is_some() { "two people changed it, see below" } else { "" };
    vec![words::field(field.field).to_owned(), field.display.clone().unwrap_or_default(), two.to_owned()]
}

fn conflict(field: &FieldView) -> String {
    let Some(conflict) = &field.conflict else { return String::new() };
    let value = |display: &Option<String>| display.clone().unwrap_or_else(|| "empty".to_owned());
    let mut rows: Vec<Vec<String>> = conflict
        .choices
        .iter()
        .enumerate()
        .map(|(i, choice)| {
            let who = if choice.mine { "you".to_owned() } else { choice.by.clone() };
            let shown = if i == 0 { "shown until someone picks" } else { "" };
            vec![value(&choice.display), who, words::when(&choice.when), shown.to_owned()]
        })
        .collect();
    rows.push(vec![value(&conflict.before), "before both".to_owned()]);
    let name = words::field(field.field);
    format!(
        "\n{}: two people changed it. Pick one by `leadline lead set … {}=VALUE`.\n{}",
        domain::limits::capital(name),
        field.field.as_str(),
        table(&["VALUE", "WHO", "WHEN", ""], rows)
    )
}

fn follow_ups(view: &LeadView) -> String {
    if view.follow_ups.is_empty() {
        return String::new();
    }
    let line = |f: &bridge::lead::FollowUpView| {
        let state = match (&f.outcome, f.cancelled, f.missed) {
            (Some(outcome), _, _) => outcome.clone(),
            (None, true, _) => "cancelled".to_owned(),
            (None, false, true) => "missed".to_owned(),
            (None, false, false) => "open".to_owned(),
        };
        vec![words::short(f.id), words::when(&f.when), state, f.note.clone()]
    };
    format!("\n{}", table(&["FOLLOW-UP", "WHEN", "STATE", "NOTE"], view.follow_ups.iter().map(line).collect()))
}

fn notes(view: &LeadView) -> String {
    let mut out = String::new();
    for note in &view.notes {
        let unplaced = if note.note.unplaced { ", could not be placed" } else { "" };
        let _ = writeln!(out, "\nNOTE {}  {}, {}{unplaced}", words::short(note.note.id), one_line(&note.by), words::when(&note.when));
        plain(&note.note.text).lines().for_each(|line| {
            let _ = writeln!(out, "  {line}");
        });
    }
    out
}

fn timeline_line(entry: &TimelineEntry) -> Vec<String> {
    let who = if entry.mine { "you".to_owned() } else { entry.by.clone() };
    let state = match (&entry.arrived, entry.sent) {
        (_, false) => "not sent".to_owned(),
        (Some(arrived), true) => format!("edited offline, arrived {}", words::when(arrived)),
        (None, true) => String::new(),
    };
    vec![words::when(&entry.when), who, words::what(&entry.what), state]
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::UserId;

    #[test]
    fn a_person_is_found_by_what_is_typed_of_the_name() {
        let choice =
            |n: u128, name: &str| OwnerChoice { user: UserId(uuid::Uuid::from_u128(n)), name: name.into(), team: None, open_leads: 0 };
        let all = || vec![choice(1, "Asha Menon"), choice(2, "Asha Menon Rao"), choice(3, "Sanjay Kulkarni")];
        for (typed, expected) in
            [("sanj", Some(3)), ("kul sa", Some(3)), ("asha menon", Some(1)), ("rao", Some(2)), ("asha", None), ("", None)]
        {
            assert_eq!(person(all(), typed).ok().map(|choice| choice.user.0.as_u128()), expected, "{typed:?}");
        }
        assert_eq!(person(all(), &all()[2].user.to_string()).ok().map(|choice| choice.name).as_deref(), Some("Sanjay Kulkarni"));
    }

    #[test]
    fn a_new_text_is_one_change_of_the_old_one() {
        for (old, new, expected) in [
            ("abc", "abc", None),
            ("", "abc", Some((0, 0, "abc"))),
            ("abc", "", Some((0, 3, ""))),
            ("call मीना", "call मीना after six", Some((9, 0, " after six"))),
            ("aaa", "aa", Some((2, 1, ""))),
            ("one two three", "one 2 three", Some((4, 3, "2"))),
            ("😀😀", "😀x😀", Some((1, 0, "x"))),
        ] {
            let expected = expected.map(|(at, delete, insert): (u32, u32, &str)| TextSplice { at, delete, insert: insert.into() });
            assert_eq!(splice(old, new), expected, "{old} → {new}");
        }
    }
}
