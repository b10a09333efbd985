-- What is renamed or moved besides columns is followed; what would not mean the same is refused.
\i test/sql/prelude.sql
CREATE SCHEMA lib;
CREATE TYPE lib.mood AS ENUM ('calm', 'loud');
CREATE TYPE lib.place AS (street text, city text);
CREATE DOMAIN lib.short AS varchar(20);
CREATE TABLE desk.note (id integer PRIMARY KEY, body text, mood lib.mood, home lib.place, owner text);
CREATE TABLE desk.other (id integer PRIMARY KEY, note_id integer, words text, body text);
INSERT INTO desk.note VALUES (1, 'calm', 'calm', ('Main', 'Here'), 'me');
INSERT INTO desk.other VALUES (1, 1, 'w', 'b');
CREATE FUNCTION lib.twice(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 2 * n';
CREATE FUNCTION lib.plug(context jsonb) RETURNS void LANGUAGE plpgsql AS 'BEGIN END';
INSERT INTO custom_actions.table_setting VALUES ('desk.note', 'owner', 'mood');
CREATE FUNCTION public.texts(name text) RETURNS TABLE (published text, versions bigint, same boolean) LANGUAGE sql AS $$
	SELECT jsonb_pretty(p.definition::jsonb - 'settings'),
		(SELECT count(*) FROM custom_actions.version AS v WHERE v.action = texts.name AND v.version = p.version
			AND custom_actions.same_definition(v.definition, p.definition) AND custom_actions.same_definition(v.draft, action_definition(texts.name)) AND v.draft_hash = action_hash(texts.name)),
		(SELECT NOT a.differs FROM custom_actions.actions AS a WHERE a.name = texts.name)
	FROM custom_actions.published(texts.name) AS p $$;

SELECT define('desk.everything', '{"table": "desk.note", "input": [{"name": "mood", "type": "lib.mood", "default": "loud"}, {"name": "title", "type": "lib.short", "required": false}],
	"output": [{"name": "n", "type": "integer"}],
	"steps": [
	{"let": {"t": "=lib.twice(n => 2)", "m": "=''loud''::lib.mood", "x": "calm"}, "types": {"x": "text"}},
	{"update": "target", "when": "target.mood IN (''calm'', ''loud'') AND target.home.city <> ''city''", "set": {"mood": "calm", "home": {"street": "=(target.home).street", "city": "=(this.home).city"}, "body": "calm"}},
	{"set_status": "target", "to": "=input.mood"},
	{"call": "lib.twice", "with": {"n": 3}, "as": "called"},
	{"output": {"n": "=called.result + (SELECT count(*) FROM desk.note WHERE note.mood = ''calm'' OR desk.note.id = 1)::integer"}}]}');
SELECT register_plugin('desk.everything', 'pre_operation', 'lib.plug') IS NOT NULL AS registered;
SELECT define('desk.above', '{"steps": [{"perform": "desk.everything", "with": {"target": 1}}]}');
SELECT create_action('desk.draft', '{"table": "desk.note", "steps": [{"update": "target", "set": {"mood": "loud"}}, {"update": "target", "set": {"body": "=nothing.mood"}}]}');
SELECT invoke_action('desk.everything', '{"target": 1}');

ALTER TYPE lib.mood RENAME VALUE 'calm' TO 'it''s = quiet';
ALTER TYPE lib.place RENAME ATTRIBUTE city TO "Town";
ALTER TYPE lib.place RENAME TO address;
ALTER TYPE lib.mood RENAME TO feeling;
ALTER DOMAIN lib.short RENAME TO brief;
ALTER FUNCTION lib.twice(integer) RENAME TO "double";
ALTER FUNCTION lib.plug(jsonb) RENAME TO plugged;
ALTER TABLE desk.note RENAME TO memo;
SELECT * FROM texts('desk.everything');
SELECT function FROM custom_actions.plugin_step;
TABLE custom_actions.table_setting;
SELECT invoke_action('desk.everything', '{"target": 1}');
ALTER TABLE desk.memo RENAME mood TO state;
ALTER FUNCTION lib."double"(integer) SET SCHEMA desk;
ALTER SCHEMA lib RENAME TO tools;
CREATE SCHEMA "Archive";
ALTER TABLE desk.memo SET SCHEMA "Archive";
SELECT * FROM texts('desk.everything');
SELECT action_definition('desk.draft')::jsonb - 'settings' AS draft;
TABLE custom_actions.table_setting;
SELECT invoke_action('desk.everything', '{"target": 1}');
SELECT invoke_action('desk.above');
-- the action's own function, which another one performs
ALTER FUNCTION desk.everything RENAME TO all_of_it;
SELECT published FROM texts('desk.above');
SELECT invoke_action('desk.above');

-- refused: a name that captures another, USING with another table; a column of an outer query that would take the old name is not taken
SELECT define('desk.joined', '{"output": [{"name": "n", "type": "bigint", "default": "=(SELECT count(*) FROM desk.other AS o JOIN \"Archive\".memo AS m USING (body))"}]}');
SELECT define('desk.captured', '{"output": [{"name": "n", "type": "bigint", "default": "=(SELECT count(*) FROM desk.other AS o WHERE EXISTS (SELECT FROM \"Archive\".memo AS m WHERE words = m.owner))"}]}');
ALTER TABLE desk.other RENAME body TO content;
ALTER TABLE "Archive".memo RENAME body TO words;
SELECT deactivate_action('desk.joined');
ALTER TABLE "Archive".memo RENAME body TO words;
SELECT drop_action('desk.joined'), drop_action('desk.captured');
SELECT define('desk.inside', '{"output": [{"name": "n", "type": "bigint", "default": "=(SELECT count(*) FROM desk.other AS o WHERE EXISTS (SELECT FROM \"Archive\".memo AS m WHERE body = o.body))"}]}');
BEGIN;
ALTER TABLE "Archive".memo RENAME body TO inside;
SELECT definition -> 'output' AS published FROM custom_actions.published('desk.inside');
ROLLBACK;
SELECT drop_action('desk.inside');
-- sub-SELECTs: names that follow from others
SELECT define('desk.nested', '{"output": [{"name": "n", "type": "text", "default": "=(SELECT max(x.body) FROM (SELECT body FROM \"Archive\".memo) AS x)"},
	{"name": "o", "type": "text", "default": "=(WITH w AS (SELECT body AS body, id FROM \"Archive\".memo) SELECT max(body) FROM w)"},
	{"name": "p", "type": "bigint", "default": "=(SELECT count(*) FROM \"Archive\".memo AS a JOIN \"Archive\".memo AS b USING (body) WHERE body IS NOT NULL)"}]}');
ALTER TABLE "Archive".memo RENAME body TO content;
SELECT definition -> 'output' AS published FROM custom_actions.published('desk.nested');
SELECT invoke_action('desk.nested');
-- back again, in a DO block and in what is undone
DO $$ BEGIN ALTER TABLE "Archive".memo RENAME content TO x; ALTER TABLE IF EXISTS "Archive".memo RENAME x TO "select"; END $$;
SELECT definition -> 'output' AS published FROM custom_actions.published('desk.nested');
BEGIN;
SAVEPOINT s;
ALTER TABLE "Archive".memo RENAME "select" TO body;
ROLLBACK TO s;
SELECT invoke_action('desk.nested');
ALTER TABLE "Archive".memo RENAME "select" TO body;
COMMIT;
SELECT definition -> 'output' AS published FROM custom_actions.published('desk.nested');
-- off, and while a dump is restored
SET custom_actions.follow_renames = off;
ALTER TABLE "Archive".memo RENAME body TO content;
RESET custom_actions.follow_renames;
SET check_function_bodies = off;
ALTER TABLE "Archive".memo RENAME body TO content;
RESET check_function_bodies;
SELECT definition -> 'output' AS published FROM custom_actions.published('desk.nested');
