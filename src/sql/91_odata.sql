-- What clients of OData read: where actions are found, and what an error looks like.

CREATE FUNCTION @extschema@.action_csdl(
	format text DEFAULT 'xml', namespace text DEFAULT NULL, pattern text DEFAULT NULL, visibility text DEFAULT 'public')
RETURNS text
LANGUAGE c STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_csdl';

COMMENT ON FUNCTION @extschema@.action_csdl(text, text, text, text) IS
	'OData $metadata (CSDL 4.0) of the published actions that the current role may invoke, as XML or JSON';

CREATE FUNCTION @extschema@.action_error_payload(
	sqlstate text, message text, detail text DEFAULT NULL, hint text DEFAULT NULL,
	action text DEFAULT NULL, step text DEFAULT NULL, target text DEFAULT NULL, inner_error json DEFAULT NULL)
RETURNS json
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.json_build_object('error', pg_catalog.json_strip_nulls(pg_catalog.json_build_object(
	'code', COALESCE(NULLIF(sqlstate, ''), 'General'),
	'message', COALESCE(message, ''),
	'target', target,
	'details', (
		SELECT pg_catalog.json_agg(pg_catalog.json_build_object('code', d.code, 'message', d.message) ORDER BY d.place)
		FROM (VALUES (1, 'detail', detail), (2, 'hint', hint)) AS d (place, code, message)
		WHERE d.message OPERATOR(pg_catalog.<>) ''),
	'innererror', (
		SELECT pg_catalog.json_object_agg(i.key, i.value ORDER BY i.place)
		FROM (
			SELECT 1 AS place, 'action' AS key, pg_catalog.to_json(action) AS value
			UNION ALL SELECT 2, 'step', pg_catalog.to_json(step)
			UNION ALL SELECT 3, 'context', inner_error) AS i
		WHERE i.value IS NOT NULL))));

COMMENT ON FUNCTION @extschema@.action_error_payload(text, text, text, text, text, text, text, json) IS
	'the error object of OData for an error of an action';
