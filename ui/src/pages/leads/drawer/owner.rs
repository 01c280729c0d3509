//! Whose the lead is, and giving it to somebody else (rows B24, D10). The server decides: it compares
//! the owner on the screen with the owner it knows. Out of its reach the assignment waits, can be seen to,
//! and can be taken back.

use super::edit::Editor;
use crate::components::avatar::Avatar;
use crate::components::key::Key;
use crate::components::menu::{Menu, MenuItem};
use crate::components::name::Name;
use crate::components::text_box::TextBox;
use crate::components::why::Why;
use crate::icon::{Glyph, Icon};
use crate::text::count;
use crate::{ipc, t, toast};
use bridge::bulk::LeadBulkOwners;
use bridge::lead::{Assigned, LeadAssign, LeadAssignCancel, LeadOwners, LeadView, OwnerChoice};
use bridge::session::Me;
use bridge::{Problem, ProblemCode};
use domain::{LeadId, UserId};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

const OPENER: &str = "[data-testid=assign-btn]";

#[derive(Properties, PartialEq)]
pub struct Props {
    pub view: Rc<LeadView>,
    pub me: Rc<Me>,
    pub edit: Editor,
    pub is_open: bool,
    pub on_open: Callback<bool>,
}

/// The button and its menu; nothing for whoever does not assign.
#[component]
pub fn Assign(props: &Props) -> Html {
    if props.view.can.assign { assign(props) } else { Html::default() }
}

/// What was asked for and waits for the server, with the way back.
#[component]
pub fn Asked(props: &AskedProps) -> Html {
    let Some(asked) = &props.view.asked_owner else { return Html::default() };
    let said = match &asked.to {
        Some(name) => t!("owner-asked", name = name.as_str()),
        None => t!("owner-asked-nobody"),
    };
    let takes_back = {
        let edit = props.edit.clone();
        move |_: MouseEvent| edit.send(LeadAssignCancel { lead: edit.lead })
    };
    html! {
        <p class="record-sync tone--muted" data-testid="owner-asked" title={t!("owner-provisional-why")}>
            { Glyph::of(Icon::Clock) }<span>{ said }</span>
            <button type="button" class="button button--bar button--ghost" data-testid="owner-asked-cancel" onclick={takes_back}>{ t!("take-back") }</button>
        </p>
    }
}

#[derive(Properties, PartialEq)]
pub struct AskedProps {
    pub view: Rc<LeadView>,
    pub edit: Editor,
}

/// Whose it is, in words.
pub fn whose(view: &LeadView, me: &Me) -> Html {
    let inside = match &view.owner {
        None => html! { { t!("owner-nobody") } },
        Some((_, name)) if view.owner_provisional => {
            html! { <em title={t!("owner-provisional-why")}>{ t!("owner-provisional", name = name.as_str()) }</em> }
        }
        Some((user, _)) if *user == me.user => html! { { t!("owner-you") } },
        Some((_, name)) => html! { <>{ Avatar::of(name.clone()) }{ Name::of(name.clone()) }</> },
    };
    html! { <span class="identity__person" data-testid="assigned-badge">{ inside }</span> }
}

fn assign(props: &Props) -> Html {
    let (is_open, why) = (props.is_open, props.view.can.assign_blocked.clone());
    html! {
        <span class="identity__assign">
            <button type="button" class="chip" data-testid="assign-btn" aria-haspopup="dialog" aria-expanded={is_open.to_string()} disabled={why.is_some()}
                title={why.clone()} aria-describedby={why.is_some().then_some("assign-why")} onclick={props.on_open.reform(move |_: MouseEvent| !is_open)}>
                { Glyph::of(Icon::UserPlus).size(14) }{ t!("assign") }{ Key::of("A") }
            </button>
            <Why id="assign-why" why={why.clone()} />
            if is_open && why.is_none() {
                <Menu label={t!("assign-to")} on_close={props.on_open.reform(|()| false)} role="dialog" class="menu--right owner-menu" returns_to={OPENER} testid="user-dropdown">
                    <Owners lead={Some(props.view.id)} offers_nobody={props.view.owner.is_some()} owner={props.view.owner.as_ref().map(|(user, _)| *user)} me={props.me.user} on_pick={on_pick(props)} />
                </Menu>
            }
        </span>
    }
}

/// Gives it, and offers to give it back.
fn on_pick(props: &Props) -> Callback<Option<OwnerChoice>> {
    let (edit, on_open, before) = (props.edit.clone(), props.on_open.clone(), props.view.owner.as_ref().map(|(user, _)| *user));
    let is_asked = props.view.asked_owner.is_some();
    Callback::from(move |choice: Option<OwnerChoice>| {
        on_open.emit(false);
        let owner = choice.as_ref().map(|choice| choice.user);
        if owner == before && !is_asked {
            return;
        }
        let said = match &choice {
            Some(choice) => t!("assigned", name = choice.name.as_str()),
            None => t!("assigned-nobody"),
        };
        give(&edit, before, owner, Some(said));
    })
}

/// `said` is what a toast with Undo says; giving back says nothing.
fn give(edit: &Editor, expected: Option<UserId>, owner: Option<UserId>, said: Option<String>) {
    let (this, lead) = (edit.clone(), edit.lead);
    edit.send_then(LeadAssign { lead, expected, owner }, move |answer| match (answer, said) {
        (Ok(Assigned { waits }), Some(said)) => {
            let said = if waits { t!("assigned-waits") } else { said };
            toast::undoable(said, Callback::from(move |()| give(&this, owner, expected, None)));
        }
        (Ok(_), None) => {}
        (Err(problem), _) => {
            // Somebody was faster, and the text says who: the screen is to show it too.
            if problem.code == ProblemCode::Changed {
                this.edited();
            }
            toast::problem(problem.text);
        }
    });
}

#[derive(Properties, PartialEq)]
pub struct OwnersProps {
    /// One that is to be given away, or none in particular.
    #[prop_or_default]
    pub lead: Option<LeadId>,
    #[prop_or_default]
    pub owner: Option<UserId>,
    pub offers_nobody: bool,
    pub me: UserId,
    pub on_pick: Callback<Option<OwnerChoice>>,
}

/// Whom it can be given to; typing narrows, Enter takes the first.
#[component]
pub fn Owners(props: &OwnersProps) -> Html {
    let answer = use_state(|| None::<Result<Vec<OwnerChoice>, Problem>>);
    let typed = use_state_eq(String::new);
    let input = use_node_ref();
    use_effect_with(props.lead, {
        let (answer, input) = (answer.clone(), input.clone());
        move |lead: &Option<LeadId>| {
            if let Some(input) = input.cast::<web_sys::HtmlElement>() {
                let _ = input.focus();
            }
            let lead = *lead;
            spawn_local(async move {
                answer.set(Some(match lead {
                    Some(lead) => ipc::call(&LeadOwners { lead }).await,
                    None => ipc::call(&LeadBulkOwners {}).await,
                }));
            });
        }
    });
    let choices = match &*answer {
        Some(Ok(choices)) => narrowed(choices, &typed),
        Some(Err(_)) | None => Vec::new(),
    };
    let on_key = {
        let (first, on_pick) = (choices.first().map(|choice| (*choice).clone()), props.on_pick.clone());
        move |event: KeyboardEvent| {
            if let Some(first) = first.clone().filter(|_| event.key() == "Enter") {
                event.prevent_default();
                event.stop_propagation();
                on_pick.emit(Some(first));
            }
        }
    };
    let on_input = {
        let typed = typed.clone();
        move |text: String| typed.set(text)
    };
    html! {
        <>
            <div class="owner-menu__search">
                <TextBox node={input} class="input" label={t!("assign-filter")} placeholder={t!("assign-filter")} testid="assign-filter" value={(*typed).clone()} {on_input} {on_key} />
            </div>
            if let Some(Err(problem)) = &*answer { <p class="owner-menu__none tone--danger" role="alert">{ &problem.text }</p> }
            if matches!(&*answer, Some(Ok(_))) && choices.is_empty() { <p class="owner-menu__none">{ t!("assign-none") }</p> }
            <div class="owner-menu__list" role="listbox" aria-label={t!("assign-to")}>
                { for choices.into_iter().map(|choice| owner_item(props, choice)) }
                if props.offers_nobody && typed.is_empty() && matches!(&*answer, Some(Ok(_))) {
                    <MenuItem testid="assign-nobody" role="option" checked={Some(false)} on_pick={props.on_pick.reform(|()| None)}>
                        <span class="owner-menu__blank">{ Glyph::of(Icon::X).size(14) }</span>{ t!("nobody") }
                    </MenuItem>
                }
            </div>
        </>
    }
}

fn owner_item(props: &OwnersProps, choice: &OwnerChoice) -> Html {
    let is_on = props.owner == Some(choice.user);
    let picked = choice.clone();
    let name = if choice.user == props.me { t!("assign-me", name = choice.name.as_str()) } else { choice.name.clone() };
    html! {
        <MenuItem key={choice.user.to_string()} testid={format!("assign-{}", choice.user)} role="option" checked={Some(is_on)}
            on_pick={props.on_pick.reform(move |()| Some(picked.clone()))}>
            { Avatar::of(choice.name.clone()) }
            { Name::of(name).class("owner-menu__name") }
            <span class="menu__note owner-menu__team">{ choice.team.clone().unwrap_or_default() }</span>
            <span class="menu__note menu__note--end">{ t!("open-leads", number = choice.open_leads, count = count(choice.open_leads)) }</span>
            if is_on { { Glyph::of(Icon::Check).class("menu__check owner-menu__check") } }
        </MenuItem>
    }
}

/// Every word typed begins a word of the name or the team.
fn narrowed<'a>(choices: &'a [OwnerChoice], typed: &str) -> Vec<&'a OwnerChoice> {
    let wanted: Vec<String> = typed.split_whitespace().map(str::to_lowercase).collect();
    let fits = |choice: &&OwnerChoice| {
        let team = choice.team.as_deref().unwrap_or_default();
        let words: Vec<String> = choice.name.split_whitespace().chain(team.split_whitespace()).map(str::to_lowercase).collect();
        wanted.iter().all(|start| words.iter().any(|word| word.starts_with(start.as_str())))
    };
    choices.iter().filter(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_narrows_by_the_beginnings_of_words() {
        let choice = |name: &str, team: Option<&str>| OwnerChoice {
            user: UserId(uuid::Uuid::nil()),
            name: name.into(),
            team: team.map(str::to_owned),
            open_leads: 0,
        };
        let all = [choice("Asha Menon", Some("Pune")), choice("Vikram Shetty", Some("Pune")), choice("Ravi Deshpande", None)];
        for (typed, expected) in [("", 3), ("pune", 2), ("as", 1), ("she", 1), ("pu vik", 1), ("ha", 0), ("  RAVI ", 1)] {
            assert_eq!(narrowed(&all, typed).len(), expected, "{typed:?}");
        }
    }
}
