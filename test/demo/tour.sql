-- Invokes support.escalate_case both ways and shows the rows before and after.
\echo
\echo 'Case 42 and its tasks before:'
\echo
SELECT id, title, status, priority, owner_id FROM support.case WHERE id = 42;
SELECT id, case_id, title, due FROM support.task WHERE case_id = 42 ORDER BY id;

\echo 'By name, with JSON:'
\echo
\echo '  SELECT invoke_action(''support.escalate_case'', ''{"target": 42, "reason": "VIP"}'');'
\echo
SELECT invoke_action('support.escalate_case', '{"target": 42, "reason": "VIP"}');

\echo 'As the typed function that activation published:'
\echo
\echo '  SELECT * FROM support.escalate_case(target => 42, reason => ''VIP'');'
\echo
SELECT * FROM support.escalate_case(target => 42, reason => 'VIP');

\echo 'Case 42 and its tasks after:'
\echo
SELECT id, title, status, priority, owner_id FROM support.case WHERE id = 42;
SELECT id, case_id, title, due FROM support.task WHERE case_id = 42 ORDER BY id;
