//! The vault: where the key of a profile's database lies while nobody works with it. The key is
//! random; what is kept of it is wrapped by the person's password, in the system's keychain or, once
//! the person agreed, in a file; and sealed once to the organisation's recovery key. No plain key is
//! ever written.

mod home;
mod key;
mod keychain;
mod sealed;
mod wrapped;

pub use home::{Homes, KeyHome, Slot};
pub use key::Key;
pub use keychain::Keychain;
pub use sealed::SEALED_FILE;
pub use wrapped::{KDF_MEMORY_KIB, KDF_PASSES, Wrapped};

pub(crate) use sealed::seal;
pub(crate) use wrapped::{Facts, address_mark, masked};
