# A publication of all tables, and a subscriber with the extension: the catalog tables, the
# record and the kept edits come with the rest; what is published there is made there.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $publisher = new_server('publisher', "wal_level = logical\nmax_wal_senders = 10\nmax_replication_slots = 10\n");
my $subscriber = new_server('subscriber');
my $schema = PostgreSQL::Test::Utils::tempdir() . '/schema.sql';

# All tables of ours, each with its rows as one text; a version says that it came this way
my $ours = q{SELECT string_agg(format('SELECT %L, string_agg(r.row, E''\n'' ORDER BY r.row) FROM %s AS t,
	LATERAL (SELECT (to_jsonb(t) - ''replicated'')::text) AS r (row)', c.oid::regclass, c.oid::regclass),
	' UNION ALL ' ORDER BY c.relname) FROM pg_class AS c WHERE c.relnamespace = 'custom_actions'::regnamespace AND c.relkind IN ('r', 'p')};

sub same_rows
{
	my ($what) = @_;
	my $query = $publisher->safe_psql('desk', $ours) . ' ORDER BY 1';

	$publisher->wait_for_catchup('everything');
	is_text($subscriber->safe_psql('desk', $query), $publisher->safe_psql('desk', $query), "$what: the rows are the same");
	return;
}

create_database($publisher, 'desk');
$publisher->safe_psql('desk', q{
	CREATE SCHEMA desk;
	CREATE TABLE desk.note (id integer PRIMARY KEY, word text);
	INSERT INTO desk.note VALUES (1, 'one');
	SELECT create_action('desk.work', '{"table": "desk.note", "input": [{"name": "word", "type": "text"}],
		"steps": [{"require": "input.word <> ''''", "message": "Say what"}, {"update": "target", "set": {"word": "=input.word"}}]}');
	SELECT activate_action('desk.work');
	CREATE PUBLICATION everything FOR ALL TABLES});
run_client($publisher, 'pg_dump -s', 'pg_dump', '-s', '--no-publications', '-f', $schema, 'desk');
$subscriber->safe_psql('postgres', 'CREATE DATABASE desk TEMPLATE template0');
run_client($subscriber, 'psql', 'psql', '-X', '-q', '-o', '/dev/null', '-v', 'ON_ERROR_STOP=1', '-f', $schema, 'desk');
$subscriber->safe_psql('desk', 'CREATE SUBSCRIPTION everything CONNECTION $$' . $publisher->connstr('desk') . '$$ PUBLICATION everything');
$subscriber->poll_query_until('desk', q{SELECT count(*) > 0 AND bool_and(srsubstate IN ('r', 's')) FROM pg_subscription_rel}) or die 'not synchronized';
same_rows('first copy');

# Every table of ours changes, in every way.
$publisher->safe_psql('desk', $_) foreach
	q{SELECT set_action_value('desk.work', '1.message', 'Say it')},
	q{SELECT add_step('desk.work', '{"require": "target.id > 0", "message": "No"}')},
	q{SELECT undo_action_edit('desk.work')},
	q{SELECT disable_step('desk.work', '1')},
	q{SELECT invoke_action('desk.work', '{"target": 1, "word": "two"}', idempotency_key => 'key')},
	q{SET custom_actions.log_level = trace; SELECT invoke_action('desk.work', '{"target": 1, "word": "three"}')},
	q{SELECT * FROM preview_action('desk.work', '{"target": 1, "word": "four"}')},
	q{SELECT * FROM import_actions(replace(export_actions()::text, 'desk.work', 'desk.twin')::json)},
	q{INSERT INTO custom_actions.table_setting (table_name, owner_column) VALUES ('desk.note', 'word')};
same_rows('edits, calls, imports');
is($subscriber->safe_psql('desk', q{SELECT word FROM desk.note}), 'three', 'what they did has come');
is($subscriber->safe_psql('desk', q{SELECT name, state, differs, version FROM custom_actions.actions ORDER BY name}), "desk.twin|draft||\ndesk.work|active|t|1",
	'drafts are drafts, what is published is as it was');
is($subscriber->safe_psql('desk', q{SELECT path, change, after FROM diff_action('desk.work') WHERE path LIKE '1%' ORDER BY path}),
	$publisher->safe_psql('desk', q{SELECT path, change, after FROM diff_action('desk.work') WHERE path LIKE '1%' ORDER BY path}), 'the draft differs alike');

# Both activate; the publisher goes on.
$_->safe_psql('desk', q{SELECT activate_actions(ARRAY['desk.work', 'desk.twin'])}), $publisher->wait_for_catchup('everything') foreach $publisher, $subscriber;
is($_->safe_psql('desk', q{SELECT name, state, differs, version FROM custom_actions.actions ORDER BY name}), "desk.twin|active|f|1\ndesk.work|active|f|2",
	'active and the same on ' . $_->name) foreach $publisher, $subscriber;
$publisher->safe_psql('desk', $_) foreach
	q{SELECT rename_action('desk.twin', 'desk.other')},
	q{SELECT set_action_value('desk.work', '1.message', 'What?'); SELECT activate_action('desk.work')},
	q{SELECT drop_action('desk.other', purge => true)},
	q{SELECT purge_action_log(interval '0', interval '0'), purge_idempotency_keys(interval '0')};
$publisher->wait_for_catchup('everything');
is($subscriber->safe_psql('desk', q{SELECT name, state, version FROM custom_actions.actions ORDER BY name}), "desk.twin|active|1\ndesk.work|active|2",
	'functions stay until somebody changes them there');
$subscriber->safe_psql('desk', q{SELECT activate_action('desk.work'); SELECT drop_action('desk.twin')});
is($subscriber->safe_psql('desk', q{SELECT name, state, differs, version FROM custom_actions.actions ORDER BY name}), 'desk.work|active|f|3', 'which makes them the same');
# Each release counts errors in columns of its own
is( $subscriber->safe_psql('desk', q{SELECT count(*) FROM pg_stat_subscription_stats AS s, jsonb_each_text(to_jsonb(s)) AS c WHERE c.key LIKE '%error_count' AND c.value <> '0'}),
	'0', 'nothing stopped the replication');

unlike(slurp_file($subscriber->logfile), qr/ERROR:/, 'nothing failed on the subscriber');
log_is_clean($_, 'the log of ' . $_->name . ' is clean') foreach $publisher, $subscriber;
$subscriber->safe_psql('desk', 'DROP SUBSCRIPTION everything');
done_testing();
