\i test/sql/prelude.sql
-- Partitions of protected tables: those that are there, that come, and that go.
CREATE TABLE desk.event (id integer, status text, day date) PARTITION BY RANGE (day);
CREATE TABLE desk.event_1 PARTITION OF desk.event FOR VALUES FROM ('2026-01-01') TO ('2026-02-01') PARTITION BY LIST (id);
CREATE TABLE desk.event_1_a PARTITION OF desk.event_1 FOR VALUES IN (1);

CREATE VIEW desk.guards AS
SELECT t.tgrelid::regclass::text AS table_name, t.tgname, t.tgparentid <> 0 AS copied
FROM pg_trigger AS t
WHERE t.tgrelid::regclass::text LIKE 'desk.%'
ORDER BY 1, 2;

SELECT protect_table('desk.event', '{status}');
TABLE desk.guards;

-- made and attached, also with partitions of their own, also by CREATE SCHEMA
CREATE TABLE desk.event_2 PARTITION OF desk.event FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
CREATE TABLE desk.event_3 (day date, id integer, status text) PARTITION BY LIST (id);
CREATE TABLE desk.event_3_a PARTITION OF desk.event_3 DEFAULT;
ALTER TABLE desk.event ATTACH PARTITION desk.event_3 FOR VALUES FROM ('2026-03-01') TO ('2026-04-01');
CREATE SCHEMA more CREATE TABLE event_4 PARTITION OF desk.event FOR VALUES FROM ('2026-04-01') TO ('2026-05-01');
INSERT INTO desk.event SELECT 1, 'new', '2026-01-01'::date + i * 28 FROM generate_series(0, 3) AS i;
TABLE desk.guards;
TRUNCATE desk.event_2;
TRUNCATE desk.event_3_a;
TRUNCATE more.event_4;
UPDATE desk.event_3_a SET status = 'x';
UPDATE desk.event SET status = 'x';
UPDATE desk.event SET id = 2, day = '2026-04-02' WHERE day = '2026-01-29';
UPDATE desk.event SET day = '2026-04-03', status = 'x' WHERE day = '2026-02-26';

-- What goes is free
ALTER TABLE desk.event DETACH PARTITION desk.event_2;
ALTER TABLE desk.event DETACH PARTITION desk.event_3;
TABLE desk.guards;
TRUNCATE desk.event_2;
UPDATE desk.event_3 SET status = 'x';

-- A partition is protected with its table, or by itself
SELECT protect_table('desk.event_1');
SELECT unprotect_table('desk.event_1_a');
SELECT protect_table('desk.event', actions => '{desk.nix}');
SELECT define('desk.set_event', '{"input": [{"name": "status", "type": "text"}], "steps": [{"update": "desk.event", "where": "true", "set": {"status": "=input.status"}}]}');
SELECT define('desk.clear', '{"steps": [{"delete": "desk.event", "where": "true"}]}');
SELECT protect_table('desk.event', actions => '{desk.set_event}');
SELECT desk.clear();
SELECT desk.set_event('all');
SELECT DISTINCT status FROM desk.event;
TRUNCATE desk.event_1_a;
SELECT unprotect_table('desk.event');
TABLE desk.guards;
SELECT protect_table('desk.event_1_a', '{status}');
UPDATE desk.event_1_a SET status = 'x';
SELECT protect_table('desk.event', '{status}');
SELECT unprotect_table('desk.event_1_a');

-- A foreign key of partitions to a table with partitions
CREATE TABLE desk.area (id integer PRIMARY KEY) PARTITION BY LIST (id);
CREATE TABLE desk.area_1 PARTITION OF desk.area FOR VALUES IN (1);
CREATE TABLE desk.area_rest PARTITION OF desk.area DEFAULT;
INSERT INTO desk.area VALUES (1), (2), (3);
CREATE TABLE desk.shop (id integer, area_id integer REFERENCES desk.area ON DELETE CASCADE ON UPDATE CASCADE, note text) PARTITION BY LIST (id);
CREATE TABLE desk.shop_1 PARTITION OF desk.shop FOR VALUES IN (1);
CREATE TABLE desk.shop_rest (note text, area_id integer, id integer);
ALTER TABLE desk.shop ATTACH PARTITION desk.shop_rest DEFAULT;
INSERT INTO desk.shop SELECT i, i FROM generate_series(1, 3) AS i;
SELECT protect_table('desk.shop');
DELETE FROM desk.area WHERE id = 1;
UPDATE desk.area SET id = 20 WHERE id = 2;
UPDATE desk.shop SET area_id = 3 WHERE id = 2;
SELECT * FROM desk.shop ORDER BY id;

-- Cascades whose rows have triggers that run statements of their own, on the way
CREATE FUNCTION desk.counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM count(*) FROM desk.shop;
	CREATE TEMPORARY TABLE IF NOT EXISTS counted (id integer);
	INSERT INTO counted VALUES (OLD.id);
	IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
	NEW.note := 'moved';
	RETURN NEW;
END $$;
CREATE TRIGGER counts BEFORE UPDATE OR DELETE ON desk.shop FOR EACH ROW EXECUTE FUNCTION desk.counts();
SET client_min_messages = warning;
SELECT unprotect_table('desk.shop');
INSERT INTO desk.area SELECT generate_series(100, 199);
INSERT INTO desk.shop SELECT i, i FROM generate_series(100, 199) AS i;
SELECT protect_table('desk.shop');
UPDATE desk.area SET id = id + 1000 WHERE id BETWEEN 100 AND 109;
BEGIN;
SAVEPOINT s;
DELETE FROM desk.area WHERE id BETWEEN 110 AND 119;
ROLLBACK TO s;
DELETE FROM desk.area WHERE id BETWEEN 110 AND 114;
COMMIT;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT count(*) FROM desk.shop;
DELETE FROM desk.area WHERE id BETWEEN 120 AND 129;
COMMIT;
SELECT count(*), count(note) FROM desk.shop;
-- what has its area still is not deleted in the same breath
WITH gone AS (DELETE FROM desk.area WHERE id = 130) DELETE FROM desk.shop WHERE id = 131;
WITH gone AS (DELETE FROM desk.area WHERE id = 130) UPDATE desk.shop SET area_id = 131 WHERE id = 130;

-- a leaf that is protected by itself, or has kept a part of that: whatever its triggers were, they are one protection then
SET client_min_messages = notice;
CREATE TABLE desk.leaf (status text, id integer, day date);
INSERT INTO desk.leaf VALUES ('new', 7, '2027-01-05');
SELECT protect_table('desk.leaf', '{id}');
SELECT protect_table('desk.event', '{status}');
ALTER TABLE desk.event ATTACH PARTITION desk.leaf FOR VALUES FROM ('2027-01-01') TO ('2027-02-01');
DROP TRIGGER custom_actions_protect_row ON desk.leaf;
ALTER TABLE desk.event ATTACH PARTITION desk.leaf FOR VALUES FROM ('2027-01-01') TO ('2027-02-01');
SELECT tgname, copied FROM desk.guards WHERE table_name = 'desk.leaf';
UPDATE desk.leaf SET id = 8;
UPDATE desk.leaf SET status = 'old';
UPDATE desk.event SET status = 'old' WHERE id = 8;
TRUNCATE desk.leaf;
ALTER TABLE desk.event DETACH PARTITION desk.leaf;
SELECT tgname, copied FROM desk.guards WHERE table_name = 'desk.leaf';
TRUNCATE desk.leaf;
