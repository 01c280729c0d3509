//! The columns of the list: what each is called, how wide it must be, and which fit. Pure but for its words.

use crate::route::name_of;
use crate::t;
use bridge::bulk::Column;
use bridge::lead::LeadSort;

/// In the order they are offered.
pub const ALL: [Column; 11] = [
    Column::Name,
    Column::Phone,
    Column::Status,
    Column::Interest,
    Column::Next,
    Column::Owner,
    Column::Source,
    Column::Language,
    Column::Tags,
    Column::Created,
    Column::Updated,
];
/// Until somebody chooses.
pub const USUAL: [Column; 7] = [Column::Name, Column::Phone, Column::Status, Column::Next, Column::Owner, Column::Source, Column::Updated];
/// Where there is no room for all, these go first, the first first.
const DISPENSABLE: [Column; 7] =
    [Column::Language, Column::Tags, Column::Created, Column::Source, Column::Interest, Column::Updated, Column::Owner];
/// The tick box, the mark and the padding beside them.
const EDGES_PX: f64 = 40.0 + 30.0 + 14.0;

pub fn word(column: Column) -> String {
    t!("column", column = name_of(&column))
}

/// The order by what is in a column.
pub fn sort(column: Column) -> Option<LeadSort> {
    match column {
        Column::Name => Some(LeadSort::Name),
        Column::Status => Some(LeadSort::Status),
        Column::Interest => Some(LeadSort::Interest),
        Column::Next => Some(LeadSort::Due),
        Column::Created => Some(LeadSort::Created),
        Column::Updated => Some(LeadSort::Changed),
        Column::Phone | Column::Owner | Column::Source | Column::Language | Column::Tags => None,
    }
}

/// The least px, and the share of what is left.
fn width(column: Column) -> (f64, f64) {
    match column {
        Column::Name => (150.0, 2.2),
        Column::Phone => (132.0, 1.0),
        Column::Status => (120.0, 1.0),
        Column::Interest => (76.0, 0.5),
        Column::Next => (156.0, 1.2),
        Column::Owner => (148.0, 1.2),
        Column::Source | Column::Language => (88.0, 0.8),
        Column::Tags => (120.0, 1.0),
        Column::Created | Column::Updated => (92.0, 0.7),
    }
}

/// As many of the chosen ones as there is room for; name, phone, status and next follow-up always.
pub fn fit(chosen: &[Column], width_px: f64) -> Vec<Column> {
    let mut shown = chosen.to_vec();
    let needed = |shown: &[Column]| EDGES_PX + shown.iter().map(|column| width(*column).0).sum::<f64>();
    for column in DISPENSABLE {
        if needed(&shown) <= width_px {
            break;
        }
        shown.retain(|one| *one != column);
    }
    shown
}

/// For the grid.
pub fn template(shown: &[Column]) -> String {
    let columns: Vec<String> =
        shown.iter().map(|column| width(*column)).map(|(least, share)| format!("minmax({least}px,{share}fr)")).collect();
    format!("--columns:40px {} 30px", columns.join(" "))
}

/// Name first, each once, whatever was kept.
pub fn sound(columns: impl IntoIterator<Item = Column>) -> Vec<Column> {
    let mut sound = vec![Column::Name];
    for column in columns {
        if !sound.contains(&column) {
            sound.push(column);
        }
    }
    sound
}

/// Another place among the others; the name keeps its own.
pub fn moved(columns: &[Column], column: Column, by: isize) -> Vec<Column> {
    let mut columns = columns.to_vec();
    if let Some(at) = columns.iter().position(|one| *one == column).filter(|at| *at > 0) {
        let to = at.saturating_add_signed(by).clamp(1, columns.len() - 1);
        let column = columns.remove(at);
        columns.insert(to, column);
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_least_goes_first_and_the_call_stays() {
        assert_eq!(fit(&USUAL, 1_072.0), USUAL, "1280 wide with the sidebar");
        assert_eq!(fit(&USUAL, 632.0), [Column::Name, Column::Phone, Column::Status, Column::Next], "beside the drawer");
        assert_eq!(fit(&ALL, 2_000.0), ALL);
        assert_eq!(fit(&ALL, 100.0), [Column::Name, Column::Phone, Column::Status, Column::Next]);
        assert!(!fit(&USUAL, 960.0).contains(&Column::Source) && fit(&USUAL, 960.0).contains(&Column::Owner));
    }

    #[test]
    fn columns_change_places_but_the_name() {
        let columns = [Column::Name, Column::Phone, Column::Status];
        assert_eq!(moved(&columns, Column::Phone, 1), [Column::Name, Column::Status, Column::Phone]);
        assert_eq!(moved(&columns, Column::Phone, -1), columns);
        assert_eq!(moved(&columns, Column::Status, 9), columns);
        assert_eq!(moved(&columns, Column::Name, 1), columns);
        assert_eq!(sound([Column::Phone, Column::Name, Column::Phone]), [Column::Name, Column::Phone]);
    }
}
