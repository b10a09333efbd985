-- Yes to exactly this: the token of a preview, and invoke_action(expect => token).
\i test/sql/prelude.sql

-- The token of a preview.
CREATE FUNCTION public.token(action text, input jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
	SELECT after FROM preview_action(action, input) WHERE part = 'token';
$$;

-- What try_invoke_action() says of a call that is refused, but for times.
CREATE FUNCTION public.refused(action text, input jsonb, token text, key text DEFAULT NULL) RETURNS TABLE (message text, detail text) LANGUAGE sql AS $$
	SELECT e ->> 'sqlstate' || ' ' || (e ->> 'message'), regexp_replace(e ->> 'detail', '"([0-9]{4}-|[A-Z][a-z]{2} [A-Z][a-z]{2} )[^"]+"', '(time)', 'g')
	FROM (SELECT try_invoke_action(action, input, key, token) -> 'error') AS r (e);
$$;

CREATE TABLE desk.case (id integer PRIMARY KEY, status text DEFAULT 'open', priority integer DEFAULT 1, note text, changed timestamptz);
CREATE TABLE desk.task (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id integer REFERENCES desk.case, title text, due timestamptz,
	made timestamptz DEFAULT now());
CREATE TABLE desk.entry (id serial PRIMARY KEY, task_id bigint REFERENCES desk.task, mark uuid DEFAULT gen_random_uuid(), at timestamptz);
CREATE TABLE desk.audit (id bigserial PRIMARY KEY, what text, at timestamptz);
CREATE FUNCTION desk.audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO desk.audit (what, at) VALUES (TG_OP || ' ' || NEW.id, clock_timestamp());
	NEW.changed := now();
	RETURN NEW;
END $$;
CREATE TRIGGER audit BEFORE UPDATE ON desk.case FOR EACH ROW EXECUTE FUNCTION desk.audit();
INSERT INTO desk.case (id) VALUES (40), (41), (42);

SELECT define('desk.escalate', '{
	"table": "desk.case",
	"input": [{"name": "reason", "type": "text"}],
	"output": [{"name": "task_id", "type": "bigint", "default": "=task.id"}, {"name": "says", "type": "text", "default": "Task {{task.id}}: {{input.reason}}"},
		{"name": "due", "type": "timestamptz", "default": "=task.due"}],
	"steps": [
		{"create": "desk.task", "as": "task", "set": {"case_id": "=target.id", "title": "=input.reason", "due": "=now() + interval ''2 days''"}},
		{"create": "desk.entry", "set": {"task_id": "=task.id", "at": "=clock_timestamp()"}},
		{"update": "target", "set": {"status": "escalated", "priority": "=priority + 1", "note": "See task {{task.id}}"}}]}');
SELECT part, "table", "column", CASE part WHEN 'token' THEN regexp_replace(after, '[0-9a-f]{8,}', '...', 'g') ELSE after END AS after
FROM preview_action('desk.escalate', '{"target": 40, "reason": "VIP"}') WHERE part IN ('varies', 'token');

-- the same preview has the same token, whatever was numbered meanwhile and however it is written
SELECT token('desk.escalate', '{"target": 40, "reason": "VIP"}') = token('desk.escalate', '{"reason": "VIP", "target": 40}') AS same,
	token('desk.escalate', '{"target": 40, "reason": "VIP"}') = preview_action_document('desk.escalate', '{"target": 40, "reason": "VIP"}') ->> 'token' AS same_document,
	token('desk.escalate', '{"target": 40, "reason": "VIP"}') = token('desk.escalate', '{"target": 41, "reason": "VIP"}') AS other_row;

-- it is what was approved
SELECT token('desk.escalate', '{"target": 40, "reason": "VIP"}') AS token \gset
SET timezone = 'Asia/Tokyo';
SET datestyle = 'German';
SELECT invoke_action('desk.escalate', '{"target": 40, "reason": "VIP"}', expect => :'token') - 'due' AS output;
RESET timezone;
RESET datestyle;
SELECT id, status, priority, note FROM desk.case WHERE id = 40;

-- it was, and is not any more
SELECT * FROM refused('desk.escalate', '{"target": 40, "reason": "VIP"}', :'token');
SELECT id, status, priority, note FROM desk.case WHERE id = 40;
SELECT count(*) FROM desk.task;

-- a token of another call
SELECT invoke_action('desk.escalate', '{"target": 41, "reason": "VIP"}', expect => :'token');
SELECT define('desk.other', '{"table": "desk.case", "steps": [{"update": "target", "set": {"status": "=gen_random_uuid()::text"}}]}');
SELECT invoke_action('desk.other', '{"target": 41}', expect => :'token');
SELECT token('desk.other', '{"target": 41}') AS token \gset
SELECT try_invoke_action('desk.other', '{"target": 41}', expect => :'token') #>> '{error,message}' AS message;
SELECT token('desk.escalate', '{"target": 42, "reason": "VIP"}') AS token \gset
CREATE ROLE desk_clerk;
GRANT USAGE ON SCHEMA desk TO desk_clerk;
GRANT ALL ON ALL TABLES IN SCHEMA desk TO desk_clerk;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA desk TO desk_clerk;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA desk TO desk_clerk;
SET ROLE desk_clerk;
SELECT invoke_action('desk.escalate', '{"target": 42, "reason": "VIP"}', expect => :'token');
RESET ROLE;
SET custom_actions.actor_settings = 'desk.me';
SET desk.me = 'ann';
SELECT invoke_action('desk.escalate', '{"target": 42, "reason": "VIP"}', expect => :'token');
RESET custom_actions.actor_settings;

-- what is no token; NULL approves whatever the action does
SELECT invoke_action('desk.escalate', '{"target": 42, "reason": "VIP"}', expect => '');
SELECT invoke_action('desk.escalate', '{"target": 99, "reason": "VIP"}', expect => token('desk.escalate', '{"target": 99, "reason": "VIP"}'));
SELECT invoke_action('desk.escalate', '{"target": 42, "reason": "VIP"}', expect => NULL) ->> 'says' AS says;

-- another value of a row that it changes; one that it does not touch, and does not read
SELECT token('desk.escalate', '{"target": 42, "reason": "VIP"}') AS token \gset
UPDATE desk.case SET priority = 7 WHERE id = 42;
SELECT * FROM refused('desk.escalate', '{"target": 42, "reason": "VIP"}', :'token');
SELECT token('desk.escalate', '{"target": 42, "reason": "VIP"}') AS token \gset
UPDATE desk.case SET status = 'closed' WHERE id = 41;
SELECT try_invoke_action('desk.escalate', '{"target": 42, "reason": "VIP"}', expect => :'token') -> 'ok' AS ok;

-- an idempotency key: what was carried out is answered, and does not run
SELECT token('desk.escalate', '{"target": 41, "reason": "VIP"}') AS token \gset
SELECT invoke_action('desk.escalate', '{"target": 41, "reason": "VIP"}', 'key 1', :'token') - 'due' AS output;
SELECT invoke_action('desk.escalate', '{"target": 41, "reason": "VIP"}', 'key 1', :'token') - 'due' AS output;
SELECT * FROM refused('desk.escalate', '{"target": 41, "reason": "VIP"}', :'token', 'key 2');
SELECT id, status, priority FROM desk.case ORDER BY id;

-- one that was published meanwhile, and a draft
SELECT after AS token FROM preview_action('desk.escalate', '{"target": 40, "reason": "VIP"}', version => 0) WHERE part = 'token' \gset
SELECT invoke_action('desk.escalate', '{"target": 40, "reason": "VIP"}', expect => :'token');

-- deferred triggers: they run once, at COMMIT
CREATE FUNCTION desk.late() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO desk.audit (what) VALUES ('late ' || NEW.title);
	RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON desk.task DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION desk.late();
SELECT define('desk.add', '{"input": [{"name": "title", "type": "text"}], "steps": [{"create": "desk.task", "set": {"title": "=input.title"}}]}');
SELECT token('desk.add', '{"title": "one"}') AS token \gset
BEGIN;
SELECT invoke_action('desk.add', '{"title": "one"}', expect => :'token');
SELECT what FROM desk.audit WHERE what LIKE 'late%';
COMMIT;
SELECT what FROM desk.audit WHERE what LIKE 'late%';

-- a number that a trigger draws by chance is no number that differs by nature
CREATE FUNCTION desk.dice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	NEW.note := random()::text;
	RETURN NEW;
END $$;
CREATE TRIGGER dice BEFORE INSERT ON desk.case FOR EACH ROW EXECUTE FUNCTION desk.dice();
SELECT define('desk.roll', '{"steps": [{"create": "desk.case", "set": {"id": 50}}]}');
SELECT token('desk.roll') AS token \gset
SELECT regexp_replace(try_invoke_action('desk.roll', expect => :'token') #>> '{error,detail}', '0\.[0-9]+', '...', 'g') AS detail;
DROP TRIGGER dice ON desk.case;

-- a sequence that an action computes from is no number that it gives
SELECT define('desk.next', '{"steps": [{"create": "desk.case", "set": {"id": "=(SELECT max(id) + 1 FROM desk.case)"}}]}');
SELECT token('desk.next') AS token \gset
INSERT INTO desk.case VALUES (50);
SELECT try_invoke_action('desk.next', expect => :'token') #>> '{error,detail}' AS detail;

-- secrets are not shown
SELECT define('desk.hide', '{"table": "desk.case", "input": [{"name": "word", "type": "text", "sensitive": true}], "steps": [{"update": "target", "set": {"note": "=input.word"}}]}');
SELECT token('desk.hide', '{"target": 41, "word": "hush-hush"}') AS token \gset
UPDATE desk.case SET note = 'another' WHERE id = 41;
SELECT invoke_action('desk.hide', '{"target": 41, "word": "hush-hush"}', expect => :'token');

-- rows that are new are told apart by numbers, and one less gives others to the rest: that is not told besides
CREATE TABLE desk.line (id serial PRIMARY KEY, what text);
SELECT define('desk.lines', '{"steps": [{"create": "desk.line", "from": "desk.case", "where": "id < 50", "set": {"what": "Case {{this.id}} is {{this.status}}"}}]}');
SELECT token('desk.lines') AS token \gset
BEGIN;
UPDATE desk.case SET status = 'gone' WHERE id = 41;
SELECT try_invoke_action('desk.lines', expect => :'token') #>> '{error,detail}' AS detail;
ROLLBACK;
SELECT try_invoke_action('desk.lines', expect => :'token') -> 'ok' AS ok;

-- in a transaction that goes on; nested in an exception block
BEGIN;
SELECT token('desk.add', '{"title": "two"}') AS token \gset
SELECT try_invoke_action('desk.add', '{"title": "three"}', expect => :'token') #>> '{error,detail}' AS detail;
SELECT try_invoke_action('desk.add', '{"title": "two"}', expect => :'token') -> 'ok' AS ok;
COMMIT;
SELECT title, count(*) FROM desk.task WHERE case_id IS NULL GROUP BY title ORDER BY title;
DROP OWNED BY desk_clerk;
DROP ROLE desk_clerk;
