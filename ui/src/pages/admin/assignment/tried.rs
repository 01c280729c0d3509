//! What a dry run said: who would get each of the newest leads, and why.

use crate::components::name::Name;
use crate::t;
use bridge::assignment::DryRunRow;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub rows: Rc<Vec<DryRunRow>>,
}

#[component]
pub fn Tried(props: &Props) -> Html {
    if props.rows.is_empty() {
        return html! { <p class="section__empty" data-testid="dry-run-none">{ t!("dry-run-none") }</p> };
    }
    html! {
        <table class="table table--assignment" data-testid="dry-run-table">
            <thead><tr>
                <th scope="col">{ t!("dry-run-lead") }</th>
                <th scope="col">{ t!("dry-run-source") }</th>
                <th scope="col">{ t!("dry-run-to") }</th>
                <th scope="col">{ t!("dry-run-why") }</th>
            </tr></thead>
            <tbody>{ for props.rows.iter().map(row) }</tbody>
        </table>
    }
}

fn row(row: &DryRunRow) -> Html {
    html! {
        <tr key={row.lead.to_string()} data-testid="dry-run-row">
            <th scope="row" class="table__name">{ Name::of(row.name.clone()) }</th>
            <td class="table__word">{ row.source.as_deref().unwrap_or("–") }</td>
            <td class="table__word">
                if let Some(to) = &row.to { { Name::of(to.clone()) } } else { <span class="faint">{ t!("dry-run-nobody") }</span> }
            </td>
            <td class="table__wide">{ &row.why }</td>
        </tr>
    }
}
