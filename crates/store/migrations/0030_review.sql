-- 述职评议 (R214). Who voted and what was chosen are two tables that share nothing but the post they
-- are about; who voted is deleted when the ballot is closed.

CREATE TABLE review_statement (
    shard BIGINT NOT NULL, assessment BIGINT NOT NULL, post BIGINT NOT NULL, account BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (shard, assessment, post)
);
CREATE TABLE review_voter (
    shard BIGINT NOT NULL, assessment BIGINT NOT NULL, post BIGINT NOT NULL, account BIGINT NOT NULL,
    PRIMARY KEY (shard, assessment, post, account)
);
CREATE TABLE review_count (
    shard BIGINT NOT NULL, assessment BIGINT NOT NULL, post BIGINT NOT NULL, choice BIGINT NOT NULL,
    many BIGINT NOT NULL,
    PRIMARY KEY (shard, assessment, post, choice)
);
