-- What a dashboard counts: when the owner got the lead, when it was converted or dropped, and who called when.
ALTER TABLE leads ADD COLUMN assigned_at INTEGER;
ALTER TABLE leads ADD COLUMN converted_at INTEGER;
ALTER TABLE leads ADD COLUMN dropped_at INTEGER;
-- JSON list, the first call first; empty for none.
ALTER TABLE leads ADD COLUMN called TEXT NOT NULL DEFAULT '';
