-- action_form(): the form of an action, and what it holds for a row.
\i test/sql/prelude.sql
\pset format unaligned
\pset tuples_only on

CREATE DOMAIN desk.percent AS integer CHECK (VALUE BETWEEN 0 AND 100);
CREATE TYPE desk.mood AS ENUM ('calm', 'cross');
CREATE TYPE desk.address AS (street text, zip_code varchar(10), floor desk.percent);
CREATE TABLE desk.person (id integer PRIMARY KEY, email text, name text);
CREATE TABLE desk.item (order_id bigint, line integer, note text, PRIMARY KEY (order_id, line));
CREATE TABLE desk.job (id bigint PRIMARY KEY, state text NOT NULL DEFAULT 'open', note text);
CREATE SEQUENCE desk.numbers;
INSERT INTO desk.person VALUES (1, 'ada@desk.example', 'Ada'), (2, 'ben@desk.example', 'Ben');
INSERT INTO desk.item VALUES (7, 1, 'first');
INSERT INTO desk.job VALUES (1, 'open', 'a note'), (2, 'closed', NULL);

-- A whole one.
SELECT define('desk.finish_job', $$
{ "title": "Finish the job", "description": "Says that it is done", "table": "desk.job",
  "input": [ {"name": "why_now", "type": "text", "description": "What happened"},
             {"name": "closed_by", "references": "desk.person", "required": false},
             {"name": "mood", "type": "desk.mood", "default": "calm", "title": "How it went"},
             {"name": "day", "type": "date", "default": "=date '2026-02-03' + 1"},
             {"name": "pin", "type": "varchar(8)", "sensitive": true, "default": "0000"} ],
  "steps": [ {"require": "target.state = 'open'", "message": "Job {{target.id}} is {{target.state}}"},
             {"require": "length(input.why_now) > 3", "message": "Say why"},
             {"update": "target", "set": {"state": "closed",
                "note": "{{input.why_now}}, {{input.mood}}, {{input.day}}, {{input.closed_by}}, {{length(input.pin)}}"}} ] } $$);
SELECT action_form('desk.finish_job', 1);

-- The row that it is for: a key of any type, a text, an object, a row; or none.
SELECT action_form('desk.finish_job', '2') ->> 'available';
SELECT action_form('desk.finish_job', '{"id": 2}') #>> '{data,target}';
SELECT action_form('desk.finish_job', j) #>> '{data,target}' FROM desk.job AS j WHERE j.id = 1;
SELECT action_form('desk.finish_job', 1, 'string') #>> '{data,target}';
SELECT action_form('desk.finish_job') #> '{available}', action_form('desk.finish_job') #> '{ui,rjsf,target}';
SELECT action_form('desk.finish_job', 99) -> 'available';
SELECT action_form('desk.finish_job', 'one') -> 'available', action_form('desk.finish_job', 'one') -> 'data';

-- A key of several columns.
SELECT define('desk.drop_item', '{"table": "desk.item", "input": [], "steps": [{"delete": "target"}]}');
SELECT action_form('desk.drop_item', '{"order_id": 7, "line": 1}'::jsonb);
SELECT action_form('desk.drop_item') #> '{ui,rjsf,target}';

SET client_min_messages = error;
-- Every type has a field, and defaults are computed as the call would compute them.
SELECT define('desk.all_types', $$
{ "input": [
	{"name": "a_text", "type": "text", "default": "x"}, {"name": "b_line", "type": "varchar(40)"}, {"name": "c_whole", "type": "integer", "default": "=1 + 1"},
	{"name": "d_big", "type": "bigint", "default": 9007199254740993}, {"name": "e_number", "type": "numeric(8,2)", "default": 1.50},
	{"name": "f_yes", "type": "boolean"}, {"name": "g_perhaps", "type": "boolean", "required": false}, {"name": "h_no", "type": "boolean", "default": false},
	{"name": "i_day", "type": "date", "default": "infinity"}, {"name": "j_when", "type": "timestamptz", "default": "2026-01-02 03:04:05+00"},
	{"name": "k_local", "type": "timestamp", "default": "2026-01-02 03:04:05"}, {"name": "l_clock", "type": "time", "default": "10:00"},
	{"name": "m_zone", "type": "timetz", "default": "10:00+01"}, {"name": "n_span", "type": "interval", "default": "3 days"},
	{"name": "o_bytes", "type": "bytea", "default": "\\x01"}, {"name": "p_json", "type": "jsonb", "default": [1, "a"]},
	{"name": "q_list", "type": "integer[]", "default": [1, 2]}, {"name": "r_part", "type": "desk.address", "default": "=row('Main St', null, 3)::desk.address"},
	{"name": "s_range", "type": "int4range", "default": "[1,5)"}, {"name": "t_percent", "type": "desk.percent", "default": 5},
	{"name": "u_choice", "type": "text[]", "options": ["a", "b"], "default": ["a"]}, {"name": "v_id", "type": "uuid", "required": false},
	{"name": "w_float", "type": "float8", "default": "NaN"} ],
  "steps": [] } $$);
SELECT f.key, f.value #>> '{type}' AS type, u.value AS ui, d.value AS data
FROM action_form('desk.all_types') AS form, json_each(form #> '{schema,properties}') AS f
	LEFT JOIN LATERAL json_each(form -> 'data') AS d ON d.key = f.key
	LEFT JOIN LATERAL json_each(form #> '{ui,rjsf}') AS u ON u.key = f.key ORDER BY 1;
SELECT action_form('desk.all_types', NULL, 'string') #> '{data,d_big}', action_form('desk.all_types', NULL, 'string') #> '{schema,properties,d_big}';
SELECT action_form('desk.all_types') #> '{schema,$defs}';

CREATE FUNCTION desk.nobody() RETURNS integer LANGUAGE sql STABLE BEGIN ATOMIC SELECT count(*)::integer FROM desk.person WHERE id > 99; END;
CREATE FUNCTION desk.newest() RETURNS integer LANGUAGE sql STABLE BEGIN ATOMIC SELECT max(id) FROM desk.person; END;

-- What uses something up, or fails, is left to the call; options are computed, too.
SELECT define('desk.computed', $$
{ "input": [ {"name": "number", "type": "bigint", "default": "=nextval('desk.numbers')"},
             {"name": "part", "type": "integer", "default": "=1 / desk.nobody()"},
             {"name": "who", "type": "integer", "options": "=array(SELECT id FROM desk.person ORDER BY id)", "default": "=desk.newest()"},
             {"name": "other", "type": "integer", "required": false, "options": "=array(SELECT id FROM desk.person WHERE id <> input.who)"},
             {"name": "stuck", "type": "integer", "required": false, "options": "=array[input.part]"},
             {"name": "many", "type": "integer", "required": false, "options": "=array(SELECT generate_series(1, 1000))"} ],
  "steps": [ {"require": "input.part > 1 AND input.who > 0"}, {"if": "input.number > 1", "then": [{"require": "input.who <> input.other"}]} ] } $$);
SELECT f.key, coalesce(f.value ->> 'enum', f.value ->> 'oneOf') AS choices, f.value ->> 'examples' AS examples, u.value AS ui, d.value AS data
FROM action_form('desk.computed') AS form, json_each(form #> '{schema,properties}') AS f
	LEFT JOIN LATERAL json_each(form -> 'data') AS d ON d.key = f.key
	LEFT JOIN LATERAL json_each(form #> '{ui,rjsf}') AS u ON u.key = f.key;
SELECT action_form('desk.computed') #> '{ui,fields_of_steps}';
SELECT is_called FROM desk.numbers;

-- Rights: as the caller, or the owner if the action runs as that.
CREATE ROLE clerk;
GRANT USAGE ON SCHEMA desk TO clerk;
GRANT EXECUTE ON FUNCTION desk.computed, desk.finish_job TO clerk;
SET ROLE clerk;
SELECT action_form('desk.computed') -> 'available', action_form('desk.computed') -> 'data';
SELECT action_form('desk.finish_job', 1) #> '{available}';
RESET ROLE;
SELECT set_action_value('desk.computed', 'run_as', 'owner');
SELECT activate_action('desk.computed');
SET ROLE clerk;
SELECT action_form('desk.computed') -> 'data';
RESET ROLE;
REVOKE EXECUTE ON FUNCTION desk.computed FROM clerk;
SET ROLE clerk;
SELECT action_form('desk.computed');
RESET ROLE;

-- Not active; no such action; no row to be for; words that are none.
SELECT deactivate_action('desk.finish_job');
SELECT action_form('desk.finish_job', 1) -> 'available', action_form('desk.finish_job', 1) -> 'data';
SELECT action_form('desk.nothing');
SELECT action_form('desk.computed', 1);
SELECT action_form('desk.computed', NULL, 'words');
SELECT action_form(NULL);

-- Nothing is locked, written or logged, also where nothing can be.
SET default_transaction_read_only = on;
SELECT action_form('desk.drop_item', '{"order_id": 7, "line": 1}'::jsonb) #>> '{available,available}';
RESET default_transaction_read_only;
SELECT count(*) FROM custom_actions.invocations;

DROP OWNED BY clerk;
DROP ROLE clerk;
