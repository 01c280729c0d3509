//! The ordered log. Each entry carries the hash over everything before it, so that nothing can be
//! altered or taken out unseen: H(previous ‖ seq ‖ author ‖ document ‖ H(salt ‖ payload)).

use super::value::{pack, unpack};
use super::{Result, Row, StoreError, Tx, Value};
use crate::sight::Channel;
use domain::{CommandId, DeviceId, DocId, OrgId, UserId};
use protocol::ChangeHash;
use protocol::pull::ChangeMeta;
use protocol::rows::{OwnerRow, Row as Fact};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// What one entry says.
#[derive(Clone, Debug)]
pub enum Entry {
    Change(Change),
    Move { doc: DocId, author: UserId, moved: Move },
    Row { author: UserId, fact: Fact },
}

/// An accepted change.
#[derive(Clone, Debug)]
pub struct Change {
    pub doc: DocId,
    pub command: CommandId,
    pub author: UserId,
    pub device: Option<DeviceId>,
    pub hash: ChangeHash,
    pub bytes: Vec<u8>,
}

/// A record came into channels or left them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    pub before: Vec<Channel>,
    pub after: Vec<Channel>,
    /// The owner row, when it is what changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<OwnerRow>,
}

/// An entry as it was stored.
#[derive(Clone, Debug)]
pub struct Stored {
    pub seq: u64,
    pub accepted_at: i64,
    pub entry: Entry,
}

impl Stored {
    /// What devices learn of a change.
    #[must_use]
    pub fn meta(&self, change: &Change) -> ChangeMeta {
        ChangeMeta { command: change.command, author: change.author, device: change.device, seq: self.seq, accepted_at: self.accepted_at }
    }
}

/// The chain before the first entry; another organisation's is another one.
#[must_use]
pub fn genesis(org: OrgId) -> [u8; 32] {
    Sha256::new_with_prefix(b"leadline log 1").chain_update(org.0.as_bytes()).finalize().into()
}

/// Appends entries under the organisation's lock, which [`Appender::finish`] writes back.
pub struct Appender {
    org: OrgId,
    seq: u64,
    chain: [u8; 32],
    now: i64,
}

impl Appender {
    /// The caller holds the organisation's row: see `orgs::lock`.
    #[must_use]
    pub fn new(org: OrgId, head: &super::orgs::Head, now: i64) -> Self {
        Self { org, seq: head.seq, chain: head.chain, now }
    }

    /// The last `seq` given.
    #[must_use]
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Appends one entry; answers its `seq`.
    pub fn append(&mut self, tx: &mut dyn Tx, entry: &Entry, salt: [u8; 16]) -> Result<u64> {
        let seq = self.seq + 1;
        let (doc, author) = (entry.doc(), entry.author());
        let (payload, change) = match entry {
            Entry::Change(change) => (change.bytes.clone(), Some(change)),
            Entry::Move { moved, .. } => (bytes_of(pack(moved)), None),
            Entry::Row { fact, .. } => (bytes_of(pack(fact)), None),
        };
        let chain = link(self.chain, seq, author, doc, &salt, &payload);
        tx.execute(
            "INSERT INTO log (org_id, seq, entry, kind, doc_id, author, device_id, command_id, hash, payload, salt, accepted_at, chain) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            &[
                self.org.into(),
                seq.into(),
                entry.name().into(),
                doc.map(|d| d.kind.as_str()).into(),
                doc.map(|d| d.id).into(),
                author.into(),
                change.and_then(|c| c.device).into(),
                change.map(|c| c.command).into(),
                change.map(|c| c.hash.0).into(),
                payload.into(),
                salt.into(),
                self.now.into(),
                chain.into(),
            ],
        )?;
        (self.seq, self.chain) = (seq, chain);
        Ok(seq)
    }

    /// Writes the new head.
    pub fn finish(self, tx: &mut dyn Tx) -> Result<()> {
        super::orgs::set_head(tx, self.org, self.seq, self.chain)
    }
}

/// The chain hash at `seq`, `None` where there is no such entry.
pub fn chain_at(tx: &mut dyn Tx, org: OrgId, seq: u64) -> Result<Option<[u8; 32]>> {
    if seq == 0 {
        return Ok(Some(genesis(org)));
    }
    tx.query_opt("SELECT chain FROM log WHERE org_id = $1 AND seq = $2", &[org.into(), seq.into()])?.map(|mut row| row.array(0)).transpose()
}

/// Entries after `seq` in order, until `each` answers `false`.
pub fn after(tx: &mut dyn Tx, org: OrgId, seq: u64, limit: u64, each: &mut dyn FnMut(Stored) -> Result<bool>) -> Result<()> {
    tx.each(
        "SELECT seq, accepted_at, entry, kind, doc_id, author, device_id, command_id, hash, payload FROM log \
         WHERE org_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
        &[org.into(), seq.into(), limit.into()],
        &mut |row| each(read(row)?),
    )
}

/// The `seq` at which this change of the document was accepted.
pub fn seq_of(tx: &mut dyn Tx, org: OrgId, doc: DocId, hash: ChangeHash) -> Result<Option<u64>> {
    tx.query_opt(
        "SELECT seq FROM log WHERE org_id = $1 AND kind = $2 AND doc_id = $3 AND entry = 'change' AND hash = $4",
        &[org.into(), doc.kind.as_str().into(), doc.id.into(), hash.0.into()],
    )?
    .map(|mut row| row.count(0))
    .transpose()
}

/// Who wrote what when, of one document.
pub fn metas(tx: &mut dyn Tx, org: OrgId, doc: DocId) -> Result<Vec<ChangeMeta>> {
    let rows = tx.query(
        "SELECT command_id, author, device_id, seq, accepted_at FROM log \
         WHERE org_id = $1 AND kind = $2 AND doc_id = $3 AND entry = 'change' ORDER BY seq",
        &[org.into(), doc.kind.as_str().into(), doc.id.into()],
    )?;
    rows.into_iter().map(|mut row| read_meta(&mut row, 0)).collect()
}

/// Recomputes the chain; answers the first `seq` that does not fit.
pub fn verify(tx: &mut dyn Tx, org: OrgId) -> Result<Option<u64>> {
    let mut chain = genesis(org);
    let mut next = 1;
    let mut broken = None;
    tx.each(
        "SELECT seq, kind, doc_id, author, payload, salt, chain FROM log WHERE org_id = $1 ORDER BY seq",
        &[org.into()],
        &mut |mut row| {
            let seq = row.count(0)?;
            let doc = read_doc(&mut row, 1)?;
            chain = link(chain, seq, row.id(3)?, doc, &row.bytes(5)?, &row.bytes(4)?);
            if seq != next || chain != row.array(6)? {
                broken = Some(seq);
            }
            next = seq + 1;
            Ok(broken.is_none())
        },
    )?;
    Ok(broken)
}

impl Entry {
    fn name(&self) -> &'static str {
        match self {
            Entry::Change(_) => "change",
            Entry::Move { .. } => "move",
            Entry::Row { .. } => "row",
        }
    }

    fn doc(&self) -> Option<DocId> {
        match self {
            Entry::Change(change) => Some(change.doc),
            Entry::Move { doc, .. } => Some(*doc),
            Entry::Row { .. } => None,
        }
    }

    fn author(&self) -> UserId {
        match self {
            Entry::Change(change) => change.author,
            Entry::Move { author, .. } | Entry::Row { author, .. } => *author,
        }
    }
}

fn link(previous: [u8; 32], seq: u64, author: UserId, doc: Option<DocId>, salt: &[u8], payload: &[u8]) -> [u8; 32] {
    let content = Sha256::new_with_prefix(salt).chain_update(payload).finalize();
    let mut hash = Sha256::new_with_prefix(previous);
    hash.update(seq.to_be_bytes());
    hash.update(author.0.as_bytes());
    if let Some(doc) = doc {
        hash.update(doc.kind.as_str());
        hash.update(doc.id.as_bytes());
    }
    hash.chain_update(content).finalize().into()
}

/// A meta from five columns.
pub fn read_meta(row: &mut Row, at: usize) -> Result<ChangeMeta> {
    Ok(ChangeMeta {
        command: row.id(at)?,
        author: row.id(at + 1)?,
        device: row.opt_id(at + 2)?,
        seq: row.count(at + 3)?,
        accepted_at: row.int(at + 4)?,
    })
}

fn bytes_of(value: Value) -> Vec<u8> {
    match value {
        Value::Bytes(bytes) => bytes,
        Value::Null | Value::Int(_) | Value::Text(_) => Vec::new(),
    }
}

fn read_doc(row: &mut Row, at: usize) -> Result<Option<DocId>> {
    let Some(kind) = row.opt_text(at)? else { return Ok(None) };
    let kind = kind.parse().map_err(StoreError::Corrupt)?;
    Ok(Some(DocId { kind, id: row.id(at + 1)? }))
}

fn read(mut row: Row) -> Result<Stored> {
    let name = row.text(2)?;
    let doc = read_doc(&mut row, 3)?;
    let author = row.id(5)?;
    let payload = row.bytes(9)?;
    let entry = match (name.as_str(), doc) {
        ("change", Some(doc)) => Entry::Change(Change {
            doc,
            command: row.id(7)?,
            author,
            device: row.opt_id(6)?,
            hash: ChangeHash(row.array(8)?),
            bytes: payload,
        }),
        ("move", Some(doc)) => Entry::Move { doc, author, moved: unpack(&payload)? },
        ("row", _) => Entry::Row { author, fact: unpack(&payload)? },
        _ => return Err(StoreError::Corrupt(format!("a log entry of kind {name}"))),
    };
    Ok(Stored { seq: row.count(0)?, accepted_at: row.int(1)?, entry })
}
