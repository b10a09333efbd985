/*
 * proc_row.c
 *		The row of pg_proc of a function that there is.
 */
#include "postgres.h"

#include "lookup/proc_row.h"

HeapTuple
proc_row(Oid function)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", function);
	return tuple;
}
