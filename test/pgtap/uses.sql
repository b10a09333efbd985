-- Every place where a formula may stand names the columns that it reads, every place
-- that is written names the column that it writes.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE SCHEMA desk;
CREATE TABLE desk.item (id bigint PRIMARY KEY, title text, rank integer, owner bigint, kind text, data jsonb, tags text[], UNIQUE (title));
CREATE TABLE desk.other (id bigint PRIMARY KEY, name text, UNIQUE (name));
CREATE FUNCTION desk.work(a text) RETURNS text LANGUAGE sql AS 'SELECT a';
SELECT create_action('desk.sub', '{"input": [{"name": "a", "type": "text"}], "steps": []}'), activate_action('desk.sub');

-- F: a text formula, C: a condition, T: a template; each reads target.kind
CREATE TEMP TABLE places (step text, path text);
INSERT INTO places VALUES
	('{"create": "desk.other", "set": {"id": 1, "name": "=F"}}', '1.set.name'),
	('{"create": "desk.other", "set": {"id": 1, "name": "T"}}', '1.set.name'),
	('{"create": "desk.item", "set": {"id": 1, "data": {"a": ["=F"]}}}', '1.set.data.a[1]'),
	('{"create": "desk.item", "set": {"id": 1, "tags": ["=F"]}}', '1.set.tags[1]'),
	('{"create": "desk.other", "from": "desk.item", "where": "C", "set": {"id": "=this.id"}}', '1.where'),
	('{"create": "desk.other", "from": "=array[F]", "set": {"id": 1, "name": "=this.value"}}', '1.from'),
	('{"create": "desk.other", "set": {"id": 1}, "on_conflict": {"columns": ["id"], "set": {"name": "=F"}}}', '1.on_conflict.set.name'),
	('{"create": "desk.other", "set": {"id": 1}, "when": "C"}', '1.when'),
	('{"update": "target", "set": {"title": "=F"}}', '1.set.title'),
	('{"update": "target", "where": "C", "set": {"title": "x"}}', '1.where'),
	('{"update": "desk.other", "id": "=length(F)", "set": {"name": "x"}}', '1.id'),
	('{"update": "desk.other", "id": {"name": "=F"}, "set": {"id": 1}}', '1.id.name'),
	('{"update": "desk.other", "where": "C", "set": {"name": "x"}}', '1.where'),
	('{"delete": "desk.other", "where": "C"}', '1.where'),
	('{"delete": "desk.other", "id": "=length(F)"}', '1.id'),
	('{"assign": "target", "to": "=length(F)", "column": "owner"}', '1.to'),
	('{"set_status": "target", "to": "=F", "column": "title"}', '1.to'),
	('{"get": "desk.other", "as": "o", "id": "=length(F)"}', '1.id'),
	('{"get": "desk.other", "as": "o", "where": "C"}', '1.where'),
	('{"get": "desk.other", "as": "o", "where": "true", "order_by": "F, id"}', '1.order_by'),
	('{"call": "desk.work", "with": {"a": "=F"}}', '1.with.a'),
	('{"perform": "desk.sub", "with": {"a": "=F"}}', '1.with.a'),
	('{"let": {"l": "=F"}}', '1.l'),
	('{"output": {"answer": "=F"}}', '1.answer'),
	('{"if": "C", "then": [{"let": {"l": 1}}]}', '1'),
	('{"if": "true", "then": [{"let": {"l": "=F"}}]}', '1.then.1.l'),
	('{"if": "true", "then": [], "else": [{"let": {"l": "=F"}}]}', '1.else.1.l'),
	('{"choose": null, "cases": [{"when": "C", "do": []}]}', '1.case 1.when'),
	('{"choose": null, "cases": [{"when": "true", "do": [{"let": {"l": "=F"}}]}]}', '1.case 1.do.1.l'),
	('{"choose": null, "cases": [{"when": "true", "do": []}], "else": [{"let": {"l": "=F"}}]}', '1.else.1.l'),
	('{"for_each": "=array[F]", "do": [{"let": {"l": 1}}]}', '1'),
	('{"for_each": "desk.other", "where": "C", "do": [{"let": {"l": 1}}]}', '1.where'),
	('{"for_each": "desk.other", "order_by": ["F"], "do": [{"let": {"l": 1}}]}', '1.order_by'),
	('{"for_each": "desk.other", "do": [{"let": {"l": "=F"}}]}', '1.do.1.l'),
	('{"group": "g", "do": [{"let": {"l": "=F"}}]}', '1.do.1.l'),
	('{"group": "g", "do": [], "on_error": [{"let": {"l": "=F"}}]}', '1.on_error.1.l'),
	('{"group": "g", "do": [], "on_error": [], "on_error_when": "C"}', '1.on_error_when'),
	('{"require": "C", "message": "x"}', '1'),
	('{"require": "true", "message": "T"}', '1.message'),
	('{"require": "true", "message": "x", "detail": "T"}', '1.detail'),
	('{"require": "true", "message": "x", "hint": "T"}', '1.hint'),
	('{"stop": "canceled", "message": "T"}', '1.message');

-- What the formula is: the same column by each way to name it
CREATE TEMP TABLE formulas (formula text, relation text, field text, rows_own boolean);
INSERT INTO formulas VALUES
	('target.kind', 'desk.item', 'kind', false),
	('(select i.kind from desk.item i limit 1)', 'desk.item', 'kind', false),
	('(select s.k from (select kind as k from desk.item) s limit 1)', 'desk.item', 'kind', false),
	('(with w as (select kind from desk.item) select kind from w limit 1)', 'desk.item', 'kind', false),
	('(select kind from desk.other o join desk.item using (id) limit 1)', 'desk.item', 'kind', false),
	('(select target.kind from desk.other o limit 1)', 'desk.item', 'kind', false),
	('(select max(i.kind) over () from desk.item i limit 1)', 'desk.item', 'kind', false),
	('(select ''x'' from desk.other o where exists (select from desk.item i where i.kind = o.name) limit 1)', 'desk.item', 'kind', false),
	('((target).kind)', 'desk.item', 'kind', false),
	('(to_jsonb(target) ->> ''kind'')', 'desk.item', '*', false),
	('(case when target.kind is null then ''a'' else ''b'' end)', 'desk.item', 'kind', false);

CREATE FUNCTION pg_temp.found(step text, formula text, relation text, field text, place text) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
	filled text := replace(replace(replace(step, 'C', '(' || formula || ') = ''x'''), 'T', 'a {{' || formula || '}}'), 'F', formula);
BEGIN
	PERFORM create_action('desk.tried', format('{"table": "desk.item", "output": [{"name": "answer", "type": "text"}], "steps": [%s]}', filled)::json, or_replace => true);
	RETURN EXISTS (SELECT FROM custom_actions.uses_of('desk.tried', 0) AS u
		WHERE u.path = place AND u.table_name = relation AND u.column_name = field AND u.reads);
END
$$;

SELECT plan((SELECT count(*)::integer FROM places, formulas) + 10);
SELECT ok(pg_temp.found(p.step, f.formula, f.relation, f.field, p.path), format('%s at %s of %s', f.formula, p.path, p.step))
FROM places AS p, formulas AS f;

-- Columns that are written
CREATE FUNCTION pg_temp.written(step text) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM create_action('desk.tried', format('{"table": "desk.item", "input": [{"name": "v", "type": "jsonb", "required": false}], "steps": [%s]}', step)::json, or_replace => true);
	RETURN (SELECT string_agg(format('%s %s.%s', u.path, u.table_name, u.column_name), ', ' ORDER BY u.path, u.column_name)
		FROM custom_actions.uses_of('desk.tried', 0) AS u WHERE u.writes);
END
$$;
SELECT is(pg_temp.written(w.step), w.wanted, w.step)
FROM (VALUES
	('{"create": "desk.other", "set": {"id": 1, "name": "x"}}', '1 desk.other., 1.set.id desk.other.id, 1.set.name desk.other.name'),
	('{"create": "desk.other", "set": {"id": 1, "name": "x"}, "on_conflict": {"columns": ["id"], "do": "update"}}',
		'1 desk.other., 1.on_conflict desk.other.name, 1.set.id desk.other.id, 1.set.name desk.other.name'),
	('{"create": "desk.other", "set": {"id": 1}, "on_conflict": {"columns": ["id"], "set": {"name": "x"}}}',
		'1 desk.other., 1.on_conflict.set.name desk.other.name, 1.set.id desk.other.id'),
	('{"create": "desk.other", "from": "desk.item", "set": {"id": "=this.id"}}', '1 desk.other., 1.set.id desk.other.id'),
	('{"update": "target", "set": {"title": "x", "rank": 1}}', '1.set.rank desk.item.rank, 1.set.title desk.item.title'),
	('{"update": "desk.other", "where": "true", "set": {"name": "x"}}', '1.set.name desk.other.name'),
	('{"delete": "target"}', '1 desk.item.*'),
	('{"assign": "target", "to": 1, "column": "owner"}', '1.to desk.item.owner'),
	('{"set_status": "target", "to": "x", "column": "title"}', '1.to desk.item.title'),
	('{"update": "target", "set": {"*": "=input.v"}, "columns": ["title", "rank"]}', '1.set.*.rank desk.item.rank, 1.set.*.title desk.item.title')) AS w (step, wanted);

SELECT * FROM finish();
ROLLBACK;
