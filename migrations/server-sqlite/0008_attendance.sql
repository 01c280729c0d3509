-- Who was at work. Lines are added, never changed; `place` is their order. `line_id` is the client's, so
-- that a retry is known. `by_id` is NULL where the server did it.
CREATE TABLE attendance (
  org_id BLOB NOT NULL REFERENCES orgs (org_id),
  user_id BLOB NOT NULL,
  line_id BLOB NOT NULL,
  place INTEGER NOT NULL,
  status TEXT NOT NULL,
  reason TEXT,
  at INTEGER NOT NULL,
  by_id BLOB,
  PRIMARY KEY (org_id, user_id, line_id)
) STRICT;
CREATE UNIQUE INDEX attendance_place ON attendance (org_id, place);
CREATE INDEX attendance_of ON attendance (org_id, user_id, place);
