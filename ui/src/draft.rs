//! Text typed but not saved, kept by the client at every keystroke. One draft per form or lead: a
//! map of its parts. Writes go one after another, so the last keystroke always wins.

use crate::ipc;
use bridge::session::{DraftGet, DraftSet};
use domain::LeadId;
use gloo_timers::future::TimeoutFuture;
use serde::{Deserialize, Serialize};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

thread_local! {
    /// Drafts that are being written.
    static WRITING: Cell<u32> = const { Cell::new(0) };
}

/// How often [`settled`] looks, and how often at most: two seconds altogether.
const LOOK_MS: u32 = 20;
const LOOKS_MAX: u32 = 100;

/// Waits until everything typed so far is kept, before the profile closes.
pub async fn settled() {
    for _ in 0..LOOKS_MAX {
        // First a moment: the last keystroke may still be on its way to its draft.
        TimeoutFuture::new(LOOK_MS).await;
        if WRITING.get() == 0 {
            return;
        }
    }
}

/// One part: what was typed, and the text it was typed over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub base: String,
    pub text: String,
}

#[derive(Default)]
struct Inner {
    parts: BTreeMap<String, Part>,
    is_writing: bool,
    is_stale: bool,
}

/// A handle; clones share the same draft.
#[derive(Clone)]
pub struct Drafts {
    key: Rc<str>,
    inner: Rc<RefCell<Inner>>,
}

impl PartialEq for Drafts {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.inner, &other.inner)
    }
}

impl Drafts {
    /// Reads what was kept; nothing when it can't be read.
    pub async fn load(key: String) -> Self {
        let kept = ipc::call(&DraftGet { key: key.clone() }).await.ok().flatten();
        Self::read(key, kept)
    }

    /// Of a lead, as it came with it.
    pub fn of_lead(lead: LeadId, kept: Option<String>) -> Self {
        Self::read(format!("lead:{lead}"), kept)
    }

    fn read(key: String, kept: Option<String>) -> Self {
        let parts = kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        Self { key: key.into(), inner: Rc::new(RefCell::new(Inner { parts, ..Inner::default() })) }
    }

    pub fn get(&self, part: &str) -> Option<Part> {
        self.inner.borrow().parts.get(part).cloned()
    }

    pub fn text(&self, part: &str) -> Option<String> {
        self.get(part).map(|p| p.text)
    }

    /// Everything that is kept, for copying.
    pub fn all_text(&self) -> String {
        let inner = self.inner.borrow();
        inner.parts.values().map(|p| p.text.as_str()).filter(|t| !t.trim().is_empty()).collect::<Vec<_>>().join("\n\n")
    }

    pub fn put(&self, part: &str, base: &str, text: &str) {
        let value = Part { base: base.to_owned(), text: text.to_owned() };
        self.inner.borrow_mut().parts.insert(part.to_owned(), value);
        self.write();
    }

    pub fn forget(&self, part: &str) {
        if self.inner.borrow_mut().parts.remove(part).is_some() {
            self.write();
        }
    }

    pub fn forget_all(&self) {
        self.inner.borrow_mut().parts.clear();
        self.write();
    }

    fn write(&self) {
        let mut inner = self.inner.borrow_mut();
        inner.is_stale = true;
        if inner.is_writing {
            return;
        }
        inner.is_writing = true;
        WRITING.set(WRITING.get() + 1);
        let this = self.clone();
        spawn_local(async move { this.write_until_current().await });
    }

    async fn write_until_current(self) {
        while let Some(text) = self.take_stale() {
            // A draft that can't be kept still stands in its field.
            let _ = ipc::call(&DraftSet { key: self.key.to_string(), text }).await;
        }
        WRITING.set(WRITING.get().saturating_sub(1));
    }

    /// What to write next; `None` when all is written.
    fn take_stale(&self) -> Option<Option<String>> {
        let mut inner = self.inner.borrow_mut();
        if !std::mem::take(&mut inner.is_stale) {
            inner.is_writing = false;
            return None;
        }
        Some(if inner.parts.is_empty() { None } else { serde_json::to_string(&inner.parts).ok() })
    }
}
