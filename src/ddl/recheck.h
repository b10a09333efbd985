/*
 * recheck.h
 *		Compiles published actions after a command, and if they do not compile,
 *		as they would have before it.
 */
#ifndef CA_RECHECK_H
#define CA_RECHECK_H

#include "postgres.h"

#include "ddl/touched.h"
#include "nodes/pg_list.h"

typedef enum RecheckResult
{
	RECHECK_SOUND,
	RECHECK_UNKNOWN,			/* a lock was not to be had at once */
	RECHECK_BROKEN_BEFORE,		/* and still is */
	RECHECK_BREAKS				/* it worked before */
} RecheckResult;

/* An action that a command concerns. */
typedef struct Recheck
{
	Oid			action;
	List	   *uses;			/* of Use: what it uses of what the command touched */
	RecheckResult result;
	Touched    *blamed;			/* on account of what it stands in the way; NULL: it does not */
	Oid			owner;			/* of one that is not sound, as all below */
	char	   *name;
	char	   *problems;		/* what is wrong with it */
} Recheck;

/* Those that would run, but mean something else now, break, too. A list of Unfollowed (follow_names.h). */
extern void recheck_unfollowed(const List *rechecks, const List *unfollowed);

/*
 * Fills in the results. Waits for no lock, and keeps none. What the command
 * found before is looked at only if there is a need to.
 */
extern void recheck_actions(List *rechecks);

/*
 * Locks what an action uses, as far as that can be had at once, or raises. What is
 * only read needs no more than the second lock; who needs the first one waits for it
 * as long as check_published() lets him, which is next to nothing.
 */
extern void lock_needed_at_once(Oid action);

#endif
