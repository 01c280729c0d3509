//! What an old owner changed before they heard that the lead had left them: the new one takes or
//! drops it. The server settles it.

use super::edit::Editor;
use crate::components::key::Key;
use crate::components::name::Name;
use crate::components::why::Why;
use crate::icon::{Glyph, Icon};
use crate::{keys, t, toast, words};
use bridge::lead::{LeadView, ProposalDrop, ProposalTake, ProposalView};
use bridge::{Problem, ProblemCode, Request};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub view: Rc<LeadView>,
    pub edit: Editor,
    pub is_offline: bool,
}

#[component]
pub fn Proposals(props: &Props) -> Html {
    // What was pressed, until the lead comes back without it.
    let settling = use_state_eq(|| None);
    if props.view.proposals.is_empty() {
        return Html::default();
    }
    let card = |proposal: &ProposalView| {
        let is_busy = *settling == Some(proposal.id);
        let busy = {
            let (settling, id) = (settling.clone(), proposal.id);
            Callback::from(move |is_busy: bool| settling.set(is_busy.then_some(id)))
        };
        html! { <Card key={proposal.id.to_string()} proposal={proposal.clone()} edit={props.edit.clone()} is_offline={props.is_offline} {is_busy} {busy} /> }
    };
    html! {
        <section class="section" aria-label={t!("section-proposals")} data-testid="proposals">
            <h3 class="section__title">
                { t!("section-proposals") }<span class="section__aside">{ t!("proposals-aside", count = props.view.proposals.len() as u64) }</span>
            </h3>
            { for props.view.proposals.iter().map(card) }
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct CardProps {
    proposal: ProposalView,
    edit: Editor,
    is_offline: bool,
    is_busy: bool,
    busy: Callback<bool>,
}

#[component]
fn Card(props: &CardProps) -> Html {
    let proposal = &props.proposal;
    let why = props.is_offline.then(|| t!("needs-server"));
    let is_off = why.is_some() || props.is_busy;
    let (take, drop) = (settle(props, true), settle(props, false));
    let onkeydown = {
        let (take, drop) = (take.clone(), drop.clone());
        let (can_take, can_drop) = (proposal.can_take && !is_off, proposal.can_drop && !is_off);
        move |event: KeyboardEvent| {
            if !keys::is_plain(&event) {
                return;
            }
            match event.key().as_str() {
                "t" | "T" if can_take => take.emit(()),
                "d" | "D" if can_drop => drop.emit(()),
                _ => return,
            }
            event.prevent_default();
            event.stop_propagation();
        }
    };
    let (label, why_id) = (t!("proposal-by", name = proposal.by.as_str()), format!("proposal-why-{}", proposal.id));
    let described = why.is_some().then(|| why_id.clone());
    html! {
        <div class="proposal" role="group" tabindex="0" aria-label={label} data-testid="proposal" data-proposal={proposal.id.to_string()} {onkeydown}>
            <div class="proposal__head">
                { Glyph::of(Icon::HandOver).class("tone--info") }
                <strong>{ Name::of(proposal.by.clone()) }</strong>{ " " }{ t!("proposed") }
                <span class="proposal__when">{ t!("proposal-when", wrote = words::time_or_day(&proposal.wrote), arrived = words::time_or_day(&proposal.arrived)) }</span>
            </div>
            <p class="proposal__what" dir="auto" data-testid="proposal-what">{ words::proposal(&proposal.what) }</p>
            <p class="proposal__now">{ t!("proposal-now") }{ " " }<span dir="auto" data-testid="proposal-now">{ proposal.now.clone().unwrap_or_else(|| t!("field-empty")) }</span></p>
            if proposal.can_take || proposal.can_drop {
                <div class="proposal__acts">
                    if proposal.can_take {
                        <button type="button" class="button button--bar" data-testid="proposal-take" disabled={is_off} title={why.clone()} aria-describedby={described.clone()}
                            onclick={take.reform(|_: MouseEvent| ())}>{ t!("proposal-take") }{ Key::of("T") }</button>
                    }
                    if proposal.can_drop {
                        <button type="button" class="button button--bar button--ghost" data-testid="proposal-drop" disabled={is_off} title={why.clone()} aria-describedby={described}
                            onclick={drop.reform(|_: MouseEvent| ())}>{ t!("proposal-drop") }{ Key::of("D") }</button>
                    }
                    if let Some(why) = &why { <span class="proposal__why">{ why }</span> }
                    <Why id={why_id} {why} />
                </div>
            } else {
                <p class="proposal__why">{ t!("proposal-not-yours") }</p>
            }
        </div>
    }
}

fn settle(props: &CardProps, takes: bool) -> Callback<()> {
    let (edit, busy, id) = (props.edit.clone(), props.busy.clone(), props.proposal.id);
    Callback::from(move |()| {
        let lead = edit.lead;
        if takes {
            send(&edit, &busy, ProposalTake { lead, id }, t!("proposal-taken"));
        } else {
            send(&edit, &busy, ProposalDrop { lead, id }, t!("proposal-dropped"));
        }
    })
}

fn send<R: Request + 'static>(edit: &Editor, busy: &Callback<bool>, request: R, said: String) {
    busy.emit(true);
    let (this, busy) = (edit.clone(), busy.clone());
    edit.send_then(request, move |answer| {
        busy.emit(false);
        match answer.map(drop) {
            Ok(()) => toast::done(said),
            Err(Problem { code, text, .. }) => {
                toast::problem(text);
                // Settled by somebody else meanwhile.
                if matches!(code, ProblemCode::Changed | ProblemCode::NotFound) {
                    this.edited();
                }
            }
        }
    });
}
