/*
 * reference.h
 *		References to what earlier calls have given: "=a.task_id".
 */
#ifndef CA_REFERENCE_H
#define CA_REFERENCE_H

#include "postgres.h"

#include "bulk/batch.h"
#include "utils/hsearch.h"

/*
 * Finds the references in the input of a call; notes which calls it needs. Raises if
 * one means no earlier call. names has the numbers of all calls by their names.
 */
extern void references_find(Batch *batch, int call, HTAB *names);

/* An entry of names */
typedef struct NamedCall
{
	char		name[NAMEDATALEN];	/* hash key */
	int			call;
} NamedCall;

/*
 * The input of a call with values in place of its references, in the current context.
 * Those that must not be shown are gathered in secrets, an array; NULL: there are none.
 */
extern Jsonb *references_resolve(const Batch *batch, int call, Jsonb **secrets);

#endif
