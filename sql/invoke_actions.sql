\i test/sql/prelude.sql
-- invoke_actions: several calls of different actions in one.
CREATE TABLE desk.orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer text NOT NULL, total numeric);
CREATE TABLE desk.line (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, order_id bigint NOT NULL REFERENCES desk.orders,
	what text NOT NULL CHECK (what <> 'bad'));
SELECT public.define('desk.open', '{"input": [{"name": "customer", "type": "text"}, {"name": "total", "type": "numeric", "required": false}],
	"output": [{"name": "id", "type": "bigint", "default": "=o.id"}, {"name": "sum", "type": "numeric", "default": "=input.total"},
		{"name": "doc", "type": "jsonb", "default": {"list": [{"n": 1}, {"n": "=input.total"}], "odd key": "x"}}],
	"steps": [{"create": "desk.orders", "as": "o", "set": {"customer": "=input.customer", "total": "=input.total"}}]}');
SELECT public.define('desk.add', '{"input": [{"name": "order_no", "type": "bigint"}, {"name": "what", "type": "text"}, {"name": "more", "type": "jsonb", "required": false}],
	"output": [{"name": "line", "type": "bigint", "default": "=l.id"}, {"name": "rest", "type": "jsonb", "default": "=input.more"}],
	"steps": [{"create": "desk.line", "as": "l", "set": {"order_id": "=input.order_no", "what": "=input.what"}}]}');
SELECT public.define('desk.test', '{"input": [{"name": "n", "type": "numeric"}], "steps": [{"require": "input.n > 0", "message": "Too small"}]}');

-- The message of an error.
CREATE FUNCTION public.try_message(command text) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE command;
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLERRM;
END
$$;

-- Later calls use what earlier ones have given.
SELECT call, name, action, status, output, error, invocation IS NOT NULL AS id FROM invoke_actions('[
	{"action": "desk.open", "input": {"customer": "Ann", "total": 12.3400000000000000000001}, "as": "o"},
	{"action": "desk.add", "input": {"order_no": "=o.id", "what": "pen"}, "as": "l"},
	{"action": "desk.add", "input": {"order_no": "= o.id", "what": "==o.id", "more": {"a": ["=o.sum", "=l", {"b": "=o.doc.list[1].n"}, "=o.doc.\"odd key\"", 1, null]}}},
	{"action": "desk.test", "input": {"n": "=o.doc.list[0].n"}}]');
SELECT order_id, what FROM desk.line ORDER BY id;
SELECT * FROM invoke_actions('[]');

-- All or nothing.
SELECT * FROM invoke_actions('[{"action": "desk.open", "input": {"customer": "Bob"}, "as": "o"},
	{"action": "desk.add", "input": {"order_no": "=o.id", "what": "bad"}, "as": "l"}]');
SELECT * FROM invoke_actions('[{"action": "desk.open", "input": {"customer": "Bob"}}, {"action": "desk.test", "input": {"n": 0}}]');
SELECT count(*) FROM desk.orders;

-- Or go on: what needs a call that did not succeed is left out, and what needs that.
SELECT call, name, status, output - 'doc' - 'id' AS output, error ->> 'sqlstate' AS sqlstate, error ->> 'message' AS message FROM invoke_actions('[
	{"action": "desk.open", "input": {"customer": "Cid"}, "as": "o"},
	{"action": "desk.add", "input": {"order_no": "=o.id", "what": "bad"}, "as": "l"},
	{"action": "desk.add", "input": {"order_no": "=o.id", "what": "=l.line"}, "as": "k"},
	{"action": "desk.add", "input": {"order_no": "=o.id", "what": "=k.line"}},
	{"action": "desk.test", "input": {"n": -1}},
	{"action": "desk.open", "input": {"customer": null}},
	{"action": "desk.add", "input": {"order_no": "=o.id", "what": "ink"}}]', 'continue');
SELECT o.customer, l.what FROM desk.orders AS o LEFT JOIN desk.line AS l ON l.order_id = o.id ORDER BY o.id, l.id;

-- A path that leads nowhere.
SELECT status, error ->> 'message' AS message FROM invoke_actions('[{"action": "desk.open", "input": {"customer": "Dan"}, "as": "o"},
	{"action": "desk.test", "input": {"n": "=o.nothing"}}, {"action": "desk.test", "input": {"n": "=o.doc.list[9]"}},
	{"action": "desk.test", "input": {"n": "=o.id.x"}}, {"action": "desk.test", "input": {"n": "=o.doc[0]"}}]', 'continue');

-- What is wrong with any call is an error before the first runs.
SELECT * FROM invoke_actions('[{"action": "desk.open", "input": {"customer": "Eve"}, "as": "o"}, {"action": "desk.nothing"}]', 'continue');
SELECT * FROM invoke_actions('[{"action": "desk.test", "input": {"n": "=o.id"}, "as": "c"}, {"action": "desk.open", "input": {"customer": "Eve"}, "as": "o"}]');
SELECT * FROM invoke_actions('[{"action": "desk.test", "input": {"n": "=c.id"}, "as": "c"}]');
SELECT * FROM invoke_actions('[{"action": "desk.test", "input": {"n": 1}, "as": "first"}, {"action": "desk.test", "input": {"n": "=frist.id"}, "as": "c"}]');
SELECT * FROM invoke_actions('[{"action": "desk.test", "as": "c"}, {"action": "desk.test", "as": "c"}]');
SELECT * FROM invoke_actions('[{"action": "desk.test", "as": "A b"}]');
SELECT * FROM invoke_actions('[{"action": "desk.test", "inputs": {}}]');
SELECT * FROM invoke_actions('[{"action": "desk.test", "input": []}]');
SELECT * FROM invoke_actions('[{"input": {}}]');
SELECT * FROM invoke_actions('[{"action": 7}]');
SELECT * FROM invoke_actions('["desk.test"]');
SELECT * FROM invoke_actions('{}');
SELECT * FROM invoke_actions('7');
SELECT * FROM invoke_actions(NULL);
SELECT * FROM invoke_actions('[]', NULL);
SELECT * FROM invoke_actions('[]', 'maybe');
SELECT t.bad, e.message FROM unnest(ARRAY['=', '=.a', '=A', '=a b', '=a.', '=a[x]', '=a[', '=a."x', '=a..b', '=a-1']) AS t (bad),
	LATERAL (SELECT try_message(format('SELECT * FROM invoke_actions(%L)',
		jsonb_build_array('{"action": "desk.test", "input": {"n": 1}, "as": "a"}'::jsonb,
			jsonb_build_object('action', 'desk.test', 'input', jsonb_build_object('n', t.bad)))))) AS e (message);

-- Keys of idempotency are those of calls.
SELECT count(DISTINCT output) FROM invoke_actions('[{"action": "desk.open", "input": {"customer": "Kim"}, "idempotency_key": "k1"},
	{"action": "desk.open", "input": {"customer": "Kim"}, "idempotency_key": "k1"}]');
BEGIN;
SET LOCAL custom_actions.idempotency_key = 'k2';
SELECT * FROM invoke_actions('[]');
ROLLBACK;

-- What is sensitive is passed on, and shown by no error.
SELECT public.define('desk.token', '{"output": [{"name": "token", "type": "text", "default": "hush-hush", "sensitive": true}]}');
SELECT status, output, error ->> 'message' AS message FROM invoke_actions('[{"action": "desk.token", "as": "t"},
	{"action": "desk.test", "input": {"n": "=t.token"}}]', 'continue');
SELECT * FROM invoke_actions('[{"action": "desk.token", "as": "t"}, {"action": "desk.test", "input": {"n": "=t.token"}}]');

-- Rights are those of each call.
CREATE ROLE batch_caller;
GRANT USAGE ON SCHEMA desk TO batch_caller;
GRANT EXECUTE ON FUNCTION desk.test TO batch_caller;
SET ROLE batch_caller;
SELECT * FROM invoke_actions('[{"action": "desk.test", "input": {"n": 1}}, {"action": "desk.token"}]');
SELECT call, status, error ->> 'sqlstate' AS sqlstate FROM invoke_actions('[{"action": "desk.test", "input": {"n": 1}}, {"action": "desk.token"}]', 'continue');
RESET ROLE;
DROP OWNED BY batch_caller;
DROP ROLE batch_caller;

-- Many: all go well, some fail; few subtransactions are left.
SELECT count(*), count(*) FILTER (WHERE status = 'succeeded') FROM invoke_actions(
	(SELECT jsonb_agg(jsonb_build_object('action', 'desk.open', 'input', jsonb_build_object('customer', 'c' || n))) FROM generate_series(1, 2000) AS n));
SELECT status, count(*) FROM invoke_actions(
	(SELECT jsonb_agg(CASE WHEN n % 8 = 0 THEN '{"action": "desk.test", "input": {"n": 0}}'
		ELSE jsonb_build_object('action', 'desk.open', 'input', jsonb_build_object('customer', 'd' || n)) END ORDER BY n) FROM generate_series(1, 1000) AS n), 'continue')
GROUP BY 1 ORDER BY 1;
-- those that are left have numbers of their own, which the rows bear
SELECT count(*), count(DISTINCT xmin::text) <= 64 AS few FROM desk.orders WHERE customer LIKE 'd%';
