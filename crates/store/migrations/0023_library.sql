-- The library (R221): documents with every version they ever had, and who read which.

CREATE TABLE library (
    shard BIGINT NOT NULL, id BIGINT NOT NULL, area BIGINT NOT NULL, account BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (shard, id)
);
CREATE INDEX library_area ON library (shard, area, id);

CREATE TABLE library_read (
    shard BIGINT NOT NULL, document BIGINT NOT NULL, version BIGINT NOT NULL, account BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (shard, document, version, account)
);

CREATE TABLE library_file (
    shard BIGINT NOT NULL, file BIGINT NOT NULL, document BIGINT NOT NULL,
    PRIMARY KEY (shard, file)
);
