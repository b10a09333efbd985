-- `when` of a step with on_error: its error is one of the step
\i test/sql/prelude.sql

CREATE FUNCTION run(step json, input jsonb DEFAULT '{}') RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('client_min_messages', 'error', true);
	PERFORM create_action('desk.probe', json_build_object(
		'input', '[{"name": "n", "type": "integer", "default": 0}, {"name": "t", "type": "text", "required": false}]'::json,
		'output', '[{"name": "said", "type": "text"}]'::json,
		'steps', json_build_array('{"let": {"x": 1}}'::json, step, '{"output": {"said": "{{output.said}}, x = {{let.x}}"}}'::json)), true);
	PERFORM activate_action('desk.probe');
	RETURN invoke_action('desk.probe', input) ->> 'said';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;
CREATE TABLE desk.note (id integer PRIMARY KEY);
INSERT INTO desk.note VALUES (1), (2);

SELECT run('{"let": {"x": 2}, "when": "1 / input.n = 1", "on_error": [{"output": {"said": "{{error.sqlstate}} in {{error.step}}"}}]}');
SELECT run('{"let": {"x": 2}, "when": "1 / input.n = 1", "on_error": [{"output": {"said": "{{error.sqlstate}} in {{error.step}}"}}]}', '{"n": 1}');
SELECT run('{"let": {"x": 2}, "when": "1 / input.n = 1", "on_error": [{"output": {"said": "{{error.sqlstate}} in {{error.step}}"}}]}', '{"n": 2}');
SELECT run('{"let": {"x": 2}, "when": "input.t::integer = 1", "on_error": []}', '{"t": "none"}');
-- with a sub-SELECT
SELECT run('{"let": {"x": 2}, "when": "(select id from desk.note where id > input.n) = 2", "on_error": [{"output": {"said": "{{error.message}}"}}]}');
SELECT run('{"let": {"x": 2}, "when": "(select id from desk.note where id > input.n) = 2", "on_error": [{"output": {"said": "{{error.message}}"}}]}', '{"n": 1}');
-- of steps that hold others
SELECT run('{"if": "true", "then": [{"let": {"x": 2}}], "when": "1 / input.n = 1", "on_error": [{"output": {"said": "if"}}]}');
SELECT run('{"for_each": "=array[1]", "do": [{"let": {"x": 2}}], "when": "1 / input.n = 1", "on_error": [{"output": {"said": "for_each"}}]}');
SELECT run('{"group": null, "do": [{"let": {"x": 2}}], "when": "1 / input.n = 1", "on_error": [{"output": {"said": "group"}}]}');
-- and their own conditions
SELECT run('{"if": "1 / input.n = 1", "then": [], "on_error": [{"output": {"said": "condition of if"}}]}');
SELECT run('{"choose": null, "cases": [{"when": "1 / input.n = 1", "do": []}], "on_error": [{"output": {"said": "condition of a case"}}]}');
SELECT run('{"for_each": "=array[1 / input.n]", "do": [], "on_error": [{"output": {"said": "source of a loop"}}]}');
-- inside a step with on_error the outer one deals with it; errors that on_error_when does not take pass
SELECT run('{"group": null, "do": [{"let": {"x": 2}}, {"let": {"x": 3}, "when": "1 / input.n = 1"}], "on_error": [{"output": {"said": "{{error.step}}"}}]}');
SELECT run('{"let": {"x": 2}, "when": "1 / input.n = 1", "on_error_when": "error.sqlstate <> ''22012''", "on_error": [{"output": {"said": "handled"}}]}');
-- conditions that cannot fail, true, false and NULL
SELECT run('{"let": {"x": 2}, "when": "input.t = ''a'' and not (input.n is null or input.n <> 0)", "on_error": []}', '{"t": "a"}');
SELECT run('{"let": {"x": 2}, "when": "input.t = ''a'' and not (input.n is null or input.n <> 0)", "on_error": []}', '{"t": "b"}');
SELECT run('{"let": {"x": 2}, "when": "input.t = ''a''", "on_error": [{"output": {"said": "handled"}}]}');
