-- The digest of what was asked under an idempotency key: a key used for another request is refused.
-- Answers kept before this have none, and stand for any request.
ALTER TABLE answered ADD COLUMN request BYTES;
