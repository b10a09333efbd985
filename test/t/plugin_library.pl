# Libraries of plug-ins in C: which can be registered, and what refuses others.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Utils;
use Test::More;

my $dir = PostgreSQL::Test::Utils::tempdir();
my $node = new_server('main');
my $header = slurp_file('src/custom_actions.h');
my $source = q{
#include "postgres.h"
#include "custom_actions.h"

PG_MODULE_MAGIC;
%s
PG_FUNCTION_INFO_V1(tell);

Datum
tell(PG_FUNCTION_ARGS)
{
	CustomAction *action = custom_action(fcinfo);

	ereport(NOTICE, (errmsg("stage %%d", (int) custom_action_stage(action))));
	PG_RETURN_VOID();
}
};

# Writes a file.
sub spew
{
	my ($file, $text) = @_;

	open my $out, '>', $file or die "$file: $!";
	print $out $text;
	close $out;
	return;
}

# Builds a library against a header in a directory of its own, with a function tell_<name> in it.
sub library
{
	my ($name, $text, $line) = @_;
	my $cc = $ENV{CC} || 'cc';
	my $include = `$ENV{PG_CONFIG} --includedir-server`;

	chomp $include;
	mkdir "$dir/$name";
	spew("$dir/$name/custom_actions.h", $text);
	spew("$dir/$name/$name.c", sprintf($source, $line));
	is(system("$cc -shared -fPIC -I$dir/$name -I$include -o $dir/$name.so $dir/$name/$name.c"), 0, "library $name is built");
	$node->safe_psql('main', "CREATE FUNCTION tell_$name(internal) RETURNS void LANGUAGE c AS '$dir/$name.so', 'tell'");
	return;
}

# The error of a statement.
sub error_of
{
	my ($sql) = @_;
	my ($status, $out, $err) = $node->psql('main', $sql, extra_params => [ '-v', 'VERBOSITY=verbose' ]);

	isnt($status, 0, "$sql fails");
	return $err;
}

sub register
{
	my ($name) = @_;

	return "SELECT register_plugin('desk.hello', 'pre_operation', 'tell_$name') IS NOT NULL";
}

create_database($node, 'main');
$node->safe_psql('main', q{
	CREATE SCHEMA desk;
	SELECT create_action('desk.hello', '{"output": [{"name": "word", "type": "text", "default": "hello"}]}');
	SELECT activate_action('desk.hello');
});
my ($abi) = $header =~ /^#define CUSTOM_ACTIONS_ABI\s+(\d+)/m;
my $next = $abi + 1;

library('good', $header, 'CUSTOM_ACTIONS_PLUGIN_LIBRARY;');
library('silent', $header, '');
library('later', $header =~ s/^(#define CUSTOM_ACTIONS_ABI\s+)\d+/$1$next/mr, 'CUSTOM_ACTIONS_PLUGIN_LIBRARY;');

my $err = error_of(register('silent'));
like($err, qr/42809: public\.tell_silent\(internal\) cannot be a plug-in: library "\Q$dir\E\/silent\.so" holds no plug-ins of custom_actions/,
	'a library that does not say so holds no plug-ins');
like($err, qr/HINT:  Build it with the header custom_actions\.h, and write CUSTOM_ACTIONS_PLUGIN_LIBRARY; once in its sources\./, 'and is told how it could');
$err = error_of(register('later'));
like($err, qr/55000: public\.tell_later\(internal\) cannot be a plug-in: library "\Q$dir\E\/later\.so" was built for version $next of the plug-in interface, and this is version $abi/,
	'one of another version is refused');
like($err, qr/HINT:  Build it anew with the header custom_actions\.h that is installed\./, 'with what to do');
is($node->safe_psql('main', 'SELECT count(*) FROM custom_actions.plugin_step'), '0', 'nothing is registered');
like(error_of(q{SELECT create_action('desk.hello', '{"plugins": [{"stage": "pre_operation", "function": "public.tell_later"}]}', true)}),
	qr/was built for version $next/, 'a document is no way around');
like(error_of(q{INSERT INTO custom_actions.plugin_step (action, stage, function) VALUES ('desk.hello', 'pre_operation', 'public.tell_later')}),
	qr/was built for version $next/, 'nor is plain DML');

is($node->safe_psql('main', register('good')), 't', 'one of this version is registered');
my ($status, $out) = ($node->psql('main', 'SELECT desk.hello()', stderr => \$err))[0, 1];
like($err, qr/NOTICE:  stage 1/, 'and runs');
like(error_of('SELECT tell_good(NULL)'), qr/42883|0A000/, 'but not by SQL');
like(error_of(q{SELECT tell_good('x'::internal)}), qr/42846|0A000|cannot/, 'whatever is passed');

log_is_clean($node, 'the log is clean');
done_testing();
