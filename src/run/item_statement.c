/*
 * item_statement.c
 *		Runs statements for many items at once; what they return lands in the slots of
 *		each.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "base/text_list.h"
#include "executor/tuptable.h"
#include "lookup/canonical.h"
#include "lookup/key.h"
#include "program/row_lock.h"
#include "run/budget.h"
#include "run/catalog_changes.h"
#include "run/item_culprits.h"
#include "run/item_plan.h"
#include "run/item_statement.h"
#include "storage/bufmgr.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/* A statement as it is prepared for a set. */
typedef struct SetPlan
{
	const Statement *statement;
	bool		with_key;
	bool		placed;
	SPIPlanPtr	plan;
} SetPlan;

/* Rows that find the targets come in the order of their key: the same target is next to itself. */
typedef struct TargetsSeen
{
	const List *key;			/* of KeyColumn */
	int			place;			/* where the key is in a row */
	int			group;			/* the item that the last row was for first */
	Datum	   *last;			/* key of the last row */
	int		   *groups;			/* see item_groups_begin() */
} TargetsSeen;

/* Keeps a plan for the time of the set. */
static SetPlan *
keep_plan(ItemSet *set, const Statement *statement, bool with_key, bool placed, SPIPlanPtr plan)
{
	MemoryContext old = MemoryContextSwitchTo(set->frame->mcxt);
	SetPlan    *kept = palloc(sizeof(SetPlan));

	kept->statement = statement;
	kept->with_key = with_key;
	kept->placed = placed;
	kept->plan = plan;
	set->plans = lappend(set->plans, kept);
	MemoryContextSwitchTo(old);
	return kept;
}

/* The plan of a statement; placed: it finds the targets where they are. */
static SPIPlanPtr
plan_of(ItemSet *set, Statement *statement, bool with_key, bool placed)
{
	Statement  *many = statement_for_many(statement);
	SPIPlanPtr	plan;
	ListCell   *cell;

	foreach(cell, set->plans)
	{
		const SetPlan *kept = lfirst(cell);

		if (kept->statement == statement && kept->with_key == with_key && kept->placed == placed)
			return kept->plan;
	}
	plan = item_plan_prepare(set, set->nactive, placed ? statement_placed_text(many, with_key) :
							 statement_many_text(many, with_key, NULL, NULL), many->scope->parameters, many->scope);
	return keep_plan(set, statement, with_key, placed, plan)->plan;
}

/* Puts the columns that were returned for an item into its slots. */
static void
land(const ItemReceiver *receiver, int item, const TupleTableSlot *tuple)
{
	const Statement *many = receiver->many;
	Frame	   *frame = receiver->set->frame;

	item_enter(receiver->set, item);
	for (int i = 0; i < many->nslots; i++)
		if (many->guards[i] < 0 || !frame_isnull(frame, many->guards[i]))
			frame_set(frame, many->slots[i], tuple->tts_values[i], tuple->tts_isnull[i]);
	if (many->own != NULL && many->own->may_be_absent)
		frame_set(frame, many->own->present_slot, BoolGetDatum(true), false);
	item_leave(receiver->set, item);
}

/* Notes the key of the row that was written for an item. */
static void
note_key(const ItemReceiver *receiver, SetItem *item, const TupleTableSlot *tuple)
{
	const StatementKey *key = receiver->key;
	int			count = list_length(key->columns);
	MemoryContext old = MemoryContextSwitchTo(receiver->set->frame->mcxt);

	item->keys = palloc(sizeof(NullableDatum) * count);
	for (int i = 0; i < count; i++)
	{
		const KeyColumn *column = list_nth(key->columns, i);

		item->keys[i].isnull = tuple->tts_isnull[key->places[i]];
		if (!item->keys[i].isnull)
			item->keys[i].value = datumCopy(tuple->tts_values[key->places[i]], column->byval, column->length);
	}
	MemoryContextSwitchTo(old);
}

/* Has the row the key of the one before? */
static bool
is_same_target(const TargetsSeen *seen, const TupleTableSlot *tuple)
{
	for (int i = 0; i < list_length(seen->key); i++)
	{
		const KeyColumn *column = list_nth(seen->key, i);

		if (!datum_image_eq(seen->last[i], tuple->tts_values[seen->place + i], column->byval, column->length))
			return false;
	}
	return true;
}

/* Notes which row is an item's target. */
static void
note_target(const ItemReceiver *receiver, int item, const TupleTableSlot *tuple)
{
	TargetsSeen *seen = receiver->arg;

	if (receiver->rows == 1 || !is_same_target(seen, tuple))
	{
		MemoryContext old = MemoryContextSwitchTo(receiver->set->frame->mcxt);

		seen->group = item;
		for (int i = 0; i < list_length(seen->key); i++)
		{
			const KeyColumn *column = list_nth(seen->key, i);

			if (receiver->rows > 1 && !column->byval)
				pfree(DatumGetPointer(seen->last[i]));
			seen->last[i] = datumCopy(tuple->tts_values[seen->place + i], column->byval, column->length);
		}
		MemoryContextSwitchTo(old);
	}
	seen->groups[item] = seen->group;
}

/* Takes a row. */
static void
take_item_row(ItemReceiver *receiver, int item, const TupleTableSlot *tuple)
{
	SetItem    *taken = &receiver->set->items[item];

	taken->rows++;
	/* first what may be in a slot that is landed in */
	if (receiver->key != NULL)
		note_key(receiver, taken, tuple);
	if (receiver->many != NULL)
		land(receiver, item, tuple);
	if (receiver->arg != NULL)
		note_target(receiver, item, tuple);
}

/* Runs a plan over the values of these slots; returns the number of rows. */
static uint64
run_many(ItemSet *set, SPIPlanPtr plan, const List *slots, ItemReceiver *receiver)
{
	int			code = item_plan_run(set, plan, slots, receiver);

	budget_count(set->frame, code == SPI_OK_SELECT ? 0 : SPI_processed);
	return SPI_processed;
}

/* How many of the places are looked at before a statement relies on all; where another does not hold, the set misses a row. */
#define LOOK_AT		3

/* Are the targets still where they are said to be, as far as a few of them tell? A trigger may have written them all. */
static bool
places_hold(const ItemSet *set, const Statement *statement)
{
	Relation	relation;
	BlockNumber blocks;
	TupleTableSlot *row;
	bool		hold = set->is_placed && set->placed_as_of == catalog_changes;

	/* before anything is written, no trigger has run */
	if (!hold || !set->written || set->nactive == 0)
		return hold;
	relation = table_open(statement->relation, AccessShareLock);
	blocks = RelationGetNumberOfBlocks(relation);
	row = table_slot_create(relation, NULL);
	/* as the statement will see them */
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	for (int i = 0; hold && i < LOOK_AT; i++)
		hold = item_place_read(relation, blocks,
							   &set->places[set->active[(int64) (set->nactive - 1) * i / (LOOK_AT - 1)]], GetActiveSnapshot(), row);
	PopActiveSnapshot();
	ExecDropSingleTupleTableSlot(row);
	table_close(relation, NoLock);
	return hold;
}

/* What is said of the targets' places does not hold any more once their table is written. */
static void
forget_places(ItemSet *set, const Statement *statement)
{
	const Program *program = set->frame->program;

	if (!statement->select && program->target != NULL && program->target->relation == statement->relation)
		set->is_placed = false;
}

void
item_statement_execute(ItemSet *set, Statement *statement, bool with_key, bool of_targets)
{
	SPIPlanPtr	plan = plan_of(set, statement, with_key, of_targets && places_hold(set, statement));
	Statement  *many = statement_for_many(statement);
	ItemReceiver receiver = {.many = many, .key = with_key ? many->key : NULL, .in_order = many->values_at > 0, .take = take_item_row};
	uint64		rows = !many->select && item_set_searches(set) ?
		item_culprits_run_without(set, many, plan, &receiver) : run_many(set, plan, many->scope->parameters, &receiver);

	forget_places(set, statement);
	if (many->values_at == 0)
		return;
	if (rows != set->nactive)
		item_set_give_up(set, "not every row was created");
	for (int i = 0; i < set->nactive; i++)
		set->items[set->active[i]].rows = 1;
}

/* "this.a, this.b" */
static char *
key_text(const List *key)
{
	StringInfoData text;
	ListCell   *cell;

	initStringInfo(&text);
	foreach(cell, key)
		append_element(&text, text.len == 0,
					   psprintf("this.%s", quote_identifier(((KeyColumn *) lfirst(cell))->name)));
	return text.data;
}

/* What finds the targets by their key alone. */
static char *
targets_text(const Program *program, const List *key)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text, "SELECT %s, \"" ITEMS_ALIAS "\".\"" ITEM_COLUMN "\" FROM %s AS this, \"" ITEMS_RELATION "\" AS \"" ITEMS_ALIAS "\" WHERE ",
					 key_text(key), relation_name_sql(program->target->relation));
	for (int i = 0; i < list_length(key); i++)
	{
		const KeyColumn *column = list_nth(key, i);

		appendStringInfo(&text, "%sthis.%s %s \"" ITEMS_ALIAS "\".\"$%d\"", i > 0 ? " AND " : "",
						 quote_identifier(column->name), column->equals, i + 1);
	}
	appendStringInfo(&text, " ORDER BY %s%s", key_text(key),
					 program->target_locked ? row_lock_clause(program->target_lock) : "");
	return text.data;
}

char *
item_targets_text(const Program *program, Statement *load, const List *key)
{
	return load == NULL ? targets_text(program, key) :
		statement_many_text(statement_for_many(load), false, key_text(key), key_text(key));
}

void
item_statement_targets(ItemSet *set, Statement *load, const List *key)
{
	const Program *program = set->frame->program;
	TargetsSeen seen = {.key = key};
	ItemReceiver receiver = {.arg = &seen, .take = take_item_row};
	const List *slots = NIL;
	SPIPlanPtr	plan;

	seen.last = palloc(sizeof(Datum) * list_length(key));
	seen.groups = item_groups_begin(set);
	if (load != NULL)
	{
		Statement  *many = statement_for_many(load);
		char	   *text = item_targets_text(program, load, key);

		slots = many->scope->parameters;
		plan = item_plan_prepare(set, set->nactive, text, slots, many->scope);
		receiver.many = many;
		seen.place = many->nslots;
	}
	else
	{
		List	   *of_key = NIL;

		for (int i = 0; i < list_length(key); i++)
			of_key = lappend_int(of_key, program->input_slots[i]);
		slots = of_key;
		plan = item_plan_prepare(set, set->nactive, item_targets_text(program, NULL, key), slots, NULL);
	}
	(void) run_many(set, plan, slots, &receiver);
	item_groups_tell(set, seen.groups);
}
