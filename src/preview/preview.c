/*
 * preview.c
 *		Runs an action for its effect, and undoes it.
 *
 * All happens in a subtransaction that is rolled back: the action, its deferred
 * triggers and constraints, and the reading of what has changed. Observers of
 * invocations are told nothing. What an error leaves behind is put right by the end
 * of the subtransaction, and here by PG_FINALLY.
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "base/error.h"
#include "base/settings.h"
#include "commands/trigger.h"
#include "nodes/makefuncs.h"
#include "pgstat.h"
#include "preview/draft.h"
#include "preview/normal.h"
#include "preview/preview.h"
#include "preview/remains.h"
#include "preview/token.h"
#include "preview/varies.h"
#include "run/action_call.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/pgstat_internal.h"
#include "utils/snapmgr.h"

/* What is going on. */
typedef enum PreviewPhase
{
	PREVIEW_RUNS,				/* the action */
	PREVIEW_COMMITS,			/* what COMMIT would do */
	PREVIEW_READS				/* what has changed */
} PreviewPhase;

typedef struct Preview
{
	const PreviewCall *call;
	DraftSource *draft;			/* NULL: what is published, which has this handle */
	Handle	   *handle;
	InvokeRequest request;
	Watch	   *watch;
	Effect	   *effect;
	PreviewPhase phase;
	EffectBegin begin;
} Preview;

/* Sets a setting for the subtransaction. */
static void
set_inside(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_SUSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

/* Runs all triggers and checks that are deferred. */
static void
run_deferred(void)
{
	ConstraintsSetStmt *all = makeNode(ConstraintsSetStmt);

	all->constraints = NIL;
	all->deferred = false;
	AfterTriggerSetState(all);
}

/* The same for what the transaction has deferred before. */
static void
try_pending(void *arg)
{
	EffectBegin *begin = arg;

	run_deferred();
	begin->pending_writes = pgstat_get_xact_stack_level(GetCurrentTransactionNestLevel())->first != NULL;
}

/*
 * What COMMIT would do includes what was deferred before the action. It cannot be
 * told apart, so it is tried alone: then it is known whether it fails by itself.
 * That is undone, and what was pending is pending again.
 */
static void
look_at_pending(EffectBegin *begin)
{
	if (!TransactionIdIsValid(GetTopTransactionIdIfAny()))
		return;
	begin->pending_fails = caught_undone(try_pending, begin) != NULL;
}

void
effect_begin(EffectBegin *begin, Watch *watch, Effect *effect)
{
	MemoryContext old = MemoryContextSwitchTo(effect->mcxt);

	if (!pgstat_track_counts)
		set_inside("track_counts", "on");
	begin->level = GetCurrentTransactionNestLevel();
	begin->subxact = GetCurrentSubTransactionId();
	watch_within(watch, begin->subxact);
	look_at_pending(begin);
	begin->sequences = sequences_note();
	begin->varies = varies_begin(begin->sequences);
	CommandCounterIncrement();
	begin->begin = GetCurrentCommandId(false);
	begin->since = GetXLogInsertRecPtr();
	MemoryContextSwitchTo(old);
}

void
effect_run_deferred(Watch *watch)
{
	watch_deferred(watch, "deferred trigger");
	run_deferred();
	watch_deferred_end(watch);
}

void
effect_read(const EffectBegin *begin, Effect *effect, const Watch *watch, const EffectOptions *options)
{
	CommandSpan interval = {.begin = begin->begin, .since = begin->since};
	Snapshot	snapshot;

	CommandCounterIncrement();
	snapshot = RegisterSnapshot(GetTransactionSnapshot());
	PushCopiedSnapshot(snapshot);
	interval.before = GetActiveSnapshot();
	interval.before->curcid = begin->begin;
	PushCopiedSnapshot(snapshot);
	interval.after = GetActiveSnapshot();
	interval.after->curcid = GetCurrentCommandId(false);
	effect_collect(effect, watch, &interval, begin->level, begin->subxact, options);
	remains_collect(effect, watch, begin->sequences, interval.before);
	if (begin->pending_writes)
		effect_add_incomplete(effect, NULL,
							  "deferred triggers of what this transaction did before have run, too: what they changed is among the changes");
	effect->outputs = watch->outputs;
	varies_settle(begin->varies, effect, watch);
	effect->normal = normal_effect(effect, watch);
	PopActiveSnapshot();
	PopActiveSnapshot();
	UnregisterSnapshot(snapshot);
}

/* What happens in the subtransaction. */
static void
preview_work(void *arg)
{
	Preview    *preview = arg;

	if (setting_idempotency_key[0] != '\0')
		set_inside("custom_actions.idempotency_key", "");
	effect_begin(&preview->begin, preview->watch, preview->effect);
	preview->phase = PREVIEW_RUNS;
	if (preview->draft != NULL)
		draft_run(preview->draft, &preview->request);
	else
		handle_call(preview->handle, &preview->request);
	preview->phase = PREVIEW_COMMITS;
	effect_run_deferred(preview->watch);
	preview->phase = PREVIEW_READS;
	effect_read(&preview->begin, preview->effect, preview->watch, &preview->call->options);
}

/* Takes the error of the action, or throws on what is none of its. */
static void
take_failure(Preview *preview, Caught *caught)
{
	Effect	   *effect = preview->effect;

	if (preview->phase == PREVIEW_READS || !(caught_may_be_handled(caught) || error_is_limit(caught->error)))
		error_throw_on(caught->error);
	MemoryContextSetParent(caught->mcxt, effect->mcxt);
	effect->error = caught->error;
	effect->at_commit = preview->phase == PREVIEW_COMMITS;
	effect->pending = effect->at_commit && preview->begin.pending_fails;
	if (effect->error->hint == NULL && preview->draft != NULL)
		effect->error->hint = unconstify(char *, draft_hint(preview->draft));
	if (preview->watch->failed != NULL)
		effect->failed_by = preview->watch->failed->by;
}

/* Takes over what the watch has kept. */
static void
take_watched(Preview *preview)
{
	Effect	   *effect = preview->effect;
	Watch	   *watch = preview->watch;

	MemoryContextSetParent(watch->mcxt, effect->mcxt);
	watch_count(watch);
	effect->lines = watch->lines;
	effect->outputs = effect->error == NULL ? watch->outputs : NIL;
	effect->token = token_make(effect, watch);
}

Effect *
preview_effect(const PreviewCall *call)
{
	Preview		preview = {.call = call};
	Caught	   *volatile caught = NULL;

	preview.draft = draft_source(call->action, call->has_version ? &call->version : NULL);
	if (preview.draft == NULL)
		preview.handle = handle_of_name(call->action);
	preview.effect = effect_make(&call->options);
	preview.request.kind = REQUEST_JSON;
	preview.request.input = call->input;
	preview.request.result_context = preview.effect->mcxt;
	preview.watch = watch_begin(&preview.request, true);
	PG_TRY();
	{
		caught = caught_undone(preview_work, &preview);
	}
	PG_FINALLY();
	{
		watch_end(preview.watch);
	}
	PG_END_TRY();
	if (caught != NULL)
		take_failure(&preview, caught);
	take_watched(&preview);
	return preview.effect;
}
