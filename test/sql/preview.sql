\set echo :ECHO \set ECHO none
-- What a preview shows, but for the times and the token, which preview_token.sql has.
CREATE FUNCTION public.preview(action text, input jsonb DEFAULT '{}', version integer DEFAULT NULL, force boolean DEFAULT false)
RETURNS TABLE (part text, "by" text, operation text, "table" text, key text, "column" text, before text, after text)
LANGUAGE sql AS $$
	SELECT p.part, p.by, p.operation, p.table, p.key, p.column, p.before, regexp_replace(p.after, '(, )?[0-9.]+ ms', '')
	FROM preview_action(action, input, version, force) AS p WHERE p.part NOT IN ('token', 'varies');
$$;
\set ECHO :echo
