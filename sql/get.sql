-- get: one row by id, where and order_by; a target or step is read again.
\i test/sql/prelude.sql

CREATE TABLE desk.ticket (id bigint PRIMARY KEY, code text UNIQUE, title text, priority integer, tags text[], extra json);
INSERT INTO desk.ticket VALUES
	(1, 'A', 'One', 3, '{x,y}', '{"k": 1}'), (2, 'B', 'Two', 1, NULL, NULL), (3, 'C', 'Three', NULL, '{}', NULL), (4, 'D', 'Four', 3, NULL, NULL);

-- id, in all its forms
SELECT define('desk.by_id', '
{ "input": [ {"name": "id", "type": "bigint"} ],
  "output": [ {"name": "titles", "type": "text", "default": "{{a.title}} {{b.title}} {{c.title}} {{a.tags[2]}} {{d.code}}"},
              {"name": "whole", "type": "desk.ticket", "default": "=a"} ],
  "steps": [ {"get": "desk.ticket", "as": "a", "id": "=input.id"},
             {"get": "desk.ticket", "as": "b", "id": {"code": "B"}},
             {"get": "desk.ticket", "as": "c", "id": {"id": "=a.id + 2"}},
             {"get": "b", "as": "d"} ] }');
SELECT * FROM desk.by_id(1);
SELECT * FROM desk.by_id(7);
SELECT invoke_action('desk.by_id', '{"id": 1}');

-- where: none, one, several
SELECT define('desk.find', '
{ "input": [ {"name": "least", "type": "integer"} ],
  "output": [ {"name": "title", "type": "text", "default": "=t.title"} ],
  "steps": [ {"get": "desk.ticket", "as": "t", "where": "priority >= input.least and this.id > 0"} ] }');
SELECT * FROM desk.find(9);
SELECT * FROM desk.find(2);
SELECT * FROM desk.find(1);
UPDATE desk.ticket SET priority = 4 WHERE id = 4;
SELECT * FROM desk.find(4);

-- id and where: a row of that id that also satisfies the condition
SELECT define('desk.find_urgent', '
{ "input": [ {"name": "id", "type": "bigint"} ],
  "output": [ {"name": "title", "type": "text", "default": "=t.title"} ],
  "steps": [ {"get": "desk.ticket", "as": "t", "id": "=input.id", "where": "priority > 3"} ] }');
SELECT desk.find_urgent(4);
SELECT desk.find_urgent(1);

-- order_by: the first one counts
SELECT define('desk.first', '
{ "output": [ {"name": "titles", "type": "text[]", "default": "=array[a.title, b.title, c.title, d.title, e.title]"} ],
  "steps": [
    {"get": "desk.ticket", "as": "a", "order_by": "priority"},
    {"get": "desk.ticket", "as": "b", "order_by": "priority desc"},
    {"get": "desk.ticket", "as": "c", "order_by": ["=priority DESC NULLS LAST", "id desc"]},
    {"get": "desk.ticket", "as": "d", "where": "id <> a.id", "order_by": "length(this.title), code desc"},
    {"get": "desk.ticket", "as": "e", "where": "false", "order_by": "id", "required": false} ] }');
SELECT * FROM desk.first();
SELECT create_action('desk.bad', '
{ "input": [ {"name": "n", "type": "integer"} ],
  "steps": [
    {"get": "desk.ticket", "order_by": "nothing"},
    {"get": "desk.ticket", "order_by": "id, title, sum(id)"},
    {"get": "desk.ticket", "order_by": "id limit 2"},
    {"get": "desk.ticket", "order_by": ["id", "id using <"]},
    {"get": "desk.ticket", "order_by": "extra"},
    {"get": "desk.ticket", "order_by": ""},
    {"get": "desk.ticket", "where": "title"},
    {"get": "desk.ticket", "where": "id = 1; drop table desk.ticket"},
    {"get": "desk.ticket", "id": {}},
    {"get": "target"} ] }');
SELECT * FROM check_action('desk.bad');
SELECT drop_action('desk.bad');

-- no condition at all: the only row there is
CREATE TABLE desk.settings (only_one boolean, currency text);
SELECT define('desk.currency', '
{ "output": [ {"name": "currency", "type": "text", "default": "=s.currency"} ],
  "steps": [ {"get": "desk.settings", "as": "s"} ] }');
SELECT desk.currency();
INSERT INTO desk.settings VALUES (true, 'EUR');
SELECT desk.currency();
INSERT INTO desk.settings VALUES (true, 'USD');
SELECT desk.currency();

-- required: false gives NULLs, as does a step that does not run
SELECT define('desk.perhaps', '
{ "input": [ {"name": "id", "type": "bigint", "required": false} ],
  "output": [ {"name": "title", "type": "text", "default": "=t.title"},
              {"name": "found", "type": "boolean", "default": "=t.id is not null"},
              {"name": "none", "type": "boolean", "default": "=t is null"},
              {"name": "skipped", "type": "desk.ticket", "default": "=s"} ],
  "steps": [ {"get": "desk.ticket", "as": "t", "id": "=input.id", "required": false},
             {"get": "desk.ticket", "as": "s", "id": 1, "when": "1 = 2"} ] }');
SELECT * FROM desk.perhaps(2);
SELECT * FROM desk.perhaps(55);
SELECT invoke_action('desk.perhaps', '{"id": 55}');
SELECT * FROM desk.perhaps(NULL);

-- get target and get of a step: what others did to the row is seen
SELECT define('desk.reread', '
{ "table": "desk.ticket",
  "output": [ {"name": "before", "type": "text", "default": "=let.before"},
              {"name": "unread", "type": "text", "default": "=let.unread"},
              {"name": "after", "type": "text", "default": "=target.title"},
              {"name": "copy", "type": "text", "default": "=again.title"} ],
  "steps": [
    {"let": {"before": "=target.title"}},
    {"update": "desk.ticket", "where": "true", "set": {"title": "=title || ''+''"}},
    {"let": {"unread": "=target.title"}},
    {"get": "target", "as": "again"} ] }');
SELECT * FROM desk.reread(2);

-- the same row twice under two names
SELECT define('desk.two_names', '
{ "table": "desk.ticket",
  "output": [ {"name": "titles", "type": "text", "default": "{{target.title}} {{other.title}}"} ],
  "steps": [
    {"get": "desk.ticket", "as": "other", "id": "=target.id"},
    {"update": "other", "set": {"title": "changed"}},
    {"get": "target"} ] }');
SELECT desk.two_names(3);

-- locks
SELECT define('desk.lock', '
{ "table": "desk.ticket",
  "output": [ {"name": "titles", "type": "text", "default": "{{a.title}} {{b.title}} {{c.title}} {{target.title}}"} ],
  "steps": [
    {"get": "desk.ticket", "as": "a", "id": 1, "lock": "wait"},
    {"get": "desk.ticket", "as": "b", "id": 2, "lock": "nowait"},
    {"get": "desk.ticket", "as": "c", "where": "true", "order_by": "id desc", "lock": "skip"},
    {"get": "target", "lock": "wait"} ] }');
BEGIN;
SELECT desk.lock(3);
SELECT mode FROM pg_locks WHERE relation = 'desk.ticket'::regclass AND mode LIKE 'Row%' AND pid = pg_backend_pid() ORDER BY mode;
COMMIT;
SELECT create_action('desk.bad_lock', '{"steps": [ {"get": "desk.ticket", "id": 1, "lock": "maybe"} ]}');
SELECT create_action('desk.bad_lock', '{"read_only": true, "steps": [ {"get": "desk.ticket", "id": 1, "lock": "wait"} ]}');
SELECT * FROM check_action('desk.bad_lock');
SELECT drop_action('desk.bad_lock');

-- a read-only action is STABLE and reads what the statement reads
SELECT define('desk.title_of', '
{ "table": "desk.ticket", "read_only": true,
  "output": [ {"name": "title", "type": "text", "default": "=target.title"}, {"name": "next", "type": "text", "default": "=n.title"} ],
  "steps": [ {"get": "desk.ticket", "as": "n", "where": "id > target.id", "order_by": "id", "required": false} ] }');
SELECT provolatile FROM pg_proc WHERE oid = 'desk.title_of'::regproc;
SELECT t.id, a.* FROM desk.ticket AS t, desk.title_of(t.id) AS a ORDER BY t.id;
UPDATE desk.ticket SET title = (desk.title_of(id)).next WHERE id < 3 RETURNING id, title;
BEGIN TRANSACTION READ ONLY;
SELECT invoke_action('desk.title_of', '{"target": 1}');
COMMIT;
