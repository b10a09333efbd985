-- Activating several actions at once, those first that others perform.

CREATE FUNCTION custom_actions.performed_among(names text[])
RETURNS TABLE (action text, performed text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	-- a bare name may mean any of that name: an edge too many only settles an order
	SELECT DISTINCT s.action, n.name
	FROM custom_actions.step AS s
		JOIN unnest(names) AS n (name)
			ON n.name = custom_actions.canonical_spelling(s.subject)
				OR (parse_ident(n.name))[2] = s.subject
	WHERE s.kind = 'perform' AND s.action = ANY (names) AND s.action <> n.name;
END;

COMMENT ON FUNCTION custom_actions.performed_among(text[]) IS
	'which drafts of a list perform which others of it';

CREATE FUNCTION custom_actions.activation_order(names text[])
RETURNS TABLE (action text, circle boolean)
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	WITH RECURSIVE edge AS MATERIALIZED (
		SELECT p.action, p.performed FROM custom_actions.performed_among(names) AS p
	), reach AS (
		SELECT e.action, e.performed FROM edge AS e
		UNION
		SELECT r.action, e.performed
		FROM reach AS r
			JOIN edge AS e ON e.action = r.performed
	)
	-- who performs another reaches all that the other reaches, and the other
	SELECT n.name, bool_or(r.performed IS NOT DISTINCT FROM n.name AND r.action IS NOT NULL)
	FROM (SELECT DISTINCT u.name FROM unnest(names) AS u (name)) AS n
		LEFT JOIN reach AS r ON r.action = n.name
	GROUP BY n.name
	ORDER BY count(r.performed), n.name COLLATE "C";
END;

COMMENT ON FUNCTION custom_actions.activation_order(text[]) IS
	'actions in an order in which each comes after those it performs, and whether one performs itself by way of others';

CREATE FUNCTION custom_actions.stub_definition(definition json)
RETURNS json
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT (definition::jsonb - '{summary,plugins,frozen}'::text[]
		|| jsonb_build_object('steps', '[]'::jsonb, 'output', coalesce((
			SELECT jsonb_agg(o.item - 'default' ORDER BY o.number)
			FROM jsonb_array_elements(definition::jsonb -> 'output')
				WITH ORDINALITY AS o (item, number)), '[]')))::json;
END;

COMMENT ON FUNCTION custom_actions.stub_definition(json) IS
	'all of a definition that those who perform the action ask for';

-- Actions that perform each other are checked against what the others will be.  No
-- caller sees it: the function itself takes its place in the same transaction.
CREATE FUNCTION custom_actions.publish_stub(action_name text)
RETURNS json
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	draft custom_actions.action := require_draft(action_name);
	stub json := stub_definition(draft_definition(action_name));
	owner_id oid := action_owner(action_name);
	old record;
BEGIN
	PERFORM require_owner(action_name, pg_get_userbyid(owner_id)::text);
	PERFORM require_own_draft(action_name, draft.owner);
	stub := freeze_definition(action_name, stub, owner_id);
	SELECT p.* INTO old FROM published(action_name) AS p;
	IF old.active
		AND same_definition(stub_definition(stub), stub_definition(old.definition))
	THEN
		RETURN NULL;			-- it fits as it is
	END IF;
	PERFORM publish(action_name, stub, coalesce(old.version, 0), true, '[]');
	RETURN CASE WHEN old.function IS NULL THEN '{}'::json ELSE row_to_json(old) END;
END
$$;

COMMENT ON FUNCTION custom_actions.publish_stub(text) IS
	'publishes the draft of an action without its steps, unless what is published will do; returns what was published before';

CREATE FUNCTION custom_actions.activate_several(names text[], note text)
RETURNS TABLE (action text, version integer)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	before jsonb := '{}';
	old json;
BEGIN
	IF names IS NULL OR array_position(names, NULL) > 0 THEN
		RAISE EXCEPTION 'names must not be null'
			USING ERRCODE = 'null_value_not_allowed';
	END IF;
	-- in one order, so that two who activate the same do not wait for each other
	PERFORM require_draft(n.name)
	FROM (SELECT u.name FROM unnest(names) AS u (name) ORDER BY u.name COLLATE "C") AS n;
	FOR action IN SELECT o.action FROM activation_order(names) AS o WHERE o.circle LOOP
		old := publish_stub(action);
		IF old IS NOT NULL THEN
			before := before || jsonb_build_object(action, old::text);
		END IF;
	END LOOP;
	FOR action IN SELECT o.action FROM activation_order(names) AS o LOOP
		version := activate(action, note, NULL, false, (before ->> action)::json);
		RETURN NEXT;
	END LOOP;
END
$$;

COMMENT ON FUNCTION custom_actions.activate_several(text[], text) IS
	'does the work of activate_actions';

CREATE FUNCTION custom_actions.activate_actions(names text[], note text DEFAULT NULL)
RETURNS TABLE (action text, version integer)
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	SELECT a.action, a.version
	FROM custom_actions.activate_several(
		CASE WHEN activate_actions.names IS NOT NULL THEN
			ARRAY(SELECT custom_actions.canonical_name(n.name)
				FROM unnest(activate_actions.names) AS n (name)) END,
		activate_actions.note) AS a;
END;

COMMENT ON FUNCTION custom_actions.activate_actions(text[], text) IS
	'body of activate_actions';
