//! Saving a receipt or the statement as a PDF, which the system's viewer then shows and prints.

use crate::components::menu::{Menu, MenuItem};
use crate::icon::{Glyph, Icon};
use crate::{ipc, t, toast};
use bridge::payment::{Document, DocumentSave};
use domain::LeadId;
use domain::ledger::Paper;
use domain::money::Language;
use uuid::Uuid;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub lead: LeadId,
    /// Of a receipt; none for the statement.
    #[prop_or_default]
    pub entry: Option<Uuid>,
    pub label: AttrValue,
    /// What the button shows beside its sign.
    #[prop_or_default]
    pub word: Option<AttrValue>,
    pub testid: &'static str,
}

#[component]
pub fn PrintMenu(props: &Props) -> Html {
    let open = use_state_eq(|| false);
    let toggle = {
        let open = open.clone();
        move |_: MouseEvent| open.set(!*open)
    };
    let close = {
        let open = open.clone();
        Callback::from(move |()| open.set(false))
    };
    let papers: &[Paper] = if props.entry.is_some() { &[Paper::A4, Paper::Roll] } else { &[Paper::A4] };
    let choices = papers.iter().flat_map(|paper| Language::ALL.map(|language| (*paper, language)));
    let item = |(paper, language): (Paper, Language)| {
        let (close, lead) = (close.clone(), props.lead);
        let document = props.entry.map_or(Document::Statement { lead }, |entry| Document::Receipt { lead, entry, paper });
        let on_pick = Callback::from(move |()| {
            close.emit(());
            save(document, language);
        });
        let paper = if paper == Paper::Roll { "roll" } else { "a4" };
        html! {
            <MenuItem testid={format!("print-{paper}-{}", language.as_str())} {on_pick}>
                { t!("payment-print-choice", paper = paper, language = language.as_str()) }
            </MenuItem>
        }
    };
    html! {
        <span class="row-menu">
            <button type="button" class={if props.word.is_some() { "button button--bar" } else { "button button--icon" }} data-testid={props.testid}
                aria-haspopup="menu" aria-expanded={(*open).to_string()} aria-label={props.label.clone()} title={props.label.clone()} onclick={toggle}>
                { Glyph::of(Icon::Download).size(14) }{ props.word.clone().unwrap_or_default() }
            </button>
            if *open {
                <Menu label={props.label.clone()} on_close={close.clone()} class="menu--right">{ for choices.map(item) }</Menu>
            }
        </span>
    }
}

fn save(document: Document, language: Language) {
    spawn_local(async move {
        match ipc::call(&DocumentSave { document, language, open: true }).await {
            Ok(saved) => toast::done(t!("payment-print-saved", path = saved.path.as_str())),
            Err(problem) => toast::problem(problem.text),
        }
    });
}
