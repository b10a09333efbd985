-- What drafts and versions have to follow: an action whose function is renamed, moved
-- or dropped.  Called by the event triggers for whoever may do that to the function.

CREATE FUNCTION custom_actions.follow_rename(old_name text, new_name text)
RETURNS void
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER				-- the owner of a function need not be a designer
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	draft_name text;
	own_name text := (parse_ident(old_name))[2];
BEGIN
	SELECT a.name INTO draft_name
	FROM action AS a
	WHERE canonical_spelling(a.name) = old_name
	FOR UPDATE;
	UPDATE log AS l SET action = new_name WHERE l.action = old_name;
	UPDATE idempotency AS i SET action = new_name WHERE i.action = old_name;
	IF draft_name IS NULL THEN
		PERFORM carry_versions(old_name, new_name);
		RETURN;
	END IF;
	IF EXISTS (SELECT FROM action AS a WHERE canonical_spelling(a.name) = new_name) THEN
		RAISE EXCEPTION 'action "%" cannot be renamed because there is a draft of an action "%"',
				old_name, new_name
			USING ERRCODE = 'duplicate_object',
				HINT = format('Drop that draft first: DELETE FROM custom_actions.action WHERE name = %L.',
					new_name);
	END IF;
	UPDATE action AS a SET name = new_name WHERE a.name = draft_name;
	UPDATE step AS s SET subject = new_name
	WHERE s.action = new_name AND s.kind = 'perform'
		AND (s.subject = own_name OR canonical_spelling(s.subject) = old_name);
END
$$;

COMMENT ON FUNCTION custom_actions.follow_rename(text, text) IS
	'gives draft, versions, plug-ins and records of an action the name its function has now';

CREATE FUNCTION custom_actions.follow_schema_rename(old_schema text, new_schema text)
RETURNS void
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	old_name text;
BEGIN
	FOR old_name IN
		SELECT canonical_spelling(a.name)
		FROM action AS a
		WHERE (parse_ident(a.name))[1] = old_schema
		UNION
		SELECT canonical_spelling(v.action)
		FROM version AS v
		WHERE (parse_ident(v.action))[1] = old_schema
		ORDER BY 1
	LOOP
		PERFORM follow_rename(old_name,
			qualified_name(new_schema, (parse_ident(old_name))[2]));
	END LOOP;
END
$$;

COMMENT ON FUNCTION custom_actions.follow_schema_rename(text, text) IS
	'gives drafts, versions and plug-ins of the actions of a schema the name the schema has now';

CREATE FUNCTION custom_actions.note_drop(action_name text, origin text)
RETURNS void
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER				-- whoever drops a schema need not be a designer
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	draft_name text;
BEGIN
	-- Who drops has locked what others wait for, and waits for no designer.
	SELECT a.name INTO draft_name FROM action AS a WHERE a.name = action_name
	FOR UPDATE SKIP LOCKED;
	UPDATE action AS a
	SET drop_reason = format('its function was dropped%s by %s at %s',
		' with ' || nullif(origin, ''), renaming_user(),
		to_char(clock_timestamp(), 'YYYY-MM-DD HH24:MI:SS TZH:TZM'))
	WHERE a.name = draft_name;
END
$$;

COMMENT ON FUNCTION custom_actions.note_drop(text, text) IS
	'leaves word in a draft of what took its function';
