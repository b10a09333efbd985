/*
 * reference.c
 *		Reads references and puts values in their places.
 *
 * A string that begins with "=" is a reference, wherever it stands among the values of
 * an input; "==" stands for a "=" that is none. A reference is the name of an earlier
 * call and a path into its outputs: "=a", "=a.lines[0].id", "=a."odd key"". It is
 * no SQL, and computes nothing. Values come as they are, with all their digits.
 */
#include "postgres.h"

#include "base/jsonb_push.h"
#include "base/jsonb_value.h"
#include "base/suggest.h"
#include "bulk/reference.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"

#define REFERENCE_HINT	"A reference is \"=\", the \"as\" of an earlier call and a path into its outputs, such as \"=task.id\" or \"=order.lines[0].id\"; \"==\" stands for a text that begins with \"=\"."

/* One reference, while it is read. */
typedef struct Reference
{
	const Batch *batch;
	int			call;			/* that has it */
	const char *text;			/* as written */
	const char *at;				/* what is not read yet */
} Reference;

/* A step of a path. */
typedef struct PathStep
{
	const char *key;			/* NULL: an element */
	int			length;
	uint32		element;
} PathStep;

/* The text of a reference for messages, unless it may be a value that must not be shown. */
static const char *
shown_text(const Reference *reference)
{
	return reference->batch->calls[reference->call].may_be_sensitive ? "=..." : reference->text;
}

/* Refuses a reference. */
pg_noreturn static void
refuse_call_reference(const Reference *reference, const char *why, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s: reference \"%s\" %s", batch_call_title(reference->batch, reference->call),
					shown_text(reference), why),
			 errhint("%s", hint != NULL ? hint : REFERENCE_HINT)));
}

/* Is it a string that begins with "="? */
static bool
is_marked(const JsonbValue *value)
{
	return value->type == jbvString && value->val.string.len > 0 && value->val.string.val[0] == '=';
}

/* Is it the text that a "==" stands for? */
static bool
reference_is_escaped(const JsonbValue *value)
{
	return value->val.string.len > 1 && value->val.string.val[1] == '=';
}

/* Begins to read a reference. */
static Reference
reference_of(const Batch *batch, int call, const JsonbValue *value)
{
	Reference	reference = {.batch = batch, .call = call};

	reference.text = pnstrdup(value->val.string.val, value->val.string.len);
	reference.at = reference.text + 1;
	while (*reference.at == ' ')
		reference.at++;
	return reference;
}

/* Reads the name of the call. */
static char *
read_name(Reference *reference)
{
	int			length = strspn(reference->at, "abcdefghijklmnopqrstuvwxyz0123456789_");
	char	   *name = pnstrdup(reference->at, length);

	if (length == 0 || length >= NAMEDATALEN)
		refuse_call_reference(reference, "does not begin with the name of a call", NULL);
	reference->at += length;
	return name;
}

/* Reads "[0]". */
static void
read_element(Reference *reference, PathStep *step)
{
	int			length = strspn(reference->at + 1, "0123456789");

	if (length == 0 || length > 9 || reference->at[1 + length] != ']')
		refuse_call_reference(reference, "has no number in its brackets", NULL);
	step->key = NULL;
	step->element = (uint32) strtoul(reference->at + 1, NULL, 10);
	reference->at += length + 2;
}

/* Reads a key, in double quotes or up to the next step. */
static void
read_key(Reference *reference, PathStep *step)
{
	reference->at++;
	if (*reference->at == '"')
	{
		const char *end = strchr(reference->at + 1, '"');

		if (end == NULL)
			refuse_call_reference(reference, "has a quote that does not end", NULL);
		step->key = reference->at + 1;
		step->length = end - step->key;
		reference->at = end + 1;
		return;
	}
	step->key = reference->at;
	step->length = strcspn(reference->at, ".[ \"");
	if (step->length == 0)
		refuse_call_reference(reference, "has an empty step", NULL);
	reference->at += step->length;
}

/* Reads the next step of the path; false at its end. */
static bool
read_step(Reference *reference, PathStep *step)
{
	if (reference->at[strspn(reference->at, " ")] == '\0')
		return false;
	if (*reference->at == '[')
		read_element(reference, step);
	else if (*reference->at == '.')
		read_key(reference, step);
	else
		refuse_call_reference(reference, "is not a path", NULL);
	return true;
}

/* Refuses a name that is none of an earlier call's. */
pg_noreturn static void
refuse_call_name(const Reference *reference, const char *name, const NamedCall *found)
{
	const Batch *batch = reference->batch;
	List	   *known = NIL;

	if (found != NULL && found->call == reference->call)
		refuse_call_reference(reference, "refers to the call itself", NULL);
	if (found != NULL)
		refuse_call_reference(reference, psprintf("refers to %s, which comes later", batch_call_title(batch, found->call)),
							  "Put that call before this one.");
	for (int i = 0; i < reference->call; i++)
		if (batch->calls[i].name != NULL)
			known = lappend(known, batch->calls[i].name);
	refuse_call_reference(reference, "means no call",
						  suggestion_hint(suggestion_among(name, known), REFERENCE_HINT));
}

/* Checks one reference and notes what it needs. */
static void
check_call_reference(Batch *batch, int call, const JsonbValue *value, HTAB *names)
{
	Reference	reference = reference_of(batch, call, value);
	char	   *name = read_name(&reference);
	NamedCall  *found = hash_search(names, name, HASH_FIND, NULL);
	BatchCall  *self = &batch->calls[call];
	PathStep	step;

	if (found == NULL || found->call >= call)
		refuse_call_name(&reference, name, found);
	while (read_step(&reference, &step))
		;
	self->needs = list_append_unique_int(self->needs, found->call);
	self->refers_to_secrets |= batch->calls[found->call].may_be_sensitive;
}

void
references_find(Batch *batch, int call, HTAB *names)
{
	JsonbIterator *iterator = JsonbIteratorInit(&batch->bulk.items[call].input->root);
	JsonbIteratorToken token;
	JsonbValue	value;

	while ((token = JsonbIteratorNext(&iterator, &value, false)) != WJB_DONE)
	{
		CHECK_FOR_INTERRUPTS();
		if ((token != WJB_VALUE && token != WJB_ELEM) || !is_marked(&value))
			continue;
		batch->calls[call].has_references = true;
		if (!reference_is_escaped(&value))
			check_call_reference(batch, call, &value, names);
	}
}

/* The value that a step leads to from another, or NULL. */
static JsonbValue *
value_at(const JsonbValue *value, const PathStep *step)
{
	JsonbContainer *container;
	JsonbValue *found = palloc(sizeof(JsonbValue));

	if (value->type != jbvBinary)
		return NULL;
	container = value->val.binary.data;
	if (step->key == NULL)
		return JsonContainerIsArray(container) ? getIthJsonbValueFromContainer(container, step->element) : NULL;
	return JsonContainerIsObject(container) ?
		getKeyJsonValueFromContainer(container, step->key, step->length, found) : NULL;
}

/* Refuses a path that leads nowhere. */
pg_noreturn static void
refuse_missing_value(const Reference *reference, int from, const PathStep *step)
{
	refuse_call_reference(reference,
						  psprintf("leads nowhere: %s has given nothing at \"%s\"", batch_call_title(reference->batch, from),
								   step->key != NULL ? pnstrdup(step->key, step->length) : psprintf("[%u]", step->element)),
						  NULL);
}

/* The value of a reference. */
static JsonbValue *
reference_value(const Batch *batch, int call, const JsonbValue *text)
{
	Reference	reference = reference_of(batch, call, text);
	char	   *name = read_name(&reference);
	JsonbValue *value = palloc(sizeof(JsonbValue));
	ListCell   *cell;
	PathStep	step;
	int			from = -1;

	foreach(cell, batch->calls[call].needs)
	{
		if (strcmp(batch->calls[lfirst_int(cell)].name, name) == 0)
			from = lfirst_int(cell);
	}
	if (from < 0 || batch->bulk.items[from].output == NULL)
		elog(ERROR, "call \"%s\" has no output yet", name);
	jsonb_value_set_jsonb(value, batch->bulk.items[from].output);
	while (read_step(&reference, &step))
	{
		value = value_at(value, &step);
		if (value == NULL)
			refuse_missing_value(&reference, from, &step);
	}
	return value;
}

/* What stands in the place of a value. */
static JsonbValue *
resolved_value(const Batch *batch, int call, JsonbValue *value, JsonbBuilder *secrets)
{
	JsonbValue *resolved;

	if (!is_marked(value))
		return value;
	if (reference_is_escaped(value))
	{
		value->val.string.val++;
		value->val.string.len--;
		return value;
	}
	resolved = reference_value(batch, call, value);
	if (secrets != NULL)
		jsonb_push_value(secrets, resolved);
	return resolved;
}

/* Copies an input, part by part. */
static Jsonb *
resolved_input(const Batch *batch, int call, JsonbBuilder *secrets)
{
	JsonbIterator *iterator = JsonbIteratorInit(&batch->bulk.items[call].input->root);
	JsonbBuilder *builder = jsonb_builder_make();
	JsonbIteratorToken token;
	JsonbValue	value;

	while ((token = JsonbIteratorNext(&iterator, &value, false)) != WJB_DONE)
	{
		CHECK_FOR_INTERRUPTS();
		if (token == WJB_BEGIN_OBJECT)
			jsonb_push_object(builder);
		else if (token == WJB_END_OBJECT)
			jsonb_push_object_end(builder);
		else if (token == WJB_BEGIN_ARRAY)
			jsonb_push_array(builder);
		else if (token == WJB_END_ARRAY)
			jsonb_push_array_end(builder);
		else if (token == WJB_KEY)
			jsonb_push_key(builder, pnstrdup(value.val.string.val, value.val.string.len));
		else
			jsonb_push_value(builder, resolved_value(batch, call, &value, secrets));
	}
	return jsonb_builder_finish(builder);
}

Jsonb *
references_resolve(const Batch *batch, int call, Jsonb **secrets)
{
	JsonbBuilder *gathered = NULL;
	Jsonb	   *input;

	if (batch->calls[call].refers_to_secrets)
	{
		gathered = jsonb_builder_make();
		jsonb_push_array(gathered);
	}
	input = resolved_input(batch, call, gathered);
	if (gathered != NULL)
	{
		jsonb_push_array_end(gathered);
		*secrets = jsonb_builder_finish(gathered);
	}
	return input;
}
