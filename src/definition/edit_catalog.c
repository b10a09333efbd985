/*
 * edit_catalog.c
 *		Values of a draft by their paths (addresses), as SQL sees them: an address
 *		taken apart, a field of a row read or changed, all fields of a row.
 *
 * Rows come and go as JSON by column, whichever table they are of, so that what
 * changes drafts needs to know nothing of kinds and keys.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/compat.h"
#include "base/sqlstate.h"
#include "base/suggest.h"
#include "base/text_list.h"
#include "definition/definition.h"
#include "definition/edit_field.h"
#include "definition/edit_value.h"
#include "definition/key_order.h"
#include "definition/path_words.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#define MASKED	"***"

PG_FUNCTION_INFO_V1(custom_action_split_address);
PG_FUNCTION_INFO_V1(custom_action_edit_field);
PG_FUNCTION_INFO_V1(custom_action_row_fields);
PG_FUNCTION_INFO_V1(custom_action_proposal);
PG_FUNCTION_INFO_V1(custom_action_tell_problem);

/* Is this one of the lists of steps that steps or cases have? */
static bool
is_list_name(const char *name, size_t length)
{
	char	   *word = pnstrdup(name, length);
	const ArgumentSpec *spec = key_find(step_trailing_keys, word);

	if (spec == NULL)
		spec = key_find(case_keys, word);
	for (int i = 0; i < step_kind_count() && spec == NULL; i++)
		spec = key_find(step_kind_at(i)->arguments, word);
	return spec != NULL && spec->shape == ARGUMENT_STEPS;
}

/* The length of a number of a step at the start of a text, 0: there is none. */
static size_t
number_length(const char *text)
{
	size_t		digits = strspn(text, "0123456789");

	return digits > 0 && digits <= INTEGER_DIGITS && (text[digits] == '\0' || text[digits] == '.') ? digits : 0;
}

/* The length of ".then.1" or ".case 1" at the start of a text, 0: there is none. */
static size_t
link_length(const char *text)
{
	size_t		word;
	size_t		number;

	if (*text != '.')
		return 0;
	word = 1 + strcspn(text + 1, ". ");
	if (text[word] == '\0' ||
		!(text[word] == ' ' ? strncmp(text + 1, BRANCH_CASE, word - 1) == 0 && word - 1 == strlen(BRANCH_CASE)
		  : is_list_name(text + 1, word - 1)))
		return 0;
	number = number_length(text + word + 1);
	return number == 0 ? 0 : word + 1 + number;
}

/* The length of the path of a step at the start of an address, 0: there is none. */
static size_t
step_path_length(const char *address)
{
	size_t		length = number_length(address);
	size_t		more;

	if (length > 0)
		while ((more = link_length(address + length)) > 0)
			length += more;
	return length;
}

/* The length of "input.reason" at the start of an address, 0: there is none. */
static size_t
parameter_path_length(const char *address, const char *part)
{
	size_t		length = strlen(part);
	size_t		name;

	if (strncmp(address, part, length) != 0 || address[length] != '.')
		return 0;
	name = strcspn(address + length + 1, ".");
	return name == 0 ? 0 : length + 1 + name;
}

/* SQL: split_address(address) → part, path, field: what the address begins with, and the field below it, or NULL. */
Datum
custom_action_split_address(PG_FUNCTION_ARGS)
{
	char	   *address = text_to_cstring(PG_GETARG_TEXT_PP(0));
	const char *part = "step";
	size_t		length = step_path_length(address);
	TupleDesc	descriptor;
	Datum		values[3];
	bool		nulls[3] = {false};

	if (length == 0)
		length = parameter_path_length(address, part = "input");
	if (length == 0)
		length = parameter_path_length(address, part = "output");
	if (length == 0)
		part = "action";
	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "split_address returns a row");
	values[0] = CStringGetTextDatum(part);
	values[1] = PointerGetDatum(cstring_to_text_with_len(address, length));
	nulls[2] = address[length] == '\0';
	values[2] = nulls[2] ? (Datum) 0 : CStringGetTextDatum(address + length + (length > 0));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), values, nulls)));
}

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

	*isnull = text == NULL;
	if (text == NULL)
		return (Datum) 0;
	return CStringGetTextDatum(edit_field_is_masked(field) ? MASKED : text);
}

/* Refuses to take away what must be there. */
static void
require_removable_field(const EditField *field, const char *what)
{
	if (field->required)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s cannot be removed", what),
				 errhint("Give it another value, or take away the whole with remove_step.")));
	if (field->shape == ARGUMENT_STEPS || field->shape == ARGUMENT_CASES)
	{
		if (edit_field_get(field) == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s is a list, not a value", what),
					 errhint("Use remove_step for each of its steps.")));
	}
}

/* SQL: edit_field(action, part, path, row, field, value) → changed row, its column, address, old and new value */
Datum
custom_action_edit_field(PG_FUNCTION_ARGS)
{
	EditPart	part;
	EditField  *field;
	EditValue	value = {0};
	Json	   *old;
	Json	   *new = NULL;
	TupleDesc	descriptor;
	Datum		values[5];
	bool		nulls[5] = {false};

	edit_part_init(&part, text_to_cstring(PG_GETARG_TEXT_PP(1)), row_read(PG_GETARG_TEXT_PP(3)));
	part.action = text_to_cstring(PG_GETARG_TEXT_PP(0));
	part.path = text_to_cstring(PG_GETARG_TEXT_PP(2));
	field = edit_field_find(&part, text_to_cstring(PG_GETARG_TEXT_PP(4)));
	value.what = psprintf("%s of action \"%s\"", field->address, part.action);
	value.shape = field->shape;
	value.choices = field->choices;
	value.typeless = field->typeless;
	old = edit_field_get(field);
	values[3] = shown_value(field, old, &nulls[3]);
	if (!PG_ARGISNULL(5))
		new = edit_value_read(&value, text_to_cstring(PG_GETARG_TEXT_PP(5)), old);
	else
		require_removable_field(field, value.what);
	values[4] = shown_value(field, new, &nulls[4]);
	edit_field_put(field, new);

	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "edit_field returns a row");
	values[0] = CStringGetTextDatum(row_print(&part));
	values[1] = CStringGetTextDatum(field->column);
	values[2] = CStringGetTextDatum(field->address);
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

/* Is this list one whose members are addressed themselves? */
static bool
has_addresses_below(const ArgumentSpec *spec)
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

		if (json == NULL || has_addresses_below(spec) ||
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
