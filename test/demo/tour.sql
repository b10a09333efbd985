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

\echo 'Which actions apply to a row now, and why not:'
\echo
\echo '  SELECT * FROM available_actions(''support.case'', 40);'
\echo
SELECT c.id, a.action, a.available, a.reason
FROM support.case AS c, available_actions('support.case', c.id) AS a WHERE c.id IN (40, 42) ORDER BY c.id;

\echo 'For many rows in one call:'
\echo
\echo '  SELECT * FROM invoke_action_bulk(''support.escalate_case'', ''[{"target": 40}, {"target": 43}]'', ''{"reason": "VIP"}'', mode => ''per_item'');'
\echo
SELECT item, status, output, error ->> 'message' AS message
FROM invoke_action_bulk('support.escalate_case', '[{"target": 40}, {"target": 43}]', '{"reason": "VIP"}', mode => 'per_item');

\echo 'Which states lead to which others (any, if there is none):'
\echo
\echo '  SELECT * FROM state_transitions(''support.case'', ''status'');'
\echo
SELECT from_state, to_state, action FROM state_transitions('support.case', 'status');

\echo 'How it runs:'
\echo
\echo '  SELECT step, does, locks FROM explain_action(''support.escalate_case'');'
\echo
SELECT step, does, locks FROM explain_action('support.escalate_case');

\echo 'A column that nothing but actions may write (here until the end of a transaction that is rolled back):'
\echo
\echo '  SELECT protect_table(''support.case'', columns => ''{status}'');'
\echo '  UPDATE support.case SET status = ''closed'' WHERE id = 42;'
\echo
\set ON_ERROR_STOP off
BEGIN;
SELECT protect_table('support.case', columns => '{status}');
UPDATE support.case SET status = 'closed' WHERE id = 42;
ROLLBACK;
\set ON_ERROR_STOP on
