/*
 * volatility.c
 *		Walks an analysed formula for functions with side effects.
 *
 * The list below is documented; it holds what only reads a clock, a random
 * source, a sequence or the session.
 */
#include "postgres.h"

#include "base/listing.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "nodes/nodeFuncs.h"
#include "program/volatility.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"

static const struct
{
	const char *name;
	const char *reads;
	bool		unsteady;		/* asked twice, it says two things, or uses something up */
}			allowed_volatile[] = {
	{"clock_timestamp", "the clock"},
	{"timeofday", "the clock"},
	{"random", "a random source", true},
	{"gen_random_uuid", "a random source", true},
	{"nextval", "a sequence", true},
	{"currval", "a sequence"},
	{"lastval", "a sequence"},
	{"txid_current", "the session", true},
	{"txid_current_if_assigned", "the session"},
	{"pg_current_xact_id", "the session", true},
	{"pg_current_xact_id_if_assigned", "the session"},
	{"pg_backend_pid", "the session"},
	{"uuidv4", "a random source", true},
	{"uuidv7", "a random source", true}
};

PG_FUNCTION_INFO_V1(custom_action_volatile_functions);

typedef struct VolatilityWalk
{
	ParseState *pstate;
	Node	   *node;			/* being looked at, for the position */
	bool		read_only;
	bool		in_summary;
} VolatilityWalk;

/* The place on the list of a function of pg_catalog, or -1. */
static int
allowed_volatile_find(Oid function)
{
	char	   *name;

	if (get_func_namespace(function) != PG_CATALOG_NAMESPACE)
		return -1;
	name = get_func_name(function);
	for (int i = 0; i < lengthof(allowed_volatile); i++)
		if (strcmp(name, allowed_volatile[i].name) == 0)
			return i;
	return -1;
}

/* Raises for a function that a formula must not call. */
static bool
require_callable(Oid function, void *context)
{
	VolatilityWalk *walk = context;

	if (walk->in_summary && function == F_NEXTVAL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("a summary cannot take the next value of a sequence"),
				 errhint("It is made only when the invocation is recorded. Take the value in a let step."),
				 parser_errposition(walk->pstate, exprLocation(walk->node))));
	if (walk->read_only && (function == F_NEXTVAL || function == F_SETVAL_REGCLASS_INT8))
		ereport(ERROR,
				(errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
				 errmsg("a read-only action cannot take the next value of a sequence"),
				 parser_errposition(walk->pstate, exprLocation(walk->node))));
	if (func_volatile(function) == PROVOLATILE_VOLATILE && allowed_volatile_find(function) < 0)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("a formula cannot call the volatile function %s",
						format_procedure(function)),
				 errhint("Declare the function STABLE or IMMUTABLE if it changes nothing, or call it in a step of its own."),
				 parser_errposition(walk->pstate, exprLocation(walk->node))));
	return false;
}

static bool
volatility_walker(Node *node, VolatilityWalk *walk)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
	{
		Query	   *query = (Query *) node;

		if (query->rowMarks != NIL)
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("a formula cannot lock rows"),
					 errhint("Use a get step with \"lock\".")));
		return query_tree_walker(query, volatility_walker, walk, 0);
	}
	walk->node = node;
	check_functions_in_node(node, require_callable, walk);
	return expression_tree_walker(node, volatility_walker, walk);
}

void
volatility_require(ParseState *pstate, Node *tree, bool read_only, bool in_summary)
{
	VolatilityWalk walk = {pstate, tree, read_only, in_summary};

	volatility_walker(tree, &walk);
}

/* For check_functions_in_node(): is it one that is not steady? */
static bool
function_is_unsteady(Oid function, void *context)
{
	int			place = func_volatile(function) == PROVOLATILE_VOLATILE ? allowed_volatile_find(function) : -1;

	return place >= 0 && allowed_volatile[place].unsteady;
}

static bool
unsteady_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, unsteady_walker, context, 0);
	return check_functions_in_node(node, function_is_unsteady, NULL) ||
		expression_tree_walker(node, unsteady_walker, context);
}

bool
volatility_is_unsteady(Node *tree)
{
	return unsteady_walker(tree, NULL);
}

/* SQL: the volatile functions that formulas may call. */
Datum
custom_action_volatile_functions(PG_FUNCTION_ARGS)
{
	listing_start(fcinfo);
	for (int i = 0; i < lengthof(allowed_volatile); i++)
		listing_put(fcinfo, allowed_volatile[i].name, allowed_volatile[i].reads);
	return (Datum) 0;
}
