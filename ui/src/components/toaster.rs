//! Draws the one toast: ten seconds, longer under the pointer or the focus; Undo with its key.

use crate::components::key::Key;
use crate::icon::{Glyph, Icon};
use crate::toast::{self, Toast};
use crate::{keys, t};
use gloo_timers::callback::Timeout;
use yew::prelude::*;

const SHOWN_MS: u32 = 10_000;

pub enum Msg {
    Show(Toast),
    Hide,
    Clear,
    Act,
    Hold,
    Release,
    Undo,
}

pub struct Toaster {
    shown: Option<Toast>,
    timer: Option<Timeout>,
    _keys: Option<gloo_events::EventListener>,
}

impl Component for Toaster {
    type Message = Msg;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        toast::host(Some(ctx.link().callback(|toast: Option<Toast>| toast.map_or(Msg::Clear, Msg::Show))));
        Self { shown: None, timer: None, _keys: keys::listen(is_undo, ctx.link().callback(|_| Msg::Undo)) }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Show(toast) => {
                self.shown = Some(toast);
                self.timer = Some(hide_later(ctx));
                true
            }
            Msg::Hide => {
                self.timer = None;
                self.shown.take().is_some()
            }
            Msg::Clear => {
                if self.shown.as_ref().is_some_and(|toast| !toast.is_parting) {
                    ctx.link().send_message(Msg::Hide);
                }
                false
            }
            Msg::Act => {
                let action = self.shown.take().and_then(|toast| toast.action);
                if let Some(action) = action {
                    action.act.emit(());
                }
                true
            }
            Msg::Hold => {
                self.timer = None;
                false
            }
            Msg::Release => {
                self.timer = self.shown.as_ref().map(|_| hide_later(ctx));
                false
            }
            Msg::Undo => {
                if self.shown.as_ref().and_then(|toast| toast.action.as_ref()).is_some_and(|action| action.is_undo) {
                    ctx.link().send_message(Msg::Act);
                }
                false
            }
        }
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        html! {
            <div class="toaster" aria-live="polite" onmouseenter={link.callback(|_| Msg::Hold)} onmouseleave={link.callback(|_| Msg::Release)}
                onfocusin={link.callback(|_| Msg::Hold)} onfocusout={link.callback(|_| Msg::Release)}>
                if let Some(toast) = &self.shown {
                    <div class={classes!("toast", toast.is_problem.then_some("toast--problem"))} data-testid="toast">
                        { Glyph::of(if toast.is_problem { Icon::Alert } else { Icon::CheckCircle }).size(18).class("toast__icon") }
                        <span class="toast__text">{ &toast.text }</span>
                        if let Some(action) = &toast.action {
                            <button type="button" class="button button--bar" data-testid="toast-action" onclick={link.callback(|_| Msg::Act)}>
                                { &action.word }if action.is_undo { { Key::of("Ctrl Z") } }
                            </button>
                        } else {
                            <button type="button" class="button button--icon" aria-label={t!("close")} onclick={link.callback(|_| Msg::Hide)}>
                                { Glyph::of(Icon::X) }
                            </button>
                        }
                    </div>
                }
            </div>
        }
    }

    fn destroy(&mut self, _: &Context<Self>) {
        toast::host(None);
    }
}

fn hide_later(ctx: &Context<Toaster>) -> Timeout {
    let link = ctx.link().clone();
    Timeout::new(SHOWN_MS, move || link.send_message(Msg::Hide))
}

fn is_undo(event: &KeyboardEvent) -> bool {
    // In a text that somebody typed the key is the text's own.
    let is_free = !keys::is_typing(event) || keys::is_in_empty_field(event);
    keys::is_command(event) && !event.shift_key() && event.key() == "z" && is_free
}
