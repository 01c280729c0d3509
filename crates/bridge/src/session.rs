//! Signing in and out, preferences, drafts.

use crate::{Done, requests};
use domain::{Role, UserId};
use serde::{Deserialize, Serialize};

/// Who is signed in here, if anyone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    pub me: Option<Me>,
    /// The last server address, for the sign-in form.
    pub server: String,
    pub email: String,
    /// `dark`, `light` or `system`.
    pub theme: String,
    /// This app's version.
    pub version: String,
}

/// The signed-in person and the organisation's facts that screens need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    pub user: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub team: Option<String>,
    pub org: String,
    /// IANA zone of the organisation.
    pub zone: String,
    /// ISO 4217, `INR`.
    pub currency: String,
    /// `+91`
    pub phone_prefix: String,
    pub sources: Vec<String>,
    pub languages: Vec<String>,
    pub drop_reasons: Vec<String>,
    pub follow_up_outcomes: Vec<String>,
}

requests! {
    "session_get" SessionGet {} -> SessionView;
    /// Needs the server. Problems name exactly why it can't be reached.
    "session_sign_in" SessionSignIn { pub server: String, pub email: String, pub password: String } -> SessionView;
    /// Ends the session; what is not sent yet stays in the profile and goes out at the next sign-in.
    "session_sign_out" SessionSignOut {} -> SessionView;
    "preference_set" PreferenceSet { pub key: String, pub value: String } -> Done;
    /// Text typed but not saved, kept at every keystroke; `None` forgets it.
    "draft_set" DraftSet { pub key: String, pub text: Option<String> } -> Done;
    "draft_get" DraftGet { pub key: String } -> Option<String>;
}
