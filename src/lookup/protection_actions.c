/*
 * protection_actions.c
 *		Which actions may write a protected table, as the WHEN clause of its row
 *		trigger lists them.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "lookup/protection_actions.h"
#include "nodes/nodeFuncs.h"
#include "utils/fmgrprotos.h"

/* Collects what constants name functions. */
static bool
actions_walker(Node *node, List **actions)
{
	if (node == NULL)
		return false;
	if (IsA(node, Const))
	{
		const Const *constant = (Const *) node;

		if (constant->consttype == REGPROCEDUREOID && !constant->constisnull)
			*actions = lappend_oid(*actions, DatumGetObjectId(constant->constvalue));
		return false;
	}
	return expression_tree_walker(node, actions_walker, actions);
}

List *
protection_actions(const Trigger *trigger)
{
	List	   *actions = NIL;

	if (trigger->tgqual != NULL)
		(void) actions_walker(stringToNode(trigger->tgqual), &actions);
	return actions;
}
