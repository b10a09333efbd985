# The benchmark's table, as text and as a page of doc/.
package Table;

use strict;
use warnings FATAL => 'all';
use utf8;

use Exporter 'import';
use POSIX ();

our @EXPORT = qw(head_line text_line page);

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
	return text_line({ map { $_->[0] => $_->[2] } @columns });
}

# A line as it is printed.
sub text_line
{
	my ($line) = @_;

	return join('  ', map { sprintf "%$_->[1]s", $line->{ $_->[0] } } @columns) =~ s/ +$//r;
}

# The lines as a table in Markdown.
sub markdown
{
	my @lines = @_;
	my $row = sub { return '| ' . join(' | ', @_) . " |\n" };

	return join '', $row->(map { $_->[2] } @columns), $row->(map { $_->[1] < 0 ? '---' : '---:' } @columns), map {
		my $line = $_;
		$row->(map { $line->{ $_->[0] } } @columns)
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
		table => markdown(@lines) =~ s/\n\z//r,
		machine => machine($version),
		date => POSIX::strftime('%Y-%m-%d', gmtime),
		rounds => $size->{rounds});
	my $text = slurp($template);

	$text =~ s/\@(\w+)\@/$filled{$1} \/\/ die "$template: nothing is known of \@$1\@\n"/ge;
	return $text;
}

1;
