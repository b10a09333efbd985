# Pictures, as the programs draw them that they are made for: Mermaid in a browser,
# and Graphviz. Both must show the same texts, which are those of the definition:
# for every action that doc/ and the demo show, which have every kind of step, and
# for labels of whatever means something to one of the programs.
#
# Mermaid is one file of a package of npm, of one version (test/npm/install).
# What is not installed here, or cannot be had, is not looked at.
use strict;
use warnings FATAL => 'all';
use utf8;

use CustomActions;
use Encode;
use IPC::Run;
use JSON::PP;
use MIME::Base64;
use PostgreSQL::Test::Utils;
use Test::More;

my $mermaid = 'mermaid@12.3.0';
my $digest = '4113TdXeLAsMruJ79OpFL5O8+LTFXhQqZ260rF3tgUmiNAtRm4Uume04I+65PRN6yZ69J4f8rVYWW8zRk65UYw==';
my $directory = PostgreSQL::Test::Utils::tempdir;
my $seed = $ENV{SEED} // 12;

# A program by one of its names, or undef
sub program
{
	my @names = @_;
	my ($found) = grep { -x } map { my $name = $_; map { "$_/$name" } split(/:/, $ENV{PATH}), '/usr/bin' } @names;

	return $found;
}

# Runs a program; dies if it fails, or after many minutes.
sub run_program
{
	my ($command, %redirect) = @_;
	my ($out, $err) = ('', '');
	my $done = eval { IPC::Run::run($command, '<', \($redirect{input} // ''), '>', \$out, '2>', \$err, IPC::Run::timeout(500)) };

	die "@$command[0, 1]: " . ($@ || $err) if !$done;
	return $out;
}

# The file of Mermaid that browsers load, or undef: where npm or its registry cannot be had.
sub mermaid_script
{
	my $said = qx{test/npm/install $mermaid $digest 2>&1};

	if ($? >> 8 == 77)
	{
		diag($said);
		return;
	}
	die $said if $? != 0;
	return (split /\n/, $said)[-1] . '/mermaid/dist/mermaid.min.js';
}

# The definitions that a page or a script shows
sub shown_definitions
{
	my ($file) = @_;
	my $text = decode('UTF-8', slurp_file($file));
	my @documents;

	push @documents, $2 while $text =~ /\$(\w*)\$(\s*\{.*?)\$\1\$/gs;
	push @documents, $1 =~ s/''/'/gr while $text =~ /create_action\(\s*'[^']*',\s*'(\{(?:[^']|'')*)'/g;
	push @documents, $1 while $text =~ /^```json\n(.*?)^```$/gms;
	@documents = map { eval { JSON::PP->new->decode($_) } // () } @documents;
	return grep { ref eq 'HASH' && ref $_->{steps} eq 'ARRAY' } @documents;
}

# The keys of steps, and of what is below them, among which are their verbs
sub verbs
{
	my ($part) = @_;

	return map { verbs($_) } @$part if ref $part eq 'ARRAY';
	return ref $part eq 'HASH' ? (keys %$part, map { verbs($_) } values %$part) : ();
}

# What means something to Mermaid, Markdown, HTML or Graphviz, and what is hard to draw
my @pieces = (
	'end', 'subgraph', 'graph TD', 'flowchart', 'click', 'style a fill:#f00;', 'classDef b fill:#c0c', 'class', 'direction LR',
	'linkStyle 0', 'node', 'digraph', 'strict', '"', q('), '`', '``x``', '{', '}', '{{ a.b }}', '{{', '}}', '[', ']', '[a](b)', '(', ')', '((x))',
	'<', '>', '<br/>', '<b>bold</b>', '<script>alert(1)</script>', '<!-- no -->', '&', '&amp;', '&lt;', '&#35;', '#', '##', '# head', '#35;', '#quot;', '#',
	'%%', '%%{init: {"theme": "dark"}}%%', '$$x^2$$', '$', '\\', '\\n', '\\l', '\\N', '\\"', '|', '||', '-->', '-.->', '==>', '--', '-', '+', '*', '**a**', '_', '_a_',
	'__b__', 'a_b', '~', '~~~', '~~a~~', '@', '@{ shape: rect }', ':::exit', ':', '::', ';', '/', '[/a/]', '>a]', '1.', '1)', '2. x', '- x', '+ x', '=', '==', '=a+1',
	'fa:fa-car', ':smile:', 'http://example.com/?a=b&c=d', 'ä', 'Größe', '日本語', 'עברית', 'مرحبا', '🙂', '👩‍👩‍👧', 'e' . "\x{301}", "\x{2028}", "\x{a0}", 'x' x 50, 'y' x 200,
	q(O'Brien), "a\nb", "tab\there", '---', 'title: x', '%', '100%', '!', '?', '^', '~a', 'A & B < C > D "E"', 'undefined', 'null', 'default', 'href',
);

# A label of one piece, then of two to four
sub nasty_labels
{
	my @labels = @pieces;

	srand($seed);
	push @labels, join(rand() < 0.5 ? ' ' : '', map { $pieces[ rand @pieces ] } 1 .. 2 + int rand 3) foreach 1 .. 300;
	return @labels;
}

# A definition with labels in every place that has one
sub labeled_definition
{
	my ($a, $b, $c, $d, $e, $f, $g, $h) = @_;

	return {
		action => 'desk.labeled',
		steps => [
			{ let => { a => 1 }, description => $a },
			{ require => 'true', message => $b, description => $c },
			{ choose => $d, cases => [ { when => 'true', description => $e, do => [ { let => { b => $a } } ] } ] },
			{ group => $f, do => [ { stop => 'failed', message => $g, when => 'let.a = 7' } ], on_error => [ { let => { c => 1 }, description => $h } ] },
		],
		plugins => [ { stage => 'pre_operation', function => 'desk.f(jsonb)', description => $h } ] };
}

# What became of some steps, in words that are hard to draw
sub made_up_record
{
	my ($message) = @_;

	return {
		status => 'failed', note => "failed: $message",
		steps => {
			1 => { run => 2, skipped => 1 },
			2 => { run => 1, failed => 1, turn => 3, message => $message },
			3 => { handled => 1, message => $message },
			'3.do.1' => { undone => 4 }, '4' => { handled => 2, run => 1 }, '4.do.1' => { unfinished => 1 } } };
}

# What is told of a text: without blanks, which break lines, and what nobody sees
sub plain
{
	my ($text) = @_;

	return $text =~ s/[\s\x{a0}\x{2028}\p{Cc}\x{200b}]+//gr;
}

# The texts of a picture as Graphviz draws it: by id those of nodes; of edges and frames, sorted
sub drawn_by_dot
{
	my ($svg) = @_;
	my %texts = (nodes => {}, edges => [], frames => []);

	while ($svg =~ m{<g id="[^"]*" class="(node|edge|cluster)">\s*<title>([^<]*)</title>(.*?)</g>}gs)
	{
		my ($class, $id, $body) = ($1, $2, $3);
		my $text = plain(join '', map { s/&#(\d+);/chr $1/ger =~ s/&lt;/</gr =~ s/&gt;/>/gr =~ s/&quot;/"/gr =~ s/&amp;/&/gr } $body =~ m{<text[^>]*>([^<]*)</text>}g);

		$texts{nodes}{$id} = $text if $class eq 'node';
		push @{ $texts{edges} }, $text if $class eq 'edge' && $text ne '';
		push @{ $texts{frames} }, $text if $class eq 'cluster';
	}
	$texts{$_} = [ sort @{ $texts{$_} } ] foreach qw(edges frames);
	return \%texts;
}

# The same of each picture, as Mermaid draws it, or its error
sub drawn_by_mermaid
{
	my ($chromium, $script, @sources) = @_;
	my $sources = JSON::PP->new->ascii->encode(\@sources) =~ s/</\\u003c/gr;
	my $page = "$directory/page.html";

	unlink $page;
	append_to_file($page, <<~"HTML");
		<html><head><meta charset="utf-8"></head><body><div id="picture"></div><script src="file://$script"></script><script>
		const result = document.createElement('pre');
		const labels = (selector) => [...document.querySelectorAll(selector)].map((e) => e.textContent);
		async function draw(source, number) {
			try {
				const picture = await mermaid.render('picture' + number, source);
				document.getElementById('picture').innerHTML = picture.svg;
			} catch (error) {
				return { error: String(error) };
			}
			const nodes = {};
			for (const node of document.querySelectorAll('g.node'))
				nodes[node.id.replace(/^.*flowchart-/, '').replace(/-\\d+\$/, '')] = (node.querySelector('.label') || node).textContent;
			return { nodes, edges: labels('g.edgeLabel .label'), frames: labels('.cluster-label') };
		}
		async function drawAll(sources) {
			const drawn = [];
			for (const source of sources)
				drawn.push(await draw(source, drawn.length));
			result.id = 'result';
			result.textContent = btoa(unescape(encodeURIComponent(JSON.stringify(drawn))));
			document.body.replaceChildren(result);
		}
		mermaid.initialize({ startOnLoad: false });
		drawAll($sources);
		</script></body></html>
		HTML
	local $ENV{HOME} = $directory;
	my $dom = run_program(
		[
			$chromium, qw(--headless --no-sandbox --disable-gpu --disable-dev-shm-usage --disable-quic --no-first-run),
			qw(--disable-background-networking --disable-component-update --disable-sync --virtual-time-budget=3600000 --dump-dom),
			"--user-data-dir=$directory/browser", "file://$page" ]);
	my ($result) = $dom =~ m{<pre id="result">([^<]*)</pre>};

	die "the browser has no result: " . substr($dom, -2000) if !defined $result;
	return map {
		my $drawn = $_;

		defined $drawn->{error}
		  ? $drawn
		  : {
			nodes => { map { $_ => plain($drawn->{nodes}{$_}) } keys %{ $drawn->{nodes} } },
			edges => [ sort grep { $_ ne '' } map { plain($_) } @{ $drawn->{edges} } ],
			frames => [ sort map { plain($_) } @{ $drawn->{frames} } ] }
	} @{ JSON::PP->new->utf8->decode(decode_base64($result)) };
}

my $dot = program('dot');
my $chromium = program('chromium', 'chromium-browser', 'google-chrome');

diag("SEED=$seed");
diag('graphviz is not installed') if !defined $dot;
diag('chromium is not installed') if !defined $chromium;

my $script = defined $chromium ? mermaid_script() : undef;

plan skip_all => 'no program that draws is installed' if !defined $dot && !defined $script;

my $node = new_server('main');

create_database($node, 'main');

# All that is drawn: name, definition, record of an invocation or undef
my @drawn;

foreach my $file (sort glob('doc/*.md README.md test/demo/*.sql'))
{
	my $number = 0;

	push @drawn, [ "$file " . ++$number, $_, undef ] foreach shown_definitions($file);
}
cmp_ok(scalar(@drawn), '>', 50, 'many definitions are found in doc/');
{
	my %verbs = map { $_ => 1 } map { verbs($_->[1]{steps}) } @drawn;

	ok($verbs{$_}, "\"$_\" is among them") foreach split /\n/, $node->safe_psql('main', 'SELECT kind FROM custom_actions.step_kinds()');
}
my @labels = nasty_labels();

foreach my $n (0 .. int($#labels / 8))
{
	my @eight = map { $labels[ (8 * $n + $_) % @labels ] } 0 .. 7;

	push @drawn, [ "labels $n", labeled_definition(@eight), $n % 3 == 0 ? made_up_record($eight[0]) : undef ];
}

# Draw them in both formats.
my $file = "$directory/definitions.json";
append_to_file($file, JSON::PP->new->canonical->ascii->encode([ map { { definition => $_->[1], record => $_->[2] } } @drawn ]));
my $answer = $node->safe_psql('main', <<~"SQL");
	SELECT json_agg(json_build_array(custom_actions.draw_definition(d.d -> 'definition', 'mermaid', nullif(d.d ->> 'record', '')::json),
		custom_actions.draw_definition(d.d -> 'definition', 'dot', nullif(d.d ->> 'record', '')::json)) ORDER BY d.n)
	FROM json_array_elements(pg_read_file('$file')::json) WITH ORDINALITY AS d (d, n)
	SQL
my @pictures = @{ JSON::PP->new->utf8->decode($answer) };

is(scalar(@pictures), scalar(@drawn), 'all are drawn');

my (@by_dot, @by_mermaid);

SKIP:
{
	skip 'graphviz is not installed', 1 if !defined $dot;
	my $svg = decode('UTF-8', run_program([ $dot, '-Tsvg' ], input => encode('UTF-8', join '', map { $_->[1] } @pictures)));

	@by_dot = map { drawn_by_dot($_) } grep { /<svg/ } split m{(?<=</svg>)}, $svg;
	is(scalar(@by_dot), scalar(@drawn), 'Graphviz draws all');
}

SKIP:
{
	skip 'Mermaid cannot be had', 1 if !defined $script;
	@by_mermaid = drawn_by_mermaid($chromium, $script, map { $_->[0] } @pictures);
	is(scalar(@by_mermaid), scalar(@drawn), 'Mermaid draws all');
}

# States, of which a picture is drawn in Mermaid's words for such
my @states = grep { $_ ne '' && !/^=|\{\{/ } @labels[ 0 .. 59 ];

append_to_file("$directory/states.json", JSON::PP->new->ascii->encode({
	table => 'desk.state', steps => [
		{ set_status => 'target', from => \@states, to => $states[0] },
		{ set_status => 'target', from => $states[1], to => '=previous || \'"; -- {}:\'' },
		{ create => 'desk.state', set => { id => 2, status => $states[2] } } ] }));
my $states = $node->safe_psql('main', <<~"SQL");
	CREATE SCHEMA desk;
	CREATE TABLE desk.state (id integer PRIMARY KEY, status text DEFAULT 'new <one>', previous text);
	INSERT INTO custom_actions.table_setting (table_name, status_column) VALUES ('desk.state', 'status');
	SELECT FROM create_action('desk.move', pg_read_file('$directory/states.json')::json), activate_action('desk.move');
	SELECT state_diagram('desk.state');
	SQL
like($states, qr/stateDiagram/, 'states are drawn');

SKIP:
{
	skip 'Mermaid cannot be had', 2 if !defined $script;
	my ($picture) = drawn_by_mermaid($chromium, $script, $states);
	my %shown = map { $_ => 1 } values %{ $picture->{nodes} };

	is($picture->{error}, undef, 'Mermaid reads states');
	is_deeply([ grep { length($_) < 30 && !$shown{ plain($_) } } @states ], [], 'and shows all of them') or diag(explain($picture->{nodes}), $states);
}

# What they show
foreach my $n (0 .. $#drawn)
{
	my ($name, $definition) = @{ $drawn[$n] };

	is($by_mermaid[$n]{error}, undef, "$name: Mermaid reads it") if @by_mermaid;
	is_deeply($by_mermaid[$n], $by_dot[$n], "$name: Mermaid and Graphviz show the same") if @by_mermaid && @by_dot;
	next if $name !~ /^labels/;
	foreach my $shown (grep { defined } $by_dot[$n], $by_mermaid[$n])
	{
		my $label = $definition->{steps}[0]{description};

		next if length $label > 30 || plain($label) eq '';
		like($shown->{nodes}{s1} // '', qr/^1:\Q@{[ plain($label) ]}\E/, "$name: shows its text");
	}
}

$node->stop;
done_testing();
