//! A copy whose file is damaged: one button repairs it, and what came of it stays until the person goes
//! on. Nothing is asked twice, for the damaged file is kept.

use super::failure;
use crate::icon::{Glyph, Icon};
use crate::{ipc, t};
use bridge::Problem;
use bridge::session::{Repaired, SessionRepair, SessionUnlock, SessionView};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    /// Of the chosen copy, as it was typed.
    pub password: String,
    pub on_session: Callback<SessionView>,
}

pub enum Msg {
    Repair,
    Repaired(Result<Repaired, Problem>),
    GoOn,
    Opened(Box<Result<SessionView, Problem>>),
}

#[derive(Default)]
pub struct Repair {
    is_busy: bool,
    problem: Option<Problem>,
    done: Option<Repaired>,
}

impl Component for Repair {
    type Message = Msg;
    type Properties = Props;

    fn create(_: &Context<Self>) -> Self {
        Self::default()
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Repair | Msg::GoOn if self.is_busy => {}
            Msg::Repair => {
                let password = self.begin(ctx);
                ctx.link().send_future(async move { Msg::Repaired(ipc::call(&SessionRepair { password }).await) });
            }
            Msg::Repaired(answer) => {
                self.is_busy = false;
                match answer {
                    Ok(done) => self.done = Some(done),
                    Err(problem) => self.problem = Some(problem),
                }
            }
            Msg::GoOn => {
                let password = self.begin(ctx);
                ctx.link().send_future(async move { Msg::Opened(Box::new(ipc::call(&SessionUnlock { password }).await)) });
            }
            Msg::Opened(answer) => {
                self.is_busy = false;
                match *answer {
                    Ok(session) => ctx.props().on_session.emit(session),
                    Err(problem) => self.problem = Some(problem),
                }
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let press = |msg: fn() -> Msg| ctx.link().callback(move |_: MouseEvent| msg());
        if let Some(done) = &self.done {
            return html! {
                <section class="gate" data-testid="repaired">
                    { failure(self.problem.as_ref()) }
                    <p class="sign-in__text" role="alert">{ in_words(done) }</p>
                    <button type="button" class="button button--filled sign-in__submit" data-testid="repair-go-on" disabled={self.is_busy}
                        onclick={press(|| Msg::GoOn)}>
                        { t!("go-on") }
                    </button>
                </section>
            };
        }
        html! {
            <section class="gate" data-testid="repair">
                { failure(self.problem.as_ref()) }
                <p class="sign-in__text">{ t!("repair-text") }</p>
                <button type="button" class="button button--filled sign-in__submit" data-testid="repair-copy" disabled={self.is_busy}
                    onclick={press(|| Msg::Repair)}>
                    if self.is_busy { { Glyph::of(Icon::Refresh).class("icon--turning") }{ t!("repair-busy") } } else { { t!("repair") } }
                </button>
            </section>
        }
    }
}

impl Repair {
    fn begin(&mut self, ctx: &Context<Self>) -> String {
        (self.is_busy, self.problem) = (true, None);
        ctx.props().password.clone()
    }
}

fn in_words(done: &Repaired) -> String {
    let (kept, lost, file) = (done.kept, done.lost, done.file.as_str());
    let mut said = match (done.whole, lost, done.uncounted) {
        (true, ..) => t!("repair-whole"),
        (false, 0, false) => t!("repair-kept", kept = kept, file = file),
        (false, 0, true) => t!("repair-uncounted", kept = kept, file = file),
        (false, ..) => t!("repair-lost", kept = kept, lost = lost, file = file),
    };
    if done.incomplete {
        said.push(' ');
        said.push_str(&t!("repair-incomplete"));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_repair_did_is_said() {
        let done = |kept, lost| Repaired { kept, lost, file: "x.damaged-1".into(), ..Repaired::default() };
        for (done, says) in [
            (Repaired { whole: true, ..Repaired::default() }, "nothing was changed"),
            (done(0, 0), "Nothing was waiting to be sent. The damaged file: x.damaged-1"),
            (done(1, 0), "The one edit that was not sent yet is kept."),
            (done(7, 0), "All 7 edits that were not sent yet are kept."),
            (done(7, 2), "7 edits that were not sent yet are kept, 2 are lost."),
            (Repaired { uncounted: true, ..done(7, 0) }, "Others may be lost."),
            (Repaired { incomplete: true, ..done(0, 0) }, "Not all drafts"),
        ] {
            let said = in_words(&done);
            assert!(said.contains(says), "{said}");
        }
    }
}
