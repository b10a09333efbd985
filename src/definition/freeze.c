/*
 * freeze.c
 *		Freezes the header of a definition: the bound table with its schema, the
 *		columns of its key, the types with theirs. Steps freeze themselves.
 *
 * A published action thus means the same although settings, search_path or
 * primary key change later, and a restore needs no index to find the key.
 */
#include "postgres.h"

#include "definition/freeze.h"
#include "lookup/canonical.h"

/* Writes the type of an input or output, and the table that it references. */
static void
freeze_parameter(Json *parameter, const Argument *argument)
{
	json_put_string(parameter, "type", type_name_canonical(argument->type, argument->typmod));
	if (OidIsValid(argument->references))
		json_put_string(parameter, "references", relation_name_canonical(argument->references));
}

/* Writes the types of one direction. */
static void
freeze_types(const Json *parameters, const Argument *arguments, int count)
{
	for (int i = 0; i < count; i++)
		for (int j = 0; parameters != NULL && j < parameters->count; j++)
		{
			const char *name = json_get_text(parameters->items[j], "name");

			if (arguments[i].parameter != NULL && !arguments[i].broken &&
				name != NULL && strcmp(name, arguments[i].name) == 0)
				freeze_parameter(parameters->items[j], &arguments[i]);
		}
}

void
freeze_header(Definition *definition, const Signature *signature)
{
	Json	   *json = definition->json;

	if (OidIsValid(signature->table))
		json_put_string(json, "table", relation_name_canonical(signature->table));
	if (signature->nkeys > 0)
	{
		Json	   *key = json_new_array();

		for (int i = 0; i < signature->nkeys; i++)
			json_append(key, json_new_string(signature->inputs[i].column));
		json_put(json, "key", key);
	}
	freeze_types(json_get(json, "input"), signature->inputs, signature->ninputs);
	freeze_types(json_get(json, "output"), signature->outputs, signature->noutputs);
}
