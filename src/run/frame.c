/*
 * frame.c
 *		Frames: their life, the values of their slots.
 *
 * An idle frame waits for the next invocation of the same program. mcxt, below its
 * home, holds the slots' values and is reset after each invocation; a slot frees its
 * old value when it gets a new one, so loops do not grow. A frame that an error left
 * is thrown away.
 *
 * A frame that a transaction uses ends with it, unless it is idle when the transaction
 * commits: then it is kept for later ones, with those states of expressions that last
 * (state_life.c). So that a backend with many programs does not keep a frame of each,
 * those that were used last are kept, up to a size.
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/plain_path.h"
#include "base/sandbox.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "run/frame.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

Frame	   *innermost_frame = NULL;
uint64		frame_transactions = 1;

#define KEPT_FRAME	((Size) 1024 * 1024)	/* bytes of one frame that is kept, at most ... */
#define KEPT_FRAMES	((Size) 16 * 1024 * 1024)	/* ... and of all of them */

/* Idle frames, the last used first */
static dlist_head used_frames = DLIST_STATIC_INIT(used_frames); /* by this transaction, whose they
																 * are */
static dlist_head kept_frames = DLIST_STATIC_INIT(kept_frames); /* by none since */
static Size kept_size = 0;		/* of all that are kept */

char *
frame_place(const Frame *frame)
{
	StringInfoData place;

	initStringInfo(&place);
	appendStringInfo(&place, "\"%s\" ", frame->program->action);
	if (frame->program->draft)
		appendStringInfoString(&place, "draft");
	else
		appendStringInfo(&place, "version %d", frame->program->version);
	if (frame->current != NULL)
		appendStringInfo(&place, ", %s", frame->current->label);
	if (frame->current != NULL && frame->iteration > 0)
		appendStringInfo(&place, ", iteration " INT64_FORMAT, frame->iteration);
	return place.data;
}

char *
frame_where(const Frame *frame)
{
	return psprintf("Action %s.", frame_place(frame));
}

int
frame_errdetail(const Frame *frame)
{
	return errdetail_internal("%s", frame_where(frame));
}

char *
frame_where_of(const void *frame)
{
	return frame_where(frame);
}

void
frame_set_copy(Frame *frame, int slot, Datum value, bool isnull)
{
	ParamExternData *param = &frame->params->params[slot];
	Datum		old_value = param->value;
	bool		was_owned = frame->owned[slot];

	frame->owned[slot] = false;
	if (!isnull)
	{
		MemoryContext old = MemoryContextSwitchTo(frame->mcxt);

		value = datumCopy(value, false, frame->program->slots[slot].length);
		frame->owned[slot] = true;
		MemoryContextSwitchTo(old);
	}
	param->value = value;
	param->isnull = isnull;
	if (was_owned)
		pfree(DatumGetPointer(old_value));
}

SavedSlots *
frame_save(Frame *frame)
{
	int			nslots = frame->program->nslots;
	SavedSlots *saved = palloc(sizeof(SavedSlots));

	saved->params = palloc(sizeof(ParamExternData) * Max(nslots, 1));
	saved->owned = palloc(sizeof(bool) * Max(nslots, 1));
	memcpy(saved->params, frame->params->params, sizeof(ParamExternData) * nslots);
	memcpy(saved->owned, frame->owned, sizeof(bool) * nslots);
	memset(frame->owned, 0, sizeof(bool) * nslots);
	saved->outputs_set = bms_copy(frame->outputs_set);
	return saved;
}

void
frame_keep(Frame *frame, SavedSlots *saved)
{
	for (int i = 0; i < frame->program->nslots; i++)
	{
		if (!saved->owned[i])
			continue;
		if (saved->params[i].value == frame_value(frame, i) && !frame_isnull(frame, i))
			frame->owned[i] = true;
		else
			pfree(DatumGetPointer(saved->params[i].value));
	}
	bms_free(saved->outputs_set);
	pfree(saved->params);
	pfree(saved->owned);
	pfree(saved);
}

void
frame_restore(Frame *frame, SavedSlots *saved)
{
	for (int i = 0; i < frame->program->nslots; i++)
		if (frame->owned[i])
			pfree(DatumGetPointer(frame_value(frame, i)));
	memcpy(frame->params->params, saved->params, sizeof(ParamExternData) * frame->program->nslots);
	memcpy(frame->owned, saved->owned, sizeof(bool) * frame->program->nslots);
	bms_free(frame->outputs_set);
	frame->outputs_set = saved->outputs_set;
	pfree(saved->params);
	pfree(saved->owned);
	pfree(saved);
}

/* Deletes a context, if it is there. */
static void
forget_context(MemoryContext *context)
{
	if (*context != NULL)
		MemoryContextDelete(*context);
	*context = NULL;
}

void
frame_forget_states(Frame *frame)
{
	forget_context(&frame->passing_mcxt);
	memory_reset(frame->lasting_mcxt);
	memset(frame->states, 0, sizeof(ExpressionState) * frame->program->nexpressions);
	frame->rights = rights_changes;
	frame->user_bound = false;
}

/* Forgets how plug-ins are called: EXECUTE was checked then. */
static void
forget_plugins(Frame *frame)
{
	forget_context(&frame->plugins_mcxt);
	frame->plugins = NULL;
}

MemoryContext
frame_states_context(Frame *frame, bool lasts)
{
	if (lasts)
		return frame->lasting_mcxt;
	if (frame->passing_mcxt == NULL)
		frame->passing_mcxt = AllocSetContextCreate(frame->home, "custom action passing", ALLOCSET_SMALL_SIZES);
	return frame->passing_mcxt;
}

MemoryContext
frame_plugins_context(Frame *frame)
{
	if (frame->plugins_mcxt == NULL)
		frame->plugins_mcxt = AllocSetContextCreate(frame->home, "custom action plug-ins", ALLOCSET_SMALL_SIZES);
	return frame->plugins_mcxt;
}

/* The row type that a slot holds values of, as it is now; NULL for anonymous rows, and if its layout is this one. */
static const TypeCacheEntry *
changed_row_type(const Frame *frame, int slot, const RowLayout *layout)
{
	Oid			type = getBaseType(frame->program->slots[slot].type);
	Oid			element = get_element_type(type);
	const TypeCacheEntry *entry = lookup_type_cache(getBaseType(OidIsValid(element) ? element : type),
													TYPECACHE_TUPDESC);

	return entry->tupDesc != NULL && layout->version != entry->tupDesc_identifier ? entry : NULL;
}

void
frame_note_row_types(Frame *frame)
{
	ListCell   *cell;

	frame->changes = catalog_changes;
	foreach(cell, frame->program->row_slots)
	{
		RowLayout  *layout = &frame->row_layouts[foreach_current_index(cell)];
		const TypeCacheEntry *entry = changed_row_type(frame, lfirst_int(cell), layout);
		MemoryContext old;

		if (entry == NULL)
			continue;
		old = MemoryContextSwitchTo(frame->home);
		if (layout->tupdesc != NULL)
			FreeTupleDesc(layout->tupdesc);
		layout->tupdesc = NULL;
		layout->version = 0;
		layout->tupdesc = CreateTupleDescCopy(entry->tupDesc);
		layout->version = entry->tupDesc_identifier;
		MemoryContextSwitchTo(old);
	}
}

/* Can a row of the old layout be read by the new one? Columns may have come or gone. */
static bool
layout_still_reads(TupleDesc before, TupleDesc now)
{
	for (int i = 0; i < Min(before->natts, now->natts); i++)
	{
		Form_pg_attribute was = TupleDescAttr(before, i);
		Form_pg_attribute is = TupleDescAttr(now, i);

		if (was->attlen != is->attlen || was->attbyval != is->attbyval ||
			was->attalign != is->attalign || (!is->attisdropped && was->atttypid != is->atttypid))
			return false;
	}
	return before->natts <= now->natts;
}

/*
 * A row in memory is laid out as its type was when it was made: read by another
 * layout it is nonsense, or worse.
 */
void
frame_require_row_types(Frame *frame)
{
	ListCell   *cell;

	frame->changes = catalog_changes;
	foreach(cell, frame->program->row_slots)
	{
		RowLayout  *layout = &frame->row_layouts[foreach_current_index(cell)];
		int			slot = lfirst_int(cell);
		const TypeCacheEntry *entry = changed_row_type(frame, slot, layout);

		if (entry != NULL && !frame_isnull(frame, slot) && !layout_still_reads(layout->tupdesc, entry->tupDesc))
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("type %s was changed while action \"%s\" was running with a value of it",
							format_type_be(frame->program->slots[slot].type), frame->program->action),
					 frame_errdetail(frame),
					 errhint("Invoke the action again.")));
	}
	frame_note_row_types(frame);
}

/* Makes a frame for the current user. */
static Frame *
frame_new(Program *program)
{
	MemoryContext home = AllocSetContextCreate(TopTransactionContext, "custom action frame",
											   ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(home);
	Frame	   *frame = palloc0(sizeof(Frame));

	frame->program = program;
	frame->home = home;
	frame->mcxt = AllocSetContextCreate(home, "custom action values", ALLOCSET_SMALL_SIZES);
	frame->user = GetUserId();
	frame->params = makeParamList(program->nslots);
	for (int i = 0; i < program->nslots; i++)
	{
		frame->params->params[i].ptype = program->slots[i].type;
		frame->params->params[i].pflags = PARAM_FLAG_CONST;
		frame->params->params[i].isnull = true;
	}
	frame->row_layouts = palloc0(sizeof(RowLayout) * Max(list_length(program->row_slots), 1));
	frame->owned = palloc0(sizeof(bool) * Max(program->nslots, 1));
	frame->lasting_mcxt = AllocSetContextCreate(home, "custom action expressions", ALLOCSET_SMALL_SIZES);
	frame->rights = rights_changes;
	frame->overseen = access_is_overseen();
	frame->states = palloc0(sizeof(ExpressionState) * Max(program->nexpressions, 1));
	frame->econtext = CreateStandaloneExprContext();
	frame->econtext->ecxt_param_list_info = frame->params;
	MemoryContextSwitchTo(old);
	return frame;
}

/* Takes the idle frame of a program out of its list; it is the transaction's then, which frees it if nobody else does. */
static Frame *
take_idle(Program *program)
{
	Frame	   *frame = program->idle;

	program->idle = NULL;
	dlist_delete(&frame->idle_node);
	if (!frame->kept)
		return frame;
	frame->kept = false;
	kept_size -= frame->kept_size;
	MemoryContextSetParent(frame->home, TopTransactionContext);
	return frame;
}

Frame *
frame_take(Program *program)
{
	Frame	   *frame;
	bool		rights_hold;
	bool		user_holds;

	if (program->idle == NULL)
		return frame_new(program);
	frame = take_idle(program);
	frame->overseen = access_is_overseen();
	rights_hold = frame->rights == rights_changes;
	user_holds = frame->user == GetUserId();
	if (likely(rights_hold && user_holds))
		return frame;
	if (!rights_hold || frame->user_bound)
		frame_forget_states(frame);
	forget_plugins(frame);
	frame->user = GetUserId();
	return frame;
}

void
frame_free(Frame *frame)
{
	MemoryContextDelete(frame->home);
}

void
frame_give_back(Frame *frame)
{
	Program    *program = frame->program;

	if (program->idle != NULL || program->stale)
	{
		frame_free(frame);
		return;
	}
	ReScanExprContext(frame->econtext);
	for (int i = 0; i < program->nslots; i++)
	{
		frame->params->params[i].value = (Datum) 0;
		frame->params->params[i].isnull = true;
	}
	memset(frame->owned, 0, sizeof(bool) * program->nslots);
	frame->outputs_set = NULL;
	frame->inputs_changed = NULL;
	frame->remembered_inputs = NULL;
	frame->captured = NULL;
	frame->secrets = NULL;
	memory_reset(frame->mcxt);
	dlist_push_head(&used_frames, &frame->idle_node);
	program->idle = frame;
}

void
frame_forget_idle(Program *program)
{
	if (program->idle != NULL)
		frame_free(take_idle(program));
}

/* Leaves a context to the transaction, if it is there: it ends with it. */
static void
leave_context(MemoryContext *context)
{
	if (*context != NULL)
		MemoryContextSetParent(*context, TopTransactionContext);
	*context = NULL;
}

/* Leaves to the transaction what ends with it. */
static void
leave_passing(Frame *frame)
{
	leave_context(&frame->plugins_mcxt);
	frame->plugins = NULL;
	if (frame->passing_mcxt == NULL)
		return;
	leave_context(&frame->passing_mcxt);
	for (int i = 0; i < frame->program->nexpressions; i++)
		if (!frame->states[i].lasts)
			memset(&frame->states[i], 0, sizeof(ExpressionState));
}

/* Keeps an idle frame beyond the transaction, unless it has grown too large. */
static void
keep_frame(Frame *frame)
{
	leave_passing(frame);
	frame->kept_size = MemoryContextMemAllocated(frame->home, true);
	if (frame->kept_size > KEPT_FRAME)
	{
		frame->program->idle = NULL;
		return;
	}
	dlist_push_head(&kept_frames, &frame->idle_node);
	frame->kept = true;
	kept_size += frame->kept_size;
	MemoryContextSetParent(frame->home, CacheMemoryContext);
}

/*
 * Keeps the idle frames of a transaction that commits. Those of others, and what is not
 * kept, end with the transaction's memory, so that nothing can fail here.
 */
static void
frames_at_transaction_end(XactEvent event, void *arg)
{
	bool		keeps = event == XACT_EVENT_COMMIT && !plain_path_has(PLAIN_FRAMES);

	if (event > XACT_EVENT_PREPARE)
		return;
	frame_transactions++;
	while (!dlist_is_empty(&used_frames))
	{
		Frame	   *frame = dlist_container(Frame, idle_node, dlist_pop_head_node(&used_frames));

		if (keeps)
			keep_frame(frame);
		else
			frame->program->idle = NULL;
	}
	while (kept_size > KEPT_FRAMES)
		frame_forget_idle(dlist_tail_element(Frame, idle_node, &kept_frames)->program);
}

void
frames_init(void)
{
	RegisterXactCallback(frames_at_transaction_end, NULL);
}
