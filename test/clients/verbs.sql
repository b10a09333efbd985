-- More verbs of the help desk (test/demo), of the kinds that clients tell apart: without
-- a table, without an output, with several, that only read, with a type of its own.
CREATE TYPE support.channel AS ENUM ('phone', 'mail', 'chat');

SELECT create_action('support.open_case', '
{ "title": "Open a case",
  "description": "Open a case for a customer who has called or written",
  "input": [ {"name": "customer", "type": "bigint", "references": "support.customer", "description": "The customer who asks"},
             {"name": "subject", "type": "text"},
             {"name": "channel", "type": "support.channel", "default": "mail"} ],
  "output": [ {"name": "case_id", "type": "bigint", "default": "=opened.id"},
              {"name": "opened_at", "type": "timestamptz", "default": "=opened.opened_at"},
              {"name": "channel_used", "type": "support.channel", "default": "=input.channel"} ],
  "steps": [ {"create": "support.case", "as": "opened", "set": {"customer_id": "=input.customer", "title": "=input.subject"}} ] }');
SELECT activate_action('support.open_case');

SELECT create_action('support.close_case', '
{ "description": "Close a case that is solved",
  "table": "support.case",
  "steps": [ {"require": "target.status <> ''closed''", "message": "Case {{target.id}} is closed", "sqlstate": "UA010"},
             {"update": "target", "set": {"status": "closed", "closed_at": "=now()"}} ] }');
SELECT activate_action('support.close_case');

SELECT create_action('support.count_cases', '
{ "description": "Count the cases of a status",
  "read_only": true,
  "input": [ {"name": "wanted", "type": "text", "options": ["open", "waiting", "escalated", "closed"]} ],
  "output": [ {"name": "cases", "type": "integer", "default": "=let.cases"} ],
  "steps": [ {"let": {"cases": "=(SELECT count(*)::integer FROM support.case AS c WHERE c.status = input.wanted)"}} ] }');
SELECT activate_action('support.count_cases');
