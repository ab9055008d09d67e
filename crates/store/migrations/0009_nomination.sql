-- Candidates for posts and what was decided about them (R043, R047). Never deleted.

CREATE TABLE nomination (
    id BIGINT PRIMARY KEY, account BIGINT NOT NULL, role TEXT NOT NULL, area BIGINT, org BIGINT,
    title TEXT, source TEXT NOT NULL, valid_from BIGINT NOT NULL, valid_to BIGINT, renews BIGINT,
    reason TEXT NOT NULL, state TEXT NOT NULL, proposed_by BIGINT NOT NULL,
    proposed_at BIGINT NOT NULL, decided_by BIGINT, decided_at BIGINT, opinion TEXT
);
CREATE INDEX nomination_area ON nomination (area);
CREATE INDEX nomination_org ON nomination (org);
