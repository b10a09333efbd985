/*
 * text_join.c
 *		Joins the parts of a template at once, where they stand in a tree of texts
 *		that are put together in pairs.
 *
 * A template is such a tree for all who look at an action (program/formula.c): each
 * pair makes a text of two, and each part one of its value. When it is planned, the
 * tree becomes one call of PostgreSQL's concat(), which appends to one buffer: NULL
 * prints nothing there, either, and what is printed by the output function of its type
 * goes there as it is. That cannot fail in between, since only plain types do.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/plain_path.h"
#include "base/simple_type.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "run/text_join.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/syscache.h"

/* May everybody execute a function of PostgreSQL's, as it came? */
static bool
is_everybodys(Oid function)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	bool		everybodys;

	if (!HeapTupleIsValid(tuple))
		return false;
	everybodys = heap_attisnull(tuple, Anum_pg_proc_proacl, NULL);
	ReleaseSysCache(tuple);
	return everybodys;
}

/* Is it a text that is there, and empty if asked so? */
static bool
is_text_constant(const Node *node, bool empty)
{
	const Const *constant = (const Const *) node;

	return IsA(node, Const) && constant->consttype == TEXTOID && !constant->constisnull &&
		(!empty || VARSIZE_ANY_EXHDR(DatumGetPointer(constant->constvalue)) == 0);
}

/* The text that prints nothing where it is NULL; NULL: it is no such expression. */
static Node *
text_if_any(const Node *node)
{
	const CoalesceExpr *coalesce = (const CoalesceExpr *) node;

	return IsA(node, CoalesceExpr) && coalesce->coalescetype == TEXTOID && list_length(coalesce->args) == 2 &&
		is_text_constant(lsecond(coalesce->args), true) ? linitial(coalesce->args) : NULL;
}

/* What is printed for a text: the value of which it was made, if that is printed alike. */
static Node *
printed(Node *text)
{
	if (IsA(text, CoerceViaIO) && ((CoerceViaIO *) text)->resulttype == TEXTOID)
	{
		Node	   *value = (Node *) ((CoerceViaIO *) text)->arg;

		if (type_is_simple(exprType(value)))
			return value;
	}
	return text;
}

/* Lists the parts of a tree of pairs; false: there is something else in it. */
static bool
parts_of_template(Node *node, List **parts)
{
	FuncExpr   *pair = (FuncExpr *) node;

	if (IsA(node, FuncExpr) && pair->funcid == F_TEXTCAT)
		return parts_of_template(linitial(pair->args), parts) && parts_of_template(lsecond(pair->args), parts);
	if (is_text_constant(node, false))
		*parts = lappend(*parts, node);
	else if (text_if_any(node) != NULL)
		*parts = lappend(*parts, printed(text_if_any(node)));
	else
		return false;
	return true;
}

static Node *
join_mutator(Node *node, void *context)
{
	List	   *parts = NIL;

	if (node == NULL)
		return NULL;
	if (IsA(node, FuncExpr) && ((FuncExpr *) node)->funcid == F_TEXTCAT && parts_of_template(node, &parts) &&
		list_length(parts) <= FUNC_MAX_ARGS)
	{
		parts = (List *) expression_tree_mutator((Node *) parts, join_mutator, context);
		return (Node *) makeFuncExpr(F_CONCAT, TEXTOID, parts, DEFAULT_COLLATION_OID, DEFAULT_COLLATION_OID,
									 COERCE_EXPLICIT_CALL);
	}
	return expression_tree_mutator(node, join_mutator, context);
}

/* Are there pairs in a tree? */
static bool
pairs_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, FuncExpr) && ((FuncExpr *) node)->funcid == F_TEXTCAT)
		return true;
	return expression_tree_walker(node, pairs_walker, context);
}

Node *
texts_joined(Node *tree)
{
	if (plain_path_has(PLAIN_TEMPLATES) || !pairs_walker(tree, NULL) || !is_everybodys(F_CONCAT) ||
		!is_everybodys(F_TEXTCAT))
		return tree;
	return join_mutator(tree, NULL);
}
