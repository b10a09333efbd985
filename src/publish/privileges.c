/*
 * privileges.c
 *		What a role lacks to run an action, with the GRANT that gives it.
 *
 * A definition is compiled as check_action does. Then each statement is analysed in
 * the form in which it runs, and rewritten as the role's: views bring what their
 * owners need, columns their defaults, policies their formulas. So are the bodies of
 * functions that PostgreSQL keeps analysed; what others do inside is not seen, since
 * nothing is planned and nothing of a user's runs. Schemas are those that compiling
 * looked names up in.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/error.h"
#include "base/sandbox.h"
#include "catalog/namespace.h"
#include "catalog/objectaddress.h"
#include "definition/envelope.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lookup/action_lookup.h"
#include "lookup/canonical.h"
#include "lookup/proc_row.h"
#include "miscadmin.h"
#include "parser/analyze.h"
#include "parser/parser.h"
#include "program/parser_hooks.h"
#include "program/statement.h"
#include "program/use.h"
#include "publish/check.h"
#include "publish/lack.h"
#include "publish/tree_needs.h"
#include "rewrite/rewriteHandler.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

PG_FUNCTION_INFO_V1(custom_action_missing_privileges);

typedef struct Search
{
	Lacks		lacks;
	List	   *performed;		/* of Called; grows while they are looked at */
	int			bodies;			/* how many of lacks.called were looked at */
	const Called *body;			/* being looked at */
	List	   *schemas;		/* of OID: those that names were looked up in */
	Program    *program;
	Statement  *statement;		/* being analysed */
} Search;

/* Rewrites a query as the role's, and looks at what it becomes. */
static void
search_query(Search *search, Query *query)
{
	List	   *queries;
	Oid			user;
	int			security;
	ListCell   *cell;

	GetUserIdAndSecContext(&user, &security);
	SetUserIdAndSecContext(search->lacks.role, security | SECURITY_RESTRICTED_OPERATION | SECURITY_LOCAL_USERID_CHANGE);
	queries = QueryRewrite(query);
	SetUserIdAndSecContext(user, security);
	foreach(cell, queries)
		tree_needs_check(&search->lacks, lfirst(cell));
}

/* Analyses a statement as it runs. */
static void
statement_search(void *arg)
{
	Search	   *search = arg;
	Statement  *statement = search->statement;
	char	   *text = statement_text(statement, false);
	List	   *raw = raw_parser(text, RAW_PARSE_DEFAULT);

	if (list_length(raw) != 1)
		return;					/* one that is not used */

	/* what the analysis before this one has noted is gone with its memory */
	use_begin(search->program);
	search_query(search, parse_analyze_withcb(linitial_node(RawStmt, raw), text, formula_parser_setup,
											  statement->scope, NULL));
}

static void
statement_search_in_sandbox(void *arg)
{
	sandbox_call(statement_search, arg);
}

/* Looks at the statements; what does not compile needs nothing. */
static void
search_statements(Search *search)
{
	ListCell   *cell;

	foreach(cell, search->program->statements)
	{
		search->statement = lfirst(cell);
		search->lacks.path = statement_path(search->statement);
		(void) caught_error(statement_search_in_sandbox, search);
	}
	foreach(cell, search->program->expressions)
	{
		const Expression *expression = lfirst(cell);

		search->lacks.path = expression->value->location;
		tree_needs_check(&search->lacks, expression->tree);
	}
}

/* Looks at the schemas that names were looked up in, and those of the search_path that gave objects. */
static void
search_schemas(Search *search)
{
	List	   *path = fetch_search_path(false);
	ListCell   *cell;

	search->lacks.path = "action";
	foreach(cell, search->schemas)
		schema_need_check(&search->lacks, lfirst_oid(cell));
	foreach(cell, search->program->dependencies)
	{
		const ObjectAddress *object = lfirst(cell);
		Oid			schema = get_object_namespace(object);

		if (list_member_oid(path, schema))
			schema_need_check(&search->lacks, schema);
	}
}

/* The queries of a function that runs as its caller and is kept analysed; NIL: of another. */
static List *
queries_of_function(Oid function)
{
	HeapTuple	tuple = proc_row(function);
	bool		isnull = true;
	Datum		body = 0;
	Node	   *tree;

	if (!proc_form(tuple)->prosecdef)
		body = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosqlbody, &isnull);
	tree = isnull ? NULL : stringToNode(TextDatumGetCString(body));
	ReleaseSysCache(tuple);
	if (tree == NULL)
		return NIL;
	/* BEGIN ATOMIC gives a list of a list, RETURN a query */
	return IsA(tree, List) ? linitial_node(List, (List *) tree) : list_make1(tree);
}

static void
body_search(void *arg)
{
	Search	   *search = arg;
	ListCell   *cell;

	foreach(cell, queries_of_function(search->body->function))
	{
		AcquireRewriteLocks(lfirst_node(Query, cell), false, false);
		search_query(search, lfirst_node(Query, cell));
	}
}

static void
body_search_in_sandbox(void *arg)
{
	sandbox_call(body_search, arg);
}

/* Looks into the functions that are called, and into those that they call. */
static void
search_bodies(Search *search)
{
	const char *prefix = search->lacks.prefix;

	for (; search->bodies < list_length(search->lacks.called); search->bodies++)
	{
		search->body = list_nth(search->lacks.called, search->bodies);
		search->lacks.prefix = psprintf("%s: ", search->body->path);
		if (get_func_name(search->body->function) == NULL)
			continue;
		search->lacks.path = signature_shown(search->body->function);
		(void) caught_error(body_search_in_sandbox, search);
	}
	search->lacks.prefix = prefix;
}

/* Looks at functions that are called by steps and stages, and at performed actions. */
static void
search_uses(Search *search)
{
	ListCell   *cell;

	foreach(cell, search->program->uses->list)
	{
		const Use  *use = lfirst(cell);
		Oid			function = use->action != NULL ? action_find_fresh(use->action) : use->function;

		search->lacks.path = use->path;
		if (!OidIsValid(function) || get_func_name(function) == NULL)
			continue;
		function_need_check(&search->lacks, function);
		if (use->action == NULL)
			continue;
		schema_need_check(&search->lacks, get_func_namespace(function));
		search->performed = lappend(search->performed, called_new(&search->lacks, function));
	}
}

/* Looks at a program while its settings are in force. */
static void
search_program(Program *program, void *arg)
{
	Search	   *search = arg;

	/* with it off, the rewriter refuses where policies would count */
	(void) set_config_option("row_security", "on", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	search->program = program;
	search_statements(search);
	search_uses(search);
	search_schemas(search);
	search_bodies(search);
}

/* A document that is looked at */
typedef struct SearchWork
{
	Search	   *search;
	const char *action;
	Json	   *document;
} SearchWork;

static void
document_search(void *arg)
{
	SearchWork *work = arg;
	ProblemSink sink = {.collect = true, .mcxt = CurrentMemoryContext, .action = work->action};
	CompileOptions options = {.action = work->action, .sink = &sink, .note_uses = true};

	/*
	 * names are looked up with the rights of who asks: the owner may lack
	 * some
	 */
	(void) check_document_and(work->document, GetUserId(), &options, search_program, work->search);
}

/* Looks at a document. */
static void
search_document(Search *search, const char *action, Json *document)
{
	SearchWork	work = {search, action, document};

	search->schemas = NIL;
	sandbox_note_schemas(&search->schemas, document_search, &work);
}

/* Looks at the actions that are performed as the same role, and at what they perform. */
static void
search_performed(Search *search)
{
	for (int i = 0; i < list_length(search->performed); i++)
	{
		const Called *performed = list_nth(search->performed, i);
		PublishedFunction *function = published_function(performed->function);
		Envelope   *envelope;
		Json	   *document;

		if (called_is_known(search->performed, i, performed) || function->security_definer)
			continue;
		envelope = action_envelope(performed->function);
		document = json_copy(envelope->definition);
		if (envelope->plugins != NULL)
			json_put(document, "plugins", json_copy(envelope->plugins));
		search->lacks.prefix = psprintf("%s: %s ", performed->path, function->name);
		search_document(search, function->name, document);
	}
}

/* Looks at what it takes to get to the action. */
static void
search_call(Search *search, const char *action)
{
	Oid			function = action_find_fresh(action);

	search->lacks.path = "call";
	if (!OidIsValid(function))
		return;
	schema_need_check(&search->lacks, get_func_namespace(function));
	function_need_check(&search->lacks, function);
}

/* missing_privileges(action, definition, owner, role): what the role lacks to run it, as rows */
Datum
custom_action_missing_privileges(PG_FUNCTION_ARGS)
{
	Search		search = {.lacks.prefix = ""};
	char	   *action;
	Json	   *document;
	const char *run_as;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		return (Datum) 0;

	action = text_to_cstring(PG_GETARG_TEXT_PP(0));
	document = json_parse(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	run_as = json_get_text(document, "run_as");
	search.lacks.role = PG_GETARG_OID(3);
	search_call(&search, action);
	if (run_as != NULL && strcmp(run_as, "owner") == 0)
		search.lacks.role = PG_GETARG_OID(2);
	search_document(&search, action, document);
	search_performed(&search);
	lacks_put(&search.lacks, (ReturnSetInfo *) fcinfo->resultinfo);
	return (Datum) 0;
}
