//! What the list holds: one window of rows, where the reader is, and the cursor. Pure; decides how a
//! fresh window takes the place of the old one without moving what is being read.

use crate::window::{self, View};
use bridge::lead::{LeadPage, LeadRow, PAGE_MAX};
use domain::LeadId;

/// The row that keys act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub index: u32,
    /// `None` while its row is not loaded.
    pub id: Option<LeadId>,
}

#[derive(Debug, Default)]
pub struct List {
    pub page: LeadPage,
    pub view: View,
    pub cursor: Option<Cursor>,
    /// Answers to the present filter have come.
    pub is_loaded: bool,
}

/// What to do after a window of rows came.
#[derive(Debug, PartialEq)]
pub enum Taken {
    Settled {
        /// Where to scroll, so that rows stay under the reader.
        scroll_to: Option<f64>,
    },
    /// None of the rows in view is in it: ask for the window that starts here instead.
    AskAt(u32),
}

impl List {
    /// The first row of the window to ask for now.
    pub fn offset(&self) -> u32 {
        window::offset_for(self.view, self.page.total)
    }

    /// The list is narrowed differently: start at its top. The old rows stay until the new come.
    pub fn restart(&mut self) {
        self.is_loaded = false;
        self.view.top_px = 0.0;
        self.cursor = None;
    }

    /// Takes a fresh window. `holds`: the reader is among the rows, so they must not move.
    pub fn take(&mut self, fresh: LeadPage, holds: bool, is_second_try: bool) -> Taken {
        if !self.is_loaded || !holds {
            self.settle(fresh, 0);
            return Taken::Settled { scroll_to: None };
        }
        let drift = window::drift(&self.page, &fresh, self.view);
        if drift.is_none() && !is_second_try && fresh.total != self.page.total && !self.page.rows.is_empty() {
            let by = (f64::from(fresh.total) - f64::from(self.page.total)) * self.view.row_px;
            let guess = View { top_px: (self.view.top_px + by).max(0.0), ..self.view };
            return Taken::AskAt(window::offset_for(guess, fresh.total));
        }
        let drift = drift.unwrap_or(0);
        self.settle(fresh, drift);
        let most = (f64::from(self.page.total) * self.view.row_px - self.view.height_px).max(0.0);
        let top = (self.view.top_px + drift as f64 * self.view.row_px).clamp(0.0, most);
        let has_moved = (top - self.view.top_px).abs() >= 1.0;
        self.view.top_px = top;
        Taken::Settled { scroll_to: has_moved.then_some(top) }
    }

    /// Rows of another height: the first row in view stays the first.
    pub fn set_row_px(&mut self, row_px: f64) {
        self.view.top_px = (self.view.top_px / self.view.row_px).round() * row_px;
        self.view.row_px = row_px;
    }

    /// Whether another window is needed for what is in view.
    pub fn is_short(&self) -> bool {
        self.is_loaded && window::is_short(&self.page, self.view) && self.offset() != self.page.offset
    }

    pub fn row(&self, index: u32) -> Option<&LeadRow> {
        self.page.rows.get(index.checked_sub(self.page.offset)? as usize)
    }

    /// Where a lead stands in the whole list, if that is known.
    pub fn position(&self, lead: LeadId) -> Option<u32> {
        let loaded = (self.page.offset..).zip(&self.page.rows).find(|(_, row)| row.id == lead).map(|(at, _)| at);
        loaded.or_else(|| self.cursor.filter(|c| c.id == Some(lead)).map(|c| c.index))
    }

    pub fn put_cursor(&mut self, index: u32) {
        let index = index.min(self.page.total.saturating_sub(1));
        self.cursor = (self.page.total > 0).then(|| Cursor { index, id: self.row(index).map(|row| row.id) });
    }

    /// Moves the cursor; from nowhere it goes to the first row in view.
    pub fn move_cursor(&mut self, by: i64) {
        let index = match self.cursor {
            Some(cursor) => (i64::from(cursor.index) + by).max(0) as u32,
            None => (self.view.top_px / self.view.row_px).ceil() as u32,
        };
        self.put_cursor(index);
    }

    fn settle(&mut self, fresh: LeadPage, drift: i64) {
        debug_assert!(fresh.rows.len() <= PAGE_MAX as usize);
        self.page = fresh;
        self.is_loaded = true;
        let Some(cursor) = self.cursor else { return };
        let found = cursor.id.and_then(|id| (self.page.offset..).zip(&self.page.rows).find(|(_, row)| row.id == id));
        match found.map(|(at, _)| at) {
            Some(at) => self.put_cursor(at),
            None => self.put_cursor((i64::from(cursor.index) + drift).max(0) as u32),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::window::ROW_PX;
    use domain::Status;
    use uuid::Uuid;

    fn id(n: u128) -> LeadId {
        LeadId(Uuid::from_u128(n))
    }

    fn page(offset: u32, ids: impl IntoIterator<Item = u128>, total: u32) -> LeadPage {
        let row = |n| LeadRow {
            id: id(n),
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
        };
        LeadPage { rows: ids.into_iter().map(row).collect(), offset, total }
    }

    fn list(first: u32, rows: u32, loaded: LeadPage) -> List {
        let view = View { top_px: f64::from(first) * ROW_PX, height_px: f64::from(rows) * ROW_PX, row_px: ROW_PX };
        List { page: loaded, view, cursor: None, is_loaded: true }
    }

    #[test]
    fn a_new_row_above_scrolls_the_list_by_one_row() {
        let mut list = list(2, 5, page(0, 1..=100, 100));
        list.put_cursor(4);
        let taken = list.take(page(0, [900].into_iter().chain(1..=100), 101), true, false);
        assert_eq!(taken, Taken::Settled { scroll_to: Some(3.0 * ROW_PX) });
        assert_eq!(list.cursor, Some(Cursor { index: 5, id: Some(id(5)) }));
    }

    #[test]
    fn at_the_top_with_nobody_reading_a_new_row_appears() {
        let mut list = list(0, 5, page(0, 1..=100, 100));
        assert_eq!(list.take(page(0, [900].into_iter().chain(1..=100), 101), false, false), Taken::Settled { scroll_to: None });
        assert_eq!(list.page.rows[0].id, id(900));
    }

    #[test]
    fn many_new_rows_are_followed_by_a_second_question() {
        let mut list = list(2_000, 10, page(1_905, 1_905..2_105, 10_000));
        let far = page(1_905, 1_405..1_605, 10_500);
        let Taken::AskAt(offset) = list.take(far, true, false) else { panic!("the rows in view are elsewhere") };
        let taken = list.take(page(offset, (u128::from(offset) - 500)..(u128::from(offset) - 300), 10_500), true, true);
        assert_eq!(taken, Taken::Settled { scroll_to: Some(2_500.0 * ROW_PX) });
    }

    #[test]
    fn a_shorter_list_ends_the_scroll_and_the_cursor() {
        let mut list = list(90, 10, page(0, 1..=100, 100));
        list.put_cursor(99);
        let taken = list.take(page(0, 1..=20, 20), true, true);
        assert_eq!(taken, Taken::Settled { scroll_to: Some(10.0 * ROW_PX) });
        assert_eq!(list.cursor, Some(Cursor { index: 19, id: Some(id(20)) }));
        list.take(page(0, [], 0), true, true);
        assert_eq!(list.cursor, None);
    }

    #[test]
    fn the_cursor_moves_within_the_list() {
        let mut list = list(10, 10, page(0, 1..=100, 100));
        list.move_cursor(1);
        assert_eq!(list.cursor.map(|c| c.index), Some(10), "from nowhere to the first row in view");
        list.move_cursor(-100);
        assert_eq!(list.cursor.map(|c| c.index), Some(0));
        list.move_cursor(1_000);
        assert_eq!(list.cursor.map(|c| c.index), Some(99));
        assert_eq!(list.position(id(100)), Some(99));
        assert_eq!(list.position(id(500)), None);
    }
}
