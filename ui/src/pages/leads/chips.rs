//! What the list is narrowed by, each part as a chip that takes it off.

use crate::components::day_picker;
use crate::icon::{Glyph, Icon};
use crate::route::{Days, ListFilter, name_of};
use crate::{ipc, t, words};
use bridge::lead::LeadFacetsGet;
use domain::UserId;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Values a chip names; of more it says how many.
const NAMED: usize = 2;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub filter: ListFilter,
    /// Days since 1970-01-01.
    pub today: i64,
    pub on_filter: Callback<ListFilter>,
}

#[component]
pub fn Chips(props: &Props) -> Html {
    let owners = use_state_eq(Vec::<(Option<UserId>, String)>::new);
    let names_needed = !props.filter.owners.is_empty() || !props.filter.callers.is_empty();
    use_effect_with(names_needed, {
        let owners = owners.clone();
        move |needed| {
            if *needed {
                spawn_local(async move {
                    // Without them the chip says how many.
                    if let Ok(facets) = ipc::call(&LeadFacetsGet {}).await {
                        owners.set(facets.owners.into_iter().map(|(owner, name, _)| (owner, name)).collect());
                    }
                });
            }
        }
    });
    let parts = parts(&props.filter, props.today, &owners);
    if parts.is_empty() {
        return Html::default();
    }
    let chip = |(name, text, without): (&'static str, String, ListFilter)| {
        html! {
            <button type="button" key={name} class="chip chip--on filter-chip" data-testid="filter-chip" data-part={name} aria-label={t!("chip-remove", part = text.as_str())}
                onclick={props.on_filter.reform(move |_: MouseEvent| without.clone())}><bdi dir="auto">{ &text }</bdi>{ Glyph::of(Icon::X).size(14) }</button>
        }
    };
    html! { <div class="leads__chips" role="group" aria-label={t!("chips-label")} data-testid="filter-chips">{ for parts.into_iter().map(chip) }</div> }
}

/// Each part in words, and the filter without it.
fn parts(filter: &ListFilter, today: i64, owners: &[(Option<UserId>, String)]) -> Vec<(&'static str, String, ListFilter)> {
    let mut parts = Vec::new();
    let mut add = |name: &'static str, title: String, values: Vec<String>, clear: fn(&mut ListFilter)| {
        if values.is_empty() {
            return;
        }
        let mut without = filter.clone();
        clear(&mut without);
        let values = if values.len() > NAMED { t!("chip-many", count = values.len() as u64) } else { values.join(", ") };
        parts.push((name, t!("chip", title = title, values = values), without));
    };
    let named =
        |values: &[String]| values.iter().map(|value| if value.is_empty() { t!("field-empty") } else { value.clone() }).collect::<Vec<_>>();
    let owner = |owner: &Option<UserId>| match (owner, owners.iter().find(|(known, _)| known == owner)) {
        (None, _) => t!("nobody"),
        (Some(_), Some((_, name))) => name.clone(),
        (Some(_), None) => t!("chip-somebody"),
    };
    let days = |days: Days| (!days.is_any()).then(|| span(days, today)).into_iter().collect::<Vec<_>>();
    add("status", t!("filter-status"), filter.statuses.iter().map(|status| words::status(*status)).collect(), |f| f.statuses.clear());
    add("due", t!("filter-by-due"), filter.due.iter().map(|state| t!("filter-due", state = name_of(state))).collect(), |f| f.due.clear());
    add("interest", t!("filter-by-interest"), filter.interests.iter().map(u8::to_string).collect(), |f| f.interests.clear());
    add("source", t!("filter-by-source"), named(&filter.sources), |f| f.sources.clear());
    add("language", t!("filter-by-language"), named(&filter.languages), |f| f.languages.clear());
    add("tag", t!("filter-by-tag"), named(&filter.tags), |f| f.tags.clear());
    add("owner", t!("filter-by-owner"), filter.owners.iter().map(owner).collect(), |f| f.owners.clear());
    add("created", t!("filter-by-created"), days(filter.created()), |f| (f.from, f.to) = (None, None));
    add("updated", t!("filter-by-updated"), days(filter.updated), |f| f.updated = Days::default());
    add("next", t!("filter-by-next"), days(filter.next), |f| f.next = Days::default());
    add("assigned", t!("filter-by-assigned"), days(filter.assigned), |f| f.assigned = Days::default());
    add("converted", t!("filter-by-converted"), days(filter.converted), |f| f.converted = Days::default());
    add("dropped", t!("filter-by-dropped"), days(filter.dropped), |f| f.dropped = Days::default());
    add("called", t!("filter-by-called"), days(filter.called), |f| f.called = Days::default());
    let callers = filter.callers.iter().map(|caller| owner(&Some(*caller))).collect();
    add("caller", t!("filter-by-caller"), callers, |f| f.callers.clear());
    parts
}

/// `1 Nov – Fri 20`, `from 1 Nov`, `until Today`.
fn span(days: Days, today: i64) -> String {
    let word = |day: i64| day_picker::word(day, today);
    match (days.from, days.to) {
        (Some(from), Some(to)) if from == to => word(from),
        (Some(from), Some(to)) => t!("span", from = word(from), to = word(to)),
        (Some(from), None) => t!("span-from", from = word(from)),
        (None, Some(to)) => t!("span-to", to = word(to)),
        (None, None) => String::new(),
    }
}

/// What a list that holds nothing was asked for, in one line.
pub fn in_words(filter: &ListFilter, today: i64) -> String {
    parts(filter, today, &[]).into_iter().map(|(_, text, _)| text).collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar;
    use bridge::lead::DueState;
    use domain::Status;

    #[test]
    fn each_part_is_said_and_can_be_taken_off() {
        let filter = ListFilter {
            statuses: vec![Status::New, Status::Cnp, Status::Lost],
            sources: vec![String::new(), "Website".into()],
            owners: vec![None],
            due: vec![DueState::Missed],
            updated: Days { from: calendar::parse_date("2026-11-01"), to: None },
            ..ListFilter::default()
        };
        let today = calendar::parse_date("2026-11-21").expect("a day");
        let all = parts(&filter, today, &[]);
        let names: Vec<_> = all.iter().map(|(name, ..)| *name).collect();
        assert_eq!(names, ["status", "due", "source", "owner", "updated"]);
        assert!(all[0].1.contains('3') && all[2].1.contains("Website") && all[4].1.contains("1 Nov"), "{all:?}");
        for (name, _, without) in all {
            assert_eq!(parts(&without, today, &[]).len(), 4, "{name}");
            assert_ne!(without, filter);
        }
        assert!(parts(&ListFilter::default(), today, &[]).is_empty());
    }
}
