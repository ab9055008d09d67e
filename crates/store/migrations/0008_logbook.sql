-- The logs of governance centres (R123): lines are only added, and a shift hands over to the next.

CREATE TABLE log_entry (
    shard BIGINT NOT NULL, id BIGINT NOT NULL, area BIGINT NOT NULL, account BIGINT NOT NULL,
    open BIGINT NOT NULL CHECK (open IN (0, 1)), body TEXT NOT NULL,
    PRIMARY KEY (shard, id)
);
CREATE INDEX log_entry_area ON log_entry (shard, area, id);
CREATE INDEX log_entry_open ON log_entry (shard, area, id) WHERE open = 1;

CREATE TABLE handover (
    shard BIGINT NOT NULL, id BIGINT NOT NULL, area BIGINT NOT NULL, account BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (shard, id)
);
CREATE INDEX handover_area ON handover (shard, area, id);
