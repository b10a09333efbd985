-- What versions keep: the draft as it was written, notes, and the versions of
-- an action that was dropped.
\i test/sql/prelude.sql
\set VERBOSITY terse
CREATE TABLE desk."case" (id bigint PRIMARY KEY, status text, owner_id integer);
INSERT INTO custom_actions.table_setting VALUES ('desk.case', 'owner_id', 'status');

CREATE VIEW state AS
SELECT state, differs, version, action_hash(name) = (
	SELECT draft_hash FROM custom_actions.version AS v WHERE v.action = a.name AND v.version = a.version) AS same_hash
FROM custom_actions.actions AS a
WHERE name = 'desk.close';

-- Activation looks up key, columns and names; the draft stays as it was written
SELECT create_action('desk.close', '{"table": "desk.case", "output": [{"name": "n", "type": "int", "default": 1}],
	"steps": [{"set_status": "target", "to": "closed"}, {"assign": "target", "to": 7}]}');
SELECT activate_action('desk.close', 'the first');
SELECT action_definition('desk.close') AS written \gset
SELECT * FROM state;
UPDATE custom_actions.step SET arguments = '{"to": "done"}' WHERE action = 'desk.close' AND kind = 'set_status';
SELECT activate_action('desk.close', 'the second');
SELECT * FROM state;
SELECT restore_action('desk.close', 1);
SELECT action_definition('desk.close')::text = :'written' AS as_written;
SELECT action_hash('desk.close') = draft_hash AS same_hash FROM custom_actions.version WHERE action = 'desk.close' AND version = 1;
SELECT restore_action('desk.close');
SELECT * FROM state;
SELECT action_definition('desk.close') -> 'steps';

-- A version that was made before drafts were kept is restored as it was published
UPDATE custom_actions.version SET draft = NULL WHERE action = 'desk.close' AND version = 1;
SELECT restore_action('desk.close', 1);
SELECT action_definition('desk.close') -> 'key' AS key;
SELECT restore_action('desk.close');

-- A note needs a new version
SELECT activate_action('desk.close', 'the second');
SELECT activate_action('desk.close');
SELECT activate_action('desk.close', 'nobody reads this');
SELECT version, note, changes FROM custom_actions.version WHERE action = 'desk.close' ORDER BY 1;

-- Dropped: the versions stay
SELECT drop_action('desk.close');
SELECT count(*) FROM custom_actions.actions WHERE name = 'desk.close';
SELECT version, note, changes FROM custom_actions.version WHERE action = 'desk.close' ORDER BY 1;
\set VERBOSITY default
SELECT describe_action('desk.close');
SELECT activate_action('desk.close');
SELECT drop_action('desk.close');
SELECT restore_action('desk.close', 9);
\set VERBOSITY terse
SELECT restore_action('desk.close');
SELECT state, differs FROM state;
SELECT action_definition('desk.close') -> 'steps' -> 0 AS step;
SELECT activate_action('desk.close', 'from the last');
SELECT * FROM state;
SELECT drop_action('desk.close');
SELECT create_action('desk.close', '{"output": [{"name": "m", "type": "text", "default": "x"}]}');
SELECT state FROM state;
SELECT activate_action('desk.close', 'another one');
SELECT drop_action('desk.close');
SELECT restore_action('desk.close', 1);
SELECT activate_action('desk.close', 'from one');
SELECT version, note, changes FROM custom_actions.version WHERE action = 'desk.close' ORDER BY 1;

-- The function dropped by hand: the draft stays
DROP FUNCTION desk.close;
SELECT * FROM state;
SELECT activate_action('desk.close');
SELECT * FROM state;

-- The function replaced by hand: what runs differs from draft and version
SELECT pg_get_functiondef('desk.close'::regproc) AS function \gset
SELECT replace(:'function', '"name": "n"', '"name": "n", "description": "by hand"') AS function \gset
:function;
SELECT state, differs, version FROM state;
SELECT restore_action('desk.close');
SELECT action_definition('desk.close') -> 'output' AS output;
SELECT state, differs, version FROM state;
SELECT restore_action('desk.close', 5);
SELECT state, differs, version FROM state;
SELECT activate_action('desk.close');
SELECT * FROM state;

-- A draft that is renamed takes its versions along, after those of an action that was dropped
SELECT create_action('desk.old');
SELECT activate_action('desk.old', 'old');
SELECT create_action('desk.new');
SELECT activate_action('desk.new', 'new');
SELECT drop_action('desk.old');
DROP FUNCTION desk.new;
UPDATE custom_actions.action SET name = 'desk.old' WHERE name = 'desk.new';
SELECT version, note FROM custom_actions.version WHERE action = 'desk.old' ORDER BY 1;
SELECT activate_action('desk.old');

-- describe_action says what it describes
CREATE FUNCTION head(name text) RETURNS text LANGUAGE sql AS $$SELECT split_part(describe_action(name), E'\n', 1)$$;
SELECT create_action('desk.told');
SELECT head('desk.told');
SELECT activate_action('desk.told');
SELECT head('desk.told');
UPDATE custom_actions.action SET description = 'edited' WHERE name = 'desk.told';
SELECT head('desk.told');
SELECT deactivate_action('desk.told');
SELECT head('desk.told');
DROP FUNCTION desk.told;
SELECT regexp_replace(head('desk.told'), ' at .*', ' at ...') AS head;
SELECT activate_action('desk.told');
ALTER TABLE custom_actions.action DISABLE TRIGGER USER;
DELETE FROM custom_actions.action WHERE name = 'desk.told';
ALTER TABLE custom_actions.action ENABLE TRIGGER USER;
SELECT head('desk.told');
