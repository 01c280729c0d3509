-- Who was given a lead, when and why, as the server sent it.
CREATE TABLE assignments (
  id BLOB PRIMARY KEY,
  lead BLOB NOT NULL,
  place INTEGER NOT NULL,
  assignment TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX assignments_lead ON assignments (lead, place);
