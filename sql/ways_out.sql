-- Messages tell the way out: a name that there is not, with the one that may
-- have been meant; and what else was written as people write it elsewhere.
\i test/sql/prelude.sql
\pset format unaligned
\pset null '(null)'
CREATE SCHEMA support;
CREATE TYPE support.mood AS ENUM ('happy', 'angry');
CREATE TYPE support.contact AS (name text, email text);
CREATE TABLE support.customer (
	id    bigint PRIMARY KEY,
	name  text NOT NULL
);
CREATE TABLE support.case (
	id          bigint PRIMARY KEY,
	customer_id bigint REFERENCES support.customer,
	title       text NOT NULL,
	status      text NOT NULL DEFAULT 'open',
	priority    integer NOT NULL DEFAULT 1,
	closed_at   timestamptz
);
CREATE TABLE support.task (
	id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	case_id bigint NOT NULL,
	title   text NOT NULL,
	due     timestamptz
);
CREATE TABLE support.seat (area text, number integer, PRIMARY KEY (area, number));
CREATE FUNCTION support.send_mail(recipient text, body text) RETURNS void LANGUAGE sql AS '';
INSERT INTO support.case (id, title) VALUES (42, 'Orders fail');

CREATE FUNCTION ways(definition text)
RETURNS TABLE (severity text, location text, message text, detail text, hint text)
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM create_action('support.tried', definition::json, or_replace => true);
	RETURN QUERY SELECT * FROM check_action('support.tried');
END
$$;

-- Actions
SELECT create_action('support.escalate_case', $${
	"table": "support.case",
	"input": [{"name": "reason", "type": "text"}, {"name": "who", "type": "support.contact", "required": false}],
	"steps": [{"update": "target", "set": {"title": "{{input.reason}} {{input.who}}"}}]}$$);
SELECT activate_action('escalate_case');
SELECT activate_action('support.escalate');
SELECT activate_action('suport.escalate_case');
SELECT activate_action('support.nothing_like_it');
SELECT describe_action('escalate_case');
SELECT describe_action('support.nothing_like_it');
SELECT drop_action('support.escalate');
SELECT drop_action('support.nothing_like_it');
SELECT invoke_action('support.escalate_case');
SELECT activate_action('support.escalate_case');
SELECT invoke_action('escalate_case', '{"target": 42}');
SELECT invoke_action('support.escalte_case', '{"target": 42}');

-- Inputs of a call: a key that there is not comes before one that is missing
SELECT invoke_action('support.escalate_case', '{"Target": 42}');
SELECT invoke_action('support.escalate_case', '{"id": 42}');
SELECT invoke_action('support.escalate_case', '{"target": 42, "raeson": "VIP"}');
SELECT invoke_action('support.escalate_case', '{"target": 42, "reason": "VIP", "zzz": 1}');
SELECT invoke_action('support.escalate_case', '{"target": 42, "reason": "VIP", "who": {"name": "x", "emial": "y"}}');
SELECT invoke_action('support.escalate_case', '{"target": 42}');
SELECT create_action('support.take_seat', '{"table": "support.seat", "steps": [{"get": "target"}]}');
SELECT activate_action('support.take_seat');
SELECT invoke_action('support.take_seat', '{"target": {"aera": "A", "number": 1}}');
SELECT invoke_action('support.take_seat', '{"target": {"area": "A"}}');

-- Tables, types, columns, rows, functions, actions, arguments
SELECT * FROM ways('{"table": "case"}');
SELECT * FROM ways('{"table": "support.cases"}');
SELECT * FROM ways('{"table": "suport.case"}');
SELECT * FROM ways('{"table": "public.case"}');
SELECT * FROM ways('{"table": "support.invoices"}');
SELECT * FROM ways($${"input": [
	{"name": "a", "type": "datetime"}, {"name": "b", "type": "string"}, {"name": "c", "type": "integr"},
	{"name": "d", "type": "nvarchar(20)"}, {"name": "e", "type": "numric(12,2)[]"}, {"name": "f", "type": "GUID"},
	{"name": "g", "type": "qqqqqq"}, {"name": "h", "type": "support.mod"}, {"name": "i", "type": "mood"}]}$$);
SELECT * FROM ways($${"table": "support.case", "input": [{"name": "reason", "type": "text"}], "output": [{"name": "result", "type": "text", "default": "x"}],
	"steps": [
		{"update": "target", "set": {"titel": "x"}},
		{"update": "tagret", "set": {"title": "x"}},
		{"update": "target", "set": {"title": "=input.raeson"}},
		{"update": "target", "set": {"title": "=inputs.reason"}},
		{"update": "target", "set": {"title": "=target.tilte"}},
		{"update": "target", "set": {"title": "=context.acton"}},
		{"let": {"amount": 1}},
		{"let": {"more": "=let.amonut"}},
		{"output": {"resutl": "x"}},
		{"call": "support.sendmail", "with": {"recipient": "a", "body": "b"}},
		{"call": "send_mail", "with": {"recipient": "a", "body": "b"}},
		{"call": "lenght", "with": {"1": "a"}},
		{"call": "support.send_mail", "with": {"recipent": "a", "body": "b"}},
		{"perform": "support.escalate_cases"},
		{"perform": "support.escalate_case", "with": {"target": 1, "raeson": "x"}},
		{"create": "support.tasks", "set": {"title": "x"}},
		{"for_each": "support.tsk", "do": []}]}$$);

-- Keys and verbs of the document
SELECT brief($$SELECT create_action('support.x', '{"tabel": "support.case"}')$$);
SELECT brief($$SELECT create_action('support.x', '{"steps": [{"updat": "target"}]}')$$);
SELECT brief($$SELECT create_action('support.x', '{"steps": [{"update": "target", "sets": {"title": "x"}}]}')$$);
SELECT brief($$SELECT create_action('support.x', '{"input": [{"name": "a", "typ": "text"}]}')$$);
SELECT create_action('support.x', '{"steps": [{"let": "x = 5"}]}');
SELECT create_action('support.x', $${"steps": [{"let": "x := upper('a')"}]}$$);
SELECT create_action('support.x', '{"steps": [{"let": ""}]}');
SELECT create_action('support.x', '{"steps": [{"output": "hello"}]}');
SELECT create_action('support.x', '{"steps": [{"output": 5}]}');

-- Formulas: braces, quotes, bare columns
CREATE FUNCTION said(formula text, verb text DEFAULT 'update')
RETURNS TABLE (message text, hint text)
LANGUAGE sql AS $$
	SELECT w.message, w.hint
	FROM ways(jsonb_build_object(
		'table', 'support.case',
		'input', '[{"name": "reason", "type": "text"}, {"name": "amount", "type": "numeric"}, {"name": "flag", "type": "boolean"}]'::jsonb,
		'steps', jsonb_build_array(
			'{"get": "support.task", "id": 1, "as": "task"}'::jsonb,
			CASE verb
				WHEN 'update' THEN jsonb_build_object('update', 'target', 'set', jsonb_build_object('title', formula))
				WHEN 'create' THEN jsonb_build_object('create', 'support.task', 'set', jsonb_build_object('case_id', '=target.id', 'title', formula))
				ELSE jsonb_build_object('require', formula) END,
			'{"let": {"every": "=row(input.reason, input.amount, input.flag, task.title)::text"}}'::jsonb,
			'{"require": "let.every is not null"}'::jsonb))::text) AS w
	WHERE w.severity = 'error'
$$;
SELECT * FROM said('=Case {{target.id}}');
SELECT * FROM said('={{x}}');
SELECT * FROM said($$={{target.status}} || 'x'$$);
SELECT * FROM said($${{target.status}} = 'open'$$, 'require');
SELECT * FROM said('target.status <> "closed"', 'require');
SELECT * FROM said('target.status <> "target"', 'require');
SELECT * FROM said('target.status <> ‘closed’', 'require');
SELECT * FROM said('target.status = "closed', 'require');
SELECT * FROM said($$target.status = 'closed$$, 'require');
SELECT * FROM said('=closed');
SELECT * FROM said('{{closed}}');
SELECT * FROM said('=titel');
SELECT * FROM said($$status = 'open'$$, 'require');
SELECT * FROM said($$reason = 'VIP'$$, 'require');
SELECT * FROM said($$due < now()$$, 'require');
SELECT * FROM said($$staus = 'open'$$, 'require');
SELECT * FROM said('=priority', 'create');
SELECT * FROM said('=title', 'create');
SELECT * FROM said('=(SELECT max(c.title) FROM support.customer AS c WHERE c.id = customer_id)', 'create');
SELECT * FROM said('=(SELECT max(c.titel) FROM support.case AS c)', 'create');
SELECT * FROM said('=(SELECT max(zzz) FROM support.case AS c)', 'create');

-- Spreadsheets and other languages
SELECT f AS formula, s.message, s.hint
FROM unnest(ARRAY[
	'=IF(flag,1,2)', '=IF(input.flag, 1, 2)', '=IIF(input.flag, 1, 2)', '=TODAY()', '=today', '=SUM(1,2)', '=sum(target.priority)', '=CONCATENATE(target.title, 1)',
	$$=target.title & 'x'$$, $$=target.title + 'x'$$, $$='x' + target.title$$, $$=target.priority + 'x'$$, '=1,5', '=target.priority * 1,5',
	'=left(target.title;5)', '=1; 2', '=now() + 3', '=3 + now()', '=current_date - input.amount', '=ISBLANK(target.title)', '=NVL(target.title, 1)',
	'=LEN(target.title)', '=ISNULL(target.title, 1)', '=VLOOKUP(1, 2, 3)', '=max(1, 2)', '=round(1.5::float8, 1)', '=lenght(target.title)', '=upper(target.priority)',
	'=sendmail(1)', '=case when input.flag then 1 els 2 end', '=if input.flag then 1 else 2', '=input.flag ? 1 : 2', '=target.title::strng', '=input.amount ** 2',
	'=target.closed_at ?? now()', '=null ?? 1', '=true()', '=target.id ≥ 1', '=date(2026, 1, 1)', '=year(now())', $$=input.flag || true$$, '=target'
]) WITH ORDINALITY AS t (f, n), said(f) AS s
ORDER BY n;
SELECT f AS formula, s.message, s.hint
FROM unnest(ARRAY[
	$$target.status == 'open'$$, $$== target.status$$, $$target.status === 'open'$$, $$target.status !== 'open'$$, 'input.flag && true', 'input.flag || true',
	'AND(input.flag, true)', 'OR(input.flag, true)', 'and(input.flag)', '!input.flag', $$target.title contains 'x'$$, 'target.title is empty',
	'target.priority in [1, 2]', 'target.priority =< 1', 'target.priority = target.title', 'target.title'
]) WITH ORDINALITY AS t (f, n), said(f, 'require') AS s
ORDER BY n;

-- What is only the extension's own is not proposed, unless it is asked for
SELECT * FROM ways('{"steps": [{"call": "support.put_bac"}]}');
SELECT * FROM ways('{"table": "custom_actions.log_ste"}');
