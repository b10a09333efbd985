# Failures in the server's log, read by the commands that doc/record.md shows.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'jq is not installed' if system('jq --version > /dev/null 2>&1') != 0;

my $node = new_server('main',
	"logging_collector = on\nlog_destination = 'stderr,jsonlog'\nlog_directory = 'lines'\nlog_filename = 'server.log'\n");
my $directory = $node->data_dir . '/lines';
my @commands = grep { /jq/ } slurp_file('doc/record.md') =~ /^```sh\n(.*?)^```$/msg;

create_database($node, 'help');
load_help_desk($node, 'help');
$node->psql('help', <<'SQL');
SET custom_actions.actor = 'anne@example.com';
SELECT support.escalate_case(42, E'line one\nline "two"', owner => 99);
SELECT support.escalate_case(42, 'fine') > 0;
SELECT support.escalate_case(40, 'closed');
SQL
$node->stop;

cmp_ok(scalar(@commands), '>=', 2, 'there are commands');
foreach my $command (@commands)
{
	my ($out, $err);

	like($command, qr{/var/log/postgresql/\*}, 'it reads the log where Debian has it');
	$command =~ s{/var/log/postgresql}{$directory}g;
	IPC::Run::run([ 'bash', '-c', $command ], '>', \$out, '2>', \$err);
	is($err, '', "nothing is wrong with $command");
	like($out, qr/"sqlstate": "23503"/, 'it finds the failure');
	like($out, qr/"reason": "line one\\nline \\"two\\""/, 'with its input');
	unlike($out, qr/fine/, 'and what succeeded is not there');
}

done_testing();
