-- What matters are tagged as for analysis, and the channel of snapshots.
ALTER TABLE matter ADD COLUMN tag TEXT;
CREATE INDEX matter_tag ON matter (shard, tag, id) WHERE tag IS NOT NULL;

ALTER TABLE tally ADD COLUMN snapshots BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tally ADD COLUMN snapshots_closed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tally ADD COLUMN pains BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tally ADD COLUMN blocks BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tally ADD COLUMN gaps BIGINT NOT NULL DEFAULT 0;
