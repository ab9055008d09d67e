-- 数据字典: what the place changed in lists of its own. Every change is kept; the newest holds.
CREATE TABLE dictionary_change (
    list TEXT NOT NULL, owner TEXT NOT NULL, code TEXT NOT NULL, version BIGINT NOT NULL,
    word TEXT NOT NULL, kinds TEXT NOT NULL, retired BIGINT NOT NULL CHECK (retired IN (0, 1)),
    at BIGINT NOT NULL, account BIGINT NOT NULL,
    PRIMARY KEY (list, owner, code, version)
);
