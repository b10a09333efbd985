/*
 * unanswered.h
 *		Records of failures inside try_invoke_action, until it has answered.
 */
#ifndef CA_UNANSWERED_H
#define CA_UNANSWERED_H

#include "postgres.h"

#include "utils/uuid.h"

/*
 * Keeps a record until try_invoke_action has answered for this invocation; shown:
 * in the server's log, should it come to that. Touches nothing but memory.
 */
extern void unanswered_keep(const pg_uuid_t *answering, const char *bundle, Size size, bool shown);

/* Which invocation does the last one wait for? NULL: none waits. */
extern const pg_uuid_t *unanswered_last(void);

/* It has answered: inserts the records that have waited for that. */
extern void unanswered_insert(const pg_uuid_t *answering);

/* There will be no answer: sends them all past the rollback. */
extern void unanswered_send(void);

#endif
