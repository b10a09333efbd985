-- What actions use: tables, columns, functions, other actions.
\i test/sql/prelude.sql
CREATE SCHEMA support;
CREATE TABLE support.customer (id bigint PRIMARY KEY, name text, tier text);
CREATE TABLE support.case (
	id          bigint PRIMARY KEY,
	customer_id bigint REFERENCES support.customer,
	owner_id    bigint,
	title       text,
	status      text,
	priority    integer
);
CREATE TABLE support.task (
	id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	case_id bigint,
	title   text,
	due     timestamptz,
	data    jsonb,
	UNIQUE (case_id, title)
);
CREATE TABLE support."Odd ""one" (id bigint PRIMARY KEY, "A col" text);
CREATE VIEW support.gold AS SELECT * FROM support.customer WHERE tier = 'gold';
CREATE SEQUENCE support.ticket;
CREATE FUNCTION support.loud(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT upper($1)';
CREATE FUNCTION support.send(recipient text, body text) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';
CREATE FUNCTION support.watch(context jsonb) RETURNS void LANGUAGE sql AS '';
SELECT define('support.page', '{"input": [{"name": "what", "type": "text"}], "steps": []}');

-- Every kind of step, every place a column may stand at
SELECT create_action('support.escalate', $${"table": "support.case",
	"input": [{"name": "reason", "type": "text"},
		{"name": "bump", "type": "integer", "default": "=length(support.loud('x'))"},
		{"name": "model", "type": "support.task", "required": false}],
	"output": [{"name": "task_id", "type": "bigint", "default": "=task.id"}],
	"summary": "Case {{target.id}} of {{customer.name}}",
	"steps": [
		{"require": "target.status <> 'closed'", "message": "Case {{target.title}} is {{support.loud(target.status)}}"},
		{"get": "support.customer", "as": "customer", "id": "=target.customer_id"},
		{"create": "support.task", "as": "task", "when": "input.bump > 0",
			"set": {"case_id": "=target.id", "title": "{{customer.name}}: {{input.reason}}",
				"due": "=(select now() + interval '4 hours' from support.gold g where g.id = customer.id)",
				"data": {"owner": "=target.owner_id", "all": ["=customer.tier", 1]}},
			"on_conflict": {"columns": ["case_id", "title"], "do": "update"}},
		{"update": "target", "set": {"priority": "=priority + input.bump", "status": "=customer.tier"}},
		{"assign": "target", "to": "=target.customer_id", "column": "owner_id"},
		{"set_status": "target", "to": "waiting", "column": "status"},
		{"update": "support.task", "where": "case_id = target.id and due < now()", "set": {"due": null}},
		{"delete": "support.task", "where": "data is null"},
		{"let": {"number": "=nextval('support.ticket')", "whole": "=to_jsonb(customer)", "row": "=to_jsonb(target) ->> 'x'", "gold": "=(select count(*) from support.gold)"}},
		{"if": "customer.tier = 'gold'",
			"then": [{"perform": "support.page", "with": {"what": "=customer.name"}}],
			"else": [{"call": "support.send(text,text)", "as": "sent", "with": {"recipient": "=target.title", "body": "x"}}]},
		{"choose": null, "cases": [{"when": "target.priority > 3", "do": [{"stop": "canceled", "message": "{{target.priority}}"}]}]},
		{"for_each": "support.task", "as": "t", "where": "this.case_id = target.id", "order_by": "due desc, id",
			"do": [{"output": {"task_id": "=t.id"}},
				{"create": "support.task", "set": {"title": "=t.title"},
					"on_conflict": {"columns": ["case_id", "title"], "set": {"data": "=excluded.data || this.data"}}}]},
		{"for_each": "=array(select c from support.case c where c.owner_id = target.owner_id)", "as": "other",
			"do": [{"get": "support.case", "as": "again", "where": "id = other.id and other.priority > 1", "order_by": ["title"]}]},
		{"create": "support.task", "from": "support.case", "where": "status = 'open'", "set": {"case_id": "=this.id", "title": "=(select j.tier from (support.customer a join support.customer b using (id, tier)) j limit 1)"}},
		{"call": "pg_notify", "with": {"1": "x", "2": "y"}},
		{"create": "support.\"Odd \"\"one\"", "set": {"id": 1, "A col": "=(target).title"}},
		{"update": "target", "set": {"*": "=input.values"}, "enabled": false},
		{"group": "x", "do": [{"update": "target", "set": {"title": "=title"}}], "on_error": [{"let": {"n": "=target.priority"}}], "on_error_when": "target.status is null"}
	],
	"plugins": [{"stage": "post_operation", "function": "support.watch", "images": {"pre": ["title"], "post": true}}]}$$);
SELECT path, table_name AS "table", column_name AS "column", function, performs, reads, writes
FROM custom_actions.uses WHERE action = 'support.escalate';

-- What touches a column; the draft is listed once it is published and the same
SELECT activate_action('support.escalate');
SELECT DISTINCT action, version FROM custom_actions.uses WHERE table_name = 'support."case"' ORDER BY 1, 2;
SELECT action, version, path FROM custom_actions.uses WHERE table_name = 'support.customer' AND column_name = 'tier' AND action LIKE 'support.%';
SELECT action, path FROM custom_actions.uses WHERE performs = 'support.page' OR function = 'support.loud(text)';

-- ... and the draft besides, where it says something else
UPDATE custom_actions.step SET arguments = '{"set": {"title": "=upper(title)"}}'
WHERE action = 'support.escalate' AND kind = 'update' AND subject = 'target' AND enabled IS NULL AND parent IS NULL;
SELECT version, path, column_name, reads, writes FROM custom_actions.uses
WHERE action = 'support.escalate' AND path LIKE '4%';
SELECT deactivate_action('support.escalate');
SELECT count(*) FILTER (WHERE version = 0) > 50 AS draft, count(*) FILTER (WHERE version = 1) > 50 AS published
FROM custom_actions.uses WHERE action = 'support.escalate';

-- Drafts that do not compile: what could be resolved
SELECT create_action('support.broken', '{"table": "support.case", "steps": [
	{"update": "target", "set": {"status": "=nosuch(target.title)", "title": "=target.priority::text", "nocolumn": 1}},
	{"update": "support.notable", "id": 1, "set": {"x": 1}},
	{"perform": "support.nobody"},
	{"get": "support.task", "as": "task", "where": "nocolumn = 1"},
	{"create": "support.task", "set": {"title": "=task.title"}}]}');
SELECT path, table_name, column_name, reads, writes FROM custom_actions.uses WHERE action = 'support.broken';
SELECT create_action('support.unbound', '{"table": "support.notable", "steps": [{"update": "target", "set": {"x": 1}}]}');
SELECT * FROM custom_actions.uses WHERE action = 'support.unbound';

-- A version that is not published; no such action, no such version
SELECT restore_action('support.escalate');
SELECT activate_action('support.escalate');
SELECT path, table_name, column_name FROM custom_actions.uses_of('support.page', 1);
SELECT count(*) > 50 AS some FROM custom_actions.uses_of('support.escalate', 1);
SELECT * FROM custom_actions.uses_of('support.escalate', 7);
SELECT * FROM custom_actions.uses_of('support.nobody', NULL);
SELECT * FROM custom_actions.uses_of('support.nobody', 0);

-- An owner who is gone leaves nobody to look things up for
CREATE ROLE regress_uses_gone;
GRANT CREATE, USAGE ON SCHEMA support TO regress_uses_gone;
SELECT grant_action_design('regress_uses_gone');
SET ROLE regress_uses_gone;
SELECT create_action('support.gone', '{"steps": [{"create": "support.task", "set": {"title": "x"}}]}');
-- ... who looks through his own eyes at the actions of others
SELECT path, table_name FROM custom_actions.uses WHERE action IN ('support.gone', 'support.page') OR path = '10.else.1.with.recipient';
RESET ROLE;
SELECT path, table_name, column_name FROM custom_actions.uses WHERE action = 'support.gone';
DROP OWNED BY regress_uses_gone;
DROP ROLE regress_uses_gone;
SELECT path, table_name, column_name FROM custom_actions.uses WHERE action = 'support.gone';

-- It is for designers
CREATE ROLE regress_uses_nobody;
SET ROLE regress_uses_nobody;
SELECT * FROM custom_actions.uses;
RESET ROLE;
DROP ROLE regress_uses_nobody;
