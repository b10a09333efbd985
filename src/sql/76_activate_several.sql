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

CREATE FUNCTION custom_actions.activate_several(names text[], note text)
RETURNS TABLE (action text, version integer)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	FOR action IN SELECT o.action FROM activation_order(names) AS o LOOP
		version := activate(action, note, NULL, false);
		RETURN NEXT;
	END LOOP;
END
$$;

COMMENT ON FUNCTION custom_actions.activate_several(text[], text) IS
	'does the work of activate_actions';
