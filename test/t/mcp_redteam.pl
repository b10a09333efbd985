# Attempts to have more done by tools than is allowed, test/t/mcp_redteam.json: each has the outcome
# that it says, and changes nothing unless it says that it may.
#
# In a request, {{name}} stands for what cannot be written down: tokens, and what is long or deep. An
# outcome begins with "ok", "isError", "protocol" and a code, "no answer", or "sql" and a SQLSTATE, which
# is what the request, as text, raises when it is made jsonb; then comes how its text begins.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use JSON::PP;
use PostgreSQL::Test::Utils;
use Test::More;

my $attempts = JSON::PP->new->decode(slurp_file('test/t/mcp_redteam.json'));
my $node = new_server('redteam');
my %given;

# What psql says to a command as one of the users.
sub ask
{
	my ($user, $sql) = @_;
	my ($out, $err) = ('', '');

	$node->psql('red', $sql, stdout => \$out, stderr => \$err, extra_params => [ '-U', $user, '-v', 'VERBOSITY=sqlstate' ]);
	return $err =~ /ERROR:\s+(\w{5})/ ? "sql $1" : $err ne '' ? $err : $out;
}

# The token that confirms a call, as it is told to a user, for an actor.
sub token
{
	my ($user, $tool, $arguments, $actor) = @_;

	return ask($user, sprintf(q{SET client_min_messages = error; SET custom_actions.actor = '%s'; SELECT desk.tool('%s', '%s') #>> '{result,_meta,custom-actions/expect}'},
			$actor, $tool, $arguments)) =~ s/^(?:SET\n)+//r;
}

# All that could be changed
sub checksum
{
	return $node->safe_psql('red', <<~'SQL');
		SELECT md5(string_agg(t::text, E'\n' ORDER BY id)) FROM desk.ticket AS t;
		SELECT count(*), md5(string_agg(p::text, '' ORDER BY p.oid)) FROM pg_proc AS p;
		SELECT count(*) FROM pg_class;
		SELECT count(*) FROM custom_actions.action;
		SQL
}

# What became of a request, in the words of the file.
sub outcome
{
	my ($attempt) = @_;
	my $request = $attempt->{request} =~ s/\{\{(\w+)\}\}/$given{$1} \/\/ "{{$1}}"/ger;
	my $said = ask($attempt->{user} // 'red_agent',
		"SET client_min_messages = error;\nSET custom_actions.actor = 'ada';\nSELECT coalesce(mcp_call(\$request\$$request\$request\$::jsonb, 'desk.%', "
		. ($attempt->{generic} ? 'false' : 'true') . ")::text, 'no answer')") =~ s/^(?:SET\n)+//r;

	return ($said, $said) if $said !~ /^\{/;
	my $answer = JSON::PP->new->decode($said);
	return ("protocol $answer->{error}{code} $answer->{error}{message}", $said) if $answer->{error};
	return (($answer->{result}{isError} ? 'isError ' : 'ok ') . $answer->{result}{content}[0]{text}, $said);
}

create_database($node, 'red');
$node->safe_psql('red', <<~'SQL' . slurp_file('test/sql/mcp.sql') =~ s{:agent}{red_agent}gr);
	CREATE ROLE red_agent LOGIN;
	CREATE ROLE red_other LOGIN;
	SET client_min_messages = warning;
	CREATE SCHEMA desk;
	CREATE FUNCTION public.define(name text, definition json) RETURNS integer LANGUAGE sql AS $$
		SELECT create_action(name, definition, true);
		SELECT activate_action(name);
	$$;
	SQL
$node->safe_psql('red', 'GRANT red_agent TO red_other; GRANT ALL ON SCHEMA desk TO red_other');

%given = (
	token => token('red_agent', 'desk.close_ticket', '{"target": 1}', 'ada'),
	of_other => token('red_other', 'desk.close_ticket', '{"target": 1}', 'ada'),
	of_actor => token('red_agent', 'desk.close_ticket', '{"target": 1}', 'eve'),
	of_delete => token('red_agent', 'desk.delete_ticket', '{"target": 1}', 'ada'),
	of_changed => token('red_agent', 'desk.delete_ticket', '{"target": 3}', 'ada'),
	of_rename => token('red_agent', 'desk.rename_ticket', '{"target": 1, "expect": "Printer burns", "title": "Short"}', 'ada'),
	long => 'x' x 1_000_000,
	digits => '9' x 10_000,
	deep => '[' x 200_000 . ']' x 200_000,
	nested => '[' x 500 . ']' x 500);
like($given{$_}, qr/^p1-[0-9a-f-]+$/, "there is a token $_") foreach qw(token of_other of_actor of_delete of_changed of_rename);
$given{cut} = substr($given{token}, 0, -1);
$given{forged} = $given{token} =~ s/(.)$/$1 eq '0' ? '1' : '0'/er;
$given{upper} = uc $given{token};
$node->safe_psql('red', q{UPDATE desk.ticket SET title = title || '!' WHERE id = 3});

cmp_ok(scalar @$attempts, '>=', 50, 'there are many attempts');
my $before = checksum();
foreach my $attempt (@$attempts)
{
	my ($said, $whole) = outcome($attempt);

	note(sprintf '%-60s %s', $attempt->{what}, substr($said =~ s/\n.*//sr, 0, 120));
	is(substr($said, 0, length $attempt->{outcome}), $attempt->{outcome}, $attempt->{what}) or diag($said);
	unlike($whole, qr/\Q$attempt->{hides}\E/, "$attempt->{what}: it is not shown") if $attempt->{hides};
	my $after = checksum();
	if ($attempt->{changes}) { isnt($after, $before, "$attempt->{what}: it is done") }
	else { is($after, $before, "$attempt->{what}: nothing was changed") }
	$before = $after;
}
is($node->safe_psql('red', q{SELECT count(*) FROM desk.ticket WHERE title IN ('silent', 'of others', 'by hand', 'short', 'x', 'another')}), 0, 'no ticket is there that must not be');
is($node->safe_psql('red', q{SELECT count(*) FROM desk.ticket WHERE id <= 3}), 3, 'no ticket is gone');
is($node->safe_psql('red', q{SELECT count(*) FROM custom_actions.invocations WHERE actor IS DISTINCT FROM 'ada'}), 0, 'nobody passed for somebody else');
is($node->safe_psql('red', q{SELECT count(*) FROM custom_actions.invocations WHERE input::text ~ 'swordfish'}), 0, 'no secret is in the record');
$node->stop;
done_testing();
