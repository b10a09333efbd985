-- Guards inputs and outputs.

-- Volatile, so that it sees the rows of the command that is under way.
CREATE FUNCTION custom_actions.end_of_parameters(action_name text, direction text)
RETURNS numeric
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	RETURN coalesce(floor(max(p.position)), 0) + 1
	FROM parameter AS p
	WHERE p.action = action_name AND p.direction = end_of_parameters.direction;
END
$$;

COMMENT ON FUNCTION custom_actions.end_of_parameters(text, text) IS
	'position after the last input, or output, of an action';

CREATE FUNCTION custom_actions.guard_parameter()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	IF NOT touch_for_part('parameter', TG_OP, OLD.action, NEW.action) THEN
		RETURN coalesce(NEW, OLD);
	END IF;

	PERFORM require_name(CASE NEW.direction WHEN 'out' THEN 'output' ELSE 'input' END,
		NEW.name);
	IF NEW.type IS NULL AND NEW.references_table IS NULL THEN
		RAISE EXCEPTION '% "%" of action "%" needs a type',
				CASE NEW.direction WHEN 'out' THEN 'output' ELSE 'input' END,
				NEW.name, NEW.action
			USING ERRCODE = 'not_null_violation',
				HINT = 'An input without one references a table: its type is that of the table''s key.';
	END IF;
	IF NEW.direction = 'out' AND num_nonnulls(NEW.references_table, NEW.options) > 0 THEN
		RAISE EXCEPTION 'output "%" of action "%" cannot have %', NEW.name, NEW.action,
				CASE WHEN NEW.options IS NULL THEN 'references' ELSE 'options' END
			USING ERRCODE = 'check_violation',
				HINT = 'These are asked of inputs. Begin with a require step to ask something of other values.';
	END IF;
	NEW.position := coalesce(NEW.position,
		end_of_parameters(NEW.action, NEW.direction));
	RETURN NEW;
END
$$;

COMMENT ON FUNCTION custom_actions.guard_parameter() IS
	'row trigger of parameter: who may edit, names and the position of what is given none';

CREATE TRIGGER guard
	BEFORE INSERT OR UPDATE OR DELETE ON custom_actions.parameter
	FOR EACH ROW WHEN (NOT custom_actions.restoring())
	EXECUTE FUNCTION custom_actions.quietly('guard_parameter');

COMMENT ON TRIGGER guard ON custom_actions.parameter IS 'who may edit, and names';
