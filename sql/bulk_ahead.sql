-- Items that a foreign key of a later step would refuse, in mode per_item: the set goes
-- on without them before it writes, and they fail alone, with errors of their own.
\i test/sql/prelude.sql

CREATE TABLE desk.agent (id integer PRIMARY KEY, level integer NOT NULL DEFAULT 1, UNIQUE (id, level));
CREATE TABLE desk.case (id integer PRIMARY KEY, status text NOT NULL DEFAULT 'open', owner_id integer REFERENCES desk.agent,
	level integer, FOREIGN KEY (owner_id, level) REFERENCES desk.agent (id, level));
CREATE TABLE desk.task (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id integer NOT NULL REFERENCES desk.case, title text);
CREATE TABLE desk.told (n serial, what text);
CREATE SEQUENCE desk.fired;
CREATE FUNCTION desk.tell() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM nextval('desk.fired'); RETURN NULL; END$$;
CREATE TRIGGER tell AFTER INSERT ON desk.task FOR EACH STATEMENT EXECUTE FUNCTION desk.tell();
INSERT INTO desk.agent VALUES (1, 1), (2, 2);

-- Runs an action for all cases, given these inputs where they differ; says what became of
-- them, and how many statements have created tasks.
CREATE FUNCTION desk.run(action text, differ jsonb, common jsonb DEFAULT '{"owner": 2}') RETURNS TABLE (how text, fired bigint, tasks bigint, cases text) LANGUAGE plpgsql AS $$
BEGIN
	TRUNCATE desk.task, desk.case RESTART IDENTITY;
	INSERT INTO desk.case (id, owner_id) SELECT i, 1 FROM generate_series(1, 40) AS i;
	PERFORM setval('desk.fired', 1, false);
	SELECT string_agg(format('%s %s', item, coalesce(error ->> 'message', status)), '; ' ORDER BY item) FILTER (WHERE status <> 'succeeded') INTO how
	FROM invoke_action_bulk(action, (SELECT jsonb_agg(jsonb_build_object('target', i) || coalesce(differ -> i::text, '{}') ORDER BY i) FROM generate_series(1, 40) AS i),
		common, 'per_item');
	fired := nextval('desk.fired') - 1;
	SELECT count(*) INTO tasks FROM desk.task;
	SELECT string_agg(DISTINCT concat_ws('/', owner_id, level), ' ') INTO cases FROM desk.case;
	RETURN NEXT;
END $$;

SELECT define('desk.pass', '{"table": "desk.case", "input": [ {"name": "owner", "type": "integer"} ],
	"steps": [ {"create": "desk.task", "set": {"case_id": "=target.id", "title": "{{input.owner}}"}},
		{"update": "target", "set": {"status": "passed", "owner_id": "=coalesce(nullif(input.owner, 0), target.owner_id)"}} ]}');
SELECT * FROM desk.run('desk.pass', '{}');
SELECT * FROM desk.run('desk.pass', '{"3": {"owner": 7}, "40": {"owner": 8}, "9": {"owner": 0}}');
-- however many there are
SELECT left(how, 60) AS how, fired, tasks, cases
FROM desk.run('desk.pass', (SELECT jsonb_object_agg(i, '{"owner": 9}'::jsonb) FROM generate_series(1, 40) AS i WHERE i % 2 = 0));

-- a key of two columns: NULL in one refers to nothing
SELECT define('desk.raise', '{"table": "desk.case", "input": [ {"name": "owner", "type": "integer"}, {"name": "level", "type": "integer", "required": false} ],
	"steps": [ {"create": "desk.task", "set": {"case_id": "=target.id"}}, {"update": "target", "set": {"owner_id": "=input.owner", "level": "=input.level"}} ]}');
SELECT * FROM desk.run('desk.raise', '{"5": {"level": 1}, "6": {"level": 2}, "7": {"owner": 1, "level": 1}}');

-- whose row is a matter of the row that is written; what is changed by then is not looked at
SELECT define('desk.hand_on', '{"table": "desk.case", "input": [ {"name": "owner", "type": "integer"} ],
	"steps": [ {"create": "desk.task", "set": {"case_id": "=target.id"}}, {"update": "target", "set": {"owner_id": "=owner_id + input.owner"}} ]}');
SELECT * FROM desk.run('desk.hand_on', '{"5": {"owner": 3}}', '{"owner": 1}');
SELECT define('desk.twice', '{"table": "desk.case", "input": [ {"name": "owner", "type": "integer"} ],
	"steps": [ {"create": "desk.task", "set": {"case_id": "=target.id"}}, {"update": "target", "set": {"owner_id": 2}},
		{"let": {"owner": "=input.owner + target.owner_id"}}, {"update": "target", "set": {"owner_id": "=let.owner - 2"}} ]}');
SELECT * FROM desk.run('desk.twice', '{"5": {"owner": 3}}');

-- an item for which the step does not run, or that ends before it, does not fail
SELECT define('desk.maybe', '{"table": "desk.case", "input": [ {"name": "owner", "type": "integer"} ],
	"steps": [ {"create": "desk.task", "set": {"case_id": "=target.id"}}, {"update": "target", "when": "target.id <> 5", "set": {"owner_id": "=input.owner"}} ]}');
SELECT * FROM desk.run('desk.maybe', '{"5": {"owner": 3}}');
SELECT define('desk.until', '{"table": "desk.case", "input": [ {"name": "owner", "type": "integer"} ],
	"steps": [ {"create": "desk.task", "set": {"case_id": "=target.id"}}, {"stop": "succeeded", "when": "target.id = 5"}, {"update": "target", "set": {"owner_id": "=input.owner"}} ]}');
SELECT * FROM desk.run('desk.until', '{"5": {"owner": 3}}');

-- a formula that fails for an item
SELECT define('desk.divide', '{"table": "desk.case", "input": [ {"name": "owner", "type": "integer"} ],
	"steps": [ {"create": "desk.task", "set": {"case_id": "=target.id"}}, {"update": "target", "set": {"owner_id": "=2 / input.owner"}} ]}');
SELECT how, tasks, cases FROM desk.run('desk.divide', '{"5": {"owner": 0}}');

-- a function that does not always give the same is not called before its time
SELECT define('desk.draw', '{"table": "desk.case", "input": [ {"name": "owner", "type": "integer"} ],
	"steps": [ {"create": "desk.task", "set": {"case_id": "=target.id"}}, {"update": "target", "set": {"owner_id": "=input.owner + floor(random())::integer"}} ]}');
SELECT how, tasks, cases FROM desk.run('desk.draw', '{"5": {"owner": 3}}');

-- a key that is checked at the end, later, or not at all
ALTER TABLE desk.case ALTER CONSTRAINT case_owner_id_fkey DEFERRABLE;
SELECT * FROM desk.run('desk.pass', '{"3": {"owner": 7}}');
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
SELECT * FROM desk.run('desk.pass', '{"3": {"owner": 7}}');
ROLLBACK;
ALTER TABLE desk.case ALTER CONSTRAINT case_owner_id_fkey NOT DEFERRABLE;
SET session_replication_role = replica;
SELECT * FROM desk.run('desk.pass', '{"3": {"owner": 7}}');
RESET session_replication_role;
ALTER TABLE desk.case DISABLE TRIGGER ALL;
SELECT * FROM desk.run('desk.pass', '{"3": {"owner": 7}}');
ALTER TABLE desk.case ENABLE TRIGGER ALL;

-- who may not read the table that is referred to
CREATE ROLE ahead_clerk;
GRANT USAGE ON SCHEMA desk TO ahead_clerk;
GRANT SELECT, INSERT, UPDATE ON desk.case, desk.task TO ahead_clerk;
GRANT USAGE ON SEQUENCE desk.fired TO ahead_clerk;
GRANT EXECUTE ON FUNCTION desk.pass TO ahead_clerk;
TRUNCATE desk.task, desk.case;
INSERT INTO desk.case (id, owner_id) SELECT i, 1 FROM generate_series(1, 20) AS i;
SELECT setval('desk.fired', 1, false);
SET ROLE ahead_clerk;
SELECT item, status, error ->> 'message' AS message
FROM invoke_action_bulk('desk.pass', (SELECT jsonb_agg(jsonb_build_object('target', i, 'owner', i)) FROM generate_series(1, 3) AS i)
	|| (SELECT jsonb_agg(jsonb_build_object('target', i, 'owner', 2)) FROM generate_series(4, 20) AS i), mode => 'per_item') WHERE status <> 'succeeded' OR item = 20;
RESET ROLE;
SELECT nextval('desk.fired') - 1 AS fired;
DROP OWNED BY ahead_clerk;
DROP ROLE ahead_clerk;

-- one by one, the same
SET custom_actions.plain_path = 'sets';
SELECT how, tasks, cases FROM desk.run('desk.pass', '{"3": {"owner": 7}, "40": {"owner": 8}, "9": {"owner": 0}}');
SELECT how, tasks, cases FROM desk.run('desk.raise', '{"5": {"level": 1}, "6": {"level": 2}, "7": {"owner": 1, "level": 1}}');
SELECT how, tasks, cases FROM desk.run('desk.hand_on', '{"5": {"owner": 3}}', '{"owner": 1}');
SELECT how, tasks, cases FROM desk.run('desk.maybe', '{"5": {"owner": 3}}');
SELECT how, tasks, cases FROM desk.run('desk.until', '{"5": {"owner": 3}}');
