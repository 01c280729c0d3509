//! Signing in and out, locking and unlocking, the profiles of a shared computer; preferences, drafts.

use crate::call::Dialling;
use crate::{Done, requests};
use domain::config::{ConfigOption, FieldKind};
use domain::{Role, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Who is signed in here, if anyone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    pub me: Option<Me>,
    /// The last server address, for the sign-in form.
    pub server: String,
    pub email: String,
    /// `dark`, `light` or `system`.
    pub theme: String,
    /// What the person keeps, on all their devices, by key.
    #[serde(default)]
    pub preferences: BTreeMap<String, String>,
    /// This app's version.
    pub version: String,
    pub gate: Gate,
    /// The people who have a copy on this computer, the last used first.
    pub profiles: Vec<ProfileCard>,
    /// Where the key of the open or chosen profile lies, or would lie.
    pub key_home: KeyHome,
    /// Minutes without a key or a click after which the screen locks; 0 never.
    pub idle_lock_min: u32,
    /// Closing the window leaves it in the tray; `None` where there is no tray.
    #[serde(default)]
    pub closes_to_tray: Option<bool>,
    /// Size of everything in the window, percent.
    #[serde(default)]
    pub zoom: u32,
    /// How this computer dials.
    #[serde(default)]
    pub dialling: Dialling,
    /// Minutes before a follow-up's minute at which there is one more reminder, 0 for none, or `off`.
    #[serde(default)]
    pub remind_before: String,
    /// Hours without reminders, `22:00-08:00`, or empty.
    #[serde(default)]
    pub quiet_hours: String,
    /// Gets back on the server what a copy that opens no more had not sent: the chosen one, or the older one
    /// beside a new copy that just began.
    #[serde(default)]
    pub recover: Option<String>,
    /// Whom the sign-in form offers to be, where a demo company is served (row A16).
    #[serde(default)]
    pub demo: Option<DemoAccount>,
}

/// An account whose password is no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemoAccount {
    pub server: String,
    pub email: String,
    pub password: String,
}

/// What stands between the person and the app.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "k")]
pub enum Gate {
    /// Nobody's copy is chosen: the sign-in form.
    #[default]
    SignIn,
    /// A copy is chosen; its password opens it, also offline.
    Locked,
    /// The time without the server is over: only an online sign-in opens it.
    LeaseEnded,
    /// This copy was wiped, or its key is lost: an online sign-in begins a new one.
    Wiped,
    /// This person or this computer was cut off; what was not sent went to quarantine.
    CutOff {
        why: String,
    },
    /// The server let the person in, and the copy here does not open: its password is an old one, or this
    /// computer was revoked. They open it after all, or begin a new one.
    OldCopy {
        why: String,
        /// An old password opens it.
        is_locked: bool,
        /// Gets back on the server what was not sent.
        recover: String,
    },
    Open,
}

/// One person's copy on this computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileCard {
    /// Name of its folder.
    pub id: String,
    /// The person's name, or as much of their address as may lie beside the data.
    pub label: String,
    pub last_used: Option<crate::lead::When>,
    pub chosen: bool,
    /// The same person has a newer copy here.
    #[serde(default)]
    pub is_older: bool,
}

/// Where the wrapped key of a profile lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyHome {
    #[default]
    Keychain,
    /// There is no keychain: a file that only its owner can read, once the person agrees.
    FileIfAllowed,
    File,
}

/// What an invitation says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    pub server: String,
    pub code: String,
    /// SHA-256 of the server's public key, hex.
    pub pin: Option<String>,
}

/// What a repair of a copy did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repaired {
    /// Nothing is damaged, and nothing was changed.
    pub whole: bool,
    /// Edits not sent yet that were read out of the damaged file, and those known to be lost.
    pub kept: u32,
    pub lost: u32,
    /// There may be more lost ones: what counts them is damaged too.
    pub uncounted: bool,
    /// Drafts, or what needs attention, could not all be read.
    pub incomplete: bool,
    /// Where the damaged file is kept.
    pub file: String,
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
    pub follow_up_reasons: Vec<String>,
    pub follow_up_outcomes: Vec<String>,
    /// A follow-up further ahead is warned about (row I14).
    pub follow_up_max_gap_days: u32,
    pub custom_fields: Vec<CustomField>,
}

/// A field of the organisation's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomField {
    pub id: Uuid,
    pub label: String,
    pub kind: FieldKind,
}

impl From<ConfigOption> for CustomField {
    fn from(option: ConfigOption) -> Self {
        Self { id: option.id, label: option.label, kind: option.kind }
    }
}

requests! {
    "session_get" SessionGet {} -> SessionView;
    /// Needs the server. Problems name exactly why it can't be reached.
    /// `second_factor` is asked for by the problem `SecondFactor`; `allow_key_file` by `KeyFile`.
    "session_sign_in" SessionSignIn {
        pub server: String,
        pub email: String,
        pub password: String,
        #[serde(default)]
        pub second_factor: Option<String>,
        #[serde(default)]
        pub allow_key_file: bool,
    } -> SessionView;
    /// A `leadline://join` link or a code, read; nothing is sent.
    "invitation_read" InvitationRead { pub text: String } -> Invitation;
    /// Uses an invitation or a forgotten-password code: sets the password and signs in.
    "session_redeem" SessionRedeem {
        pub invitation: Invitation,
        pub password: String,
        #[serde(default)]
        pub second_factor: Option<String>,
        #[serde(default)]
        pub allow_key_file: bool,
    } -> SessionView;
    /// Begins a new copy beside the old one, with what was typed at the last sign-in.
    "session_begin_new" SessionBeginNew {
        #[serde(default)]
        pub second_factor: Option<String>,
        #[serde(default)]
        pub allow_key_file: bool,
    } -> SessionView;
    /// Opens the chosen profile on this computer, without the server.
    "session_unlock" SessionUnlock { pub password: String } -> SessionView;
    /// Repairs the chosen profile, closing it first: what is damaged is set aside, what was not
    /// sent is read out of it, and the rest comes from the server. Asked for by the problem `Damaged`; it
    /// stays closed.
    "session_repair" SessionRepair { pub password: String } -> Repaired;
    /// Ends the app, also where closing the window would leave it in the tray.
    "app_quit" AppQuit {} -> Done;
    /// Closes the open profile; drafts and everything unsent stay in it.
    "session_lock" SessionLock {} -> SessionView;
    /// Locks the open profile and chooses another; `None` for a person who has none here yet.
    "profile_choose" ProfileChoose { pub id: Option<String> } -> SessionView;
    /// Ends the session; what is not sent yet stays in the profile and goes out at the next sign-in.
    "session_sign_out" SessionSignOut {} -> SessionView;
    "preference_set" PreferenceSet { pub key: String, pub value: String } -> Done;
    /// Text typed but not saved, kept at every keystroke; `None` forgets it.
    "draft_set" DraftSet { pub key: String, pub text: Option<String> } -> Done;
    "draft_get" DraftGet { pub key: String } -> Option<String>;
}
