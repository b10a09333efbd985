-- validate_action(): everything that keeps an action from beginning with this input.
\i test/sql/prelude.sql

CREATE TABLE desk.issue (id integer PRIMARY KEY, status text NOT NULL DEFAULT 'open', amount numeric(6, 2));
CREATE TABLE desk.part (issue integer, number integer, PRIMARY KEY (issue, number));
CREATE DOMAIN desk.percent AS integer CONSTRAINT percent_range CHECK (VALUE BETWEEN 0 AND 100);
CREATE TYPE desk.mood AS ENUM ('calm', 'angry');
CREATE SEQUENCE desk.numbers;
INSERT INTO desk.issue VALUES (1, 'open', 10), (2, 'closed', 0);

SELECT define('desk.refund', '{"table": "desk.issue",
	"input": [{"name": "reason", "type": "text"}, {"name": "amount", "type": "numeric(6,2)"},
		{"name": "share", "type": "desk.percent", "default": 10}, {"name": "mood", "type": "desk.mood", "required": false},
		{"name": "number", "type": "bigint", "default": "=nextval(''desk.numbers'')"},
		{"name": "key", "type": "text", "sensitive": true, "required": false}],
	"steps": [
		{"require": "target.status = ''open''", "message": "Issue {{target.id}} is {{target.status}}", "hint": "Reopen it."},
		{"require": "input.amount <= target.amount", "message": "{{input.amount}} is more than {{target.amount}}"},
		{"require": "target.amount / input.amount > 1"},
		{"require": "input.number > 0"},
		{"require": "length(input.key) = 4", "when": "input.key IS NOT NULL", "message": "the key {{input.key}} is too short"},
		{"update": "target", "set": {"status": "refunded"}},
		{"require": "input.reason = ''never''"}]}');

-- None if it would begin
SELECT * FROM validate_action('desk.refund', '{"target": 1, "reason": "broken", "amount": 5}');

-- All that is wrong with the inputs, then what the steps ask for, as far as what they read is sound
SELECT * FROM validate_action('desk.refund', '{"target": 2, "amount": "much", "share": 101, "mood": "sad", "reasen": 1, "colour": null}');
SELECT * FROM validate_action('desk.refund', '{"target": 1, "reason": null, "amount": 50}');
SELECT * FROM validate_action('desk.refund', '{"target": 1, "reason": "x", "amount": 12345678}');
SELECT * FROM validate_action('desk.refund', '{"target": 2, "reason": "x", "amount": 0}');
SELECT * FROM validate_action('desk.refund', '{"target": 1, "reason": "x", "amount": 0}');
SELECT * FROM validate_action('desk.refund', '{"target": 1, "reason": "x", "amount": 1, "key": "s3cret"}');
SELECT * FROM validate_action('desk.refund', '{"target": 3, "reason": "x", "amount": 20}');
SELECT * FROM validate_action('desk.refund', '{"target": "one", "reason": "x", "amount": 1}');
SELECT * FROM validate_action('desk.refund', '{"target": null}');
SELECT * FROM validate_action('desk.refund');
SELECT * FROM validate_action('desk.refund', '[1]');
SELECT * FROM validate_action('desk.refund', '"x"');

-- Nothing has been used up, written or logged
SELECT nextval('desk.numbers');
SELECT count(*) FROM custom_actions.log WHERE action = 'desk.refund';
BEGIN READ ONLY;
SELECT count(*) FROM validate_action('desk.refund', '{"target": 1, "reason": "broken", "amount": 5}');
COMMIT;

-- A composite key; an action without inputs; plug-ins that could change the inputs
SELECT define('desk.fit', '{"table": "desk.part", "steps": [{"require": "target.number > 1"}]}');
SELECT * FROM validate_action('desk.fit', '{"target": {"issue": 1}}');
SELECT * FROM validate_action('desk.fit', '{"target": {"issue": 1, "number": "x", "nr": 3}}');
SELECT * FROM validate_action('desk.fit', '{"target": {"issue": 1, "number": 2}}');
SELECT define('desk.tidy', '{"steps": [{"require": "context.depth > 1", "message": "not by itself"}]}');
SELECT * FROM validate_action('desk.tidy');
SELECT * FROM validate_action('desk.tidy', '{"a": 1, "b": 2}');
CREATE FUNCTION desk.doubles(context jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('input', jsonb_build_object('amount', 1)) $$;
SELECT register_plugin('desk.refund', 'pre_validation', 'desk.doubles') > 0 AS registered;
SELECT * FROM validate_action('desk.refund', '{"target": 1, "reason": "x", "amount": 50}');
SELECT invoke_action('desk.refund', '{"target": 1, "reason": "x", "amount": 50}') IS NOT NULL AS invoked;

-- Rows that inputs mean, and their options
CREATE TABLE desk.agent (id integer PRIMARY KEY, name text);
INSERT INTO desk.agent VALUES (1, 'Ada'), (2, 'Ben');
SELECT define('desk.give', '{"table": "desk.issue", "title": "Give it to somebody",
	"input": [{"name": "agent", "references": "desk.agent"}, {"name": "how", "type": "text", "options": ["now", "later"], "default": "now"},
		{"name": "hours", "type": "integer", "options": "=ARRAY[1, 2, input.agent]", "default": 1}],
	"steps": [{"require": "input.agent + input.hours > 2", "message": "agent {{input.agent}}"}, {"require": "input.how = ''now''"}]}');
SELECT * FROM validate_action('desk.give', '{"target": 1, "agent": 7, "how": "latr", "hours": 5}');
SELECT * FROM validate_action('desk.give', '{"target": 1, "agent": 2, "hours": 5}');
SELECT * FROM validate_action('desk.give', '{"target": 1, "agent": 1, "how": "later"}');
SELECT * FROM validate_action('desk.give', '{"target": 1, "agent": 2}');
SELECT action, title, reason FROM available_actions('desk.issue', 1) WHERE action = 'desk.give';

-- What is none of the input's
SELECT * FROM validate_action('desk.nothing');
SELECT * FROM validate_action(NULL);
SELECT * FROM validate_action('desk.fit', NULL);
SELECT deactivate_action('desk.fit');
SELECT * FROM validate_action('desk.fit');
CREATE ROLE validating_clerk;
SET ROLE validating_clerk;
SELECT * FROM validate_action('desk.refund', '{"target": 1}');
RESET ROLE;
GRANT USAGE ON SCHEMA desk TO validating_clerk;
SET ROLE validating_clerk;
SELECT * FROM validate_action('desk.refund', '{"target": 1}');
RESET ROLE;
GRANT EXECUTE ON FUNCTION desk.refund TO validating_clerk;
SET ROLE validating_clerk;
SELECT * FROM validate_action('desk.refund', '{"target": 1}');
RESET ROLE;
DROP OWNED BY validating_clerk;
DROP ROLE validating_clerk;
