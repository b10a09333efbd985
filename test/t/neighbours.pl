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

my $node = new_server('main', "shared_preload_libraries = '" . join(',', @present) . "'\n" . <<'CONF');
pg_stat_statements.track = all
pg_stat_statements.track_planning = on
CONF

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
like(recorded('UPDATE public.t %'), qr/^UPDATE public\.t AS this SET n = \S+ WHERE \(?\S+\)?$/, 'a statement is recorded as it is');

# A read-only action is run by the planner of the statement that calls it.
$node->safe_psql('main', q{SELECT action('peek', '{"read_only": true, "output": [{"name": "n", "type": "integer", "default": "=g.n"}],
	"steps": [{"get": "t", "as": "g", "where": "n = 0 or 1 = n", "order_by": "id"}]}')});
$node->append_conf('postgresql.conf', 'pg_stat_statements.track = top');
$node->reload;
is($node->safe_psql('main', 'SELECT count(*) FROM t WHERE id > peek()'), '10', 'an action that the planner runs, where only the outer statement is tracked');

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

push @formulas, q{json_object('a': n) is json}, q{json_array(n, 'b' format json returning jsonb)::text}, q{(select json_arrayagg(x.n order by x.n) from t x)::text}
  if $major >= 16;
push @formulas, q{json_value('{"a": 1}' format json, '$.a' returning integer default 3 on empty)}, q{json_exists('{}'::jsonb, '$.a')},
  q{(select j.a from json_table('[1]'::jsonb, '$[*]' columns (a integer path '$' default 5 on error)) j)}
  if $major >= 17;

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

log_is_clean($node, 'nothing is amiss in the log');
done_testing();
