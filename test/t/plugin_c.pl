# Plug-ins in C: the example extension of test/plugin, built with PGXS against
# the installed header only, and a library of probes built the same way.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use File::Copy;
use PostgreSQL::Test::Utils;
use Test::More;

my $header_directory = plugin_headers();
my $libraries = PostgreSQL::Test::Utils::tempdir;
my $slack = 100 * 1024;

# Builds a library of its own from a source; returns its path without the suffix.
sub build_library
{
	my ($name, $source, $headers) = @_;
	my $directory = "$libraries/$name";

	mkdir $directory or die "$directory: $!";
	append_to_file("$directory/$name.c", $source);
	append_to_file("$directory/Makefile",
		"MODULES = $name\nPGXS := \$(shell \$(PG_CONFIG) --pgxs)\ninclude \$(PGXS)\n");
	build_plugins("library $name", $directory, $headers);
	return "$directory/$name";
}

# The directory of another interface: the installed header, with another number
sub other_header
{
	my ($header, $number) = @_;
	my $directory = "$libraries/header_$number";

	mkdir $directory or die "$directory: $!";
	append_to_file("$directory/custom_actions.h", $header =~ s/^(#define CUSTOM_ACTIONS_ABI\s+)\d+$/$1$number/mr);
	return $directory;
}

my $node = new_server('plugin_c');
my $database = 'desk';

sub query
{
	my ($sql) = @_;

	return $node->safe_psql($database, $sql);
}

# What a statement ends with: everything that psql prints of the error
sub error_of
{
	my ($sql, @before) = @_;
	my ($status, $out, $err) = $node->psql($database, "\\set SHOW_CONTEXT never\n" . join(";\n", @before, $sql), on_error_stop => 0);

	$err =~ s/^psql:<stdin>:\d+: //mg;
	$err =~ s/^LINE \d.*\n.*\^\n?//mg;
	return "$err\n" =~ s/\n+\z/\n/r;
}

# The NOTICEs of a statement, without CONTEXT
sub notices_of
{
	my ($sql) = @_;
	my ($status, $out, $err) = $node->psql($database, "\\set SHOW_CONTEXT never\n$sql");

	$err =~ s/^psql:<stdin>:\d+: NOTICE:  //mg;
	return "$err\n" =~ s/\n+\z/\n/r;
}

install_desk_plugins();
create_database($node, $database);
load_help_desk($node, $database);
query(q{
	CREATE EXTENSION desk_plugins SCHEMA support;
	SELECT create_action('support.raise_case', '{
		"table": "support.case",
		"input": [{"name": "reason", "type": "text"}, {"name": "bump", "type": "integer", "default": 1}],
		"output": [{"name": "priority", "type": "integer", "default": "=target.priority"}, {"name": "change", "type": "text"}],
		"steps": [{"update": "target", "set": {"priority": "=priority + coalesce(input.bump, 0)", "status": "escalated"}}]}');
	SELECT activate_action('support.raise_case');
	UPDATE support.case SET priority = 0, status = 'open'});

# Its four functions
query(q{
	SELECT register_plugin('support.raise_case', 'pre_validation', 'support.desk_require_reason');
	SELECT register_plugin('support.raise_case', 'pre_operation', 'support.desk_limit_priority');
	SELECT register_plugin('support.raise_case', 'post_operation', 'support.desk_report_change', images => '{"pre": ["status"], "post": ["status"]}')});
is(query(q{SELECT * FROM support.raise_case(42, 'VIP', bump => 9)}), '3|open -> escalated', 'a typed call with plug-ins in C');
is( query(q{SELECT invoke_action('support.raise_case', '{"target": 41, "reason": "VIP", "bump": 9}')}),
	'{"change": "open -> escalated", "priority": 3}', 'and by name');
query(q{UPDATE custom_actions.plugin_step SET configuration = '{"limit": 5}' WHERE stage = 'pre_operation'});
is(query(q{SELECT * FROM support.raise_case(42, 'VIP', bump => 9)}), '8|escalated -> escalated', 'its configuration counts at once');
is(query(q{SELECT priority FROM support.raise_case(42, 'VIP', bump => 2)}), '10', 'what is below the limit stays');
is(query(q{SELECT priority FROM support.raise_case(42, 'VIP', bump => NULL)}), '10', 'so does NULL');
is(error_of(q{SELECT support.raise_case(43, '')}), <<'END', 'a plug-in in C cancels the action');
ERROR:  a reason of fewer than three characters is no reason
DETAIL:  Action "support.raise_case" version 1, plug-in support.desk_require_reason(internal) at stage pre_validation.
HINT:  Say in a few words why.
END
is( query(q{SELECT try_invoke_action('support.raise_case', '{"target": 43, "reason": "no"}') #>> '{error,sqlstate}'}),
	'UA002', 'with the SQLSTATE of that');
query(q{
	DELETE FROM custom_actions.plugin_step;
	UPDATE support.case SET priority = 0, status = 'open', email = NULL;
	SELECT register_plugin('support.raise_case', stage, 'support.desk_trace', images => images)
	FROM (VALUES ('pre_validation', '{"pre": ["id"]}'::jsonb), ('pre_operation', NULL), ('main_operation', '{"pre": ["status", "email"]}'),
		('post_operation', '{"pre": ["status"], "post": ["status", "priority"]}')) AS t (stage, images)});
is(notices_of(q{SELECT support.raise_case(42, 'VIP')}), <<'END', 'all fields by their number, of an action that it does not know');
support.raise_case at pre_validation, depth 1: id=42 reason=VIP bump=1 priority=NULL change=NULL id=42
support.raise_case at pre_operation, depth 1: id=42 reason=VIP bump=1 priority=NULL change=NULL
support.raise_case at main_operation, depth 1: id=42 reason=VIP bump=1 priority=NULL change=NULL status=open email=NULL
support.raise_case at post_operation, depth 1: id=42 reason=VIP bump=1 priority=1 change=NULL status=open status=escalated priority=1
END

# The extension is protected as its functions are.
is(error_of('DROP EXTENSION desk_plugins'), <<'END', 'the extension cannot be dropped');
ERROR:  cannot drop extension desk_plugins because other objects depend on it
DETAIL:  function support.raise_case(bigint,text,integer) depends on function support.desk_trace(internal)
HINT:  Use DROP ... CASCADE to drop the dependent objects too.
END
like(error_of('SET custom_actions.follow_renames = off; ALTER EXTENSION desk_plugins SET SCHEMA public'),
	qr/^ERROR:  cannot move extension desk_plugins to schema public because action "support\.raise_case" needs it\nDETAIL:  Action "support\.raise_case", plugins\.1: function support\.desk_trace does not exist\n/,
	'nor moved where nothing follows');
query('ALTER EXTENSION desk_plugins SET SCHEMA public');
like(query('SELECT DISTINCT function FROM custom_actions.plugin_step'), qr{^public[.]desk_trace\((?:pg_catalog[.])?internal\)$}, 'else its plug-ins go along');
like(notices_of(q{SELECT support.raise_case(42, 'VIP')}), qr/^support[.]raise_case at pre_operation, /m, 'and run');
query('ALTER EXTENSION desk_plugins SET SCHEMA support');
query('DELETE FROM custom_actions.plugin_step');

# Nobody calls such a function but an action. The words are PostgreSQL's, and not the same in all minor releases.
my $refusal = qr/^ERROR:  (?:function [\w.]+\([\w, \[\]]+\) does not exist|functions (?:accepting|returning) type "internal" cannot be called explicitly|cannot cast type \w+ to internal|cannot accept a value of type internal|type internal is not composite)$/m;

query(q{
	CREATE ROLE desk_user;
	GRANT USAGE ON SCHEMA support TO desk_user;
	GRANT CREATE ON SCHEMA public TO desk_user});
foreach my $user ('postgres', 'desk_user')
{
	my $as_user = "SET ROLE $user";

	like(error_of($_, $as_user), $refusal, "$user: $_") foreach (
		q{SELECT support.desk_trace(NULL)},
		q{SELECT support.desk_trace(NULL::internal)},
		q{SELECT support.desk_trace('')},
		q{SELECT support.desk_trace(''::internal)},
		q{SELECT support.desk_trace('{}'::jsonb)},
		q{SELECT support.desk_trace(1)},
		q{SELECT support.desk_limit_priority(NULL)},
		q{SELECT * FROM support.desk_trace(NULL)},
		q{SELECT support.desk_trace(dsimple_init(NULL))},
		q{SELECT support.desk_trace(array_agg_transfn(NULL, 1))},
		q{SELECT support.desk_trace(internal_in('0'))},
		q{SELECT support.desk_trace(VARIADIC ARRAY[1])},
		q{DO 'BEGIN PERFORM support.desk_trace(NULL); END'},
		q{DO $$ DECLARE x text; BEGIN PERFORM support.desk_trace(x); END $$},
		q{DO $$ BEGIN EXECUTE 'SELECT support.desk_trace($1)' USING NULL; END $$},
		q{DO $$ BEGIN EXECUTE 'SELECT support.desk_trace($1)' USING '{}'::jsonb; END $$},
		q{PREPARE p AS SELECT support.desk_trace($1); EXECUTE p(NULL)},
		q{PREPARE p(internal) AS SELECT support.desk_trace($1); EXECUTE p('')});
	like(error_of($_->[0], $as_user), $_->[1], "$user: $_->[0]") foreach (
		[ q{CALL support.desk_trace(NULL)}, qr/procedure support\.desk_trace\(unknown\) does not exist|support\.desk_trace\(unknown\) is not a procedure/ ],
		[ q{DO $$ DECLARE x internal; BEGIN PERFORM support.desk_trace(x); END $$}, qr/pseudo-type internal/ ],
		[ q{CREATE FUNCTION public.w(internal) RETURNS void LANGUAGE sql AS 'SELECT support.desk_trace($1)'}, qr/cannot have arguments of type internal/ ],
		[ q{CREATE FUNCTION public.w(internal) RETURNS void LANGUAGE plpgsql AS 'BEGIN PERFORM support.desk_trace($1); END'}, qr/cannot accept type internal/ ],
		[ q{CREATE FUNCTION public.w() RETURNS internal LANGUAGE sql AS 'SELECT NULL'}, qr/unsafe use of pseudo-type "internal"|cannot return type internal/ ],
		[ q{CREATE TABLE public.t (x internal)}, qr/pseudo-type internal/ ],
		[ q{CREATE CAST (text AS internal) WITHOUT FUNCTION}, qr/pseudo-type/ ]);
}
like(
	error_of('CREATE AGGREGATE public.a(anynonarray) (SFUNC = array_agg_transfn, STYPE = internal, FINALFUNC = support.desk_trace)', 'SET ROLE desk_user'),
	qr/transition data type cannot be internal/, 'desk_user: as the end of an aggregate');
like(error_of(q{CREATE FUNCTION public.w(internal) RETURNS void LANGUAGE c AS '$libdir/desk_plugins', 'desk_trace'}, 'SET ROLE desk_user'),
	qr/permission denied for language c/, 'desk_user: a function of his own over the library');
like(error_of(q{
	SELECT create_action('support.caller', '{"steps": [{"call": "support.desk_trace(internal)", "with": {"1": null}}]}');
	SELECT activate_action('support.caller')}), qr/1: function support\.desk_trace\(\w+\) does not exist/, 'a call step');
like(error_of(q{
	SELECT create_action('support.computer', '{"output": [{"name": "y", "type": "text", "default": "=support.desk_trace(null)"}]}');
	SELECT activate_action('support.computer')}), qr/output\.y\.default: /, 'a formula');
foreach my $definition ('{"steps": [{"call": "support.desk_trace(internal)", "with": {"1": ""}}]}', '{"steps": [{"require": "support.desk_trace(null) is null"}]}')
{
	like(error_of("DO LANGUAGE custom_action '$definition'"), qr/^ERROR:  (?:function "?support\.desk_trace\(\w+\)"? does not exist|cannot accept a value of type internal)/m, "DO with $definition");
}
is(query('SELECT 1'), '1', 'the server is there');

# A library of probes: what it is to do is its configuration.
my $probe = build_library('probe', <<'END', $header_directory);
#include "postgres.h"

#include "catalog/pg_type.h"
#include "custom_actions.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"

PG_MODULE_MAGIC;

CUSTOM_ACTIONS_PLUGIN_LIBRARY;

PG_FUNCTION_INFO_V1(probe);
PG_FUNCTION_INFO_V1(probe_nothing);
PG_FUNCTION_INFO_V1(probe_work);
PG_FUNCTION_INFO_V1(probe_about);
PG_FUNCTION_INFO_V1(probe_keep);

/* A text of the configuration, or NULL */
static char *
said(CustomAction *action, const char *key)
{
	Jsonb	   *configuration = custom_action_configuration(action);
	JsonbValue	value;

	if (configuration == NULL ||
		getKeyJsonValueFromContainer(&configuration->root, key, strlen(key), &value) == NULL ||
		value.type != jbvString)
		return NULL;
	return pnstrdup(value.val.string.val, value.val.string.len);
}

static bool
does(CustomAction *action, const char *what)
{
	return strcmp(said(action, "do"), what) == 0;
}

/* Gets or sets a field of any kind and type. */
Datum
probe(PG_FUNCTION_ARGS)
{
	static const char *const kinds[] = {"target", "input", "output", "pre", "post"};
	CustomAction *action = custom_action(fcinfo);
	CustomActionField field = {0};
	char	   *value = said(action, "value");
	bool		isnull;
	Datum		datum;
	Oid			function;
	Oid			parameter;
	bool		varlena;

	if (does(action, "shared"))
	{
		custom_action_set_shared(action, value == NULL ? NULL :
								 DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(value))));
		PG_RETURN_VOID();
	}
	if (does(action, "raise"))
		ereport(ERROR,
				(errcode(ERRCODE_RAISE_EXCEPTION), errmsg("raised"), custom_action_errdetail(action), errhint("hinted")));
	if (does(action, "fail"))
		custom_action_fail(action, ERRCODE_CUSTOM_ACTION_CANCELED, "100% failed", NULL);
	while (strcmp(kinds[field.kind], said(action, "kind")) != 0)
		field.kind++;
	field.name = said(action, "name");
	if (said(action, "type") != NULL)
		field.type = DatumGetObjectId(DirectFunctionCall1(regtypein, CStringGetDatum(said(action, "type"))));
	if (does(action, "has"))
	{
		elog(NOTICE, "%s", custom_action_has(action, &field) ? "yes" : "no");
		PG_RETURN_VOID();
	}
	if (does(action, "get"))
	{
		datum = custom_action_get(action, &field, &isnull);
		getTypeOutputInfo(custom_action_type(action, &field), &function, &varlena);
		elog(NOTICE, "%s is %s", field.name, isnull ? "NULL" : OidOutputFunctionCall(function, datum));
		PG_RETURN_VOID();
	}
	getTypeInputInfo(getBaseType(custom_action_type(action, &field)), &function, &parameter);
	datum = value == NULL ? (Datum) 0 : OidInputFunctionCall(function, value, parameter, -1);
	custom_action_set(action, &field, datum, value == NULL);
	PG_RETURN_VOID();
}

Datum
probe_nothing(PG_FUNCTION_ARGS)
{
	(void) custom_action(fcinfo);
	PG_RETURN_VOID();
}

/* Uses all that needs memory. */
Datum
probe_work(PG_FUNCTION_ARGS)
{
	static CustomActionField title = CUSTOM_ACTION_FIELD(INPUT, "t", TEXTOID);
	static CustomActionField number = CUSTOM_ACTION_FIELD(INPUT, "n", INT4OID);
	static CustomActionField fee = CUSTOM_ACTION_FIELD(INPUT, "fee", NUMERICOID);
	CustomAction *action = custom_action(fcinfo);
	bool		isnull;
	int			n = DatumGetInt32(custom_action_get(action, &number, &isnull));

	custom_action_set(action, &title, CStringGetTextDatum(psprintf("%d of %s", n,
																  TextDatumGetCString(custom_action_get(action, &title, &isnull)))), false);
	custom_action_set(action, &fee, custom_action_get(action, &fee, &isnull), isnull);
	custom_action_set_shared(action, custom_action_json(action));
	PG_RETURN_VOID();
}

/* Keeps what it got while it sets other values. */
Datum
probe_keep(PG_FUNCTION_ARGS)
{
	static CustomActionField title = CUSTOM_ACTION_FIELD(INPUT, "t", TEXTOID);
	CustomAction *action = custom_action(fcinfo);
	bool		isnull;
	text	   *got[4];
	StringInfoData out;
	Jsonb	   *json = custom_action_json(action);

	initStringInfo(&out);
	for (int i = 0; i < 4; i++)
	{
		got[i] = DatumGetTextPP(custom_action_get(action, &title, &isnull));
		custom_action_set(action, &title, CStringGetTextDatum(psprintf("set%d", i)), false);
	}
	for (int i = 0; i < 4; i++)
		appendStringInfo(&out, "%s ", text_to_cstring(got[i]));
	elog(NOTICE, "%s%s, then %s", out.data,
		 strstr(JsonbToCString(NULL, &json->root, VARSIZE(json)), "\"t\": \"text\"") ? "before" : "?",
		 strstr(JsonbToCString(NULL, &(custom_action_json(action))->root, VARSIZE(custom_action_json(action))), "\"t\": \"set3\"") ? "after" : "?");
	PG_RETURN_VOID();
}

/* Compares what it is told with what the context in JSON says. */
Datum
probe_about(PG_FUNCTION_ARGS)
{
	CustomAction *action = custom_action(fcinfo);
	Jsonb	   *json = custom_action_json(action);

	ereport(NOTICE,
			(errmsg("%s %d %d %s %s %d %d %d %d",
					custom_action_name(action), custom_action_version(action), custom_action_depth(action),
					custom_action_caller(action) == custom_action_invoker(action) ?
					GetUserNameFromId(custom_action_caller(action), false) : "nobody",
					custom_action_actor(action) ? custom_action_actor(action) : "nobody",
					custom_action_stage(action) == CUSTOM_ACTION_POST_OPERATION,
					custom_action_configuration(action) == NULL,
					custom_action_json(action) == json,
					JB_ROOT_COUNT(custom_action_shared(action))),
			 errdetail_internal("%s %s %s",
								DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(custom_action_invocation(action)))),
								DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(custom_action_correlation(action)))),
								DatumGetCString(DirectFunctionCall1(timestamptz_out, TimestampTzGetDatum(custom_action_started_at(action))))),
			 errhint("%s", JsonbToCString(NULL, &json->root, VARSIZE(json)))));
	PG_RETURN_VOID();
}
END

query(join('', map { "CREATE FUNCTION support.$_(internal) RETURNS void LANGUAGE c STABLE AS '$probe';\n" } qw(probe probe_nothing probe_work probe_about probe_keep)));
query(q{
	CREATE DOMAIN support.percent AS integer CHECK (VALUE BETWEEN 0 AND 100);
	CREATE TYPE support.pair AS (a integer, b text);
	SELECT create_action('support.probed', '{
		"table": "support.case",
		"input": [{"name": "n", "type": "integer", "default": 1}, {"name": "t", "type": "text", "default": "text"},
			{"name": "fee", "type": "numeric(6,2)", "default": 1.5}, {"name": "share", "type": "support.percent", "default": 5},
			{"name": "code", "type": "varchar(3)", "default": "abc"}, {"name": "tags", "type": "text[]", "default": ["a", "b"]},
			{"name": "pair", "type": "support.pair", "required": false}],
		"output": [{"name": "said", "type": "text", "default": "{{input.n}} {{input.t}} {{input.fee}} {{input.share}} {{input.code}} {{input.tags}} {{input.pair}}"},
			{"name": "total", "type": "numeric(6,2)"}, {"name": "shared", "type": "jsonb", "default": "=context.shared"}],
		"steps": [{"update": "target", "set": {"priority": "=priority + 1"}}]}');
	SELECT activate_action('support.probed');
	SELECT register_plugin('support.probed', 'pre_operation', 'support.probe');
	UPDATE support.case SET priority = 1;
	CREATE FUNCTION support.try(stage text, configuration jsonb, images jsonb DEFAULT NULL) RETURNS jsonb LANGUAGE plpgsql AS $$
	BEGIN
		UPDATE custom_actions.plugin_step AS p SET stage = try.stage, configuration = try.configuration, images = try.images WHERE action = 'support.probed';
		RETURN invoke_action('support.probed', '{"target": 42}');
	END $$});

sub try_probe
{
	my ($stage, $configuration, $images) = @_;

	return "SELECT support.try('$stage', '$configuration'" . ($images ? ", '$images'" : '') . ')';
}

# What can be read
foreach my $case (
	[ 'pre_operation', '"kind": "target", "name": "id"', 'id is 42' ],
	[ 'pre_operation', '"kind": "target", "name": "id", "type": "bigint"', 'id is 42' ],
	[ 'pre_validation', '"kind": "input", "name": "tags", "type": "text[]"', 'tags is {a,b}' ],
	[ 'main_operation', '"kind": "input", "name": "fee", "type": "numeric"', 'fee is 1.50' ],
	[ 'main_operation', '"kind": "input", "name": "share", "type": "support.percent"', 'share is 5' ],
	[ 'main_operation', '"kind": "input", "name": "pair"', 'pair is NULL' ],
	[ 'main_operation', '"kind": "output", "name": "said"', 'said is NULL' ],
	[ 'post_operation', '"kind": "output", "name": "said"', 'said is 1 text 1.50 5 abc {a,b} ' ],
	[ 'main_operation', '"kind": "pre", "name": "priority", "type": "integer"', 'priority is 1', '{"pre": ["priority"]}' ],
	[ 'post_operation', '"kind": "post", "name": "priority", "type": "integer"', 'priority is 2', '{"post": true}' ])
{
	my ($stage, $field, $expected, $images) = @$case;

	is( notices_of('BEGIN; ' . try_probe($stage, "{\"do\": \"get\", $field}", $images) . '; ROLLBACK;'),
		"$expected\n", "get at $stage: $field");
}
foreach my $case (
	[ '"kind": "input", "name": "n", "type": "integer"', 'yes' ],
	[ '"kind": "input", "name": "n"', 'yes' ],
	[ '"kind": "input", "name": "n", "type": "bigint"', 'no' ],
	[ '"kind": "input", "name": "id"', 'no' ],
	[ '"kind": "input", "name": "said"', 'no' ],
	[ '"kind": "output", "name": "said"', 'yes' ],
	[ '"kind": "target", "name": "id"', 'yes' ],
	[ '"kind": "target", "name": "n"', 'no' ],
	[ '"kind": "pre", "name": "status"', 'yes' ],
	[ '"kind": "pre", "name": "title"', 'no' ],
	[ '"kind": "post", "name": "status"', 'no' ])
{
	my ($field, $expected) = @$case;

	is(notices_of(try_probe('pre_operation', "{\"do\": \"has\", $field}", '{"pre": ["status"]}') . ';'), "$expected\n", "has: $field");
}

# What it got stays as it was while it sets others; the context in JSON is made anew.
is( notices_of(q{BEGIN;
	UPDATE custom_actions.plugin_step SET function = 'support.probe_keep';
	SELECT invoke_action('support.probed', '{"target": 42}');
	ROLLBACK;}), "text set0 set1 set2 before, then after\n", 'values that a plug-in got outlive those that it sets');

# What can be set, and is what the steps and the caller get
foreach my $case (
	[ '"name": "n", "value": "7"', '7 text 1.50 5 abc {a,b} ' ],
	[ '"name": "t", "value": "other"', '1 other 1.50 5 abc {a,b} ' ],
	[ '"name": "t"', '1  1.50 5 abc {a,b} ' ],
	[ '"name": "fee", "value": "2.345"', '1 text 2.35 5 abc {a,b} ' ],
	[ '"name": "share", "value": "100"', '1 text 1.50 100 abc {a,b} ' ],
	[ '"name": "tags", "value": "{x,NULL}"', '1 text 1.50 5 abc {x,NULL} ' ],
	[ '"name": "pair", "value": "(1,two)"', '1 text 1.50 5 abc {a,b} (1,two)' ])
{
	my ($field, $expected) = @$case;

	foreach my $stage ('pre_validation', 'pre_operation')
	{
		is( query(try_probe($stage, "{\"do\": \"set\", \"kind\": \"input\", $field}") . " ->> 'said'"),
			$expected, "set an input at $stage: $field");
	}
}
foreach my $stage ('main_operation', 'post_operation')
{
	is( query(try_probe($stage, '{"do": "set", "kind": "output", "name": "total", "value": "9.999"}') . " ->> 'total'"),
		'10.00', "set an output at $stage");
	is( query(try_probe($stage, '{"do": "set", "kind": "output", "name": "said"}') . " ->> 'said'"),
		'', "set an output to NULL at $stage");
}
is(query(try_probe('main_operation', '{"do": "shared", "value": "{\"a\": [1]}"}') . " -> 'shared'"), '{"a": [1]}', 'set shared');

# What cannot
foreach my $case (
	[
		'get', 'pre_operation', '"kind": "input", "name": "n", "type": "bigint"', undef,
		'plug-in support.probe(internal) wants input "n" of action "support.probed" to be of type bigint, and it is of type integer'
	],
	[
		'set', 'main_operation', '"kind": "output", "name": "said", "type": "integer", "value": "1"', undef,
		'plug-in support.probe(internal) wants output "said" of action "support.probed" to be of type integer, and it is of type text'
	],
	[
		'get', 'main_operation', '"kind": "pre", "name": "priority", "type": "text"', '{"pre": true}',
		'plug-in support.probe(internal) wants pre-image column "priority" of action "support.probed" to be of type text, and it is of type integer'
	],
	[
		'get', 'pre_operation', '"kind": "input", "name": "nothing"', undef,
		'plug-in support.probe(internal) wants input "nothing", which the action does not have'
	],
	[
		'get', 'pre_operation', '"kind": "input", "name": "id"', undef,
		'plug-in support.probe(internal) wants input "id", which the action does not have'
	],
	[
		'set', 'main_operation', '"kind": "output", "name": "n", "value": "1"', undef,
		'plug-in support.probe(internal) wants output "n", which the action does not have'
	],
	[
		'get', 'pre_operation', '"kind": "target", "name": "status"', undef,
		'plug-in support.probe(internal) wants key column "status", which the action does not have'
	],
	[
		'get', 'pre_operation', '"kind": "pre", "name": "status"', undef,
		'plug-in support.probe(internal) wants pre-image column "status", which its registration does not ask for',
		'Register it with images such as {"pre": ["status"]}.'
	],
	[
		'get', 'post_operation', '"kind": "post", "name": "title"', '{"post": ["status"]}',
		'plug-in support.probe(internal) wants post-image column "title", which its registration does not ask for',
		'Register it with images such as {"post": ["title"]}.'
	],
	(
		map { [
			'set', $_->[0], "$_->[1], \"value\": \"1\"", '{"pre": true}',
			"plug-in support.probe(internal) cannot set $_->[2] at stage $_->[0]",
			'Inputs can be set at pre_validation and pre_operation, outputs at main_operation and post_operation.'
		] } (
			[ 'main_operation', '"kind": "input", "name": "n"', 'input "n"' ],
			[ 'post_operation', '"kind": "input", "name": "n"', 'input "n"' ],
			[ 'pre_validation', '"kind": "output", "name": "said"', 'output "said"' ],
			[ 'pre_operation', '"kind": "output", "name": "said"', 'output "said"' ],
			[ 'pre_operation', '"kind": "target", "name": "id"', 'key column "id"' ],
			[ 'pre_operation', '"kind": "pre", "name": "priority"', 'pre-image column "priority"' ])),
	[ 'set', 'pre_operation', '"kind": "input", "name": "share", "value": "101"', undef,
		'input "share" of action "support.probed" violates rule "percent_check" of domain support.percent', 'none', 'The rule is: CHECK (((VALUE >= 0) AND (VALUE <= 100))).' ],
	[ 'set', 'pre_operation', '"kind": "input", "name": "code", "value": "abcd"', undef, 'value too long for type character varying(3)', 'none' ],
	[ 'shared', 'pre_operation', '"value": "[]"', undef, 'plug-in support.probe(internal) sets "shared" to JSON that is not an object' ],
	[ 'shared', 'pre_operation', '"value": null', undef, 'plug-in support.probe(internal) sets "shared" to JSON that is not an object' ],
	[ 'raise', 'pre_operation', '"x": 1', undef, 'raised', 'hinted' ],
	[ 'fail', 'pre_operation', '"x": 1', undef, '100% failed' ])
{
	my ($do, $stage, $field, $images, $message, $hint, $other_detail) = @$case;
	my $detail = "DETAIL:  Action \"support.probed\" version 1, plug-in support.probe(internal) at stage $stage.\n";

	$detail = defined $other_detail ? "DETAIL:  $other_detail\n" : '' if ($hint // '') eq 'none';
	is( error_of(try_probe($stage, "{\"do\": \"$do\", $field}", $images)),
		"ERROR:  $message\n$detail" . (defined $hint && $hint ne 'none' ? "HINT:  $hint\n" : ''), "$do at $stage: $field");
}

# Who is asked about what
query(q{
	DELETE FROM custom_actions.plugin_step;
	SELECT register_plugin('support.probed', 'post_operation', 'support.probe_about', images => '{"pre": ["status"]}')});
my $about = notices_of(q{SET custom_actions.actor = 'anne'; SELECT support.probed(42)});
my ($line, $ids, $json) = $about =~ /^(.*)\nDETAIL:  (.*)\nHINT:  (.*)\n\z/;
is($line, 'support.probed 1 1 postgres anne 1 1 1 0', 'what the interface says about the invocation');
my ($invocation, $correlation, $started_at) = split / /, $ids, 3;
is($invocation, $correlation, 'an outermost invocation is its own correlation');
my %members = map { $_ => query("SELECT '" . $json =~ s/'/''/gr . "'::jsonb ->> '$_'") } qw(action invocation started_at stage pre_image);
is($members{action}, 'support.probed', 'JSON: action');
is($members{invocation}, $invocation, 'JSON: invocation');
is(query("SELECT '$members{started_at}'::timestamptz = '$started_at'::timestamptz"), 't', 'JSON: started_at');
is($members{stage}, 'post_operation', 'JSON: stage');
like($members{pre_image}, qr/^\{"status": "\w+"\}$/, 'JSON: pre_image');

# One field of one library in several actions, which change and nest: every
# program has its own places.
query(q{
	DELETE FROM custom_actions.plugin_step;
	SELECT create_action('support.second', '{"input": [{"name": "other", "type": "text", "default": "o"}, {"name": "bump", "type": "integer", "default": 1}],
		"output": [{"name": "bumped", "type": "integer", "default": "=input.bump"}]}');
	SELECT create_action('support.third', '{"input": [{"name": "bump", "type": "integer", "default": 1}],
		"steps": [{"perform": "support.second", "as": "second", "with": {"bump": "=input.bump + 10"}}],
		"output": [{"name": "bumped", "type": "text", "default": "{{input.bump}} {{second.bumped}}"}]}');
	SELECT create_action('support.fourth', '{"input": [{"name": "bump", "type": "bigint", "default": 1}]}');
	SELECT activate_action(name) FROM unnest('{support.second,support.third,support.fourth}'::text[]) AS name;
	SELECT register_plugin(name, 'pre_operation', 'support.desk_limit_priority', configuration => limits)
	FROM (VALUES ('support.second', '{"limit": 5}'::jsonb), ('support.third', '{"limit": 7}'), ('support.fourth', NULL)) AS t (name, limits)});
is( query(q{SELECT support.second(bump => 9), support.third(bump => 9), support.second(bump => 4), support.third(bump => 1);
	UPDATE custom_actions.step SET description = 'x' WHERE action = 'support.third';
	SELECT activate_action('support.third');
	SELECT support.third(bump => 9), support.second(bump => 9)}),
	"5|7 5|4|1 5\n2\n7 5|5", 'actions take turns');
like( error_of(q{SELECT support.second(bump => 9); SELECT support.fourth(); SELECT support.fourth()}),
	qr/^ERROR:  plug-in support\.desk_limit_priority\(internal\) wants input "bump" of action "support\.fourth" to be of type integer, and it is of type bigint$/m,
	'one action has the field with another type');

# Privileges are those of any plug-in.
query(q{
	REVOKE EXECUTE ON FUNCTION support.desk_limit_priority FROM PUBLIC;
	GRANT EXECUTE ON FUNCTION support.second TO desk_user});
is(error_of('SELECT support.second()', 'SET ROLE desk_user'), <<'END', 'EXECUTE is needed');
ERROR:  permission denied for plug-in support.desk_limit_priority(internal) of action "support.second"
DETAIL:  Action "support.second" version 1, plug-in support.desk_limit_priority(internal) at stage pre_operation.
HINT:  A plug-in runs as whoever the action runs as: grant EXECUTE on the function to the role "desk_user".
END

# The code of types runs as whoever the action runs as, also below a SECURITY DEFINER plug-in.
query(q{
	CREATE TYPE support.spy AS ENUM ('x');
	CREATE FUNCTION support.spy_json(support.spy) RETURNS json LANGUAGE sql STABLE AS 'SELECT json_build_object(''is'', current_user)';
	CREATE FUNCTION support.spy_of_json(jsonb) RETURNS support.spy LANGUAGE sql STABLE AS 'SELECT ''x''::support.spy';
	CREATE CAST (support.spy AS json) WITH FUNCTION support.spy_json(support.spy);
	CREATE CAST (jsonb AS support.spy) WITH FUNCTION support.spy_of_json(jsonb);
	CREATE FUNCTION support.spy_check(text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$ BEGIN RAISE NOTICE 'checked as %', current_user; RETURN true; END $$;
	CREATE DOMAIN support.watched AS text CHECK (support.spy_check(VALUE));
	SELECT create_action('support.spied', '{"input": [{"name": "a", "type": "support.spy", "default": "x"}, {"name": "b", "type": "support.watched", "required": false}]}');
	SELECT activate_action('support.spied');
	GRANT EXECUTE ON FUNCTION support.spied TO desk_user;
	ALTER FUNCTION support.probe SECURITY DEFINER;
	ALTER FUNCTION support.probe_about SECURITY DEFINER;
	SELECT register_plugin('support.spied', 'pre_operation', 'support.probe', configuration => '{"do": "set", "kind": "input", "name": "b", "value": "new"}'),
		register_plugin('support.spied', 'pre_operation', 'support.probe_about', 2)});
my $told = notices_of('SET ROLE desk_user; SELECT support.spied()');
like($told, qr/"input": \{"a": \{"is": "desk_user"\}, "b": "new"\}/, 'a cast to json runs as the caller');
like($told, qr/\A(?:checked as desk_user\n){2}(?!checked)/, 'the check of a domain, too');
query(q{
	ALTER FUNCTION support.probe SECURITY INVOKER;
	ALTER FUNCTION support.probe_about SECURITY INVOKER});

# A million calls in one session, in one transaction: memory stays flat.
query(q{
	CREATE FUNCTION used() RETURNS bigint LANGUAGE sql VOLATILE
		AS 'SELECT sum(used_bytes)::bigint FROM pg_catalog.pg_backend_memory_contexts';
	SELECT create_action('support.light', '{"input": [{"name": "n", "type": "integer"}, {"name": "t", "type": "text", "default": "text"},
		{"name": "fee", "type": "numeric(6,2)", "default": 1.5}], "output": [{"name": "y", "type": "text", "default": "=input.t"}]}');
	SELECT activate_action('support.light')});

sub is_flat
{
	my ($what, $times, $function, $stage) = @_;
	my @used = split /\n/, query(qq{
		DELETE FROM custom_actions.plugin_step WHERE action = 'support.light';
		SELECT register_plugin('support.light', '$stage', '$function', configuration => '{"a": 1}') \\g /dev/null
		SELECT used
		FROM (
			SELECT i, support.light(i), CASE WHEN i % ($times / 5) = 0 THEN used() END AS used
			FROM generate_series(1, $times) AS i
			OFFSET 0) AS calls
		WHERE used IS NOT NULL
		ORDER BY i});

	is(scalar @used, 5, "$what: $times calls");
	cmp_ok($used[4] - $used[0], '<=', $slack, "$what: memory is flat") or diag("@used");
	return;
}

is_flat('an empty plug-in', 1000000, 'support.probe_nothing', 'main_operation');
is_flat('a plug-in that sets inputs and shared', 200000, 'support.probe_work', 'pre_operation');

# Libraries for another interface, and for none
my $plain_source = <<'END';
#include "postgres.h"

#include "custom_actions.h"

PG_MODULE_MAGIC;

LIBRARY
PG_FUNCTION_INFO_V1(idle);

Datum
idle(PG_FUNCTION_ARGS)
{
	(void) custom_action(fcinfo);
	PG_RETURN_VOID();
}
END
my $with_library = $plain_source =~ s/LIBRARY/CUSTOM_ACTIONS_PLUGIN_LIBRARY;/r;
my $right = build_library('right', $with_library, $header_directory);
my $header = slurp_file("$header_directory/custom_actions.h");
my ($number) = $header =~ /^#define CUSTOM_ACTIONS_ABI\s+(\d+)$/m;
my $next = $number + 1;
my $other = build_library('other', $with_library, other_header($header, $next));
my $none = build_library('none', $plain_source =~ s/LIBRARY//r, $header_directory);
my $number_refused = sub {
	my ($library) = @_;
	return "support.idle(internal) cannot be a plug-in: library \"$library\" was built for version $next of the plug-in interface, and this is version $number";
};
my $none_refused = sub {
	my ($library) = @_;
	return "support.idle(internal) cannot be a plug-in: library \"$library\" holds no plug-ins of custom_actions";
};
my $rebuild = "HINT:  Build it anew with the header custom_actions.h that is installed.\n";
my $mark = "HINT:  Build it with the header custom_actions.h, and write CUSTOM_ACTIONS_PLUGIN_LIBRARY; once in its sources.\n";

foreach my $case ([ $other, $number_refused, $rebuild ], [ $none, $none_refused, $mark ])
{
	my ($library, $refused, $hint) = @$case;

	query("CREATE OR REPLACE FUNCTION support.idle(internal) RETURNS void LANGUAGE c IMMUTABLE AS '$library', 'idle'");
	is( error_of(q{SELECT register_plugin('support.light', 'post_operation', 'support.idle')}),
		'ERROR:  ' . $refused->($library) . "\n$hint", 'refused at registration');
	is( error_of(q{INSERT INTO custom_actions.plugin_step (action, stage, function) VALUES ('support.light', 'post_operation', 'support.idle')}),
		'ERROR:  ' . $refused->($library) . "\n$hint", 'by plain DML too');
	like(error_of(q{SELECT create_action('support.light', '{"plugins": [{"stage": "post_operation", "function": "support.idle"}]}', true)}),
		qr/^ERROR:  \Q${\ $refused->($library)}\E$/m, 'and in a document');
}
query("CREATE OR REPLACE FUNCTION support.idle(internal) RETURNS void LANGUAGE c IMMUTABLE AS '$right', 'idle'");
query(q{SELECT register_plugin('support.light', 'post_operation', 'support.idle')});
is(query('SELECT support.light(1)'), '1 of text', 'the right one runs');
like(error_of("CREATE OR REPLACE FUNCTION support.idle(internal) RETURNS void LANGUAGE c IMMUTABLE AS '$other', 'idle'"),
	qr/^WARNING:  replacing function support\.idle\(pg_catalog\.internal\) breaks action "support\.light"\nDETAIL:  .*built for version $next/, 'warned of when it replaces a registered one');
query("CREATE OR REPLACE FUNCTION support.idle(internal) RETURNS void LANGUAGE c IMMUTABLE AS '$right', 'idle'");
foreach my $case ([ $other, $number_refused, $rebuild ], [ $none, $none_refused, $mark ])
{
	my ($library, $refused, $hint) = @$case;

	copy("$library.so", "$right.new") or die "$right.new: $!";
	rename("$right.new", "$right.so") or die "$right.so: $!";
	is(error_of('SELECT support.light(1)'), 'ERROR:  ' . $refused->($right) . "\n$hint", 'refused at the call when the library is replaced');
	is(error_of('SELECT support.light(1)', 'SELECT support.light(1)'), ('ERROR:  ' . $refused->($right) . "\n$hint") x 2, 'each time');
}
unlink "$right.so";
like(error_of('SELECT support.light(1)'), qr/^ERROR:  could not access file "\Q$right\E": No such file or directory$/m, 'a library that is gone');
query(q{DELETE FROM custom_actions.plugin_step WHERE function = 'support.idle(internal)'});
is(query('SELECT support.light(1)'), '1 of text', 'without it the action runs again');

log_is_clean($node, 'the log is clean');
done_testing();
