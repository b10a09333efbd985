# Forms of actions in Chromium, by react-jsonschema-form and JSON Forms as they come: what
# forms.mjs fills in and sends, and what the tables say then.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use Judge;
use PostgreSQL::Test::Utils;
use Test::More;

my ($chromium) = grep { -x } map { my $name = $_; map { "$_/$name" } split(/:/, $ENV{PATH}), '/usr/bin' } qw(chromium chromium-browser google-chrome);

plan skip_all => 'chromium is not installed' if !defined $chromium;

my $modules = npm_packages('forms', 20);
my $bridge = install_bridge();
my $node = new_server('main');

create_database($node, 'main');
load_help_desk($node, 'main');
load_desk_verbs($node, 'main');
$node->safe_psql('main', <<~'SQL');
	SELECT create_action('support.settle_case', $$
	{ "title": "Settle the case", "description": "Says how the case ends, and makes a task of it.", "table": "support.case",
	  "input": [ {"name": "answer", "type": "text", "description": "What the customer is told"},
	             {"name": "outcome", "type": "text", "options": ["refund", "replacement", "nothing"]},
	             {"name": "approver", "references": "support.agent"},
	             {"name": "visit", "type": "date", "default": "=date '2026-03-02' + 3"},
	             {"name": "priority", "type": "integer", "default": 4},
	             {"name": "tell", "type": "boolean", "default": true, "title": "Tell the customer"},
	             {"name": "code", "type": "varchar(8)", "sensitive": true, "required": false} ],
	  "steps": [ {"require": "target.status <> 'closed'", "message": "Case {{target.id}} is closed"},
	             {"require": "length(input.answer) > 10", "message": "The answer is too short", "hint": "Write a sentence."},
	             {"create": "support.task", "set": {"case_id": "=target.id", "title": "{{input.outcome}} until {{input.visit}}, {{input.tell}}, {{input.code}}"}},
	             {"update": "target", "set": {"status": "waiting", "title": "=input.answer", "owner_id": "=input.approver", "priority": "=input.priority"}} ] } $$);
	SELECT activate_action('support.settle_case');

	SET client_min_messages = error;
	CREATE DOMAIN support.percent AS integer CHECK (VALUE BETWEEN 0 AND 100);
	CREATE TYPE support.place AS (street text, floor integer, since date);
	CREATE TYPE support.kind_of AS ENUM ('small', 'great');
	CREATE FUNCTION support.form_of_type(type text, example text, number bigint) RETURNS void LANGUAGE sql AS $$
		SELECT create_action(name, json_build_object('description', type, 'input', json_build_array(
			json_build_object('name', 'needed', 'type', type),
			json_build_object('name', 'perhaps', 'type', type, 'required', false),
			json_build_object('name', 'preset', 'type', type, 'default', example),
			json_build_object('name', 'computed', 'type', type, 'default', format('=%L::%s', example, type)),
			json_build_object('name', 'secret', 'type', type, 'required', false, 'sensitive', true),
			json_build_object('name', 'list', 'type', type || '[]', 'default', format('=array[%L, %L]::%s[]', example, example, type)),
			json_build_object('name', 'rest', 'type', type || '[]', 'required', false)), 'steps', '[]'::json)), activate_action(name)
		FROM format('support.form_%s', number) AS name $$;
	SELECT support.form_of_type(type, example, row_number() OVER ()) FROM (VALUES
		('text', 'word'), ('varchar(20)', 'word'), ('varchar(2000)', 'word'), ('char(4)', 'abcd'), ('name', 'word'), ('integer', '3'), ('smallint', '3'), ('bigint', '3'),
		('numeric(8,2)', '1.50'), ('numeric', '1.5'), ('real', '0.5'), ('float8', '0.5'), ('boolean', 'true'), ('date', '2026-01-02'), ('timestamptz', '2026-01-02 03:04:05+00'),
		('timestamp', '2026-01-02 03:04:05'), ('time', '10:00'), ('timetz', '10:00+01'), ('interval', '3 days'), ('uuid', '0198c8b8-0000-7000-8000-000000000001'),
		('bytea', '\x01'), ('json', '{"a": [1, {"b": null}]}'), ('jsonb', '{"a": {"b": 1}}'), ('inet', '10.0.0.1'), ('bit(3)', '101'), ('point', '(1,2)'), ('xml', '<a/>'),
		('int4range', '[1,5)'), ('daterange', '[2026-01-01,2027-01-01)'), ('int4multirange', '{[1,5)}'), ('support.percent', '50'), ('support.place', '("Main St",,2026-01-02)'),
		('support.kind_of', 'great'), ('money', '1'), ('oid', '7'), ('tsvector', 'a')) AS t (type, example);
	SELECT create_action('support.form_options', $$
	{ "input": [ {"name": "who", "type": "integer", "options": "=array(SELECT id FROM support.agent ORDER BY id)", "default": 2},
	             {"name": "other", "type": "integer", "required": false, "options": "=array(SELECT id FROM support.agent WHERE id <> input.who)"},
	             {"name": "several", "type": "text[]", "options": ["a", "b"]},
	             {"name": "agents", "type": "integer[]", "references": "support.agent"},
	             {"name": "next", "type": "bigint", "default": "=nextval('support.case_id_seq')"} ], "steps": [] } $$);
	SELECT activate_action('support.form_options');
	CREATE TABLE support.line (case_id bigint, line integer, note text, PRIMARY KEY (case_id, line));
	INSERT INTO support.line VALUES (42, 1, 'first');
	SELECT create_action('support.form_line', '{"table": "support.line", "steps": [{"delete": "target"}]}');
	SELECT activate_action('support.form_line');
	SQL
my $folder = PostgreSQL::Test::Utils::tempdir;
append_to_file("$folder/forms.json", $node->safe_psql('main', <<~'SQL'));
	SELECT json_agg(form) FROM (
		SELECT action_form('support.settle_case', 42) UNION ALL
		SELECT action_form('support.escalate_case') UNION ALL
		SELECT action_form('support.open_case') UNION ALL
		SELECT action_form('support.form_line', '{"case_id": 42, "line": 1}'::jsonb) UNION ALL
		SELECT action_form('support.form_line') UNION ALL
		SELECT action_form(name) FROM custom_actions.actions WHERE name LIKE 'support.form\_%' AND name <> 'support.form_line' UNION ALL
		SELECT action_form('support.form_8', NULL, 'string')) AS f (form)
	SQL
$folder = $ENV{FORMS_PICTURES} if defined $ENV{FORMS_PICTURES} && !system('cp', "$folder/forms.json", $ENV{FORMS_PICTURES});
run_judge($node, 'main', $modules, 'test/clients/forms.mjs', $bridge, $chromium, $folder);
is($node->safe_psql('main', q{SELECT status, title, owner_id, priority FROM support.case WHERE id = 42}), 'waiting|You get your money back.|2|4',
	'what was filled in has changed the row');
is($node->safe_psql('main', q{SELECT title FROM support.task WHERE case_id = 42}), 'refund until 2026-03-05, false, ', 'and made one');
log_is_clean($node, 'the log of the server is clean');
$node->stop;
done_testing();
