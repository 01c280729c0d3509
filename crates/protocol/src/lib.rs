//! Wire types of device ↔ server. Bodies are MessagePack with named fields, so that a field may be
//! added; pull batches are zstd frames. What a peer does not know it skips.

pub mod admin;
pub mod auth;
pub mod cursor;
pub mod frame;
pub mod hash;
pub mod live;
pub mod packed;
pub mod pull;
pub mod push;
pub mod rows;

pub use cursor::Cursor;
pub use hash::ChangeHash;

/// Sent by the device as `leadline-protocol`; the server answers 426 to one it can't serve.
pub const PROTOCOL_VERSION: u32 = 1;
/// Name of the header that carries [`PROTOCOL_VERSION`].
pub const PROTOCOL_HEADER: &str = "leadline-protocol";
/// Names of the headers by which a device that was cut off proves itself before its upload into quarantine
/// is read.
pub const DEVICE_HEADER: &str = "leadline-device";
pub const SECRET_HEADER: &str = "leadline-secret";
/// Sent by the device with each pull: how many commands wait in its outbox.
pub const PENDING_HEADER: &str = "leadline-pending";
/// With a pull: the version of the app that runs at the device.
pub const VERSION_HEADER: &str = "leadline-version";
/// With a new lead over the API: the caller's own key; the same again gets the same answer.
pub const IDEMPOTENCY_HEADER: &str = "idempotency-key";
/// Content type of MessagePack bodies.
pub const MSGPACK: &str = "application/msgpack";
/// Largest body of a push, bytes.
pub const PUSH_BODY_MAX: usize = 8 * 1024 * 1024;
/// Items of one upload into quarantine at most.
pub const QUARANTINE_ITEMS_MAX: usize = 200;
/// Commands in one push at most.
pub const PUSH_ITEMS_MAX: usize = 1_000;
/// Largest decompressed pull batch a client accepts, bytes.
pub const PULL_BATCH_MAX: usize = 64 * 1024 * 1024;

/// The paths of API version 1.
pub mod paths {
    pub const SIGN_IN: &str = "/api/v1/auth/sign-in";
    pub const REFRESH: &str = "/api/v1/auth/refresh";
    pub const SIGN_OUT: &str = "/api/v1/auth/sign-out";
    pub const PUSH: &str = "/api/v1/sync/push";
    pub const PULL: &str = "/api/v1/sync/pull";
    pub const SNAPSHOT: &str = "/api/v1/sync/snapshot";
    pub const LIVE: &str = "/api/v1/sync/live";
    pub const LEADS: &str = "/api/v1/leads";
    pub const REDEEM: &str = "/api/v1/auth/redeem";
    pub const PASSWORD: &str = "/api/v1/auth/password";
    pub const SESSIONS: &str = "/api/v1/auth/sessions";
    pub const SIGN_OUT_EVERYWHERE: &str = "/api/v1/auth/sign-out-everywhere";
    pub const TOTP: &str = "/api/v1/auth/totp";
    pub const PROFILE: &str = "/api/v1/auth/profile";
    pub const USERS: &str = "/api/v1/users";
    pub const TEAMS: &str = "/api/v1/teams";
    pub const DEVICES: &str = "/api/v1/devices";
    pub const PROPOSALS: &str = "/api/v1/proposals";
    pub const QUARANTINE: &str = "/api/v1/quarantine";
    pub const ASSIGNMENT: &str = "/api/v1/assignment";
    pub const ATTENDANCE: &str = "/api/v1/attendance";
    pub const REPORTS: &str = "/api/v1/reports";
    pub const AUDIT: &str = "/api/v1/audit";
    pub const HEALTH: &str = "/healthz";
}
