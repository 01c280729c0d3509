//! Which leads are ticked. Pure; keeps ids, so that it outlives scrolling and every change of the list.

use bridge::Change;
use domain::LeadId;
use std::collections::HashSet;

#[derive(Debug, Default)]
pub struct Selection {
    leads: HashSet<LeadId>,
    /// The row that was ticked last: a range begins there.
    anchor: Option<(u32, LeadId)>,
    /// How many left the list since the person last chose.
    pub left: u32,
}

impl Selection {
    pub fn len(&self) -> u32 {
        u32::try_from(self.leads.len()).unwrap_or(u32::MAX)
    }

    pub fn is_empty(&self) -> bool {
        self.leads.is_empty()
    }

    pub fn has(&self, lead: LeadId) -> bool {
        self.leads.contains(&lead)
    }

    /// In an order that stays.
    pub fn leads(&self) -> Vec<LeadId> {
        let mut leads: Vec<LeadId> = self.leads.iter().copied().collect();
        leads.sort_unstable();
        leads
    }

    /// Ticks a row, or takes its tick off.
    pub fn toggle(&mut self, index: u32, lead: LeadId) {
        if !self.leads.remove(&lead) {
            self.leads.insert(lead);
        }
        (self.anchor, self.left) = (Some((index, lead)), 0);
    }

    pub fn add(&mut self, leads: impl IntoIterator<Item = LeadId>) {
        self.leads.extend(leads);
        self.left = 0;
    }

    pub fn begin_at(&mut self, index: u32, lead: LeadId) {
        self.anchor = Some((index, lead));
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// The rows from the one ticked last to this one; `place` tells where that one is by now.
    pub fn range_to(&self, index: u32, place: impl Fn(LeadId) -> Option<u32>) -> Option<std::ops::RangeInclusive<u32>> {
        let (at, lead) = self.anchor?;
        let from = place(lead).unwrap_or(at);
        Some(from.min(index)..=from.max(index))
    }

    /// Those ticked that a change may have moved out of the list.
    pub fn touched(&self, change: &Change) -> Vec<LeadId> {
        if change.many_leads {
            return self.leads();
        }
        change.leads.iter().copied().filter(|lead| self.has(*lead)).collect()
    }

    /// Of those asked about, only these are in the list still.
    pub fn keep(&mut self, asked: &[LeadId], still: &[LeadId]) {
        let gone: HashSet<LeadId> =
            asked.iter().copied().collect::<HashSet<_>>().difference(&still.iter().copied().collect()).copied().collect();
        let before = self.len();
        self.leads.retain(|lead| !gone.contains(lead));
        self.left += before - self.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn id(n: u128) -> LeadId {
        LeadId(Uuid::from_u128(n))
    }

    #[test]
    fn ticks_stay_with_their_leads() {
        let mut selection = Selection::default();
        selection.toggle(3, id(3));
        selection.toggle(5, id(5));
        selection.toggle(3, id(3));
        assert_eq!(selection.leads(), [id(5)]);
        selection.add([id(5), id(6), id(7)]);
        assert_eq!((selection.len(), selection.has(id(3)), selection.has(id(7))), (3, false, true));
        selection.clear();
        assert!(selection.is_empty() && selection.range_to(4, |_| None).is_none());
    }

    #[test]
    fn a_range_begins_where_its_first_row_is_by_now() {
        let mut selection = Selection::default();
        selection.toggle(3, id(3));
        assert_eq!(selection.range_to(7, |_| None), Some(3..=7), "not loaded: where it was");
        assert_eq!(selection.range_to(7, |lead| (lead == id(3)).then_some(9)), Some(7..=9), "rows came above it");
    }

    #[test]
    fn those_that_leave_are_counted() {
        let mut selection = Selection::default();
        selection.add((1..=5).map(id));
        let change = Change { leads: vec![id(2), id(9)], ..Change::default() };
        assert_eq!(selection.touched(&change), [id(2)]);
        assert_eq!(selection.touched(&Change { many_leads: true, ..Change::default() }).len(), 5);
        selection.keep(&[id(2), id(3)], &[id(3)]);
        assert_eq!((selection.len(), selection.left), (4, 1));
        selection.toggle(0, id(9));
        assert_eq!(selection.left, 0, "told until the person chooses anew");
    }
}
