-- messages of require and stop that evaluate to nothing
\i test/sql/prelude.sql

CREATE FUNCTION raised(step json, input text DEFAULT NULL) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	detail text;
	hint text;
BEGIN
	PERFORM create_action('desk.probe', json_build_object('input', '[{"name": "t", "type": "text", "required": false}]'::json, 'steps', json_build_array(step)), true);
	PERFORM activate_action('desk.probe');
	PERFORM desk.probe(input);
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN format('[%s] [%s] [%s] [%s]', SQLSTATE, SQLERRM, detail, hint);
END
$$;
-- an empty message is an empty message; there is none where it is NULL
SELECT raised('{"require": "input.t = ''x''", "message": ""}');
SELECT raised('{"require": "input.t = ''x''", "message": "{{input.t}}"}', '');
SELECT raised('{"require": "input.t = ''x''", "message": "{{input.t}}"}');
SELECT raised('{"require": "input.t = ''x''", "message": "=input.t"}', '');
SELECT raised('{"require": "input.t = ''x''", "message": "=input.t"}');
SELECT raised('{"require": "input.t = ''x''"}');
SELECT raised('{"stop": "canceled", "message": ""}');
SELECT raised('{"stop": "failed", "message": "{{input.t}}"}', '');
SELECT raised('{"stop": "failed", "message": null}');
-- an empty detail leaves the one that says where, an empty hint leaves none
SELECT raised('{"stop": "failed", "message": "m", "detail": "{{input.t}}", "hint": "{{input.t}}"}', '');
SELECT raised('{"stop": "failed", "message": "m", "detail": "{{input.t}}", "hint": "{{input.t}}"}', 'd');
SELECT try_invoke_action('desk.probe', '{"t": ""}') -> 'error' ->> 'message' AS message;
SELECT create_action('desk.probe', '{"steps": [{"require": "false", "message": ""}]}', true), activate_action('desk.probe') > 0 AS activated;
DO LANGUAGE custom_action '{"steps": [{"require": "false", "message": ""}]}';
SELECT try_invoke_action('desk.probe') #>> '{error,message}' AS message;
