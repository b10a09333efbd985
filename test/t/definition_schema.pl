# The JSON Schema of definitions, by a validator of others: it is a schema, it takes all
# that create_action takes of the definitions in doc/ and in the tests, and what it
# refuses create_action refuses, too.
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

my $ajv = 'ajv@8.17.1';
my $modules = npm_packages($ajv);
my $json = JSON::PP->new->canonical->allow_nonref;
my $folder = tempdir(CLEANUP => 1);
my $node = new_server('schema');

create_database($node, 'postgres_schema');
$node->safe_psql('postgres_schema', 'CREATE SCHEMA desk');
spew('schema.json', $node->safe_psql('postgres_schema', 'SELECT action_schema_of_definition()'));

sub slurp
{
	my ($file) = @_;

	open my $in, '<:raw', $file or die "$file: $!";
	local $/;
	return scalar <$in>;
}

sub spew
{
	my ($name, $text) = @_;

	open my $out, '>:raw', "$folder/$name" or die "$name: $!";
	print $out $text;
	close $out or die "$name: $!";
	return;
}

# What Ajv says of each text of a document
sub by_schema
{
	spew('documents.jsonl', join '', map { s/\s*\n\s*/ /gr . "\n" } @_);
	my $said = qx{NODE_PATH='$modules' node test/npm/validate.js '$folder/schema.json' '$folder/documents.jsonl' 2>&1};

	is($? >> 8, 0, 'Ajv compiles the schema in strict mode, and validates') or diag($said);
	return split /\n/, $said;
}

# What create_action says of each: '', or its message
sub by_create_action
{
	my $script = <<~'SQL';
		CREATE TEMP TABLE said (number integer, message text);
		CREATE FUNCTION pg_temp.try(number integer, document text) RETURNS void LANGUAGE plpgsql AS $$
		BEGIN
			BEGIN
				PERFORM create_action('desk.tried', document, true);
				INSERT INTO said VALUES (number, '');
				RAISE EXCEPTION USING ERRCODE = 'ZZ000';
			EXCEPTION WHEN OTHERS THEN
				INSERT INTO said VALUES (number, CASE SQLSTATE WHEN 'ZZ000' THEN '' ELSE SQLERRM END);
			END;
		END
		$$;
		SQL

	for my $i (0 .. $#_)
	{
		$script .= "SELECT pg_temp.try($i, \$document\$$_[$i]\$document\$);\n";
	}
	$script .= q{SELECT 'said: ' || replace(message, E'\n', ' ') FROM said ORDER BY number;};
	return map { /^said: ?(.*)/ ? $1 : () } split /\n/, $node->safe_psql('postgres_schema', $script);
}

# The definitions in a file: JSON objects between dollars or quotes that have a key of one
sub definitions_in
{
	my ($file) = @_;
	my $text = slurp($file);
	my (@found, %seen);

	while ($text =~ /\$\$\s*(\{.*?\})\s*\$\$|'(\{"(?:[^']|'')*\})'/sg)
	{
		my $document = $1 // $2 =~ s/''/'/gr;
		my $read = eval { $json->decode($document) };

		next if ref($read) ne 'HASH' || !grep { exists $read->{$_} } qw(steps input output table);
		delete $read->{action};
		push @found, $document =~ s/"action": "[^"]*",?//r;
	}
	return grep { eval { $json->decode($_); 1 } && !$seen{$_}++ } @found;
}

my @documents = map { definitions_in($_) } sort(glob('doc/*.md'), glob('sql/*.sql'), glob('test/demo/*.sql'), glob('test/sql/*.sql'));
my @schema_says = by_schema(@documents);
my @extension_says = by_create_action(@documents);

cmp_ok(scalar(@documents), '>', 400, 'there are definitions in doc/ and in the tests');
is(scalar(@schema_says), scalar(@documents), 'Ajv has an answer for each');
is(scalar(@extension_says), scalar(@documents), 'create_action has an answer for each');
cmp_ok(scalar(grep { $_ eq '' } @extension_says), '>', 300, 'create_action takes most');

my @too_strict = grep { $extension_says[$_] eq '' && $schema_says[$_] ne 'valid' } 0 .. $#documents;

is(scalar(@too_strict), 0, 'the schema takes all that create_action takes')
  or diag(join "\n", map { "$schema_says[$_]: $documents[$_]" } @too_strict[0 .. min(9, $#too_strict)]);

my $refused = grep { $extension_says[$_] ne '' && $schema_says[$_] ne 'valid' } 0 .. $#documents;

note("of " . grep({ $_ ne '' } @extension_says) . " that create_action refuses, the schema refuses $refused");

sub min
{
	my ($first, $second) = @_;

	return $first < $second ? $first : $second;
}

# What both refuse, and why
my @broken = (
	'[]',
	'"text"',
	'{"stepps": []}',
	'{"steps": {}}',
	'{"steps": [1]}',
	'{"steps": [{}]}',
	'{"steps": [{"as": "x"}]}',
	'{"steps": [{"upsert": "desk.case"}]}',
	'{"steps": [{"update": "target"}]}',
	'{"steps": [{"update": "target", "set": []}]}',
	'{"steps": [{"update": "target", "set": {}, "delete": "target"}]}',
	'{"steps": [{"update": "target", "set": {}, "wen": "true"}]}',
	'{"steps": [{"update": "", "set": {}}]}',
	'{"steps": [{"update": 1, "set": {}}]}',
	'{"steps": [{"update": "target", "set": {}, "required": "no"}]}',
	'{"steps": [{"update": "target", "set": {}, "enabled": null}]}',
	'{"steps": [{"update": "target", "set": {}, "where": true}]}',
	'{"steps": [{"create": "desk.case", "on_conflict": {"do": "replace"}}]}',
	'{"steps": [{"create": "desk.case", "on_conflict": {"column": ["id"]}}]}',
	'{"steps": [{"create": "desk.case", "on_conflict": {"columns": "id"}}]}',
	'{"steps": [{"create": "desk.case", "as": "The case"}]}',
	'{"steps": [{"let": {"x": 1}, "as": "y"}]}',
	'{"steps": [{"let": "x = 1"}]}',
	'{"steps": [{"let": {"X-y": 1}}]}',
	'{"steps": [{"if": "true"}]}',
	'{"steps": [{"if": "", "then": []}]}',
	'{"steps": [{"if": "true", "then": [{"else": []}]}]}',
	'{"steps": [{"choose": null, "cases": [{"do": []}]}]}',
	'{"steps": [{"choose": null, "cases": [{"when": "true", "do": [], "as": "x"}]}]}',
	'{"steps": [{"choose": 1, "cases": []}]}',
	'{"steps": [{"for_each": {}, "do": []}]}',
	'{"steps": [{"get": "desk.case", "lock": "maybe"}]}',
	'{"steps": [{"get": "desk.case", "order_by": {"id": "desc"}}]}',
	'{"steps": [{"stop": "later"}]}',
	'{"steps": [{"require": "true", "message": ["x"]}]}',
	'{"steps": [{"group": null, "do": [], "on_error": {}}]}',
	'{"input": {"a": "integer"}}',
	'{"input": [{"name": "a"}]}',
	'{"input": [{"name": "A b", "type": "integer"}]}',
	'{"input": [{"name": "a", "type": "integer", "requird": false}]}',
	'{"input": [{"name": "a", "type": "integer", "default": 1, "required": true}]}',
	'{"output": [{"name": "a", "type": 4}]}',
	'{"output": [{"name": "a", "type": "text", "sensitive": "yes"}]}',
	'{"run_as": "root"}',
	'{"read_only": "true"}',
	'{"timeout": 30}',
	'{"settings": {"TimeZone": 1}}',
	'{"table": "desk.case", "not_found": "404"}',
	'{"lock": true}',
	'{"key": ["id"]}',
	'{"table": "desk.case", "key": "id"}',
	'{"description": null}',
	'{"plugins": [{"function": "desk.f"}]}',
	'{"plugins": [{"stage": "never", "function": "desk.f"}]}',
	'{"plugins": [{"stage": "pre_operation", "function": "desk.f", "rank": "1"}]}',
	'{"plugins": [{"stage": "pre_operation", "function": "desk.f", "rank": 1.5}]}',
	'{"$schema": "x"}');
my @broken_schema = by_schema(@broken);
my @broken_extension = by_create_action(@broken);

for my $i (0 .. $#broken)
{
	isnt($broken_schema[$i], 'valid', "the schema refuses $broken[$i]");
	isnt($broken_extension[$i], '', "create_action refuses $broken[$i]");
}

$node->stop;
done_testing();
