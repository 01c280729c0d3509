-- Deleted leads, hand-over proposals and quarantine.

ALTER TABLE leads ADD COLUMN deleted BIGINT NOT NULL DEFAULT 0;

-- How a document came into channels and left them.
CREATE INDEX log_moves ON log (org_id, kind, doc_id, seq) WHERE entry = 'move';

-- Edits of old owners that the new ones take or drop. `state` is open, taken or dropped.
CREATE TABLE proposals (
  org_id BYTEA NOT NULL REFERENCES orgs (org_id),
  command_id BYTEA NOT NULL,
  kind TEXT NOT NULL,
  doc_id BYTEA NOT NULL,
  envelope TEXT NOT NULL,
  state TEXT NOT NULL,
  arrived_at BIGINT NOT NULL,
  settled_by BYTEA,
  PRIMARY KEY (org_id, command_id)
);
CREATE INDEX proposals_open ON proposals (org_id, kind, doc_id) WHERE state = 'open';

-- Edits put aside. `reason` is a QuarantineReason; `state` is held, released or dropped.
CREATE TABLE quarantine (
  org_id BYTEA NOT NULL REFERENCES orgs (org_id),
  command_id BYTEA NOT NULL,
  kind TEXT NOT NULL,
  doc_id BYTEA NOT NULL,
  author BYTEA NOT NULL,
  device_id BYTEA NOT NULL,
  envelope TEXT NOT NULL,
  change BYTEA NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL,
  arrived_at BIGINT NOT NULL,
  settled_by BYTEA,
  PRIMARY KEY (org_id, command_id)
);
CREATE INDEX quarantine_held ON quarantine (org_id, arrived_at) WHERE state = 'held';
