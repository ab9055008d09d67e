-- Credentials beyond the password, and parameters that are changed at run time.

CREATE TABLE credential (
    account BIGINT PRIMARY KEY, set_at BIGINT NOT NULL, given BIGINT NOT NULL CHECK (given IN (0, 1)),
    factor BYTES, factor_at BIGINT, factor_step BIGINT NOT NULL
);
CREATE TABLE old_secret (
    account BIGINT NOT NULL, at BIGINT NOT NULL, secret TEXT NOT NULL,
    PRIMARY KEY (account, at)
);
CREATE TABLE recovery_code (
    account BIGINT NOT NULL, code BYTES NOT NULL, used_at BIGINT,
    PRIMARY KEY (account, code)
);
CREATE TABLE parameter (
    code TEXT NOT NULL, scope TEXT NOT NULL, value TEXT NOT NULL,
    at BIGINT NOT NULL, account BIGINT NOT NULL,
    PRIMARY KEY (code, scope)
);
CREATE INDEX sign_in_account ON sign_in (account, id);
-- Who looked at whose data is asked for by the record that was looked at.
CREATE INDEX audit_look ON audit (shard, object, seq) WHERE action = 'unmask';
