/*
 * path_catalog.c
 *		Paths of a draft as SQL sees them: what a path is about, and the words that
 *		lead to a step.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/compat.h"
#include "definition/path_words.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(custom_action_split_path);
PG_FUNCTION_INFO_V1(custom_action_step_links);

/* Reads "input.reason" and goes past it; empty: there is none. */
static char *
next_parameter_path(const char **path, const char *part)
{
	const char *start = *path;
	size_t		length = strlen(part);
	size_t		name;

	if (strncmp(start, part, length) != 0 || start[length] != '.')
		return pstrdup("");
	name = strcspn(start + length + 1, ".");
	if (name > 0)
		*path += length + 1 + name;
	return pnstrdup(start, *path - start);
}

/* SQL: split_path(given) → part, path, field: what a path is about, and the field below it, or NULL. */
Datum
custom_action_split_path(PG_FUNCTION_ARGS)
{
	const char *rest = text_to_cstring(PG_GETARG_TEXT_PP(0));
	const char *part = "step";
	char	   *path = path_next_step(&rest);
	TupleDesc	descriptor;
	Datum		values[3];
	bool		nulls[3] = {false};

	if (path[0] == '\0')
		path = next_parameter_path(&rest, part = "input");
	if (path[0] == '\0')
		path = next_parameter_path(&rest, part = "output");
	if (path[0] == '\0')
		part = "action";
	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "split_path returns a row");
	values[0] = CStringGetTextDatum(part);
	values[1] = CStringGetTextDatum(path);
	nulls[2] = *rest == '\0';
	values[2] = nulls[2] ? (Datum) 0 : CStringGetTextDatum(rest + (path[0] != '\0'));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), values, nulls)));
}

/* SQL: step_links(path) → list, number, upto: the words of the path of a step, and the path as far as each */
Datum
custom_action_step_links(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	const char *rest = text_to_cstring(PG_GETARG_TEXT_PP(0));
	StringInfoData upto;
	StepLink	link;

	InitMaterializedSRF(fcinfo, 0);
	initStringInfo(&upto);
	while (path_next_link(&rest, upto.len == 0, &link))
	{
		Datum		values[3];
		bool		nulls[3] = {link.list == NULL, false, false};

		path_append_link(&upto, &link);
		values[0] = link.list == NULL ? (Datum) 0 : CStringGetTextDatum(link.list);
		values[1] = Int32GetDatum(link.number);
		values[2] = CStringGetTextDatum(upto.data);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	PG_RETURN_NULL();
}
