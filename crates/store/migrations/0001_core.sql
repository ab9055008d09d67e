-- The first schema. Column kinds, keys and forbidden features: docs/data.md.
-- Reference tables (small, shared by all shards) come first; every table that grows with use
-- starts with `shard` and has it in its primary key, unique indexes and foreign keys.

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);

-- Packs: the texts as loaded, every version kept, because a running matter stays on its flow.
CREATE TABLE pack_file (
    pack TEXT NOT NULL, path TEXT NOT NULL, version BIGINT NOT NULL,
    body TEXT NOT NULL, sha256 TEXT NOT NULL, loaded_at BIGINT NOT NULL,
    PRIMARY KEY (pack, path, version)
);

CREATE TABLE area (
    id BIGINT PRIMARY KEY, parent BIGINT, level BIGINT NOT NULL, kind TEXT NOT NULL,
    tier BIGINT NOT NULL, exclusive BIGINT NOT NULL CHECK (exclusive IN (0, 1)),
    name TEXT NOT NULL, valid_from BIGINT NOT NULL, valid_to BIGINT, ord BIGINT NOT NULL,
    population BIGINT NOT NULL, households BIGINT NOT NULL,
    lon DOUBLE PRECISION NOT NULL, lat DOUBLE PRECISION NOT NULL
);
CREATE TABLE area_code (
    area BIGINT NOT NULL, system TEXT NOT NULL, code TEXT NOT NULL,
    valid_from BIGINT NOT NULL, valid_to BIGINT,
    PRIMARY KEY (system, code, valid_from)
);
CREATE INDEX area_code_area ON area_code (area);
CREATE TABLE area_boundary (
    area BIGINT NOT NULL, valid_from BIGINT NOT NULL, body BYTES NOT NULL,
    PRIMARY KEY (area, valid_from)
);

CREATE TABLE org (
    id BIGINT PRIMARY KEY, parent BIGINT, kind TEXT NOT NULL, line TEXT NOT NULL,
    name TEXT NOT NULL, area BIGINT NOT NULL, level BIGINT NOT NULL
);

CREATE TABLE account (
    id BIGINT PRIMARY KEY, login TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    phone TEXT, secret TEXT NOT NULL, kind TEXT NOT NULL, demo BIGINT NOT NULL,
    failures BIGINT NOT NULL, locked_until BIGINT, disabled_at BIGINT, created_at BIGINT NOT NULL
);
CREATE TABLE post (
    id BIGINT PRIMARY KEY, account BIGINT NOT NULL, role TEXT NOT NULL,
    area BIGINT, org BIGINT, title TEXT, source TEXT NOT NULL,
    valid_from BIGINT NOT NULL, valid_to BIGINT
);
CREATE INDEX post_account ON post (account);
CREATE TABLE duty (
    area BIGINT NOT NULL, day BIGINT NOT NULL, account BIGINT NOT NULL,
    PRIMARY KEY (area, day, account)
);

CREATE TABLE session (
    token BYTES PRIMARY KEY, account BIGINT NOT NULL, created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL, address TEXT NOT NULL, agent TEXT NOT NULL, ended_at BIGINT
);
CREATE INDEX session_account ON session (account, created_at);
CREATE TABLE api_token (
    id BIGINT PRIMARY KEY, token BYTES NOT NULL UNIQUE, account BIGINT NOT NULL, name TEXT NOT NULL,
    created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, revoked_at BIGINT
);
CREATE TABLE sign_in (
    id BIGINT PRIMARY KEY, at BIGINT NOT NULL, login TEXT NOT NULL, account BIGINT,
    address TEXT NOT NULL, outcome TEXT NOT NULL
);
CREATE INDEX sign_in_address ON sign_in (address, at);

-- Matters: the fold, with what is filtered on as columns.
CREATE TABLE matter (
    shard BIGINT NOT NULL, id BIGINT NOT NULL, no TEXT NOT NULL,
    flow TEXT NOT NULL, flow_version BIGINT NOT NULL, state TEXT NOT NULL,
    over BIGINT NOT NULL CHECK (over IN (0, 1)), desk_kind BIGINT NOT NULL, desk_key BIGINT NOT NULL,
    level BIGINT NOT NULL, class BIGINT NOT NULL, category TEXT, channel TEXT NOT NULL,
    title TEXT NOT NULL, city BIGINT, county BIGINT, town BIGINT, community BIGINT, grid BIGINT,
    unit BIGINT, lon DOUBLE PRECISION, lat DOUBLE PRECISION, reporter BIGINT,
    reported_at BIGINT NOT NULL, due_at BIGINT, next_alert_at BIGINT, closed_at BIGINT,
    overdue BIGINT NOT NULL CHECK (overdue IN (0, 1)), urgent BIGINT NOT NULL CHECK (urgent IN (0, 1)),
    supervised BIGINT NOT NULL CHECK (supervised IN (0, 1)), reopened BIGINT NOT NULL,
    version BIGINT NOT NULL, head BYTES NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (shard, id)
);
CREATE UNIQUE INDEX matter_no ON matter (shard, no);
CREATE INDEX matter_county ON matter (shard, county, id);
CREATE INDEX matter_town ON matter (shard, town, id);
CREATE INDEX matter_community ON matter (shard, community, id);
CREATE INDEX matter_grid ON matter (shard, grid, id);
CREATE INDEX matter_unit ON matter (shard, unit, id);
CREATE INDEX matter_reporter ON matter (shard, reporter, id) WHERE reporter IS NOT NULL;
CREATE INDEX matter_alert ON matter (shard, next_alert_at, id) WHERE next_alert_at IS NOT NULL;

-- The journal: append-only.
CREATE TABLE step (
    shard BIGINT NOT NULL, matter BIGINT NOT NULL, seq BIGINT NOT NULL,
    action TEXT NOT NULL, account BIGINT NOT NULL, who TEXT NOT NULL,
    from_state TEXT NOT NULL, to_state TEXT NOT NULL,
    from_desk_kind BIGINT NOT NULL, from_desk_key BIGINT NOT NULL,
    to_desk_kind BIGINT NOT NULL, to_desk_key BIGINT NOT NULL,
    received_at BIGINT NOT NULL, acted_at BIGINT NOT NULL, due_at BIGINT,
    same_day BIGINT, overdue BIGINT, facts TEXT NOT NULL,
    opinion TEXT, reply TEXT, title TEXT, body TEXT,
    words BYTES NOT NULL, prev BYTES NOT NULL, hash BYTES NOT NULL, erased_at BIGINT,
    PRIMARY KEY (shard, matter, seq)
);
CREATE INDEX step_account ON step (shard, account, matter) WHERE account <> 0;

-- What lies where: one row for each desk that a matter or one of its tasks lies on.
CREATE TABLE holding (
    shard BIGINT NOT NULL, matter BIGINT NOT NULL, slot BIGINT NOT NULL,
    desk_kind BIGINT NOT NULL, desk_key BIGINT NOT NULL,
    town BIGINT, community BIGINT, since BIGINT NOT NULL, due_at BIGINT NOT NULL,
    due_kind TEXT NOT NULL, overdue BIGINT NOT NULL, holder BIGINT,
    PRIMARY KEY (shard, matter, slot)
);
CREATE INDEX holding_desk ON holding (shard, desk_kind, desk_key, due_at, matter);
CREATE INDEX holding_town ON holding (shard, town, due_at, matter);
CREATE INDEX holding_community ON holding (shard, community, due_at, matter);

-- Identity of reporters and parties, encrypted, apart from the journal.
CREATE TABLE party (
    shard BIGINT NOT NULL, matter BIGINT NOT NULL, cipher BYTES NOT NULL,
    code BYTES, erased_at BIGINT,
    PRIMARY KEY (shard, matter)
);

CREATE TABLE file (
    shard BIGINT NOT NULL, id BIGINT NOT NULL, matter BIGINT, account BIGINT NOT NULL,
    name TEXT NOT NULL, mime TEXT NOT NULL, bytes BIGINT NOT NULL, sha256 TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (shard, id)
);
CREATE INDEX file_matter ON file (shard, matter);

-- Commands that were answered: the same key gets the same answer and does nothing twice.
CREATE TABLE answered (
    shard BIGINT NOT NULL, account BIGINT NOT NULL, key TEXT NOT NULL,
    answer TEXT NOT NULL, at BIGINT NOT NULL,
    PRIMARY KEY (shard, account, key)
);

-- Counters of the numbers people read.
CREATE TABLE numbering (
    shard BIGINT NOT NULL, prefix TEXT NOT NULL, last BIGINT NOT NULL,
    PRIMARY KEY (shard, prefix)
);

CREATE TABLE message (
    shard BIGINT NOT NULL, id BIGINT NOT NULL, desk_kind BIGINT NOT NULL, desk_key BIGINT NOT NULL,
    account BIGINT, kind TEXT NOT NULL, matter BIGINT, body TEXT NOT NULL, at BIGINT NOT NULL,
    PRIMARY KEY (shard, id)
);
CREATE INDEX message_desk ON message (shard, desk_kind, desk_key, id);
CREATE INDEX message_account ON message (shard, account, id) WHERE account IS NOT NULL;
CREATE TABLE message_read (
    shard BIGINT NOT NULL, account BIGINT NOT NULL, message BIGINT NOT NULL, at BIGINT NOT NULL,
    PRIMARY KEY (shard, account, message)
);

CREATE TABLE visit (
    shard BIGINT NOT NULL, id BIGINT NOT NULL, account BIGINT NOT NULL, name TEXT NOT NULL,
    unit BIGINT NOT NULL, community BIGINT, town BIGINT, kind TEXT NOT NULL, body TEXT NOT NULL,
    at BIGINT NOT NULL, matter BIGINT,
    PRIMARY KEY (shard, id)
);
CREATE INDEX visit_unit ON visit (shard, unit, id);
CREATE INDEX visit_community ON visit (shard, community, id);
CREATE INDEX visit_town ON visit (shard, town, id);

-- Who did and who read what: a chain of its own.
CREATE TABLE audit (
    shard BIGINT NOT NULL, seq BIGINT NOT NULL, at BIGINT NOT NULL, account BIGINT NOT NULL,
    name TEXT NOT NULL, action TEXT NOT NULL, object TEXT NOT NULL, detail TEXT NOT NULL,
    prev BYTES NOT NULL, hash BYTES NOT NULL,
    PRIMARY KEY (shard, seq)
);

-- Seals: what the heads of all chains were at a moment, chained; deletion of a tail shows.
CREATE TABLE seal (
    shard BIGINT NOT NULL, seq BIGINT NOT NULL, at BIGINT NOT NULL, last_matter BIGINT NOT NULL,
    matters BIGINT NOT NULL, steps BIGINT NOT NULL, audits BIGINT NOT NULL, heads BYTES NOT NULL,
    prev BYTES NOT NULL, hash BYTES NOT NULL,
    PRIMARY KEY (shard, seq)
);
CREATE TABLE sealed_head (
    shard BIGINT NOT NULL, matter BIGINT NOT NULL, version BIGINT NOT NULL, head BYTES NOT NULL,
    PRIMARY KEY (shard, matter)
);

-- Figures up the tree: one row per class, period, parent and node; a column per measure.
CREATE TABLE tally (
    shard BIGINT NOT NULL, period BIGINT NOT NULL, class BIGINT NOT NULL,
    parent BIGINT NOT NULL, node BIGINT NOT NULL,
    reported BIGINT NOT NULL DEFAULT 0,
    closed BIGINT NOT NULL DEFAULT 0,
    solved BIGINT NOT NULL DEFAULT 0,
    closed_unit BIGINT NOT NULL DEFAULT 0,
    closed_grid BIGINT NOT NULL DEFAULT 0,
    closed_community BIGINT NOT NULL DEFAULT 0,
    closed_town BIGINT NOT NULL DEFAULT 0,
    closed_county BIGINT NOT NULL DEFAULT 0,
    closed_city BIGINT NOT NULL DEFAULT 0,
    disputes BIGINT NOT NULL DEFAULT 0,
    disputes_closed BIGINT NOT NULL DEFAULT 0,
    disputes_unit BIGINT NOT NULL DEFAULT 0,
    triage_unit_in BIGINT NOT NULL DEFAULT 0,
    triage_unit_day BIGINT NOT NULL DEFAULT 0,
    triage_grid_in BIGINT NOT NULL DEFAULT 0,
    triage_grid_day BIGINT NOT NULL DEFAULT 0,
    triage_community_in BIGINT NOT NULL DEFAULT 0,
    triage_community_day BIGINT NOT NULL DEFAULT 0,
    triage_town_in BIGINT NOT NULL DEFAULT 0,
    triage_town_day BIGINT NOT NULL DEFAULT 0,
    triage_county_in BIGINT NOT NULL DEFAULT 0,
    triage_county_day BIGINT NOT NULL DEFAULT 0,
    triage_city_in BIGINT NOT NULL DEFAULT 0,
    triage_city_day BIGINT NOT NULL DEFAULT 0,
    signins BIGINT NOT NULL DEFAULT 0,
    signins_on_time BIGINT NOT NULL DEFAULT 0,
    handled BIGINT NOT NULL DEFAULT 0,
    handled_on_time BIGINT NOT NULL DEFAULT 0,
    returned BIGINT NOT NULL DEFAULT 0,
    refused BIGINT NOT NULL DEFAULT 0,
    reopened BIGINT NOT NULL DEFAULT 0,
    extended BIGINT NOT NULL DEFAULT 0,
    suspended BIGINT NOT NULL DEFAULT 0,
    voided BIGINT NOT NULL DEFAULT 0,
    merged BIGINT NOT NULL DEFAULT 0,
    joined BIGINT NOT NULL DEFAULT 0,
    overdue BIGINT NOT NULL DEFAULT 0,
    supervised BIGINT NOT NULL DEFAULT 0,
    rated BIGINT NOT NULL DEFAULT 0,
    satisfied BIGINT NOT NULL DEFAULT 0,
    dissatisfied BIGINT NOT NULL DEFAULT 0,
    open BIGINT NOT NULL DEFAULT 0,
    open_overdue BIGINT NOT NULL DEFAULT 0,
    open_unit BIGINT NOT NULL DEFAULT 0,
    open_grid BIGINT NOT NULL DEFAULT 0,
    open_community BIGINT NOT NULL DEFAULT 0,
    open_town BIGINT NOT NULL DEFAULT 0,
    open_county BIGINT NOT NULL DEFAULT 0,
    open_city BIGINT NOT NULL DEFAULT 0,
    open_department BIGINT NOT NULL DEFAULT 0,
    open_confirm BIGINT NOT NULL DEFAULT 0,
    open_work BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (shard, period, class, parent, node)
) WITHOUT ROWID;
