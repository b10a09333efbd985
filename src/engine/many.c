/*
 * many.c
 *		Runs a program for many items at once: binds the inputs of each, finds and
 *		locks the targets in the order of their key, runs step after step for all,
 *		gives the outputs of each, and tells the observers.
 *
 * The result is that of running them one by one in their order, or an error. Items
 * that mean the same target end the set: those from the second on are left to the
 * next.
 */
#include "postgres.h"

#include "engine/many.h"
#include "engine/many_shape.h"
#include "executor/executor.h"
#include "lookup/key.h"
#include "miscadmin.h"
#include "run/bind_json.h"
#include "run/bind_values.h"
#include "run/context.h"
#include "run/item_statement.h"
#include "run/observer.h"
#include "run/settle.h"
#include "steps/step_list.h"
#include "steps/targets_fetch.h"
#include "utils/memutils.h"

/* Takes the inputs of an item that is entered. */
static void
bind_item(Frame *frame, const ManyItem *item)
{
	ResetExprContext(frame->econtext);
	if (item->values == NULL)
		bind_jsonb_inputs(frame, item->input);
	else
		bind_values(frame, item->values);
	settle_inputs(frame);
	context_fill(frame);
}

/* Enters an item, and what it runs in. */
static void
enter_item(ItemSet *set, int item)
{
	if (set->call->enter != NULL)
		set->call->enter(set->call->outer, item);
	item_enter(set, item);
}

/* Leaves both. */
static void
leave_item(ItemSet *set, int item)
{
	item_leave(set, item);
	if (set->call->leave != NULL)
		set->call->leave(set->call->outer, item);
}

/* Takes the inputs of an item that is not. */
static bool
bind_active(ItemSet *set, int item, void *arg)
{
	enter_item(set, item);
	bind_item(set->frame, &set->call->items[item]);
	leave_item(set, item);
	return true;
}

/* Takes the inputs of all. */
static void
bind_items(ItemSet *set)
{
	item_set_walk(set, bind_active, NULL);
	set->frame->bound = true;
}

/* Leaves out what has no target. */
static void
leave_out_missing(ItemSet *set)
{
	for (int i = 0; i < set->nactive; i++)
		if (set->items[set->active[i]].rows == 0)
			item_leave_out(set, set->active[i], "a target is missing");
	item_set_sift(set);
}

/* Ends the set before the first item whose target is that of another. */
static void
cut_at_same_target(ItemSet *set)
{
	ManyCall   *call = set->call;

	for (int i = 0; i < set->count && call->done == set->count; i++)
		if (call->first[i] != i)
			call->done = i;
	if (call->whole && call->done < set->count)
		item_set_give_up(set, "two items have the same target");
	for (int i = call->done; i < set->count; i++)
		set->items[i].out = true;
	item_set_sift(set);
}

/* Are there targets to be found? */
static bool
wants_targets(const Program *program)
{
	return program->target != NULL && (program->load != NULL || program->target_written);
}

/* Does the statement that loads a target, if there is one, not lock it, so that another comes before? */
static bool
locks_first(const Program *program)
{
	return program->load == NULL || (program->load->lock_at == 0 && program->target_locked);
}

/* Finds the targets by their key alone, and locks them, if the steps do. */
static void
lock_targets(ItemSet *set, const List *key)
{
	if (!targets_fetch_by_key(set))
		item_statement_targets(set, NULL, key);
	leave_out_missing(set);
}

/* Finds, reads and locks the targets, as far as one call would. */
static void
find_targets(ItemSet *set)
{
	const Program *program = set->frame->program;
	Statement  *load = program->load;
	const List *key;

	if (!wants_targets(program))
		return;
	key = key_of_table(program->target->relation, program->definition->key, true);
	if (locks_first(program))
		lock_targets(set, key);
	if (load != NULL)
	{
		if (!targets_fetch(set))
			item_statement_targets(set, load, key);
		leave_out_missing(set);
	}
	if (program->target_written && !set->call->only_locks)
		cut_at_same_target(set);
}

/* Computes the outputs of an item. */
static void
settle_item(Frame *frame)
{
	ResetExprContext(frame->econtext);
	frame_watch_row_types(frame);
	settle_missing_outputs(frame);
	frame_watch_row_types(frame);
	if (frame->program->promises_outputs)
		require_outputs(frame);
}

/* Gives the outputs of an item; JSON goes to this memory. */
static void
give_item(Frame *frame, ManyItem *item, MemoryContext mcxt)
{
	Jsonb	   *output;

	if (item->values != NULL)
	{
		values_result(frame, item->values);
		return;
	}
	output = bind_jsonb_outputs(frame);
	item->output = MemoryContextAlloc(mcxt, VARSIZE(output));
	memcpy(item->output, output, VARSIZE(output));
}

/* Gives the outputs of all that are done. */
static void
give_items(ItemSet *set)
{
	MemoryContext old = MemoryContextSwitchTo(set->frame->econtext->ecxt_per_tuple_memory);

	for (int i = 0; i < set->call->done; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (set->items[i].out)
			continue;
		item_enter(set, i);
		settle_item(set->frame);
		give_item(set->frame, &set->call->items[i], set->call->outputs);
		item_leave(set, i);
	}
	MemoryContextSwitchTo(old);
}

/* Tells of an item that is entered. */
static void
tell_item(Frame *frame, const SetItem *item, const ManyItem *asked, TimestampTz begun, TimestampTz ended)
{
	frame->watched = 0;
	frame->recorded = NULL;
	frame->rows_told = frame->rows_written = 0;
	frame->given = asked->input;
	frame->captured = NULL;
	frame->who = NULL;
	observer_told_at = begun;
	observe_begun(frame);
	if (observed(frame, OBSERVE_INPUTS))
		observe_inputs(frame);
	for (const ItemEvent *event = item->first_event; event != NULL; event = event->next)
	{
		frame->current = event->step;
		if (observed(frame, OBSERVE_ROWS))
			event->tell(frame, event);
	}
	frame->current = NULL;
	observer_told_at = ended;
	if (observed(frame, OBSERVE_END))
		observe_succeeded(frame);
}

/* Tells of the items, each with its share of the time; what observers keep lasts as long. */
static void
tell_items(ItemSet *set, TimestampTz begun)
{
	Frame	   *frame = set->frame;
	MemoryContext values = frame->mcxt;
	TimestampTz spent = GetCurrentTimestamp() - begun;

	frame->mcxt = AllocSetContextCreate(frame->home, "custom action item", ALLOCSET_SMALL_SIZES);
	for (int i = 0; i < set->call->done; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (set->items[i].out)
			continue;
		enter_item(set, i);
		ResetExprContext(frame->econtext);
		tell_item(frame, &set->items[i], &set->call->items[i], begun + spent * i / set->count,
				  begun + spent * (i + 1) / set->count);
		leave_item(set, i);
		MemoryContextReset(frame->mcxt);
	}
	MemoryContextDelete(frame->mcxt);
	frame->who = NULL;
	frame->mcxt = values;
	frame->watched = 0;
}

/* The same; whatever happens, what comes later happens when it does. */
static void
tell_items_safely(ItemSet *set, TimestampTz begun)
{
	PG_TRY();
	{
		tell_items(set, begun);
	}
	PG_FINALLY();
	{
		observer_told_at = 0;
	}
	PG_END_TRY();
}

/* Is the step for each item that comes so far? */
static bool
is_for_each(const Program *program, const Instruction *step)
{
	for (int i = 0; i < program->steps.count; i++)
		if (program->steps.steps[i] == step)
			return step->when == NULL;
	return false;
}

/* May some steps change what another reads of its row, or of the target? */
static bool
others_change(const Program *program, const List *uses, const ManyUse *use)
{
	ListCell   *cell;

	foreach(cell, uses)
	{
		const ManyUse *other = lfirst(cell);

		if (other == use)
			return false;
		if (other->command != CMD_SELECT && (other->relation == use->relation ||
											 (program->target != NULL && other->relation == program->target->relation)))
			return true;
	}
	return false;
}

/* Notes what is known before anything is written of the statements that will write. */
static void
prepare_look_ahead(ItemSet *set, const ManyShape *shape)
{
	const Program *program = shape->program;
	bool		first = true;
	ListCell   *cell;

	if (!item_set_searches(set) || shape->stops)
		return;
	foreach(cell, shape->uses)
	{
		const ManyUse *use = lfirst(cell);

		if (use->command == CMD_SELECT)
			continue;
		if (!first && use->command != CMD_DELETE && is_for_each(program, use->step) && !others_change(program, shape->uses, use))
			set->ahead = lappend(set->ahead, use->statement);
		first = false;
	}
	for (int i = 0; i < program->signature->ninputs; i++)
		set->known = bms_add_member(set->known, program->input_slots[i]);
	for (int i = 0; program->load != NULL && i < program->load->nslots; i++)
		set->known = bms_add_member(set->known, program->load->slots[i]);
}

/* Runs the program for a set. */
static void
set_run(ItemSet *set, const ManyShape *shape)
{
	Program    *program = set->frame->program;
	TimestampTz begun = GetCurrentTimestamp();

	bind_items(set);
	find_targets(set);
	if (set->call->only_locks)
		return;
	prepare_look_ahead(set, shape);
	steps_execute_many(set, &program->steps);
	give_items(set);
	if (set->followed)
		tell_items_safely(set, begun);
	set->call->written = set->written;
}

/* Looks whether the program could run so, as part of the action that performs it. */
static void
look(const Frame *frame, ManyShape *shape)
{
	shape->program = frame->program;
	if (many_shape_fits(shape) && many_shape_look(shape) && shape->program->target_written)
		shape->shares_rows = true;
	shape->program = NULL;
	shape->uses = NIL;
}

void
many_run(Frame *frame, ManyCall *call)
{
	MemoryContext old = MemoryContextSwitchTo(frame->mcxt);
	ManyShape	shape = {.program = frame->program};
	ItemSet    *set;

	call->done = 0;
	if (call->look != NULL)
	{
		/* where the shape is: SPI's memory ends with this call */
		MemoryContextSwitchTo(GetMemoryChunkContext(call->look));
		look(frame, call->look);
		MemoryContextSwitchTo(old);
		return;
	}
	if (many_shape_fits(&shape))
	{
		set = item_set_make(frame, call);
		if (many_set_fits(&shape, set))
		{
			call->done = call->only_locks ? 0 : call->count;
			set_run(set, &shape);
		}
		item_set_end(set);
	}
	if (shape.refused != NULL)
		call->refused = MemoryContextStrdup(call->mcxt, shape.refused);
	if (shape.refused_at != NULL)
		call->refused_at = MemoryContextStrdup(call->mcxt, shape.refused_at);
	MemoryContextSwitchTo(old);
}

bool
many_is_possible(Frame *frame, ManyShape *shape)
{
	ManyCall	call = {.may_leave = true};
	ItemSet		set = {.frame = frame, .call = &call};

	shape->program = frame->program;
	return many_shape_fits(shape) && many_set_fits(shape, &set);
}

List *
many_target_texts(const ManyShape *shape)
{
	const Program *program = shape->program;
	List	   *texts = NIL;
	const List *key;

	if (!wants_targets(program))
		return NIL;
	key = key_of_table(program->target->relation, program->definition->key, true);
	if (locks_first(program))
		texts = lappend(texts, item_targets_text(program, NULL, key));
	if (program->load != NULL)
		texts = lappend(texts, item_targets_text(program, program->load, key));
	return texts;
}
