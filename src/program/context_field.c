/*
 * context_field.c
 *		The fields of context, from the rows of context_field.h.
 */
#include "postgres.h"

#include "base/listing.h"
#include "catalog/pg_type.h"
#include "program/context_field.h"
#include "utils/builtins.h"

#define CONTEXT_TEXT(symbol, name, meaning) {#name, TEXTOID, meaning},
#define CONTEXT_VALUE(symbol, name, type, meaning) {#name, type, meaning},

static const struct
{
	const char *name;
	Oid			type;
	const char *meaning;
}			context_fields[CONTEXT_FIELDS] = {

	CONTEXT_ROWS(CONTEXT_TEXT, CONTEXT_VALUE)
};

PG_FUNCTION_INFO_V1(custom_action_context_fields);

const char *
context_field_name(ContextField field)
{
	return context_fields[field].name;
}

Oid
context_field_type(ContextField field)
{
	return context_fields[field].type;
}

const char *
context_field_meaning(ContextField field)
{
	return context_fields[field].meaning;
}

ContextField
context_field_find(const char *name)
{
	int			i = 0;

	while (i < CONTEXT_FIELDS && strcmp(context_fields[i].name, name) != 0)
		i++;
	return (ContextField) i;
}

List *
context_field_names(void)
{
	List	   *names = NIL;

	for (int i = 0; i < CONTEXT_FIELDS; i++)
		names = lappend(names, unconstify(char *, context_fields[i].name));
	return names;
}

/* SQL: the fields of context with their types. */
Datum
custom_action_context_fields(PG_FUNCTION_ARGS)
{
	listing_start(fcinfo);
	for (int i = 0; i < CONTEXT_FIELDS; i++)
		listing_put(fcinfo, context_fields[i].name, format_type_be(context_fields[i].type));
	return (Datum) 0;
}
