/*
 * uses.c
 *		What the definition of an action uses, and where, as rows.
 *
 * The compiler finds it while it checks; nothing of a user's runs. Names of objects
 * are looked up afterwards, by their OIDs, in a transaction that may have lost one:
 * that use is left out.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/row_text.h"
#include "catalog/pg_proc.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lookup/canonical.h"
#include "program/use.h"
#include "publish/check.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(custom_action_definition_uses);

/* Columns of the result */
enum
{
	USE_PATH,
	USE_SCHEMA,
	USE_TABLE,
	USE_COLUMN,
	USE_FUNCTION,
	USE_PERFORMS,
	USE_READS,
	USE_WRITES,
	USE_COLUMNS
};

/* Compiles a document as check does; returns its uses, a list of Use. */
static List *
uses_of_document(const char *action, Json *document, Oid owner)
{
	ProblemSink sink = {.collect = true, .mcxt = CurrentMemoryContext, .action = action};
	CompileOptions options = {.action = action, .sink = &sink, .note_uses = true};
	Program    *program = check_document(document, owner, &options);

	return program == NULL ? NIL : uses_sorted(program);
}

/* Adds the row of a use; not of an object that is gone. */
static void
put_use(ReturnSetInfo *result, const Use *use)
{
	Datum		values[USE_COLUMNS] = {0};
	bool		nulls[USE_COLUMNS];
	char	   *schema;
	char	   *name;

	memset(nulls, true, sizeof(nulls));
	if (OidIsValid(use->relation) ? get_rel_name(use->relation) == NULL :
		OidIsValid(use->function) && get_func_name(use->function) == NULL)
		return;
	row_put_text(values, nulls, USE_PATH, use->path);
	if (OidIsValid(use->relation))
	{
		row_put_text(values, nulls, USE_SCHEMA, get_namespace_name(get_rel_namespace(use->relation)));
		row_put_text(values, nulls, USE_TABLE, relation_name_canonical(use->relation));
		row_put_text(values, nulls, USE_COLUMN, use->column);
		values[USE_READS] = BoolGetDatum(use->reads);
		values[USE_WRITES] = BoolGetDatum(use->writes);
		nulls[USE_READS] = nulls[USE_WRITES] = false;
	}
	else if (OidIsValid(use->function))
	{
		row_put_text(values, nulls, USE_SCHEMA, get_namespace_name(get_func_namespace(use->function)));
		row_put_text(values, nulls, USE_FUNCTION, signature_shown(use->function));
	}
	else
	{
		if (qualified_name_split(use->action, &schema, &name))
			row_put_text(values, nulls, USE_SCHEMA, schema);
		row_put_text(values, nulls, USE_PERFORMS, use->action);
	}
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* definition_uses(action, definition, owner): every use as a row */
Datum
custom_action_definition_uses(PG_FUNCTION_ARGS)
{
	List	   *uses;
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return (Datum) 0;

	uses = uses_of_document(text_to_cstring(PG_GETARG_TEXT_PP(0)),
							json_parse(text_to_cstring(PG_GETARG_TEXT_PP(1))),
							check_role(PG_GETARG_OID(2)));
	foreach(cell, uses)
		put_use((ReturnSetInfo *) fcinfo->resultinfo, lfirst(cell));
	return (Datum) 0;
}
