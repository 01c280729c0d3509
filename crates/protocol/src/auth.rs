//! Signing in: e-mail and password for an access and a refresh token. Tokens never appear in
//! `Debug`.

use domain::{DeviceId, OrgId, Role, TeamId, UserId};
use serde::{Deserialize, Serialize};

/// A value that must not reach a log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignIn {
    pub email: String,
    pub password: Secret,
    /// Made once per profile.
    pub device: DeviceId,
    /// Shown in the device list, `Asha's laptop`.
    pub device_name: String,
    pub app_version: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Refresh {
    pub refresh: Secret,
    /// The same stored nonce on a repeat gets the same answer, so a lost answer is no theft.
    pub nonce: Secret,
}

/// Access and refresh token with who they are for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Session {
    pub access: Secret,
    /// Seconds the access token lives.
    pub access_for_s: u32,
    pub refresh: Secret,
    pub me: Me,
    /// Server time, ms since the epoch; a device whose clock is far off says so.
    pub server_ms: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    pub org: OrgId,
    pub user: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub team: Option<TeamId>,
}

/// An error as every route answers it (problem details, RFC 9457, thin).
#[derive(Clone, Debug, Serialize, Deserialize, thiserror::Error)]
#[error("{title}")]
pub struct ProblemDetails {
    /// Stable code: `wrong_credentials`, `token_expired`, `device_revoked`, `not_found`, …
    pub code: String,
    /// A sentence for people.
    pub title: String,
    pub status: u16,
}
