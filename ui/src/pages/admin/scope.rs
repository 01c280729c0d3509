//! Scopes as words: a chip for the matrix, phrases for sentences.

use crate::t;
use domain::policy::Scope;
use yew::prelude::*;

/// The widest first, as the legend lists them.
pub const ALL: [Scope; 6] = [Scope::All, Scope::Team, Scope::Own, Scope::Converted, Scope::View, Scope::None];

pub fn name(scope: Scope) -> &'static str {
    match scope {
        Scope::All => "all",
        Scope::Team => "team",
        Scope::Own => "own",
        Scope::Converted => "converted",
        Scope::View => "view",
        Scope::None => "none",
    }
}

pub fn word(scope: Scope) -> String {
    t!("scope", scope = name(scope))
}

/// What the word means.
pub fn meaning(scope: Scope) -> String {
    t!("scope-meaning", scope = name(scope))
}

pub fn chip(scope: Scope) -> Html {
    let spoken = (scope == Scope::None).then(|| meaning(scope));
    html! {
        <span class={classes!("scope", format!("scope--{}", name(scope)))} data-scope={name(scope)}>
            if let Some(spoken) = spoken { <span aria-hidden="true">{ word(scope) }</span><span class="visually-hidden">{ spoken }</span> } else { <>{ word(scope) }</> }
        </span>
    }
}
