/*
 * rewritten.c
 *		What becomes of a write where PostgreSQL rewrites it: of columns of a view that
 *		can be written by itself, and of rules that write other tables.
 *
 * Rewriting itself is left alone: relations are opened, their rules looked at.
 */
#include "postgres.h"

#include "access/relation.h"
#include "base/compat.h"
#include "base/row_text.h"
#include "catalog/pg_class.h"
#include "fmgr.h"
#include "funcapi.h"
#include "nodes/nodeFuncs.h"
#include "parser/parsetree.h"
#include "rewrite/prs2lock.h"
#include "rewrite/rewriteDefine.h"
#include "rewrite/rewriteHandler.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(custom_action_view_columns);
PG_FUNCTION_INFO_V1(custom_action_rule_writes);

/* Adds a row that leads from a column of a view to one of its table. */
static void
put_view_column(ReturnSetInfo *result, const char *column, Oid base, AttrNumber attnum)
{
	Datum		values[3] = {0};
	bool		nulls[3] = {false};

	row_put_text(values, nulls, 0, column);
	values[1] = ObjectIdGetDatum(base);
	row_put_text(values, nulls, 2, column == NULL ? NULL : get_attname(base, attnum, true));
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* Adds the columns of a view that PostgreSQL writes through, and a row without column for its rows. */
static void
put_view(ReturnSetInfo *result, Relation view)
{
	Query	   *query = get_view_query(view);
	RangeTblRef *from;
	Oid			base;
	ListCell   *cell;

	if (view_query_is_auto_updatable(query, false) != NULL)
		return;
	from = linitial_node(RangeTblRef, query->jointree->fromlist);
	base = rt_fetch(from->rtindex, query->rtable)->relid;
	put_view_column(result, NULL, base, InvalidAttrNumber);
	foreach(cell, query->targetList)
	{
		const TargetEntry *entry = lfirst_node(TargetEntry, cell);
		const Var  *var = (const Var *) entry->expr;

		if (!entry->resjunk && IsA(var, Var) && var->varno == from->rtindex && var->varlevelsup == 0 &&
			var->varattno > 0)
			put_view_column(result, get_attname(RelationGetRelid(view), entry->resno, true), base, var->varattno);
	}
}

/* view_columns(view): which columns of which table are written through it */
Datum
custom_action_view_columns(PG_FUNCTION_ARGS)
{
	Relation	view;

	InitMaterializedSRF(fcinfo, 0);
	view = try_relation_open(PG_GETARG_OID(0), AccessShareLock);
	if (view == NULL)
		return (Datum) 0;
	if (view->rd_rel->relkind == RELKIND_VIEW)
		put_view((ReturnSetInfo *) fcinfo->resultinfo, view);
	relation_close(view, AccessShareLock);
	return (Datum) 0;
}

/* Where rows of rules go */
typedef struct RuleWalk
{
	ReturnSetInfo *result;
	Oid			rule;
	const char *event;
} RuleWalk;

/* The word for a command that writes, or NULL. */
static const char *
command_word(CmdType command)
{
	switch (command)
	{
		case CMD_INSERT:
			return "insert";
		case CMD_UPDATE:
			return "update";
		case CMD_DELETE:
			return "delete";
		default:
			return NULL;
	}
}

/* Adds a row; a column that is NULL: whole rows. */
static void
put_rule_write(const RuleWalk *walk, Oid relation, const char *change, const char *column)
{
	Datum		values[5] = {0};
	bool		nulls[5] = {false};

	values[0] = ObjectIdGetDatum(walk->rule);
	row_put_text(values, nulls, 1, walk->event);
	values[2] = ObjectIdGetDatum(relation);
	row_put_text(values, nulls, 3, change);
	row_put_text(values, nulls, 4, column);
	tuplestore_putvalues(walk->result->setResult, walk->result->setDesc, values, nulls);
}

/* Adds the columns that a list of targets gives values. */
static void
put_targets(const RuleWalk *walk, Oid relation, const char *change, const List *targets)
{
	ListCell   *cell;

	foreach(cell, targets)
	{
		const TargetEntry *entry = lfirst_node(TargetEntry, cell);

		if (!entry->resjunk)
			put_rule_write(walk, relation, change, get_attname(relation, entry->resno, true));
	}
}

/* Adds what a statement of a rule writes, and those inside of it. */
static bool
rule_write_walker(Node *node, void *context)
{
	const RuleWalk *walk = context;
	const Query *query = (const Query *) node;
	const char *change;
	Oid			relation;

	if (node == NULL)
		return false;
	if (!IsA(node, Query))
		return expression_tree_walker(node, rule_write_walker, context);
	change = command_word(query->commandType);
	if (change != NULL && query->resultRelation > 0)
	{
		relation = rt_fetch(query->resultRelation, query->rtable)->relid;
		if (query->commandType == CMD_DELETE)
			put_rule_write(walk, relation, change, NULL);
		else
			put_targets(walk, relation, change, query->targetList);
		if (query->onConflict != NULL)
			put_targets(walk, relation, "update", query->onConflict->onConflictSet);
	}
	return query_tree_walker(unconstify(Query *, query), rule_write_walker, context, 0);
}

/* rule_writes(relation): what its rules write, by their events */
Datum
custom_action_rule_writes(PG_FUNCTION_ARGS)
{
	Relation	relation;

	InitMaterializedSRF(fcinfo, 0);
	relation = try_relation_open(PG_GETARG_OID(0), AccessShareLock);
	if (relation == NULL)
		return (Datum) 0;
	for (int i = 0; relation->rd_rules != NULL && i < relation->rd_rules->numLocks; i++)
	{
		const RewriteRule *rule = relation->rd_rules->rules[i];
		RuleWalk	walk = {(ReturnSetInfo *) fcinfo->resultinfo, rule->ruleId, command_word(rule->event)};

		if (walk.event != NULL && rule->enabled != RULE_DISABLED)
			(void) rule_write_walker((Node *) rule->actions, &walk);
	}
	relation_close(relation, AccessShareLock);
	return (Datum) 0;
}
