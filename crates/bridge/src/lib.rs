//! The contract between the UI and the desktop. Each request names its response type; the shell
//! passes them through as JSON and never looks inside. View models hold what a screen shows, in
//! the organisation's time zone, and nothing it may not show.

pub mod account;
pub mod admin;
pub mod assignment;
pub mod attendance;
pub mod attention;
pub mod bulk;
pub mod call;
pub mod change;
pub mod dashboard;
pub mod follow_up;
pub mod lead;
pub mod link;
pub mod notice;
pub mod payment;
pub mod presence;
pub mod problem;
pub mod queue;
pub mod report;
pub mod session;
pub mod sync;

pub use change::Change;
pub use problem::{Problem, ProblemCode};

use serde::{Serialize, de::DeserializeOwned};

/// A question or an order of the UI, answered from local data.
pub trait Request: Serialize + DeserializeOwned {
    /// Entity then verb: `lead_list`.
    const NAME: &'static str;
    type Response: Serialize + DeserializeOwned;
}

/// Declares requests once: `name(Type) -> Response`.
macro_rules! requests {
    ($($(#[$doc:meta])* $name:literal $request:ident $body:tt -> $response:ty;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        pub struct $request $body
        impl $crate::Request for $request {
            const NAME: &'static str = $name;
            type Response = $response;
        }
    )*};
}
pub(crate) use requests;

/// Nothing to say but "done".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Done {}
