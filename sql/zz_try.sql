\i test/sql/prelude.sql
CREATE SCHEMA front;
CREATE TABLE desk.note (id integer PRIMARY KEY, body text);
SELECT create_action('desk.say', '{"table": "desk.note", "input": [{"name": "more", "type": "integer", "default": 0}],
	"output": [{"name": "said", "type": "text", "default": "=context.action"}],
	"steps": [{"if": "input.more > 0", "then": [{"perform": "desk.say", "with": {"target": "=target.id", "more": "=input.more - 1"}},
		{"update": "target", "set": {"body": "desk.say"}}]}]}');
SELECT activate_action('desk.say', 'first');
ALTER FUNCTION desk.say RENAME TO tell;
