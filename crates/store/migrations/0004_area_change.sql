-- Changes of the tree (R004): planned, decided, carried out on their day; and what areas were before.

CREATE TABLE area_change (
    id BIGINT PRIMARY KEY, kind TEXT NOT NULL, scope BIGINT NOT NULL, day BIGINT NOT NULL,
    state TEXT NOT NULL, sentence TEXT NOT NULL, body TEXT NOT NULL, reason TEXT NOT NULL,
    proposer BIGINT NOT NULL, proposer_name TEXT NOT NULL, proposed_at BIGINT NOT NULL,
    decider BIGINT, decider_name TEXT, decided_at BIGINT, opinion TEXT,
    ended_at BIGINT, outcome TEXT
);
CREATE INDEX area_change_state ON area_change (state, day, id);
CREATE TABLE area_touched (
    area BIGINT NOT NULL, change BIGINT NOT NULL,
    PRIMARY KEY (area, change)
);
CREATE INDEX area_touched_change ON area_touched (change);

-- What an area was called and where it lay until a day.
CREATE TABLE area_past (
    area BIGINT NOT NULL, until BIGINT NOT NULL, change BIGINT NOT NULL,
    parent BIGINT NOT NULL, name TEXT NOT NULL,
    PRIMARY KEY (area, change)
);
-- Who came after an area that ended; the first by default.
CREATE TABLE area_heir (
    area BIGINT NOT NULL, ord BIGINT NOT NULL, heir BIGINT NOT NULL, change BIGINT NOT NULL,
    PRIMARY KEY (area, ord)
);
