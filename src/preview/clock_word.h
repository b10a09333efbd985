/*
 * clock_word.h
 *		What stands for times of the clock.
 */
#ifndef CA_CLOCK_WORD_H
#define CA_CLOCK_WORD_H

#include "postgres.h"

#include "datatype/timestamp.h"

/* The word of a value that is a time of the clock, or NULL. begun: when the call did. */
extern char *clock_word(Oid type, Datum value, TimestampTz begun);

#endif
