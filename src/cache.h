/*
 * cache.h
 *		The backend's compiled actions.
 */
#ifndef CA_CACHE_H
#define CA_CACHE_H

#include "postgres.h"

#include "compile.h"

/* The good program of a published function; raises UA001 when it is not active. Every get needs a release. */
extern Program *program_get(Oid function);
extern void program_release(Program *program);

extern void cache_init(void);

#endif
