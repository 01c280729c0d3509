-- Deletion, hand-over proposals, notices; and search tables that forget what leaves.

-- A deleted lead is in no list but Deleted items: its pool is `deleted`, and lists read through the
-- partial indexes.
ALTER TABLE leads ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;
DROP INDEX leads_by_change;
CREATE INDEX leads_by_change ON leads (updated_at DESC, n DESC) WHERE deleted = 0;
CREATE INDEX leads_deleted ON leads (updated_at DESC) WHERE deleted = 1;

-- Only whole numbers are looked for here; parts of them in memory.
CREATE INDEX leads_by_phone ON leads (phone);
CREATE INDEX leads_by_alt_phone ON leads (alt_phone) WHERE alt_phone IS NOT NULL;
DROP TABLE lead_digits;

-- `secure-delete` takes the words of an evicted lead out of the index itself; a contentless table
-- would only mark them.
DROP TABLE lead_words;
CREATE VIRTUAL TABLE lead_words USING fts5 (
    name, email, content = 'leads', content_rowid = 'n', tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'",
    prefix = '1 2 3', detail = column
);
INSERT INTO lead_words (lead_words, rank) VALUES ('secure-delete', 1);
INSERT INTO lead_words (lead_words) VALUES ('rebuild');
-- The words that it holds, in order.
CREATE VIRTUAL TABLE lead_terms USING fts5vocab (lead_words, instance);

-- Open proposals of old owners, for whoever sees the lead.
CREATE TABLE proposals (
    id BLOB PRIMARY KEY,
    kind TEXT NOT NULL,
    doc BLOB NOT NULL,
    -- JSON.
    proposal TEXT NOT NULL,
    arrived_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX proposals_by_doc ON proposals (doc, arrived_at);

-- `refused`, or what else became of it: `proposed`, `quarantined`.
ALTER TABLE attention ADD COLUMN became TEXT NOT NULL DEFAULT 'refused';
