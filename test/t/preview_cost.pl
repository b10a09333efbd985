# What a preview costs beside the action itself, where the changes are those of its own
# steps: at most four times as much, however large the table is. Counted by the pages
# that are touched, which is the same each time; the time is shown. PREVIEW_ROWS is the
# size of the table.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use JSON::PP;
use PostgreSQL::Test::Utils;
use Test::More;

my $rows = $ENV{PREVIEW_ROWS} // 100_000;
my $calls = 50;
my $node = new_server('main', "autovacuum = off\nshared_buffers = 256MB\nfsync = off\n");

create_database($node, 'main');
$node->safe_psql('main', qq{
	CREATE SCHEMA desk;
	CREATE TABLE desk.case (id integer PRIMARY KEY, status text DEFAULT 'open', priority integer DEFAULT 1, title text);
	CREATE TABLE desk.task (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id integer REFERENCES desk.case, title text, due timestamptz);
	INSERT INTO desk.case (id, title) SELECT n, 'Case number ' || n FROM generate_series(1, $rows) AS n;
	SELECT create_action('desk.escalate', '{"table": "desk.case", "output": [{"name": "task_id", "type": "bigint", "default": "=task.id"}], "steps": [
		{"create": "desk.task", "as": "task", "set": {"case_id": "=target.id", "title": "Escalated", "due": "=now() + interval ''1 day''"}},
		{"update": "target", "set": {"status": "escalated", "priority": "=priority + 1"}},
		{"update": "desk.case", "id": "=target.id + 7", "set": {"title": "=this.title || ''!''"}}]}');
	SELECT activate_action('desk.escalate');
});
$node->safe_psql('main', 'VACUUM ANALYZE');

my %call = (
	run => q{SELECT count(invoke_action('desk.escalate', jsonb_build_object('target', i * %2$d + %1$d))) FROM generate_series(1, %3$d) AS i},
	preview => q{SELECT sum((SELECT count(*) FROM preview_action('desk.escalate', jsonb_build_object('target', i * %2$d + %1$d)))) FROM generate_series(1, %3$d) AS i},
	expected => q{SELECT count(invoke_action('desk.escalate', jsonb_build_object('target', t), expect =>
		(SELECT after FROM preview_action('desk.escalate', jsonb_build_object('target', t)) WHERE part = 'token')))
		FROM (SELECT i * %2$d + %1$d AS t FROM generate_series(1, %3$d) AS i OFFSET 0) AS s});
my (%pages, %time);

# Each side in a session of its own, where the second statement finds all compiled.
for my $round (1 .. 5)
{
	foreach my $side (sort keys %call)
	{
		my $step = int($rows / $calls / 2);
		my @explain = map { 'EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ' . sprintf($call{$side}, $round * 20 + $_ * 10, $step, $calls) } 0, 1;
		my $out = $node->safe_psql('main', "SET client_min_messages = error;\n$explain[0]\n\\g /dev/null\n$explain[1];");
		my $plan = JSON::PP->new->decode($out)->[0];
		my $pages = $plan->{Plan}{'Shared Hit Blocks'} + $plan->{Plan}{'Shared Read Blocks'};
		my $time = $plan->{'Execution Time'};

		$pages{$side} = $pages if !defined $pages{$side} || $pages < $pages{$side};
		$time{$side} = $time if !defined $time{$side} || $time < $time{$side};
	}
}
foreach my $side (qw(preview expected))
{
	diag(sprintf('%s of a table of %d rows: %.0f pages beside %.0f of the action, %.2f times; %.3f ms beside %.3f ms, %.2f times', $side, $rows,
		$pages{$side} / $calls, $pages{run} / $calls, $pages{$side} / $pages{run}, $time{$side} / $calls, $time{run} / $calls, $time{$side} / $time{run}));
}
cmp_ok($pages{preview} / $pages{run}, '<', 4, 'a preview touches less than four times the pages of the action');
log_is_clean($node, 'the log is clean');
done_testing();
