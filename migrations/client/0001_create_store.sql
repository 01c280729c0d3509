-- The device's store. Documents are the truth; everything under "read model" can be made from them.

-- Small facts of the profile: device id, session, server, pull cursor, organisation, preferences.
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- One Automerge document per record, with this device's pending edits in it.
CREATE TABLE documents (
    kind TEXT NOT NULL,
    id BLOB NOT NULL,
    -- Without pending edits; NULL while there are none, when `snapshot` is that.
    confirmed BLOB,
    -- MessagePack of [ChangeMeta]: who wrote what, and when the server accepted it.
    metas BLOB NOT NULL,
    -- The back-fill that named the record last; what a finished back-fill did not name is evicted.
    backfill INTEGER NOT NULL DEFAULT 0,
    -- Changes since `snapshot` was written stand in `tails`.
    tail INTEGER NOT NULL DEFAULT 0,
    snapshot BLOB NOT NULL,
    PRIMARY KEY (kind, id)
);

CREATE TABLE tails (
    kind TEXT NOT NULL,
    id BLOB NOT NULL,
    n INTEGER NOT NULL,
    change BLOB NOT NULL,
    PRIMARY KEY (kind, id, n)
) WITHOUT ROWID;

-- Commands the server has not answered yet, in the order they were given.
CREATE TABLE outbox (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    command BLOB NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    doc BLOB NOT NULL,
    -- JSON of the envelope.
    envelope TEXT NOT NULL,
    hash BLOB NOT NULL,
    change BLOB NOT NULL
);
CREATE INDEX outbox_by_doc ON outbox (doc, n);

-- Needs attention: what was refused, until the person decides.
CREATE TABLE attention (
    command BLOB PRIMARY KEY,
    kind TEXT NOT NULL,
    doc BLOB NOT NULL,
    -- The record's name when it was refused; it may be gone since.
    title TEXT NOT NULL,
    envelope TEXT NOT NULL,
    -- JSON of the refusal.
    refusal TEXT NOT NULL,
    refused_at INTEGER NOT NULL,
    -- NULL while it waits; `retried` or `discarded` afterwards.
    settled TEXT
) WITHOUT ROWID;
CREATE INDEX attention_by_doc ON attention (doc) WHERE settled IS NULL;

-- Server-owned rows.
CREATE TABLE users (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    team BLOB,
    disabled INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE teams (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL
) WITHOUT ROWID;

-- Read model of leads. `n` is the row id that the search tables share.
CREATE TABLE leads (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    phone TEXT NOT NULL,
    alt_phone TEXT,
    email TEXT,
    source TEXT,
    language TEXT,
    status TEXT NOT NULL,
    pool TEXT NOT NULL,
    interest INTEGER,
    next_follow_up_at INTEGER,
    conflicts INTEGER NOT NULL,
    -- Commands of this lead in the outbox.
    pending INTEGER NOT NULL,
    owner BLOB,
    team BLOB,
    created_at INTEGER NOT NULL,
    -- With pending edits; the server's own word is `confirmed_at`, to go back to after a refusal.
    updated_at INTEGER NOT NULL,
    confirmed_at INTEGER NOT NULL
);
CREATE INDEX leads_by_change ON leads (updated_at DESC, n DESC);
CREATE INDEX leads_by_pool ON leads (pool, updated_at DESC, n DESC);
CREATE INDEX leads_by_status ON leads (status, pool);

-- Search: words of names and e-mails by prefix; digits of phones anywhere. Vowel signs belong to
-- words, or Devanagari would fall apart.
CREATE VIRTUAL TABLE lead_words USING fts5 (
    name, email, content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'", prefix = '1 2 3', detail = column
);
CREATE VIRTUAL TABLE lead_digits USING fts5 (
    digits, content = '', contentless_delete = 1, tokenize = 'trigram', detail = none
);

-- Text typed but not saved.
CREATE TABLE drafts (
    key TEXT PRIMARY KEY,
    text TEXT NOT NULL,
    at INTEGER NOT NULL
) WITHOUT ROWID;
