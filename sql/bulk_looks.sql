-- invoke_action_bulk: what looks at other items' rows without naming their table, or depends on their order, keeps items apart.
\i test/sql/prelude.sql

CREATE TABLE desk.case (id integer PRIMARY KEY, status text NOT NULL DEFAULT 'open');
INSERT INTO desk.case SELECT i FROM generate_series(1, 40) AS i;

-- How many outputs, or failures, of each kind come of twenty items.
CREATE FUNCTION desk.run(action text, key text DEFAULT 'target') RETURNS TABLE (outcome text, items bigint) LANGUAGE sql AS $$
	WITH ran AS (SELECT * FROM invoke_action_bulk(action, (SELECT jsonb_agg(jsonb_build_object(key, 41 - i, 'n', i % 10) ORDER BY i) FROM generate_series(1, 20) AS i), mode => 'per_item'))
	SELECT coalesce(error ->> 'message', output::text), count(*) FROM ran GROUP BY 1 ORDER BY min(item)
$$;

-- the parent of a table that is written
CREATE TABLE desk.sheet (body text);
CREATE TABLE desk.form () INHERITS (desk.sheet);
SELECT define('desk.count', '{"table": "desk.case", "input": [ {"name": "n", "type": "integer"} ], "output": [ {"name": "half", "type": "bigint"} ],
	"steps": [ {"output": {"half": "=(SELECT count(*) FROM desk.sheet) / 10"}}, {"create": "desk.form", "set": {"body": "{{input.n}}"}} ]}');
SELECT * FROM desk.run('desk.count');

-- a domain whose CHECK reads, in an input, and in what a formula makes
CREATE TABLE desk.task (n integer);
CREATE FUNCTION desk.tasks(integer) RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM desk.task WHERE n = $1';
CREATE DOMAIN desk.free AS integer CHECK (desk.tasks(VALUE) = 0);
CREATE TYPE desk.place AS (site text, n desk.free);
SELECT define('desk.take', '{"table": "desk.case", "input": [ {"name": "n", "type": "desk.free"} ],
	"steps": [ {"create": "desk.task", "set": {"n": "=input.n::integer"}} ]}');
SELECT * FROM desk.run('desk.take');
TRUNCATE desk.task;
SELECT define('desk.take_place', '{"table": "desk.case", "input": [ {"name": "n", "type": "integer"} ],
	"steps": [ {"let": {"place": "=(''(hall,'' || input.n || '')'')::text::desk.place"}}, {"create": "desk.task", "set": {"n": "=(let.place).n::integer"}} ]}');
SELECT * FROM desk.run('desk.take_place');

-- such a domain of a column that is left out: its CHECK is asked about NULL
CREATE TABLE desk.row (number integer);
CREATE FUNCTION desk.few_rows() RETURNS boolean LANGUAGE plpgsql STABLE AS 'BEGIN RETURN (SELECT count(*) < 5 FROM desk.row); END';
CREATE DOMAIN desk.scarce AS integer CHECK (desk.few_rows());
ALTER TABLE desk.row ADD COLUMN mark desk.scarce;
SELECT define('desk.enter', '{"table": "desk.case", "input": [ {"name": "n", "type": "integer"} ], "steps": [ {"create": "desk.row", "set": {"number": "=input.n"}} ]}');
SELECT * FROM desk.run('desk.enter');

-- keys that items give in two places: of two that are the same, the one that comes later fails
CREATE TABLE desk.pair (id integer PRIMARY KEY, note text);
SELECT define('desk.enter_pair', '{"table": "desk.case", "input": [ {"name": "n", "type": "integer"} ], "output": [ {"name": "said", "type": "text", "default": "entered"} ],
	"steps": [ {"create": "desk.pair", "set": {"id": "=target.id"}}, {"create": "desk.pair", "set": {"id": "=target.id - 1"}} ]}');
SELECT define('desk.enter_one', '{"input": [ {"name": "n", "type": "integer"} ], "steps": [ {"create": "desk.pair", "set": {"id": "=input.n"}} ]}');
SELECT define('desk.enter_other', '{"table": "desk.case", "input": [ {"name": "n", "type": "integer"} ], "output": [ {"name": "said", "type": "text", "default": "entered"} ],
	"steps": [ {"create": "desk.pair", "set": {"id": "=target.id"}}, {"perform": "desk.enter_one", "with": {"n": "=target.id - 1"}} ]}');
SELECT * FROM desk.run('desk.enter_pair');
SELECT string_agg(id::text, ' ' ORDER BY id) FROM desk.pair;
TRUNCATE desk.pair;
SELECT * FROM desk.run('desk.enter_other');
SELECT string_agg(id::text, ' ' ORDER BY id) FROM desk.pair;
SELECT step, bulk FROM explain_action('desk.enter_pair') WHERE bulk IS NOT NULL;
SELECT step, bulk FROM explain_action('desk.enter_other') WHERE bulk IS NOT NULL;

-- a sequence where rows are found, which need not be in the order of the items
CREATE SEQUENCE desk.number;
SELECT define('desk.draw', '{"input": [ {"name": "id", "type": "integer"} ], "output": [ {"name": "third", "type": "boolean", "default": "=one.id = input.id"} ],
	"steps": [ {"get": "desk.case", "as": "one", "id": "=input.id", "where": "nextval(''desk.number'') % 3 = 0", "required": false} ]}');
SET enable_nestloop = off; SET enable_hashjoin = off;
SELECT item, output ->> 'third' AS third
FROM invoke_action_bulk('desk.draw', (SELECT jsonb_agg(jsonb_build_object('id', 41 - i) ORDER BY i) FROM generate_series(1, 20) AS i)) WHERE item < 7;
RESET enable_nestloop; RESET enable_hashjoin;

-- an action that performs itself: nobody looks at it for ever
SELECT define('desk.again', '{"input": [ {"name": "n", "type": "integer"} ], "steps": [ {"create": "desk.form", "set": {"body": "{{input.n}}"}},
	{"if": "input.n > 7", "then": [ {"perform": "desk.again", "with": {"n": "=input.n - 2"}} ]} ]}');
SELECT step, does, bulk FROM explain_action('desk.again') WHERE bulk IS NOT NULL;
SELECT define('desk.pong', '{"input": [ {"name": "n", "type": "integer"} ], "steps": []}');
SELECT define('desk.ping', '{"input": [ {"name": "n", "type": "integer"} ], "steps": [ {"if": "input.n > 7", "then": [ {"perform": "desk.pong", "with": {"n": "=input.n - 1"}} ]} ]}');
SELECT create_action('desk.pong', '{"input": [ {"name": "n", "type": "integer"} ], "steps": [ {"if": "input.n > 7", "then": [ {"perform": "desk.ping", "with": {"n": "=input.n - 1"}} ]} ]}', or_replace => true);
SELECT activate_action('desk.pong');
SELECT step, does, bulk FROM explain_action('desk.ping') WHERE bulk IS NOT NULL;
SELECT count(*) FROM invoke_action_bulk('desk.ping', (SELECT jsonb_agg(jsonb_build_object('n', i % 10)) FROM generate_series(1, 20) AS i));

-- a trace tells of each item once, though those before one that fails run again, and of what a failing one had performed
SELECT define('desk.jot', '{"log": "trace", "input": [ {"name": "n", "type": "integer"} ], "steps": [ {"create": "desk.form", "set": {"body": "{{input.n}}"}} ]}');
SELECT define('desk.traced', '{"table": "desk.case", "log": "trace", "input": [ {"name": "n", "type": "integer"} ],
	"steps": [ {"perform": "desk.jot", "with": {"n": "=input.n"}}, {"require": "input.n <> 7"} ]}');
SELECT status, count(*) FROM invoke_action_bulk('desk.traced', (SELECT jsonb_agg(jsonb_build_object('target', i, 'n', i % 9)) FROM generate_series(1, 40) AS i), mode => 'per_item')
GROUP BY status ORDER BY status;
SELECT action, status, count(*) FROM custom_actions.log WHERE action IN ('desk.traced', 'desk.jot') GROUP BY action, status ORDER BY action, status;

-- inside an action that has an idempotency key, bulk calls and batches are part of what it stands for
CREATE FUNCTION desk.all_of_it() RETURNS bigint LANGUAGE sql AS $$
	SELECT (SELECT count(*) FROM invoke_action_bulk('desk.jot', '[{"n": 1}, {"n": 2}]')) + (SELECT count(*) FROM invoke_actions('[{"action": "desk.jot", "input": {"n": 3}}]'))
$$;
SELECT define('desk.whole', '{"steps": [ {"call": "desk.all_of_it"} ]}');
SET custom_actions.idempotency_key = 'outer-1';
SELECT invoke_action('desk.whole', '{}');
SELECT count(*) FROM invoke_action_bulk('desk.jot', '[{"n": 1}]');
RESET custom_actions.idempotency_key;
