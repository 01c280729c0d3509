//! Numbers of receipts: given under the organisation's lock in the transaction that accepts the entry, so none is
//! left out and none given twice, whichever node takes the push.

use super::batch::Batch;
use crate::store::{Result, receipts};
use domain::config::Setting;
use domain::{Command, DocId};
use protocol::push::PushItem;
use protocol::rows::ReceiptRow;

/// The receipt of an entry that comes in with this item, where it brings money and has none yet.
pub fn of(batch: &mut Batch<'_>, item: &PushItem) -> Result<Option<ReceiptRow>> {
    let (Command::Ledger(command), Some(lead)) = (&item.envelope.command, item.doc.ledger_of()) else { return Ok(None) };
    let entry = item.envelope.id.0;
    if !command.has_receipt() || receipts::of(batch.tx, batch.org, entry)?.is_some() {
        return Ok(None);
    }
    let number = batch.last_receipt()? + 1;
    let config = batch.work(DocId::config(batch.org))?.loaded.as_ref().and_then(|loaded| loaded.record.config());
    let prefix = config.map_or_else(|| Setting::ReceiptPrefix.default_value(), |config| config.value(Setting::ReceiptPrefix));
    Ok(Some(ReceiptRow { entry, lead, number, prefix }))
}
