-- context.actor: the person behind a pooler or gateway, from the settings that custom_actions.actor_settings names
\i test/sql/prelude.sql
\set VERBOSITY terse
\set ON_ERROR_STOP off
\pset null '(none)'
SELECT define('desk.who', '{"output": [{"name": "actor", "type": "text", "default": "=context.actor"}]}');

-- Nobody says anything
SELECT desk.who();
SELECT name, setting, context FROM pg_settings WHERE name ~ '^custom_actions\.(actor|traceparent|tag)' ORDER BY name;

-- The default: our own setting, PostgREST's claims, and those of older gateways, in this order
SET jwt.claims.sub = 'of the claims, one by one';
SELECT desk.who();
SET request.jwt.claims = '{"role": "web", "sub": "of the claims"}';
SELECT desk.who();
SET custom_actions.actor = 'our own';
SELECT desk.who();
SET custom_actions.actor = '';
SELECT desk.who();
SET request.jwt.claims = '{"role": "web"}';
SELECT desk.who();
SET request.jwt.claims = '';
SET jwt.claims.sub = '';
SELECT desk.who();
BEGIN;
SET LOCAL custom_actions.actor = 'of the transaction';
SELECT desk.who();
COMMIT;
SELECT desk.who();

-- Members of JSON
CREATE FUNCTION desk.claims(sources text, claims text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('custom_actions.actor_settings', sources, true), set_config('app.claims', claims, true);
	RETURN desk.who();
END $$;
SELECT sources, desk.claims(sources, '{"sub": "u1", "app": {"user": {"id": 42, "name": "Änne \"A\" \u20ac \ud83d\ude00", "roles": ["a"]}, "no": false}, "a b": "spaced", "it''s": "quoted", "->": "arrow", "n": null, "e": "", "x": -1.50e+3}')
FROM unnest(ARRAY['app.claims->>sub', 'app.claims->sub', ' app.claims  ->>  sub ', 'app.claims->app->user->>id', 'app.claims->app->>user->>name',
	'app.claims->>''a b''', 'app.claims->>''it''''s''', 'app.claims->>''->''', 'app.claims->app->>no', 'app.claims->>x', 'APP.CLAIMS->>sub',
	'app.claims->>app', 'app.claims->app->user->>roles', 'app.claims->>n', 'app.claims->>e', 'app.claims->>none', 'app.claims->sub->>none', 'app.none->>sub',
	'app.claims->app->user->roles->>0', 'app.none, app.claims->>none, app.claims->>sub, app.claims->>x', 'application_name', '', ' ']) WITH ORDINALITY AS s (sources, n) ORDER BY n;
SELECT length(desk.claims('app.claims', '{"sub": "u1"}')) AS of_the_whole;

-- What is no JSON holds nothing
SELECT claims, desk.claims('app.claims->>sub', claims)
FROM unnest(ARRAY['{"sub": "u1"} ', ' { "sub" : "u1" , "a" : [ 1 , [ ] , { } ] } ', '{"sub": "first", "sub": "last"}', '{"sub": "first", "sub": null}', '{"sub": "first", "sub": {}}',
	'{"\u0073ub": "escaped key"}', '{"s": {"sub": "below"}}', '[{"sub": "in an array"}]', '"sub"', 'sub', 'null', '{', '{}', '{"sub": "u1"', '{"sub": "u1"}}', '{"sub": "u1",}', '{"sub": "u1" "a": 1}', '{"sub" "u1"}', '{sub: "u1"}',
	'{''sub'': ''u1''}', '{"sub": "u1', '{"sub": "u\1"}', '{"sub": "\u12"}', '{"sub": "\u0000"}', '{"sub": "\ud83d"}', '{"sub": "\ude00"}', '{"sub": "\ud83dx"}', E'{"sub": "u\n1"}',
	'{"sub": "u1", "a": 01}', '{"sub": "u1", "a": 1.}', '{"sub": "u1", "a": -}', '{"sub": "u1", "a": 1e}', '{"sub": "u1", "a": nul}', '{"sub": "u1", "a": [1,]}', '{"sub": "u1", "a": [1 2]}', '{"sub": "u1", "a": }',
	'{"sub": "u1", "a": "\x"}']) WITH ORDINALITY AS c (claims, n) ORDER BY n;
SELECT n, desk.claims('app.claims->>sub', '{"sub": "u1", "a": ' || repeat('[', n) || repeat(']', n) || '}') FROM unnest(ARRAY[50, 1000000]) AS n;

-- Too long, and what would break a line
SELECT octet_length(actor), right(actor, 3) FROM (SELECT desk.claims('app.claims', repeat(letter, 300)) AS actor FROM unnest(ARRAY['a', 'ä', '€', '😀']) AS letter) AS t;
SELECT octet_length(actor), right(actor, 3) FROM (SELECT desk.claims('app.claims->>sub', format('{"sub": "x%s"}', repeat('ä', 300))) AS actor) AS t;
SELECT desk.claims('app.claims', E'a\nb\tc\rd\x01e\x7ff'), desk.claims('app.claims->>sub', '{"sub": "a\nb\u0001c"}');

-- Claims that change are read anew, those that come back as well, and the list
SELECT n, desk.claims('app.claims->>sub', format('{"sub": "u%s"}', n % 2)) FROM generate_series(1, 4) AS n;
SELECT n, desk.claims(CASE WHEN n % 2 = 0 THEN 'app.claims->>a' ELSE 'app.none, app.claims->>b' END, '{"a": "A", "b": "B"}') FROM generate_series(1, 4) AS n;

-- What is no list
SELECT desk.claims(sources, '{}') FROM unnest(ARRAY['a,,b']) AS sources;
SET custom_actions.actor_settings = 'a, b,';
SET custom_actions.actor_settings = ',';
SET custom_actions.actor_settings = 'a b';
SET custom_actions.actor_settings = '->>sub';
SET custom_actions.actor_settings = 'a->>';
SET custom_actions.actor_settings = 'a->>''b';
SET custom_actions.actor_settings = 'a->>''''';
SET custom_actions.actor_settings = 'a->>b''c';
SET custom_actions.actor_settings = 'a.';
SET custom_actions.actor_settings = '1a';
SET custom_actions.actor_settings = 'a-b';
SET custom_actions.actor_settings = '(SELECT current_user)';
\set VERBOSITY default
SET custom_actions.actor_settings = 'application_name, current_setting(''a'')';
\set VERBOSITY terse
SET custom_actions.actor_settings = 'app.a', 'app.claims->>sub';
SHOW custom_actions.actor_settings;
RESET custom_actions.actor_settings;

-- Nothing of it is for users to choose, but what they say
CREATE ROLE regress_actor;
GRANT USAGE ON SCHEMA desk TO regress_actor;
GRANT EXECUTE ON FUNCTION desk.who TO regress_actor;
SET ROLE regress_actor;
SET custom_actions.actor_settings = 'application_name';
SET custom_actions.actor = 'I say so';
SELECT desk.who();
ALTER ROLE regress_actor SET custom_actions.actor_settings = 'application_name';
RESET ROLE;
GRANT SET ON PARAMETER custom_actions.actor_settings TO regress_actor;
SET ROLE regress_actor;
SET custom_actions.actor_settings = 'application_name';
SET application_name = 'regress';
SELECT desk.who();
RESET ROLE;
RESET custom_actions.actor_settings;
RESET application_name;

-- One chain of invocations has one actor, whoever of it asks
CREATE FUNCTION desk.say(actor text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM set_config('custom_actions.actor', actor, false); END $$;
SELECT define('desk.ask_first', '{"output": [{"name": "early", "type": "text"}, {"name": "late", "type": "text"}, {"name": "own", "type": "text", "default": "=context.actor"}],
	"steps": [{"perform": "desk.who", "as": "a"}, {"call": "desk.say(text)", "with": {"actor": "another"}}, {"perform": "desk.who", "as": "b"}, {"output": {"early": "=a.actor", "late": "=b.actor"}}]}');
SELECT * FROM desk.ask_first();
SELECT * FROM desk.ask_first();
SELECT desk.who(), invoke_action('desk.who');

-- Plug-ins are told
CREATE FUNCTION desk.tell_actor(context jsonb) RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '%', context -> 'actor'; END $$;
SELECT register_plugin('desk.who', 'post_operation', 'desk.tell_actor') IS NOT NULL AS registered;
SELECT desk.who();
RESET custom_actions.actor;
SELECT desk.who();

-- Names of roles follow the catalogs
SELECT define('desk.caller', '{"output": [{"name": "caller", "type": "text", "default": "=context.caller"}]}');
GRANT EXECUTE ON FUNCTION desk.caller TO regress_actor;
SET ROLE regress_actor;
SELECT desk.caller();
RESET ROLE;
ALTER ROLE regress_actor RENAME TO regress_actor_2;
SET ROLE regress_actor_2;
SELECT desk.caller();
RESET ROLE;
BEGIN;
ALTER ROLE regress_actor_2 RENAME TO regress_actor_3;
SET ROLE regress_actor_3;
SELECT desk.caller();
RESET ROLE;
ROLLBACK;
SET ROLE regress_actor_2;
SELECT desk.caller();
RESET ROLE;

-- A setting that comes up later is found
SET custom_actions.actor_settings = 'late.claims->>sub, late.actor';
SELECT desk.who();
SET late.actor = 'late';
SELECT desk.who();
SET late.claims = '{"sub": "later"}';
SELECT desk.who();
