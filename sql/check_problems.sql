-- check_action: every problem at once, each with its place; activation raises
-- UA005 with all of them.
\i test/sql/prelude.sql
\pset format unaligned
\pset null '(null)'
CREATE TYPE desk.level AS ENUM ('low', 'high');
CREATE TABLE desk.note (
	id    integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	body  text NOT NULL,
	n     integer NOT NULL DEFAULT 0,
	lvl   desk.level,
	due   date,
	twice integer GENERATED ALWAYS AS (n * 2) STORED
);
CREATE TABLE desk.keyless (body text);
CREATE TABLE desk.pair (a integer, b integer, PRIMARY KEY (a, b));
CREATE FUNCTION desk.noisy() RETURNS integer LANGUAGE sql VOLATILE AS 'SELECT 1';

SELECT create_action('desk.bad', $${
	"table": "desk.note",
	"input": [
		{"name": "a", "type": "no_such_type"}]}$$);
SELECT * FROM check_action('desk.bad');

SELECT create_action('desk.bad', $${
	"table": "desk.nowhere",
	"steps": [{"let": {"x": "=1 +"}}]}$$, or_replace => true);
SELECT * FROM check_action('desk.bad');
SELECT create_action('desk.bad', '{"table": "desk.keyless"}', or_replace => true);
SELECT * FROM check_action('desk.bad');
SELECT create_action('desk.bad', '{"table": "desk.note", "key": ["nothing"]}', or_replace => true);
SELECT * FROM check_action('desk.bad');

SELECT create_action('desk.bad', $${
	"table": "desk.note",
	"input": [
		{"name": "amount", "type": "integer", "default": "many"},
		{"name": "later", "type": "date", "default": "=now() +"},
		{"name": "sub", "type": "integer", "default": "=(SELECT 1)"},
		{"name": "self", "type": "integer", "default": "=input.amount"}],
	"output": [
		{"name": "unset", "type": "text"},
		{"name": "wrong", "type": "integer", "default": "=target.body"}],
	"steps": [
		{"create": "desk.nowhere", "set": {"a": 1}},
		{"create": "desk.note", "set": {"n": 1}},
		{"create": "desk.note", "set": {"body": null, "nothing": 1, "id": 1, "twice": 2}},
		{"update": "target", "set": {"n": "five", "lvl": "middle", "due": "=5", "nothing": 1}},
		{"update": "target", "set": {"n": "=n + input.nothing", "body": "=nothing", "lvl": "=target.nothing"}},
		{"update": "nobody", "set": {"n": 1}},
		{"update": "later", "set": {"n": 1}},
		{"update": "target", "set": {"body": "=later.body"}},
		{"get": "desk.note", "id": 1, "as": "later"},
		{"get": "desk.pair", "id": 1},
		{"get": "desk.note", "id": {"body": "x"}},
		{"get": "desk.keyless", "id": 1},
		{"update": "desk.note", "set": {"n": 1}},
		{"update": "target", "set": {"n": "=desk.noisy()", "body": "{{ desk.noisy() }} {{ 1 + }}"}},
		{"update": "target", "set": {"n": "=1; DROP TABLE desk.note"}},
		{"require": "target.n"},
		{"require": "target.n > 'x'"},
		{"require": "context.nothing = 1"},
		{"require": "true", "sqlstate": "00000"},
		{"output": {"nothing": 1}},
		{"let": {"x": 1}},
		{"let": {"x": "=now()"}},
		{"group": "many", "do": [{"update": "desk.note", "where": "n > ", "set": {"n": 1}}]},
		{"update": "target", "set": {"body": "a {{ b"}}]}$$, or_replace => true);
SELECT * FROM check_action('desk.bad');

-- One error for all
SELECT activate_action('desk.bad');

-- What is wrong with the document itself
SELECT brief($$SELECT create_action('desk.bad', '{"steps": [{"explode": "target"}]}', or_replace => true)$$);
SELECT brief($$SELECT create_action('desk.bad', '{"steps": [{"update": "target", "sett": {"n": 1}}]}', or_replace => true)$$);
SELECT brief($$SELECT create_action('desk.bad', '{"stepps": []}', or_replace => true)$$);
SELECT create_action('desk.bad', '{"steps": [], "steps": []}', or_replace => true);
SELECT create_action('desk.bad', '{"steps": [{"update": "target", "delete": "target"}]}', or_replace => true);
SELECT brief($$SELECT create_action('desk.bad', '{"steps": [{"set": {"n": 1}}]}', or_replace => true)$$);

-- By plain DML nearly anything can be written; check says the same
SELECT create_action('desk.plain', '{"table": "desk.note"}');
INSERT INTO custom_actions.step (action, position, kind, subject, arguments) VALUES
	('desk.plain', 1, 'explode', 'target', '{}'),
	('desk.plain', 2, 'update', 'target', '{"sett": {"n": 1}}'),
	('desk.plain', 3, 'update', NULL, '{}');
SELECT severity, location, message, detail, without_lists(hint) AS hint FROM check_action('desk.plain');
SELECT brief($$SELECT activate_action('desk.plain')$$);

-- null is no way to leave a key out
SELECT create_action('desk.nulls', '{"steps": [{"let": {"x": 1}}, {"choose": null, "cases": [{"when": "true", "do": []}]}]}');
UPDATE custom_actions.step SET arguments = arguments || '{"when": null, "on_error": null}' WHERE action = 'desk.nulls' AND kind = 'let';
UPDATE custom_actions.step SET arguments = arguments || '{"as": null, "description": null, "enabled": null}' WHERE action = 'desk.nulls' AND kind = 'choose';
UPDATE custom_actions.step SET arguments = arguments || '{"description": null}' WHERE action = 'desk.nulls' AND kind = 'case';
SELECT action_definition('desk.nulls');
SELECT severity, location, message FROM check_action('desk.nulls');

-- Settings
SELECT create_action('desk.settings', '{"settings": {"no_such_setting": "1", "TimeZone": "Nowhere/City", "work_mem": "much", "role": "postgres"}, "steps": [{"let": {"x": 1}}]}');
SELECT * FROM check_action('desk.settings');

-- Warnings do not stop an activation
SELECT create_action('desk.warns', $${
	"table": "desk.note",
	"steps": [{"update": "target", "set": {"n": "=(SELECT max(p.b) FROM desk.pair AS p WHERE p.a = n)"}},
		{"update": "target", "set": {"n": "=(SELECT count(*) FROM desk.note AS other WHERE other.n = n)"}}]}$$);
SELECT * FROM check_action('desk.warns');
SELECT activate_action('desk.warns');

-- Nothing wrong: no rows
SELECT create_action('desk.good', $${
	"table": "desk.note",
	"steps": [{"update": "target", "set": {"n": "=(SELECT count(*) FROM desk.note AS other WHERE other.n = this.n)"}}]}$$);
SELECT * FROM check_action('desk.good');
SELECT * FROM check_action('desk.none');

-- An error tells some of many
SELECT create_action('desk.many', json_build_object('steps',
	(SELECT json_agg(json_build_object('require', 'let.x' || i || ' > 0')) FROM generate_series(1, 53) AS i)));
SELECT brief($$SELECT activate_action('desk.many')$$);
SELECT count(*) FROM check_action('desk.many');
