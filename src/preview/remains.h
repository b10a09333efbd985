/*
 * remains.h
 *		What a rollback does not undo, and what is written elsewhere.
 */
#ifndef CA_REMAINS_H
#define CA_REMAINS_H

#include "postgres.h"

#include "preview/effect.h"
#include "preview/varies.h"

/* The sequences that this transaction has used so far: a list of OIDs, in the current context. */
extern List *sequences_used(void);

/* Adds what was done since, other than to rows. used_before: the sequences used by then. */
extern void remains_collect(Effect *effect, const Watch *watch, const Varies *varies, const List *used_before);

#endif
