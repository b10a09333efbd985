-- "*" in the set of an update: the columns that a record gives, and no others.
\i test/sql/prelude.sql

CREATE SCHEMA crm;
CREATE TYPE crm.mood AS ENUM ('sad', 'happy');
CREATE TYPE crm.changes AS (company text, phone text, visits numeric);
CREATE TABLE crm.contact (id integer PRIMARY KEY, company text, phone varchar(8), gone text, visits integer NOT NULL DEFAULT 0, tags text[], "Odd name" text, mood crm.mood, score numeric(5,1),
	owner text, twice integer GENERATED ALWAYS AS (visits * 2) STORED, serial integer GENERATED ALWAYS AS IDENTITY, changed integer DEFAULT 0);
ALTER TABLE crm.contact DROP COLUMN gone;
INSERT INTO crm.contact (id, company, phone, visits, tags, "Odd name", mood, score, owner) VALUES (1, 'Fax Ltd', '123', 3, '{a}', 'odd', 'sad', 1.5, 'ann'), (2, 'Two', '222', 0, NULL, NULL, NULL, NULL, 'bob');
CREATE TABLE crm.touched (columns text);
CREATE FUNCTION crm.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO crm.touched VALUES (tg_argv[0]); RETURN NULL; END $$;
CREATE TRIGGER company AFTER UPDATE OF company ON crm.contact FOR EACH ROW EXECUTE FUNCTION crm.touch('company');
CREATE TRIGGER phone AFTER UPDATE OF phone ON crm.contact FOR EACH ROW EXECUTE FUNCTION crm.touch('phone');

-- a JSON object, by its keys
SELECT define('crm.change', '
{ "table": "crm.contact", "input": [ {"name": "changes", "type": "jsonb", "required": false} ], "output": [ {"name": "row", "type": "crm.contact", "default": "=target"}, {"name": "as_row", "type": "crm.contact", "default": "=u"} ],
  "steps": [ {"update": "target", "as": "u", "set": {"*": "=input.changes"}} ] }');
SELECT row FROM crm.change(1, '{"company": "New"}');
SELECT columns FROM crm.touched;
SELECT row = as_row AS same, row FROM crm.change(1, '{"company": null, "visits": 4, "tags": ["x", null], "Odd name": "a \"b\"", "mood": "happy", "score": 12.34, "phone": 77}');
SELECT invoke_action('crm.change', '{"target": 1, "changes": {"score": "2.25"}}') -> 'row';
TRUNCATE crm.touched;
-- nothing is given: nothing is written, and the row is read
SELECT row FROM crm.change(2, '{}');
SELECT row FROM crm.change(2, NULL);
SELECT row FROM crm.change(2);
SELECT count(*) FROM crm.touched;
SELECT crm.change(9, '{}');
SELECT crm.change(9, '{"company": "x"}');
-- keys that cannot be: unknown, of the key, generated; values that cannot be
SELECT crm.change(1, '{"compny": "x"}');
SELECT crm.change(1, '{"id": 5}');
SELECT crm.change(1, '{"twice": 5}');
SELECT crm.change(1, '{"serial": 5}');
SELECT crm.change(1, '{"ctid": 5}');
SELECT crm.change(1, '{"gone": 5}');
\set SHOW_CONTEXT errors
SELECT crm.change(1, '{"visits": "many"}');
\set SHOW_CONTEXT never
SELECT crm.change(1, '{"visits": {"a": 1}}');
SELECT crm.change(1, '{"visits": null}');
SELECT crm.change(1, '{"phone": "123456789"}');
SELECT crm.change(1, '["company"]');
SELECT crm.change(1, '"company"');

-- beside columns by name; only some; in many rows; json, and an object with formulas in it
SELECT define('crm.limited', '
{ "table": "crm.contact", "input": [ {"name": "changes", "type": "json"} ], "output": [ {"name": "row", "type": "crm.contact", "default": "=target"} ],
  "steps": [ {"update": "target", "set": {"changed": "=changed + 1", "*": "=input.changes", "owner": "=coalesce(owner, ''none'')"}, "columns": ["company", "phone"]} ] }');
SELECT crm.limited(2, '{"phone": "9"}'), crm.limited(2, '{}'), crm.limited(2, '{"company": "C", "phone": null}');
SELECT crm.limited(2, '{"visits": 1}');
SELECT crm.limited(2, '{"owner": "me"}');
SELECT describe_action('crm.limited');
SELECT action_definition('crm.limited');
SELECT define('crm.many', '
{ "input": [ {"name": "n", "type": "integer"} ], "output": [ {"name": "count", "type": "bigint", "default": "=u.count"} ],
  "steps": [ {"update": "crm.contact", "as": "u", "where": "id > 0", "set": {"*": {"visits": "=input.n * 2", "company": "{{input.n}} visits"}}} ] }');
SELECT crm.many(21);
SELECT company, visits, twice FROM crm.contact ORDER BY id;

-- a row: in a JSON call by the keys that were sent, else the attributes that are not NULL
SELECT define('crm.merge', '
{ "table": "crm.contact", "input": [ {"name": "changes", "type": "crm.changes"} ], "output": [ {"name": "row", "type": "crm.contact", "default": "=target"} ],
  "steps": [ {"update": "target", "set": {"*": "=input.changes"}} ] }');
UPDATE crm.contact SET company = 'Fax Ltd', phone = '123', visits = 3 WHERE id = 1;
SELECT invoke_action('crm.merge', '{"target": 1, "changes": {"company": "Sent"}}') -> 'row' -> 'phone' AS phone;
SELECT invoke_action('crm.merge', '{"target": 1, "changes": {"phone": null, "visits": 7.6}}') -> 'row' AS row;
SELECT invoke_action('crm.merge', '{"target": 1, "changes": {}}') -> 'row' -> 'company' AS company;
SELECT invoke_action('crm.merge', '{"target": 1, "changes": {"nothing": 1}}');
SELECT crm.merge(1, row('Typed', NULL, NULL)), crm.merge(1, row(NULL, '5', 8)), crm.merge(1, row(NULL, NULL, NULL));
-- performed with a row; changed by a plug-in: what was sent is no longer known
SELECT define('crm.pass', '
{ "table": "crm.contact", "input": [ {"name": "changes", "type": "crm.changes"} ], "output": [ {"name": "row", "type": "crm.contact", "default": "=p.row"} ],
  "steps": [ {"perform": "crm.merge", "as": "p", "with": {"target": "=target.id", "changes": "=input.changes"}} ] }');
SELECT invoke_action('crm.pass', '{"target": 1, "changes": {"company": null, "phone": "6"}}') -> 'row' AS row;
CREATE FUNCTION crm.look(context jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_build_object('input', context -> 'input') $$;
SELECT register_plugin('crm.merge', 'pre_operation', 'crm.look') AS id \gset
SELECT invoke_action('crm.merge', '{"target": 1, "changes": {"company": null, "phone": "8"}}') -> 'row' -> 'company' AS company;
SELECT unregister_plugin(:id);
-- the whole row of another table or of the same: what cannot be set is left out
SELECT define('crm.copy', '
{ "table": "crm.contact", "output": [ {"name": "row", "type": "crm.contact", "default": "=target"} ],
  "steps": [ {"get": "crm.contact", "as": "source", "id": 2}, {"update": "target", "set": {"*": "=source"}, "columns": ["company", "tags", "owner"]} ] }');
SELECT crm.copy(1);

-- rights: those of the columns that are given
CREATE ROLE regress_given_clerk;
GRANT USAGE ON SCHEMA crm TO regress_given_clerk;
GRANT SELECT ON crm.contact TO regress_given_clerk;
GRANT UPDATE (company) ON crm.contact TO regress_given_clerk;
GRANT INSERT ON crm.touched TO regress_given_clerk;
GRANT EXECUTE ON FUNCTION crm.change TO regress_given_clerk;
SET ROLE regress_given_clerk;
SELECT (row).company FROM crm.change(1, '{"company": "Clerk"}');
SELECT (row).company FROM crm.change(1, '{"company": "Clerk", "phone": "1"}');
RESET ROLE;

-- many sets of columns; in a loop; a trigger that does it again; a table that changes
CREATE TABLE crm.wide (id integer PRIMARY KEY, c1 integer, c2 integer, c3 integer, c4 integer, c5 integer, c6 integer, c7 integer);
INSERT INTO crm.wide VALUES (1);
SELECT define('crm.widen', '{ "table": "crm.wide", "input": [ {"name": "rounds", "type": "integer"} ],
  "steps": [ {"for_each": "=array(select generate_series(1, input.rounds))", "as": "i", "do": [ {"update": "target", "set": {"*": "=(select jsonb_object_agg(''c'' || b, i.value) from generate_series(1, 7) as b where (i.value >> (b - 1)) % 2 = 1)"}} ]} ] }');
SELECT crm.widen(1, 127);
SELECT * FROM crm.wide;
SELECT crm.widen(1, 300);
SELECT * FROM crm.wide;
CREATE FUNCTION crm.again() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.c1 < 3 THEN PERFORM crm.give(NEW.id, jsonb_build_object('c1', NEW.c1 + 1, 'c' || NEW.c1 + 2, NEW.c1)); END IF; RETURN NULL; END $$;
SELECT define('crm.give', '{ "table": "crm.wide", "input": [ {"name": "changes", "type": "jsonb"} ], "steps": [ {"update": "target", "set": {"*": "=input.changes"}} ] }');
CREATE TRIGGER again AFTER UPDATE ON crm.wide FOR EACH ROW EXECUTE FUNCTION crm.again();
SELECT crm.give(1, '{"c1": 0}');
SELECT * FROM crm.wide;
ALTER TABLE crm.wide DROP COLUMN c2, ADD COLUMN c8 integer;
SELECT crm.give(1, '{"c8": 8, "c1": 9}');
SELECT crm.give(1, '{"c2": 8}');
SELECT * FROM crm.wide;

-- what cannot be meant
SELECT create_action('crm.bad', '{ "table": "crm.contact", "run_as": "owner", "input": [ {"name": "changes", "type": "jsonb"}, {"name": "t", "type": "text"} ],
  "steps": [
    {"update": "target", "set": {"*": "=input.t"}},
    {"update": "target", "set": {"*": "=input.nothing"}},
    {"update": "target", "set": {"*": "=row(1, 2)"}},
    {"update": "target", "set": {"*": "=target", "none": 1}},
    {"update": "target", "set": {"company": "x"}, "columns": ["company"]},
    {"update": "target", "set": {"*": "=input.changes", "owner": "x"}, "columns": ["company", "id", "none", "owner"]},
    {"update": "target", "set": {"*": "=(''(a,b,1)''::crm.changes)"}, "columns": ["score"]},
    {"update": "crm.wide", "id": 1, "set": {"*": "=(''(a,b,1)''::crm.changes)"}},
    {"update": "target", "set": {"*": "=input.changes"}},
    {"update": "target", "set": {"*": null}},
    {"create": "crm.contact", "set": {"*": "=input.changes"}} ] }');
SELECT severity, location, message, detail, hint FROM check_action('crm.bad');
DROP OWNED BY regress_given_clerk;
DROP ROLE regress_given_clerk;
