//! What is due now: today's promises, then those that were missed.

use crate::components::badge::FollowUpBadge;
use crate::components::key::Key;
use crate::components::name::Name;
use crate::route::{DueNarrow, Page, Route};
use crate::t;
use crate::text::count;
use bridge::follow_up::{DuePage, DueRow, DueTab};
use std::rc::Rc;
use yew::prelude::*;

/// Lines shown.
pub const LINES: usize = 5;

#[derive(Properties, PartialEq)]
pub struct Props {
    /// Missed, and today's.
    pub due: Rc<(DuePage, DuePage)>,
}

#[component]
pub fn DueNow(props: &Props) -> Html {
    let (missed, today) = &*props.due;
    let of = |tab: DueTab, page: &DuePage| page.rows.iter().map(|row| (tab, row.clone())).collect::<Vec<_>>();
    let mut rows = of(DueTab::Today, today);
    rows.extend(of(DueTab::Missed, missed));
    rows.truncate(LINES);
    html! {
        <section class="panel" aria-label={t!("due-now")} data-testid="dashboard-due">
            <header class="panel__head">
                <h3 class="panel__title">{ t!("due-now") }</h3>
                <a href={Page::FollowUps.route().to_string()} data-testid="due-all">{ t!("due-all", count = count(missed.total + today.total)) }{ Key::of("G F") }</a>
            </header>
            if rows.is_empty() { <p class="panel__none">{ t!("due-now-none") }</p> }
            <div role="list">{ for rows.iter().map(|(tab, row)| line(*tab, row)) }</div>
        </section>
    }
}

fn line(tab: DueTab, row: &DueRow) -> Html {
    let href = Route::FollowUps { narrow: DueNarrow { tab, everyone: false }, open: Some(row.lead.id) }.to_string();
    html! {
        <a key={row.follow_up.to_string()} class="due-now" role="listitem" {href} data-testid="due-now">
            { FollowUpBadge::of(row.when.clone()).with_time(true) }
            { Name::of(row.lead.name.clone()).class("due-now__name") }
            <span class="due-now__phone">{ &row.lead.phone }</span>
            <span class="due-now__note" dir="auto">{ &row.note }</span>
        </a>
    }
}
