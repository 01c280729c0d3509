//! How leads are given out: the rules in their order, what each person takes, a dry run, and the switch.

mod cell;
mod people;
mod rules;
mod skills;
mod tried;

use super::refresh;
use crate::asked::{use_asked, use_order};
use crate::icon::{Glyph, Icon};
use crate::{t, toast};
use bridge::Change;
use bridge::assignment::{AssignmentDryRun, AssignmentGet, AssignmentSet, AssignmentSwitch, AssignmentView};
use domain::assignment::Rules;
use people::People;
use rules::RuleTable;
use std::rc::Rc;
use tried::Tried;
use web_sys::HtmlInputElement;
use yew::prelude::*;

#[component]
pub fn AssignmentPage() -> Html {
    let asked = use_asked(AssignmentGet {}, |change: &Change| change.directory || change.config);
    let body = match &asked.data {
        None => asked.instead(),
        // Rules that somebody else set are begun on anew.
        Some(view) => html! { <Editor key={view.rules.version.to_string()} view={view.clone()} again={&asked.again} /> },
    };
    html! {
        <section class="admin" data-testid="assignment-page" aria-label={t!("page-assignment")}>
            { asked.stale() }
            { body }
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct EditorProps {
    view: Rc<AssignmentView>,
    again: Callback<()>,
}

#[component]
fn Editor(props: &EditorProps) -> Html {
    let EditorProps { view, again } = props;
    let draft = use_state_eq(|| view.rules.clone());
    let all_present = use_state_eq(|| true);
    let tried = use_state_eq(|| None);
    let (saving, trying, switching) = (use_order(), use_order(), use_order());
    let is_changed = *draft != view.rules;
    let on_change = {
        let draft = draft.clone();
        Callback::from(move |rules: Rules| draft.set(rules))
    };
    let save = {
        let (saving, draft, again) = (saving.clone(), draft.clone(), again.clone());
        move |_: MouseEvent| {
            let again = again.clone();
            saving.give(AssignmentSet { rules: (*draft).clone() }, move |answer| {
                if answer.is_ok() {
                    toast::done(t!("assignment-saved"));
                    again.emit(());
                }
            });
        }
    };
    let discard = {
        let (draft, rules) = (draft.clone(), view.rules.clone());
        move |_: MouseEvent| draft.set(rules.clone())
    };
    let try_out = {
        let (trying, draft, tried, all_present) = (trying.clone(), draft.clone(), tried.clone(), *all_present);
        move |_: MouseEvent| {
            let tried = tried.clone();
            trying.give(AssignmentDryRun { rules: (*draft).clone(), all_present }, move |answer| {
                tried.set(answer.ok().map(Rc::new));
            });
        }
    };
    let switch = {
        let (switching, again) = (switching.clone(), again.clone());
        move |event: Event| {
            let (on, again) = (event.target_unchecked_into::<HtmlInputElement>().checked(), again.clone());
            switching.give(AssignmentSwitch { on }, move |_| again.emit(()));
        }
    };
    let as_if = {
        let all_present = all_present.clone();
        move |event: Event| all_present.set(event.target_unchecked_into::<HtmlInputElement>().checked())
    };
    html! {
        <>
            <div class="admin__bar">
                <label class="assignment__switch">
                    <input type="checkbox" checked={view.enabled} data-testid="assignment-switch" disabled={switching.is_busy()} onchange={switch} />
                    { t!("assignment-switch") }
                </label>
                <span class="admin__end">
                    if is_changed {
                        <button type="button" class="button button--bar button--ghost" data-testid="assignment-discard" onclick={discard}>{ t!("assignment-discard") }</button>
                    }
                    <button type="button" class="button button--bar button--filled" data-testid="assignment-save" disabled={!is_changed || saving.is_busy()} onclick={save}>
                        { Glyph::of(Icon::Check).size(14) }{ t!("assignment-save") }
                    </button>
                    { refresh(again) }
                </span>
            </div>
            <div class="admin__scroll assignment">
                { saving.complaint() }
                { switching.complaint() }
                <RuleTable view={view.clone()} rules={(*draft).clone()} on_change={on_change.clone()} />
                <People view={view.clone()} rules={(*draft).clone()} {on_change} />
                <section class="assignment__part" aria-label={t!("assignment-dry-run")}>
                    <div class="assignment__head">
                        <h3 class="section__title">{ t!("assignment-dry-run") }</h3>
                        <label class="assignment__switch">
                            <input type="checkbox" checked={*all_present} data-testid="dry-run-all" onchange={as_if} />{ t!("assignment-all-present") }
                        </label>
                        <button type="button" class="button button--bar" data-testid="dry-run" disabled={trying.is_busy()} onclick={try_out}>
                            { Glyph::of(Icon::Eye).size(14) }{ t!("assignment-try") }
                        </button>
                    </div>
                    { trying.complaint() }
                    if let Some(rows) = &*tried { <Tried rows={rows.clone()} /> }
                </section>
            </div>
        </>
    }
}
