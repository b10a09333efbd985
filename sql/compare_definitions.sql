-- What differs between two definitions, in words: activate_action() tells it when a
-- new version is published.
\i test/sql/prelude.sql
\pset format unaligned
\pset tuples_only on
\set differences 'SELECT custom_actions.told_changes(:''one'', :''other'')'

-- Header, inputs and outputs
\set one '{"action": "desk.a", "description": "a", "table": "desk.t", "key": ["a"], "read_only": true, "settings": {"x": "1", "y": "2"}, "input": [{"name": "kept", "type": "int"}, {"name": "gone", "type": "int"}, {"name": "turned", "type": "int"}], "output": [{"name": "z", "type": "text"}, {"name": "same", "type": "text", "default": 1}], "steps": []}'
\set other '{"action": "desk.a", "table": "desk.u", "key": ["a", "b"], "settings": {"y": "2", "x": "1"}, "timeout": "1s", "input": [{"name": "kept", "type": "int", "required": false}, {"name": "b", "type": "int"}, {"name": "a", "type": "int"}], "output": [{"name": "turned", "type": "int"}, {"name": "same", "type": "text", "default": 1.0}], "steps": []}'
:differences;

-- Nothing: keys in another order, numbers written in another way
\set one '{"action": "desk.a", "steps": [{"let": {"a": {"x": 100, "y": [1.0, 2]}}}, {"for_each": [1, {"a": 1, "b": 2}], "as": "e", "do": []}]}'
\set other '{"steps": [{"let": {"a": {"y": [1.0, 0.2e1], "x": 1e2}}}, {"as": "e", "for_each": [1, {"b": 2, "a": 1}], "do": [] }], "action": "desk.a"}'
:differences;

-- 3.0 is another number than 3, which is an integer; nor is 3.00 shown as 3.0
\set one '{"action": "desk.a", "steps": [{"let": {"a": 3}}, {"output": {"b": 3.0}}]}'
\set other '{"action": "desk.a", "steps": [{"let": {"a": 3.0}}, {"output": {"b": 3.00}}]}'
:differences;

-- Values by names that are keys of steps, too: nothing is switched on or renamed
\set one '{"action": "desk.a", "steps": [{"let": {"enabled": "a"}}, {"output": {"as": "a", "b": 1}}]}'
\set other '{"action": "desk.a", "steps": [{"let": {"enabled": "b"}}, {"output": {"as": "b", "b": 2}}]}'
:differences;

-- Steps: one before, one behind, one made of another, one moved; a title is kind and subject
\set one '{"action": "desk.a", "steps": [{"update": "desk.t", "set": {"a": 1}}, {"require": "input.a"}, {"let": {"a": 1}}, {"delete": "target"}, {"for_each": [2, 1], "as": "e", "do": []}]}'
\set other '{"action": "desk.a", "steps": [{"group": null, "do": []}, {"update": "desk.t", "set": {"a": 2}}, {"require": "input.b"}, {"for_each": [2, 1], "as": "f", "do": []}, {"let": {"a": 1}}, {"output": {"x": 1}}]}'
:differences;
\set old :one
\set one :other
\set other :old
:differences;

-- Steps of one title are one another's, whatever they say
\set one '{"action": "desk.a", "steps": [{"let": {"a": 1}}, {"require": "true"}, {"let": {"b": 1}}]}'
\set other '{"action": "desk.a", "steps": [{"let": {"b": 1}}, {"require": "true"}, {"let": {"c": 1}}, {"let": {"a": 1}}]}'
:differences;

-- All of a step counts, and what is below it by its path
\set one '{"action": "desk.a", "steps": [{"if": "true", "then": [{"let": {"a": 1}}], "else": [{"let": {"a": 1}}]}, {"choose": null, "cases": [{"when": "a", "do": [{"let": {"a": 1}}]}, {"when": "b", "do": []}], "else": [{"let": {"b": 1}}]}, {"group": "g", "do": [{"if": "a", "then": [{"let": {"a": 1}}], "on_error": [{"let": {"z": 1}}]}]}, {"let": {"c": 1}}, {"let": {"c": 2}}, {"let": {"c": 3}}, {"let": {"c": 4}}]}'
\set other '{"action": "desk.a", "steps": [{"if": "true", "then": [{"let": {"a": 2}}, {"let": {"b": 2}}]}, {"choose": null, "cases": [{"when": "c", "do": []}, {"when": "a", "description": "first", "do": [{"let": {"a": 2}}]}, {"when": "b", "do": []}]}, {"group": "g", "do": [{"if": "a", "then": [{"let": {"a": 2}}], "on_error": [{"let": {"z": 2}}]}]}, {"let": {"c": 1}, "when": "true"}, {"let": {"c": 2}, "enabled": false}, {"let": {"c": 3}, "description": "three"}, {"let": {"c": 4}, "on_error": [{"let": {"d": 1}}]}]}'
:differences;
\set old :one
\set one :other
\set other :old
:differences;

-- What is frozen, if it is known of both: first what is used no longer
\set one '{"action": "desk.a", "steps": [], "frozen": ["table b", "function f(integer)", "table c"]}'
\set other '{"action": "desk.a", "steps": [], "frozen": ["table d", "table c", "operator a.+(integer,integer)"]}'
:differences;
\set other '{"action": "desk.a", "steps": []}'
:differences;
-- whatever is there twice counts once
\set one '{"action": "desk.a", "steps": [], "frozen": ["table b", "table c", "table b"]}'
\set other '{"action": "desk.a", "steps": [], "frozen": ["table d", "table b", "table d"]}'
:differences;

-- Long lists, one in the other's order reversed; and steps below steps
SELECT jsonb_build_object('action', 'desk.a', 'steps', jsonb_agg(s.step ORDER BY s.n)) AS one,
	jsonb_build_object('action', 'desk.a', 'steps', jsonb_agg(s.step ORDER BY s.n DESC)) AS other
FROM generate_series(1, 5000) AS n,
	LATERAL (SELECT n, jsonb_build_object('delete', 'desk.t' || n) AS step) AS s \gset
SELECT count(*), min(line), max(line) FROM string_to_table(custom_actions.told_changes(:'one', :'other'), E'\n') AS line;
SELECT repeat('{"group": null, "do": [', 100) || '{"let": {"a": %s}}' || repeat(']}', 100) AS nest \gset
SELECT length(line), line ~ '^Changed step (1\.do\.){100}1 \(let\)\.$' AS deep
FROM custom_actions.told_changes(
	format('{"action": "desk.a", "steps": [' || :'nest' || ']}', 1)::json,
	format('{"action": "desk.a", "steps": [' || :'nest' || ']}', 2)::json) AS line;

-- What is not sound is compared as far as it can be read
\set one '{"action": "desk.a", "steps": [{"let": {"a": 1}}, {"update": "target", "set": {"a": 1}}]}'
\set other '{"action": "desk.a", "steps": [{"do": 1}, {"update": "target", "sets": {"a": 1}}]}'
:differences;
