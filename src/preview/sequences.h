/*
 * sequences.h
 *		The sequences of the database, as they were before an action.
 */
#ifndef CA_SEQUENCES_H
#define CA_SEQUENCES_H

#include "postgres.h"

#include "nodes/pg_list.h"

typedef struct Sequences Sequences;

/* Notes what all of them say; lives in the current context. */
extern Sequences *sequences_note(void);

/* Has the sequence given this number since? Of numbers that a session takes in advance it may be an older one. */
extern bool sequences_gave(const Sequences *sequences, Oid sequence, int64 number);

/* Those of which this transaction has taken numbers since: OIDs in their order, in the current context. */
extern List *sequences_advanced(const Sequences *sequences);

#endif
