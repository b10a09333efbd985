\i test/sql/prelude.sql
-- The ways to write a table, and what comes of each where columns are protected and
-- where the whole table is: doc/protect.md has the table that this prints. Replication
-- and dumps are in test/t/protect.pl.
SET client_min_messages = warning;

CREATE ROLE regress_protect_clerk;
GRANT USAGE ON SCHEMA desk TO regress_protect_clerk;
GRANT USAGE ON LANGUAGE custom_action TO regress_protect_clerk;
CREATE SCHEMA clerk AUTHORIZATION regress_protect_clerk;

CREATE TABLE desk.customer (id integer PRIMARY KEY, name text);
CREATE TABLE desk.case (
	id integer PRIMARY KEY,
	customer_id integer REFERENCES desk.customer ON DELETE CASCADE ON UPDATE CASCADE,
	agent_id integer REFERENCES desk.customer ON DELETE SET NULL ON UPDATE CASCADE,
	status text DEFAULT 'open',
	note text,
	base text,
	shown text GENERATED ALWAYS AS (base || '!') STORED);
CREATE TABLE desk.entry (LIKE desk.case INCLUDING ALL,
	FOREIGN KEY (customer_id) REFERENCES desk.customer ON DELETE CASCADE ON UPDATE CASCADE,
	FOREIGN KEY (agent_id) REFERENCES desk.customer ON DELETE SET NULL ON UPDATE CASCADE);
-- parts_case and parts_entry are the same, as partitioned tables
CREATE TABLE desk.parts_case (id integer, status text, note text, area text) PARTITION BY LIST (area);
CREATE TABLE desk.parts_entry (id integer, status text, note text, area text) PARTITION BY LIST (area);
CREATE TABLE desk.parts_case_north PARTITION OF desk.parts_case FOR VALUES IN ('north');
CREATE TABLE desk.parts_entry_north PARTITION OF desk.parts_entry FOR VALUES IN ('north');
-- by the protected column
CREATE TABLE desk.by_status_case (id integer, status text, note text) PARTITION BY LIST (status);
CREATE TABLE desk.by_status_entry (id integer, status text, note text) PARTITION BY LIST (status);
CREATE TABLE desk.by_status_case_open PARTITION OF desk.by_status_case FOR VALUES IN ('open');
CREATE TABLE desk.by_status_case_rest PARTITION OF desk.by_status_case DEFAULT;
CREATE TABLE desk.by_status_entry_open PARTITION OF desk.by_status_entry FOR VALUES IN ('open');
CREATE TABLE desk.by_status_entry_rest PARTITION OF desk.by_status_entry DEFAULT;

SELECT protect_table('desk.case', '{status, agent_id, shown}'), protect_table('desk.entry'),
	protect_table('desk.parts_case', '{status}'), protect_table('desk.parts_entry'),
	protect_table('desk.by_status_case', '{status}'), protect_table('desk.by_status_entry');

-- attached later: one that was a table, one with other places of its columns
CREATE TABLE desk.parts_case_south (note text, area text, gone int, status text, id integer);
ALTER TABLE desk.parts_case_south DROP COLUMN gone;
ALTER TABLE desk.parts_case ATTACH PARTITION desk.parts_case_south FOR VALUES IN ('south');
CREATE TABLE desk.parts_entry_south PARTITION OF desk.parts_entry FOR VALUES IN ('south');

-- Runs something inside of an action: "sql" as a function that a step calls
CREATE FUNCTION desk.run(sql text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE sql; END $$;
CREATE FUNCTION desk.plugin(context jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE context -> 'input' ->> 'sql';
	RETURN '{}';
END $$;
SELECT define('desk.call', '{"input": [{"name": "sql", "type": "text"}],
	"steps": [{"call": "desk.run(text)", "with": {"sql": "=input.sql"}}]}');
SELECT define('desk.plugged', '{"input": [{"name": "sql", "type": "text"}], "steps": []}');
SELECT register_plugin('desk.plugged', 'pre_operation', 'desk.plugin(jsonb)') > 0 AS plugged;
SELECT define('desk.nest', '{"input": [{"name": "sql", "type": "text"}],
	"steps": [{"perform": "desk.call", "with": {"sql": "=input.sql"}}]}');
SELECT define('desk.fail', '{"input": [{"name": "sql", "type": "text"}],
	"steps": [{"perform": "desk.call", "with": {"sql": "=input.sql"}}, {"require": "false", "message": "failed"}]}');
SELECT define('desk.close', '{"table": "desk.case", "steps": [{"update": "target", "set": {"status": "closed"}}]}');
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA desk TO regress_protect_clerk;

INSERT INTO desk.customer SELECT i, 'customer ' || i FROM generate_series(1, 9) AS i;
SELECT desk.call(format('INSERT INTO desk.%s (id, customer_id, agent_id, note) SELECT i, i, i, $$n$$ FROM generate_series(1, 9) AS i', t))
FROM unnest('{case,entry}'::text[]) AS t;
SELECT desk.call(format('INSERT INTO desk.%s SELECT i, $$open$$, $$n$$, CASE WHEN i %% 2 = 0 THEN $$north$$ ELSE $$south$$ END FROM generate_series(1, 9) AS i', t))
FROM unnest('{parts_case,parts_entry}'::text[]) AS t;
SELECT desk.call(format('INSERT INTO desk.%s SELECT i, $$open$$, $$n$$ FROM generate_series(1, 9) AS i', t))
FROM unnest('{by_status_case,by_status_entry}'::text[]) AS t;

-- The owner's: functions with his rights, views, rules, triggers
CREATE FUNCTION desk.owners(sql text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN EXECUTE sql; END $$;
CREATE VIEW desk.view_case AS SELECT id, status FROM desk.case;
CREATE VIEW desk.view_entry AS SELECT id, status FROM desk.entry;
CREATE VIEW desk.instead_case AS SELECT id, status, 1 AS one FROM desk.case;
CREATE VIEW desk.instead_entry AS SELECT id, status, 1 AS one FROM desk.entry;
CREATE FUNCTION desk.instead() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('UPDATE desk.%s SET status = $1 WHERE id = $2', TG_ARGV[0]) USING NEW.status, NEW.id;
	RETURN NEW;
END $$;
CREATE TRIGGER instead INSTEAD OF UPDATE ON desk.instead_case FOR EACH ROW EXECUTE FUNCTION desk.instead('case');
CREATE TRIGGER instead INSTEAD OF UPDATE ON desk.instead_entry FOR EACH ROW EXECUTE FUNCTION desk.instead('entry');
CREATE TABLE desk.rule_case (id integer);
CREATE RULE also AS ON INSERT TO desk.rule_case DO ALSO UPDATE desk.case SET status = 'rule' WHERE id = NEW.id;
CREATE TABLE desk.rule_entry (id integer);
CREATE RULE also AS ON INSERT TO desk.rule_entry DO ALSO UPDATE desk.entry SET status = 'rule' WHERE id = NEW.id;
-- "does" holds statements that its trigger runs, at once or at the end
CREATE TABLE desk.does (sql text);
CREATE TABLE desk.does_later (sql text);
CREATE FUNCTION desk.does() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE NEW.sql; RETURN NEW; END $$;
CREATE TRIGGER does AFTER INSERT ON desk.does FOR EACH ROW EXECUTE FUNCTION desk.does();
CREATE CONSTRAINT TRIGGER does_later AFTER INSERT ON desk.does_later
	DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION desk.does();
-- a table that goes with a customer, and does something on its way
CREATE TABLE desk.follower (customer_id integer REFERENCES desk.customer ON DELETE CASCADE, sql text);
CREATE FUNCTION desk.follows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE OLD.sql; RETURN OLD; END $$;
CREATE TRIGGER follows BEFORE DELETE ON desk.follower FOR EACH ROW EXECUTE FUNCTION desk.follows();
-- a trigger of the table that makes something else of the row, after all others
CREATE FUNCTION desk.makes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.note = 'make' THEN NEW.status := 'made'; END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER zzz BEFORE UPDATE ON desk.case FOR EACH ROW EXECUTE FUNCTION desk.makes();
CREATE TRIGGER zzz BEFORE UPDATE ON desk.entry FOR EACH ROW EXECUTE FUNCTION desk.makes();
CREATE TRIGGER zzz BEFORE INSERT ON desk.by_status_case_rest FOR EACH ROW EXECUTE FUNCTION desk.makes();
CREATE TRIGGER zzz BEFORE UPDATE OR INSERT ON desk.parts_case FOR EACH ROW EXECUTE FUNCTION desk.makes();
GRANT ALL ON ALL TABLES IN SCHEMA desk TO regress_protect_clerk;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA desk TO regress_protect_clerk;

CREATE TABLE public.ways (number integer GENERATED ALWAYS AS IDENTITY, way text, columns text, whole_table text);
GRANT ALL ON public.ways TO regress_protect_clerk;

-- Runs a statement and undoes it: what came of it
CREATE FUNCTION public.outcome(sql text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	state text;
BEGIN
	BEGIN
		EXECUTE sql;
		SET CONSTRAINTS ALL IMMEDIATE;
		RAISE EXCEPTION 'undo' USING ERRCODE = 'ZZ000';
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE;
	END;
	RETURN CASE state WHEN 'ZZ000' THEN 'passes' WHEN 'UA008' THEN 'refused' ELSE state END;
END $$;

-- The same statement for the table whose columns are protected and the one that is protected as a whole; % is "case" or "entry"
CREATE FUNCTION public.try(way text, sql text) RETURNS void LANGUAGE sql AS $$
	INSERT INTO public.ways (way, columns, whole_table)
	VALUES (way, public.outcome(replace(sql, '%', 'case')), public.outcome(replace(sql, '%', 'entry')))
$$;

GRANT CREATE ON SCHEMA public TO regress_protect_clerk;
SET ROLE regress_protect_clerk;
\pset tuples_only
\o /dev/null
SELECT try('UPDATE of a protected column', 'UPDATE desk.% SET status = $$x$$ WHERE id = 1');
SELECT try('UPDATE of another column', 'UPDATE desk.% SET note = $$x$$ WHERE id = 1');
SELECT try('UPDATE that leaves all values as they are', 'UPDATE desk.% SET status = status, note = note');
SELECT try('INSERT', 'INSERT INTO desk.% (id) VALUES (100)');
SELECT try('DELETE', 'DELETE FROM desk.% WHERE id = 1');
SELECT try('TRUNCATE', 'TRUNCATE desk.%');
SELECT try('TRUNCATE of a table that it refers to, with CASCADE', 'TRUNCATE desk.customer CASCADE');
SELECT try('INSERT ... ON CONFLICT DO UPDATE', 'INSERT INTO desk.% (id, status) VALUES (1, $$x$$) ON CONFLICT (id) DO UPDATE SET status = excluded.status');
SELECT try('INSERT ... ON CONFLICT DO NOTHING, with a conflict', 'INSERT INTO desk.% (id, status) VALUES (1, $$x$$) ON CONFLICT DO NOTHING');
SELECT try('MERGE, WHEN MATCHED UPDATE', 'MERGE INTO desk.% AS t USING (VALUES (1)) AS s (id) ON t.id = s.id WHEN MATCHED THEN UPDATE SET status = $$x$$');
SELECT try('MERGE, WHEN NOT MATCHED INSERT', 'MERGE INTO desk.% AS t USING (VALUES (100)) AS s (id) ON t.id = s.id WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id)');
SELECT try('writable CTE', 'WITH u AS (UPDATE desk.% SET status = $$x$$ RETURNING id) SELECT count(*) FROM u');
SELECT try('SELECT ... FOR UPDATE', 'SELECT FROM desk.% FOR UPDATE');
SELECT try('view', 'UPDATE desk.view_% SET status = $$x$$ WHERE id = 1');
SELECT try('view with an INSTEAD OF trigger', 'UPDATE desk.instead_% SET status = $$x$$ WHERE id = 1');
SELECT try('rule of another table', 'INSERT INTO desk.rule_% VALUES (1)');
SELECT try('trigger of another table', 'INSERT INTO desk.does VALUES ($$UPDATE desk.% SET status = ''x'' WHERE id = 1$$)');
SELECT try('BEFORE trigger of the table itself', 'UPDATE desk.% SET note = $$make$$ WHERE id = 1');
SELECT try('generated column, by what it is made of', 'UPDATE desk.% SET base = $$x$$ WHERE id = 1');
SELECT try('SECURITY DEFINER function of the owner', 'SELECT desk.owners($$UPDATE desk.% SET status = ''x'' WHERE id = 1$$)');
SELECT try('DO block of another language', 'DO $$BEGIN UPDATE desk.% SET status = ''x'' WHERE id = 1; END$$');
SELECT try('DO LANGUAGE custom_action', 'DO LANGUAGE custom_action $${"steps": [{"update": "desk.%", "id": 1, "set": {"status": "x"}}]}$$');
SELECT try('cursor, WHERE CURRENT OF', 'DO $$DECLARE c CURSOR FOR SELECT FROM desk.% FOR UPDATE; BEGIN OPEN c; MOVE c; UPDATE desk.% SET status = ''x'' WHERE CURRENT OF c; END$$');
SELECT try('prepared statement', 'DO $$BEGIN EXECUTE ''PREPARE w% AS UPDATE desk.% SET status = $1 WHERE id = 1''; EXECUTE ''EXECUTE w%(1)''; END$$');
SELECT try('partitioned table', 'UPDATE desk.parts_% SET status = $$x$$ WHERE id = 2');
SELECT try('partition', 'UPDATE desk.parts_%_north SET status = $$x$$ WHERE id = 2');
SELECT try('partition that was attached later', 'UPDATE desk.parts_%_south SET status = $$x$$ WHERE id = 1');
SELECT try('INSERT into a partition', 'INSERT INTO desk.parts_%_south (id, area) VALUES (100, $$south$$)');
SELECT try('TRUNCATE of a partition', 'TRUNCATE desk.parts_%_north');
SELECT try('TRUNCATE of a partition that was attached later', 'TRUNCATE desk.parts_%_south');
SELECT try('row that moves to another partition', 'UPDATE desk.parts_% SET area = $$north$$ WHERE id = 1');
SELECT try('row that moves and has a protected column changed', 'UPDATE desk.parts_% SET area = $$north$$, status = $$x$$ WHERE id = 1');
SELECT try('row that moves by its protected column', 'UPDATE desk.by_status_% SET status = $$x$$ WHERE id = 1');
SELECT try('row that moves, and a trigger there changes it', 'UPDATE desk.parts_% SET area = $$north$$, note = $$make$$ WHERE id = 1');
SELECT try('foreign key, ON DELETE CASCADE', 'DELETE FROM desk.customer WHERE id = 1');
SELECT try('foreign key, ON DELETE SET NULL of a protected column', 'DO $$BEGIN PERFORM desk.call(''UPDATE desk.case SET agent_id = 9 WHERE id = 1; UPDATE desk.entry SET agent_id = 9 WHERE id = 1''); DELETE FROM desk.customer WHERE id = 9; END$$');
SELECT try('foreign key, ON UPDATE CASCADE', 'UPDATE desk.customer SET id = 50 WHERE id = 1');
SELECT try('trigger that a cascade fires', 'DO $$BEGIN INSERT INTO desk.follower VALUES (1, ''UPDATE desk.% SET status = ''''x'''' WHERE id = 2''); DELETE FROM desk.customer WHERE id = 1; END$$');
SELECT try('the same with what the cascade could do to other rows', 'DO $$BEGIN INSERT INTO desk.follower VALUES (1, ''UPDATE desk.% SET agent_id = NULL WHERE id = 2''); DELETE FROM desk.customer WHERE id = 1; END$$');
SELECT try('session_replication_role', 'DO $$BEGIN SET LOCAL session_replication_role = replica; UPDATE desk.% SET status = ''x'' WHERE id = 1; END$$');
SELECT try('ALTER TABLE ... DISABLE TRIGGER by who does not own it', 'ALTER TABLE desk.% DISABLE TRIGGER ALL');
SELECT try('step of an action', 'DO $$BEGIN PERFORM desk.close(1); END$$');
SELECT try('function that an action calls', 'SELECT desk.call($$UPDATE desk.% SET status = ''x'' WHERE id = 1$$)');
SELECT try('trigger in an action', 'SELECT desk.call($$INSERT INTO desk.does VALUES (''UPDATE desk.% SET status = ''''x'''' WHERE id = 1'')$$)');
SELECT try('deferred trigger that an action runs itself', 'SELECT desk.call($$INSERT INTO desk.does_later VALUES (''UPDATE desk.% SET status = ''''x'''' WHERE id = 1''); SET CONSTRAINTS ALL IMMEDIATE$$)');
SELECT try('plug-in of an action', 'SELECT desk.plugged($$UPDATE desk.% SET status = ''x'' WHERE id = 1$$)');
SELECT try('action that an action performs', 'SELECT desk.nest($$UPDATE desk.% SET status = ''x'' WHERE id = 1$$)');
SELECT try('TRUNCATE in an action', 'SELECT desk.call($$TRUNCATE desk.%$$)');
SELECT try('after an action', 'DO $$BEGIN PERFORM desk.call(''SELECT''); UPDATE desk.% SET status = ''x'' WHERE id = 1; END$$');
SELECT try('after an action that failed', 'DO $$BEGIN BEGIN PERFORM desk.fail(''SELECT''); EXCEPTION WHEN OTHERS THEN NULL; END; UPDATE desk.% SET status = ''x'' WHERE id = 1; END$$');
SELECT try('after try_invoke_action that failed', 'DO $$BEGIN PERFORM try_invoke_action(''desk.fail'', ''{"sql": "SELECT"}''); UPDATE desk.% SET status = ''x'' WHERE id = 1; END$$');
SELECT try('after an error in a function that an action calls', 'DO $$BEGIN BEGIN PERFORM desk.nest(''SELECT 1 / 0''); EXCEPTION WHEN OTHERS THEN NULL; END; UPDATE desk.% SET status = ''x'' WHERE id = 1; END$$');
SELECT try('value of a column that calls an action', 'UPDATE desk.% SET status = invoke_action($$desk.call$$, $${"sql": "SELECT"}$$)::text WHERE id = 1');
SELECT try('cursor that an action has opened', 'DO $$DECLARE r record; BEGIN PERFORM desk.call(''DECLARE k% CURSOR FOR SELECT desk.run(''''UPDATE desk.% SET status = 1 WHERE id = 1'''')''); FOR r IN EXECUTE ''FETCH k%'' LOOP END LOOP; END$$');
SELECT try('search_path with functions of the writer''s own', 'DO $$BEGIN CREATE FUNCTION clerk.outside_actions() RETURNS boolean LANGUAGE sql AS ''SELECT false''; SET LOCAL search_path = clerk, pg_catalog; UPDATE desk.% SET status = ''x'' WHERE id = 1; END$$');
\o
\pset tuples_only off

-- What a function cannot try: by the SQLSTATE of the last statement
\set VERBOSITY sqlstate
CREATE FUNCTION public.tell(way text, columns text, whole_table text) RETURNS void LANGUAGE sql AS $$
	INSERT INTO public.ways (way, columns, whole_table)
	SELECT way, CASE columns WHEN '00000' THEN 'passes' WHEN 'UA008' THEN 'refused' ELSE columns END,
		CASE whole_table WHEN '00000' THEN 'passes' WHEN 'UA008' THEN 'refused' ELSE whole_table END
$$;

COPY desk.case (id) FROM stdin;
101
\.
COPY desk.entry (id) FROM stdin;
101
\.
SELECT tell('COPY ... FROM', min(state) FILTER (WHERE name = 'case'), min(state) FILTER (WHERE name = 'entry'))
FROM (SELECT 'case' AS name, CASE count(*) WHEN 1 THEN '00000' ELSE 'UA008' END AS state FROM desk.case WHERE id = 101
	UNION ALL SELECT 'entry', CASE count(*) WHEN 1 THEN '00000' ELSE 'UA008' END FROM desk.entry WHERE id = 101) AS s;

-- the state after ROLLBACK TO, to a savepoint before an action, and before one that failed
BEGIN;
SAVEPOINT before;
SELECT desk.nest('SELECT');
ROLLBACK TO before;
SAVEPOINT again;
SELECT desk.fail('SELECT');
ROLLBACK TO again;
UPDATE desk.case SET status = 'x' WHERE id = 1;
\set columns :SQLSTATE
ROLLBACK TO again;
UPDATE desk.entry SET status = 'x' WHERE id = 1;
\set whole :SQLSTATE
ROLLBACK;
SELECT tell('after ROLLBACK TO a savepoint before an action', :'columns', :'whole');

BEGIN;
SELECT desk.call('INSERT INTO desk.does_later VALUES (''UPDATE desk.case SET status = ''''x'''' WHERE id = 1'')');
COMMIT;
\set columns :SQLSTATE
BEGIN;
SELECT desk.call('INSERT INTO desk.does_later VALUES (''UPDATE desk.entry SET status = ''''x'''' WHERE id = 1'')');
COMMIT;
SELECT tell('deferred trigger at COMMIT, also of what an action wrote', :'columns', :'SQLSTATE');

BEGIN;
SELECT desk.call('DECLARE k CURSOR WITH HOLD FOR SELECT desk.run(''UPDATE desk.case SET status = 1 WHERE id = 1'')');
COMMIT;
\set columns :SQLSTATE
BEGIN;
SELECT desk.call('DECLARE k CURSOR WITH HOLD FOR SELECT desk.run(''UPDATE desk.entry SET status = 1 WHERE id = 1'')');
COMMIT;
SELECT tell('holdable cursor that an action has opened, at COMMIT', :'columns', :'SQLSTATE');
\set VERBOSITY default

SELECT number, way, columns, whole_table FROM ways ORDER BY number;
-- nothing has changed
SELECT count(*) FROM desk.case WHERE id < 100 AND (status IS DISTINCT FROM 'open' OR agent_id IS DISTINCT FROM id);
SELECT count(*), min(status), max(status) FROM desk.entry;
RESET ROLE;
DROP OWNED BY regress_protect_clerk CASCADE;
DROP ROLE regress_protect_clerk;
