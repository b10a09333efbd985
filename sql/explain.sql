\i test/sql/prelude.sql
-- explain_action: the steps with their statements, plans, conditions and locks.
\set ECHO none
\i test/demo/helpdesk.sql
\set ECHO all
SELECT public.define('support.escalate', $$
{ "table": "support.case",
  "input": [{"name": "reason", "type": "text"}, {"name": "bump", "type": "integer", "default": 1}],
  "output": [{"name": "task_id", "type": "bigint", "default": "=task.id"}],
  "steps": [
    {"require": "target.status <> 'closed'"},
    {"create": "support.task", "as": "task", "set": {"case_id": "=target.id", "title": "{{input.reason}}"}},
    {"update": "target", "set": {"status": "escalated", "priority": "=priority + input.bump"}},
    {"assign": "target", "to": "=target.owner_id", "column": "owner_id"},
    {"if": "input.bump > (SELECT min(priority) FROM support.case)",
     "then": [{"update": "support.task", "where": "case_id = target.id AND NOT done", "set": {"done": true}, "when": "input.bump > 3"}],
     "else": [{"delete": "support.task", "where": "done"}]},
    {"for_each": "support.agent", "as": "agent", "where": "on_call",
     "do": [{"get": "support.customer", "as": "c", "id": "=agent.id", "required": false}]} ] }$$);

SELECT step, does, guard, locks FROM explain_action('support.escalate');
-- what a sub-plan is called differs between releases
SELECT step, regexp_replace(plan, 'InitPlan .*', 'InitPlan', 'n') AS plan FROM explain_action('support.escalate') WHERE plan IS NOT NULL;
\x on
SELECT step, statement, bulk FROM explain_action('support.escalate') WHERE statement IS NOT NULL OR bulk IS NOT NULL;
\x off

-- For many items.
SELECT public.define('support.rise', '{"table": "support.case", "input": [{"name": "n", "type": "integer"}],
	"steps": [{"update": "target", "set": {"priority": "=input.n"}}]}');
\x on
SELECT step, statement, bulk FROM explain_action('support.rise');
\x off
-- Only the first that writes the targets, if they are locked before, may find them where that was
SELECT public.define('support.twice', '{"table": "support.case", "input": [{"name": "n", "type": "integer"}], "steps": [
	{"update": "target", "set": {"priority": "=input.n"}},
	{"create": "support.task", "as": "task", "set": {"case_id": "=target.id", "title": "again"}},
	{"update": "target", "set": {"status": "open"}}, {"update": "task", "set": {"done": true}}]}');
SELECT step, bulk LIKE E'%\n(by this.ctid, %' AS placed FROM explain_action('support.twice') WHERE bulk IS NOT NULL;
SELECT public.define('support.not_locked', '{"table": "support.case", "lock": false, "steps": [{"update": "target", "set": {"status": "open"}}]}');
SELECT step, bulk LIKE '%this.ctid%' AS placed FROM explain_action('support.not_locked') WHERE bulk IS NOT NULL;
SELECT public.define('support.rise', '{"table": "support.case", "bulk": false, "input": [{"name": "n", "type": "integer"}],
	"steps": [{"update": "target", "set": {"priority": "=input.n"}}]}');
SELECT step, bulk FROM explain_action('support.rise');

-- With values that are known: those of earlier steps are not.
CREATE TABLE support.old_case (id bigint, year integer, PRIMARY KEY (id, year)) PARTITION BY LIST (year);
CREATE TABLE support.old_1 PARTITION OF support.old_case FOR VALUES IN (1);
CREATE TABLE support.old_2 PARTITION OF support.old_case FOR VALUES IN (2);
SELECT public.define('support.forget', '{"input": [{"name": "y", "type": "integer"}], "output": [{"name": "n", "type": "bigint", "default": "=d.count"}],
	"steps": [{"delete": "support.old_case", "where": "year = input.y", "as": "d"}, {"delete": "support.old_case", "where": "id = d.count"}]}');
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SELECT step, plan FROM explain_action('support.forget', '{"y": 1}');
SELECT step, plan FROM explain_action('support.forget');
RESET enable_seqscan;
RESET enable_bitmapscan;
SELECT * FROM explain_action('support.forget', '{"year": 1}');

-- Run, measured and undone.
SELECT step, runs, rows, ms >= 0 AS timed, plan LIKE '%actual rows%' AS ran
FROM explain_action('support.escalate', '{"target": 42, "reason": "x"}', true);
SELECT step, runs, rows, plan LIKE '%actual rows%' AS ran
FROM explain_action('support.escalate', '{"target": 42, "reason": "x", "bump": 4}', "analyze" => true);
SELECT count(*) AS tasks, (SELECT status FROM support.case WHERE id = 42) AS status FROM support.task;
SELECT * FROM explain_action('support.escalate', '{"target": 40, "reason": "x"}', true);
SELECT * FROM explain_action('support.escalate', NULL, true);
SELECT (invoke_action('support.escalate', '{"target": 42, "reason": "x"}') ->> 'task_id')::int > 0 AS done;

-- Sensitive values are in no plan.
SELECT public.define('support.secret', '{"input": [{"name": "code", "type": "text", "sensitive": true}],
	"steps": [{"update": "support.customer", "where": "name = input.code", "set": {"email": "=input.code"}}]}');
SELECT step, runs, strpos(plan, 'hush') FROM explain_action('support.secret', '{"code": "hush"}', true);
SELECT step, strpos(plan, 'hush') FROM explain_action('support.secret', '{"code": "hush"}');

-- Drafts, and what there is not.
SELECT create_action('support.draft', '{"steps": [{"delete": "support.task", "where": "done"}]}');
SELECT step, plan IS NOT NULL AS planned FROM explain_action('support.draft');
SELECT step, runs FROM explain_action('support.draft', '{}', true);
SELECT * FROM explain_action('support.nothing');
SELECT * FROM explain_action(NULL);
SELECT * FROM explain_action('support.draft', '{}', NULL);

-- Who may: whoever may call it, unless it runs as somebody else; and designers.
CREATE ROLE explain_caller;
GRANT USAGE ON SCHEMA support TO explain_caller;
SELECT public.define('support.owned', '{"run_as": "owner", "steps": [{"delete": "support.task", "where": "done"}]}');
SET ROLE explain_caller;
SELECT * FROM explain_action('support.rise');
RESET ROLE;
GRANT EXECUTE ON FUNCTION support.rise, support.owned TO explain_caller;
SET ROLE explain_caller;
SELECT step, plan FROM explain_action('support.rise');
SELECT * FROM explain_action('support.owned');
SELECT * FROM explain_action('support.draft');
RESET ROLE;
REVOKE EXECUTE ON FUNCTION support.rise, support.owned FROM explain_caller;
SELECT grant_action_design('explain_caller');
SET ROLE explain_caller;
SELECT step, plan IS NOT NULL AS planned FROM explain_action('support.owned');
SELECT step FROM explain_action('support.owned', '{}');
RESET ROLE;
SELECT revoke_action_design('explain_caller');
DROP OWNED BY explain_caller;
DROP ROLE explain_caller;
