# What is said and installed where something is missing: test/setup.sh and the
# Makefile. Nothing is installed here; test/bare/run does that, in machines of
# their own.
use strict;
use warnings FATAL => 'all';

use Cwd;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

my $top = getcwd;
my $real = $ENV{PG_CONFIG};
my $programs = PostgreSQL::Test::Utils::tempdir;
chomp(my $version = `$real --version`);
my ($major) = $version =~ /(\d+)/;
my $count = 0;

# Writes a program to a directory, which is returned.
sub program
{
	my ($name, $text) = @_;
	my $directory = "$programs/" . $count++;

	mkdir $directory or die "$directory: $!";
	append_to_file("$directory/$name", "#!/bin/bash\n$text");
	chmod 0755, "$directory/$name" or die $!;
	return $directory;
}

# Runs a bash script; returns what it prints and its status.
sub run_script
{
	my ($script, %environment) = @_;
	my $out = '';

	local %ENV = (%ENV, %environment);
	delete @ENV{qw(CC COPT)};
	IPC::Run::run([ 'bash', '-c', $script ], '>&', \$out);
	return ($out, $? >> 8);
}

my $setup = ". '$top/test/setup.sh';";

# A PostgreSQL without the server's headers, as libpq-dev and the server's package leave it
my $without_headers = program('pg_config',
	qq{case \$1 in --includedir-server) echo /nonexistent/server;; *) exec "$real" "\$@";; esac\n}) . '/pg_config';
my ($out, $status) = run_script("$setup missing_packages", PG_CONFIG => $real);
is($out, '', 'nothing is missing here');
($out, $status) = run_script("$setup missing_packages", PG_CONFIG => $without_headers);
is($out, "postgresql-server-dev-$major\n", "the server's headers are missed");
($out, $status) = run_script("make -n PG_CONFIG='$without_headers'");
isnt($status, 0, 'make does not begin without them');
like($out, qr/PostgreSQL's build files are missing: apt-get install postgresql-server-dev-NN, or set PG_CONFIG/, 'and says so');

# Packages that cannot be installed
my $no_right = program('sudo', "echo 'sudo: no' >&2\nexit 1\n");
my $no_id = program('id', "case \$1 in -u) echo 1000;; *) exec /usr/bin/id \"\$@\";; esac\n");
my $apt = program('apt-get', "exit 100\n");
my $command = "apt-get update && apt-get install --no-install-recommends postgresql-server-dev-$major";

($out, $status) = run_script("$setup require_packages", PG_CONFIG => $without_headers, PATH => "$no_id:$no_right:$apt:$ENV{PATH}");
isnt($status, 0, 'sudo without the right: it ends');
is($out, <<"END", 'and says what to do');
installing postgresql-server-dev-$major
sudo: no
the packages could not be installed. As root: $command
END
($out, $status) = run_script("$setup have() { [ \$1 != sudo ] && command -v \"\$1\" >/dev/null; }; require_packages",
	PG_CONFIG => $without_headers, PATH => "$no_id:$apt:$ENV{PATH}");
is($out, "some packages are missing. As root: $command\n", 'without sudo');
($out, $status) = run_script("$setup have() { [ \$1 != apt-get ] && command -v \"\$1\" >/dev/null; }; require_packages",
	PG_CONFIG => $without_headers, PATH => "$apt:$ENV{PATH}");
is($out, "please install: postgresql-server-dev-$major\n", 'without apt-get');
($out, $status) = run_script("$setup require_packages", PG_CONFIG => '/nonexistent/pg_config');
is($out, "PG_CONFIG=/nonexistent/pg_config cannot be run\n", 'a pg_config that is none');

done_testing();
