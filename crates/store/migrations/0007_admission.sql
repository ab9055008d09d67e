-- What departments may send to communities and grids, with the way of each item through the gate.

CREATE TABLE admission (
    shard BIGINT NOT NULL, id BIGINT NOT NULL, area BIGINT NOT NULL, org BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (shard, id)
);
CREATE INDEX admission_area ON admission (shard, area, id);
