/*
 * key_catalog.c
 *		The keys of definitions as SQL sees them: for the constraints of the draft
 *		tables, for what writes their rows, and for who wants to know the keys.
 *
 * Constraints call what is here: it depends on nothing but its arguments and
 * the library, whatever the search_path is.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/row_text.h"
#include "catalog/pg_type.h"
#include "definition/keys.h"
#include "definition/step_kind.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(custom_action_choice_is_known);
PG_FUNCTION_INFO_V1(custom_action_branch_is_known);
PG_FUNCTION_INFO_V1(custom_action_step_lists);
PG_FUNCTION_INFO_V1(custom_action_definition_keys);
PG_FUNCTION_INFO_V1(custom_action_step_kinds);

static const char *const shape_words[] = {
	[ARGUMENT_VALUE] = "value",
	[ARGUMENT_VALUES] = "values",
	[ARGUMENT_CONDITION] = "condition",
	[ARGUMENT_TEXT] = "text",
	[ARGUMENT_NAME] = "name",
	[ARGUMENT_NAMES] = "names",
	[ARGUMENT_BOOLEAN] = "boolean",
	[ARGUMENT_INTEGER] = "integer",
	[ARGUMENT_CHOICE] = "choice",
	[ARGUMENT_ORDER] = "order",
	[ARGUMENT_OBJECT] = "object",
	[ARGUMENT_OBJECTS] = "objects",
	[ARGUMENT_STEPS] = "steps",
	[ARGUMENT_CASES] = "cases",
};

/* Finds a key of a part of a definition. */
static const ArgumentSpec *
find_in_part(const char *part, const char *key)
{
	for (const DefinitionPart *p = definition_parts; p->name != NULL; p++)
	{
		const ArgumentSpec *spec;

		if (strcmp(p->name, part) != 0)
			continue;
		spec = key_find(p->keys, key);
		return spec != NULL ? spec : key_find(p->more, key);
	}
	return NULL;
}

/* SQL: choice_is_known(part, key, value): may the key have this value? */
Datum
custom_action_choice_is_known(PG_FUNCTION_ARGS)
{
	char	   *part = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *key = text_to_cstring(PG_GETARG_TEXT_PP(1));
	const ArgumentSpec *spec = find_in_part(part, key);

	if (spec == NULL || spec->choices == NULL)
		elog(ERROR, "key \"%s\" of \"%s\" has no choices", key, part);
	PG_RETURN_BOOL(choice_number(spec->choices, text_to_cstring(PG_GETARG_TEXT_PP(2))) >= 0);
}

/* Is this one of the lists of steps that a list of keys has? Cases are rows of their own. */
static bool
has_branch(const ArgumentSpec *keys, const char *branch)
{
	for (; keys != NULL && keys->key != NULL; keys++)
		if ((keys->shape == ARGUMENT_STEPS && strcmp(keys->key, branch) == 0) ||
			(keys->shape == ARGUMENT_CASES && strcmp(BRANCH_CASE, branch) == 0))
			return true;
	return false;
}

/* SQL: branch_is_known(branch): has some kind of step such a list of steps below it? */
Datum
custom_action_branch_is_known(PG_FUNCTION_ARGS)
{
	char	   *branch = text_to_cstring(PG_GETARG_TEXT_PP(0));
	bool		known = has_branch(case_keys, branch) || has_branch(step_trailing_keys, branch);

	for (int i = 0; i < step_kind_count() && !known; i++)
		known = has_branch(step_kind_at(i)->arguments, branch);
	PG_RETURN_BOOL(known);
}

/* Adds the lists of steps that a list of keys has to an array. */
static ArrayBuildState *
append_branches(ArrayBuildState *array, const ArgumentSpec *keys)
{
	for (; keys != NULL && keys->key != NULL; keys++)
		if (keys->shape == ARGUMENT_STEPS || keys->shape == ARGUMENT_CASES)
			array = accumArrayResult(array, CStringGetTextDatum(keys->shape == ARGUMENT_CASES ? BRANCH_CASE : keys->key),
									 false, TEXTOID, CurrentMemoryContext);
	return array;
}

/* SQL: step_lists(kind): the lists of steps or cases that a step, or a case, has below it, its own first */
Datum
custom_action_step_lists(PG_FUNCTION_ARGS)
{
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	const StepKind *kind = step_kind_find(name);
	ArrayBuildState *array = initArrayResult(TEXTOID, CurrentMemoryContext, false);

	if (strcmp(name, BRANCH_CASE) == 0)
		array = append_branches(array, case_keys);
	else
		array = append_branches(append_branches(array, kind != NULL ? kind->arguments : NULL), step_trailing_keys);
	PG_RETURN_DATUM(makeArrayResult(array, CurrentMemoryContext));
}

/* Makes a text[] of words separated by blanks; NULL if there are none. */
static Datum
words_array(const char *words, bool *isnull)
{
	ArrayBuildState *array = NULL;
	char	   *word;

	*isnull = words == NULL;
	for (int i = 0; (word = choice_at(words, i)) != NULL; i++)
		array = accumArrayResult(array, CStringGetTextDatum(word), false, TEXTOID, CurrentMemoryContext);
	return *isnull ? (Datum) 0 : makeArrayResult(array, CurrentMemoryContext);
}

/* Adds a row for each key of a list. */
static void
put_keys(ReturnSetInfo *result, const char *part, const ArgumentSpec *keys)
{
	for (; keys != NULL && keys->key != NULL; keys++)
	{
		Datum		values[7];
		bool		nulls[7] = {false};

		values[0] = CStringGetTextDatum(part);
		values[1] = CStringGetTextDatum(keys->key);
		values[2] = CStringGetTextDatum(shape_words[keys->shape]);
		values[3] = BoolGetDatum(keys->required);
		values[4] = words_array(keys->choices, &nulls[4]);
		values[5] = text_or_null(keys->column, &nulls[5]);
		values[6] = text_or_null(keys->unless == NULL ? keys->implied : NULL, &nulls[6]);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

/* SQL: every key of every part of a definition, in canonical order */
Datum
custom_action_definition_keys(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (const DefinitionPart *p = definition_parts; p->name != NULL; p++)
	{
		put_keys(result, p->name, p->keys);
		put_keys(result, p->name, p->more);
	}
	PG_RETURN_NULL();
}

/* Adds the keys of a list and of the objects below them to an array. */
static ArrayBuildState *
append_keys(ArrayBuildState *array, const ArgumentSpec *keys)
{
	for (; keys != NULL && keys->key != NULL; keys++)
	{
		array = accumArrayResult(array, CStringGetTextDatum(keys->key), false, TEXTOID, CurrentMemoryContext);
		array = append_keys(array, keys->members);
	}
	return array;
}

/* SQL: every kind of step with the keys that only steps of its kind have */
Datum
custom_action_step_kinds(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < step_kind_count(); i++)
	{
		const StepKind *kind = step_kind_at(i);
		ArrayBuildState *arguments = append_keys(initArrayResult(TEXTOID, CurrentMemoryContext, false),
												 kind->arguments);
		Datum		values[2];
		bool		nulls[2] = {false};

		values[0] = CStringGetTextDatum(kind->name);
		values[1] = makeArrayResult(arguments, CurrentMemoryContext);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	PG_RETURN_NULL();
}
