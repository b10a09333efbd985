\i test/sql/prelude.sql
-- protect_table, unprotect_table, what they say, and what is said to who writes.

CREATE ROLE regress_protect_owner;
CREATE ROLE regress_protect_agent;
CREATE ROLE regress_protect_trigger;
GRANT USAGE ON SCHEMA desk TO regress_protect_agent, regress_protect_trigger;
GRANT USAGE, CREATE ON SCHEMA desk TO regress_protect_owner;

SET ROLE regress_protect_owner;
CREATE TABLE desk.case (id integer PRIMARY KEY, status text DEFAULT 'open', owner_id integer, title text);
INSERT INTO desk.case (id) SELECT generate_series(1, 3);
GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON desk.case TO regress_protect_agent;
GRANT TRIGGER ON desk.case TO regress_protect_trigger;
RESET ROLE;

-- Nobody writes it yet
SELECT protect_table('desk.case', columns => '{status, owner_id}');
UPDATE desk.case SET status = 'closed';

SELECT define('desk.close_case', '{"table": "desk.case", "steps": [{"update": "target", "set": {"status": "closed"}}]}');
SELECT define('desk.escalate_case', '{"table": "desk.case", "steps": [{"update": "target", "set": {"status": "escalated", "owner_id": 1}}]}');
SELECT define('desk.rename_case', '{"table": "desk.case", "input": [{"name": "title", "type": "text"}],
	"steps": [{"update": "target", "set": {"title": "=input.title"}}]}');

-- Whom to call, and for one who may call none, whom to ask
SET ROLE regress_protect_agent;
UPDATE desk.case SET status = 'closed' WHERE id = 1;
UPDATE desk.case SET owner_id = 7, status = 'closed', title = 'x' WHERE id = 1;
RESET ROLE;
SELECT grant_action('desk.escalate_case', 'regress_protect_agent');
SET ROLE regress_protect_agent;
UPDATE desk.case SET owner_id = 7, status = 'closed' WHERE id = 1;
TRUNCATE desk.case;
SELECT invoke_action('desk.escalate_case', '{"target": 1}');
TABLE desk.case ORDER BY id;
TABLE custom_actions.protections;

-- Only the owner
SELECT unprotect_table('desk.case');
SELECT protect_table('desk.case');
SET ROLE regress_protect_trigger;
SELECT protect_table('desk.case');
RESET ROLE;

-- who need not be a designer; the whole table, and what was before
SET ROLE regress_protect_owner;
SELECT protect_table('desk.case');
SELECT protect_table('desk.case');
UPDATE desk.case SET title = 'x' WHERE id = 1;
INSERT INTO desk.case (id) VALUES (4);
DELETE FROM desk.case;
UPDATE desk.case SET title = title;
RESET ROLE;

-- Some actions only
SELECT protect_table('desk.case', '{status}', '{desk.escalate_case}');
TABLE custom_actions.protections;
SELECT desk.close_case(2);
SELECT severity, location, message, hint FROM check_action('desk.close_case');
SELECT severity, location, message, hint FROM check_action('desk.escalate_case');
SELECT severity, location, message, hint FROM check_action('desk.rename_case');
SELECT desk.rename_case(2, 'renamed');
SELECT desk.escalate_case(2);
-- what one of them performs is inside of it, and so is its draft on trial
SELECT define('desk.close_by', '{"steps": [{"perform": "desk.close_case", "with": {"target": 3}}]}');
SELECT desk.close_by();
SELECT protect_table('desk.case', '{status}', '{desk.escalate_case, desk.close_by}');
SELECT desk.close_by();
SELECT create_action('desk.escalate_case', '{"table": "desk.case", "steps": [{"update": "target", "set": {"status": "draft"}}]}', true);
SELECT part, operation, "table", "column", before, after FROM preview_action('desk.escalate_case', '{"target": 2}', version => 0) WHERE part = 'change';
DO LANGUAGE custom_action '{"steps": [{"update": "desk.case", "id": 2, "set": {"status": "x"}}]}';
-- it holds by OID: a name that another action takes does not get in
SELECT drop_action('desk.close_by');
SELECT rename_action('desk.close_by', 'desk.close_third');
TABLE custom_actions.protections;
ALTER TABLE desk.case RENAME COLUMN status TO state;
ALTER TABLE desk.case RENAME TO ticket;
TABLE custom_actions.protections;
UPDATE desk.ticket SET state = 'x' WHERE id = 1;
ALTER TABLE desk.ticket RENAME TO "case";
ALTER TABLE desk.case RENAME COLUMN state TO status;

-- A protected column is not dropped unnoticed, nor altered
ALTER TABLE desk.case DROP COLUMN status;
\set VERBOSITY terse
ALTER TABLE desk.case ALTER COLUMN status TYPE varchar(20);
\set VERBOSITY default
-- a trigger of it that is switched off shows
ALTER TABLE desk.case DISABLE TRIGGER custom_actions_protect_row;
SELECT table_name, enabled FROM custom_actions.protections;
ALTER TABLE desk.case ENABLE TRIGGER custom_actions_protect_row;
-- without what says which columns, all of them are
DROP TRIGGER custom_actions_protect_statement ON desk.case;
UPDATE desk.case SET title = 'y' WHERE id = 1;
SELECT unprotect_table('desk.case');
UPDATE desk.case SET title = 'y', status = 'open' WHERE id = 1;
SELECT unprotect_table('desk.case');

-- What cannot be
CREATE VIEW desk.cases AS SELECT * FROM desk.case;
SELECT protect_table('desk.cases');
SELECT protect_table('desk.case_pkey');
SELECT protect_table('desk.case', '{statos}');
SELECT protect_table('desk.case', '{}');
SELECT protect_table('desk.case', '{status, NULL}');
SELECT protect_table('desk.case', actions => '{desk.nix}');
SELECT protect_table('desk.case', actions => '{}');
SELECT protect_table(NULL);
SELECT protect_table('desk.nix');

-- A column twice; names that need quotes; a column added later; tables that inherit
CREATE TABLE desk."Odd Case" ("Key" integer PRIMARY KEY, "the Status" text);
CREATE TABLE desk.child () INHERITS (desk."Odd Case");
SELECT protect_table('desk."Odd Case"', '{the Status, the Status}');
INSERT INTO desk."Odd Case" VALUES (1, 'x');
UPDATE desk."Odd Case" SET "the Status" = 'y';
SELECT protect_table('desk."Odd Case"');
ALTER TABLE desk."Odd Case" ADD COLUMN later text DEFAULT 'a';
UPDATE desk."Odd Case" SET later = 'b';

-- Types without equality, large values that stay where they are, NULL
CREATE TABLE desk.kinds (id integer, j json, p point, t text, n numeric);
INSERT INTO desk.kinds VALUES (1, '{"a": 1}', '(1,2)', (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 1000) AS i), 1.0);
SELECT protect_table('desk.kinds', '{j, p, t, n}');
UPDATE desk.kinds SET id = 2, j = j, t = t || '', n = 1.0;
UPDATE desk.kinds SET j = '{"a":1}';
UPDATE desk.kinds SET p = '(2,1)';
UPDATE desk.kinds SET t = reverse(t);
UPDATE desk.kinds SET n = 1.00;
UPDATE desk.kinds SET n = NULL;

-- Temporary tables
CREATE TEMPORARY TABLE own (id integer);
SELECT protect_table('own');
INSERT INTO own VALUES (1);
DROP TABLE own;

-- The triggers are the extension's
DROP EXTENSION custom_actions;

DROP TABLE desk.case CASCADE;
DROP OWNED BY regress_protect_owner, regress_protect_agent, regress_protect_trigger CASCADE;
DROP ROLE regress_protect_owner, regress_protect_agent, regress_protect_trigger;
