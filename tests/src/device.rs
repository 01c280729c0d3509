//! A client engine in this process, signed in to a real server process over HTTP.

use crate::processes::Server;
use anyhow::Result;
use client::vault::Key;
use client::{Engine, HttpTransport, Profile, system_env};
use protocol::auth::{Secret, SignIn};
use std::path::Path;
use std::sync::Arc;

/// One person's computer; syncs when told to.
pub struct Device {
    pub engine: Arc<Engine>,
    pub transport: Arc<HttpTransport>,
}

impl Device {
    /// Signs a member of the demo company in to a new profile.
    ///
    /// # Errors
    /// Why the server can't be reached, or what the profile says.
    pub fn sign_in(profile: &Path, server: &Server, email: &str) -> Result<Self> {
        Self::sign_in_with(profile, Key::new(&system_env()), server, email)
    }

    /// The same with a key of one's own.
    ///
    /// # Errors
    /// As [`Device::sign_in`].
    pub fn sign_in_with(profile: &Path, key: Key, server: &Server, email: &str) -> Result<Self> {
        Self::enter(profile, key, &server.url, email)
    }

    /// The same at an address.
    ///
    /// # Errors
    /// As [`Device::sign_in`].
    pub fn sign_in_at(profile: &Path, url: &str, email: &str) -> Result<Self> {
        Self::enter(profile, Key::new(&system_env()), url, email)
    }

    fn enter(profile: &Path, key: Key, url: &str, email: &str) -> Result<Self> {
        let engine = Arc::new(Engine::open(&Profile::at(profile)?, &key, system_env())?);
        let request = SignIn {
            email: email.into(),
            password: Secret("demo-leadline".into()),
            device: engine.device()?,
            device_name: "laptop".into(),
            app_version: env!("CARGO_PKG_VERSION").into(),
            second_factor: None,
        };
        let session = HttpTransport::sign_in(url, &request, engine.env().now_ms())?;
        engine.signed_in(url, &session)?;
        let transport = Arc::new(HttpTransport::new(engine.clone(), url));
        Ok(Self { engine, transport })
    }

    /// A profile that is signed in already.
    #[must_use]
    pub fn over(engine: Arc<Engine>, server: &Server) -> Self {
        let transport = Arc::new(HttpTransport::new(engine.clone(), &server.url));
        Self { engine, transport }
    }

    /// One round of push and pull.
    ///
    /// # Errors
    /// As [`Engine::sync`].
    pub fn sync(&self) -> Result<client::SyncReport> {
        Ok(self.engine.sync(self.transport.as_ref())?.1)
    }
}
