# The bridge (test/bridge) itself: whatever it is sent, by lines or by HTTP, it answers and
# goes on; each request is a transaction that knows who is behind it.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use HTTP::Tiny;
use IO::Socket::INET;
use IPC::Run;
use JSON::PP;
use Judge;
use Test::More;
use Time::HiRes qw(sleep time);

my $bridge = install_bridge();
my $node = new_server('main');
my $json = JSON::PP->new->canonical->allow_nonref;

create_database($node, 'main');
load_help_desk($node, 'main');
load_desk_verbs($node, 'main');
load_agent_verbs($node, 'main');
# One that only adds, so that nobody is asked to confirm it
$node->safe_psql('main', q{SELECT set_action_value('support.open_case', 'visibility', 'agent'),
	set_action_value('support.open_case', 'description', 'Open a case for a customer, with a subject in a few words'), activate_action('support.open_case')});

my %environment = ($node->_get_env(), PGDATABASE => 'main');

sub request
{
	my ($id, $method, $params) = @_;

	return $json->encode({ jsonrpc => '2.0', id => $id, method => $method, $params ? (params => $params) : () }) . "\n";
}

sub call
{
	my ($id, $name, $arguments, %meta) = @_;

	return request($id, 'tools/call', { name => $name, arguments => $arguments, %meta ? (_meta => \%meta) : () });
}

# What a session of the bridge answers to these lines, by id
sub session
{
	my ($lines, %more) = @_;
	my ($out, $err) = ('', '');

	local %ENV = (%environment, CUSTOM_ACTIONS_ACTOR => 'ada@support.example', %more);
	ok(IPC::Run::run([ 'node', $bridge ], '<', \$lines, '>', \$out, '2>', \$err, IPC::Run::timeout(300)), 'a session ends with its input') or diag($err);
	return map { my $answer = $json->decode($_); ($answer->{id} // 'none') => $answer } split /\n/, $out;
}

sub ask_sql
{
	return $node->safe_psql('main', $_[0]);
}

# MCP
{
	my %answers = session(
		request(1, 'initialize', { protocolVersion => '2025-06-18', clientInfo => { name => 'tester', version => '7' }, capabilities => {} })
		  . qq({"jsonrpc": "2.0", "method": "notifications/initialized"}\n\n)
		  . request('list', 'tools/list')
		  . call('one', 'support.open_case', { customer => 1, subject => "line\x{2028}end" }, traceparent => '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')
		  . call('two', 'support.escalate_case', { target => 40, reason => 'VIP' })
		  . request('three', 'no/such')
		  . request(9007199254740991, 'ping'));

	is($answers{1}{result}{protocolVersion}, '2025-06-18', 'the version is the one that the client asks for');
	is_deeply([ grep { /^support/ } map { $_->{name} } @{ $answers{list}{result}{tools} } ],
		[ map { "support.$_" } qw(close_case count_cases escalate_case open_case wait) ], 'tools are listed');
	like($answers{one}{result}{structuredContent}{case_id}, qr/^\d+$/, 'a tool is called') or diag(explain($answers{one}));
	like($answers{two}{result}{content}[0]{text}, qr/Case 40 is closed/, 'one that is refused says why');
	ok($answers{two}{result}{isError}, 'as an error of the tool');
	is($answers{three}{error}{code}, -32601, 'a method that there is not');
	is_deeply($answers{'9007199254740991'}{result}, {}, 'no number is rounded on the way');
	is(ask_sql(q{SELECT actor, client ->> 'application_name', traceparent FROM custom_actions.invocations WHERE status = 'succeeded'}),
		'ada@support.example|tester 7|00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'the record says who, with what, in which trace');
}
is({ session(request(1, 'initialize', { protocolVersion => '1999-01-01' })) }->{1}{result}{protocolVersion}, '2025-11-25', 'an unknown version is answered with one that there is');
{
	my $same = call(5, 'support.open_case', { customer => 1, subject => 'Once again' });
	my %answers = session($same);
	my %others = session($same);

	isnt($answers{5}{result}{structuredContent}{case_id}, $others{5}{result}{structuredContent}{case_id}, 'ids of two sessions are different requests');
	%answers = session($same . $same);
	is(ask_sql(q{SELECT count(*) FROM support.case WHERE title = 'Once again'}), 3, 'one that is sent again in a session is run once');
}
{
	my $garbage = join "\n", '{', 'null', '[]', '"x"', '[1, 2]', '{}', '{"jsonrpc": "2.0", "id": {}, "method": "ping"}', "\x00\xff", '{"jsonrpc": "2.0", "method": "tools/call"}';
	my %answers = session("$garbage\n" . 'x' x 3_000_000 . "\n"
		  . qq({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": 7}\n{"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"_meta": [1]}}\n)
		  . request('last', 'ping'));

	is_deeply($answers{last}{result}, {}, 'after garbage it goes on');
	like($answers{none}{error}{code}, qr/^-32[67]00$/, 'which is refused');
	ok($answers{$_}{error} || $answers{$_}{result}{isError}, "strange parameters are refused, $_") foreach 2, 3;
}
{
	my $begin = time;
	my %answers = session(call('slow', 'support.wait', { seconds => 250 }) . call('other', 'support.count_cases', { wanted => 'open' })
		  . qq({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "slow"}}\n));

	is_deeply([ keys %answers ], ['other'], 'a request that is given up is not answered');
	cmp_ok(time - $begin, '<', 200, 'and ended');
	%answers = session(join '', map { call($_, 'support.count_cases', { wanted => 'open' }) } 1 .. 300);
	is(scalar(grep { $answers{$_}{result} && !$answers{$_}{result}{isError} } 1 .. 300), 300, 'hundreds of requests at once are answered');
	%answers = session(call(1, 'support.count_cases', { wanted => 'open' }), PGPORT => 1);
	is($answers{1}{error}{code}, -32603, 'no server: a request fails');
}
{
	# A connection that dies, under way and between requests
	my ($in, $out) = ('', '');
	local %ENV = %environment;
	my $run = IPC::Run::start([ 'node', $bridge ], '<', \$in, '>', \$out, IPC::Run::timeout(300));

	$in .= call('dies', 'support.wait', { seconds => 250 });
	$run->pump_nb;
	foreach (1 .. 200)
	{
		$run->pump_nb;
		last if ask_sql(q{SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE 'SELECT mcp_call%' AND pid <> pg_backend_pid()}) > 0;
		sleep 0.1;
	}
	$run->pump until $out =~ /\n/;
	like($out, qr/"dies","error":/, 'a request whose connection dies fails');
	ask_sql(q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'main' AND pid <> pg_backend_pid()});
	sleep 0.5;
	$in .= request('lives', 'ping');
	$run->pump until $out =~ /\n.*\n/s;
	like($out, qr/"lives", "result": \{\}|"result": \{\}/, 'and the next one has another');
	$run->close_stdin if $run->can('close_stdin');
	$run->finish;
}

# HTTP
my ($nothing, $said) = ('', '');
my $server;
{
	local %ENV = %environment;
	$server = IPC::Run::start([ 'node', $bridge, '--http', 0 ], '<', \$nothing, '>', \$said, '2>&1', IPC::Run::timeout(500));
	$server->pump until $said =~ /\n/;
}
my ($base) = $said =~ /(http\S+)/;

# Status, and what the body says; of text, as it is
sub http
{
	my ($method, $path, $body, %headers) = @_;
	my $answer = HTTP::Tiny->new->request($method, "$base$path",
		{ headers => { defined $body ? ('Content-Type' => 'application/json') : (), %headers }, defined $body ? (content => ref $body ? $json->encode($body) : $body) : () });
	my $content = $answer->{content};

	return ($answer->{status}, ($answer->{headers}{'content-type'} // '') =~ /json/ ? $json->decode($content) : $content, $answer->{headers});
}

# What comes back for what HTTP::Tiny does not send
sub raw
{
	my $socket = IO::Socket::INET->new(PeerAddr => $base =~ s{^http://}{}r) or die "$base: $@";

	print $socket $_[0];
	return join '', <$socket>;
}

# The status of a request, and the code that its error has
sub http_error
{
	my ($status, $body) = http(@_);

	return join ' ', $status, (ref $body && $body->{code}) // 'none';
}

{
	my ($status, $body) = http('POST', '/actions/support.escalate_case', { target => 42, reason => 'VIP' }, From => 'ben@support.example', 'User-Agent' => 'shop/1');

	is($status, 200, 'an action runs');
	like($body->{task_id}, qr/^\d+$/, 'and gives its outputs');
	is(ask_sql(q{SELECT actor, client ->> 'application_name' FROM custom_actions.invocations ORDER BY started_at DESC LIMIT 1}), 'ben@support.example|shop/1', 'the record says who');
	is_deeply([ http('GET', '/actions/support.count_cases?wanted=escalated') ]->[1], { cases => 1 }, 'one that reads, by GET');
	is(http_error('GET', '/actions/support.escalate_case?target=42&reason=x'), '405 25006', 'one that writes, not by GET');
	is_deeply([ http('POST', '/actions/support.escalate_case', { target => 40, reason => 'x' }) ]->[1],
		{ code => 'UA002', message => 'Case 40 is closed', details => 'Action "support.escalate_case" version 2, step 1 (require).',
			hint => undef, action => 'support.escalate_case', step => '1' }, 'an error says what, and where');
	is(http_error('POST', '/actions/support.escalate_case', { target => 40, reason => 'x' }), '409 UA002', 'a refusal');
	is(http_error('POST', '/actions/support.escalate_case', { target => 999, reason => 'x' }), '404 P0002', 'no such row');
	is(http_error('POST', '/actions/support.nothing', {}), '404 42883', 'no such action');
	is(http_error('POST', '/actions/support.escalate_case', { target => 42 }), '400 22004', 'a missing input');
	is(http_error('POST', '/actions/support.escalate_case', '{"target": 42'), '400 22P02', 'a body that is no JSON');
	is(http_error('POST', '/actions/support.escalate_case', '[]'), '400 22023', 'one that is no object');
	is(http_error('POST', '/actions/support.escalate_case', 'x', 'Content-Type' => 'text/plain'), '415 none', 'one of another type');
	is(http_error('POST', '/actions/support.escalate_case', ' ' x 2_000_000), '413 none', 'one that is too large');
	is(http_error('GET', '/actions/%zz'), '400 none', 'a URL that is none');
	is(http_error('GET', '/nothing'), '404 none', 'a path that is none');
	like(raw("GET /openapi.json HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n"), qr{^HTTP/1.1 403 }, 'a page of the world that found the port');
	is(http_error('POST', '/actions/support.escalate_case?target=42&reason=x', undef, Origin => 'http://elsewhere.example'), '403 none',
		'a form of such a page');
	like(raw("GET // HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"), qr{^HTTP/1.1 404 }, 'a path of slashes');
	is([ http('GET', '/openapi.json') ]->[1]{openapi}, '3.1.0', 'the document of OpenAPI');

	my %key = ('Idempotency-Key' => 'k1');
	my @answers = map { [ http('POST', '/actions/support.open_case', { customer => 1, subject => 'No dial tone' }, %key) ]->[1]{case_id} } 1 .. 2;
	is($answers[0], $answers[1], 'a key is one request');
}

# OData
{
	is([ http('GET', '/odata/$metadata') ]->[2]{'content-type'}, 'application/xml', 'metadata is XML');
	is([ http('GET', '/odata/$metadata?$format=json') ]->[1]{'$Version'}, '4.0', 'or JSON');
	my ($status, $body, $headers) = http('POST', '/odata/case(42)/support.escalate_case', { reason => 'OData' });
	is("$status $headers->{'odata-version'}", '200 4.0', 'a bound action runs') or diag(explain($body));
	($status, $body) = http('POST', "/odata/case(id=42)/support.close_case");
	is("$status " . ($body // ''), '204 ', 'one without outputs has no content') or diag(explain($body));
	($status, $body) = http('POST', '/odata/open_case', { customer => 1, subject => 'OData' });
	is("$status " . ($body->{channel_used} // ''), '200 mail', 'an unbound one runs') or diag(explain($body));
	is([ http('GET', $_) ]->[1]{cases}, 2, "a function: $_")
	  foreach "/odata/count_cases(wanted='closed')", "/odata/count_cases(wanted=\@w)?\@w='closed'", '/odata/count_cases?wanted=closed';
	($status, $body) = http('POST', '/odata/case(42)/support.close_case');
	is("$status $body->{error}{code}", '409 UA010', 'an error is one of OData') or diag(explain($body));
	is([ http($_->[0], $_->[1]) ]->[0], 404, "nothing at $_->[0] $_->[1]")
	  foreach [ 'GET', '/odata/open_case' ], [ 'POST', '/odata/nothing(1)/support.close_case' ], [ 'GET', '/odata/case(42)' ], [ 'POST', "/odata/case(42)/support.open_case" ];
}
$server->kill_kill;
$node->stop;
done_testing();
