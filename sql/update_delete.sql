-- update, delete, assign and set_status, by every way to say which rows.
\i test/sql/prelude.sql

CREATE TABLE desk.agent (id integer PRIMARY KEY, name text);
INSERT INTO desk.agent VALUES (1, 'Ada'), (2, 'Ben');
CREATE TABLE desk.ticket (
	id			bigint PRIMARY KEY,
	code		text UNIQUE,
	area		text,
	number		integer,
	title		text NOT NULL,
	status		text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'held', 'closed')),
	priority	integer DEFAULT 1,
	owner_id	integer REFERENCES desk.agent ON UPDATE CASCADE,
	changes		integer NOT NULL DEFAULT 0,
	double		integer GENERATED ALWAYS AS (priority * 2) STORED,
	UNIQUE (area, number)
);
INSERT INTO desk.ticket (id, code, area, number, title, priority) VALUES
	(1, 'A', 'web', 1, 'One', 1), (2, 'B', 'web', 2, 'Two', 2), (3, 'C', 'app', 1, 'Three', 3), (4, 'D', 'app', 2, 'Four', NULL);
CREATE TABLE desk.note (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ticket_id bigint REFERENCES desk.ticket ON UPDATE CASCADE ON DELETE CASCADE, body text);

CREATE FUNCTION desk.count_change() RETURNS trigger
LANGUAGE plpgsql AS 'BEGIN NEW.changes := OLD.changes + 1; RETURN NEW; END';
CREATE TRIGGER count_change BEFORE UPDATE ON desk.ticket FOR EACH ROW EXECUTE FUNCTION desk.count_change();

-- the target: bare names, this, target and the result
SELECT define('desk.bump', '
{ "table": "desk.ticket",
  "input": [ {"name": "by", "type": "integer", "default": 1} ],
  "output": [ {"name": "priority", "type": "integer", "default": "=target.priority"},
              {"name": "double", "type": "integer", "default": "=u.double"},
              {"name": "changes", "type": "integer", "default": "=target.changes"},
              {"name": "title", "type": "text", "default": "=target.title"},
              {"name": "same", "type": "boolean", "default": "=u = target"} ],
  "steps": [
    {"update": "target", "as": "u", "set": {"priority": "=priority + input.by"}},
    {"update": "target", "set": {"title": "{{title}}{{this.title}}{{target.title}} {{target.priority}}"}},
    {"update": "u", "as": "v", "set": {"priority": "=u.priority + target.priority + this.priority"}} ] }');
SELECT * FROM desk.bump(1);
SELECT * FROM desk.bump(target => 2, by => 10);
SELECT invoke_action('desk.bump', '{"target": 4}');
SELECT id, title, priority, changes FROM desk.ticket ORDER BY id;
SELECT * FROM desk.bump(99);
SELECT invoke_action('desk.bump', '{"target": 99, "by": 3}');
SELECT * FROM desk.bump(NULL);
SELECT invoke_action('desk.bump', '{"target": null}');
SELECT invoke_action('desk.bump', '{"by": 1}');

-- id: a value, an alternate unique key, the columns of a composite one
UPDATE desk.ticket SET changes = 0, title = id::text, priority = id;
SELECT define('desk.by_id', '
{ "input": [ {"name": "id", "type": "bigint", "required": false}, {"name": "code", "type": "text", "required": false},
             {"name": "area", "type": "text", "required": false}, {"name": "number", "type": "smallint", "required": false} ],
  "output": [ {"name": "titles", "type": "text", "default": "{{a.title}}, {{b.title}}, {{c.title}}"} ],
  "steps": [
    {"update": "desk.ticket", "as": "a", "id": "=input.id", "set": {"title": "by id"}, "when": "input.id is not null"},
    {"update": "desk.ticket", "as": "b", "id": {"code": "=input.code"}, "set": {"title": "by code {{code}}"}, "when": "input.code is not null"},
    {"update": "desk.ticket", "as": "c", "id": {"number": "=input.number", "area": "=input.area"},
     "set": {"title": "by area"}, "when": "=input.area is not null"} ] }');
SELECT * FROM desk.by_id(1, 'B', 'app', 2::smallint);
SELECT * FROM desk.by_id(code => 'C');
SELECT * FROM desk.by_id();
SELECT * FROM desk.by_id(77);
SELECT invoke_action('desk.by_id', '{"code": "X"}');
SELECT invoke_action('desk.by_id', '{"area": "web"}');
SELECT id, title FROM desk.ticket ORDER BY id;

-- id: literals, the id object form of the primary key, and what is no key
SELECT define('desk.literal_id', '
{ "output": [ {"name": "title", "type": "text", "default": "=b.title"} ],
  "steps": [ {"update": "desk.ticket", "id": 1, "set": {"title": "literal"}},
             {"update": "desk.ticket", "id": "2", "set": {"title": "text literal"}},
             {"update": "desk.ticket", "as": "b", "id": {"id": 3}, "set": {"title": "object"}} ] }');
SELECT * FROM desk.literal_id();
SELECT brief($$SELECT create_action('desk.bad', '{"table": "desk.ticket", "steps": [ {"assign": "target", "column": "owner_id"} ]}')$$);
SELECT create_action('desk.bad', '
{ "table": "desk.ticket",
  "input": [{"name": "d", "type": "date"}],
  "steps": [
    {"update": "desk.ticket", "set": {"title": "all"}},
    {"update": "desk.ticket", "id": {"title": "x"}, "set": {"title": "x"}},
    {"update": "desk.ticket", "id": {"area": "x"}, "set": {"title": "x"}},
    {"update": "desk.ticket", "id": "=input.d", "set": {"title": "x"}},
    {"update": "target", "id": 1, "set": {"title": "x"}},
    {"update": "target", "set": {}},
    {"update": "target", "set": {"double": 1}},
    {"update": "target", "set": {"title": "=excluded.title"}},
    {"update": "nobody", "set": {"title": "x"}},
    {"update": "later", "set": {"title": "x"}},
    {"update": "target", "as": "later", "where": "=title", "set": {"title": "x"}},
    {"update": "desk.ticket", "as": "many", "where": "true", "set": {"title": "x"}},
    {"update": "many", "set": {"title": "x"}},
    {"delete": "desk.ticket"},
    {"assign": "target", "to": 1},
    {"set_status": "target", "to": "held"},
    {"set_status": "target", "to": "=1 = 1", "column": "number"},
    {"set_status": "target", "to": "x", "column": "nowhere"} ] }');
SELECT severity, location, message, hint FROM check_action('desk.bad');
SELECT drop_action('desk.bad');

-- where: many rows and their count; with a row, one more condition
SELECT define('desk.many', '
{ "table": "desk.ticket",
  "input": [ {"name": "least", "type": "integer"} ],
  "output": [ {"name": "n", "type": "bigint", "default": "=many.count"},
              {"name": "none", "type": "bigint", "default": "=none.count"},
              {"name": "not_run", "type": "bigint", "default": "=skipped.count"},
              {"name": "status", "type": "text", "default": "=target.status"} ],
  "steps": [
    {"update": "desk.ticket", "as": "many", "where": "priority >= input.least", "set": {"status": "held"}},
    {"update": "desk.ticket", "as": "none", "where": "priority < 0", "set": {"status": "held"}},
    {"update": "desk.ticket", "as": "skipped", "where": "true", "set": {"status": "held"}, "when": "false"},
    {"get": "target"},
    {"update": "target", "where": "status = ''held''", "set": {"status": "closed"}} ] }');
SELECT * FROM desk.many(4, 3);
SELECT id, status FROM desk.ticket ORDER BY id;
SELECT * FROM desk.many(1, 3);
SELECT id, status FROM desk.ticket ORDER BY id;

-- required: false lets a row be missing
SELECT define('desk.maybe', '
{ "table": "desk.ticket",
  "output": [ {"name": "texts", "type": "text[]", "default": "=array[u.title, d.title, w.status]"} ],
  "steps": [
    {"update": "desk.ticket", "as": "u", "id": 500, "set": {"title": "x"}, "required": false},
    {"delete": "desk.ticket", "as": "d", "id": {"code": "none"}, "required": false},
    {"update": "target", "as": "w", "where": "status = ''nowhere''", "set": {"title": "x"}, "required": false} ] }');
SELECT * FROM desk.maybe(1);
SELECT * FROM desk.maybe(500);

-- a target that no step needs is looked for all the same
SELECT define('desk.check_only', '{ "table": "desk.ticket", "steps": [] }');
SELECT desk.check_only(1);
SELECT desk.check_only(500);
SELECT define('desk.maybe_only', '
{ "table": "desk.ticket", "steps": [ {"update": "target", "set": {"title": "x"}, "required": false} ] }');
SELECT desk.maybe_only(500);

-- a row that a BEFORE trigger keeps as it is counts as missing
CREATE FUNCTION desk.keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON desk.ticket FOR EACH ROW WHEN (OLD.id = 2) EXECUTE FUNCTION desk.keep();
SELECT * FROM desk.bump(2);
DROP TRIGGER keep ON desk.ticket;

-- the key changes: later steps, the target and the cascades follow it
INSERT INTO desk.note (ticket_id, body) VALUES (1, 'first');
SELECT define('desk.renumber', '
{ "table": "desk.ticket",
  "input": [ {"name": "new_id", "type": "bigint"} ],
  "output": [ {"name": "id", "type": "bigint", "default": "=target.id"},
              {"name": "old", "type": "bigint", "default": "=let.old"},
              {"name": "seen", "type": "bigint", "default": "=u.id"},
              {"name": "title", "type": "text", "default": "=target.title"} ],
  "steps": [
    {"let": {"old": "=target.id"}},
    {"update": "target", "as": "u", "set": {"id": "=input.new_id"}},
    {"update": "target", "set": {"title": "now {{target.id}}"}},
    {"create": "desk.note", "set": {"ticket_id": "=target.id", "body": "was {{let.old}}"}},
    {"update": "u", "set": {"id": "=u.id + 1"}},
    {"get": "target", "required": false} ] }');
SELECT * FROM desk.renumber(1, 100);
SELECT invoke_action('desk.renumber', '{"target": 101, "new_id": 1}');
SELECT ticket_id, body FROM desk.note ORDER BY id;
UPDATE desk.ticket SET id = 1 WHERE id = 101;
SELECT id, title FROM desk.ticket ORDER BY id;

-- delete: what the row last held stays in sight; a second delete finds nothing
SELECT define('desk.remove', '
{ "table": "desk.ticket",
  "output": [ {"name": "gone", "type": "text", "default": "{{target.id}} {{target.title}} {{d.code}} {{d.double}}"},
              {"name": "notes", "type": "bigint", "default": "=n.count"} ],
  "steps": [
    {"delete": "desk.note", "as": "n", "where": "ticket_id = target.id and body like ''was%''"},
    {"delete": "target", "as": "d"} ] }');
SELECT * FROM desk.remove(2);
SELECT * FROM desk.remove(2);
SELECT define('desk.remove_twice', '
{ "table": "desk.ticket", "steps": [ {"delete": "target"}, {"delete": "target"} ] }');
SELECT desk.remove_twice(3);
SELECT count(*) FROM desk.ticket WHERE id = 3;
SELECT define('desk.remove_made', '
{ "output": [ {"name": "was", "type": "text", "default": "{{made.id}} {{made.title}}"} ],
  "steps": [
    {"create": "desk.ticket", "as": "made", "set": {"id": 50, "title": "short-lived"}},
    {"update": "made", "set": {"title": "=made.title || ''!''"}},
    {"delete": "made"} ] }');
SELECT desk.remove_made();
SELECT count(*) FROM desk.ticket WHERE id = 50;

-- a step that did not run has no row to change
SELECT define('desk.not_run', '
{ "input": [ {"name": "run", "type": "boolean"} ],
  "steps": [
    {"create": "desk.ticket", "as": "made", "set": {"id": 51, "title": "x"}, "when": "input.run"},
    {"update": "made", "set": {"title": "y"}},
    {"delete": "made"} ] }');
SELECT desk.not_run(true);
SELECT desk.not_run(false);

-- assign and set_status, with the column of the step
SELECT define('desk.hand_over', '
{ "table": "desk.ticket",
  "input": [ {"name": "agent", "type": "integer", "required": false}, {"name": "status", "type": "text", "default": "held"} ],
  "output": [ {"name": "owner", "type": "integer", "default": "=a.owner_id"},
              {"name": "status_now", "type": "text", "default": "=target.status"} ],
  "steps": [
    {"assign": "target", "as": "a", "to": "=input.agent", "column": "owner_id"},
    {"set_status": "a", "to": "=input.status", "column": "status"} ] }');
SELECT * FROM desk.hand_over(1, 2);
SELECT * FROM desk.hand_over(1);
SELECT * FROM desk.hand_over(1, 9);
SELECT * FROM desk.hand_over(1, 1, 'lost');

-- without: the column of the table, as it was at activation
INSERT INTO custom_actions.table_setting VALUES ('desk.ticket', 'owner_id', 'status');
SELECT define('desk.close', '
{ "table": "desk.ticket",
  "input": [ {"name": "agent", "type": "integer"} ],
  "output": [ {"name": "n", "type": "bigint", "default": "=many.count"} ],
  "steps": [
    {"assign": "target", "to": "=input.agent"},
    {"set_status": "target", "to": "closed"},
    {"assign": "desk.ticket", "id": {"code": "C"}, "to": 2},
    {"set_status": "desk.ticket", "as": "many", "where": "owner_id = input.agent and id <> target.id", "to": "held"} ] }');
SELECT desk.close(1, 2);
SELECT id, status, owner_id FROM desk.ticket ORDER BY id;
UPDATE custom_actions.table_setting SET owner_column = 'priority', status_column = NULL;
SELECT desk.close(4, 1);
SELECT id, status, owner_id, priority FROM desk.ticket ORDER BY id;
SELECT json_path ->> 'column' AS frozen
FROM custom_actions.version, json_array_elements(definition -> 'steps') AS json_path
WHERE action = 'desk.close';
SELECT create_action('desk.close_again', '{ "table": "desk.ticket", "steps": [ {"set_status": "target", "to": "closed"} ] }');
SELECT activate_action('desk.close_again');

-- collation, case and quoting of columns are nobody's business but the table's
CREATE TABLE desk."Mixed Case" ("Id" integer PRIMARY KEY, "select" text, "a""b" text);
INSERT INTO desk."Mixed Case" VALUES (1, 'x', 'y');
SELECT define('desk.odd', '
{ "table": "desk.\"Mixed Case\"",
  "output": [ {"name": "seen", "type": "text", "default": "{{target.\"Id\"}} {{target.\"select\"}} {{u.\"a\"\"b\"}}"} ],
  "steps": [ {"update": "target", "as": "u", "set": {"select": "=\"select\" || this.\"a\"\"b\"", "a\"b": "=target.\"Id\""}} ] }');
SELECT * FROM desk.odd(1);
SELECT * FROM desk."Mixed Case";
