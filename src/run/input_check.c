/*
 * input_check.c
 *		Looks whether inputs are keys of rows that there are, and among their options.
 *
 * Rows are looked for with the rights that the action runs with, and none is locked:
 * one that others delete meanwhile is left to the foreign keys. It is done before
 * plug-ins and steps, and for what a plug-in has changed after that; a request that
 * is only answered again, under its idempotency key, is not looked at. Options see
 * all inputs, so all have their values before the first is checked.
 */
#include "postgres.h"

#include "base/suggest.h"
#include "base/text_list.h"
#include "catalog/pg_type.h"
#include "lookup/datum_text.h"
#include "run/evaluate.h"
#include "run/input_check.h"
#include "run/mask.h"
#include "run/statement_run.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#define MOST_OPTIONS_TOLD	20

/* The signature's name for an input. */
static const char *
input_name(const Frame *frame, const InputCheck *check)
{
	return frame->program->signature->inputs[check->input].name;
}

/* Is the input to be masked? */
static bool
input_is_hidden(const Frame *frame, const InputCheck *check)
{
	return bms_is_member(check->input, frame->program->sensitive_inputs);
}

/* Raises that an input is the key of no row. */
pg_noreturn static void
refuse_absent_row(Frame *frame, const InputCheck *check, Oid type, Datum value)
{
	ereport(ERROR,
			(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
			 errmsg("input \"%s\" of action \"%s\": there is no row (%s) = (%s) in %s",
					input_name(frame, check), frame->program->action, check->column,
					input_is_hidden(frame, check) ? MASK : datum_text(value, type), check->table),
			 frame_errdetail(frame),
			 errhint("It does not exist, or it is not visible to %s.",
					 frame->program->definition->as_owner ? "the owner of the action" : "you")));
}

/* Looks for the rows of an input that is not NULL. */
static void
check_reference(Frame *frame, const InputCheck *check)
{
	int			slot = frame->program->input_slots[check->input];
	bool		isnull;
	Datum		value;

	if (!check->is_array)
	{
		if (statement_execute(frame, check->reference) == 0)
			refuse_absent_row(frame, check, frame->program->slots[slot].type, frame_value(frame, slot));
		return;
	}
	value = statement_scalar(frame, check->reference, check->key_type, &isnull);
	if (!isnull)
		refuse_absent_row(frame, check, check->key_type, value);
}

/* The elements of an array. */
static Datum *
array_elements(Datum array, Oid type, bool **nulls, int *count)
{
	int16		length;
	bool		byval;
	char		align;
	Datum	   *elements;

	get_typlenbyvalalign(type, &length, &byval, &align);
	deconstruct_array(DatumGetArrayTypeP(array), type, length, byval, align, &elements, nulls, count);
	return elements;
}

Datum
input_options(Frame *frame, const InputCheck *check, bool *isnull)
{
	return expression_evaluate(frame, check->options, isnull);
}

/* "The options are: low, normal, high." */
static char *
options_sentence(const List *texts, int count)
{
	if (count == 0)
		return pstrdup("There are no options.");
	if (count > list_length(texts))
		return psprintf("The options are: %s, and %d more.", text_list_join(texts), count - list_length(texts));
	return psprintf("The options are: %s.", text_list_join(texts));
}

/* May a value be one of the options, misspelt? One that is hidden is not compared with them. */
static bool
may_be_misspelt(const Frame *frame, const InputCheck *check)
{
	char		category;
	bool		preferred;

	get_type_category_preferred(check->type, &category, &preferred);
	return (category == TYPCATEGORY_STRING || category == TYPCATEGORY_ENUM) && !input_is_hidden(frame, check);
}

/* Raises that a value is none of the options. */
pg_noreturn static void
refuse_option(Frame *frame, const InputCheck *check, Datum value, const Datum *options, const bool *nulls, int count)
{
	char	   *given = datum_text(value, check->type);
	bool		misspelt = may_be_misspelt(frame, check);
	List	   *texts = NIL;
	int			known = 0;
	Suggestion	suggestion;

	suggestion_init(&suggestion, given);
	for (int i = 0; i < count; i++)
	{
		char	   *text;

		if (nulls[i])
			continue;
		text = datum_text(options[i], check->type);
		if (known++ < MOST_OPTIONS_TOLD)
			texts = lappend(texts, text);
		if (misspelt)
			suggestion_consider(&suggestion, text, text);
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("input \"%s\" of action \"%s\" cannot be \"%s\"", input_name(frame, check),
					frame->program->action, input_is_hidden(frame, check) ? MASK : given),
			 frame_errdetail(frame),
			 errhint("%s", suggestion_hint(suggestion.best, options_sentence(texts, known)))));
}

/* Looks whether one value is among the options. */
static void
require_option(Frame *frame, const InputCheck *check, Datum value, const Datum *options, const bool *nulls, int count)
{
	TypeCacheEntry *entry = lookup_type_cache(check->type, TYPECACHE_EQ_OPR_FINFO);
	Oid			collation = get_typcollation(check->type);

	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!nulls[i] && DatumGetBool(FunctionCall2Coll(&entry->eq_opr_finfo, collation, value, options[i])))
			return;
	}
	refuse_option(frame, check, value, options, nulls, count);
}

/* Looks whether an input that is not NULL is among its options, or all that it holds are. */
static void
check_options(Frame *frame, const InputCheck *check)
{
	Datum		given = frame_value(frame, frame->program->input_slots[check->input]);
	bool		isnull;
	Datum		array = input_options(frame, check, &isnull);
	bool	   *nulls = NULL;
	int			count = 0;
	Datum	   *options = isnull ? NULL : array_elements(array, check->type, &nulls, &count);
	bool	   *given_nulls;
	int			given_count;
	Datum	   *elements;

	if (!check->is_array)
	{
		require_option(frame, check, given, options, nulls, count);
		return;
	}
	elements = array_elements(given, check->type, &given_nulls, &given_count);
	for (int i = 0; i < given_count; i++)
		if (!given_nulls[i])
			require_option(frame, check, elements[i], options, nulls, count);
}

void
input_check(Frame *frame, const InputCheck *check)
{
	MemoryContext old;

	if (frame_isnull(frame, frame->program->input_slots[check->input]))
		return;
	CHECK_FOR_INTERRUPTS();
	ResetExprContext(frame->econtext);
	old = MemoryContextSwitchTo(frame->econtext->ecxt_per_tuple_memory);
	if (check->options != NULL)
		check_options(frame, check);
	if (check->reference != NULL)
		check_reference(frame, check);
	MemoryContextSwitchTo(old);
	ResetExprContext(frame->econtext);
}

void
inputs_check(Frame *frame)
{
	ListCell   *cell;

	foreach(cell, frame->program->input_checks)
		input_check(frame, lfirst(cell));
}

void
changed_inputs_check(Frame *frame)
{
	Bitmapset  *changed = frame->inputs_changed;
	ListCell   *cell;

	frame->inputs_changed = NULL;
	foreach(cell, frame->program->input_checks)
	{
		if (bms_is_member(((InputCheck *) lfirst(cell))->input, changed))
			input_check(frame, lfirst(cell));
	}
	bms_free(changed);
}
