/*
 * rolled_back.h
 *		Records that were inserted in a transaction, in case that it, or the part
 *		of it that they belong to, is rolled back: those of traced invocations.
 */
#ifndef CA_ROLLED_BACK_H
#define CA_ROLLED_BACK_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "utils/uuid.h"

/* Keeps the rows of an invocation, of about one bundle's size, up to the end of the transaction. */
extern void rolled_back_watch(const pg_uuid_t *invocation, const List *rows);

/* How many have been kept so far, forgotten ones too. */
extern uint64 rolled_back_count(void);

/* Forgets what the innermost subtransaction has of the first ones, so many: it runs again. */
extern void rolled_back_repeated(uint64 count);

/* Forgets those of an invocation that was among the last ones: it has failed after all. */
extern void rolled_back_forget(const pg_uuid_t *invocation);

/*
 * take gets each bundle when what it tells of has been rolled back: while a
 * (sub)transaction is aborted, so it may touch nothing but memory.
 */
extern void rolled_back_init(void (*take) (char *bundle, Size size));

#endif
