-- The log of certificates that villages and communities issued or refused (R202).
CREATE TABLE certificate_entry (
    shard BIGINT NOT NULL, id BIGINT NOT NULL, area BIGINT NOT NULL, account BIGINT NOT NULL,
    body TEXT NOT NULL, applicant BYTES NOT NULL,
    PRIMARY KEY (shard, id)
);
CREATE INDEX certificate_entry_area ON certificate_entry (shard, area, id);
