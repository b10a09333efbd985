\set echo :ECHO \set ECHO none
-- Lines of an order to loop over, and a log.
CREATE SCHEMA shop;
CREATE TYPE shop.pair AS (a integer, b text);
CREATE DOMAIN shop.pairs AS shop.pair[];
CREATE TYPE shop.mood AS ENUM ('sad', 'glad');
CREATE TABLE shop.line (id integer PRIMARY KEY, item text NOT NULL, quantity integer, price numeric(10,2), pair shop.pair);
INSERT INTO shop.line VALUES (1, 'bolt', 10, 0.5, '(1,x)'), (2, 'nut', 20, 0.25, NULL), (3, 'screw', NULL, 1, '(,y)'), (4, 'nail', 5, 3, NULL);
CREATE TABLE shop.log (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text);
CREATE VIEW shop.cheap AS SELECT id, item FROM shop.line WHERE price < 1;
\set ECHO :echo
