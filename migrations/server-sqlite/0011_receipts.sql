-- The number of each receipt, given in the transaction that accepts its entry. Rows are never removed, so that the
-- next number is one more than the highest.
CREATE TABLE receipts (
  org_id BLOB NOT NULL REFERENCES orgs (org_id),
  entry_id BLOB NOT NULL,
  lead_id BLOB NOT NULL,
  number INTEGER NOT NULL,
  prefix TEXT NOT NULL,
  PRIMARY KEY (org_id, entry_id)
) STRICT;
CREATE UNIQUE INDEX receipts_number ON receipts (org_id, number);
CREATE INDEX receipts_lead ON receipts (org_id, lead_id);
