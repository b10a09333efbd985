-- A formula that is one sub-SELECT: the sub-SELECT is the statement, and nothing can tell.
\i test/sql/prelude.sql
SET search_path = desk, public, custom_actions;
CREATE TABLE desk.ticket (id integer PRIMARY KEY, grp integer, title varchar(20), price numeric(10, 2), done boolean);
INSERT INTO desk.ticket SELECT i, i % 3, 'ticket ' || i, i * 1.5, i % 2 = 0 FROM generate_series(1, 9) AS i;
INSERT INTO desk.ticket VALUES (10, 3, NULL, NULL, NULL);
CREATE DOMAIN desk.odd AS integer CHECK (VALUE % 2 = 1);
CREATE FUNCTION desk.tell(n integer) RETURNS integer LANGUAGE plpgsql STABLE AS 'BEGIN RAISE NOTICE ''told %'', n; RETURN n; END';

-- the value, of the type that is wanted or another; no row; NULL; two rows
SELECT define('desk.ask', '{ "input": [ {"name": "n", "type": "integer"} ],
  "output": [ {"name": "told", "type": "text", "default": "{{let.told}} {{let.v}}, {{let.s}}, {{let.p}}, {{let.l}}, {{let.c}}, {{let.r}}, {{let.u}}, {{let.i}}, {{let.j}}, {{let.a}}, {{let.f}}"}, {"name": "wide", "type": "bigint", "default": "=(select t.id from ticket t where t.id = input.n)"} ],
  "steps": [ {"let": {"told": ""}},
    {"let": {"v": "=(select t.id from ticket t where t.grp = input.n)"}, "on_error": [ {"let": {"told": "{{let.told}} {{error.sqlstate}} {{error.message}}"}} ]},
    {"let": {"s": "=(select t.title from ticket t where t.id = input.n)"}},
    {"let": {"p": "=(select t.price from ticket t where t.id = input.n)"}},
    {"let": {"l": "=(select t.title from ticket t where t.grp = input.n order by t.id desc limit 1)"}},
    {"let": {"c": "=(select count(*) from ticket t where t.grp = input.n)"}},
    {"let": {"r": "=(select t from ticket t where t.id = input.n)"}},
    {"let": {"u": "=(select t.id from ticket t where t.id = input.n union select input.n)"}},
    {"let": {"i": "=(with w as (select max(t.id) as m from ticket t where t.grp = input.n) select m + (select min(id) from ticket where id >= m) from w)"}},
    {"let": {"j": "=(select (select t.title from ticket t where t.id = o.id) from ticket o where o.id = input.n)"}},
    {"let": {"a": "=(select array_agg(t.id order by t.id) from ticket t group by t.grp having t.grp = input.n)"}},
    {"let": {"f": "=(select t.done from ticket t where t.id = input.n)"}} ] }');

-- EXISTS, and NOT EXISTS
SELECT define('desk.are', '{ "input": [ {"name": "n", "type": "integer"} ],
  "output": [ {"name": "a", "type": "boolean", "default": "=exists (select from ticket t where t.grp = input.n)"},
              {"name": "b", "type": "boolean", "default": "=not exists (select 1 from ticket t where t.grp = input.n)"},
              {"name": "c", "type": "boolean", "default": "=exists (select t.grp, 1 / (t.id - t.id) from ticket t where t.grp = input.n order by t.id)"},
              {"name": "d", "type": "boolean", "default": "=exists (select distinct t.grp from ticket t where t.grp = input.n)"},
              {"name": "e", "type": "boolean", "default": "=exists (select count(*) from ticket t where t.grp = input.n)"},
              {"name": "f", "type": "boolean", "default": "=exists (select count(*) from ticket t where t.grp = input.n having count(*) > 2)"},
              {"name": "g", "type": "boolean", "default": "=not exists (select from ticket t where t.grp = input.n offset 2)"},
              {"name": "h", "type": "boolean", "default": "=exists (select generate_series(1, input.n))"},
              {"name": "i", "type": "boolean", "default": "=exists (select tell(t.id) from ticket t where t.grp = input.n and tell(t.id) > 0)"} ] }');
CREATE VIEW desk.answers AS SELECT n, q.*, a.* FROM generate_series(0, 12) AS n, ask(n) AS q, are(n) AS a;

-- an error in a formula names it, at both paths
SELECT define('desk.fails', '{ "input": [ {"name": "n", "type": "integer"} ], "read_only": true,
  "steps": [ {"let": {"o": "=(select t.id::desk.odd from ticket t where t.id = input.n)"}},
             {"let": {"z": "=(select 1 / t.grp from ticket t where t.id = input.n)"}} ] }');
SELECT define('desk.two', '{ "input": [ {"name": "n", "type": "integer"} ], "steps": [ {"let": {"z": "=(select t.id from ticket t where t.id >= input.n)"}} ] }');

SELECT * FROM desk.answers WHERE n IN (0, 9, 10, 12) \gx
SET custom_actions.plain_path = 'selects';
SET client_min_messages = warning;
CREATE TEMP TABLE plain AS SELECT * FROM desk.answers;
SET custom_actions.plain_path = '';
SELECT * FROM desk.answers EXCEPT SELECT * FROM plain;
RESET client_min_messages;
SET custom_actions.plain_path = 'selects';
\set SHOW_CONTEXT always
SELECT desk.two(1);
SELECT desk.fails(6);
SELECT desk.fails(9);
SET custom_actions.plain_path = '';
SELECT desk.two(1);
SELECT desk.two(11);
SELECT desk.fails(6);
SELECT desk.fails(9);
\set SHOW_CONTEXT never

-- what runs: no query around the sub-SELECT
SELECT define('desk.shown', '{ "input": [ {"name": "n", "type": "integer"} ],
  "steps": [ {"let": {"a": "=(select t.title from ticket t where t.id = input.n)"}},
             {"if": "exists (select from ticket t where t.id = input.n)", "then": [ {"let": {"b": 1}} ]},
             {"if": "not exists (select from ticket t where t.id = input.n)", "then": [ {"let": {"b": 2}} ]},
             {"let": {"c": "=coalesce((select t.title from ticket t where t.id = input.n), ''none'')"}} ] }');
SELECT step, plan LIKE '%InitPlan%' AS around FROM explain_action('desk.shown') WHERE plan IS NOT NULL;
SET custom_actions.plain_path = 'selects';
SELECT step, plan LIKE '%InitPlan%' AS around FROM explain_action('desk.shown') WHERE plan IS NOT NULL;
RESET custom_actions.plain_path;

-- rights, policies, and a changed table, between calls of one session and inside of a transaction
CREATE ROLE regress_ca_asks;
GRANT USAGE ON SCHEMA desk TO regress_ca_asks;
GRANT SELECT ON desk.ticket TO regress_ca_asks;
SELECT define('desk.mine', '{ "input": [ {"name": "n", "type": "integer"} ],
  "output": [ {"name": "c", "type": "bigint", "default": "=(select count(*) from ticket t where t.grp = input.n)"}, {"name": "e", "type": "boolean", "default": "=exists (select from ticket t where t.grp = input.n)"} ] }');
GRANT EXECUTE ON FUNCTION desk.mine TO regress_ca_asks;
SELECT * FROM desk.mine(1);
SET ROLE regress_ca_asks;
SELECT * FROM desk.mine(1);
RESET ROLE;
BEGIN;
ALTER TABLE desk.ticket ENABLE ROW LEVEL SECURITY;
SELECT * FROM desk.mine(1);
SET LOCAL ROLE regress_ca_asks;
SELECT * FROM desk.mine(1);
RESET ROLE;
CREATE POLICY few ON desk.ticket TO regress_ca_asks USING (id < 5);
SET LOCAL ROLE regress_ca_asks;
SELECT * FROM desk.mine(1);
RESET ROLE;
SELECT * FROM desk.mine(1);
REVOKE SELECT ON desk.ticket FROM regress_ca_asks;
SET LOCAL ROLE regress_ca_asks;
SELECT * FROM desk.mine(1);
ROLLBACK;
BEGIN;
DELETE FROM desk.ticket WHERE grp = 1;
SELECT * FROM desk.mine(1);
ROLLBACK;
SELECT * FROM desk.mine(1);
DROP OWNED BY regress_ca_asks;
DROP ROLE regress_ca_asks;
