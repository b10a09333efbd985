/*
 * init.c
 *		What happens when a backend loads the library.
 */
#include "postgres.h"

#include "cache.h"
#include "ddl.h"
#include "deferred.h"
#include "fmgr.h"
#include "frame.h"
#include "invoker.h"
#include "limit.h"
#include "sandbox.h"
#include "utils/guc.h"

PG_MODULE_MAGIC;

void		_PG_init(void);

void
_PG_init(void)
{
	ddl_init();
	cache_init();
	frames_init();
	limits_init();
	invoker_init();
	deferred_init();
	sandbox_init();
	MarkGUCPrefixReserved("custom_actions");
}
