//! The organisation's own fields: text until Enter or click, then the box that their kind needs.

use super::edit::Editor;
use crate::icon::{Glyph, Icon};
use crate::{t, words};
use bridge::lead::{Choice, CustomView, LeadSetCustom, LeadView};
use domain::config::FieldKind;
use std::rc::Rc;
use web_sys::{HtmlElement, HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub view: Rc<LeadView>,
    pub can_edit: bool,
    pub edit: Editor,
}

#[component]
pub fn Custom(props: &Props) -> Html {
    let Props { view, can_edit, edit } = props;
    if view.custom.is_empty() {
        return Html::default();
    }
    let pair = |field: &CustomView| {
        html! {
            <div class="fields__pair" key={field.field.id.to_string()}>
                <dt class="fields__label">{ &field.field.label }</dt>
                <dd class="fields__value">
                    <CustomField field={field.clone()} can_edit={*can_edit} edit={edit.clone()} />
                    if let Some(conflict) = &field.conflict {
                        { for conflict.choices.iter().map(|choice| rival(field, choice, *can_edit, edit)) }
                    }
                </dd>
            </div>
        }
    };
    html! {
        <section class="section" aria-label={t!("section-custom")} data-testid="custom-fields">
            <h3 class="section__title">{ t!("section-custom") }</h3>
            <dl class="fields">{ for view.custom.iter().map(pair) }</dl>
        </section>
    }
}

/// One of two people's values; picking it settles them.
fn rival(field: &CustomView, choice: &Choice, can_edit: bool, edit: &Editor) -> Html {
    let value = choice.value.clone().unwrap_or_default();
    let who = if choice.mine { t!("conflict-mine") } else { choice.by.clone() };
    let shown = if value.is_empty() { t!("field-empty") } else { value.clone() };
    let pick = {
        let (edit, field) = (edit.clone(), field.field.id);
        move |_: MouseEvent| edit.send(LeadSetCustom { lead: edit.lead, field, value: value.clone() })
    };
    html! {
        <p class="fields__rival">{ Glyph::of(Icon::Conflict).size(14) }{ who }{ " " }<bdi dir="auto">{ shown }</bdi>
            if can_edit { <button type="button" class="link" onclick={pick}>{ t!("conflict-keep") }</button> }
        </p>
    }
}

#[derive(Properties, PartialEq)]
struct FieldProps {
    field: CustomView,
    can_edit: bool,
    edit: Editor,
}

#[component]
fn CustomField(props: &FieldProps) -> Html {
    let FieldProps { field, can_edit, edit } = props;
    let typed = use_state_eq(|| None::<String>);
    let problem = use_state_eq(|| None::<String>);
    let node = use_node_ref();
    {
        let (node, is_open) = (node.clone(), typed.is_some());
        use_effect_with(is_open, move |is_open| {
            if let Some(input) = node.cast::<HtmlElement>().filter(|_| *is_open) {
                let _ = input.focus();
            }
        });
    }
    let value = field.value.clone().unwrap_or_default();
    let (id, label) = (field.field.id, field.field.label.clone());
    let Some(now) = (*typed).clone() else {
        let shown = if value.is_empty() { t!("field-empty") } else { value.clone() };
        let class = classes!("editable", value.is_empty().then_some("editable--empty"));
        let lang = words::language(&value);
        if !can_edit {
            return html! { <span {class} dir="auto" {lang} data-testid="custom-field" data-field={id.to_string()}>{ shown }</span> };
        }
        let open = {
            let (typed, value) = (typed.clone(), value.clone());
            move |_: MouseEvent| typed.set(Some(value.clone()))
        };
        return html! {
            <button type="button" {class} dir="auto" {lang} data-testid="custom-field" data-field={id.to_string()} onclick={open}
                aria-label={t!("edit-label", field = label.as_str(), value = shown.as_str())}>{ shown }</button>
        };
    };
    let save = {
        let (typed, problem, edit, value, label) = (typed.clone(), problem.clone(), edit.clone(), value.clone(), label.clone());
        Callback::from(move |text: String| {
            if text.trim() == value {
                problem.set(None);
                return typed.set(None);
            }
            let (typed, problem, told, label) = (typed.clone(), problem.clone(), edit.clone(), label.clone());
            edit.send_then(LeadSetCustom { lead: edit.lead, field: id, value: text }, move |answer| match answer {
                Ok(edited) => {
                    problem.set(None);
                    typed.set(None);
                    told.offer_undo(t!("edit-field", field = label.as_str()), edited);
                }
                Err(refused) => problem.set(Some(refused.text)),
            });
        })
    };
    let onkeydown = {
        let (typed, problem, save) = (typed.clone(), problem.clone(), save.clone());
        move |event: KeyboardEvent| {
            let is_done = match event.key().as_str() {
                "Enter" => {
                    save.emit((*typed).clone().unwrap_or_default());
                    true
                }
                "Escape" => {
                    problem.set(None);
                    typed.set(None);
                    true
                }
                _ => false,
            };
            if is_done {
                event.prevent_default();
                event.stop_propagation();
            }
        }
    };
    let message = format!("custom-{id}-message");
    let described = problem.is_some().then(|| message.clone());
    let invalid = problem.is_some().then_some("true");
    let entry = match &field.field.kind {
        FieldKind::Choice { choices } => {
            let save = save.clone();
            let onchange = move |event: Event| save.emit(event.target_unchecked_into::<HtmlSelectElement>().value());
            let option = |choice: &String| html! { <option value={choice.clone()} selected={*choice == now}>{ choice }</option> };
            html! {
                <select ref={&node} class="input input--select" aria-label={label.clone()} data-testid="custom-input" {onchange} {onkeydown}>
                    <option value="" selected={now.is_empty()}>{ t!("field-empty") }</option>
                    { for choices.iter().map(option) }
                </select>
            }
        }
        kind => {
            let oninput = {
                let typed = typed.clone();
                move |event: InputEvent| typed.set(Some(event.target_unchecked_into::<HtmlInputElement>().value()))
            };
            let onblur = {
                let (save, typed) = (save.clone(), typed.clone());
                move |_: FocusEvent| save.emit((*typed).clone().unwrap_or_default())
            };
            let (kind, mode) = match kind {
                FieldKind::Date => ("date", None),
                FieldKind::Number => ("text", Some("decimal")),
                FieldKind::Text | FieldKind::Choice { .. } => ("text", None),
            };
            html! {
                <input ref={&node} class="input" type={kind} inputmode={mode} dir="auto" aria-label={label.clone()} aria-invalid={invalid}
                    aria-describedby={described} data-testid="custom-input" value={now} {oninput} {onblur} {onkeydown} />
            }
        }
    };
    html! {
        <span class={classes!("entry", problem.is_some().then_some("field--problem"))}>
            { entry }
            <span id={message} class="entry__message" aria-live="polite">
                if let Some(problem) = &*problem { <span class="field__problem" data-testid="field-error">{ problem }</span> }
            </span>
        </span>
    }
}
