//! The table of C functions that SQLite calls. Each looks up its disk, asks the model, and passes on to
//! the usual file system. The only `unsafe` code of the workspace; decides nothing.

use crate::disk::{Fault, Shared, Trouble};
use rusqlite::ffi;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::PathBuf;
use std::sync::{Arc, Once, OnceLock};

/// What `file:…?vfs=` calls it. It is also the default of every process that made a [`crate::Disk`].
pub const NAME: &str = "crash";
const C_NAME: &CStr = c"crash";

/// A file of ours as SQLite allocates it, at a multiple of 8: this, then the usual file system's own.
#[repr(C)]
struct File {
    base: ffi::sqlite3_file,
    /// Owned by this file; set as long as it is open.
    place: *mut Place,
}

struct Place {
    disk: Arc<Shared>,
    path: PathBuf,
    /// SQLite syncs the folder with the first sync of a new journal.
    syncs_folder: bool,
}

/// The usual file system; SQLite never frees it.
struct Usual(*mut ffi::sqlite3_vfs);

// SAFETY: it is set up once by SQLite, never changed, and its functions may be called from any thread.
unsafe impl Send for Usual {}
// SAFETY: as above.
unsafe impl Sync for Usual {}

static USUAL: OnceLock<Usual> = OnceLock::new();

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    // Without memory-mapped reads and writes, which would pass us by.
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// Makes ours the default, once in a process.
pub(crate) fn register() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: a null name asks for the default; it lives as long as the process.
        let usual = unsafe { ffi::sqlite3_vfs_find(std::ptr::null()) };
        assert!(!usual.is_null(), "SQLite has a file system");
        let _ = USUAL.set(Usual(usual));
        // SAFETY: just checked; it is only read.
        let mut ours = unsafe { *usual };
        ours.szOsFile += size_of::<File>() as c_int;
        ours.pNext = std::ptr::null_mut();
        ours.zName = C_NAME.as_ptr();
        ours.xOpen = Some(open);
        ours.xDelete = Some(delete);
        // SAFETY: leaked, so it lives as long as SQLite knows it; the functions that it copies from the
        // usual one take nothing out of it that is not the same here.
        let answer = unsafe { ffi::sqlite3_vfs_register(Box::leak(Box::new(ours)), 1) };
        assert_eq!(answer, ffi::SQLITE_OK, "SQLite takes a file system");
    });
}

fn usual() -> *mut ffi::sqlite3_vfs {
    USUAL.get().expect("set before ours is registered").0
}

/// # Safety
/// `name` is a path that SQLite gave, ending in zero.
unsafe fn path_of(name: *const c_char) -> PathBuf {
    // SAFETY: as the caller says.
    let name = unsafe { CStr::from_ptr(name) };
    PathBuf::from(name.to_string_lossy().into_owned())
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite's file system has this function, and gets what SQLite gave us.
    let usually = |file| unsafe { (*usual()).xOpen.expect("there is one")(usual(), name, file, flags, out) };
    // SAFETY: not null, so a path.
    let path = if name.is_null() { None } else { Some(unsafe { path_of(name) }) };
    // Elsewhere SQLite talks to the usual file system without us.
    let Some((path, disk)) = path.and_then(|path| Some((path.clone(), Shared::of(&path)?))) else { return usually(file) };
    // SAFETY: SQLite gave `szOsFile` bytes.
    unsafe { (*file).pMethods = std::ptr::null() };
    if let Err(trouble) = disk.open(&path, flags & ffi::SQLITE_OPEN_CREATE != 0) {
        return if trouble == Trouble::Fault(Fault::Full) { ffi::SQLITE_FULL } else { ffi::SQLITE_CANTOPEN };
    }
    let answer = usually(real(file));
    if answer != ffi::SQLITE_OK {
        return answer;
    }
    disk.opened();
    let journal = flags & (ffi::SQLITE_OPEN_SUPER_JOURNAL | ffi::SQLITE_OPEN_MAIN_JOURNAL | ffi::SQLITE_OPEN_WAL) != 0;
    let syncs_folder = journal && flags & ffi::SQLITE_OPEN_CREATE != 0;
    let place = Box::new(Place { disk, path, syncs_folder });
    // SAFETY: as above; nobody else has the file yet.
    unsafe {
        (*file.cast::<File>()).place = Box::into_raw(place);
        (*file).pMethods = &METHODS;
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, name: *const c_char, folder: c_int) -> c_int {
    // SAFETY: as SQLite gave it.
    let usually = |folder| unsafe { (*usual()).xDelete.expect("there is one")(usual(), name, folder) };
    // SAFETY: SQLite names what is to go.
    let path = unsafe { path_of(name) };
    let Some(disk) = Shared::of(&path) else { return usually(folder) };
    disk.delete(&path, folder != 0, || usually(0)).unwrap_or(ffi::SQLITE_IOERR_DELETE)
}

/// The usual file system's part of a file of ours.
fn real(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    file.wrapping_byte_add(size_of::<File>())
}

/// The usual file system's functions for a file of ours.
///
/// # Safety
/// `file` is open and ours.
unsafe fn methods(file: *mut ffi::sqlite3_file) -> &'static ffi::sqlite3_io_methods {
    // SAFETY: set when it was opened; the tables are static.
    unsafe { &*(*real(file)).pMethods }
}

/// # Safety
/// As [`methods`]; SQLite uses a file on one thread at a time.
unsafe fn place<'a>(file: *mut ffi::sqlite3_file) -> &'a mut Place {
    // SAFETY: set when it was opened.
    unsafe { &mut *(*file.cast::<File>()).place }
}

fn code(trouble: Trouble, broken: c_int) -> c_int {
    match trouble {
        Trouble::Off | Trouble::Fault(Fault::Broken) => broken,
        Trouble::Fault(Fault::Full) => ffi::SQLITE_FULL,
        Trouble::Fault(Fault::ReadOnly) => ffi::SQLITE_READONLY,
    }
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: `file` is open and ours, and this is the last call for it.
    unsafe {
        let answer = methods(file).xClose.expect("there is one")(real(file));
        let place = Box::from_raw((*file.cast::<File>()).place);
        place.disk.closed();
        answer
    }
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, into: *mut c_void, count: c_int, at: i64) -> c_int {
    // SAFETY: `file` is open and ours; the rest is as SQLite gave it.
    unsafe {
        if place(file).disk.is_off() {
            return ffi::SQLITE_IOERR_READ;
        }
        methods(file).xRead.expect("there is one")(real(file), into, count, at)
    }
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, from: *const c_void, count: c_int, at: i64) -> c_int {
    // SAFETY: as in `read`; `from` has `count` bytes.
    unsafe {
        let bytes = std::slice::from_raw_parts(from.cast::<u8>(), count as usize);
        let place = place(file);
        let usually = || methods(file).xWrite.expect("there is one")(real(file), from, count, at);
        place.disk.write(&place.path, at as usize, bytes, usually).unwrap_or_else(|trouble| code(trouble, ffi::SQLITE_IOERR_WRITE))
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, len: i64) -> c_int {
    // SAFETY: as in `read`.
    unsafe {
        let place = place(file);
        let usually = || methods(file).xTruncate.expect("there is one")(real(file), len);
        place.disk.truncate(&place.path, len as usize, usually).unwrap_or_else(|trouble| code(trouble, ffi::SQLITE_IOERR_TRUNCATE))
    }
}

/// Not passed on: what is synced is what the model says.
unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: as in `read`.
    let place = unsafe { place(file) };
    let folder = place.syncs_folder;
    match place.disk.sync(&place.path, folder) {
        Ok(()) => {
            place.syncs_folder = false;
            ffi::SQLITE_OK
        }
        Err(trouble) => code(trouble, ffi::SQLITE_IOERR_FSYNC),
    }
}

/// Functions that are only passed on.
macro_rules! pass_on {
    ($($name:ident by $method:ident ($($arg:ident: $type:ty),*) $(-> $answer:ty)?;)*) => {
        $(unsafe extern "C" fn $name(file: *mut ffi::sqlite3_file $(, $arg: $type)*) $(-> $answer)? {
            // SAFETY: `file` is open and ours; the rest is as SQLite gave it.
            unsafe { methods(file).$method.expect("there is one")(real(file) $(, $arg)*) }
        })*
    };
}

pass_on! {
    file_size by xFileSize(size: *mut i64) -> c_int;
    lock by xLock(level: c_int) -> c_int;
    unlock by xUnlock(level: c_int) -> c_int;
    check_reserved_lock by xCheckReservedLock(out: *mut c_int) -> c_int;
    file_control by xFileControl(op: c_int, arg: *mut c_void) -> c_int;
    sector_size by xSectorSize() -> c_int;
    device_characteristics by xDeviceCharacteristics() -> c_int;
    shm_map by xShmMap(page: c_int, size: c_int, extend: c_int, out: *mut *mut c_void) -> c_int;
    shm_lock by xShmLock(offset: c_int, count: c_int, flags: c_int) -> c_int;
    shm_barrier by xShmBarrier();
    shm_unmap by xShmUnmap(delete: c_int) -> c_int;
}
