/*
 * bulk.c
 *		invoke_action_bulk: one action for many items, as an array of jsonb objects.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/settings.h"
#include "base/sql_argument.h"
#include "bulk/bulk_item.h"
#include "bulk/bulk_run.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "run/frame.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(custom_action_invoke_bulk);

/* Columns of the result */
enum
{
	BULK_ITEM,
	BULK_STATUS,
	BULK_OUTPUT,
	BULK_ERROR,
	BULK_COLUMNS
};

/*
 * A key stands for one request, and its answer. The setting would be read by each
 * item, and all but the first be refused; inside an action nobody reads it.
 */
static void
require_no_idempotency_key(void)
{
	if (setting_idempotency_key[0] != '\0' && innermost_frame == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("invoke_action_bulk takes no idempotency key"),
				 errhint("Reset custom_actions.idempotency_key, or invoke the items one by one, each with a key of its own.")));
}

/* Nor can one version be that of several rows. */
static void
require_no_if_match(void)
{
	if (setting_if_match[0] != '\0' && innermost_frame == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("invoke_action_bulk takes no if_match"),
				 errhint("Reset custom_actions.if_match, or invoke the items one by one, each with the version of its row.")));
}

/* The inputs of the items; raises unless the arguments say what is to be done. */
static Jsonb *
bulk_arguments(FunctionCallInfo fcinfo)
{
	Jsonb	   *inputs;

	require_argument(fcinfo, 0, "invoke_action_bulk", "action", "Give the name of an action.");
	inputs = array_argument(fcinfo, 1, "invoke_action_bulk", "inputs", "Pass an array of objects, one for each item.");
	require_argument(fcinfo, 2, "invoke_action_bulk", "common", "Leave it out, or pass '{}', if the items share nothing.");
	if (!JB_ROOT_IS_OBJECT(PG_GETARG_JSONB_P(2)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"common\" of invoke_action_bulk must be a JSON object"),
				 errhint("Pass an object of inputs that all items have unless they say otherwise, or '{}'.")));
	require_no_idempotency_key();
	require_no_if_match();
	return inputs;
}

/* Copies an object or array that is part of another jsonb to where there is room, and goes on behind it. */
static Jsonb *
copy_part(const JsonbValue *value, char **room)
{
	Jsonb	   *copy = (Jsonb *) *room;
	int			size = VARHDRSZ + value->val.binary.len;

	SET_VARSIZE(copy, size);
	memcpy(&copy->root, value->val.binary.data, value->val.binary.len);
	*room += MAXALIGN(size);
	return copy;
}

/* What an item is given, in the memory of the call: its own inputs, before those that all have. */
static Jsonb *
item_input(Bulk *bulk, JsonbValue *value, Jsonb *common, char **room)
{
	MemoryContext old;
	Jsonb	   *input;
	Jsonb	   *copy;

	if (JB_ROOT_COUNT(common) == 0)
		return value->type == jbvBinary ? copy_part(value, room) : JsonbValueToJsonb(value);
	old = MemoryContextSwitchTo(bulk->scratch);
	input = JsonbValueToJsonb(value);
	if (JB_ROOT_IS_OBJECT(input))
		input = DatumGetJsonbP(DirectFunctionCall2(jsonb_concat, JsonbPGetDatum(common), JsonbPGetDatum(input)));
	copy = MemoryContextAlloc(bulk->mcxt, VARSIZE(input));
	memcpy(copy, input, VARSIZE(input));
	MemoryContextSwitchTo(old);
	MemoryContextReset(bulk->scratch);
	return copy;
}

/*
 * Room for the inputs of all items in one piece: of each alone it would be twice as
 * much. A copy has a header of its own and begins aligned, which the parts of an array
 * need not: that is what each has more than in the array.
 */
static char *
room_for_inputs(const Jsonb *inputs, int count)
{
	return MemoryContextAllocExtended(CurrentMemoryContext,
									  VARSIZE(inputs) + count * (Size) MAXALIGN(VARHDRSZ + MAXIMUM_ALIGNOF),
									  MCXT_ALLOC_HUGE);
}

/* Takes the items from the array. */
static void
bulk_take_items(Bulk *bulk, Jsonb *inputs, Jsonb *common)
{
	JsonbIterator *iterator = JsonbIteratorInit(&inputs->root);
	JsonbIteratorToken token;
	JsonbValue	value;
	int			taken = 0;
	char	   *room = NULL;	/* only where items are taken as they are */

	bulk->count = JB_ROOT_COUNT(inputs);
	bulk->items = MemoryContextAllocExtended(CurrentMemoryContext, sizeof(BulkItem) * Max(bulk->count, 1),
											 MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	if (JB_ROOT_COUNT(common) == 0)
		room = room_for_inputs(inputs, bulk->count);
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		CHECK_FOR_INTERRUPTS();
		if (token == WJB_ELEM)
			bulk->items[taken++].input = item_input(bulk, &value, common, &room);
	}
}

/* Returns a row for each item. */
static void
put_items(ReturnSetInfo *result, const Bulk *bulk)
{
	Datum		words[ITEM_SKIPPED + 1];

	for (ItemEnd end = ITEM_SUCCEEDED; end <= ITEM_SKIPPED; end++)
		words[end] = CStringGetTextDatum(item_end_word(end));
	for (int i = 0; i < bulk->count; i++)
	{
		const BulkItem *item = &bulk->items[i];
		Datum		values[BULK_COLUMNS] = {0};
		bool		nulls[BULK_COLUMNS] = {0};

		CHECK_FOR_INTERRUPTS();
		values[BULK_ITEM] = Int32GetDatum(i + 1);
		values[BULK_STATUS] = words[item->end];
		values[BULK_OUTPUT] = JsonbPGetDatum(item->output);
		nulls[BULK_OUTPUT] = item->output == NULL;
		values[BULK_ERROR] = JsonbPGetDatum(item->error);
		nulls[BULK_ERROR] = item->error == NULL;
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

/* Runs the action for an item. */
static void
call_item(Bulk *bulk, BulkItem *item)
{
	InvokeRequest request = {.input = item->input, .wants_invocation = bulk->answers};

	bulk_call(bulk, item, bulk->action, &request);
}

/* What errors call the item that is running. */
static char *
item_title(const Bulk *bulk)
{
	return psprintf("item %d of invoke_action_bulk", bulk->at + 1);
}

/*
 * invoke_action_bulk(action text, inputs jsonb, common jsonb, mode text) returns
 * table (item integer, status text, output jsonb, error jsonb)
 */
Datum
custom_action_invoke_bulk(PG_FUNCTION_ARGS)
{
	Bulk		bulk = {0};
	Jsonb	   *inputs = bulk_arguments(fcinfo);

	bulk.answers = argument_is_second(fcinfo, 3, "invoke_action_bulk", "mode", "all_or_nothing", "per_item");
	bulk.action = text_to_cstring(PG_GETARG_TEXT_PP(0));
	bulk.call = call_item;
	bulk.title = item_title;
	bulk.mcxt = CurrentMemoryContext;
	bulk.scratch = AllocSetContextCreate(CurrentMemoryContext, "custom action bulk item", ALLOCSET_DEFAULT_SIZES);
	InitMaterializedSRF(fcinfo, 0);
	bulk_take_items(&bulk, inputs, PG_GETARG_JSONB_P(2));
	handle_require_caller(handle_of_name(bulk.action));
	bulk.in_sets = bulk.count >= LEAST_OF_SET && (innermost_frame == NULL || innermost_frame->budget == NULL);
	bulk_run(&bulk);
	put_items((ReturnSetInfo *) fcinfo->resultinfo, &bulk);
	return (Datum) 0;
}
