\i test/sql/prelude.sql
-- The names that names_in_scope() gives at a place are those that compile there: every
-- name of the action is tried at every place, by writing it into the document.
\set VERBOSITY terse
SET client_min_messages = error;

CREATE TABLE desk.customer (id bigint PRIMARY KEY, name text NOT NULL, tier text);
CREATE TABLE desk."case" (id bigint PRIMARY KEY, customer_id bigint REFERENCES desk.customer, status text, "Due" timestamptz, "order" integer, owner_id integer);
CREATE TABLE desk.task (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id bigint, title text, gone integer, tags text[], more jsonb);
CREATE TYPE desk.pair AS (a integer, "B" text);
CREATE FUNCTION desk.send(recipient text, body text DEFAULT NULL, OUT message_id bigint, OUT sent_at timestamptz) LANGUAGE sql AS 'SELECT 1, now()';
SELECT define('desk.page', '{"input": [{"name": "who", "type": "text"}], "output": [{"name": "page_id", "type": "bigint", "default": 1}], "steps": []}');

-- In the documents "@" and "#" stand where a formula is tried: a value, a condition.
CREATE TABLE documents (number integer, document text);
INSERT INTO documents VALUES (1, $$ { "table": "desk.case", "summary": "=@",
  "input": [ {"name": "reason", "type": "text"}, {"name": "bump", "type": "integer", "default": "=@"}, {"name": "ids", "type": "bigint[]", "required": false}, {"name": "pairs", "type": "desk.pair[]", "required": false} ],
  "output": [ {"name": "task_id", "type": "bigint", "default": "=@"}, {"name": "note", "type": "text", "default": "=@"} ],
  "steps": [
    {"let": {"first_let": "=@", "second_let": "{{input.reason}}"}},
    {"create": "desk.task", "as": "task", "set": {"title": "=@", "more": {"deep": ["=@"]}, "tags": ["=@"]}, "when": "#"},
    {"update": "target", "as": "gone", "set": {"order": "=@", "status": "x{{@}}"}, "where": "#"},
    {"for_each": "desk.task", "as": "other", "where": "#", "order_by": "@", "do": [
      {"delete": "desk.task", "as": "removed", "where": "#"},
      {"let": {"inner_let": "=@"}, "when": "#"} ]},
    {"for_each": "=input.pairs", "as": "pair", "do": [
      {"for_each": "=input.ids", "as": "inner_loop", "do": [ {"require": "#", "message": "=@"} ]} ],
     "on_error": [ {"call": "desk.send(text,text)", "as": "mail", "with": {"recipient": "=@"},
                    "on_error_when": "#", "on_error": [ {"stop": "failed", "message": "{{@}}"} ]} ]},
    {"create": "desk.customer", "set": {"id": 1, "name": "x"},
     "on_conflict": {"columns": ["id"], "do": "update", "set": {"name": "=@"}}},
    {"choose": null, "cases": [
       {"when": "#", "do": [ {"get": "desk.task", "as": "found", "where": "#", "order_by": "@", "required": false} ]},
       {"when": "#", "do": [ {"perform": "desk.page", "as": "page", "with": {"who": "=@"}} ]} ],
     "else": [ {"assign": "target", "to": "=@", "column": "owner_id"}, {"output": {"note": "=@"}} ]},
    {"create": "desk.task", "as": "many", "from": "desk.case", "where": "#", "set": {"title": "=@"}},
    {"update": "desk.task", "as": "changed", "id": "=@", "set": {"title": "=@"}},
    {"group": null, "do": [ {"if": "#", "then": [ {"delete": "target"} ]} ]} ] } $$);
INSERT INTO documents VALUES (2, $$ {
  "input": [ {"name": "customer_row", "type": "desk.customer", "required": false}, {"name": "items", "type": "jsonb"} ],
  "steps": [
    {"create": "desk.customer", "as": "id", "set": {"name": "=@", "id": 1}},
    {"update": "desk.customer", "id": "=@", "as": "name", "set": {"tier": "=@"}},
    {"for_each": "=input.items", "columns": {"n": "integer", "Big": "text"}, "where": "#", "index": "turn", "do": [ {"let": {"x": "=@"}} ]},
    {"for_each": "=array[1]", "do": [ {"let": {"y": "=@"}} ]},
    {"let": {"x": "=@", "z": "=@"}, "types": {"z": "numeric(4,2)"}} ] } $$);

-- The places of the marks, in the order of the text.
CREATE TABLE places (number integer, nth integer, at text, PRIMARY KEY (number, nth));
INSERT INTO places SELECT 1, n, at FROM unnest(array['summary', 'input.bump.default', 'output.task_id.default', 'output.note.default',
	'1.first_let', '2.set.title', '2.set.more.deep[1]', '2.set.tags[1]', '2.when', '3.set.order', '3.set.status', '3.where',
	'4.where', '4.order_by', '4.do.1.where', '4.do.2.inner_let', '4.do.2.when', '5.do.1.do.1', '5.do.1.do.1.message',
	'5.on_error.1.with.recipient', '5.on_error.1.on_error_when', '5.on_error.1.on_error.1.message', '6.on_conflict.set.name',
	'7.case 1.when', '7.case 1.do.1.where', '7.case 1.do.1.order_by', '7.case 2.when', '7.case 2.do.1.with.who', '7.else.1.to',
	'7.else.2.note', '8.where', '8.set.title', '9.id', '9.set.title', '10.do.1']) WITH ORDINALITY AS t (at, n);
INSERT INTO places SELECT 2, n, at FROM unnest(array['1.set.name', '2.id', '2.set.tier', '3.where', '3.do.1.x', '4.do.1.y', '5.x', '5.z']) WITH ORDINALITY AS t (at, n);
SELECT number, length(regexp_replace(document, '[^@#]', '', 'g')) - (SELECT count(*) FROM places AS p WHERE p.number = d.number) AS places_missing
FROM (SELECT number, document FROM documents) AS d ORDER BY number;

-- The document with a name in place of the nth mark, a constant in place of others.
CREATE FUNCTION document_with(number integer, nth integer, name text) RETURNS json
LANGUAGE plpgsql AS $$
DECLARE
	document text := (SELECT d.document FROM documents AS d WHERE d.number = document_with.number);
	result text := '';
	n integer := 0;
	part record;
BEGIN
	FOR part IN SELECT m[1] AS before, m[2] AS mark FROM regexp_matches(document, '([^@#]*)([@#]|$)', 'g') AS m LOOP
		n := n + 1;
		result := result || part.before || CASE
			WHEN part.mark = '' THEN ''
			WHEN n IS DISTINCT FROM nth THEN CASE part.mark WHEN '#' THEN 'true' ELSE 'null' END
			WHEN part.mark = '#' THEN format('(%s) is null', replace(name, '"', '\"'))
			ELSE format('case when (%s) is null then null end', replace(name, '"', '\"')) END;
	END LOOP;
	RETURN result;
END
$$;
CREATE FUNCTION errors_with(number integer, nth integer, name text) RETURNS bigint
LANGUAGE sql AS $$
	SELECT count(*) FROM custom_actions.check_definition('desk.tried', document_with(number, nth, name), current_user::regrole) AS c
	WHERE c.severity = 'error'
$$;

-- They are sound as they are.
SELECT number, c.* FROM documents, custom_actions.check_definition('desk.tried', document_with(number, NULL, ''), current_user::regrole) AS c
WHERE c.severity = 'error';

-- What is listed, at each place.
CREATE TABLE listed AS
SELECT p.number, p.nth, p.at, s.name
FROM places AS p, custom_actions.scope_names('desk.tried', document_with(p.number, NULL, ''), current_user::regrole, p.at) AS s;
SELECT p.number, count(*) > 40 AS has_names, bool_and(EXISTS (SELECT FROM listed AS l WHERE l.number = p.number AND l.nth = p.nth)) AS everywhere
FROM places AS p LEFT JOIN listed AS l USING (number, nth) GROUP BY p.number ORDER BY 1;
SELECT at, name FROM listed GROUP BY number, at, name HAVING count(*) > 1;

-- What is listed and does not compile there, and what is not listed and does.
SELECT p.number, p.at, n.name, l.name IS NOT NULL AS is_listed
FROM places AS p
	JOIN (SELECT DISTINCT number, name FROM listed) AS n USING (number)
	LEFT JOIN listed AS l ON l.number = p.number AND l.nth = p.nth AND l.name = n.name
WHERE (l.name IS NOT NULL) <> (errors_with(p.number, p.nth, n.name) = 0)
ORDER BY p.number, p.nth, n.name;
