-- check_action_privileges, and what check_action says of callers.
\i test/sql/prelude.sql
CREATE SCHEMA support;
CREATE SCHEMA other;
CREATE TABLE support.customer (id bigint PRIMARY KEY, name text, tier text);
CREATE TABLE support.case (id bigint PRIMARY KEY, customer_id bigint, status text, priority integer DEFAULT 1);
CREATE TABLE support.task (id serial PRIMARY KEY, case_id bigint, title text, note text DEFAULT 'x');
CREATE TABLE other.audit (id bigint GENERATED ALWAYS AS IDENTITY, what text);
CREATE TABLE other.closed (id bigint PRIMARY KEY, secret text);
ALTER TABLE other.closed ENABLE ROW LEVEL SECURITY;
CREATE VIEW support.gold AS SELECT * FROM support.customer WHERE tier = 'gold';
CREATE FUNCTION other.loud(text) RETURNS text STABLE LANGUAGE sql AS 'SELECT upper($1)';
CREATE FUNCTION other.send(text) RETURNS void LANGUAGE sql AS '';
CREATE FUNCTION support.watch(context jsonb) RETURNS void LANGUAGE sql AS '';
REVOKE ALL ON FUNCTION other.loud(text), other.send(text), support.watch(jsonb) FROM PUBLIC;
INSERT INTO support.customer VALUES (1, 'Ann', 'gold');
INSERT INTO support.case VALUES (42, 1, 'open');
CREATE ROLE regress_rights_agent;
CREATE ROLE regress_rights_keeper;
CREATE ROLE regress_rights_admin SUPERUSER;

SELECT define('support.note', '{"input": [{"name": "what", "type": "text"}], "steps": [
	{"create": "other.audit", "set": {"what": "=input.what"}}]}');
SELECT define('support.escalate', $${"table": "support.case", "steps": [
	{"require": "target.status <> 'closed'", "message": "closed"},
	{"get": "support.customer", "as": "customer", "id": "=target.customer_id"},
	{"create": "support.task", "as": "task", "set": {"case_id": "=target.id", "title": "=other.loud(customer.name)"}},
	{"update": "target", "set": {"priority": "=priority + (select count(*)::integer from support.gold)"}},
	{"update": "support.task", "where": "case_id = target.id and note is null", "set": {"note": "{{task.title}}"}},
	{"delete": "support.task", "id": "=task.id"},
	{"perform": "support.note", "with": {"what": "x"}},
	{"call": "other.send", "with": {"1": "x"}}]}$$);
SELECT register_plugin('support.escalate', 'post_operation', 'support.watch');
SELECT * FROM check_action_privileges('support.escalate', 'regress_rights_agent');
SELECT * FROM check_action_privileges('support.escalate', 'regress_rights_admin');

-- What is listed is enough
CREATE FUNCTION give(action text, role regrole) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
	given integer := 0;
	command text;
BEGIN
	FOR command IN SELECT grant_statement FROM check_action_privileges(action, role) LOOP
		EXECUTE command;
		given := given + 1;
	END LOOP;
	RETURN given;
END
$$;
SELECT give('support.escalate', 'regress_rights_agent');
SELECT * FROM check_action_privileges('support.escalate', 'regress_rights_agent');
SET ROLE regress_rights_agent;
SELECT support.escalate(42);
RESET ROLE;
SELECT what FROM other.audit;

-- check_action warns of who may call and lacks something, superusers never do
SELECT severity, location, message, detail, hint FROM check_action('support.escalate');
REVOKE SELECT (status, customer_id) ON support.case FROM regress_rights_agent;
REVOKE USAGE ON SEQUENCE support.task_id_seq FROM regress_rights_agent;
SELECT grant_action('support.escalate', 'regress_rights_admin');
SELECT severity, location, message, detail, hint FROM check_action('support.escalate');
SELECT * FROM check_action_privileges('support.escalate', 'regress_rights_agent');

-- A draft needs more
SELECT create_action('support.note', '{"input": [{"name": "what", "type": "text"}], "steps": [
	{"create": "other.audit", "set": {"what": "=input.what"}}, {"get": "other.closed", "id": 1, "as": "c", "required": false},
	{"update": "other.closed", "id": 2, "set": {"secret": "=c.secret"}, "required": false}]}', or_replace => true);
SELECT path, privilege, object, grant_statement FROM check_action_privileges('support.note', 'regress_rights_agent', 0);

-- As the owner: what the owner lacks; callers need to call it
SELECT define('support.kept', '{"run_as": "owner", "steps": [{"create": "other.audit", "set": {"what": "x"}}]}');
ALTER FUNCTION support.kept OWNER TO regress_rights_keeper;
SELECT * FROM check_action_privileges('support.kept', 'regress_rights_agent');
SELECT severity, message, detail FROM check_action('support.kept');
SELECT give('support.kept', 'regress_rights_agent');
SELECT severity, message, detail FROM check_action('support.kept');
SET ROLE regress_rights_agent;
SELECT support.kept();
RESET ROLE;

-- The last that was compiled is a formula, which is no part of the statement
SELECT define('support.checked', '{"input": [{"name": "what", "type": "text"}], "steps": [
	{"create": "other.audit", "set": {"what": "=input.what || ''!''"}}, {"require": "input.what <> ''''", "message": "Say what"}]}');
SELECT path, privilege, object FROM check_action_privileges('support.checked', 'regress_rights_agent');

-- What is computed of rows that are written runs as who writes them
CREATE FUNCTION other.sound(integer) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
CREATE FUNCTION other.twice(integer) RETURNS integer IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 * 2; END';
CREATE FUNCTION other.place(integer) RETURNS integer IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
CREATE FUNCTION other.hot(integer) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
CREATE FUNCTION other.fits(integer) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
REVOKE ALL ON FUNCTION other.sound(integer), other.twice(integer), other.place(integer), other.hot(integer), other.fits(integer) FROM PUBLIC;
CREATE DOMAIN support.amount AS integer CHECK (other.fits(VALUE));
CREATE DOMAIN support.price AS support.amount;
CREATE TABLE support.line (id integer PRIMARY KEY, amount integer CHECK (other.sound(amount)), price support.price, count integer,
	twice integer GENERATED ALWAYS AS (other.twice(amount)) STORED);
CREATE INDEX ON support.line (other.place(count)) WHERE other.hot(count);
SELECT define('support.place_order', '{"steps": [{"create": "support.line", "set": {"id": 1, "amount": 2, "price": 3, "count": 4}}]}');
SELECT define('support.recount', '{"table": "support.line", "steps": [{"update": "target", "set": {"count": 5}}]}');
SELECT * FROM check_action_privileges('support.recount', 'regress_rights_agent');
SELECT * FROM check_action_privileges('support.place_order', 'regress_rights_agent');
SELECT give('support.place_order', 'regress_rights_agent');
SET ROLE regress_rights_agent;
SELECT support.place_order();
RESET ROLE;

-- Bodies in standard SQL are looked into, and those of what they call; others are not
CREATE FUNCTION other.secret_of(integer) RETURNS text STABLE BEGIN ATOMIC SELECT secret FROM other.closed WHERE id = $1; END;
CREATE FUNCTION other.open_secret(integer) RETURNS text STABLE RETURN other.secret_of($1);
CREATE FUNCTION other.own_secret(integer) RETURNS text STABLE SECURITY DEFINER RETURN other.secret_of($1);
CREATE FUNCTION other.text_secret(integer) RETURNS text STABLE LANGUAGE sql AS 'SELECT secret FROM other.closed WHERE id = $1';
CREATE FUNCTION other.again(n integer) RETURNS integer STABLE RETURN n;
CREATE OR REPLACE FUNCTION other.again(n integer) RETURNS integer STABLE RETURN CASE WHEN n > 0 THEN other.again(n - 1) END;
CREATE FUNCTION other.keep(what text) RETURNS void BEGIN ATOMIC
	INSERT INTO other.audit (what) VALUES (what); UPDATE support.customer SET name = what WHERE id = 1; END;
SELECT define('support.whisper_on', '{"steps": [{"require": "other.open_secret(2) is null", "message": "no"}]}');
SELECT define('support.whisper', $${"steps": [
	{"require": "other.text_secret(1) is null and other.own_secret(1) is null and other.again(3) is null", "message": "no"},
	{"perform": "support.whisper_on"}, {"call": "other.keep", "with": {"what": "=other.open_secret(1)"}}]}$$);
SELECT path, privilege, object FROM check_action_privileges('support.whisper', 'regress_rights_agent');
ALTER TABLE other.closed DISABLE ROW LEVEL SECURITY;
SELECT give('support.whisper', 'regress_rights_agent');
SET ROLE regress_rights_agent;
SELECT other.keep(other.open_secret(1));
RESET ROLE;

-- Neither action nor version
SELECT * FROM check_action_privileges('support.nothing', 'regress_rights_agent');
SELECT * FROM check_action_privileges('support.note', 'regress_rights_agent', 9);

DROP OWNED BY regress_rights_agent, regress_rights_keeper, regress_rights_admin;
DROP ROLE regress_rights_agent, regress_rights_keeper, regress_rights_admin;
