-- What residents are told on the public pages (R217). Never deleted; the areas are those of what is
-- published now.

CREATE TABLE publication (
    shard BIGINT NOT NULL, id BIGINT NOT NULL, area BIGINT NOT NULL, account BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (shard, id)
);
CREATE INDEX publication_area_own ON publication (shard, area, id);

CREATE TABLE publication_area (
    shard BIGINT NOT NULL, area BIGINT NOT NULL, publication BIGINT NOT NULL,
    PRIMARY KEY (shard, area, publication)
);

CREATE TABLE publication_file (
    shard BIGINT NOT NULL, file BIGINT NOT NULL, publication BIGINT NOT NULL,
    PRIMARY KEY (shard, file)
);
