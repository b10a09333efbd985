-- How long the record is kept, and where.

CREATE FUNCTION custom_actions.require_age(argument text, age interval)
RETURNS void
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	IF age IS NULL THEN
		RAISE EXCEPTION '"%" of purge_action_log is NULL', argument
			USING ERRCODE = 'null_value_not_allowed',
				HINT = 'Say how old what is deleted must be, such as interval ''90 days''.';
	ELSIF age < '0 s' THEN
		RAISE EXCEPTION '"%" of purge_action_log is negative: %', argument, age
			USING ERRCODE = 'invalid_parameter_value',
				HINT = 'Say how old what is deleted must be, such as interval ''90 days''.';
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.require_age(text, interval) IS
	'refuses an argument that is no age';

CREATE FUNCTION custom_actions.purge_invocations(ids uuid[], before timestamptz)
RETURNS bigint
LANGUAGE plpgsql VOLATILE STRICT
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	purged bigint;
BEGIN
	-- joined: = ANY would look through the ids for each row, in a plan that is kept
	DELETE FROM log_step AS s USING unnest(ids) AS gone (id) WHERE s.invocation = gone.id;
	DELETE FROM log AS l USING unnest(ids) AS gone (id)
	WHERE l.id = gone.id AND l.started_at < before;
	GET DIAGNOSTICS purged = ROW_COUNT;
	RETURN purged;
END
$$;

COMMENT ON FUNCTION custom_actions.purge_invocations(uuid[], timestamptz) IS
	'deletes invocations that began before a time, with their steps';

-- The ids are read once, with a cursor, and deleted in batches, so that memory stays
-- flat and no row is looked at twice however many go.
CREATE FUNCTION custom_actions.purge_action_log(
	older_than interval, failures_older_than interval DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	batch_size CONSTANT integer := 10000;
	succeeded_before timestamptz := now() - older_than;
	failed_before timestamptz := now() - coalesce(failures_older_than, older_than);
	-- a bound that the index on started_at can use
	before timestamptz := greatest(succeeded_before, failed_before);
	ids uuid[] := '{}';
	found_id uuid;
	purged bigint := 0;
BEGIN
	PERFORM require_age('older_than', older_than),
		require_age('failures_older_than', coalesce(failures_older_than, older_than));
	FOR found_id IN
		SELECT l.id
		FROM log AS l
		WHERE l.started_at < before
			AND l.started_at < CASE l.status WHEN 'succeeded' THEN succeeded_before
				ELSE failed_before END
	LOOP
		ids := array_append(ids, found_id);
		IF cardinality(ids) >= batch_size THEN
			purged := purged + purge_invocations(ids, before);
			ids := '{}';
		END IF;
	END LOOP;
	purged := purged + purge_invocations(ids, before);
	-- steps whose invocation went another way, such as with a partition
	DELETE FROM log_step AS s
	WHERE s.started_at < least(succeeded_before, failed_before)
		AND NOT EXISTS (SELECT FROM log AS l WHERE l.id = s.invocation);
	RETURN purged;
END
$$;

COMMENT ON FUNCTION custom_actions.purge_action_log(interval, interval) IS
	'body of purge_action_log';

-- A view goes on reading the table that it was made of, whatever that is called later.
CREATE FUNCTION custom_actions.point_record_views(old_table regclass, new_table regclass)
RETURNS void
LANGUAGE plpgsql VOLATILE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	old_name CONSTANT text := regexp_replace(old_table::text, '([^[:alnum:]_])', '\\\1', 'g');
	view record;
BEGIN
	FOR view IN
		SELECT DISTINCT c.oid, c.oid::regclass AS name,
			'WITH (' || array_to_string(c.reloptions, ', ') || ')' AS options
		FROM pg_depend AS d
			JOIN pg_rewrite AS r ON r.oid = d.objid
			JOIN pg_class AS c ON c.oid = r.ev_class AND c.relkind = 'v'
			JOIN pg_depend AS m ON m.classid = 'pg_class'::regclass AND m.objid = c.oid
				AND m.refclassid = 'pg_extension'::regclass AND m.deptype = 'e'
		WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass
			AND d.refobjid = old_table
			AND m.refobjid = (SELECT e.oid FROM pg_extension AS e
				WHERE e.extname = 'custom_actions')
	LOOP
		-- options that are not said again would be lost, and with them the barrier
		EXECUTE concat_ws(' ', 'CREATE OR REPLACE VIEW', view.name, view.options, 'AS',
			regexp_replace(pg_get_viewdef(view.oid), '\m' || old_name || '(?![[:alnum:]_$"])',
				new_table::text, 'g'));
	END LOOP;
END
$$;

COMMENT ON FUNCTION custom_actions.point_record_views(regclass, regclass) IS
	'makes the views of the record read a table of the same columns in place of another';
