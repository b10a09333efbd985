/*
 * would_lock.h
 *		How many rows would a statement lock?
 */
#ifndef CA_WOULD_LOCK_H
#define CA_WOULD_LOCK_H

#include "postgres.h"

#include "program/statement.h"

struct Frame;

/*
 * Runs a SELECT that locks, with all that this takes of privileges and policies, but
 * without the lock; the number of rows. It is planned each time.
 */
extern uint64 would_lock(struct Frame *frame, Statement *statement);

#endif
