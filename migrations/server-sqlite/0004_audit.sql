-- The log chains every column: `version` 2. `content` is H(salt || payload), so that both can go one
-- day and the chain still holds. `action` is what an entry is in the audit log: empty for one that
-- is no line there, NULL for one of version 1.
ALTER TABLE log ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE log ADD COLUMN content BLOB;
ALTER TABLE log ADD COLUMN action TEXT;

CREATE INDEX log_author ON log (org_id, author, seq);
CREATE INDEX log_action ON log (org_id, action, seq);
-- With log_changes, all of one document; a whole index would be taken instead of that one.
CREATE INDEX log_doc ON log (org_id, kind, doc_id, seq) WHERE entry <> 'change';
