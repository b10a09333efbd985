-- Sequences, whose numbers a preview does not give back: it looks at all of them, at
-- small cost.
\i test/sql/prelude.sql
\i test/sql/preview.sql

CREATE TABLE desk.note (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text);
CREATE UNLOGGED TABLE desk.quick (id serial PRIMARY KEY, body text);
SELECT define('desk.jot', '{"steps": [{"create": "desk.note", "as": "note", "set": {"body": "new"}}, {"create": "desk.quick", "set": {"body": "See {{note.id}}"}}]}');
SELECT "table", after FROM preview('desk.jot') WHERE part = 'remains';

-- of a table that the action drops
CREATE FUNCTION desk.lose(what text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE what; END $$;
SELECT define('desk.drops', '{"input": [{"name": "what", "type": "text"}], "steps": [{"create": "desk.note"}, {"call": "desk.lose(text)", "with": {"what": "=input.what"}}]}');
SET custom_actions.ddl_check = off;
SELECT "table", after FROM preview('desk.drops', '{"what": "DROP TABLE desk.note CASCADE"}') WHERE part = 'remains';
SELECT "table", after FROM preview('desk.drops', '{"what": "DROP SCHEMA desk CASCADE"}') WHERE part = 'remains';
RESET custom_actions.ddl_check;
-- nothing is told of one that was not used
SELECT "table", after FROM preview('desk.drops', '{"what": "DROP TABLE desk.quick CASCADE"}') WHERE part = 'remains';

-- where their files were made anew by the same transaction
BEGIN;
TRUNCATE desk.note RESTART IDENTITY;
SELECT "table", after FROM preview('desk.jot') WHERE part = 'remains';
SELECT "table", after FROM preview('desk.jot') WHERE part = 'remains';
SELECT part, "table", "column", after FROM preview('desk.jot') WHERE part = 'change' AND "column" = 'body' ORDER BY "table";
COMMIT;

-- Thousands of sequences do not stay in the memory of a session that previews.
DO $$ BEGIN FOR i IN 1 .. 2000 LOOP EXECUTE format('CREATE SEQUENCE desk.number_%s', i); IF i % 100 = 0 THEN COMMIT; END IF; END LOOP; END $$;
\connect -
SELECT used_bytes AS before FROM pg_backend_memory_contexts WHERE name = 'CacheMemoryContext' \gset
SELECT jsonb_typeof(preview_action_document('desk.jot', '{}')) AS shown;
SELECT used_bytes - :before < 2000 * 1000 AS is_small FROM pg_backend_memory_contexts WHERE name = 'CacheMemoryContext';
