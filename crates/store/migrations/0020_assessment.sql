-- Periods of assessment, their results and the matters drawn for re-check (R213). What is frozen is
-- never written again.

CREATE TABLE assessment (
    shard BIGINT NOT NULL, id BIGINT NOT NULL, area BIGINT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (shard, id)
);
CREATE TABLE assessment_result (
    shard BIGINT NOT NULL, assessment BIGINT NOT NULL, no BIGINT NOT NULL,
    area BIGINT, org BIGINT, post BIGINT, account BIGINT, body TEXT NOT NULL,
    PRIMARY KEY (shard, assessment, no)
);
CREATE INDEX assessment_result_account ON assessment_result (shard, account) WHERE account IS NOT NULL;
CREATE INDEX assessment_result_org ON assessment_result (shard, org) WHERE org IS NOT NULL;
CREATE INDEX assessment_result_area ON assessment_result (shard, area) WHERE area IS NOT NULL;
CREATE TABLE assessment_recheck (
    shard BIGINT NOT NULL, assessment BIGINT NOT NULL, matter BIGINT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (shard, assessment, matter)
);
