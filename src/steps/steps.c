/*
 * steps.c
 *		The table of step kinds, and what their descriptions share.
 */
#include "postgres.h"

#include "base/text_list.h"
#include "definition/value_text.h"
#include "steps/steps.h"

#define ADDRESS_OF_KIND(name) &name##_kind,
static const StepKind *const step_kinds[] = {STEP_KINDS(ADDRESS_OF_KIND)};

void
steps_init(void)
{
	step_kinds_register(step_kinds, lengthof(step_kinds));
}

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

void
step_describe_values(StringInfo out, const char *before, const Json *values, const char *between)
{
	for (int i = 0; values != NULL && i < values->count; i++)
		appendStringInfo(out, "%s%s%s%s", i ? ", " : before, values->keys[i], between,
						 value_text(values->items[i]));
}
