\set echo :ECHO \set ECHO none
-- An action with inputs and outputs of several types for plug-ins to spoil.
CREATE TABLE desk.note (id integer PRIMARY KEY, body text, status text NOT NULL DEFAULT 'open' CHECK (status <> 'bad'));
INSERT INTO desk.note VALUES (1, 'one'), (2, 'two');
CREATE DOMAIN desk.percent AS integer CHECK (VALUE BETWEEN 0 AND 100);
CREATE DOMAIN desk.named AS text NOT NULL;
CREATE TYPE desk.mood AS ENUM ('good', 'bad');
-- Returns what it is configured with
CREATE FUNCTION desk.give(context jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$SELECT context -> 'configuration'$$;
SELECT create_action('desk.work', '{"table": "desk.note",
	"input": [{"name": "n", "type": "integer", "default": 1}, {"name": "code", "type": "varchar(3)", "default": "abc"},
		{"name": "share", "type": "desk.percent", "default": 5}, {"name": "mood", "type": "desk.mood", "default": "good"},
		{"name": "tags", "type": "text[]", "default": []}, {"name": "fee", "type": "numeric(4,2)", "default": 0}],
	"output": [{"name": "result", "type": "text", "default": "=input.code"}, {"name": "total", "type": "numeric(4,2)"},
		{"name": "part", "type": "desk.percent"}, {"name": "title", "type": "desk.named", "default": "title"}],
	"steps": [{"update": "target", "set": {"status": "done"}}]}') AS work \gset
\set ECHO :echo
