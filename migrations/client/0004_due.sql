-- What lists, the queue and the Follow-ups page read beside a lead's line.

-- JSON lists; empty for none. What is due is also a row each below.
ALTER TABLE leads ADD COLUMN follow_ups TEXT NOT NULL DEFAULT '';
ALTER TABLE leads ADD COLUMN tags TEXT NOT NULL DEFAULT '';
ALTER TABLE leads ADD COLUMN calls INTEGER NOT NULL DEFAULT 0;
ALTER TABLE leads ADD COLUMN last_call_at INTEGER;
-- Calls that nobody took since somebody was reached last.
ALTER TABLE leads ADD COLUMN unreached INTEGER NOT NULL DEFAULT 0;

-- Open follow-ups of leads that are worked on, by time; `n` is the lead's row.
CREATE TABLE due (
    due_at INTEGER NOT NULL,
    n INTEGER NOT NULL,
    follow_up BLOB NOT NULL,
    owner BLOB,
    PRIMARY KEY (due_at, n, follow_up)
) WITHOUT ROWID;
CREATE INDEX due_by_owner ON due (owner, due_at);
