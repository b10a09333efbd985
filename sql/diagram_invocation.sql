-- Pictures of invocations: what became of each step.
\i test/sql/prelude.sql
\pset format unaligned
\pset tuples_only on

CREATE TABLE desk.item (id integer PRIMARY KEY, amount integer CHECK (amount >= 0));
CREATE TABLE desk.entry (text text);
INSERT INTO desk.item VALUES (1, 10), (2, 20), (3, 30);
CREATE FUNCTION desk.look(jsonb) RETURNS jsonb LANGUAGE sql AS 'SELECT ''{}''::jsonb';
SET custom_actions.log_level = trace;

-- the last invocation of an action, and what its picture says but for frames, edges and styles
CREATE FUNCTION last_of(name text) RETURNS uuid
LANGUAGE sql AS 'SELECT id FROM custom_actions.invocations WHERE action = name ORDER BY started_at DESC, id DESC LIMIT 1';
CREATE FUNCTION nodes(name text, format text DEFAULT 'mermaid') RETURNS SETOF text
LANGUAGE sql AS $$
	SELECT line FROM regexp_split_to_table(action_diagram(name, format => format, invocation => last_of(name)), '\n') AS line
	WHERE line ~ '^  .*[\]})]|class ' AND line !~ '-->|->|  (graph|node|edge) \['
$$;

SELECT define('desk.take', '{"input": [{"name": "sum", "type": "integer"}], "output": [{"name": "failed", "type": "integer", "default": "=let.failed"}], "steps": [
	{"require": "input.sum <> 0", "message": "Nothing to take"},
	{"let": {"failed": 0}},
	{"for_each": "desk.item", "as": "item", "order_by": "id", "do": [
		{"create": "desk.entry", "set": {"text": "odd"}, "when": "item.id % 2 = 1"},
		{"group": "Only the last", "when": "item.id = 3", "do": [{"create": "desk.entry", "set": {"text": "last"}}]},
		{"group": "Take it, or leave it", "do": [
			{"create": "desk.entry", "set": {"text": "taken"}},
			{"update": "item", "set": {"amount": "=amount - input.sum"}}],
		 "on_error_when": "input.sum < 100",
		 "on_error": [{"let": {"failed": "=let.failed + 1"}}]}]},
	{"if": "let.failed > 0", "then": [{"create": "desk.entry", "set": {"text": "some"}}], "else": [{"create": "desk.entry", "set": {"text": "none"}}]},
	{"create": "desk.entry", "set": {"text": "never"}, "enabled": false}]}');
SELECT register_plugin('desk.take', 'pre_operation', 'desk.look(jsonb)');

-- everything ran; one of three turns was handled; nobody handled it; the first step said no
SELECT desk.take(1);
SELECT nodes('desk.take');
SELECT desk.take(15);
SELECT nodes('desk.take');
SELECT nodes('desk.take', 'dot');
SELECT try_invoke_action('desk.take', '{"sum": 105}') ->> 'ok' AS ok;
SELECT nodes('desk.take');
SELECT try_invoke_action('desk.take', '{"sum": 0}') ->> 'ok' AS ok;
SELECT nodes('desk.take');

-- of many turns, not all are kept
SELECT define('desk.count', '{"steps": [{"for_each": "=array(SELECT generate_series(1, 3000))", "as": "n", "do": [{"let": {"a": "=n.value"}}]}, {"create": "desk.entry", "set": {"text": "=let.a"}}]}');
SELECT desk.count();
SELECT nodes('desk.count');

-- the version is that of the invocation
SELECT last_of('desk.count') AS first_one \gset
SELECT define('desk.count', '{"steps": [{"create": "desk.entry", "set": {"text": "other"}}]}');
SELECT action_diagram('desk.count', invocation => :'first_one') ~ 'generate_series' AS of_version_1,
	action_diagram('desk.count', 1, invocation => :'first_one') = action_diagram('desk.count', invocation => :'first_one') AS same;
CREATE FUNCTION told(command text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	message text;
	detail text;
	hint text;
BEGIN
	EXECUTE command;
	RETURN 'done';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN regexp_replace(concat_ws(E'\n', SQLSTATE, message, nullif(detail, ''), hint), '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', '<id>', 'g');
END $$;
GRANT EXECUTE ON FUNCTION told(text) TO PUBLIC;

-- an invocation of another version, of another action, without a trace, none
SELECT told(format('SELECT action_diagram(%L, 2, invocation => %L)', 'desk.count', :'first_one'));
SELECT told(format('SELECT action_diagram(%L, 0, invocation => %L)', 'desk.count', :'first_one'));
SELECT told(format('SELECT action_diagram(%L, invocation => %L)', 'desk.take', :'first_one'));
SET custom_actions.log_level = full;
SELECT desk.count();
SELECT told(format('SELECT action_diagram(%L, invocation => %L)', 'desk.count', last_of('desk.count')));
SELECT told($$SELECT action_diagram('desk.count', invocation => '00000000-0000-0000-0000-000000000000')$$);
SELECT told($$SELECT action_diagram('desk.count', invocation => 'no uuid')$$);

-- the rights are those of the views
CREATE ROLE diagram_designer;
CREATE ROLE diagram_stranger;
SELECT grant_action_design('diagram_designer');
SET ROLE diagram_designer;
SELECT action_diagram('desk.count') ~ 'flowchart' AS drawn;
SELECT told(format('SELECT action_diagram(%L, invocation => %L)', 'desk.count', :'first_one'));
RESET ROLE;
GRANT pg_monitor TO diagram_designer;
SET ROLE diagram_designer;
SELECT told(format('SELECT action_diagram(%L, invocation => %L)', 'desk.count', :'first_one'));
SET ROLE diagram_stranger;
SELECT told($$SELECT action_diagram('desk.count')$$);
RESET ROLE;
DROP OWNED BY diagram_designer;
DROP ROLE diagram_designer, diagram_stranger;
