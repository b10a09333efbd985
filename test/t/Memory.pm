# The memory of a backend while statements run again and again: it stays flat.
package Memory;

use strict;
use warnings FATAL => 'all';

use CustomActions;
use Exporter 'import';
use Test::More;

our @EXPORT = qw(watch_memory is_flat);

my ($node, $slack, $parent);

# Makes the database "main" on a server, in which is_flat() runs; returns how many bytes may come. What
# PostgreSQL itself keeps to the end of the transaction when rows or catalogs change again and again, and
# the growth of a hash table, fit into this. A server with assertions marks the ends of all that it keeps.
sub watch_memory
{
	($node) = @_;
	$slack = ($node->safe_psql('postgres', 'SHOW debug_assertions') eq 'on' ? 64 : 32) * 1024;
	create_database($node, 'main');
	$node->safe_psql('main', q{
		CREATE FUNCTION used() RETURNS bigint LANGUAGE sql VOLATILE
			AS 'SELECT sum(used_bytes)::bigint FROM pg_catalog.pg_backend_memory_contexts';
	});
	# PostgreSQL 18 tells no more which context is whose, but how deep it is.
	$parent = $node->safe_psql('main', 'SHOW server_version_num') >= 180000 ? 'level::text' : 'parent';
	return $slack;
}

# What runs the statement so often, in pieces that psql has room for
sub many_times
{
	my ($statement, $first, $last) = @_;
	my $piece = 50_000;
	my $script = '';

	for (my $i = $first; $i <= $last; $i += $piece)
	{
		my $end = $i + $piece - 1 < $last ? $i + $piece - 1 : $last;

		$script .= "SELECT format(\$statement\$$statement\$statement\$, i, i % 2) FROM generate_series($i, $end) AS i \\gexec\n";
	}
	return "\\o /dev/null\n$script\\o\n";
}

# Runs a statement many times in one session after a warm-up, each by itself or
# all in one transaction, and tells which memory contexts have grown. One and the
# same statement measures before and after, so that its own memory, and what it
# loads into the caches, count for nothing. Nor does the room for WAL records, which
# PostgreSQL makes once, when the index on touched first empties its pending list.
sub is_flat
{
	my ($what, $times, $statement, %options) = @_;
	my $measure = qq{INSERT INTO measured
		SELECT 1 + (SELECT coalesce(max(turn), 0) FROM measured), name, $parent, count(*), sum(used_bytes)
		FROM pg_catalog.pg_backend_memory_contexts GROUP BY name, $parent;\n};
	my $warm_up = int($times / 4);
	my $script =
		"SET client_min_messages = warning;\nCREATE TEMP TABLE measured (turn integer, name text, parent text, number bigint, bytes numeric);\n"
	  . ($options{before} // '')
	  . ($options{transaction} ? "BEGIN;\n" : '')
	  . $measure
	  . many_times($statement, 1, $warm_up)
	  . "RESET ROLE;\n$measure"
	  . many_times($statement, $warm_up + 1, $warm_up + $times)
	  . "RESET ROLE;\n$measure"
	  . q{SELECT a.name, a.parent, b.number || ' -> ' || a.number, b.bytes || ' -> ' || a.bytes, a.bytes - coalesce(b.bytes, 0)
		FROM measured AS a
		LEFT JOIN measured AS b ON b.turn = 2 AND b.name = a.name AND b.parent IS NOT DISTINCT FROM a.parent
		WHERE a.turn = 3 AND a.bytes > coalesce(b.bytes, 0) AND a.name <> 'WAL record construction';};
	my ($status, $out, $err) = $node->psql('main', $script, on_error_stop => 0, timeout => 3600);
	my $grown = 0;

	$grown += $_ foreach $out =~ /\|(\d+)$/mg;
	note("$what: $grown bytes");
	is($err, '', "$what: no errors");
	cmp_ok($grown, '<=', $slack, "$what: memory is flat") or diag($out);
	return;
}

1;
