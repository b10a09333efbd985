/*
 * outside.c
 *		What the WHEN clause of a protecting trigger asks: is this write outside of
 *		actions?
 *
 * It is asked while the row is written, so the invocation that is running is the one
 * that writes. Where the answer is no, no event is queued: of what an action writes,
 * a statement pays for reading the clause, and a row for the question. That is why
 * the clause says nothing else: every name in it is read anew by every statement.
 *
 * The functions run for whoever writes, so everybody may execute them. They tell
 * nothing that he does not know.
 */
#include "postgres.h"

#include "base/compat.h"
#include "engine/program_cache.h"
#include "fmgr.h"
#include "lookup/canonical.h"
#include "protect/cascade.h"
#include "protect/outside.h"
#include "run/frame.h"
#include "utils/array.h"
#include "utils/lsyscache.h"

PG_FUNCTION_INFO_V1(custom_action_outside_actions);
PG_FUNCTION_INFO_V1(custom_action_outside_these_actions);

/* Is it an invocation of an action? A DO block is none; a draft on trial counts as what it will be. */
static bool
frame_is_action(const Frame *frame)
{
	return OidIsValid(frame->program->function) || strcmp(frame->program->action, INLINE_ACTION) != 0;
}

/* Is it an invocation of this action, or of its draft? */
static bool
frame_invokes(const Frame *frame, Oid action)
{
	if (OidIsValid(frame->program->function))
		return frame->program->function == action;
	return get_func_name(action) != NULL &&
		strcmp(frame->program->action, function_name_canonical(action)) == 0;
}

const char *
action_running(void)
{
	for (const Frame *frame = innermost_frame; frame != NULL; frame = frame->parent)
		if (frame_is_action(frame))
			return frame->program->action;
	return NULL;
}

/* Is none of these running? What the innermost invocation is part of counts. */
static bool
outside_of(const Oid *actions, int count)
{
	for (const Frame *frame = innermost_frame; frame != NULL; frame = frame->parent)
		for (int i = 0; i < count; i++)
			if (frame_invokes(frame, actions[i]))
				return false;
	return true;
}

bool
outside_of_actions(const List *actions)
{
	ListCell   *cell;

	if (actions == NIL)
		return action_running() == NULL;
	foreach(cell, actions)
	{
		if (!outside_of(&lfirst_oid(cell), 1))
			return false;
	}
	return true;
}

/* SQL: outside_actions() */
Datum
custom_action_outside_actions(PG_FUNCTION_ARGS)
{
	bool		outside = action_running() == NULL;

	if (outside)
		cascade_note();
	PG_RETURN_BOOL(outside);
}

/* SQL: outside_actions(action, ...) */
Datum
custom_action_outside_these_actions(PG_FUNCTION_ARGS)
{
	ArrayType  *actions = PG_GETARG_ARRAYTYPE_P(0);
	bool		outside = array_contains_nulls(actions) ||
		outside_of((const Oid *) ARR_DATA_PTR(actions), ArrayGetNItems(ARR_NDIM(actions), ARR_DIMS(actions)));

	if (outside)
		cascade_note();
	PG_RETURN_BOOL(outside);
}
