# What the TAP tests share: a server, the help desk, comparisons.
package CustomActions;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use Fcntl ':flock';
use File::Copy;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(init_server new_server create_database load_help_desk run_client is_text log_is_clean
	answer_after_waiting plugin_headers build_plugins install_desk_plugins);

# The superuser is called postgres, whoever runs the tests.
$ENV{PGUSER} = 'postgres';

sub init_server
{
	my ($node) = @_;

	$node->init(extra => [ '--username', $ENV{PGUSER} ]);
	return;
}

# Starts a server; what follows the name goes into its configuration.
sub new_server
{
	my ($name, $configuration) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	init_server($node);
	$node->append_conf('postgresql.conf', "timezone = 'UTC'\nlog_error_verbosity = verbose\n" . ($configuration // ''));
	$node->start;
	return $node;
}

# Makes a database with the extension in it.
sub create_database
{
	my ($node, $database) = @_;

	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0");
	$node->safe_psql($database, 'CREATE EXTENSION custom_actions');
	return;
}

# Loads the help desk with its actions.
sub load_help_desk
{
	my ($node, $database) = @_;

	$node->safe_psql($database, slurp_file("test/demo/$_.sql")) foreach qw(helpdesk actions);
	return;
}

# Runs a client program that must succeed in silence; returns its output.
sub run_client
{
	my ($node, $what, @command) = @_;
	my ($out, $err) = ('', '');
	my $result;

	local %ENV = $node->_get_env();
	$result = IPC::Run::run(\@command, '>', \$out, '2>', \$err);
	ok($result, "$what succeeds");
	is($err, '', "$what says nothing");
	return $out;
}

# What a call says, errors too, that waits for another session, which changes something and
# ends by COMMIT or ROLLBACK. The caller says something before; its transaction is undone.
sub answer_after_waiting
{
	my ($node, $database, $call, $change, $end, @before) = @_;
	my $other = $node->background_psql($database);
	my $caller = $node->background_psql($database, on_error_stop => 0);
	my ($answer, $error);

	$caller->query_safe($_) foreach @before;
	$other->query_safe("BEGIN; $change");
	$caller->query_until(qr/sent/, "\\echo sent\n$call;\n");
	$node->poll_query_until($database, "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = '$database' AND wait_event_type = 'Lock'");
	$other->query_safe($end);
	$answer = $caller->query('ROLLBACK');
	$error = $caller->{stderr};
	$error =~ s/^psql:<stdin>:\d+: //mg;
	$_->quit foreach $other, $caller;
	return "$answer $error";
}

# Compares texts line by line, so that a difference is shown and no more.
sub is_text
{
	my ($got, $expected, $what) = @_;

	return pass($what) if $got eq $expected;
	is_deeply([ split /\n/, $got ], [ split /\n/, $expected ], $what);
	return;
}

# The directory of the installed header for plug-ins in C
sub plugin_headers
{
	chomp(my $directory = `$ENV{PG_CONFIG} --includedir-server`);
	return "$ENV{private}$directory/extension/custom_actions";
}

# Runs make in a directory that knows nothing of the sources of custom_actions.
sub build_plugins
{
	my ($what, $directory, $headers, @targets) = @_;
	my $flags = '-Werror';
	my ($out, @compiler);

	@compiler = ("CC=$ENV{CC}") if $ENV{CC};
	# The flags that PGXS adds are those of the compiler that built PostgreSQL.
	$flags .= ' -Wno-unknown-warning-option -Wno-ignored-optimization-argument -Wno-ignored-attributes' if ($ENV{CC} // '') =~ /clang/;
	ok( IPC::Run::run(
			[ 'make', '-C', $directory, "PG_CONFIG=$ENV{PG_CONFIG}", "PG_CPPFLAGS=-I$headers", "COPT=$flags", 'with_llvm=no', @compiler, @targets ],
			'>&', \$out),
		"$what is built")
	  or diag($out);
	return;
}

# Builds the example extension away from the sources and installs it, unless
# another test has done so.
sub install_desk_plugins
{
	my $directory = PostgreSQL::Test::Utils::tempdir;
	my $installed = "$ENV{run}/desk_plugins.installed";

	open my $lock, '>', "$installed.lock" or die "$installed.lock: $!";
	flock($lock, LOCK_EX) or die "$installed.lock: $!";
	return if -e $installed;
	copy($_, $directory) or die "$_: $!" foreach glob 'test/plugin/*';
	build_plugins('the example extension', $directory, plugin_headers(), 'all', 'install', "DESTDIR=$ENV{private}");
	append_to_file($installed, '');
	return;
}

# Looks through the server's log for what must never be there.
sub log_is_clean
{
	my ($node, $what) = @_;
	my @found = grep {
		/ (?:ERROR|FATAL|PANIC|LOG|WARNING):  (?!statement:|execute )/
		  && /PANIC|TRAP|was terminated by signal|:  XX|cache lookup failed|could not open relation with OID|unrecognized node type|leak|unexpected/
	} split /\n/, slurp_file($node->logfile);

	is_deeply(\@found, [], $what);
	return;
}

1;
