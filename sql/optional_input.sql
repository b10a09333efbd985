-- An optional input is added to a published action, after the others; nothing
-- else of the function changes.
\i test/sql/prelude.sql
SET quote_all_identifiers = off;		-- names of functions are compared below
CREATE TABLE desk.note (id bigint PRIMARY KEY, body text);
INSERT INTO desk.note VALUES (1, 'one');
CREATE ROLE input_owner;
CREATE ROLE input_caller;
GRANT USAGE, CREATE ON SCHEMA desk TO input_owner;
GRANT USAGE ON SCHEMA desk TO input_caller;
GRANT ALL ON desk.note TO input_owner;
GRANT USAGE ON LANGUAGE custom_action TO input_owner;
SELECT grant_action_design('input_owner');
CREATE FUNCTION desk.plug(context jsonb) RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'plug-in with %', context -> 'input'; END $$;

SET ROLE input_owner;
SELECT create_action('desk.say', '{"table": "desk.note", "description": "Says it", "run_as": "owner",
	"input": [{"name": "word", "type": "text"}, {"name": "times", "type": "integer", "default": 1}],
	"output": [{"name": "said", "type": "text", "default": "=repeat(input.word, input.times)"}, {"name": "id", "type": "bigint", "default": "=target.id"}]}');
SELECT activate_action('desk.say', 'first');
SELECT register_plugin('desk.say', 'pre_operation', 'desk.plug', configuration => '1') IS NOT NULL AS registered;
GRANT EXECUTE ON FUNCTION desk.say TO input_caller WITH GRANT OPTION;
ALTER FUNCTION desk.say SET work_mem = '9MB';
ALTER FUNCTION desk.say COST 77 PARALLEL RESTRICTED;
SELECT create_action('desk.above', '{"output": [{"name": "said", "type": "text", "default": "=s.said"}],
	"steps": [{"perform": "desk.say", "as": "s", "with": {"target": 1, "word": "above "}}]}');
SELECT activate_action('desk.above');
CREATE VIEW desk.kept AS
SELECT p.oid, p.proowner::regrole, p.proacl, p.proconfig, p.procost, p.proparallel, p.prosecdef, obj_description(p.oid) AS comment
FROM pg_proc AS p WHERE p.oid::regproc::text = 'desk.say';
SELECT count(*) FROM desk.kept;
CREATE TEMP TABLE before AS SELECT k FROM desk.kept AS k;
PREPARE planned AS SELECT said FROM desk.say(1, 'planned ', 2);
EXECUTE planned;
CREATE FUNCTION desk.caller() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT said FROM desk.say(1, 'caller ')); END $$;
SELECT desk.caller();
SELECT desk.above();

-- added
SELECT add_action_parameter('desk.say', 'mark', 'text', default_value => '"!"');
SELECT add_action_parameter('desk.say', 'note', 'text', required => false);
UPDATE custom_actions.parameter SET default_value = '"=repeat(input.word, input.times) || input.mark || coalesce(input.note, '''')"' WHERE action = 'desk.say' AND name = 'said';
SELECT * FROM check_action('desk.say');
SELECT activate_action('desk.say', 'with a mark');
SELECT signature FROM custom_actions.actions WHERE name = 'desk.say';
SELECT k = b.k AS kept FROM desk.kept AS k, before AS b;
SELECT version, note FROM custom_actions.version WHERE action = 'desk.say' ORDER BY 1;
SELECT said FROM desk.say(1, 'positional ', 2);
SELECT said FROM desk.say(1, 'named ', note => ' indeed', mark => '?');
SELECT invoke_action('desk.say', '{"target": 1, "word": "json ", "mark": "."}');
EXECUTE planned;
SELECT desk.caller();
SELECT desk.above();
RESET ROLE;
SET ROLE input_caller;
SELECT said FROM desk.say(1, 'granted');
RESET ROLE;
SET ROLE input_owner;
SELECT activate_action('desk.say');
SELECT activate_action('desk.above');
SELECT pg_describe_object(refclassid, refobjid, 0) FROM pg_depend
WHERE classid = 'pg_proc'::regclass AND objid = 'desk.above'::regproc AND refobjid = 'desk.say'::regproc;

-- One that has no output and no default, with an input of another type
SELECT create_action('desk.bare', '{"steps": [{"let": {"a": 1}}]}');
SELECT activate_action('desk.bare');
CREATE TYPE desk.mood AS ENUM ('good', 'bad');
SELECT add_action_parameter('desk.bare', 'mood', 'desk.mood', required => false);
SELECT activate_action('desk.bare');
SELECT desk.bare(), desk.bare('good');
DROP TYPE desk.mood;

-- Not added: a required one, one between others, an output, and an optional one that is missing now
BEGIN;
SELECT add_action_parameter('desk.say', 'must', 'text');
SELECT activate_action('desk.say');
ROLLBACK;
BEGIN;
INSERT INTO custom_actions.parameter (action, name, type, required, position) VALUES ('desk.say', 'between', 'text', false, 2.5);
SELECT activate_action('desk.say');
ROLLBACK;
BEGIN;
SELECT add_action_parameter('desk.say', 'more', 'text', direction => 'out');
SELECT activate_action('desk.say');
ROLLBACK;
BEGIN;
UPDATE custom_actions.parameter SET name = 'remark' WHERE action = 'desk.say' AND name = 'note';
SELECT activate_action('desk.say');
ROLLBACK;
-- nor while others have calls in trees of theirs, or the arguments
CREATE VIEW desk.said AS SELECT n.id, (desk.say(n.id, n.body)).said FROM desk.note AS n;
CREATE TABLE desk.told (id bigint, body text DEFAULT (desk.say(1, 'default')).said);
CREATE FUNCTION desk.atomic() RETURNS text BEGIN ATOMIC SELECT (desk.say(1, 'atomic')).said; END;
SELECT add_action_parameter('desk.say', 'last', 'integer', default_value => '0');
SELECT activate_action('desk.say');
SELECT version, state FROM custom_actions.actions WHERE name = 'desk.say';
SELECT said FROM desk.said;
DROP VIEW desk.said;
DROP TABLE desk.told;
DROP FUNCTION desk.atomic;
CREATE FUNCTION desk.say(bigint, text, integer, text, text, integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
SELECT activate_action('desk.say');
DROP FUNCTION desk.say(bigint, text, integer, text, text, integer);
SELECT activate_action('desk.say');
SELECT said FROM desk.say(1, 'at last', last => 1);
-- an older version has fewer inputs
SELECT restore_action('desk.say', 1);
SELECT activate_action('desk.say');

RESET ROLE;
DROP SCHEMA desk CASCADE;
DROP OWNED BY input_owner, input_caller;
DROP ROLE input_owner, input_caller;
