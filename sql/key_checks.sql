-- Foreign keys of rows that actions write: whatever is asked of a key is answered as
-- PostgreSQL answers it. test/t/lending.pl runs this file where they are looked up
-- without a query.
\i test/sql/prelude.sql

CREATE TABLE customer (id bigint PRIMARY KEY, name text);
CREATE TABLE ticket (id integer PRIMARY KEY, customer integer REFERENCES customer, parent integer REFERENCES ticket ON DELETE CASCADE, title text);
INSERT INTO customer SELECT i, 'Customer ' || i FROM generate_series(1, 9) AS i;
SELECT define('public.open', '{"input": [{"name": "id", "type": "integer"}, {"name": "customer", "type": "integer", "required": false}, {"name": "parent", "type": "integer", "required": false}],
	"steps": [{"create": "ticket", "set": {"id": "=input.id", "customer": "=input.customer", "parent": "=input.parent"}}]}');
SELECT define('public.hand_over', '{"table": "ticket", "input": [{"name": "customer", "type": "integer", "required": false}], "steps": [{"update": "target", "set": {"customer": "=input.customer"}}]}');
CREATE FUNCTION tickets() RETURNS text LANGUAGE sql AS $$SELECT string_agg(format('%s:%s:%s', id, customer, parent), ' ' ORDER BY id) FROM ticket$$;

-- Rows are there, or not
SELECT open(i, i, nullif(i - 1, 0)) FROM generate_series(1, 6) AS i;
SELECT open(7, 77);
SELECT open(7, 7, 77);
SELECT open(7, NULL), open(8, 8, 8);
SELECT hand_over(i, 9) FROM generate_series(1, 4) AS i;
SELECT hand_over(1, 99);
SELECT hand_over(1, NULL), hand_over(1, 2);
SELECT tickets();

-- What the transaction did before is seen
BEGIN;
INSERT INTO customer VALUES (20);
SELECT open(20, 20), open(21, 20);
DELETE FROM ticket WHERE customer = 20;
DELETE FROM customer WHERE id = 20;
SAVEPOINT a;
SELECT open(22, 20);
ROLLBACK TO a;
UPDATE customer SET id = 30 WHERE id = 7;
SELECT open(23, 30), open(24, 30);
SAVEPOINT b;
SELECT open(25, 7);
ROLLBACK TO b;
UPDATE customer SET name = 'renamed';
SELECT open(26, 8), hand_over(26, 6);
SELECT tickets();
ROLLBACK;
SELECT define('public.put_both', '{"input": [{"name": "n", "type": "integer"}], "steps": [{"create": "customer", "set": {"id": "=input.n"}}, {"create": "ticket", "set": {"id": "=input.n", "customer": "=input.n"}},
	{"delete": "customer", "id": "=input.n - 1", "on_error": []}, {"create": "ticket", "set": {"id": "=input.n + 1", "customer": "=input.n"}}]}');
SELECT put_both(100);
SELECT put_both(i) FROM generate_series(104, 112, 4) AS i;
SELECT put_both(9);
SELECT tickets();
-- also in a snapshot of before, and where others' writes may not be missed
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT open(31, 1), open(32, 2), open(33, 3);
SELECT open(34, 400);
ROLLBACK;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT open(31, 1), open(32, 2), open(33, 3);
SELECT open(34, 400);
ROLLBACK;

-- No lock is left where there is nothing to look up
BEGIN;
CREATE TEMP TABLE passing ();
SELECT open(35, NULL), open(36, NULL), open(37, NULL);
SELECT relation::regclass, mode FROM pg_locks WHERE pid = pg_backend_pid() AND relation::regclass::text LIKE 'customer%' ORDER BY 1, 2;
ROLLBACK;

-- Many rows of one statement
SELECT define('public.open_all', '{"input": [{"name": "customers", "type": "integer[]"}], "steps": [{"for_each": "=input.customers", "as": "c", "do": [{"create": "ticket", "set": {"id": "=200 + c.index", "customer": "=c.value"}}]}]}');
SELECT define('public.hand_over_all', '{"input": [{"name": "customer", "type": "integer"}], "steps": [{"update": "ticket", "where": "id > 200", "set": {"customer": "=input.customer + id % 2"}}]}');
SELECT open_all('{1, 2, 3, 4, 5, 1, 2, 3}');
SELECT hand_over_all(3);
SELECT tickets();
SELECT hand_over_all(9);
DELETE FROM ticket WHERE id > 200;
-- of the same key again and again, until something befalls its row, once the fifth has been looked up
CREATE FUNCTION befall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.id = 205 AND pg_trigger_depth() = 1 THEN
		EXECUTE current_setting('befall.what');
		IF current_setting('befall.what') LIKE '%/* undone */' THEN
			RAISE division_by_zero;
		END IF;
	END IF;
	RETURN NULL;
EXCEPTION WHEN division_by_zero THEN
	RETURN NULL;
END $$;
CREATE FUNCTION befalls(what text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	PERFORM set_config('befall.what', what, true);
	PERFORM hand_on(50);
	answer := (SELECT string_agg(customer::text, ' ' ORDER BY id) FROM ticket WHERE id > 200);
	RAISE EXCEPTION USING message = answer, errcode = 'YY001';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLERRM;
END $$;
INSERT INTO customer SELECT i, 'again' FROM generate_series(50, 59) AS i;
SELECT open_all('{1, 1, 1, 1, 2, 2, 1, 1, 2, 2}');
SELECT hand_over_all(50), hand_over_all(50);
SELECT define('public.hand_some', '{"input": [{"name": "others", "type": "integer"}, {"name": "customer", "type": "integer"}], "steps": [{"update": "ticket", "where": "id > 200", "set": {"customer": "=CASE WHEN id = 207 THEN input.customer ELSE input.others END"}}]}');
SELECT hand_some(50, 51), hand_some(51, 52), hand_some(52, 52);
SELECT hand_some(53, 400);
CREATE TRIGGER befall AFTER UPDATE ON ticket FOR EACH ROW EXECUTE FUNCTION befall();
SELECT define('public.hand_on', '{"input": [{"name": "customer", "type": "integer"}], "steps": [{"update": "ticket", "where": "id > 200", "set": {"customer": "=input.customer"}}]}');
SELECT what, befalls(replace(replace(what, '{', 'SET LOCAL session_replication_role = replica; '), '}', '; RESET session_replication_role')) FROM unnest(ARRAY['SELECT 1', 'UPDATE customer SET name = id',
	'DELETE FROM customer WHERE id = 50', '{DELETE FROM customer WHERE id = 50}', '{DELETE FROM customer WHERE id = 50} /* undone */', '{UPDATE customer SET id = 70 WHERE id = 50}', '{UPDATE customer SET id = 70 WHERE id = 50} /* undone */',
	'{DELETE FROM customer WHERE id = 50; UPDATE customer SET id = 50 WHERE id = 51}', '{UPDATE customer SET id = 70 WHERE id = 50; UPDATE customer SET id = 50 WHERE id = 51}',
	'ALTER TABLE customer SET (fillfactor = 90)', 'UPDATE ticket SET customer = 51 WHERE id = 207', 'SELECT hand_on(51)', 'DELETE FROM ticket WHERE id IN (206, 207)']) AS what;
DROP TRIGGER befall ON ticket;
DELETE FROM ticket WHERE id > 200;
DELETE FROM customer WHERE id BETWEEN 50 AND 59;
SELECT open_all('{1, 2, 3, 400, 5}');
SELECT item, status, error ->> 'message' AS message FROM invoke_action_bulk('public.open', (SELECT jsonb_agg(jsonb_build_object('id', 300 + i, 'customer', i)) FROM generate_series(1, 20) AS i), mode => 'per_item');
SELECT count(*) FROM ticket WHERE id > 300;

-- Keys of several columns, in another order, of other types; NULLs
CREATE DOMAIN code AS text CHECK (length(VALUE) < 9);
CREATE TYPE level AS ENUM ('low', 'high');
CREATE TABLE place (n numeric, kind level, code text COLLATE "C", small smallint, PRIMARY KEY (code, small, kind), UNIQUE (n), UNIQUE (kind, code), UNIQUE (code));
INSERT INTO place VALUES (1, 'low', 'a', 1), (2.0, 'high', 'b', 2), (3, 'low', 'c', 3), (4, 'high', 'd', 4);
CREATE TABLE visit (id integer PRIMARY KEY, n integer REFERENCES place (n), kind level, code varchar(8), small bigint, exact code REFERENCES place (code),
	FOREIGN KEY (kind, small, code) REFERENCES place (kind, small, code), FOREIGN KEY (code, kind) REFERENCES place (code, kind) MATCH FULL);
SELECT define('public.pay', '{"input": [{"name": "n", "type": "integer", "required": false}, {"name": "kind", "type": "level", "required": false}, {"name": "code", "type": "text", "required": false},
		{"name": "small", "type": "bigint", "required": false}, {"name": "exact", "type": "code", "required": false}],
	"steps": [{"create": "visit", "set": {"id": "=(select count(*)::integer from visit)", "n": "=input.n", "kind": "=input.kind", "code": "=input.code", "small": "=input.small", "exact": "=input.exact"}}]}');
SELECT pay(1, 'low', 'a', 1), pay(2, 'high', 'b', 2, 'a'), pay(3, 'low', 'c', 3, 'b'), pay(4, 'high', 'd', 4, 'd');
SELECT pay(5, 'low', 'a', 1);
SELECT pay(1, 'high', 'a', 1);
SELECT pay(1, 'low', 'a', 2);
SELECT pay(1, 'low', 'A', 1);
SELECT pay(1, 'low', 'a ', 1);
SELECT pay(1, 'low', 'a', 1, 'x');
SELECT pay(NULL, NULL, NULL, 7), pay(1, 'low', 'a', NULL), pay(1, 'low', 'a', 1);
SELECT pay(1, NULL, 'a', 1);
SELECT pay(1, 'low', NULL, NULL);
SELECT pay(1, 'low', 'a', 70000);

-- Constraints come, change and go; so do their tables
ALTER TABLE ticket DROP CONSTRAINT ticket_customer_fkey;
SELECT open(400, 4000), open(401, 4000);
DELETE FROM ticket WHERE customer = 4000;
CREATE TABLE buyer (id integer PRIMARY KEY);
INSERT INTO buyer VALUES (4000), (1);
ALTER TABLE ticket ADD CONSTRAINT ticket_customer_fkey FOREIGN KEY (customer) REFERENCES buyer NOT VALID;
SELECT open(402, 4000), open(403, 1), open(404, 4000);
SELECT open(405, 2);
ALTER TABLE buyer ADD COLUMN name text DEFAULT random()::text;
SELECT open(405, 1), open(406, 1);
ALTER TABLE buyer ALTER id TYPE bigint;
SELECT open(407, 1), open(408, 1), open(409, 1);
SELECT open(410, 2);
ALTER TABLE ticket DISABLE TRIGGER ALL;
SELECT open(411, 2);
ALTER TABLE ticket ENABLE TRIGGER ALL;
SET session_replication_role = replica;
SELECT open(412, 2);
RESET session_replication_role;
SELECT open(413, 2);
BEGIN;
INSERT INTO buyer SELECT i FROM generate_series(2, 4) AS i;
SELECT open(414, 1), open(415, 2), open(416, 3);
TRUNCATE buyer, ticket;
SELECT open(417, 1);
ROLLBACK;
SELECT open(417, 1), open(418, 1);

-- A constraint that is checked later is
ALTER TABLE ticket ALTER CONSTRAINT ticket_customer_fkey DEFERRABLE INITIALLY DEFERRED;
BEGIN;
SELECT open(420, 70), open(421, 71);
INSERT INTO buyer VALUES (70), (71);
SELECT open(422, 71);
COMMIT;
BEGIN;
SELECT open(423, 72);
COMMIT;
BEGIN;
SET CONSTRAINTS ALL IMMEDIATE;
SELECT open(424, 70), open(425, 70), open(426, 71);
SELECT open(427, 72);
ROLLBACK;
ALTER TABLE ticket ALTER CONSTRAINT ticket_customer_fkey NOT DEFERRABLE;

-- Whoever owns the other table has to be allowed to read and to lock it
CREATE ROLE key_checks_owner;
CREATE ROLE key_checks_clerk;
ALTER TABLE buyer OWNER TO key_checks_owner;
GRANT CREATE ON SCHEMA public TO key_checks_owner;
GRANT SELECT, INSERT, UPDATE ON ticket TO key_checks_clerk;
GRANT EXECUTE ON FUNCTION open TO key_checks_clerk;
SET ROLE key_checks_clerk;
SELECT open(430, 70), open(431, 70), open(432, 71);
RESET ROLE;
REVOKE SELECT ON buyer FROM key_checks_owner;
SET ROLE key_checks_clerk;
SELECT open(433, 70);
RESET ROLE;
GRANT SELECT ON buyer TO key_checks_owner;
REVOKE UPDATE ON buyer FROM key_checks_owner;
SET ROLE key_checks_clerk;
SELECT open(433, 70);
RESET ROLE;
GRANT UPDATE ON buyer TO key_checks_owner;
SET ROLE key_checks_clerk;
SELECT open(433, 70), open(434, 70), open(435, 70);
RESET ROLE;
REVOKE USAGE ON SCHEMA public FROM PUBLIC, key_checks_owner;
GRANT USAGE ON SCHEMA public TO key_checks_clerk;
SET ROLE key_checks_clerk;
-- PostgreSQL 19 asks without a query, which others show
\set VERBOSITY sqlstate
SELECT open(436, 70);
\set VERBOSITY default
RESET ROLE;
GRANT USAGE ON SCHEMA public TO PUBLIC;
-- policies do not count
ALTER TABLE buyer ENABLE ROW LEVEL SECURITY;
ALTER TABLE buyer FORCE ROW LEVEL SECURITY;
SET ROLE key_checks_clerk;
SELECT open(436, 70), open(437, 70), open(438, 70);
RESET ROLE;
ALTER TABLE buyer DISABLE ROW LEVEL SECURITY;
REVOKE CREATE ON SCHEMA public FROM key_checks_owner;

-- Triggers: rows that have become others since, or have gone; rows that their statement makes go
CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	CASE NEW.title
		WHEN 'removed' THEN DELETE FROM ticket WHERE id = NEW.id;
		WHEN 'changed' THEN UPDATE ticket SET customer = 71, title = 'was changed' WHERE id = NEW.id;
		WHEN 'lost' THEN DELETE FROM buyer WHERE id = NEW.customer;
		WHEN 'moved' THEN UPDATE buyer SET id = id + 1000 WHERE id = NEW.customer;
		WHEN 'added' THEN INSERT INTO buyer VALUES (NEW.customer);
		WHEN 'altered' THEN ALTER TABLE buyer ADD COLUMN more text, DROP COLUMN name;
		ELSE NULL;
	END CASE;
	RETURN NULL;
END $$;
CREATE FUNCTION delete_buyer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM buyer WHERE id = NEW.customer;
	RETURN NEW;
END $$;
CREATE TRIGGER deletes_buyer BEFORE INSERT ON ticket FOR EACH ROW WHEN (NEW.title = 'orphaned') EXECUTE FUNCTION delete_buyer();
CREATE TRIGGER "A meddles" AFTER INSERT ON ticket FOR EACH ROW EXECUTE FUNCTION meddle();
SELECT define('public.open_as', '{"input": [{"name": "id", "type": "integer"}, {"name": "customer", "type": "integer"}, {"name": "titles", "type": "text[]"}],
	"steps": [{"for_each": "=input.titles", "as": "t", "do": [{"create": "ticket", "set": {"id": "=input.id + t.index", "customer": "=input.customer", "title": "=t.value"}}]}]}');
INSERT INTO buyer SELECT i FROM generate_series(500, 520) AS i;
SELECT open_as(500, 500, '{one, two, three}');
SELECT open_as(510, 999, '{removed}');
SELECT open_as(520, 999, '{changed}');
SELECT open_as(530, 501, '{lost}');
SELECT open_as(540, 502, '{one, two, lost}');
SELECT open_as(550, 503, '{one, two, moved}');
SELECT open_as(550, 505, '{orphaned}');
SELECT open_as(560, 999, '{added, one, two}');
SELECT open_as(570, 504, '{one, altered, two, three, four}');
SELECT open_as(580, 600, '{one, two}');
SELECT string_agg(format('%s:%s:%s', id, customer, title), ' ' ORDER BY id) FROM ticket WHERE id > 499;
DROP TRIGGER "A meddles" ON ticket;
DROP TRIGGER deletes_buyer ON ticket;

-- Partitions and tables of an inheritance, on either side
CREATE TABLE whole (id integer PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE whole_1 PARTITION OF whole FOR VALUES FROM (1) TO (10);
CREATE TABLE whole_2 PARTITION OF whole FOR VALUES FROM (10) TO (20);
CREATE TABLE mother (id integer PRIMARY KEY);
CREATE TABLE daughter () INHERITS (mother);
CREATE TABLE piece (id integer, whole integer REFERENCES whole, mother integer REFERENCES mother) PARTITION BY LIST (id);
CREATE TABLE piece_1 PARTITION OF piece FOR VALUES IN (1);
CREATE TABLE piece_2 PARTITION OF piece FOR VALUES IN (2);
INSERT INTO whole VALUES (1), (2), (11);
INSERT INTO mother VALUES (1), (2);
INSERT INTO daughter VALUES (3);
SELECT define('public.cut', '{"input": [{"name": "id", "type": "integer"}, {"name": "whole", "type": "integer", "required": false}, {"name": "mother", "type": "integer", "required": false}],
	"steps": [{"create": "piece", "set": {"id": "=input.id", "whole": "=input.whole", "mother": "=input.mother"}}]}');
SELECT define('public.cut_1', '{"input": [{"name": "whole", "type": "integer"}, {"name": "mother", "type": "integer"}],
	"steps": [{"create": "piece_1", "set": {"id": 1, "whole": "=input.whole", "mother": "=input.mother"}}]}');
SELECT define('public.put_together', '{"input": [{"name": "by", "type": "integer"}], "steps": [{"update": "piece", "where": "true", "set": {"whole": "=whole + input.by", "id": "=3 - id"}}]}');
SELECT cut(1, 1, 1), cut(2, 2, 2), cut(1, 11, 1), cut(2, NULL, NULL);
SELECT cut_1(1, 1), cut_1(2, 2), cut_1(11, 1);
SELECT cut(1, 3, 1);
SELECT cut(2, 1, 3);
SELECT cut_1(3, 1);
SELECT cut_1(1, 3);
SELECT put_together(0), put_together(0), put_together(0);
SELECT put_together(1);
DROP OWNED BY key_checks_owner, key_checks_clerk CASCADE;
DROP ROLE key_checks_owner, key_checks_clerk;
