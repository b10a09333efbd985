/*
 * remains.h
 *		What a rollback does not undo, and what is written elsewhere.
 */
#ifndef CA_REMAINS_H
#define CA_REMAINS_H

#include "postgres.h"

#include "preview/effect.h"
#include "preview/sequences.h"
#include "utils/snapshot.h"

/* Adds what was done since, other than to rows; the snapshot is of before. */
extern void remains_collect(Effect *effect, const Watch *watch, const Sequences *sequences, Snapshot before);

#endif
