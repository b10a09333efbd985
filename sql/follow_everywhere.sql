-- A column that ten actions use, each in another way, is renamed: all run as before, and
-- say the new name wherever they are read. Schemas that are dropped leave word in drafts.
\i test/sql/prelude.sql
CREATE SCHEMA tool;
CREATE TABLE desk.ticket (id integer PRIMARY KEY, case_id integer, due date UNIQUE, title text);
CREATE TABLE desk.case (id integer PRIMARY KEY, due date, title text);
INSERT INTO desk.case VALUES (1, '2026-01-01', 'one');
CREATE PROCEDURE fill() LANGUAGE sql AS $$
	TRUNCATE desk.ticket;
	INSERT INTO desk.ticket VALUES (1, 1, '2026-02-01', 'due'), (2, 1, '2026-03-01', 'second') $$;
SELECT name, define('tool.' || name, definition::json) FROM (VALUES
	('a_formula', '{"table": "desk.ticket", "output": [{"name": "answer", "type": "text"}],
		"steps": [{"output": {"answer": "=target.due + 1 || '' due''"}}]}'),
	('b_template', '{"table": "desk.ticket", "output": [{"name": "answer", "type": "text"}],
		"steps": [{"output": {"answer": "due: {{ target.due }}, due"}}]}'),
	('c_where', '{"output": [{"name": "answer", "type": "text"}],
		"steps": [{"update": "desk.ticket", "where": "due > ''2026-02-15'' AND title <> ''due''", "set": {"title": "due"}},
			{"output": {"answer": "=(SELECT string_agg(title, '','' ORDER BY id) FROM desk.ticket)"}}]}'),
	('d_sub_select', '{"output": [{"name": "answer", "type": "text",
		"default": "=(SELECT max(t.due) FROM (SELECT x.due, x.title FROM desk.ticket AS x WHERE x.title = ''due'') AS t)"}]}'),
	('e_order_by', '{"output": [{"name": "answer", "type": "text"}],
		"steps": [{"get": "desk.ticket", "as": "last", "where": "true", "order_by": "due DESC, id"}, {"output": {"answer": "=last.title"}}]}'),
	('f_set', '{"table": "desk.ticket", "output": [{"name": "answer", "type": "text"}],
		"steps": [{"update": "target", "set": {"due": "=due + 10", "title": "due"}}, {"output": {"answer": "=target.title"}}]}'),
	('g_on_conflict', '{"output": [{"name": "answer", "type": "text"}],
		"steps": [{"create": "desk.ticket", "set": {"id": 3, "due": "2026-02-01", "title": "due"},
			"on_conflict": {"columns": ["due"], "set": {"title": "=''due '' || excluded.due"}}},
			{"output": {"answer": "=(SELECT string_agg(title, '','' ORDER BY id) FROM desk.ticket)"}}]}'),
	('h_key', '{"table": "desk.ticket", "key": ["due"], "output": [{"name": "answer", "type": "text"}],
		"steps": [{"get": "desk.ticket", "as": "one", "where": "due = target.due AND title = ''due''"}, {"output": {"answer": "=one.title || target.title"}}]}'),
	('i_let', '{"table": "desk.ticket", "summary": "due {{target.due}}", "output": [{"name": "answer", "type": "text", "default": "=let.due || '' '' || target.due"}],
		"steps": [{"let": {"due": "=(SELECT count(due) FROM desk.ticket WHERE ticket.due IS NOT NULL)"}}]}'),
	('j_perform', '{"table": "desk.ticket", "output": [{"name": "answer", "type": "text"}],
		"steps": [{"perform": "tool.h_key", "with": {"target": "=target.due"}, "as": "other"}, {"output": {"answer": "=other.answer"}}]}')
	) AS t (name, definition) ORDER BY name;
CREATE FUNCTION answers() RETURNS TABLE (action text, answer text) LANGUAGE plpgsql AS $$
DECLARE
	target text;
BEGIN
	FOR action, target IN SELECT a.name, CASE WHEN a.name ~ 'key' THEN '2026-02-01' WHEN a.bound_table <> '' THEN '1' END FROM custom_actions.actions AS a ORDER BY a.name LOOP
		CALL fill();
		answer := invoke_action(action, jsonb_strip_nulls(jsonb_build_object('target', target))) ->> 'answer';
		RETURN NEXT;
	END LOOP;
END $$;
CREATE TABLE before AS SELECT * FROM answers();
SELECT * FROM before;
ALTER TABLE desk.ticket RENAME COLUMN due TO deadline;
SELECT count(*), count(*) FILTER (WHERE a.answer = b.answer) AS same FROM answers() AS a JOIN before AS b USING (action);
SELECT name, state, differs FROM custom_actions.actions WHERE differs OR state <> 'active';
SELECT a.name, t.line FROM custom_actions.actions AS a,
	string_to_table(action_definition(a.name)::text, E'\n') WITH ORDINALITY AS t (line, number)
WHERE t.line ~ 'due|deadline' ORDER BY a.name, t.number;
-- what is exported, published, and shown of both says the same
SELECT count(*) FILTER (WHERE regexp_count(e.document::text, 'deadline') = regexp_count(action_definition(a.name)::text, 'deadline')) AS exported,
	count(*) FILTER (WHERE custom_actions.same_definition(v.draft, action_definition(a.name))) AS versions
FROM custom_actions.actions AS a
	JOIN custom_actions.version AS v ON v.action = a.name AND v.version = a.version
	JOIN custom_actions.exported_actions() AS e ON e.action = a.name;
SELECT count(*) FILTER (WHERE d.line ~ 'deadline') > 0 AS described FROM custom_actions.actions AS a, describe_action(a.name) AS t (text), string_to_table(t.text, E'\n') AS d (line) GROUP BY a.name ORDER BY a.name;
SELECT describe_action('tool.b_template');
SELECT count(*) AS problems FROM custom_actions.actions AS a, check_action(a.name) AS c WHERE c.severity = 'error';

-- the table's schema goes
DROP SCHEMA desk CASCADE;
SELECT name, state, regexp_replace(drop_reason, ' at .*', '') AS drop_reason FROM custom_actions.actions ORDER BY name;
SELECT regexp_replace(describe_action('tool.a_formula'), '\d+-\d+-\d+\s+[\d:]+ \+00:00', '(time)');
