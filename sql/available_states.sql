-- The states that a set_status step works from are asked before it is run, too.
\i test/sql/prelude.sql
SET compute_query_id = off;
CREATE TYPE desk.mood AS ENUM ('new', 'busy', 'done');
CREATE TABLE desk.issue (id integer PRIMARY KEY, status text, mood desk.mood, short varchar(10), note text);
INSERT INTO custom_actions.table_setting (table_name, status_column) VALUES ('desk.issue', 'status');
INSERT INTO desk.issue VALUES (1, 'open', 'new', 'open'), (2, 'closed', 'done', 'closed'), (3, NULL, NULL, NULL);
SELECT define('desk.close', '{"table": "desk.issue", "steps": [{"require": "target.id < 5"}, {"set_status": "target", "from": ["open", "waiting"], "to": "closed"}]}');
SELECT define('desk.reopen', '{"table": "desk.issue", "steps": [{"set_status": "target", "from": ["closed", null], "to": "open"}]}');
SELECT define('desk.moody', '{"table": "desk.issue", "steps": [{"set_status": "target", "column": "mood", "from": "new", "to": "busy"}]}');
SELECT define('desk.shorty', '{"table": "desk.issue", "steps": [{"set_status": "target", "column": "short", "from": ["open"], "to": "busy"}]}');
SELECT define('desk.formula', '{"table": "desk.issue", "input": [{"name": "s", "type": "text"}], "steps": [{"set_status": "target", "from": ["=input.s"], "to": "x"}]}');
SELECT i.id, a.action, a.available, a.reason, a.sqlstate, a.hint FROM desk.issue i, available_actions('desk.issue', i.id) a ORDER BY 1, 2;
SELECT id, action_available('desk.close', i) AS close, action_available('desk.reopen', i) AS reopen, action_available('desk.moody', i) AS moody, action_available('desk.shorty', i) AS shorty, action_available('desk.formula', i) AS formula FROM desk.issue AS i ORDER BY id;
EXPLAIN (COSTS OFF) SELECT id FROM desk.issue AS i WHERE action_available('desk.close', i);
EXPLAIN (COSTS OFF) SELECT id FROM desk.issue AS i WHERE action_available('desk.moody', i);
SELECT * FROM validate_action('desk.formula', '{"target": 1, "s": "closed"}');
SELECT * FROM validate_action('desk.formula', '{"target": 1, "s": "open"}');
SELECT try_invoke_action('desk.close', '{"target": 2}') #>> '{error,message}';

-- Another row than the target; many rows, which would be locked to ask; what comes after it
SELECT define('desk.other', '{"table": "desk.issue", "steps": [{"set_status": "desk.issue", "id": "=target.id + 1", "from": "closed", "to": "open"}]}');
SELECT define('desk.many', '{"table": "desk.issue", "steps": [{"set_status": "desk.issue", "where": "id > 1", "from": "open", "to": "closed"}, {"require": "false"}]}');
SELECT i.id, a.action, a.available, a.reason FROM desk.issue AS i, available_actions('desk.issue', i.id) AS a
WHERE a.action IN ('desk.other', 'desk.many') ORDER BY 1, 2;
SELECT id, action_available('desk.other', i) AS other, action_available('desk.many', i) AS many FROM desk.issue AS i ORDER BY id;
