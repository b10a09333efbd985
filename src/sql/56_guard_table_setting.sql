-- Guards the settings of tables, which belong to the owners of the tables.

CREATE FUNCTION custom_actions.require_table_owner(table_name text, missing_ok boolean)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	table_owner oid;
BEGIN
	SELECT c.relowner INTO table_owner FROM pg_class AS c WHERE c.oid = table_named(table_name);
	IF NOT FOUND THEN
		IF missing_ok THEN
			RETURN;
		END IF;
		RAISE EXCEPTION 'relation "%" does not exist', table_name
			USING ERRCODE = 'undefined_table';
	END IF;
	IF NOT pg_has_role(table_owner, 'USAGE') THEN
		RAISE EXCEPTION 'must be owner of table %', table_name
			USING ERRCODE = 'insufficient_privilege';
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.require_table_owner(text, boolean) IS
	'refuses a user who does not own a table';

CREATE FUNCTION custom_actions.guard_table_setting()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	missing text;
	-- of a table that keeps its settings, renamed or not, columns may be gone since
	same_table boolean;
BEGIN
	IF TG_OP <> 'INSERT' THEN
		PERFORM require_table_owner(OLD.table_name, missing_ok => true);
	END IF;
	IF TG_OP = 'DELETE' THEN
		RETURN OLD;
	END IF;
	NEW.table_name := canonical_path('table', NEW.table_name);
	PERFORM require_table_owner(NEW.table_name, missing_ok => false);
	same_table := TG_OP = 'UPDATE'
		AND (NEW.table_name = OLD.table_name OR table_named(OLD.table_name) IS NULL);

	SELECT wanted.name INTO missing
	FROM (VALUES (NEW.owner_column, OLD.owner_column), (NEW.status_column, OLD.status_column),
			(NEW.version_column, OLD.version_column)) AS wanted (name, old_name)
	WHERE NOT (same_table AND wanted.name IS NOT DISTINCT FROM wanted.old_name)
		AND wanted.name IS NOT NULL AND NOT EXISTS (
		SELECT
		FROM pg_attribute AS a
		WHERE a.attrelid = table_named(NEW.table_name)
			AND a.attname = wanted.name AND a.attnum > 0 AND NOT a.attisdropped)
	LIMIT 1;
	IF missing IS NOT NULL THEN
		RAISE EXCEPTION 'column "%" of relation "%" does not exist', missing, NEW.table_name
			USING ERRCODE = 'undefined_column';
	END IF;
	IF NOT (same_table AND NEW.version_column IS NOT DISTINCT FROM OLD.version_column) AND EXISTS (
		SELECT
		FROM pg_attribute AS a
		JOIN pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
		WHERE a.attrelid = table_named(NEW.table_name)
			AND a.attname = NEW.version_column AND NOT a.attnotnull)
	THEN
		RAISE EXCEPTION 'column "%" of relation "%" may be empty, so it does not tell the version of a row',
			NEW.version_column, NEW.table_name
			USING ERRCODE = 'not_null_violation',
				HINT = format('ALTER TABLE %s ALTER COLUMN %I SET NOT NULL, and let a trigger change it with every change of the row.',
					NEW.table_name, NEW.version_column);
	END IF;
	RETURN NEW;
END
$$;

COMMENT ON FUNCTION custom_actions.guard_table_setting() IS
	'row trigger of table_setting: written by the owner of the table only';

CREATE TRIGGER guard
	BEFORE INSERT OR UPDATE OR DELETE ON custom_actions.table_setting
	FOR EACH ROW WHEN (NOT custom_actions.restoring())
	EXECUTE FUNCTION custom_actions.quietly('guard_table_setting');

COMMENT ON TRIGGER guard ON custom_actions.table_setting IS
	'written by the owner of the table only';
