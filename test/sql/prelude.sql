\set echo :ECHO \set ECHO none
-- What test files begin with: how results are shown, the help desk's schema, and
-- define().  A file that wants something else says so after including this.
\set SHOW_CONTEXT never
\pset null NULL
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';
SET extra_float_digits = 1;

CREATE SCHEMA desk;

-- Makes the draft of an action, or replaces it, and activates it; returns the version.
CREATE FUNCTION public.define(name text, definition json) RETURNS integer
LANGUAGE sql AS $$
	SELECT create_action(name, definition, true);
	SELECT activate_action(name);
$$;

-- A message without the kinds of step, the keys and the stages that it lists: lists.sql shows them, once.
CREATE FUNCTION public.without_lists(message text) RETURNS text
LANGUAGE sql AS $$
	SELECT regexp_replace(message, '(Verbs|Keys of (?!")[^:\n]+|It is one of(?=: pre_validation)): [^.\n]+\.', '\1: ...', 'g')
$$;

-- Runs a command that is refused; the error is as it was, but without lists.
CREATE FUNCTION public.brief(command text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	state text;
	message text;
	detail text;
	hint text;
BEGIN
	EXECUTE command;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	detail := without_lists(detail);
	hint := without_lists(hint);
	IF detail = '' THEN
		RAISE EXCEPTION USING ERRCODE = state, MESSAGE = message, HINT = hint;
	ELSIF hint = '' THEN
		RAISE EXCEPTION USING ERRCODE = state, MESSAGE = message, DETAIL = detail;
	END IF;
	RAISE EXCEPTION USING ERRCODE = state, MESSAGE = message, DETAIL = detail, HINT = hint;
END
$$;
\set ECHO :echo
