# doc/ARCHITECTURE.md against the sources: the files and names that it tells of exist,
# folders and memory contexts are all told, and the walk for a step kind still works.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use Cwd 'getcwd';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use lib 'test/house';
use House qw(%may_include);

my $source = getcwd();
my $page = slurp_file('doc/ARCHITECTURE.md');
my @sources = glob 'src/*.[ch] src/*/*.[ch] src/sql/*.sql';
my $code = join "\n", map { slurp_file($_) } @sources;

# The part of the page under a heading
sub section
{
	my ($heading) = @_;

	return $page =~ /^##+ \Q$heading\E\n(.*?)(?=^##|\z)/ms ? $1 : die "no section \"$heading\"";
}

# The first column of a section's table
sub first_column
{
	my ($heading) = @_;
	my @rows = section($heading) =~ /^\| (.*?) \|/mg;

	return map { /`([^`]+)`/g } @rows;
}

# Applies a unified diff to the files below a directory, line by line as it is written,
# at whatever place; returns the names of the files, once for each hunk.
sub apply_diff
{
	my ($directory, $diff) = @_;
	my @places;

	foreach my $part (split /^(?=diff --git )/m, $diff)
	{
		my ($file) = $part =~ m{^\+\+\+ b/(\S+)$}m;
		my $text = -e "$directory/$file" ? slurp_file("$directory/$file") : '';

		foreach my $hunk (split /^@@ .*\n/m, $part =~ s/\A.*?(?=^@@ )//msr)
		{
			next if $hunk eq '';
			my $before = join '', map { substr($_, 1) . "\n" } grep { /^[ -]/ } split /\n/, $hunk;
			my $after = join '', map { substr($_, 1) . "\n" } grep { /^[ +]/ } split /\n/, $hunk;
			my $place = index($text, $before);

			ok($place >= 0 && ($before eq '' ? $text eq '' : index($text, $before, $place + 1) < 0),
				"the diff finds its place in $file") or diag($before);
			substr($text, $place, length $before) = $after if $place >= 0;
			push @places, $file;
		}
		open my $out, '>', "$directory/$file" or die "$file: $!";
		print $out $text;
		close $out or die "$file: $!";
	}
	return @places;
}

# What the page tells of exists
foreach my $file (sort keys %{ { map { ($_ => 1) } $page =~ /`((?:src|test|doc)\/[\w.\/]+)`/g } })
{
	ok(-e $file, "there is $file");
}
foreach my $name (sort keys %{ { map { ($_ => 1) } $page =~ /`([a-z]\w+)\(\)`/g } })
{
	like($code, qr/\b$name\(/, "there is a function $name()");
}
foreach my $row (section('Where to add what') =~ /^\| (.*) \|$/mg)
{
	# a name, and then the file that it is in
	while ($row =~ /`(\w{4,})(?:\(\))?`(?: or `\w+`)?,[^`]*`(src\/[\w.\/]+)`/g)
	{
		like(slurp_file($2), qr/\b$1\b/, "$1 is in $2");
	}
}

# Folders and memory contexts are told, and no others
is_deeply([ sort map { s{/$}{}r } first_column('Folders') ], [ sort keys %may_include ], 'the folders');
foreach my $folder (sort keys %may_include)
{
	my @heads = grep { slurp_file($_) =~ m{\A/\*.*?The\s+folder\s+\Q$folder\E/.*?\*/}s } glob "src/$folder/*.[ch]";
	my $head = @heads == 1 ? slurp_file($heads[0]) =~ s/\n \*//gr : '';
	my ($told) = $head =~ /The\s+folder.*?\. It (?:may include (.*?)|includes PostgreSQL alone)\./;

	is(scalar(@heads), 1, "one head says what $folder/ holds");
	is_deeply([ sort(($told // '') =~ m{(\w+)/}g) ], [ sort @{ $may_include{$folder} } ],
		"and what it may include");
}
my %contexts = map { ($_ => 1) } $code =~ /AllocSetContextCreate\(\s*(?:[^,()]|\([^()]*\))+,\s*"([^"]+)"/g;
is_deeply([ sort grep { /^custom action/ } first_column('Memory') ], [ sort keys %contexts ], 'the memory contexts');

# The walk for a step kind: a private PostgreSQL with what the diff makes of the sources
my ($link) = section('A step kind') =~ m{\]\(\.\./([\w./]+\.diff)\)};
my $directory = PostgreSQL::Test::Utils::tempdir_short;
my @settings = ("PG_CONFIG=$ENV{PG_CONFIG}", 'COPT=-O0 -Werror', $ENV{CC} ? "CC=$ENV{CC}" : ());
my (@places, $out);

mkdir "$directory/source" or die "source: $!";
system('cp', '-r', "$source/src", "$source/Makefile", "$source/custom_actions.control", "$directory/source") == 0 or die 'cp failed';
@places = apply_diff("$directory/source", slurp_file($link));
cmp_ok(scalar(@places), '<=', 3, "a step kind takes three places at most: @places");
mkdir "$directory/build" or die "build: $!";
ok( IPC::Run::run(
		[ 'bash', '-ec', 'run=$1; . test/server.sh; make_private_postgres', 'bash', $directory ], '>&', \$out),
	'a private PostgreSQL') or diag($out);
ok( IPC::Run::run(
		[ 'make', '-s', '-C', "$directory/build", '-f', "$directory/source/Makefile", "VPATH=$directory/source", @settings,
			'-j2', 'all', 'install', "DESTDIR=$directory/postgres" ], '>&', \$out),
	'what the diff makes is built without a warning') or diag($out);
chomp(my $bin = `$ENV{PG_CONFIG} --bindir`);
$ENV{PATH} = "$directory/postgres$bin:$ENV{PATH}";

my $node = new_server('walk');

# What psql prints, notices among it
sub says
{
	my ($sql) = @_;
	my ($status, $got, $errors) = $node->psql('help', $sql);

	return join "\n", grep { $_ ne '' } $errors =~ s/^psql:[^ ]* //mgr, $got;
}

create_database($node, 'help');
load_help_desk($node, 'help');
$node->safe_psql('help', <<'SQL');
SELECT create_action('support.tell_all', $$
{ "table": "support.case",
  "steps": [
    {"tell": "caller", "when": "target.priority > 0", "message": "Case {{target.id}} is {{target.status}}"},
    {"tell": "log", "message": "told"} ] } $$);
SQL
is(says(q{SELECT * FROM check_action('support.tell_all')}), '', 'an action with the new kind has no problems');
like(says(q{SELECT describe_action('support.tell_all')}),
	qr/ONLY IF target\.priority > 0: TELL the caller "Case \{\{target\.id\}\} is \{\{target\.status\}\}".*TELL the log "told"/s, 'it is described');
like(says(q{SELECT create_action('support.bad', '{"steps": [ {"tell": "all", "message": "x"} ]}')}), qr/"caller", "log"|caller.*log/,
	'a wrong word is refused');
like(says(q{SELECT activate_action('support.tell_all'); SELECT invoke_action('support.tell_all', '{"target": 42}')}),
	qr/NOTICE: .*Case 42 is open/, 'it runs');
like(slurp_file($node->logfile), qr/LOG: .*\btold$/m, 'and writes to the log');
$node->stop;
done_testing();
