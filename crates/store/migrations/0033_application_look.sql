-- Candidates see who read their application (R047, privacy.md V07): the looks are found by the account
-- they were at.

CREATE INDEX audit_application ON audit (shard, object, seq) WHERE action = 'read_applications';
