//! The ordered log. Each entry carries the hash over everything before it, so that nothing can be
//! altered or taken out unseen: H(previous ‖ every column ‖ H(salt ‖ payload)). The last of these is
//! a column too, so that `compact` can drop payload and salt and the chain still verifies.
//! Entries of version 1, before 0004, cover `seq`, author, document and payload only; an event that is
//! appended after them covers the rest.

use super::value::{pack, unpack};
use super::{Result, Row, StoreError, Tx, Value};
use crate::audit::{self, AuditEvent};
use crate::sight::Channel;
use domain::people::AuditAction;
use domain::sabotage::{self, Fault};
use domain::{CommandId, DeviceId, DocId, OrgId, UserId};
use protocol::ChangeHash;
use protocol::pull::ChangeMeta;
use protocol::rows::{OwnerRow, Ownership, Row as Fact};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// Version of the entries that are appended now.
pub const VERSION: i64 = 2;
/// A row's columns, in the order of [`LogRow`].
const COLUMNS: &str =
    "seq, version, entry, kind, doc_id, author, device_id, command_id, hash, accepted_at, action, content, payload, salt, chain";

/// Columns of [`Stored`].
const STORED: &str = "seq, accepted_at, entry, kind, doc_id, author, device_id, command_id, hash, payload, version";

/// What one entry says.
#[derive(Clone, Debug)]
pub enum Entry {
    Change(Change),
    Move {
        doc: DocId,
        author: UserId,
        moved: Move,
    },
    Row {
        author: UserId,
        fact: Fact,
    },
    /// A fact for whoever sees the document.
    DocRow {
        doc: DocId,
        author: UserId,
        fact: Fact,
    },
    /// What happened to accounts and the like; devices never get it. No author: nobody was signed in.
    Event {
        author: Option<UserId>,
        device: Option<DeviceId>,
        event: AuditEvent,
    },
    /// Up to here `compact` dropped what stands elsewhere. No device gets it, and it is no line of
    /// the audit log; it puts the horizon under the chain.
    Horizon {
        through: u64,
    },
    /// A row of which `compact` left the outside: what it said stands in its table.
    Dropped {
        doc: Option<DocId>,
        author: UserId,
    },
}

/// An accepted change.
#[derive(Clone, Debug)]
pub struct Change {
    pub doc: DocId,
    pub command: CommandId,
    pub author: UserId,
    pub device: Option<DeviceId>,
    pub hash: ChangeHash,
    /// Empty where `compact` dropped them: the document has them under `hash`.
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

impl Move {
    /// Whose the lead is after it, which was written at `at`. A deleted one keeps its owner, in no channel.
    #[must_use]
    pub fn ownership(&self, before: Ownership, at: i64) -> Ownership {
        match &self.owner {
            Some(row) => before.given(row.owner, row.team, at),
            None if self.after.contains(&Channel::LeadDeleted) => before,
            None => {
                let subject = Channel::subject(&self.after);
                Ownership { owner: subject.owner, team: subject.team, ..before }
            }
        }
    }
}

/// An entry as it was stored.
#[derive(Clone, Debug)]
pub struct Stored {
    pub seq: u64,
    /// See [`VERSION`].
    pub version: i64,
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

    #[must_use]
    pub fn org(&self) -> OrgId {
        self.org
    }

    /// When the entries are written, ms since the epoch.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.now
    }

    /// The last `seq` given.
    #[must_use]
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Appends one entry; answers its `seq`.
    pub fn append(&mut self, tx: &mut dyn Tx, entry: &Entry, salt: [u8; 16]) -> Result<u64> {
        let mut row = LogRow::of(entry, self.seq + 1, self.now, salt);
        let skips = sabotage::is_on(Fault::BreakChain) && row.seq % 11 == 0;
        let chain = if skips { row.link(&[]) } else { row.link(&self.chain) };
        row.chain = chain.to_vec();
        insert(tx, self.org, row)?;
        (self.seq, self.chain) = (self.seq + 1, chain);
        Ok(self.seq)
    }

    /// Writes the new head.
    pub fn finish(self, tx: &mut dyn Tx) -> Result<()> {
        super::orgs::set_head(tx, self.org, self.seq, self.chain)
    }
}

/// An entry as its row lies in the database, right or not.
#[derive(Clone, Debug)]
pub struct LogRow {
    pub seq: i64,
    pub version: i64,
    pub entry: String,
    pub kind: Option<String>,
    pub doc: Option<Vec<u8>>,
    pub author: Option<Vec<u8>>,
    pub device: Option<Vec<u8>>,
    pub command: Option<Vec<u8>>,
    pub hash: Option<Vec<u8>>,
    pub accepted_at: i64,
    /// See migration 0004.
    pub action: Option<String>,
    pub content: Option<Vec<u8>>,
    pub payload: Vec<u8>,
    pub salt: Vec<u8>,
    pub chain: Vec<u8>,
}

impl LogRow {
    /// The chain is still to be set.
    fn of(entry: &Entry, seq: u64, now: i64, salt: [u8; 16]) -> Self {
        let payload = match entry {
            Entry::Change(change) => change.bytes.clone(),
            Entry::Move { moved, .. } => bytes_of(pack(moved)),
            Entry::Row { fact, .. } | Entry::DocRow { fact, .. } => bytes_of(pack(fact)),
            Entry::Event { event, .. } => bytes_of(pack(event)),
            Entry::Horizon { through } => bytes_of(pack(through)),
            Entry::Dropped { .. } => Vec::new(),
        };
        let id = |id: Uuid| id.as_bytes().to_vec();
        let (doc, change) = (entry.doc(), entry.change());
        Self {
            seq: seq.cast_signed(),
            version: VERSION,
            entry: entry.name().to_owned(),
            kind: doc.map(|d| d.kind.as_str().to_owned()),
            doc: doc.map(|d| id(d.id)),
            author: Some(id(entry.author().0)),
            device: entry.device().map(|d| id(d.0)),
            command: change.map(|c| id(c.command.0)),
            hash: change.map(|c| c.hash.0.to_vec()),
            accepted_at: now,
            action: Some(entry.action().map_or("", AuditAction::as_str).to_owned()),
            content: Some(content(&salt, &payload).to_vec()),
            payload,
            salt: salt.to_vec(),
            chain: Vec::new(),
        }
    }

    /// What its chain must be after `previous`.
    #[must_use]
    pub fn link(&self, previous: &[u8]) -> [u8; 32] {
        let (seq, at) = (self.seq.to_be_bytes(), self.accepted_at.to_be_bytes());
        if self.version == 1 {
            return link_1(previous, [&seq, some(&self.author), text(&self.kind), some(&self.doc), &content(&self.salt, &self.payload)]);
        }
        let mut hash = Sha256::new_with_prefix(b"leadline log 2");
        for field in [
            Some(previous),
            Some(&seq),
            self.author.as_deref(),
            self.kind.as_ref().map(String::as_bytes),
            self.doc.as_deref(),
            Some(self.entry.as_bytes()),
            Some(&at),
            self.device.as_deref(),
            self.command.as_deref(),
            self.hash.as_deref(),
            self.action.as_ref().map(String::as_bytes),
            self.content.as_deref(),
        ] {
            // Its length, or that there is none: no two rows give the same input.
            hash.update(field.map_or(u64::MAX, |f| f.len() as u64).to_be_bytes());
            hash.update(field.unwrap_or_default());
        }
        hash.finalize().into()
    }

    /// Of an entry that is a move.
    pub fn moved(&self) -> Result<Move> {
        unpack(&self.payload)
    }

    /// Of an entry that is a horizon.
    pub fn horizon(&self) -> Result<u64> {
        unpack(&self.payload)
    }

    /// Whether payload and salt may go: a change stands in its document, a row in its table. Moves and
    /// events are read by hand-over and by the audit log. In version 1 it is the payload alone that the
    /// chain binds to the document: there the hash of a change is not under it.
    #[must_use]
    pub fn is_droppable(&self) -> bool {
        self.version > 1 && matches!(self.entry.as_str(), "change" | "row")
    }

    /// Whether payload and salt are gone, as they may.
    #[must_use]
    pub fn is_dropped(&self) -> bool {
        self.payload.is_empty() && self.salt.is_empty() && self.is_droppable()
    }

    /// Bytes of what can be dropped.
    #[must_use]
    pub fn weight(&self) -> u64 {
        (self.payload.len() + self.salt.len()) as u64
    }

    /// Of an entry that is a row, if it still holds it.
    #[must_use]
    pub fn fact(&self) -> Option<Fact> {
        (self.entry == "row").then(|| unpack(&self.payload).ok()).flatten()
    }

    /// Of an entry that is an event.
    pub fn event(&self) -> Result<AuditEvent> {
        unpack(&self.payload)
    }

    /// Whether payload and salt are those that the chain is over, or were dropped.
    #[must_use]
    pub fn has_its_content(&self) -> bool {
        match &self.content {
            Some(stored) if self.is_dropped() => stored.len() == 32,
            Some(stored) => self.salt.len() == 16 && content(&self.salt, &self.payload)[..] == stored[..],
            None => self.version == 1,
        }
    }
}

/// The columns that the chain of version 1 does not cover, of all entries of that version in a row.
#[derive(Clone, Debug, Default)]
pub struct Seal {
    entries: u64,
    hash: Sha256,
}

impl Seal {
    pub fn take(&mut self, row: &LogRow) {
        if row.version != 1 {
            return;
        }
        self.entries += 1;
        let (seq, at) = (row.seq.to_be_bytes(), row.accepted_at.to_be_bytes());
        for field in
            [Some(&seq[..]), Some(row.entry.as_bytes()), Some(&at), row.device.as_deref(), row.command.as_deref(), row.hash.as_deref()]
        {
            self.hash.update(field.map_or(u64::MAX, |f| f.len() as u64).to_be_bytes());
            self.hash.update(field.unwrap_or_default());
        }
    }

    /// How many there were, and what they gave, hex.
    #[must_use]
    pub fn of(&self) -> (u64, String) {
        (self.entries, self.hash.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// Seals entries of version 1 that no event sealed yet, if there are any.
pub fn seal_old(tx: &mut dyn Tx, env: &domain::Env, org: OrgId) -> Result<()> {
    let first = tx.query_opt("SELECT version FROM log WHERE org_id = $1 AND seq = 1", &[org.into()])?;
    if first.map(|mut row| row.int(0)).transpose()? != Some(1) {
        return Ok(());
    }
    super::orgs::lock(tx, org)?;
    let is_seal = |stored: Stored| matches!(stored.entry, Entry::Event { event: AuditEvent::Sealed { .. }, .. });
    if newest(tx, org, Trail::Action(Some(AuditAction::Server)), 0, u64::MAX >> 1, u64::MAX >> 1)?.into_iter().any(is_seal) {
        return Ok(());
    }
    let mut seal = Seal::default();
    walk(tx, org, None, &mut |row| {
        seal.take(&row);
        Ok(row.version == 1)
    })?;
    let (entries, hash) = seal.of();
    audit::append(tx, env, org, None, None, AuditEvent::Sealed { entries, hash }).map(drop)
}

fn insert(tx: &mut dyn Tx, org: OrgId, row: LogRow) -> Result<()> {
    let sql = format!("INSERT INTO log ({COLUMNS}, org_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)");
    tx.execute(
        &sql,
        &[
            row.seq.into(),
            row.version.into(),
            row.entry.into(),
            row.kind.into(),
            row.doc.into(),
            row.author.into(),
            row.device.into(),
            row.command.into(),
            row.hash.into(),
            row.accepted_at.into(),
            row.action.into(),
            row.content.into(),
            row.payload.into(),
            row.salt.into(),
            row.chain.into(),
            org.into(),
        ],
    )?;
    Ok(())
}

/// Rows as they lie there from `seq` on, accepted before `at` one after another, at most `limit`.
pub fn older_than(tx: &mut dyn Tx, org: OrgId, seq: u64, at: i64, limit: u64) -> Result<Vec<LogRow>> {
    let mut rows = Vec::new();
    let sql = format!("SELECT {COLUMNS} FROM log WHERE org_id = $1 AND seq >= $2 ORDER BY seq LIMIT $3");
    tx.each(&sql, &[org.into(), seq.into(), limit.into()], &mut |row| {
        let row = raw(row)?;
        let is_older = row.accepted_at < at;
        rows.extend(is_older.then_some(row));
        Ok(is_older)
    })?;
    Ok(rows)
}

/// Drops payload and salt of these entries. They are written anew instead of in place: rows that only
/// become shorter leave every page half full, and SQLite gives back whole pages alone.
pub fn drop_payloads(tx: &mut dyn Tx, org: OrgId, rows: Vec<LogRow>) -> Result<()> {
    for mut row in rows.into_iter().filter(LogRow::is_droppable) {
        tx.execute("DELETE FROM log WHERE org_id = $1 AND seq = $2", &[org.into(), row.seq.into()])?;
        (row.payload, row.salt) = (Vec::new(), Vec::new());
        insert(tx, org, row)?;
    }
    Ok(())
}

/// Row after row as it lies there, in order, until `each` answers `false`; of `doc` alone where one is
/// given.
pub fn walk(tx: &mut dyn Tx, org: OrgId, doc: Option<DocId>, each: &mut dyn FnMut(LogRow) -> Result<bool>) -> Result<()> {
    let mut take = |row| each(raw(row)?);
    match doc {
        None => tx.each(&format!("SELECT {COLUMNS} FROM log WHERE org_id = $1 ORDER BY seq"), &[org.into()], &mut take),
        Some(doc) => {
            let sql = of_doc(COLUMNS, "org_id = $1 AND kind = $2 AND doc_id = $3");
            tx.each(&format!("{sql} ORDER BY seq"), &[org.into(), doc.kind.as_str().into(), doc.id.into()], &mut take)
        }
    }
}

/// Changes and what is none, each by its own index.
fn of_doc(columns: &str, condition: &str) -> String {
    let part = |entry| format!("SELECT {columns} FROM log WHERE {condition} AND entry {entry} 'change'");
    format!("{} UNION ALL {}", part("="), part("<>"))
}

fn raw(mut row: Row) -> Result<LogRow> {
    Ok(LogRow {
        seq: row.int(0)?,
        version: row.int(1)?,
        entry: row.text(2)?,
        kind: row.opt_text(3)?,
        doc: row.opt_bytes(4)?,
        author: row.opt_bytes(5)?,
        device: row.opt_bytes(6)?,
        command: row.opt_bytes(7)?,
        hash: row.opt_bytes(8)?,
        accepted_at: row.int(9)?,
        action: row.opt_text(10)?,
        content: row.opt_bytes(11)?,
        payload: row.bytes(12)?,
        salt: row.bytes(13)?,
        chain: row.bytes(14)?,
    })
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
        &format!("SELECT {STORED} FROM log WHERE org_id = $1 AND seq > $2 ORDER BY seq LIMIT $3"),
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

/// How the document came into channels and left them, in order: `seq`, when, and the move.
pub fn moves(tx: &mut dyn Tx, org: OrgId, doc: DocId) -> Result<Vec<(u64, i64, Move)>> {
    let rows = tx.query(
        "SELECT seq, accepted_at, payload FROM log WHERE org_id = $1 AND kind = $2 AND doc_id = $3 AND entry = 'move' ORDER BY seq",
        &[org.into(), doc.kind.as_str().into(), doc.id.into()],
    )?;
    rows.into_iter().map(|mut row| Ok((row.count(0)?, row.int(1)?, unpack(&row.bytes(2)?)?))).collect()
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

/// Recomputes the chain; answers the first `seq` that does not fit. `audit::verify` says more.
pub fn verify(tx: &mut dyn Tx, org: OrgId) -> Result<Option<u64>> {
    let mut chain = genesis(org).to_vec();
    let (mut next, mut broken) = (1, None);
    walk(tx, org, None, &mut |row| {
        if row.seq != next || !row.has_its_content() || row.link(&chain)[..] != row.chain[..] {
            broken = Some(row.seq.cast_unsigned());
        }
        (next, chain) = (row.seq + 1, row.chain);
        Ok(broken.is_none())
    })?;
    Ok(broken)
}

/// The document that a row names.
#[must_use]
pub fn doc_of(row: &LogRow) -> Option<DocId> {
    let id = Uuid::from_slice(row.doc.as_deref()?).ok()?;
    Some(DocId { kind: row.kind.as_deref()?.parse().ok()?, id })
}

/// Documents of which there are changes and nothing else, at most `limit`.
pub fn without_document(tx: &mut dyn Tx, org: OrgId, limit: u64) -> Result<Vec<DocId>> {
    let rows = tx.query(
        "SELECT DISTINCT g.kind, g.doc_id FROM log g WHERE g.org_id = $1 AND g.entry = 'change' AND NOT EXISTS \
         (SELECT 1 FROM documents d WHERE d.org_id = g.org_id AND d.kind = g.kind AND d.doc_id = g.doc_id) LIMIT $2",
        &[org.into(), limit.into()],
    )?;
    rows.into_iter().map(|mut row| Ok(DocId { kind: row.parsed(0)?, id: row.id(1)? })).collect()
}

/// What of the log is looked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trail {
    All,
    Doc(DocId),
    Author(UserId),
    /// `None` for entries of version 1, which do not say; they come before all others.
    Action(Option<AuditAction>),
}

/// The newest entries of a trail between two `seq`s, neither included: newest first, at most `limit`.
pub fn newest(tx: &mut dyn Tx, org: OrgId, trail: Trail, after: u64, before: u64, limit: u64) -> Result<Vec<Stored>> {
    let mut params: Vec<Value> = vec![org.into(), after.into(), before.into(), limit.into()];
    let between = "org_id = $1 AND seq > $2 AND seq < $3";
    let plain = |along: &str| format!("SELECT {STORED} FROM log WHERE {between}{along}");
    let sql = match trail {
        Trail::All => plain(""),
        Trail::Doc(doc) => {
            params.extend([doc.kind.as_str().into(), doc.id.into()]);
            of_doc(STORED, &format!("{between} AND kind = $5 AND doc_id = $6"))
        }
        Trail::Author(user) => {
            params.push(user.into());
            plain(" AND author = $5")
        }
        Trail::Action(Some(action)) => {
            params.push(action.as_str().into());
            plain(" AND action = $5")
        }
        Trail::Action(None) => plain(" AND action IS NULL"),
    };
    tx.query(&format!("{sql} ORDER BY seq DESC LIMIT $4"), &params)?.into_iter().map(read).collect()
}

/// When the entry was accepted, ms since the epoch.
pub fn time_of(tx: &mut dyn Tx, org: OrgId, seq: u64) -> Result<Option<i64>> {
    tx.query_opt("SELECT accepted_at FROM log WHERE org_id = $1 AND seq = $2", &[org.into(), seq.into()])?
        .map(|mut row| row.int(0))
        .transpose()
}

/// The last entry after `seq` that devices are told of, 0 for none.
pub fn news_after(tx: &mut dyn Tx, org: OrgId, seq: u64) -> Result<u64> {
    let sql = "SELECT coalesce(max(seq), 0) FROM log WHERE org_id = $1 AND seq > $2 AND entry NOT IN ('event', 'horizon')";
    tx.query_opt(sql, &[org.into(), seq.into()])?.map_or(Ok(0), |mut row| row.count(0))
}

impl Entry {
    fn name(&self) -> &'static str {
        match self {
            Entry::Change(_) => "change",
            Entry::Move { .. } => "move",
            Entry::Row { .. } | Entry::DocRow { .. } | Entry::Dropped { .. } => "row",
            Entry::Event { .. } => "event",
            Entry::Horizon { .. } => "horizon",
        }
    }

    fn doc(&self) -> Option<DocId> {
        match self {
            Entry::Change(change) => Some(change.doc),
            Entry::Move { doc, .. } | Entry::DocRow { doc, .. } => Some(*doc),
            Entry::Row { .. } | Entry::Horizon { .. } => None,
            Entry::Dropped { doc, .. } => *doc,
            Entry::Event { event, .. } => event.lead().map(DocId::lead),
        }
    }

    fn change(&self) -> Option<&Change> {
        match self {
            Entry::Change(change) => Some(change),
            Entry::Move { .. }
            | Entry::Row { .. }
            | Entry::DocRow { .. }
            | Entry::Event { .. }
            | Entry::Horizon { .. }
            | Entry::Dropped { .. } => None,
        }
    }

    fn device(&self) -> Option<DeviceId> {
        match self {
            Entry::Change(change) => change.device,
            Entry::Event { device, .. } => *device,
            Entry::Move { .. } | Entry::Row { .. } | Entry::DocRow { .. } | Entry::Horizon { .. } | Entry::Dropped { .. } => None,
        }
    }

    /// What it is in the audit log; nothing for what another entry tells of.
    fn action(&self) -> Option<AuditAction> {
        match self {
            Entry::Change(change) => records::envelope_of(&change.bytes).and_then(|e| audit::action_of(&e.command)),
            Entry::Move { moved, .. } => moved.owner.is_some().then_some(AuditAction::Assign),
            Entry::Row { .. } | Entry::DocRow { .. } | Entry::Horizon { .. } | Entry::Dropped { .. } => None,
            Entry::Event { event, .. } => Some(event.action()),
        }
    }

    /// Who did it; the nil id for nobody who was signed in.
    #[must_use]
    pub fn author(&self) -> UserId {
        match self {
            Entry::Change(change) => change.author,
            Entry::Move { author, .. } | Entry::Row { author, .. } | Entry::DocRow { author, .. } | Entry::Dropped { author, .. } => {
                *author
            }
            Entry::Horizon { .. } => UserId(Uuid::nil()),
            Entry::Event { author, .. } => author.unwrap_or(UserId(Uuid::nil())),
        }
    }
}

/// H(salt ‖ payload)
fn content(salt: &[u8], payload: &[u8]) -> [u8; 32] {
    Sha256::new_with_prefix(salt).chain_update(payload).finalize().into()
}

fn link_1(previous: &[u8], fields: [&[u8]; 5]) -> [u8; 32] {
    fields.into_iter().fold(Sha256::new_with_prefix(previous), |hash, field| hash.chain_update(field)).finalize().into()
}

fn some(bytes: &Option<Vec<u8>>) -> &[u8] {
    bytes.as_deref().unwrap_or_default()
}

fn text(text: &Option<String>) -> &[u8] {
    text.as_ref().map_or(&[], |t| t.as_bytes())
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
        ("row", doc) if payload.is_empty() => Entry::Dropped { doc, author },
        ("row", Some(doc)) => Entry::DocRow { doc, author, fact: unpack(&payload)? },
        ("row", None) => Entry::Row { author, fact: unpack(&payload)? },
        ("event", _) => {
            Entry::Event { author: Some(author).filter(|a: &UserId| !a.0.is_nil()), device: row.opt_id(6)?, event: unpack(&payload)? }
        }
        ("horizon", _) => Entry::Horizon { through: unpack(&payload)? },
        _ => return Err(StoreError::Corrupt(format!("a log entry of kind {name}"))),
    };
    Ok(Stored { seq: row.count(0)?, version: row.int(10)?, accepted_at: row.int(1)?, entry })
}
