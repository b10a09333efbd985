-- Statistics: who sees what is decided by the functions, which look at their caller.

CREATE VIEW custom_actions.statistics
AS
SELECT s.action, s.plugin, s.step, s.calls, s.failures, s.canceled,
	s.total_time, s.min_time, s.max_time, s.mean_time, s.stddev_time,
	s.rows_written, s.last_call, s.last_error_at, s.last_sqlstate, s.last_error,
	s.stats_since
FROM custom_actions.counted_statistics() AS s;

COMMENT ON VIEW custom_actions.statistics IS
	'how often actions, their plug-ins and, at level trace, their steps ran, how it ended and how long it took: those the user owns, for members of pg_read_all_stats all';
COMMENT ON COLUMN custom_actions.statistics.action IS 'qualified name';
COMMENT ON COLUMN custom_actions.statistics.plugin IS
	'plug-in of the action that the row is about, else NULL';
COMMENT ON COLUMN custom_actions.statistics.step IS
	'path of the step of the action that the row is about, else NULL';
COMMENT ON COLUMN custom_actions.statistics.calls IS
	'calls that have ended, however they did';
COMMENT ON COLUMN custom_actions.statistics.failures IS
	'those that ended with an error, but for canceled ones';
COMMENT ON COLUMN custom_actions.statistics.canceled IS
	'those that require or stop ended as canceled';
COMMENT ON COLUMN custom_actions.statistics.total_time IS
	'milliseconds that the calls took, with what ran inside';
COMMENT ON COLUMN custom_actions.statistics.min_time IS 'of the shortest call';
COMMENT ON COLUMN custom_actions.statistics.max_time IS 'of the longest call';
COMMENT ON COLUMN custom_actions.statistics.mean_time IS 'of a call on average';
COMMENT ON COLUMN custom_actions.statistics.stddev_time IS
	'standard deviation of the time of a call';
COMMENT ON COLUMN custom_actions.statistics.rows_written IS
	'rows that the action''s own steps wrote in calls that succeeded';
COMMENT ON COLUMN custom_actions.statistics.last_call IS 'when the last call ended';
COMMENT ON COLUMN custom_actions.statistics.last_error_at IS
	'when the last of the failures was';
COMMENT ON COLUMN custom_actions.statistics.last_sqlstate IS 'its SQLSTATE';
COMMENT ON COLUMN custom_actions.statistics.last_error IS
	'its message, at most 255 bytes of it';
COMMENT ON COLUMN custom_actions.statistics.stats_since IS
	'when counting began: at the first call, or the first after a reset';

CREATE VIEW custom_actions.statistics_info
AS
SELECT i.preloaded, i.entries, i.max_entries, i.evicted, i.stats_since
FROM custom_actions.statistics_state() AS i;

COMMENT ON VIEW custom_actions.statistics_info IS
	'whether there are statistics, and whether they find room; of all databases of the server';
COMMENT ON COLUMN custom_actions.statistics_info.preloaded IS
	'whether the server has loaded the library, so that there are statistics';
COMMENT ON COLUMN custom_actions.statistics_info.entries IS
	'actions, plug-ins and steps that are counted';
COMMENT ON COLUMN custom_actions.statistics_info.max_entries IS
	'for how many there is room: custom_actions.max_statistics';
COMMENT ON COLUMN custom_actions.statistics_info.evicted IS
	'entries that were given up, the least used ones first, because others needed the room';
COMMENT ON COLUMN custom_actions.statistics_info.stats_since IS
	'when these statistics were begun: at the first start, or one after a crash';

CREATE FUNCTION custom_actions.reset_statistics(action_name text)
RETURNS integer
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	function oid := action_function(action_name);
BEGIN
	IF action_name IS NULL THEN
		IF NOT has_function_privilege('forget_all_statistics()', 'EXECUTE') THEN
			RAISE EXCEPTION 'permission denied to reset the statistics of all actions'
				USING ERRCODE = 'insufficient_privilege',
					HINT = format('Name an action that you own. Superusers can GRANT EXECUTE ON FUNCTION custom_actions.forget_all_statistics() TO %I.',
						current_user);
		END IF;
		RETURN forget_all_statistics();
	END IF;

	IF function IS NULL THEN
		PERFORM refuse_missing(action_name);
	END IF;
	RETURN forget_statistics(function);
END
$$;

COMMENT ON FUNCTION custom_actions.reset_statistics(text) IS
	'forgets the statistics of an action, or of all; returns how many rows of them there were';

CREATE FUNCTION custom_actions.reset_action_statistics(name text DEFAULT NULL)
RETURNS integer
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	SELECT custom_actions.reset_statistics(
		CASE WHEN reset_action_statistics.name IS NOT NULL
			THEN custom_actions.canonical_name(reset_action_statistics.name) END);
END;

COMMENT ON FUNCTION custom_actions.reset_action_statistics(text) IS
	'body of reset_action_statistics';
