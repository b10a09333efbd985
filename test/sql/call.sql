\set echo :ECHO \set ECHO none
-- Functions to call, and what they read and write.
CREATE SCHEMA lib;
CREATE TYPE lib.pair AS (a integer, b text);
CREATE TABLE lib.item (id integer PRIMARY KEY, name text, price numeric(8,2));
INSERT INTO lib.item VALUES (1, 'bolt', 1.5), (2, 'nut', 2.25);
CREATE TABLE lib.log (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text);

-- scalar, void, one OUT, several OUT, composite, table row type; NULL composites
CREATE FUNCTION lib.twice(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT n * 2';
CREATE FUNCTION lib.write(body text) RETURNS void LANGUAGE sql AS 'INSERT INTO lib.log (body) VALUES ($1)';
CREATE FUNCTION lib.one_out(n integer, OUT half numeric) LANGUAGE sql AS 'SELECT n / 2.0';
CREATE FUNCTION lib.two_out(INOUT n integer, OUT word text) LANGUAGE sql AS 'SELECT n + 1, ''n is '' || n';
CREATE FUNCTION lib.as_pair(n integer) RETURNS lib.pair LANGUAGE plpgsql AS 'BEGIN IF n < 0 THEN RETURN NULL; END IF; RETURN (n, ''pair '' || n)::lib.pair; END';
CREATE FUNCTION lib.an_item(id integer) RETURNS lib.item LANGUAGE sql STABLE AS 'SELECT i FROM lib.item i WHERE i.id = $1';
CREATE FUNCTION lib.items() RETURNS lib.item[] LANGUAGE sql STABLE AS 'SELECT array_agg(i ORDER BY id) FROM lib.item i';
\set ECHO :echo
