//! The sheet of keys, on `?`.

use crate::components::dialog::Dialog;
use crate::components::key::Key;
use crate::t;
use yew::prelude::*;

/// Places, the keys that work there, and the end of the text's name that says what each does.
const SHEET: [(&str, &[(&str, &str)]); 5] = [
    (
        "anywhere",
        &[
            ("Ctrl K", "palette"),
            ("?", "sheet"),
            ("Ctrl Z", "undo"),
            ("Ctrl Space", "add"),
            ("G Q", "queue"),
            ("G L", "leads"),
            ("G F", "follow-ups"),
            ("G A", "attention"),
            ("Alt A", "check-in"),
            ("Alt P", "pause"),
            ("Ctrl Shift L", "theme"),
            ("Ctrl + − 0", "zoom"),
        ],
    ),
    (
        "list",
        &[
            ("↑ ↓ J K", "move"),
            ("↵", "open"),
            ("X", "tick"),
            ("Shift ↑ ↓", "tick-range"),
            ("Ctrl A", "tick-all"),
            ("/", "search"),
            ("F", "filter"),
            ("E", "copy"),
            ("S T U D A", "bulk"),
        ],
    ),
    (
        "lead",
        &[
            ("Ctrl ← →", "step"),
            ("C", "call"),
            ("L", "log"),
            ("U", "follow-up"),
            ("S", "status"),
            ("Y", "next"),
            ("A", "assign"),
            ("N", "note"),
            ("Alt 1 2", "conflict"),
            ("Esc", "close"),
        ],
    ),
    (
        "queue",
        &[
            ("1–9", "outcome"),
            ("Alt 1–9", "outcome-typing"),
            ("Alt D", "date"),
            ("C", "call"),
            ("Alt E", "end"),
            ("Ctrl ↵", "save"),
            ("Ctrl ← →", "skip"),
        ],
    ),
    ("due", &[("J K", "move"), ("↵", "open"), ("D", "done"), ("1 3 7", "days")]),
];

#[derive(Properties, PartialEq)]
pub struct Props {
    pub on_close: Callback<()>,
}

#[component]
pub fn Sheet(props: &Props) -> Html {
    let line = |(keys, act): &(&'static str, &'static str)| {
        html! { <div><dt>{ for keys.split(' ').map(|key| html! { { Key::of(key) } }) }</dt><dd>{ t!("key", act = *act) }</dd></div> }
    };
    let place = |(place, lines): &(&'static str, &'static [(&'static str, &'static str)])| {
        html! {
            <section class="sheet__place"><h3>{ t!("key-place", place = *place) }</h3><dl>{ for lines.iter().map(line) }</dl></section>
        }
    };
    html! {
        <Dialog title={t!("sheet")} on_close={&props.on_close} testid="key-sheet">
            <div class="sheet">{ for SHEET.iter().map(place) }</div>
            <div class="form__foot"><button type="button" class="button" data-testid="sheet-close" onclick={props.on_close.reform(|_: MouseEvent| ())}>{ t!("close") }{ Key::of("Esc") }</button></div>
        </Dialog>
    }
}
