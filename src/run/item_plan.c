/*
 * item_plan.c
 *		The relation of the values of many items, known to SPI for the time that a
 *		statement runs, and plans that read it: where they are, or in rows
 *		(run/item_scan.c).
 *
 * Plans are made for the set, whose size the planner knows, and end with its SPI
 * connection.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "program/parser_hooks.h"
#include "run/item_plan.h"
#include "tcop/dest.h"
#include "utils/queryenvironment.h"

TupleDesc
items_tupdesc(const Program *program, const List *slots, bool numbered, bool placed)
{
	int			count = list_length(slots);
	TupleDesc	tupdesc = CreateTemplateTupleDesc(count + numbered + placed);
	ListCell   *cell;

	foreach(cell, slots)
	{
		const Slot *slot = &program->slots[lfirst_int(cell)];
		int			column = foreach_current_index(cell) + 1;

		TupleDescInitEntry(tupdesc, column, psprintf("$%d", column), slot->type, slot->typmod, 0);
		TupleDescInitEntryCollation(tupdesc, column, slot->collation);
	}
	if (numbered)
		TupleDescInitEntry(tupdesc, count + 1, ITEM_COLUMN, INT4OID, -1, 0);
	if (placed)
		TupleDescInitEntry(tupdesc, count + 2, PLACE_COLUMN, TIDOID, -1, 0);
	TupleDescFinalize(tupdesc);
	return tupdesc;
}

ItemsRelation *
items_register(int count, TupleDesc tupdesc, Tuplestorestate *rows)
{
	ItemsRelation *relation = palloc0(sizeof(ItemsRelation));
	EphemeralNamedRelationMetadata metadata = &relation->base.md;

	metadata->name = ITEMS_RELATION;
	metadata->reliddesc = InvalidOid;
	metadata->tupdesc = tupdesc;
	metadata->enrtype = ENR_NAMED_TUPLESTORE;
	metadata->enrtuples = count;
	relation->base.reldata = rows;
	/* an error may have left one behind */
	(void) SPI_unregister_relation(ITEMS_RELATION);
	if (SPI_register_relation(&relation->base) != SPI_OK_REL_REGISTER)
		elog(ERROR, "the relation of the items is there already");
	return relation;
}

void
items_unregister(void)
{
	if (SPI_unregister_relation(ITEMS_RELATION) != SPI_OK_REL_UNREGISTER)
		elog(ERROR, "the relation of the items is not there");
}

/* Fills in the values that the active items have in these slots. */
static void
items_put(const ItemSet *set, TupleDesc tupdesc, const List *slots, Tuplestorestate *rows)
{
	int			count = list_length(slots);
	Datum	   *values = palloc(sizeof(Datum) * (count + 2));
	bool	   *nulls = palloc0(sizeof(bool) * (count + 2));

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
		if (set->places != NULL)
			values[count + 1] = PointerGetDatum(&set->places[set->active[i]]);
		tuplestore_putvalues(rows, tupdesc, values, nulls);
	}
}

/* Prepares a text while the relation of the items is known. */
static SPIPlanPtr
prepare_text(const ItemSet *set, const char *text, Scope *scope)
{
	SPIPrepareOptions options = {0};
	SPIPlanPtr	plan;

	options.parserSetup = scope != NULL ? formula_parser_setup : NULL;
	options.parserSetupArg = scope;
	options.parseMode = RAW_PARSE_DEFAULT;
	plan = SPI_prepare_extended(text, &options);
	if (plan == NULL)
		elog(ERROR, "could not prepare a statement of action \"%s\": %s",
			 set->frame->program->action, SPI_result_code_string(SPI_result));
	return plan;
}

/* The relation of the items of a set, with the values of these slots. */
static TupleDesc
set_tupdesc(const ItemSet *set, const List *slots)
{
	return items_tupdesc(set->frame->program, slots, true, set->places != NULL);
}

SPIPlanPtr
item_plan_prepare(const ItemSet *set, int count, const char *text, const List *slots, Scope *scope)
{
	SPIPlanPtr	plan;

	(void) items_register(count, set_tupdesc(set, slots), NULL);
	plan = prepare_text(set, text, scope);
	items_unregister();
	return plan;
}

/* Takes a row: it says which item it is for, or comes in the order of the items. */
static bool
item_receiver_take(TupleTableSlot *tuple, DestReceiver *self)
{
	ItemReceiver *receiver = (ItemReceiver *) self;
	int			row = receiver->rows++;

	if (receiver->take == NULL)
		return true;
	slot_getallattrs(tuple);
	receiver->take(receiver, receiver->in_order ? receiver->set->active[row] :
				   DatumGetInt32(tuple->tts_values[tuple->tts_tupleDescriptor->natts - 1]), tuple);
	return true;
}

/* Looks whether the rows are what is taken. */
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

void
item_receiver_init(ItemReceiver *receiver)
{
	receiver->base.receiveSlot = item_receiver_take;
	receiver->base.rStartup = item_receiver_startup;
	receiver->base.rShutdown = item_receiver_nothing;
	receiver->base.rDestroy = item_receiver_nothing;
	receiver->base.mydest = DestTuplestore;
	receiver->rows = 0;
}

int
item_plan_run(ItemSet *set, SPIPlanPtr plan, const List *slots, ItemReceiver *receiver)
{
	SPIExecuteOptions options = {0};
	TupleDesc	tupdesc = set_tupdesc(set, slots);
	Tuplestorestate *rows = tuplestore_begin_heap(false, false, work_mem);
	ItemsRelation *relation = items_register(set->nactive, tupdesc, rows);
	int			code;

	relation->set = set;
	relation->slots = slots;
	if (!item_scan_is_all(plan))
		items_put(set, tupdesc, slots, rows);
	item_rows_forget(set);
	item_receiver_init(receiver);
	receiver->set = set;
	options.read_only = set->frame->read_only;
	options.dest = (DestReceiver *) receiver;
	code = SPI_execute_plan_extended(plan, &options);
	if (code < 0)
		elog(ERROR, "could not run a statement of action \"%s\": %s",
			 set->frame->program->action, SPI_result_code_string(code));
	items_unregister();
	tuplestore_end(rows);
	return code;
}
