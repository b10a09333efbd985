/*
 * target_write.c
 *		Leaves out the load of the target where the first step writes it, whatever it
 *		holds, and returns all that is read of it later.
 *
 * Only where nobody can tell. What the load would find out the write finds out: that
 * there is no such row, that the user may not read it, that somebody else holds it. So
 * nothing may happen before the write has found its row, nor depend on the snapshot
 * that it has while it waits: no trigger for the whole statement, no function of users',
 * no sub-SELECT. Triggers for each row may do what they like, but with snapshots of
 * their own. Where a snapshot is kept for the whole transaction, or it may only read,
 * where somebody watches steps or counts statements, and as long as the write has no
 * plan, the row is loaded.
 *
 * The compiling half, which knows who reads what when, is liveness.c.
 */
#include "postgres.h"

#include "access/relation.h"
#include "access/transam.h"
#include "access/xact.h"
#include "base/compat.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "lookup/column_rights.h"
#include "lookup/users_code.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "parser/parsetree.h"
#include "run/code_changes.h"
#include "run/deferred.h"
#include "run/observer.h"
#include "run/statement_run.h"
#include "run/watched.h"
#include "steps/target_count.h"
#include "steps/target_write.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/* Is the function fit for a write in the load's place? One of PostgreSQL's that says the same whenever it is asked. */
static bool
function_is_unfit(Oid function, void *context)
{
	TargetWrite *write = context;

	write->functions = list_append_unique_oid(write->functions, function);
	return is_users_function(function, NULL) || func_volatile(function) == PROVOLATILE_VOLATILE;
}

/* Is there anything in a value that sees more than the row? */
static bool
value_is_unfit_walker(Node *node, void *context)
{
	TargetWrite *write = context;

	if (node == NULL)
		return false;
	if (check_functions_in_node(node, function_is_unfit, write))
		return true;
	switch (nodeTag(node))
	{
		case T_Var:
			write->read = bms_add_member(write->read, ((const Var *) node)->varattno);
			return ((const Var *) node)->varlevelsup > 0 || ((const Var *) node)->varattno <= 0;
		case T_Param:
			return ((const Param *) node)->paramkind != PARAM_EXTERN;
		case T_Const:
		case T_SQLValueFunction:
			return false;
		case T_List:
		case T_ArrayExpr:
		case T_BoolExpr:
		case T_BooleanTest:
		case T_CaseExpr:
		case T_CaseTestExpr:
		case T_CaseWhen:
		case T_CoalesceExpr:
		case T_CoerceViaIO:
		case T_CollateExpr:
		case T_DistinctExpr:
		case T_FuncExpr:
		case T_MinMaxExpr:
		case T_NullIfExpr:
		case T_NullTest:
		case T_OpExpr:
		case T_RelabelType:
		case T_ScalarArrayOpExpr:
			return expression_tree_walker(node, value_is_unfit_walker, context);
		default:
			return true;
	}
}

/* Does the analysed write do nothing that could be told from a write after the load? */
static bool
write_fits(TargetWrite *write, const Query *query)
{
	ListCell   *cell;

	if (query->commandType != write->command || query->hasSubLinks || query->cteList != NIL)
		return false;
	foreach(cell, query->targetList)
	{
		const TargetEntry *entry = lfirst_node(TargetEntry, cell);

		if (entry->resjunk)
			continue;
		if (value_is_unfit_walker((Node *) entry->expr, write))
			return false;
		write->written = bms_add_member(write->written, entry->resno);
	}
	return true;
}

/* Does the trigger come with the command? */
static bool
trigger_is_for(const Trigger *trigger, CmdType command)
{
	return command == CMD_DELETE ? TRIGGER_FOR_DELETE(trigger->tgtype) : TRIGGER_FOR_UPDATE(trigger->tgtype);
}

/* Does the trigger run after the row was found, with a snapshot of its own? */
static bool
trigger_runs_after(const Trigger *trigger)
{
	if (trigger->tgisinternal && RI_FKey_trigger_type(trigger->tgfoid) != RI_TRIGGER_NONE)
		return true;
	return TRIGGER_FOR_ROW(trigger->tgtype) && func_volatile(trigger->tgfoid) == PROVOLATILE_VOLATILE &&
		(trigger->tgqual == NULL || !calls_users_functions(stringToNode(trigger->tgqual)));
}

/* Do all triggers of the table? */
static bool
triggers_fit(TargetWrite *write, const TriggerDesc *triggers)
{
	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (!trigger_is_for(trigger, write->command))
			continue;
		if (!trigger_runs_after(trigger))
			return false;
		write->may_skip |= TRIGGER_FOR_BEFORE(trigger->tgtype) && TRIGGER_FOR_ROW(trigger->tgtype);
	}
	return true;
}

/* Is no CHECK of the table's code of users? */
static bool
checks_are_postgres_own(TupleDesc descriptor)
{
	const TupleConstr *constraints = descriptor->constr;

	for (int i = 0; constraints != NULL && i < constraints->num_check; i++)
		if (calls_users_functions(stringToNode(constraints->check[i].ccbin)))
			return false;
	return true;
}

/* Would the table not notice the difference? */
static bool
relation_fits(TargetWrite *write)
{
	Relation	relation = relation_open(write->relation, NoLock);
	bool		fits = relation->rd_rel->relkind == RELKIND_RELATION && !relation->rd_rel->relispartition &&
		!relation->rd_rel->relhassubclass && !relation->rd_rel->relrowsecurity && relation->rd_rules == NULL &&
		triggers_fit(write, relation->trigdesc) && checks_are_postgres_own(RelationGetDescr(relation));

	relation_close(relation, NoLock);
	return fits;
}

/*
 * The write as it was analysed, if it has a plan for all calls, that for observers or
 * the other; else NULL. What the planner computes is computed then, and cannot fail the
 * next time: an error there would come before the row is looked for.
 */
static const CachedPlanSource *
planned_source(const Statement *statement)
{
	SPIPlanPtr	plan = statement->plan != NULL || statement->key == NULL ? statement->plan : statement->key->plan;

	return plan == NULL ? NULL : statement_plan_for_all(plan);
}

/* Looks at the write, once it has a plan; anew when the functions of triggers may have changed. */
static void
get_to_know(TargetWrite *write)
{
	const CachedPlanSource *source = planned_source(write->statement);
	MemoryContext old;

	write->known = write->fits = false;
	if (source == NULL)
		return;
	write->known = true;
	write->looked = code_changes;
	if (list_length(source->query_list) != 1 || !relation_fits(write))
		return;
	old = MemoryContextSwitchTo(write->statement->scope->program->mcxt);
	write->fits = write_fits(write, linitial_node(Query, source->query_list));
	MemoryContextSwitchTo(old);
}

/* May the user do what the load and the write do? If not, the load says so. */
static bool
may_deliver(const void *what)
{
	const TargetWrite *write = what;
	Oid			user = GetUserId();
	ListCell   *cell;

	foreach(cell, write->functions)
	{
		if (object_aclcheck(ProcedureRelationId, lfirst_oid(cell), user, ACL_EXECUTE) != ACLCHECK_OK)
			return false;
	}
	if (write->reads_row ? pg_class_aclcheck(write->relation, user, ACL_SELECT) != ACLCHECK_OK :
		!may_access_columns(write->relation, write->read, ACL_SELECT))
		return false;
	if (write->command == CMD_UPDATE)
		return may_access_columns(write->relation, write->written, ACL_UPDATE);
	return pg_class_aclcheck(write->relation, user, ACL_UPDATE) == ACLCHECK_OK &&
		pg_class_aclcheck(write->relation, user, ACL_DELETE) == ACLCHECK_OK;
}

bool
target_write_delivers(Frame *frame)
{
	Program    *program = frame->program;
	TargetWrite *write = program->target_write;

	if (observed(frame, OBSERVE_STEPS) || frame->budget != NULL ||
		frame->if_match != NULL || frame->read_only || XactReadOnly || IsolationUsesXactSnapshot() ||
		plan_cache_mode == PLAN_CACHE_MODE_FORCE_CUSTOM_PLAN)
		return false;
	if (!program_holds_under_lock(program, write->relation, RowExclusiveLock))
		return false;
	if (!write->known || write->looked != code_changes)
		get_to_know(write);
	if (!write->fits || !user_may(&write->allowed, may_deliver, write))
		return false;
	if (write->may_skip)
		CommandCounterIncrement();
	frame->target_due = write->step;
	frame->target_command = GetCurrentCommandId(false);
	frame->target_depth = trigger_depth();
	return true;
}

/* Was the target there when the step began? A trigger may have done what it likes with it. */
static bool
was_there(Frame *frame)
{
	uint64		rows;

	PushCopiedSnapshot(GetTransactionSnapshot());
	GetActiveSnapshot()->curcid = frame->target_command;
	rows = target_count(frame);
	PopActiveSnapshot();
	return rows > 0;
}

/* Is the step running that stands for the load? */
static bool
is_due(const Frame *frame)
{
	return frame->target_due != NULL && frame->current == frame->target_due;
}

bool
target_write_found_none(Frame *frame)
{
	if (!is_due(frame) || (frame->program->target_write->may_skip && was_there(frame)))
		return false;
	frame->current = NULL;
	return true;
}

void
target_write_note_error(Frame *frame)
{
	int			code = geterrcode();

	if (is_due(frame) && (code == ERRCODE_LOCK_NOT_AVAILABLE || code == ERRCODE_T_R_DEADLOCK_DETECTED) &&
		trigger_depth() == frame->target_depth)
		frame->current = NULL;
}
