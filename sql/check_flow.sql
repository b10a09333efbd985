-- What check_action says of the course of an action: branches that never run, columns
-- that are set twice, loops that one step could do, calls and sensitive values.
\i test/sql/prelude.sql
\pset format unaligned
\pset null '(null)'
CREATE SCHEMA support;
CREATE TABLE support.case (
	id       bigint PRIMARY KEY,
	owner_id bigint,
	title    text,
	status   text,
	priority integer
);
CREATE TABLE support.task (
	id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	case_id bigint,
	title   text,
	done    boolean,
	rank    integer
);
CREATE FUNCTION support.mail(recipient text, body text) RETURNS void LANGUAGE sql AS '';
CREATE FUNCTION support.lookup(a text) RETURNS text STABLE LANGUAGE sql AS 'SELECT a';
CREATE FUNCTION warned(definition text)
RETURNS TABLE (severity text, location text, message text, hint text)
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM create_action('support.tried', definition::json, or_replace => true);
	RETURN QUERY SELECT c.severity, c.location, c.message, c.hint FROM check_action('support.tried') AS c;
END
$$;
\t on

\qecho Branches that never run: by constants
SELECT * FROM warned($${"table": "support.case", "steps": [
	{"if": "false", "then": [{"update": "target", "set": {"title": "a"}}], "else": [{"update": "target", "set": {"title": "b"}}]},
	{"if": "1 = 1", "then": [{"update": "target", "set": {"title": "a"}}], "else": [{"update": "target", "set": {"title": "b"}}]},
	{"if": "target.id > 5 and 'a' = 'b'", "then": [{"update": "target", "set": {"title": "c"}}]},
	{"if": "target.id > 5 or length('abc') = 3", "then": [{"update": "target", "set": {"title": "d"}}], "else": [{"update": "target", "set": {"title": "e"}}]},
	{"update": "target", "set": {"title": "f"}, "when": "null"},
	{"update": "target", "set": {"priority": 1}, "when": "2 < 1", "on_error": [{"let": {"x": 1}}], "on_error_when": "false"},
	{"choose": null, "cases": [
		{"when": "false", "do": [{"update": "target", "set": {"title": "g"}}]},
		{"when": "true", "do": [{"update": "target", "set": {"title": "h"}}]},
		{"when": "target.id = 3", "do": [{"update": "target", "set": {"title": "i"}}]}],
	 "else": [{"update": "target", "set": {"title": "j"}}]}]}$$);
\qecho ... by what they say themselves, and by what is known where they stand
SELECT * FROM warned($${"table": "support.case", "steps": [
	{"require": "target.status = 'open'"},
	{"if": "target.status = 'closed'", "then": [{"update": "target", "set": {"title": "a"}}]},
	{"if": "target.status = 'open' and target.status = 'closed'", "then": [{"update": "target", "set": {"title": "b"}}]},
	{"if": "target.priority > 5 and target.priority < 3", "then": [{"update": "target", "set": {"title": "c"}}]},
	{"if": "target.priority > 5", "then": [{"if": "target.priority < 3", "then": [{"update": "target", "set": {"title": "d"}}]}],
	 "else": [{"if": "target.priority > 5", "then": [{"update": "target", "set": {"title": "e"}}]}]},
	{"choose": null, "cases": [
		{"when": "target.id = 1", "do": [{"update": "target", "set": {"title": "f"}}]},
		{"when": "target.id = 1", "do": [{"update": "target", "set": {"title": "g"}}]},
		{"when": "target.id in (2, 3)", "do": [{"require": "target.id = 4"}, {"update": "target", "set": {"title": "h"}, "when": "target.id is null"}]}]}]}$$);
\qecho ... and what may run
SELECT * FROM warned($${"table": "support.case", "input": [{"name": "s", "type": "text"}], "steps": [
	{"require": "target.status = 'open'"},
	{"update": "target", "set": {"status": "=input.s"}},
	{"if": "target.status = 'closed'", "then": [{"update": "target", "set": {"title": "a"}}]},
	{"if": "target.status = 'open' or target.status = 'closed'", "then": [{"update": "target", "set": {"title": "b"}}]},
	{"if": "random() > 0.5 and random() < 0.5", "then": [{"update": "target", "set": {"title": "c"}}]},
	{"for_each": "support.task", "as": "t", "do": [
		{"if": "target.priority = 1", "then": [{"update": "target", "set": {"priority": 2}}]},
		{"if": "target.priority = 2", "then": [{"update": "target", "set": {"priority": 1}}]}]},
	{"if": "exists (select from support.task)", "then": [{"if": "not exists (select from support.task)", "then": [{"update": "target", "set": {"title": "d"}}]}]}]}$$);
\qecho No function of strangers is called for it
CREATE FUNCTION support.loud(a integer) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RAISE NOTICE ''loud''; RETURN false; END';
SELECT * FROM warned($${"table": "support.case", "steps": [{"if": "support.loud(1)", "then": [{"update": "target", "set": {"title": "a"}}]}]}$$);

\qecho Set again
SELECT * FROM warned($${"table": "support.case", "input": [{"name": "s", "type": "text"}], "steps": [
	{"update": "target", "set": {"status": "=input.s", "title": "x"}},
	{"create": "support.task", "set": {"title": "no"}},
	{"update": "target", "set": {"status": "open"}}]}$$);
SELECT * FROM warned($${"table": "support.case", "input": [{"name": "s", "type": "text"}], "steps": [
	{"if": "input.s = 'a'", "then": [{"set_status": "target", "column": "status", "to": "a"}], "else": [{"set_status": "target", "column": "status", "to": "b"}]},
	{"get": "support.task", "as": "t", "id": 1},
	{"update": "t", "set": {"title": "x"}},
	{"assign": "target", "column": "owner_id", "to": 5},
	{"update": "t", "set": {"title": "y"}},
	{"update": "target", "as": "u", "set": {"owner_id": 6}}]}$$);
\qecho ... and not
SELECT * FROM warned($${"table": "support.case", "input": [{"name": "s", "type": "text"}], "steps": [
	{"update": "target", "set": {"status": "=input.s", "priority": 1}},
	{"update": "target", "set": {"status": "=status || '!'"}},
	{"update": "target", "set": {"status": "x"}, "when": "input.s = 'b'"},
	{"let": {"a": "=target.status"}},
	{"update": "target", "set": {"status": "y", "title": "=let.a"}},
	{"call": "support.lookup", "with": {"a": "b"}},
	{"update": "target", "set": {"status": "z"}},
	{"if": "input.s = 'c'", "then": [{"stop": "succeeded"}]},
	{"update": "target", "set": {"status": "a"}},
	{"if": "input.s = 'd'", "then": [{"update": "target", "set": {"status": "b"}}], "else": [{"update": "target", "set": {"status": "c"}}]},
	{"require": "(select count(*) from support.case) > 1"},
	{"update": "target", "set": {"status": "d"}},
	{"update": "support.case", "where": "true", "set": {"status": "e"}},
	{"update": "target", "set": {"status": "f"}, "on_error": []}]}$$);
CREATE FUNCTION support.watch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER watch AFTER UPDATE ON support.case FOR EACH ROW EXECUTE FUNCTION support.watch();
SELECT * FROM warned('{"table": "support.case", "steps": [{"update": "target", "set": {"status": "a"}}, {"update": "target", "set": {"status": "b"}}]}');
DROP TRIGGER watch ON support.case;

\qecho ... nor where a function, a generated column or another turn may read it, or it made room
CREATE TABLE support.item (
	id       integer PRIMARY KEY,
	place    integer UNIQUE,
	count    integer,
	twice    integer GENERATED ALWAYS AS (count * 2) STORED,
	group_id integer REFERENCES support.item
);
CREATE FUNCTION support.all_counts() RETURNS bigint STABLE LANGUAGE sql AS 'SELECT sum(count) FROM support.item';
SELECT * FROM warned($${"table": "support.item", "input": [{"name": "other", "type": "integer"}],
	"output": [{"name": "a", "type": "bigint"}, {"name": "b", "type": "integer"}], "steps": [
	{"update": "target", "set": {"count": 1, "place": -1, "group_id": null}},
	{"output": {"a": "=support.all_counts()"}},
	{"update": "support.item", "id": "=input.other", "set": {"place": 1}},
	{"delete": "support.item", "id": 7},
	{"update": "target", "set": {"count": 2, "place": 2, "group_id": 3}},
	{"output": {"b": "=target.twice"}},
	{"update": "target", "set": {"count": 3}}]}$$);
SELECT * FROM warned($${"table": "support.case", "output": [{"name": "seen", "type": "text"}], "steps": [
	{"for_each": "=array['a', 'b']", "as": "i", "do": [
		{"output": {"seen": "=concat(output.seen, target.title)"}},
		{"update": "target", "set": {"title": "=i.value"}}]},
	{"update": "target", "set": {"title": "c"}}]}$$);
\qecho ... nor where a view, a partition or a rule has more to it; but still where nothing is between
CREATE FUNCTION support.watch_part() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE support.parted (id integer PRIMARY KEY, count integer) PARTITION BY RANGE (id);
CREATE TABLE support.part PARTITION OF support.parted FOR VALUES FROM (0) TO (9);
CREATE TRIGGER watch AFTER UPDATE ON support.part FOR EACH ROW EXECUTE FUNCTION support.watch_part();
CREATE VIEW support.seen AS SELECT * FROM support.part;
CREATE TABLE support.ruled (id integer PRIMARY KEY, count integer);
CREATE RULE too AS ON UPDATE TO support.ruled DO ALSO NOTIFY ruled;
SELECT replace(table_name, 'support.', '') AS "table", w.*
FROM unnest('{support.parted, support.seen, support.ruled, support.item}'::text[]) AS table_name,
	warned(format('{"table": "%s", "key": ["id"], "steps": [{"update": "target", "set": {"count": 1}}, {"update": "target", "set": {"count": 2}}]}', table_name)) AS w;

\qecho Loops that one step could do
SELECT * FROM warned($${"table": "support.case", "input": [{"name": "ids", "type": "bigint[]"}], "steps": [
	{"for_each": "support.task", "as": "t", "where": "case_id = target.id", "do": [{"update": "t", "set": {"done": true}}]},
	{"for_each": "support.task", "where": "done", "do": [{"delete": "item"}]},
	{"for_each": "=input.ids", "as": "i", "do": [{"create": "support.task", "set": {"case_id": "=i.value"}}]}]}$$);
\qecho ... and not
SELECT * FROM warned($${"table": "support.case", "input": [{"name": "ids", "type": "bigint[]"}], "steps": [
	{"for_each": "support.task", "as": "t", "do": [{"update": "t", "set": {"rank": "=t.index"}}]},
	{"for_each": "support.task", "as": "t1", "do": [{"update": "t1", "set": {"done": true}, "on_error": []}]},
	{"for_each": "support.task", "as": "t2", "do": [{"update": "target", "set": {"priority": "=priority + t2.rank"}}]},
	{"for_each": "support.task", "as": "t3", "order_by": "rank", "do": [{"create": "support.task", "set": {"title": "=t3.title"}}]},
	{"for_each": "=input.ids", "as": "i", "do": [{"update": "support.task", "id": "=i.value", "set": {"done": true}}]},
	{"for_each": "support.task", "as": "t4", "do": [{"update": "t4", "set": {"done": true}}, {"update": "target", "set": {"title": "=t4.title"}}]}]}$$);
\qecho ... nor where each turn may see what those before have written, or its number, however that is spelled
SELECT * FROM warned($${"steps": [
	{"for_each": "support.task", "as": "t", "do": [{"update": "t", "set": {"rank": "=(select max(o.rank) + 1 from support.task o)"}}]},
	{"for_each": "support.case", "as": "c", "do": [{"create": "support.item", "set": {"id": "=support.all_counts()::integer"}}]},
	{"for_each": "support.task", "as": "t2", "do": [{"update": "t2", "set": {"rank": "=\"t2\" . INDEX"}}]}]}$$);

\qecho Calls
SELECT * FROM warned($${"table": "support.case", "steps": [
	{"call": "support.mail", "with": {"recipient": "a", "body": "b"}},
	{"call": "support.lookup", "with": {"a": "b"}},
	{"call": "support.mail", "with": {"recipient": "a", "body": "b"}, "on_error": []},
	{"group": "g", "do": [{"if": "target.id = 1", "then": [{"call": "support.mail", "with": {"recipient": "a", "body": "b"}}]}],
	 "on_error": [{"call": "support.mail", "with": {"recipient": "a", "body": "b"}}]}]}$$);

\qecho Sensitive values in the open
SELECT create_action('support.note', '{"input": [{"name": "body", "type": "text"}, {"name": "pin", "type": "text", "sensitive": true}], "steps": [{"create": "support.task", "set": {"title": "{{input.body}}{{input.pin}}"}}]}');
SELECT activate_action('support.note');
SELECT * FROM warned($${"table": "support.case",
	"input": [{"name": "pin", "type": "text", "sensitive": true}, {"name": "word", "type": "text"}, {"name": "n", "type": "integer", "sensitive": true}],
	"output": [{"name": "said", "type": "text", "default": "=let.half"}, {"name": "secret", "type": "text", "sensitive": true, "default": "=input.pin"}, {"name": "w", "type": "text"}],
	"steps": [
	{"let": {"half": "=left(input.pin, 2)"}},
	{"update": "target", "set": {"title": "PIN {{input.pin}}", "status": "=input.word", "priority": "=priority + input.n"}},
	{"create": "support.task", "as": "t", "set": {"title": "=let.half"}},
	{"output": {"w": "=t.title"}},
	{"require": "input.pin <> '0000'", "message": "not {{input.pin}}"},
	{"perform": "support.note", "with": {"body": "=let.half", "pin": "=input.pin"}}]}$$);
\qecho Activation tells what is wrong, and keeps advice for those who ask
SELECT activate_action('support.tried');
SELECT create_action('support.tried', '{"table": "support.case", "steps": [{"update": "target", "set": {"status": "a"}}, {"update": "target", "set": {"status": "b"}, "when": "false"}, {"update": "target", "set": {"status": "c"}}]}', true);
