/*
 * init.c
 *		What happens when a backend loads the library.
 */
#include "postgres.h"

#include "base/deadline.h"
#include "base/sandbox.h"
#include "base/settings.h"
#include "engine/language.h"
#include "engine/program_cache.h"
#include "fmgr.h"
#include "preview/expect.h"
#include "preview/watch.h"
#include "program/sub_select.h"
#include "publish/facts.h"
#include "record/record.h"
#include "record/ring.h"
#include "record/ring_file.h"
#include "record/statistics.h"
#include "record/worker.h"
#include "run/action_call.h"
#include "run/budget.h"
#include "run/deferred.h"
#include "run/frame.h"
#include "run/invoker.h"
#include "run/item_scan.h"
#include "run/lending.h"
#include "steps/steps.h"

PG_MODULE_MAGIC;

void		_PG_init(void);

void
_PG_init(void)
{
	settings_init();
	steps_init();
	facts_init();
	cache_init();
	frames_init();
	budget_init();
	lending_init();
	item_scan_init();
	handle_set_call_handler(custom_action_call_handler);
	deadlines_init();
	invoker_init();
	deferred_init();
	sandbox_init();
	record_init();
	statistics_init();
	watch_init();
	sub_selects_init();
	expect_init();
	ring_init();
	ring_file_init();
	worker_init();
}
