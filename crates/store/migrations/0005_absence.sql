-- Absences and who acts meanwhile (R014): dated, ended early by an earlier `valid_to`, never deleted.

CREATE TABLE absence (
    id BIGINT PRIMARY KEY, post BIGINT NOT NULL, substitute BIGINT NOT NULL,
    valid_from BIGINT NOT NULL, valid_to BIGINT NOT NULL, reason TEXT NOT NULL
);
CREATE INDEX absence_valid_to ON absence (valid_to);
