-- preview_action(): all sorts of tables and keys.
\i test/sql/prelude.sql
\i test/sql/preview.sql

-- partitions: a row that moves is one that is updated
CREATE TABLE desk.part (id integer, region text, v integer, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE desk.part_n PARTITION OF desk.part FOR VALUES IN ('n');
CREATE TABLE desk.part_s (v integer, junk integer, region text NOT NULL, id integer NOT NULL);
ALTER TABLE desk.part_s DROP COLUMN junk;
ALTER TABLE desk.part ATTACH PARTITION desk.part_s FOR VALUES IN ('s');
INSERT INTO desk.part SELECT n, CASE WHEN n % 2 = 0 THEN 'n' ELSE 's' END, n FROM generate_series(1, 6) AS n;
CREATE TABLE desk.ranged (id integer PRIMARY KEY, v integer) PARTITION BY RANGE (id);
CREATE TABLE desk.ranged_1 PARTITION OF desk.ranged FOR VALUES FROM (0) TO (10);
CREATE TABLE desk.ranged_2 PARTITION OF desk.ranged FOR VALUES FROM (10) TO (20);
INSERT INTO desk.ranged VALUES (1, 1), (2, 2), (3, 3), (11, 11);
SELECT define('desk.parts', '{"steps": [
	{"update": "desk.part", "id": {"id": 2, "region": "n"}, "set": {"region": "s", "v": 20}},
	{"update": "desk.part", "where": "v = 3", "set": {"v": 33}},
	{"update": "desk.part", "where": "id > 4", "set": {"region": "=case region when ''n'' then ''s'' else ''n'' end"}},
	{"create": "desk.part", "set": {"id": 9, "region": "n", "v": 9}},
	{"delete": "desk.part", "where": "id = 1"}]}');
SELECT * FROM preview('desk.parts');
-- with another key: known where it is one row
SELECT define('desk.move', '{"input": [{"name": "below", "type": "integer"}], "steps": [
	{"update": "desk.ranged", "where": "id < input.below", "set": {"id": "=id + 11"}}]}');
SELECT * FROM preview('desk.move', '{"below": 2}');
SELECT * FROM preview('desk.move', '{"below": 3}');

-- without a key rows have numbers
CREATE TABLE desk.bag (a integer, b text);
INSERT INTO desk.bag VALUES (1, 'one'), (1, 'one'), (2, 'two'), (3, NULL), (NULL, NULL);
SELECT define('desk.bags', '{"steps": [
	{"update": "desk.bag", "where": "a = 2", "set": {"b": "zwei"}},
	{"delete": "desk.bag", "where": "a = 1"},
	{"create": "desk.bag", "set": {"a": 7}},
	{"delete": "desk.bag", "where": "a is null"}]}');
SELECT * FROM preview('desk.bags');

-- another unique key serves as well; keys that change, and change places
CREATE TABLE desk.slot (code text NOT NULL UNIQUE, title text COLLATE "C");
INSERT INTO desk.slot VALUES ('a', 'first'), ('b', 'second');
SELECT define('desk.swap', '{"steps": [
	{"update": "desk.slot", "where": "code = ''a''", "set": {"code": "c"}},
	{"update": "desk.slot", "where": "code = ''b''", "set": {"code": "a"}},
	{"update": "desk.slot", "where": "code = ''c''", "set": {"code": "b"}}]}');
SELECT * FROM preview('desk.swap');

-- long values, arrays, JSON, nulls, quoted names, a view in front
CREATE TABLE desk."Odd ""table" ("The key" integer PRIMARY KEY, "select" jsonb, many integer[], long text, gone integer);
ALTER TABLE desk."Odd ""table" DROP COLUMN gone, ADD COLUMN late integer DEFAULT 7;
INSERT INTO desk."Odd ""table" VALUES (1, '{"a": 1}', '{1,2}', repeat('long ', 100000));
CREATE VIEW desk.odd AS SELECT "The key" AS id, "select" AS doc, many, long, late FROM desk."Odd ""table";
SELECT define('desk.odds', '{"table": "desk.odd", "key": ["id"], "steps": [
	{"update": "target", "set": {"doc": {"a": null}, "many": null, "long": "=long || input.more", "late": "=late + 1"}}],
	"input": [{"name": "more", "type": "text"}]}');
SELECT part, by, operation, "table", key, "column", left(before, 10) AS before, left(after, 10) AS after, length(after)
FROM preview('desk.odds', '{"target": 1, "more": "!"}');
SELECT (preview_action_document('desk.odds', '{"target": 1, "more": "!"}') #> '{changes,0,columns}') - 'long'::text AS columns;

-- unlogged and temporary tables, and ones that are made inside
CREATE UNLOGGED TABLE desk.unlogged (id integer PRIMARY KEY, v integer);
CREATE TEMP TABLE mine (id integer, v integer);
INSERT INTO desk.unlogged VALUES (1, 1), (2, 2);
INSERT INTO mine VALUES (1, 1), (2, 2);
CREATE FUNCTION desk.work() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	UPDATE desk.unlogged SET v = 10 WHERE id = 1;
	UPDATE mine SET v = 20 WHERE id = 2;
	CREATE TEMP TABLE inside (a integer) ON COMMIT DROP;
	INSERT INTO inside VALUES (1);
	TRUNCATE desk.slot;
	INSERT INTO desk.slot VALUES ('z');
	ALTER TABLE desk.bag ALTER a TYPE bigint;
	DELETE FROM desk.bag WHERE a = 1;
END $$;
SELECT define('desk.works', '{"steps": [{"call": "desk.work()"}]}');
SELECT * FROM preview('desk.works');
SELECT count(*) FROM desk.slot;

-- a table that is too large to read is counted
CREATE TABLE desk.large (id integer PRIMARY KEY, v text);
INSERT INTO desk.large SELECT n, repeat('x', 1000) FROM generate_series(1, 100) AS n;
CREATE FUNCTION desk.enlarge() RETURNS void LANGUAGE sql AS $$ UPDATE desk.large SET v = 'y' WHERE id < 3 $$;
SELECT define('desk.enlarges', '{"steps": [{"call": "desk.enlarge()"}, {"update": "desk.unlogged", "id": 1, "set": {"v": 3}}]}');
SET custom_actions.preview_max_table_size = '64kB';
SELECT * FROM preview('desk.enlarges') WHERE part <> 'remains';
SELECT part, by, operation, key, left(before, 5) AS before, after FROM preview('desk.enlarges', force => true) WHERE part = 'change';
-- what steps change is found by its key
SELECT define('desk.enlarged', '{"steps": [{"update": "desk.large", "id": 5, "set": {"v": "z"}}]}');
SELECT part, by, operation, key, left(before, 5) AS before, after FROM preview('desk.enlarged');
