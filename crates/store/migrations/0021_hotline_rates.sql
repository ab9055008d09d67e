-- The three rates of the hotline as figures of the boards (R081).
ALTER TABLE tally ADD COLUMN hotline_due BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tally ADD COLUMN hotline_on_time BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tally ADD COLUMN hotline_in_scope BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tally ADD COLUMN hotline_solved BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tally ADD COLUMN hotline_rated BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tally ADD COLUMN hotline_satisfied BIGINT NOT NULL DEFAULT 0;
