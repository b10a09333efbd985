/*
 * write_many.c
 *		Runs the statements of steps that change rows, for many items at once.
 */
#include "postgres.h"

#include "run/budget.h"
#include "run/item_missing.h"
#include "run/item_statement.h"
#include "run/key_rights.h"
#include "run/observer.h"
#include "steps/write_many.h"
#include "steps/written.h"

bool
write_many_fits(ManyShape *shape, const Write *write)
{
	if (write == NULL || write->given != NULL || write->count != NULL || write->updates)
		return many_refuse(shape, "the step works on many rows, or on columns that only the call tells");
	if (write->expect != NULL)
		return many_refuse(shape, "the step counts its rows");
	if (write->address != NULL && write->address->from != NULL && !write->address->required)
		return many_refuse(shape, "the step tells a row in another state from one that is not there");
	return many_use(shape, write->statement, write->command, write->address);
}

bool
write_fits_many(ManyShape *shape, const Instruction *instruction)
{
	return write_many_fits(shape, instruction->data);
}

/* Tells of the row that a step has written for an item. */
static void
tell_write(Frame *frame, const ItemEvent *event)
{
	const Write *write = event->what;
	WrittenKeys written = {0};

	written.rows.rows = 1;
	written.rows.count = event->keys != NULL ? 1 : 0;
	written.rows.keys = event->keys;
	written_tell(frame, write, write->statement, &written, event->again);
}

/* Notes what is to be told of the items' rows. */
static void
note_writes(ItemSet *set, const Write *write, Instruction *step, Instruction *also)
{
	ItemEvent	first = {.step = step, .what = write, .tell = tell_write};
	ItemEvent	second = {.step = also, .what = also != NULL ? also->data : NULL, .again = true, .tell = tell_write};

	for (int i = 0; i < set->nactive; i++)
	{
		const SetItem *item = &set->items[set->active[i]];

		if (item->rows == 0)
			continue;
		first.keys = second.keys = item->keys;
		item_note(set, set->active[i], &first);
		if (also != NULL)
			item_note(set, set->active[i], &second);
	}
}

/* Does each item have its row? */
static void
require_rows(const ItemSet *set, const Write *write)
{
	for (int i = 0; i < set->nactive; i++)
	{
		uint64		rows = set->items[set->active[i]].rows;

		if (rows > 1 || (rows == 0 && (write->address == NULL || write->address->required)))
			item_set_give_up(set, "a row is missing, is meant by two items, or several have its key");
	}
}

/*
 * Does it write the targets? Where one may be missing, nobody would notice if it is not
 * where it was when it was locked, since a trigger has written it.
 */
static bool
is_of_targets(const Program *program, const Address *address)
{
	return address != NULL && address->required && address->row != NULL && program->target != NULL &&
		rows_are_one(address->row, program->target);
}

bool
write_may_be_placed(const ManyShape *shape, const ManyUse *use)
{
	ListCell   *cell;

	if (use->command == CMD_SELECT || !shape->program->target_locked || !is_of_targets(shape->program, use->address))
		return false;
	foreach(cell, shape->uses)
	{
		const ManyUse *other = lfirst(cell);

		if (other->command != CMD_SELECT && other->relation == use->relation)
			return other == use;
	}
	return false;
}

void
write_many_run(ItemSet *set, const Write *write, Instruction *step, Instruction *also)
{
	Statement  *statement = write->statement;
	bool		with_key = set->followed && statement_tells_key(statement);

	if (set->ahead != NIL)
		item_set_look_ahead(set);
	item_statement_execute(set, statement, with_key, is_of_targets(set->frame->program, write->address));
	set->written = true;
	if (also != NULL && set->nactive > 0)
		budget_count(set->frame, SPI_processed);
	require_rows(set, write);
	if (set->followed)
		note_writes(set, write, step, also);
}

void
write_execute_many(ItemSet *set, Instruction *instruction)
{
	write_many_run(set, instruction->data, instruction, NULL);
}
