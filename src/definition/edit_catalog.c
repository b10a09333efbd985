/*
 * edit_catalog.c
 *		Values of a draft by their paths, as SQL sees them: a field of a row read or
 *		changed, all fields of a row.
 *
 * Rows come and go as JSON by column, whichever table they are of, so that what
 * changes drafts needs to know nothing of kinds and keys.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/compat.h"
#include "base/row_text.h"
#include "base/sqlstate.h"
#include "base/suggest.h"
#include "base/text_list.h"
#include "definition/definition.h"
#include "definition/edit_field.h"
#include "definition/edit_value.h"
#include "definition/key_order.h"
#include "definition/path_words.h"
#include "definition/shape.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#define MASKED	"***"

PG_FUNCTION_INFO_V1(custom_action_edit_field);
PG_FUNCTION_INFO_V1(custom_action_row_fields);
PG_FUNCTION_INFO_V1(custom_action_proposal);
PG_FUNCTION_INFO_V1(custom_action_tell_problem);

/* Reads a row, with the keys of its arguments in the order in which they were written. */
static Json *
row_read(text * row_text)
{
	Json	   *row = json_parse(text_to_cstring(row_text));

	if (json_get(row, "arguments") != NULL)
		key_order_apply(json_get(row, "arguments"), json_get(row, KEY_ORDER_COLUMN));
	return row;
}

/* The text of a row with the order of its keys beside them. */
static char *
row_print(const EditPart *part)
{
	Json	   *order = part->kind == NULL ? NULL : key_order_of(part->kind, json_get(part->row, "arguments"));

	if (part->kind != NULL)
		json_put(part->row, KEY_ORDER_COLUMN, order != NULL ? order : json_new_null());
	return json_text(part->row);
}

/* A value as people may see it. */
static Datum
shown_value(const EditField *field, const Json *json, bool *isnull)
{
	char	   *text = edit_value_text(field->shape, json);

	return text_or_null(text != NULL && edit_field_is_masked(field) ? MASKED : text, isnull);
}

/* Refuses to take away what must be there. */
static void
require_removable_field(const EditField *field, const char *what)
{
	if (field->required)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s cannot be removed", what),
				 strcmp(field->part->name, "input") == 0 || strcmp(field->part->name, "output") == 0 ?
				 errhint("Give it another value; NULL for \"%s\" takes the whole %s away.", field->part->path, field->part->name) :
				 errhint("Give it another value, or take away the whole with remove_step.")));
}

/*
 * Refuses a list of steps, which are rows of their own. What can be said of one is that
 * it is there without any, where that means something, and no more what was said.
 */
static void
require_no_list(const EditField *field, const char *what, bool removes, const Json *filled)
{
	const char *list = field->shape == ARGUMENT_CASES ? BRANCH_CASE : field->key;
	bool		is_filled = json_has_text(filled, list);

	if (!edit_field_is_list(field) ||
		(!is_filled && !field->required && (removes || field->empty_counts)))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s is a list of %s, not a value", what, field->shape == ARGUMENT_CASES ? "cases" : "steps"),
			 errhint("Use add_step with inside => '%s'%s.", field->path, !is_filled ? "" :
					 psprintf(", and remove_step or move_step for %s.%s%s1 and so on", field->part->path, list,
							  field->shape == ARGUMENT_CASES ? " " : "."))));
}

/* SQL: edit_field(action, part, path, row, field, value, lists that have steps) → changed row, its column, path of the field, old and new value */
Datum
custom_action_edit_field(PG_FUNCTION_ARGS)
{
	EditPart	part;
	EditField  *field;
	EditValue	value = {0};
	ProblemSink sink = {0};
	Json	   *old;
	Json	   *new = NULL;
	TupleDesc	descriptor;
	Datum		values[5];
	bool		nulls[5] = {false};

	edit_part_init(&part, text_to_cstring(PG_GETARG_TEXT_PP(1)), row_read(PG_GETARG_TEXT_PP(3)));
	part.action = text_to_cstring(PG_GETARG_TEXT_PP(0));
	part.path = text_to_cstring(PG_GETARG_TEXT_PP(2));
	sink.action = part.action;
	field = edit_field_find(&part, text_to_cstring(PG_GETARG_TEXT_PP(4)));
	value.what = psprintf("%s of action \"%s\"", field->path, part.action);
	value.shape = field->shape;
	value.choices = field->choices;
	value.typeless = field->typeless;
	value.reads_json = field->reads_json;
	old = edit_field_get(field);
	values[3] = shown_value(field, old, &nulls[3]);
	require_no_list(field, value.what, PG_ARGISNULL(5), json_parse(text_to_cstring(PG_GETARG_TEXT_PP(6))));
	if (!PG_ARGISNULL(5))
	{
		new = edit_value_read(&value, text_to_cstring(PG_GETARG_TEXT_PP(5)), old);
		shape_check_duplicates(&sink, new, field->path);
	}
	else
		require_removable_field(field, value.what);
	values[4] = shown_value(field, new, &nulls[4]);
	edit_field_put(field, new);

	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "edit_field returns a row");
	values[0] = CStringGetTextDatum(row_print(&part));
	values[1] = CStringGetTextDatum(field->column);
	values[2] = CStringGetTextDatum(field->path);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), values, nulls)));
}

/* Adds a field and its value to a result. */
static void
put_field(ReturnSetInfo *result, const char *field, const char *text)
{
	Datum		values[2];
	bool		nulls[2] = {false};

	if (text == NULL)
		return;
	values[0] = CStringGetTextDatum(field);
	values[1] = CStringGetTextDatum(text);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* Adds what a key holds: itself, or what it has by names. */
static void
put_value(ReturnSetInfo *result, const char *field, ArgumentShape shape, const ArgumentSpec *members, const Json *json)
{
	bool		by_names = (shape == ARGUMENT_VALUES || shape == ARGUMENT_OBJECT) &&
		json->kind == JSON_IS_OBJECT && json->count > 0;

	if (!by_names)
	{
		put_field(result, field, edit_value_text(shape, json));
		return;
	}
	for (int i = 0; i < json->count; i++)
	{
		const ArgumentSpec *member = key_find(members, json->keys[i]);

		put_value(result, psprintf("%s.%s", field, path_key(json->keys[i])),
				  member != NULL ? member->shape : ARGUMENT_VALUE,
				  member != NULL ? member->members : NULL, json->items[i]);
	}
}

/* Is this list one whose members have paths of their own? */
static bool
has_paths_below(const ArgumentSpec *spec)
{
	return spec->untold || spec->shape == ARGUMENT_OBJECTS || strcmp(spec->key, "steps") == 0;
}

/* Adds what the keys of a list hold. */
static void
put_known(ReturnSetInfo *result, const EditPart *part, const ArgumentSpec *spec)
{
	for (; spec != NULL && spec->key != NULL; spec++)
	{
		const Json *home = spec->column != NULL ? part->row : json_get(part->row, "arguments");
		const Json *json = home == NULL ? NULL : json_get(home, spec->column != NULL ? spec->column : spec->key);
		bool		masked = spec->null_counts && json_get_boolean(part->row, "sensitive", false);

		if (json == NULL || has_paths_below(spec) ||
			(json->kind == JSON_IS_NULL && spec->column != NULL && !spec->null_counts))
			continue;
		if (masked)
			put_field(result, spec->key, MASKED);
		else
			put_value(result, spec->key, spec->shape, spec->members, json);
	}
}

/* Adds what arguments hold besides known keys: names and values, or what should not be there. */
static void
put_others(ReturnSetInfo *result, const EditPart *part)
{
	const Json *arguments = json_get(part->row, "arguments");

	for (int i = 0; arguments != NULL && arguments->kind == JSON_IS_OBJECT && i < arguments->count; i++)
	{
		const ArgumentSpec *spec = NULL;

		for (int l = 0; l < lengthof(part->lists) && spec == NULL; l++)
			spec = key_find(part->lists[l], arguments->keys[i]);
		if (spec == NULL || spec->column != NULL)
			put_value(result, path_key(arguments->keys[i]), ARGUMENT_VALUE, NULL, arguments->items[i]);
	}
}

/* SQL: row_fields(part, row): every field of a row that holds something, with its value as text */
Datum
custom_action_row_fields(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	EditPart	part;
	const char *name = text_to_cstring(PG_GETARG_TEXT_PP(0));

	InitMaterializedSRF(fcinfo, 0);
	edit_part_init(&part, name, row_read(PG_GETARG_TEXT_PP(1)));
	if (strcmp(name, "step") == 0)
		put_field(result, part.kind != NULL ? part.kind->name : "subject", json_get_text(part.row, "subject"));
	put_known(result, &part, part.lists[0]);
	put_others(result, &part);
	put_known(result, &part, part.lists[1]);
	put_known(result, &part, part.lists[2]);
	PG_RETURN_NULL();
}

/* SQL: proposal(given, known): a hint with what may have been meant, and what else there is; NULL: nothing is known */
Datum
custom_action_proposal(PG_FUNCTION_ARGS)
{
	char	   *given = text_to_cstring(PG_GETARG_TEXT_PP(0));
	Datum	   *texts;
	bool	   *nulls;
	int			count;
	List	   *known = NIL;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT, &texts, &nulls, &count);
	for (int i = 0; i < count; i++)
		if (!nulls[i])
			known = lappend(known, TextDatumGetCString(texts[i]));
	if (known == NIL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(suggestion_hint(suggestion_among(given, known),
													 psprintf("There is: %s.", text_list_join(known)))));
}

/* The text of an argument, NULL: null. */
static char *
argument_text(FunctionCallInfo fcinfo, int number)
{
	return PG_ARGISNULL(number) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(number));
}

/* SQL: tell_problem(action, location, message, detail, hint): a warning, with detail and hint only if there are */
Datum
custom_action_tell_problem(PG_FUNCTION_ARGS)
{
	char	   *detail = argument_text(fcinfo, 3);
	char	   *hint = argument_text(fcinfo, 4);

	ereport(WARNING,
			(errcode(ERRCODE_CA_CHECK_FAILED),
			 errmsg("action \"%s\": %s: %s", argument_text(fcinfo, 0), argument_text(fcinfo, 1),
					argument_text(fcinfo, 2)),
			 detail != NULL && detail[0] != '\0' ? errdetail("%s", detail) : 0,
			 hint != NULL && hint[0] != '\0' ? errhint("%s", hint) : 0));
	PG_RETURN_VOID();
}
