/*
 * state_life.c
 *		How long the state of an expression can be used.
 *
 * A state holds what was looked up when it was made, and what functions keep from one
 * call to the next. Where all of that is PostgreSQL's own and cannot change (functions in
 * C that read their arguments alone, plain types), it is good for any transaction. What
 * is a user's is not: functions in SQL and PL/pgSQL may keep what ends with the
 * transaction, domains have their checks copied, types may be altered. Whatever is not
 * known to last ends with the transaction.
 *
 * Making a state asks for EXECUTE on each function. Those that nobody has granted or
 * revoked are everybody's; others bind the state to its user. The frame forgets all
 * states when anything has changed that gives rights (rights_changes). Other modules
 * that want to know who calls what (sepgsql, pgaudit) are told when a state is made, and
 * of one that is kept when a transaction first evaluates it.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "nodes/nodeFuncs.h"
#include "program/path_sight.h"
#include "run/state_life.h"
#include "utils/syscache.h"

/* How long does a function let the states live that call it? Its row was found before. */
static StateLife
function_life(Oid function)
{
	HeapTuple	tuple;
	const FormData_pg_proc *row;
	StateLife	life = LIFE_TRANSACTION;

	if (function_sees(function))
		return LIFE_TRANSACTION;
	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	if (!HeapTupleIsValid(tuple))
		return LIFE_TRANSACTION;
	row = (const FormData_pg_proc *) GETSTRUCT(tuple);
	if (row->prolang == INTERNALlanguageId && !row->proretset && !row->prosecdef &&
		heap_attisnull(tuple, Anum_pg_proc_proconfig, NULL))
		life = heap_attisnull(tuple, Anum_pg_proc_proacl, NULL) ? LIFE_LASTING : LIFE_USER;
	ReleaseSysCache(tuple);
	return life;
}

/* Takes a function into account; true: nothing lasts. */
static bool
function_lets_pass(Oid function, void *context)
{
	StateLife  *life = context;

	*life = Min(*life, function_life(function));
	return *life == LIFE_TRANSACTION;
}

/* The same of the functions of = ANY (an array), one of which may hash. */
static bool
search_lets_pass(ScalarArrayOpExpr *search, void *context)
{
	return check_functions_in_node((Node *) search, function_lets_pass, context) ||
		(OidIsValid(search->hashfuncid) && function_lets_pass(search->hashfuncid, context));
}

/* Takes a node, and what is below it, into account; true: nothing lasts. */
static bool
life_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	switch (nodeTag(node))
	{
		case T_Const:
		case T_Param:
		case T_Var:
		case T_FuncExpr:
		case T_OpExpr:
		case T_DistinctExpr:
		case T_NullIfExpr:
		case T_BoolExpr:
		case T_SubscriptingRef:
		case T_RelabelType:
		case T_ArrayCoerceExpr:
		case T_CaseExpr:
		case T_CaseTestExpr:
		case T_ArrayExpr:
		case T_CoalesceExpr:
		case T_MinMaxExpr:
		case T_NullTest:
		case T_BooleanTest:
		case T_SQLValueFunction:
			if (!type_is_blind(exprType(node)) || check_functions_in_node(node, function_lets_pass, context))
				return true;
			break;
		case T_ScalarArrayOpExpr:
			if (search_lets_pass((ScalarArrayOpExpr *) node, context))
				return true;
			break;
		case T_CoerceViaIO:		/* nobody is asked whether he may execute these functions */
			if (!type_is_blind(exprType(node)) || !type_is_blind(exprType((Node *) ((CoerceViaIO *) node)->arg)))
				return true;
			break;
		case T_List:
		case T_CaseWhen:
			break;
		default:
			return true;
	}
	return expression_tree_walker(node, life_walker, context);
}

StateLife
state_life(Node *expression)
{
	StateLife	life = LIFE_LASTING;

	if (life_walker(expression, &life))
		return LIFE_TRANSACTION;
	return life;
}

/* Is a value made one of a domain? */
static bool
checks_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, CoerceToDomain))
		return true;
	return expression_tree_walker(node, checks_walker, context);
}

bool
state_has_checks(Node *expression)
{
	return checks_walker(expression, NULL);
}

/* Tells of a function. */
static bool
tell_checker(Oid function, void *context)
{
	InvokeFunctionExecuteHook(function);
	return false;
}

/* Tells of the functions of a node, and of those below it. */
static bool
tell_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (!IsA(node, CoerceViaIO))
		(void) check_functions_in_node(node, tell_checker, NULL);
	if (IsA(node, ScalarArrayOpExpr) && OidIsValid(((ScalarArrayOpExpr *) node)->hashfuncid))
		(void) tell_checker(((ScalarArrayOpExpr *) node)->hashfuncid, NULL);
	return expression_tree_walker(node, tell_walker, context);
}

void
state_tell_overseers(Node *planned)
{
	(void) tell_walker(planned, NULL);
}
