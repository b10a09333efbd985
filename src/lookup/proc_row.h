/*
 * proc_row.h
 *		The row of pg_proc of a function that there is.
 */
#ifndef CA_PROC_ROW_H
#define CA_PROC_ROW_H

#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_proc.h"
#include "utils/syscache.h"

/* The row, which ReleaseSysCache() gives back; an error if there is none. */
extern HeapTuple proc_row(Oid function);

/* What stands in it. */
#define proc_form(tuple) ((Form_pg_proc) GETSTRUCT(tuple))

#endif
