-- Every value of every draft as a row, for table editors: one plain UPDATE changes one.

CREATE FUNCTION custom_actions.draft_values(action_name text)
RETURNS TABLE (path text, field text, value text)
LANGUAGE sql STABLE ROWS 40
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT r.path, f.field, f.value
	FROM (
		SELECT '', '', 0, 'action', to_json(a)
		FROM custom_actions.action AS a
		WHERE a.name = action_name
		UNION ALL
		SELECT d.part || '.' || p.name, d.part, p.position, d.part, custom_actions.parameter_row(p)
		FROM custom_actions.parameter AS p
			CROSS JOIN LATERAL (
				SELECT CASE p.direction WHEN 'out' THEN 'output' ELSE 'input' END) AS d (part)
		WHERE p.action = action_name
		UNION ALL
		SELECT t.path, 'step' || custom_actions.path_order(t.path), 0,
			CASE s.kind WHEN 'case' THEN 'case' ELSE 'step' END, to_json(s)
		FROM custom_actions.step_paths(action_name) AS t
			JOIN custom_actions.step AS s ON s.id = t.id) AS r (path, place, position, part, draft_row)
		CROSS JOIN LATERAL custom_actions.row_fields(r.part, r.draft_row)
			WITH ORDINALITY AS f (field, value, number)
	WHERE r.part <> 'action' OR f.field <> 'action'
	ORDER BY r.place COLLATE "C", r.position, r.path, f.number;
END;

COMMENT ON FUNCTION custom_actions.draft_values(text) IS
	'every value of a draft, by the path of its step, input or output and its field';

CREATE VIEW custom_actions.step_value
AS
SELECT a.name AS action, v.path, v.field, v.value
FROM custom_actions.action AS a
	CROSS JOIN LATERAL custom_actions.draft_values(a.name) AS v;

COMMENT ON VIEW custom_actions.step_value IS
	'every value of every draft as text: an UPDATE is the same as set_action_value, INSERT adds a value, DELETE removes it';
COMMENT ON COLUMN custom_actions.step_value.action IS 'name of the action';
COMMENT ON COLUMN custom_actions.step_value.path IS
	'path of the step, "input." or "output." and a name, or empty: the action itself';
COMMENT ON COLUMN custom_actions.step_value.field IS 'which value: "set.due", "when", "timeout"';
COMMENT ON COLUMN custom_actions.step_value.value IS
	'the value as set_action_value takes it; "***" for the default of what is sensitive';

CREATE FUNCTION custom_actions.write_step_value()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	wanted record := coalesce(NEW, OLD);
	value_path text := concat_ws('.', nullif(wanted.path, ''), wanted.field);
	action_name text := canonical_path('action', wanted.action);
	done record;
BEGIN
	IF TG_OP = 'UPDATE' AND (NEW.action, NEW.path, NEW.field) IS DISTINCT FROM (OLD.action, OLD.path, OLD.field) THEN
		RAISE EXCEPTION 'only the value can be changed in custom_actions.step_value'
			USING ERRCODE = 'feature_not_supported',
				HINT = 'Use move_step to move a step, rename_action to rename an action.';
	ELSIF TG_OP = 'UPDATE' AND NEW.value IS NOT DISTINCT FROM OLD.value THEN
		RETURN NEW;
	END IF;
	IF NOT EXISTS (SELECT FROM edit AS e WHERE e.action = action_name AND e.open > 0) THEN
		PERFORM begin_edit(action_name, value_path);
	END IF;
	IF TG_OP = 'INSERT' AND EXISTS (
		SELECT FROM draft_values(action_name) AS v
		WHERE v.path = coalesce(NEW.path, '') AND v.field = NEW.field)
	THEN
		RAISE EXCEPTION '% of action "%" is there already', value_path, action_name
			USING ERRCODE = 'unique_violation', HINT = 'Use UPDATE.';
	END IF;
	SELECT * INTO done
	FROM put_value(action_name, value_path, CASE WHEN TG_OP <> 'DELETE' THEN NEW.value END);
	PERFORM mark_edit(action_name, 'say', done.told);
	RAISE NOTICE 'action "%": %', action_name, done.told;
	RETURN wanted;
END
$$;

COMMENT ON FUNCTION custom_actions.write_step_value() IS
	'row trigger of step_value: changes the draft';

-- A statement is one edit of each action it changes.
CREATE FUNCTION custom_actions.finish_step_values()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	PERFORM finish_edit(e.action, '')
	FROM (
		SELECT o.action
		FROM edit AS o
		WHERE o.open > 0 AND o.transaction = pg_current_xact_id()
		ORDER BY o.action) AS e;
	RETURN NULL;
END
$$;

COMMENT ON FUNCTION custom_actions.finish_step_values() IS
	'statement trigger of step_value: ends the edits, and tells what does not compile';

CREATE TRIGGER write_value
	INSTEAD OF INSERT OR UPDATE OR DELETE ON custom_actions.step_value
	FOR EACH ROW EXECUTE FUNCTION custom_actions.quietly('write_step_value');
CREATE TRIGGER finish
	AFTER INSERT OR UPDATE OR DELETE ON custom_actions.step_value
	FOR EACH STATEMENT EXECUTE FUNCTION custom_actions.quietly('finish_step_values');

COMMENT ON TRIGGER write_value ON custom_actions.step_value IS 'changes the draft';
COMMENT ON TRIGGER finish ON custom_actions.step_value IS 'tells what does not compile';
