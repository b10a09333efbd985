-- The metadata of OData, and its errors
\i test/sql/prelude.sql

CREATE SCHEMA shop;
CREATE TYPE shop.channel AS ENUM ('phone', 'mail');
CREATE TYPE shop.mood AS ENUM ('very good', 'bad');
CREATE DOMAIN shop.share AS numeric(5,2) CHECK (VALUE >= 0 AND VALUE <= 100);
COMMENT ON DOMAIN shop.share IS 'Percent';
CREATE TABLE shop.case (id bigint PRIMARY KEY, number varchar(10) NOT NULL UNIQUE, status text NOT NULL, gone int, owner text, secret text, "open since" date,
	size int GENERATED ALWAYS AS (length(status)) STORED);
ALTER TABLE shop.case DROP COLUMN gone;
COMMENT ON TABLE shop.case IS 'What a customer wants';
COMMENT ON COLUMN shop.case.status IS 'open & <"closed">';

SELECT create_action('shop.close', '
{ "title": "Close a case", "description": "Close it", "table": "shop.case", "deprecated": "use shop.settle",
  "input": [ {"name": "reason", "type": "varchar(20)", "title": "Why"},
             {"name": "share", "type": "shop.share", "default": 10},
             {"name": "channel", "type": "shop.channel", "required": false},
             {"name": "mood", "type": "shop.mood", "required": false},
             {"name": "level", "type": "text", "options": ["a", "b"], "default": "a"} ],
  "output": [ {"name": "status", "type": "text", "default": "closed", "required": true},
              {"name": "at", "type": "timestamptz(3)", "default": "=now()"} ],
  "steps": [ {"require": "length(input.reason) > 2", "message": "why?"}, {"require": "target.status <> ''closed'' AND (target.owner IS NOT NULL OR target.id > 7)", "message": "no"},
             {"update": "target", "set": {"status": "closed"}} ] }'), activate_action('shop.close');
SELECT create_action('shop.find', '
{ "description": "By its number", "table": "shop.case", "key": ["number"], "read_only": true,
  "output": [ {"name": "row", "type": "shop.case", "default": "=target"}, {"name": "tags", "type": "text[]", "default": "=ARRAY[''a'']"} ], "steps": [] }'), activate_action('shop.find');
SELECT create_action('shop.purge', '
{ "description": "All that are closed", "table": "shop.case", "binding": "collection",
  "steps": [ {"delete": "shop.case", "where": "this.status = ''closed''"} ] }'), activate_action('shop.purge');
SELECT create_action('shop.ping', '{ "description": "Is anybody there?", "steps": [] }'), activate_action('shop.ping');

\a
\t
SELECT action_csdl();
SELECT action_csdl('json', 'Contoso.Desk', 'shop.%');


-- What is required of the row, in words of OData that mean the same; null: not to be told
BEGIN;
ALTER TABLE shop.case ADD channel shop.channel, ADD mood shop.mood NOT NULL DEFAULT 'bad', ADD late boolean NOT NULL DEFAULT false, ADD soft boolean, ADD price numeric(8,2), ADD due date, ADD at timestamptz;
DO $$
DECLARE
	c text;
	i integer = 0;
BEGIN
	FOREACH c IN ARRAY ARRAY['target.price > 5', 'target.id >= -5 AND target.late', 'target.soft', 'target.soft = true', 'NOT target.late', 'NOT target.price > 5',
		'target.owner IN (''a'', ''it''''s'')', 'target.owner NOT IN (''a'', ''b'')', 'NOT (target.status IN (''a'') OR target.owner IS NOT NULL)', 'target.channel = ''mail''',
		'target.mood <> ''very good''', 'target.price > 5.5', 'target.status > ''a''', 'target.status = lower(''A'')', 'target."open since" IS NULL',
		'target.status = E''a''', 'target.status || ''x'' = ''a''', 'target.price IN (-1.25, 007.50)', 'target.price > 1e3', 'target.price > 1234567890.123456',
		'target.due < DATE ''2026-01-31''', 'target.due = ''2026-01-31''', 'target.due < ''today''', 'target.at < ''2026-01-31''']
	LOOP
		i = i + 1;
		PERFORM create_action('shop.rule_' || i, json_build_object('table', 'shop.case', 'description', c, 'steps', json_build_array(json_build_object('require', c)))),
			activate_action('shop.rule_' || i);
	END LOOP;
	-- steps that ask for states, that depend on conditions, or whose errors are dealt with
	PERFORM set_config('client_min_messages', 'error', true);
	FOREACH c IN ARRAY ARRAY[
		'{"set_status": "target", "column": "status", "from": ["open", "closed"], "to": "waiting"}', '{"set_status": "target", "column": "status", "from": "open", "to": "waiting", "required": false}',
		'{"set_status": "target", "column": "owner", "from": ["a", null], "to": "b"}', '{"set_status": "target", "column": "status", "from": "=upper(''a'')", "to": "waiting"}',
		'{"set_status": "target", "column": "channel", "from": "mail", "to": "phone", "when": "target.late"}',
		'{"require": "target.late", "when": "target.soft"}', '{"require": "target.late", "when": "target.at > now()"}',
		'{"require": "target.late", "on_error": []}', '{"group": "asks", "do": [{"require": "target.late"}], "on_error": []}', '{"group": "asks", "do": [{"require": "target.late"}]}',
		'{"if": "target.price > 5", "then": [{"require": "target.late"}], "else": [{"require": "target.owner IS NOT NULL"}]}',
		'{"if": "target.price > 5", "then": [{"update": "target", "set": {"owner": "a"}}]}',
		'{"if": "input.why IS NULL", "then": [{"require": "target.late"}]}', '{"if": "input.why IS NULL", "then": [{"let": {"a": 1}}]}',
		'{"choose": "which", "cases": [{"when": "target.late", "do": [{"require": "target.soft"}]}, {"when": "target.price > 5", "do": [{"update": "target", "set": {"owner": "a"}}]}], "else": [{"require": "target.id > 3"}]}',
		'{"for_each": "shop.case", "as": "other", "do": [{"require": "target.late"}]}']
	LOOP
		i = i + 1;
		PERFORM create_action('shop.rule_' || i, json_build_object('table', 'shop.case', 'description', c, 'input', '[{"name": "why", "type": "text", "required": false}]'::json,
				'steps', json_build_array(c::json, '{"require": "target.id > 0"}'::json))),
			activate_action('shop.rule_' || i);
	END LOOP;
END
$$;
SELECT value -> 0 ->> '@Core.Description' || '  =>  ' || coalesce((value -> 0 -> '@Core.OperationAvailable')::jsonb::text, 'left out')
FROM json_each(action_csdl('json', pattern => 'shop.rule%')::json -> 'shop') WHERE key LIKE 'rule%' ORDER BY substr(key, 6)::int;
ROLLBACK;
\a
\t
-- One namespace, two schemas with actions and tables of one name
CREATE SCHEMA bill;
CREATE TABLE bill.case (id int PRIMARY KEY);
CREATE TABLE bill.bill (id int PRIMARY KEY);
SELECT create_action('bill.pay', '{ "table": "bill.bill", "steps": [] }'), activate_action('bill.pay');
SELECT create_action('bill.ping', '{ "steps": [] }'), activate_action('bill.ping'),
	create_action('bill.bill', '{ "table": "bill.case", "steps": [] }'), activate_action('bill.bill');
SELECT line FROM regexp_split_to_table(action_csdl('xml', 'Contoso'), '\n') AS line WHERE line ~ '<(Schema|Action|Function|EntityType|EntitySet|ActionImport|EntityContainer) ';
SELECT line FROM regexp_split_to_table(action_csdl(), '\n') AS line WHERE line ~ '<(Schema|Action|Function|EntityType|EntitySet|ActionImport|EntityContainer) ';

-- Only what the role may do and read
CREATE ROLE regress_csdl_reader;
GRANT USAGE ON SCHEMA bill, shop TO regress_csdl_reader;
GRANT EXECUTE ON FUNCTION shop.find TO regress_csdl_reader;
GRANT SELECT (status) ON shop.case TO regress_csdl_reader;
SET ROLE regress_csdl_reader;
SELECT line FROM regexp_split_to_table(action_csdl(pattern => 'shop.%'), '\n') AS line WHERE line ~ '<(Action|Function|EntityType|Property) ';
RESET ROLE;

-- Refused
SELECT action_csdl('yaml');
SELECT action_csdl(NULL);
SELECT action_csdl('xml', 'not one');
SELECT action_csdl('xml', 'Edm');
SELECT action_csdl('xml', visibility => 'mine');

SELECT action_error_payload('UA002', 'Case 40 is closed');
SELECT action_error_payload('23505', 'taken', 'Key (a)=(1) exists.', 'Use "2".', 'shop.close', '2', 'number', '{"constraint": "k"}');
SELECT action_error_payload(NULL, NULL);

DROP OWNED BY regress_csdl_reader;
DROP ROLE regress_csdl_reader;
