-- What a boundary was before a change of the tree replaced it (R008); no body where there was none.

CREATE TABLE area_boundary_past (
    area BIGINT NOT NULL, change BIGINT NOT NULL, until BIGINT NOT NULL, body BYTES,
    PRIMARY KEY (area, change)
);
CREATE INDEX area_boundary_past_change ON area_boundary_past (change);
