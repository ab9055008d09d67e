-- Notices, tasks and bulletins: whom they are for is a rule, who read them is a row each.

CREATE TABLE notice (
    shard BIGINT NOT NULL, id BIGINT NOT NULL, sender_kind BIGINT NOT NULL, sender_key BIGINT NOT NULL,
    kind TEXT NOT NULL, version BIGINT NOT NULL, published_at BIGINT NOT NULL,
    sent BIGINT NOT NULL, read BIGINT NOT NULL, done BIGINT NOT NULL,
    roster BYTES NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (shard, id)
);
CREATE INDEX notice_sender ON notice (shard, sender_kind, sender_key, id);

-- Every wording it ever had.
CREATE TABLE notice_version (
    shard BIGINT NOT NULL, notice BIGINT NOT NULL, version BIGINT NOT NULL, at BIGINT NOT NULL,
    account BIGINT NOT NULL, name TEXT NOT NULL, reason TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (shard, notice, version)
);

-- Where a recipient finds it: kind 1 is an area and a role in it or below, 2 an organisation,
-- 3 a single desk.
CREATE TABLE notice_target (
    shard BIGINT NOT NULL, kind BIGINT NOT NULL, key BIGINT NOT NULL, role TEXT NOT NULL,
    notice BIGINT NOT NULL,
    PRIMARY KEY (shard, kind, key, role, notice)
) WITHOUT ROWID;

CREATE TABLE notice_receipt (
    shard BIGINT NOT NULL, notice BIGINT NOT NULL, post BIGINT NOT NULL, account BIGINT NOT NULL,
    version BIGINT NOT NULL, read_at BIGINT NOT NULL, done_at BIGINT, reply TEXT,
    PRIMARY KEY (shard, notice, post)
) WITHOUT ROWID;

-- Attachments of a notice (no post) and of replies (the post that replied).
CREATE TABLE notice_file (
    shard BIGINT NOT NULL, file BIGINT NOT NULL, notice BIGINT NOT NULL, post BIGINT,
    PRIMARY KEY (shard, file)
);
CREATE INDEX notice_file_notice ON notice_file (shard, notice, post);
