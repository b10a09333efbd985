-- Where a call stands in a distributed trace, its tag, and where it comes from: as the log has them
\i test/sql/prelude.sql
\set VERBOSITY terse
\pset null '(none)'
SET custom_actions.log_level = basic;
SELECT define('desk.nothing', '{"steps": []}');
CREATE FUNCTION desk.told() RETURNS TABLE (traceparent text, tag text) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM desk.nothing();
	RETURN QUERY WITH gone AS (DELETE FROM custom_actions.log RETURNING *) SELECT g.traceparent, g.tag FROM gone AS g;
END $$;
CREATE FUNCTION desk.told(text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('custom_actions.traceparent', $1, true);
	RETURN traceparent FROM desk.told();
END $$;

-- Nobody says anything
SELECT * FROM desk.told();

-- The places, in their order
SET request.header.traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
SELECT traceparent FROM desk.told();
SET request.headers = '{"host": "desk", "traceparent": "00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}';
SELECT traceparent FROM desk.told();
SET pg_tracing.trace_context = 'traceparent=''00-2af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01''';
SELECT traceparent FROM desk.told();
SET custom_actions.traceparent = '00-3af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';
SELECT traceparent FROM desk.told();
-- the next one, where one is not valid
SET custom_actions.traceparent = 'nonsense';
SELECT traceparent FROM desk.told();
SET pg_tracing.trace_context = 'traceparent=''00-2af7''';
SELECT traceparent FROM desk.told();
SET request.headers = '{"traceparent": "00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"';
SELECT traceparent FROM desk.told();
SET request.header.traceparent = '00-0';
SELECT traceparent FROM desk.told();

-- What is valid
SELECT given, desk.told(given) = given AS taken FROM unnest(ARRAY['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-ff', '01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'fe-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
	'00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 ', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0', '00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', '0A-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
	'ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', '00-00000000000000000000000000000000-b7ad6b7169203331-01', '00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01', '00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01', '00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', '01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01x',
	'']) WITH ORDINALITY AS t (given, n) ORDER BY n;
-- of a version to come, the fields of this one
SELECT desk.told('01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more-to-come');
-- among other fields of a comment
RESET custom_actions.traceparent;
CREATE FUNCTION desk.told_in(text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('pg_tracing.trace_context', $1, true);
	RETURN traceparent FROM desk.told();
END $$;
SELECT given, desk.told_in(replace(given, '@', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')) IS NOT NULL AS taken
FROM unnest(ARRAY['traceparent=''@''', 'traceparent=@', 'dddbs=''x'',traceparent=''@''', 'a=''b'', traceparent=''@'',c=''d''', 'nottraceparent=''@''', 'traceparent=''@x''', 'traceparent=''''', '@', 'tracestate=''@''']) WITH ORDINALITY AS t (given, n) ORDER BY n;

-- The tag is what the caller says, in one line
SET custom_actions.tag = E'CASE-42\nnight shift';
SELECT tag FROM desk.told();
SELECT length(set_config('custom_actions.tag', repeat('x', 1000), false)) AS given;
SELECT octet_length(tag) FROM desk.told();

-- The client
SET application_name = 'the "desk"';
SELECT desk.nothing();
SELECT client FROM custom_actions.log;
SET application_name = '';
SELECT desk.nothing();
SELECT client FROM custom_actions.log ORDER BY started_at DESC LIMIT 1;
