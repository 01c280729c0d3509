//! The data folder: the database file, the lock that one server holds, backup and restore.

use crate::audit::{self, AuditEvent};
use crate::config::Config;
use crate::store::{Space, Store, StoreError, orgs, sqlite};
use anyhow::{Context as _, bail};
use domain::Env;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

/// How long after a restore lost entries are taken back from devices.
pub(crate) const RECOVERY_MS: i64 = 7 * 24 * 3_600_000;
/// What a restore calls the database that was there: its name, this, and when.
const ASIDE: &str = ".before-restore-";

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
            no_restore_is_half_done(&path)?;
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
            no_restore_is_half_done(&path)?;
            Store::sqlite_as_it_is(&path).with_context(|| format!("the database {} can't be read", path.display()))
        }
    }
}

/// Looks at every page of the database; of PostgreSQL's it is PostgreSQL's to do.
///
/// # Errors
/// [`StoreError::Damaged`], and what to do then.
pub fn check_pages(config: &Config) -> anyhow::Result<()> {
    if config.database_url.is_some() {
        return Ok(());
    }
    match sqlite::check(&database(&config.data)) {
        Err(StoreError::Corrupt(what)) => Err(StoreError::Damaged(what).into()),
        other => Ok(other?),
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
/// the copy. One that is cut short leaves nothing under that name.
///
/// # Errors
/// When `to` exists, or for PostgreSQL.
pub fn backup(config: &Config, env: &Env, to: &Path) -> anyhow::Result<()> {
    if to.exists() {
        bail!("{} exists already: name a new file", to.display());
    }
    let partial = fresh(to, ".partial")?;
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
    std::fs::rename(&partial, to).with_context(|| format!("{} can't be written", to.display()))?;
    sync_folder(to)
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
/// that devices bring back what the backup lacks. One that is cut short is run again.
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
    let fresh = fresh(&path, ".restoring")?;
    std::fs::copy(from, &fresh).with_context(|| format!("{} can't be copied", from.display()))?;
    // All of it before it has the name that a server opens; closing it leaves one file.
    begin_epoch(&Store::sqlite(&fresh).context("the backup can't be used")?, env)?;
    only_for_owner(&fresh, 0o600)?;
    File::open(&fresh)?.sync_all()?;
    let old = set_aside(&path, env.now_ms())?;
    std::fs::rename(&fresh, &path)?;
    sync_folder(&path)?;
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

/// Moves the present database and its side files out of the way; what a restore that was cut short
/// moved already stays there.
fn set_aside(path: &Path, now_ms: i64) -> anyhow::Result<PathBuf> {
    let old = match newest_aside(path) {
        Some(moved) if !path.exists() => moved,
        _ => suffixed(path, &format!("{ASIDE}{now_ms}")),
    };
    // The database first: from here on nobody opens it without its log.
    for side in ["", "-wal", "-shm"] {
        let from = suffixed(path, side);
        if from.exists() {
            std::fs::rename(&from, suffixed(&old, side)).with_context(|| format!("{} can't be moved", from.display()))?;
        }
    }
    sync_folder(path)?;
    Ok(old)
}

/// # Errors
/// After a restore that moved the database out of the way and put no other in its place.
fn no_restore_is_half_done(path: &Path) -> anyhow::Result<()> {
    match newest_aside(path).filter(|_| !path.exists()) {
        Some(old) => bail!("a restore was cut short: run it again. What was there before it is in {}", old.display()),
        None => Ok(()),
    }
}

/// The database that the last restore moved out of the way.
fn newest_aside(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    let entries = std::fs::read_dir(path.parent()?).ok()?.flatten();
    let when = |entry: std::fs::DirEntry| {
        let found = entry.file_name().to_string_lossy().into_owned();
        found.strip_prefix(&name)?.strip_prefix(ASIDE)?.parse::<i64>().ok()
    };
    let newest = entries.filter_map(when).max()?;
    Some(suffixed(path, &format!("{ASIDE}{newest}")))
}

/// A name for a database that is being made; nothing lies there, nor beside it.
fn fresh(path: &Path, suffix: &str) -> anyhow::Result<PathBuf> {
    let fresh = suffixed(path, suffix);
    for side in ["", "-wal", "-shm", "-journal"] {
        let leftover = suffixed(&fresh, side);
        if leftover.exists() {
            std::fs::remove_file(&leftover).with_context(|| format!("{} can't be removed", leftover.display()))?;
        }
    }
    Ok(fresh)
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

/// A name is on the disk once its folder is.
#[cfg(unix)]
fn sync_folder(of: &Path) -> anyhow::Result<()> {
    let folder = of.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Some file systems of other computers have no such thing; theirs is the order of what is written.
    if let Err(error) = File::open(folder)?.sync_all() {
        tracing::debug!(%error, "{} was not synced", folder.display());
    }
    Ok(())
}

/// Elsewhere a folder can't be opened; a rename is on the disk when it returns.
#[cfg(not(unix))]
fn sync_folder(_of: &Path) -> anyhow::Result<()> {
    Ok(())
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
