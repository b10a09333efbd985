-- Verbs with inputs and outputs of all types, over tables of all kinds, with names and texts
-- that other languages stumble over.
CREATE SCHEMA "Odd & <Sons>";
CREATE SCHEMA edm;
CREATE TYPE edm.mood AS ENUM ('very good', 'bad');
CREATE TYPE edm.size AS ENUM ('small', 'größer');
CREATE DOMAIN edm.share AS numeric(5,2) CHECK (VALUE >= 0 AND VALUE < 100);
CREATE DOMAIN edm.code AS text NOT NULL CHECK (VALUE ~ '^[A-Z]{2}-[0-9]+$');
CREATE DOMAIN edm.few AS integer[] CHECK (cardinality(VALUE) <= 3);
COMMENT ON DOMAIN edm.share IS E'Per cent: "<&>\x01\t\n\r\nend';
CREATE TYPE edm.point AS (x float8, "y of it" numeric, "class" edm.mood);
CREATE TYPE edm.tree AS (name text, points edm.point[]);
CREATE TABLE edm.tree_row (id int PRIMARY KEY, tree edm.tree, tree_row int, "select" text, "größe" edm.size, share edm.share, moods edm.mood[] NOT NULL DEFAULT '{}',
	gone text, twice int GENERATED ALWAYS AS (tree_row * 2) STORED, made int GENERATED ALWAYS AS IDENTITY);
ALTER TABLE edm.tree_row DROP COLUMN gone;
CREATE TABLE "Odd & <Sons>"."Order Line's" ("order no" text, "line/no" float8, bytes bytea, PRIMARY KEY ("order no", "line/no"));
CREATE TABLE edm.keyless (a int, b text);
CREATE TABLE edm.part (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE VIEW edm.view AS SELECT id, share FROM edm.tree_row;
CREATE TABLE edm."close_treeResponse" (id int PRIMARY KEY);
ALTER TABLE support.case ADD COLUMN reference text UNIQUE;

DO $$
DECLARE
	a record;
BEGIN
	PERFORM set_config('client_min_messages', 'error', true);
	FOR a IN SELECT * FROM (VALUES
		('edm.everything', '{"title": "All <types> & \"more\"", "description": "One of each\nin ]]> lines", "input": [
			{"name": "b", "type": "boolean"}, {"name": "i2", "type": "smallint"}, {"name": "i4", "type": "integer"}, {"name": "i8", "type": "bigint"},
			{"name": "f4", "type": "real"}, {"name": "f8", "type": "float8"}, {"name": "n", "type": "numeric"}, {"name": "n1", "type": "numeric(10,2)"},
			{"name": "n2", "type": "numeric(3,-2)"}, {"name": "n3", "type": "numeric(2,4)"}, {"name": "t", "type": "text"}, {"name": "v", "type": "varchar(7)"},
			{"name": "c", "type": "char(3)"}, {"name": "d", "type": "date"}, {"name": "ts", "type": "timestamp"}, {"name": "tz", "type": "timestamptz(2)"},
			{"name": "ti", "type": "time"}, {"name": "tiz", "type": "timetz"}, {"name": "iv", "type": "interval"}, {"name": "by", "type": "bytea"},
			{"name": "j", "type": "json"}, {"name": "jb", "type": "jsonb"}, {"name": "u", "type": "uuid"}, {"name": "r", "type": "int4range"},
			{"name": "mr", "type": "nummultirange"}, {"name": "ia", "type": "integer[]"}, {"name": "few", "type": "edm.few"}, {"name": "fews", "type": "edm.few[]"},
			{"name": "ip", "type": "inet"}, {"name": "bits", "type": "bit(3)"}, {"name": "share", "type": "edm.share"}, {"name": "code", "type": "edm.code"},
			{"name": "mood", "type": "edm.mood"}, {"name": "size", "type": "edm.size"}, {"name": "moods", "type": "edm.mood[]"}, {"name": "tree", "type": "edm.tree"},
			{"name": "trees", "type": "edm.tree[]"}, {"name": "line", "type": "edm.tree_row"}, {"name": "nm", "type": "name"}, {"name": "o", "type": "oid"},
			{"name": "x", "type": "tsvector", "required": false}, {"name": "low", "type": "integer", "options": [1, 2, 3], "default": 2},
			{"name": "word", "type": "text", "options": ["a<b", "\"c\"", "d&e"], "default": "a<b"}, {"name": "computed", "type": "timestamptz", "default": "=now()"} ],
		  "output": [{"name": "everything", "type": "text", "default": "x"}, {"name": "trees_out", "type": "edm.tree[]", "default": "=input.trees"},
			{"name": "line_out", "type": "edm.tree_row", "default": "=input.line"}, {"name": "size_out", "type": "edm.size", "default": "=input.size"}], "steps": []}'),
		('edm.close_tree', '{"table": "edm.tree_row", "output": [{"name": "close_tree", "type": "text", "default": "x", "required": true}],
			"steps": [{"require": "target.share IN (1, 2) OR NOT (target.moods IS NULL AND target.\"größe\" = ''small'')"},
				{"require": "target.id <> 3 AND target.share > 0"}]}'),
		('edm.guess', '{"table": "edm.tree_row", "deprecated": "use edm.close_tree", "steps": [{"require": "length(target.\"select\") > 3"}]}'),
		('edm.of_view', '{"table": "edm.view", "key": ["id"], "steps": []}'),
		('edm.of_part', '{"table": "edm.part", "steps": []}'),
		('edm.clear', '{"table": "edm.keyless", "binding": "collection", "steps": [{"delete": "edm.keyless", "where": "true"}]}'),
		('edm.clash', '{"table": "edm.\"close_treeResponse\"", "steps": []}'),
		('edm.look', '{"read_only": true, "steps": []}'),
		('edm.count_cases', '{"read_only": true, "output": [{"name": "cases", "type": "bigint", "default": 1}], "steps": []}'),
		('edm.case_of', '{"input": [{"name": "case_id", "references": "support.case", "title": "Which"}], "steps": []}'),
		('"Odd & <Sons>".settle', '{"table": "\"Odd & <Sons>\".\"Order Line''s\"", "steps": []}'),
		('support.remove_closed', '{"table": "support.case", "binding": "collection", "output": [{"name": "removed", "type": "integer", "default": 0}], "steps": []}'),
		('support.reopen_case', '{"table": "support.case", "key": ["reference"], "steps": [{"update": "target", "set": {"status": "open", "closed_at": null}}]}')
		) AS v (name, definition)
	LOOP
		PERFORM create_action(a.name, a.definition::json);
		PERFORM activate_action(a.name);
	END LOOP;
END
$$;
UPDATE support.case SET reference = 'odd', status = 'closed', closed_at = now() WHERE id = 41;
