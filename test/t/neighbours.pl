# Other extensions look at what actions run: the statements that they see, count
# and log are whole and say what was done, and nothing that was not.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use IO::Socket::UNIX;
use JSON::PP;
use PostgreSQL::Test::Utils;
use Test::More;

chomp(my $libraries = `$ENV{PG_CONFIG} --pkglibdir`);
my @present = grep { -e "$libraries/$_.so" } qw(pg_stat_statements auto_explain pgaudit);

plan skip_all => 'pg_stat_statements is not installed' unless grep { $_ eq 'pg_stat_statements' } @present;

# The log would ask statements for the keys of their rows: it is off, so that they are as written.
my $node = new_server('main', "shared_preload_libraries = '" . join(',', @present) . "'\n" . <<'CONF');
pg_stat_statements.track = all
pg_stat_statements.track_planning = on
auto_explain.log_min_duration = 0
auto_explain.log_nested_statements = on
auto_explain.log_analyze = on
auto_explain.log_timing = off
custom_actions.log_level = off
CONF
$node->append_conf('postgresql.conf', "pgaudit.log = 'read, write'\npgaudit.log_parameter = on") if grep { $_ eq 'pgaudit' } @present;
$node->restart;

create_database($node, 'main');
$node->safe_psql('main', 'CREATE EXTENSION pg_stat_statements');
$node->safe_psql('main', q{
	SET client_min_messages = warning;
	CREATE TABLE t (id integer PRIMARY KEY, status text, n integer);
	INSERT INTO t SELECT i, 'waiting', 0 FROM generate_series(1, 10) i;
	ANALYZE t;
	CREATE FUNCTION public.action(name text, definition json) RETURNS void LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM create_action('public.' || name, definition);
		PERFORM activate_action('public.' || name);
	END $$;
});

# What pg_stat_statements has of statements like this
sub recorded
{
	my ($pattern) = @_;

	return $node->safe_psql('main', "SELECT query FROM pg_stat_statements WHERE query LIKE '$pattern' ORDER BY query");
}

# Activating analyses the statements, calling plans and runs them.
$node->safe_psql('main', q{SELECT action('bump', '{"table": "t", "binding": "collection", "steps": [
	{"update": "t", "where": "status = ''waiting'' and id in (3, 4, 5)", "set": {"n": "=n + 1"}}]}')});
$node->safe_psql('main', 'SELECT bump()') foreach 1 .. 2;
is(recorded('UPDATE public.t %'), q{UPDATE public.t AS this SET n = formula."n + 1" WHERE (formula."status = 'waiting' and id in (3, 4, 5)") /* public.bump 1 (update public.t) */},
	'a statement is recorded as it is');

# A read-only action is run by the planner of the statement that calls it.
$node->safe_psql('main', q{SELECT action('peek', '{"read_only": true, "output": [{"name": "n", "type": "integer", "default": "=g.n"}],
	"steps": [{"get": "t", "as": "g", "where": "n = 0 or 1 = n", "order_by": "id"}]}')});
$node->append_conf('postgresql.conf', 'pg_stat_statements.track = top');
$node->reload;
is($node->safe_psql('main', 'SELECT count(*) FROM t WHERE id > peek()'), '10', 'an action that the planner runs, where only the outer statement is tracked');
$node->append_conf('postgresql.conf', 'pg_stat_statements.track = all');
$node->reload;

# Where access is audited, foreign keys are looked up by queries that can be seen.
SKIP:
{
	skip('pgaudit is not installed', 1) unless grep { $_ eq 'pgaudit' } @present;
	$node->safe_psql('main', q{
		CREATE TABLE part (t integer REFERENCES t);
		SELECT action('add_part', '{"input": [{"name": "t", "type": "integer"}], "steps": [{"create": "part", "set": {"t": "=input.t"}}]}');
		SELECT add_part(i) FROM generate_series(1, 10) AS i});
	is($node->safe_psql('main', q{SELECT sum(calls) FROM pg_stat_statements WHERE query LIKE 'SELECT _ FROM ONLY "public"."t" x % FOR KEY SHARE OF x' OR query LIKE 'SELECT $_ FROM ONLY "public"."t" x % FOR KEY SHARE OF x'}),
		10, 'foreign keys are looked up where pgaudit sees it');
}

# Sends one message of the protocol.
sub send_message
{
	my ($socket, $type, $body) = @_;

	$socket->print($type, pack('N', 4 + length $body), $body);
	$socket->flush;
	return;
}

# Reads messages up to one that says the server is ready; returns their types.
sub answer
{
	my ($socket) = @_;
	my $types = '';

	while (read($socket, my $head, 5) // 0)
	{
		my ($type, $length) = unpack('aN', $head);

		read($socket, my $body, $length - 4);
		$types .= $type;
		last if $type eq 'Z';
	}
	return $types;
}

# Calls a function as libpq's PQfn does.
sub call_by_protocol
{
	my ($function) = @_;
	my $oid = $node->safe_psql('main', "SELECT '$function()'::regprocedure::oid");
	my $user = $node->safe_psql('main', 'SELECT current_user');
	my $socket = IO::Socket::UNIX->new(Peer => $node->host . '/.s.PGSQL.' . $node->port) or die "no connection: $!";

	send_message($socket, '', pack('N', 196608) . "user\0$user\0database\0main\0\0");
	answer($socket);
	send_message($socket, 'F', pack('Nnnn', $oid, 0, 0, 0));
	return answer($socket);
}

is(call_by_protocol('public.bump'), 'VZ', 'a call by the protocol\'s own message');
is($node->safe_psql('main', 'SELECT max(n) FROM t'), '3', 'it ran');

# Positions of a formula mean nothing in a statement's text. The blanks before
# each make them so large that they show; what PostgreSQL prints of the trees is
# complete.
my @formulas = (
	q{n + 1}, q{-n}, q{case when status = 'a' then 1 when n > 2 then n else 3 end}, q{case status when 'a' then 1 else 2 end},
	q{coalesce(n, id, 4)}, q{greatest(n, 1, 2)}, q{nullif(n, 3)}, q{(array[n, 1, 2])[2]}, q{(array[[1, n], [2, 3]])[1][2]},
	q{length(status collate "C")}, q{length(concat(status, 'b')) + length(concat(variadic array['c']))}, q{make_interval(days => n)::text::interval is null and true},
	q{n in (1, 2, 3)}, q{n not in (4, id)}, q{n = any (array[1, 2])}, q{n between 1 and 2}, q{n is distinct from 3}, q{status is not null}, q{(n > 1) is not true},
	q{not (n = 1 or n = 2 and id = 3)}, q{row(n, id) = row(1, 2)}, q{row(n, id) < row(1, 2)}, q{status ~ 'x' and status like 'y%'},
	q{length(current_user) + extract(year from current_date)}, q{('{"a": 1}'::jsonb -> 'a')::integer}, q{n::text::varchar(3)}, q{n::numeric(5, 2)::text},
	q{cast('5' as integer)}, q{(select count(*) from t x where x.n = this.n and x.id > 5)}, q{exists (select 1 from t x where x.status = 'a' limit 3 offset 1)},
	q{n in (select x.n from t x union all select 5 except select 6)}, q{array_length(array(select x.id from t x order by x.n + 1, x.id desc), 1)},
	q{(select sum(x.n) filter (where x.n > 2) from t x group by grouping sets ((x.status), (x.n, x.id), rollup (x.id, x.n)) having grouping(x.status) = 0 limit 1)},
	q{(select max(r) from (select rank() over (partition by x.status order by x.n + 2 rows between 1 preceding and current row) r from t x) s)},
	q{(with recursive w(a) as (values (1) union all select a + 1 from w where a < 5) search depth first by a set o cycle a set c using p select max(a) from w)},
	q{(select y.a from xmltable('/r' passing ('<r><a>1</a></r>'::xml) columns a integer path 'a' default 3) y)}, q{xmlforest(n as a, status as b) is document}, q{length(xmlelement(name e, xmlattributes(n as k), status)::text)},
	q{(select percentile_disc(0.5) within group (order by x.n) from t x)}, q{(select string_agg(x.status, ',' order by x.n) from t x tablesample bernoulli (50))},
	q{(select count(*) from t x join t y using (id) left join lateral (select 1 one) z on true, generate_series(1, 2) with ordinality g(a, b))},
	q{(select (t).n from t limit 1)}, q{(select x from t x limit 1) = one}, q{this.n + one.n});
my ($major) = $node->pg_version =~ /^(\d+)/;

push @formulas, q{json_object('a': n) is json}, q{json_array(n, '[1]' format json returning jsonb)::text}, q{(select json_arrayagg(x.n order by x.n) from t x)::text}
  if $major >= 16;
push @formulas, q{json_value('{"a": 1}' format json, '$.a' returning integer default 3 on empty)}, q{json_exists('{}'::jsonb, '$.a')},
  q{(select j.a from json_table('[1]'::jsonb, '$[*]' columns (a integer path '$' default 5 on error)) j)}
  if $major >= 17;
@formulas = grep { !/xml/ } @formulas if $node->psql('main', q{SELECT xml '<a/>'}) != 0;

$node->safe_psql('main', 'CREATE TABLE probe (id integer PRIMARY KEY, n integer, status text, said text)');
foreach my $i (0 .. $#formulas)
{
	my $formula = $formulas[$i];
	my $json = JSON::PP->new->allow_nonref->encode('=' . ' ' x 100_000 . "($formula)::text");
	my $definition = qq({"steps": [{"get": "t", "as": "one", "id": 1}, {"create": "probe", "set": {"id": 1, "n": 0}},
		{"update": "probe", "where": "true", "set": {"said": $json}}]});
	my ($result, $out, $err);

	($result, $out, $err) = $node->psql('main', "SELECT action('probe_$i', \$d\$$definition\$d\$);
		SET debug_print_parse = on; SET client_min_messages = log; SELECT probe_$i(); TRUNCATE probe");
	is($result, 0, "$formula: runs") or diag($err =~ s/.*^(?=psql.*ERROR)//smr);
	ok($err =~ /:commandType 2/, '... is printed');
	is_deeply([ $err =~ /:(?:\w*location|list_start|list_end) \d{6}/g ], [], '... and holds no position of another text');
}

# What was logged since then: the texts of statements, each with its parameters
sub logged
{
	my ($start) = @_;
	my $log = slurp_file($node->logfile, $start);
	my %seen;

	while ($log =~ /AUDIT: SESSION,[^\n]*?,("(?:[^"]|"")*\/\* [^"]* \*\/"|[^"\n]*?\/\* [^"\n]* \*\/),(.*)$/mg)
	{
		my ($text, $parameters) = ($1, $2);

		$text =~ s/""/"/g if $text =~ s/^"(.*)"$/$1/s;
		$parameters =~ s/""/"/g if $parameters =~ s/^"(.*)"$/$1/s;
		$parameters = '' if $parameters eq '<none>';
		$seen{"$text <$parameters>"}++;
	}
	while ($log =~ /Query Text: (.*)\n\tQuery Parameters: (.*)/g)
	{
		my ($text, $parameters) = ($1, $2);

		$parameters = join ',', map { s/''/'/gr } $parameters =~ /\$\d+ = (?:'((?:[^']|'')*)'|NULL)/g;
		$seen{"$text <$parameters>"}++;
	}
	return sort keys %seen;
}

# Every statement is given the values it uses, numbered as in its text, and no others.
$node->safe_psql('main', q{
	SET client_min_messages = warning;
	CREATE TABLE product (sku text PRIMARY KEY, stock integer, price integer);
	INSERT INTO product VALUES ('SKU1', 10, 5), ('SKU2', 20, 6);
	CREATE TABLE item (id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, sku text UNIQUE, quantity integer, note text, by_whom text);
	CREATE FUNCTION note(a text, b integer) RETURNS text LANGUAGE sql AS 'SELECT a || b';
	SELECT action('told', '{"input": [{"name": "price", "type": "integer"}, {"name": "pin", "type": "text", "sensitive": true}]}');
	SELECT action('place_order', $d${
		"input": [{"name": "card", "type": "text", "sensitive": true}, {"name": "sku", "type": "text"}, {"name": "quantity", "type": "integer"},
			{"name": "note", "type": "text"}, {"name": "pin", "type": "text", "sensitive": true}],
		"output": [{"name": "price", "type": "integer", "default": "=(select sum(price) from product where sku = input.sku and price > input.quantity)"}],
		"steps": [
			{"require": "input.card is not null and length(input.pin) = 4"},
			{"create": "item", "as": "i", "set": {"note": "{{input.note}} of {{input.sku}}", "quantity": "=input.quantity", "sku": "=input.sku", "by_whom": "me"}},
			{"create": "item", "set": {"sku": "=input.sku", "quantity": 1},
				"on_conflict": {"columns": ["sku"], "do": "update", "set": {"quantity": "=this.quantity + excluded.quantity + input.quantity", "note": "=input.note"}}},
			{"update": "product", "id": "=input.sku", "as": "p", "set": {"stock": "=stock - input.quantity"}},
			{"update": "i", "set": {"note": "=input.sku"}},
			{"update": "i", "set": {"by_whom": "=coalesce(input.note, input.sku)"}},
			{"update": "product", "where": "price < input.quantity and sku <> input.sku", "set": {"price": "=price + 1"}},
			{"get": "product", "as": "g", "where": "sku = input.sku", "order_by": "price + input.quantity"},
			{"for_each": "product", "as": "each", "where": "stock > input.quantity", "order_by": "sku", "do": [
				{"delete": "item", "where": "sku = each.sku and note = input.note"}]},
			{"call": "note(text, integer)", "with": {"a": "=input.note", "b": "=input.quantity + 1"}},
			{"perform": "public.told", "with": {"price": "=(select price from product where sku = input.sku)", "pin": "=input.pin"}}
		]}$d$)});
my $start = -s $node->logfile;
$node->safe_psql('main', q{SELECT place_order('4111111111111111', 'SKU1', 2, 'soon', '9876')});
my @statements = logged($start);
my $parameters_are_logged = grep { $_ eq 'pgaudit' || ($_ eq 'auto_explain' && $major >= 16) } @present;
my @expected = sort split /\n/, <<'TEXT';
DELETE FROM public.item AS this WHERE (formula."sku = each.sku and note = input.note ($1, $2)") /* public.place_order 9.do.1 (delete public.item) */ <SKU1,soon>
DELETE FROM public.item AS this WHERE (formula."sku = each.sku and note = input.note ($1, $2)") /* public.place_order 9.do.1 (delete public.item) */ <SKU2,soon>
INSERT INTO public.item AS this (note, quantity, sku, by_whom) VALUES (template."{{input.note}} of {{input.sku}} ($1, $2)", $3, $2, literal."'me'") RETURNING this.id /* public.place_order 2 (create public.item) */ <soon,SKU1,2>
INSERT INTO public.item AS this (sku, quantity) VALUES ($1, literal."1") ON CONFLICT (sku) DO UPDATE SET quantity = formula."this.quantity + excluded.quantity + input.quantity ($2)", note = $3 /* public.place_order 3 (create public.item) */ <SKU1,2,soon>
SELECT FROM public.product AS this WHERE (formula."sku = input.sku ($1)") ORDER BY formula."price + input.quantity ($2)" LIMIT 1 /* public.place_order 8 (get public.product) */ <SKU1,2>
SELECT formula."(select price from product where sku = input.sku) ($1)" /* public.place_order 11 (perform public.told), formula 11.with.price */ <SKU1>
SELECT formula."(select sum(price) from product where sku = input.s... ($1, $2)" /* public.place_order, formula output.price.default */ <SKU1,2>
SELECT public.note(a => $1, b => formula."input.quantity + 1 ($2)") /* public.place_order 10 (call public.note(pg_catalog.text,integer)) */ <soon,2>
SELECT this.sku FROM public.product AS this WHERE formula."stock > input.quantity ($1)" ORDER BY formula."sku" /* public.place_order 9 (for_each) */ <2>
UPDATE public.item AS this SET note = $1, by_whom = formula."coalesce(input.note, input.sku) ($2, $1)" WHERE this.id OPERATOR(pg_catalog.=) $3 /* public.place_order 5 (update i) */ /* public.place_order 6 (update i) */ <SKU1,soon,1>
UPDATE public.product AS this SET price = formula."price + 1" WHERE (formula."price < input.quantity and sku <> input.sku ($1, $2)") /* public.place_order 7 (update public.product) */ <2,SKU1>
UPDATE public.product AS this SET stock = formula."stock - input.quantity ($1)" WHERE this.sku OPERATOR(pg_catalog.=) $2 /* public.place_order 4 (update public.product) */ <2,SKU1>
TEXT
SKIP:
{
	skip 'nothing here logs the parameters of a statement', 1 unless $parameters_are_logged;
	is_deeply(\@statements, \@expected, 'parameters are those of the text') or diag(join "\n", @statements);
}
is_deeply([ (slurp_file($node->logfile, $start) =~ s/^.*SELECT place_order.*$//mgr) =~ /^.*(?:4111111111111111|9876).*$/mg ], [], 'values that no statement uses are given to none');

# Names and formulas may hold what begins and ends comments, quotes and lines.
$node->safe_psql('main', q{
	SET client_min_messages = warning;
	CREATE SCHEMA "*/ -- /*";
	CREATE TABLE "*/ -- /*"."a""b
$1 */" (id integer PRIMARY KEY, "c*/" text);
	SELECT create_action('"*/ -- /*".odd', $d${"input": [{"name": "x", "type": "text"}], "steps": [
		{"create": "\"*/ -- /*\".\"a\"\"b\n$1 */\"", "set": {"id": 1, "c*/": "=input.x || '*/ \" $1 -- /*' || E'\\n' || 'äöüäöüäöüäöüäöüäöüäöüäöüäöüäöü'"}}]}$d$);
	SELECT activate_action('"*/ -- /*".odd')});
is($node->safe_psql('main', q{SET auto_explain.log_nested_statements = off; SELECT "*/ -- /*".odd('y'); SELECT "c*/" FROM "*/ -- /*"."a""b
$1 */"}), qq(\ny*/ " \$1 -- /*\näöüäöüäöüäöüäöüäöüäöüäöüäöüäöü), 'hostile names and formulas change nothing');
is( recorded('INSERT INTO "*/ -- /*"%'),
	qq(INSERT INTO "*/ -- /*"."a""b\n\$1 */" AS this (id, "c*/") VALUES (literal."1", formula."input.x || '* / "" \$1 -- / *' || E' ' || 'äöüäöüä... (\$1)")) .
	  ' /* "* / -- / *".odd 1 (create "* / -- / *"."a""b $1 * /") */', '... and are shown');

# The documentation shows a statement of the help desk.
create_database($node, 'desk');
load_help_desk($node, 'desk');
$node->safe_psql('desk', q{SELECT invoke_action('support.escalate_case', '{"target": 42, "reason": "VIP"}')});
my $shown = recorded('UPDATE support.%escalate_case%');
ok($shown ne '' && index(slurp_file('doc/neighbours.md'), "\n    $shown\n") >= 0, 'the documentation shows what is recorded') or diag($shown);

# The log of a statement's plan
sub plan_of
{
	my ($call) = @_;
	my $from = -s $node->logfile;

	$node->safe_psql('main', $call);
	return join "\n", slurp_file($node->logfile, $from) =~ /(Query Text: (?:INSERT|UPDATE|DELETE|SELECT formula\.).*\n(?:\t.*\n)*)/g;
}

# A plan is made once and for all for one row of a plain table by its key, and
# there only: a value that the planner does not know it calls $1.
SKIP:
{
	skip 'auto_explain is not installed', 13 unless grep { $_ eq 'auto_explain' } @present;
	$node->safe_psql('main', q{
		SET client_min_messages = warning;
		CREATE TABLE plain (id integer PRIMARY KEY, code text UNIQUE, n integer DEFAULT 0);
		INSERT INTO plain SELECT i, 'c' || i FROM generate_series(1, 2000) i;
		CREATE TABLE split (LIKE plain INCLUDING DEFAULTS, PRIMARY KEY (id)) PARTITION BY RANGE (id);
		CREATE TABLE split_1 PARTITION OF split FOR VALUES FROM (1) TO (1000);
		CREATE TABLE split_2 PARTITION OF split FOR VALUES FROM (1000) TO (3000);
		INSERT INTO split SELECT * FROM plain;
		CREATE TABLE parent (LIKE plain INCLUDING ALL);
		CREATE TABLE child () INHERITS (parent);
		INSERT INTO parent SELECT * FROM plain;
		CREATE TABLE secured (LIKE plain INCLUDING ALL);
		INSERT INTO secured SELECT * FROM plain;
		ALTER TABLE secured ENABLE ROW LEVEL SECURITY;
		CREATE TABLE ruled (LIKE plain INCLUDING ALL);
		INSERT INTO ruled SELECT * FROM plain;
		CREATE RULE note AS ON UPDATE TO ruled DO ALSO NOTIFY ruled;
		ANALYZE plain, split, parent, secured, ruled;
		SELECT action(t || '_by_key', json_build_object('table', t, 'steps', '[{"update": "target", "set": {"n": "=n + 1"}}]'::json)) FROM unnest(array['plain', 'split', 'parent', 'secured', 'ruled']) t;
		SELECT action('plain_by_code', '{"input": [{"name": "code", "type": "text"}], "steps": [{"delete": "plain", "id": {"code": "=input.code"}, "where": "n = 0"}]}');
		SELECT action('plain_subselect', '{"table": "plain", "input": [{"name": "code", "type": "text"}],
			"steps": [{"update": "target", "set": {"n": "=(select count(*) from plain p where p.code = input.code)"}}]}')});
	like(plan_of('SELECT plain_by_key(7)'), qr/Index Cond: \(id = \$1\)/, 'by the key: one plan for all values');
	like(plan_of(q{SELECT plain_by_code('c8')}), qr/Index Cond: \(code = \$1\)/, 'by another unique key, with a condition: the same');
	like(plan_of(q{SET plan_cache_mode = force_custom_plan; SELECT plain_by_key(7)}), qr/Index Cond: \(id = 7\)/, 'unless plan_cache_mode says otherwise');
	like(plan_of(q{SELECT plain_subselect(7, 'c9')}), qr/Index.* Cond: \(code = 'c9'::text\)/, 'a sub-SELECT: values are known');
	like(plan_of('SELECT parent_by_key(7)'), qr/Index Cond: \(id = 7\)/, 'a table with children: values are known');
	like(plan_of('SELECT secured_by_key(7)'), qr/Index Cond: \(id = 7\)/, 'a table with row-level security: values are known');
	like(plan_of('SELECT ruled_by_key(7)'), qr/Index Cond: \(id = 7\)/, 'a table with rules: values are known');
	my $split = plan_of('SELECT split_by_key(7)');
	like($split, qr/Update on split_1.*Index Cond: \(id = 7\)/s, 'a partitioned table: values are known');
	unlike($split, qr/split_2/, 'a partition that the key leaves out is not in the plan');
	$node->safe_psql('main', q{SELECT action('add', '{"input": [{"name": "n", "type": "integer"}], "steps": [{"create": "plain", "set": {"id": "=-input.n"}}]}')});
	like(plan_of(q{SELECT count(*) FROM invoke_action_bulk('add', (SELECT jsonb_agg(jsonb_build_object('n', n)) FROM generate_series(1, 20) AS n))}),
		qr/Insert on plain.*Custom Scan \(custom_actions items\)/s, 'a bulk call: the items are scanned');
	$node->safe_psql('main', 'SET allow_system_table_mods = on; CREATE TABLE pg_catalog.pg_dist_partition ()');
	like(plan_of('SELECT plain_by_key(7)'), qr/Index Cond: \(id = 7\)/, 'where Citus may have spread the table: values are known');
	$node->safe_psql('main', q{SELECT action('counts', '{"read_only": true, "input": [{"name": "n", "type": "integer"}],
		"output": [{"name": "c", "type": "bigint", "default": "=(select count(*) from plain where n < input.n)"}]}')});
	like(plan_of('SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SELECT counts(5)'),
		qr/Gather.*Filter: \(n < 5\)/s, 'a formula may be worked out by several processes');
	like(plan_of(q{SET plan_cache_mode = force_generic_plan; SELECT split_by_key(7)}), qr/Index Cond: \(id = \$1\)/, 'unless plan_cache_mode says otherwise');
}

log_is_clean($node, 'nothing is amiss in the log');
done_testing();
