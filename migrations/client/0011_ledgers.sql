-- What each ledger in sight comes to, in minor units of the organisation's currency; made from its document.
CREATE TABLE ledgers (
    lead BLOB PRIMARY KEY,
    -- Pending, partial or completed; overdue is what is not completed and has `next_due` before today.
    status TEXT NOT NULL,
    package INTEGER,
    -- The package less discounts.
    due INTEGER,
    paid INTEGER NOT NULL,
    balance INTEGER,
    over_paid INTEGER NOT NULL,
    refunded INTEGER NOT NULL,
    discounts INTEGER NOT NULL,
    last_payment TEXT,
    -- JSON list of what is missing of each instalment, by day; empty for none.
    missing TEXT NOT NULL DEFAULT '',
    next_due TEXT,
    promise_day TEXT,
    promise_amount INTEGER,
    -- Package or plan were set twice at once.
    contested INTEGER NOT NULL,
    -- A reversal lost to another.
    outdone INTEGER NOT NULL
) WITHOUT ROWID;

-- Money that counts: payments and, as less than nothing, refunds; by the id under which each is reversed.
CREATE TABLE payments (
    entry BLOB PRIMARY KEY,
    lead BLOB NOT NULL,
    day TEXT NOT NULL,
    amount INTEGER NOT NULL,
    mode TEXT NOT NULL,
    reference TEXT,
    -- As it is compared.
    reference_key TEXT,
    note TEXT NOT NULL,
    -- Who wrote it.
    author BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX payments_by_day ON payments (day DESC, entry DESC);
CREATE INDEX payments_by_lead ON payments (lead);
CREATE INDEX payments_by_reference ON payments (reference_key) WHERE reference_key IS NOT NULL;
