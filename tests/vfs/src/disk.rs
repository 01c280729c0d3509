//! The disk as a model: per file what is synced and what is only written, per name what the folder on
//! the disk says. Holds no handle and no pointer.

use crate::shim;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::{fs, io};

/// What a disk writes whole or not at all, bytes.
const SECTOR: usize = 512;

/// A folder whose databases lie on a disk of their own. Clones are the same disk.
#[derive(Clone)]
pub struct Disk(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    root: PathBuf,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    names: HashMap<PathBuf, Name>,
    /// Writes, truncations, syncs and deletions so far.
    steps: u64,
    cut_at: Option<u64>,
    is_off: bool,
    fault: Option<(Fault, u64)>,
    ignores_syncs: bool,
    open: usize,
}

/// One name in a folder.
struct Name {
    file: Option<File>,
    on_disk: OnDisk,
}

/// What the folder on the disk says of a name.
enum OnDisk {
    Same,
    /// Another file, or none: the folder was not synced since.
    Before(Option<Vec<u8>>),
}

#[derive(Default)]
struct File {
    synced: Vec<u8>,
    written: Vec<Op>,
}

enum Op {
    Write { at: usize, bytes: Vec<u8> },
    Truncate { len: usize },
}

/// How a disk fails while its power is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No room for what is written.
    Full,
    /// Nothing may be written.
    ReadOnly,
    /// What is written or synced does not arrive.
    Broken,
}

/// What goes with the power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// All that was not synced.
    Everything,
    /// What chance takes of it, sector by sector; what stays came in any order.
    ByChance { seed: u64 },
}

/// What a power cut took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lost {
    /// Writes and truncations that are gone, or are there only in part.
    pub writes: usize,
    /// Names that are not, or again, what they were before.
    pub names: usize,
}

/// Why an operation is not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    Off,
    Fault(Fault),
}

/// Every disk of this process.
static DISKS: Mutex<Vec<Weak<Shared>>> = Mutex::new(Vec::new());

impl Disk {
    /// A disk under an existing folder. What lies there already is on it.
    ///
    /// # Panics
    /// When the folder is not there, or SQLite takes no file system.
    #[must_use]
    pub fn at(root: &Path) -> Self {
        shim::register();
        let root = root.canonicalize().expect("the folder is there");
        let shared = Arc::new(Shared { root, state: Mutex::default() });
        let mut disks = lock(&DISKS);
        disks.retain(|disk| disk.strong_count() > 0);
        disks.push(Arc::downgrade(&shared));
        Self(shared)
    }

    /// Writes, truncations, syncs and deletions so far.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.0.state().steps
    }

    /// The power goes in the middle of the step with this number.
    pub fn cut_power_at(&self, step: u64) {
        self.0.state().cut_at = Some(step);
    }

    #[must_use]
    pub fn is_off(&self) -> bool {
        self.0.state().is_off
    }

    /// From the `after`-th write on the disk fails, until it is healed.
    pub fn fail(&self, fault: Fault, after: u64) {
        self.0.state().fault = Some((fault, after));
    }

    pub fn heal(&self) {
        self.0.state().fault = None;
    }

    /// From now on the disk says that it synced, and did not: what a test that bites must notice.
    pub fn ignore_syncs(&self) {
        self.0.state().ignores_syncs = true;
    }

    /// The power goes, if it is not gone yet, and comes back; what was not synced is lost by `loss`.
    ///
    /// # Panics
    /// While a database of this disk is open, or when the real disk fails.
    pub fn lose_power(&self, loss: Loss) -> Lost {
        let mut state = self.0.state();
        assert_eq!(state.open, 0, "databases are still open");
        let mut dice = Dice::of(loss);
        let mut lost = Lost::default();
        let mut names: Vec<_> = state.names.drain().collect();
        // By name: the same seed is the same loss.
        names.sort_by(|a, b| a.0.cmp(&b.0));
        for (path, name) in names {
            put_back(&path, name.after_cut(&mut dice, &mut lost)).expect("the real disk works");
            scramble(&with_suffix(&path, "-shm"), &mut dice).expect("the real disk works");
        }
        *state = State { steps: state.steps, ignores_syncs: state.ignores_syncs, ..State::default() };
        lost
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// The disk that a path lies on.
    pub fn of(path: &Path) -> Option<Arc<Self>> {
        lock(&DISKS).iter().filter_map(Weak::upgrade).find(|disk| path.starts_with(&disk.root))
    }

    /// A file is about to be opened, or made.
    pub fn open(&self, path: &Path, creates: bool) -> Result<(), Trouble> {
        let mut state = self.state();
        if state.is_off {
            return Err(Trouble::Off);
        }
        if state.names.get(path).is_some_and(|name| name.file.is_some()) {
            return Ok(());
        }
        let found = fs::read(path).ok();
        if let (None, Some(trouble)) = (&found, state.failing().filter(|_| creates)) {
            return Err(Trouble::Fault(trouble));
        }
        let Some(file) = found.map(File::synced).or(creates.then(File::default)) else { return Ok(()) };
        let is_new = file.synced.is_empty() && !path.exists();
        let before = state.names.remove(path).map(|name| name.on_disk);
        let on_disk = before.unwrap_or(if is_new { OnDisk::Before(None) } else { OnDisk::Same });
        state.names.insert(path.to_owned(), Name { file: Some(file), on_disk });
        Ok(())
    }

    pub fn opened(&self) {
        self.state().open += 1;
    }

    pub fn closed(&self) {
        self.state().open -= 1;
    }

    pub fn is_off(&self) -> bool {
        self.state().is_off
    }

    /// Bytes are about to be written; `real` writes them where everybody sees them.
    pub fn write(&self, path: &Path, at: usize, bytes: &[u8], real: impl FnOnce() -> i32) -> Result<i32, Trouble> {
        self.change(path, Op::Write { at, bytes: bytes.to_vec() }, real)
    }

    pub fn truncate(&self, path: &Path, len: usize, real: impl FnOnce() -> i32) -> Result<i32, Trouble> {
        self.change(path, Op::Truncate { len }, real)
    }

    fn change(&self, path: &Path, op: Op, real: impl FnOnce() -> i32) -> Result<i32, Trouble> {
        let mut state = self.state();
        let step = state.step().and_then(|()| state.fail_now().map_or(Ok(()), |fault| Err(Trouble::Fault(fault))));
        if matches!(step, Err(Trouble::Fault(_))) {
            return step.map(|()| 0);
        }
        // Also when the power goes now: a part of it may arrive.
        if let Some(file) = state.names.get_mut(path).and_then(|name| name.file.as_mut()) {
            file.written.push(op);
        }
        step.map(|()| real())
    }

    /// Everything written to the file is on the disk; with `folder`, so are the names beside it.
    pub fn sync(&self, path: &Path, folder: bool) -> Result<(), Trouble> {
        let mut state = self.state();
        state.step()?;
        if state.failing() == Some(Fault::Broken) {
            return Err(Trouble::Fault(Fault::Broken));
        }
        if state.ignores_syncs {
            return Ok(());
        }
        if let Some(file) = state.names.get_mut(path).and_then(|name| name.file.as_mut()) {
            let written = std::mem::take(&mut file.written);
            written.into_iter().for_each(|op| op.onto(&mut file.synced));
        }
        if folder {
            state.sync_folder(path.parent());
        }
        Ok(())
    }

    pub fn delete(&self, path: &Path, folder: bool, real: impl FnOnce() -> i32) -> Result<i32, Trouble> {
        let mut state = self.state();
        state.step()?;
        if let Some(fault) = state.failing().filter(|fault| *fault != Fault::Full) {
            return Err(Trouble::Fault(fault));
        }
        if let Some(name) = state.names.get_mut(path) {
            name.forget();
        }
        if folder {
            state.sync_folder(path.parent());
        }
        Ok(real())
    }
}

impl State {
    fn step(&mut self) -> Result<(), Trouble> {
        if self.is_off {
            return Err(Trouble::Off);
        }
        self.steps += 1;
        self.is_off = self.cut_at == Some(self.steps);
        if self.is_off { Err(Trouble::Off) } else { Ok(()) }
    }

    /// The fault, once so many writes went well.
    fn fail_now(&mut self) -> Option<Fault> {
        let (fault, after) = self.fault.as_mut()?;
        if *after == 0 {
            return Some(*fault);
        }
        *after -= 1;
        None
    }

    fn failing(&self) -> Option<Fault> {
        self.fault.filter(|(_, after)| *after == 0).map(|(fault, _)| fault)
    }

    fn sync_folder(&mut self, folder: Option<&Path>) {
        for (_, name) in self.names.iter_mut().filter(|(path, _)| path.parent() == folder) {
            name.on_disk = OnDisk::Same;
        }
        self.names.retain(|_, name| name.file.is_some());
    }
}

impl Name {
    /// The file goes; the folder on the disk does not know yet.
    fn forget(&mut self) {
        let Some(file) = self.file.take() else { return };
        if matches!(self.on_disk, OnDisk::Same) {
            self.on_disk = OnDisk::Before(Some(file.synced));
        }
    }

    /// What lies under the name after a power cut.
    fn after_cut(self, dice: &mut Dice, lost: &mut Lost) -> Option<Vec<u8>> {
        match self.on_disk {
            OnDisk::Before(before) if !dice.keeps() => {
                lost.names += 1;
                before
            }
            OnDisk::Before(_) | OnDisk::Same => self.file.map(|file| file.after_cut(dice, lost)),
        }
    }
}

impl File {
    fn synced(bytes: Vec<u8>) -> Self {
        Self { synced: bytes, written: Vec::new() }
    }

    fn after_cut(self, dice: &mut Dice, lost: &mut Lost) -> Vec<u8> {
        let mut bytes = self.synced;
        for op in self.written {
            match op {
                Op::Truncate { .. } if dice.keeps() => op.onto(&mut bytes),
                Op::Truncate { .. } => lost.writes += 1,
                Op::Write { at, bytes: written } => {
                    let kept = sectors(at, &written).filter(|_| dice.keeps());
                    let kept: Vec<(usize, &[u8])> = kept.collect();
                    lost.writes += usize::from(kept.len() < sectors(at, &written).count());
                    kept.into_iter().for_each(|(at, part)| put(&mut bytes, at, part));
                }
            }
        }
        bytes
    }
}

impl Op {
    fn onto(self, bytes: &mut Vec<u8>) {
        match self {
            Op::Write { at, bytes: written } => put(bytes, at, &written),
            Op::Truncate { len } => bytes.resize(len, 0),
        }
    }
}

/// The parts of a write that arrive by themselves.
fn sectors(at: usize, bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let first = (SECTOR - at % SECTOR).min(bytes.len());
    let (head, rest) = bytes.split_at(first);
    let head = std::iter::once((at, head)).filter(|(_, part)| !part.is_empty());
    head.chain(rest.chunks(SECTOR).enumerate().map(move |(n, part)| (at + first + n * SECTOR, part)))
}

fn put(bytes: &mut Vec<u8>, at: usize, part: &[u8]) {
    if bytes.len() < at + part.len() {
        bytes.resize(at + part.len(), 0);
    }
    bytes[at..at + part.len()].copy_from_slice(part);
}

/// Decides what stays.
enum Dice {
    Nothing,
    /// With this chance; a cut that takes all, one that takes nothing, and all between.
    Chance(SmallRng, f64),
}

impl Dice {
    fn of(loss: Loss) -> Self {
        match loss {
            Loss::Everything => Self::Nothing,
            Loss::ByChance { seed } => {
                let mut rng = SmallRng::seed_from_u64(seed);
                let chance = rng.random();
                Self::Chance(rng, chance)
            }
        }
    }

    fn keeps(&mut self) -> bool {
        match self {
            Self::Nothing => false,
            Self::Chance(rng, chance) => rng.random_bool(*chance),
        }
    }
}

fn put_back(path: &Path, bytes: Option<Vec<u8>>) -> io::Result<()> {
    match bytes {
        Some(bytes) => fs::write(path, bytes),
        None if path.exists() => fs::remove_file(path),
        None => Ok(()),
    }
}

/// What lies in a memory-mapped index after a power cut is anything.
fn scramble(path: &Path, dice: &mut Dice) -> io::Result<()> {
    let Ok(found) = fs::metadata(path) else { return Ok(()) };
    let Dice::Chance(rng, _) = dice else { return fs::remove_file(path) };
    let mut bytes = vec![0; usize::try_from(found.len()).unwrap_or(0)];
    rng.fill(&mut bytes[..]);
    fs::write(path, bytes)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_is_cut_at_sectors() {
        let bytes: Vec<u8> = (0..1_300_u32).map(|n| n as u8).collect();
        let parts: Vec<(usize, usize)> = sectors(1_000, &bytes).map(|(at, part)| (at, part.len())).collect();
        assert_eq!(parts, [(1_000, 24), (1_024, 512), (1_536, 512), (2_048, 252)]);
        let mut whole = vec![9; 10];
        sectors(1_000, &bytes).for_each(|(at, part)| put(&mut whole, at, part));
        assert_eq!((&whole[1_000..], whole[500]), (&bytes[..], 0));
        assert_eq!(sectors(512, &[1; 512]).count(), 1);
    }
}
