/*
 * mark.c
 *		Between what and what instructions are counted: a function that has
 *		callgrind write down its count under a name, and begin at zero.
 *
 * The first mark also begins to count: how the backend started is not asked for.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#if defined(__has_include)
#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#endif
#endif

PG_FUNCTION_INFO_V1(bench_mark);

/* Ends what was counted so far, and names it. */
Datum
bench_mark(PG_FUNCTION_ARGS)
{
#ifdef CALLGRIND_DUMP_STATS_AT
	static bool counting = false;
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));

	if (!counting)
		CALLGRIND_START_INSTRUMENTATION;
	counting = true;
	CALLGRIND_DUMP_STATS_AT(name);
	PG_RETURN_TEXT_P(cstring_to_text(name));
#else
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("the headers of valgrind were missing when this was built")));
#endif
}
