//! A profile folder: the database, its key, and the lock that keeps one writer at a time.

use crate::error::ClientError;
use domain::Env;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

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

    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.dir.join("leadline.db")
    }

    /// The database's raw key, 32 bytes in hex, in a file readable by its owner only; made once.
    pub(crate) fn key(&self, env: &Env) -> Result<String, ClientError> {
        let path = self.dir.join("leadline.key");
        if let Ok(key) = std::fs::read_to_string(&path) {
            let key = key.trim();
            return if key.len() == 64 && key.bytes().all(|b| b.is_ascii_hexdigit()) {
                Ok(key.to_owned())
            } else {
                Err(ClientError::Unreadable)
            };
        }
        if self.database().exists() {
            return Err(ClientError::Unreadable);
        }
        let key: String = env.random::<32>().iter().map(|b| format!("{b:02x}")).collect();
        let temporary = self.dir.join("leadline.key.new");
        let mut file = File::create(&temporary)?;
        owner_only(&temporary, 0o600)?;
        file.write_all(key.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&temporary, &path)?;
        Ok(key)
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
