-- f(internal) RETURNS void: PostgreSQL lets no SQL statement call such a function.

CREATE FUNCTION desk_limit_priority(internal)
RETURNS void
LANGUAGE c IMMUTABLE
AS 'MODULE_PATHNAME';

COMMENT ON FUNCTION desk_limit_priority(internal) IS
	'plug-in: takes the input "bump" down to the "limit" it is configured with, 3 without one';

CREATE FUNCTION desk_report_change(internal)
RETURNS void
LANGUAGE c STABLE
AS 'MODULE_PATHNAME';

COMMENT ON FUNCTION desk_report_change(internal) IS
	'plug-in: sets the output "change" from images of the column "status"';

CREATE FUNCTION desk_require_reason(internal)
RETURNS void
LANGUAGE c IMMUTABLE
AS 'MODULE_PATHNAME';

COMMENT ON FUNCTION desk_require_reason(internal) IS
	'plug-in: cancels the action unless the input "reason" says something';

CREATE FUNCTION desk_trace(internal)
RETURNS void
LANGUAGE c STABLE
AS 'MODULE_PATHNAME';

COMMENT ON FUNCTION desk_trace(internal) IS
	'plug-in for any action: tells in a NOTICE what it is called with';
