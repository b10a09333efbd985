-- The states of CHECK constraints that are kept from one statement to the next: no
-- statement meets other checks than PostgreSQL would look at. test/t/lending.pl runs
-- this file where states are kept.
\i test/sql/prelude.sql

CREATE TABLE item (id integer PRIMARY KEY, name varchar(20), price numeric, state varchar(20),
	CONSTRAINT item_price CHECK (price > 0), CONSTRAINT item_state CHECK (state IN ('new', 'sold')));
INSERT INTO item SELECT i, 'Item ' || i, i, 'new' FROM generate_series(1, 5) AS i;
SELECT define('public.set_price', '{"table": "item", "input": [{"name": "price", "type": "numeric"}, {"name": "state", "type": "text", "default": "sold"}],
	"steps": [{"update": "target", "set": {"price": "=input.price", "state": "=input.state"}}]}');

-- Checks hold at the first call, and at those that borrow
SELECT set_price(i, 10 * i) FROM generate_series(1, 4) AS i;
SELECT set_price(1, 0);
SELECT set_price(1, 5, 'lost');
SELECT set_price(1, 5, NULL);
SELECT set_price(1, NULL);

-- Another check, in the same session and in one that is undone
ALTER TABLE item DROP CONSTRAINT item_price, ADD CONSTRAINT item_price CHECK (price > 2) NOT VALID;
SELECT set_price(1, 2);
SELECT set_price(1, 3);
SELECT set_price(1, 2);
BEGIN;
ALTER TABLE item DROP CONSTRAINT item_state;
SELECT set_price(1, 3, 'lost');
SELECT set_price(2, 3, 'lost');
SELECT set_price(3, 3, 'lost');
ROLLBACK;
SELECT set_price(1, 3, 'lost');
BEGIN;
SELECT set_price(2, 3);
SAVEPOINT a;
ALTER TABLE item DROP CONSTRAINT item_price;
SELECT set_price(2, 1);
SELECT set_price(3, 1);
ROLLBACK TO a;
SELECT set_price(2, 1);
ROLLBACK;
ALTER TABLE item ALTER price TYPE float8;
SELECT set_price(1, 2.5);
SELECT set_price(1, 2.6);
SELECT set_price(1, 1.5);
ALTER TABLE item DROP name;
SELECT set_price(2, 2.6);
SELECT set_price(2, 1.5);

-- A check that calls a function of a user's is asked as ever
CREATE FUNCTION permits(state text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE 'asked'; RETURN state <> 'old'; END$$;
ALTER TABLE item ADD CONSTRAINT item_permits CHECK (permits(state)) NOT VALID;
SELECT set_price(i, 10) FROM generate_series(1, 3) AS i;
CREATE OR REPLACE FUNCTION permits(state text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN state = 'new'; END$$;
SELECT set_price(1, 10);
ALTER TABLE item DROP CONSTRAINT item_permits;

-- One that cannot be planned is an error when the first row comes, not before
ALTER TABLE item ADD CONSTRAINT item_never CHECK (1 / 0 > id) NOT VALID;
SELECT define('public.reprice', '{"input": [{"name": "least", "type": "integer"}], "steps": [{"update": "item", "where": "id > input.least", "set": {"price": 7}}]}');
SELECT reprice(100) FROM generate_series(1, 3);
SELECT reprice(4);
ALTER TABLE item DROP CONSTRAINT item_never;

-- Functions of PostgreSQL's may be revoked
ALTER TABLE item ADD CONSTRAINT item_short CHECK (length(state) < 10);
CREATE ROLE kept_checks_clerk;
GRANT ALL ON item TO kept_checks_clerk;
GRANT EXECUTE ON FUNCTION set_price TO kept_checks_clerk;
SET ROLE kept_checks_clerk;
SELECT set_price(i, 10) FROM generate_series(1, 3) AS i;
RESET ROLE;
REVOKE EXECUTE ON FUNCTION pg_catalog.length(text) FROM PUBLIC;
SET ROLE kept_checks_clerk;
SELECT set_price(1, 11);
RESET ROLE;
SELECT set_price(1, 11);
GRANT EXECUTE ON FUNCTION pg_catalog.length(text) TO PUBLIC;
DROP OWNED BY kept_checks_clerk;
DROP ROLE kept_checks_clerk;

-- A trigger changes the catalogs while a statement has borrowed states
CREATE TABLE noted (id integer PRIMARY KEY, n integer CHECK (n > 0));
INSERT INTO noted SELECT i, i FROM generate_series(1, 3) AS i;
SELECT define('public.renumber', '{"input": [{"name": "n", "type": "integer"}], "steps": [{"update": "noted", "where": "true", "set": {"n": "=input.n"}}]}');
SELECT renumber(i) FROM generate_series(1, 3) AS i;
CREATE FUNCTION change_other() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	CREATE TEMP TABLE passing (a integer);
	DROP TABLE passing;
	PERFORM set_price(4, 20 + NEW.id), set_price(5, 20 + NEW.id);
	RETURN NEW;
END $$;
CREATE TRIGGER change BEFORE UPDATE ON noted FOR EACH ROW EXECUTE FUNCTION change_other();
SELECT renumber(i) FROM generate_series(4, 30) AS i;
SELECT renumber(0);

-- Partitions, and tables of an inheritance
CREATE TABLE part (id integer, n integer CHECK (n < 100)) PARTITION BY RANGE (id);
CREATE TABLE part_1 PARTITION OF part (CONSTRAINT one CHECK (n > 0)) FOR VALUES FROM (1) TO (10);
CREATE TABLE part_2 PARTITION OF part (CONSTRAINT two CHECK (n > 10)) FOR VALUES FROM (10) TO (20);
SELECT define('public.put', '{"input": [{"name": "id", "type": "integer"}, {"name": "n", "type": "integer"}], "steps": [{"create": "part", "set": {"id": "=input.id", "n": "=input.n"}}]}');
SELECT define('public.raise_all', '{"input": [{"name": "by", "type": "integer"}], "steps": [{"update": "part", "where": "true", "set": {"n": "=n + input.by"}}]}');
SELECT put(1, 1), put(2, 2), put(11, 11), put(12, 12);
SELECT put(1, 0);
SELECT put(11, 1);
SELECT put(1, 100);
SELECT raise_all(1), raise_all(1), raise_all(1);
SELECT raise_all(-4);
SELECT raise_all(90);
