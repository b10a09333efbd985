-- Messages tell the way out: a name that there is not, with the one that may
-- have been meant; and what else was written as people write it elsewhere.
\set SHOW_CONTEXT never
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
SELECT create_action('support.x', '{"tabel": "support.case"}');
SELECT create_action('support.x', '{"steps": [{"updat": "target"}]}');
SELECT create_action('support.x', '{"steps": [{"update": "target", "sets": {"title": "x"}}]}');
SELECT create_action('support.x', '{"input": [{"name": "a", "typ": "text"}]}');
SELECT create_action('support.x', '{"steps": [{"let": "x = 5"}]}');
SELECT create_action('support.x', $${"steps": [{"let": "x := upper('a')"}]}$$);
SELECT create_action('support.x', '{"steps": [{"let": ""}]}');
SELECT create_action('support.x', '{"steps": [{"output": "hello"}]}');
SELECT create_action('support.x', '{"steps": [{"output": 5}]}');
