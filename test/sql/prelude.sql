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
\set ECHO :echo
