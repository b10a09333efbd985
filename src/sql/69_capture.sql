-- Keeps what edits of drafts change, so that undo_action_edit can take them back.
--
-- An edit is one call of a function that edits, or one plain statement.  A function
-- says where it begins and ends (mark_edit); what a statement changes without that is
-- an edit of its own.  What its triggers change in turn belongs to it.

CREATE FUNCTION custom_actions.newest_edit(action_name text)
RETURNS custom_actions.edit
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT e FROM custom_actions.edit AS e WHERE e.action = action_name
	ORDER BY e.number DESC LIMIT 1;
END;

COMMENT ON FUNCTION custom_actions.newest_edit(text) IS
	'the last edit of a draft since its activation, or null';

CREATE FUNCTION custom_actions.keep_whole(action_name text, number integer)
RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	INSERT INTO custom_actions.edit_change (action, number, change, part, old_rows)
	SELECT action_name, keep_whole.number, kept.change, kept.part, kept.old_rows
	FROM (
		SELECT 1, 'action', json_agg(to_json(a)) FROM custom_actions.action AS a
		WHERE a.name = action_name
		UNION ALL
		SELECT 2, 'parameter', json_agg(custom_actions.parameter_row(p))
		FROM custom_actions.parameter AS p WHERE p.action = action_name
		UNION ALL
		SELECT 3, 'step', json_agg(to_json(s)) FROM custom_actions.step AS s
		WHERE s.action = action_name) AS kept (change, part, old_rows)
	WHERE kept.old_rows IS NOT NULL;
END;

COMMENT ON FUNCTION custom_actions.keep_whole(text, integer) IS
	'keeps all rows of a draft that is about to be replaced';

-- begin: what follows is one edit; in one that is being made, a part of it
-- whole: the same for one that replaces the draft
-- say: what it does, before its end
-- end: it is complete; without changes it is none
-- undo: what follows takes the last one back, and is kept nowhere
-- forget: drops the last one
CREATE FUNCTION custom_actions.write_edit(
	action_name text, mark text, told text, user_name text)
RETURNS void
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER				-- nobody else may write there; called by mark_edit alone
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	newest custom_actions.edit := newest_edit(action_name);
	next_number integer := coalesce(newest.number, 0) + 1;
BEGIN
	IF mark IN ('begin', 'whole') AND coalesce(newest.open, 0) = 0 THEN
		INSERT INTO edit (action, number, made_by, whole, open, before)
		VALUES (action_name, next_number, user_name, mark = 'whole', 1,
			CASE mark WHEN 'begin' THEN document_of(action_name, NULL) END);
		IF mark = 'whole' THEN
			PERFORM keep_whole(action_name, next_number);
		END IF;
		RETURN;
	END IF;

	UPDATE edit AS e
	SET open = CASE WHEN mark IN ('begin', 'whole') THEN e.open + 1
			WHEN mark = 'end' THEN e.open - 1 WHEN mark = 'undo' THEN 1 ELSE e.open END,
		whole = e.whole OR mark = 'undo',
		before = CASE WHEN mark = 'end' AND e.open = 1 THEN NULL ELSE e.before END,
		what = nullif(concat_ws('; ', e.what, nullif(told, '')), '')
	WHERE e.action = action_name AND e.number = newest.number;
	IF mark = 'forget' OR mark = 'end' AND newest.open = 1 AND NOT EXISTS (
		SELECT FROM edit_change AS c WHERE c.action = action_name AND c.number = newest.number)
	THEN
		DELETE FROM edit_change AS c WHERE c.action = action_name AND c.number = newest.number;
		DELETE FROM edit AS e WHERE e.action = action_name AND e.number = newest.number;
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.write_edit(text, text, text, text) IS
	'begins or ends an edit of a draft, or drops it';

CREATE FUNCTION custom_actions.keep_change(
	action_name text, part text, operation text, old_rows json, new_keys json)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	newest custom_actions.edit := newest_edit(action_name);
	author text;
BEGIN
	SELECT a.modified_by INTO author FROM action AS a WHERE a.name = action_name;
	IF NOT FOUND OR newest.open > 0 AND newest.whole THEN
		RETURN;					-- the draft is gone, or one of several in a statement is kept whole
	END IF;
	IF newest.open IS NULL OR newest.open = 0 AND NOT (pg_trigger_depth() > 1
		AND newest.transaction = pg_current_xact_id()
		AND newest.statement_at = statement_timestamp())
	THEN
		newest.number := coalesce(newest.number, 0) + 1;
		INSERT INTO edit (action, number, made_by, what)
		VALUES (action_name, newest.number, author,
			format('%s of custom_actions.%s', operation, part));
	END IF;
	INSERT INTO edit_change (action, number, change, part, old_rows, new_keys)
	SELECT action_name, newest.number, coalesce(max(c.change), 0) + 1,
		keep_change.part, keep_change.old_rows, keep_change.new_keys
	FROM edit_change AS c
	WHERE c.action = action_name AND c.number = newest.number;
END
$$;

COMMENT ON FUNCTION custom_actions.keep_change(text, text, text, json, json) IS
	'keeps rows that a statement changed, for the edit that it belongs to';

CREATE FUNCTION custom_actions.capture_header()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER				-- nobody else may write what undo would do
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	kept text[];
BEGIN
	IF renaming_user() IS NOT NULL THEN
		RETURN NULL;
	END IF;
	SELECT array_agg(k.column_name) || '{captured_path}'::text[] INTO kept
	FROM definition_keys() AS k
	WHERE k.part = 'action' AND k.column_name IS NOT NULL;
	PERFORM keep_change(o.name, 'action', TG_OP, json_build_array(to_json(o)), NULL)
	FROM old_rows AS o
		JOIN new_rows AS n ON n.name = o.name
	WHERE EXISTS (
		SELECT
		FROM unnest(kept) AS k (name)
		WHERE to_jsonb(o) -> k.name IS DISTINCT FROM to_jsonb(n) -> k.name);
	RETURN NULL;
END
$$;

COMMENT ON FUNCTION custom_actions.capture_header() IS
	'statement trigger of action: keeps headers as they were';

CREATE FUNCTION custom_actions.capture_parts()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	is_step boolean := TG_TABLE_NAME = 'step';
	was text := CASE WHEN TG_OP = 'INSERT' THEN 'SELECT NULL::text, NULL::json WHERE false'
		ELSE format('SELECT r.action, json_agg(%s(r)) FROM old_rows AS r GROUP BY r.action',
			CASE WHEN is_step THEN 'to_json' ELSE 'parameter_row' END) END;
	became text := CASE WHEN TG_OP = 'DELETE' THEN 'SELECT NULL::text, NULL::json WHERE false'
		ELSE format('SELECT r.action, json_agg(r.%I) FROM new_rows AS r GROUP BY r.action',
			CASE WHEN is_step THEN 'id' ELSE 'name' END) END;
BEGIN
	IF renaming_user() IS NULL THEN
		EXECUTE format(
			'SELECT keep_change(action, $1, $2, o.old_rows, n.new_keys)
			FROM (%s) AS o (action, old_rows)
				%s (%s) AS n (action, new_keys) USING (action)', was,
			CASE WHEN TG_OP = 'UPDATE' THEN 'JOIN' ELSE 'FULL JOIN' END, became)
		USING TG_TABLE_NAME, TG_OP;
	END IF;
	RETURN NULL;
END
$$;

COMMENT ON FUNCTION custom_actions.capture_parts() IS
	'statement trigger of parameter and step: keeps inputs, outputs and steps as they were';

CREATE FUNCTION custom_actions.forget_edits()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	DELETE FROM edit_change AS c WHERE c.action = NEW.action;
	DELETE FROM edit AS e WHERE e.action = NEW.action;
	RETURN NULL;
END
$$;

COMMENT ON FUNCTION custom_actions.forget_edits() IS
	'row trigger of version: what was activated is not taken back by undo_action_edit';

CREATE TRIGGER capture
	AFTER UPDATE ON custom_actions.action
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT WHEN (NOT custom_actions.restoring())
	EXECUTE FUNCTION custom_actions.quietly_capture('capture_header');
CREATE TRIGGER capture_inserted
	AFTER INSERT ON custom_actions.parameter
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT WHEN (NOT custom_actions.restoring())
	EXECUTE FUNCTION custom_actions.quietly_capture('capture_parts');
CREATE TRIGGER capture_updated
	AFTER UPDATE ON custom_actions.parameter
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT WHEN (NOT custom_actions.restoring())
	EXECUTE FUNCTION custom_actions.quietly_capture('capture_parts');
CREATE TRIGGER capture_deleted
	AFTER DELETE ON custom_actions.parameter
	REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT WHEN (NOT custom_actions.restoring())
	EXECUTE FUNCTION custom_actions.quietly_capture('capture_parts');
CREATE TRIGGER capture_inserted
	AFTER INSERT ON custom_actions.step
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT WHEN (NOT custom_actions.restoring())
	EXECUTE FUNCTION custom_actions.quietly_capture('capture_parts');
CREATE TRIGGER capture_updated
	AFTER UPDATE ON custom_actions.step
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT WHEN (NOT custom_actions.restoring())
	EXECUTE FUNCTION custom_actions.quietly_capture('capture_parts');
CREATE TRIGGER capture_deleted
	AFTER DELETE ON custom_actions.step
	REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT WHEN (NOT custom_actions.restoring())
	EXECUTE FUNCTION custom_actions.quietly_capture('capture_parts');
CREATE TRIGGER forget_edits
	AFTER INSERT ON custom_actions.version
	FOR EACH ROW EXECUTE FUNCTION custom_actions.quietly('forget_edits');

COMMENT ON TRIGGER capture ON custom_actions.action IS 'keeps what edits change, for undo_action_edit';
COMMENT ON TRIGGER capture_inserted ON custom_actions.parameter IS 'keeps what edits change, for undo_action_edit';
COMMENT ON TRIGGER capture_updated ON custom_actions.parameter IS 'keeps what edits change, for undo_action_edit';
COMMENT ON TRIGGER capture_deleted ON custom_actions.parameter IS 'keeps what edits change, for undo_action_edit';
COMMENT ON TRIGGER capture_inserted ON custom_actions.step IS 'keeps what edits change, for undo_action_edit';
COMMENT ON TRIGGER capture_updated ON custom_actions.step IS 'keeps what edits change, for undo_action_edit';
COMMENT ON TRIGGER capture_deleted ON custom_actions.step IS 'keeps what edits change, for undo_action_edit';
COMMENT ON TRIGGER forget_edits ON custom_actions.version IS 'edits are kept back to the last activation';
