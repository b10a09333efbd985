/*
 * step_words.c
 *		How outlines tell what several kinds of step have.
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

char *
array_words(const Json *array)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < array->count; i++)
		append_element(&text, i == 0, array->items[i]->kind == JSON_IS_STRING ? array->items[i]->text :
					   json_text(array->items[i]));
	return text.data;
}

void
step_say_subject(Outline *outline, const Step *step)
{
	outline_say(outline, "%s", step_subject_text(step));
	if (step->name != NULL)
		outline_say(outline, " (called %s)", step->name);
}

/* Says which row it is by its key: a value, or the columns of an alternate one. */
static void
say_id(Outline *outline, const Json *id)
{
	if (id->kind != JSON_IS_OBJECT)
		outline_say(outline, " whose id is %s", value_text(id));
	for (int i = 0; id->kind == JSON_IS_OBJECT && i < id->count; i++)
		outline_say(outline, "%s%s is %s", i == 0 ? " whose " : " and ", id->keys[i], value_text(id->items[i]));
}

void
step_say_rows(Outline *outline, const Step *step)
{
	const Json *id = step_argument(step, "id");
	const Json *where = step_argument(step, "where");

	if (id != NULL)
		say_id(outline, id);
	if (where != NULL)
		outline_say(outline, " where %s", formula_text(where->text));
}

void
step_say_optional(Outline *outline, const Step *step)
{
	if (!json_get_boolean(step->json, "required", true))
		outline_say(outline, ", if there is one");
}

void
step_add_message(Outline *outline, const Step *step, const char *before)
{
	const Json *message = step_argument(step, "message");
	static const char *const others[] = {"detail", "hint", "sqlstate"};

	if (message != NULL)
		outline_add(outline, "message", "%s %s", before != NULL ? before : "saying", value_text(message));
	else if (before != NULL)
		outline_add(outline, "message", "%s", before);
	for (int i = 0; i < lengthof(others); i++)
	{
		const Json *other = step_argument(step, others[i]);

		if (other != NULL)
			outline_add(outline, others[i], "with %s %s", others[i],
						strcmp(others[i], "sqlstate") == 0 && other->text != NULL ? other->text : value_text(other));
	}
}
