# A log that is divided by months, as doc/record.md shows: dump and restore leave it
# behind, pg_upgrade takes it along.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('main', "shared_preload_libraries = 'custom_actions'\n");
my $dump = PostgreSQL::Test::Utils::tempdir() . '/help.sql';
my ($recipe) = grep { /PARTITION BY/ } slurp_file('doc/record.md') =~ /^```sql\n(.*?)^```$/msg;
my $recorded = q{SELECT string_agg(t, ' ' ORDER BY t) FROM (SELECT tableoid::regclass || ':' || count(*) AS t FROM custom_actions.log GROUP BY tableoid) AS counted};

# A failure is there within a second, a success at once.
sub call
{
	my ($on) = @_;

	$on->psql('help', q{SELECT support.escalate_case(40, 'closed')});
	$on->safe_psql('help', q{SELECT support.escalate_case(42, 'VIP')});
	ok($on->poll_query_until('help', 'SELECT waiting = 0 FROM custom_actions.log_mode'), 'failures are recorded');
	return;
}

create_database($node, 'help');
load_help_desk($node, 'help');
call($node);
$node->safe_psql('help', $recipe);
my $before = $node->safe_psql('help', $recorded);
call($node);
isnt($node->safe_psql('help', $recorded), $before, 'the worker and the callers write to partitions');
$before = $node->safe_psql('help', $recorded);
is($node->safe_psql('help', 'SELECT count(DISTINCT id) FROM custom_actions.failures'), '2', 'the views read them');

run_client($node, 'pg_dump', 'pg_dump', '-d', $node->connstr('help'), '-f', $dump);
unlike(slurp_file($dump), qr/log_before|log_2030/, 'a dump has no partitions');
$node->safe_psql('postgres', 'CREATE DATABASE restored TEMPLATE template0');
run_client($node, 'the restore', 'psql', '-X', '-q', '-o', '/dev/null', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('restored'), '-f', $dump);
is($node->safe_psql('restored', q{SELECT relkind FROM pg_class WHERE oid = 'custom_actions.log'::regclass}), 'r', 'the log of the copy is whole');
$node->safe_psql('restored', q{SELECT support.escalate_case(42, 'VIP')});
is($node->safe_psql('restored', 'SELECT count(*) FROM custom_actions.invocations'), '1', 'it is recorded there');
$node->safe_psql('postgres', 'DROP DATABASE restored');
$node->stop;

my $upgraded = PostgreSQL::Test::Cluster->new('upgraded');
my $bin = $node->config_data('--bindir');
my $where = PostgreSQL::Test::Utils::tempdir();

init_server($upgraded);
$upgraded->append_conf('postgresql.conf', "timezone = 'UTC'\nshared_preload_libraries = 'custom_actions'\n");
chdir $where or die "$where: $!";
run_client($upgraded, 'pg_upgrade', 'pg_upgrade', '--no-sync', '-U', $ENV{PGUSER}, '-d', $node->data_dir, '-D', $upgraded->data_dir,
	'-b', $bin, '-B', $bin, '-s', $node->host, '-p', $node->port, '-P', $upgraded->port);
$upgraded->start;
is($upgraded->safe_psql('help', $recorded), $before, 'pg_upgrade keeps the partitions');
is($upgraded->safe_psql('help', 'SELECT count(DISTINCT id) FROM custom_actions.failures'), '2', 'and the views');
call($upgraded);
isnt($upgraded->safe_psql('help', $recorded), $before, 'which are written to');
is($upgraded->safe_psql('help', q{SELECT count(*) FROM pg_depend WHERE deptype = 'e' AND objid = 'custom_actions.log_2030_01'::regclass}), '1',
	'and are members of the extension');
$upgraded->safe_psql('help', 'DROP EXTENSION custom_actions CASCADE');
is($upgraded->safe_psql('help', q{SELECT count(*) FROM pg_class WHERE relname LIKE 'log%' AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)}),
	'0', 'DROP EXTENSION takes them along');

done_testing();
