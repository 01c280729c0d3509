//! Who the lead is, whose it is, and whether everything about it was sent.

use super::edit::Editor;
use super::fields::EditableField;
use super::owner::{self, Asked, Assign};
use crate::components::avatar::Avatar;
use crate::components::badge::StatusBadge;
use crate::components::key::Key;
use crate::draft::Drafts;
use crate::icon::{Glyph, Icon};
use crate::route::Route;
use crate::{t, words};
use bridge::lead::{LeadView, RecordSync};
use bridge::session::Me;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub view: Rc<LeadView>,
    /// Who else is on it.
    pub on_it: Option<String>,
    /// Calls it, for who sees the number.
    pub on_call: Option<Callback<()>>,
    pub me: Rc<Me>,
    pub edit: Editor,
    pub drafts: Drafts,
    pub is_owner_menu_open: bool,
    pub on_owner_menu: Callback<bool>,
}

#[component]
pub fn Identity(props: &Props) -> Html {
    let Props { view, me, edit, drafts, .. } = props;
    let name = view.name.value.clone().unwrap_or_default();
    html! {
        <header class="identity">
            { Avatar::of(name).size(40) }
            <div class="identity__facts">
                <div class="identity__line">
                    <EditableField view={view.name.clone()} can_edit={view.can.edit} is_title=true me={me.clone()} edit={edit.clone()} drafts={drafts.clone()} />
                    { StatusBadge::of(view.status).interest(view.interest) }
                </div>
                <div class="identity__owner" data-testid="lead-owner">
                    { owner::whose(view, me) }
                    <span>{ t!("lead-added", when = words::day(&view.created)) }</span>
                    <Assign view={view.clone()} me={me.clone()} edit={edit.clone()} is_open={props.is_owner_menu_open} on_open={&props.on_owner_menu} />
                </div>
                <Asked view={view.clone()} edit={edit.clone()} />
                if let Some(on_it) = &props.on_it {
                    <p class="record-sync tone--info" role="status" data-testid="lead-presence">{ Glyph::of(Icon::Eye) }<span>{ on_it }</span></p>
                }
                { sync(&view.sync) }
                if view.review {
                    <p class="notice" data-testid="status-review">{ Glyph::of(Icon::Conflict) }{ t!("status-review") }</p>
                }
                if let Some(reason) = &view.drop_reason {
                    <p class="identity__reason" data-testid="drop-reason">{ t!("drop-reason", reason = reason.as_str()) }</p>
                }
            </div>
            if let Some(on_call) = &props.on_call {
                <button type="button" class="button identity__call" data-testid="action-call" onclick={on_call.reform(|_: MouseEvent| ())}>
                    { Glyph::of(Icon::Phone) }{ t!("queue-call") }{ Key::of("C") }
                </button>
            }
        </header>
    }
}

/// Sent is silence on the screen, but not for a screen reader.
fn sync(sync: &RecordSync) -> Html {
    let words = words::record_sync(sync);
    let (state, icon, class) = match sync {
        RecordSync::Synced => return html! { <span class="visually-hidden" data-testid="record-sync" data-state="synced">{ words }</span> },
        RecordSync::NotSent { .. } => ("not_sent", Icon::CloudUp, "record-sync tone--muted"),
        RecordSync::Leaving { .. } => ("leaving", Icon::HandOver, "record-sync tone--info"),
        RecordSync::NeedsAttention { .. } => ("needs_attention", Icon::Triangle, "record-sync tone--warn"),
    };
    html! {
        <p {class} data-testid="record-sync" data-state={state} aria-live="polite">
            { Glyph::of(icon) }<span>{ words }</span>
            if state == "needs_attention" { <a href={Route::Attention.to_string()}>{ t!("sync-decide") }</a> }
        </p>
    }
}
