//! The add-lead dialog (rows E1 to E3): complains per field, finds duplicates while typing, and keeps
//! what was typed at every keystroke until it is saved.

use crate::components::dialog::Dialog;
use crate::components::input::InputField;
use crate::components::key::Key;
use crate::components::text_box::TextBox;
use crate::draft::Drafts;
use crate::icon::{Glyph, Icon};
use crate::route::{ListFilter, Route};
use crate::{ipc, keys, t, words};
use bridge::Problem;
use bridge::lead::{LeadCreate, LeadForm, PhoneCheck, PhoneHint};
use bridge::session::Me;
use domain::command::check_field;
use domain::{LeadField, LeadId, limits};
use gloo_timers::callback::Timeout;
use std::collections::BTreeMap;
use std::rc::Rc;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

const DRAFT: &str = "add-lead";
/// A phone is looked up when typing pauses this long.
const CHECK_AFTER_MS: u32 = 120;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub me: Rc<Me>,
    pub on_close: Callback<()>,
    /// The new lead and its name.
    pub on_added: Callback<(LeadId, String)>,
}

/// A box of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entry {
    Field(LeadField),
    Note,
}

impl Entry {
    /// As the domain names it in a refusal.
    fn name(self) -> &'static str {
        match self {
            Entry::Field(field) => field.as_str(),
            Entry::Note => "note",
        }
    }

    fn of(name: &str) -> Option<Self> {
        if name == "note" { Some(Entry::Note) } else { name.parse().ok().map(Entry::Field) }
    }
}

const ENTRIES: [Entry; 7] = [
    Entry::Field(LeadField::Name),
    Entry::Field(LeadField::Phone),
    Entry::Field(LeadField::Email),
    Entry::Field(LeadField::Budget),
    Entry::Field(LeadField::Source),
    Entry::Field(LeadField::Language),
    Entry::Note,
];

pub enum Msg {
    Drafts(Drafts),
    Typed(Entry, String),
    Left(Entry),
    CheckPhone,
    Checked(String, PhoneHint),
    Submit,
    Saved(Result<LeadId, Problem>),
    Leave,
}

pub struct AddLead {
    drafts: Option<Drafts>,
    typed: BTreeMap<Entry, String>,
    problems: BTreeMap<Entry, String>,
    general: Option<String>,
    phone: PhoneHint,
    has_left_phone: bool,
    is_busy: bool,
    check: Option<Timeout>,
}

impl Component for AddLead {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        ctx.link().send_future(async { Msg::Drafts(Drafts::load(DRAFT.to_owned()).await) });
        Self {
            drafts: None,
            typed: BTreeMap::new(),
            problems: BTreeMap::new(),
            general: None,
            phone: PhoneHint::default(),
            has_left_phone: false,
            is_busy: false,
            check: None,
        }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Drafts(drafts) => self.restore(ctx, drafts),
            Msg::Typed(entry, text) => self.take(ctx, entry, text),
            Msg::Left(entry) => {
                self.has_left_phone |= entry == Entry::Field(LeadField::Phone);
                if let Some(problem) = self.problem_when_left(entry) {
                    self.problems.insert(entry, problem);
                }
            }
            Msg::CheckPhone => {
                let typed = self.text(Entry::Field(LeadField::Phone)).to_owned();
                ctx.link().send_future(async move {
                    let hint = ipc::call(&PhoneCheck { typed: typed.clone(), except: None }).await.unwrap_or_default();
                    Msg::Checked(typed, hint)
                });
                return false;
            }
            Msg::Checked(typed, hint) => {
                if typed == self.text(Entry::Field(LeadField::Phone)) {
                    self.phone = hint;
                }
            }
            Msg::Submit => self.submit(ctx),
            Msg::Saved(answer) => self.saved(ctx, answer),
            Msg::Leave => ctx.props().on_close.emit(()),
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        // The focus goes to the first box, which must stand there with what was kept in it.
        if self.drafts.is_none() {
            return Html::default();
        }
        let onsubmit = link.callback(|event: SubmitEvent| {
            event.prevent_default();
            Msg::Submit
        });
        let onkeydown = link.batch_callback(|event: KeyboardEvent| {
            let saves = keys::is_command(&event) && matches!(event.key().as_str(), "Enter" | "s");
            saves.then(|| {
                event.prevent_default();
                Msg::Submit
            })
        });
        html! {
            <Dialog title={t!("add-lead")} on_close={link.callback(|()| Msg::Leave)} testid="add-lead-dialog">
                <form class="form" novalidate=true {onsubmit} {onkeydown}>
                    if let Some(general) = &self.general {
                        <p class="form__problem" role="alert" data-testid="form-error">{ Glyph::of(Icon::Alert) }{ general }</p>
                    }
                    { self.boxes(ctx) }
                    <div class="form__foot">
                        <span class="form__kept">{ t!("draft-kept") }</span>
                        <button type="button" class="button" onclick={link.callback(|_| Msg::Leave)}>{ t!("leave") }{ Key::of("Esc") }</button>
                        <button type="submit" class="button button--filled" data-testid="add-lead-save" disabled={self.is_busy}>
                            if self.is_busy { { Glyph::of(Icon::Refresh).class("icon--turning") } }
                            { t!("add-lead") }{ Key::of("Ctrl ↵") }
                        </button>
                    </div>
                </form>
            </Dialog>
        }
    }
}

impl AddLead {
    fn text(&self, entry: Entry) -> &str {
        self.typed.get(&entry).map_or("", String::as_str)
    }

    fn restore(&mut self, ctx: &Context<Self>, drafts: Drafts) {
        self.typed = ENTRIES.into_iter().filter_map(|entry| Some((entry, drafts.text(entry.name())?))).collect();
        self.drafts = Some(drafts);
        if !self.text(Entry::Field(LeadField::Phone)).is_empty() {
            ctx.link().send_message(Msg::CheckPhone);
        }
    }

    fn take(&mut self, ctx: &Context<Self>, entry: Entry, text: String) {
        self.problems.remove(&entry);
        self.general = None;
        if let Some(drafts) = &self.drafts {
            if text.is_empty() { drafts.forget(entry.name()) } else { drafts.put(entry.name(), "", &text) }
        }
        self.typed.insert(entry, text);
        if entry == Entry::Field(LeadField::Phone) {
            let link = ctx.link().clone();
            self.check = Some(Timeout::new(CHECK_AFTER_MS, move || link.send_message(Msg::CheckPhone)));
        }
    }

    /// What can be told without the client; phones and money are judged there.
    fn problem(&self, entry: Entry) -> Option<String> {
        let text = self.text(entry).trim();
        let value = (!text.is_empty()).then_some(text);
        let checked = match entry {
            Entry::Field(field @ (LeadField::Name | LeadField::Email | LeadField::Source | LeadField::Language)) => {
                check_field(field, value)
            }
            Entry::Field(LeadField::Phone) if value.is_none() => check_field(LeadField::Phone, None),
            Entry::Note => limits::check_text("note", text, limits::NOTE_MAX),
            Entry::Field(LeadField::Phone | LeadField::AltPhone | LeadField::Budget | LeadField::DoNotCall) => Ok(()),
        };
        checked.err().map(|refusal| refusal.text)
    }

    /// Leaving an empty box is no mistake yet.
    fn problem_when_left(&self, entry: Entry) -> Option<String> {
        if self.text(entry).trim().is_empty() { None } else { self.problem(entry) }
    }

    fn submit(&mut self, ctx: &Context<Self>) {
        if self.is_busy {
            return;
        }
        self.problems = ENTRIES.into_iter().filter_map(|entry| Some((entry, self.problem(entry)?))).collect();
        self.has_left_phone = true;
        if let Some((first, _)) = self.problems.iter().next() {
            keys::focus(&format!("#add-{}", first.name()));
            return;
        }
        self.is_busy = true;
        let text = |field| self.text(Entry::Field(field)).trim().to_owned();
        let form = LeadForm {
            name: text(LeadField::Name),
            phone: text(LeadField::Phone),
            alt_phone: String::new(),
            email: text(LeadField::Email),
            budget: text(LeadField::Budget),
            source: text(LeadField::Source),
            language: text(LeadField::Language),
            note: self.text(Entry::Note).trim().to_owned(),
        };
        ctx.link().send_future(async move { Msg::Saved(ipc::call(&LeadCreate { form }).await) });
    }

    fn saved(&mut self, ctx: &Context<Self>, answer: Result<LeadId, Problem>) {
        self.is_busy = false;
        match answer {
            Ok(lead) => {
                if let Some(drafts) = &self.drafts {
                    drafts.forget_all();
                }
                ctx.props().on_added.emit((lead, self.text(Entry::Field(LeadField::Name)).trim().to_owned()));
            }
            Err(problem) => match problem.field.as_deref().and_then(Entry::of) {
                Some(entry) => {
                    self.problems.insert(entry, problem.text);
                    keys::focus(&format!("#add-{}", entry.name()));
                }
                None => self.general = Some(problem.text),
            },
        }
    }

    fn boxes(&self, ctx: &Context<Self>) -> Html {
        let me = &ctx.props().me;
        html! {
            <>
                { self.input(ctx, LeadField::Name) }
                { self.input(ctx, LeadField::Phone) }
                <div class="form__pair">{ self.input(ctx, LeadField::Email) }{ self.input(ctx, LeadField::Budget) }</div>
                <div class="form__pair">{ self.select(ctx, LeadField::Source, &me.sources) }{ self.select(ctx, LeadField::Language, &me.languages) }</div>
                { self.note(ctx) }
            </>
        }
    }

    fn input(&self, ctx: &Context<Self>, field: LeadField) -> Html {
        let entry = Entry::Field(field);
        let required = matches!(field, LeadField::Name | LeadField::Phone);
        let (mode, placeholder) = match field {
            LeadField::Phone => (Some("tel"), format!("{} 98200 14786", ctx.props().me.phone_prefix)),
            LeadField::Email => (Some("email"), "name@example.com".to_owned()),
            LeadField::Budget => (Some("decimal"), t!("budget-placeholder", currency = ctx.props().me.currency.as_str())),
            LeadField::Name | LeadField::AltPhone | LeadField::Source | LeadField::Language | LeadField::DoNotCall => (None, String::new()),
        };
        let mut problem = self.problems.get(&entry).cloned();
        let mut hint = None;
        if field == LeadField::Phone {
            if self.has_left_phone && problem.is_none() && !self.text(entry).trim().is_empty() {
                problem = self.phone.problem.clone();
            }
            hint = self.phone_hint(ctx);
        }
        html! {
            <InputField name={format!("add-{}", field.as_str())} testid={format!("add-{}", field.as_str())} label={words::field(field)} {required}
                value={self.text(entry).to_owned()} problem={problem.map(AttrValue::from)} {hint} placeholder={placeholder}
                input_mode={mode.map(AttrValue::from)} autofocus={field == LeadField::Name}
                on_input={ctx.link().callback(move |text| Msg::Typed(entry, text))} on_blur={ctx.link().callback(move |()| Msg::Left(entry))} />
        }
    }

    /// Another lead with the number, or how the number reads.
    fn phone_hint(&self, ctx: &Context<Self>) -> Option<Html> {
        if self.text(Entry::Field(LeadField::Phone)).trim().is_empty() {
            return None;
        }
        if let Some((lead, name)) = &self.phone.duplicate {
            let route = Route::Leads { filter: ListFilter::default(), open: Some(*lead) };
            return Some(html! {
                <span class="field__warn" data-testid="phone-duplicate">
                    { Glyph::of(Icon::Copy).size(14) }{ t!("phone-duplicate", name = name.as_str()) }{ " " }
                    <a href={route.to_string()} onclick={ctx.link().callback(|_| Msg::Leave)}>{ t!("open-it") }</a>
                </span>
            });
        }
        let text = self.phone.problem.as_ref().or(self.phone.display.as_ref())?;
        Some(html! { <span class="field__hint">{ text }</span> })
    }

    fn select(&self, ctx: &Context<Self>, field: LeadField, choices: &[String]) -> Html {
        let entry = Entry::Field(field);
        let id = format!("add-{}", field.as_str());
        let now = self.text(entry);
        let onchange =
            ctx.link().callback(move |event: Event| Msg::Typed(entry, event.target_unchecked_into::<HtmlSelectElement>().value()));
        html! {
            <div class="field">
                <label class="field__label" for={id.clone()}>{ words::field(field) }</label>
                <select {id} class="input" data-testid={format!("add-{}", field.as_str())} {onchange}>
                    <option value="" selected={now.is_empty()}>{ t!("select-none") }</option>
                    { for choices.iter().map(|choice| html! { <option value={choice.clone()} selected={choice == now}>{ choice }</option> }) }
                </select>
                <div class="field__message"></div>
            </div>
        }
    }

    fn note(&self, ctx: &Context<Self>) -> Html {
        let problem = self.problems.get(&Entry::Note).cloned();
        html! {
            <div class={classes!("field", problem.is_some().then_some("field--problem"))}>
                <label class="field__label" for="add-note">{ t!("note") }</label>
                <TextBox id="add-note" class="input input--area" rows={3} testid="add-note" value={self.text(Entry::Note).to_owned()}
                    described_by="add-note-message" on_input={ctx.link().callback(|text| Msg::Typed(Entry::Note, text))} />
                <div id="add-note-message" class="field__message" aria-live="polite">
                    if let Some(problem) = problem { <span class="field__problem" data-testid="form-error" data-field="note">{ problem }</span> }
                </div>
            </div>
        }
    }
}
