/*
 * program_cache.h
 *		The backend's compiled actions.
 */
#ifndef CA_PROGRAM_CACHE_H
#define CA_PROGRAM_CACHE_H

#include "postgres.h"

#include "definition/envelope.h"
#include "program/program.h"

/* What a DO block goes by as an action: no name of one, which has a schema */
#define INLINE_ACTION	"inline"

/* The good program of a published function; raises UA001 when it is not active. Every get needs a release. */
extern Program *program_get(Oid function);

/* The program of a DO statement's text; its release frees it. */
extern Program *program_of_text(const char *text);

/*
 * The program of an action that is not published so, for one use; its release frees
 * it. The envelope, and all that it points to, is in the home, which is the
 * program's then.
 */
extern Program *program_of_envelope(const char *action, Envelope *envelope, MemoryContext home);
extern void program_release(Program *program);

extern void cache_init(void);

#endif
