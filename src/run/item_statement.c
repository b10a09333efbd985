/*
 * item_statement.c
 *		Runs statements for many items at once. The values that each item has in its
 *		slots are rows of a relation that only these statements see, kept by SPI for
 *		the time that one runs.
 *
 * Plans are made for the set, whose size the planner knows, and end with its SPI
 * connection.
 */
#include "postgres.h"

#include "base/error.h"
#include "base/text_list.h"
#include "catalog/pg_type.h"
#include "lookup/canonical.h"
#include "lookup/key.h"
#include "miscadmin.h"
#include "program/parser_hooks.h"
#include "run/budget.h"
#include "run/item_statement.h"
#include "tcop/dest.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/memutils.h"
#include "utils/queryenvironment.h"
#include "utils/tuplestore.h"

/* How many items are tried at once to find those that fail. */
#define PIECE	512

/* What the planner is told of that: it is to go from the items to their rows, in the order of the items. */
#define FEW		16

/* How often those are looked for in one statement: of several that get in each other's way, each time the first. */
#define SEARCHES	3

/* A statement as it is prepared for a set. */
typedef struct SetPlan
{
	const Statement *statement; /* NULL: what finds the targets */
	bool		with_key;
	bool		few;			/* for a few of the items, to see whether it would work */
	SPIPlanPtr	plan;
} SetPlan;

/* Rows that find the targets come in the order of their key: the same target is next to itself. */
typedef struct TargetsSeen
{
	const List *key;			/* of KeyColumn */
	int			place;			/* where the key is in a row */
	int			group;			/* the item that the last row was for first */
	Datum	   *last;			/* key of the last row */
	int		   *groups;			/* by item; -1: not found */
} TargetsSeen;

/* Receives the rows of a statement. */
typedef struct ItemReceiver
{
	DestReceiver base;
	ItemSet    *set;
	const Statement *many;		/* or NULL */
	const StatementKey *key;	/* or NULL: none is wanted */
	TargetsSeen *targets;		/* or NULL */
	bool		counts;			/* takes nothing */
	int			rows;
} ItemReceiver;

/* The columns of the relation: one for each of these slots, and the item's number. */
static TupleDesc
items_tupdesc(const Program *program, const List *slots)
{
	TupleDesc	tupdesc = CreateTemplateTupleDesc(list_length(slots) + 1);
	ListCell   *cell;

	foreach(cell, slots)
	{
		const Slot *slot = &program->slots[lfirst_int(cell)];
		int			column = foreach_current_index(cell) + 1;

		TupleDescInitEntry(tupdesc, column, psprintf("$%d", column), slot->type, slot->typmod, 0);
		TupleDescInitEntryCollation(tupdesc, column, slot->collation);
	}
	TupleDescInitEntry(tupdesc, list_length(slots) + 1, ITEM_COLUMN, INT4OID, -1, 0);
	return tupdesc;
}

/* Makes the relation known to SPI. */
static void
items_register(int count, TupleDesc tupdesc, Tuplestorestate *rows)
{
	EphemeralNamedRelation relation = palloc0(sizeof(EphemeralNamedRelationData));

	relation->md.name = ITEMS_RELATION;
	relation->md.reliddesc = InvalidOid;
	relation->md.tupdesc = tupdesc;
	relation->md.enrtype = ENR_NAMED_TUPLESTORE;
	relation->md.enrtuples = count;
	relation->reldata = rows;
	if (SPI_register_relation(relation) != SPI_OK_REL_REGISTER)
		elog(ERROR, "the relation of the items is there already");
}

/* Takes the relation away again. */
static void
items_unregister(void)
{
	if (SPI_unregister_relation(ITEMS_RELATION) != SPI_OK_REL_UNREGISTER)
		elog(ERROR, "the relation of the items is not there");
}

/* The values that the active items have in these slots. */
static Tuplestorestate *
items_rows(const ItemSet *set, TupleDesc tupdesc, const List *slots)
{
	Tuplestorestate *rows = tuplestore_begin_heap(false, false, work_mem);
	int			count = list_length(slots);
	Datum	   *values = palloc(sizeof(Datum) * (count + 1));
	bool	   *nulls = palloc0(sizeof(bool) * (count + 1));

	for (int i = 0; i < set->nactive; i++)
	{
		const SetItem *item = &set->items[set->active[i]];

		CHECK_FOR_INTERRUPTS();
		for (int k = 0; k < count; k++)
		{
			const ParamExternData *param = &item->params->params[list_nth_int(slots, k)];

			values[k] = param->value;
			nulls[k] = param->isnull;
		}
		values[count] = Int32GetDatum(set->active[i]);
		tuplestore_putvalues(rows, tupdesc, values, nulls);
	}
	return rows;
}

/* Prepares a text for so many items; scope NULL: it has no formulas. */
static SPIPlanPtr
prepare_many(const ItemSet *set, int count, const char *text, const List *slots, Scope *scope)
{
	SPIPrepareOptions options = {0};
	SPIPlanPtr	plan;

	items_register(count, items_tupdesc(set->frame->program, slots), NULL);
	options.parserSetup = scope != NULL ? formula_parser_setup : NULL;
	options.parserSetupArg = scope;
	options.parseMode = RAW_PARSE_DEFAULT;
	plan = SPI_prepare_extended(text, &options);
	if (plan == NULL)
		elog(ERROR, "could not prepare a statement of action \"%s\": %s",
			 set->frame->program->action, SPI_result_code_string(SPI_result));
	items_unregister();
	return plan;
}

/* Keeps a plan for the time of the set. */
static SetPlan *
keep_plan(ItemSet *set, const Statement *statement, bool with_key, bool few, SPIPlanPtr plan)
{
	MemoryContext old = MemoryContextSwitchTo(set->frame->mcxt);
	SetPlan    *kept = palloc(sizeof(SetPlan));

	kept->statement = statement;
	kept->with_key = with_key;
	kept->few = few;
	kept->plan = plan;
	set->plans = lappend(set->plans, kept);
	MemoryContextSwitchTo(old);
	return kept;
}

/* The plan of a statement; one for a few items returns something for each in any case. */
static SPIPlanPtr
plan_of(ItemSet *set, Statement *statement, bool with_key, bool few)
{
	Statement  *many;
	const char *text;
	ListCell   *cell;

	foreach(cell, set->plans)
	{
		const SetPlan *kept = lfirst(cell);

		if (kept->statement == statement && kept->with_key == with_key && kept->few == few)
			return kept->plan;
	}
	many = statement_for_many(statement);
	text = statement_many_text(many, with_key, few ? "true" : NULL, NULL);
	return keep_plan(set, statement, with_key, few,
					 prepare_many(set, few ? FEW : set->nactive, text, many->scope->parameters, many->scope))->plan;
}

/* Puts the columns that were returned for an item into its slots. */
static void
land(ItemReceiver *receiver, int item, const TupleTableSlot *tuple)
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
	TargetsSeen *seen = receiver->targets;

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

/* Takes a row: it says which item it is for, or comes in the order of the items. */
static bool
item_receiver_take(TupleTableSlot *tuple, DestReceiver *self)
{
	ItemReceiver *receiver = (ItemReceiver *) self;
	ItemSet    *set = receiver->set;
	int			item;

	if (receiver->counts)
	{
		receiver->rows++;
		return true;
	}
	slot_getallattrs(tuple);
	item = receiver->many != NULL && receiver->many->values_at > 0 ? set->active[receiver->rows] :
		DatumGetInt32(tuple->tts_values[tuple->tts_tupleDescriptor->natts - 1]);
	receiver->rows++;
	set->items[item].rows++;
	if (receiver->many != NULL)
		land(receiver, item, tuple);
	if (receiver->key != NULL)
		note_key(receiver, &set->items[item], tuple);
	if (receiver->targets != NULL)
		note_target(receiver, item, tuple);
	return true;
}

/* Looks whether the rows are what the slots take. */
static void
item_receiver_startup(DestReceiver *self, int operation, TupleDesc tupdesc)
{
	const ItemReceiver *receiver = (const ItemReceiver *) self;

	if (receiver->many != NULL)
		statement_require_types(receiver->many, tupdesc);
	if (receiver->key != NULL)
		statement_require_key_types(receiver->many, tupdesc);
}

/* There is nothing to put away. */
static void
item_receiver_nothing(DestReceiver *self)
{
}

/* Runs a plan over the values of these slots; returns the code of SPI. */
static int
run_plan_of_many(ItemSet *set, SPIPlanPtr plan, const List *slots, ItemReceiver *receiver)
{
	SPIExecuteOptions options = {0};
	TupleDesc	tupdesc = items_tupdesc(set->frame->program, slots);
	Tuplestorestate *rows = items_rows(set, tupdesc, slots);
	int			code;

	for (int i = 0; i < set->nactive; i++)
	{
		set->items[set->active[i]].rows = 0;
		set->items[set->active[i]].keys = NULL;
	}
	receiver->base.receiveSlot = item_receiver_take;
	receiver->base.rStartup = item_receiver_startup;
	receiver->base.rShutdown = item_receiver_nothing;
	receiver->base.rDestroy = item_receiver_nothing;
	receiver->base.mydest = DestTuplestore;
	receiver->set = set;
	receiver->rows = 0;
	options.read_only = set->frame->read_only;
	options.dest = (DestReceiver *) receiver;
	items_register(set->nactive, tupdesc, rows);
	code = SPI_execute_plan_extended(plan, &options);
	if (code < 0)
		elog(ERROR, "could not run a statement of action \"%s\": %s",
			 set->frame->program->action, SPI_result_code_string(code));
	items_unregister();
	tuplestore_end(rows);
	return code;
}

/* Runs a plan over the values of these slots; returns the number of rows. */
static uint64
run_many(ItemSet *set, SPIPlanPtr plan, const List *slots, ItemReceiver *receiver)
{
	int			code = run_plan_of_many(set, plan, slots, receiver);

	budget_count(set->frame, code == SPI_OK_SELECT ? 0 : SPI_processed);
	return SPI_processed;
}

/* A statement that runs in a subtransaction. */
typedef struct CarefulRun
{
	ItemSet    *set;
	SPIPlanPtr	plan;
	const List *slots;
	ItemReceiver *receiver;
	uint64		rows;
} CarefulRun;

static void
run_carefully(void *arg)
{
	CarefulRun *run = arg;

	(void) run_plan_of_many(run->set, run->plan, run->slots, run->receiver);
	run->rows = SPI_processed;
}

/* Runs it, to stay or not; what it leaves behind after an error is put right. */
static Caught *
careful_run_try(CarefulRun *run, bool stays)
{
	Caught	   *caught = stays ? caught_call(run_carefully, run) : caught_undone(run_carefully, run);

	if (caught == NULL)
		return NULL;
	/* it may have failed before it was registered */
	(void) SPI_unregister_relation(ITEMS_RELATION);
	if (!caught_may_be_handled(caught))
		error_throw_on(caught->error);
	return caught;
}

/* A search for the items with which a statement fails. */
typedef struct CulpritSearch
{
	ItemSet    *set;
	SPIPlanPtr	plan;
	const List *slots;
	bool		in_order;		/* rows are written in the order of the items */
	const int  *items;
	int			count;
	int		   *culprits;
	int			nculprits;
	int			nmost;			/* with more of them the search ends */
} CulpritSearch;

/* Does it work with a piece of the items? If not, how many rows went well? */
static bool
piece_works(const CulpritSearch *search, int from, int count, bool stays, int *rows)
{
	MemoryContext mcxt = AllocSetContextCreate(CurrentMemoryContext, "custom action items", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(mcxt);
	ItemReceiver receiver = {.counts = true};
	CarefulRun	run = {search->set, search->plan, search->slots, &receiver};
	bool		works;

	CHECK_FOR_INTERRUPTS();
	search->set->active = unconstify(int *, search->items + from);
	search->set->nactive = count;
	works = careful_run_try(&run, stays) == NULL;
	*rows = receiver.rows;
	MemoryContextSwitchTo(old);
	MemoryContextDelete(mcxt);
	return works;
}

/* Is it the item at which a statement has stopped? */
static bool
is_culprit(const CulpritSearch *search, int at)
{
	int			rows;

	return search->in_order || !piece_works(search, at, 1, false, &rows);
}

/*
 * Looks for them piece by piece. A check of the row, or something unique, ends the
 * statement at the row concerned; all before it have worked, and it goes on behind
 * it. What is checked in the end, such as foreign keys, does not tell whose it was:
 * smaller pieces are tried, as long as not too many go well.
 */
static void
find_culprits(void *arg)
{
	CulpritSearch *search = arg;
	int			size = PIECE;
	int			next = 0;
	int			worked = 0;

	while (next < search->count && search->nculprits <= search->nmost && worked <= SEARCH_AT_MOST)
	{
		int			count = Min(size, search->count - next);
		int			rows;

		if (piece_works(search, next, count, true, &rows))
		{
			next += count;
			worked++;
			size = worked < SEARCH_AT_MOST / 2 ? Min(2 * size, PIECE) : search->count;
		}
		else if (count == 1 || (rows < count && is_culprit(search, next + rows)))
		{
			next += count == 1 ? 0 : rows;
			search->culprits[search->nculprits++] = search->items[next++];
		}
		else
			size = count / 2;
	}
	if (next < search->count)
		search->nculprits = 0;
}

/* Leaves out the items with which a statement fails that has, or only notes which they are; or throws its error on. */
static void
leave_out_culprits(ItemSet *set, Statement *statement, bool with_key, Caught *caught)
{
	const Statement *many = statement_for_many(statement);
	int		   *active = set->active;
	CulpritSearch search = {.set = set, .slots = many->scope->parameters, .in_order = many->values_at > 0};
	Caught	   *failure;

	search.plan = plan_of(set, statement, with_key, true);
	search.count = set->nactive;
	search.items = memcpy(palloc(sizeof(int) * search.count), active, sizeof(int) * search.count);
	search.nmost = FAILED_AT_MOST(set->count) - set->nfailed;
	search.culprits = palloc(sizeof(int) * (search.nmost + 1));
	failure = caught_undone(find_culprits, &search);
	set->active = active;
	set->nactive = search.count;
	if (failure != NULL)
		error_throw_on(failure->error);
	if (search.nculprits == 0)
		error_throw_on(caught->error);
	for (int i = 0; i < search.nculprits; i++)
		item_leave_failed(set, search.culprits[i]);
	if (set->written)
		item_set_give_up(set, "some items fail, and others have written");
	item_set_sift(set);
	caught_free(caught);
}

/* What the items have in the slots in which the rows of a statement land. */
typedef struct LandingSlots
{
	int			nslots;
	const int  *slots;
	ParamExternData *values;	/* of all items that are active, one after the other */
	bool	   *owned;
} LandingSlots;

/* Keeps it, so that nothing frees it. */
static LandingSlots *
landing_save(const ItemSet *set, const Statement *many)
{
	LandingSlots *saved = palloc(sizeof(LandingSlots));
	int		   *slots = palloc(sizeof(int) * (many->nslots + 1));
	int			n = many->nslots;

	memcpy(slots, many->slots, sizeof(int) * n);
	if (many->own != NULL && many->own->may_be_absent)
		slots[n++] = many->own->present_slot;
	saved->nslots = n;
	saved->slots = slots;
	saved->values = MemoryContextAllocExtended(CurrentMemoryContext, sizeof(ParamExternData) * (n * (Size) set->nactive + 1),
											   MCXT_ALLOC_HUGE);
	saved->owned = palloc(sizeof(bool) * (n * (Size) set->nactive + 1));
	for (int i = 0; i < set->nactive; i++)
	{
		const SetItem *item = &set->items[set->active[i]];

		for (int k = 0; k < n; k++)
		{
			saved->values[i * n + k] = item->params->params[slots[k]];
			saved->owned[i * n + k] = item->owned[slots[k]];
			item->owned[slots[k]] = false;
		}
	}
	return saved;
}

/* Puts it back after an error, for the statement may read what it has returned. */
static void
landing_restore(const ItemSet *set, const LandingSlots *saved)
{
	int			n = saved->nslots;

	for (int i = 0; i < set->nactive; i++)
	{
		const SetItem *item = &set->items[set->active[i]];

		for (int k = 0; k < n; k++)
		{
			if (item->owned[saved->slots[k]])
				pfree(DatumGetPointer(item->params->params[saved->slots[k]].value));
			item->params->params[saved->slots[k]] = saved->values[i * n + k];
			item->owned[saved->slots[k]] = saved->owned[i * n + k];
		}
	}
}

/* Runs a statement that writes, without the items with which it fails. */
static uint64
run_without_culprits(ItemSet *set, Statement *statement, bool with_key, CarefulRun *run)
{
	for (int searches = 0; set->nactive > 0; searches++)
	{
		const LandingSlots *saved = landing_save(set, run->receiver->many);
		Caught	   *caught = careful_run_try(run, true);

		if (caught == NULL)
		{
			set->guarded++;
			budget_count(set->frame, run->rows);
			return run->rows;
		}
		landing_restore(set, saved);
		if (searches == SEARCHES)
			error_throw_on(caught->error);
		leave_out_culprits(set, statement, with_key, caught);
	}
	return 0;
}

void
item_statement_execute(ItemSet *set, Statement *statement, bool with_key)
{
	SPIPlanPtr	plan = plan_of(set, statement, with_key, false);
	Statement  *many = statement_for_many(statement);
	const List *slots = many->scope->parameters;
	ItemReceiver receiver = {.many = many, .key = with_key ? many->key : NULL};
	CarefulRun	run = {set, plan, slots, &receiver};
	uint64		rows = !many->select && item_set_searches(set) ?
		run_without_culprits(set, statement, with_key, &run) : run_many(set, plan, slots, &receiver);

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
targets_text(const Program *program, const List *key, const char *lock)
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
	appendStringInfo(&text, " ORDER BY %s%s", key_text(key), lock != NULL ? lock : "");
	return text.data;
}

/* Tells the call which items have the same target: each is told the first of them. */
static void
tell_same_targets(const ItemSet *set, const TargetsSeen *seen)
{
	int		   *first = palloc(sizeof(int) * Max(set->count, 1));

	for (int i = set->count - 1; i >= 0; i--)
		if (seen->groups[i] >= 0)
			first[seen->groups[i]] = i;
	for (int i = 0; i < set->count; i++)
		set->call->first[i] = seen->groups[i] >= 0 ? first[seen->groups[i]] : i;
	pfree(first);
}

char *
item_targets_text(const Program *program, Statement *load, const List *key, const char *lock)
{
	return load == NULL ? targets_text(program, key, lock) :
		statement_many_text(statement_for_many(load), false, key_text(key), key_text(key));
}

void
item_statement_targets(ItemSet *set, Statement *load, const List *key, const char *lock)
{
	const Program *program = set->frame->program;
	TargetsSeen seen = {.key = key};
	ItemReceiver receiver = {.targets = &seen};
	const List *slots = NIL;
	SPIPlanPtr	plan;

	seen.last = palloc(sizeof(Datum) * list_length(key));
	seen.groups = palloc(sizeof(int) * Max(set->count, 1));
	for (int i = 0; i < set->count; i++)
		seen.groups[i] = -1;
	if (load != NULL)
	{
		Statement  *many = statement_for_many(load);
		char	   *text = item_targets_text(program, load, key, NULL);

		slots = many->scope->parameters;
		plan = prepare_many(set, set->nactive, text, slots, many->scope);
		receiver.many = many;
		seen.place = many->nslots;
	}
	else
	{
		List	   *of_key = NIL;

		for (int i = 0; i < list_length(key); i++)
			of_key = lappend_int(of_key, program->input_slots[i]);
		slots = of_key;
		plan = prepare_many(set, set->nactive, item_targets_text(program, NULL, key, lock), slots, NULL);
	}
	(void) run_many(set, plan, slots, &receiver);
	tell_same_targets(set, &seen);
}
