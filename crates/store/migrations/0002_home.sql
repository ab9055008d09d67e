-- Home pages and lists: requests by the desk that decides them, what is supervised or reopened,
-- and visits that somebody entered for a unit head (R018 to R023, R044).

-- One row for each request that waits for a decision; the matter lies elsewhere meanwhile.
CREATE TABLE asked (
    shard BIGINT NOT NULL, matter BIGINT NOT NULL, slot BIGINT NOT NULL,
    desk_kind BIGINT NOT NULL, desk_key BIGINT NOT NULL,
    PRIMARY KEY (shard, matter, slot)
);
CREATE INDEX asked_desk ON asked (shard, desk_kind, desk_key, matter);

CREATE INDEX matter_flagged ON matter (shard, id) WHERE over = 0 AND (supervised = 1 OR reopened > 0);

-- Who entered the visit, where it was not the person who made it.
ALTER TABLE visit ADD COLUMN entered_by BIGINT;
ALTER TABLE visit ADD COLUMN entered_name TEXT;
