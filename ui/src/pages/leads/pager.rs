//! Under the list: which rows are in view, what the marks mean, and jumps (row D4).

use crate::badge;
use crate::icon::Glyph;
use crate::t;
use crate::text::count;
use crate::window::{self, PAGER_ROWS, PagerItem, View};
use bridge::lead::Mark;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub view: View,
    pub total: u32,
    /// Jumps to a row.
    pub on_jump: Callback<u32>,
}

#[component]
pub fn Pager(props: &Props) -> Html {
    let visible = props.view.visible(props.total);
    let (page, pages) = window::page_of(props.view, props.total);
    let range = if props.total == 0 {
        t!("pager-empty")
    } else {
        t!("pager-range", first = count(visible.start + 1), last = count(visible.end), total = count(props.total))
    };
    html! {
        <footer class="pager" data-testid="pagination-bar">
            <span class="pager__range" data-testid="pager-range">{ range }</span>
            <span class="pager__legend">{ for [Mark::NotSent, Mark::Waiting, Mark::Conflict, Mark::NeedsAttention].into_iter().map(legend) }</span>
            if pages > 1 {
                <nav class="pager__pages" aria-label={t!("pager-label")}>
                    { step(props, t!("pager-previous"), page.checked_sub(1).filter(|p| *p > 0), "pager-prev") }
                    { for window::pager(page, pages).into_iter().map(|item| number(props, item, page)) }
                    { step(props, t!("pager-next"), Some(page + 1).filter(|p| *p <= pages), "pager-next") }
                </nav>
            }
        </footer>
    }
}

fn legend(mark: Mark) -> Html {
    let look = badge::mark(mark);
    html! { <span class="pager__mark">{ Glyph::of(look.glyph).class(if look.tone == "muted" { "tone--muted" } else { "tone--warn" }) }{ look.text }</span> }
}

fn step(props: &Props, word: String, to: Option<u32>, testid: &'static str) -> Html {
    let row = to.map_or(0, |page| (page - 1) * PAGER_ROWS);
    html! {
        <button type="button" class="pager__step" disabled={to.is_none()} data-testid={testid} onclick={props.on_jump.reform(move |_: MouseEvent| row)}>{ word }</button>
    }
}

fn number(props: &Props, item: PagerItem, now: u32) -> Html {
    match item {
        PagerItem::Gap => html! { <span class="pager__gap" aria-hidden="true">{ "…" }</span> },
        PagerItem::Page(page) => {
            let is_now = page == now;
            html! {
                <button type="button" class={classes!("pager__page", is_now.then_some("pager__page--now"))} data-testid={format!("page-{page}")}
                    aria-current={is_now.then_some("page")} aria-label={t!("pager-page", page = page)}
                    onclick={props.on_jump.reform(move |_: MouseEvent| (page - 1) * PAGER_ROWS)}>{ count(page) }</button>
            }
        }
    }
}
