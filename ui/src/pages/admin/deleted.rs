//! Deleted leads (row N6), from this computer's own records: who deleted each and why, and the way
//! back, which asks why (rows N4, N5).

use crate::asked::{use_asked, use_order};
use crate::components::badge::StatusBadge;
use crate::components::dialog::Dialog;
use crate::components::empty::Empty;
use crate::components::key::Key;
use crate::components::name::Name;
use crate::components::text_box::TextBox;
use crate::icon::{Glyph, Icon};
use crate::pages::admin::rows::{Search, use_row_keys};
use crate::route::{ListFilter, Route};
use crate::{keys, t, toast, words};
use bridge::Change;
use bridge::lead::{DeletedRow, LeadDeletedList, LeadRestore};
use bridge::session::Me;
use domain::policy::{self, Action};
use std::rc::Rc;
use yew::prelude::*;

/// Rows drawn at first, and with each press of the button under them.
const ROWS: usize = 200;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub me: Rc<Me>,
}

#[component]
pub fn DeletedPage(props: &Props) -> Html {
    use_row_keys();
    let asked = use_asked(LeadDeletedList {}, |change: &Change| change.many_leads || !change.leads.is_empty());
    let search = use_state_eq(String::new);
    let drawn = use_state_eq(|| ROWS);
    let open = use_state_eq(|| None::<DeletedRow>);
    let on_search = {
        let (search, drawn) = (search.clone(), drawn.clone());
        Callback::from(move |text: String| {
            search.set(text);
            drawn.set(ROWS);
        })
    };
    let on_more = {
        let drawn = drawn.clone();
        Callback::from(move |_: MouseEvent| drawn.set(*drawn + ROWS))
    };
    let on_open = {
        let open = open.clone();
        Callback::from(move |row: Option<DeletedRow>| open.set(row))
    };
    let may_restore = policy::has(props.me.role, Action::RestoreLead);
    let body = match &asked.data {
        None => asked.instead(),
        Some(rows) => table(rows, search.trim(), *drawn, may_restore, &on_open, on_more),
    };
    html! {
        <section class="admin" data-testid="deleted-page" aria-label={t!("page-deleted")}>
            <div class="admin__bar">
                <Search value={(*search).clone()} on_input={on_search} placeholder={t!("deleted-search")} />
                <span class="admin__end admin__note">{ asked.data.as_ref().filter(|rows| !rows.is_empty()).map(|rows| t!("deleted-count", count = rows.len() as u64)) }</span>
            </div>
            { asked.stale() }
            { body }
            if let Some(row) = &*open { <Restore row={row.clone()} on_close={on_open.reform(|()| None)} again={&asked.again} /> }
        </section>
    }
}

fn table(
    rows: &[DeletedRow],
    search: &str,
    drawn: usize,
    may_restore: bool,
    on_open: &Callback<Option<DeletedRow>>,
    on_more: Callback<MouseEvent>,
) -> Html {
    let shown: Vec<_> = rows.iter().filter(|row| matches(row, search)).collect();
    if shown.is_empty() {
        let (icon, title, text) = if search.is_empty() {
            (Icon::Trash, t!("deleted-none"), t!("deleted-none-text"))
        } else {
            (Icon::SearchX, t!("no-leads-found"), t!("nothing-matches", search = words::shortened(search, 40)))
        };
        return html! { <Empty {icon} {title} {text} testid="deleted-none" /> };
    }
    let left = shown.len().saturating_sub(drawn);
    html! {
        <div class="admin__scroll">
            <table class="table table--deleted" data-testid="deleted-list">
                <thead><tr>
                    <th scope="col">{ t!("column-name") }</th>
                    <th scope="col">{ t!("column-phone") }</th>
                    <th scope="col">{ t!("column-status") }</th>
                    <th scope="col">{ t!("column-owner") }</th>
                    <th scope="col">{ t!("deleted-who") }</th>
                    <th scope="col">{ t!("deleted-when") }</th>
                    <th scope="col">{ t!("deleted-reason") }</th>
                    <th scope="col"><span class="visually-hidden">{ t!("admin-deeds") }</span></th>
                </tr></thead>
                <tbody>{ for shown.into_iter().take(drawn).map(|row| line(row, may_restore, on_open)) }</tbody>
            </table>
            if left > 0 {
                <p class="admin__more"><button type="button" class="button button--bar" data-testid="deleted-more" onclick={on_more}>{ t!("deleted-more", count = left as u64) }</button></p>
            }
        </div>
    }
}

fn line(row: &DeletedRow, may_restore: bool, on_open: &Callback<Option<DeletedRow>>) -> Html {
    let opens = {
        let row = row.clone();
        on_open.reform(move |_: MouseEvent| Some(row.clone()))
    };
    let address = Route::Leads { filter: ListFilter::default(), open: Some(row.id) }.to_string();
    html! {
        <tr key={row.id.to_string()} class="table__row--faint" tabindex="-1" data-row="true" data-testid="deleted-row" data-lead={row.id.to_string()}>
            <th scope="row" class="table__name">
                <span class="table__two">
                    <a class="table__open" href={address}>{ Name::of(row.name.clone()) }</a>
                    if row.deleted.edited_after {
                        <span class="badge badge--today" title={t!("deleted-edited-why")} data-testid="edited-after">{ Glyph::of(Icon::Pencil).size(14) }{ t!("deleted-edited") }</span>
                    }
                </span>
            </th>
            <td class="table__word">{ &row.phone }</td>
            <td class="table__word table__grey">{ StatusBadge::of(row.status) }</td>
            <td class="table__name">{ row.owner.as_ref().map(|owner| html! { { Name::of(owner.clone()) } }).unwrap_or_else(|| html! { <>{ "–" }</> }) }</td>
            <td class="table__name">{ Name::of(row.deleted.by.clone()) }</td>
            <td class="table__time">{ words::moment(&row.deleted.when) }</td>
            <td class="table__details" dir="auto">{ &row.deleted.reason }</td>
            <td class="table__deeds">
                if may_restore {
                    <button type="button" class="button button--bar" data-testid="restore-button" data-row-main="true"
                        aria-label={t!("restore-of", name = row.name.as_str())} onclick={opens}>{ Glyph::of(Icon::Retry).size(14) }{ t!("restore") }</button>
                }
            </td>
        </tr>
    }
}

/// By name, by who deleted it, or by digits of the phone.
fn matches(row: &DeletedRow, search: &str) -> bool {
    let wanted = search.to_lowercase();
    let digits: String = search.chars().filter(char::is_ascii_digit).collect();
    let phone: String = row.phone.chars().filter(char::is_ascii_digit).collect();
    let texts = [Some(&row.name), row.owner.as_ref(), Some(&row.deleted.by), Some(&row.deleted.reason)];
    texts.into_iter().flatten().any(|text| text.to_lowercase().contains(&wanted)) || (digits.len() >= 3 && phone.contains(&digits))
}

#[derive(Properties, PartialEq)]
struct RestoreProps {
    row: DeletedRow,
    on_close: Callback<()>,
    again: Callback<()>,
}

#[component]
fn Restore(props: &RestoreProps) -> Html {
    let RestoreProps { row, on_close, again } = props;
    let order = use_order();
    let reason = use_state_eq(String::new);
    let node = use_node_ref();
    use_effect_with((), {
        let node = node.clone();
        move |()| {
            if let Some(node) = node.cast::<web_sys::HtmlElement>() {
                let _ = node.focus();
            }
        }
    });
    let is_blank = reason.trim().is_empty();
    let submit = {
        let (order, reason, lead, name) = (order.clone(), reason.clone(), row.id, row.name.clone());
        let (on_close, again) = (on_close.clone(), again.clone());
        Callback::from(move |()| {
            let reason = reason.trim().to_owned();
            if reason.is_empty() {
                return keys::focus("[data-testid=restore-reason]");
            }
            let (name, on_close, again) = (name.clone(), on_close.clone(), again.clone());
            order.give(LeadRestore { lead, reason }, move |answer| {
                if answer.is_ok() {
                    toast::done(t!("restored", name = name));
                    on_close.emit(());
                }
                again.emit(());
            });
        })
    };
    let onsubmit = submit.reform(|event: SubmitEvent| event.prevent_default());
    let onkeydown = move |event: KeyboardEvent| {
        if keys::is_command(&event) && matches!(event.key().as_str(), "Enter" | "s") {
            event.prevent_default();
            submit.emit(());
        }
    };
    let on_input = {
        let reason = reason.clone();
        Callback::from(move |text| reason.set(text))
    };
    html! {
        <Dialog title={t!("restore-title", name = row.name.as_str())} {on_close} testid="restore-dialog">
            <form class="form" novalidate=true {onsubmit} {onkeydown}>
                <p class="field__hint">{ t!("restore-text") }</p>
                <div class="field">
                    <label class="field__label" for="restore-reason">{ t!("reason-label") }<span class="field__required">{ t!("field-required") }</span></label>
                    <TextBox node={node} id="restore-reason" testid="restore-reason" placeholder={t!("reason-placeholder")} value={(*reason).clone()} {on_input}
                        required=true max_length={domain::limits::LINE_MAX} />
                </div>
                { order.complaint() }
                <div class="form__foot">
                    <button type="button" class="button" onclick={on_close.reform(|_: MouseEvent| ())}>{ t!("leave") }{ Key::of("Esc") }</button>
                    <button type="submit" class="button button--filled" data-testid="restore-confirm" disabled={is_blank || order.is_busy()}>
                        if order.is_busy() { { Glyph::of(Icon::Refresh).class("icon--turning") } }
                        { t!("restore") }{ Key::of("↵") }
                    </button>
                </div>
            </form>
        </Dialog>
    }
}
