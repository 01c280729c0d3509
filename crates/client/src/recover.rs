//! After the server was restored from a backup: what this device knows to be accepted and the
//! server lacks goes into the outbox again, as it was, whoever wrote it.

use crate::error::ClientError;
use crate::store::outbox;
use domain::DocId;
use records::Doc;
use rusqlite::Connection;

/// Queues the changes of `old` that are not in `ground`; how many they are.
pub(crate) fn enqueue_lost(c: &Connection, id: DocId, old: &Doc, ground: &Doc) -> Result<u32, ClientError> {
    let mut queued = 0;
    for entry in records::history(old) {
        let Some(envelope) = entry.envelope else { continue };
        if ground.has(&entry.hash) || outbox::contains(c, envelope.id)? {
            continue;
        }
        if let Some(change) = old.change_bytes(&entry.hash) {
            outbox::push(c, id, &envelope, entry.hash, &change)?;
            queued += 1;
        }
    }
    Ok(queued)
}
