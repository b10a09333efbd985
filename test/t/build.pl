# The build: what the library shows to others, and building away from the sources.
use strict;
use warnings FATAL => 'all';

use Cwd 'getcwd';
use lib 'test/house';
use CustomActions;
use House '%by_name';
use PostgreSQL::Test::Utils;
use Test::More;

my $source = getcwd();
chomp(my $compiler = $ENV{CC} || output_of($ENV{PG_CONFIG}, '--cc'));
my $once = PostgreSQL::Test::Utils::tempdir . '/' . ($compiler =~ s{.*/|\s.*}{}gr);
my @settings = ("PG_CONFIG=$ENV{PG_CONFIG}", 'COPT=-O0 -w', "CC=$once");

# Everything is built three times here, of the same sources: a compiler that keeps
# what it has made of a text for an object of a name.
append_to_file($once, <<"END" . <<'END');
#!/bin/bash
real=($compiler)
END
object=
for ((i = 1; i <= $#; i++)); do
	[ "${!i}" != -o ] || { j=$((i + 1)); object=${!j}; }
done
[[ $object == *.o ]] || exec "${real[@]}" "$@"
kept=$0.$(cksum <<<"$object" | cut -d ' ' -f 1).$(cksum <"${!#}" | cut -d ' ' -f 1)
if [ ! -e "$kept.o" ]; then
	"${real[@]}" "$@" || exit
	cp "${object%.o}.d" "$kept.d"
	cp "$object" "$kept.new" && mv "$kept.new" "$kept.o"
else
	cp "$kept.d" "${object%.o}.d" && cp "$kept.o" "$object"
fi
END
chmod 0755, $once;

# What a program prints
sub output_of
{
	my ($out, $err) = ('', '');

	IPC::Run::run(\@_, '>', \$out, '2>', \$err) or die "@_: $err";
	return $out;
}

# The files below a directory
sub files_below
{
	my ($directory) = @_;

	return [ sort map { s{^\./}{}r } split /\n/, output_of('find', $directory, qw(-type f -printf), './%P\n') ];
}

# Names that a library defines for others; some linkers add marks of their own
sub exported
{
	my ($library) = @_;

	return [ sort grep { !/^(?:_init|_fini|_edata|_end|__bss_start)$/ } map { (split)[-1] } split /\n/, output_of('nm', '-D', '--defined-only', $library) ];
}

# Runs make with the sources elsewhere.
sub make_elsewhere
{
	my ($directory, @arguments) = @_;
	my $out;

	ok(IPC::Run::run([ 'make', '-s', '-C', $directory, @settings, @arguments ], '>&', \$out), "make @arguments[1 .. $#arguments]")
	  or diag($out);
	return;
}

# SQL functions, PostgreSQL's entry points, what the postmaster starts, and nothing else
chomp(my $libraries = output_of($ENV{PG_CONFIG}, '--pkglibdir'));
my $script = join '', map { slurp_file($_) } glob 'src/sql/[0-9]*.sql';
my @functions = $script =~ /'MODULE_PATHNAME', *'(\w+)'/g;
my $expected = [ sort 'Pg_magic_func', '_PG_init', keys %by_name, keys %{ { map { ($_ => 1, "pg_finfo_$_" => 1) } @functions } } ];

cmp_ok(scalar @functions, '>', 20, 'functions of the install script were found');
is_deeply(exported("$ENV{private}$libraries/custom_actions.so"), $expected, 'the installed library shows its SQL functions only');

# A library that has functions by names of ours changes nothing
my $other = PostgreSQL::Test::Utils::tempdir;
append_to_file("$other/other.c", <<'END');
#include "postgres.h"
#include "fmgr.h"

PG_MODULE_MAGIC;

#define TRAP(name) \
	extern PGDLLEXPORT void *name(void); \
	void *name(void) { elog(ERROR, "%s of another library was called", #name); return NULL; }

TRAP(json_copy)
TRAP(json_parse)
TRAP(compile)
TRAP(frame_enter)
END
append_to_file("$other/Makefile", <<'END');
MODULES = other
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)
END
build_plugins('another library', $other, plugin_headers(), 'all');

my $node = new_server('main');
create_database($node, 'help');
load_help_desk($node, 'help');
is($node->safe_psql('help', "LOAD '$other/other.so'; SELECT support.escalate_case(42, 'VIP') > 0"), 't', 'its functions are not called');

# Elsewhere, with and without VPATH
my $installed = [ sort map { my ($option, $file) = @$_; chomp(my $directory = output_of($ENV{PG_CONFIG}, $option)); "dest$directory/$file" =~ s{//}{/}gr }
	  [ '--pkglibdir', 'custom_actions.so' ], [ '--sharedir', 'extension/custom_actions.control' ], [ '--sharedir', 'extension/custom_actions--1.0.sql' ],
	  [ '--includedir-server', 'extension/custom_actions/custom_actions.h' ] ];
my $before = files_below("$source/src");

foreach my $how ([ '-f', "$source/Makefile", "VPATH=$source" ], [ '-f', "$source/Makefile" ])
{
	my $elsewhere = PostgreSQL::Test::Utils::tempdir;
	my @how = @$how;

	make_elsewhere($elsewhere, @how, '-j2', 'all');
	make_elsewhere($elsewhere, @how, 'install', "DESTDIR=$elsewhere/dest");
	is_deeply([ grep { /^dest/ } @{ files_below($elsewhere) } ], $installed, 'all files are installed');
	is(slurp_file("$elsewhere/" . (grep { /--1\.0\.sql$/ } @$installed)[0]), $script, 'the whole script is');
	is_deeply(exported("$elsewhere/src/custom_actions.so"), $expected, 'the library is the same');
	make_elsewhere($elsewhere, @how, '-q', 'all');
	make_elsewhere($elsewhere, @how, 'uninstall', "DESTDIR=$elsewhere/dest");
	make_elsewhere($elsewhere, @how, 'clean');
	is_deeply(files_below($elsewhere), [], 'and all can be taken away');
}
is_deeply(files_below("$source/src"), $before, 'nothing was put beside the sources');

# Objects that somebody left beside the sources are not mistaken for ours
my $copy = PostgreSQL::Test::Utils::tempdir;
my $elsewhere = PostgreSQL::Test::Utils::tempdir;
output_of('cp', '-r', "$source/src", "$source/Makefile", "$source/custom_actions.control", $copy);
append_to_file($_, 'no object') foreach map { "$copy/src/$_" } 'init.o', 'custom_actions.so', 'custom_actions--1.0.sql';
make_elsewhere($elsewhere, '-f', "$copy/Makefile", "VPATH=$copy", '-j2', 'all');
is_deeply(exported("$elsewhere/src/custom_actions.so"), $expected, 'what is built beside the sources does not count');

done_testing();
