/*
 * init.c
 *		What happens when a backend loads the library.
 */
#include "postgres.h"

#include "cache.h"
#include "ddl.h"
#include "fmgr.h"
#include "frame.h"
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
	sandbox_init();
	MarkGUCPrefixReserved("custom_actions");
}
