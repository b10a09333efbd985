# Each limit of harm, and each check of inputs, over many calls in one session: what
# the backend has in memory stays flat. MEMORY_CALLS says how many calls of each are
# made, 20,000 if nothing does; MEMORY_CALLS=1000000 takes about half an hour.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Utils;
use Test::More;

my $calls = $ENV{MEMORY_CALLS} || 20_000;
my $node = new_server('main');

# What malloc may keep in pieces, and caches that fill, are no leak: at a million
# calls this is less than a byte a call.
my $slack = 900;

create_database($node, 'main');
$node->safe_psql('main', q{
	CREATE SCHEMA support;
	CREATE TABLE support.case (id bigint PRIMARY KEY, title text, revision integer NOT NULL DEFAULT 1) WITH (fillfactor = 20);
	CREATE TABLE support.task (id bigint PRIMARY KEY, title text NOT NULL);
	INSERT INTO support.case SELECT i, 'Case' FROM generate_series(0, 999) AS i;
	INSERT INTO support.task SELECT i, 'Task' FROM generate_series(0, 999) AS i;
	INSERT INTO custom_actions.table_setting (table_name, version_column) VALUES ('support.task', 'title');
	SELECT create_action('support.plain', '{"table": "support.case",
		"steps": [{"update": "support.case", "where": "id = target.id", "set": {"revision": "=revision + 1"}}]}');
	SELECT create_action('support.few', '{"table": "support.case", "max_rows": 1, "input": [{"name": "more", "type": "boolean", "default": false}],
		"steps": [{"update": "support.case", "where": "id = target.id OR input.more AND id < 2", "set": {"revision": "=revision + 1"}}]}');
	SELECT create_action('support.matched', '{"table": "support.case", "steps": [{"require": "target.id >= 0"}]}');
	SELECT create_action('support.matched_column', '{"table": "support.task", "steps": [{"require": "target.id >= 0"}]}');
	SELECT create_action('support.referring', '{"input": [{"name": "one", "references": "support.case"},
		{"name": "several", "type": "bigint[]", "references": "support.case", "default": [1, 2]}], "output": [{"name": "x", "type": "bigint", "default": "=input.one"}]}');
	SELECT create_action('support.choosing', '{"input": [{"name": "one", "type": "text", "options": ["a", "b"]},
		{"name": "other", "type": "integer", "options": "=array(SELECT generate_series(1, 5))", "default": 3}], "output": [{"name": "x", "type": "text", "default": "=input.one"}]}');
	SELECT create_action('support.expecting', '{"table": "support.case", "input": [{"name": "most", "type": "bigint", "default": 1}],
		"steps": [{"update": "support.case", "where": "id = target.id", "set": {"revision": "=revision + 1"}, "expect": {"at_least": 1, "at_most": "=input.most"}}]}');
	SELECT activate_action(name) FROM custom_actions.action;

	-- what this backend has by itself: shared pages do not count
	CREATE FUNCTION resident() RETURNS bigint LANGUAGE sql VOLATILE
		AS $$SELECT (regexp_match(pg_read_file('/proc/self/status'), 'RssAnon:\s+(\d+)'))[1]::bigint$$;
});

# Calls, and one in a hundred that fails, committed in between; tells the memory at the
# beginning, after a tenth and at the end, in kB.
sub stays_flat
{
	my ($what, $call, $failing, $before) = @_;
	my $started = time;
	my $out = $node->safe_psql('main', ($before // '') . qq{
		CREATE TEMP TABLE measured (calls bigint, kilobytes bigint);
		INSERT INTO measured SELECT 0, resident();
		DO \$do\$
		BEGIN
			FOR i IN 1 .. $calls LOOP
				IF i % 100 = 0 THEN
					BEGIN
						PERFORM $failing;
						RAISE EXCEPTION 'it did not fail' USING ERRCODE = 'ZZ000';
					EXCEPTION WHEN SQLSTATE 'UA009' OR SQLSTATE 'UA010' OR SQLSTATE '23503' OR SQLSTATE '22023' THEN
						NULL;
					END;
				ELSE
					PERFORM $call;
				END IF;
				IF i % 1000 = 0 THEN
					COMMIT;
				END IF;
				IF i = $calls / 10 OR i = $calls THEN
					INSERT INTO measured SELECT i, resident();
				END IF;
			END LOOP;
		END \$do\$;
		SELECT string_agg(kilobytes::text, ' ' ORDER BY calls) FROM measured});
	my ($first, $tenth, $last) = $out =~ /(\d+) (\d+) (\d+)$/ or die $out;
	my $seconds = time - $started;

	($ENV{MEMORY_CALLS} ? \&diag : \&note)->("$what: $first kB, $tenth kB after a tenth of $calls calls, $last kB at the end, $seconds s");
	cmp_ok($last - $tenth, '<=', $slack, "$what: memory is flat");
	return;
}

my $wrong = q{'{"target": 1}', if_match => 'x'};
my $target = q{jsonb_build_object('target', i % 1000)};
my $match = q{(SELECT action_etag(c) FROM support.case AS c WHERE c.id = i % 1000)};
my $set = q{set_config('custom_actions.if_match', %s, true)};

stays_flat('max_rows, JSON', "invoke_action('support.few', $target)", q{invoke_action('support.few', '{"target": 5, "more": true}')});
stays_flat('max_rows, typed', 'support.few(i % 1000)', 'support.few(5, true)');
stays_flat('the setting max_rows', 'support.expecting(i % 1000)', q{support.expecting(1, 0)}, 'SET custom_actions.max_rows = 1;');
stays_flat('max_statements, JSON', "invoke_action('support.plain', $target)",
	q{(SELECT invoke_action('support.plain', '{"target": 5}') FROM (SELECT set_config('custom_actions.max_statements', '1', true)) AS s)},
	'SET custom_actions.max_statements = 50;');
stays_flat('max_statements, typed', 'support.plain(i % 1000)',
	q{(SELECT support.plain(5) FROM (SELECT set_config('custom_actions.max_statements', '1', true)) AS s)},
	'SET custom_actions.max_statements = 50;');
stays_flat('if_match, JSON', "invoke_action('support.matched', $target, if_match => $match)", "invoke_action('support.matched', $wrong)");
stays_flat('if_match, typed', "support.matched(i % 1000) FROM (SELECT ${\ sprintf $set, $match} OFFSET 0) AS s",
	"support.matched(1) FROM (SELECT ${\ sprintf $set, q{'x'}} OFFSET 0) AS s");
stays_flat('if_match with a version column, JSON', "invoke_action('support.matched_column', $target, if_match => 'Task')",
	"invoke_action('support.matched_column', $wrong)");
stays_flat('references, JSON', "invoke_action('support.referring', jsonb_build_object('one', i % 1000))",
	q{invoke_action('support.referring', '{"one": 1, "several": [1, -1]}')});
stays_flat('references, typed', 'support.referring(i % 1000)', 'support.referring(-1)');
stays_flat('options, JSON', q{invoke_action('support.choosing', '{"one": "a"}')}, q{invoke_action('support.choosing', '{"one": "c"}')});
stays_flat('options, typed', q{support.choosing('b', 1 + i % 5)}, q{support.choosing('a', 6)});
stays_flat('expect, JSON', "invoke_action('support.expecting', $target)", q{invoke_action('support.expecting', '{"target": 1, "most": 0}')});
stays_flat('expect, typed', 'support.expecting(i % 1000)', 'support.expecting(1, 0)');

done_testing();
