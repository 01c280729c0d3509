-- Accounts: leases, lockout, two-step sign-in, one-time codes, devices, and who had which role when.

-- 32 bytes each, made by `init` or by the first start after an upgrade.
ALTER TABLE orgs ADD COLUMN lease_secret BYTEA;
ALTER TABLE orgs ADD COLUMN recovery_secret BYTEA;

-- `totp_pending` was shown and not confirmed yet; a `totp_last_step` is never taken again.
ALTER TABLE users ADD COLUMN totp_secret BYTEA;
ALTER TABLE users ADD COLUMN totp_pending BYTEA;
ALTER TABLE users ADD COLUMN totp_last_step BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN invited BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN last_seen BIGINT;

-- The history of `users.role` and `users.team_id`; `seq` is of the log entry that told of it.
CREATE TABLE user_roles (
  org_id BYTEA NOT NULL REFERENCES orgs (org_id),
  user_id BYTEA NOT NULL,
  seq BIGINT NOT NULL,
  role TEXT NOT NULL,
  team_id BYTEA,
  at BIGINT NOT NULL,
  PRIMARY KEY (org_id, user_id, seq)
);
INSERT INTO user_roles (org_id, user_id, seq, role, team_id, at)
  SELECT org_id, user_id, 0, role, team_id, created_at FROM users;

-- Wrong passwords by the SHA-256 of the address, of which there need be no user.
CREATE TABLE sign_in_failures (
  org_id BYTEA NOT NULL REFERENCES orgs (org_id),
  address_hash BYTEA NOT NULL,
  failures BIGINT NOT NULL,
  locked_until BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, address_hash)
);
CREATE INDEX sign_in_failures_last ON sign_in_failures (org_id, last_at);

-- Codes are kept as their SHA-256. `purpose` is invite or reset.
CREATE TABLE one_time_codes (
  org_id BYTEA NOT NULL REFERENCES orgs (org_id),
  code_hash BYTEA NOT NULL,
  user_id BYTEA NOT NULL,
  purpose TEXT NOT NULL,
  until BIGINT NOT NULL,
  used BIGINT NOT NULL,
  PRIMARY KEY (org_id, code_hash)
);
CREATE INDEX one_time_codes_user ON one_time_codes (org_id, user_id);

-- What signs in when the authenticator is lost, as SHA-256.
CREATE TABLE recovery_codes (
  org_id BYTEA NOT NULL REFERENCES orgs (org_id),
  user_id BYTEA NOT NULL,
  code_hash BYTEA NOT NULL,
  used BIGINT NOT NULL,
  PRIMARY KEY (org_id, user_id, code_hash)
);

-- Of the whole family: when its sign-in was, and when its newest pair was made.
ALTER TABLE sessions ADD COLUMN began BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN last_used BIGINT NOT NULL DEFAULT 0;
UPDATE sessions SET began = refresh_until - 2592000000, last_used = refresh_until - 2592000000;
CREATE INDEX sessions_user ON sessions (org_id, user_id);

-- `state` is a DeviceState; `secret_hash` is the SHA-256 of what lets it upload into quarantine.
ALTER TABLE devices ADD COLUMN state TEXT NOT NULL DEFAULT 'active';
ALTER TABLE devices ADD COLUMN secret_hash BYTEA;
ALTER TABLE devices ADD COLUMN pending BIGINT;
ALTER TABLE devices ADD COLUMN lease_until BIGINT;

-- Which lease a device held when; a row covers an hour of renewals.
CREATE TABLE leases (
  org_id BYTEA NOT NULL REFERENCES orgs (org_id),
  device_id BYTEA NOT NULL,
  granted_at BIGINT NOT NULL,
  until BIGINT NOT NULL,
  PRIMARY KEY (org_id, device_id, granted_at)
);
