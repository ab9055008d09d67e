-- Jobs with their runs; messages that leave the house.

CREATE TABLE job_run (
    shard BIGINT NOT NULL, id BIGINT NOT NULL, job TEXT NOT NULL, started_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL, good BIGINT NOT NULL CHECK (good IN (0, 1)), detail TEXT NOT NULL,
    account BIGINT NOT NULL,
    PRIMARY KEY (shard, id)
);
CREATE INDEX job_run_job ON job_run (shard, job, id);
CREATE TABLE sender (
    code TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL,
    enabled BIGINT NOT NULL CHECK (enabled IN (0, 1)), settings BYTES NOT NULL
);
CREATE TABLE subscription (
    account BIGINT NOT NULL, sender TEXT NOT NULL, address BYTES NOT NULL, kinds TEXT NOT NULL,
    seen BIGINT NOT NULL,
    PRIMARY KEY (account, sender)
);
CREATE TABLE letter (
    shard BIGINT NOT NULL, id BIGINT NOT NULL, sender TEXT NOT NULL, account BIGINT NOT NULL,
    shown TEXT NOT NULL, content BYTES NOT NULL, state TEXT NOT NULL, tries BIGINT NOT NULL,
    next_at BIGINT NOT NULL, at BIGINT NOT NULL, problem TEXT NOT NULL,
    PRIMARY KEY (shard, id)
);
CREATE INDEX letter_due ON letter (shard, next_at) WHERE state = 'waiting';
CREATE INDEX file_loose ON file (shard, at) WHERE matter IS NULL AND account = 0;
CREATE TABLE entry_app (
    code TEXT PRIMARY KEY, name TEXT NOT NULL, secret BYTES NOT NULL,
    enabled BIGINT NOT NULL CHECK (enabled IN (0, 1))
);
CREATE TABLE entry_used (token BYTES PRIMARY KEY, until BIGINT NOT NULL);
