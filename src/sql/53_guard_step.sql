-- Guards steps; deleted ones take the steps below them along.

-- Volatile, so that it sees the rows of the command that is under way.
CREATE FUNCTION custom_actions.end_of_steps(
	action_name text, parent_id bigint, branch_name text)
RETURNS numeric
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	last numeric;
BEGIN
	-- The order of the index, read from its end.
	IF parent_id IS NULL THEN
		SELECT s.position INTO last
		FROM step AS s
		WHERE s.action = action_name AND s.parent IS NULL
		ORDER BY s.parent DESC, s.branch DESC, s.position DESC
		LIMIT 1;
	ELSE
		SELECT s.position INTO last
		FROM step AS s
		WHERE s.action = action_name AND s.parent = parent_id AND s.branch = branch_name
		ORDER BY s.position DESC
		LIMIT 1;
	END IF;
	RETURN coalesce(floor(last), 0) + 1;
END
$$;

COMMENT ON FUNCTION custom_actions.end_of_steps(text, bigint, text) IS
	'position after the last step of a list';

CREATE FUNCTION custom_actions.require_acyclic(step_id bigint, action_name text, parent_id bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	ancestor bigint := parent_id;
BEGIN
	WHILE ancestor IS NOT NULL LOOP
		SELECT s.parent INTO ancestor FROM step AS s WHERE s.id = ancestor;
		IF ancestor = step_id THEN
			RAISE EXCEPTION 'step % of action "%" cannot be below itself',
					step_id, action_name
				USING ERRCODE = 'check_violation';
		END IF;
	END LOOP;
END
$$;

COMMENT ON FUNCTION custom_actions.require_acyclic(bigint, text, bigint) IS
	'refuses a step that would be below itself';

CREATE FUNCTION custom_actions.guard_step()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	IF NOT touch_for_part('step', TG_OP, OLD.action, NEW.action) THEN
		RETURN coalesce(NEW, OLD);
	END IF;

	PERFORM require_name('step', NEW.name);
	-- Undo brings steps back with their ids: not with one that the sequence has yet to give.
	IF (TG_OP = 'INSERT' OR NEW.id <> OLD.id)
		AND (extension_script() IS NOT NULL OR NOT (keeps_whole(NEW.action)
			AND NEW.id <= coalesce(pg_sequence_last_value('custom_actions.step_id_seq'), 0)))
	THEN
		NEW.id := settled_id('step', NEW.id);
	END IF;
	IF NEW.parent IS NOT NULL AND NOT EXISTS (
		SELECT FROM step AS s WHERE s.id = NEW.parent AND s.action = NEW.action)
	THEN
		RAISE EXCEPTION 'action "%" has no step with id %', NEW.action, NEW.parent
			USING ERRCODE = 'foreign_key_violation';
	END IF;
	-- A new step has none below it that it could be put under.
	IF TG_OP = 'UPDATE' AND NEW.parent IS DISTINCT FROM OLD.parent THEN
		PERFORM require_acyclic(NEW.id, NEW.action, NEW.parent);
	END IF;
	IF TG_OP = 'UPDATE' AND NEW.id <> OLD.id
		AND EXISTS (SELECT FROM step AS s WHERE s.parent = OLD.id)
	THEN
		RAISE EXCEPTION 'id of step % of action "%" cannot change because it has steps below it',
				OLD.id, OLD.action
			USING ERRCODE = 'foreign_key_violation';
	END IF;
	NEW.position := coalesce(NEW.position,
		end_of_steps(NEW.action, NEW.parent, NEW.branch));
	RETURN NEW;
END
$$;

COMMENT ON FUNCTION custom_actions.guard_step() IS
	'row trigger of step: who may edit, names, parents and the position of what is given none';

CREATE TRIGGER guard
	BEFORE INSERT OR UPDATE OR DELETE ON custom_actions.step
	FOR EACH ROW WHEN (NOT custom_actions.restoring())
	EXECUTE FUNCTION custom_actions.quietly('guard_step');

COMMENT ON TRIGGER guard ON custom_actions.step IS 'who may edit, names and parents';

CREATE FUNCTION custom_actions.delete_children()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	-- All levels at once: fired by its own command, it finds none below.
	IF NOT EXISTS (SELECT FROM deleted AS d JOIN step AS s ON s.parent = d.id) THEN
		RETURN NULL;
	END IF;
	WITH RECURSIVE below (id) AS (
		SELECT s.id
		FROM deleted AS d
			JOIN step AS s ON s.parent = d.id
		UNION
		SELECT s.id
		FROM below AS b
			JOIN step AS s ON s.parent = b.id)
	DELETE FROM step AS s USING below AS b WHERE s.id = b.id;
	RETURN NULL;
END
$$;

COMMENT ON FUNCTION custom_actions.delete_children() IS
	'statement trigger of step: deleted steps take the steps below them along';

CREATE TRIGGER delete_children
	AFTER DELETE ON custom_actions.step
	REFERENCING OLD TABLE AS deleted
	FOR EACH STATEMENT EXECUTE FUNCTION custom_actions.quietly('delete_children');

COMMENT ON TRIGGER delete_children ON custom_actions.step IS
	'deleted steps take the steps below them along';
