-- Hand-over: what waits for the server's word, and records that are about to leave.

-- Assignments given while the server was out of reach. One that was refused is shown until the person
-- has read it.
CREATE TABLE requests (
    id BLOB PRIMARY KEY,
    lead BLOB NOT NULL,
    -- The owner on the screen, which the server compares; NULL is nobody.
    expected BLOB,
    owner BLOB,
    asked_at INTEGER NOT NULL,
    -- Why not, in words; NULL while it waits.
    refused TEXT,
    refused_at INTEGER,
    -- `discarded` once read.
    settled TEXT
) WITHOUT ROWID;
CREATE UNIQUE INDEX requests_waiting ON requests (lead) WHERE refused IS NULL;

-- A hand-over waits for this record's pending edits: nothing is typed into it any more.
ALTER TABLE documents ADD COLUMN frozen INTEGER NOT NULL DEFAULT 0;
CREATE INDEX documents_frozen ON documents (kind, id) WHERE frozen = 1;

-- The change that was refused, so that its author can send it on; NULL for what never was one.
ALTER TABLE attention ADD COLUMN change BLOB;
