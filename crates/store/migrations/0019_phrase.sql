-- Standard phrases: one's own (area 0) and those that an area shares.
CREATE TABLE phrase (
    shard BIGINT NOT NULL, id BIGINT NOT NULL, account BIGINT NOT NULL, area BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (shard, id)
);
CREATE INDEX phrase_account ON phrase (shard, account, id);
CREATE INDEX phrase_area ON phrase (shard, area, id);
