//! Documents that rest are packed. That they load, and come out of it as they were, is looked at first;
//! one that was changed meanwhile stays as it is, and the next change writes it plainly again.
//! Saving an unpacked one anew would save nothing: the stored bytes are those of a fresh save.

use super::Run;
use crate::store::Result;
use crate::store::documents::{self, Resting};
use records::Doc;

/// Documents of one transaction.
const DOCUMENTS: u64 = 100;

/// A document with its packed bytes.
struct Packed {
    resting: Resting,
    packed: Vec<u8>,
}

impl Run<'_> {
    pub(super) fn fold_documents(&mut self) -> Result<()> {
        let mut after = None;
        loop {
            let page = self.store.read(|tx| documents::resting(tx, self.org, after, self.before, DOCUMENTS))?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.doc);
            self.report.documents += page.len() as u64;
            let packed = page.into_iter().filter_map(|resting| self.pack(resting).transpose()).collect::<Result<Vec<_>>>()?;
            if !packed.is_empty() {
                self.put(packed)?;
            }
            (self.told)("documents", self.report.documents);
        }
    }

    /// Outside of any transaction.
    fn pack(&mut self, resting: Resting) -> Result<Option<Packed>> {
        if let Err(error) = Doc::load(&resting.blob) {
            tracing::error!(doc = %resting.doc, %error, "a document does not load");
            self.report.unreadable += 1;
            return Ok(None);
        }
        let Some(packed) = documents::packed(&resting.blob)? else { return Ok(None) };
        let is_same = documents::unpacked(packed.clone())? == resting.blob;
        Ok(is_same.then_some(Packed { resting, packed }))
    }

    fn put(&mut self, all: Vec<Packed>) -> Result<()> {
        let (org, mut report) = (self.org, self.report);
        self.write(|tx, _| {
            for Packed { resting: Resting { doc, blob, seq }, packed } in all {
                if documents::seq(tx, org, doc)? == Some(seq) {
                    report.folded += 1;
                    report.folded_bytes += (blob.len() - packed.len()) as u64;
                    documents::put(tx, org, doc, packed, seq)?;
                }
            }
            Ok(())
        })?;
        self.report = report;
        Ok(())
    }
}
