//! The list as a table for elsewhere (row D13): RFC 4180, with nothing in it that a spreadsheet would carry
//! out, and no phone that the list masks.

use super::Desk;
use super::list;
use super::when::Today;
use crate::store::leads::{self, Window};
use bridge::bulk::{Column, Csv, LeadCsv};
use bridge::lead::LeadRow;
use bridge::{Problem, ProblemCode};
use domain::policy::has;
use domain::{Action, LeadId, lifecycle};
use std::collections::HashSet;

/// Rows read at once, so that nobody waits for a long table to end.
const CHUNK: usize = 1_000;

pub(super) fn copy(desk: &Desk, ask: LeadCsv) -> Result<Csv, Problem> {
    let now_ms = desk.engine.env().now_ms();
    let (reader, found) = desk.read(|c| {
        let reader = desk.reader(c)?;
        let sieve = desk.sieve(c, &ask.filter, now_ms)?;
        let named: Option<HashSet<LeadId>> = ask.leads.map(|leads| leads.into_iter().collect());
        let found = desk.ask_index(c, |table| match &named {
            None => table.window(&sieve, 0, u32::MAX).0,
            Some(leads) => table.among(&sieve, leads),
        })?;
        Ok((reader, found))
    })?;
    if !has(reader.facts.me.role, Action::ExportData) {
        return Err(Problem::new(ProblemCode::Refused, "Copying lists is not in your role."));
    }
    let today = reader.today(now_ms);
    let columns: Vec<Column> = ask.columns.iter().map(|(column, _)| *column).collect();
    let mut csv = Csv::default();
    line(&mut csv.text, ask.columns.iter().map(|(_, heading)| heading.clone()));
    for rows in found.chunks(CHUNK) {
        let limit = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let rows = desk.read(|c| leads::lines(c, None, Window::Rows(rows), limit, |row| list::row(c, &reader, &today, row)))?;
        for row in &rows {
            line(&mut csv.text, columns.iter().map(|column| cell(*column, row, &today)));
        }
        csv.rows += u32::try_from(rows.len()).unwrap_or(u32::MAX);
    }
    Ok(csv)
}

fn cell(column: Column, row: &LeadRow, today: &Today<'_>) -> String {
    let time = |at: i64| today.when(at).local.replace('T', " ");
    match column {
        Column::Name => row.name.clone(),
        Column::Phone => row.phone.clone(),
        Column::Status => lifecycle::label(row.status).to_owned(),
        Column::Interest => row.interest.map(|level| level.to_string()).unwrap_or_default(),
        Column::Next => row.next_follow_up.as_ref().map(|when| when.local.replace('T', " ")).unwrap_or_default(),
        Column::Owner => row.owner.clone().unwrap_or_default(),
        Column::Source => row.source.clone().unwrap_or_default(),
        Column::Language => row.language.clone().unwrap_or_default(),
        Column::Tags => row.tags.join(", "),
        Column::Created => time(row.created_at),
        Column::Updated => time(row.updated_at),
    }
}

pub(super) fn line(into: &mut String, cells: impl Iterator<Item = String>) {
    for (n, cell) in cells.enumerate() {
        if n > 0 {
            into.push(',');
        }
        put(into, &cell);
    }
    into.push_str("\r\n");
}

/// One cell: a spreadsheet shows it as it is, also where it begins like a formula.
fn put(into: &mut String, cell: &str) {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let is_quoted = cell.contains([',', '"', '\r', '\n']) || cell.starts_with(' ') || cell.ends_with(' ');
    if is_quoted {
        into.push('"');
    }
    if is_formula {
        into.push('\'');
    }
    if is_quoted {
        into.push_str(&cell.replace('"', "\"\""));
        into.push('"');
    } else {
        into.push_str(cell);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_nothing_in_them_is_carried_out() {
        for (cell, written) in [
            ("", ""),
            ("Asha", "Asha"),
            ("मीनाक्षी, जोशी", "\"मीनाक्षी, जोशी\""),
            ("She said \"yes\"", "\"She said \"\"yes\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("=1+1", "'=1+1"),
            ("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""),
            ("+971 50••••44", "'+971 50••••44"),
            ("-2", "'-2"),
            ("@cmd", "'@cmd"),
            ("\tx", "'\tx"),
            ("\rx", "\"'\rx\""),
            ("a=b", "a=b"),
            (" x", "\" x\""),
        ] {
            let mut out = String::new();
            put(&mut out, cell);
            assert_eq!(out, written, "{cell:?}");
        }
    }

    #[test]
    fn lines_end_as_the_standard_has_it() {
        let mut out = String::new();
        line(&mut out, ["a", "b"].map(str::to_owned).into_iter());
        assert_eq!(out, "a,b\r\n");
    }
}
