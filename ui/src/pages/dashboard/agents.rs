//! The team, person by person.

use super::Place;
use crate::components::avatar::Avatar;
use crate::components::name::Name;
use crate::t;
use bridge::dashboard::{AgentLine, Dashboard, Figure};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub shown: Rc<Dashboard>,
    pub place: Place,
}

#[component]
pub fn Agents(props: &Props) -> Html {
    let agents = &props.shown.agents;
    html! {
        <section class="panel" aria-label={t!("agents")} data-testid="dashboard-agents">
            <header class="panel__head"><h3 class="panel__title">{ t!("agents") }</h3><span class="panel__aside">{ t!("agents-aside") }</span></header>
            if agents.is_empty() { <p class="panel__none">{ t!("agents-none") }</p> } else {
                <table class="agents">
                    <thead><tr>
                        <th scope="col">{ t!("agents-name") }</th><th scope="col" class="bars__number">{ t!("agents-assigned") }</th>
                        <th scope="col" class="bars__number">{ t!("agents-called") }</th><th scope="col" class="bars__number">{ t!("agents-converted") }</th>
                        <th scope="col" class="bars__number">{ t!("agents-missed") }</th>
                    </tr></thead>
                    <tbody>{ for agents.iter().map(|agent| line(agent, &props.place)) }</tbody>
                </table>
            }
        </section>
    }
}

fn line(agent: &AgentLine, place: &Place) -> Html {
    let cell = |figure: &Figure, word: String| {
        let label = t!("figure-of", what = format!("{}, {word}", agent.name), count = figure.count);
        html! { <td class="bars__number">{ place.number(figure, label, "figure") }</td> }
    };
    html! {
        <tr data-testid="agent" data-user={agent.user.to_string()}>
            <th scope="row"><span class="agents__who">{ Avatar::of(agent.name.clone()) }{ Name::of(agent.name.clone()) }</span></th>
            { cell(&agent.assigned, t!("agents-assigned")) }{ cell(&agent.called, t!("agents-called")) }
            { cell(&agent.converted, t!("agents-converted")) }{ cell(&agent.missed, t!("agents-missed")) }
        </tr>
    }
}
