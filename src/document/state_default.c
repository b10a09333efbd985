/*
 * state_default.c
 *		The state that rows begin with if nothing gives them one.
 *
 * Of a default no more is known than that it is a constant; nothing of it runs.
 */
#include "postgres.h"

#include "access/relation.h"
#include "document/state_default.h"
#include "lookup/column_places.h"
#include "lookup/datum_text.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/primnodes.h"
#include "rewrite/rewriteHandler.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"

/* The constant that an expression is behind its casts, or NULL. */
static const Const *
constant_of(const Node *node)
{
	while (node != NULL)
	{
		if (IsA(node, Const))
			return (const Const *) node;
		if (IsA(node, RelabelType))
			node = (const Node *) ((const RelabelType *) node)->arg;
		else if (IsA(node, CoerceViaIO))
			node = (const Node *) ((const CoerceViaIO *) node)->arg;
		else if (IsA(node, CoerceToDomain))
			node = (const Node *) ((const CoerceToDomain *) node)->arg;
		else if (IsA(node, FuncExpr) && ((const FuncExpr *) node)->funcformat != COERCE_EXPLICIT_CALL)
			node = linitial(((const FuncExpr *) node)->args);
		else
			return NULL;
	}
	return NULL;
}

/* A constant as text; NULL for NULL. */
static const char *
state_of_constant(const Const *constant)
{
	return constant->constisnull ? NULL : datum_text(constant->constvalue, constant->consttype);
}

/* Reads the default of a relation's column; false if it has none. */
static bool
read_default(Oid relation, const char *column, StateValue *state)
{
	Relation	opened = relation_open(relation, AccessShareLock);
	AttrNumber	number = get_attnum(relation, column);
	Node	   *node = number > 0 ? build_column_default(opened, number) : NULL;
	const Const *constant = constant_of(node);

	if (constant != NULL)
		state->state = state_of_constant(constant);
	else if (node != NULL)
		state->formula = deparse_expression(node, deparse_context_for(RelationGetRelationName(opened), relation),
											false, false);
	relation_close(opened, NoLock);
	return node != NULL;
}

StateValue *
state_default(const ColumnPlace *place)
{
	StateValue *state = palloc0(sizeof(StateValue));
	Oid			relation = place->relation;
	char	   *column = pstrdup(place->column);

	while (!read_default(relation, column, state) && column_below(relation, column, &relation, &column))
		CHECK_FOR_INTERRUPTS();
	return state;
}
