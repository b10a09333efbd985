/*
 * parse_steps.c
 *		Document to tree: the steps, by the table of step kinds.
 *
 * A step keeps its place in the paths even if an earlier one is of no use.
 */
#include "postgres.h"

#include "base/suggest.h"
#include "definition/fields.h"
#include "definition/parse_steps.h"
#include "definition/shape.h"
#include "lookup/name_rules.h"
#include "miscadmin.h"
#include "utils/json.h"

/* Names that mean something else in formulas. */
static const char *const taken_names[] = {
	"target", "input", "output", "let", "context", "error", "this", "excluded"
};

/* Checks the names of a let or output. */
static void
check_subject_values(DefinitionParser *parser, const Step *step)
{
	const Json *subject = step->subject;

	shape_check_duplicates(parser->sink, subject, step->path);
	for (int i = 0; i < subject->count; i++)
	{
		char	   *location = shape_location(step->path, subject->keys[i]);

		/* such a key in the row form would be the step's own */
		if (step_owns_argument(step->kind, subject->keys[i]))
			definition_problem(parser, location,
							   psprintf("\"%s\" cannot be a name in step \"%s\"", subject->keys[i],
										step->kind->name),
							   "It is a key of the step; use another name.");
		else
			definition_name_is_sound(parser, subject->keys[i], "a value", location);
	}
}

/* A value as the document holds it, made of what stands after a "=": a number, or a formula. */
static char *
value_guess(const char *text)
{
	StringInfoData value;

	text += strspn(text, " :=");
	if (text[0] != '\0' && strspn(text, "0123456789") == strlen(text))
		return pstrdup(text);
	initStringInfo(&value);
	escape_json(&value, psprintf("=%s", text));
	return value.data;
}

/* How a verb is followed by an object; what was written shows the way if it is "name = value". */
static char *
subject_hint(const Step *step)
{
	const char *text = step->subject->kind == JSON_IS_STRING ? step->subject->text : "";
	const char *equals = strchr(text, '=');
	StringInfoData hint;
	char	   *name = pnstrdup(text, strcspn(text, " :="));

	if (step->kind->subject != SUBJECT_VALUES)
		return NULL;
	initStringInfo(&hint);
	appendStringInfo(&hint, "Write it as {\"%s\": {\"%s\": ", step->kind->name,
					 name_is_valid(name) ? name : "name");
	if (equals != NULL && name_is_valid(name))
		appendStringInfoString(&hint, value_guess(equals + 1));
	else
		appendStringInfoString(&hint, "...");
	appendStringInfoString(&hint, "}}.");
	return hint.data;
}

/* Checks the first and the last of the whole numbers that a step goes through. */
static bool
range_is_sound(DefinitionParser *parser, const Step *step)
{
	Shape		shape = {psprintf("the range of a %s step", step->kind->name), NULL, {range_keys, NULL, NULL}};

	shape_check_duplicates(parser->sink, step->subject, step->path);
	return shape_check(parser->sink, &shape, step->subject, step->path);
}

/* Checks the value of the verb. */
static bool
subject_is_sound(DefinitionParser *parser, const Step *step)
{
	static const char *const wanted[] = {
		[SUBJECT_NAME] = "a name in a string",
		[SUBJECT_CONDITION] = "a string with a formula",
		[SUBJECT_SOURCE] = "a formula, the name of a table, an array or a range of whole numbers",
		[SUBJECT_WORD] = "a string",
		[SUBJECT_TITLE] = "a string or null",
		[SUBJECT_VALUES] = "an object: name and value",
	};
	const StepKind *kind = step->kind;
	JsonKind	given = step->subject->kind;
	ArgumentSpec word = {kind->name, ARGUMENT_CHOICE, true, kind->choices, NULL};
	ArgumentSpec words[] = {word, {0}};
	Shape		shape = {psprintf("step \"%s\"", kind->name), NULL, {words, NULL, NULL}};
	Json	   *alone;
	bool		good;

	if (kind->subject == SUBJECT_WORD && given == JSON_IS_STRING)
	{
		alone = json_new_object();
		json_add(alone, kind->name, step->subject);
		return shape_check(parser->sink, &shape, alone, step->path);
	}
	if (kind->subject == SUBJECT_SOURCE && given == JSON_IS_OBJECT)
		return range_is_sound(parser, step);
	if (kind->subject == SUBJECT_VALUES)
		good = given == JSON_IS_OBJECT;
	else if (kind->subject == SUBJECT_TITLE)
		good = given == JSON_IS_STRING || given == JSON_IS_NULL;
	else
		good = (given == JSON_IS_STRING && step->subject->text[0] != '\0') ||
			(given == JSON_IS_ARRAY && kind->subject == SUBJECT_SOURCE);
	if (!good)
	{
		definition_problem(parser, step->path,
						   psprintf("\"%s\" must be followed by %s, not %s", kind->name,
									wanted[kind->subject],
									given == JSON_IS_STRING && step->subject->text[0] == '\0' ?
									"an empty string" : json_kind_name(step->subject)),
						   subject_hint(step));
		return false;
	}
	if (kind->subject == SUBJECT_VALUES)
		check_subject_values(parser, step);
	return true;
}

/* Checks that the name of a step is good and free. */
static bool
step_name_is_sound(DefinitionParser *parser, Step *step)
{
	char	   *location = shape_location(step->path, "as");
	const Step *other;

	if (!definition_name_is_sound(parser, step->name, "a step", location))
		return false;
	for (int i = 0; i < lengthof(taken_names); i++)
	{
		if (strcmp(step->name, taken_names[i]) != 0)
			continue;
		definition_problem(parser, location,
						   psprintf("a step cannot be named \"%s\"", step->name),
						   psprintf("The word means something else in formulas; use a name such as \"%s_row\".",
									step->name));
		return false;
	}
	if (parser->step_names == NULL)
		parser->step_names = name_table_make("custom action step names", CurrentMemoryContext);
	other = name_table_add(parser->step_names, step->name, step);
	if (other != NULL)
		definition_problem(parser, location,
						   psprintf("step %s is also named \"%s\"", other->path, step->name),
						   "Names of steps are unique in an action; give one of them another name.");
	return other == NULL;
}

/* Adds a branch to a step, whose steps have their paths below a prefix. */
static Branch *
add_branch(DefinitionParser *parser, Step *step, const char *key, char *path, const Json *steps,
		   const char *prefix)
{
	Branch	   *branch = palloc0(sizeof(Branch));

	branch->key = pstrdup(key);
	branch->path = path;
	branch->steps = definition_parse_steps(parser, steps, prefix);
	step->branches = lappend(step->branches, branch);
	return branch;
}

/* Adds a case. */
static void
add_case(DefinitionParser *parser, Step *step, const Json *json, char *path)
{
	Branch	   *branch = add_branch(parser, step, BRANCH_CASE, path, json_get(json, "do"),
									shape_location(path, "do"));

	branch->when = parser_member_string(json, "when");
	branch->description = parser_member_string(json, "description");
}

/* Reads the cases of a choose. */
static void
parse_cases(DefinitionParser *parser, Step *step, const Json *cases)
{
	Shape		shape = {"a case", NULL, {case_keys, NULL, NULL}};

	for (int i = 0; i < cases->count; i++)
	{
		Json	   *json = cases->items[i];
		char	   *path = psprintf("%s.case %d", step->path, i + 1);

		if (json->kind != JSON_IS_OBJECT)
			definition_problem(parser, path,
							   psprintf("a case must be an object, not %s", json_kind_name(json)),
							   "Write it as {\"when\": ..., \"do\": [...]}.");
		else if (shape_check(parser->sink, &shape, json, path))
			add_case(parser, step, json, path);
	}
}

/* Reads the lists of steps below a step. */
static void
parse_branches(DefinitionParser *parser, Step *step, const ArgumentSpec *spec)
{
	for (; spec != NULL && spec->key != NULL; spec++)
	{
		Json	   *json = json_get(step->json, spec->key);

		if (json == NULL || json->kind != JSON_IS_ARRAY)
			continue;
		if (spec->shape == ARGUMENT_STEPS)
		{
			char	   *path = shape_location(step->path, spec->key);

			(void) add_branch(parser, step, spec->key, path, json, path);
		}
		else if (spec->shape == ARGUMENT_CASES)
			parse_cases(parser, step, json);
	}
}

/* What a step's verb may be. */
static char *
verbs_hint(void)
{
	return psprintf("Verbs: %s.", step_kind_names());
}

/* The verb that is most like a word, or NULL. */
static char *
verb_like(const char *word)
{
	Suggestion	suggestion;

	suggestion_init(&suggestion, word);
	for (int i = 0; i < step_kind_count(); i++)
		suggestion_consider(&suggestion, step_kind_at(i)->name, step_kind_at(i)->name);
	return suggestion.best;
}

/* Finds the kind of a step; NULL after a problem. */
static const StepKind *
find_kind(DefinitionParser *parser, const Json *json, const char *path)
{
	int			verb = step_verb(json);

	if (verb < 0)
	{
		for (int i = 0; i < json->count; i++)
		{
			if (step_key_is_known(json->keys[i]))
				continue;
			definition_problem(parser, path,
							   psprintf("unknown kind of step \"%s\"", json->keys[i]),
							   suggestion_hint(verb_like(json->keys[i]), verbs_hint()));
			return NULL;
		}
		definition_problem(parser, path, "the step has no verb", verbs_hint());
		return NULL;
	}
	for (int i = verb + 1; i < json->count; i++)
	{
		if (step_kind_find(json->keys[i]) == NULL ||
			strcmp(json->keys[i], json->keys[verb]) == 0 ||
			key_find(step_kind_find(json->keys[verb])->arguments, json->keys[i]) != NULL)
			continue;
		definition_problem(parser, path,
						   psprintf("the step has two verbs, \"%s\" and \"%s\"",
									json->keys[verb], json->keys[i]),
						   "Make it two steps.");
		return NULL;
	}
	return step_kind_find(json->keys[verb]);
}

/* Reads a step; NULL if it is of no use. */
static Step *
parse_step(DefinitionParser *parser, Json *json, char *path)
{
	Step	   *step;
	const StepKind *kind;
	Shape		shape;
	bool		sound;

	if (json->kind != JSON_IS_OBJECT)
	{
		definition_problem(parser, path,
						   psprintf("a step must be an object, not %s", json_kind_name(json)),
						   "Write it as {\"verb\": ...}.");
		return NULL;
	}
	kind = find_kind(parser, json, path);
	if (kind == NULL)
		return NULL;

	step = palloc0(sizeof(Step));
	step->kind = kind;
	step->path = path;
	step->json = json;
	step->subject = json_get(json, kind->name);
	step_shape(&shape, kind);
	sound = shape_check(parser->sink, &shape, json, path);
	if (!subject_is_sound(parser, step))
		sound = false;

	for (int i = 0; i < lengthof(shape.lists); i++)
		fields_read(shape.lists[i], json, step);
	if (step->name != NULL && !step_name_is_sound(parser, step))
		step->name = NULL;
	for (int i = 0; i < lengthof(shape.lists); i++)
		parse_branches(parser, step, shape.lists[i]);
	step->unsound = !sound;
	return sound || parser->keeps_unsound ? step : NULL;
}

List *
definition_parse_steps(DefinitionParser *parser, const Json *json, const char *prefix)
{
	List	   *steps = NIL;

	check_stack_depth();
	for (int i = 0; i < json->count; i++)
	{
		Step	   *step = parse_step(parser, json->items[i],
									  shape_location(prefix, psprintf("%d", i + 1)));

		CHECK_FOR_INTERRUPTS();
		if (step != NULL)
			steps = lappend(steps, step);
	}
	return steps;
}
