-- what an action can be bound to: a collection, nothing at all, partitioned
-- tables, views, foreign tables, tables of a composite key, inheritance.
\i test/sql/prelude.sql

CREATE SCHEMA b;
CREATE TABLE b.item (id integer PRIMARY KEY, kind text, n integer DEFAULT 0);
INSERT INTO b.item VALUES (1, 'a', 1), (2, 'a', 2), (3, 'b', 3);

-- a collection has no target; neither has an action without a table
SELECT define('b.add_to_kind', '
{ "table": "b.item", "binding": "collection",
  "input": [ {"name": "kind", "type": "text"} ],
  "output": [ {"name": "changed", "type": "bigint", "default": "=u.count"}, {"name": "total", "type": "bigint", "default": "=(select sum(n) from b.item)"} ],
  "steps": [ {"update": "b.item", "as": "u", "where": "kind = input.kind", "set": {"n": "=n + 10"}} ] }');
SELECT * FROM b.add_to_kind('a');
SELECT invoke_action('b.add_to_kind', '{"kind": "none"}');
SELECT invoke_action('b.add_to_kind', '{"kind": "none", "target": 1}');
SELECT define('b.bad_collection', '{"table": "b.item", "binding": "collection", "steps": [ {"update": "target", "set": {"n": 1}} ]}');
SELECT define('b.bad_collection', '{"table": "b.item", "binding": "collection", "output": [{"name": "n", "type": "integer", "default": "=target.n"}]}');
SELECT define('b.bad_collection', '{"binding": "collection"}');
SELECT define('b.bad_collection', '{"binding": "row"}');
SELECT define('b.bad_key', '{"key": ["id"]}');
SELECT define('b.count_items', '{"read_only": true, "output": [{"name": "n", "type": "bigint", "default": "=(select count(*) from b.item)"}]}');
SELECT b.count_items();
SELECT invoke_action('b.count_items');

-- the rows of a table, and one of them, as input and output
SELECT define('b.rows', '
{ "input": [ {"name": "one", "type": "b.item"}, {"name": "many", "type": "b.item[]"} ],
  "output": [ {"name": "sum", "type": "bigint", "default": "=input.one.n + (select sum(m.n) from unnest(input.many) as m)"},
              {"name": "first", "type": "b.item", "default": "=input.many[1]"},
              {"name": "all_rows", "type": "b.item[]", "default": "=array(select i from b.item as i where i.id < 3 order by i.id)"} ] }');
SELECT b.rows(i, array[i, i]) FROM b.item AS i WHERE id = 3;
SELECT invoke_action('b.rows', '{"one": {"id": 9, "n": 1}, "many": [{"n": 5}, {"id": 3, "n": 6, "kind": "k"}]}');

-- partitions: by the key of the whole; a row moves to another partition
CREATE TABLE b.part (region text, id integer, note text DEFAULT 'new', PRIMARY KEY (region, id)) PARTITION BY LIST (region);
CREATE TABLE b.part_eu PARTITION OF b.part FOR VALUES IN ('eu');
CREATE TABLE b.part_us (extra_first integer, id integer NOT NULL, region text NOT NULL, note text);
ALTER TABLE b.part_us DROP COLUMN extra_first;
ALTER TABLE b.part ATTACH PARTITION b.part_us FOR VALUES IN ('us');
INSERT INTO b.part VALUES ('eu', 1, 'first');
SELECT define('b.move', '
{ "table": "b.part", "input": [ {"name": "to_region", "type": "text"} ],
  "output": [ {"name": "seen", "type": "text", "default": "{{target.region}} {{target.id}} {{target.note}} {{made.region}} {{target}}"} ],
  "steps": [ {"update": "target", "set": {"region": "=input.to_region"}},
             {"update": "target", "set": {"note": "=note || ''>'' || target.region"}},
             {"create": "b.part", "as": "made", "set": {"region": "=input.to_region", "id": "=target.id + 1"}},
             {"get": "b.part", "id": {"id": "=target.id", "region": "=input.to_region"}} ] }');
SELECT * FROM b.move('eu', 1, 'us');
SELECT invoke_action('b.move', '{"target": {"region": "us", "id": 2}, "to_region": "eu"}');
SELECT tableoid::regclass, region, id, note FROM b.part ORDER BY region, id;
SELECT b.move('us', 1, 'asia');

-- a view, by the columns named as its key
CREATE VIEW b.item_view AS SELECT id AS item_id, kind, n FROM b.item WHERE n >= 0 WITH CHECK OPTION;
SELECT define('b.view_bump', '
{ "table": "b.item_view", "key": ["item_id"],
  "output": [ {"name": "seen", "type": "text", "default": "{{target.item_id}} {{target.kind}} {{target.n}} {{made.n}}"} ],
  "steps": [ {"update": "target", "set": {"n": "=n * 2"}},
             {"create": "b.item_view", "as": "made", "set": {"item_id": "=target.item_id + 100", "kind": "v", "n": "=target.n"}} ] }');
SELECT * FROM b.view_bump(3);
SELECT invoke_action('b.view_bump', '{"target": 1}');
SELECT b.view_bump(77);
SELECT * FROM b.item ORDER BY id;
SELECT define('b.view_negative', '{ "table": "b.item_view", "key": ["item_id"], "steps": [ {"update": "target", "set": {"n": -1}} ] }');
SELECT b.view_negative(3);
SELECT define('b.view_no_key', '{ "table": "b.item_view" }');
SELECT define('b.view_bad_key', '{ "table": "b.item_view", "key": ["nothing"] }');
SELECT define('b.view_bad_key', '{ "table": "b.item_view", "key": [] }');

-- a view that joins, written through INSTEAD OF triggers
CREATE TABLE b.kind (kind text PRIMARY KEY, title text);
INSERT INTO b.kind VALUES ('a', 'Kind A'), ('b', 'Kind B');
CREATE VIEW b.joined AS SELECT i.id, i.n, k.title FROM b.item AS i JOIN b.kind AS k USING (kind);
CREATE FUNCTION b.write_joined() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE b.item SET n = NEW.n WHERE id = OLD.id;
	UPDATE b.kind SET title = NEW.title WHERE title = OLD.title;
	NEW.title := NEW.title || ' (by trigger)';
	RETURN NEW;
END
$$;
CREATE TRIGGER write_joined INSTEAD OF UPDATE ON b.joined FOR EACH ROW EXECUTE FUNCTION b.write_joined();
SELECT define('b.joined_set', '
{ "table": "b.joined", "key": ["id"],
  "output": [ {"name": "title", "type": "text", "default": "=target.title"}, {"name": "n", "type": "integer", "default": "=target.n"} ],
  "steps": [ {"require": "target.n is not null"}, {"update": "target", "set": {"n": 7, "title": "{{title}}!"}} ] }');
SELECT * FROM b.joined_set(2);
SELECT * FROM b.joined ORDER BY id;
CREATE VIEW b.grouped AS SELECT kind, sum(n) AS total FROM b.item GROUP BY kind;
SELECT define('b.total_of', '
{ "table": "b.grouped", "key": ["kind"], "output": [ {"name": "total", "type": "bigint", "default": "=target.total"} ] }');
SELECT b.total_of('a');
SELECT define('b.total_set', '{ "table": "b.grouped", "key": ["kind"], "steps": [ {"update": "target", "set": {"total": 1}} ] }');
CREATE MATERIALIZED VIEW b.totals AS SELECT * FROM b.grouped;
SELECT define('b.stored_total_of', '
{ "table": "b.totals", "key": ["kind"], "output": [ {"name": "total", "type": "bigint", "default": "=target.total"} ] }');
SELECT b.stored_total_of('a') = b.total_of('a') AS same;

-- several rows of one key: a view's key is a promise, not a constraint
CREATE VIEW b.twice AS SELECT * FROM b.item UNION ALL SELECT id, kind, n + 1000 FROM b.item WHERE id = 1;
SELECT define('b.of_twice', '
{ "table": "b.twice", "key": ["id"], "output": [ {"name": "n", "type": "integer", "default": "=target.n"} ] }');
SELECT b.of_twice(2);
SELECT b.of_twice(1);
SELECT define('b.get_twice', '
{ "table": "b.twice", "key": ["id"], "output": [ {"name": "n", "type": "integer", "default": "=t.n"} ], "steps": [ {"get": "target", "as": "t"} ] }');
SELECT b.get_twice(1);
SELECT define('b.get_first_of_twice', '
{ "table": "b.twice", "key": ["id"], "output": [ {"name": "n", "type": "integer", "default": "=t.n"} ], "steps": [ {"get": "target", "as": "t", "order_by": "n desc"} ] }');
SELECT b.get_first_of_twice(1);

-- another key than the primary one
CREATE TABLE b.coded (id integer PRIMARY KEY, code text NOT NULL UNIQUE, n integer);
INSERT INTO b.coded VALUES (1, 'x', 1);
SELECT define('b.by_code', '
{ "table": "b.coded", "key": ["code"], "output": [ {"name": "id", "type": "integer", "default": "=target.id"} ],
  "steps": [ {"update": "target", "set": {"n": "=n + 1"}} ] }');
SELECT b.by_code('x'), invoke_action('b.by_code', '{"target": "x"}');
CREATE TABLE b.keyless (n integer);
SELECT define('b.bound_keyless', '{ "table": "b.keyless" }');

-- tables that inherit: the parent's row counts
CREATE TABLE b.special (more text) INHERITS (b.item);
INSERT INTO b.special VALUES (500, 's', 5, 'more');
SELECT define('b.bump_any', '
{ "table": "b.item", "output": [ {"name": "seen", "type": "b.item", "default": "=target"} ], "steps": [ {"update": "target", "set": {"n": "=n + 1"}} ] }');
SELECT * FROM b.bump_any(500);
SELECT * FROM b.special;
INSERT INTO b.special VALUES (1, 'child', 5, 'the same id as a row of the parent');
SELECT * FROM b.bump_any(1);
SELECT define('b.set_any', '{ "steps": [ {"update": "b.item", "id": 1, "set": {"n": 0}} ] }');
SELECT b.set_any();
DELETE FROM b.special WHERE id = 1;

-- foreign tables
CREATE EXTENSION postgres_fdw;
DO $$ BEGIN EXECUTE format('CREATE SERVER loopback FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host %L, port %L, dbname %L)', split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'), current_database()); END $$;
CREATE USER MAPPING FOR CURRENT_USER SERVER loopback;
CREATE TABLE b.remote (id integer PRIMARY KEY, t text, n integer DEFAULT 9);
INSERT INTO b.remote VALUES (1, 'far', 1);
CREATE FOREIGN TABLE b.far (id integer, t text, n integer) SERVER loopback OPTIONS (schema_name 'b', table_name 'remote');
SELECT define('b.far_bump', '
{ "table": "b.far", "key": ["id"],
  "output": [ {"name": "seen", "type": "text", "default": "{{target.t}} {{target.n}} {{made.id}} {{target}}"} ],
  "steps": [ {"update": "target", "set": {"n": "=n + 1", "t": "=t || target.n"}},
             {"create": "b.far", "as": "made", "set": {"id": "=target.id + 1", "t": "made", "n": 5}},
             {"delete": "b.far", "where": "t = ''made'' and id < made.id"} ] }');
SELECT * FROM b.far_bump(1);
SELECT invoke_action('b.far_bump', '{"target": 2}');
SELECT * FROM b.remote ORDER BY id;
SELECT b.far_bump(50);
SELECT define('b.far_by_id', '{ "steps": [ {"update": "b.far", "id": 1, "set": {"n": 1}} ] }');

-- system tables, sequences, indexes and composite types are no targets
SELECT define('b.bad_table', '{ "table": "b.no_table" }');
SELECT define('b.bad_table', '{ "table": "b.item_pkey" }');
CREATE TYPE b.pair AS (x integer, y integer);
SELECT define('b.bad_table', '{ "table": "b.pair" }');
