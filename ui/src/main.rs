//! The Leadline window: a Yew app that asks the desktop shell typed questions and draws the answers.
//! Keeps no records: what a screen shows is asked again whenever the client says it changed.

mod app;
mod asked;
mod badge;
mod calendar;
mod chord;
mod clipboard;
mod clock;
mod components;
mod dial;
mod draft;
mod hub;
mod icon;
mod idle;
mod ipc;
mod keys;
mod leaf;
mod pages;
mod presence;
mod route;
mod splice;
mod stopped;
mod text;
mod theme;
mod toast;
mod typing;
mod undo;
mod window;
mod words;

fn main() {
    stopped::watch();
    let root = web_sys::window().and_then(|window| window.document()).and_then(|document| document.get_element_by_id("app"));
    if let Some(root) = root {
        yew::Renderer::<app::App>::with_root(root).render();
    }
}
