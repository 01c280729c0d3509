//! A profile folder: the database, and the lock that keeps one writer at a time. Its key is the
//! vault's.

use crate::error::ClientError;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

const DATABASE: &str = "leadline.db";

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
        std::fs::create_dir_all(&dir)?;
        owner_only(&dir, 0o700)?;
        Ok(Self { dir })
    }

    /// Whether there is a profile in a folder.
    pub(crate) fn is_at(dir: &Path) -> bool {
        dir.join(DATABASE).is_file()
    }

    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.dir.join(DATABASE)
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
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".new");
    let temporary = PathBuf::from(temporary);
    let mut file = File::create(&temporary)?;
    owner_only(&temporary, 0o600)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&temporary, path)?;
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
