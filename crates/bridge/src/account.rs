//! One's own account: password, two-step sign-in, sessions. These need the server.

use crate::admin::Dated;
use crate::{Done, requests};
use domain::Role;
use domain::people::{SignInSession, TotpSetup};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The profile page (row A21).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountView {
    pub name: String,
    pub email: String,
    pub role: Role,
    pub team: Option<String>,
    /// Two-step sign-in is on.
    pub totp: bool,
    /// `when` is when each was last used.
    pub sessions: Vec<Dated<SignInSession>>,
}

/// How good a password is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strength {
    /// 0 to 4.
    pub score: u8,
    pub good_enough: bool,
    /// What would make it better; empty when nothing need be.
    pub advice: String,
}

requests! {
    "account_get" AccountGet {} -> AccountView;
    "account_name" AccountName { pub name: String } -> Done;
    /// Answered here, while typing.
    "password_strength" PasswordStrength { pub password: String } -> Strength;
    /// Also wraps the key of this computer's copy anew.
    "password_change" PasswordChange { pub old: String, pub new: String } -> Done;
    "totp_begin" TotpBegin {} -> TotpSetup;
    /// Answers the recovery codes, shown once.
    "totp_confirm" TotpConfirm { pub code: String } -> Vec<String>;
    "totp_end" TotpEnd { pub password: String } -> Done;
    "session_end" SessionEnd { pub id: Uuid } -> Done;
    "sign_out_everywhere" SignOutEverywhere {} -> Done;
}
