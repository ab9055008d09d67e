-- The photographs and papers of a record of a register, and the matters that it became (R074, R216).
CREATE TABLE record_file (
    shard BIGINT NOT NULL, file BIGINT NOT NULL, record BIGINT NOT NULL,
    PRIMARY KEY (shard, file)
);
CREATE TABLE record_matter (
    shard BIGINT NOT NULL, matter BIGINT NOT NULL, record BIGINT NOT NULL, item BIGINT,
    PRIMARY KEY (shard, matter)
);
CREATE INDEX record_matter_record ON record_matter (shard, record);
