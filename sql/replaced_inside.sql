-- actions, functions and tables that change while an action is running.
\i test/sql/prelude.sql

CREATE TABLE desk.ticket (id integer PRIMARY KEY, title text);
INSERT INTO desk.ticket SELECT i, 'Ticket ' || i FROM generate_series(1, 3) AS i;
CREATE TABLE desk.log (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text);

-- an action replaced by one of its own steps: this call ends as it began, the next is the new one
CREATE FUNCTION desk.new_version(n integer) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
	SET LOCAL client_min_messages = warning;
	RETURN define('desk.changing', format('
{ "input": [ {"name": "stop_at", "type": "integer", "default": 1} ],
  "output": [ {"name": "trace", "type": "text", "default": "{{let.trace}} end %s"} ],
  "steps": [
    {"let": {"trace": "version {{context.version}} says %s"}},
    {"for_each": "=array[1, 2, 3]", "as": "i", "do": [
      {"call": "desk.new_version", "as": "v", "with": {"n": "=%s + 1"}, "when": "i.index = input.stop_at"},
      {"let": {"trace": "{{let.trace}} {{i.value * %s}}{{v.result}}"}} ]} ] }', n, n, n, n)::json);
END $$;
SELECT desk.new_version(1);
SELECT desk.changing();
SELECT desk.changing(2);
BEGIN;
SELECT desk.changing(), desk.changing(0);
SELECT desk.changing(0);
ROLLBACK;
SELECT desk.changing(0);
SELECT invoke_action('desk.changing', '{"stop_at": 3}'), desk.changing(0);

-- a performed action replaced between two performs of one call
CREATE FUNCTION desk.new_word(word text) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
	SET LOCAL client_min_messages = warning;
	RETURN define('desk.word', json_build_object('output', json_build_array(json_build_object('name', 'w', 'type', 'text', 'default', word)), 'steps', json_build_array()));
END $$;
SELECT desk.new_word('first');
SELECT define('desk.words', '
{ "output": [ {"name": "seen", "type": "text", "default": "{{a.w}} {{b.w}} {{c.w}}"} ],
  "steps": [ {"perform": "desk.word", "as": "a"},
             {"call": "desk.new_word", "with": {"word": "second"}},
             {"perform": "desk.word", "as": "b"},
             {"group": null, "do": [ {"call": "desk.new_word", "with": {"word": "undone"}}, {"perform": "desk.word", "as": "lost"}, {"stop": "failed"} ], "on_error": []},
             {"perform": "desk.word", "as": "c"} ] }');
SELECT desk.words();
SELECT desk.word();

-- the action deactivated, and dropped, from within
CREATE FUNCTION desk.turn_off(name text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM deactivate_action(name); END $$;
SELECT define('desk.off', '{ "output": [ {"name": "o", "type": "text", "default": "{{t.title}}"} ], "steps": [ {"call": "desk.turn_off", "with": {"name": "desk.off"}}, {"get": "desk.ticket", "as": "t", "id": 1} ] }');
SELECT desk.off();
SELECT desk.off();
CREATE FUNCTION desk.remove(name text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM drop_action(name); END $$;
SELECT define('desk.gone', '{ "output": [ {"name": "o", "type": "text", "default": "{{t.title}}"} ], "steps": [ {"call": "desk.remove", "with": {"name": "desk.gone"}}, {"get": "desk.ticket", "as": "t", "id": 2} ] }');
SELECT desk.gone();
SELECT desk.gone();

-- DDL from within on the tables of the running action
CREATE FUNCTION desk.run(command text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE command; END $$;
SELECT define('desk.shaky', '
{ "table": "desk.ticket", "input": [ {"name": "command", "type": "text"} ], "output": [ {"name": "o", "type": "text", "default": "{{target.title}} {{(select count(*) from desk.log)}}"} ],
  "steps": [ {"create": "desk.log", "as": "l", "set": {"body": "before"}}, {"call": "desk.run", "with": {"command": "=input.command"}}, {"update": "target", "set": {"title": "{{title}}!"}}, {"update": "l", "set": {"body": "after"}} ] }');
SELECT desk.shaky(1, 'ALTER TABLE desk.ticket ADD COLUMN extra integer DEFAULT 5');
SELECT desk.shaky(1, 'CREATE INDEX ON desk.ticket (title)');
SELECT desk.shaky(1, 'ALTER TABLE desk.ticket DROP COLUMN title');
SELECT desk.shaky(1, 'SET LOCAL custom_actions.ddl_check = off; ALTER TABLE desk.ticket DROP COLUMN title');
SELECT desk.shaky(1, 'SET LOCAL custom_actions.ddl_check = off; ALTER TABLE desk.log RENAME TO renamed');
SELECT desk.shaky(1, 'DROP TABLE desk.log CASCADE');
SELECT desk.shaky(1, 'TRUNCATE desk.log');
SELECT desk.shaky(1, 'SELECT');
-- caught, its DDL undone, the action goes on
SELECT define('desk.steady', '
{ "output": [ {"name": "o", "type": "text", "default": "{{p.o}}: {{let.m}}"} ],
  "steps": [ {"perform": "desk.shaky", "as": "p", "with": {"target": 2, "command": "DROP TABLE desk.log CASCADE"}, "on_error": [ {"let": {"m": "{{error.sqlstate}}"}} ]},
             {"perform": "desk.shaky", "as": "q", "with": {"target": 2, "command": "SELECT"}}, {"create": "desk.log", "set": {"body": "steady"}} ] }');
SELECT desk.steady();

-- a performed action's table dropped in the same transaction
CREATE TABLE desk.short (id integer PRIMARY KEY);
SELECT define('desk.add_short', '{ "steps": [ {"create": "desk.short", "set": {"id": 1}} ] }');
SELECT define('desk.uses_short', '{ "steps": [ {"perform": "desk.add_short"} ] }');
BEGIN;
SELECT desk.uses_short();
DROP TABLE desk.short;
ROLLBACK;
BEGIN;
SELECT desk.uses_short();
DROP TABLE desk.short CASCADE;
SELECT desk.uses_short();
ROLLBACK;
SELECT desk.uses_short();
