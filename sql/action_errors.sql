\i test/sql/prelude.sql
-- Every way an action can fail, as far as its definition and the catalogs say.
\pset format unaligned

CREATE DOMAIN desk.percent AS integer CONSTRAINT up_to_all CHECK (VALUE <= 100);
CREATE TABLE desk.customer (id bigint PRIMARY KEY, name text NOT NULL, email text UNIQUE, rebate desk.percent DEFAULT 0,
	tier text NOT NULL DEFAULT 'standard' CONSTRAINT known_tier CHECK (tier IN ('standard', 'gold')),
	CONSTRAINT gold_has_mail CHECK (tier <> 'gold' OR email IS NOT NULL));
CREATE TABLE desk.case (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	customer bigint NOT NULL CONSTRAINT of_customer REFERENCES desk.customer DEFERRABLE INITIALLY DEFERRED,
	title text NOT NULL, room int4range, EXCLUDE USING gist (room WITH &&));
CREATE TABLE desk.part (id integer, kind text) PARTITION BY LIST (kind);
CREATE VIEW desk.names AS SELECT id, name FROM desk.customer;
CREATE FUNCTION desk.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touched BEFORE UPDATE ON desk.case FOR EACH ROW EXECUTE FUNCTION desk.touch();
CREATE FUNCTION desk.send(recipient text) RETURNS void LANGUAGE plpgsql AS 'BEGIN END';

-- nested: its own ways stand behind the step that performs it
SELECT define('desk.page', '{"input": [{"name": "who", "type": "text", "options": ["day", "night"]}],
	"steps": [{"require": "input.who <> ''x''", "message": "Nobody {{input.who}}", "sqlstate": "P0001"},
		{"call": "desk.send(text)", "with": {"recipient": "=input.who"}, "timeout": "5 s"}]}');
SELECT define('desk.work', '{"table": "desk.case", "not_found": "PT404", "timeout": "2 min",
	"input": [{"name": "customer", "references": "desk.customer"},
		{"name": "by", "type": "desk.percent", "required": false},
		{"name": "tier", "type": "text", "default": "gold"}],
	"output": [{"name": "note", "type": "text", "required": true}],
	"steps": [
		{"require": "target.title <> ''closed''", "message": "Case {{target.id}} is closed", "hint": "Reopen it."},
		{"require": "input.tier is not null"},
		{"create": "desk.case", "as": "made", "set": {"customer": "=input.customer", "title": "Again", "room": "=target.room"}},
		{"create": "desk.customer", "set": {"id": 7, "name": "n", "tier": "=input.tier"}, "enabled": false},
		{"update": "desk.customer", "id": "=input.customer", "set": {"tier": "=input.tier", "rebate": "=input.by"}},
		{"if": "input.by > 5", "then": [{"perform": "desk.page", "with": {"who": "night"}}],
			"else": [{"stop": "canceled"}]},
		{"get": "desk.customer", "as": "other", "where": "email = ''x''", "lock": "nowait"},
		{"delete": "desk.customer", "id": 9, "required": false},
		{"delete": "desk.case", "where": "customer = 5", "on_error": []},
		{"update": "desk.customer", "id": 8, "set": {"name": "n"}, "on_error_when": "error.sqlstate = ''23505''", "on_error": []},
		{"update": "desk.customer", "id": 8, "set": {"name": "n"}, "on_error": [{"stop": "failed"}]},
		{"group": "kept", "do": [{"stop": "failed", "message": "Never"}], "on_error": [{"require": "error.sqlstate <> ''x''"}]},
		{"update": "target", "set": {"title": "=input.tier"}},
		{"update": "target", "set": {"title": "x"}, "where": "customer = 4"},
		{"create": "desk.customer", "set": {"id": "=input.customer", "name": "n"}, "on_conflict": {"columns": ["id"], "do": "update", "set": {"email": "=input.tier"}}},
		{"create": "desk.customer", "set": {"id": 1, "name": "n"}, "on_conflict": {"do": "nothing"}},
		{"create": "desk.part", "set": {"id": 1, "kind": "=input.tier"}},
		{"update": "desk.names", "where": "id = 1", "set": {"name": "n"}},
		{"output": {"note": "done"}}]}');
SELECT * FROM action_errors('desk.work');

-- what only partitions refuse, also partitions of partitions; what they have from their table is told once
CREATE TABLE desk.stock (id integer, kind text, place text, amount integer CONSTRAINT positive CHECK (amount > 0), customer bigint) PARTITION BY LIST (kind);
CREATE TABLE desk.stock_new PARTITION OF desk.stock (place NOT NULL, CONSTRAINT few CHECK (amount < 10)) FOR VALUES IN ('new');
CREATE TABLE desk.stock_old PARTITION OF desk.stock FOR VALUES IN ('old') PARTITION BY RANGE (id);
CREATE TABLE desk.stock_first PARTITION OF desk.stock_old FOR VALUES FROM (1) TO (100);
ALTER TABLE desk.stock_new ADD CONSTRAINT of_one FOREIGN KEY (customer) REFERENCES desk.customer;
ALTER TABLE desk.stock_first ADD CONSTRAINT once UNIQUE (place);
ALTER TABLE desk.stock_old ADD CONSTRAINT placed CHECK (place <> '');
CREATE UNIQUE INDEX ON desk.stock (id, kind);
CREATE TRIGGER touched BEFORE INSERT ON desk.stock_first FOR EACH ROW EXECUTE FUNCTION desk.touch();
CREATE TRIGGER touched_all AFTER INSERT ON desk.stock FOR EACH ROW EXECUTE FUNCTION desk.touch();
CREATE TRIGGER never BEFORE INSERT ON desk.stock_first EXECUTE FUNCTION desk.touch();
CREATE TABLE desk.note (place text CONSTRAINT of_place REFERENCES desk.stock_first (place));
SELECT define('desk.store', '{"steps": [{"create": "desk.stock", "set": {"id": 1, "kind": "new", "place": "=null", "amount": 3, "customer": 1}},
	{"update": "desk.stock", "where": "id = 1", "set": {"amount": 4}}, {"delete": "desk.stock", "where": "id = 1"}, {"create": "desk.stock_first", "set": {"id": 1, "kind": "old", "place": "p"}}]}');
SELECT sqlstate, message, step, "when" FROM action_errors('desk.store') WHERE step IS NOT NULL;

-- the draft, a version, plug-ins; policies
SELECT set_action_value('desk.page', '1.message', 'Nobody at {{input.who}}');
SELECT message FROM action_errors('desk.page') WHERE step = '1';
SELECT message FROM action_errors('desk.page', 0) WHERE step = '1';
CREATE FUNCTION desk.watch(context jsonb) RETURNS void LANGUAGE sql STABLE AS '';
SELECT register_plugin('desk.page', 'pre_operation', 'desk.watch') IS NOT NULL AS registered;
ALTER TABLE desk.case ENABLE ROW LEVEL SECURITY;
SELECT sqlstate, message, step, "when" FROM action_errors('desk.page') WHERE sqlstate IS NULL;
SELECT message, step FROM action_errors('desk.work') WHERE message LIKE '%security%';

-- a table that only others may write
SELECT protect_table('desk.customer', columns => '{email}', actions => '{desk.page}');
SELECT * FROM action_errors('desk.work') WHERE sqlstate = 'UA008' OR message LIKE '%protect%';
SELECT define('desk.rename_', '{"steps": [{"update": "desk.customer", "id": 1, "set": {"name": "n", "email": "=''e''"}}, {"update": "desk.customer", "id": 1, "set": {"name": "n"}}]}');
SELECT define('desk.around', '{"steps": [{"perform": "desk.rename_"}, {"perform": "desk.rename_", "on_error": []}]}');
SELECT sqlstate, message, step FROM action_errors('desk.around') WHERE sqlstate = 'UA008';
SELECT sqlstate, message, step FROM action_errors('desk.rename_') WHERE sqlstate = 'UA008';
SELECT unprotect_table('desk.customer');
SELECT protect_table('desk.customer', columns => '{email}', actions => '{desk.around}');
SELECT sqlstate, message, step FROM action_errors('desk.around') WHERE sqlstate = 'UA008';
SELECT sqlstate, message, step FROM action_errors('desk.rename_') WHERE sqlstate = 'UA008';

-- one that performs itself ends; one that does not compile says what does
SELECT define('desk.round', '{"input": [{"name": "n", "type": "integer"}], "steps": [{"require": "input.n > 0"}, {"perform": "desk.round", "with": {"n": "=input.n - 1"}}]}');
SELECT sqlstate, message, step FROM action_errors('desk.round');
SELECT create_action('desk.broken', '{"steps": [{"require": "nothing > 0"}, {"update": "desk.nowhere", "id": 1, "set": {}}, {"require": "true", "message": "Sound"}]}');
SELECT sqlstate, message, step FROM action_errors('desk.broken') WHERE step IS NOT NULL;
SELECT action_errors('desk.nothing');

-- what an action asks for
SELECT * FROM action_inputs('desk.work');
SELECT input, type, options FROM action_inputs('desk.page', 0);
SET client_min_messages = warning;
DROP SCHEMA desk CASCADE;
