-- What one may see of the record.  The tables are closed; these views read them as
-- their owner and decide by OIDs, not by names: the owner of the action's function,
-- and the role whose EXECUTE was checked.  They are barriers, so that no condition of
-- a reader's sees a row before that is decided.
--
-- Whoever called an action sees that he did, how it ended, and the error, which he was
-- told.  What the action read and wrote is for its owner, since it may have run as him:
-- touched and summary, input and output.

CREATE VIEW custom_actions.advice
AS
SELECT a.sqlstate, a.advice
FROM (VALUES
	('', 'Look up the SQLSTATE in the documentation of PostgreSQL.'),
	('22', 'Correct the value that was given, or the formula that it went into.'),
	('22004', 'Give a value for every required input and every column of the key.'),
	('22023', 'Call it with the inputs that it has, and with values of their kind.'),
	('22P02', 'Give a value that its type can read.'),
	('23', 'Give values that the constraint allows.'),
	('23502', 'Give the column a value, in the call or in the step.'),
	('23503', 'Name a row that exists; or deal first with the rows that refer to the one that goes.'),
	('23505', 'There is such a row already: use that one, take another key, or give the step an "on_conflict".'),
	('23514', 'Give a value that the constraint allows.'),
	('25006', 'Call it where writing is possible: on the primary, in a transaction that is not read only.'),
	('40', 'Run the whole transaction again: another one was in its way.'),
	('42', 'Something that the action uses is not what it was: check_action() lists the problems.'),
	('42501', 'Grant what the message names to whoever the action runs as, or let it run as its owner.'),
	('53', 'The server has run out of something: mend that, then call it again.'),
	('55000', 'Call it again; something that it uses was changed while it ran.'),
	('55P03', 'Call it again: somebody else held the row.'),
	('57', 'Call it again when the server is well.'),
	('57014', 'It took too long, or was canceled: find the slow step at level "trace", or raise the limit.'),
	('58', 'Look after the server: something outside of PostgreSQL failed.'),
	('P0001', 'Its own rules, or a function that it called, raised this: the message says why.'),
	('P0002', 'Check the key: there is no such row, or whoever the action runs as does not see it.'),
	('P0003', 'Make "where" more exact, or say which row with "order_by".'),
	('PT', 'Its own rules refused: the message says why.'),
	('UA001', 'Activate it with activate_action().'),
	('UA002', 'Its own rules refused: the message says why.'),
	('UA003', 'Break the circle of actions, or raise custom_actions.max_depth.'),
	('UA004', 'Give another request another idempotency key.'),
	('UA005', 'Mend what check_action() lists, and activate it.'),
	('UA006', 'Activate it again: its function was written by hand.'),
	('UA007', 'Preview it again; the new token stands for what it would change now.'),
	('UA008', 'Call an action that writes it, or let the table''s owner lift the protection.'),
	('UA009', 'It would have changed more than its step, its max_rows or a budget of the role allows: see its input, or raise the limit.'),
	('UA010', 'The row was changed by somebody else meanwhile: read it again, and decide anew.'),
	('UA011', 'Activate it again, if what its formulas use now is meant.'),
	('XX', 'This is an error in the server or an extension: report it with what the server''s log says.')
) AS a (sqlstate, advice);

COMMENT ON VIEW custom_actions.advice IS
	'what to do about errors without a hint';
COMMENT ON COLUMN custom_actions.advice.sqlstate IS
	'SQLSTATE, or its beginning where that is all that counts; the longest one that fits holds';
COMMENT ON COLUMN custom_actions.advice.advice IS 'what to do';

CREATE VIEW custom_actions.invocations
WITH (security_barrier = true)
AS
SELECT l.id, l.parent, l.correlation, l.action, l.version, l.status,
	l.started_at, l.duration, l.started_at + l.duration AS ended_at, l.depth,
	l.caller, l.invoker, l."session_user", l.actor, l.client, l.traceparent,
	l.target,
	CASE WHEN r.reads OR r.monitors OR o.owns THEN l.touched END AS touched,
	CASE WHEN r.reads OR r.monitors OR o.owns THEN l.summary END AS summary,
	l.tag, l.rows_written,
	l.step, l.sqlstate, l.message, l.detail, l.hint,
	CASE WHEN r.reads OR o.owns THEN l.input END AS input,
	CASE WHEN r.reads OR o.owns THEN l.output END AS output
FROM custom_actions.log AS l
	CROSS JOIN LATERAL (SELECT
		-- once for a query, not for each row
		(SELECT pg_has_role('pg_read_all_data', 'USAGE')) AS reads,
		(SELECT pg_has_role('pg_monitor', 'USAGE')) AS monitors) AS r
	CROSS JOIN LATERAL (SELECT EXISTS (
		SELECT
		FROM pg_catalog.pg_proc AS p
		WHERE p.oid = l.function_id AND pg_has_role(p.proowner, 'USAGE')
			AND p.prolang = (SELECT g.oid FROM pg_catalog.pg_language AS g
				WHERE g.lanname = 'custom_action')) AS owns) AS o
WHERE r.reads OR r.monitors OR o.owns OR pg_has_role(l.invoker_id, 'USAGE');

COMMENT ON VIEW custom_actions.invocations IS
	'what is recorded of invocations: of one''s own, of those of actions that one owns, for members of pg_monitor and pg_read_all_data of all';
COMMENT ON COLUMN custom_actions.invocations.id IS 'id of the invocation; ids are in order of time';
COMMENT ON COLUMN custom_actions.invocations.parent IS 'invocation that it ran in; null: the outermost';
COMMENT ON COLUMN custom_actions.invocations.correlation IS 'outermost invocation of the chain';
COMMENT ON COLUMN custom_actions.invocations.action IS 'qualified name at the time';
COMMENT ON COLUMN custom_actions.invocations.version IS 'version of the action that ran';
COMMENT ON COLUMN custom_actions.invocations.status IS
	'succeeded, failed, canceled, unknown or, at level trace, rolled back';
COMMENT ON COLUMN custom_actions.invocations.started_at IS 'when it began';
COMMENT ON COLUMN custom_actions.invocations.duration IS 'how long it took, with what ran inside';
COMMENT ON COLUMN custom_actions.invocations.ended_at IS 'when it ended';
COMMENT ON COLUMN custom_actions.invocations.depth IS 'level of the invocation, 1 for the outermost';
COMMENT ON COLUMN custom_actions.invocations.caller IS 'current user of the call';
COMMENT ON COLUMN custom_actions.invocations.invoker IS 'role whose EXECUTE was checked';
COMMENT ON COLUMN custom_actions.invocations."session_user" IS 'role that is connected';
COMMENT ON COLUMN custom_actions.invocations.actor IS
	'person behind a pooler or gateway; nothing to be trusted';
COMMENT ON COLUMN custom_actions.invocations.client IS 'application_name and address';
COMMENT ON COLUMN custom_actions.invocations.traceparent IS
	'trace context of W3C that the call belongs to';
COMMENT ON COLUMN custom_actions.invocations.target IS 'key of the row that the action worked on';
COMMENT ON COLUMN custom_actions.invocations.touched IS
	'rows that the action''s own steps wrote; not for those who only called it';
COMMENT ON COLUMN custom_actions.invocations.summary IS
	'what the action''s "summary" says; not for those who only called it';
COMMENT ON COLUMN custom_actions.invocations.tag IS 'custom_actions.tag at the time';
COMMENT ON COLUMN custom_actions.invocations.rows_written IS
	'how many rows the action''s own steps wrote';
COMMENT ON COLUMN custom_actions.invocations.step IS 'path of the step that failed';
COMMENT ON COLUMN custom_actions.invocations.sqlstate IS 'SQLSTATE of the error';
COMMENT ON COLUMN custom_actions.invocations.message IS 'what went wrong';
COMMENT ON COLUMN custom_actions.invocations.detail IS 'the error''s detail';
COMMENT ON COLUMN custom_actions.invocations.hint IS 'the error''s hint';
COMMENT ON COLUMN custom_actions.invocations.input IS
	'inputs; for the action''s owner and members of pg_read_all_data';
COMMENT ON COLUMN custom_actions.invocations.output IS
	'outputs; for the action''s owner and members of pg_read_all_data';

-- What was traced shows errors that were dealt with, so it is not for callers.
CREATE VIEW custom_actions.invocation_steps
WITH (security_barrier = true)
AS
SELECT s.invocation, l.action, s.number, s.step, s.iteration, s.kind, s.outcome,
	s.rows_written, s.started_at, s.duration, s.sqlstate, s.message,
	CASE WHEN r.reads OR o.owns THEN s.details END AS details
FROM custom_actions.log_step AS s
	JOIN custom_actions.log AS l ON l.id = s.invocation
	CROSS JOIN LATERAL (SELECT
		(SELECT pg_has_role('pg_read_all_data', 'USAGE')) AS reads,
		(SELECT pg_has_role('pg_monitor', 'USAGE')) AS monitors) AS r
	CROSS JOIN LATERAL (SELECT EXISTS (
		SELECT
		FROM pg_catalog.pg_proc AS p
		WHERE p.oid = l.function_id AND pg_has_role(p.proowner, 'USAGE')
			AND p.prolang = (SELECT g.oid FROM pg_catalog.pg_language AS g
				WHERE g.lanname = 'custom_action')) AS owns) AS o
WHERE r.reads OR r.monitors OR o.owns;

COMMENT ON VIEW custom_actions.invocation_steps IS
	'steps of invocations that were recorded at level trace: of actions that one owns, for members of pg_monitor and pg_read_all_data of all';
COMMENT ON COLUMN custom_actions.invocation_steps.invocation IS 'id of the invocation';
COMMENT ON COLUMN custom_actions.invocation_steps.action IS 'qualified name at the time';
COMMENT ON COLUMN custom_actions.invocation_steps.number IS 'order in which the lines began';
COMMENT ON COLUMN custom_actions.invocation_steps.step IS 'path of the step';
COMMENT ON COLUMN custom_actions.invocation_steps.iteration IS
	'turn of the innermost loop; null outside';
COMMENT ON COLUMN custom_actions.invocation_steps.kind IS
	'kind of step, "plug-in", "message" (a line of action_trace()) or "left out"';
COMMENT ON COLUMN custom_actions.invocation_steps.outcome IS
	'run, skipped, handled, failed, undone or unfinished; null: no step';
COMMENT ON COLUMN custom_actions.invocation_steps.rows_written IS
	'how many rows it wrote, with the steps inside';
COMMENT ON COLUMN custom_actions.invocation_steps.started_at IS 'when it began';
COMMENT ON COLUMN custom_actions.invocation_steps.duration IS
	'how long it took, with what ran inside';
COMMENT ON COLUMN custom_actions.invocation_steps.sqlstate IS 'SQLSTATE of the error';
COMMENT ON COLUMN custom_actions.invocation_steps.message IS
	'what went wrong, or what action_trace() was told';
COMMENT ON COLUMN custom_actions.invocation_steps.details IS
	'what else action_trace() was told; for the action''s owner and members of pg_read_all_data';

-- An error that passes through a chain of invocations is one row, that of the
-- outermost; one that an action around it has dealt with is a row of its own.  A time
-- limit has another message for whoever set it than for those inside.
--
-- These are functions so that the planner does not take what they do for so much work
-- that it compiles it.  They see what their caller sees.

CREATE FUNCTION custom_actions.error_passed(parent uuid, sqlstate text, message text)
RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT p.status NOT IN ('succeeded', 'rolled back')
		AND p.sqlstate IS NOT DISTINCT FROM error_passed.sqlstate
		AND (p.message IS NOT DISTINCT FROM error_passed.message OR p.sqlstate = '57014')
	FROM custom_actions.invocations AS p
	WHERE p.id = error_passed.parent;
END;

COMMENT ON FUNCTION custom_actions.error_passed(uuid, text, text) IS
	'whether an invocation failed by the error of one inside; null: it is not to be seen';

-- What runs inside is found by its time, for which there is an index: the invocations
-- of one chain run one after the other.
CREATE FUNCTION custom_actions.failure_path(
	correlation uuid, id uuid, depth integer,
	started_at timestamptz, ended_at timestamptz, sqlstate text, message text)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET jit = off
BEGIN ATOMIC
	SELECT string_agg(concat_ws(' ', c.action, c.step), ' > ' ORDER BY c.depth)
	FROM (SELECT DISTINCT ON (i.depth) i.depth, i.action, i.step
		FROM custom_actions.invocations AS i
		WHERE i.started_at BETWEEN failure_path.started_at AND failure_path.ended_at
			AND i.correlation = failure_path.correlation
			AND (i.id = failure_path.id OR i.depth > failure_path.depth)
			AND i.status NOT IN ('succeeded', 'rolled back')
			AND i.sqlstate IS NOT DISTINCT FROM failure_path.sqlstate
			AND (i.message IS NOT DISTINCT FROM failure_path.message OR i.sqlstate = '57014')
		ORDER BY i.depth, i.started_at DESC) AS c;
END;

COMMENT ON FUNCTION custom_actions.failure_path(
	uuid, uuid, integer, timestamptz, timestamptz, text, text) IS
	'invocations that an error passed through, the outermost first, each with its step';

CREATE VIEW custom_actions.failures
WITH (security_barrier = true)
AS
SELECT f.id, f.started_at, f.action, f.version, f.status, f.step,
	custom_actions.failure_path(f.correlation, f.id, f.depth,
		f.started_at, f.ended_at, f.sqlstate, f.message) AS path,
	f.sqlstate, f.message, f.detail, f.hint,
	CASE WHEN f.status = 'unknown'
		THEN 'See whether its work is there; the server''s log says why the process ended.'
		ELSE coalesce(nullif(f.hint, ''),
			(SELECT a.advice
			 FROM custom_actions.advice AS a
			 WHERE starts_with(f.sqlstate, a.sqlstate)
			 ORDER BY length(a.sqlstate) DESC
			 LIMIT 1)) END AS next,
	CASE WHEN f.parent IS NULL THEN false
		WHEN NOT custom_actions.error_passed(f.parent, f.sqlstate, f.message)
		THEN true END AS handled,
	f.actor, f.invoker, f.caller, f."session_user", f.client, f.traceparent, f.tag,
	f.duration, f.target, f.input, f.parent, f.correlation
FROM custom_actions.invocations AS f
WHERE f.status NOT IN ('succeeded', 'rolled back')
	AND (f.parent IS NULL
		OR custom_actions.error_passed(f.parent, f.sqlstate, f.message) IS NOT TRUE)
ORDER BY f.started_at DESC, f.depth DESC;

COMMENT ON VIEW custom_actions.failures IS
	'invocations that did not succeed, the last ones first, and what to do next; an error that passed through several is one row';
COMMENT ON COLUMN custom_actions.failures.id IS
	'id of the invocation; of the outermost that the error passed through';
COMMENT ON COLUMN custom_actions.failures.started_at IS 'when it began';
COMMENT ON COLUMN custom_actions.failures.action IS 'qualified name at the time';
COMMENT ON COLUMN custom_actions.failures.version IS 'version of the action that ran';
COMMENT ON COLUMN custom_actions.failures.status IS 'failed, canceled or unknown';
COMMENT ON COLUMN custom_actions.failures.step IS 'path of the step of this action that failed';
COMMENT ON COLUMN custom_actions.failures.path IS
	'actions that the error passed through, the outermost first, each with the path of its step';
COMMENT ON COLUMN custom_actions.failures.sqlstate IS 'SQLSTATE of the error';
COMMENT ON COLUMN custom_actions.failures.message IS 'what went wrong';
COMMENT ON COLUMN custom_actions.failures.detail IS 'the error''s detail';
COMMENT ON COLUMN custom_actions.failures.hint IS 'the error''s hint';
COMMENT ON COLUMN custom_actions.failures.next IS
	'what to do: the hint, or what helps with errors of this SQLSTATE';
COMMENT ON COLUMN custom_actions.failures.handled IS
	'whether the invocation around it has dealt with the error; null: its row is not to be seen';
COMMENT ON COLUMN custom_actions.failures.actor IS
	'person behind a pooler or gateway; nothing to be trusted';
COMMENT ON COLUMN custom_actions.failures.invoker IS 'role whose EXECUTE was checked';
COMMENT ON COLUMN custom_actions.failures.caller IS 'current user of the call';
COMMENT ON COLUMN custom_actions.failures."session_user" IS 'role that is connected';
COMMENT ON COLUMN custom_actions.failures.client IS 'application_name and address';
COMMENT ON COLUMN custom_actions.failures.traceparent IS
	'trace context of W3C that the call belongs to';
COMMENT ON COLUMN custom_actions.failures.tag IS 'custom_actions.tag at the time';
COMMENT ON COLUMN custom_actions.failures.duration IS 'how long it took, with what ran inside';
COMMENT ON COLUMN custom_actions.failures.target IS 'key of the row that the action worked on';
COMMENT ON COLUMN custom_actions.failures.input IS
	'inputs; for the action''s owner and members of pg_read_all_data';
COMMENT ON COLUMN custom_actions.failures.parent IS 'invocation that it ran in; null: the outermost';
COMMENT ON COLUMN custom_actions.failures.correlation IS 'outermost invocation of the chain';
