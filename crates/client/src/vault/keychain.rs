//! The system's keychain: Secret Service on Linux, Keychain on macOS, Credential Manager on Windows.
//! A store can be made also where nothing answers, or only a locked door: it is tried first, and no
//! call to it may hang the app.

use super::home::{KeyHome, Slot};
use crate::error::ClientError;
use keyring_core::{CredentialStore, Entry, Error};
use std::sync::{Arc, mpsc};
use std::time::Duration;

/// Under this name the keychain shows our entries.
const SERVICE: &str = "org.leadline.desktop";
const PROBE: &str = "probe";
/// A keychain that takes longer to answer the first time counts as none.
const PROBE_TIME: Duration = Duration::from_secs(4);
/// Later it may ask the person to unlock it.
const CALL_TIME: Duration = Duration::from_secs(60);

/// A keychain that answered.
pub struct Keychain(Arc<CredentialStore>);

impl Keychain {
    /// The system's, if it keeps what it is given.
    #[must_use]
    pub fn probed() -> Option<Self> {
        match timed(PROBE_TIME, || store().and_then(probe)) {
            Ok(store) => Some(Self(store)),
            Err(e) => {
                tracing::info!("no keychain here: {e}");
                None
            }
        }
    }

    fn call<T: Send + 'static>(
        &self,
        slot: Slot<'_>,
        f: impl FnOnce(&Entry) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, ClientError> {
        let (store, name) = (self.0.clone(), slot.name.to_owned());
        timed(CALL_TIME, move || f(&store.build(SERVICE, &name, None)?)).map_err(|e| ClientError::Keychain(e.to_string()))
    }
}

impl KeyHome for Keychain {
    fn read(&self, slot: Slot<'_>) -> Result<Option<Vec<u8>>, ClientError> {
        self.call(slot, |entry| match entry.get_secret() {
            Ok(record) => Ok(Some(record)),
            Err(Error::NoEntry) => Ok(None),
            Err(e) => Err(e),
        })
    }

    fn write(&self, slot: Slot<'_>, record: &[u8]) -> Result<(), ClientError> {
        let record = record.to_owned();
        self.call(slot, move |entry| entry.set_secret(&record))
    }

    fn destroy(&self, slot: Slot<'_>) -> Result<(), ClientError> {
        self.call(slot, |entry| match entry.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(e) => Err(e),
        })
    }
}

impl std::fmt::Debug for Keychain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keychain")
    }
}

/// Set, get, delete.
fn probe(store: Arc<CredentialStore>) -> Result<Arc<CredentialStore>, Error> {
    // Two programs may try at once.
    let entry = store.build(SERVICE, &format!("{PROBE} {}", std::process::id()), None)?;
    entry.set_secret(PROBE.as_bytes())?;
    let kept = entry.get_secret();
    entry.delete_credential()?;
    if kept? == PROBE.as_bytes() { Ok(store) } else { Err(Error::BadStoreFormat("it gave something else back".into())) }
}

/// A call on a thread of its own; one that hangs is left behind.
fn timed<T: Send + 'static>(limit: Duration, f: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    let (done, answer) = mpsc::channel();
    // Fails only when nobody waits any more.
    let run = move || drop(done.send(f()));
    let failed = |e: Box<dyn std::error::Error + Send + Sync>| Error::PlatformFailure(e);
    std::thread::Builder::new().name("keychain".into()).spawn(run).map_err(|e| failed(e.into()))?;
    answer.recv_timeout(limit).map_err(|_| failed("it does not answer".into()))?
}

#[cfg(target_os = "linux")]
fn store() -> Result<Arc<CredentialStore>, Error> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn store() -> Result<Arc<CredentialStore>, Error> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(target_os = "windows")]
fn store() -> Result<Arc<CredentialStore>, Error> {
    Ok(windows_native_keyring_store::Store::new()?)
}

#[cfg(not(any(target_os = "linux", target_os = "macos", target_os = "windows")))]
fn store() -> Result<Arc<CredentialStore>, Error> {
    Err(Error::NotSupportedByStore("this system has none that Leadline knows".into()))
}
