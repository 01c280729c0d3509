//! Needs attention (mock-up 04): what was refused, why, what stands instead, and the ways out; and
//! notices of what went to a lead's new owner or to a manager.

use crate::asked::Asking;
use crate::clipboard::copy;
use crate::components::empty::Empty;
use crate::components::key::Key;
use crate::components::name::Name;
use crate::components::sync_panel::icon_of;
use crate::components::why::Why;
use crate::icon::{Glyph, Icon};
use crate::route::{ListFilter, Route};
use crate::{hub, ipc, keys, t, toast, words};
use bridge::attention::{AttentionDiscard, AttentionItem, AttentionKind, AttentionList, AttentionRestore, AttentionRetry, AttentionSend};
use bridge::{Change, Problem, Request};
use domain::{CommandId, RefusalCode};
use gloo_events::EventListener;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

pub enum Msg {
    Listed(Result<Vec<AttentionItem>, Problem>),
    Changed(Change),
    At(usize),
    Retry(CommandId),
    Send(CommandId),
    Discard(CommandId, AttentionKind),
    Failed(CommandId, String),
    Ask,
    Key(KeyboardEvent),
}

pub struct AttentionPage {
    items: Option<Vec<AttentionItem>>,
    problem: Option<Problem>,
    /// What a try said last, by item.
    failed: Option<(CommandId, String)>,
    at: usize,
    follows: bool,
    asking: Asking,
    _hub: hub::Subscription,
    _keys: Option<EventListener>,
}

impl Component for AttentionPage {
    type Message = Msg;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        let mut page = Self {
            items: None,
            problem: None,
            failed: None,
            at: 0,
            follows: false,
            asking: Asking::default(),
            _hub: hub::subscribe(ctx.link().callback(Msg::Changed)),
            _keys: keys::listen(takes, ctx.link().callback(Msg::Key)),
        };
        page.ask(ctx);
        page
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Listed(answer) => self.listed(ctx, answer),
            Msg::Changed(change) => {
                if change.attention || change.many_leads || !change.leads.is_empty() {
                    self.ask(ctx);
                }
                return false;
            }
            Msg::Ask => {
                self.ask(ctx);
                return false;
            }
            Msg::At(at) => self.at = at,
            Msg::Retry(command) => self.order(ctx, command, AttentionRetry { command }, t!("attention-retried")),
            Msg::Send(command) => self.order(ctx, command, AttentionSend { command }, t!("attention-sent")),
            Msg::Discard(command, kind) => discard(ctx, command, kind),
            Msg::Failed(command, text) => self.failed = Some((command, text)),
            Msg::Key(event) => self.key(ctx, &event),
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        html! {
            <section class="attention" data-testid="attention-page" aria-label={t!("page-attention")}>
                <div class="attention__bar">
                    <span class="attention__count">{ self.items.as_deref().map(counted).unwrap_or_default() }</span>
                    <span class="attention__keys" aria-hidden="true">
                        { Key::of("J") }{ Key::of("K") }{ t!("attention-keys-move") }{ Key::of("O") }{ t!("attention-keys-open") }{ Key::of("Ctrl Z") }{ t!("attention-keys-undo") }
                    </span>
                </div>
                <div class="attention__list">{ self.list(ctx) }</div>
            </section>
        }
    }

    fn rendered(&mut self, _: &Context<Self>, _: bool) {
        if std::mem::take(&mut self.follows) {
            keys::focus(&format!("#attention-{}", self.at));
        }
    }
}

impl AttentionPage {
    fn ask(&mut self, ctx: &Context<Self>) {
        if !self.asking.may_start() {
            return;
        }
        ctx.link().send_future(async { Msg::Listed(ipc::call(&AttentionList {}).await) });
    }

    fn listed(&mut self, ctx: &Context<Self>, answer: Result<Vec<AttentionItem>, Problem>) {
        match answer {
            Ok(items) => {
                // The reader stays on the item, wherever it went.
                let now = self.items.as_ref().and_then(|old| old.get(self.at)).map(|item| item.command);
                let found = now.and_then(|command| items.iter().position(|item| item.command == command));
                self.at = found.unwrap_or(self.at).min(items.len().saturating_sub(1));
                (self.items, self.problem) = (Some(items), None);
            }
            Err(problem) => self.problem = Some(problem),
        }
        if self.asking.ended() {
            self.ask(ctx);
        }
    }

    /// Has one item settled some way; what is said against it stands on its card.
    fn order<R: Request + 'static>(&mut self, ctx: &Context<Self>, command: CommandId, request: R, said: String) {
        self.failed = None;
        let link = ctx.link().clone();
        spawn_local(async move {
            match ipc::call(&request).await {
                Ok(_) => {
                    toast::done(said);
                    link.send_message(Msg::Ask);
                }
                Err(problem) => link.send_message(Msg::Failed(command, problem.text)),
            }
        });
    }

    fn key(&mut self, ctx: &Context<Self>, event: &KeyboardEvent) {
        let Some(items) = &self.items else { return };
        let Some(item) = items.get(self.at) else { return };
        match event.key().as_str() {
            "c" => copy(&item.typed),
            "j" | "J" | "ArrowDown" => self.go((self.at + 1).min(items.len() - 1)),
            "k" | "K" | "ArrowUp" => self.go(self.at.saturating_sub(1)),
            "r" | "R" | "Enter" if item.lead_here && item.kind == AttentionKind::Refused => {
                ctx.link().send_message(Msg::Retry(item.command))
            }
            "m" | "M" if item.can_send => ctx.link().send_message(Msg::Send(item.command)),
            "Enter" if item.kind != AttentionKind::Refused => ctx.link().send_message(Msg::Discard(item.command, item.kind)),
            "Delete" => ctx.link().send_message(Msg::Discard(item.command, item.kind)),
            "o" | "O" if item.lead_here => open(item),
            _ => {}
        }
    }

    fn go(&mut self, at: usize) {
        self.at = at;
        self.follows = true;
    }

    fn list(&self, ctx: &Context<Self>) -> Html {
        if let Some(problem) = &self.problem {
            return html! { <Empty icon={Icon::Alert} title={t!("list-failed")} text={problem.text.clone()} /> };
        }
        match &self.items {
            None => Html::default(),
            Some(items) if items.is_empty() => {
                html! { <Empty icon={Icon::CheckCircle} title={t!("attention-none")} text={t!("attention-none-text")} testid="attention-none" /> }
            }
            Some(items) => html! { <>{ for items.iter().enumerate().map(|(at, item)| self.card(ctx, at, item)) }</> },
        }
    }

    fn card(&self, ctx: &Context<Self>, at: usize, item: &AttentionItem) -> Html {
        let failed = self.failed.as_ref().filter(|(command, _)| *command == item.command).map(|(_, text)| text);
        let is_here = at == self.at;
        let (icon, tone, kind) = look(item.kind);
        html! {
            <article class={classes!("card", is_here.then_some("card--here"))} key={item.command.to_string()} id={format!("attention-{at}")} tabindex="0"
                data-testid="attention-item" data-command={item.command.to_string()} data-code={code(item.code)} data-kind={name_of(item.kind)} onfocusin={ctx.link().callback(move |_| Msg::At(at))}>
                <header class="card__head">
                    { Glyph::of(icon).class(tone) }<span class={classes!("card__kind", tone)}>{ kind }</span>
                    <h2 class="card__title">{ Name::of(name_of_lead(item)) }{ t!("attention-topic", topic = words::topic(&item.what)) }</h2>
                    <span class="card__when">{ when(item) }</span>
                </header>
                <p class="card__why" data-testid="attention-why">{ &item.why }</p>
                <dl class="card__facts">
                    <div><dt>{ t!("attention-you-wrote") }</dt><dd dir="auto" data-testid="attention-typed">{ Glyph::of(icon_of(&item.what)).size(14) }<span>{ wrote(item) }</span></dd></div>
                    if let Some(winning) = &item.winning {
                        <div><dt>{ t!("attention-it-is-now") }</dt><dd dir="auto" data-testid="attention-winning">{ winning }</dd></div>
                    }
                </dl>
                if let Some(failed) = failed { <p class="field__problem" role="alert" data-testid="attention-error">{ Glyph::of(Icon::Alert).size(14) }{ failed }</p> }
                { self.acts(ctx, item, is_here) }
            </article>
        }
    }

    fn acts(&self, ctx: &Context<Self>, item: &AttentionItem, is_here: bool) -> Html {
        let (link, command, typed) = (ctx.link(), item.command, item.typed.clone());
        let kind = item.kind;
        let discards = link.callback(move |_: MouseEvent| Msg::Discard(command, kind));
        let gone = (!item.lead_here).then(|| t!("attention-gone"));
        let why_id = format!("attention-why-{command}");
        // One filled button in the view: that of the item the keys are on.
        let main = classes!("button", is_here.then_some("button--filled"));
        html! {
            <footer class="card__acts">
                if item.kind == AttentionKind::Refused {
                    <button type="button" class={main.clone()} data-testid="attention-retry" disabled={gone.is_some()} title={gone.clone()}
                        aria-describedby={gone.is_some().then(|| why_id.clone())} onclick={link.callback(move |_| Msg::Retry(command))}>{ t!("attention-retry") }{ Key::of("R") }</button>
                    <Why id={why_id} why={gone} />
                } else {
                    <button type="button" class={main} data-testid="attention-dismiss" onclick={discards.clone()}>{ t!("dismiss") }{ Key::of("Del") }</button>
                }
                <button type="button" class="button" data-testid="attention-copy" onclick={move |_| copy(&typed)}>{ t!("copy-text") }{ Key::of("Ctrl C") }</button>
                if item.can_send {
                    <button type="button" class="button" data-testid="attention-send" onclick={link.callback(move |_| Msg::Send(command))}>{ t!("attention-send") }{ Key::of("M") }</button>
                }
                if item.lead_here {
                    <a class="button" data-testid="attention-open" href={address(item)}>{ t!("open-lead") }{ Key::of("O") }</a>
                }
                if item.kind == AttentionKind::Refused {
                    <button type="button" class="button button--danger card__discard" data-testid="attention-discard" onclick={discards}>
                        { t!("discard") }{ Key::of("Del") }
                    </button>
                }
            </footer>
        }
    }
}

fn discard(ctx: &Context<AttentionPage>, command: CommandId, kind: AttentionKind) {
    let link = ctx.link().clone();
    let said = if kind == AttentionKind::Refused { t!("attention-discarded") } else { t!("attention-dismissed") };
    spawn_local(async move {
        match ipc::call(&AttentionDiscard { command }).await {
            Ok(_) => {
                let undo = link.callback_future(move |()| async move {
                    if let Err(problem) = ipc::call(&AttentionRestore { command }).await {
                        toast::problem(problem.text);
                    }
                    Msg::Ask
                });
                toast::undoable(said, undo);
                link.send_message(Msg::Ask);
            }
            Err(problem) => toast::problem(problem.text),
        }
    });
}

/// `1 edit waits for your decision, 2 to read`
fn counted(items: &[AttentionItem]) -> String {
    let refused = items.iter().filter(|item| item.kind == AttentionKind::Refused).count() as u64;
    let notices = items.len() as u64 - refused;
    match (refused, notices) {
        (0, 0) => String::new(),
        (_, 0) => t!("attention-count", count = refused),
        (0, _) => t!("attention-notices", count = notices),
        (_, _) => t!("attention-both", edits = t!("attention-count", count = refused), notices = notices),
    }
}

/// What became of it: icon, colour, word.
fn look(kind: AttentionKind) -> (Icon, &'static str, String) {
    match kind {
        AttentionKind::Refused => (Icon::Ban, "tone--danger", t!("attention-refused")),
        AttentionKind::Proposed => (Icon::HandOver, "tone--info", t!("attention-proposed")),
        AttentionKind::Quarantined => (Icon::Lock, "tone--warn", t!("attention-quarantined")),
        AttentionKind::Unsaved => (Icon::Pencil, "tone--warn", t!("attention-unsaved")),
        AttentionKind::Assignment => (Icon::UserPlus, "tone--info", t!("attention-assignment")),
    }
}

/// What was typed, in full; without text of its own, what was done.
fn wrote(item: &AttentionItem) -> String {
    if item.typed.trim().is_empty() { words::edit(&item.what) } else { item.typed.clone() }
}

/// A notice has no answer, only an arrival.
fn when(item: &AttentionItem) -> String {
    let (wrote, then) = (words::time_or_day(&item.wrote), words::time_or_day(&item.refused));
    match item.kind {
        AttentionKind::Refused | AttentionKind::Assignment => t!("attention-when", wrote = wrote, refused = then),
        AttentionKind::Unsaved => wrote,
        AttentionKind::Proposed | AttentionKind::Quarantined => t!("attention-arrived", wrote = wrote, arrived = then),
    }
}

/// A lead that left may have taken its name along.
fn name_of_lead(item: &AttentionItem) -> String {
    if item.lead_name.is_empty() { t!("attention-left") } else { item.lead_name.clone() }
}

fn name_of(kind: AttentionKind) -> Option<String> {
    serde_json::to_value(kind).ok()?.as_str().map(str::to_owned)
}

fn code(code: RefusalCode) -> Option<String> {
    serde_json::to_value(code).ok()?.as_str().map(str::to_owned)
}

fn address(item: &AttentionItem) -> String {
    Route::Leads { filter: ListFilter::default(), open: Some(item.lead) }.to_string()
}

fn open(item: &AttentionItem) {
    if let Some(window) = web_sys::window() {
        let _ = window.location().set_hash(&address(item));
    }
}

/// The keys of the page; Enter presses what has the focus, if that can be pressed.
fn takes(event: &KeyboardEvent) -> bool {
    if keys::is_covered() || keys::is_typing(event) {
        return false;
    }
    if !keys::is_plain(event) {
        return keys::is_command(event) && event.key() == "c" && nothing_is_marked();
    }
    match event.key().as_str() {
        "j" | "J" | "k" | "K" | "ArrowDown" | "ArrowUp" | "r" | "R" | "m" | "M" | "o" | "O" | "Delete" => true,
        "Enter" => !keys::is_on_control(event),
        _ => false,
    }
}

/// Marked text is copied by the web view itself.
fn nothing_is_marked() -> bool {
    let selection = web_sys::window().and_then(|window| window.get_selection().ok().flatten());
    selection.is_none_or(|selection| selection.is_collapsed())
}
