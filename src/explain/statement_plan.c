/*
 * statement_plan.c
 *		Plans a generated statement for who wants to see the plan.
 *
 * The program's own plan stays out of it: what has been looked at must not count when
 * PostgreSQL decides between plans. A statement that cannot be planned, such as
 * for want of a privilege, says so in place of its plan, so each is planned in a
 * subtransaction.
 */
#include "postgres.h"

#include "base/error.h"
#include "executor/executor.h"
#include "explain/locks.h"
#include "explain/plan_text.h"
#include "explain/statement_plan.h"
#include "lib/stringinfo.h"
#include "run/frame.h"
#include "run/statement_run.h"
#include "tcop/dest.h"
#include "utils/plancache.h"
#include "utils/snapmgr.h"

/* 16: plans can be shown without values */
#if PG_VERSION_NUM < 160000
#define EXEC_FLAG_EXPLAIN_GENERIC	0
#endif

typedef struct PlanWork
{
	Frame	   *frame;
	Statement  *statement;
	const char *text;
	const Bitmapset *known;
	StatementPlan result;
} PlanWork;

/*
 * The values of a statement. For the planner what is not known is of no type, so that
 * it stays a parameter; the executor, which computes nothing, gets a NULL.
 */
static ParamListInfo
known_params(const PlanWork *work, bool for_planner)
{
	const List *slots = work->statement->scope->parameters;
	ParamListInfo params = makeParamList(list_length(slots));

	for (int i = 0; i < params->numParams; i++)
	{
		int			slot = list_nth_int(slots, i);

		params->params[i] = work->frame->params->params[slot];
		if (bms_is_member(slot, work->known))
			continue;
		params->params[i].value = (Datum) 0;
		params->params[i].isnull = true;
		if (for_planner)
			params->params[i].ptype = InvalidOid;
	}
	return params;
}

#if PG_VERSION_NUM < 160000
/* Leaves all partitions in a plan: which are left out is known when the values are. */
static void
forget_pruning(Plan *plan)
{
	List	   *inner = NIL;
	ListCell   *cell;

	if (plan == NULL)
		return;
	if (IsA(plan, Append))
	{
		((Append *) plan)->part_prune_info = NULL;
		inner = ((Append *) plan)->appendplans;
	}
	else if (IsA(plan, MergeAppend))
	{
		((MergeAppend *) plan)->part_prune_info = NULL;
		inner = ((MergeAppend *) plan)->mergeplans;
	}
	else if (IsA(plan, SubqueryScan))
		inner = list_make1(((SubqueryScan *) plan)->subplan);
	foreach(cell, inner)
		forget_pruning(lfirst(cell));
	forget_pruning(plan->lefttree);
	forget_pruning(plan->righttree);
}
#endif

/* Is there a value that the executor would have to know? */
static bool
lacks_values(const PlanWork *work)
{
	ListCell   *cell;

	foreach(cell, work->statement->scope->parameters)
	{
		if (!bms_is_member(lfirst_int(cell), work->known))
			return true;
	}
	return false;
}

/* Prints one plan. */
static char *
planned_text(const PlanWork *work, PlannedStmt *planned)
{
	bool		lacks = lacks_values(work);
	QueryDesc  *query;
	char	   *text;

#if PG_VERSION_NUM < 160000
	if (lacks)
	{
		ListCell   *cell;

		forget_pruning(planned->planTree);
		foreach(cell, planned->subplans)
			forget_pruning(lfirst(cell));
	}
#endif
	query = CreateQueryDesc(planned, work->text, GetActiveSnapshot(), InvalidSnapshot, None_Receiver,
							known_params(work, false), NULL, 0);
	ExecutorStart(query, EXEC_FLAG_EXPLAIN_ONLY | (lacks ? EXEC_FLAG_EXPLAIN_GENERIC : 0));
	text = plan_text(query, false);
	ExecutorEnd(query);
	FreeQueryDesc(query);
	return text;
}

/* Prints the plans that rules have made of the statement. */
static void
print_plans(PlanWork *work, CachedPlan *cached)
{
	StringInfoData text;
	ListCell   *cell;

	initStringInfo(&text);
	foreach(cell, cached->stmt_list)
	{
		PlannedStmt *planned = lfirst_node(PlannedStmt, cell);

		if (planned->commandType != CMD_UTILITY)
			appendStringInfo(&text, "%s%s", text.len > 0 ? "\n" : "", planned_text(work, planned));
	}
	work->result.plan = text.data;
}

/* Plans the statement anew, in the subtransaction. */
static void
plan_work(void *arg)
{
	PlanWork   *work = arg;
	MemoryContext mcxt = CurrentMemoryContext;
	SPIPlanPtr	plan = statement_spare_plan(work->statement, work->text);
	CachedPlanSource *source = linitial(SPI_plan_get_plan_sources(plan));
	CachedPlan *cached;

	/*
	 * preparing leaves us in SPI's own, which ends before the rows are
	 * returned
	 */
	MemoryContextSwitchTo(mcxt);
	PushActiveSnapshot(GetTransactionSnapshot());
	cached = GetCachedPlan(source, work->known != NULL ? known_params(work, true) : NULL, NULL, NULL);
	work->result.locks = locks_of_queries(source->query_list);
	print_plans(work, cached);
	ReleaseCachedPlan(cached, NULL);
	PopActiveSnapshot();
	SPI_freeplan(plan);
}

StatementPlan
statement_plan(Frame *frame, Statement *statement, const char *text, const Bitmapset *known)
{
	PlanWork	work = {.frame = frame, .statement = statement, .text = text, .known = known};
	ErrorData  *error = caught_trial(plan_work, &work);

	if (error != NULL)
		work.result.plan = psprintf("(%s)", error->message);
	return work.result;
}
