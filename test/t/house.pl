# The order of the house: what includes, calls and declares what. Each check is first
# seen to fail on a small tree that somebody might have written.
use strict;
use warnings FATAL => 'all';

use Cwd 'getcwd';
use File::Temp;
use Test::More;
use lib 'test/house';
use House qw(%circle_allowed %may_include parse_file read_tree misplaced_includes misplaced_declarations twice_static
  unfinished_row_types shadowing_folders build_objects read_objects between_files upward_calls circles wrong_circles);

# A tree as read_tree() reads it, from {name => text}
sub tree
{
	my %texts = @_;

	return { map { ($_ => parse_file($_, $texts{$_})) } keys %texts };
}

# Writes a tree where make finds it.
sub write_tree
{
	my ($directory, %texts) = @_;

	foreach my $name (keys %texts)
	{
		my ($folder) = "$directory/$name" =~ m{(.*)/};

		system('mkdir', '-p', $folder) == 0 or die "$folder: $!";
		open my $out, '>', "$directory/$name" or die "$name: $!";
		print $out $texts{$name};
		close $out or die "$name: $!";
	}
	return;
}

# Includes
is_deeply(
	[   misplaced_includes(
			tree(
				'init.c' => "#include \"postgres.h\"\n#include \"ddl/ddl.h\"\n",
				'base/json.h' => '',
				'base/json.c' => "#include \"base/json.h\"\n#include \"utils/json.h\"\n/*\n * #include \"ddl/ddl.h\" */\n",
				'steps/update.c' => "#include \"custom_actions.h\"\n#include \"base/json.h\"\n#include \"run/frame.h\"\n",
				'run/frame.h' => '',
				'custom_actions.h' => '',
				'ddl/ddl.h' => "  #  include \"base/json.h\"\n"))
	],
	[],
	'includes that point down are right');
is_deeply(
	[   misplaced_includes(
			tree(
				'base/json.h' => '',
				'base/json.c' => "#include \"run/frame.h\"\n",
				'compile/source.h' => '#include "run/frame.h"',
				'lookup/key.c' => "#include \"json.h\"\n#include \"base/jsen.h\"\n",
				'new/thing.c' => '',
				'run/frame.h' => '#include "compile/source.h"',
				'steps/update.c' => "#include \"base/json.h\"\n# include \"plugins/plugin.h\"\n",
				'plugins/plugin.h' => ''))
	],
	[   'base/json.c includes run/frame.h, which is not below it',
		'compile/source.h includes run/frame.h, which is not below it',
		'lookup/key.c includes json.h without its folder, base/json.h',
		'lookup/key.c includes base/jsen.h, which does not exist',
		'new/thing.c: its folder has no place in the order',
		'run/frame.h includes compile/source.h, which is not below it',
		'steps/update.c includes plugins/plugin.h, which is not below it'
	],
	'includes that point up or sideways, without a folder or to nothing are found');

# Declarations
my %sound = (
	'base/json.h' => "/* Makes one. */\nextern Json *json_make(int n,\n\t\t\t\t\t   bool *deep);\nextern int\tjson_depth;\npg_noreturn extern void json_refuse(const Json *json);\n",
	'base/json.c' => "int\t\t\tjson_depth = 3;\n\nJson *\njson_make(int n, bool *deep)\n{\n\treturn made(n, '{');\n}\n\n"
	  . "void\njson_refuse(const Json *json)\n{\n}\n\nstatic int\nmade(int n, char c)\n{\n\tstatic const int one = 1;\n\treturn one;\n}\n",
	'steps/update.c' => "const StepKind update_kind = {\n\t.verb = \"update\",\n};\n\nPG_FUNCTION_INFO_V1(custom_action_update);\n\n"
	  . "Datum\ncustom_action_update(PG_FUNCTION_ARGS)\n{\n\tjson_make(json_depth, NULL);\n\tjson_refuse(NULL);\n}\n",
	'steps/steps.h' => "#define STEP_KINDS(KIND) \\\n\tKIND(update)\nSTEP_KINDS(DECLARE_KIND)\n\nextern void steps_init(void);\n",
	'steps/steps.c' => "void\nsteps_init(void)\n{\n}\n",
	'init.c' => "void\n_PG_init(void)\n{\n\tsteps_init();\n}\n");
is_deeply([ misplaced_declarations(tree(%sound)) ], [], 'declarations in the header of the same name are right');
is_deeply(
	[   misplaced_declarations(
			tree(
				'base/json.h' => "extern int json_a(void);\nextern int json_gone(void);\nextern int json_own(void);\n",
				'base/json.c' => "int\njson_a(void)\n{\n}\n\nint\njson_b(void)\n{\n}\n\nint json_c = 1;\n\nint\njson_own(void)\n{\n\treturn json_own();\n}\n",
				'base/other.h' => "extern int json_b(void);\n",
				'base/other.c' => "extern int json_a(void);\n\nint\nother_one(void)\n{\n\treturn json_a() + json_b() + json_c;\n}\n",
				'base/user.c' => "static int\nuser(void)\n{\n\treturn other_one();\n}\n"))
	],
	[   'base/json.c defines json_a, which base/other.c declares and not base/json.h',
		'base/json.c defines json_b, which base/other.h declares and not base/json.h',
		'base/json.c defines json_c, which base/other.c uses and base/json.h does not declare',
		'base/json.c defines json_own for others, and nobody uses it',
		'base/other.c defines other_one, which base/user.c uses and base/other.h does not declare',
		'base/json.h declares json_gone, which nothing defines'
	],
	'declarations that stand elsewhere, or nowhere, are found');
is_deeply(
	[ misplaced_declarations(tree(%sound, 'steps/merge.c' => "const StepKind merge_kind = {\n\t.verb = \"merge\",\n};\n")) ],
	['steps/merge.c defines merge_kind for others, and nobody uses it'],
	'a kind of step that is not in the list is found');
is_deeply(
	[ misplaced_declarations(tree('base/a.c' => "int\na_one(void)\n{\n}\n", 'base/b.c' => "static int\nb(void)\n{\n\treturn a_one();\n}\n")) ],
	['base/a.c defines a_one, which base/b.c uses and base/a.h does not declare'],
	'a file without a header of its name is found');

# Names of statics
is_deeply(
	[   twice_static(
			tree(
				'base/a.c' => "static int count;\n\nstatic int\nlook(void)\n{\n\tstatic int inside;\n}\n\nstatic int mine;\n",
				'run/b.c' => "static const char *const look[] = {\"a\"};\nstatic int\tother,\n\t\t\tcount = 0;\n\nint\nmine(void)\n{\n\tint count;\n}\n"))
	],
	[ 'count is static in base/a.c and run/b.c', 'look is static in base/a.c and run/b.c' ],
	'statics of one name in two files are found');

# Row types
is_deeply(
	[   unfinished_row_types(
			tree(
				'base/a.c' => "static void\na(void)\n{\n\tt = CreateTemplateTupleDesc(1);\n\t/* TupleDescFinalize(t); */\n}\n",
				'base/b.c' => "static void\nb(void)\n{\n\tt = CreateTemplateTupleDesc(1);\n\tTupleDescFinalize(t);\n}\n"))
	],
	['base/a.c'],
	'a row type that nobody says is complete is found');

# Folders
is_deeply([ shadowing_folders(tree('base/a.c' => '', 'catalog/a.h' => '', 'run/a.c' => '', 'theirs/b.h' => ''), 'theirs') ],
	[ 'catalog', 'theirs' ], 'folders that hide headers of PostgreSQL are found');

# Calls
my %graph = (a => { b => 1 }, b => { c => 1, d => 1 }, c => { a => 1 }, d => { e => 1 }, e => { d => 1 }, f => { a => 1 });
is_deeply([ circles(\%graph) ], [ [qw(a b c)], [qw(d e)] ], 'circles are found');
is_deeply([ circles({ a => { b => 1, c => 1 }, b => { c => 1 }, c => {} }) ], [], 'where there are none, none');

my ($one, $two) = sort keys %circle_allowed;
is_deeply([ wrong_circles({ $one => { $two => 1 }, $two => { $one => 1 } }) ], [], 'the lists of steps may be a circle');
is_deeply([ wrong_circles({ $one => { $two => 1 }, $two => { 'steps/a.c' => 1 }, 'steps/a.c' => { $one => 1 } }) ],
	[ [ sort $one, $two, 'steps/a.c' ] ], 'nothing else may be in it');

my $small = File::Temp->newdir;
my $built = File::Temp->newdir;
write_tree("$small",
	'Makefile' => "OBJS = src/base/a.o src/run/b.o src/init.o\nall: \$(OBJS)\n\$(OBJS): %.o: $small/%.c\n\t\@mkdir -p \$(dir \$@)\n\t\@\$(or \$(CC),gcc) \$(COPT) -c -o \$@ \$<\n",
	'src/base/a.c' => "extern int b_two(int);\nint a_state;\nstatic int helper(int n) { return b_two(n); }\nint a_one(int n) { return helper(n) + a_state; }\n",
	'src/run/b.c' => "extern int a_one(int);\nint b_two(int n) { return n == 0 ? 0 : a_one(n - 1); }\n"
	  . "static int third(int n) { return a_one(n); }\nint (*const b_table[])(int) = {third, b_two};\n",
	'src/init.c' => "extern int (*const b_table[])(int);\nint init_all(void) { return b_table[0](1); }\n");
build_objects("$small", "$built");
my ($refers) = read_objects("$built/src");
is_deeply(
	{ map { ($_ => [ sort keys %{ $refers->{$_} } ]) } keys %$refers },
	{   'base/a.c helper' => ['run/b.c b_two'],
		'base/a.c a_one' => [ 'base/a.c a_state', 'base/a.c helper' ],
		'run/b.c b_two' => ['base/a.c a_one'],
		'run/b.c third' => ['base/a.c a_one'],
		'run/b.c b_table' => [ 'run/b.c b_two', 'run/b.c third' ],
		'init.c init_all' => ['run/b.c b_table']
	},
	'calls are read from objects');
is_deeply([ wrong_circles(between_files($refers)) ], [ [ 'base/a.c', 'run/b.c' ] ], 'their circle is found');
is_deeply([ upward_calls(between_files($refers)) ], ['base/a.c helper -> run/b.c b_two'], 'and the call that points up');

# Our own tree
my $source = getcwd();
my $files = read_tree("$source/src");
my $objects = File::Temp->newdir;
chomp(my $headers = `"$ENV{PG_CONFIG}" --includedir-server`);

cmp_ok(scalar keys %$files, '>', 100, 'our sources were read');
is_deeply([ grep { my $folder = $_; !grep { m{^\Q$folder\E/} } keys %$files } sort keys %may_include ], [], 'every folder of the order is there');
is_deeply([ misplaced_includes($files) ], [], 'nothing of ours includes what is not below it');
is_deeply([ misplaced_declarations($files) ], [], 'what a file gives to others is declared in its own header only');
is_deeply([ twice_static($files) ], [], 'no name is static in two files');
is_deeply([ unfinished_row_types($files) ], [], 'every row type that is made is said to be complete');
is_deeply([ shadowing_folders($files, map { m{([^/]+)/$} } glob "$headers/*/") ], [], 'no folder hides headers of PostgreSQL');

build_objects($source, "$objects");
($refers) = read_objects("$objects/src");
my $between = between_files($refers);
cmp_ok(scalar keys %$refers, '>', 1000, 'calls of ours were read');
is_deeply([ map { "@$_" } wrong_circles($between) ], [], 'lists of steps are the only circle of files');
is_deeply([ upward_calls($between) ], [], 'nothing of ours refers to what is not below it');

done_testing();
