/*
 * history.c
 *		action_history(): what happened to one row, by the index on touched.
 *
 * The row is named here, as the caller: his search_path and his types' input
 * functions make of table and key what the record has of them. What is behind reads
 * the closed table as its owner, and is told whose eyes it reads for, which nobody
 * else could be trusted to say: PUBLIC may not call it.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/jsonb_push.h"
#include "base/jsonb_value.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "lookup/canonical.h"
#include "lookup/function_lookup.h"
#include "lookup/key.h"
#include "miscadmin.h"
#include "run/key_json.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"
#include "utils/varlena.h"

PG_FUNCTION_INFO_V1(custom_action_history);
PG_FUNCTION_INFO_V1(custom_action_history_json);

/* Complains that the key says too little. */
pg_noreturn static void
refuse_single_key(const char *table, const List *key)
{
	StringInfoData example;

	initStringInfo(&example);
	for (int i = 0; i < list_length(key); i++)
		appendStringInfo(&example, "%s\"%s\": ...", i > 0 ? ", " : "", ((KeyColumn *) list_nth(key, i))->name);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 key == NIL ? errmsg("table %s has no primary key that tells what the key means", table) :
			 errmsg("the primary key of %s has %d columns", table, list_length(key)),
			 errhint("Give the key as an object: '{%s}'.", key == NIL ? "\"id\": ..." : example.data)));
}

/* Adds a column with the value that its type reads from the text; NULL: null. */
static void
push_column(JsonbBuilder *builder, const KeyColumn *column, char *text)
{
	Datum		value = (Datum) 0;

	jsonb_push_key(builder, column->name);
	if (text != NULL)
	{
		Oid			input;
		Oid			ioparam;

		getTypeInputInfo(column->type, &input, &ioparam);
		value = OidInputFunctionCall(input, text, ioparam, column->typmod);
	}
	key_push(builder, value, text == NULL, column->type);
}

/* The value of a column; NULL: the object does not have it. */
static JsonbValue *
member(const Jsonb *object, const KeyColumn *column)
{
	return getKeyJsonValueFromContainer(unconstify(JsonbContainer *, &object->root),
										column->name, strlen(column->name), NULL);
}

/* Adds a column as an object gives it: scalars as the type reads them, JSON and what has parts as it is. */
static void
push_member(JsonbBuilder *builder, const KeyColumn *column, JsonbValue *value)
{
	if (value->type != jbvBinary && getBaseType(column->type) != JSONBOID)
	{
		push_column(builder, column, jsonb_value_text(value));
		return;
	}
	jsonb_push_key(builder, column->name);
	jsonb_push_value(builder, value);
}

/* Does the object give this key, and nothing else? */
static bool
object_is_key(const Jsonb *object, const List *key)
{
	ListCell   *cell;

	if (key == NIL || JB_ROOT_COUNT(object) != list_length(key))
		return false;
	foreach(cell, key)
	{
		if (member(object, lfirst(cell)) == NULL)
			return false;
	}
	return true;
}

/* The row as the record has it: {"id": 42}. An object that gives another key is taken as it is. */
static Jsonb *
row_of_object(const Jsonb *object, const List *key)
{
	JsonbBuilder *builder;
	ListCell   *cell;

	if (!object_is_key(object, key))
		return unconstify(Jsonb *, object);
	builder = jsonb_builder_make();
	jsonb_push_object(builder);
	foreach(cell, key)
		push_member(builder, lfirst(cell), member(object, lfirst(cell)));
	jsonb_push_object_end(builder);
	return jsonb_builder_finish(builder);
}

/* The row whose one key column the text gives. */
static Jsonb *
row_of_text(const char *table, char *text, const List *key)
{
	JsonbBuilder *builder;

	if (list_length(key) != 1)
		refuse_single_key(table, key);
	builder = jsonb_builder_make();
	jsonb_push_object(builder);
	push_column(builder, linitial(key), text);
	jsonb_push_object_end(builder);
	return jsonb_builder_finish(builder);
}

/* The table that a name means to the caller; InvalidOid: there is none, or none any more. */
static Oid
table_meant(const char *name)
{
	List	   *names = stringToQualifiedNameList(name, NULL);

	return RangeVarGetRelid(makeRangeVarFromNameList(names), NoLock, true);
}

/* May a value of this type begin as an object does? */
static bool
type_has_braces(Oid type)
{
	char		category;
	bool		preferred;

	get_type_category_preferred(type, &category, &preferred);
	return category == TYPCATEGORY_STRING || category == TYPCATEGORY_ARRAY;
}

/* The object that a text is, where it is no value of the only column; else NULL. */
static Jsonb *
object_of_text(const char *text, const List *key)
{
	if (text[strspn(text, " \t\n\r")] != '{' ||
		(list_length(key) == 1 && type_has_braces(((KeyColumn *) linitial(key))->type)))
		return NULL;
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text)));
}

/* Calls what is behind for a row. */
static Datum
call_behind(FunctionCallInfo outer, const char *table, Oid relation, Jsonb *row)
{
	FmgrInfo   *behind = outer->flinfo->fn_extra;
	Datum		result;

	LOCAL_FCINFO(fcinfo, 4);

	if (behind == NULL)
	{
		const Oid	types[] = {TEXTOID, OIDOID, JSONBOID, OIDOID};

		behind = MemoryContextAlloc(outer->flinfo->fn_mcxt, sizeof(FmgrInfo));
		fmgr_info_cxt(own_function("row_history", buildoidvector(types, lengthof(types))), behind,
					  outer->flinfo->fn_mcxt);
		outer->flinfo->fn_extra = behind;
	}
	InitFunctionCallInfoData(*fcinfo, behind, 4, outer->fncollation, outer->context, outer->resultinfo);
	fcinfo->args[0] = (NullableDatum)
	{
		CStringGetTextDatum(table), false
	};
	fcinfo->args[1] = (NullableDatum)
	{
		ObjectIdGetDatum(relation), false
	};
	fcinfo->args[2] = (NullableDatum)
	{
		JsonbPGetDatum(row), false
	};
	fcinfo->args[3] = (NullableDatum)
	{
		ObjectIdGetDatum(GetUserId()), false
	};
	result = FunctionCallInvoke(fcinfo);
	outer->isnull = fcinfo->isnull;
	return result;
}

/* What happened to a row, by a key that is a text, or an object. */
static Datum
history(FunctionCallInfo fcinfo, char *value, Jsonb *object)
{
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	Oid			relation = table_meant(name);
	const char *table = OidIsValid(relation) ? relation_name_canonical(relation) : spelling_canonical(name);
	List	   *key = OidIsValid(relation) ? key_of_table(relation, NIL, false) : NIL;

	if (object == NULL)
		object = object_of_text(value, key);
	if (!OidIsValid(relation) && object == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("table \"%s\" does not exist", name),
				 errhint("For one that was dropped or renamed give its qualified name at the time, and the key as an object: '{\"id\": 42}'.")));
	return call_behind(fcinfo, table, relation,
					   object != NULL ? row_of_object(object, key) : row_of_text(table, value, key));
}

/* SQL: by a text, which is the value of the key's column; where it has several, an object. */
Datum
custom_action_history(PG_FUNCTION_ARGS)
{
	return history(fcinfo, text_to_cstring(PG_GETARG_TEXT_PP(1)), NULL);
}

/* SQL: by an object of columns, or the value of the only one. */
Datum
custom_action_history_json(PG_FUNCTION_ARGS)
{
	Jsonb	   *json = PG_GETARG_JSONB_P(1);
	JsonbValue	value;

	if (JB_ROOT_IS_OBJECT(json))
		return history(fcinfo, NULL, json);
	if (!JsonbExtractScalar(&json->root, &value) || value.type == jbvNull)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a key must be a value, or an object of columns")));
	return history(fcinfo, jsonb_value_text(&value), NULL);
}
