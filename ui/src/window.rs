//! The list's arithmetic: which rows are in view, which window of rows to ask for, and how far to
//! scroll so that the row under the reader stays under the reader. Pure.

use bridge::lead::{LeadPage, PAGE_MAX};
use domain::LeadId;
use std::collections::HashMap;
use std::ops::Range;

/// Height of a row, px, in compact density.
pub const ROW_PX: f64 = 36.0;
/// Rows drawn above and below those in view.
pub const OVERSCAN: u32 = 8;
/// Rows on one page of the pager.
pub const PAGER_ROWS: u32 = 50;
/// Another window is asked for when fewer loaded rows than this remain beyond the view.
const MARGIN: u32 = 40;

/// Where the reader is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    pub top_px: f64,
    pub height_px: f64,
    /// Height of a row.
    pub row_px: f64,
}

impl Default for View {
    fn default() -> Self {
        Self { top_px: 0.0, height_px: 0.0, row_px: ROW_PX }
    }
}

impl View {
    /// Rows that are at least partly visible.
    pub fn visible(self, total: u32) -> Range<u32> {
        let first = ((self.top_px / self.row_px).floor().max(0.0) as u32).min(total);
        let last = ((self.top_px + self.height_px) / self.row_px).ceil().max(0.0) as u32;
        first..last.clamp(first, total)
    }

    /// Rows to draw.
    pub fn drawn(self, total: u32) -> Range<u32> {
        let visible = self.visible(total);
        visible.start.saturating_sub(OVERSCAN)..(visible.end + OVERSCAN).min(total)
    }

    /// The scroll position that shows row `index` whole, moving as little as possible.
    pub fn to_show(self, index: u32) -> Option<f64> {
        let (top, bottom) = (f64::from(index) * self.row_px, f64::from(index + 1) * self.row_px);
        if top < self.top_px {
            Some(top)
        } else if bottom > self.top_px + self.height_px {
            Some(bottom - self.height_px)
        } else {
            None
        }
    }
}

/// The first row of the window to ask for, centred on the view.
pub fn offset_for(view: View, total: u32) -> u32 {
    let visible = view.visible(total.max(1));
    let middle = visible.start + (visible.end - visible.start) / 2;
    middle.saturating_sub(PAGE_MAX / 2).min(total.saturating_sub(PAGE_MAX))
}

/// Whether the rows that are loaded end too near to what is in view.
pub fn is_short(loaded: &LeadPage, view: View) -> bool {
    let visible = view.visible(loaded.total);
    let end = loaded.offset + loaded.rows.len() as u32;
    let above = loaded.offset > 0 && visible.start < loaded.offset + MARGIN;
    let below = end < loaded.total && visible.end + MARGIN > end;
    above || below
}

/// How many rows the rows in view moved down (or up, negative) from `old` to `new`: what most of
/// them did. `None` when none of them is in `new`.
pub fn drift(old: &LeadPage, new: &LeadPage, view: View) -> Option<i64> {
    let places: HashMap<LeadId, i64> = (i64::from(new.offset)..).zip(&new.rows).map(|(at, row)| (row.id, at)).collect();
    let visible = view.visible(old.total);
    let moves = (old.offset..)
        .zip(&old.rows)
        .filter(|(at, _)| visible.contains(at))
        .filter_map(|(at, row)| Some(places.get(&row.id)? - i64::from(at)));
    let mut votes: Vec<(i64, u32)> = Vec::new();
    for by in moves {
        match votes.iter_mut().find(|(seen, _)| *seen == by) {
            Some((_, count)) => *count += 1,
            None => votes.push((by, 1)),
        }
    }
    // Of equal votes the first wins: the topmost row that is in view.
    votes.iter().rev().max_by_key(|(_, count)| *count).map(|(by, _)| *by)
}

/// One thing on the pager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PagerItem {
    /// A page, from 1.
    Page(u32),
    Gap,
}

/// The page the reader is on, from 1, and how many there are.
pub fn page_of(view: View, total: u32) -> (u32, u32) {
    let pages = total.div_ceil(PAGER_ROWS).max(1);
    let visible = view.visible(total);
    // At the very end the last page counts, though its first row may not reach the top.
    let page = if visible.end == total && total > 0 { pages } else { visible.start / PAGER_ROWS + 1 };
    let page = if visible.start == 0 { 1 } else { page };
    (page.min(pages), pages)
}

/// First, last and the neighbours of the current page.
pub fn pager(page: u32, pages: u32) -> Vec<PagerItem> {
    let mut items = Vec::new();
    let mut last = 0;
    let near = |n: u32| n == 1 || n == pages || n.abs_diff(page) <= 1 || (page <= 2 && n <= 3) || pages <= 6;
    for n in (1..=pages.min(3)).chain(page.saturating_sub(2)..=page + 2).chain(pages.saturating_sub(2)..=pages) {
        if n <= last || n > pages || !near(n) {
            continue;
        }
        if n > last + 1 {
            items.push(PagerItem::Gap);
        }
        items.push(PagerItem::Page(n));
        last = n;
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;
    use bridge::lead::LeadRow;
    use domain::Status;
    use uuid::Uuid;

    fn row(id: u128) -> LeadRow {
        LeadRow {
            id: LeadId(Uuid::from_u128(id)),
            name: String::new(),
            phone: String::new(),
            status: Status::New,
            interest: None,
            owner: None,
            source: None,
            next_follow_up: None,
            language: None,
            tags: Vec::new(),
            created_at: 0,
            updated_at: 0,
            mark: None,
        }
    }

    fn page(offset: u32, ids: &[u128], total: u32) -> LeadPage {
        LeadPage { rows: ids.iter().map(|id| row(*id)).collect(), offset, total }
    }

    fn at_row(first: u32, rows: u32) -> View {
        View { top_px: f64::from(first) * ROW_PX, height_px: f64::from(rows) * ROW_PX, row_px: ROW_PX }
    }

    #[test]
    fn higher_rows_are_counted_by_their_height() {
        let view = View { top_px: 880.0, height_px: 440.0, row_px: 44.0 };
        assert_eq!(view.visible(1_000), 20..30);
        assert_eq!(view.to_show(30), Some(31.0 * 44.0 - 440.0));
    }

    #[test]
    fn only_rows_in_view_and_a_few_more_are_drawn() {
        assert_eq!(at_row(0, 10).drawn(100_000), 0..18);
        assert_eq!(at_row(5_000, 10).drawn(100_000), 4_992..5_018);
        assert_eq!(at_row(99_990, 10).drawn(100_000), 99_982..100_000);
        assert_eq!(at_row(0, 10).drawn(0), 0..0);
        assert_eq!(at_row(500, 10).drawn(3), 0..3);
    }

    #[test]
    fn a_window_is_asked_for_before_the_rows_run_out() {
        assert_eq!(offset_for(at_row(0, 16), 100_000), 0);
        assert_eq!(offset_for(at_row(5_000, 16), 100_000), 4_908);
        assert_eq!(offset_for(at_row(99_990, 10), 100_000), 99_800);
        assert_eq!(offset_for(at_row(0, 16), 0), 0);
        let loaded = page(100, &(100..300).collect::<Vec<_>>(), 1_000);
        assert!(!is_short(&loaded, at_row(180, 16)));
        assert!(is_short(&loaded, at_row(130, 16)));
        assert!(is_short(&loaded, at_row(250, 16)));
        assert!(!is_short(&page(0, &[1, 2], 2), at_row(0, 16)));
    }

    #[test]
    fn rows_stay_under_the_reader_when_others_come_above() {
        let old = page(0, &[1, 2, 3, 4, 5, 6], 6);
        let rows = [
            (page(0, &[9, 1, 2, 3, 4, 5], 7), Some(1)),
            (page(0, &[2, 3, 4, 5, 6], 5), Some(-1)),
            // The row in the middle was edited and went to the top: most rows in view stay.
            (page(0, &[3, 1, 2, 4, 5, 6], 6), Some(0)),
            (page(0, &[7, 8], 2), None),
        ];
        for (new, expected) in rows {
            assert_eq!(drift(&old, &new, at_row(2, 4)), expected);
        }
    }

    #[test]
    fn the_cursor_is_scrolled_into_view_no_further_than_needed() {
        assert_eq!(at_row(10, 10).to_show(12), None);
        assert_eq!(at_row(10, 10).to_show(9), Some(9.0 * ROW_PX));
        assert_eq!(at_row(10, 10).to_show(20), Some(11.0 * ROW_PX));
    }

    #[test]
    fn the_pager_shows_the_ends_and_the_neighbours() {
        let show = |page, pages| {
            let word = |item| match item {
                PagerItem::Page(n) => n.to_string(),
                PagerItem::Gap => "…".to_owned(),
            };
            pager(page, pages).into_iter().map(word).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(show(1, 1), "1");
        assert_eq!(show(1, 5), "1 2 3 4 5");
        assert_eq!(show(1, 26), "1 2 3 … 26");
        assert_eq!(show(13, 26), "1 … 12 13 14 … 26");
        assert_eq!(show(26, 26), "1 … 25 26");
        assert_eq!(page_of(at_row(0, 16), 1_284), (1, 26));
        assert_eq!(page_of(at_row(100, 16), 1_284), (3, 26));
        assert_eq!(page_of(at_row(1_268, 16), 1_284), (26, 26));
        assert_eq!(page_of(at_row(0, 16), 0), (1, 1));
        assert_eq!(page_of(at_row(0, 16), 10), (1, 1));
    }
}
