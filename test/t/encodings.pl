# Databases in other encodings and collations: actions with letters of theirs are written,
# activated, seen, tried, moved and run; keys that differ only in case are one key.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use Encode ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use utf8;

my $node = new_server('main');

# Runs SQL with its letters as a client of that encoding sends them.
sub run_in
{
	my ($database, $encoding, $sql) = @_;
	local $ENV{PGCLIENTENCODING} = $encoding eq 'latin1' && $database eq 'bytes' ? 'SQL_ASCII' : { latin1 => 'LATIN1', utf8 => 'UTF8' }->{$encoding};

	return Encode::decode($encoding, $node->safe_psql($database, Encode::encode($encoding, $sql)));
}

# An action about a column, with these letters in all that people write
sub try_letters
{
	my ($database, $encoding, $letter) = @_;
	my $column = "na${letter}ve";
	my $run = sub { return run_in($database, $encoding, $_[0]) };

	$run->(qq{
		CREATE EXTENSION custom_actions;
		CREATE SCHEMA desk;
		CREATE TABLE desk.note (id integer PRIMARY KEY, "$column" text);
		INSERT INTO desk.note VALUES (1, '$letter');
		SELECT create_action('desk.say', '{"table": "desk.note", "description": "$letter$letter",
			"input": [{"name": "i", "type": "text", "default": "$letter"}],
			"output": [{"name": "o", "type": "text", "default": "=target.\\"$column\\" || input.i || ''$letter''"}],
			"steps": [{"require": "target.\\"$column\\" ~ ''^$letter''", "message": "no $letter in {{target.\\"$column\\"}}"},
				{"update": "target", "set": {"$column": "$letter {{target.\\"$column\\"}}"}}]}');
		SELECT activate_action('desk.say', '$letter')});
	is($run->(q{SELECT "column", after FROM preview_action('desk.say', '{"target": 1}') WHERE part IN ('output', 'change')}),
		"o|$letter $letter$letter$letter\n$column|$letter $letter", "$database: a preview");
	is($run->(qq{SELECT invoke_action('desk.say', '{"target": 1, "i": "$letter-"}') ->> 'o'}), "$letter $letter$letter-$letter", "$database: a call");
	like($run->(q{SELECT describe_action('desk.say')}), qr/CHANGE target: $column = "$letter \{\{/, "$database: the outline");
	like($run->(q{SELECT action_diagram('desk.say', format => 'dot')}), qr/$letter/, "$database: a picture");
	is($run->(qq{SELECT set_action_value('desk.say', '2.set.$column', '$letter!')}), "2.set.$column", "$database: an edit");
	is($run->(q{SELECT path, after FROM diff_action('desk.say')}), qq{2.set.$column|"$letter!"}, "$database: a difference");
	is($run->(qq{SELECT ok, message FROM check_formula('desk.say', '2.set.$column', 'x$letter')}), "f|column \"x$letter\" does not exist", "$database: a formula");
	like($run->(q{SELECT string_agg(name, ' ') FROM names_in_scope('desk.say', '2.when')}), qr/target\."$column"/, "$database: names");
	$run->(q{SELECT undo_action_edit('desk.say')});
	is($run->(q{SELECT string_agg(DISTINCT what, ' ') FROM import_actions(export_actions())}), 'same', "$database: an import changes nothing");
	$run->(qq{ALTER TABLE desk.note RENAME "$column" TO "${letter}2"});
	is($run->(qq{SELECT string_agg(DISTINCT column_name, ' ' ORDER BY column_name) FROM custom_actions.uses}), "id ${letter}2", "$database: a rename is followed");
	like($run->(q{SELECT try_invoke_action('desk.say', '{"target": 1, "i": "x"}')}), qr/"ok": true.*$letter/, "$database: and called");
	$run->(q{UPDATE desk.note SET } . qq{"${letter}2"} . q{ = 'x'});
	like($run->(q{SELECT try_invoke_action('desk.say', '{"target": 1}')}), qr/"message": "no $letter in x"/, "$database: a message");
	return;
}

my %databases = (latin => ['LATIN1', 'latin1', 'ü'], unknown => ['SQL_ASCII', 'utf8', 'ü'], bytes => ['SQL_ASCII', 'latin1', 'ü'], japan => ['EUC_JP', 'utf8', '漢']);

foreach my $database (sort keys %databases)
{
	my ($encoding, @letters) = @{ $databases{$database} };

	$node->safe_psql('postgres', "CREATE DATABASE $database ENCODING '$encoding' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
	try_letters($database, @letters);
}

# Nobody else has this hash: it is that of the text in UTF-8, but of bytes that have no meaning.
my $hash = q{SELECT custom_actions.definition_hash('{"a": "x"}')};
is(scalar(keys %{ { map { ($node->safe_psql($_, $hash) => 1) } keys %databases } }), 1, 'one hash of one definition');

# With the letters of a language whose i has no dot; keys are compared without regard to case
SKIP: {
	skip 'without ICU', 5 if $node->safe_psql('postgres', q{SELECT count(*) FROM pg_collation WHERE collprovider = 'i'}) eq '0';
	$node->safe_psql('postgres', q{CREATE DATABASE icu TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'tr-TR' LOCALE 'C'});
	$node->safe_psql('icu', q{
		CREATE EXTENSION custom_actions;
		CREATE SCHEMA desk;
		CREATE COLLATION desk.any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
		CREATE TABLE desk."IN" (code text COLLATE desk.any_case PRIMARY KEY, label text COLLATE desk.any_case);
		CREATE TABLE desk.part (id integer PRIMARY KEY, code text COLLATE desk.any_case REFERENCES desk."IN" ON UPDATE CASCADE);
		INSERT INTO desk."IN" VALUES ('Alpha', 'one'), ('beta', 'two');
		INSERT INTO desk.part VALUES (1, 'ALPHA');
		SELECT create_action('desk.rename', '{"table": "desk.\"IN\"", "input": [{"name": "i", "type": "text"}],
			"steps": [{"require": "target.label <> input.i", "message": "same"}, {"update": "target", "set": {"code": "=input.i"}}]}');
		SELECT activate_action('desk.rename')});
	my $changes = q{SELECT by, "table", before, after FROM preview_action('desk.rename', '{"target": "alpha", "i": "aLPHA"}') WHERE part = 'change'};

	is($node->safe_psql('icu', $changes), "2|desk.\"IN\"|Alpha|aLPHA\ncascade of step 2|desk.part|ALPHA|aLPHA", 'a key that changes its letters alone is shown');
	is($node->safe_psql('icu', q{SELECT invoke_action('desk.rename', '{"target": "alpha", "i": "aLPHA"}', expect => after)
		FROM preview_action('desk.rename', '{"target": "alpha", "i": "aLPHA"}') WHERE part = 'token'}), '{}', 'and approved');
	is($node->safe_psql('icu', q{SELECT string_agg(code, ' ' ORDER BY code COLLATE "C") FROM desk."IN"}), 'aLPHA beta', 'and done');
	is($node->safe_psql('icu', q{SELECT try_invoke_action('desk.rename', '{"target": "BETA", "i": "TWO"}') -> 'error' ->> 'message'}), 'same', 'conditions compare so, too');
	is($node->safe_psql('icu', q{SELECT string_agg(DISTINCT what, ' ') FROM import_actions(export_actions())}), 'same', 'it is exported');
}

log_is_clean($node, 'the log is clean');
done_testing();
