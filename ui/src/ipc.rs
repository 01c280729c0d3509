//! The way to the desktop shell: typed requests, and the event that says what changed. The only
//! module that knows how the shell is reached.

use bridge::{Change, Problem, ProblemCode, Request};
use js_sys::{Function, JSON, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use yew::Callback;

/// The shell's one command.
const COMMAND: &str = "request";
/// Its one event; the payload is a [`Change`].
const CHANGED: &str = "changed";

/// Asks, and waits for the answer.
///
/// # Errors
/// What the client says, in words for the person who asked.
pub async fn call<R: Request>(request: &R) -> Result<R::Response, Problem> {
    let payload = serde_json::to_string(request).map_err(|_| broken())?;
    let args = Object::new();
    set(&args, "name", &R::NAME.into())?;
    set(&args, "payload", &JSON::parse(&payload).map_err(|_| broken())?)?;
    match invoke(COMMAND, &args).await {
        Ok(answer) => read(&answer).ok_or_else(broken),
        Err(refused) => Err(read(&refused).unwrap_or_else(broken)),
    }
}

/// Asks without waiting; for what the person need not hear about.
pub fn tell<R: Request + 'static>(request: R) {
    spawn_local(async move {
        // A draft or a preference that can't be kept is not worth a message.
        let _ = call(&request).await;
    });
}

/// Calls back after each commit of the client, for as long as the window lives.
pub fn listen(changed: Callback<Change>) {
    let heard = Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| {
        let payload = Reflect::get(&event, &"payload".into()).ok();
        if let Some(change) = payload.as_ref().and_then(read) {
            changed.emit(change);
        }
    });
    spawn_local(async move {
        let _ = register(heard.as_ref()).await;
        heard.forget();
    });
}

async fn register(heard: &JsValue) -> Result<JsValue, JsValue> {
    let internals = internals()?;
    let transform: Function = Reflect::get(&internals, &"transformCallback".into())?.dyn_into()?;
    let target = Object::new();
    Reflect::set(&target, &"kind".into(), &"Any".into())?;
    let args = Object::new();
    Reflect::set(&args, &"event".into(), &CHANGED.into())?;
    Reflect::set(&args, &"target".into(), &target)?;
    Reflect::set(&args, &"handler".into(), &transform.call1(&internals, heard)?)?;
    invoke("plugin:event|listen", &args).await
}

async fn invoke(command: &str, args: &JsValue) -> Result<JsValue, JsValue> {
    let internals = internals()?;
    let invoke: Function = Reflect::get(&internals, &"invoke".into())?.dyn_into()?;
    let promise: Promise = invoke.call2(&internals, &command.into(), args)?.dyn_into()?;
    JsFuture::from(promise).await
}

fn internals() -> Result<JsValue, JsValue> {
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    Reflect::get(&window, &"__TAURI_INTERNALS__".into())
}

fn set(object: &Object, key: &str, value: &JsValue) -> Result<(), Problem> {
    Reflect::set(object, &key.into(), value).map(|_| ()).map_err(|_| broken())
}

/// By way of text: 64-bit numbers stay whole, and it is one call across the boundary.
fn read<T: serde::de::DeserializeOwned>(value: &JsValue) -> Option<T> {
    let text = JSON::stringify(value).ok()?.as_string()?;
    serde_json::from_str(&text).ok()
}

fn broken() -> Problem {
    Problem::new(ProblemCode::Internal, crate::t!("problem-no-answer"))
}
