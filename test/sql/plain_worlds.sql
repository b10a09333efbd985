-- What all worlds of test/t/plain_path.pl share: functions for triggers and formulas, and how to look.
CREATE EXTENSION custom_actions;
CREATE SCHEMA eq;
CREATE SCHEMA other;
CREATE TABLE eq.log (number bigserial, what text);
CREATE DOMAIN eq.small AS integer CHECK (VALUE < 90);
CREATE DOMAIN eq.word AS text CHECK (VALUE <> 'bad');
CREATE FUNCTION eq.whoami() RETURNS text LANGUAGE sql STABLE AS $$SELECT 'eq ' || current_user$$;
CREATE FUNCTION other.whoami() RETURNS text LANGUAGE sql STABLE AS $$SELECT 'other ' || current_user$$;
CREATE FUNCTION eq.twice(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 2 * n';
CREATE FUNCTION eq.twice_slow(n integer) RETURNS integer LANGUAGE plpgsql STABLE AS 'BEGIN IF n > 95 THEN RAISE EXCEPTION ''% is too much'', n; END IF; RETURN 2 * n; END';
CREATE FUNCTION eq.seen(what text) RETURNS integer LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE 'seen %', what; RETURN length(what); END$$;
CREATE FUNCTION eq.write(what text) RETURNS text LANGUAGE plpgsql AS $$BEGIN INSERT INTO eq.log (what) VALUES (what || ' ' || whoami()); RETURN upper(what); END$$;
CREATE FUNCTION eq.two(a integer, OUT x integer, OUT y text) LANGUAGE plpgsql AS $$BEGIN x := a + 1; y := current_setting('search_path'); END$$;
CREATE FUNCTION eq.nothing(a integer) RETURNS void LANGUAGE plpgsql AS $$BEGIN IF a > 7 THEN RAISE EXCEPTION 'nothing of %', a USING ERRCODE = 'ZZ007'; END IF; END$$;
CREATE FUNCTION eq.rows(what text) RETURNS integer LANGUAGE plpgsql STABLE AS $$DECLARE n integer; BEGIN EXECUTE 'SELECT count(*) + coalesce(sum(n), 0) FROM ' || what INTO n; RETURN n; END$$;
CREATE FUNCTION eq.logged() RETURNS integer LANGUAGE sql STABLE AS 'SELECT count(*)::integer FROM eq.log';
CREATE FUNCTION eq.permits(what text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE 'permits % under %', what, current_setting('search_path'); RETURN what <> 'awful'; END$$;
CREATE FUNCTION eq.spied(what text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN what || current_setting('search_path'); END$$;
CREATE FUNCTION eq.shown(what text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE 'shown % under %', what, current_setting('search_path'); RETURN what; END$$;
CREATE DOMAIN eq.fresh AS integer CHECK (VALUE <> eq.logged());
CREATE FUNCTION eq.take(n eq.fresh) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT n + 1';
CREATE FUNCTION eq.pair(a integer, b integer) RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN concat(a, '' and '', b); END';
CREATE DOMAIN eq.permitted AS text CHECK (eq.permits(VALUE));
CREATE FUNCTION eq.gate(n integer) RETURNS void LANGUAGE sql AS 'SELECT pg_advisory_xact_lock(n)';

-- Triggers, which come to an end where they are deferred, too: one that tells, in the order of events; others look, change, raise, write elsewhere, keep away, act.
CREATE FUNCTION eq.tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE NOTICE '% % % %: % -> %, at %, by %', TG_NAME, TG_WHEN, TG_OP, TG_LEVEL,
		CASE WHEN TG_LEVEL = 'ROW' AND TG_OP <> 'INSERT' THEN OLD::text END, CASE WHEN TG_LEVEL = 'ROW' AND TG_OP <> 'DELETE' THEN NEW::text END,
		pg_trigger_depth(), whoami();
	RETURN coalesce(NEW, OLD);
END $$;
CREATE FUNCTION eq.look() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	rows text;
BEGIN
	EXECUTE format('SELECT string_agg(concat_ws('' '', id, status, n, m, note), '','' ORDER BY id) FROM %s', TG_RELID::regclass) INTO rows;
	INSERT INTO eq.log (what) VALUES (concat_ws(' ', TG_NAME, TG_WHEN, TG_OP, rows));
	RETURN coalesce(NEW, OLD);
END $$;
CREATE FUNCTION eq.touch() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.touched := coalesce(NEW.touched, 0) + 1; RETURN NEW; END$$;
CREATE FUNCTION eq.guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.n % 7 = 5 OR NEW.status = 'awful' THEN
		RAISE EXCEPTION '% refuses % %', TG_NAME, NEW.n, NEW.status USING ERRCODE = 'ZZ005', HINT = 'Leave it.';
	END IF;
	RETURN NEW;
END $$;
CREATE FUNCTION eq.skip() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF coalesce(NEW.n, 0) % 5 = 3 THEN RETURN NULL; END IF; RETURN coalesce(NEW, OLD); END$$;
CREATE FUNCTION eq.elsewhere() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF pg_trigger_depth() < 3 THEN
		EXECUTE format('UPDATE %s SET touched = coalesce(touched, 0) + 1 WHERE id = $1 AND coalesce(touched, 0) < 15', TG_ARGV[0]) USING coalesce(NEW.m, OLD.m);
	END IF;
	RETURN coalesce(NEW, OLD);
END $$;
CREATE FUNCTION eq.act() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF pg_trigger_depth() < 2 AND (SELECT count(*) < 20 FROM eq.log) THEN
		INSERT INTO eq.log (what) SELECT try_invoke_action(TG_ARGV[0], '{"target": 1, "n": 2, "s": "t"}') - 'invocation';
	END IF;
	RETURN coalesce(NEW, OLD);
END $$;
CREATE FUNCTION eq.rekey() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.ref IS NOT NULL AND pg_trigger_depth() < 3 THEN
		EXECUTE format(CASE NEW.ref % 4 WHEN 0 THEN 'DELETE FROM %s WHERE a = $1' WHEN 1 THEN 'INSERT INTO %s (a, b) VALUES ($1, ''new '' || $1) ON CONFLICT DO NOTHING'
			WHEN 2 THEN 'UPDATE %s SET c = ''new'' WHERE a = $1' ELSE 'UPDATE %s SET a = a + 200 WHERE a = $1' END, TG_ARGV[0]) USING NEW.ref;
	END IF;
	RETURN NEW;
END $$;
CREATE FUNCTION eq.moved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	rows text;
BEGIN
	IF TG_OP = 'DELETE' THEN
		SELECT string_agg(concat_ws(' ', id, n), ',' ORDER BY id) INTO rows FROM old_rows;
	ELSE
		SELECT string_agg(concat_ws(' ', id, n), ',' ORDER BY id) INTO rows FROM new_rows;
	END IF;
	RAISE NOTICE '% %: %', TG_NAME, TG_OP, rows;
	RETURN NULL;
END $$;
CREATE FUNCTION eq.instead() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'INSERT' THEN
		EXECUTE format('INSERT INTO %s (status, n, m, note, ref) VALUES ($1, $2, $3, $4, $5) RETURNING id', TG_ARGV[0]) INTO NEW.id USING NEW.status, NEW.n, NEW.m, NEW.note, NEW.ref;
		RETURN NEW;
	ELSIF TG_OP = 'UPDATE' THEN
		EXECUTE format('UPDATE %s SET status = $1, n = $2, m = $3, note = $4 WHERE id = $5', TG_ARGV[0]) USING NEW.status, NEW.n, NEW.m, NEW.note, OLD.id;
		RETURN NEW;
	END IF;
	EXECUTE format('DELETE FROM %s WHERE id = $1', TG_ARGV[0]) USING OLD.id;
	RETURN OLD;
END $$;
CREATE FUNCTION eq.plugin(context jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO eq.log (what) VALUES (concat_ws(' ', 'plug-in', context ->> 'stage', context ->> 'input', context ->> 'output', whoami()));
	IF (context #>> '{input,n}')::integer = 9 THEN
		RAISE EXCEPTION 'the plug-in refuses';
	END IF;
	RETURN CASE context ->> 'stage' WHEN 'pre_operation' THEN jsonb_build_object('input', (context -> 'input') || '{"s": "plugged"}')
		WHEN 'post_operation' THEN jsonb_build_object('output', jsonb_build_object('said', 'plugged')) END;
END $$;

-- The rows that were touched, sorted: a set that is changed at once has no order, and merged steps leave rows elsewhere in the table.
CREATE FUNCTION eq.in_order(touched jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	SELECT jsonb_object_agg(t.key, (
		SELECT jsonb_object_agg(c.key, CASE jsonb_typeof(c.value) WHEN 'array' THEN (SELECT jsonb_agg(e ORDER BY e::text) FROM jsonb_array_elements(c.value) AS e) ELSE c.value END)
		FROM jsonb_each(t.value) AS c))
	FROM jsonb_each(touched) AS t $$;

-- What the tables of a schema hold, and what was logged since the last time.
CREATE FUNCTION eq.contents(world text) RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	t regclass;
BEGIN
	FOR t IN SELECT c.oid FROM pg_class AS c WHERE relnamespace = world::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname LOOP
		RETURN QUERY EXECUTE format('SELECT %L || '': '' || string_agg(row_to_json(t)::text, '' '' ORDER BY row_to_json(t)::text) FROM %s AS t', t, t);
	END LOOP;
	RETURN QUERY SELECT 'log: ' || what FROM eq.log ORDER BY number;
	RETURN QUERY SELECT concat_ws(' | ', 'record: ' || action, status, depth, rows_written, step, sqlstate, message, summary, eq.in_order(touched), input, output, target)
		FROM custom_actions.log ORDER BY id;
	RETURN QUERY SELECT concat_ws(' | ', 'trace: ' || s.step, s.iteration, s.kind, s.outcome, s.rows_written, s.sqlstate, s.message, s.details)
		FROM custom_actions.log_step AS s ORDER BY s.invocation, s.number;
END $$;

-- How many steps of the actions of a world are done by the statement of another one.
CREATE FUNCTION eq.joined(world text, OUT creates bigint, OUT others bigint) LANGUAGE plpgsql AS $$
DECLARE
	action text;
	more record;
BEGIN
	creates := 0;
	others := 0;
	FOR action IN SELECT format('%s.a%s', world, i) FROM generate_series(1, 6) AS i LOOP
		BEGIN
			SELECT count(*) FILTER (WHERE ltrim(does) LIKE 'CREATE%') AS creates, count(*) FILTER (WHERE ltrim(does) NOT LIKE 'CREATE%') AS others INTO more
			FROM explain_action(action) WHERE plan LIKE '(done by the statement of step%';
			creates := creates + more.creates;
			others := others + more.others;
		EXCEPTION WHEN OTHERS THEN
			-- it could not be activated, or a formula fails when it is planned
		END;
	END LOOP;
END $$;

-- After many calls at once: what was drawn from sequences by work that was undone is not drawn again, and may be other numbers than one by one.
CREATE FUNCTION eq.wind(world text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	sequence regclass;
	last bigint;
BEGIN
	FOR sequence IN SELECT oid FROM pg_class WHERE relnamespace = world::regnamespace AND relkind = 'S' ORDER BY relname LOOP
		EXECUTE format('SELECT last_value FROM %s', sequence) INTO last;
		PERFORM setval(sequence, (last / 1000 + 1) * 1000, false);
	END LOOP;
	RAISE DEBUG 'many calls have ended';
END $$;

-- Other sessions, which may have to wait.
CREATE FUNCTION eq.waits(connection text, backend integer) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	WHILE public.dblink_is_busy(connection) = 1 LOOP
		IF cardinality(pg_blocking_pids(backend)) > 0 THEN
			RETURN true;
		END IF;
		PERFORM pg_sleep(0.001);
	END LOOP;
	RETURN false;
END $$;
CREATE FUNCTION eq.answer(connection text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
	message text; detail text; context text;
BEGIN
	SELECT string_agg(a, ' ') INTO answer FROM public.dblink_get_result(connection) AS r (a text);
	PERFORM * FROM public.dblink_get_result(connection) AS r (a text);
	RETURN answer;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, context = PG_EXCEPTION_CONTEXT;
	PERFORM * FROM public.dblink_get_result(connection, false) AS r (a text);
	RETURN concat_ws(E'\n', SQLSTATE, message, detail, regexp_replace(context, 'while fetching.*', ''));
END $$;

-- What cases have changed for good
CREATE PROCEDURE eq.restore() LANGUAGE plpgsql AS $$
DECLARE
	changed name;
BEGIN
	IF EXISTS (SELECT FROM pg_catalog.pg_proc WHERE oid IN ('upper(text)'::regprocedure, 'int4mul(integer, integer)'::regprocedure, 'eq.twice(integer)'::regprocedure, 'eq.write(text)'::regprocedure)
		AND proacl IS NOT NULL AND (NOT has_function_privilege('public', oid, 'EXECUTE') OR proacl::text LIKE '%clerk%')) THEN
		GRANT EXECUTE ON FUNCTION upper(text), int4mul TO PUBLIC;
		REVOKE EXECUTE ON FUNCTION upper(text), int4mul FROM clerk;
		GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA eq TO PUBLIC;
		REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA eq FROM clerk;
	END IF;
	FOR changed IN SELECT conname FROM pg_catalog.pg_constraint WHERE contypid = 'eq.small'::regtype AND conname <> 'small_check' LOOP
		EXECUTE format('ALTER DOMAIN eq.small DROP CONSTRAINT %I', changed);
	END LOOP;
	IF NOT EXISTS (SELECT FROM pg_catalog.pg_proc WHERE oid = 'eq.twice(integer)'::regprocedure AND prosrc = 'SELECT 2 * n' AND provolatile = 'i') THEN
		CREATE OR REPLACE FUNCTION eq.twice(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 2 * n';
	END IF;
	IF NOT EXISTS (SELECT FROM pg_catalog.pg_proc WHERE oid = 'eq.logged()'::regprocedure AND prosrc NOT LIKE '%100%') THEN
		CREATE OR REPLACE FUNCTION eq.logged() RETURNS integer LANGUAGE sql STABLE AS 'SELECT count(*)::integer FROM eq.log';
	END IF;
	IF NOT EXISTS (SELECT FROM pg_catalog.pg_proc WHERE oid = 'eq.whoami()'::regprocedure AND prosrc LIKE '%''eq %') THEN
		CREATE OR REPLACE FUNCTION eq.whoami() RETURNS text LANGUAGE sql STABLE AS 'SELECT ''eq '' || current_user';
	END IF;
END $$;
GRANT USAGE ON SCHEMA eq, other TO clerk;
GRANT ALL ON ALL TABLES IN SCHEMA eq TO clerk;
GRANT ALL ON ALL SEQUENCES IN SCHEMA eq TO clerk;
