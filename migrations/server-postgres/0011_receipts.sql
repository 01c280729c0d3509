-- The number of each receipt, given in the transaction that accepts its entry. Rows are never removed, so that the
-- next number is one more than the highest.
CREATE TABLE receipts (
  org_id BYTEA NOT NULL REFERENCES orgs (org_id),
  entry_id BYTEA NOT NULL,
  lead_id BYTEA NOT NULL,
  number BIGINT NOT NULL,
  prefix TEXT NOT NULL,
  PRIMARY KEY (org_id, entry_id)
);
CREATE UNIQUE INDEX receipts_number ON receipts (org_id, number);
CREATE INDEX receipts_lead ON receipts (org_id, lead_id);
