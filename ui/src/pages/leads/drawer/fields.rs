//! Contact fields: text until Enter or click, then a box. A refused value stays in its box with the
//! reason; two people's values stand side by side until someone picks.

use super::conflict::Conflict;
use super::edit::Editor;
use crate::components::text_box::TextBox;
use crate::draft::Drafts;
use crate::{ipc, t, words};
use bridge::lead::{FieldView, LeadSetField, LeadView, PhoneCheck, PhoneHint};
use bridge::session::Me;
use domain::command::check_field;
use domain::policy;
use domain::{LeadField, Refusal, Role};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlElement, HtmlInputElement};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub view: Rc<LeadView>,
    pub me: Rc<Me>,
    pub edit: Editor,
    pub drafts: Drafts,
}

/// The contact section.
#[component]
pub fn Fields(props: &Props) -> Html {
    let Props { view, me, edit, drafts } = props;
    let conflict = |field: &FieldView| {
        let conflict = field.conflict.clone()?;
        Some(
            html! { <Conflict key={field.field.as_str()} field={field.field} {conflict} can_pick={may_edit(view, me.role, field.field)} edit={edit.clone()} /> },
        )
    };
    let field = |field: &FieldView| {
        html! {
            <div class={classes!("fields__pair", matches!(field.field, LeadField::Email | LeadField::DoNotCall).then_some("fields__pair--wide"))} key={field.field.as_str()}>
                <dt class="fields__label">{ words::field(field.field) }</dt>
                <dd class="fields__value">
                    <EditableField view={field.clone()} can_edit={may_edit(view, me.role, field.field)} me={me.clone()} edit={edit.clone()} drafts={drafts.clone()} />
                </dd>
            </div>
        }
    };
    html! {
        <section class="section" aria-label={t!("section-contact")}>
            <h3 class="section__title">{ t!("section-contact") }if view.can.edit { <span class="section__aside">{ t!("enter-to-edit") }</span> }</h3>
            { for [&view.name, &view.do_not_call].into_iter().chain(&view.fields).filter_map(conflict) }
            <dl class="fields">{ for view.fields.iter().chain(std::iter::once(&view.do_not_call)).map(field) }</dl>
        </section>
    }
}

/// Whoever reaches only converted leads keeps to their contact fields (Appendix A.2, note 1).
fn may_edit(view: &LeadView, role: Role, field: LeadField) -> bool {
    view.can.edit && policy::may_set(role, field)
}

/// Everything of the lead, its notes and tags too.
pub fn edits_all(view: &LeadView, role: Role) -> bool {
    may_edit(view, role, LeadField::Budget)
}

#[derive(Properties, PartialEq)]
pub struct FieldProps {
    pub view: FieldView,
    pub can_edit: bool,
    #[prop_or_default]
    pub is_title: bool,
    pub me: Rc<Me>,
    pub edit: Editor,
    pub drafts: Drafts,
}

pub enum Msg {
    Open,
    Typed(String),
    Hint(String, PhoneHint),
    Save,
    Cancel,
    Left,
    Saved(Result<(), String>),
}

pub struct EditableField {
    /// What is typed; `None` while it is text.
    typed: Option<String>,
    problem: Option<String>,
    hint: PhoneHint,
    is_saving: bool,
    takes_focus: bool,
    input: NodeRef,
    text: NodeRef,
}

impl Component for EditableField {
    type Message = Msg;
    type Properties = FieldProps;

    fn create(ctx: &Context<Self>) -> Self {
        let props = ctx.props();
        let typed = props.drafts.text(&part(props.view.field)).filter(|_| props.can_edit);
        Self {
            typed,
            problem: None,
            hint: PhoneHint::default(),
            is_saving: false,
            takes_focus: false,
            input: NodeRef::default(),
            text: NodeRef::default(),
        }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        let props = ctx.props();
        match msg {
            Msg::Open if !props.can_edit || self.typed.is_some() => return false,
            Msg::Open => {
                self.typed = Some(shown(&props.view));
                self.takes_focus = true;
            }
            Msg::Typed(text) => {
                props.drafts.put(&part(props.view.field), "", &text);
                self.problem = None;
                self.look_up(ctx, &text);
                self.typed = Some(text);
            }
            Msg::Hint(typed, hint) if self.typed.as_ref() == Some(&typed) => self.hint = hint,
            Msg::Hint(..) => return false,
            Msg::Save | Msg::Left => self.save(ctx),
            Msg::Cancel => self.close(ctx),
            Msg::Saved(Ok(())) => {
                self.is_saving = false;
                self.close(ctx);
            }
            Msg::Saved(Err(problem)) => {
                self.is_saving = false;
                self.problem = Some(problem);
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        match &self.typed {
            Some(typed) => self.entry(ctx, typed),
            None => self.reading(ctx),
        }
    }

    fn rendered(&mut self, _: &Context<Self>, _: bool) {
        if !std::mem::take(&mut self.takes_focus) {
            return;
        }
        if let Some(input) = self.input.cast::<HtmlElement>().filter(|_| self.typed.is_some()) {
            let _ = input.focus();
            if let Some(input) = self.input.cast::<HtmlInputElement>().filter(|i| i.tag_name() == "INPUT") {
                input.select();
            }
        } else if let Some(text) = self.text.cast::<HtmlElement>() {
            let _ = text.focus();
        }
    }
}

impl EditableField {
    fn save(&mut self, ctx: &Context<Self>) {
        let props = ctx.props();
        let Some(typed) = self.typed.clone().filter(|_| !self.is_saving) else { return };
        if typed.trim() == shown(&props.view).trim() {
            return self.close(ctx);
        }
        if let Err(refusal) = early_check(props.view.field, typed.trim()) {
            self.problem = Some(refusal.text);
            return;
        }
        self.is_saving = true;
        let (lead, field) = (props.edit.lead, props.view.field);
        let link = ctx.link().clone();
        let (edit, drafts) = (props.edit.clone(), props.drafts.clone());
        props.edit.send_then(LeadSetField { lead, field, value: typed }, move |answer| {
            let saved = answer.map_err(|problem| problem.text).map(|edited| {
                drafts.forget(&part(field));
                edit.offer_undo(t!("edit-field", field = words::field(field)), edited);
            });
            link.send_message(Msg::Saved(saved));
        });
    }

    fn close(&mut self, ctx: &Context<Self>) {
        ctx.props().drafts.forget(&part(ctx.props().view.field));
        // Only when the keys were in it: a click elsewhere has its own focus already.
        let focused = web_sys::window().and_then(|w| w.document()).and_then(|d| d.active_element());
        self.takes_focus = focused.is_some() && focused == self.input.cast::<web_sys::Element>();
        (self.typed, self.problem, self.hint) = (None, None, PhoneHint::default());
    }

    /// Another lead with the number, while typing.
    fn look_up(&self, ctx: &Context<Self>, text: &str) {
        let props = ctx.props();
        if !matches!(props.view.field, LeadField::Phone | LeadField::AltPhone) || text.trim().is_empty() {
            return;
        }
        let (typed, except, link) = (text.to_owned(), Some(props.edit.lead), ctx.link().clone());
        spawn_local(async move {
            if let Ok(hint) = ipc::call(&PhoneCheck { typed: typed.clone(), except }).await {
                link.send_message(Msg::Hint(typed, hint));
            }
        });
    }

    fn reading(&self, ctx: &Context<Self>) -> Html {
        let props = ctx.props();
        let value = shown(&props.view);
        let class = classes!("editable", props.is_title.then_some("editable--title"), value.is_empty().then_some("editable--empty"));
        let text = if value.is_empty() { t!("field-empty") } else { value.clone() };
        let lang = words::language(&value);
        if !props.can_edit {
            return html! {
                <span {class} dir="auto" {lang} data-testid="editable-field" data-field={props.view.field.as_str()} data-value={props.view.value.clone()}>{ text }</span>
            };
        }
        html! {
            <button ref={&self.text} type="button" {class} dir="auto" {lang} title={t!("click-to-edit", field = words::field(props.view.field))}
                aria-label={t!("edit-label", field = words::field(props.view.field), value = text.as_str())} data-testid="editable-field"
                data-field={props.view.field.as_str()} data-value={props.view.value.clone()} onclick={ctx.link().callback(|_| Msg::Open)}>{ text }</button>
        }
    }

    fn entry(&self, ctx: &Context<Self>, typed: &str) -> Html {
        let props = ctx.props();
        let field = props.view.field;
        let id = format!("field-{}", field.as_str());
        let on_key = ctx.link().batch_callback(|event: KeyboardEvent| {
            let msg = match event.key().as_str() {
                "Enter" => Some(Msg::Save),
                "Escape" => Some(Msg::Cancel),
                _ => None,
            };
            if msg.is_some() {
                event.prevent_default();
                event.stop_propagation();
            }
            msg
        });
        let choices = match field {
            LeadField::Source => props.me.sources.clone(),
            LeadField::Language => props.me.languages.clone(),
            LeadField::Name | LeadField::Phone | LeadField::AltPhone | LeadField::Email | LeadField::Budget | LeadField::DoNotCall => {
                Vec::new()
            }
        };
        let list = (!choices.is_empty()).then(|| format!("{id}-choices"));
        html! {
            <span class={classes!("entry", self.problem.is_some().then_some("field--problem"))} data-testid="editable-field" data-field={field.as_str()}>
                <TextBox node={self.input.clone()} id={id.clone()} value={typed.to_owned()} label={words::field(field)} invalid={self.problem.is_some()}
                    described_by={format!("{id}-message")} list={list.clone()} testid="field-input" field={field.as_str()} readonly={self.is_saving}
                    on_input={ctx.link().callback(Msg::Typed)} {on_key} on_blur={ctx.link().callback(|()| Msg::Left)} />
                if let Some(id) = list {
                    <datalist {id}>{ for choices.iter().map(|choice| html! { <option value={choice.clone()} /> }) }</datalist>
                }
                <span id={format!("{id}-message")} class="entry__message" aria-live="polite">
                    if let Some(problem) = &self.problem {
                        <span class="field__problem" data-testid="field-error">{ problem }</span>
                    } else if let Some((_, name)) = &self.hint.duplicate {
                        <span class="field__warn" data-testid="phone-duplicate">{ t!("phone-duplicate", name = name.as_str()) }</span>
                    } else if let Some(problem) = &self.hint.problem {
                        <span class="field__hint">{ problem }</span>
                    }
                </span>
            </span>
        }
    }
}

/// What stands in the box at first: as people read it.
fn shown(view: &FieldView) -> String {
    view.display.clone().or_else(|| view.value.clone()).unwrap_or_default()
}

fn part(field: LeadField) -> String {
    format!("field:{}", field.as_str())
}

/// What can be told without the client; phones and money are judged there.
fn early_check(field: LeadField, typed: &str) -> Result<(), Refusal> {
    let value = (!typed.is_empty()).then_some(typed);
    match field {
        LeadField::Phone | LeadField::AltPhone | LeadField::Budget if value.is_some() => Ok(()),
        _ => check_field(field, value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_plainly_wrong_is_said_before_saving() {
        let rows = [
            (LeadField::Name, "", false),
            (LeadField::Name, "Asha", true),
            (LeadField::Phone, "", false),
            (LeadField::Phone, "98200 14786", true),
            (LeadField::AltPhone, "", true),
            (LeadField::Email, "asha@", false),
            (LeadField::Email, "", true),
            (LeadField::Budget, "1,20,000", true),
        ];
        for (field, typed, expected) in rows {
            assert_eq!(early_check(field, typed).is_ok(), expected, "{field:?} {typed}");
        }
    }
}
