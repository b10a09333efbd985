-- What an action may rely on: who invokes it, what others hand on, how deep it runs, which errors a handler sees
\i test/sql/prelude.sql
\set VERBOSITY terse
\set ON_ERROR_STOP off
CREATE ROLE regress_boss;
CREATE ROLE regress_planter;
CREATE SCHEMA boss AUTHORIZATION regress_boss;
CREATE SCHEMA trap AUTHORIZATION regress_planter;
GRANT USAGE ON SCHEMA boss, trap TO PUBLIC;
GRANT USAGE ON LANGUAGE custom_action TO regress_boss, regress_planter;
DO $$ BEGIN PERFORM grant_action_design('regress_boss'), grant_action_design('regress_planter'); END $$;

-- context.invoker: whose EXECUTE was checked
SET ROLE regress_boss;
SELECT create_action('boss.pay', '{"run_as": "owner",
	"output": [{"name": "caller", "type": "text", "default": "=context.caller"}, {"name": "invoker", "type": "text", "default": "=context.invoker"}]}');
SELECT activate_action('boss.pay');
GRANT EXECUTE ON FUNCTION boss.pay TO regress_planter;
SELECT create_action('boss.ask', '{"output": [{"name": "invoker", "type": "text", "default": "=context.invoker"}]}');
SELECT activate_action('boss.ask');
GRANT EXECUTE ON FUNCTION boss.ask TO regress_planter;
SELECT create_action('boss.performs', '{"run_as": "owner", "steps": [{"perform": "boss.pay", "as": "p"}, {"call": "trap.notify(text)", "with": {"1": "=p.invoker"}}]}');
RESET ROLE;
SET ROLE regress_planter;
CREATE TABLE trap.innocent (how text);
CREATE TABLE trap.told (how text, caller text, invoker text);
CREATE FUNCTION trap.notify(text) RETURNS void LANGUAGE sql AS $$ INSERT INTO trap.told VALUES ('performed', current_user, $1) $$;
GRANT INSERT, SELECT ON trap.innocent, trap.told TO PUBLIC;
CREATE FUNCTION trap.spring() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	a record;
BEGIN
	IF NEW.how = 'typed' THEN
		SELECT * INTO a FROM boss.pay();
	ELSIF NEW.how = 'by name' THEN
		SELECT j ->> 'caller' AS caller, j ->> 'invoker' AS invoker INTO a FROM public.invoke_action('boss.pay') AS j;
	ELSE
		SELECT current_user::text AS caller, invoker INTO a FROM boss.ask() AS t (invoker);
	END IF;
	INSERT INTO trap.told VALUES (NEW.how, a.caller, a.invoker);
	RETURN NULL;
END
$$;
CREATE TRIGGER spring AFTER INSERT ON trap.innocent FOR EACH ROW EXECUTE FUNCTION trap.spring();
RESET ROLE;
-- each in a backend that has not seen the library, and again
\c
SET ROLE regress_boss;
INSERT INTO trap.innocent VALUES ('typed');
INSERT INTO trap.innocent VALUES ('typed');
\c
SET ROLE regress_boss;
INSERT INTO trap.innocent VALUES ('by name');
\c
SET ROLE regress_boss;
INSERT INTO trap.innocent VALUES ('as caller');
INSERT INTO trap.innocent VALUES ('typed');
BEGIN;
INSERT INTO trap.innocent VALUES ('typed');
SELECT * FROM boss.pay();
ROLLBACK;
TABLE trap.told;
SELECT * FROM boss.pay();
SELECT boss.ask(), invoke_action('boss.pay');
-- after an error inside of a trap
DO $$ BEGIN INSERT INTO trap.innocent VALUES ('typed'), ('typed'); PERFORM 1 / (count(*) - count(*)) FROM trap.told; EXCEPTION WHEN division_by_zero THEN NULL; END $$;
SELECT * FROM boss.pay();
RESET ROLE;
SET ROLE regress_planter;
SELECT * FROM boss.pay();
RESET ROLE;
-- SET ROLE between
BEGIN;
SET LOCAL ROLE regress_planter;
SELECT invoker FROM boss.pay();
SET LOCAL ROLE regress_boss;
SELECT invoker FROM boss.pay();
ROLLBACK;
-- within maintenance the user before cannot be told
CREATE MATERIALIZED VIEW trap.seen AS SELECT invoker FROM boss.pay();
TABLE trap.seen;
DROP MATERIALIZED VIEW trap.seen;
-- performed
SET ROLE regress_boss;
SELECT activate_action('boss.performs');
GRANT EXECUTE ON FUNCTION boss.performs TO regress_planter;
RESET ROLE;
DELETE FROM trap.told;
SET ROLE regress_planter;
SELECT boss.performs();
RESET ROLE;
TABLE trap.told;
-- in the context of plug-ins
SET ROLE regress_boss;
CREATE FUNCTION boss.show(c jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'caller %, invoker %', (c ->> 'caller') ~ '^regress', c ->> 'invoker'; RETURN NULL; END $$;
SELECT register_plugin('boss.pay', 'pre_validation', 'boss.show(jsonb)');
SELECT invoker FROM boss.pay();
RESET ROLE;
SET ROLE regress_planter;
SELECT invoker FROM boss.pay();
RESET ROLE;

-- context.shared does not cross from one user to another
SET ROLE regress_boss;
SELECT create_action('boss.secret', '{"run_as": "owner", "output": [{"name": "o", "type": "text"}],
	"steps": [{"if": "(context.shared ->> ''approved'')::boolean", "then": [{"output": {"o": "topsecret"}}], "else": [{"output": {"o": "shared is {{context.shared}}"}}]}]}');
SELECT activate_action('boss.secret');
GRANT EXECUTE ON FUNCTION boss.secret TO regress_planter;
SELECT create_action('boss.open', '{"output": [{"name": "o", "type": "text", "default": "=context.shared::text"}]}');
SELECT activate_action('boss.open');
GRANT EXECUTE ON FUNCTION boss.open TO regress_planter;
RESET ROLE;
SET ROLE regress_planter;
CREATE FUNCTION trap.approve(c jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT '{"shared": {"approved": true}}'::jsonb $$;
SELECT create_action('trap.wrap', '{"output": [{"name": "o", "type": "text"}, {"name": "p", "type": "text"}],
	"steps": [{"perform": "boss.secret", "as": "s"}, {"perform": "boss.open", "as": "t"}, {"output": {"o": "=s.o", "p": "=t.o"}}]}');
SELECT activate_action('trap.wrap');
SELECT register_plugin('trap.wrap', 'pre_validation', 'trap.approve(jsonb)');
SELECT * FROM trap.wrap();
SELECT invoke_action('trap.wrap');
RESET ROLE;

-- a circle over deferred triggers ends
CREATE TABLE boss.chain (id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY, depth integer);
SELECT create_action('boss.link', '{"steps": [{"create": "boss.chain", "set": {"depth": "=context.depth"}}]}');
SELECT activate_action('boss.link');
CREATE FUNCTION boss.relink() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM boss.link(); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER relink AFTER INSERT ON boss.chain DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION boss.relink();
\set VERBOSITY default
SELECT boss.link();
BEGIN;
INSERT INTO boss.chain (depth) VALUES (0);
COMMIT;
BEGIN;
INSERT INTO boss.chain (depth) VALUES (0);
SET CONSTRAINTS ALL IMMEDIATE;
ROLLBACK;
\set VERBOSITY terse
SELECT count(*) FROM boss.chain;
-- while many triggers of one round are no circle, nor are those of many statements
CREATE OR REPLACE FUNCTION boss.relink() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.depth IS NULL THEN PERFORM boss.link(); END IF; RETURN NULL; END $$;
INSERT INTO boss.chain (depth) SELECT NULL FROM generate_series(1, 20);
BEGIN;
INSERT INTO boss.chain (depth) SELECT NULL FROM generate_series(1, 20);
SET CONSTRAINTS ALL IMMEDIATE;
DO $$ BEGIN FOR i IN 1..20 LOOP INSERT INTO boss.chain (depth) VALUES (NULL); END LOOP; END $$;
COMMIT;
SELECT depth, count(*) FROM boss.chain GROUP BY depth ORDER BY depth;

-- a limit that the caller made shorter is none that a handler deals with
CREATE FUNCTION boss.fraud() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.2); RAISE EXCEPTION 'fraud!' USING ERRCODE = 'UA900'; END $$;
SELECT create_action('boss.transfer', '{"output": [{"name": "o", "type": "text"}],
	"steps": [{"call": "boss.fraud", "on_error": [], "on_error_when": "error.sqlstate <> ''UA900''"}, {"output": {"o": "paid"}}]}');
SELECT activate_action('boss.transfer');
SELECT invoke_action('boss.transfer');
SET custom_actions.call_timeout = '20ms';
SELECT invoke_action('boss.transfer');
SELECT boss.transfer();
SELECT try_invoke_action('boss.transfer') -> 'error' ->> 'message';
RESET custom_actions.call_timeout;
-- its own limit is, from the step or from its function
SELECT create_action('boss.own_limit', '{"output": [{"name": "o", "type": "text"}],
	"steps": [{"call": "boss.fraud", "timeout": "20 ms", "on_error": []}, {"output": {"o": "slow"}}]}');
SELECT activate_action('boss.own_limit');
SELECT boss.own_limit();
SET custom_actions.call_timeout = '20ms';
SELECT boss.own_limit();
SELECT create_action('boss.own_setting', '{"settings": {"custom_actions.call_timeout": "20ms"}, "output": [{"name": "o", "type": "text"}],
	"steps": [{"call": "boss.fraud", "on_error": []}, {"output": {"o": "slow"}}]}');
SELECT activate_action('boss.own_setting');
SELECT boss.own_setting(), invoke_action('boss.own_setting');
-- an action below one that sets it has not set it
SELECT create_action('boss.sets_for_others', '{"settings": {"custom_actions.call_timeout": "30ms"}, "steps": [{"perform": "boss.transfer"}]}');
SELECT activate_action('boss.sets_for_others');
SELECT boss.sets_for_others();
RESET custom_actions.call_timeout;
-- nor has a session that made it longer made it shorter
SET custom_actions.call_timeout = '10min';
SELECT boss.own_limit();
RESET custom_actions.call_timeout;
-- in the database's configuration
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET custom_actions.call_timeout = ''20ms''', current_database()); END $$;
\c
SELECT boss.transfer();
SET custom_actions.call_timeout = '10ms';
SELECT boss.transfer();
RESET custom_actions.call_timeout;
SELECT boss.transfer();
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET custom_actions.call_timeout', current_database()); END $$;
DO $$ BEGIN EXECUTE format('ALTER ROLE %I IN DATABASE %I SET custom_actions.call_timeout = ''20ms''', current_user, current_database()); END $$;
\c
SELECT boss.transfer();
DO $$ BEGIN EXECUTE format('ALTER ROLE %I IN DATABASE %I RESET custom_actions.call_timeout', current_user, current_database()); END $$;

\c
SET client_min_messages = warning;
SET custom_actions.ddl_check = off;
DROP SCHEMA boss, trap CASCADE;
DROP OWNED BY regress_boss, regress_planter;
DROP ROLE regress_boss, regress_planter;
