-- Notifications of this person, as the server sent them. `mark` is as the user_state document says: 0 unread, 1 read,
-- 2 removed; `n` is the order in which they came here.
CREATE TABLE notices (
  n INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  lead BLOB NOT NULL,
  mark INTEGER NOT NULL DEFAULT 0,
  notice TEXT NOT NULL
) STRICT;
CREATE INDEX notices_at ON notices (mark, at, n);
CREATE INDEX notices_lead ON notices (lead);
