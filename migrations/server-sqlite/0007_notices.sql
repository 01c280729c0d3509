-- Notifications, and the follow-ups that a Team Lead was told of.

CREATE TABLE notices (
  org_id BLOB NOT NULL REFERENCES orgs (org_id),
  user_id BLOB NOT NULL,
  notice_id BLOB NOT NULL,
  lead_id BLOB NOT NULL,
  at INTEGER NOT NULL,
  notice BLOB NOT NULL,
  PRIMARY KEY (org_id, user_id, notice_id)
) STRICT;
CREATE INDEX notices_newest ON notices (org_id, user_id, at);
CREATE INDEX notices_age ON notices (org_id, at);

CREATE TABLE escalated (
  org_id BLOB NOT NULL REFERENCES orgs (org_id),
  lead_id BLOB NOT NULL,
  due_at INTEGER NOT NULL,
  PRIMARY KEY (org_id, lead_id, due_at)
) STRICT;
