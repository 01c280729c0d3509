//! The data folder: the database file, the lock that one server holds, backup and restore.

use crate::audit::{self, AuditEvent};
use crate::config::Config;
use crate::store::{Space, Store, orgs, sqlite};
use anyhow::{Context as _, bail};
use domain::Env;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

/// How long after a restore lost entries are taken back from devices.
pub(crate) const RECOVERY_MS: i64 = 7 * 24 * 3_600_000;

/// Opens the configured database, making the data folder on the way.
///
/// # Errors
/// Whatever the folder or the database says.
pub fn open(config: &Config) -> anyhow::Result<Store> {
    make_private(&config.data)?;
    match &config.database_url {
        Some(url) => Store::postgres(url).context("the PostgreSQL database can't be opened"),
        None => {
            let path = database(&config.data);
            let store = Store::sqlite(&path).with_context(|| format!("the database {} can't be opened", path.display()))?;
            only_for_owner(&path, 0o600)?;
            Ok(store)
        }
    }
}

/// Opens the configured database to read it, as it is: makes no folder and no file, and migrates nothing.
///
/// # Errors
/// When it is not there or of another version; whatever the database says.
pub fn open_as_it_is(config: &Config) -> anyhow::Result<Store> {
    match &config.database_url {
        Some(url) => Store::postgres_as_it_is(url).context("the PostgreSQL database can't be read"),
        None => {
            let path = database(&config.data);
            Store::sqlite_as_it_is(&path).with_context(|| format!("the database {} can't be read", path.display()))
        }
    }
}

/// Held while a process does on a data folder what one at a time may do; the system takes it back when
/// the process dies.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// The lock of who serves.
    ///
    /// # Errors
    /// When another process holds it.
    pub fn take(data: &Path) -> anyhow::Result<Self> {
        let lock = Self::of(data, "server.lock")?;
        lock.with_context(|| format!("another leadline-server is running on {}: stop it first", data.display()))
    }

    /// The lock of who serves, if nobody does.
    ///
    /// # Errors
    /// When the folder can't be written.
    pub fn take_if_free(data: &Path) -> anyhow::Result<Option<Self>> {
        Self::of(data, "server.lock")
    }

    /// The lock of who compacts, beside a server that serves.
    ///
    /// # Errors
    /// When another process holds it.
    pub fn of_compaction(data: &Path) -> anyhow::Result<Self> {
        let lock = Self::of(data, "compact.lock")?;
        lock.with_context(|| format!("`compact` is running on {} already: wait until it has ended", data.display()))
    }

    fn of(data: &Path, name: &str) -> anyhow::Result<Option<Self>> {
        make_private(data)?;
        let path = data.join(name);
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .with_context(|| format!("{} can't be opened", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("{} can't be locked", path.display())),
        }
    }
}

/// Copies the database into the new file `to` while the server works. The audit log says so first, also in
/// the copy.
///
/// # Errors
/// When `to` exists, or for PostgreSQL.
pub fn backup(config: &Config, env: &Env, to: &Path) -> anyhow::Result<()> {
    if to.exists() {
        bail!("{} exists already: name a new file", to.display());
    }
    let partial = suffixed(to, ".partial");
    let _ = std::fs::remove_file(&partial);
    let store = open(config)?;
    if config.database_url.is_none() {
        let noted = store.write(|tx| {
            let org = orgs::only(tx)?.id;
            audit::append(tx, env, org, None, None, AuditEvent::Backup)
        });
        noted.context("the backup was not made")?;
    }
    store.backup(&partial).context("the backup was not made")?;
    only_for_owner(&partial, 0o600)?;
    std::fs::rename(&partial, to).with_context(|| format!("{} can't be written", to.display()))
}

/// Writes a database anew that can't give back its free room otherwise, as those of older versions, if
/// nobody serves it; answers how much room it takes then.
///
/// # Errors
/// The database's.
pub fn rewrite_if_alone(config: &Config, store: &Store, space: Space) -> anyhow::Result<Space> {
    if space.shrinks || space.free == 0 {
        return Ok(space);
    }
    let Some(_lock) = Lock::take_if_free(&config.data)? else { return Ok(space) };
    store.rewrite().context("the database was not written anew")?;
    Ok(store.space()?)
}

/// Puts a backup in the database's place; what was there stays beside it. Begins a new epoch, so
/// that devices bring back what the backup lacks.
///
/// # Errors
/// While a server runs; for a file that is no sound backup; for PostgreSQL.
pub fn restore(config: &Config, env: &Env, from: &Path) -> anyhow::Result<PathBuf> {
    if config.database_url.is_some() {
        bail!("a PostgreSQL database is restored with `pg_restore`; then run `leadline-server begin-epoch`");
    }
    let (_lock, _compaction) = (Lock::take(&config.data)?, Lock::of_compaction(&config.data)?);
    sqlite::check(from).with_context(|| format!("{} is not a sound backup", from.display()))?;
    let path = database(&config.data);
    let fresh = suffixed(&path, ".restoring");
    std::fs::copy(from, &fresh).with_context(|| format!("{} can't be copied", from.display()))?;
    File::open(&fresh)?.sync_all()?;
    let old = set_aside(&path, env.now_ms())?;
    std::fs::rename(&fresh, &path)?;
    begin_epoch(&open(config)?, env)?;
    Ok(old)
}

/// Makes the server's history another one, and opens the recovery window. The audit log says so.
///
/// # Errors
/// The database's.
pub fn begin_epoch(store: &Store, env: &Env) -> anyhow::Result<()> {
    store
        .write(|tx| {
            let org = orgs::only(tx)?.id;
            orgs::begin_epoch(tx, org, env.now_ms(), env.now_ms() + RECOVERY_MS)?;
            let epoch = orgs::head(tx, org)?.epoch;
            audit::append(tx, env, org, None, None, AuditEvent::EpochBegun { epoch }).map(drop)
        })
        .context("the restored database can't be used")
}

/// The database file of a data folder.
#[must_use]
pub fn database(data: &Path) -> PathBuf {
    data.join("leadline.db")
}

/// Moves the present database and its side files out of the way.
fn set_aside(path: &Path, now_ms: i64) -> anyhow::Result<PathBuf> {
    let old = suffixed(path, &format!(".before-restore-{now_ms}"));
    for side in ["", "-wal", "-shm"] {
        let from = suffixed(path, side);
        if from.exists() {
            std::fs::rename(&from, suffixed(&old, side)).with_context(|| format!("{} can't be moved", from.display()))?;
        }
    }
    Ok(old)
}

fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Makes a folder that only its owner may enter.
fn make_private(folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        return Ok(());
    }
    std::fs::create_dir_all(folder).with_context(|| format!("the folder {} can't be made", folder.display()))?;
    only_for_owner(folder, 0o700)
}

/// Customers' data is for nobody else on this computer.
#[cfg(unix)]
fn only_for_owner(path: &Path, mode: u32) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
        .with_context(|| format!("{} can't be made private", path.display()))
}

/// Elsewhere the folder's own rights decide.
#[cfg(not(unix))]
fn only_for_owner(_path: &Path, _mode: u32) -> anyhow::Result<()> {
    Ok(())
}
