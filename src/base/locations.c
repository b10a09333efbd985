/*
 * locations.c
 *		Takes the positions out of an analysed tree.
 *
 * Every node type with a position is listed, also those that nothing in
 * PostgreSQL itself reads back: extensions may read any of them.
 */
#include "postgres.h"

#include "base/locations.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"

/* Where a node keeps its position; NULL: it has none. */
#define LOCATION_IN(type)	case T_##type: return &((type *) node)->location

static int *
location_of(Node *node)
{
	switch (nodeTag(node))
	{
			LOCATION_IN(Aggref);
			LOCATION_IN(ArrayCoerceExpr);
			LOCATION_IN(ArrayExpr);
			LOCATION_IN(BoolExpr);
			LOCATION_IN(BooleanTest);
			LOCATION_IN(CTECycleClause);
			LOCATION_IN(CTESearchClause);
			LOCATION_IN(CaseExpr);
			LOCATION_IN(CoalesceExpr);
			LOCATION_IN(CoerceToDomain);
			LOCATION_IN(CoerceToDomainValue);
			LOCATION_IN(CoerceViaIO);
			LOCATION_IN(CollateExpr);
			LOCATION_IN(CommonTableExpr);
			LOCATION_IN(Const);
			LOCATION_IN(ConvertRowtypeExpr);
			LOCATION_IN(FuncExpr);
			LOCATION_IN(GroupingFunc);
			LOCATION_IN(GroupingSet);
			LOCATION_IN(MinMaxExpr);
			LOCATION_IN(NamedArgExpr);
			LOCATION_IN(NullTest);
			LOCATION_IN(Param);
			LOCATION_IN(RelabelType);
			LOCATION_IN(RowExpr);
			LOCATION_IN(SQLValueFunction);
			LOCATION_IN(ScalarArrayOpExpr);
			LOCATION_IN(SetToDefault);
			LOCATION_IN(SubLink);
			LOCATION_IN(TableFunc);
			LOCATION_IN(Var);
			LOCATION_IN(WindowFunc);
			LOCATION_IN(XmlExpr);
#if PG_VERSION_NUM >= 160000
			LOCATION_IN(JsonConstructorExpr);
			LOCATION_IN(JsonFormat);
			LOCATION_IN(JsonIsPredicate);
#endif
#if PG_VERSION_NUM >= 170000
			LOCATION_IN(JsonBehavior);
			LOCATION_IN(JsonExpr);
			LOCATION_IN(MergeSupportFunc);
#endif
		case T_DistinctExpr:
		case T_NullIfExpr:
		case T_OpExpr:
			return &((OpExpr *) node)->location;
		default:
			return NULL;
	}
}

static bool locations_clear_walker(Node *node, void *context);

/* WHEN ... THEN: PostgreSQL's walker goes straight to the expressions. */
static void
clear_whens(CaseExpr *expr)
{
	ListCell   *cell;

	foreach(cell, expr->args)
		lfirst_node(CaseWhen, cell)->location = -1;
}

/* The parts of a node that PostgreSQL's own walker passes by. */
static void
clear_unwalked(Node *node)
{
	switch (nodeTag(node))
	{
		case T_Query:
			((Query *) node)->stmt_location = -1;
			((Query *) node)->stmt_len = 0;
			(void) locations_clear_walker((Node *) ((Query *) node)->groupingSets, NULL);
			break;
		case T_CaseExpr:
			clear_whens((CaseExpr *) node);
			break;
		case T_GroupingSet:
			(void) locations_clear_walker((Node *) ((GroupingSet *) node)->content, NULL);
			break;
#if PG_VERSION_NUM >= 160000
		case T_JsonValueExpr:
			(void) locations_clear_walker((Node *) ((JsonValueExpr *) node)->format, NULL);
			break;
		case T_JsonConstructorExpr:
			if (((JsonConstructorExpr *) node)->returning != NULL)
				(void) locations_clear_walker((Node *) ((JsonConstructorExpr *) node)->returning->format, NULL);
			break;
		case T_JsonIsPredicate:
			(void) locations_clear_walker((Node *) ((JsonIsPredicate *) node)->format, NULL);
			break;
#endif
#if PG_VERSION_NUM >= 170000
		case T_JsonExpr:
			(void) locations_clear_walker((Node *) ((JsonExpr *) node)->format, NULL);
			if (((JsonExpr *) node)->returning != NULL)
				(void) locations_clear_walker((Node *) ((JsonExpr *) node)->returning->format, NULL);
			break;
#endif
#if PG_VERSION_NUM >= 180000
		case T_ArrayExpr:
			((ArrayExpr *) node)->list_start = -1;
			((ArrayExpr *) node)->list_end = -1;
			break;
#endif
		default:
			break;
	}
}

static bool
locations_clear_walker(Node *node, void *context)
{
	int		   *location;

	if (node == NULL)
		return false;
	location = location_of(node);
	if (location != NULL)
		*location = -1;
	clear_unwalked(node);
	switch (nodeTag(node))
	{
		case T_Query:
			return query_tree_walker((Query *) node, locations_clear_walker, context, 0);
		case T_GroupingSet:
		case T_IntList:
			return false;
#if PG_VERSION_NUM >= 160000
		case T_JsonFormat:
			return false;
#endif
		default:
			return expression_tree_walker(node, locations_clear_walker, context);
	}
}

void
locations_clear(Node *tree)
{
	(void) locations_clear_walker(tree, NULL);
}
