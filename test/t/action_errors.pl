# Whatever a call fails with, action_errors has said before: actions are made at random
# of what can fail, called wrongly on purpose, and the SQLSTATE and step of each error
# are looked for among the rows. ERRORS_SEED and ERRORS_CALLS make other runs.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Utils;
use Test::More;

my $seed = $ENV{ERRORS_SEED} // 13;
my $calls = $ENV{ERRORS_CALLS} // 200;
my $node = new_server('main');

create_database($node, 'main');
$node->safe_psql('main', q{
	CREATE SCHEMA shop;
	CREATE DOMAIN shop.percent AS integer CONSTRAINT up_to_all CHECK (VALUE <= 100);
	CREATE DOMAIN shop.code AS text NOT NULL CHECK (VALUE ~ '^[a-z]+$');
	CREATE TYPE shop.mood AS ENUM ('good', 'bad');
	CREATE TYPE shop.pair AS (a shop.percent, b text);
	CREATE TABLE shop.customer (id integer PRIMARY KEY, name varchar(5) NOT NULL, code shop.code DEFAULT 'x', rate numeric(3, 1),
		rebate shop.percent, rebates shop.percent[], many integer DEFAULT 1, twice integer GENERATED ALWAYS AS (many * 2) STORED CHECK (twice < 50),
		mail text UNIQUE, room int4range, EXCLUDE USING gist (room WITH &&), CONSTRAINT no_x CHECK (name <> 'x'));
	CREATE TABLE shop.invoice (id integer PRIMARY KEY, customer integer DEFAULT 99 REFERENCES shop.customer,
		status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'paid', 'void')));
	CREATE TABLE shop.line (id integer PRIMARY KEY, invoice integer REFERENCES shop.invoice ON DELETE CASCADE);
	CREATE TABLE shop.remark (id integer PRIMARY KEY, line integer REFERENCES shop.line);
	CREATE TABLE shop.owner (id integer PRIMARY KEY);
	CREATE TABLE shop.thing (id integer PRIMARY KEY, owner integer NOT NULL REFERENCES shop.owner ON DELETE SET NULL);
	CREATE TABLE shop.part (id integer, kind text) PARTITION BY LIST (kind);
	CREATE TABLE shop.part_a PARTITION OF shop.part FOR VALUES IN ('a');
	INSERT INTO shop.customer (id, name, mail, room) VALUES (1, 'one', 'm1', '[1,2)'), (2, 'two', 'm2', '[5,6)');
	INSERT INTO shop.invoice VALUES (1, 1, 'open'), (2, 1, 'paid');
	INSERT INTO shop.line VALUES (1, 1);
	INSERT INTO shop.remark VALUES (1, 1);
	INSERT INTO shop.owner VALUES (1);
	INSERT INTO shop.thing VALUES (1, 1);
	CREATE FUNCTION shop.refuse(n integer) RETURNS integer LANGUAGE plpgsql STABLE AS
		$$BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'XY' || n; END$$;
	CREATE FUNCTION shop.refuse_row() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'YY001'; END$$;
	CREATE TABLE shop.guarded (id integer PRIMARY KEY);
	INSERT INTO shop.guarded VALUES (1);
	CREATE TRIGGER guard BEFORE UPDATE ON shop.guarded FOR EACH ROW EXECUTE FUNCTION shop.refuse_row();
	SELECT create_action('shop.inner_', '{"max_rows": 1, "input": [{"name": "n", "type": "shop.percent", "options": [1, 2, 200]}, {"name": "w", "type": "text", "default": "a"}],
		"steps": [{"require": "input.n <> 2", "message": "No two"}, {"update": "shop.customer", "where": "input.w = ''all''", "set": {"many": "=many + 0"}}]}');
	SELECT activate_action('shop.inner_');
	INSERT INTO custom_actions.table_setting (table_name, status_column) VALUES ('shop.invoice', 'status');
	CREATE TABLE shop.kept (id integer PRIMARY KEY, n integer);
	INSERT INTO shop.kept VALUES (1, 1);
	SELECT protect_table('shop.kept', actions => '{shop.inner_}');
	SELECT create_action('shop.keeps', '{"steps": [{"update": "shop.kept", "id": 1, "set": {"n": 2}}]}');
	SELECT activate_action('shop.keeps');
});

# What can fail: a step, the inputs that make it fail, more of the header, arguments.
my @ways = (
	{ step => '{"require": "input.n <> 3", "sqlstate": "P0009"}', n => 3 },
	{ step => '{"require": "input.n <> 3"}', n => 3 },
	{ step => '{"stop": "canceled"}' },
	{ step => '{"stop": "failed", "message": "No"}' },
	{ step => '{"if": "input.n = 3", "then": [{"stop": "failed", "sqlstate": "P0007"}]}', n => 3 },
	{ step => '{"update": "shop.customer", "id": "=input.n", "set": {"many": 1}}', n => 77 },
	{ step => '{"update": "shop.customer", "id": 1, "set": {"name": "=input.w"}}', w => 'longer than five' },
	{ step => '{"update": "shop.customer", "id": 1, "set": {"name": "{{input.w}}{{input.w}}"}}', w => 'long' },
	{ step => '{"update": "shop.customer", "id": 1, "set": {"name": "=input.w"}}', w => undef },
	{ step => '{"update": "shop.customer", "id": 1, "set": {"name": "=input.w"}}', w => 'x' },
	{ step => '{"update": "shop.customer", "id": 1, "set": {"code": "=input.w"}}', w => 'A' },
	{ step => '{"update": "shop.customer", "id": 1, "set": {"code": "=input.w"}}', w => undef },
	{ step => '{"update": "shop.customer", "id": 1, "set": {"rate": "=input.n"}}', n => 1000 },
	{ step => '{"update": "shop.customer", "id": 1, "set": {"rebate": "=input.n"}}', n => 101 },
	{ step => '{"update": "shop.customer", "id": 1, "set": {"rebates": "=array[1, input.n]"}}', n => 101 },
	{ step => '{"update": "shop.customer", "id": 1, "set": {"many": "=input.n"}}', n => 60 },
	{ step => '{"update": "shop.customer", "id": 1, "set": {"mail": "=input.w"}}', w => 'm2' },
	{ step => '{"update": "shop.customer", "id": 1, "set": {"room": "[5,7)"}}' },
	{ step => '{"update": "shop.customer", "where": "true", "set": {"many": 1}, "expect": 1}' },
	{ step => '{"delete": "shop.customer", "id": 1}' },
	{ step => '{"delete": "shop.invoice", "id": 1}' },
	{ step => '{"delete": "shop.owner", "id": 1}' },
	{ step => '{"create": "shop.invoice", "set": {"id": "=input.n"}}', n => 9 },
	{ step => '{"create": "shop.invoice", "set": {"id": "=input.n", "customer": 1}}', n => 1 },
	{ step => '{"create": "shop.invoice", "set": {"id": 9, "customer": "=input.n"}}', n => 50 },
	{ step => '{"create": "shop.invoice", "set": {"id": 9, "customer": 1, "status": "=input.w"}}', w => 'odd' },
	{ step => '{"create": "shop.part", "set": {"id": 9, "kind": "=input.w"}}', w => 'z' },
	{ step => '{"create": "shop.part_a", "set": {"id": 9, "kind": "=input.w"}}', w => 'z' },
	{ step => '{"update": "shop.part_a", "where": "true", "set": {"kind": "=input.w"}}', w => 'z', before => q{INSERT INTO shop.part VALUES (1, 'a')} },
	{ step => '{"set_status": "shop.invoice", "id": "=input.n", "from": ["open"], "to": "paid"}', n => 2 },
	{ step => '{"get": "shop.customer", "as": "row", "where": "id > 0"}' },
	{ step => '{"get": "shop.customer", "as": "row", "id": "=input.n"}', n => 44 },
	{ step => '{"let": {"half": "=input.n::shop.percent"}}', n => 101 },
	{ step => '{"let": {"half": "=shop.refuse(input.n)"}}', n => 104 },
	{ step => '{"require": "shop.refuse(input.n) > 0"}', n => 104 },
	{ step => '{"call": "shop.refuse", "with": {"n": "=input.n"}}', n => 104 },
	{ step => '{"update": "shop.guarded", "id": 1, "set": {"id": 1}}' },
	{ step => '{"update": "shop.kept", "id": 1, "set": {"n": 2}}' },
	{ step => '{"perform": "shop.keeps"}' },
	{ step => '{"perform": "shop.inner_", "with": {"n": "=input.n"}}', n => 2 },
	{ step => '{"perform": "shop.inner_", "with": {"n": "=input.n"}}', n => 3 },
	{ step => '{"perform": "shop.inner_", "with": {"n": "=input.n"}}', n => 200 },
	{ step => '{"perform": "shop.inner_", "with": {"n": "=input.n"}}', n => undef },
	{ step => '{"perform": "shop.inner_", "with": {"n": 1, "w": "all"}}' },
	{ step => '{"perform": "shop.inner_", "with": {"n": 1, "w": "all"}, "on_error": []}' },
	{ header => '"max_rows": 1,', step => '{"update": "shop.customer", "where": "true", "set": {"many": 1}}' },
	{ step => '{"update": "shop.customer", "where": "true", "set": {"many": 1}}', settings => 'SET custom_actions.max_rows = 1' },
	{ step => '{"group": "all", "do": [{"let": {"a": 1}}, {"update": "shop.customer", "id": 1, "set": {"many": 1}}, {"update": "shop.customer", "id": 2, "set": {"many": 1}}]}',
		settings => 'SET custom_actions.max_statements = 1' },
	{ header => '"table": "shop.customer",', more => '"target": 50', step => '{"let": {"a": 1}}' },
	{ header => '"table": "shop.customer",', step => '{"let": {"a": 1}}' },
	{ header => '"table": "shop.customer", "not_found": "PT404",', more => '"target": 50', step => '{"let": {"a": 1}}' },
	{ header => '"table": "shop.customer",', more => '"target": 1', step => '{"let": {"a": 1}}', arguments => q{, if_match => 'other'} },
	{ step => '{"let": {"a": 1}}', arguments => q{, idempotency_key => 'k'}, twice => 1 },
	{ step => '{"let": {"a": 1}}', more => '"odd": 1' },
	{ step => '{"let": {"a": 1}}', input => '{"name": "p", "type": "shop.percent"}', more => '"p": 101' },
	{ step => '{"let": {"a": 1}}', input => '{"name": "p", "type": "shop.percent[]"}', more => '"p": [1, 101]' },
	{ step => '{"let": {"a": 1}}', input => '{"name": "p", "type": "shop.pair"}', more => '"p": {"a": 101}' },
	{ step => '{"let": {"a": 1}}', input => '{"name": "p", "type": "shop.code", "required": false}', more => '"p": null' },
	{ step => '{"let": {"a": 1}}', input => '{"name": "p", "type": "shop.mood"}', more => '"p": "odd"' },
	{ step => '{"let": {"a": 1}}', input => '{"name": "p", "type": "shop.mood[]"}', more => '"p": ["odd"]' },
	{ step => '{"let": {"a": 1}}', input => '{"name": "p", "references": "shop.customer"}', more => '"p": 50' },
	{ step => '{"let": {"a": 1}}', input => '{"name": "p", "type": "integer[]", "references": "shop.customer"}', more => '"p": [1, 50]' },
	{ step => '{"let": {"a": 1}}', input => '{"name": "p", "type": "text", "options": ["a"]}', more => '"p": "b"' },
	{ step => '{"let": {"a": 1}}', input => '{"name": "p", "type": "shop.mood", "options": ["good"]}', more => '"p": "bad"' },
	{ step => '{"let": {"a": 1}}', input => '{"name": "p", "type": "text"}' },
	{ step => '{"let": {"a": 1}}', input => '{"name": "p", "type": "integer", "default": "=shop.refuse(105)"}' },
	{ step => '{"let": {"a": 1}}', output => '{"name": "o", "type": "shop.percent", "default": "=input.n"}', n => 101 },
	{ step => '{"let": {"a": 1}}', output => '{"name": "o", "type": "integer", "default": "=input.n", "required": true}', n => undef });

# Where a step may stand.
my @places = ('%s', '%s', '{"let": {"before": 1}}, %s', '{"group": "g", "do": [{"let": {"before": 1}}, %s]}',
	'{"if": "true", "then": [%s]}', '{"choose": null, "cases": [{"when": "false", "do": []}], "else": [%s]}',
	'{"for_each": "=array[1, 2]", "as": "turn", "do": [%s]}',
	'%s, {"group": "later", "do": [{"let": {"after": 1}}], "on_error": []}',
	'{"group": "kept", "do": [%s], "on_error": [{"stop": "failed"}]}');

srand($seed);
note("ERRORS_SEED=$seed");

sub json
{
	my ($value) = @_;
	return !defined $value ? 'null' : $value =~ /^\d+$/ ? $value : qq{"$value"};
}

my ($failed, @missing) = 0;

foreach my $number (1 .. $calls)
{
	my $way = $number <= @ways ? $ways[ $number - 1 ] : $ways[ rand @ways ];
	my $step = sprintf $places[ rand @places ], $way->{step};
	my $name = "shop.try_$number";
	my $inputs = join ', ', '{"name": "n", "type": "integer", "required": false}', '{"name": "w", "type": "text", "required": false}', $way->{input} // ();
	my $document = sprintf '{%s "input": [%s], "output": [%s], "steps": [%s]}', $way->{header} // '', $inputs, $way->{output} // '', $step;
	my $given = join ', ', (map { exists $way->{$_} ? sprintf '"%s": %s', $_, json($way->{$_}) : () } qw(n w)), $way->{more} // ();
	my $call = sprintf q{try_invoke_action('%s', '{%s}'%s)}, $name, $given, $way->{arguments} // '';
	my $first = $way->{twice} ? "SELECT $call;" =~ s/'\{/'{"n": 5/r : '';
	my ($status, $out, $err) = $node->psql('main', qq{
		SET client_min_messages = error;
		BEGIN;
		SELECT create_action('$name', \$d\$$document\$d\$);
		SELECT activate_action('$name');
		@{[ $way->{before} // '' ]};
		$first
		@{[ $way->{settings} // '' ]};
		CREATE TEMP TABLE answer AS SELECT $call AS a;
		RESET ALL;
		SELECT 'ANSWER', a ->> 'ok', a #>> '{error,sqlstate}', a #>> '{error,step}', a #>> '{error,message}',
			(SELECT bool_or((e.sqlstate = a #>> '{error,sqlstate}' OR e.sqlstate IS NULL)
				AND (a #>> '{error,step}' IS NULL AND (e.step IS NULL OR e.step ~ '^(input|output)\\.')
					OR e.step = a #>> '{error,step}' OR starts_with(e.step, a #>> '{error,step}' || ': ')
					OR e.step IS NULL AND e.sqlstate = 'UA009'))
				FROM action_errors('$name') AS e)
		FROM answer;
		ROLLBACK;}, on_error_stop => 0);

	my (undef, $ok, $sqlstate, $at, $message, $told) = split /\|/, ($out =~ /^(ANSWER.*)$/m)[0] // '', -1;
	if (!defined $ok)
	{
		push @missing, "no answer: $document\n$err";
	}
	elsif ($ok eq 'true')
	{
		push @missing, "succeeded: $call of $document";
	}
	else
	{
		$failed++;
		push @missing, "$sqlstate at '$at' ($message): $document" unless $told eq 't';
	}
}
is(join("\n", @missing), '', "$calls calls: what they fail with was told");
cmp_ok($failed, '>', $calls * 0.9, "$failed of them failed");

# Each way is told once, in the same order again.
is($node->safe_psql('main', q{
	SELECT count(*), count(DISTINCT (e.sqlstate, e.message, e.step)), array_agg(e.message) = array_agg(f.message)
	FROM action_errors('shop.inner_') WITH ORDINALITY AS e JOIN action_errors('shop.inner_') WITH ORDINALITY AS f USING (ordinality)}) =~ /^(\d+)\|\1\|t$/ ? 1 : 0,
	1, 'once each, and again the same');
done_testing();
