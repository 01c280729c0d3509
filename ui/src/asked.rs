//! Asking for what an administration page shows, and giving orders from it. The server owns most of
//! the answers, so a page can be without one: it says why, and tries again.

use crate::components::empty::Empty;
use crate::icon::{Glyph, Icon};
use crate::{hub, ipc, t};
use bridge::{Change, Problem, ProblemCode, Request};
use gloo_timers::callback::Timeout;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// An answer that takes longer than this to come is drawn as a skeleton meanwhile.
pub const SKELETON_AFTER_MS: u32 = 120;
const SKELETON_ROWS: usize = 8;
/// Without the server, the next word about the connection asks again, but not sooner than this.
const AGAIN_AFTER_MS: f64 = 5_000.0;

/// A question and the last answer to it. What is shown stays while it is asked again.
pub struct Asked<T> {
    pub data: Option<Rc<T>>,
    pub problem: Option<Problem>,
    pub is_slow: bool,
    pub again: Callback<()>,
}

impl<T> Asked<T> {
    /// What stands in the place of data that is not there.
    pub fn instead(&self) -> Html {
        match &self.problem {
            Some(problem) => failed(problem, &self.again),
            None if self.is_slow => skeleton(),
            None => Html::default(),
        }
    }

    /// Above data that could not be asked again.
    pub fn stale(&self) -> Html {
        let problem = self.problem.as_ref().filter(|_| self.data.is_some());
        problem.map(|problem| stale(problem, &self.again)).unwrap_or_default()
    }
}

struct Shown<T> {
    data: Option<Rc<T>>,
    problem: Option<Problem>,
    is_slow: bool,
}

enum Act<T> {
    Answer(Result<T, Problem>),
    Slow,
}

impl<T> Reducible for Shown<T> {
    type Action = Act<T>;

    fn reduce(self: Rc<Self>, act: Act<T>) -> Rc<Self> {
        let data = self.data.clone();
        Rc::new(match act {
            Act::Answer(Ok(data)) => Shown { data: Some(Rc::new(data)), problem: None, is_slow: false },
            Act::Answer(Err(problem)) => Shown { data, problem: Some(problem), is_slow: false },
            Act::Slow => Shown { data, problem: self.problem.clone(), is_slow: true },
        })
    }
}

/// One question at a time; what comes meanwhile asks once more afterwards.
#[derive(Debug, Default)]
pub struct Asking {
    is_under_way: bool,
    is_stale: bool,
}

impl Asking {
    pub fn may_start(&mut self) -> bool {
        self.is_stale = self.is_under_way;
        !std::mem::replace(&mut self.is_under_way, true)
    }

    /// Whether to ask once more.
    pub fn ended(&mut self) -> bool {
        self.is_under_way = false;
        std::mem::take(&mut self.is_stale)
    }
}

/// The same of [`use_asked`], with what is wanted now.
struct Turn<R> {
    wanted: R,
    is_under_way: bool,
    is_stale: bool,
    is_without_server: bool,
    asked_ms: f64,
}

impl<R> Turn<R> {
    /// Whether word about the connection is a reason to ask again.
    fn may_try(&self) -> bool {
        self.is_without_server && !self.is_under_way && may_try(self.asked_ms)
    }
}

/// Whether the last question is long enough ago.
pub fn may_try(asked_ms: f64) -> bool {
    js_sys::Date::now() - asked_ms > AGAIN_AFTER_MS
}

/// Asks when the page opens, when the request becomes another, and when `hears` says that a change
/// may have made the answer old.
#[hook]
pub fn use_asked<R>(request: R, hears: fn(&Change) -> bool) -> Asked<R::Response>
where
    R: Request + Clone + PartialEq + 'static,
    R::Response: 'static,
{
    let shown = use_reducer(|| Shown::<R::Response> { data: None, problem: None, is_slow: false });
    let turn = use_mut_ref({
        let wanted = request.clone();
        move || Turn { wanted, is_under_way: false, is_stale: false, is_without_server: false, asked_ms: 0.0 }
    });
    let again = {
        let (turn, dispatch) = (turn.clone(), shown.dispatcher());
        use_callback((), move |(), ()| ask(&turn, &dispatch))
    };
    use_effect_with(request, {
        let (turn, again, dispatch) = (turn.clone(), again.clone(), shown.dispatcher());
        move |request: &R| {
            turn.borrow_mut().wanted = request.clone();
            again.emit(());
            let slow = Timeout::new(SKELETON_AFTER_MS, move || dispatch.dispatch(Act::Slow));
            move || drop(slow)
        }
    });
    use_effect_with((), {
        let again = again.clone();
        move |()| {
            let heard = Callback::from(move |change: Change| {
                if hears(&change) || (change.sync && turn.borrow().may_try()) {
                    again.emit(());
                }
            });
            let subscription = hub::subscribe(heard);
            move || drop(subscription)
        }
    });
    Asked { data: shown.data.clone(), problem: shown.problem.clone(), is_slow: shown.is_slow, again }
}

fn ask<R>(turn: &Rc<RefCell<Turn<R>>>, dispatch: &UseReducerDispatcher<Shown<R::Response>>)
where
    R: Request + Clone + PartialEq + 'static,
    R::Response: 'static,
{
    {
        let mut turn = turn.borrow_mut();
        if std::mem::replace(&mut turn.is_under_way, true) {
            turn.is_stale = true;
            return;
        }
    }
    let (turn, dispatch) = (turn.clone(), dispatch.clone());
    spawn_local(async move {
        loop {
            let request = {
                let mut turn = turn.borrow_mut();
                (turn.is_stale, turn.asked_ms) = (false, js_sys::Date::now());
                turn.wanted.clone()
            };
            let answer = ipc::call(&request).await;
            let (is_wanted, is_stale) = {
                let mut turn = turn.borrow_mut();
                turn.is_without_server = answer.as_ref().is_err_and(is_without_server);
                turn.is_under_way = turn.is_stale;
                (turn.wanted == request, turn.is_stale)
            };
            if is_wanted {
                dispatch.dispatch(Act::Answer(answer));
            }
            if !is_stale {
                return;
            }
        }
    });
}

/// An order under way, and why the last one was not carried out.
#[derive(Clone, PartialEq)]
pub struct Order {
    progress: UseStateHandle<Progress>,
    is_under_way: Rc<Cell<bool>>,
}

#[derive(Clone, Default, PartialEq)]
struct Progress {
    is_busy: bool,
    problem: Option<Problem>,
}

#[hook]
pub fn use_order() -> Order {
    let progress = use_state(Progress::default);
    let is_under_way = (*use_memo((), |()| Rc::new(Cell::new(false)))).clone();
    Order { progress, is_under_way }
}

impl Order {
    pub fn is_busy(&self) -> bool {
        self.progress.is_busy
    }

    pub fn problem(&self) -> Option<&Problem> {
        self.progress.problem.as_ref()
    }

    /// Gives it, unless one is under way; `then` hears how it went.
    pub fn give<R: Request + 'static>(&self, request: R, then: impl FnOnce(Result<R::Response, &Problem>) + 'static) {
        if self.is_under_way.replace(true) {
            return;
        }
        let Self { progress, is_under_way } = self.clone();
        progress.set(Progress { is_busy: true, problem: None });
        spawn_local(async move {
            let answer = ipc::call(&request).await;
            is_under_way.set(false);
            match answer {
                Ok(response) => {
                    progress.set(Progress::default());
                    then(Ok(response));
                }
                Err(problem) => {
                    progress.set(Progress { is_busy: false, problem: Some(problem.clone()) });
                    then(Err(&problem));
                }
            }
        });
    }

    /// Why it was not carried out, above the buttons of a dialog; not what stands at a field.
    pub fn complaint(&self) -> Html {
        match self.problem() {
            Some(problem) => html! {
                <p class="form__problem" role="alert" data-testid="form-error">{ Glyph::of(Icon::Alert) }<span>{ &problem.text }</span></p>
            },
            None => Html::default(),
        }
    }
}

/// The server is out of reach; everything else works on.
pub fn is_without_server(problem: &Problem) -> bool {
    matches!(
        problem.code,
        ProblemCode::Offline
            | ProblemCode::ServerName
            | ProblemCode::ServerRefused
            | ProblemCode::ServerTimeout
            | ProblemCode::ServerCertificate
            | ProblemCode::ServerProxy
            | ProblemCode::ServerOther
            | ProblemCode::Clock
    )
}

pub fn failed(problem: &Problem, again: &Callback<()>) -> Html {
    let (icon, title, testid) = if is_without_server(problem) {
        (Icon::CloudOff, t!("admin-offline"), "page-offline")
    } else {
        (Icon::Alert, t!("admin-failed"), "page-problem")
    };
    html! {
        <Empty {icon} {title} text={problem.text.clone()} {testid}>
            <button type="button" class="button" data-testid="try-again" onclick={again.reform(|_: MouseEvent| ())}>
                { Glyph::of(Icon::Refresh) }{ t!("admin-again") }
            </button>
        </Empty>
    }
}

pub fn stale(problem: &Problem, again: &Callback<()>) -> Html {
    html! {
        <div class="admin__stale" role="status" data-testid="page-stale">
            { Glyph::of(if is_without_server(problem) { Icon::CloudOff } else { Icon::Alert }).class("tone--warn") }
            <span class="admin__stale-text">{ t!("admin-stale", why = problem.text.as_str()) }</span>
            <button type="button" class="button button--bar" data-testid="try-again" onclick={again.reform(|_: MouseEvent| ())}>{ t!("admin-again") }</button>
        </div>
    }
}

pub fn skeleton() -> Html {
    let row = |_| {
        html! { <div class="admin__bones"><i class="bone"></i><i class="bone"></i><i class="bone bone--badge"></i><i class="bone"></i></div> }
    };
    html! { <div aria-hidden="true" data-testid="skeleton">{ for (0..SKELETON_ROWS).map(row) }</div> }
}
