# Runs what README.md and doc/*.md show, and compares.
#
# The sql blocks of a page run one after the other in one psql session, in a
# fresh database. At the top of a page,
#   <!-- setup: helpdesk actions -->
# loads the extension and test/demo/helpdesk.sql and actions.sql first; a page
# without it starts with nothing at all. With "preloaded" at its end, the page is
# about a server that has loaded the library. At a line
#   <!-- wait -->
# failures that are on their way into the log come there first. A block
#   ```sql error=22023
# must end with that error, any other without one. A text block belongs to the
# sql block before it and holds exactly what psql prints, but for blanks at the
# ends of lines and CONTEXT, unless the page sets SHOW_CONTEXT; so does a mermaid
# block. What a c or make block shows is in a file of test/plugin; sh and js blocks
# are not run.
use strict;
use warnings;

use CustomActions;
use File::Basename;
use IPC::Run;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $mark = '-- end of block';

# What is run, and not shown, at <!-- wait -->
my $wait = <<'SQL';
DO $$
BEGIN
	FOR n IN 1 .. 600 LOOP
		EXIT WHEN (SELECT waiting = 0 FROM custom_actions.log_mode);
		PERFORM pg_sleep(0.1);
	END LOOP;
END $$;
SQL

sub slurp
{
	my ($file) = @_;

	open my $in, '<', $file or die "$file: $!";
	local $/;
	return scalar <$in>;
}

# A formula with what it gives, as the page of formulas has them; or with a pattern of that
sub formula_block
{
	my ($line, $formula, $like, $result) = @_;
	my $value = "support.result(\$formula\$$formula\$formula\$)";

	$value = "(SELECT CASE WHEN r ~ \$p\$$result\$p\$ THEN \$p\$$result\$p\$ ELSE r END FROM $value AS r)" if $like;
	return { line => $line, code => "SELECT $value AS result \\gset\n\\echo :result\n", state => '00000', output => "$result\n" };
}

# The sql blocks of a page: line, code, expected SQLSTATE, expected output or undef
sub blocks
{
	my ($page) = @_;
	my @blocks;
	my ($kind, $start, $body, $number) = ('', 0, '', 0);

	for (split /\n/, slurp($page))
	{
		$number++;
		if ($kind eq '')
		{
			($kind, $start, $body) = ($1, $number, '') if /^```(.+)$/;
			push @blocks, { line => $number, code => $wait, state => '00000', output => "DO\n" } if $_ eq '<!-- wait -->';
			push @blocks, formula_block($number, $1, $2, $3) if /^`(.+)` → (like )?`(.+)`$/;
			die "$page line $number: a block without its language" if /^```$/;
		}
		elsif (/^```$/)
		{
			if ($kind =~ /^sql(?: error=(\w{5}))?$/)
			{
				push @blocks, { line => $start, code => $body, state => $1 // '00000' };
			}
			elsif ($kind eq 'text' || $kind eq 'mermaid')
			{
				die "$page line $start: no sql block before this output"
				  if !@blocks || defined $blocks[-1]->{output};
				$blocks[-1]->{output} = $body;
			}
			elsif ($kind =~ /^(?:c|make)$/)
			{
				ok((grep { index(slurp($_), $body) >= 0 } glob 'test/plugin/*'), "$page, block at line $start: is in the example");
			}
			elsif ($kind eq 'json')
			{
				ok(eval { JSON::PP->new->decode($body); 1 }, "$page, block at line $start: is JSON");
			}
			elsif ($kind !~ /^(?:sh|js)$/)
			{
				die "$page line $start: nothing is known of blocks \"$kind\"";
			}
			$kind = '';
		}
		else
		{
			$body .= "$_\n";
		}
	}
	die "$page line $start: a block that does not end" if $kind ne '';
	return @blocks;
}

# What psql prints for each block, each with its SQLSTATE
sub run_blocks
{
	my ($node, $database, @blocks) = @_;
	my $script = '';
	my $output = '';

	for (@blocks)
	{
		$script .= "\\set LAST_ERROR_SQLSTATE 00000\n$_->{code}\\echo '$mark' :LAST_ERROR_SQLSTATE\n";
	}
	IPC::Run::run [ 'psql', '-X', '-d', $node->connstr($database), '-v', 'SHOW_CONTEXT=never' ],
	  '<', \$script, '>&', \$output;
	return $output =~ /(.*?)^\Q$mark\E (\w{5})\n/msg;
}

sub without_trailing_blanks
{
	my ($text) = @_;

	$text =~ s/[ \t]+$//mg;
	$text =~ s/\n+\z/\n/;
	$text =~ s/\A\n+//;
	return $text;
}

# Where a heading is found, as GitHub makes it
sub anchor
{
	my ($heading) = @_;

	return lc($heading) =~ s/[^\w\- ]//gr =~ s/ /-/gr;
}

sub create_page_database
{
	my ($node, $database, $setup) = @_;

	$node->safe_psql('postgres', "CREATE DATABASE $database");
	return if $setup eq '';
	$node->safe_psql($database, 'CREATE EXTENSION custom_actions');
	for my $file (split ' ', $setup)
	{
		my ($status, undef, $errors) = $node->psql($database, slurp("test/demo/$file.sql"), on_error_die => 1);

		is($errors, '', "$database: $file.sql warns of nothing");
	}
}

# Roles belong to the server: none may be left to the next page.
sub drop_page_database
{
	my ($node, $database) = @_;

	$node->safe_psql('postgres', "DROP DATABASE $database");
	for (split /\n/, $node->safe_psql('postgres', "SELECT quote_ident(rolname) FROM pg_roles WHERE oid >= 16384"))
	{
		$node->safe_psql('postgres', "DROP ROLE $_");
	}
}

# What check_action warns of, but for actions that are shown for their mistakes.
sub warnings_of_drafts
{
	my ($node, $database) = @_;

	return '' if $node->safe_psql($database, "SELECT count(*) FROM pg_extension WHERE extname = 'custom_actions'") eq '0';
	return $node->safe_psql($database, <<~'SQL');
		SELECT concat_ws(' ', a.name, c.location, c.message)
		FROM custom_actions.action AS a CROSS JOIN LATERAL check_action(a.name) AS c
		WHERE c.severity = 'warning' AND a.name <> 'support.count_tasks'
			-- advice, which activation does not tell: the pages show such steps by themselves
			AND c.message !~ '^if the function fails|^the loop writes row by row|^role .* lacks |^no action (gives|works)|^of the states of '
			AND NOT EXISTS (SELECT FROM check_action(a.name) AS e WHERE e.severity = 'error')
		ORDER BY 1
		SQL
}

# A server for pages, started when the first one asks for it
my %servers;

sub server
{
	my ($name, $configuration) = @_;

	return $servers{$name} //= do
	{
		my $node = PostgreSQL::Test::Cluster->new($name);

		init_server($node);
		$node->append_conf('postgresql.conf', "timezone = 'UTC'\n$configuration");
		$node->start;
		$node;
	};
}

sub check_page
{
	my ($page) = @_;
	my @blocks = blocks($page);
	my ($setup, $preloaded) = slurp($page) =~ /^<!-- setup: ([\w ]+?)( preloaded)? -->$/m;
	my $node = server($preloaded ? 'docs_preloaded' : 'docs', $preloaded ? "shared_preload_libraries = 'custom_actions'" : '');
	my $database = 'page_' . lc(basename($page, '.md') =~ tr/-/_/r);
	my @results;
	my $warnings;

	create_page_database($node, $database, $setup // '');
	@results = run_blocks($node, $database, @blocks);
	$warnings = warnings_of_drafts($node, $database);
	drop_page_database($node, $database);

	is(scalar(@results), 2 * @blocks, "$page: every block was run");
	is($warnings, '', "$page: nothing in the actions of the page is taken for a mistake");
	for my $block (@blocks)
	{
		my $output = without_trailing_blanks(shift(@results) // '');
		my $state = shift(@results) // 'none';
		my $name = "$page, block at line $block->{line}";

		is($state, $block->{state}, "$name: SQLSTATE") or diag($output);
		is($output, without_trailing_blanks($block->{output}), "$name: output")
		  if defined $block->{output};
	}
}

my @pages = ('README.md', sort glob 'doc/*.md');
my $reference = join '', map { slurp($_) } glob 'doc/*.md';

install_desk_plugins();
check_page($_) for @pages;

my $node = server('docs', '');

# A long page begins with links to its sections.
for my $page (@pages)
{
	my $text = slurp($page) =~ s/^```.*?^```$//gmsr;
	my ($contents) = $text =~ /\A(.*?)^## /ms;
	my @sections = map { anchor($_) } $text =~ /^## (.+)$/mg;

	next if @sections < 6 || $page eq 'README.md';
	like($contents, qr/\]\(#\Q$_\E\)/, "$page: section \"$_\" is among the links at its top") for @sections;
}

# The values of a query, one a row
sub listed
{
	my ($query) = @_;

	return split /\n/, $node->safe_psql('postgres', $query);
}

# What exists is described.
$node->safe_psql('postgres', 'CREATE EXTENSION custom_actions');

for my $function (split /\n/, $node->safe_psql('postgres', <<'SQL'))
SELECT p.oid::regprocedure::text
FROM pg_depend AS d JOIN pg_proc AS p ON p.oid = d.objid
WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND d.classid = 'pg_proc'::regclass
	AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'custom_actions')
	AND p.pronamespace = 'public'::regnamespace
ORDER BY 1
SQL
{
	my ($name) = $function =~ /^(\w+)/;

	like($reference, qr/^### $name\b/m, "doc/reference.md has a section on $name");
	like(join('', map { slurp($_) } @pages), qr/\b$name\s*\((?!\))|\b$name\(\)/, "$name is shown in use");
}

for my $column (split /\n/, $node->safe_psql('postgres', <<'SQL'))
SELECT c.relname || '.' || a.attname
FROM pg_depend AS d JOIN pg_class AS c ON c.oid = d.objid JOIN pg_attribute AS a ON a.attrelid = c.oid
WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND d.classid = 'pg_class'::regclass
	AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'custom_actions')
	AND c.relkind IN ('r', 'v') AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY 1
SQL
{
	my ($table, $name) = split /\./, $column;
	my ($section) = slurp('doc/reference.md') =~ /^### custom_actions\.$table\n(.*?)(?=^##|\z)/ms;

	like($section // '', qr/`$name`/, "doc/reference.md describes column $column");
}

for my $setting (split /\n/, $node->safe_psql('postgres',
		"LOAD 'custom_actions'; SELECT name FROM pg_settings WHERE name LIKE 'custom\\_actions.%' ORDER BY 1"))
{
	like($reference, qr/^### $setting$/m, "doc/reference.md describes setting $setting");
}

my (undef, undef, $refused) = $node->psql('postgres', "LOAD 'custom_actions'; SET custom_actions.plain_path = 'magic'");
my ($words) = $refused =~ /They are: ([\w, ]+)\./;
my ($section) = $reference =~ /^### custom_actions\.plain_path\n(.*?)^###/ms;

like($section, qr/`$_`/, "doc/reference.md describes word $_ of plain_path") foreach split /, /, $words;

# The kinds of step with their arguments; what all steps have is in doc/definition.md
my @kinds = listed('SELECT kind, array_to_string(arguments, $$ $$) FROM custom_actions.step_kinds()');

cmp_ok(scalar(@kinds), '>', 10, 'the kinds of step are listed');
for (@kinds)
{
	my ($kind, $arguments) = split /\|/;
	my ($section) = slurp('doc/steps.md') =~ /^## $kind\n(.*?)(?=^## |\z)/ms;

	ok(defined $section, "doc/steps.md has a section on $kind");
	like($section // '', qr/`$_`|"$_"/, "doc/steps.md describes \"$_\" of $kind") for split ' ', $arguments // '';
}

# The keys of a definition, its inputs and outputs, of every step and every plug-in
for my $part (qw(action input output step plugin))
{
	my @keys = listed("SELECT key FROM custom_actions.definition_keys() WHERE part = '$part'");

	cmp_ok(scalar(@keys), '>', 5, "the keys of \"$part\" are listed");
	like(slurp('doc/definition.md'), qr/`$_`/, "doc/definition.md describes key \"$_\"") for @keys;
}

# Plug-ins: the stages, the context, and what the installed header has
my $plugins = slurp('doc/plugins.md');
my @interface = slurp('src/custom_actions.h') =~ /^#define (custom_action_\w+)\(/mg;

cmp_ok(scalar(@interface), '>', 20, 'the interface in C is found in its header');
for my $name (listed('SELECT stage FROM custom_actions.stages()'),
	listed('SELECT key FROM custom_actions.plugin_context_keys()'), @interface)
{
	like($plugins, qr/[`"]$name\b/, "doc/plugins.md describes $name");
}

my ($own) = slurp('doc/errors.md') =~ /^## Classes of its own\n(.*?)^### /ms;
is_deeply([ $own =~ /^\| `(\w{5})` /mg ], [ listed('SELECT sqlstate FROM custom_actions.sqlstates() ORDER BY 1') ],
	'doc/errors.md lists the SQLSTATEs');

# What the view of failures advises is explained where errors are.
my @advised = grep { length == 5 } listed('SELECT sqlstate FROM custom_actions.advice ORDER BY 1');

cmp_ok(scalar(@advised), '>', 10, 'there is advice');
ok(index(slurp('doc/errors.md'), "`$_`") >= 0, "doc/errors.md has $_") for @advised;

for my $list ([ 'volatile_functions', '' ], [ 'context_fields', 'context.' ], [ 'error_fields', 'error.' ])
{
	my ($function, $prefix) = @$list;
	my @names = listed("SELECT f.name FROM custom_actions.$function() AS f (name)");

	cmp_ok(scalar(@names), '>', 0, "$function lists something");
	like(slurp('doc/values.md'), qr/`\Q$prefix$_\E`/, "doc/values.md lists $prefix$_") for @names;
}

my @case = listed("SELECT key FROM custom_actions.definition_keys() WHERE part = 'case'");
my ($choose) = slurp('doc/steps.md') =~ /^## choose\n(.*?)(?=^## )/ms;
cmp_ok(scalar(@case), '>', 2, 'the keys of a case are listed');
like($choose // '', qr/`$_`/, "doc/steps.md describes \"$_\" of a case") for @case;

# A choice is described with all of its words.
for (listed('SELECT key, array_to_string(choices, $$ $$) FROM custom_actions.definition_keys() WHERE choices IS NOT NULL'))
{
	my ($key, $choices) = split /\|/;

	like($reference, qr/[`"]$_\b/, "doc describes \"$_\" of key \"$key\"") for split ' ', $choices;
}

# Links lead somewhere.
for my $page (@pages)
{
	my $text = slurp($page);

	while ($text =~ /\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)
	{
		my ($file, $anchor) = ($1, $2);
		my $target = $file eq '' ? $page : dirname($page) . "/$file";

		ok(-e $target, "$page: link to $target");
		next if !defined $anchor || !-f $target;
		my @anchors = map { anchor($_) } slurp($target) =~ /^#+ (.+)$/mg;
		ok((grep { $_ eq $anchor } @anchors), "$page: link to $target#$anchor");
	}
}

$_->stop for values %servers;
done_testing();
