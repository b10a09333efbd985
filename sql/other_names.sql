-- the name of a step that writes a row is another name of that row, wherever the step stands
\i test/sql/prelude.sql

-- runs steps on a row of desk.note in a fresh state; shows the names target, u and v and the row afterwards
CREATE FUNCTION run(steps json, note integer DEFAULT 1, source text DEFAULT 'desk.note') RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	result text;
	detail text;
BEGIN
	PERFORM set_config('client_min_messages', 'error', true);
	DELETE FROM desk.note;
	INSERT INTO desk.note VALUES (1, 0, 'new'), (2, 0, 'new');
	PERFORM create_action('desk.probe', json_build_object('table', source, 'key', '["id"]'::json,
		'output', '[{"name": "t", "type": "text", "default": "{{target.id}} {{target.n}} {{target.st}}"},
					{"name": "got", "type": "text"}]'::json, 'steps', steps), true);
	PERFORM activate_action('desk.probe');
	BEGIN
		SELECT 'target ' || p.t || coalesce(', ' || p.got, '') INTO result FROM desk.probe(note) p;
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
		result := SQLSTATE || ' ' || SQLERRM || ' | ' || detail;
	END;
	RETURN concat_ws(' | ', result, (SELECT string_agg(concat_ws(' ', id, n, st), ', ' ORDER BY id) FROM desk.note));
END
$$;

CREATE TABLE desk.note (id integer PRIMARY KEY, n integer DEFAULT 0, st text DEFAULT 'new');
CREATE TABLE desk.line (note integer, pos integer, n integer DEFAULT 0, PRIMARY KEY (note, pos));
CREATE VIEW desk.noted AS SELECT * FROM desk.note;

-- with when, with on_error, in if, choose, group and for_each: both names see what is written through the other
SELECT run('[{"update": "target", "as": "u", "set": {"n": 1}, "when": "target.n = 0"},
			 {"update": "u", "set": {"st": "closed"}},
			 {"output": {"got": "{{u.n}} {{u.st}}"}}]') AS "when";
SELECT run('[{"update": "target", "as": "u", "set": {"n": 1}, "when": "target.n = 0"},
			 {"update": "u", "set": {"st": "closed"}},
			 {"require": "target.st = ''new''", "message": "it is {{target.st}} already"}]') AS guard;
SELECT run('[{"update": "target", "as": "u", "set": {"n": 1}, "on_error": []},
			 {"update": "u", "set": {"n": "=u.n + 1"}},
			 {"update": "target", "set": {"n": "=target.n * 10"}},
			 {"output": {"got": "{{u.n}}"}}]') AS on_error;
SELECT run('[{"if": "true", "then": [
				{"update": "target", "as": "u", "set": {"n": 1}},
				{"update": "u", "set": {"n": "=n + 1", "st": "{{target.n}}"}},
				{"update": "target", "set": {"st": "{{target.st}} {{u.n}}"}}]},
			 {"output": {"got": "{{u.n}} {{u.st}}"}}]') AS "if";
SELECT run('[{"choose": null, "cases": [{"when": "false", "do": [{"update": "target", "as": "v", "set": {"n": 7}}]},
									   {"when": "true", "do": [{"update": "target", "as": "u", "set": {"n": 1}}]}]},
			 {"update": "target", "set": {"n": 5}},
			 {"output": {"got": "{{u.n}} {{coalesce(v.n::text, ''none'')}}"}}]') AS choose;
SELECT run('[{"group": "all", "do": [{"update": "target", "as": "u", "set": {"n": 1}}]},
			 {"update": "u", "set": {"n": 2}}, {"output": {"got": "{{u.n}}"}}]') AS "group";
SELECT run('[{"for_each": "=array[1,2,3]", "as": "turn", "do": [
				{"update": "target", "as": "u", "set": {"n": "=n + turn.value"}},
				{"update": "u", "set": {"st": "=concat_ws('' '', target.st, u.n, target.n)"}},
				{"update": "target", "set": {"n": "=u.n + 100"}},
				{"output": {"got": "{{output.got}} {{u.n}}"}}]}]') AS for_each;
SELECT run('[{"assign": "target", "column": "n", "to": 3, "as": "u", "when": "true"},
			 {"set_status": "u", "column": "st", "to": "closed", "as": "v", "when": "true"},
			 {"update": "v", "set": {"n": "=n + 1"}},
			 {"output": {"got": "{{u.n}} {{u.st}} {{v.n}} {{v.st}}"}}]') AS chain;

-- a step that did not run, or found nothing, leaves its name NULL: nothing fills it, and nothing is written through it
SELECT run('[{"update": "target", "as": "u", "set": {"n": 1}, "when": "false"},
			 {"update": "target", "set": {"n": 5}},
			 {"output": {"got": "{{coalesce(u.n::text, ''none'')}} {{u is null}}"}}]') AS not_run;
SELECT run('[{"update": "target", "as": "u", "set": {"n": 1}, "where": "n = 99", "required": false},
			 {"update": "target", "set": {"n": 5}},
			 {"output": {"got": "{{coalesce(u.n::text, ''none'')}}"}}]') AS found_none;
SELECT run('[{"if": "target.n = 99", "then": [{"update": "target", "as": "u", "set": {"n": 1}}],
			  "else": [{"update": "target", "as": "v", "set": {"n": 2}}]},
			 {"update": "target", "set": {"n": "=n + 1"}},
			 {"output": {"got": "{{coalesce(u.n::text, ''none'')}} {{v.n}}"}}]') AS branches;
SELECT run('[{"update": "target", "as": "u", "set": {"n": 1}, "when": "false"}, {"update": "u", "set": {"n": 2}}]') AS through_it;
SELECT run('[{"update": "target", "as": "u", "set": {"n": 1}, "when": "false"},
			 {"update": "u", "set": {"n": 2}, "required": false}, {"delete": "u", "required": false}]') AS not_required;
SELECT run('[{"get": "desk.note", "id": 2, "as": "other", "when": "false"}, {"update": "other", "set": {"n": 2}}]') AS get_not_run;
-- no value of one turn reaches the next
SELECT run('[{"for_each": "=array[1,2,3]", "as": "turn", "do": [
				{"update": "target", "set": {"n": "=turn.value"}},
				{"output": {"got": "{{output.got}} {{coalesce(u.n::text, ''none'')}}"}, "enabled": false},
				{"update": "target", "as": "u", "set": {"st": "x"}, "when": "turn.value = 2"},
				{"update": "target", "set": {"n": "=n * 10"}},
				{"output": {"got": "{{output.got}} {{coalesce(u.n::text, ''none'')}}"}}]}]') AS turns;

-- undone: the names hold what they held before
SELECT run('[{"group": null, "on_error": [{"update": "target", "set": {"st": "handled"}}], "do": [
				{"update": "target", "as": "u", "set": {"n": 1}},
				{"update": "u", "set": {"n": 2, "st": "inside"}},
				{"stop": "failed"}]},
			 {"update": "target", "set": {"n": "=n + 5"}},
			 {"output": {"got": "{{coalesce(u.n::text, ''none'')}} {{coalesce(u.st, ''none'')}}"}}]') AS undone;
SELECT run('[{"update": "target", "as": "u", "set": {"n": 1}, "when": "true"},
			 {"update": "u", "set": {"n": "=1/0"}, "on_error": [{"update": "u", "set": {"st": "{{error.sqlstate}}"}}]},
			 {"group": null, "on_error": [], "do": [{"update": "u", "set": {"n": 50}}, {"update": "target", "set": {"st": "gone"}}, {"stop": "failed"}]},
			 {"output": {"got": "{{u.n}} {{u.st}}"}}]') AS kept;
SELECT run('[{"update": "target", "as": "u", "set": {"n": "=1/(target.n)"}, "on_error": [{"update": "target", "as": "v", "set": {"st": "handled"}}]},
			 {"update": "target", "set": {"n": 3}},
			 {"output": {"got": "{{coalesce(u.n::text, ''none'')}} {{v.n}} {{v.st}}"}}]') AS handler;

-- another key through either name
SELECT run('[{"if": "true", "then": [
				{"update": "target", "as": "u", "set": {"n": 1}},
				{"update": "u", "set": {"id": 50}},
				{"update": "target", "set": {"n": "=n + 1"}},
				{"update": "target", "set": {"id": 60}},
				{"update": "u", "set": {"st": "{{u.id}} {{target.id}}"}}]}]') AS key_change;
SELECT run('[{"update": "target", "as": "u", "set": {"id": 50}, "when": "false"},
			 {"update": "target", "set": {"id": 60}},
			 {"update": "u", "set": {"n": 9}, "required": false}]') AS key_not_changed;
SELECT run('[{"for_each": "desk.note", "as": "row", "where": "id = 2", "do": [
				{"update": "row", "as": "u", "set": {"id": 70}},
				{"update": "u", "set": {"n": "=n + row.id"}},
				{"delete": "row"},
				{"output": {"got": "{{row.id}} {{u.n}}"}}]}]') AS loop_row;

-- rows that steps made, a composite key, a view
SELECT run('[{"create": "desk.line", "as": "line", "set": {"note": "=target.id", "pos": 1}, "when": "true"},
			 {"update": "line", "as": "u", "set": {"n": "=n + 1"}, "on_error": []},
			 {"update": "u", "set": {"pos": 2}},
			 {"update": "line", "set": {"n": "=n * 7"}},
			 {"output": {"got": "{{line.pos}} {{line.n}} {{u.pos}} {{u.n}}"}},
			 {"delete": "u"}]') AS made;
SELECT run('[{"update": "target", "as": "u", "set": {"n": 1}, "when": "true"},
			 {"update": "u", "set": {"st": "seen"}},
			 {"output": {"got": "{{u.n}} {{u.st}}"}}]', 1, 'desk.noted') AS view;
SELECT run('[{"delete": "target", "as": "u", "when": "true"}, {"update": "u", "set": {"n": 1}}]') AS deleted;
-- a get keeps what it read, also of another name
SELECT run('[{"update": "target", "as": "u", "set": {"n": 1}, "when": "true"},
			 {"get": "u", "as": "before"},
			 {"update": "target", "set": {"n": 2}},
			 {"output": {"got": "{{u.n}} {{before.n}}"}}]') AS get_keeps;
-- adjacent updates, which could be one
SELECT run('[{"update": "target", "as": "u", "set": {"n": 1}, "when": "false"},
			 {"update": "target", "set": {"n": 5}},
			 {"update": "u", "set": {"st": "never"}, "required": false},
			 {"output": {"got": "{{coalesce(u.n::text, ''none'')}}"}}]') AS adjacent;
SELECT run('[{"update": "target", "as": "u", "set": {"n": 1}, "when": "false"},
			 {"update": "target", "set": {"n": 5}},
			 {"update": "u", "set": {"st": "never"}}]') AS adjacent_required;
SELECT run('[{"update": "target", "as": "u", "set": {"n": 1}, "when": "false"},
			 {"update": "target", "set": {"n": 5}},
			 {"update": "target", "set": {"st": "=coalesce(u.st, ''none'')"}}]') AS adjacent_values;
SELECT run('[{"if": "true", "then": [{"update": "target", "set": {"n": 5}}, {"update": "target", "as": "u", "set": {"st": "joined"}}]},
			 {"update": "target", "set": {"n": 6}},
			 {"output": {"got": "{{u.n}} {{u.st}}"}}]') AS adjacent_named;
