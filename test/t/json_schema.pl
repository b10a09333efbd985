# The JSON Schemas of actions, by a validator of others (Ajv, strict): each is a schema;
# what is drawn from it an action takes, what is drawn beside it the action refuses,
# naming the same input; what actions give and raise fits. The actions take and give
# values of all sorts of types, and do nothing else.
# SEED=N repeats a run.
use strict;
use warnings FATAL => 'all';

use File::Temp qw(tempdir);
use FindBin;
use JSON::PP;
use lib $FindBin::RealBin;
use CustomActions;
use Judge;
use PostgreSQL::Test::Utils;
use Test::More;

use constant { ACTIONS => 30, DRAWN => 6 };

# Alone, so that Ajv is the one that is meant
my ($ajv, $ajv_formats, $digest) = ('ajv@8.17.1', 'ajv-formats@3.0.1',
	'8iUql50EUR+uUcdRQ3HDqa6EVyo3docL8g5WJ3FNcWmu62IbkGUue/pEyLBW8VGKKucTPgqeks4fIU1DA4yowQ==');
my $modules = join ':', map { npm_packages($_) } $ajv, "$ajv_formats $digest";
my $json = JSON::PP->new->canonical->allow_nonref;
my $folder = tempdir(CLEANUP => 1);
my $seed = $ENV{SEED} // 1795;
my $node = new_server('json_schema', "custom_actions.log_level = 'full'\n");

note("SEED=$seed");
srand($seed);

sub spew
{
	my ($name, @lines) = @_;

	open my $out, '>:raw', "$folder/$name" or die "$name: $!";
	print $out map { "$_\n" } @lines;
	close $out or die "$name: $!";
	return "$folder/$name";
}

sub judge
{
	my ($what, @arguments) = @_;
	my $said = qx{NODE_PATH='$modules' node test/npm/actions.js @arguments 2>&1};

	is($? >> 8, 0, "Ajv $what") or BAIL_OUT($said);
	return split /\n/, $said;
}

# What does not fit, of lines {"schema", "value"}
sub all_fit
{
	my ($what, @lines) = @_;
	my @wrong = judge("compiles the schemas of $what", 'check', spew('values.jsonl', @lines));

	cmp_ok(scalar(@lines), '>', 10, "there are $what: " . @lines);
	is(scalar(@wrong), 0, "all $what fit their schemas") or diag(join "\n", @wrong[0 .. ($#wrong < 9 ? $#wrong : 9)]);
	return;
}

my $types = <<'SQL';
CREATE SCHEMA web;
CREATE TYPE web.tier AS ENUM ('gold', 'silver', 'it''s', 'ä');
CREATE DOMAIN web.percent AS integer CHECK (VALUE >= 0 AND VALUE <= 100);
CREATE DOMAIN web.half_open AS bigint CHECK (VALUE > 0) CHECK (10 > VALUE);
CREATE DOMAIN web.ratio AS numeric(5,4) CHECK (VALUE BETWEEN 0 AND 1);
CREATE DOMAIN web.probability AS float8 CHECK (VALUE > 0 AND VALUE < 0.5);
CREATE DOMAIN web.small_percent AS web.percent CHECK (VALUE < 50);
CREATE DOMAIN web.priority AS text CHECK (VALUE IN ('low', 'normal', 'high'));
CREATE DOMAIN web.level AS smallint CHECK (VALUE IN (1, 2, 3));
CREATE DOMAIN web.upper_tier AS web.tier CHECK (VALUE IN ('gold', 'silver'));
CREATE DOMAIN web.code AS varchar(8) CHECK (VALUE ~ '^[A-Z]{2}\d+$') CHECK (length(VALUE) > 2);
CREATE DOMAIN web.mail AS text NOT NULL CHECK (VALUE ~ '^[^@]+@.+$') CHECK (VALUE ~ '\.');
CREATE DOMAIN web.given AS text CHECK (VALUE IS NOT NULL AND char_length(VALUE) BETWEEN 1 AND 5);
CREATE DOMAIN web.tags AS text[] CHECK (cardinality(VALUE) <= 3);
CREATE TYPE web.point AS (x float8, y numeric(4,1), "The label" varchar(3));
CREATE TABLE web.node (id integer PRIMARY KEY, mail web.mail, at web.point, tags varchar(4)[], tier web.tier NOT NULL);
CREATE DOMAIN web.origin AS web.point;
SQL
my @types = split /\s*[;\n]\s*/, <<'TYPES';
smallint; integer; bigint; real; double precision; numeric; numeric(12,2); numeric(4,0); numeric(2,-3); numeric(3,5); oid
text; varchar; varchar(5); char(3); char; name; bit(3); varbit(4); bytea; boolean
date; time; timetz; timestamp; timestamptz; timestamp(0); interval; uuid; json; jsonb
web.tier; web.percent; web.half_open; web.ratio; web.probability; web.small_percent; web.priority; web.level; web.upper_tier
web.code; web.mail; web.given; web.tags; web.point; web.node; web.origin
integer[]; varchar(3)[]; numeric(5,1)[]; jsonb[]; web.tier[]; web.percent[]; web.mail[]; web.node[]; date[]; boolean[]; uuid[]
TYPES

create_database($node, 'schemas');
$node->safe_psql('schemas', $types);

# An action that gives back what it takes
sub echo
{
	my (@chosen) = @_;
	my (@input, @output);

	for my $n (1 .. @chosen)
	{
		my $optional = rand() < 0.4;

		push @input, { name => "i$n", type => $chosen[ $n - 1 ], $optional ? (required => JSON::PP::false) : () };
		push @output, { name => "o$n", type => $chosen[ $n - 1 ], default => "=input.i$n" };
	}
	return $json->encode({ input => \@input, output => \@output, steps => [] });
}

my @orders = map { $_->[1] } sort { $a->[0] <=> $b->[0] } map { [ rand(), $_ ] } @types, @types, @types;

my $making = "SET client_min_messages = error;\n";

for my $n (1 .. ACTIONS)
{
	my $definition = echo(splice @orders, 0, @orders / (ACTIONS - $n + 1));

	$making .= "SELECT create_action('web.echo$n', \$d\$$definition\$d\$); SELECT activate_action('web.echo$n');\n";
}
$node->safe_psql('schemas', $making);

# Options and a key of two columns
$node->safe_psql('schemas', <<'SQL');
SET client_min_messages = error;
CREATE TABLE web.line (order_id integer, pos smallint, amount numeric(8,2), PRIMARY KEY (order_id, pos));
INSERT INTO web.line SELECT 1, 1, 2.50;
SELECT create_action('web.options', '{"input": [
	{"name": "size", "type": "text", "options": ["S", "M", "==L"], "default": "M"},
	{"name": "count", "type": "integer", "options": [1, "2"], "required": false},
	{"name": "several", "type": "text[]", "options": ["a", "b"], "default": ["a"]},
	{"name": "big", "type": "numeric(6,2)", "options": [1.50, 2.25]},
	{"name": "tier", "type": "text", "options": "web.tier"}], "steps": []}');
SELECT activate_action('web.options');
SQL

# Long numbers as texts
my $long_numbers = echo(('bigint') x 4, 'numeric', 'numeric(5,2)', 'numeric(4,0)', 'numeric(3,3)', 'numeric(2,-3)', 'numeric(3,5)', 'bigint[]');
$node->safe_psql('schemas', "SET client_min_messages = error;
	SELECT create_action('web.long_numbers', \$d\$$long_numbers\$d\$); SELECT activate_action('web.long_numbers')");

my @schemas = split /\n/, $node->safe_psql('schemas', <<'SQL');
CREATE TABLE schemas AS
SELECT a.name AS action, jsonb_build_object('action', a.name,
	'in', action_schema(a.name, 'in', CASE a.name WHEN 'web.long_numbers' THEN 'string' ELSE 'number' END),
	'out', action_schema(a.name, 'out'), 'error', action_schema(a.name, 'error')) AS line
FROM custom_actions.actions AS a WHERE a.state = 'active';
SELECT line FROM schemas ORDER BY action COLLATE "C";
SQL
my %schemas = map { ($_->{action} => $_) } map { $json->decode($_) } @schemas;

is(scalar(@schemas), ACTIONS + 2, 'there are schemas');

my @lines = judge('compiles all schemas in strict mode', $seed, DRAWN, spew('schemas.jsonl', @schemas));
my @drawn = map { $json->decode($_) } @lines;

cmp_ok(scalar(grep { $_->{fits} } @drawn), '>', 150, 'inputs are drawn');
cmp_ok(scalar(grep { !$_->{fits} } @drawn), '>', 150, 'wrong inputs are drawn');

# What becomes of each, and what validate_action says of what is wrong
spew('drawn.jsonl', @lines);
my @answers = map { $json->decode($_) } split /\n/, $node->safe_psql('schemas', <<"SQL");
CREATE TABLE drawn (n serial, line text);
\\copy drawn (line) FROM '$folder/drawn.jsonl' WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')
CREATE TABLE answers AS
SELECT d.n, d.action, try_invoke_action(d.action, d.input) AS answer,
	(SELECT jsonb_agg(v.location) FROM validate_action(d.action, d.input) AS v) AS located
FROM (SELECT n, line::jsonb ->> 'action', line::jsonb -> 'input' FROM drawn) AS d (n, action, input);
SELECT jsonb_build_object('answer', answer, 'located', located) FROM answers ORDER BY n;
SQL

is(scalar(@answers), scalar(@drawn), 'all are tried');

my @refused = grep { $drawn[$_]{fits} && !$answers[$_]{answer}{ok} } 0 .. $#drawn;
my @taken = grep { !$drawn[$_]{fits} && $answers[$_]{answer}{ok} && !is_taken_by_design($drawn[$_]) } 0 .. $#drawn;

# Where the schema asks for more than PostgreSQL does: numbers are rounded to their scale,
# names are cut, and bytes may be written as text.
sub is_taken_by_design
{
	my ($wrong) = @_;
	my $schema = $schemas{ $wrong->{action} }{in}{properties}{ $wrong->{field} };

	return ($wrong->{change} eq 'a fraction' && !exists $schema->{format})
	  || ($wrong->{change} eq 'a long text' && $schema->{maxLength} == 63)
	  || ($wrong->{change} eq 'another format' && $schema->{pattern} =~ /0-9a-fA-F/);
}

# Is the field named, in the message and as the place?
sub names_field
{
	my ($i) = @_;
	my ($error, $field) = ($answers[$i]{answer}{error}, $drawn[$i]{field});
	my $place = join ' ', @{ $answers[$i]{located} // [] };

	return "$error->{message} " . ($error->{detail} // '') =~ /"\Q$field\E"/ && $place =~ /\b\Q$field\E\b/;
}

my @misplaced = grep { !$drawn[$_]{fits} && !$answers[$_]{answer}{ok} && !names_field($_) } 0 .. $#drawn;

sub show
{
	my (@which) = @_;

	return diag(join "\n", map { "$lines[$_]\n  " . $json->encode($answers[$_]) . "\n  " .
		$json->encode($schemas{ $drawn[$_]{action} }{in}{properties}{ $drawn[$_]{field} // 'none' }) } @which[0 .. ($#which < 9 ? $#which : 9)]);
}

is(scalar(@refused), 0, 'what fits the schema, the action takes') or show(@refused);
is(scalar(@taken), 0, 'what does not fit, the action refuses') or show(@taken);
is(scalar(@misplaced), 0, 'the same input is named') or show(@misplaced);

# What is given and raised; it does not go through Perl, which would not leave long numbers as they are
sub fits_of
{
	my ($direction, $member) = @_;

	return split /\n/, $node->safe_psql('schemas', <<~"SQL");
		SELECT jsonb_build_object('schema', s.line -> '$direction', 'value', a.answer -> '$member')
		FROM answers AS a
		JOIN schemas AS s USING (action)
		WHERE a.answer ? '$member';
		SQL
}
all_fit('outputs', fits_of('out', 'output'));
all_fit('errors', fits_of('error', 'error'));

# What the examples of the regression tests have given: of actions that are still what they
# were then, what the log has whole, without what it hides.
my (@examples, @example_schemas);

foreach my $file (qw(bindings for_each get invoke_json let_output_require_group perform
	values_json))
{
	create_database($node, "example_$file");
	$node->psql("example_$file", slurp_file("sql/$file.sql"), on_error_stop => 0, extra_params => ['-q']);
	push @example_schemas, split /\n/, $node->safe_psql("example_$file", <<~'SQL');
		SELECT jsonb_build_object('action', a.name, 'in', action_schema(a.name), 'out', action_schema(a.name, 'out'),
			'error', action_schema(a.name, 'error'))
		FROM custom_actions.actions AS a WHERE a.state IN ('active', 'inactive');
		SQL
	push @examples, split /\n/, $node->safe_psql("example_$file", <<~'SQL');
		SELECT jsonb_build_object('schema', action_schema(a.name, 'out'), 'value', l.output)
		FROM custom_actions.log AS l
		JOIN custom_actions.actions AS a ON a.name = l.action AND a.version = l.version AND a.state IN ('active', 'inactive')
		WHERE l.status = 'succeeded' AND l.output IS NOT NULL AND l.output::text !~ '\*\*\*' AND length(l.output::text) < 4000;
		SQL
}
judge('compiles the schemas of examples', 1, 0, spew('examples.jsonl', @example_schemas));
all_fit('outputs of ' . @example_schemas . ' examples', @examples);

$node->stop;
done_testing();
