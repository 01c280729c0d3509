-- Retention. Changes and rows before this `seq` may have lost payload and salt: what they said stands
-- in documents and rows. Entries of kind `horizon` say the same under the chain.
ALTER TABLE orgs ADD COLUMN retained_from INTEGER NOT NULL DEFAULT 1;
