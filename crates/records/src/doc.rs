//! One loaded document.

use crate::error::RecordError;
use crate::lead::VERSION;
use crate::shape;
use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, Automerge, Change, LoadOptions, ROOT, ReadDoc};
use domain::DocKind;
use sha2::{Digest, Sha256};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

/// 16 random bytes, new at every opening of a database; never shared between devices.
pub type ActorBytes = [u8; 16];

/// SHA-256 of a change; names it everywhere.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChangeHash(pub [u8; 32]);

impl std::fmt::Debug for ChangeHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0[..4].iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

impl ChangeHash {
    /// The hash of one uncompressed change chunk; `None` for bytes that are too short to be one.
    #[must_use]
    pub fn of(change: &[u8]) -> Option<Self> {
        change.get(8..).map(|content| Self(Sha256::digest(content).into()))
    }
}

impl From<automerge::ChangeHash> for ChangeHash {
    fn from(h: automerge::ChangeHash) -> Self {
        Self(h.0)
    }
}

impl From<ChangeHash> for automerge::ChangeHash {
    fn from(h: ChangeHash) -> Self {
        Self(h.0)
    }
}

/// One record's document, loaded. Cloning is cheap (1.3 µs measured).
#[derive(Clone)]
pub struct Doc {
    pub(crate) am: Automerge,
}

/// Runs what Automerge may panic at: on a document of foreign bytes that is an answer, too.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, RecordError>) -> Result<T, RecordError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(RecordError::Corrupt("its bytes are damaged".into())))
}

impl std::fmt::Debug for Doc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Doc{:?}", self.heads())
    }
}

impl Default for Doc {
    fn default() -> Self {
        Self::empty()
    }
}

impl Doc {
    /// A document before its first change.
    #[must_use]
    pub fn empty() -> Self {
        Self { am: Automerge::new() }
    }

    /// What a document of this kind is before anybody changed it: nothing for a lead, which its creation begins. The
    /// others may be begun by two devices alone, so they start from one constant change that every side makes for
    /// itself and nobody sends.
    #[must_use]
    pub fn seed(kind: DocKind) -> Self {
        static SEED: LazyLock<Doc> = LazyLock::new(|| {
            let mut doc = Doc::empty();
            let mut tx = doc.with_actor([0; 16]).transaction();
            tx.put(ROOT, "v", VERSION).expect("a new document takes a number");
            tx.commit_with(CommitOptions::default().with_time(0));
            doc
        });
        match kind {
            DocKind::Lead => Self::empty(),
            DocKind::Ledger | DocKind::Config | DocKind::UserState => SEED.clone(),
        }
    }

    /// Loads stored bytes: a snapshot, or one followed by changes.
    ///
    /// # Errors
    /// `Corrupt`, also where Automerge itself panics, and for bytes that would inflate or repeat without limit.
    pub fn load(bytes: &[u8]) -> Result<Self, RecordError> {
        if !shape::is_bounded(bytes) {
            return Err(RecordError::Corrupt("it is not made of plain chunks".into()));
        }
        let load = || Automerge::load_with_options(bytes, LoadOptions::new()).map_err(|e| RecordError::Corrupt(e.to_string()));
        Ok(Self { am: guarded(load)? })
    }

    /// The bytes to store: a snapshot without compression (~1 KB for a new lead).
    #[must_use]
    pub fn save(&self) -> Vec<u8> {
        self.am.save_nocompress()
    }

    /// The newest changes, sorted.
    #[must_use]
    pub fn heads(&self) -> Vec<ChangeHash> {
        let mut heads: Vec<ChangeHash> = self.am.get_heads().into_iter().map(Into::into).collect();
        heads.sort_unstable();
        heads
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.am.get_heads().is_empty()
    }

    #[must_use]
    pub fn has(&self, hash: &ChangeHash) -> bool {
        self.am.get_change_meta_by_hash(&(*hash).into()).is_some()
    }

    /// What a change depends on; empty for one that is not here.
    #[must_use]
    pub fn deps_of(&self, hash: &ChangeHash) -> Vec<ChangeHash> {
        let meta = self.am.get_change_meta_by_hash(&(*hash).into());
        meta.map(|m| m.deps.iter().map(|d| (*d).into()).collect()).unwrap_or_default()
    }

    /// One change as bytes, to send it to whoever lacks it; `None` also where a damaged document does not
    /// give it back.
    #[must_use]
    pub fn change_bytes(&self, hash: &ChangeHash) -> Option<Vec<u8>> {
        guarded(|| Ok(self.am.get_change_by_hash(&(*hash).into()).map(|c| c.raw_bytes().to_vec()))).ok().flatten()
    }

    /// All changes, dependencies first.
    #[must_use]
    pub fn hashes(&self) -> Vec<ChangeHash> {
        self.am.get_changes_meta(&[]).iter().map(|m| m.hash.into()).collect()
    }

    /// Changes that are here and not in `other`, dependencies first.
    #[must_use]
    pub fn missing_in(&self, other: &Doc) -> Vec<ChangeHash> {
        self.hashes().into_iter().filter(|h| !other.has(h)).collect()
    }

    /// Applies a change that the server accepted. One that is here already changes nothing.
    ///
    /// # Errors
    /// `MissingDependency` where it would otherwise wait in a queue unseen; `Corrupt` for damaged
    /// bytes. The document is as before.
    pub fn apply_trusted(&mut self, bytes: &[u8]) -> Result<(), RecordError> {
        let corrupt = |what: &str| RecordError::Corrupt(what.to_owned());
        if !shape::is_bounded(bytes) {
            return Err(corrupt("a change is not one plain chunk"));
        }
        let change = guarded(|| Change::from_bytes(bytes.to_vec()).map_err(|e| corrupt(&e.to_string())))?;
        let hash: ChangeHash = change.hash().into();
        if self.has(&hash) {
            return Ok(());
        }
        let missing: Vec<ChangeHash> = change.deps().iter().map(|d| (*d).into()).filter(|d| !self.has(d)).collect();
        if !missing.is_empty() {
            return Err(RecordError::MissingDependency(missing));
        }
        let mut next = self.am.clone();
        guarded(|| next.apply_changes([change]).map_err(RecordError::Automerge))?;
        self.am = next;
        if self.has(&hash) { Ok(()) } else { Err(corrupt("a change did not take effect")) }
    }

    pub(crate) fn with_actor(&mut self, actor: ActorBytes) -> &mut Automerge {
        self.am.set_actor(ActorId::from(actor.as_slice()))
    }
}
