/*
 * varies.h
 *		Values that differ by nature: numbers of sequences, times, random uuids. In
 *		the token stands what they are: "the new desk.task 1", "now() + 2 days".
 */
#ifndef CA_VARIES_H
#define CA_VARIES_H

#include "postgres.h"

#include "preview/effect.h"
#include "preview/sequences.h"

typedef struct Varies Varies;

/* Notes what the clock says before the action runs; lives in the current context. */
extern Varies *varies_begin(const Sequences *sequences);

/* Gives columns and outputs their words, and notes them in the effect; before that is undone. */
extern void varies_settle(Varies *varies, Effect *effect, const Watch *watch);

#endif
