-- Visits in the order in which they were made, not in which they were entered: up to three days later.
DROP INDEX visit_unit;
DROP INDEX visit_community;
DROP INDEX visit_town;
CREATE INDEX visit_unit ON visit (shard, unit, at, id);
CREATE INDEX visit_community ON visit (shard, community, at, id);
CREATE INDEX visit_town ON visit (shard, town, at, id);
