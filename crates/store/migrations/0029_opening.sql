-- Vacant posts offered to the people of their place (R047). Applications and objections are deleted
-- when they are taken back, and some time after they were decided.

CREATE TABLE opening (
    shard BIGINT NOT NULL, id BIGINT NOT NULL, area BIGINT NOT NULL, account BIGINT NOT NULL,
    state TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (shard, id)
);
CREATE INDEX opening_area ON opening (shard, area, id);
CREATE INDEX opening_state ON opening (shard, state, id);

CREATE TABLE application (
    shard BIGINT NOT NULL, id BIGINT NOT NULL, opening BIGINT NOT NULL, account BIGINT NOT NULL,
    nomination BIGINT, ended_at BIGINT, body TEXT NOT NULL,
    PRIMARY KEY (shard, id)
);
CREATE UNIQUE INDEX application_once ON application (shard, opening, account);
CREATE INDEX application_account ON application (shard, account);
CREATE INDEX application_nomination ON application (shard, nomination);

CREATE TABLE objection (
    shard BIGINT NOT NULL, id BIGINT NOT NULL, application BIGINT NOT NULL, account BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (shard, id)
);
CREATE UNIQUE INDEX objection_once ON objection (shard, application, account);
