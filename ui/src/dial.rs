//! Calling a lead from anywhere in the window. Where nothing dials, the number goes to the clipboard.

use crate::{clipboard, ipc, t, toast};
use bridge::ProblemCode;
use bridge::call::CallDial;
use domain::LeadId;
use wasm_bindgen_futures::spawn_local;

/// Dials the lead's number; `shown` is what is copied where that fails.
pub fn call(lead: LeadId, shown: String) {
    spawn_local(async move {
        if let Err(problem) = ipc::call(&CallDial { lead, other: false }).await {
            let is_ours = problem.field.as_deref() == Some("dialling") || problem.code == ProblemCode::Internal;
            if is_ours {
                clipboard::copy(&shown);
                toast::problem(t!("dial-copied", why = problem.text.as_str()));
            } else {
                toast::problem(problem.text);
            }
        }
    });
}
