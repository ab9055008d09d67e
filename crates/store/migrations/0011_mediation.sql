-- Mediation organisations with their pool, and the sealed records of sessions.

CREATE TABLE mediation_body (
    shard BIGINT NOT NULL, id BIGINT NOT NULL, area BIGINT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (shard, id)
);
CREATE INDEX mediation_body_area ON mediation_body (shard, area, id);

CREATE TABLE mediation (
    shard BIGINT NOT NULL, matter BIGINT NOT NULL, no BIGINT NOT NULL, cipher BYTES NOT NULL,
    PRIMARY KEY (shard, matter, no)
);
