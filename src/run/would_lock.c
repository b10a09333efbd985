/*
 * would_lock.c
 *		How many rows would a statement lock?
 *
 * Who may lock a row is for policies of UPDATE, too, which become part of a query when
 * it is rewritten. After that the locking is taken out of it.
 */
#include "postgres.h"

#include "base/compat.h"
#include "executor/execdesc.h"
#include "nodes/nodeFuncs.h"
#include "program/parser_hooks.h"
#include "run/frame.h"
#include "run/statement_run.h"
#include "run/would_lock.h"
#include "tcop/dest.h"
#include "tcop/tcopprot.h"
#include "utils/snapmgr.h"

/* Takes the locking out of a query and those in it. */
static bool
unlock_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
	{
		Query	   *query = (Query *) node;

		query->rowMarks = NIL;
		query->hasForUpdate = false;
		return query_tree_walker(query, unlock_walker, context, 0);
	}
	return expression_tree_walker(node, unlock_walker, context);
}

/* Runs a planned SELECT; the number of its rows. */
static uint64
count_rows(PlannedStmt *planned, const char *text, ParamListInfo params)
{
	QueryDesc  *query = CreateQueryDesc(planned, text, GetActiveSnapshot(), InvalidSnapshot, None_Receiver,
										params, NULL, 0);
	uint64		rows;

	ExecutorStart(query, 0);
	executor_run(query, ForwardScanDirection, 0);
	rows = query->estate->es_processed;
	ExecutorFinish(query);
	ExecutorEnd(query);
	FreeQueryDesc(query);
	return rows;
}

uint64
would_lock(Frame *frame, Statement *statement)
{
	MemoryContext old = MemoryContextSwitchTo(frame->econtext->ecxt_per_tuple_memory);
	const char *text = statement_text(statement, false);
	RawStmt    *raw = linitial_node(RawStmt, pg_parse_query(text));
	List	   *queries = pg_analyze_and_rewrite_withcb(raw, text, formula_parser_setup, statement->scope, NULL);
	ParamListInfo params = statement_params(frame, statement);
	uint64		rows = 0;
	ListCell   *cell;

	foreach(cell, queries)
	{
		Query	   *query = lfirst_node(Query, cell);

		(void) unlock_walker((Node *) query, NULL);
		rows += count_rows(plan_query(query, text, 0, params), text, params);
	}
	MemoryContextSwitchTo(old);
	return rows;
}
