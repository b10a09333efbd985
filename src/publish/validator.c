/*
 * validator.c
 *		The validator of the language: what CREATE FUNCTION may make.
 *
 * With check_function_bodies off, as while restoring, it refuses only what
 * would be in the way of other actions; running an action asks again.
 */
#include "postgres.h"

#include "base/error.h"
#include "definition/envelope.h"
#include "fmgr.h"
#include "lookup/depend.h"
#include "publish/check.h"
#include "publish/facts.h"
#include "utils/guc.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(custom_action_validator);

/*
 * Checks a function and records what it depends on; sound says to insist. Facts that
 * are not found now are not to be believed.
 */
static void
validate(Oid function, bool sound)
{
	ProblemSink sink = {.collect = true, .mcxt = CurrentMemoryContext};
	bool		active;
	Program    *program = check_published(function, true, &active, &sink,
										  CurrentMemoryContext);

	if (sound)
		problems_raise(sink.action, &sink, NULL);
	if (program != NULL)
		dependencies_record(function, program->dependencies);
	if (problem_any_error(&sink))
		program = NULL;
	if (sound)
		facts_renew(function, program);
	else
		facts_confirm(function, program);
}

/* Refuses what would be in the way of other actions, also while restoring. */
static void
require_readable(Oid oid)
{
	require_identity(published_function(oid));
	(void) action_envelope(oid);
}

/* Records what it can; the caller catches what goes wrong. */
static void
validate_quietly(void *arg)
{
	validate(*(Oid *) arg, false);
}

/* Does the work of the language's validator. */
static void
validate_action(Oid function)
{
	MemoryContext mcxt = AllocSetContextCreate(CurrentMemoryContext,
											   "custom action validation",
											   ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(mcxt);

	if (check_function_bodies)
		validate(function, true);
	else
	{
		require_readable(function);
		if (caught_error(validate_quietly, &function) != NULL)
			facts_renew(function, NULL);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(mcxt);
}

Datum
custom_action_validator(PG_FUNCTION_ARGS)
{
	Oid			function = PG_GETARG_OID(0);

	if (CheckFunctionValidatorAccess(fcinfo->flinfo->fn_oid, function))
		validate_action(function);
	PG_RETURN_VOID();
}
