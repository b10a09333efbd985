/*
 * failure.c
 *		How an action can fail, noted while it is compiled.
 *
 * Of a formula, operators and PostgreSQL's own functions are left out: what they
 * raise hangs on values alone, such as a division by zero.
 */
#include "postgres.h"

#include "access/transam.h"
#include "lookup/canonical.h"
#include "nodes/nodeFuncs.h"
#include "program/failure.h"

/* Adds one. */
static void
add_failure(Program *program, const Failure *failure)
{
	MemoryContext old = MemoryContextSwitchTo(program->mcxt);
	Failure    *copy = palloc(sizeof(Failure));

	*copy = *failure;
	program->failures->list = lappend(program->failures->list, copy);
	MemoryContextSwitchTo(old);
}

void
failure_note(Program *program, const char *path, int sqlstate, const char *message, const char *when)
{
	Failure		failure = {.sqlstate = sqlstate, .message = message, .path = path, .when = when};

	if (failures_wanted(program))
		add_failure(program, &failure);
}

void
failure_note_performed(Program *program, const char *path, Oid action)
{
	Failure		failure = {.path = path, .performed = action};

	if (failures_wanted(program) && OidIsValid(action))
		add_failure(program, &failure);
}

void
failure_note_table(Program *program, const char *path, Oid table, const TableCommand *command)
{
	Failure		failure = {.path = path, .table = table, .command = command};

	if (failures_wanted(program))
		add_failure(program, &failure);
}

/* Notes what a domain refuses, or a type that is made of domains. */
static void
note_domain(Program *program, const char *path, Oid type)
{
	Failure		failure = {.path = path, .domain = type};

	add_failure(program, &failure);
}

/* A formula on the way through its tree. */
typedef struct FailureWalk
{
	Program    *program;
	const char *path;
} FailureWalk;

/* Notes a function, if it is somebody's. */
static void
note_somebodys(const FailureWalk *walk, Oid function)
{
	if (function >= FirstNormalObjectId)
		failure_note(walk->program, walk->path, ANY_SQLSTATE,
					 MemoryContextStrdup(walk->program->mcxt,
										 psprintf("whatever function %s raises", function_name_canonical(function))),
					 "it is called");
}

/* Looks at one node, and at those below it. */
static bool
failure_walker(Node *node, FailureWalk *walk)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, failure_walker, walk, 0);
	if (IsA(node, FuncExpr))
		note_somebodys(walk, ((FuncExpr *) node)->funcid);
	else if (IsA(node, Aggref))
		note_somebodys(walk, ((Aggref *) node)->aggfnoid);
	else if (IsA(node, WindowFunc))
		note_somebodys(walk, ((WindowFunc *) node)->winfnoid);
	else if (IsA(node, CoerceToDomain))
		note_domain(walk->program, walk->path, ((CoerceToDomain *) node)->resulttype);
	return expression_tree_walker(node, failure_walker, walk);
}

void
failure_note_formula(Program *program, const char *path, Node *tree)
{
	FailureWalk walk = {program, path};

	if (!failures_wanted(program))
		return;
	walk.path = MemoryContextStrdup(program->mcxt, path);
	(void) failure_walker(tree, &walk);
}
