\set echo :ECHO \set ECHO none
-- Notes to run actions on, and plug-ins that say what they are called with.
CREATE TABLE desk.note (id integer PRIMARY KEY, body text, status text NOT NULL DEFAULT 'open',
	priority integer DEFAULT 1, amount numeric(8,2));
INSERT INTO desk.note (id, body, amount) SELECT i, 'Note ' || i, i FROM generate_series(1, 9) AS i;
CREATE TABLE desk.trail (number bigint GENERATED ALWAYS AS IDENTITY, said text);
CREATE FUNCTION desk.trail() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	trail text;
BEGIN
	SELECT string_agg(said, ', ' ORDER BY number) INTO trail FROM desk.trail;
	DELETE FROM desk.trail;
	RETURN trail;
END $$;
-- Says in a table that it ran, and in "shared" for those after it
CREATE FUNCTION desk.trace(context jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	said text := format('%s %s', context ->> 'stage', context ->> 'configuration');
BEGIN
	INSERT INTO desk.trail (said) VALUES (said);
	RETURN jsonb_build_object('shared', jsonb_build_object('trail',
		coalesce(context -> 'shared' -> 'trail', '[]') || to_jsonb(said)));
END $$;
CREATE FUNCTION desk.say(said text) RETURNS void LANGUAGE sql AS 'INSERT INTO desk.trail (said) VALUES (said)';
-- Returns what it is configured with
CREATE FUNCTION desk.give(context jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$SELECT context -> 'configuration'$$;
-- Says what it is called with: the members that it is configured with
CREATE FUNCTION desk.tell(context jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO desk.trail (said)
	SELECT format('%s %s=%s', context ->> 'stage', m, context -> m) FROM jsonb_array_elements_text(context -> 'configuration') AS m;
END $$;
\set ECHO :echo
