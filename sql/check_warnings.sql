-- What is accepted and most likely not meant: warnings of check_action, and of
-- activate_action, each with the way out.
\i test/sql/prelude.sql
\pset format unaligned
\pset null '(null)'
CREATE SCHEMA support;
CREATE TYPE support.mood AS ENUM ('happy', 'angry');
CREATE DOMAIN support.grade AS text CHECK (VALUE IN ('a', 'b')) CHECK (VALUE <> 'c');
CREATE TABLE support.customer (
	id    bigint PRIMARY KEY,
	name  text NOT NULL,
	tier  text NOT NULL DEFAULT 'standard' CHECK (tier IN ('standard', 'silver', 'gold')),
	code  varchar(3),
	fixed char(2),
	size  integer CHECK (size BETWEEN 1 AND 10),
	ratio numeric(4,2),
	state text CHECK (state = 'on' OR state = 'off'),
	grade support.grade,
	mood  support.mood,
	low   integer,
	high  integer,
	CHECK (low < high)
);
CREATE TABLE support.case (
	id          bigint PRIMARY KEY,
	customer_id bigint REFERENCES support.customer,
	owner_id    bigint,
	title       text NOT NULL,
	status      text NOT NULL DEFAULT 'open' CONSTRAINT case_status_check CHECK (status IN ('open', 'waiting', 'closed')),
	closed_at   timestamptz
);
CREATE TABLE support.task (
	id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	case_id bigint NOT NULL,
	owner_id bigint,
	title   text NOT NULL,
	notes   text[],
	data    jsonb,
	due     timestamptz
);
INSERT INTO support.case (id, title) VALUES (42, 'x');

CREATE FUNCTION warned(definition text)
RETURNS TABLE (location text, message text, detail text, hint text)
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM create_action('support.tried', definition::json, or_replace => true);
	RETURN QUERY SELECT CASE WHEN c.severity = 'warning' THEN c.location ELSE c.severity || ' ' || c.location END, c.message, c.detail, c.hint
		FROM check_action('support.tried') AS c;
END
$$;

-- A forgotten "="
SELECT * FROM warned($${"table": "support.case", "input": [{"name": "reason", "type": "text"}],
	"output": [{"name": "said", "type": "text", "default": "input.reason"}],
	"steps": [
		{"require": "input.reason is not null", "message": "input.reason", "detail": "see {input.reason}"},
		{"update": "target", "set": {"title": "input.reason"}},
		{"update": "target", "set": {"title": "title || 'x'"}},
		{"update": "target", "set": {"title": "upper(title)"}},
		{"update": "target", "set": {"closed_at": "now()"}},
		{"create": "support.task", "as": "task", "set": {"case_id": "=target.id", "title": "title || ' x'", "due": "now() + interval '4 hours'",
			"notes": ["target.title", "plain"], "data": {"a": {"b": "input.reason"}}}},
		{"let": {"x": "task.title", "y": "(select max(id) from support.case)"}},
		{"let": {"z": "=let.x || let.y"}},
		{"require": "let.z is not null"}]}$$);
-- ... and what only resembles one
SELECT * FROM warned($${"table": "support.case",
	"steps": [
		{"create": "support.task", "set": {"case_id": "=target.id", "title": "Call (urgent)"}},
		{"create": "support.task", "set": {"case_id": "=target.id", "title": "e.g. this.that"}},
		{"create": "support.task", "set": {"case_id": "=target.id", "title": "readme.md"}},
		{"create": "support.task", "set": {"case_id": "=target.id", "title": "closed"}},
		{"create": "support.task", "set": {"case_id": "=target.id", "title": "follow-up"}},
		{"create": "support.task", "set": {"case_id": "=target.id", "title": "Upper (title)!"}},
		{"create": "support.task", "set": {"case_id": "=target.id", "title": "(select one)"}},
		{"create": "support.task", "set": {"case_id": "=target.id", "title": "{id} {a.b} {{target.id}}"}},
		{"create": "support.task", "set": {"case_id": "=target.id", "title": "='target.title'"}},
		{"create": "support.task", "set": {"case_id": "=target.id", "title": "==target.title"}}]}$$);
-- Single braces
SELECT * FROM warned($${"table": "support.case",
	"steps": [
		{"update": "target", "set": {"title": "Case {target.id}"}},
		{"update": "target", "set": {"title": "Case {{target.id}}: {target.title}"}},
		{"update": "target", "set": {"title": "Case { this.id }"}}]}$$);
-- Loops over a text
SELECT * FROM warned($${"input": [{"name": "ids", "type": "bigint[]"}], "steps": [
	{"for_each": "input.ids", "as": "x", "do": [{"require": "x.value > 0"}]},
	{"for_each": "=input.ids", "as": "x2", "do": [{"require": "x2.value > 0"}]},
	{"create": "support.task", "from": "input.ids", "set": {"case_id": "=value", "title": "x"}}]}$$);

-- NULL
SELECT * FROM warned($${"table": "support.case", "steps": [
	{"require": "target.owner_id = null"},
	{"require": "target.owner_id <> null or target.title != null"},
	{"require": "target.owner_id in (1, null)"},
	{"require": "target.owner_id not in (1, null)"},
	{"require": "null < target.owner_id"},
	{"require": "target.closed_at = null::timestamptz"},
	{"require": "exists (select from support.task as t where t.case_id = target.id and t.due = null)"},
	{"require": "case target.owner_id when null then true else false end"},
	{"require": "target.owner_id is null or target.owner_id is distinct from null"},
	{"update": "support.case", "where": "owner_id = null", "set": {"title": "x"}}]}$$);

-- Constants that a column cannot hold
SELECT * FROM warned($${"table": "support.customer", "steps": [
	{"update": "target", "set": {"tier": "platinum", "code": "long", "fixed": "abc", "size": 11, "ratio": 100, "state": "of", "grade": "c"}},
	{"update": "target", "set": {"tier": "='glod'", "size": "=5 + 6", "code": "='lo' || 'ng'"}},
	{"update": "target", "set": {"tier": "gold", "code": "abc", "fixed": "a", "size": 10, "ratio": 99.99, "state": "off", "grade": "a", "mood": "happy", "low": 5, "high": 1}},
	{"set_status": "target", "column": "tier", "to": "bronze"},
	{"let": {"x": "=1 / 0"}},
	{"require": "let.x > 0"},
	{"create": "support.case", "set": {"id": 1, "title": "x", "status": "klosed"}}]}$$);
-- ... or be compared with
SELECT * FROM warned($${"table": "support.case", "steps": [
	{"get": "support.customer", "id": "=target.customer_id", "as": "c"},
	{"require": "target.status = 'klosed'"},
	{"require": "target.status <> 'Open' and target.status in ('opn', 'closed')"},
	{"require": "target.status = any ('{open,shut}')"},
	{"require": "target.status not in ('opened')"},
	{"require": "'klosed' = target.status"},
	{"require": "c.tier = 'bronze' or c.size = 99 or c.code = 'long' or c.state = 'of' or c.grade = 'q'"},
	{"require": "exists (select from support.case as o where o.status = 'gone')"},
	{"update": "support.case", "where": "status = 'klosed'", "set": {"status": "closed"}},
	{"require": "target.status = 'open' and c.tier in ('gold', 'silver') and c.size = 5 and c.code = 'abc' and target.title = 'klosed' and c.mood = 'angry'"}]}$$);
-- No code of anybody's runs: a function in the CHECK is not called
CREATE FUNCTION support.loud(t text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE NOTICE 'loud'; RETURN false; END $$;
CREATE TABLE support.odd (id integer PRIMARY KEY, a text CHECK (a = 'x' OR support.loud(a)), b integer CHECK (1 / b > 0), c text);
CREATE FUNCTION support.change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.c := 'x'; RETURN NEW; END $$;
CREATE TABLE support.changed (id integer PRIMARY KEY, c text CHECK (c = 'x'));
CREATE TRIGGER change BEFORE INSERT ON support.changed FOR EACH ROW EXECUTE FUNCTION support.change();
ALTER TABLE support.odd ADD CONSTRAINT later CHECK (c <> 'y') NOT VALID;
SELECT * FROM warned($${"table": "support.odd", "steps": [
	{"require": "target.a = 'y' and target.b = 0 and target.c = 'y'"},
	{"update": "target", "set": {"a": "y", "b": 0, "c": "y"}},
	{"create": "support.changed", "set": {"id": 1, "c": "lower-case"}}]}$$);
-- Rows of children, and rows that were there before, need not obey
CREATE TABLE support.parent (id integer PRIMARY KEY, c text CHECK (c = 'x') NO INHERIT);
CREATE TABLE support.child () INHERITS (support.parent);
CREATE DOMAIN support.old AS text;
CREATE DOMAIN support.older AS support.old;
CREATE TABLE support.aged (id integer PRIMARY KEY, c support.older);
ALTER DOMAIN support.old ADD CONSTRAINT later CHECK (VALUE = 'x') NOT VALID;
SELECT * FROM warned($${"steps": [
	{"update": "support.parent", "where": "c = 'y'", "set": {"id": "=id + 1"}},
	{"update": "support.aged", "where": "c = 'y'", "set": {"id": "=id + 1"}}]}$$);

-- A row compared with itself
SELECT * FROM warned($${"table": "support.case", "input": [{"name": "owner_id", "type": "bigint"}], "steps": [
	{"update": "support.task", "where": "case_id = id", "set": {"title": "x"}},
	{"delete": "support.task", "where": "owner_id = owner_id and id > 5"},
	{"update": "support.task", "where": "owner_id = input.owner_id and case_id = target.id", "set": {"title": "x"}},
	{"update": "support.task", "where": "case_id = this.id and case_id = owner_id", "set": {"title": "x"}},
	{"for_each": "support.task", "where": "id = case_id", "as": "t", "do": [{"update": "t", "set": {"title": "x"}}]}]}$$);
-- A key of another type
SELECT * FROM warned($${"table": "support.case", "input": [{"name": "code", "type": "text"}], "steps": [
	{"get": "support.customer", "id": "=target.title", "as": "a"},
	{"get": "support.customer", "id": "=input.code::bigint", "as": "b"},
	{"get": "support.customer", "id": "=target.customer_id", "as": "c"},
	{"get": "support.customer", "id": "='5'", "as": "d"},
	{"get": "support.customer", "id": 5, "as": "e"},
	{"require": "row(a.id, b.id, c.id, d.id, e.id) is not null"}]}$$);
-- Never used
SELECT * FROM warned($${"table": "support.case", "input": [{"name": "used", "type": "text"}, {"name": "unused", "type": "text"}],
	"output": [{"name": "o", "type": "text", "default": "=let.a"}],
	"steps": [
		{"let": {"a": "=input.used", "b": 1}},
		{"get": "support.task", "id": 1, "as": "nobody"},
		{"get": "support.task", "id": 2, "as": "somebody"},
		{"update": "somebody", "set": {"title": "x"}},
		{"update": "target", "as": "u", "set": {"title": "x"}},
		{"update": "u", "set": {"title": "y"}},
		{"for_each": "support.task", "as": "each", "do": [{"update": "target", "set": {"title": "z"}}]}]}$$);
SELECT * FROM warned('{"input": [{"name": "a", "type": "text"}]}');
SELECT * FROM warned('{"input": [{"name": "a", "type": "text"}], "steps": [{"let": {"x": "=nonsense"}}]}');
-- Never reached
SELECT * FROM warned($${"table": "support.case", "steps": [
	{"if": "target.id = 1", "then": [{"stop": "succeeded"}, {"update": "target", "set": {"title": "x"}}, {"update": "target", "set": {"title": "y"}}]},
	{"stop": "succeeded", "when": "target.id = 2"},
	{"if": "target.id = 3", "then": [{"stop": "canceled"}], "else": [{"group": "g", "do": [{"stop": "failed"}]}]},
	{"update": "target", "set": {"title": "x"}}]}$$);
SELECT * FROM warned($${"table": "support.case", "steps": [
	{"if": "target.id = 3", "then": [{"stop": "canceled"}]},
	{"choose": null, "cases": [{"when": "target.id = 1", "do": [{"stop": "succeeded"}]}]},
	{"group": "g", "do": [{"stop": "failed"}], "on_error": []},
	{"stop": "canceled", "enabled": false},
	{"update": "target", "set": {"title": "x"}},
	{"stop": "succeeded"}]}$$);

-- Activation says the same and goes on
SELECT create_action('support.warns', $${"table": "support.case", "input": [{"name": "reason", "type": "text"}],
	"steps": [{"update": "target", "set": {"title": "input.reason", "status": "klosed"}, "when": "target.owner_id = null"}]}$$);
SELECT activate_action('support.warns');
SELECT support.warns(42, 'x');

-- ... also of what is never used, and not of inputs that plug-ins may read
SELECT create_action('support.names', $${"table": "support.case", "input": [{"name": "reason", "type": "text"}, {"name": "used", "type": "text"}],
	"steps": [{"let": {"x": 1}}, {"get": "support.task", "as": "task", "id": 1, "required": false}, {"update": "target", "set": {"title": "=input.used"}}]}$$);
SELECT activate_action('support.names');
CREATE FUNCTION support.look(ctx jsonb) RETURNS void LANGUAGE plpgsql AS 'BEGIN END';
SELECT register_plugin('support.names', 'pre_operation', 'support.look') AS id \gset
SELECT * FROM check_action('support.names') ORDER BY location;
SELECT create_action('support.names', '{"table": "support.case", "input": [{"name": "reason", "type": "text"}, {"name": "used", "type": "text"}],
	"steps": [{"update": "target", "set": {"title": "=input.used"}}]}', true);
SELECT activate_action('support.names');
SELECT unregister_plugin(:id);
SELECT location, message FROM check_action('support.names');
