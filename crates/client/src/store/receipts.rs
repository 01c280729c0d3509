//! Numbers of receipts, as the server gave them.

use crate::error::ClientError;
use domain::LeadId;
use protocol::rows::ReceiptRow;
use rusqlite::{Connection, params};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Keeps one. After a restore the server may have given the entry another: the later stands.
pub fn put(c: &Connection, receipt: &ReceiptRow) -> Result<(), ClientError> {
    c.prepare_cached(
        "INSERT INTO receipts (entry, lead, number, prefix) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (entry) DO UPDATE SET lead = ?2, number = ?3, prefix = ?4",
    )?
    .execute(params![receipt.entry.as_bytes(), receipt.lead.0.as_bytes(), receipt.number.cast_signed(), receipt.prefix])?;
    Ok(())
}

/// What the server says of a ledger in one piece.
pub fn put_all(c: &Connection, lead: LeadId, receipts: &[ReceiptRow]) -> Result<(), ClientError> {
    forget_of(c, lead)?;
    receipts.iter().try_for_each(|receipt| put(c, receipt))
}

/// Of a ledger that is not in sight any more.
pub fn forget_of(c: &Connection, lead: LeadId) -> Result<(), ClientError> {
    c.prepare_cached("DELETE FROM receipts WHERE lead = ?1")?.execute([lead.0.as_bytes()])?;
    Ok(())
}

/// By entry.
pub fn of_lead(c: &Connection, lead: LeadId) -> Result<BTreeMap<Uuid, ReceiptRow>, ClientError> {
    let mut rows = c.prepare_cached("SELECT entry, number, prefix FROM receipts WHERE lead = ?1")?;
    let found = rows.query_map([lead.0.as_bytes()], |r| {
        let entry = Uuid::from_bytes(r.get(0)?);
        Ok((entry, ReceiptRow { entry, lead, number: r.get::<_, i64>(1)?.cast_unsigned(), prefix: r.get(2)? }))
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}
