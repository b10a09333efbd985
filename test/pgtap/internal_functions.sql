-- What is behind the functions that people call, called by a designer himself.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(36);

CREATE ROLE inner_owner;
CREATE ROLE inner_designer;
SELECT grant_action_design(r::regrole) FROM unnest('{inner_owner,inner_designer}'::text[]) AS r;
GRANT USAGE ON LANGUAGE custom_action TO inner_owner;
CREATE SCHEMA inner_theirs AUTHORIZATION inner_owner;
CREATE SCHEMA inner_mine AUTHORIZATION inner_designer;
GRANT USAGE ON SCHEMA inner_theirs TO inner_designer;

SET ROLE inner_owner;
SELECT lives_ok($$SELECT create_action('inner_theirs.' || n, '{"settings": {"search_path": "pg_catalog"}, "steps": []}')
	FROM unnest('{draft,dropped}'::text[]) AS n$$, 'somebody has drafts');
SELECT is(activate_action('inner_theirs.dropped'), 1, 'and a version');
SELECT lives_ok($$SELECT drop_action('inner_theirs.dropped')$$, 'of an action that he dropped');
RESET ROLE;

-- Functions that run as the owner of the extension
SELECT is_empty($$
	SELECT p.oid::regprocedure
	FROM pg_proc AS p
		JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
		JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'custom_actions'
	WHERE p.prosecdef AND has_function_privilege('inner_designer', p.oid, 'EXECUTE')$$,
	'no designer may call what runs with the rights of the owner of the extension');
SET ROLE inner_designer;
SELECT throws_ok($$SELECT custom_actions.follow_rename('inner_theirs.draft', 'inner_mine.draft')$$, '42501', NULL,
	'nobody takes another''s draft to a schema of his own');
SELECT throws_ok($$SELECT custom_actions.follow_rename('inner_theirs.dropped', 'inner_mine.dropped')$$, '42501', NULL, 'nor another''s versions');
SELECT throws_ok($$SELECT custom_actions.follow_schema_rename('inner_theirs', 'inner_mine')$$, '42501', NULL, 'nor all of them');

-- JSON of any shape
SELECT throws_ok($$SELECT custom_actions.renamed_definition('[]', 'a.b', 'a.c')$$, '22023', 'JSON value is not an object', 'a definition that is an array');
SELECT throws_ok($$SELECT custom_actions.renamed_definition('3', 'a.b', 'a.c')$$, '22023', 'JSON value is not an object', 'or a number');
SELECT throws_ok($$SELECT custom_actions.with_plugins('[]', '[]')$$, '22023', 'JSON value is not an object', 'is given no plug-ins');
SELECT throws_ok($$SELECT custom_actions.with_plugins('"x"', '[]')$$, '22023', 'JSON value is not an object', 'nor is a string');
SELECT throws_ok($$SELECT custom_actions.step_list('[3]')$$, '22023', 'JSON value is not an object', 'steps that are none make no list');
SELECT throws_ok($$SELECT custom_actions.step_list('[[{"kind": "stop"}]]')$$, '22023', 'JSON value is not an object', 'nor does a list in the list');
SELECT is(custom_actions.step_list('[{"branches": [3, {"branch": 1, "steps": {}}]}]'), '[{"position": 1}]', 'branches that are none are left out');
SELECT lives_ok($$SELECT custom_actions.definition_text('{"steps": [{"kind": "stop", "arguments": ["message"]}]}')$$, 'arguments without names');
SELECT lives_ok($$SELECT custom_actions.definition_text('{"steps": [{"kind": "let", "arguments": [[]]}]}')$$, 'and those of a let');
SELECT lives_ok($$SELECT custom_actions.definition_text('{"step_list": [{"id": 1, "kind": "if", "branches": [{}]},
	{"id": 2, "parent": 1, "branch": "then", "kind": "stop"}]}')$$,
	'a branch without a name');
SELECT lives_ok($$SELECT custom_actions.definition_text('{"step_list": [{"id": 1, "kind": "if", "branches": [{"branch": "then"}]},
	{"id": 2, "parent": 1, "branch": "then", "kind": "stop"}]}')$$,
	'a branch without steps');
SELECT throws_ok($$SELECT custom_actions.definition_text('{"step_list": [{"id": 1, "kind": "if", "branches": {}},
	{"id": 2, "parent": 1, "branch": "then", "kind": "stop"}]}')$$,
	'22023', 'JSON value is not an array', 'branches that are no list');
SELECT lives_ok($$SELECT custom_actions.definition_text('{"step_list": [3, {"id": 1, "parent": 2, "branch": "do"}, {"id": 2, "parent": 1, "branch": "do"}]}')$$,
	'steps below each other');
RESET ROLE;

-- What PL/pgSQL raises by its code
SELECT is_empty($$
	SELECT p.oid::regprocedure, m.code[1]
	FROM pg_proc AS p, regexp_matches(p.prosrc, '\mUA\d{3}\M', 'g') AS m (code)
	WHERE p.pronamespace = 'custom_actions'::regnamespace
		AND m.code[1] NOT IN (SELECT s.sqlstate FROM custom_actions.sqlstates() AS s)$$,
	'the SQLSTATEs in functions are among those that the library has');

SELECT is(custom_actions.plugins_of_rows('[3]')::text, '[{}]', 'rows of plug-ins that are none say nothing');
SELECT is(custom_actions.plugins_of_rows('[{"rank": 1, "enabled": true, "images": null, "action": "a.b"}, {"id": 1, "enabled": false}]')::text,
	'[{"rank": 1}, {"id": 1, "enabled": false}]', 'only columns that say something are told');

-- The keys of definitions
SELECT ok(custom_actions.choice_is_known('action', 'log', 'full'), 'a choice of a key');
SELECT is(ARRAY(SELECT custom_actions.choice_is_known('action', 'log', c) FROM unnest('{ful,"off failures","",FULL,"full "}'::text[]) AS c),
	'{f,f,f,f,f}', 'nothing else is one');
SELECT ok(custom_actions.choice_is_known('action', 'log', NULL) IS NULL, 'a constraint lets pass what is not said');
SELECT throws_ok($$SELECT custom_actions.choice_is_known('action', 'table', 'x')$$, 'XX000', 'key "table" of "action" has no choices', 'a key without choices');
SELECT throws_ok($$SELECT custom_actions.choice_is_known('none', 'log', 'full')$$, 'XX000', 'key "log" of "none" has no choices', 'a part that there is not');
SELECT is(ARRAY(SELECT b FROM unnest('{then,else,do,on_error,case,cases,steps,while,""}'::text[]) AS b WHERE custom_actions.branch_is_known(b)),
	'{then,else,do,on_error,case}', 'the lists of steps that steps have');
SELECT bag_eq($$
	SELECT CASE k.part WHEN 'input' THEN 'parameter' WHEN 'output' THEN 'parameter' WHEN 'case' THEN 'step'
		WHEN 'plugin' THEN 'plugin_step' ELSE k.part END || '.' || k.column_name AS name
	FROM custom_actions.definition_keys() AS k
	WHERE k.column_name IS NOT NULL
	EXCEPT
	SELECT c.relname || '.' || a.attname
	FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
	WHERE c.relnamespace = 'custom_actions'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped$$,
	ARRAY[]::text[], 'every column of a key is there');
SELECT is((SELECT k.arguments FROM custom_actions.step_kinds() AS k WHERE k.kind = 'create'),
	'{from,where,set,on_conflict,columns,do,set}', 'the keys of a kind of step, with those of the objects in them');

-- Names as they are stored
SELECT is(custom_actions.canonical_path('action', ' Desk . "Odd""One" '), 'desk."Odd""One"', 'a name is folded and quoted');
SELECT throws_ok($$SELECT custom_actions.canonical_path('table', 'a b.c')$$, '42602', 'table name "a b.c" is not valid', 'two words are no name');
SELECT throws_ok($$SELECT custom_actions.canonical_path('table', 'a.b.c')$$, '42602', 'table name "a.b.c" is not of the form "schema.name"', 'nor are three parts');
SELECT throws_ok(format('SELECT custom_actions.canonical_path(%L, %L)', 'action', 'a.' || repeat('b', 64)), '42622', format('name "a.%s" is too long', repeat('b', 64)), 'nor is what would be cut');

-- Everything has a comment
SELECT is_empty($$
	WITH object AS (
		SELECT d.classid, d.objid
		FROM pg_depend AS d
			JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'
		WHERE e.extname = 'custom_actions')
	SELECT pg_describe_object(o.classid, o.objid, 0) FROM object AS o
	WHERE obj_description(o.objid, o.classid::regclass::name) IS NULL
		-- from 17 on the row types of tables are members as well
		AND NOT EXISTS (SELECT FROM pg_type AS t
			WHERE o.classid = 'pg_type'::regclass AND t.oid = o.objid AND (t.typrelid <> 0 OR t.typcategory = 'A'))
	UNION ALL
	SELECT pg_describe_object(o.classid, o.objid, a.attnum)
	FROM object AS o
		JOIN pg_class AS c ON o.classid = 'pg_class'::regclass AND c.oid = o.objid AND c.relkind IN ('r', 'v')
		JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
	WHERE col_description(c.oid, a.attnum) IS NULL
	UNION ALL
	SELECT pg_describe_object('pg_trigger'::regclass, t.oid, 0)
	FROM object AS o
		JOIN pg_trigger AS t ON o.classid = 'pg_class'::regclass AND t.tgrelid = o.objid AND NOT t.tgisinternal
	WHERE obj_description(t.oid, 'pg_trigger') IS NULL$$,
	'every object of the extension has a comment, every column and trigger too');

SELECT * FROM finish();
ROLLBACK;
