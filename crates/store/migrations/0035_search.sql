-- The words of matters for search (decision 0011). Follows from the matters, so copies and backups
-- leave it out; the program fills it when it opens the database.
-- only: sqlite
CREATE VIRTUAL TABLE matter_text USING fts5(words, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 0');
-- only: postgres
CREATE TABLE matter_text (shard BIGINT NOT NULL, matter BIGINT NOT NULL, words TSVECTOR NOT NULL, PRIMARY KEY (shard, matter));
-- only: postgres
CREATE INDEX matter_text_words ON matter_text USING gin (words);
