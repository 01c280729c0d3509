-- The secrets that a device got at its last sign-ins, as SHA-256: a copy that a sign-in did not reach
-- still holds an older one. `devices.secret_hash` is not used any more.
CREATE TABLE device_secrets (
  org_id BLOB NOT NULL REFERENCES orgs (org_id),
  device_id BLOB NOT NULL,
  n INTEGER NOT NULL,
  secret_hash BLOB NOT NULL,
  PRIMARY KEY (org_id, device_id, n)
) STRICT;
INSERT INTO device_secrets (org_id, device_id, n, secret_hash)
  SELECT org_id, device_id, 1, secret_hash FROM devices WHERE secret_hash IS NOT NULL;
