//! What a person keeps of the list: columns, density and views. Read from their preferences and written back
//! to them.

use super::columns;
use crate::route::ListFilter;
use crate::window::ROW_PX;
use bridge::bulk::Column;
use bridge::session::PreferenceSet;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const COLUMNS: &str = "leads.columns";
const DENSITY: &str = "leads.density";
const VIEWS: &str = "leads.views";
/// Views of one person.
pub const VIEWS_MAX: usize = 40;
/// Characters in the name of a view.
pub const NAME_MAX: usize = 60;

#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    pub columns: Vec<Column>,
    pub density: Density,
    pub views: Vec<SavedView>,
}

/// One of its preferences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Columns,
    Density,
    Views,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Density {
    #[default]
    Compact,
    Comfortable,
    /// One card a lead, on two lines, with everything that was chosen.
    Cards,
}

impl Density {
    pub fn row_px(self) -> f64 {
        match self {
            Density::Compact => ROW_PX,
            Density::Comfortable => 44.0,
            Density::Cards => 68.0,
        }
    }

    pub fn head_px(self) -> f64 {
        match self {
            Density::Compact | Density::Cards => ROW_PX,
            Density::Comfortable => 44.0,
        }
    }

    pub fn class(self) -> Option<&'static str> {
        match self {
            Density::Compact => None,
            Density::Comfortable => Some("leads--comfortable"),
            Density::Cards => Some("leads--cards"),
        }
    }
}

/// A way to look at the list, by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedView {
    pub name: String,
    /// Filter and order, as the address has them.
    pub query: String,
    pub columns: Vec<Column>,
    /// The list opens so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_default: bool,
}

impl SavedView {
    pub fn filter(&self) -> ListFilter {
        ListFilter::read(&self.query)
    }
}

impl Default for Kept {
    fn default() -> Self {
        Self { columns: columns::USUAL.to_vec(), density: Density::default(), views: Vec::new() }
    }
}

impl Kept {
    /// What can't be read is as if nobody had chosen.
    pub fn read(preferences: &BTreeMap<String, String>) -> Self {
        fn value<T: for<'a> Deserialize<'a>>(preferences: &BTreeMap<String, String>, key: &str) -> Option<T> {
            serde_json::from_str(preferences.get(key)?).ok()
        }
        let usual = Self::default();
        Self {
            columns: value::<Vec<Column>>(preferences, COLUMNS).map_or(usual.columns, columns::sound),
            density: value(preferences, DENSITY).unwrap_or_default(),
            views: value(preferences, VIEWS).unwrap_or_default(),
        }
    }

    pub fn default_view(&self) -> Option<&SavedView> {
        self.views.iter().find(|view| view.is_default)
    }

    /// What writes a part as it is now.
    pub fn request(&self, part: Part) -> PreferenceSet {
        let (key, value) = match part {
            Part::Columns => (COLUMNS, serde_json::to_string(&self.columns)),
            Part::Density => (DENSITY, serde_json::to_string(&self.density)),
            Part::Views => (VIEWS, serde_json::to_string(&self.views)),
        };
        PreferenceSet { key: key.to_owned(), value: value.unwrap_or_default() }
    }
}

/// Saves under a name: a view of that name is the new one from now on, in its place.
pub fn with_view(views: &[SavedView], view: SavedView) -> Vec<SavedView> {
    let mut views = views.to_vec();
    match views.iter_mut().find(|old| old.name == view.name) {
        Some(old) => *old = SavedView { is_default: old.is_default, ..view },
        None => views.push(view),
    }
    views
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_read_back_and_nonsense_is_not() {
        let view =
            SavedView { name: "Hot".into(), query: "interest=4,5&sort=due".into(), columns: columns::USUAL.to_vec(), is_default: true };
        let kept = |columns: &str, density: &str, views: &str| {
            let all = [(COLUMNS, columns), (DENSITY, density), (VIEWS, views)];
            Kept::read(&all.map(|(key, value)| (key.to_owned(), value.to_owned())).into())
        };
        let views = serde_json::to_string(&[&view]).expect("plain values");
        let written = Kept { density: Density::Comfortable, ..Kept::default() };
        let again: BTreeMap<_, _> =
            [Part::Columns, Part::Density, Part::Views].map(|part| written.request(part)).map(|set| (set.key, set.value)).into();
        assert_eq!(Kept::read(&again), written);
        let read = kept("[\"phone\",\"name\",\"tags\"]", "\"comfortable\"", &views);
        assert_eq!(read.columns, [Column::Name, Column::Phone, Column::Tags]);
        assert_eq!((read.density.row_px(), read.default_view()), (44.0, Some(&view)));
        assert_eq!(view.filter().interests, [4, 5]);
        assert_eq!(kept("[\"shoe_size\"]", "dense", "{}"), Kept::default());
        assert_eq!(Kept::read(&BTreeMap::new()), Kept::default());
    }

    #[test]
    fn a_view_saved_again_keeps_its_place() {
        let view =
            |name: &str, query: &str, is_default| SavedView { name: name.into(), query: query.into(), columns: Vec::new(), is_default };
        let views = with_view(&[view("a", "1", true), view("b", "2", false)], view("a", "3", false));
        assert_eq!(views, [view("a", "3", true), view("b", "2", false)]);
        assert_eq!(with_view(&views, view("c", "", false)).len(), 3);
    }
}
