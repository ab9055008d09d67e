-- Standard addresses and households (R009). Of a household only number, place and head count: no person.

CREATE TABLE address (
    id BIGINT PRIMARY KEY, code TEXT NOT NULL UNIQUE, parent TEXT NOT NULL,
    area BIGINT NOT NULL, stated BIGINT NOT NULL CHECK (stated IN (0, 1)),
    county BIGINT NOT NULL, town BIGINT NOT NULL, community BIGINT NOT NULL, unit BIGINT NOT NULL,
    street TEXT NOT NULL, door TEXT NOT NULL, estate TEXT NOT NULL, building TEXT NOT NULL,
    stairwell TEXT NOT NULL, floor TEXT NOT NULL, room TEXT NOT NULL,
    place TEXT NOT NULL, body TEXT NOT NULL, aliases TEXT NOT NULL, status TEXT NOT NULL,
    lon DOUBLE PRECISION, lat DOUBLE PRECISION, changed_at BIGINT NOT NULL, changed_by TEXT NOT NULL
);
CREATE INDEX address_body ON address (body, county);
CREATE INDEX address_place ON address (place, area);
CREATE INDEX address_town ON address (town, id);
CREATE INDEX address_community ON address (community, id);
CREATE INDEX address_unit ON address (unit, id);

CREATE TABLE household (
    no TEXT NOT NULL, address BIGINT NOT NULL, area BIGINT NOT NULL,
    county BIGINT NOT NULL, town BIGINT NOT NULL, community BIGINT NOT NULL, unit BIGINT NOT NULL,
    people BIGINT NOT NULL,
    PRIMARY KEY (no, address)
);
CREATE INDEX household_address ON household (address);
CREATE INDEX household_town ON household (town);
CREATE INDEX household_community ON household (community);
CREATE INDEX household_unit ON household (unit);
