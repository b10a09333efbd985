-- on_error: which errors are caught, and which never.
\i test/sql/prelude.sql
\i test/sql/on_error.sql

-- when: part of what the handler catches
SELECT define('desk.when_fails', '
{ "input": [ {"name": "n", "type": "integer"} ], "output": [ {"name": "o", "type": "text", "default": "=let.o"} ],
  "steps": [ {"let": {"o": "start"}},
    {"call": "desk.fail", "with": {"sqlstate": "DESK1"}, "when": "1 / input.n = 1", "on_error": [ {"let": {"o": "handled"}} ]} ] }');
SELECT desk.when_fails(1);
SELECT desk.when_fails(2);
SELECT desk.when_fails(0);

-- never caught
SELECT define('desk.catch_all', '
{ "input": [ {"name": "state", "type": "text"} ], "output": [ {"name": "caught", "type": "text"} ],
  "steps": [ {"call": "desk.fail", "with": {"sqlstate": "=input.state"}, "on_error": [ {"output": {"caught": "=error.sqlstate"}} ]} ] }');
SELECT state, desk.catch_all(state) FROM unnest('{P0001,UA002,23505,40002,25001,42501,XY000,55P03}'::text[]) AS state;
\set VERBOSITY sqlstate
SELECT desk.catch_all('40001');
SELECT desk.catch_all('40P01');
SELECT desk.catch_all('53100');
SELECT desk.catch_all('53200');
SELECT desk.catch_all('53300');
SELECT desk.catch_all('53400');
SELECT desk.catch_all('XX000');
SELECT desk.catch_all('XX001');
SELECT desk.catch_all('P0004');
SELECT desk.catch_all('57014');
SELECT desk.catch_all('57P01');
\set VERBOSITY default
CREATE FUNCTION desk.assert(holds boolean) RETURNS void LANGUAGE plpgsql AS 'BEGIN ASSERT holds, ''must hold''; END';
SELECT define('desk.asserts', '{ "steps": [ {"call": "desk.assert", "with": {"holds": false}, "on_error": []} ] }');
SELECT desk.asserts();
SET statement_timeout = '200ms';
SELECT define('desk.sleeps', '{ "steps": [ {"call": "pg_catalog.pg_sleep", "with": {"1": 10}, "on_error": []} ] }');
SELECT desk.sleeps();
RESET statement_timeout;

-- a read-only action may have handlers
SELECT define('desk.careful', '
{ "read_only": true, "input": [ {"name": "n", "type": "integer"} ], "output": [ {"name": "o", "type": "text"} ],
  "steps": [ {"output": {"o": "=(10 / input.n)::text"}, "on_error": [ {"output": {"o": "{{error.message}}"}} ]} ] }');
BEGIN READ ONLY;
SELECT desk.careful(5), desk.careful(0);
COMMIT;
