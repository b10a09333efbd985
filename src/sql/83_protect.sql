-- Lets tables be written by actions only: makes the triggers that do it, and drops them.
-- This is a matter of the table's owner, who need not be a designer, so everybody may
-- call these functions, and what they call.

CREATE FUNCTION custom_actions.protecting_triggers(target regclass)
RETURNS TABLE (trigger oid, name name, parent oid)
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT t.oid, t.tgname, t.tgparentid
	FROM pg_trigger AS t
	WHERE t.tgrelid = target
		AND t.tgfoid IN ('custom_actions.protect_row()'::regprocedure,
			'custom_actions.protect_statement()'::regprocedure);
END;

COMMENT ON FUNCTION custom_actions.protecting_triggers(regclass) IS
	'triggers that protect a table, with those that they are copies of';

CREATE FUNCTION custom_actions.require_protectable(target regclass)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	relation pg_class;
	name text := table_words(target);
	copied oid;
	above regclass;
BEGIN
	SELECT c.* INTO relation FROM pg_class AS c WHERE c.oid = target;
	IF relation.relkind = 'v' OR relation.relkind = 'm' THEN
		RAISE EXCEPTION '"%" is a view, and cannot be protected', name
			USING ERRCODE = 'wrong_object_type',
				HINT = 'Protect the tables that it shows: what is written through it is written there.';
	ELSIF relation.relkind = 'f' THEN
		RAISE EXCEPTION '"%" is a foreign table, and cannot be protected', name
			USING ERRCODE = 'wrong_object_type',
				HINT = 'Others write its rows where they are: protect the table on that server.';
	ELSIF relation.relkind IS NULL OR relation.relkind NOT IN ('r', 'p') THEN
		RAISE EXCEPTION '"%" is no table', coalesce(name, target::text)
			USING ERRCODE = 'wrong_object_type';
	END IF;
	IF NOT pg_has_role(relation.relowner, 'USAGE') THEN
		RAISE EXCEPTION 'must be owner of table "%"', name
			USING ERRCODE = 'insufficient_privilege',
				HINT = format('It is for role %I to say who may write it.', pg_get_userbyid(relation.relowner));
	END IF;
	SELECT t.parent INTO copied FROM protecting_triggers(target) AS t WHERE t.parent <> 0 LIMIT 1;
	WHILE copied <> 0 LOOP
		SELECT p.tgrelid, p.tgparentid INTO above, copied FROM pg_trigger AS p WHERE p.oid = copied;
	END LOOP;
	IF above IS NOT NULL THEN
		RAISE EXCEPTION 'table "%" is protected as a partition of "%"', name, table_words(above)
			USING ERRCODE = 'object_not_in_prerequisite_state',
				HINT = format('Use protect_table(%L) or unprotect_table(%1$L), for all partitions.', table_words(above));
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.require_protectable(regclass) IS
	'refuses what is no table, a partition of a protected one, and who does not own it';

CREATE FUNCTION custom_actions.columns_to_protect(target regclass, columns text[])
RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	wanted text;
	result text[];
BEGIN
	IF cardinality(columns) = 0 OR array_position(columns, NULL) IS NOT NULL THEN
		RAISE EXCEPTION 'columns of table "%" to protect are missing', table_words(target)
			USING ERRCODE = 'invalid_parameter_value',
				HINT = 'Leave out "columns" to protect the whole table.';
	END IF;
	FOREACH wanted IN ARRAY coalesce(columns, '{}') LOOP
		IF NOT EXISTS (
			SELECT
			FROM pg_attribute AS a
			WHERE a.attrelid = target AND a.attname = wanted AND a.attnum > 0 AND NOT a.attisdropped)
		THEN
			RAISE EXCEPTION 'column "%" of table "%" does not exist', wanted, table_words(target)
				USING ERRCODE = 'undefined_column',
					HINT = (
						SELECT format('Its columns are %s.', string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum))
						FROM pg_attribute AS a
						WHERE a.attrelid = target AND a.attnum > 0 AND NOT a.attisdropped);
		END IF;
		IF quote_ident(wanted) <> ALL (coalesce(result, '{}')) THEN
			result := result || quote_ident(wanted);
		END IF;
	END LOOP;
	RETURN array_to_string(result, ', ');
END
$$;

COMMENT ON FUNCTION custom_actions.columns_to_protect(regclass, text[]) IS
	'columns as a list for SQL, NULL for none; an error for a column that there is not';

CREATE FUNCTION custom_actions.actions_that_may(actions text[])
RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	wanted text;
	result text[];
BEGIN
	IF cardinality(actions) = 0 OR array_position(actions, NULL) IS NOT NULL THEN
		RAISE EXCEPTION 'actions that may write the table are missing'
			USING ERRCODE = 'invalid_parameter_value',
				HINT = 'Leave out "actions" to let all of them write it.';
	END IF;
	FOREACH wanted IN ARRAY coalesce(actions, '{}') LOOP
		IF action_function(wanted) IS NULL THEN
			RAISE EXCEPTION 'action "%" does not exist, or is not published', wanted
				USING ERRCODE = 'undefined_function',
					HINT = format('Only what is published can be let write a table: activate_action(%L).', wanted);
		END IF;
		result := result || format('%L::pg_catalog.regprocedure', action_function(wanted)::regprocedure);
	END LOOP;
	RETURN array_to_string(result, ', ');
END
$$;

COMMENT ON FUNCTION custom_actions.actions_that_may(text[]) IS
	'functions of actions as a list for SQL, NULL for none; an error for one that is not published';

CREATE FUNCTION custom_actions.partitions_of(target regclass)
RETURNS SETOF regclass
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT t.relid
	FROM pg_partition_tree(target) AS t
		JOIN pg_class AS c ON c.oid = t.relid
	WHERE t.level > 0 AND c.relkind IN ('r', 'p')
	ORDER BY t.relid::text;
END;

COMMENT ON FUNCTION custom_actions.partitions_of(regclass) IS
	'partitions of a table, at all levels, that are tables themselves';

CREATE FUNCTION custom_actions.drop_protection(target regclass)
RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	part regclass;
	found_name name;
	dropped boolean := false;
BEGIN
	FOR found_name IN SELECT t.name FROM protecting_triggers(target) AS t LOOP
		EXECUTE format('DROP TRIGGER %I ON %s', found_name, target);
		dropped := true;
	END LOOP;
	-- copies of the row trigger are gone now; what has one of its own is protected by itself
	FOR part IN SELECT p.relid FROM partitions_of(target) AS p (relid) LOOP
		IF NOT EXISTS (
			SELECT
			FROM pg_trigger AS t
			WHERE t.tgrelid = part AND t.tgfoid = 'custom_actions.protect_row()'::regprocedure)
		THEN
			FOR found_name IN SELECT t.name FROM protecting_triggers(part) AS t LOOP
				EXECUTE format('DROP TRIGGER %I ON %s', found_name, part);
			END LOOP;
		END IF;
	END LOOP;
	RETURN dropped;
END
$$;

COMMENT ON FUNCTION custom_actions.drop_protection(regclass) IS
	'drops the triggers that protect a table and its partitions; false if there are none';

CREATE FUNCTION custom_actions.refuse_protected_partitions(target regclass)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	part regclass;
BEGIN
	SELECT p.relid INTO part
	FROM partitions_of(target) AS p (relid)
		JOIN pg_trigger AS t ON t.tgrelid = p.relid
	WHERE t.tgfoid = 'custom_actions.protect_row()'::regprocedure AND t.tgparentid = 0
	LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION 'partition "%" of table "%" is protected by itself', table_words(part), table_words(target)
			USING ERRCODE = 'object_not_in_prerequisite_state',
				HINT = format('SELECT unprotect_table(%L) first; then the whole table can be protected.', table_words(part));
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.refuse_protected_partitions(regclass) IS
	'refuses a table of which a partition has a protection of its own';

CREATE FUNCTION custom_actions.protection_words(target regclass)
RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT CASE WHEN p.columns IS NULL THEN format('table "%s"', p.table_name)
		ELSE format('%s %s of table "%s"',
			CASE cardinality(p.columns) WHEN 1 THEN 'column' ELSE 'columns' END,
			(SELECT string_agg(format('"%s"', c.name), ', ' ORDER BY c.number)
				FROM unnest(p.columns) WITH ORDINALITY AS c (name, number)),
			p.table_name) END
		|| ' can be written by '
		|| coalesce((SELECT string_agg(format('"%s"', a.name), ', ' ORDER BY a.number)
				FROM unnest(p.actions) WITH ORDINALITY AS a (name, number)), 'actions')
		|| ' only'
	FROM custom_actions.protections AS p
	WHERE p.table_name = custom_actions.table_words(target);
END;

COMMENT ON FUNCTION custom_actions.protection_words(regclass) IS
	'what is protected of a table, in words; NULL: nothing';

CREATE FUNCTION custom_actions.tell_protection(target regclass, before text)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	words text := protection_words(target);
	child regclass;
BEGIN
	IF words = before THEN
		RAISE NOTICE '%, as before', words;
	ELSIF before IS NOT NULL THEN
		RAISE NOTICE '%', words USING DETAIL = format('Before: %s.', before);
	ELSE
		RAISE NOTICE '%', words;
	END IF;
	FOR child IN
		SELECT i.inhrelid
		FROM pg_inherits AS i
			JOIN pg_class AS c ON c.oid = i.inhrelid
		WHERE i.inhparent = target AND NOT c.relispartition
		ORDER BY i.inhrelid::regclass::text
	LOOP
		RAISE NOTICE 'table "%" inherits from it and is not protected', table_words(child)
			USING HINT = format('SELECT protect_table(%L)', table_words(child));
	END LOOP;
END
$$;

COMMENT ON FUNCTION custom_actions.tell_protection(regclass, text) IS
	'says what is protected now, and what not';

CREATE FUNCTION custom_actions.protect(target regclass, columns text[], actions text[])
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	before text := protection_words(target);
	column_list text;
	action_list text;
	part regclass;
BEGIN
	IF target IS NULL THEN
		RAISE EXCEPTION 'target_table must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	PERFORM require_protectable(target);
	column_list := columns_to_protect(target, columns);
	action_list := actions_that_may(actions);
	PERFORM refuse_protected_partitions(target);
	PERFORM drop_protection(target);

	-- a row that moves to another partition is a DELETE and an INSERT
	EXECUTE format('CREATE TRIGGER custom_actions_protect_row AFTER %s ON %s FOR EACH ROW
			WHEN (custom_actions.outside_actions(%s))
			EXECUTE FUNCTION custom_actions.protect_row()',
		CASE WHEN columns IS NULL
				OR (SELECT c.relkind = 'p' FROM pg_class AS c WHERE c.oid = target)
			THEN 'INSERT OR UPDATE OR DELETE' ELSE 'UPDATE' END,
		target, action_list);
	EXECUTE format('CREATE TRIGGER custom_actions_protect_statement BEFORE TRUNCATE%s ON %s
			FOR EACH STATEMENT EXECUTE FUNCTION custom_actions.protect_statement()',
		' OR UPDATE OF ' || column_list, target);
	FOR part IN SELECT p.relid FROM partitions_of(target) AS p (relid) LOOP
		EXECUTE format('CREATE TRIGGER custom_actions_protect_statement BEFORE TRUNCATE ON %s
			FOR EACH STATEMENT EXECUTE FUNCTION custom_actions.protect_statement()', part);
	END LOOP;
	PERFORM tell_protection(target, before);
END
$$;

COMMENT ON FUNCTION custom_actions.protect(regclass, text[], text[]) IS
	'does the work of protect_table';

CREATE FUNCTION custom_actions.protect_table(
	target_table regclass, columns text[] DEFAULT NULL, actions text[] DEFAULT NULL)
RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	SELECT custom_actions.protect(protect_table.target_table, protect_table.columns,
		CASE WHEN protect_table.actions IS NOT NULL
			THEN ARRAY(SELECT custom_actions.canonical_name(a.name)
				FROM unnest(protect_table.actions) AS a (name)) END);
END;

COMMENT ON FUNCTION custom_actions.protect_table(regclass, text[], text[]) IS
	'body of protect_table';

CREATE FUNCTION custom_actions.unprotect(target regclass)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	IF target IS NULL THEN
		RAISE EXCEPTION 'target_table must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	PERFORM require_protectable(target);
	IF drop_protection(target) THEN
		RAISE NOTICE 'table "%" is not protected any more', table_words(target);
	ELSE
		RAISE NOTICE 'table "%" is not protected', table_words(target);
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.unprotect(regclass) IS 'does the work of unprotect_table';

CREATE FUNCTION custom_actions.unprotect_table(target_table regclass)
RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	SELECT custom_actions.unprotect(unprotect_table.target_table);
END;

COMMENT ON FUNCTION custom_actions.unprotect_table(regclass) IS 'body of unprotect_table';
