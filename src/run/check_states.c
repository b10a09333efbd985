/*
 * check_states.c
 *		The states of tables' CHECK constraints, kept from one statement to the next.
 *
 * A statement that writes a row has PostgreSQL read the table's checks from their
 * texts, plan them and make their states, each time anew: where it writes one row, as
 * most steps do, that takes more than all else it does to the row. So the states are
 * kept, and lent to the statements that run inside of actions, as soon as a second one
 * writes the table. PostgreSQL finds them where it would have put its own, and makes
 * those only if it finds none.
 *
 * Only states that last are kept (state_life.c): they call no code of users', so that no
 * two statements are in the midst of the same one. And only of checks that cannot fail
 * to be planned, since PostgreSQL plans them when the first row comes, and that may be
 * never: planning computes what has no column in it.
 *
 * When anything in the catalogs has changed, all of them are made anew. Statements that
 * have not ended, such as one whose trigger changes a table, may have borrowed the old
 * ones; these go when the transaction ends.
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/compat.h"
#include "base/plain_path.h"
#include "base/sandbox.h"
#include "base/simple_type.h"
#include "executor/executor.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "run/catalog_changes.h"
#include "run/check_states.h"
#include "run/frame.h"
#include "run/state_life.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"

#define TABLES_AT_FIRST 16		/* that the hash has room for; then it grows */
#define TABLES_AT_MOST	256		/* whose checks are kept */
#define RETIRED_AT_MOST 16		/* that a transaction puts aside; then nothing is lent any more */

/* The checks of one table. */
typedef struct TableChecks
{
	Oid			relation;		/* the key */
	bool		looked;			/* a second statement has come */
	ExprState **states;			/* in the order of the checks; NULL if they are not kept */
} TableChecks;

/* All that is kept while the catalogs are as they are. */
static MemoryContext lent_mcxt = NULL;	/* with the table; NULL: nothing is kept */
static HTAB *lent_tables = NULL;
static uint64 lent_as_of = 0;	/* at this count of catalog_changes */

/* What was kept before, as long as statements may have borrowed it */
static List *retired = NIL;

static ExecutorStart_hook_type start_before_checks = NULL;

/* Is it the cast of a whole number that none of them fails? */
static bool
is_widening(const Node *node)
{
	if (!IsA(node, FuncExpr))
		return false;
	switch (((const FuncExpr *) node)->funcid)
	{
		case F_FLOAT8_INT2:
		case F_FLOAT8_INT4:
		case F_FLOAT8_INT8:
			return true;
		default:
			return cast_is_widening(((const FuncExpr *) node)->funcid);
	}
}

/* Would planning compute a value that it might not find? */
static bool
planning_may_fail_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	switch (nodeTag(node))
	{
		case T_Const:
		case T_Var:
		case T_List:
		case T_ArrayExpr:
		case T_ArrayCoerceExpr:
		case T_RelabelType:
		case T_CaseTestExpr:
			break;
		default:
			if (!contain_var_clause(node) && !is_widening(node))
				return true;
	}
	return expression_tree_walker(node, planning_may_fail_walker, context);
}

/* Can the state of a check be kept? */
static bool
check_lasts(Node *check)
{
	return !planning_may_fail_walker(check, NULL) && state_life(check) == LIFE_LASTING;
}

/* Makes the states of a table's checks; NULL if one of them cannot be kept. */
static ExprState **
make_states(Relation relation)
{
	const TupleConstr *constraints = RelationGetDescr(relation)->constr;
	MemoryContext old = MemoryContextSwitchTo(lent_mcxt);
	ExprState **states = palloc0(sizeof(ExprState *) * constraints->num_check);

	for (int i = 0; i < constraints->num_check; i++)
	{
		Node	   *check;

		if (!check_is_enforced(&constraints->check[i]))
			continue;
		check = stringToNode(constraints->check[i].ccbin);
		if (!check_lasts(check))
		{
			states = NULL;
			break;
		}
		states[i] = ExecInitExpr(expression_planner((Expr *) check), NULL);
	}
	MemoryContextSwitchTo(old);
	return states;
}

/* Begins to keep states of the catalogs as they are. */
static void
begin_lending(void)
{
	HASHCTL		control = {.keysize = sizeof(Oid), .entrysize = sizeof(TableChecks)};
	uint64		changes = catalog_changes;
	MemoryContext mcxt = AllocSetContextCreate(CacheMemoryContext, "custom action checks", ALLOCSET_SMALL_SIZES);

	control.hcxt = mcxt;
	lent_tables = hash_create("custom action checks", TABLES_AT_FIRST, &control,
							  HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	lent_mcxt = mcxt;
	lent_as_of = changes;
}

/* Puts what is kept aside, for those who have borrowed it. */
static void
retire(void)
{
	MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);

	retired = lappend(retired, lent_mcxt);
	MemoryContextSwitchTo(old);
	lent_mcxt = NULL;
}

/* Begins anew if the catalogs have changed; false: they change too often. */
static bool
lend_anew(void)
{
	if (lent_mcxt != NULL && lent_as_of != catalog_changes)
		retire();
	if (lent_mcxt == NULL && list_length(retired) < RETIRED_AT_MOST)
		begin_lending();
	return lent_mcxt != NULL;
}

/* The states of a table's checks; NULL if there are none. */
static ExprState **
states_of_table(Relation relation)
{
	Oid			oid = RelationGetRelid(relation);
	bool		known;
	TableChecks *checks = hash_search(lent_tables, &oid, HASH_FIND, NULL);

	if (checks != NULL && checks->looked)
		return checks->states;
	if (checks != NULL)
	{
		checks->states = make_states(relation);
		checks->looked = true;
		return checks->states;
	}
	if (hash_get_num_entries(lent_tables) >= TABLES_AT_MOST)
		return NULL;
	checks = hash_search(lent_tables, &oid, HASH_ENTER, &known);
	checks->looked = false;
	checks->states = NULL;
	return NULL;
}

/* Is it a table with checks, which look at stored columns alone? */
static inline bool
keeps_checks(Relation relation)
{
	const TupleConstr *constraints = RelationGetDescr(relation)->constr;

	return constraints != NULL && constraints->num_check > 0 && relation->rd_rel->relkind == RELKIND_RELATION &&
		!has_virtual_columns(relation);
}

/* Lends their states to the tables that a statement writes. */
static void
lend_states(const EState *estate)
{
	ListCell   *cell;

	foreach(cell, estate->es_opened_result_relations)
	{
		ResultRelInfo *result = lfirst(cell);

		if (keeps_checks(result->ri_RelationDesc) && lend_anew())
			result->ri_CheckConstraintExprs = states_of_table(result->ri_RelationDesc);
	}
}

/* Begins a statement; one of an action that writes borrows. */
static void
check_states_start(QueryDesc *query, int eflags)
{
	if (start_before_checks != NULL)
		start_before_checks(query, eflags);
	else
		standard_ExecutorStart(query, eflags);
	if (innermost_frame != NULL && query->operation != CMD_SELECT && !plain_path_has(PLAIN_CHECKS) &&
		!access_is_overseen())
		lend_states(query->estate);
}

/* Nobody who has borrowed anything is left. */
static void
forget_retired(XactEvent event, void *arg)
{
	ListCell   *cell;

	if (retired == NIL || (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT && event != XACT_EVENT_PREPARE))
		return;
	foreach(cell, retired)
		MemoryContextDelete(lfirst(cell));
	list_free(retired);
	retired = NIL;
}

void
check_states_init(void)
{
	start_before_checks = ExecutorStart_hook;
	ExecutorStart_hook = check_states_start;
	RegisterXactCallback(forget_retired, NULL);
}

bool
executor_start_is_watched(void)
{
	return start_before_checks != NULL || ExecutorStart_hook != check_states_start;
}
