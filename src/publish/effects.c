/*
 * effects.c
 *		What calling an action does to tables and the world, as a row.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/row_text.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lookup/action_lookup.h"
#include "publish/facts.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(custom_action_effects);

/* Columns of the result */
enum
{
	EFFECT_READ_ONLY,
	EFFECT_DESTRUCTIVE,
	EFFECT_IDEMPOTENT,
	EFFECT_OPEN_WORLD,
	EFFECT_TABLES,
	EFFECT_COLUMNS
};

/* The names of tables, as text[]. */
static Datum
table_names(const List *tables)
{
	List	   *names = NIL;
	ListCell   *cell;

	foreach(cell, tables)
		names = lappend(names, unconstify(char *, ((const FactTable *) lfirst(cell))->name));
	return texts_array(names);
}

/* The effects of a definition that is no function's. */
static Effects
effects_of_document(const char *action, Json *document, Oid owner)
{
	ProblemSink sink = {.collect = true, .mcxt = CurrentMemoryContext, .action = action};
	CompileOptions options = {.action = action, .sink = &sink};

	return facts_sum(InvalidOid, facts_of_document(document, check_role(owner), &options));
}

/* effects_of(action, definition, owner): definition NULL: what is published */
Datum
custom_action_effects(PG_FUNCTION_ARGS)
{
	char	   *action = text_to_cstring(PG_GETARG_TEXT_PP(0));
	Oid			function = PG_ARGISNULL(1) ? action_find_fresh(action) : InvalidOid;
	bool		nulls[EFFECT_COLUMNS] = {false};
	Datum		values[EFFECT_COLUMNS];
	TupleDesc	tupdesc;
	Effects		effects;

	if (PG_ARGISNULL(1) ? !OidIsValid(function) : PG_ARGISNULL(2))
		PG_RETURN_NULL();
	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	effects = PG_ARGISNULL(1) ? facts_effects(function) :
		effects_of_document(action, json_parse(text_to_cstring(PG_GETARG_TEXT_PP(1))), PG_GETARG_OID(2));
	values[EFFECT_READ_ONLY] = BoolGetDatum(effects.read_only);
	values[EFFECT_DESTRUCTIVE] = BoolGetDatum(effects.destructive);
	values[EFFECT_IDEMPOTENT] = BoolGetDatum(effects.idempotent);
	values[EFFECT_OPEN_WORLD] = BoolGetDatum(effects.open_world);
	values[EFFECT_TABLES] = table_names(effects.tables);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(tupdesc), values, nulls)));
}
