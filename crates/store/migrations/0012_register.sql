-- Records of registers (kernel K1): facts that areas keep, as packs define them. Personal fields are
-- in `sealed` alone, encrypted; the body has them masked.

CREATE TABLE record (
    shard BIGINT NOT NULL, id BIGINT NOT NULL, register TEXT NOT NULL, area BIGINT NOT NULL,
    valid_from BIGINT NOT NULL, valid_to BIGINT, facets TEXT NOT NULL, summed BIGINT NOT NULL,
    staff BIGINT, body TEXT NOT NULL, sealed BYTES,
    PRIMARY KEY (shard, id)
);
CREATE INDEX record_area ON record (shard, area, register, id);
CREATE INDEX record_register ON record (shard, register, id);
CREATE INDEX record_staff ON record (shard, staff, register) WHERE staff IS NOT NULL;
