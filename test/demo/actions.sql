-- The help desk's actions: defined as data, then activated.
SELECT create_action('support.escalate_case', '
{ "description": "Escalate a case to the on-call team",
  "table": "support.case",
  "run_as": "caller", "timeout": "2 min",
  "input":  [ {"name": "reason", "type": "text"},
              {"name": "bump", "type": "integer", "default": 1},
              {"name": "owner", "type": "integer", "required": false} ],
  "output": [ {"name": "task_id", "type": "bigint", "default": "=task.id"} ],
  "steps": [
    {"require": "target.status <> ''closed''", "message": "Case {{target.id}} is closed"},
    {"create": "support.task", "as": "task",
     "set": {"case_id": "=target.id", "title": "Escalated: {{input.reason}}", "due": "=now() + interval ''4 hours''"}},
    {"update": "target", "set": {"status": "escalated", "priority": "=priority + input.bump"}},
    {"assign": "target", "to": "=coalesce(input.owner, target.owner_id)", "column": "owner_id"} ] }');

SELECT activate_action('support.escalate_case');
