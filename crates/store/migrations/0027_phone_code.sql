-- Residents sign in by a code that was sent to their telephone: the code in flight, how often one was
-- asked for, whose number it is, and what they consented to. No number is in clear.

CREATE TABLE phone_code (
    number BYTES PRIMARY KEY, code BYTES NOT NULL, tries BIGINT NOT NULL, until BIGINT NOT NULL
);
CREATE TABLE phone_asked (who BYTES NOT NULL, at BIGINT NOT NULL);
CREATE INDEX phone_asked_who ON phone_asked (who, at);
CREATE TABLE phone (
    number BYTES PRIMARY KEY, account BIGINT NOT NULL, sealed BYTES NOT NULL, at BIGINT NOT NULL
);
CREATE TABLE consent (
    account BIGINT NOT NULL, version TEXT NOT NULL, at BIGINT NOT NULL,
    PRIMARY KEY (account, version)
);
