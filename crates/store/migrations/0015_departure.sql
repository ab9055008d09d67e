-- Why posts ended, and the hand-over sheets of those who left (R043). Never deleted.

CREATE TABLE departure (
    post BIGINT PRIMARY KEY, account BIGINT NOT NULL, area BIGINT, org BIGINT, by_account BIGINT,
    open BIGINT NOT NULL CHECK (open IN (0, 1)), body TEXT NOT NULL
);
CREATE INDEX departure_area ON departure (area);
CREATE INDEX departure_org ON departure (org);
CREATE INDEX departure_open ON departure (post) WHERE open = 1;
