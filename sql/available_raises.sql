\i test/sql/prelude.sql
-- Where a condition or a key fails, the answer is no: the query that asks does not fail.
CREATE TABLE desk.item (id integer PRIMARY KEY, a text COLLATE "C", b text COLLATE "POSIX", list integer[], other integer[], doc jsonb);
INSERT INTO desk.item VALUES (1, 'a', 'a', '{1}', '{1, 2}', '"open"'), (2, 'a', 'b', '{1}', '{2}', '"shut"');

-- comparing what has two collations; arrays that do not fit together; times that there are not
SELECT count(define('desk.' || name, json_build_object('table', 'desk.item', 'steps', json_build_array(json_build_object('require', condition)))))
FROM (VALUES ('two_collations', 'target.a = target.b'), ('collations', 'target.a IN (target.b, target.b)'),
	('arrays', 'ARRAY[target.list, target.other] <> ''{}'''), ('past', 'now() - interval ''9000 years'' < now()'),
	('future', 'now() + interval ''1 month'' * 12 * 500000 > now()'), ('near', 'now() - interval ''900 years'' < now()'),
	('far_days', 'now() + interval ''2000000000 days'' > now()'), ('clock', 'now() - interval ''2500000000 hours'' < now()')) AS c (name, condition);
SELECT i.id, a.action, a.available, action_available(a.action, i) AS row, try_invoke_action(a.action, jsonb_build_object('target', i.id)) ->> 'ok' AS ok
FROM desk.item AS i, available_actions('desk.item', i.id) AS a
ORDER BY 2, 1;
SELECT id, action_available('desk.arrays', i) AS arrays, action_available('desk.two_collations', i) AS two_collations,
	action_available('desk.collations', i) AS collations, action_available('desk.past', i) AS past,
	action_available('desk.future', i) AS future, action_available('desk.near', i) AS near,
	action_available('desk.far_days', i) AS far_days, action_available('desk.clock', i) AS clock
FROM desk.item AS i ORDER BY id;

-- texts that look like JSON, but are more than jsonb holds
SELECT left(reason, 60) AS reason FROM available_actions('desk.item', '{"id": 1e999999}') WHERE action = 'desk.near';
SELECT left(reason, 60) AS reason FROM available_actions('desk.item', '{"id": ' || repeat('[', 100000) || repeat(']', 100000) || '}') WHERE action = 'desk.near';
SELECT left(reason, 60) AS reason FROM available_actions('desk.item', '"\u0000"') WHERE action = 'desk.near';

-- a status of jsonb: the state is the string
SELECT define('desk.shut', '{"table": "desk.item", "steps": [{"set_status": "target", "column": "doc", "from": "open", "to": "shut"}]}');
SELECT i.id, action_available('desk.shut', i) AS row, a.available, a.reason
FROM desk.item AS i, available_actions('desk.item', i.id) AS a WHERE a.action = 'desk.shut' ORDER BY 1;
SELECT desk.shut(1);
SELECT desk.shut(1);
