# What observers are told: the library is built with one more file, an observer
# that prints its events, registered in init.c as any observer is.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Utils;
use Test::More;

my $source = '.';
my $built = PostgreSQL::Test::Utils::tempdir;

# Runs a program that must succeed.
sub run_or_bail
{
	my (@command) = @_;
	my $out;

	IPC::Run::run(\@command, '>&', \$out) or BAIL_OUT("@command: $out");
	return;
}

run_or_bail('cp', '-r', 'src', 'Makefile', 'custom_actions.control', $built);
run_or_bail('cp', 'test/observer/notices.c', 'test/observer/notices.h', "$built/src");
my $init = slurp_file("$built/src/init.c");
$init =~ s/^#include "engine\/program_cache.h"\n/$&#include "notices.h"\n/m or die 'includes of init.c';
$init =~ s/^\}\n\z/\tobserver_register(&notices);\n}\n/m or die '_PG_init';
unlink "$built/src/init.c";
append_to_file("$built/src/init.c", $init);
run_or_bail('make', '-s', '-C', $built, '-j2', "PG_CONFIG=$ENV{PG_CONFIG}", 'COPT=-O0 -Werror', $ENV{CC} ? "CC=$ENV{CC}" : (), 'src/custom_actions.so');

# A database whose functions are those of that library
my $node = new_server('observer');
my $database = 'watched';
create_database($node, $database);
$node->safe_psql($database, <<"SQL");
UPDATE pg_proc SET probin = '$built/src/custom_actions.so' WHERE probin = '\$libdir/custom_actions';
SQL
$node->safe_psql($database, <<'SQL');
CREATE TABLE item (id integer PRIMARY KEY, name text, amount integer CHECK (amount < 100), owner integer);
CREATE TABLE pair (a integer, b integer, note text, PRIMARY KEY (a, b));
CREATE TABLE note (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text);
CREATE VIEW item_view AS SELECT id, name FROM item;
INSERT INTO item VALUES (1, 'one', 1), (2, 'two', 2), (3, 'three', 3);
CREATE FUNCTION define(name text, definition json) RETURNS void LANGUAGE sql
	AS 'SELECT create_action(name, definition); SELECT activate_action(name)';
SQL

# Defines actions, unseen.
sub define
{
	my ($name, $definition) = @_;

	$node->safe_psql($database, "SELECT define('public.$name', \$json\$$definition\$json\$)");
	return;
}

# What must be told, by what it is told of
my %expected = slurp_file('test/observer/expected.out') =~ /^-- (.*)\n((?:(?!-- ).*\n)*)/mg;

# What is told of some SQL; errors stand where they come. All of it is kept, to
# be looked at, and taken over, when something has changed.
sub told
{
	my ($sql, $what) = @_;
	my ($status, $out, $err) = $node->psql($database, "\\set VERBOSITY terse\n\\set SHOW_CONTEXT never\n\\o /dev/null\n$sql", on_error_stop => 0);

	$err =~ s/^psql:<stdin>:\d+: //mg;
	$err =~ s/^NOTICE:  //mg;
	$err = "$err\n" =~ s/\n+\z/\n/r;
	append_to_file("$ENV{TESTDIR}/observer.out", "-- $what\n$err");
	is_text($err, $expected{$what} // '', $what);
	return;
}

define('part', '{"table": "public.item", "output": [{"name": "was", "type": "integer", "default": "=target.amount"}],
	"steps": [{"update": "target", "set": {"amount": "=amount + 10"}}]}');
define('whole', '{"table": "public.item", "input": [{"name": "loud", "type": "boolean", "default": false}], "steps": [
	{"require": "target.amount > 0"},
	{"group": "two", "do": [
		{"create": "public.note", "as": "note", "set": {"text": "=target.name"}},
		{"create": "public.note", "set": {"text": "nobody reads its key"}}]},
	{"output": {}, "when": "input.loud"},
	{"perform": "public.part", "with": {"target": "=target.id"}},
	{"for_each": "=array[1, 2]", "as": "n", "do": [{"update": "public.item", "id": "=n.value", "set": {"name": "=note.text"}}]},
	{"update": "public.item", "where": "id > 1", "set": {"owner": 7}},
	{"delete": "public.note", "id": "=note.id"}]}');
told('SELECT whole(1)', 'nesting, groups, loops, keys, sets');

# Two updates of one row that run as one, and apart because the table has a trigger
define('merged', '{"table": "public.item", "steps": [
	{"update": "target", "set": {"name": "new"}}, {"assign": "target", "to": 9, "column": "owner"}]}');
told('SELECT merged(2)', 'merged steps are told of as two');
$node->safe_psql($database, <<'SQL');
UPDATE item SET owner = NULL;
ALTER TABLE item ADD CONSTRAINT owned FOREIGN KEY (owner) REFERENCES item;
CREATE FUNCTION change_item() RETURNS void LANGUAGE sql AS 'ALTER TABLE item ALTER name SET STATISTICS 10; ALTER TABLE item DROP CONSTRAINT owned';
SQL
told('SELECT merged(3)', 'merged steps of which the second fails');
define('apart', '{"table": "public.item", "steps": [{"call": "public.change_item", "when": "target.id = 2"},
	{"update": "target", "set": {"name": "new"}}, {"assign": "target", "to": 9, "column": "owner"}]}');
told('SELECT apart(2)', 'merged steps that run apart, because the table has changed');

# Creates that run as one, for whoever does not ask for steps: rows are told of as when they run apart
define('creates', '{"input": [{"name": "a", "type": "integer"}, {"name": "b", "type": "integer"}], "steps": [
	{"group": "all", "do": [
		{"create": "public.pair", "set": {"a": "=input.a", "b": 1}},
		{"create": "public.pair", "set": {"a": "=input.b", "b": 1, "note": "second"}},
		{"create": "public.pair", "as": "third", "set": {"a": 9, "b": 1}}],
	 "on_error_when": "input.a < 5", "on_error": [{"create": "public.pair", "set": {"a": 0, "b": 0, "note": "=error.step"}}]},
	{"delete": "public.pair", "where": "true"}]}');
define('joined', '{"steps": [{"create": "public.pair", "set": {"a": 1, "b": 1}}, {"create": "public.pair", "set": {"a": 2, "b": 1}},
	{"create": "public.pair", "set": {"a": 3, "b": 1}}]}');
foreach my $plain ('none', 'merge')
{
	my $calls = 'SELECT creates(1, 2); SELECT creates(1, 1); SELECT creates(7, 9); SET custom_actions.max_rows = 2; SELECT creates(1, 2); RESET custom_actions.max_rows;'
	  . 'SET observer.raise_at = rows_written; SELECT creates(7, 8); RESET observer.raise_at; SELECT creates(7, 8);';

	told("SET observer.without_steps = on; SET custom_actions.plain_path = " . ($plain eq 'none' ? "''" : $plain) . "; $calls", 'creates');
	is($node->safe_psql($database, 'SET observer.without_steps = on; SET custom_actions.plain_path = ' . ($plain eq 'none' ? "''" : $plain) . '; SELECT joined()'
			. '; SELECT count(*), count(DISTINCT cmin::text) FROM pair; TRUNCATE pair'),
		"\n3|" . ($plain eq 'none' ? 1 : 3), 'rows of ' . ($plain eq 'none' ? 'one statement' : 'three'));
}

# Keys: those of several columns, changed ones, given columns, views, conflicts
define('keys', '{"steps": [
	{"create": "public.pair", "as": "p", "set": {"a": 1, "b": 2}},
	{"update": "p", "set": {"b": 3}},
	{"let": {"b": "=p.b"}},
	{"update": "public.pair", "id": {"a": 1, "b": 3}, "set": {"a": 5}},
	{"update": "public.pair", "id": {"a": 5, "b": 3}, "set": {"*": {"note": "given"}}},
	{"update": "public.pair", "id": {"a": 5, "b": 3}, "set": {"*": {}}},
	{"update": "public.pair", "id": {"a": 0, "b": 0}, "set": {"note": ""}, "required": false},
	{"create": "public.pair", "set": {"a": 5, "b": 3}, "on_conflict": {"do": "nothing"}},
	{"update": "public.item_view", "id": {"id": 3}, "set": {"name": "seen"}, "enabled": false},
	{"delete": "public.pair", "where": "a = 5"}]}');
told('SELECT keys()', 'keys');

# Sets, and every way to come to a key
$node->safe_psql($database, <<'SQL');
CREATE TABLE sku (code text PRIMARY KEY, nick text UNIQUE NOT NULL, stock integer DEFAULT 0);
CREATE TABLE token (id uuid DEFAULT md5('token')::uuid PRIMARY KEY, n serial UNIQUE);
CREATE TABLE loose (n integer);
CREATE TABLE stamped (id integer PRIMARY KEY, at integer);
CREATE FUNCTION move_id() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.id := NEW.id + 100; RETURN NEW; END $$;
CREATE TRIGGER move_id BEFORE INSERT OR UPDATE ON stamped FOR EACH ROW EXECUTE FUNCTION move_id();
CREATE TABLE part_of (id integer, region text, n integer DEFAULT 0, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE part_of_a PARTITION OF part_of FOR VALUES IN ('a');
CREATE TABLE part_of_b PARTITION OF part_of FOR VALUES IN ('b');
CREATE TABLE base (id integer PRIMARY KEY, n integer);
CREATE TABLE child () INHERITS (base);
CREATE VIEW sku_view AS SELECT code, stock FROM sku;
CREATE VIEW done_view AS SELECT id AS no, n FROM base;
CREATE FUNCTION do_view() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; NEW.no := coalesce(NEW.no, 7); RETURN NEW; END $$;
CREATE TRIGGER do_view INSTEAD OF INSERT OR UPDATE OR DELETE ON done_view FOR EACH ROW EXECUTE FUNCTION do_view();
CREATE TABLE ruled (id integer PRIMARY KEY);
CREATE RULE keep AS ON DELETE TO ruled WHERE OLD.id > 5 DO INSTEAD NOTHING;
INSERT INTO child VALUES (5, 5);
SQL
define('sets', '{"steps": [
	{"create": "public.sku", "from": "=array[1, 2, 3]", "as": "made", "set": {"code": "=\'c\' || value", "nick": "=\'n\' || value"}},
	{"update": "public.sku", "where": "stock = 0", "set": {"stock": 1}},
	{"update": "public.sku", "id": {"nick": "n2"}, "set": {"stock": 5}},
	{"update": "public.sku", "id": {"nick": "n2"}, "set": {"code": "d2"}},
	{"update": "public.sku", "where": "code = \'c3\'", "set": {"code": "d3"}},
	{"update": "public.sku", "id": "=\'d\' || 3", "set": {"code": "e3"}},
	{"create": "public.sku", "set": {"code": "c1", "nick": "n1"}, "on_conflict": {"columns": ["code"], "set": {"stock": "=this.stock + 1"}}},
	{"create": "public.sku", "from": "=array[1, 4]", "set": {"code": "=\'c\' || value", "nick": "=\'n\' || value"}, "on_conflict": {"columns": ["code"], "do": "update"}},
	{"create": "public.sku", "from": "=array[4, 5]", "set": {"code": "=\'c\' || value", "nick": "=\'n\' || value"}, "on_conflict": {"do": "nothing"}},
	{"create": "public.token", "set": {}},
	{"create": "public.loose", "from": "=array[1, 2]", "set": {"n": "=value"}},
	{"update": "public.loose", "where": "n = 1", "set": {"n": 3}},
	{"create": "public.stamped", "as": "s", "set": {"id": 1}},
	{"update": "s", "set": {"at": 1}},
	{"update": "public.stamped", "id": 201, "set": {"at": 2}},
	{"delete": "public.stamped", "where": "at = 2"},
	{"create": "public.part_of", "from": "=array[1, 2]", "set": {"id": "=value", "region": "a"}},
	{"update": "public.part_of", "id": {"id": 1, "region": "a"}, "set": {"region": "b"}},
	{"create": "public.part_of", "set": {"id": 2, "region": "a"}, "on_conflict": {"columns": ["id", "region"], "set": {"n": 1}}},
	{"delete": "public.part_of", "where": "id > 0"},
	{"update": "public.base", "where": "n = 5", "set": {"n": 6}},
	{"update": "public.sku_view", "where": "stock > 1", "set": {"stock": 9}},
	{"delete": "public.ruled", "where": "id < 9"},
	{"for_each": "=array[1, 4]", "as": "v", "do": [{"update": "public.sku", "where": "nick = \'n\' || v.value", "set": {"*": {"stock": 8}}}]},
	{"delete": "public.sku", "where": "true"}]}');
told('SELECT sets()', $node->safe_psql($database, 'SHOW server_version_num') < 180000 ? 'sets' : 'sets, since old keys are known');
define('view', '{"table": "public.done_view", "key": ["no"], "steps": [
	{"update": "target", "set": {"n": 3}},
	{"create": "public.done_view", "set": {"n": 1}},
	{"delete": "target"}]}');
$node->safe_psql($database, 'INSERT INTO base VALUES (1, 1)');
told('SELECT view(1)', 'a view with triggers');
define('few', '{"steps": [
	{"create": "public.sku", "from": "=array[1, 2, 3]", "set": {"code": "=\'c\' || value", "nick": "=\'n\' || value"}},
	{"update": "public.item", "id": 1, "set": {"name": "few"}},
	{"delete": "public.sku", "where": "true"}]}');
told('SET custom_actions.log_touched_limit = 2; SELECT few(); SET custom_actions.log_touched_limit = 0; SELECT few();', 'no more keys than wanted');

# What telling keys needs, nobody has to have: rights that come and go, in one session
$node->safe_psql($database, <<'SQL');
CREATE ROLE observer_writer; CREATE ROLE observer_reader; CREATE ROLE observer_group;
GRANT observer_group TO observer_writer;
GRANT USAGE ON SCHEMA custom_actions TO observer_writer, observer_reader;
CREATE TABLE secret (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mine text DEFAULT current_user, n integer);
GRANT INSERT ON secret TO observer_writer, observer_reader;
GRANT SELECT ON secret TO observer_reader;
GRANT UPDATE (n), SELECT (n) ON secret TO observer_writer;
SQL
define('hand_in', '{"steps": [{"create": "public.secret", "set": {"n": 1}}, {"update": "public.secret", "where": "n = 1", "set": {"n": 2}}, {"create": "public.secret", "set": {"n": 3}, "as": "x"}]}');
$node->safe_psql($database, 'GRANT EXECUTE ON FUNCTION hand_in TO PUBLIC');
told(<<'SQL', 'keys as far as the user may read them');
SET ROLE observer_writer; SELECT hand_in();
SET ROLE observer_reader; SELECT hand_in();
RESET ROLE; GRANT UPDATE ON secret TO observer_reader;
SET ROLE observer_reader; SELECT hand_in();
RESET ROLE; TRUNCATE secret;
SET ROLE observer_writer; SELECT hand_in();
RESET ROLE; GRANT SELECT (id) ON secret TO observer_writer;
SET ROLE observer_writer; SELECT hand_in();
RESET ROLE; REVOKE SELECT (id) ON secret FROM observer_writer;
SET ROLE observer_writer; SELECT hand_in();
RESET ROLE; GRANT SELECT ON secret TO observer_group;
SET ROLE observer_writer; SELECT hand_in();
RESET ROLE; REVOKE observer_group FROM observer_writer;
SET ROLE observer_writer; SELECT hand_in();
SQL
told(<<'SQL', 'keys and row security');
TRUNCATE secret; ALTER TABLE secret ENABLE ROW LEVEL SECURITY;
CREATE POLICY hand_in ON secret FOR INSERT WITH CHECK (true);
CREATE POLICY change ON secret FOR UPDATE USING (true);
CREATE POLICY look ON secret FOR SELECT USING (n < 3);
SET ROLE observer_reader; SELECT hand_in();
RESET ROLE; SELECT hand_in();
ALTER TABLE secret DISABLE ROW LEVEL SECURITY;
SET ROLE observer_reader; SELECT hand_in();
RESET ROLE; ALTER TABLE secret ENABLE ROW LEVEL SECURITY;
SET ROLE observer_reader; SELECT hand_in();
SQL

# Failures: dealt with, passed on, of loops, canceled
define('fail', '{"input": [{"name": "amount", "type": "integer"}], "steps": [
	{"update": "public.item", "id": 1, "set": {"amount": "=input.amount"}}]}');
define('careful', '{"input": [{"name": "amount", "type": "integer"}], "steps": [
	{"group": "work", "do": [
		{"create": "public.note", "set": {"text": "undone"}},
		{"perform": "public.fail", "with": {"amount": "=input.amount"}}],
	 "on_error_when": "error.sqlstate = \'23514\' AND input.amount < 1000",
	 "on_error": [{"create": "public.note", "set": {"text": "=error.step"}}]}]}');
told('SELECT careful(1); SELECT careful(100); SELECT careful(1000);', 'on_error');
define('turns', '{"steps": [{"for_each": "=array[1, 2]", "as": "n", "do": [
	{"update": "public.item", "id": 1, "set": {"amount": "=50 * n.value"}}]}]}');
told('SELECT turns()', 'a failure in a loop');
define('stop', '{"input": [{"name": "how", "type": "text"}], "steps": [
	{"stop": "succeeded", "when": "input.how = \'succeeded\'"},
	{"stop": "canceled", "message": "changed my mind", "when": "input.how = \'canceled\'"},
	{"stop": "failed", "message": "no good"}]}');
told(q{SELECT stop(how) FROM unnest(ARRAY['succeeded']) AS how; SELECT stop('canceled'); SELECT stop('failed');}, 'stop');
told(q{SELECT whole(17); SELECT invoke_action('public.whole', '{"target": "x"}');}, 'failures before the first step');
$node->safe_psql($database, "CREATE FUNCTION nap() RETURNS void LANGUAGE sql AS 'SELECT pg_sleep(60)'");
define('slow', '{"timeout": "50 ms", "steps": [{"call": "public.nap"}]}');
told(q{SELECT slow()}, 'a time limit');

# What the caller is told of
told(q{SELECT try_invoke_action('public.fail', '{"amount": 100}'); SELECT try_invoke_action('public.nothing'); SELECT try_invoke_action('public.fail', '{"amount": 5}');},
	'try_invoke_action');

# Actions that something else calls: a deferred trigger, a plug-in
define('log', '{"input": [{"name": "text", "type": "text"}], "steps": [{"create": "public.note", "set": {"text": "=input.text"}}]}');
$node->safe_psql($database, <<'SQL');
CREATE FUNCTION note_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM log('deferred'); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER later AFTER UPDATE OF name ON item DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_it();
CREATE FUNCTION calls_back(context jsonb) RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM log('plug-in'); END $$;
SQL
define('watched', '{"table": "public.item", "steps": [{"update": "target", "set": {"name": "=name || \'!\'"}}],
	"plugins": [{"stage": "pre_operation", "function": "public.calls_back"}]}');
told('SELECT watched(3)', 'a plug-in and a deferred trigger that run actions');

# An observer that raises makes the step or the invocation fail, and nothing else
foreach my $event (qw(begun step_begun rows_written step_undone step_ended step_failed succeeded failed answered))
{
	my $status = $node->psql($database, <<"SQL", on_error_stop => 0, stdout => \my $out, stderr => \my $err);
SET client_min_messages = error;
DO \$\$ BEGIN EXECUTE 'SET observer.raise_at = $event'; PERFORM careful(100); EXCEPTION WHEN OTHERS THEN END \$\$;
SET observer.raise_at = '$event';
SELECT careful(100);
SELECT careful(1000);
SELECT try_invoke_action('public.fail', '{"amount": 100}');
RESET observer.raise_at;
SET client_min_messages = notice;
SELECT log('after');
SQL

	like($err, qr/raised at $event/, "an observer raises at $event");
	like($err, qr/NOTICE:  public.log version 1 begun, in nothing\n.*NOTICE:  public.log succeeded\n?\z/s, 'and the next invocation is one like others');
}

# What ends well, is counted, and turns out to have failed: an observer that raises
# after those of the library. (Nothing is logged: the worker for that would load the library once more.)
$node->append_conf('postgresql.conf', "shared_preload_libraries = '$built/src/custom_actions.so'\ncustom_actions.log_level = off\n");
$node->restart;
$node->psql($database, "SET observer.raise_at = 'succeeded'; SELECT log('x')");
$node->safe_psql($database, "SELECT log('x')");
is($node->safe_psql($database, "SELECT calls, failures, rows_written, last_error FROM custom_actions.statistics WHERE action = 'public.log'"),
	'2|1|1|raised at succeeded', 'statistics correct themselves');

log_is_clean($node, 'the log is clean');
done_testing();
