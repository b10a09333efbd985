-- One row updated by its key, in a table that is not protected, in one with two protected
-- columns and in one that is protected as a whole; inside of an action, and outside,
-- where a column is set that is not protected.
SET search_path = pg_catalog, public;

CREATE FUNCTION desk.make_protect_side(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE TABLE desk.%I (id bigint PRIMARY KEY, status text, owner_id integer, note integer) WITH (fillfactor = 50)', name);
	EXECUTE format('INSERT INTO desk.%I SELECT i, $s$open$s$, 1, 1 FROM generate_series(1, 1000) AS i', name);
	PERFORM public.create_action('ours.set_' || name, format('
		{ "table": "desk.%s", "settings": {"search_path": "desk, pg_temp"},
		  "output": [ {"name": "done", "type": "bigint", "default": 1} ],
		  "steps": [ {"update": "target", "set": {"status": "closed", "note": "=note + 1"}} ] }', name)::json);
	PERFORM public.activate_action('ours.set_' || name);
	EXECUTE format('CREATE FUNCTION rival.note_%1$s(target bigint) RETURNS bigint LANGUAGE plpgsql SET search_path = desk, pg_temp AS $f$
		BEGIN UPDATE desk.%1$s SET note = note + 1 WHERE id = target; RETURN 1; END $f$', name);
END $$;
SELECT desk.make_protect_side(name) FROM unnest('{free,held,sealed}'::text[]) AS name;
SELECT protect_table('desk.held', columns => '{status, owner_id}'), protect_table('desk.sealed');
