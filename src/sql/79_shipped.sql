-- Actions that come with other extensions.

CREATE FUNCTION custom_actions.forget_shipped()
RETURNS event_trigger
LANGUAGE plpgsql
SECURITY DEFINER				-- who drops an extension need not be a designer
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	DELETE FROM action AS a
	WHERE a.extension IS NOT NULL
		AND NOT EXISTS (SELECT FROM pg_extension AS e WHERE e.extname = a.extension);
END
$$;

COMMENT ON FUNCTION custom_actions.forget_shipped() IS
	'deletes the drafts that belonged to an extension which is there no more';
