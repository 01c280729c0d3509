//! A question before something that people feel: the focus is on the way back.

use crate::asked::Order;
use crate::components::dialog::Dialog;
use crate::components::key::Key;
use crate::icon::{Glyph, Icon};
use web_sys::HtmlElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    /// Verb and name: `Wipe Asha’s laptop?`
    pub title: AttrValue,
    /// The way back, `Keep it`.
    pub keep: AttrValue,
    /// What it does, `Wipe it`.
    pub act: AttrValue,
    pub order: Order,
    pub on_act: Callback<()>,
    pub on_close: Callback<()>,
    pub testid: &'static str,
    /// It takes something away.
    #[prop_or(true)]
    pub is_danger: bool,
    pub children: Html,
}

#[component]
pub fn Confirm(props: &Props) -> Html {
    let keep = use_node_ref();
    use_effect_with((), {
        let keep = keep.clone();
        move |()| {
            if let Some(keep) = keep.cast::<HtmlElement>() {
                let _ = keep.focus();
            }
        }
    });
    let act = classes!("button", if props.is_danger { "button--danger" } else { "button--filled" });
    html! {
        <Dialog title={props.title.clone()} on_close={&props.on_close} testid={props.testid}>
            <div class="confirm">
                { props.children.clone() }
                { props.order.complaint() }
                <div class="form__foot">
                    <button ref={keep} type="button" class="button" data-testid="confirm-keep" onclick={props.on_close.reform(|_: MouseEvent| ())}>
                        { &props.keep }{ Key::of("Esc") }
                    </button>
                    <button type="button" class={act} data-testid="confirm-act" disabled={props.order.is_busy()} onclick={props.on_act.reform(|_: MouseEvent| ())}>
                        if props.order.is_busy() { { Glyph::of(Icon::Refresh).class("icon--turning") } }
                        { &props.act }
                    </button>
                </div>
            </div>
        </Dialog>
    }
}
