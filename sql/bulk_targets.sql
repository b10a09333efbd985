-- The targets of a set are found by a walk along the index, by descents, or by a statement: the same ones.
\i test/sql/prelude.sql

CREATE FUNCTION desk.outcome(action text, items jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	found text;
	rows numeric;
BEGIN
	SELECT format('%s done, sum %s; %s failed, %s', count(*) FILTER (WHERE status = 'succeeded'), sum((output ->> 'n')::numeric * item),
		count(*) FILTER (WHERE status = 'failed'), coalesce(min(error ->> 'message'), 'none'))
	INTO found FROM invoke_action_bulk(action, items, mode => 'per_item');
	EXECUTE format('SELECT sum(hashtext(t::text)) FROM %s AS t', action_definition(action) ->> 'table') INTO rows;
	RAISE EXCEPTION USING message = format('%s; rows %s', found, rows), errcode = 'YY001';
EXCEPTION WHEN SQLSTATE 'YY001' THEN
	RETURN SQLERRM;
END $$;

-- what it is with the walk, or with descents, and whether it is the same by a statement and one by one
CREATE FUNCTION desk.compare(action text, items jsonb) RETURNS TABLE (outcome text, by_statement boolean, one_by_one boolean) LANGUAGE plpgsql AS $$
BEGIN
	outcome := desk.outcome(action, items);
	SET LOCAL custom_actions.plain_path = 'liveness';
	by_statement := desk.outcome(action, items) = outcome;
	SET LOCAL custom_actions.plain_path = 'sets';
	one_by_one := desk.outcome(action, items) = outcome;
	SET LOCAL custom_actions.plain_path = '';
	RETURN NEXT;
END $$;

-- an action that reads its target, and one that only writes it
CREATE FUNCTION desk.define_both(relation text, key text DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	common text := format('"table": "desk.%s", %s "input": [ {"name": "by", "type": "integer", "default": 1} ]', relation, CASE WHEN key IS NOT NULL THEN '"key": ' || key || ',' ELSE '' END);
BEGIN
	PERFORM define(format('desk.read_%s', relation), format('{%s, "output": [ {"name": "n", "type": "integer", "default": "=target.n"} ],
		"steps": [ {"require": "target.n < 900", "message": "There are too many"}, {"update": "target", "set": {"n": "=target.n + input.by"}} ]}', common)::json);
	PERFORM define(format('desk.write_%s', relation), format('{%s, "output": [ {"name": "n", "type": "integer", "default": "=got.n"} ],
		"steps": [ {"update": "target", "as": "got", "set": {"n": "=n + input.by"}} ]}', common)::json);
END $$;

-- close together, far apart, some of each, twice, out of order, and none at all
CREATE TABLE desk.item (id bigint PRIMARY KEY, n integer NOT NULL);
INSERT INTO desk.item SELECT i, i % 800 FROM generate_series(1, 6000) AS i;
UPDATE desk.item SET n = n + 1 WHERE id % 3 = 0;
DELETE FROM desk.item WHERE id BETWEEN 100 AND 120;
SELECT desk.define_both('item');
CREATE TABLE desk.asked (what text PRIMARY KEY, items jsonb);
INSERT INTO desk.asked
SELECT 'close', jsonb_agg(jsonb_build_object('target', i) ORDER BY i) FROM generate_series(1, 99) AS i
UNION ALL SELECT 'far', jsonb_agg(jsonb_build_object('target', i) ORDER BY i) FROM generate_series(1, 5990, 97) AS i
UNION ALL SELECT 'both', jsonb_agg(jsonb_build_object('target', i) ORDER BY i) FROM (SELECT generate_series(130, 190) UNION SELECT generate_series(3000, 6000, 211)) AS i (i)
UNION ALL SELECT 'backwards', jsonb_agg(jsonb_build_object('target', i) ORDER BY i DESC) FROM generate_series(1000, 2000, 9) AS i
UNION ALL SELECT 'twice', jsonb_agg(jsonb_build_object('target', i % 40 + 1) ORDER BY i) FROM generate_series(1, 70) AS i
UNION ALL SELECT 'missing', jsonb_agg(jsonb_build_object('target', i) ORDER BY i) FROM generate_series(90, 190) AS i
UNION ALL SELECT 'behind', jsonb_agg(jsonb_build_object('target', i) ORDER BY i) FROM generate_series(5980, 6003) AS i;
SELECT what, action, compared.* FROM desk.asked, unnest('{desk.read_item,desk.write_item}'::text[]) AS action, desk.compare(action, items) AS compared ORDER BY what COLLATE "C", action;

-- Rows that are locked are written where they are, but not a second time, and only if they are as the step says
CREATE TABLE desk.noted (n integer);
SELECT define('desk.write_twice', '{"table": "desk.item", "input": [ {"name": "by", "type": "integer", "default": 1} ], "output": [ {"name": "n", "type": "integer", "default": "=target.n"} ],
	"steps": [ {"require": "target.n >= 0", "message": "Too few"}, {"update": "target", "set": {"n": "=target.n + input.by"}},
		{"create": "desk.noted", "set": {"n": "=target.n"}}, {"update": "target", "set": {"n": "=target.n * 2"}} ]}');
SELECT define('desk.write_after', '{"table": "desk.item", "output": [ {"name": "n", "type": "integer", "default": "=target.n"} ],
	"steps": [ {"require": "target.n >= 0", "message": "Too few"}, {"create": "desk.noted", "set": {"n": "=target.n"}}, {"update": "target", "set": {"n": "=n + 1"}} ]}');
SELECT define('desk.write_perhaps', '{"table": "desk.item", "output": [ {"name": "n", "type": "integer", "default": "=target.n"} ],
	"steps": [ {"require": "target.n >= 0", "message": "Too few"}, {"create": "desk.noted", "set": {"n": "=target.n"}}, {"update": "target", "required": false, "set": {"n": "=n + 1"}} ]}');
SELECT define('desk.take_out', '{"table": "desk.item", "output": [ {"name": "n", "type": "integer", "default": "=let.n"} ],
	"steps": [ {"let": {"n": "=target.n"}}, {"delete": "target"} ]}');
SELECT define('desk.take_after', '{"table": "desk.item", "output": [ {"name": "n", "type": "integer", "default": "=let.n"} ],
	"steps": [ {"let": {"n": "=target.n"}}, {"create": "desk.noted", "set": {"n": "=let.n"}}, {"delete": "target"} ]}');
SELECT what, action, compared.* FROM desk.asked, unnest('{desk.write_twice,desk.take_out}'::text[]) AS action, desk.compare(action, items) AS compared WHERE what IN ('close', 'both', 'behind') ORDER BY what COLLATE "C", action;
-- nor after a trigger has written them
CREATE FUNCTION desk.touch() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN UPDATE desk.item SET n = n WHERE id <= 50; RETURN NULL; END$$;
CREATE TRIGGER touch AFTER INSERT ON desk.noted FOR EACH STATEMENT EXECUTE FUNCTION desk.touch();
SELECT what, action, compared.* FROM desk.asked, unnest('{desk.write_after,desk.write_perhaps}'::text[]) AS action, desk.compare(action, items) AS compared WHERE what IN ('close', 'twice') ORDER BY what COLLATE "C", action;
DROP TRIGGER touch ON desk.noted;
-- nor after it has written the whole table anew, where other rows are in their places then, or none
CREATE INDEX item_n ON desk.item (n, id DESC);
CREATE FUNCTION desk.rewrite() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN EXECUTE TG_ARGV[0]; RETURN NULL; END$$;
CREATE FUNCTION desk.compare_rewritten(action text, how text) RETURNS TABLE (outcome text, by_statement boolean, one_by_one boolean) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE TRIGGER rewrite AFTER INSERT ON desk.noted FOR EACH STATEMENT EXECUTE FUNCTION desk.rewrite(%L)', how);
	RETURN QUERY SELECT compared.* FROM desk.compare(action, (SELECT jsonb_agg(jsonb_build_object('target', i) ORDER BY i) FROM generate_series(5800, 5830) AS i)) AS compared;
	DROP TRIGGER rewrite ON desk.noted;
END $$;
SELECT how, action, compared.* FROM unnest(ARRAY['CLUSTER desk.item USING item_n', 'TRUNCATE desk.item', 'CREATE TEMP TABLE moved AS TABLE desk.item; TRUNCATE desk.item; INSERT INTO desk.item SELECT * FROM moved ORDER BY n, id DESC; DROP TABLE moved',
	'DELETE FROM desk.item WHERE id > 100; CLUSTER desk.item USING item_n']) AS how, unnest('{desk.write_after,desk.take_after}'::text[]) AS action, desk.compare_rewritten(action, how) AS compared;
DROP INDEX desk.item_n;
-- nor where the key has become that of two rows, by a child or without its index
SELECT how, action, compared.* FROM unnest(ARRAY['CREATE TABLE IF NOT EXISTS desk.kid () INHERITS (desk.item); INSERT INTO desk.kid VALUES (5801, 1)',
	'ALTER TABLE desk.item DROP CONSTRAINT IF EXISTS item_pkey; UPDATE desk.item SET id = 5801 WHERE id = 5700']) AS how, unnest('{desk.write_after,desk.take_after}'::text[]) AS action, desk.compare_rewritten(action, how) AS compared;

-- what is written there: values of any type, with a column of the row or none, as a condition of the step allows, or nothing but its end
CREATE TYPE desk.pair AS (a integer, b text);
CREATE TABLE desk.rich (gone integer, id bigint PRIMARY KEY, n integer NOT NULL, code text, twice integer GENERATED ALWAYS AS (n * 2) STORED, pair desk.pair, list text[]);
ALTER TABLE desk.rich DROP COLUMN gone;
INSERT INTO desk.rich SELECT i, i % 800, repeat('x', i % 9) FROM generate_series(1, 6000) AS i;
CREATE TABLE desk.factor (f integer);
INSERT INTO desk.factor VALUES (2), (3);
CREATE TABLE desk.copied (id bigint, code text, list text[], pair desk.pair);
SELECT define('desk.write_all', '{"table": "desk.rich", "input": [ {"name": "code", "type": "text", "default": "=repeat(''c'', 3000)"}, {"name": "list", "type": "text[]", "required": false}, {"name": "pair", "type": "desk.pair", "default": "=ROW(1, ''b'')::desk.pair"} ],
	"output": [ {"name": "n", "type": "numeric", "default": "=got.n + got.twice + length(got.code) + coalesce(array_length(got.list, 1), 0) + (got.pair).a + length(copy.code)"} ],
	"steps": [ {"require": "target.n >= 0", "message": "Too few"}, {"create": "desk.copied", "as": "copy", "set": {"id": "=target.id", "code": "=input.code || target.n", "list": "=input.list", "pair": "=input.pair"}},
		{"update": "target", "as": "got", "where": "id > 0 and n < 900", "set": {"n": "=n + (SELECT sum(f)::integer FROM desk.factor WHERE f < n)", "code": "=copy.code || code || input.code", "list": "=input.list || list", "pair": "=input.pair"}} ]}');
SELECT define('desk.write_none', '{"table": "desk.rich", "output": [ {"name": "n", "type": "integer", "default": "=got.n"} ],
	"steps": [ {"create": "desk.copied", "set": {"id": 1}}, {"update": "target", "as": "got", "set": {"n": 3, "code": "constant"}} ]}');
SELECT define('desk.take_away', '{"table": "desk.rich", "output": [ {"name": "n", "type": "integer", "default": "=let.n"} ],
	"steps": [ {"let": {"n": "=target.n"}}, {"create": "desk.copied", "set": {"id": "=target.id"}}, {"delete": "target", "where": "n >= 0"} ]}');
CREATE FUNCTION desk.all_of(ids bigint[]) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_agg(jsonb_build_object('target', i, 'list', CASE WHEN i % 3 > 0 THEN '["a", "b"]'::jsonb END) || CASE WHEN i % 5 > 0 THEN jsonb_build_object('code', 'given ' || i) ELSE '{}' END) FROM unnest(ids) AS i $$;
SELECT action, compared.* FROM (SELECT array_agg(i ORDER BY i % 13, i) FROM generate_series(3::bigint, 1200) AS i) AS given (ids), unnest('{desk.write_all,desk.write_none,desk.take_away}'::text[]) AS action,
	desk.compare(action, CASE action WHEN 'desk.write_all' THEN desk.all_of(ids) ELSE (SELECT jsonb_agg(jsonb_build_object('target', i)) FROM unnest(ids) AS i) END) AS compared;
SELECT count(output), sum((output ->> 'n')::numeric) FROM invoke_action_bulk('desk.write_all', desk.all_of('{3,4,5,6,10}'));
SELECT id, n, length(code) AS length, twice, pair, list FROM desk.rich WHERE id < 11 AND pair IS NOT NULL ORDER BY id;
SELECT id, length(code) AS length, list, pair FROM desk.copied ORDER BY id;

-- what has the name of the items' relation, and is somebody else's
CREATE TABLE desk.odd ("$item" integer, "$place" tid, n integer);
CREATE FUNCTION desk.copy_odd() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO desk.factor SELECT n FROM "custom_actions items";
	UPDATE desk.factor AS this SET f = "$items".n * 10 FROM "custom_actions items" AS "$items" WHERE this.ctid = "$items"."$place";
	RETURN NULL;
END $$;
CREATE TRIGGER copy AFTER INSERT ON desk.odd REFERENCING NEW TABLE AS "custom_actions items" FOR EACH STATEMENT EXECUTE FUNCTION desk.copy_odd();
INSERT INTO desk.odd VALUES (1, '(0,1)', 5), (2, '(0,2)', 7);
SELECT f FROM desk.factor ORDER BY f;

-- keys of other types, and indexes in another order
CREATE TABLE desk.word (code text PRIMARY KEY, n integer NOT NULL);
CREATE TABLE desk.named (code name PRIMARY KEY, n integer NOT NULL);
CREATE TABLE desk.amount (code numeric PRIMARY KEY, n integer NOT NULL);
CREATE TABLE desk.fallen (code integer NOT NULL, n integer NOT NULL);
CREATE UNIQUE INDEX ON desk.fallen (code DESC);
CREATE TABLE desk.bytes (code text NOT NULL, n integer NOT NULL);
CREATE UNIQUE INDEX ON desk.bytes (code text_pattern_ops);
INSERT INTO desk.word SELECT CASE WHEN i % 2 = 0 THEN 'a' ELSE 'B' END || i, i FROM generate_series(1, 300) AS i;
INSERT INTO desk.named SELECT 'n' || i, i FROM generate_series(1, 300) AS i;
INSERT INTO desk.amount SELECT i, i FROM generate_series(1, 300) AS i;
INSERT INTO desk.fallen SELECT i, i FROM generate_series(1, 300) AS i;
INSERT INTO desk.bytes SELECT code, n FROM desk.word;
CREATE TABLE desk.wide (code text PRIMARY KEY, n integer NOT NULL);
INSERT INTO desk.wide SELECT 'w' || repeat('0', 200) || i, i FROM generate_series(1, 300) AS i;
SELECT desk.define_both('word'), desk.define_both('named'), desk.define_both('amount'), desk.define_both('fallen', '["code"]'), desk.define_both('bytes', '["code"]'), desk.define_both('wide');
SELECT action, compared.* FROM (VALUES ('word', '"a%s"'), ('named', '"n%s"'), ('amount', '%s.00'), ('fallen', '%s'), ('bytes', '"a%s"'), ('wide', format('"w%s%%s"', repeat('0', 200)))) AS kind (relation, key),
	format('desk.read_%s', relation) AS action,
	desk.compare(action, (SELECT jsonb_agg(jsonb_build_object('target', format(key, 2 * i)::jsonb) ORDER BY i) FROM generate_series(1, 60) AS i)) AS compared;

-- of several columns; two items with one target, whose keys are written in two ways
CREATE TABLE desk.seat (hall integer, place numeric, n integer NOT NULL, PRIMARY KEY (hall, place));
INSERT INTO desk.seat SELECT i % 3, i, i FROM generate_series(1, 300) AS i;
CREATE UNIQUE INDEX seat_first ON desk.seat (place, hall);
SELECT desk.define_both('seat');
SELECT action, compared.* FROM unnest('{desk.read_seat,desk.write_seat}'::text[]) AS action,
	desk.compare(action, (SELECT jsonb_agg(jsonb_build_object('target', jsonb_build_object('hall', i % 3, 'place', CASE WHEN i > 290 THEN 5 ELSE i END)) ORDER BY i) FROM generate_series(240, 301) AS i)) AS compared;
SELECT item, status, output FROM invoke_action_bulk('desk.read_amount',
	(SELECT jsonb_agg(jsonb_build_object('target', CASE i WHEN 18 THEN '3.000'::numeric ELSE i END)) FROM generate_series(1, 20) AS i)) WHERE item IN (3, 18);

-- who may not lock the rows
CREATE ROLE bulk_targets_reader;
GRANT USAGE ON SCHEMA desk TO bulk_targets_reader;
GRANT SELECT ON desk.item TO bulk_targets_reader;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA desk TO bulk_targets_reader;
SET ROLE bulk_targets_reader;
SELECT DISTINCT status, error ->> 'message' AS message FROM invoke_action_bulk('desk.write_item', (SELECT items FROM (SELECT jsonb_agg(jsonb_build_object('target', i)) AS items FROM generate_series(1, 20) AS i) AS given), mode => 'per_item');
RESET ROLE;
-- nor read any column but some
REVOKE ALL ON desk.item FROM bulk_targets_reader;
GRANT SELECT (id, n), UPDATE (n) ON desk.item TO bulk_targets_reader;
SET ROLE bulk_targets_reader;
SELECT status, count(*), sum((output ->> 'n')::integer) FROM invoke_action_bulk('desk.read_item', (SELECT jsonb_agg(jsonb_build_object('target', i)) FROM generate_series(1, 20) AS i)) GROUP BY status;
RESET ROLE;
DROP OWNED BY bulk_targets_reader;
DROP ROLE bulk_targets_reader;
