-- What explain_action says of many statements, which is more than fits into memory that is freed.
\i test/sql/prelude.sql
CREATE TABLE desk.ticket (id integer PRIMARY KEY, status text, priority integer);
SELECT create_action('desk.long', json_build_object('steps', (SELECT json_agg(json_build_object('get', 'desk.ticket', 'as', 't' || i, 'where', 'id = ' || i || ' and status in (''' || repeat('x', 500) || ''')', 'required', false)) FROM generate_series(1, 200) AS i)));
SET client_min_messages = error;
SELECT activate_action('desk.long');
RESET client_min_messages;
SELECT count(*), count(plan), min(locks), max(locks), bool_and(plan LIKE '%ticket%') FROM explain_action('desk.long');
