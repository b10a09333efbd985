/*
 * batch_calls.c
 *		Reads the calls of a batch from jsonb. What is wrong with any of them is an error
 *		before the first one runs: shapes, names, actions that there are not.
 */
#include "postgres.h"

#include "base/jsonb_value.h"
#include "base/suggest.h"
#include "bulk/batch_calls.h"
#include "bulk/bulk_run.h"
#include "bulk/reference.h"
#include "engine/idempotency.h"
#include "lookup/name_rules.h"
#include "miscadmin.h"
#include "steps/if_match.h"
#include "utils/memutils.h"

#define CALL_KEYS	"Keys of a call: action, input, as, idempotency_key, if_match."

/* Refuses what stands in the place of a call. */
pg_noreturn static void
refuse_call(const Batch *batch, int call, const char *why)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s of invoke_actions %s", batch_call_title(batch, call), why),
			 errhint("%s A call is such as {\"action\": \"support.escalate_case\", \"input\": {\"target\": 42}, \"as\": \"first\"}.",
					 CALL_KEYS)));
}

/* Refuses a key that a call does not have. */
pg_noreturn static void
refuse_call_key(const Batch *batch, int call, const char *key)
{
	List	   *known = list_make5("action", "input", "as", "idempotency_key", "if_match");

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s of invoke_actions has an unknown key \"%s\"", batch_call_title(batch, call), key),
			 errhint("%s", suggestion_hint(suggestion_among(key, known), CALL_KEYS))));
}

/* A text that a key of a call has; null is none. */
static char *
batch_call_text(const Batch *batch, int call, const char *key, const JsonbValue *value)
{
	if (value->type == jbvNull)
		return NULL;
	if (value->type != jbvString)
		refuse_call(batch, call, psprintf("has no text as \"%s\"", key));
	return jsonb_value_text(value);
}

/* Takes the name that others call it by. */
static void
take_name(Batch *batch, int call, char *name)
{
	if (name != NULL && !name_is_valid(name))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_NAME),
				 errmsg(NAME_MESSAGE, batch_call_title(batch, call), name),
				 errdetail(NAME_DETAIL),
				 errhint(NAME_HINT, name_proposal(name))));
	batch->calls[call].name = name;
}

/* Takes the input, an object. */
static void
take_input(Batch *batch, int call, JsonbValue *value)
{
	if (value->type != jbvBinary || !JsonContainerIsObject(value->val.binary.data))
		refuse_call(batch, call, "has an \"input\" that is no object");
	batch->bulk.items[call].input = JsonbValueToJsonb(value);
}

/* Takes the value of one key. */
static void
take_call_key(Batch *batch, int call, const char *key, JsonbValue *value)
{
	if (strcmp(key, "action") == 0)
		batch->calls[call].action = batch_call_text(batch, call, key, value);
	else if (strcmp(key, "as") == 0)
		take_name(batch, call, batch_call_text(batch, call, key, value));
	else if (strcmp(key, "input") == 0)
		take_input(batch, call, value);
	else if (strcmp(key, "idempotency_key") == 0)
	{
		batch->calls[call].idempotency_key = batch_call_text(batch, call, key, value);
		require_idempotency_key(batch->calls[call].idempotency_key);
	}
	else if (strcmp(key, "if_match") == 0)
	{
		batch->calls[call].if_match = batch_call_text(batch, call, key, value);
		require_if_match(batch->calls[call].if_match);
	}
	else
		refuse_call_key(batch, call, key);
}

/* An input that is left out. */
static Jsonb *
empty_input(void)
{
	JsonbValue	object = {.type = jbvObject};

	return JsonbValueToJsonb(&object);
}

/* Reads one call. */
static void
read_batch_call(Batch *batch, int call, JsonbValue *element)
{
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	value;
	char	   *key = NULL;

	if (element->type != jbvBinary || !JsonContainerIsObject(element->val.binary.data))
		refuse_call(batch, call, "is no object");
	iterator = JsonbIteratorInit(element->val.binary.data);
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			key = pnstrdup(value.val.string.val, value.val.string.len);
		else if (token == WJB_VALUE)
			take_call_key(batch, call, key, &value);
	}
	if (batch->calls[call].action == NULL)
		refuse_call(batch, call, "names no action");
	if (batch->bulk.items[call].input == NULL)
		batch->bulk.items[call].input = empty_input();
}

/* Finds the action; where one failure undoes all, asks for the right to it as well. */
static void
find_call_action(Batch *batch, int call)
{
	Handle	   *handle = handle_of_name(batch->calls[call].action);

	if (!batch->bulk.answers)
		handle_require_caller(handle);
	batch->calls[call].may_be_sensitive = handle->sensitive;
	batch->sensitive |= handle->sensitive;
}

/* Notes which call a name means. */
static void
enter_name(const Batch *batch, int call, HTAB *names)
{
	NamedCall  *entry;
	bool		found;

	if (batch->calls[call].name == NULL)
		return;
	entry = hash_search(names, batch->calls[call].name, HASH_ENTER, &found);
	if (found)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s of invoke_actions has the name of call %d", batch_call_title(batch, call), entry->call + 1),
				 errhint("Give each call that others refer to a name of its own as \"as\".")));
	entry->call = call;
}

/* Checks what calls say of each other. */
static void
check_references(Batch *batch)
{
	HASHCTL		control = {.keysize = NAMEDATALEN, .entrysize = sizeof(NamedCall), .hcxt = batch->bulk.mcxt};
	HTAB	   *names = hash_create("custom action batch names", 64, &control, HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);

	for (int i = 0; i < batch->bulk.count; i++)
		enter_name(batch, i, names);
	for (int i = 0; i < batch->bulk.count; i++)
		references_find(batch, i, names);
	hash_destroy(names);
}

/* Finds all actions. */
static void
find_actions(Batch *batch)
{
	MemoryContext old = CurrentMemoryContext;

	PG_TRY();
	{
		for (batch->bulk.at = 0; batch->bulk.at < batch->bulk.count; batch->bulk.at++)
		{
			CHECK_FOR_INTERRUPTS();
			find_call_action(batch, batch->bulk.at);
		}
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(old);
		error = CopyErrorData();
		FlushErrorState();
		bulk_throw_on(&batch->bulk, error);
	}
	PG_END_TRY();
}

/* Makes room for something of each call. */
static void *
room_for_calls(const Batch *batch, Size size)
{
	return MemoryContextAllocExtended(batch->bulk.mcxt, size * Max(batch->bulk.count, 1),
									  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
}

void
batch_read(Batch *batch, Jsonb *calls)
{
	JsonbIterator *iterator = JsonbIteratorInit(&calls->root);
	JsonbIteratorToken token;
	JsonbValue	value;
	int			taken = 0;

	batch->bulk.count = JB_ROOT_COUNT(calls);
	batch->calls = room_for_calls(batch, sizeof(BatchCall));
	batch->bulk.items = room_for_calls(batch, sizeof(BulkItem));
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		CHECK_FOR_INTERRUPTS();
		if (token == WJB_ELEM)
			read_batch_call(batch, taken++, &value);
	}
	find_actions(batch);
	check_references(batch);
}
