-- Accounts: leases, lockout, two-step sign-in, one-time codes, devices, and who had which role when.

-- 32 bytes each, made by `init` or by the first start after an upgrade.
ALTER TABLE orgs ADD COLUMN lease_secret BLOB;
ALTER TABLE orgs ADD COLUMN recovery_secret BLOB;

-- `totp_pending` was shown and not confirmed yet; a `totp_last_step` is never taken again.
ALTER TABLE users ADD COLUMN totp_secret BLOB;
ALTER TABLE users ADD COLUMN totp_pending BLOB;
ALTER TABLE users ADD COLUMN totp_last_step INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN invited INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN last_seen INTEGER;

-- The history of `users.role` and `users.team_id`; `seq` is of the log entry that told of it.
CREATE TABLE user_roles (
  org_id BLOB NOT NULL REFERENCES orgs (org_id),
  user_id BLOB NOT NULL,
  seq INTEGER NOT NULL,
  role TEXT NOT NULL,
  team_id BLOB,
  at INTEGER NOT NULL,
  PRIMARY KEY (org_id, user_id, seq)
) STRICT;
INSERT INTO user_roles (org_id, user_id, seq, role, team_id, at)
  SELECT org_id, user_id, 0, role, team_id, created_at FROM users;

-- Wrong passwords by the SHA-256 of the address, of which there need be no user.
CREATE TABLE sign_in_failures (
  org_id BLOB NOT NULL REFERENCES orgs (org_id),
  address_hash BLOB NOT NULL,
  failures INTEGER NOT NULL,
  locked_until INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  PRIMARY KEY (org_id, address_hash)
) STRICT;
CREATE INDEX sign_in_failures_last ON sign_in_failures (org_id, last_at);

-- Codes are kept as their SHA-256. `purpose` is invite or reset.
CREATE TABLE one_time_codes (
  org_id BLOB NOT NULL REFERENCES orgs (org_id),
  code_hash BLOB NOT NULL,
  user_id BLOB NOT NULL,
  purpose TEXT NOT NULL,
  until INTEGER NOT NULL,
  used INTEGER NOT NULL,
  PRIMARY KEY (org_id, code_hash)
) STRICT;
CREATE INDEX one_time_codes_user ON one_time_codes (org_id, user_id);

-- What signs in when the authenticator is lost, as SHA-256.
CREATE TABLE recovery_codes (
  org_id BLOB NOT NULL REFERENCES orgs (org_id),
  user_id BLOB NOT NULL,
  code_hash BLOB NOT NULL,
  used INTEGER NOT NULL,
  PRIMARY KEY (org_id, user_id, code_hash)
) STRICT;

-- Of the whole family: when its sign-in was, and when its newest pair was made.
ALTER TABLE sessions ADD COLUMN began INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN last_used INTEGER NOT NULL DEFAULT 0;
UPDATE sessions SET began = refresh_until - 2592000000, last_used = refresh_until - 2592000000;
CREATE INDEX sessions_user ON sessions (org_id, user_id);

-- `state` is a DeviceState; `secret_hash` is the SHA-256 of what lets it upload into quarantine.
ALTER TABLE devices ADD COLUMN state TEXT NOT NULL DEFAULT 'active';
ALTER TABLE devices ADD COLUMN secret_hash BLOB;
ALTER TABLE devices ADD COLUMN pending INTEGER;
ALTER TABLE devices ADD COLUMN lease_until INTEGER;

-- Which lease a device held when; a row covers an hour of renewals.
CREATE TABLE leases (
  org_id BLOB NOT NULL REFERENCES orgs (org_id),
  device_id BLOB NOT NULL,
  granted_at INTEGER NOT NULL,
  until INTEGER NOT NULL,
  PRIMARY KEY (org_id, device_id, granted_at)
) STRICT;
