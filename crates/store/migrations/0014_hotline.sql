-- Work orders of the hotline with what became of them, and the nonces of signed requests.

CREATE TABLE hotline_order (
    shard BIGINT NOT NULL, no TEXT NOT NULL, matter BIGINT NOT NULL,
    county BIGINT NOT NULL, town BIGINT NOT NULL, community BIGINT NOT NULL,
    received BIGINT NOT NULL, open BIGINT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (shard, no)
);
CREATE INDEX hotline_order_received ON hotline_order (shard, received);
CREATE INDEX hotline_order_open ON hotline_order (shard, open, received);

CREATE TABLE signed_nonce (
    token BIGINT NOT NULL, nonce TEXT NOT NULL, at BIGINT NOT NULL,
    PRIMARY KEY (token, nonce)
);
