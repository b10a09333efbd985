# What people call, on a physical standby: what reads works there, what would write says so.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('main', "wal_level = replica\nmax_wal_senders = 4\nhot_standby = on\n");
my $standby = PostgreSQL::Test::Cluster->new('standby');

create_database($node, 'desk');
load_help_desk($node, 'desk');
$node->safe_psql('desk', q{
	SELECT create_action('support.look', '{"table": "support.case", "read_only": true, "output": [{"name": "title", "type": "text", "default": "=target.title"}], "steps": []}');
	SELECT activate_action('support.look');
	SELECT set_action_value('support.escalate_case', 'timeout', '1 min');
	CREATE ROLE desk_agent;
});
$node->backup('backup');
$standby->init_from_backup($node, 'backup', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));

# Both say the same of what is read.
my @reads = (
	q{SELECT describe_action('support.escalate_case')},
	q{SELECT describe_action('support.escalate_case', 0)},
	q{SELECT path, text FROM action_outline('support.escalate_case')},
	q{SELECT action_diagram('support.escalate_case')},
	q{SELECT * FROM diff_action('support.escalate_case')},
	q{SELECT * FROM check_action('support.escalate_case')},
	q{SELECT * FROM check_action_privileges('support.escalate_case', 'desk_agent')},
	q{SELECT * FROM names_in_scope('support.escalate_case', '1.when')},
	q{SELECT * FROM check_formula('support.escalate_case', '1.when', 'target.nothing')},
	q{SELECT action_schema_of_definition()},
	q{SELECT action_schema('support.escalate_case')},
	q{SELECT mcp_tools()},
	q{SELECT mcp_call('{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}')},
	q{SELECT action_csdl(), action_csdl('json')},
	q{SELECT action_form('support.escalate_case', 42)},
	q{SELECT action_openapi()},
	q{SELECT action_typescript()},
	q{SELECT action_definition('support.escalate_case'), action_hash('support.escalate_case')},
	q{SELECT export_actions(drafts => true)},
	q{SELECT export_actions_script(drafts => true)},
	q{SELECT action, file_name, exported FROM exported_actions()},
	q{SELECT * FROM custom_actions.uses},
	q{SELECT * FROM custom_actions.callers ORDER BY action, role, granted},
	q{SELECT * FROM custom_actions.step_value},
	q{SELECT * FROM custom_actions.actions ORDER BY name},
	q{SELECT * FROM action_history('support.case', '42')},
	q{SELECT support.look(42), invoke_action('support.look', '{"target": 42}')},
	q{SELECT part, "by", operation, "column", before, after FROM preview_action('support.look', '{"target": 42}') WHERE part = 'output'});

foreach my $query (@reads)
{
	my ($name) = $query =~ /(?:FROM|SELECT) (?!part|path|\*|action,)(\S+)/;

	is_text($standby->safe_psql('desk', $query), $node->safe_psql('desk', $query), "$name is the same");
}

# What would write fails as PostgreSQL says, and changes nothing.
my @writes = (
	q{SELECT * FROM import_actions(export_actions())},
	q{SELECT set_action_value('support.escalate_case', 'timeout', '2 min')},
	q{SELECT undo_action_edit('support.escalate_case')},
	q{UPDATE custom_actions.step_value SET value = '3 min' WHERE field = 'timeout'},
	q{SELECT activate_action('support.escalate_case')},
	q{SELECT create_action('support.new')},
	q{SELECT copy_action('support.escalate_case', 'support.copy')},
	q{SELECT rename_action('support.escalate_case', 'renamed')},
	q{SELECT drop_action('support.look')},
	q{SELECT grant_action('support.look', 'desk_agent')});
my $err;

foreach my $write (@writes)
{
	my ($name) = $write =~ /^(?:SELECT \* FROM |SELECT |UPDATE )([\w.]+)/;

	isnt($standby->psql('desk', "SET client_min_messages = error; $write", stderr => \$err), 0, "$name is refused");
	like($err, qr/ERROR:  cannot execute [A-Z ]+ in a read-only transaction(\nHINT:  This server is a standby: do it on the primary, from where it comes here\.)?$/,
		'and says why');
	isnt($name !~ /step_value/, $err !~ /HINT/, 'and where to');
}
isnt($node->psql('desk', q{BEGIN READ ONLY; SELECT set_action_value('support.escalate_case', 'timeout', '2 min')}, stderr => \$err), 0, 'as in a transaction that reads');
like($err, qr/HINT:  Do it in a transaction that is not read only\./, 'which is told as such');

isnt($standby->psql('desk', q{SELECT support.escalate_case(42, 'VIP')}, stderr => \$err), 0, 'an action that writes is refused');
like($err, qr/ERROR:  cannot execute SELECT FOR NO KEY UPDATE in a read-only transaction\n.*action "support\.escalate_case" version 1/s, 'with its place');
is($standby->safe_psql('desk', q{SELECT operation, after FROM preview_action('support.escalate_case', '{"target": 42, "reason": "VIP"}') WHERE part = 'error' AND "column" = 'message'}),
	'25006|cannot execute SELECT FOR NO KEY UPDATE in a read-only transaction', 'so is its preview, which says so');

log_is_clean($_, 'nothing is wrong in the log of ' . $_->name) foreach $node, $standby;
$_->stop foreach $standby, $node;
done_testing();
