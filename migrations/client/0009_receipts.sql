-- Numbers of receipts of ledgers that are here, as the server gave them.
CREATE TABLE receipts (
  entry BLOB PRIMARY KEY,
  lead BLOB NOT NULL,
  number INTEGER NOT NULL,
  prefix TEXT NOT NULL
) STRICT;
CREATE INDEX receipts_lead ON receipts (lead);
