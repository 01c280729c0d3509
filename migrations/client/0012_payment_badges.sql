-- Where payments stand, as the server says it to those who may not hold the ledger.
CREATE TABLE payment_badges (
    lead BLOB PRIMARY KEY,
    status TEXT NOT NULL,
    next_due TEXT
) WITHOUT ROWID;
