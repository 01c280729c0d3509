//! The documents used last, loaded. An entry is used only if its `seq` is the stored one: another
//! process may have written since.

use super::Loaded;
use domain::DocId;
use std::collections::HashMap;

pub struct Cache {
    capacity: usize,
    /// Counts uses; the entry with the smallest number was not used for longest.
    tick: u64,
    entries: HashMap<DocId, (Loaded, u64)>,
}

impl Cache {
    pub fn new(capacity: usize) -> Self {
        Self { capacity, tick: 0, entries: HashMap::new() }
    }

    /// The document, if it is held as of `seq`.
    pub fn get(&mut self, doc: DocId, seq: u64) -> Option<Loaded> {
        self.tick += 1;
        let (loaded, used) = self.entries.get_mut(&doc)?;
        *used = self.tick;
        (loaded.seq == seq).then(|| loaded.clone())
    }

    pub fn put(&mut self, doc: DocId, loaded: Loaded) {
        self.tick += 1;
        self.entries.insert(doc, (loaded, self.tick));
        if self.entries.len() > self.capacity {
            self.drop_oldest();
        }
    }

    /// Drops a quarter at once, so that dropping is rare.
    fn drop_oldest(&mut self) {
        let mut used: Vec<u64> = self.entries.values().map(|e| e.1).collect();
        let (_, limit, _) = used.select_nth_unstable(self.capacity / 4);
        let limit = *limit;
        self.entries.retain(|_, e| e.1 > limit);
    }
}
