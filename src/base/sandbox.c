/*
 * sandbox.c
 *		Keeps users' code from running while a definition is checked.
 *
 * PostgreSQL reads literals during parse analysis; the CHECK of a domain
 * inside their type would run there, with the rights of whoever checks. Inside
 * the sandbox a function that an expression is about to call is refused unless
 * it is PostgreSQL's own and IMMUTABLE, which VALUE > 0 is and query_to_xml is
 * not.
 */
#include "postgres.h"

#include "access/transam.h"
#include "base/sandbox.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/regproc.h"

static object_access_hook_type next_access_hook = NULL;
static bool active = false;
static bool until_function = false;
static List **noted_schemas = NULL; /* NULL: nobody asks for them */
static MemoryContext noted_mcxt = NULL;

/* Notes a schema that a name says. */
static void
note_schema(Oid schema, const ObjectAccessNamespaceSearch *search)
{
	MemoryContext old;

	if (search == NULL || !search->ereport_on_violation)
		return;
	old = MemoryContextSwitchTo(noted_mcxt);
	*noted_schemas = list_append_unique_oid(*noted_schemas, schema);
	MemoryContextSwitchTo(old);
}

/* Refuses functions that do something; ends what lasts until a function is made. */
static void
sandbox_hook(ObjectAccessType access, Oid class, Oid object, int part, void *arg)
{
	if (next_access_hook != NULL)
		next_access_hook(access, class, object, part, arg);
	if (until_function && access == OAT_POST_CREATE && class == ProcedureRelationId)
		active = until_function = false;
	if (noted_schemas != NULL && access == OAT_NAMESPACE_SEARCH)
		note_schema(object, arg);
	if (!active || access != OAT_FUNCTION_EXECUTE)
		return;
	if (object >= FirstUnpinnedObjectId || func_volatile(object) != PROVOLATILE_IMMUTABLE)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("function %s would run while the action is checked", format_procedure(object)),
				 errdetail("A literal is read at once, and the type it is read as has a domain inside that calls the function."),
				 errhint("Write text before the literal, for example (text '{1,2}')::type.")));
}

void
sandbox_init(void)
{
	next_access_hook = object_access_hook;
	object_access_hook = sandbox_hook;
}

bool
access_is_overseen(void)
{
	return next_access_hook != NULL || object_access_hook != sandbox_hook;
}

/* Calls fn(arg) in the sandbox, all of it or what comes before a new pg_proc row. */
static void
call_inside(void (*fn) (void *arg), void *arg, bool only_until_function)
{
	bool		outer = active;
	bool		outer_until_function = until_function;

	active = true;
	until_function = only_until_function;
	PG_TRY();
	{
		fn(arg);
	}
	PG_FINALLY();
	{
		active = outer;
		until_function = outer_until_function;
	}
	PG_END_TRY();
}

void
sandbox_call(void (*fn) (void *arg), void *arg)
{
	call_inside(fn, arg, false);
}

void
sandbox_create_function(void (*fn) (void *arg), void *arg)
{
	call_inside(fn, arg, true);
}

void
sandbox_note_schemas(List **schemas, void (*fn) (void *arg), void *arg)
{
	List	  **outer = noted_schemas;
	MemoryContext outer_mcxt = noted_mcxt;

	noted_schemas = schemas;
	noted_mcxt = CurrentMemoryContext;
	PG_TRY();
	{
		fn(arg);
	}
	PG_FINALLY();
	{
		noted_schemas = outer;
		noted_mcxt = outer_mcxt;
	}
	PG_END_TRY();
}
