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

/* Whether plug-ins come from a document; set by the SQL function that writes them only. */
static bool importing = false;

void		_PG_init(void);

void
_PG_init(void)
{
	ddl_init();
	cache_init();
	frames_init();
	limits_init();
	sandbox_init();
	DefineCustomBoolVariable("custom_actions.importing",
							 "Whether registrations of plug-ins are written from a definition.",
							 NULL, &importing, false, PGC_USERSET,
							 GUC_NO_SHOW_ALL | GUC_NO_RESET_ALL | GUC_NOT_IN_SAMPLE | GUC_DISALLOW_IN_FILE,
							 NULL, NULL, NULL);
	MarkGUCPrefixReserved("custom_actions");
}
