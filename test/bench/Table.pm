# The benchmark's table, as text and as a page of doc/.
package Table;

use strict;
use warnings FATAL => 'all';
use utf8;

use Exporter 'import';
use POSIX ();

our @EXPORT = qw(head_line text_line page counted_part with_counted);

my @columns = (
	[ case => -55, 'case' ],
	[ against => -36, 'against' ],
	[ ours => 10, 'ours' ],
	[ rival => 10, 'its' ],
	[ ratio => 5, 'ratio' ],
	[ quartiles => 11, 'quartiles' ],
	[ range => 11, 'range' ],
	[ target => 6, 'target' ],
	[ verdict => -6, '' ]);

# The heads of the columns.
sub head_line
{
	my ($counted) = @_;

	return text_line({ map { $_->[0] => $_->[2] } @columns }, $counted);
}

# A line as it is printed; what was counted does not vary.
sub text_line
{
	my ($line, $counted) = @_;

	return join('  ', map { sprintf "%$_->[1]s", $line->{ $_->[0] } } shown($counted)) =~ s/ +$//r;
}

# Those that are shown of lines that were counted, or timed.
sub shown
{
	my ($counted) = @_;

	return grep { !$counted || $_->[0] !~ /^(?:quartiles|range)$/ } @columns;
}

# The lines as a table in Markdown.
sub markdown
{
	my ($counted, @lines) = @_;
	my @shown = shown($counted);
	my $row = sub { return '| ' . join(' | ', @_) . " |\n" };

	return join '', $row->(map { $_->[2] } @shown), $row->(map { $_->[1] < 0 ? '---' : '---:' } @shown), map {
		my $line = $_;
		$row->(map { $line->{ $_->[0] } } @shown)
	} @lines;
}

# The text of a file.
sub slurp
{
	my ($file) = @_;

	open my $in, '<:encoding(UTF-8)', $file or die "$file: $!";
	local $/;
	return scalar(<$in>) // '';
}

# The machine, without its name and without the suffix that names its kernel's build.
sub machine
{
	my ($version) = @_;
	my ($model) = slurp('/proc/cpuinfo') =~ /^model name\s*: (.+)$/m;
	my $cores = () = slurp('/proc/cpuinfo') =~ /^processor\s*:/mg;
	my ($memory) = slurp('/proc/meminfo') =~ /^MemTotal:\s*(\d+)/m;
	my ($system, undef, $release, undef, $architecture) = POSIX::uname();

	return sprintf '%s, %d cores, %.0f GB of memory, %s %s %s; PostgreSQL %s', $model // 'unknown processor', $cores, ($memory // 0) / 1024**2,
	  $system, $release =~ s/^[\d.]+\K.*//sr, $architecture, $version;
}

# The page: the template with the table, the machine and the day filled in.
sub page
{
	my ($template, $version, $size, @lines) = @_;
	my %filled = (
		table => markdown(0, @lines) =~ s/\n\z//r,
		counted => slurp($template =~ s{[^/]*$}{counted.md}r) =~ s/\n\z//r,
		machine => machine($version),
		date => POSIX::strftime('%Y-%m-%d', gmtime),
		rounds => $size->{rounds});
	my $text = slurp($template);

	$text =~ s/\@(\w+)\@/$filled{$1} \/\/ die "$template: nothing is known of \@$1\@\n"/ge;
	return $text;
}

# What the page says of counted instructions; it is kept in counted.md.
sub counted_part
{
	my ($version, @lines) = @_;

	return sprintf "These were counted on %s with PostgreSQL %s.\n\n%s", POSIX::strftime('%Y-%m-%d', gmtime), $version, markdown(1, @lines);
}

# A page with another such part.
sub with_counted
{
	my ($page, $before, $part) = @_;
	my $at = index $page, $before;

	return $at < 0 ? $page : substr($page, 0, $at) . $part . substr($page, $at + length $before);
}

1;
