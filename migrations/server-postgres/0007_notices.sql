-- Notifications, and the follow-ups that a Team Lead was told of.

CREATE TABLE notices (
  org_id BYTEA NOT NULL REFERENCES orgs (org_id),
  user_id BYTEA NOT NULL,
  notice_id BYTEA NOT NULL,
  lead_id BYTEA NOT NULL,
  at BIGINT NOT NULL,
  notice BYTEA NOT NULL,
  PRIMARY KEY (org_id, user_id, notice_id)
);
CREATE INDEX notices_newest ON notices (org_id, user_id, at);
CREATE INDEX notices_age ON notices (org_id, at);

CREATE TABLE escalated (
  org_id BYTEA NOT NULL REFERENCES orgs (org_id),
  lead_id BYTEA NOT NULL,
  due_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, lead_id, due_at)
);
