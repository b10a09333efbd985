/*
 * batch.h
 *		Several calls of different actions in one: what is known of them.
 */
#ifndef CA_BATCH_H
#define CA_BATCH_H

#include "postgres.h"

#include "bulk/bulk.h"
#include "nodes/pg_list.h"

/* What there is of a call beside its item. */
typedef struct BatchCall
{
	char	   *action;			/* as the caller names it */
	char	   *name;			/* "as", or NULL */
	char	   *idempotency_key;	/* or NULL */
	char	   *if_match;		/* the version that its target has to have, or NULL */
	bool		has_references; /* or "==", which stands for "=" */
	List	   *needs;			/* of int: the calls that it refers to, each once */
	bool		refers_to_secrets;	/* what it refers to may be sensitive */
	bool		may_be_sensitive;	/* what it is given or answers may be */
} BatchCall;

typedef struct Batch
{
	Bulk		bulk;			/* first: its items are the calls, in their order */
	BatchCall  *calls;
	bool		sensitive;		/* some action may have sensitive inputs or outputs */
} Batch;

/* "call 3", "call 3 ("b")" */
static inline char *
batch_call_title(const Batch *batch, int call)
{
	const char *name = batch->calls[call].name;

	return name != NULL ? psprintf("call %d (\"%s\")", call + 1, name) : psprintf("call %d", call + 1);
}

#endif
