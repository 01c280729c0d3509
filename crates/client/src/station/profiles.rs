//! The copies on this computer: a folder each, and what may be known of one before its password is.

use crate::engine::Engine;
use crate::error::ClientError;
use crate::lease::Standing;
use crate::profile::{Profile, write_private};
use crate::store::meta;
use crate::vault::{Facts, Homes, Key, SEALED_FILE, Slot, Wrapped};
use bridge::session::{Gate, KeyHome};
use domain::Env;
use protocol::auth::Me;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// Folder of the profiles' folders, inside the station's.
const FOLDER: &str = "profiles";
/// The profile of older versions, which lies in the station's folder itself.
const FIRST: &str = "first";
/// Says why a profile has no key any more.
const GONE_FILE: &str = "leadline.gone";

/// A copy on this computer.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub id: String,
    pub dir: PathBuf,
    /// Unique name in the keychain.
    name: String,
    pub kept: Kept,
}

/// What is kept of its key.
#[derive(Clone, Debug)]
pub(super) enum Kept {
    Wrapped {
        wrapped: Box<Wrapped>,
        in_file: bool,
    },
    /// By a version before passwords opened profiles.
    Plain {
        key: Key,
        facts: Box<Facts>,
    },
    /// Destroyed by order, or after too long without the server.
    Gone(Gone),
    /// The keychain has no entry of it.
    Lost,
    /// The keychain does not answer, or its record can't be read.
    Unknown,
}

/// What is left of a destroyed key.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Gone {
    pub label: String,
    pub last_used: i64,
}

impl Found {
    pub fn facts(&self) -> Option<&Facts> {
        match &self.kept {
            Kept::Wrapped { wrapped, .. } => Some(&wrapped.facts),
            Kept::Plain { facts, .. } => Some(facts),
            Kept::Gone(_) | Kept::Lost | Kept::Unknown => None,
        }
    }

    pub fn label(&self) -> String {
        match &self.kept {
            Kept::Gone(gone) => gone.label.clone(),
            _ => self.facts().map(|facts| facts.label.clone()).unwrap_or_default(),
        }
    }

    pub fn last_used(&self) -> i64 {
        match &self.kept {
            Kept::Gone(gone) => gone.last_used,
            _ => self.facts().map_or(0, |facts| facts.last_used),
        }
    }

    /// Worth choosing: its key is there, and no newer copy of the same person is.
    pub fn is_current(&self) -> bool {
        matches!(self.kept, Kept::Unknown) || self.facts().is_some_and(|facts| !facts.superseded)
    }

    /// What stands between the person and this closed copy.
    pub fn gate(&self, now_ms: i64) -> Gate {
        match &self.kept {
            Kept::Wrapped { wrapped, .. } => match (&wrapped.facts.cut_off, self.standing(now_ms)) {
                (Some(why), _) => Gate::CutOff { why: why.clone() },
                (None, _) if wrapped.facts.signed_out => Gate::SignIn,
                // Its key is there until it is destroyed: a sign-in opens it.
                (None, Standing::Ended | Standing::WipeDue) => Gate::LeaseEnded,
                (None, Standing::Good) => Gate::Locked,
            },
            Kept::Plain { .. } | Kept::Unknown => Gate::Locked,
            Kept::Gone(_) | Kept::Lost => Gate::Wiped,
        }
    }

    /// What the lease allows, as far as the record knows.
    pub fn standing(&self, now_ms: i64) -> Standing {
        self.facts().map_or(Standing::Good, |facts| Standing::at(now_ms.max(facts.last_used), facts.lease_until, facts.wipe_at))
    }

    pub fn key_home(&self, homes: &Homes) -> KeyHome {
        match &self.kept {
            Kept::Wrapped { in_file: true, .. } => KeyHome::File,
            Kept::Wrapped { in_file: false, .. } => KeyHome::Keychain,
            _ => homes.kind(),
        }
    }

    /// What it had not sent can be got back on the server.
    pub fn is_sealed(&self) -> bool {
        self.dir.join(SEALED_FILE).exists()
    }

    pub fn slot(&self) -> Slot<'_> {
        Slot { name: &self.name, dir: &self.dir }
    }

    pub fn profile(&self) -> Result<Profile, ClientError> {
        Profile::at(&self.dir)
    }

    /// Keeps `wrapped` as this copy's record.
    ///
    /// # Errors
    /// `Keychain`, `Disk`.
    pub fn keep(&mut self, homes: &Homes, wrapped: Wrapped, in_file: bool) -> Result<(), ClientError> {
        homes.write(self.slot(), &wrapped.json()?, in_file)?;
        self.kept = Kept::Wrapped { wrapped: Box::new(wrapped), in_file };
        Ok(())
    }

    /// Changes what is known of a locked copy; its key stays wrapped as it is.
    ///
    /// # Errors
    /// `Keychain`, `Disk`.
    pub fn note(&mut self, homes: &Homes, change: impl FnOnce(&mut Facts)) -> Result<(), ClientError> {
        let Kept::Wrapped { wrapped, in_file } = &self.kept else { return Ok(()) };
        let (mut wrapped, in_file) = (wrapped.clone(), *in_file);
        let before = wrapped.facts.clone();
        change(&mut wrapped.facts);
        if wrapped.facts == before { Ok(()) } else { self.keep(homes, *wrapped, in_file) }
    }

    /// Reads the record anew of a copy whose keychain did not answer.
    ///
    /// # Errors
    /// Why it still does not.
    pub fn read_again(&mut self, homes: &Homes, env: &Env) -> Result<(), ClientError> {
        homes.look_again();
        let slot = Slot { name: &self.name, dir: &self.dir };
        let kept = homes.read(slot)?.map_or(Kept::Lost, |(record, in_file)| record_kept(slot, &record, in_file, env));
        self.kept = kept;
        Ok(())
    }

    /// Destroys the wrapped key; the sealed copy stays, and so does what only it opens. A key that can't be
    /// destroyed now is at the next start: the copy is closed from now on.
    ///
    /// # Errors
    /// `Keychain`, `Disk`.
    pub fn destroy(&mut self, homes: &Homes) -> Result<(), ClientError> {
        let gone = Gone { label: self.label(), last_used: self.last_used() };
        // Named in the keychain, masked already in the file: here it lies in a file.
        let in_keychain = matches!(self.kept, Kept::Wrapped { in_file: false, .. });
        let gone = if in_keychain { Gone { label: String::new(), ..gone } } else { gone };
        let text = serde_json::to_vec(&gone).map_err(|e| ClientError::Internal(e.to_string()))?;
        let destroyed = homes.destroy(self.slot());
        write_private(&self.dir.join(GONE_FILE), &text)?;
        self.kept = Kept::Gone(gone);
        destroyed
    }
}

/// Every copy under `root`, the last used first.
pub(super) fn find(root: &Path, homes: &Homes, env: &Env) -> Vec<Found> {
    let first = (FIRST.to_owned(), root.to_owned());
    let folders = std::fs::read_dir(root.join(FOLDER)).into_iter().flatten().flatten();
    let others = folders.map(|folder| (folder.file_name().to_string_lossy().into_owned(), folder.path()));
    let mut found: Vec<_> = std::iter::once(first)
        .chain(others)
        .filter(|(_, dir)| Profile::is_at(dir))
        .map(|(id, dir)| {
            let name = keychain_name(&id, &dir);
            let kept = kept(Slot { name: &name, dir: &dir }, homes, env);
            Found { id, dir, name, kept }
        })
        .collect();
    found.sort_by_key(|profile| std::cmp::Reverse(profile.last_used()));
    found
}

/// A folder for a new copy.
///
/// # Errors
/// `Disk`.
pub(super) fn make(root: &Path, env: &Env) -> Result<Found, ClientError> {
    let id: String = env.random::<8>().iter().map(|b| format!("{b:02x}")).collect();
    let dir = root.join(FOLDER).join(&id);
    Profile::at(root)?;
    Profile::at(&dir)?;
    Ok(Found { name: keychain_name(&id, &dir), id, dir, kept: Kept::Lost })
}

/// Ids are random, but for the first one's: there the place tells it from another's.
fn keychain_name(id: &str, dir: &Path) -> String {
    if id != FIRST {
        return id.to_owned();
    }
    let place = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    let digest = Sha256::digest(place.as_os_str().as_encoded_bytes());
    digest.iter().take(8).map(|b| format!("{b:02x}")).collect()
}

fn kept(slot: Slot<'_>, homes: &Homes, env: &Env) -> Kept {
    if let Ok(gone) = std::fs::read(slot.dir.join(GONE_FILE)) {
        // The app may have ended, or the keychain failed, between the two.
        if let Err(e) = homes.destroy(slot) {
            tracing::error!("a key that has to go is still there: {e}");
        }
        return Kept::Gone(serde_json::from_slice(&gone).unwrap_or_default());
    }
    match homes.read(slot) {
        Ok(Some((record, in_file))) => record_kept(slot, &record, in_file, env),
        Ok(None) => Kept::Lost,
        Err(e) => {
            tracing::warn!("a copy's key can't be read: {e}");
            Kept::Unknown
        }
    }
}

fn record_kept(slot: Slot<'_>, record: &[u8], in_file: bool, env: &Env) -> Kept {
    if let Some(key) = std::str::from_utf8(record).ok().and_then(Key::from_hex) {
        let facts = plain_facts(slot.dir, &key, env).unwrap_or_default();
        return Kept::Plain { key, facts: Box::new(facts) };
    }
    match Wrapped::read(record) {
        Ok(wrapped) => Kept::Wrapped { wrapped: Box::new(wrapped), in_file },
        Err(e) => {
            tracing::warn!("a copy's key can't be read: {e}");
            Kept::Unknown
        }
    }
}

/// What the database of a profile with a plain key says of its person.
fn plain_facts(dir: &Path, key: &Key, env: &Env) -> Result<Facts, ClientError> {
    let engine = Engine::open_read_only(&Profile::at(dir)?, key, env.clone())?;
    let store = engine.store();
    let me: Option<Me> = store.read(|c| meta::get(c, meta::ME))?;
    let server: Option<String> = store.read(|c| meta::get(c, meta::SERVER))?;
    let used: Option<i64> = store.read(|c| meta::get(c, meta::PULLED_AT))?;
    Ok(Facts {
        label: me.as_ref().map(|me| me.name.clone()).unwrap_or_default(),
        address: me.as_ref().map(|me| crate::vault::address_mark(&me.email)).unwrap_or_default(),
        user: me.as_ref().map(|me| me.user),
        email: me.map(|me| me.email),
        server: server.unwrap_or_default(),
        last_used: used.unwrap_or(0),
        ..Facts::default()
    })
}
