-- How leads are given out. `version` counts the changes and is compared when the rules are set; an organisation
-- without a row has the usual ones.
CREATE TABLE assignment (
  org_id BYTEA NOT NULL PRIMARY KEY REFERENCES orgs (org_id),
  version BIGINT NOT NULL
);

-- Rules in their order, and what is written down of a person.
CREATE TABLE assignment_rules (
  org_id BYTEA NOT NULL REFERENCES orgs (org_id),
  place BIGINT NOT NULL,
  rule BYTEA NOT NULL,
  PRIMARY KEY (org_id, place)
);
CREATE TABLE assignment_takers (
  org_id BYTEA NOT NULL REFERENCES orgs (org_id),
  user_id BYTEA NOT NULL,
  taker BYTEA NOT NULL,
  PRIMARY KEY (org_id, user_id)
);

-- Where the rotation of each rule stands: written with the owner that it gave.
CREATE TABLE assignment_positions (
  org_id BYTEA NOT NULL REFERENCES orgs (org_id),
  rule_id BYTEA NOT NULL,
  last_id BYTEA,
  round BIGINT NOT NULL,
  PRIMARY KEY (org_id, rule_id)
);

-- What was decided, by rules or by hand, in order. Lines are added, never changed.
CREATE TABLE assignments (
  org_id BYTEA NOT NULL REFERENCES orgs (org_id),
  place BIGINT NOT NULL,
  lead_id BYTEA NOT NULL,
  assignment BYTEA NOT NULL,
  PRIMARY KEY (org_id, place)
);
CREATE INDEX assignments_of ON assignments (org_id, lead_id, place);

-- How many leads a person was given on a day of the organisation's zone.
CREATE TABLE assigned_days (
  org_id BYTEA NOT NULL REFERENCES orgs (org_id),
  day TEXT NOT NULL,
  user_id BYTEA NOT NULL,
  given BIGINT NOT NULL,
  PRIMARY KEY (org_id, day, user_id)
);

-- Leads that nobody could be given yet (the fall-back queue), those that were converted and nobody collects yet, and
-- those whose owner has to touch them in time.
CREATE TABLE waiting_leads (
  org_id BYTEA NOT NULL REFERENCES orgs (org_id),
  part TEXT NOT NULL,
  lead_id BYTEA NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (org_id, part, lead_id)
);
CREATE TABLE untouched_leads (
  org_id BYTEA NOT NULL REFERENCES orgs (org_id),
  lead_id BYTEA NOT NULL,
  owner_id BYTEA NOT NULL,
  since BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  moved BIGINT NOT NULL,
  PRIMARY KEY (org_id, lead_id)
);
CREATE INDEX untouched_since ON untouched_leads (org_id, since);

-- Answers of requests that name a key of their own, so that a retry gets the same one.
CREATE TABLE idempotency (
  org_id BYTEA NOT NULL REFERENCES orgs (org_id),
  user_id BYTEA NOT NULL,
  key TEXT NOT NULL,
  digest BYTEA NOT NULL,
  answer BYTEA NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (org_id, user_id, key)
);
CREATE INDEX idempotency_age ON idempotency (org_id, at);

-- The number by which a lead that comes back is known, NULL where an older server wrote the row; and who collects.
ALTER TABLE leads ADD COLUMN phone TEXT;
ALTER TABLE leads ADD COLUMN collector_id BYTEA;
CREATE INDEX leads_phone ON leads (org_id, phone, lead_id);
