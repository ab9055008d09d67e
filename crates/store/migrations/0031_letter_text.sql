-- Texts of messages that leave the house: every version of each, the greatest one counts. No body
-- means that the text of the program counts again.

CREATE TABLE letter_text (
    shard BIGINT NOT NULL, event TEXT NOT NULL, channel TEXT NOT NULL, version BIGINT NOT NULL,
    body TEXT, at BIGINT NOT NULL, account BIGINT NOT NULL,
    PRIMARY KEY (shard, event, channel, version)
);
