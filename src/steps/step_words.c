/*
 * step_words.c
 *		How descriptions of steps print what several kinds have.
 */
#include "postgres.h"

#include "base/text_list.h"
#include "definition/value_text.h"
#include "steps/step_words.h"

const char *
step_subject_text(const Step *step)
{
	return step->subject != NULL && step->subject->text != NULL ? step->subject->text : "?";
}

char *
step_order_text(const Json *json)
{
	StringInfoData text;

	if (json->kind == JSON_IS_STRING)
		return unconstify(char *, formula_text(json->text));
	initStringInfo(&text);
	for (int i = 0; i < json->count; i++)
		append_element(&text, i == 0, formula_text(json->items[i]->text));
	return text.data;
}

void
step_describe_values(StringInfo out, const char *before, const Json *values, const char *between)
{
	for (int i = 0; values != NULL && i < values->count; i++)
		appendStringInfo(out, "%s%s%s%s", i ? ", " : before, values->keys[i], between,
						 value_text(values->items[i]));
}

void
step_describe_rows(StringInfo out, const Step *step)
{
	const Json *id = step_argument(step, "id");
	const Json *where = step_argument(step, "where");

	if (id != NULL && id->kind == JSON_IS_OBJECT)
		step_describe_values(out, " with ", id, " = ");
	else if (id != NULL)
		appendStringInfo(out, " with id %s", value_text(id));
	if (where != NULL)
		appendStringInfo(out, " where %s", formula_text(where->text));
	if (!json_get_boolean(step->json, "required", true))
		appendStringInfoString(out, " (if there is one)");
}
