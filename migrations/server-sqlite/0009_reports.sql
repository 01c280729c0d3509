-- Reports take into memory what was written since.
CREATE INDEX leads_written ON leads (org_id, updated_seq);
