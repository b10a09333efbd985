/*
 * invoker.c
 *		Knows the user before each change of user that a function makes.
 *
 * When the handler of a SECURITY DEFINER function runs, the function's owner is
 * the user already, and PostgreSQL keeps who was it before to itself. Its hook
 * around functions that change user or settings tells of each, so the users of
 * those that are under way make a stack. What is not known is never guessed:
 * functions entered before this library was loaded, maintenance commands and
 * checks of foreign keys, which change the user without the hook, and deferred
 * triggers that run as the role that queued them (18).
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "run/deferred.h"
#include "run/invoker.h"
#include "utils/memutils.h"

/* How the user came to be it, as far as it says more than that a function changed him */
#define SPECIAL_CONTEXTS	(SECURITY_RESTRICTED_OPERATION | SECURITY_NOFORCE_RLS)

typedef struct Level
{
	Oid			user;
	int			context;
} Level;

static fmgr_hook_type next_fmgr_hook = NULL;
static Level *levels = NULL;	/* of the functions that are under way */
static int	nlevels = 0;
static int	levels_size = 0;

/* Below them all; InvalidOid: the user at the top, whom SET ROLE changes */
static Oid	base_user = InvalidOid;
static bool base_known = true;

/* Notes the user that a function runs as. */
static void
push_level(void)
{
	if (nlevels == levels_size)
	{
		int			size = Max(16, 2 * levels_size);

		levels = levels == NULL ? MemoryContextAlloc(TopMemoryContext, size * sizeof(Level)) :
			repalloc(levels, size * sizeof(Level));
		levels_size = size;
	}
	GetUserIdAndSecContext(&levels[nlevels].user, &levels[nlevels].context);
	nlevels++;
}

/* A function has ended; one that began before the library was loaded leaves us where nothing is known. */
static void
pop_level(void)
{
	if (nlevels > 0)
		nlevels--;
	else if (OidIsValid(base_user))
		base_known = false;
}

static void
invoker_hook(FmgrHookEventType event, FmgrInfo *flinfo, Datum *private)
{
	if (event == FHET_START)
		push_level();
	else
		pop_level();
	if (next_fmgr_hook != NULL)
		next_fmgr_hook(event, flinfo, private);
}

/* Between transactions nobody is anybody else. */
static void
forget_base(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
	{
		base_user = InvalidOid;
		base_known = true;
	}
}

void
invoker_init(void)
{
	Oid			user;
	int			context;

	GetUserIdAndSecContext(&user, &context);
	if (context != 0)
		base_user = user;
	next_fmgr_hook = fmgr_hook;
	fmgr_hook = invoker_hook;
	RegisterXactCallback(forget_base, NULL);
}

/* May a trigger run here as somebody whom no function made the user? */
static bool
trigger_may_change_user(void)
{
#if PG_VERSION_NUM >= 180000
	return trigger_depth() > 0 && deferred_triggers_run();
#else
	return false;
#endif
}

Oid
invoker_before_definer(void)
{
	Level		before = {base_user, 0};
	Oid			user;
	int			context;

	if (nlevels >= 2)
		before = levels[nlevels - 2];
	else if (!base_known || IsParallelWorker() || trigger_may_change_user())
		return InvalidOid;
	GetUserIdAndSecContext(&user, &context);
	if ((context & SPECIAL_CONTEXTS) != (before.context & SPECIAL_CONTEXTS))
		return InvalidOid;
	/* where no function changed the user, SET ROLE may have since */
	if (!OidIsValid(before.user) || (nlevels >= 2 && before.context == 0))
		return GetOuterUserId();
	return before.user;
}
