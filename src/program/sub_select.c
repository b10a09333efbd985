/*
 * sub_select.c
 *		Makes SELECT (SELECT ...), as it was analysed, the inner SELECT itself.
 *
 * A formula with a sub-SELECT runs as SELECT $1, where $1 stands for the formula. If
 * that is nothing but a sub-SELECT, or EXISTS of one, PostgreSQL would run a query
 * that has no table, and the sub-SELECT below it. So the analysed query is replaced by
 * the inner one, which is all that there is to run: its text, its number, its right
 * and its place are those of the outer one. Who runs it minds that there may be no
 * row, or two. It is done wherever the statement is analysed, so that whoever
 * looks at it sees what runs.
 */
#include "postgres.h"

#include "base/compat.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "parser/analyze.h"
#include "program/parser_hooks.h"
#include "program/sub_select.h"

static post_parse_analyze_hook_type next_hook = NULL;

bool
sub_select_none(const Scope *scope, Datum *value, bool *isnull)
{
	*isnull = scope->selects == SELECTS_ROW;
	*value = BoolGetDatum(scope->selects == SELECTS_NOT_EXISTS);
	return scope->selects != SELECTS_VALUE;
}

bool
query_is_bare(const Query *query)
{
	return query->commandType == CMD_SELECT && query->utilityStmt == NULL && query->rtable == NIL &&
		query->cteList == NIL && query->setOperations == NULL && !query->hasAggs && !query->hasWindowFuncs &&
		!query->hasTargetSRFs && query->groupClause == NIL && query->groupingSets == NIL &&
		query->havingQual == NULL && query->distinctClause == NIL && query->sortClause == NIL &&
		query->limitOffset == NULL && query->limitCount == NULL && query->rowMarks == NIL &&
		(query->jointree == NULL || (query->jointree->fromlist == NIL && query->jointree->quals == NULL)) &&
		list_length(query->targetList) == 1;
}

/* Does it matter only to what a query returns what its list says? As PostgreSQL sees it for EXISTS. */
static bool
list_does_not_matter(const Query *select)
{
	return select->setOperations == NULL && !select->hasAggs && !select->hasWindowFuncs &&
		!select->hasTargetSRFs && !select->hasModifyingCTE && select->groupClause == NIL &&
		select->groupingSets == NIL && select->havingQual == NULL && select->distinctClause == NIL &&
		select->limitOffset == NULL && select->limitCount == NULL;
}

/* Has EXISTS of a query return a row that says so, as soon as there is one. */
static void
select_first(Query *select, bool exists)
{
	Node	   *says = makeBoolConst(exists, false);

	select->targetList = list_make1(makeTargetEntry((Expr *) says, 1, pstrdup("exists"), false));
	select->sortClause = NIL;
	select->windowClause = NIL;
	select->limitCount = (Node *) makeConst(INT8OID, -1, InvalidOid, sizeof(int64), Int64GetDatum(1), false, true);
	select->limitOption = LIMIT_OPTION_COUNT;
}

/* Puts the inner query into the place of the outer one. */
static void
replace_query(Query *query, Query *select)
{
	select->queryId = query->queryId;
	select->querySource = query->querySource;
	select->canSetTag = query->canSetTag;
	select->stmt_location = query->stmt_location;
	select->stmt_len = query->stmt_len;
	*query = *select;
}

/* The sub-SELECT that an expression is, and what its value is then; NULL: it is none. */
static Query *
inner_select(Node *node, Selects *selects)
{
	bool		exists = true;
	const SubLink *link;
	Query	   *select;

	if (is_notclause(node))
	{
		node = (Node *) get_notclausearg((Expr *) node);
		exists = false;
	}
	if (!IsA(node, SubLink))
		return NULL;
	link = (const SubLink *) node;
	select = castNode(Query, link->subselect);
	if (select->commandType != CMD_SELECT || select->rowMarks != NIL)
		return NULL;
	if (link->subLinkType == EXPR_SUBLINK && exists)
	{
		*selects = SELECTS_ROW;
		return select;
	}
	if (link->subLinkType != EXISTS_SUBLINK || !list_does_not_matter(select))
		return NULL;
	*selects = exists ? SELECTS_EXISTS : SELECTS_NOT_EXISTS;
	select_first(select, exists);
	return select;
}

/* Looks at a query of ours that has been analysed. */
static void
settle_query(Scope *scope, Query *query)
{
	Query	   *select;

	scope->selects = SELECTS_VALUE;
	if (!query_is_bare(query))
		return;
	select = inner_select((Node *) linitial_node(TargetEntry, query->targetList)->expr, &scope->selects);
	if (select != NULL)
		replace_query(query, select);
}

/* post_parse_analyze_hook */
static void
sub_select_analysed(ParseState *pstate, Query *query, HookJumbleState *jumble)
{
	Scope	   *scope;

	if (next_hook != NULL)
		next_hook(pstate, query, jumble);
	scope = parser_scope(pstate);
	if (scope != NULL && scope->one_value)
		settle_query(scope, query);
}

void
sub_selects_init(void)
{
	next_hook = post_parse_analyze_hook;
	post_parse_analyze_hook = sub_select_analysed;
}
