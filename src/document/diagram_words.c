/*
 * diagram_words.c
 *		What steps, questions and ways are called in a picture: as their author
 *		describes them, else in the words of the outline, with formulas as written.
 */
#include "postgres.h"

#include "definition/step_kind.h"
#include "definition/value_text.h"
#include "document/diagram_words.h"
#include "document/outline.h"
#include "lib/stringinfo.h"

const char *
diagram_described(const Step *step, const char *otherwise)
{
	return step->description != NULL && step->description[0] != '\0' ? step->description : otherwise;
}

/* The values that a step sets or gives, where its line in the outline leaves them to others; or NULL. */
static const Json *
values_apart(const Step *step)
{
	const Json *values = step->subject;

	if (step->kind->subject != SUBJECT_VALUES)
		values = step_argument(step, step_argument(step, "set") != NULL ? "set" : "with");
	return values != NULL && values->kind == JSON_IS_OBJECT && values->count > 1 ? values : NULL;
}

const char *
diagram_words(const Step *step)
{
	const Json *values = values_apart(step);
	StringInfoData words;

	if (diagram_described(step, NULL) != NULL)
		return step->description;
	initStringInfo(&words);
	appendStringInfoString(&words, outline_step_words(step));
	for (int i = 0; values != NULL && i < values->count; i++)
		appendStringInfo(&words, "%s%s", i > 0 ? ", " : step->subject == values ? " " : ": ", values->keys[i]);
	return words.data;
}

const char *
diagram_way(const Step *step, const Branch *branch, int number)
{
	const Json *cases = step_argument(step, "cases");
	const char *description;

	if (branch->when == NULL && step->kind->subject != SUBJECT_CONDITION)
		return "otherwise";
	if (branch->when == NULL && strcmp(branch->key, "else") == 0)
		return diagram_described(step, NULL) != NULL ? "otherwise" : "no";
	if (branch->when == NULL)
		return diagram_described(step, NULL) != NULL ? formula_text(step->subject->text) : "yes";
	description = number < cases->count ? json_get_text(cases->items[number], "description") : NULL;
	return description != NULL ? description : formula_text(branch->when);
}

const char *
diagram_question(const Step *step)
{
	if (step->kind->subject == SUBJECT_CONDITION)
		return diagram_described(step, formula_text(step->subject->text));
	return diagram_described(step, step->subject->kind == JSON_IS_STRING ? step->subject->text :
							 "the first case that holds");
}
