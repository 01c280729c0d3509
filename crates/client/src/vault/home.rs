//! Where wrapped keys lie: the system's keychain, else a file in the profile's folder that only its
//! owner can read. The file needs the person's word first: its strength is that of the password alone.

use super::keychain::Keychain;
use crate::error::ClientError;
use crate::profile::write_private;
use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// Holds the wrapped key of a profile; in old profiles the plain one.
pub(crate) const KEY_FILE: &str = "leadline.key";
/// `file`: no keychain is looked for, and the file is agreed to. For scripts and tests.
const CHOICE: &str = "LEADLINE_KEY_HOME";

/// No record is longer, bytes.
const RECORD_MAX: usize = 64 * 1024;

/// A profile, as a home of keys knows it.
#[derive(Clone, Copy, Debug)]
pub struct Slot<'a> {
    /// Unique on this computer.
    pub name: &'a str,
    /// The profile's folder.
    pub dir: &'a Path,
}

/// A place for wrapped keys.
pub trait KeyHome: Send + Sync {
    /// # Errors
    /// `Keychain`, `Disk`.
    fn read(&self, slot: Slot<'_>) -> Result<Option<Vec<u8>>, ClientError>;
    /// # Errors
    /// `Keychain`, `Disk`.
    fn write(&self, slot: Slot<'_>, record: &[u8]) -> Result<(), ClientError>;
    /// Nothing there is fine.
    ///
    /// # Errors
    /// `Keychain`, `Disk`.
    fn destroy(&self, slot: Slot<'_>) -> Result<(), ClientError>;
}

/// The file in the profile's folder.
pub(super) struct FileHome;

impl KeyHome for FileHome {
    fn read(&self, slot: Slot<'_>) -> Result<Option<Vec<u8>>, ClientError> {
        match std::fs::read(slot.dir.join(KEY_FILE)) {
            Ok(record) => Ok(Some(record)),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e.into()),
        }
    }

    fn write(&self, slot: Slot<'_>, record: &[u8]) -> Result<(), ClientError> {
        let path = slot.dir.join(KEY_FILE);
        let old = existing(&path)?;
        write_private(&path, record)?;
        old.map_or(Ok(()), |old| blank(&old))
    }

    fn destroy(&self, slot: Slot<'_>) -> Result<(), ClientError> {
        let path = slot.dir.join(KEY_FILE);
        let Some(file) = existing(&path)? else { return Ok(()) };
        blank(&file)?;
        Ok(std::fs::remove_file(&path)?)
    }
}

fn existing(path: &Path) -> Result<Option<File>, ClientError> {
    match File::options().write(true).open(path) {
        Ok(file) => Ok(Some(file)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e.into()),
    }
}

/// Writes over what a file held: where the file system writes in place, nothing of it stays.
fn blank(mut file: &File) -> Result<(), ClientError> {
    let length = usize::try_from(file.metadata()?.len()).unwrap_or(0).min(RECORD_MAX);
    file.write_all(&vec![0; length])?;
    Ok(file.sync_all()?)
}

/// The homes that this computer has.
#[derive(Clone)]
pub struct Homes(Arc<Inner>);

struct Inner {
    /// `None` until the first need; tried again after one that did not answer.
    keychain: Mutex<Option<Option<Arc<dyn KeyHome>>>>,
    /// The system's is looked for.
    is_probed: bool,
    /// The person, or who runs the script, said yes to the file already.
    file_agreed: bool,
}

impl Homes {
    /// The system's keychain if it answers, which is tried at the first need; `LEADLINE_KEY_HOME=file`
    /// goes without.
    #[must_use]
    pub fn system() -> Self {
        if std::env::var(CHOICE).is_ok_and(|choice| choice == "file") { Self::file() } else { Self::of(None, true, false) }
    }

    /// Files, agreed to.
    #[must_use]
    pub fn file() -> Self {
        Self::of(Some(None), false, true)
    }

    /// This keychain, or none: then the file must be agreed to.
    #[must_use]
    pub fn with(keychain: Option<Arc<dyn KeyHome>>) -> Self {
        Self::of(Some(keychain), false, false)
    }

    fn of(keychain: Option<Option<Arc<dyn KeyHome>>>, is_probed: bool, file_agreed: bool) -> Self {
        Self(Arc::new(Inner { keychain: Mutex::new(keychain), is_probed, file_agreed }))
    }

    fn keychain(&self) -> Option<Arc<dyn KeyHome>> {
        let mut known = self.0.keychain.lock().unwrap_or_else(PoisonError::into_inner);
        known.get_or_insert_with(|| Keychain::probed().map(|keychain| Arc::new(keychain) as Arc<dyn KeyHome>)).clone()
    }

    /// Looks for the system's keychain anew if there was none: it may have been locked, or late.
    pub(crate) fn look_again(&self) {
        let mut known = self.0.keychain.lock().unwrap_or_else(PoisonError::into_inner);
        if self.0.is_probed && matches!(*known, Some(None)) {
            *known = None;
        }
    }

    /// Where the key of a new profile would lie.
    pub(crate) fn kind(&self) -> bridge::session::KeyHome {
        match self.keychain() {
            Some(_) => bridge::session::KeyHome::Keychain,
            None if self.0.file_agreed => bridge::session::KeyHome::File,
            None => bridge::session::KeyHome::FileIfAllowed,
        }
    }

    /// The record of a profile, and whether it lies in a file.
    ///
    /// # Errors
    /// `KeychainGone` when there is neither a file nor a keychain that answers.
    pub(crate) fn read(&self, slot: Slot<'_>) -> Result<Option<(Vec<u8>, bool)>, ClientError> {
        if let Some(record) = FileHome.read(slot)? {
            return Ok(Some((record, true)));
        }
        match self.keychain() {
            Some(keychain) => Ok(keychain.read(slot)?.map(|record| (record, false))),
            None => Err(ClientError::KeychainGone),
        }
    }

    /// Where a record may be written: into the keychain, else the file if `agreed`.
    ///
    /// # Errors
    /// `KeyFile`: the person has to agree first.
    pub(crate) fn for_writing(&self, agreed: bool) -> Result<bool, ClientError> {
        match self.keychain() {
            Some(_) => Ok(false),
            None if agreed || self.0.file_agreed => Ok(true),
            None => Err(ClientError::KeyFile),
        }
    }

    /// Writes a record; into the keychain only after it reads back as written.
    ///
    /// # Errors
    /// `Keychain`, `Disk`; the old record is kept then.
    pub(crate) fn write(&self, slot: Slot<'_>, record: &[u8], in_file: bool) -> Result<(), ClientError> {
        let keychain = self.keychain().filter(|_| !in_file);
        let Some(keychain) = keychain else { return FileHome.write(slot, record) };
        keychain.write(slot, record)?;
        if keychain.read(slot)?.as_deref() != Some(record) {
            return Err(ClientError::Keychain("it did not keep what it was given".into()));
        }
        // A plain key of an older version, or a file from when there was no keychain.
        FileHome.destroy(slot)
    }

    /// Destroys a record wherever it lies.
    ///
    /// # Errors
    /// `Keychain`, `Disk`.
    pub(crate) fn destroy(&self, slot: Slot<'_>) -> Result<(), ClientError> {
        FileHome.destroy(slot)?;
        self.keychain().map_or(Ok(()), |keychain| keychain.destroy(slot))
    }
}

impl std::fmt::Debug for Homes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Homes")
    }
}
