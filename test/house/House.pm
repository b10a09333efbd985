# The order of the house: what is known about the sources as a whole, by reading
# them and the objects made of them. test/t/house.pl tests it, test/house/graph
# prints it.
package House;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use File::Find;
use File::Spec;

our @EXPORT_OK = qw(%may_include %by_name @shadowing %circle_allowed read_tree parse_file
  misplaced_includes misplaced_declarations twice_static unfinished_row_types shadowing_folders typedefs
  build_objects read_objects between_files upward_calls circles wrong_circles);

# The folders of src/, and what each may include beside itself and PostgreSQL. Files
# at the top of src/ know everybody; custom_actions.h, which is installed, is known
# to all.
our %may_include = (
	base => [],
	lookup => [qw(base)],
	definition => [qw(base lookup)],
	web => [qw(base lookup definition)],
	document => [qw(base lookup definition)],
	program => [qw(base lookup definition)],
	compile => [qw(base lookup definition program)],
	run => [qw(base lookup definition program)],
	record => [qw(base lookup definition program run)],
	steps => [qw(base lookup definition document program compile run)],
	plugins => [qw(base lookup definition program compile run steps)],
	engine => [qw(base lookup definition program compile run steps plugins)],
	bulk => [qw(base lookup definition program run steps engine)],
	preview => [qw(base lookup definition program compile run steps plugins engine)],
	available => [qw(base lookup definition program compile run steps plugins engine)],
	explain => [qw(base lookup definition document program run steps engine preview)],
	publish => [qw(base lookup definition program compile run steps plugins engine)],
	protect => [qw(base lookup definition program compile run steps plugins engine publish)],
	ddl => [qw(base lookup definition program compile run steps plugins engine publish protect)],
);

# The kinds of step are not declared by what defines them: "update_kind" is by the word
# "update" in this list.
our ($kinds_list, $kind_name) = ('steps/steps.h', qr/^(\w+)_kind$/);

# What the postmaster calls by name
our %by_name = map { ($_ => 1) } qw(custom_action_log_writer custom_action_log_starter);

# The one circle of files that call each other: lists of steps hold steps that hold
# lists of steps.
our %circle_allowed = map { ("steps/$_.c" => 1) } qw(step_list on_error);

# Folders of PostgreSQL's headers, which one of ours by that name would hide
our @shadowing = qw(access archive backup bootstrap catalog commands common datatype executor
  fe_utils foreign jit lib libpq mb nodes optimizer parser partitioning pch port portability
  postmaster regex replication rewrite snowball statistics storage tcop tsearch utils);

# Blanks comments and strings, so that what remains is code; lines stay lines.
# The second result has the lines that hold a comment.
sub strip
{
	my ($text) = @_;
	my ($code, %commented) = ('');

	while ($text =~ m{\G(?:(/\*.*?\*/|//[^\n]*)|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(.[^/"']*))}gcs)
	{
		my ($comment, $string, $other) = ($1, $2, $3);

		if (defined $comment)
		{
			my $first = 1 + $code =~ tr/\n//;

			$commented{$_} = 1 foreach $first .. $first + $comment =~ tr/\n//;
			$code .= $comment =~ s/[^\n]/ /gr;
		}
		elsif (defined $string)
		{
			$code .= substr($string, 0, 1) . (substr($string, 1, -1) =~ s/[^\n]/ /gr) . substr($string, -1);
		}
		else
		{
			$code .= $other;
		}
	}
	return ($code, \%commented);
}

# Cuts code into what stands at file level: {text, line, last}, and the body of a
# function apart from its text.
sub items
{
	my ($code) = @_;
	my ($line, $depth, $in_body, $item, @items) = (1, 0, 0);

	foreach my $token ($code =~ /[{}();]|\n|[^{}();\n]+/g)
	{
		$line++ if $token eq "\n";
		$item //= { text => '', line => $line } if $token =~ /\S/;
		next if !defined $item;
		if ($depth == 0 && $token eq '{' && $item->{text} =~ /\)\s*$/ && $item->{text} !~ /=/)
		{
			$in_body = 1;
			$item->{body} = '';
		}
		$depth++ if $token =~ /^[{(]$/;
		$depth-- if $token =~ /^[})]$/;
		$item->{ $in_body ? 'body' : 'text' } .= $token;
		next unless $depth == 0 && $token eq ($in_body ? '}' : ';');
		$item->{last} = $line;
		push @items, $item;
		($item, $in_body) = (undef, 0);
	}
	return @items;
}

# The names that a list of declarators gives: "int a = {1, 2}, *b[3], c;" gives a, b, c.
sub declared_names
{
	my ($text) = @_;

	$text =~ s/;\s*$//;
	# Pointers to functions
	$text =~ s/\(\s*\*\s*(?:const\s+)?(\w+)(?:\[\w*\])*\s*\)\s*\([^()]*\)/$1/g;
	1 while $text =~ s/\{[^{}]*\}|\([^()]*\)|\[[^\[\]]*\]//g;
	return map { /(\w+)\s*(?:=.*)?$/s ? $1 : () } split /,/, $text;
}

# Is this the declaration of variables that never change?
sub is_const
{
	my ($text) = @_;
	my ($declarator) = $text =~ /^([^={]*(?:\{[^{}]*\}[^={]*)?)/;

	$declarator =~ s/\{.*\}//s;
	$declarator =~ s/(\(\s*\*[^()]*\))\s*\([^()]*\)/$1/;
	return $declarator =~ /\*/ ? $declarator =~ /\*\s*const\b[^*]*$/ ? 1 : 0 : $declarator =~ /\bconst\b/ ? 1 : 0;
}

# Enters what stands at file level.
sub enter_item
{
	my ($file, $item) = @_;
	my $text = $item->{text};
	my $static = $text =~ /\bstatic\b/ ? 1 : 0;

	if (defined $item->{body})
	{
		my ($before, $name) = $text =~ /^(.*?)\b(\w+)\s*\(/s or return;
		my $line = $item->{line} + ($before =~ tr/\n//);

		$file->{functions}{$name} = { static => $static, line => $line, length => $item->{last} - $line + 1 };
		while ($item->{body} =~ /^\s+static\s([^;=]*)/mg)
		{
			my $inner = $1;
			$file->{state}{$_} = 1 foreach is_const($inner) ? () : declared_names($inner);
		}
	}
	elsif ($text =~ /^\s*typedef\b/)
	{
		# A pointer to functions has its name in the first parentheses
		my ($name) = $text =~ /^[^{]*?\(\s*\*\s*(\w+)\s*\)\s*\(/s ? $1 : declared_names($text);

		$file->{types}{$name} = 1;
	}
	elsif ($text =~ /^\s*(?:\w+\s*\(|PG_\w+|(?:struct|union|enum)\b\s*\w*\s*(?:\{.*\}\s*)?;\s*$)/s)
	{
		return;
	}
	elsif ($text =~ /^[^={(]*\w[\s*]+(\w+)\s*\(/s && $text !~ /^[^={(]*\(\s*\*/s)
	{
		$file->{declared}{$1} = 1 if !$static;
	}
	elsif ($text =~ /\bextern\b/)
	{
		$file->{declared}{$_} = 1 foreach declared_names($text);
	}
	else
	{
		$file->{variables}{$_} = { static => $static } foreach declared_names($text);
		$file->{state}{$_} = 1 foreach is_const($text) ? () : declared_names($text);
	}
	return;
}

# Reads the text of a file.
sub parse_file
{
	my ($name, $text) = @_;
	my ($code, $commented) = strip($text);
	my %file = (name => $name, functions => {}, variables => {}, state => {}, declared => {}, words => {}, types => {});

	$file{lines} = $text =~ tr/\n//;
	$file{blank} = () = $text =~ /^[ \t]*$/mg;
	$file{comments} = scalar keys %$commented;
	$file{includes} = [ $text =~ /^[ \t]*#[ \t]*include[ \t]*"([^"]+)"/mg ];
	$file{words}{$_}++ foreach $code =~ /\b[A-Za-z_]\w*/g;
	$file{sql} = { map { ($_ => 1) } $code =~ /^PG_FUNCTION_INFO_V1\((\w+)\)/mg };

	# Without the preprocessor's lines, and without rows that a macro makes something of
	$code =~ s{^[ \t]*#(?:[^\n]*\\\n)*[^\n]*}{$& =~ s/[^\n]//gr}meg;
	$code =~ s/^[A-Z][A-Z0-9_]*\([A-Z0-9_]*\)[ \t]*$//mg;
	enter_item(\%file, $_) foreach items($code);
	return \%file;
}

# Reads the sources below a directory, as {name => file}.
sub read_tree
{
	my ($root) = @_;
	my (%files, @paths);

	find({ no_chdir => 1, wanted => sub { push @paths, $_ if /\.[ch]$/ } }, $root);
	foreach my $path (@paths)
	{
		my $name = File::Spec->abs2rel($path, $root);

		open my $in, '<', $path or die "$path: $!";
		$files{$name} = parse_file($name, do { local $/ = undef; <$in> });
		close $in;
	}
	return \%files;
}

# The folder of a file, empty at the top
sub folder
{
	my ($name) = @_;

	return $name =~ m{^([^/]+)/} ? $1 : '';
}

# May a file know another?
sub may_know
{
	my ($name, $other) = @_;
	my ($from, $to) = (folder($name), folder($other));

	return $from eq '' || $from eq $to || scalar grep { $_ eq $to } @{ $may_include{$from} // [] };
}

# Includes that point up or sideways, have no folder, or lead nowhere.
sub misplaced_includes
{
	my ($files) = @_;
	my (%home, @found);

	$home{ s{.*/}{}r } = $_ foreach grep { m{/.*\.h$} } keys %$files;
	foreach my $name (sort keys %$files)
	{
		my $folder = folder($name);

		if ($folder ne '' && !exists $may_include{$folder})
		{
			push @found, "$name: its folder has no place in the order";
			next;
		}
		foreach my $header (@{ $files->{$name}{includes} })
		{
			my $other = folder($header);

			if ($other eq '')
			{
				push @found, "$name includes $header without its folder, $home{$header}" if exists $home{$header};
			}
			elsif (exists $may_include{$other})
			{
				push @found, "$name includes $header, which does not exist" if !exists $files->{$header};
				push @found, "$name includes $header, which is not below it" if !may_know($name, $header);
			}
		}
	}
	return @found;
}

# Does a file mention what another one defines, other than by declaring it?
sub uses
{
	my ($file, $symbol) = @_;
	my $own = $file->{functions}{$symbol} // $file->{variables}{$symbol};

	return !$own && ($file->{words}{$symbol} // 0) > ($file->{declared}{$symbol} // 0);
}

# Is this a kind of step that is in the list?
sub is_listed_kind
{
	my ($files, $symbol) = @_;

	return $symbol =~ $kind_name && exists $files->{$kinds_list} && $files->{$kinds_list}{words}{$1};
}

# What a .c defines for others and the header of its name does not declare, or
# somebody else does; what it defines for others and nobody else uses; what a header
# declares and the .c of its name does not define.
sub misplaced_declarations
{
	my ($files) = @_;
	my (%declarers, %definer, @found);

	foreach my $name (sort keys %$files)
	{
		my $file = $files->{$name};

		push @{ $declarers{$_} }, $name foreach sort keys %{ $file->{declared} };
		next unless $name =~ /\.c$/;
		$definer{$_} = $name foreach grep { !$file->{functions}{$_}{static} } keys %{ $file->{functions} };
		$definer{$_} = $name foreach grep { !$file->{variables}{$_}{static} } keys %{ $file->{variables} };
	}
	foreach my $symbol (sort { $definer{$a} cmp $definer{$b} || $a cmp $b } keys %definer)
	{
		my $name = $definer{$symbol};
		my $header = $name =~ s/\.c$/.h/r;
		my @users = grep { $_ ne $name && uses($files->{$_}, $symbol) } sort keys %$files;
		my @others = grep { $_ ne $header && $_ ne $name } @{ $declarers{$symbol} // [] };

		next if $symbol eq '_PG_init' || is_listed_kind($files, $symbol);
		push @found, "$name defines $symbol, which $_ declares and not $header" foreach @others;
		if (@users)
		{
			push @found, "$name defines $symbol, which $users[0] uses and $header does not declare"
			  if !@others && !(exists $files->{$header} && exists $files->{$header}{declared}{$symbol});
		}
		elsif (!$files->{$name}{sql}{$symbol} && !$by_name{$symbol})
		{
			push @found, "$name defines $symbol for others, and nobody uses it";
		}
	}
	foreach my $symbol (sort keys %declarers)
	{
		push @found, "$declarers{$symbol}[0] declares $symbol, which nothing defines"
		  if !exists $definer{$symbol} && $declarers{$symbol}[0] ne 'custom_actions.h';
	}
	return @found;
}

# Names of static functions and variables that several files have.
sub twice_static
{
	my ($files) = @_;
	my %homes;

	foreach my $name (sort keys %$files)
	{
		my $file = $files->{$name};

		push @{ $homes{$_} }, $name foreach grep { $file->{functions}{$_}{static} } keys %{ $file->{functions} };
		push @{ $homes{$_} }, $name foreach grep { $file->{variables}{$_}{static} } keys %{ $file->{variables} };
	}
	return map { "$_ is static in " . join(' and ', @{ $homes{$_} }) } grep { @{ $homes{$_} } > 1 } sort keys %homes;
}

# Files that make row types and do not say of each that it is complete, which matters
# on PostgreSQL 19 alone: rows that are read by such a type crash the server there.
sub unfinished_row_types
{
	my ($files) = @_;

	return grep {
		my $words = $files->{$_}{words};

		($words->{CreateTemplateTupleDesc} // 0) > ($words->{TupleDescFinalize} // 0)
	} sort keys %$files;
}

# Folders of ours that hide one of PostgreSQL's headers; more of these may be given.
sub shadowing_folders
{
	my ($files, @more) = @_;
	my %theirs = map { ($_ => 1) } @shadowing, @more;

	return grep { $theirs{$_} } sort keys %{ { map { (folder($_) => 1) } keys %$files } };
}

# Compiles the sources for read_objects() in a directory elsewhere.
sub build_objects
{
	my ($source, $directory) = @_;
	my @settings = ('COPT=-O0 -g0 -w -ffunction-sections -fdata-sections', map { defined $ENV{$_} && $ENV{$_} ne '' ? "$_=$ENV{$_}" : () } qw(PG_CONFIG CC));

	delete local @ENV{qw(MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES)};
	system('make', '-s', '-j2', '-C', $directory, '-f', "$source/Makefile", @settings, 'all') == 0 or die "the sources do not compile\n";
	return;
}

# Types of PostgreSQL by names that are variables or fields here
my %no_type = map { ($_ => 1) } qw(iterator numeric other reference string symbol text type);

# The names that pgindent is to take for types: those that the files define, and those
# of a list that they use.
sub typedefs
{
	my ($files, @theirs) = @_;
	my %ours = map { %{ $_->{types} } } values %$files;
	my %words = map { %{ $_->{words} } } values %$files;

	return sort keys %{ { %ours, map { ($_ => 1) } grep { $words{$_} && !$no_type{$_} } @theirs } };
}

# Which symbols refer to which, by the relocations of objects that were compiled with
# a section for every function and every variable: {"file name" => {"file name" => 1}}.
# A table of functions refers to them, and who uses the table refers to the table;
# what is registered at run time, as the kinds of step are, is no reference.
sub read_objects
{
	my ($root) = @_;
	my (@objects, %global, %refers);

	find({ no_chdir => 1, wanted => sub { push @objects, $_ if /\.o$/ } }, $root);
	@objects = map { read_object($root, $_) } sort @objects;
	foreach my $object (@objects)
	{
		$global{$_} = $object->{file} foreach @{ $object->{global} };
	}
	foreach my $object (@objects)
	{
		foreach my $reference (@{ $object->{references} })
		{
			my ($from, $to) = @$reference;
			my $home = $object->{defined}{$to} ? $object->{file} : $global{$to};

			$refers{"$object->{file} $from"}{"$home $to"} = 1 if defined $home;
		}
	}
	return (\%refers, \%global);
}

# The symbols of one object, and what they refer to
sub read_object
{
	my ($root, $path) = @_;
	my %object = (file => File::Spec->abs2rel($path, $root) =~ s/\.o$/.c/r, defined => {}, global => [], references => []);
	my (%section, %holder, $from);

	foreach my $line (lines_of('readelf', '-SW', $path))
	{
		$section{$1} = $2 if $line =~ /^\s*\[\s*(\d+)\]\s+(\S+)/;
	}
	foreach my $line (lines_of('readelf', '-sW', $path))
	{
		my (undef, undef, undef, $type, $binding, undef, $index, $name) = split ' ', $line;

		next unless defined $name && $type =~ /^(?:FUNC|OBJECT)$/ && $index =~ /^\d+$/;
		$object{defined}{$name} = 1;
		$holder{ $section{$index} } = $name;
		push @{ $object{global} }, $name if $binding eq 'GLOBAL';
	}
	foreach my $line (lines_of('readelf', '-rW', $path))
	{
		$from = $holder{$1} if $line =~ /^Relocation section '\.rela?(\S+)'/;
		next unless defined $from && $line =~ /^[0-9a-f]+\s+[0-9a-f]+\s+R_\w+\s+[0-9a-f]+\s+(\S+)/;
		my $to = $holder{$1} // $1;

		push @{ $object{references} }, [ $from, $to ] if $to ne $from;
	}
	return \%object;
}

# What a program prints, as lines
sub lines_of
{
	my @command = @_;

	open my $pipe, '-|', @command or die "$command[0]: $!";
	my @lines = <$pipe>;
	close $pipe or die "$command[0] failed";
	return @lines;
}

# References between files, from those between symbols
sub between_files
{
	my ($refers) = @_;
	my %between;

	foreach my $from (keys %$refers)
	{
		my ($file) = split / /, $from;

		foreach my $to (keys %{ $refers->{$from} })
		{
			my ($other) = split / /, $to;

			push @{ $between{$file}{$other} }, "$from -> $to" if $file ne $other;
		}
	}
	return \%between;
}

# References to what is not below, whoever declares it
sub upward_calls
{
	my ($between) = @_;
	my @found;

	foreach my $file (sort keys %$between)
	{
		push @found, map { sort @{ $between->{$file}{$_} } } grep { !may_know($file, $_) } sort keys %{ $between->{$file} };
	}
	return @found;
}

# The circles of a graph, largest first: its strongly connected components of more than
# one node, each sorted, found as Tarjan does.
sub circles
{
	my ($graph) = @_;
	my ($serial, %index, %low, %on_stack, @stack, @found) = (0);
	my $visit;

	no warnings 'recursion';
	$visit = sub {
		my ($node) = @_;
		my @circle;

		$index{$node} = $low{$node} = $serial++;
		push @stack, $node;
		$on_stack{$node} = 1;
		foreach my $next (sort keys %{ $graph->{$node} // {} })
		{
			my $reached;

			if (!exists $index{$next})
			{
				$visit->($next);
				$reached = $low{$next};
			}
			$reached = $index{$next} if !defined $reached && $on_stack{$next};
			$low{$node} = $reached if defined $reached && $reached < $low{$node};
		}
		return if $low{$node} != $index{$node};
		do
		{
			push @circle, pop @stack;
			delete $on_stack{ $circle[-1] };
		} while ($circle[-1] ne $node);
		push @found, [ sort @circle ] if @circle > 1;
	};
	exists $index{$_} or $visit->($_) foreach sort keys %$graph;
	return sort { @$b <=> @$a || $a->[0] cmp $b->[0] } @found;
}

# Circles of files other than the one that may be
sub wrong_circles
{
	my ($between) = @_;

	return grep { grep { !$circle_allowed{$_} } @$_ } circles($between);
}

1;
