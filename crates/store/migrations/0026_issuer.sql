-- Signing in by an identity provider of the house: who it is, which identity belongs to which account,
-- and who is on the way to it and back.

CREATE TABLE issuer (
    code TEXT PRIMARY KEY, name TEXT NOT NULL,
    enabled BIGINT NOT NULL CHECK (enabled IN (0, 1)), settings BYTES NOT NULL
);
CREATE TABLE identity (
    id BIGINT PRIMARY KEY, digest BYTES NOT NULL UNIQUE, issuer TEXT NOT NULL,
    account BIGINT NOT NULL, shown TEXT NOT NULL, at BIGINT NOT NULL, by_account BIGINT NOT NULL
);
CREATE INDEX identity_account ON identity (account);
CREATE TABLE issuer_visit (
    state BYTES PRIMARY KEY, issuer TEXT NOT NULL, account BIGINT NOT NULL, content BYTES NOT NULL,
    until BIGINT NOT NULL
);
