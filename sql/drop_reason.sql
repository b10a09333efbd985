-- A draft whose function was dropped says what took it.
\i test/sql/prelude.sql
CREATE ROLE drop_reason_admin SUPERUSER;
CREATE FUNCTION public.reasons() RETURNS TABLE (name text, state text, drop_reason text, function text, described text)
LANGUAGE sql AS $$
	SELECT a.name, a.state, regexp_replace(a.drop_reason, '\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [-+]\d\d:\d\d$', 'TIME'),
		regexp_replace(custom_actions.drop_reason(a.name), '\d{4}-.*', 'TIME'),
		regexp_replace(split_part(split_part(describe_action(a.name), E'\n', 1), ': ', 2), '\d{4}-.*', 'TIME')
	FROM custom_actions.actions AS a ORDER BY 1
$$;
CREATE SCHEMA store;
CREATE SCHEMA other;
CREATE TABLE store.thing (id integer PRIMARY KEY, name text);
CREATE TABLE other.thing (id integer PRIMARY KEY, name text);
SELECT define('desk.first', '{"table": "store.thing", "steps": [{"update": "target", "set": {"name": "one"}}]}'),
	define('desk.second', '{"table": "other.thing", "steps": [{"update": "target", "set": {"name": "two"}}]}'),
	define('desk.third', '{}'), define('store.fourth', '{}');
SELECT create_action('desk.never');
SELECT modified_at AS modified_at FROM custom_actions.action WHERE name = 'desk.first' \gset
SELECT * FROM reasons();

-- with the schema of its table, and with its own
SET ROLE drop_reason_admin;
DROP SCHEMA store CASCADE;
RESET ROLE;
SELECT * FROM reasons();
SELECT modified_at = :'modified_at' AS as_it_was FROM custom_actions.action WHERE name = 'desk.first';
-- by itself; the checks off or on
SET custom_actions.ddl_check = off;
DROP FUNCTION desk.third;
RESET custom_actions.ddl_check;
-- with two tables
CREATE TABLE desk.spare (id integer);
DROP TABLE other.thing, desk.spare CASCADE;
SELECT * FROM reasons();

-- nobody writes it himself, and no edit of the draft takes it away
UPDATE custom_actions.action SET drop_reason = 'no reason' WHERE name IN ('desk.third', 'desk.never');
INSERT INTO custom_actions.action (name, drop_reason) VALUES ('desk.made', 'no reason');
UPDATE custom_actions.action SET description = 'still here' WHERE name = 'desk.first';
SELECT name, state, drop_reason FROM reasons() WHERE name IN ('desk.first', 'desk.third', 'desk.made', 'desk.never');

-- activated again
SELECT activate_action('desk.third');
SELECT drop_reason IS NULL AS cleared FROM custom_actions.action WHERE name = 'desk.third';
SELECT name, state, drop_reason FROM reasons() WHERE name = 'desk.third';
-- undone
BEGIN;
DROP SCHEMA desk CASCADE;
SELECT name, state, drop_reason FROM reasons() WHERE name = 'desk.third';
ROLLBACK;
SELECT name, state, drop_reason FROM reasons() WHERE name = 'desk.third';
-- while a dump is restored nothing is said
SET check_function_bodies = off;
DROP FUNCTION desk.third;
RESET check_function_bodies;
SELECT name, state, drop_reason FROM reasons() WHERE name = 'desk.third';
DROP OWNED BY drop_reason_admin;
DROP ROLE drop_reason_admin;
