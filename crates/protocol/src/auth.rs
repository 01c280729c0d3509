//! Signing in: e-mail and password for an access and a refresh token. Tokens never appear in
//! `Debug`.

use domain::{DeviceId, OrgId, Role, TeamId, UserId};
use serde::{Deserialize, Serialize};

/// A value that must not reach a log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(example = json!({ "email": "asha@example.com", "password": "correct horse battery", "device": "019ab000-0000-7000-8000-000000000001", "device_name": "Asha’s laptop", "app_version": "0.1.0" })))]
pub struct SignIn {
    pub email: String,
    pub password: Secret,
    /// Made once per profile.
    pub device: DeviceId,
    /// Shown in the device list, `Asha's laptop`.
    pub device_name: String,
    pub app_version: String,
    /// Of the authenticator app, or one of the recovery codes; asked for by `totp_required`.
    #[serde(default)]
    pub second_factor: Option<Secret>,
}

/// Uses an invitation or a forgotten-password code: sets the password and signs in.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Redeem {
    pub code: Secret,
    pub password: Secret,
    pub device: DeviceId,
    pub device_name: String,
    pub app_version: String,
    #[serde(default)]
    pub second_factor: Option<Secret>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangePassword {
    pub old: Secret,
    pub new: Secret,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Refresh {
    pub refresh: Secret,
    /// The same stored nonce on a repeat gets the same answer, so a lost answer is no theft.
    pub nonce: Secret,
}

/// Access and refresh token with who they are for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    pub access: Secret,
    /// Seconds the access token lives.
    pub access_for_s: u32,
    pub refresh: Secret,
    pub me: Me,
    /// Server time, ms since the epoch; a device whose clock is far off says so.
    pub server_ms: i64,
    pub lease: SignedLease,
    /// Ed25519 public key that leases are signed with; kept at the first sign-in.
    #[serde(with = "serde_bytes")]
    pub lease_key: Vec<u8>,
    /// X25519 public key that the profile's key is sealed to, once, for `recover`.
    #[serde(with = "serde_bytes")]
    pub recovery_key: Vec<u8>,
    /// Lets this device upload into quarantine, also after it is revoked; new at each sign-in by
    /// password, absent at a refresh.
    #[serde(default)]
    pub device_secret: Option<Secret>,
}

/// How long a device may work without the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    pub user: UserId,
    pub device: DeviceId,
    pub role: Role,
    /// Ms since the epoch, server time.
    pub issued_at: i64,
    /// The profile locks then; an online sign-in unlocks it.
    pub until: i64,
    /// The wrapped key is destroyed then.
    pub wipe_at: i64,
}

/// A lease as it travels and is kept: its JSON, and the Ed25519 signature over those bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignedLease {
    #[serde(with = "serde_bytes")]
    pub lease: Vec<u8>,
    #[serde(with = "serde_bytes")]
    pub signature: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    pub org: OrgId,
    pub user: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub team: Option<TeamId>,
}

/// An error as every route answers it (problem details, RFC 9457).
#[derive(Clone, Debug, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(example = json!({ "type": "urn:leadline:problem:not_found", "code": "not_found", "title": "This is not here.", "status": 404 })))]
#[error("{title}")]
pub struct ProblemDetails {
    /// A name for this kind of problem, `urn:leadline:problem:not_found`: the code as a URI.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// Stable code: `wrong_credentials`, `totp_required`, `locked`, `user_disabled`, `token_expired`, `device_revoked`, `not_found`, …
    pub code: String,
    /// A sentence for people.
    pub title: String,
    pub status: u16,
    /// The field of a form that is at fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl ProblemDetails {
    /// The `type` of problems of this code.
    #[must_use]
    pub fn kind_of(code: &str) -> String {
        format!("urn:leadline:problem:{code}")
    }
}
