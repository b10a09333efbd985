/*
 * init.c
 *		What happens when a backend loads the library.
 */
#include "postgres.h"

#include "cache.h"
#include "ddl.h"
#include "execute.h"
#include "fmgr.h"
#include "utils/guc.h"

PG_MODULE_MAGIC;

void		_PG_init(void);

void
_PG_init(void)
{
	ddl_init();
	cache_init();
	execute_init();
	MarkGUCPrefixReserved("custom_actions");
}
