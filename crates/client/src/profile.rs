//! A profile folder: the database, what a repair set aside of it, and the lock that keeps one writer at
//! a time. Its key is the vault's.

use crate::error::ClientError;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};

const DATABASE: &str = "leadline.db";
/// A damaged database that was set aside: this and when, ms since the epoch.
const DAMAGED: &str = "leadline.db.damaged-";
/// What will take its place.
const FRESH: &str = "leadline.db.repairing";
/// What SQLite keeps beside a database.
const SIDES: [&str; 2] = ["-wal", "-shm"];

/// Where one person's data on one computer lives.
#[derive(Clone, Debug)]
pub struct Profile {
    dir: PathBuf,
}

/// Held by the one process that may write; the operating system frees it when the process dies.
#[derive(Debug)]
pub(crate) struct WriterLock {
    _file: File,
}

impl Profile {
    /// Makes the folder if it is missing, readable by its owner only.
    ///
    /// # Errors
    /// `Disk`.
    pub fn at(dir: impl Into<PathBuf>) -> Result<Self, ClientError> {
        let dir = dir.into();
        if !dir.is_dir() {
            std::fs::create_dir_all(&dir)?;
            dir.parent().map_or(Ok(()), sync_folder)?;
        }
        owner_only(&dir, 0o700)?;
        Ok(Self { dir })
    }

    /// Whether there is a profile in a folder.
    pub(crate) fn is_at(dir: &Path) -> bool {
        dir.join(DATABASE).is_file() || newest_damaged(dir).is_some()
    }

    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.dir.join(DATABASE)
    }

    /// A repair set the damaged database aside, and did not come to put another in its place.
    pub(crate) fn is_half_repaired(&self) -> bool {
        !self.database().exists() && newest_damaged(&self.dir).is_some()
    }

    /// Moves the database out of the way, log and all, and says where it is now. What a repair that was
    /// cut short has moved already stays there.
    ///
    /// # Errors
    /// `Disk`, `ReadOnly`.
    pub(crate) fn set_aside(&self, now_ms: i64) -> Result<PathBuf, ClientError> {
        let database = self.database();
        let aside = match newest_damaged(&self.dir) {
            Some(moved) if !database.exists() => moved,
            _ => {
                let aside = self.dir.join(format!("{DAMAGED}{now_ms}"));
                // First of all: from here on nobody opens it without its log.
                std::fs::rename(&database, &aside)?;
                aside
            }
        };
        for side in SIDES {
            move_if_there(&with_suffix(&database, side), &with_suffix(&aside, side))?;
        }
        sync_folder(&self.dir)?;
        Ok(aside)
    }

    /// Where a new database is made, before it takes the place of the old one; nothing lies there.
    ///
    /// # Errors
    /// `Disk`, `ReadOnly`.
    pub(crate) fn fresh(&self) -> Result<PathBuf, ClientError> {
        let fresh = self.dir.join(FRESH);
        for leftover in std::iter::once(fresh.clone()).chain(SIDES.map(|side| with_suffix(&fresh, side))) {
            remove_if_there(&leftover)?;
        }
        Ok(fresh)
    }

    /// Puts a new database, closed, in its place.
    ///
    /// # Errors
    /// `Disk`, `ReadOnly`.
    pub(crate) fn put_in_place(&self, fresh: &Path) -> Result<(), ClientError> {
        File::open(fresh)?.sync_all()?;
        std::fs::rename(fresh, self.database())?;
        sync_folder(&self.dir)
    }

    /// Becomes the writer, or says who is.
    pub(crate) fn lock(&self) -> Result<WriterLock, ClientError> {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(self.dir.join("writer.lock"))?;
        match file.try_lock() {
            Ok(()) => {
                file.set_len(0)?;
                file.rewind()?;
                write!(file, "{}", holder_name())?;
                Ok(WriterLock { _file: file })
            }
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                file.read_to_string(&mut holder)?;
                let holder = if holder.is_empty() { "another process".to_owned() } else { holder };
                Err(ClientError::ProfileHeld { holder })
            }
            Err(TryLockError::Error(e)) => Err(e.into()),
        }
    }
}

/// Writes a file that only its owner can read: all of it, or nothing.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), ClientError> {
    let temporary = with_suffix(path, ".new");
    let mut file = File::create(&temporary)?;
    owner_only(&temporary, 0o600)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&temporary, path)?;
    // Or the power may go and the old one come back, which by then may be blanked.
    path.parent().map_or(Ok(()), sync_folder)
}

/// Removes a damaged database that was set aside, and what SQLite keeps beside it.
pub(crate) fn remove_damaged(aside: &Path) -> Result<(), ClientError> {
    SIDES.iter().map(|side| with_suffix(aside, side)).chain([aside.to_owned()]).try_for_each(|file| remove_if_there(&file))
}

fn newest_damaged(dir: &Path) -> Option<PathBuf> {
    let at = |name: &str| name.strip_prefix(DAMAGED).and_then(|ms| ms.parse::<i64>().ok());
    let names = std::fs::read_dir(dir).ok()?.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let newest = names.filter_map(|name| Some((at(&name)?, name))).max()?;
    Some(dir.join(newest.1))
}

fn remove_if_there(file: &Path) -> Result<(), ClientError> {
    match std::fs::remove_file(file) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(e.into()),
        _ => Ok(()),
    }
}

fn move_if_there(from: &Path, to: &Path) -> Result<(), ClientError> {
    match std::fs::rename(from, to) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(e.into()),
        _ => Ok(()),
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// A name is on the disk once its folder is.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> Result<(), ClientError> {
    // Some file systems of other computers have no such thing; theirs is the order of what is written.
    if let Err(e) = File::open(folder)?.sync_all() {
        tracing::debug!("{} was not synced: {e}", folder.display());
    }
    Ok(())
}

/// Elsewhere a folder can't be opened; a rename is on the disk when it returns.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> Result<(), ClientError> {
    Ok(())
}

fn holder_name() -> String {
    let exe = std::env::current_exe().ok();
    let name = exe.as_deref().and_then(Path::file_name).map_or_else(|| "leadline".into(), |n| n.to_string_lossy().into_owned());
    format!("{name} (process {})", std::process::id())
}

#[cfg(unix)]
fn owner_only(path: &Path, mode: u32) -> Result<(), ClientError> {
    use std::os::unix::fs::PermissionsExt;
    Ok(std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))?)
}

/// Elsewhere the profile lies in the user's own application-data folder, which is theirs alone.
#[cfg(not(unix))]
fn owner_only(_: &Path, _: u32) -> Result<(), ClientError> {
    Ok(())
}
