# What a preview costs beside the action itself, where the changes are those of its own
# steps: at most four times as much, however large the table is. Counted by the pages
# that are touched, which is the same each time; the time is shown. The rows that steps
# write are found by their keys whatever the log keeps, also nothing. PREVIEW_ROWS is
# the size of the table.
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
	SELECT create_action('desk.raise', '{"table": "desk.case", "steps": [
		{"update": "desk.case", "where": "this.id between target.id and target.id + 300", "set": {"priority": "=priority + 1"}}]}');
	SELECT activate_action('desk.raise');
});
$node->safe_psql('main', 'VACUUM ANALYZE');

my %call = (
	run => q{SELECT count(invoke_action('desk.escalate', jsonb_build_object('target', i * %2$d + %1$d))) FROM generate_series(1, %3$d) AS i},
	preview => q{SELECT sum((SELECT count(*) FROM preview_action('desk.escalate', jsonb_build_object('target', i * %2$d + %1$d)))) FROM generate_series(1, %3$d) AS i},
	expected => q{SELECT count(invoke_action('desk.escalate', jsonb_build_object('target', t), expect =>
		(SELECT after FROM preview_action('desk.escalate', jsonb_build_object('target', t)) WHERE part = 'token')))
		FROM (SELECT i * %2$d + %1$d AS t FROM generate_series(1, %3$d) AS i OFFSET 0) AS s});
my %sets = map { $_ => $call{$_} =~ s/desk\.escalate/desk.raise/gr } qw(run preview);

# The pages and the time of one call of a side, the least of some rounds: each in a
# session of its own, where the second statement finds all compiled.
sub cost
{
	my ($statement, $level, $times) = @_;
	my ($pages, $time);

	for my $round (1 .. 3)
	{
		my $step = int($rows / $times / 2);
		my @explain = map { 'EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ' . sprintf($statement, $round * 20 + $_ * 10, $step, $times) } 0, 1;
		my $out = $node->safe_psql('main', "SET client_min_messages = error; SET custom_actions.log_level = $level;\n$explain[0]\n\\g /dev/null\n$explain[1];");
		my $plan = JSON::PP->new->decode($out)->[0];
		my $touched = $plan->{Plan}{'Shared Hit Blocks'} + $plan->{Plan}{'Shared Read Blocks'};

		$pages = $touched if !defined $pages || $touched < $pages;
		$time = $plan->{'Execution Time'} if !defined $time || $plan->{'Execution Time'} < $time;
	}
	return { pages => $pages / $times, time => $time / $times };
}

# Both beside the action itself.
sub compare
{
	my ($what, $level, $side, $own, $times) = @_;
	my $run = cost($own->{run}, $level, $times);
	my $this = cost($own->{$side}, $level, $times);

	diag(sprintf('%s of %s at log_level %s, %d rows: %.0f pages beside %.0f of the action, %.2f times; %.3f ms beside %.3f ms, %.2f times', $side, $what,
		$level, $rows, $this->{pages}, $run->{pages}, $this->{pages} / $run->{pages}, $this->{time}, $run->{time}, $this->{time} / $run->{time}));
	return $this->{pages} / $run->{pages};
}

foreach my $level (qw(basic off))
{
	cmp_ok(compare('three steps', $level, 'preview', \%call, $calls), '<', 4, "log_level $level: a preview touches less than four times the pages of the action");
	compare('three steps', $level, 'expected', \%call, $calls);
	cmp_ok(compare('301 rows', $level, 'preview', \%sets, 5), '<', 4, "log_level $level: so does one of a step that writes many rows");
}
log_is_clean($node, 'the log is clean');
done_testing();
