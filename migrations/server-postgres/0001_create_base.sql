-- Everything the server keeps. Ids are 16 bytes, instants ms since the epoch, flags 0 or 1.

-- `next_seq` is taken under this row's lock, held to commit; `chain` is the log's head.
CREATE TABLE orgs (
  org_id BYTEA NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  zone TEXT NOT NULL,
  country TEXT NOT NULL,
  currency TEXT NOT NULL,
  phone_prefix TEXT NOT NULL,
  epoch BIGINT NOT NULL,
  next_seq BIGINT NOT NULL,
  chain BYTEA NOT NULL,
  recovery_until BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE teams (
  org_id BYTEA NOT NULL REFERENCES orgs (org_id),
  team_id BYTEA NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (org_id, team_id),
  UNIQUE (org_id, name)
);

CREATE TABLE users (
  org_id BYTEA NOT NULL REFERENCES orgs (org_id),
  user_id BYTEA NOT NULL,
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  team_id BYTEA,
  password_hash TEXT NOT NULL,
  disabled BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, user_id),
  UNIQUE (org_id, email)
);

CREATE TABLE devices (
  org_id BYTEA NOT NULL REFERENCES orgs (org_id),
  device_id BYTEA NOT NULL,
  user_id BYTEA NOT NULL,
  name TEXT NOT NULL,
  app_version TEXT NOT NULL,
  last_seen BIGINT NOT NULL,
  acked_seq BIGINT NOT NULL,
  PRIMARY KEY (org_id, device_id)
);

-- Automerge actor ids: random per database-open, used by one device only; NULL is the server.
CREATE TABLE actors (
  org_id BYTEA NOT NULL REFERENCES orgs (org_id),
  actor BYTEA NOT NULL,
  device_id BYTEA,
  PRIMARY KEY (org_id, actor)
);

-- Tokens are kept as their SHA-256. `used_nonce` is the SHA-256 of the nonce that rotated the row.
CREATE TABLE sessions (
  org_id BYTEA NOT NULL REFERENCES orgs (org_id),
  access_hash BYTEA NOT NULL,
  refresh_hash BYTEA NOT NULL,
  family BYTEA NOT NULL,
  user_id BYTEA NOT NULL,
  device_id BYTEA NOT NULL,
  salt BYTEA NOT NULL,
  access_until BIGINT NOT NULL,
  refresh_until BIGINT NOT NULL,
  used_nonce BYTEA,
  revoked BIGINT NOT NULL,
  PRIMARY KEY (org_id, refresh_hash)
);
CREATE UNIQUE INDEX sessions_access ON sessions (org_id, access_hash);
CREATE INDEX sessions_family ON sessions (org_id, family);

CREATE TABLE documents (
  org_id BYTEA NOT NULL REFERENCES orgs (org_id),
  kind TEXT NOT NULL,
  doc_id BYTEA NOT NULL,
  blob BYTEA NOT NULL,
  seq BIGINT NOT NULL,
  PRIMARY KEY (org_id, kind, doc_id)
);

CREATE TABLE leads (
  org_id BYTEA NOT NULL REFERENCES orgs (org_id),
  lead_id BYTEA NOT NULL,
  owner_id BYTEA,
  team_id BYTEA,
  status TEXT NOT NULL,
  next_follow_up_at BIGINT,
  summary BYTEA NOT NULL,
  updated_seq BIGINT NOT NULL,
  PRIMARY KEY (org_id, lead_id)
);
CREATE INDEX leads_owner ON leads (org_id, owner_id, lead_id);
CREATE INDEX leads_team ON leads (org_id, team_id, lead_id);
CREATE INDEX leads_status ON leads (org_id, status, lead_id);
CREATE INDEX leads_due ON leads (org_id, next_follow_up_at);

-- The ordered log. `entry` is change, move or row; `chain` is the hash over everything up to here.
CREATE TABLE log (
  org_id BYTEA NOT NULL REFERENCES orgs (org_id),
  seq BIGINT NOT NULL,
  entry TEXT NOT NULL,
  kind TEXT,
  doc_id BYTEA,
  author BYTEA,
  device_id BYTEA,
  command_id BYTEA,
  hash BYTEA,
  payload BYTEA NOT NULL,
  salt BYTEA NOT NULL,
  accepted_at BIGINT NOT NULL,
  chain BYTEA NOT NULL,
  PRIMARY KEY (org_id, seq)
);
-- Who wrote what when, of one document, without its changes' bytes.
CREATE INDEX log_changes ON log (org_id, kind, doc_id, seq, command_id, author, device_id, accepted_at) WHERE entry = 'change';

-- How each command ended. `maps_to` lists what stands for a refused or re-executed change.
CREATE TABLE outcomes (
  org_id BYTEA NOT NULL REFERENCES orgs (org_id),
  command_id BYTEA NOT NULL,
  hash BYTEA NOT NULL,
  kind TEXT NOT NULL,
  doc_id BYTEA NOT NULL,
  author BYTEA NOT NULL,
  device_id BYTEA NOT NULL,
  outcome BYTEA NOT NULL,
  maps_to BYTEA,
  decided_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, command_id)
);
CREATE INDEX outcomes_hash ON outcomes (org_id, hash) WHERE maps_to IS NOT NULL;
