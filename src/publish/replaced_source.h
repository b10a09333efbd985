/*
 * replaced_source.h
 *		A function of an action gets another source.
 */
#ifndef CA_REPLACED_SOURCE_H
#define CA_REPLACED_SOURCE_H

#include "postgres.h"

#include "utils/array.h"

/* Replaces the source of a function and, unless they are NULL, its settings; nothing else of it changes. */
extern void source_replace(Oid function, const char *source, ArrayType *settings);

#endif
