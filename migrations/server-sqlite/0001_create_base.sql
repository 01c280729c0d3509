-- Everything the server keeps. Ids are 16 bytes, instants ms since the epoch, flags 0 or 1.

-- `next_seq` is taken under this row's lock, held to commit; `chain` is the log's head.
CREATE TABLE orgs (
  org_id BLOB NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  zone TEXT NOT NULL,
  country TEXT NOT NULL,
  currency TEXT NOT NULL,
  phone_prefix TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  next_seq INTEGER NOT NULL,
  chain BLOB NOT NULL,
  recovery_until INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE teams (
  org_id BLOB NOT NULL REFERENCES orgs (org_id),
  team_id BLOB NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (org_id, team_id),
  UNIQUE (org_id, name)
) STRICT;

CREATE TABLE users (
  org_id BLOB NOT NULL REFERENCES orgs (org_id),
  user_id BLOB NOT NULL,
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  team_id BLOB,
  password_hash TEXT NOT NULL,
  disabled INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (org_id, user_id),
  UNIQUE (org_id, email)
) STRICT;

CREATE TABLE devices (
  org_id BLOB NOT NULL REFERENCES orgs (org_id),
  device_id BLOB NOT NULL,
  user_id BLOB NOT NULL,
  name TEXT NOT NULL,
  app_version TEXT NOT NULL,
  last_seen INTEGER NOT NULL,
  acked_seq INTEGER NOT NULL,
  PRIMARY KEY (org_id, device_id)
) STRICT;

-- Automerge actor ids: random per database-open, used by one device only; NULL is the server.
CREATE TABLE actors (
  org_id BLOB NOT NULL REFERENCES orgs (org_id),
  actor BLOB NOT NULL,
  device_id BLOB,
  PRIMARY KEY (org_id, actor)
) STRICT;

-- Tokens are kept as their SHA-256. `used_nonce` is the SHA-256 of the nonce that rotated the row.
CREATE TABLE sessions (
  org_id BLOB NOT NULL REFERENCES orgs (org_id),
  access_hash BLOB NOT NULL,
  refresh_hash BLOB NOT NULL,
  family BLOB NOT NULL,
  user_id BLOB NOT NULL,
  device_id BLOB NOT NULL,
  salt BLOB NOT NULL,
  access_until INTEGER NOT NULL,
  refresh_until INTEGER NOT NULL,
  used_nonce BLOB,
  revoked INTEGER NOT NULL,
  PRIMARY KEY (org_id, refresh_hash)
) STRICT;
CREATE UNIQUE INDEX sessions_access ON sessions (org_id, access_hash);
CREATE INDEX sessions_family ON sessions (org_id, family);

CREATE TABLE documents (
  org_id BLOB NOT NULL REFERENCES orgs (org_id),
  kind TEXT NOT NULL,
  doc_id BLOB NOT NULL,
  blob BLOB NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (org_id, kind, doc_id)
) STRICT;

CREATE TABLE leads (
  org_id BLOB NOT NULL REFERENCES orgs (org_id),
  lead_id BLOB NOT NULL,
  owner_id BLOB,
  team_id BLOB,
  status TEXT NOT NULL,
  next_follow_up_at INTEGER,
  summary BLOB NOT NULL,
  updated_seq INTEGER NOT NULL,
  PRIMARY KEY (org_id, lead_id)
) STRICT;
CREATE INDEX leads_owner ON leads (org_id, owner_id, lead_id);
CREATE INDEX leads_team ON leads (org_id, team_id, lead_id);
CREATE INDEX leads_status ON leads (org_id, status, lead_id);
CREATE INDEX leads_due ON leads (org_id, next_follow_up_at);

-- The ordered log. `entry` is change, move or row; `chain` is the hash over everything up to here.
CREATE TABLE log (
  org_id BLOB NOT NULL REFERENCES orgs (org_id),
  seq INTEGER NOT NULL,
  entry TEXT NOT NULL,
  kind TEXT,
  doc_id BLOB,
  author BLOB,
  device_id BLOB,
  command_id BLOB,
  hash BLOB,
  payload BLOB NOT NULL,
  salt BLOB NOT NULL,
  accepted_at INTEGER NOT NULL,
  chain BLOB NOT NULL,
  PRIMARY KEY (org_id, seq)
) STRICT;
-- Who wrote what when, of one document, without its changes' bytes.
CREATE INDEX log_changes ON log (org_id, kind, doc_id, seq, command_id, author, device_id, accepted_at) WHERE entry = 'change';

-- How each command ended. `maps_to` lists what stands for a refused or re-executed change.
CREATE TABLE outcomes (
  org_id BLOB NOT NULL REFERENCES orgs (org_id),
  command_id BLOB NOT NULL,
  hash BLOB NOT NULL,
  kind TEXT NOT NULL,
  doc_id BLOB NOT NULL,
  author BLOB NOT NULL,
  device_id BLOB NOT NULL,
  outcome BLOB NOT NULL,
  maps_to BLOB,
  decided_at INTEGER NOT NULL,
  PRIMARY KEY (org_id, command_id)
) STRICT;
CREATE INDEX outcomes_hash ON outcomes (org_id, hash) WHERE maps_to IS NOT NULL;
