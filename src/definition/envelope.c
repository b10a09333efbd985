/*
 * envelope.c
 *		Reads and writes the source text of published actions. This is the one
 *		place that reads it.
 */
#include "postgres.h"

#include <ctype.h>

#include "base/compat.h"
#include "catalog/pg_proc.h"
#include "definition/envelope.h"
#include "definition/keys.h"
#include "definition/parse_plugins.h"
#include "definition/print.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lookup/action_lookup.h"
#include "lookup/proc_row.h"
#include "utils/builtins.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(custom_action_published);

/* Raises what is wrong with a source text. */
pg_noreturn static void
refuse_envelope(const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("source of the action is not valid: %s", what),
			 errhint("Functions of language \"%s\" are made by activate_action.",
					 CA_LANGUAGE)));
}

/* Reads the source text of an action's function. */
static Envelope *
envelope_parse(const char *source)
{
	static const char *const known[] = {"format", "version", "active", "definition", "plugins"};
	Envelope   *envelope = palloc0(sizeof(Envelope));
	Json	   *json = json_parse(source);
	Json	   *format = json_get(json, "format");
	Json	   *version = json_get(json, "version");
	Json	   *active = json_get(json, "active");
	int			i,
				j;

	if (json->kind != JSON_IS_OBJECT)
		refuse_envelope("it is not a JSON object");
	if (json_duplicate_key(json) != NULL)
		refuse_envelope(psprintf("duplicate key \"%s\"", json_duplicate_key(json)));
	if (format == NULL || format->kind != JSON_IS_NUMBER)
		refuse_envelope("key \"format\" must be a number");
	if (strcmp(format->text, CppAsString2(CA_FORMAT)) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("source of the action has format %s, this version of the extension reads format %d",
						format->text, CA_FORMAT),
				 errhint("Update the extension \"custom_actions\".")));
	for (i = 0; i < json->count; i++)
	{
		for (j = 0; j < lengthof(known) && strcmp(json->keys[i], known[j]) != 0; j++)
			;
		if (j == lengthof(known))
			refuse_envelope(psprintf("unknown key \"%s\"", json->keys[i]));
	}
	if (version == NULL || !integer_parse(version, &envelope->version) || version->text[0] == '-')
		refuse_envelope("key \"version\" must be a whole number");
	if (active == NULL || active->kind != JSON_IS_BOOLEAN)
		refuse_envelope("key \"active\" must be true or false");

	envelope->active = strcmp(active->text, "true") == 0;
	envelope->definition = json_get(json, "definition");
	envelope->plugins = json_get(json, "plugins");
	if (envelope->definition == NULL || envelope->definition->kind != JSON_IS_OBJECT)
		refuse_envelope("key \"definition\" must be an object");
	if (envelope->plugins != NULL && envelope->plugins->kind != JSON_IS_ARRAY)
		refuse_envelope("key \"plugins\" must be an array");
	return envelope;
}

/* The source text of a function. */
static char *
function_source(Oid function)
{
	HeapTuple	tuple = proc_row(function);
	char	   *source = TextDatumGetCString(SysCacheGetAttrNotNull(PROCOID, tuple, Anum_pg_proc_prosrc));

	ReleaseSysCache(tuple);
	return source;
}

/* The end of a text but for white space. */
static char *
text_end(char *text)
{
	char	   *end = text + strlen(text);

	while (end > text && isspace((unsigned char) end[-1]))
		end--;
	return end;
}

/* They are its last line, with the brace that ends it all. */
char *
source_cut_facts(char *source)
{
	char	   *end = text_end(source);
	char	   *line = end;

	while (line > source && line[-1] != '\n')
		line--;
	if (line - source < 2 || line[-2] != ',' || end[-1] != '}' ||
		strncmp(line, FACTS_KEY, strlen(FACTS_KEY)) != 0)
		return NULL;
	strcpy(line - 2, "}");
	end[-1] = '\0';
	return line + strlen(FACTS_KEY);
}

Envelope *
action_envelope(Oid function)
{
	char	   *source = function_source(function);

	(void) source_cut_facts(source);
	return envelope_parse(source);
}

char *
action_facts_text(Oid function)
{
	return source_cut_facts(function_source(function));
}

char *
source_with_facts(Oid function, const char *facts)
{
	char	   *source = function_source(function);
	const char *before = source_cut_facts(source);
	char	   *end = text_end(source);

	if (facts == NULL ? before == NULL : before != NULL && strcmp(facts, before) == 0)
		return NULL;
	if (facts == NULL)
		return psprintf("%s\n", source);
	*--end = '\0';
	return psprintf("%s,\n" FACTS_KEY "%s}\n", source, facts);
}

Definition *
envelope_definition(const Envelope *envelope, ProblemSink *sink)
{
	Definition *definition = definition_parse(envelope->definition, sink);

	definition_set_plugins(definition, envelope->plugins, sink);
	return definition;
}

char *
envelope_print(const Envelope *envelope)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "{\"format\": %d, \"version\": %d, \"active\": %s,\n\"definition\":\n%s",
					 CA_FORMAT, envelope->version,
					 envelope->active ? "true" : "false",
					 definition_print(envelope->definition));
	if (envelope->plugins != NULL && envelope->plugins->count > 0)
	{
		appendStringInfoString(&out, ",\n\"plugins\":\n");
		json_print(&out, envelope->plugins);
	}
	appendStringInfoString(&out, "}\n");
	return out.data;
}

/* Writes the registered plug-ins. */
static char *
plugins_print(const Envelope *envelope)
{
	return json_text(envelope->plugins ? envelope->plugins : json_new_array());
}

/* SQL: the published function of an action and what its envelope says, if there is one. */
Datum
custom_action_published(PG_FUNCTION_ARGS)
{
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Oid			function;
	Envelope   *envelope;
	Datum		values[5];
	bool		nulls[5] = {false};

	InitMaterializedSRF(fcinfo, 0);
	function = action_find_fresh(name);
	if (!OidIsValid(function))
		PG_RETURN_NULL();

	envelope = action_envelope(function);
	values[0] = ObjectIdGetDatum(function);
	values[1] = Int32GetDatum(envelope->version);
	values[2] = BoolGetDatum(envelope->active);
	values[3] = CStringGetTextDatum(definition_print(envelope->definition));
	values[4] = CStringGetTextDatum(plugins_print(envelope));
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	PG_RETURN_NULL();
}
