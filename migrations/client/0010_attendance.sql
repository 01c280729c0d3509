-- Who is at work, as the server said it last: own, and of those whom this person sees. `standing` is JSON.
CREATE TABLE attendance (
  user BLOB PRIMARY KEY,
  place INTEGER NOT NULL,
  standing TEXT NOT NULL
) WITHOUT ROWID, STRICT;
-- Own steps that wait for the server, in order. One that was tried may have arrived.
CREATE TABLE attendance_steps (
  n INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  step TEXT NOT NULL,
  asked_at INTEGER NOT NULL,
  tried INTEGER NOT NULL DEFAULT 0
) STRICT;
