-- Every value that a step of any kind, an input, an output or an action can have: set by
-- its address, read back, taken back.
BEGIN;
SET LOCAL client_min_messages = error;
SELECT no_plan();

CREATE SCHEMA desk;
CREATE TABLE desk.case (id integer PRIMARY KEY, status text, n integer);

-- A step of each kind; the drafts need not compile.
CREATE TABLE base (kind text, step json);
INSERT INTO base VALUES
	('create', '{"create": "desk.case", "set": {"n": 1}}'),
	('update', '{"update": "target", "set": {"n": 1}}'),
	('delete', '{"delete": "desk.case", "where": "true"}'),
	('assign', '{"assign": "target", "to": 1}'),
	('set_status', '{"set_status": "target", "to": "a"}'),
	('get', '{"get": "desk.case"}'),
	('call', '{"call": "pg_catalog.now"}'),
	('perform', '{"perform": "desk.other"}'),
	('let', '{"let": {"a": 1}}'),
	('output', '{"output": {"o": 1}}'),
	('if', '{"if": "true", "then": []}'),
	('choose', '{"choose": "which", "cases": []}'),
	('for_each', '{"for_each": "=array[1]", "do": []}'),
	('group', '{"group": "title", "do": []}'),
	('require', '{"require": "true"}'),
	('stop', '{"stop": "succeeded"}');
SELECT results_eq('SELECT kind FROM base ORDER BY 1', 'SELECT kind FROM custom_actions.step_kinds() ORDER BY 1', 'there is a step of each kind');

-- What is set, by kind and key; without a kind, for all that have the key.
CREATE TABLE given (kind text, key text, field text, value text);
INSERT INTO given VALUES
	(NULL, 'set', 'set."a.b ""c"""', '5'), (NULL, 'set', 'set.n', '=n + 1'), (NULL, 'set', 'set.t', 'Case {{target.id}}'), (NULL, 'set', 'set.j', '{"a": [1, "=x"]}'),
	(NULL, 'set', 'set.e', ''), (NULL, 'set', 'set.u', E'ünï \n "quoted" \\ {}'), (NULL, 'set', 'set.q', '==literal'),
	(NULL, 'from', 'from', '=input.rows'), (NULL, 'where', 'where', '"n" > 5 AND true'), (NULL, 'id', 'id', '{"a": 1, "b": "=2"}'),
	(NULL, 'required', 'required', 'false'), (NULL, 'to', 'to', '=input.who'), (NULL, 'column', 'column', 'owner_id'),
	(NULL, 'order_by', 'order_by', 'coalesce(a, b) desc, c'), (NULL, 'order_by', 'order_by', 'a nulls first'), (NULL, 'lock', 'lock', 'skip'),
	(NULL, 'with', 'with.body', 'We are on it.'), (NULL, 'timeout', 'timeout', '5 s'), (NULL, 'types', 'types.a', 'numeric(9,2)'),
	('for_each', 'columns', 'columns.a', 'integer'), ('update', 'columns', 'columns', 'id, "a, b"'), ('create', 'columns', 'on_conflict.columns', 'id, n'),
	('create', 'on_conflict', 'on_conflict.set.n', '=excluded.n'), ('create', 'do', 'on_conflict.do', 'update'), (NULL, 'index', 'index', 'number'),
	(NULL, 'message', 'message', 'No: {{target.id}}'), (NULL, 'detail', 'detail', 'd'), (NULL, 'hint', 'hint', 'h'), (NULL, 'sqlstate', 'sqlstate', 'P0001'),
	(NULL, 'do', NULL, NULL), (NULL, 'then', NULL, NULL), (NULL, 'else', NULL, NULL), (NULL, 'cases', NULL, NULL),
	(NULL, 'as', 'as', 'name'), (NULL, 'description', 'description', 'why'), (NULL, 'when', 'when', '= true'), (NULL, 'enabled', 'enabled', 'false'),
	(NULL, 'on_error_when', 'on_error_when', 'error.sqlstate = ''23505'''), (NULL, 'on_error', 'on_error', '[]'),
	(NULL, 'expect', 'expect', '1'), ('let', 'let', 'a', '2'), ('let', 'let', 'b', '2.50'), ('let', 'let', 'c', 'text'), ('output', 'output', 'o', '2'), ('output', 'output', 'p', '=let.a');

SELECT create_action('desk.act', json_build_object('table', 'desk.case',
	'input', '[{"name": "i", "type": "integer", "default": 1}]'::json, 'output', '[{"name": "o", "type": "integer"}]'::json,
	'steps', (SELECT json_agg(step ORDER BY kind) FROM base)));
CREATE VIEW wanted AS
	SELECT k.kind, t.path, u.key, g.field, g.value
	FROM custom_actions.step_kinds() AS k
		JOIN custom_actions.step AS s ON s.kind = k.kind AND s.action = 'desk.act'
		JOIN custom_actions.step_paths('desk.act') AS t ON t.id = s.id
		CROSS JOIN LATERAL (
			SELECT unnest(k.arguments)
			UNION SELECT d.key FROM custom_actions.definition_keys() AS d WHERE d.part = 'step'
			UNION SELECT k.kind WHERE k.kind IN ('let', 'output')) AS u (key)
		LEFT JOIN given AS g ON g.key = u.key AND (g.kind = k.kind OR g.kind IS NULL AND NOT EXISTS (
			SELECT FROM given AS o WHERE o.kind = k.kind AND o.key = u.key))
	UNION ALL
	SELECT k.kind, t.path, k.kind, v.field, CASE k.kind WHEN 'stop' THEN 'failed' WHEN 'for_each' THEN '{"to": "=input.n", "from": 1}' ELSE 'another.subject' END
	FROM base AS k
		JOIN custom_actions.step AS s ON s.kind = k.kind AND s.action = 'desk.act'
		JOIN custom_actions.step_paths('desk.act') AS t ON t.id = s.id
		CROSS JOIN LATERAL (VALUES (k.kind)) AS v (field)
	WHERE k.kind NOT IN ('let', 'output');
SELECT is_empty('SELECT kind, key FROM wanted WHERE field IS NULL AND key NOT IN (''do'', ''then'', ''else'', ''cases'')', 'a value is given for each key');

CREATE FUNCTION shown(at text, below text) RETURNS text LANGUAGE sql AS
	$$SELECT value FROM custom_actions.step_value WHERE action = 'desk.act' AND path = at AND field = below$$;
CREATE FUNCTION draft() RETURNS text LANGUAGE sql AS
	$$SELECT jsonb_agg(to_jsonb(s) ORDER BY s.id)::text || (SELECT jsonb_agg(to_jsonb(p) ORDER BY p.name)::text FROM custom_actions.parameter AS p)
		|| (SELECT to_jsonb(a) - '{modified_at,modified_by}'::text[] FROM custom_actions.action AS a)::text FROM custom_actions.step AS s$$;
CREATE FUNCTION tried(at text, below text, given text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	before text := draft();
	address text := concat_ws('.', nullif(at, ''), below);
BEGIN
	PERFORM set_action_value('desk.act', address, given);
	RETURN NEXT is(shown(at, below), given, address || ' is read back');
	PERFORM undo_action_edit('desk.act');
	RETURN NEXT is(draft(), before, address || ' is taken back');
	IF length(address) % 3 > 0 THEN
		RETURN;				-- by plain statements, a third of them
	ELSIF shown(at, below) IS NULL THEN
		INSERT INTO custom_actions.step_value VALUES ('desk.act', at, below, given);
		DELETE FROM custom_actions.step_value WHERE action = 'desk.act' AND path = at AND field = below;
		RETURN NEXT is(custom_actions.draft_definition('desk.act')::jsonb, (SELECT was FROM first), address || ' is added and removed by plain statements');
		PERFORM undo_action_edit('desk.act');
		PERFORM undo_action_edit('desk.act');
	ELSE
		UPDATE custom_actions.step_value SET value = given WHERE action = 'desk.act' AND path = at AND field = below;
		RETURN NEXT is(shown(at, below), given, address || ' is changed by an UPDATE');
		PERFORM undo_action_edit('desk.act');
	END IF;
	RETURN NEXT is(draft(), before, address || ' is taken back again');
EXCEPTION WHEN OTHERS THEN
	RETURN NEXT fail(address || ': ' || SQLERRM);
END
$$;
CREATE TABLE first AS SELECT custom_actions.draft_definition('desk.act')::jsonb AS was;

CREATE FUNCTION tried_all(given regclass) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	one record;
BEGIN
	FOR one IN EXECUTE format('SELECT at, field, value FROM %s ORDER BY at, field, value', given) LOOP
		RETURN QUERY SELECT tried(one.at, one.field, one.value);
	END LOOP;
END
$$;
CREATE TABLE step_value AS
	SELECT w.path AS at, w.field, w.value
	FROM wanted AS w
	WHERE w.field IS NOT NULL
		AND NOT (w.field = 'as' AND w.kind IN ('if', 'choose', 'group', 'require', 'stop', 'let', 'output', 'delete', 'call'));
SELECT tried_all('step_value');

-- Header, inputs and outputs.
CREATE TABLE part_value (part text, at text, key text, field text, value text);
INSERT INTO part_value
SELECT k.part, CASE k.part WHEN 'input' THEN 'input.i' WHEN 'output' THEN 'output.o' ELSE '' END, k.key,
	k.key || CASE k.shape WHEN 'values' THEN '.work_mem' ELSE '' END,
	CASE k.shape WHEN 'boolean' THEN 'true' WHEN 'choice' THEN k.choices[cardinality(k.choices)] WHEN 'names' THEN 'a, "b c"'
		ELSE CASE k.key WHEN 'not_found' THEN 'P0003' WHEN 'default' THEN '=1 + 1' WHEN 'max_rows' THEN '50' ELSE 'anything' END END
FROM custom_actions.definition_keys() AS k
WHERE k.part IN ('action', 'input', 'output')
	AND k.key NOT IN ('action', 'input', 'output', 'steps', 'plugins', 'frozen', 'name');
SELECT tried_all('part_value');

SELECT * FROM finish();
ROLLBACK;
