# States that hold: with the status column protected, whatever is invoked and whatever
# plain SQL is tried, no row comes from one state to another by a way that no action
# declares. A trigger of the test writes down every change; what state_transitions() says
# is what may be there. Another run with STATES_SEED, STATES_CALLS. And memory, over many
# calls of steps with "from" and "expect".
use strict;
use warnings FATAL => 'all';

use CustomActions;
use JSON::PP;
use Random qw(one_of);
use Test::More;

my $seed = $ENV{STATES_SEED} // 1795;
my $calls = $ENV{STATES_CALLS} // 3000;
my $node = new_server('main');
my $json = JSON::PP->new->canonical;
my @states = qw(open waiting escalated solved closed lost new held routed late billed archived);

my $loops = 0;

diag("STATES_SEED=$seed");
srand($seed);
create_database($node, 'main');

sub some_states
{
	my @some = grep { rand() < 0.2 } @states;

	return @some ? \@some : [ one_of(@states) ];
}

# A step that gives rows a state
sub step
{
	my $kind = int(rand 8);
	my $from = one_of(@states);

	return { set_status => 'target', from => some_states(), to => one_of(@states), set => { previous => '=status' } } if $kind < 3;
	return { set_status => 'desk.item', where => "status = '$from' AND id % 5 < 2", from => [ $from, one_of(@states) ], to => one_of(@states) } if $kind == 3;
	return { set_status => 'desk.shown', column => 'state', where => "id = target.id AND state = '$from'", from => $from, to => one_of(@states) } if $kind == 4;
	return { for_each => 'desk.item', where => "status = '$from' AND id % 7 < 2", as => 'each' . ++$loops, do => [ { set_status => "each$loops", from => [ $from ], to => one_of(@states) } ] } if $kind == 5;
	return { create => 'desk.item', set => { id => '=10 + floor(random() * 20)::integer', (rand() < 0.5 ? (status => one_of(@states)) : ()) },
		on_conflict => { columns => ['id'], (rand() < 0.5 ? (do => 'nothing') : (set => { previous => 'x' })) } } if $kind == 6;
	return { group => 'g', do => [ { set_status => 'target', from => some_states(), to => one_of(@states) } ], on_error => [ { set_status => 'target', from => one_of(@states), to => one_of(@states) } ] };
}

$node->safe_psql('main', q{
	CREATE SCHEMA desk;
	CREATE TABLE desk.item (id integer PRIMARY KEY, status text NOT NULL DEFAULT 'open', previous text);
	CREATE VIEW desk.shown AS SELECT id, status AS state FROM desk.item;
	CREATE TABLE desk.change (before text, after text);
	CREATE FUNCTION desk.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
		BEGIN
			IF TG_OP = 'INSERT' THEN
				INSERT INTO desk.change VALUES (NULL, NEW.status);
			ELSIF OLD.status IS DISTINCT FROM NEW.status THEN
				INSERT INTO desk.change VALUES (OLD.status, NEW.status);
			END IF;
			RETURN NULL;
		END $$;
	INSERT INTO custom_actions.table_setting (table_name, status_column) VALUES ('desk.item', 'status');
	INSERT INTO desk.item (id) SELECT generate_series(1, 20);
	CREATE TRIGGER note AFTER INSERT OR UPDATE ON desk.item FOR EACH ROW EXECUTE FUNCTION desk.note();
	CREATE ROLE states_caller;
	GRANT USAGE ON SCHEMA desk TO states_caller;
	GRANT ALL ON desk.item, desk.shown TO states_caller;
});
foreach my $number (1 .. 30)
{
	my $document = $json->encode({ table => 'desk.item', steps => [ map { step() } 1 .. 1 + rand 1.4 ] });

	$node->safe_psql('main', "SET client_min_messages = error; SELECT create_action('desk.verb_$number', \$doc\$$document\$doc\$::json); SELECT activate_action('desk.verb_$number');
		GRANT EXECUTE ON FUNCTION desk.verb_$number TO states_caller");
}
$node->safe_psql('main', "SELECT protect_table('desk.item')");

# What is tried, each by itself: errors are part of it.
my @tries = map {
	my $id = 1 + int(rand 30);
	my $state = one_of(@states);
	my $verb = 'desk.verb_' . (1 + int(rand 30));

	one_of(
		("SELECT $verb($id)") x 6,
		"SELECT try_invoke_action('$verb', '{\"target\": $id}')",
		"SELECT * FROM invoke_action_bulk('$verb', '[{\"target\": $id}, {\"target\": 3}, {\"target\": 4}]', mode => 'per_item')",
		"UPDATE desk.item SET status = '$state' WHERE id = $id",
		"UPDATE desk.shown SET state = '$state'",
		"INSERT INTO desk.item VALUES ($id, '$state') ON CONFLICT (id) DO UPDATE SET status = excluded.status",
		"MERGE INTO desk.item AS i USING (VALUES ($id)) AS v (id) ON i.id = v.id WHEN MATCHED THEN UPDATE SET status = '$state'",
		"WITH w AS (UPDATE desk.item SET status = '$state' WHERE id = $id RETURNING 1) SELECT * FROM w",
		"DELETE FROM desk.item WHERE id = $id")
} 1 .. $calls;
$node->psql('main', join(";\n", 'SET client_min_messages = error', 'SET ROLE states_caller', @tries) . ";\n", on_error_stop => 0);

my $changes = $node->safe_psql('main', 'SELECT count(*) FROM desk.change');

cmp_ok($changes, '>', 50, "states have changed: $changes times");
my $array = "'{" . join(',', @states) . "}'::text[]";

cmp_ok($node->safe_psql('main', "
	SELECT count(*) FROM unnest($array) AS a, unnest($array) AS b
	WHERE a <> b AND NOT EXISTS (
		SELECT FROM state_transitions('desk.item') AS t
		WHERE NOT t.creates AND coalesce(t.from_state, a) = a AND t.to_state = b)"), '>', 20, 'there are ways that no action declares');
is($node->safe_psql('main', q{
	SELECT DISTINCT concat(coalesce(c.before, 'new'), ' -> ', c.after)
	FROM desk.change AS c
	WHERE NOT EXISTS (
		SELECT FROM state_transitions('desk.item') AS t
		WHERE t.to_state = c.after
			AND (CASE WHEN c.before IS NULL THEN t.creates ELSE NOT t.creates AND coalesce(t.from_state, c.before) = c.before END))
	ORDER BY 1}), '', 'all of them by a way that an action declares');

# Memory: calls that succeed and calls that are refused
$node->safe_psql('main', q{
	SELECT unprotect_table('desk.item');
	SELECT create_action('desk.flip', '{"table": "desk.item", "steps": [
		{"set_status": "target", "from": ["a", "b"], "to": "=CASE status WHEN ''a'' THEN ''b'' ELSE ''a'' END"},
		{"update": "desk.item", "where": "id = target.id", "set": {"previous": "x"}, "expect": {"at_most": 1, "at_least": 1}}]}');
	SELECT create_action('desk.refused', '{"table": "desk.item", "steps": [{"set_status": "target", "from": "none", "to": "a"}]}');
	SELECT activate_actions('{desk.flip, desk.refused}');
	DROP TRIGGER note ON desk.item;
	DELETE FROM desk.item;
	INSERT INTO desk.item VALUES (1, 'a');
});
my $round = q{SELECT desk.flip(1); SELECT try_invoke_action('desk.refused', '{"target": 1}'); SELECT try_invoke_action('desk.flip', '{"target": 1}');} x 300;
my @rounds = $node->safe_psql('main', "SET client_min_messages = error;\n" . "$round\nSELECT 'bytes ' || sum(total_bytes) FROM pg_backend_memory_contexts;\n" x 6) =~ /^bytes (\d+)$/mg;

cmp_ok($rounds[-1] - $rounds[1], '<', 50_000, "memory stays flat: @rounds");
log_is_clean($node, 'the log is clean');
done_testing();
