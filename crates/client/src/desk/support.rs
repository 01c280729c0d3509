//! Facts for support: versions, counts and states. No names, numbers, texts, addresses or tokens.

use super::Desk;
use crate::error::ClientError;
use crate::store::{FORMAT, attention, leads, meta, outbox};
use crate::sync::BackfillState;
use domain::{Pool, RefusalCode};
use serde::Serialize;
use std::collections::BTreeMap;

const TABLES: [&str; 12] =
    ["meta", "documents", "tails", "outbox", "attention", "requests", "proposals", "users", "teams", "leads", "drafts", "assignments"];

/// What a support bundle holds.
#[derive(Clone, Debug, Serialize)]
pub struct Support {
    pub version: String,
    pub system: String,
    pub store_format: u32,
    pub at_ms: i64,
    pub signed_in: bool,
    pub role: Option<String>,
    pub zone: Option<String>,
    /// `https`, `http` or none: not where.
    pub server_scheme: Option<String>,
    pub leads_by_pool: BTreeMap<String, u32>,
    pub outbox: u32,
    pub outbox_bytes: u64,
    /// Waiting refusals by code.
    pub attention: BTreeMap<String, u32>,
    pub pulled_at_ms: Option<i64>,
    /// `EPOCH:SEQ:HEX`, see [`Desk::seen_head`].
    pub seen_head: Option<String>,
    /// See [`Desk::contradicted_heads`].
    pub contradicted_heads: Vec<String>,
    pub backfill_running: bool,
    pub backfill_done: u64,
    pub backfill_total: u64,
    pub rows: BTreeMap<String, i64>,
    pub database_bytes: u64,
    pub log_bytes: u64,
    pub documents: DocumentFacts,
    /// `ok`, or what SQLite found.
    pub integrity: String,
}

/// Sizes of the stored documents, bytes.
#[derive(Clone, Debug, Default, Serialize)]
pub struct DocumentFacts {
    pub largest: i64,
    pub average: i64,
    pub with_pending: i64,
}

impl Desk {
    /// The end of the server's log as this profile has last seen it: `EPOCH:SEQ:HEX`, for
    /// `leadline-server audit verify --head`.
    ///
    /// # Errors
    /// `Disk`, `Damaged`.
    pub fn seen_head(&self) -> Result<Option<String>, ClientError> {
        self.read(|c| meta::get(c, meta::SEEN_HEAD))
    }

    /// Ends that the log had, oldest first, and that the server contradicted later: a backup was restored, or
    /// the end was cut off. Each is for `--head` too.
    ///
    /// # Errors
    /// `Disk`, `Damaged`.
    pub fn contradicted_heads(&self) -> Result<Vec<String>, ClientError> {
        Ok(self.read(|c| meta::get(c, meta::CONTRADICTED_HEADS))?.unwrap_or_default())
    }

    /// Facts for a support bundle.
    ///
    /// # Errors
    /// `Disk`, `Damaged`.
    pub fn support(&self) -> Result<Support, ClientError> {
        let at_ms = self.engine.env().now_ms();
        self.read(|c| {
            let facts = crate::session::SessionFacts::load(c)?;
            let backfill: BackfillState = meta::get(c, meta::BACKFILL)?.unwrap_or_default();
            let (outbox, outbox_bytes) = outbox::size(c)?;
            let counts = leads::count_by_pool(c)?;
            let mut refusals: BTreeMap<String, u32> = BTreeMap::new();
            for refused in attention::waiting(c)? {
                *refusals.entry(code(refused.refusal.code)).or_default() += 1;
            }
            let mut rows = BTreeMap::new();
            for table in TABLES {
                rows.insert(table.to_owned(), c.query_row(&format!("SELECT count(*) FROM {table}"), [], |r| r.get(0))?);
            }
            let bytes = |suffix: &str| {
                let file = c.path().map(|path| format!("{path}{suffix}"));
                file.and_then(|file| std::fs::metadata(file).ok()).map_or(0, |file| file.len())
            };
            Ok(Support {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
                store_format: FORMAT,
                at_ms,
                signed_in: facts.as_ref().is_some_and(|facts| facts.signed_in),
                role: facts.as_ref().map(|facts| facts.me.role.as_str().to_owned()),
                zone: facts.map(|facts| facts.org.zone),
                server_scheme: meta::get::<String>(c, meta::SERVER)?.and_then(|s| s.split_once("://").map(|(scheme, _)| scheme.to_owned())),
                leads_by_pool: Pool::ALL.iter().map(|p| (p.as_str().to_owned(), counts[*p as usize])).collect(),
                outbox,
                outbox_bytes,
                attention: refusals,
                pulled_at_ms: meta::get(c, meta::PULLED_AT)?,
                seen_head: meta::get(c, meta::SEEN_HEAD)?,
                contradicted_heads: meta::get(c, meta::CONTRADICTED_HEADS)?.unwrap_or_default(),
                backfill_running: backfill.running,
                backfill_done: backfill.done,
                backfill_total: backfill.total,
                rows,
                database_bytes: bytes(""),
                log_bytes: bytes("-wal"),
                documents: documents(c)?,
                integrity: c.query_row("PRAGMA quick_check(1)", [], |r| r.get(0))?,
            })
        })
    }
}

fn documents(c: &rusqlite::Connection) -> Result<DocumentFacts, ClientError> {
    let sql =
        "SELECT coalesce(max(length(snapshot)), 0), coalesce(cast(avg(length(snapshot)) AS INTEGER), 0), count(confirmed) FROM documents";
    Ok(c.query_row(sql, [], |r| Ok(DocumentFacts { largest: r.get(0)?, average: r.get(1)?, with_pending: r.get(2)? }))?)
}

fn code(code: RefusalCode) -> String {
    serde_json::to_value(code).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}
