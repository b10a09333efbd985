/*
 * place.c
 *		Finds a place of a definition by its path, and puts a formula there.
 *
 * Paths are read with the table of kinds and keys, as parse_steps.c makes them. After
 * a key whose object's own keys are names, the rest of the path is a name as it
 * stands, whatever dots are in it, unless it is in quotes or leads into a value that
 * is there.
 */
#include "postgres.h"

#include "base/suggest.h"
#include "base/text_list.h"
#include "definition/definition.h"
#include "definition/path_words.h"
#include "definition/place.h"
#include "definition/shape.h"
#include "definition/value_text.h"
#include "miscadmin.h"

#define ON_TRIAL	"formula_on_trial"	/* the name in the step that only computes */

typedef struct PlaceFinder
{
	const char *action;
	const char *at;				/* the whole path */
	PlaceUse	use;
	const char *formula;
	Place		place;
	Json	   *list;			/* that the innermost step is in, or NULL */
	int			index;			/* of the step in it */
	char	   *list_path;		/* what goes before the step's number: "5.then." */
} PlaceFinder;

static void find_in_steps(PlaceFinder *finder, Json *steps, const StepLink *link, const char *rest);
static void find_in_value(PlaceFinder *finder, Json **slot, bool is_new, const char *rest);

/* The first word of a path. */
static char *
first_word(const char *path)
{
	return pnstrdup(path, strcspn(path, ".["));
}

/* Raises that there is no such place; hint may be NULL. */
pg_noreturn static void
refuse_place(const PlaceFinder *finder, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("action \"%s\" has no place \"%s\"", finder->action, finder->at),
			 hint ? errhint("%s", hint) : 0));
}

/* Raises that there is no formula at the place. */
pg_noreturn static void
refuse_no_formula(const PlaceFinder *finder, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("at \"%s\" of action \"%s\" no formula can stand", finder->at, finder->action),
			 hint ? errhint("%s", hint) : 0));
}

/* The slot of a key of an object, which is made if need be. */
static Json **
object_slot(Json *object, const char *key, bool *is_new)
{
	*is_new = json_get(object, key) == NULL;
	if (*is_new)
		json_add(object, key, json_new_null());
	for (int i = object->count - 1; i >= 0; i--)
		if (strcmp(object->keys[i], key) == 0)
			return &object->items[i];
	elog(ERROR, "key \"%s\" is not where it was put", key);
	return NULL;				/* keep compiler quiet */
}

/* The object or array under a key, which is made if there is none. */
static Json *
container(Json *object, const char *key, JsonKind kind)
{
	Json	   *json = json_get(object, key);

	if (json == NULL || json->kind != kind)
	{
		json = kind == JSON_IS_ARRAY ? json_new_array() : json_new_object();
		json_put(object, key, json);
	}
	return json;
}

/* The formula as a value is written: with its mark, unless it is a template. */
static char *
as_value(const char *formula)
{
	const char *rest;

	return value_text_read(formula, &rest) == TEXT_LITERAL && !formula_is_marked(formula) ?
		psprintf("=%s", formula) : pstrdup(formula);
}

/* Settles on a slot: a value, or a text that is always a formula. */
static void
settle_place(PlaceFinder *finder, Json **slot, bool is_new, bool is_value)
{
	bool		keep = finder->use == PLACE_KEEP && !is_new && (is_value || (*slot)->kind != JSON_IS_NULL);

	finder->place.location = pstrdup(finder->at);
	finder->place.is_template = is_value;
	if (!keep && finder->use != PLACE_BEFORE)
		*slot = json_new_string(is_value ? as_value(finder->formula) : finder->formula);
}

/* Settles on what stands under a key. */
static void
settle_key(PlaceFinder *finder, Json *object, const char *key, bool is_value)
{
	bool		is_new;
	Json	  **slot = object_slot(object, key, &is_new);

	settle_place(finder, slot, is_new, is_value);
}

/* The verb of steps that name values. */
static const char *
naming_verb(void)
{
	for (int i = 0; i < step_kind_count(); i++)
		if (step_kind_at(i)->sets_lets)
			return step_kind_at(i)->name;
	elog(ERROR, "no kind of step names values");
	return NULL;				/* keep compiler quiet */
}

/* Puts a step that only computes the formula into a list, before the step of an index. */
static void
insert_step(PlaceFinder *finder, Json *list, int index, const char *list_path)
{
	Json	   *step = json_new_object();
	Json	   *values = json_new_object();

	json_add(values, ON_TRIAL, json_new_string(as_value(finder->formula)));
	json_add(step, naming_verb(), values);
	json_append(list, step);
	memmove(&list->items[index + 1], &list->items[index], (list->count - 1 - index) * sizeof(Json *));
	list->items[index] = step;
	finder->place.location = psprintf("%s%d.%s", list_path, index + 1, ON_TRIAL);
	finder->place.is_template = true;
}

/* Settles on the end of a list of steps. */
static void
settle_list(PlaceFinder *finder, Json *list, const char *list_path)
{
	if (finder->use == PLACE_BEFORE)
		return;
	insert_step(finder, list, list->count, list_path);
}

/* Takes the quotes off the key that the rest begins with: problems tell keys without them. */
static const char *
without_quotes(PlaceFinder *finder, const char *rest, size_t *length)
{
	const char *after = rest;
	char	   *key = path_next_key(&after, NULL);
	size_t		before = rest - finder->at;

	if (key == NULL)
		refuse_place(finder, PATH_WORDS_HINT);
	finder->at = psprintf("%.*s%s%s", (int) before, finder->at, key, after);
	*length = strlen(key);
	return finder->at + before;
}

/* Goes on in an object whose keys are names. */
static void
find_in_values(PlaceFinder *finder, Json *values, const char *rest)
{
	size_t		length = path_known_length(rest, values);
	bool		is_new;
	Json	  **slot;

	if (*rest == '\0')
		refuse_no_formula(finder, psprintf("Name one of its values: \"%s.<name>\".", finder->at));
	if (length == 0 && *rest == '"')
		rest = without_quotes(finder, rest, &length);
	else if (length == 0)
		length = strlen(rest);
	slot = object_slot(values, pnstrdup(rest, length), &is_new);
	find_in_value(finder, slot, is_new, rest + length);
}

/* Goes on in a value, or settles on it; rest begins with what comes below it: ".key", "[2]". */
static void
find_in_value(PlaceFinder *finder, Json **slot, bool is_new, const char *rest)
{
	Json	   *json = *slot;
	int			number;

	check_stack_depth();
	if (*rest == '\0')
		settle_place(finder, slot, is_new, true);
	else if (*rest == '.' && json->kind == JSON_IS_OBJECT)
		find_in_values(finder, json, rest + 1);
	else if (*rest == '.' && is_new)
	{
		*slot = json_new_object();
		find_in_values(finder, *slot, rest + 1);
	}
	else if (*rest == '[' && json->kind == JSON_IS_ARRAY)
	{
		number = path_next_number(&rest);
		if (number == 0 || number > json->count)
			refuse_place(finder, psprintf("The array has %d elements.", json->count));
		find_in_value(finder, &json->items[number - 1], false, rest);
	}
	else
		refuse_place(finder, NULL);
}

/* What the keys are among which one was not found. */
static char *
keys_hint(const char *what, const char *given, const ArgumentSpec *const *lists, int nlists)
{
	List	   *names = NIL;

	for (int i = 0; i < nlists; i++)
		for (const ArgumentSpec *spec = lists[i]; spec != NULL && spec->key != NULL; spec++)
			if (!spec->untold)
				names = lappend(names, unconstify(char *, spec->key));
	return suggestion_hint(suggestion_among(given, names),
						   names == NIL ? NULL : psprintf("%s has: %s.", what, text_list_join(names)));
}

/* Goes on at a key of an object, which a row of a table describes. */
static void
find_at_key(PlaceFinder *finder, Json *object, const ArgumentSpec *spec, const char *rest, const char *list_path)
{
	bool		is_new;
	Json	  **slot;
	const ArgumentSpec *member;

	switch (spec->shape)
	{
		case ARGUMENT_VALUE:
			slot = object_slot(object, spec->key, &is_new);
			find_in_value(finder, slot, is_new, rest);
			break;
		case ARGUMENT_VALUES:
			find_in_values(finder, container(object, spec->key, JSON_IS_OBJECT), rest + (*rest == '.'));
			break;
		case ARGUMENT_CONDITION:
		case ARGUMENT_ORDER:
		case ARGUMENT_TEXT:
			if (*rest != '\0')
				refuse_place(finder, NULL);
			settle_key(finder, object, spec->key, spec->shape == ARGUMENT_TEXT);
			break;
		case ARGUMENT_OBJECT:
			member = key_find(spec->members, *rest == '.' ? first_word(rest + 1) : "");
			if (member == NULL)
				refuse_place(finder, keys_hint(psprintf("\"%s\"", spec->key), *rest ? first_word(rest + 1) : "",
											   &spec->members, 1));
			find_at_key(finder, container(object, spec->key, JSON_IS_OBJECT), member,
						rest + 1 + strlen(member->key), list_path);
			break;
		case ARGUMENT_STEPS:
			if (*rest != '\0')
				refuse_place(finder, NULL);
			settle_list(finder, container(object, spec->key, JSON_IS_ARRAY), psprintf("%s%s.", list_path, spec->key));
			break;
		default:
			refuse_no_formula(finder, NULL);
	}
}

/* Goes on at the step of a list that an object has under a key. */
static void
find_in_branch(PlaceFinder *finder, Json *object, const StepLink *link, const char *rest, const char *list_path)
{
	finder->list_path = psprintf("%s%s.", list_path, link->list);
	find_in_steps(finder, container(object, link->list, JSON_IS_ARRAY), link, rest);
}

/* Goes on in a case of a step, behind its number: ".when", ".do.1"; without more its condition is meant. */
static void
find_in_case(PlaceFinder *finder, const Json *step, const ArgumentSpec *spec, int number, const char *rest)
{
	const Json *cases = json_get(step, spec->key);
	int			count = cases != NULL && cases->kind == JSON_IS_ARRAY ? cases->count : 0;
	const char *case_path = psprintf("%s.%s %d.", finder->place.step, BRANCH_CASE, number);
	const ArgumentSpec *const keys[] = {case_keys};
	const ArgumentSpec *member;
	StepLink	link;

	if (number < 1 || number > count || cases->items[number - 1]->kind != JSON_IS_OBJECT)
		refuse_place(finder, psprintf("Step %s has %d cases.", finder->place.step, count));
	if (*rest == '\0')
	{
		finder->at = psprintf("%s.%s", finder->at, case_keys[0].key);
		rest = finder->at + strlen(finder->at) - strlen(case_keys[0].key) - 1;
	}
	if (path_next_link(&rest, false, &link) && key_find(case_keys, link.list) != NULL)
	{
		find_in_branch(finder, cases->items[number - 1], &link, rest, case_path);
		return;
	}
	member = key_find(case_keys, *rest == '.' ? first_word(rest + 1) : "");
	if (member == NULL)
		refuse_place(finder, keys_hint("A case", *rest ? first_word(rest + 1) : "", keys, lengthof(keys)));
	find_at_key(finder, cases->items[number - 1], member, rest + 1 + strlen(member->key), case_path);
}

/* The key of a kind that holds cases, or NULL. */
static const ArgumentSpec *
cases_key(const StepKind *kind)
{
	for (const ArgumentSpec *spec = kind->arguments; spec->key != NULL; spec++)
		if (spec->shape == ARGUMENT_CASES)
			return spec;
	return NULL;
}

/* Raises for a word that is not among the keys of a step. */
pg_noreturn static void
refuse_word(const PlaceFinder *finder, const StepKind *kind, const char *word)
{
	const ArgumentSpec *lists[] = {kind->arguments, step_leading_keys, step_trailing_keys};

	refuse_place(finder, keys_hint(psprintf("Step %s (%s)", finder->place.step, kind->name), word,
								   lists, lengthof(lists)));
}

/* Goes on at a step or case inside of a step. */
static void
find_below_step(PlaceFinder *finder, Json *step, const StepKind *kind, const StepLink *link, const char *rest)
{
	const ArgumentSpec *spec = key_find(kind->arguments, link->list);

	if (strcmp(link->list, BRANCH_CASE) == 0)
	{
		if (cases_key(kind) == NULL)
			refuse_word(finder, kind, BRANCH_CASE);
		find_in_case(finder, step, cases_key(kind), link->number, rest);
		return;
	}
	if (spec == NULL)
		spec = key_find(step_trailing_keys, link->list);
	if (spec == NULL || spec->shape != ARGUMENT_STEPS)
		refuse_word(finder, kind, link->list);
	find_in_branch(finder, step, link, rest, psprintf("%s.", finder->place.step));
}

/* Goes on in a step, behind its path and a dot. */
static void
find_in_step(PlaceFinder *finder, Json *step, const StepKind *kind, const char *rest)
{
	const ArgumentSpec *lists[] = {kind->arguments, step_leading_keys, step_trailing_keys};
	const ArgumentSpec *spec = NULL;
	char	   *word = first_word(rest);

	for (int i = 0; i < lengthof(lists) && spec == NULL; i++)
		spec = key_find(lists[i], word);
	if (spec != NULL)
		find_at_key(finder, step, spec, rest + strlen(word), psprintf("%s.", finder->place.step));
	else if (kind->subject == SUBJECT_SOURCE && key_find(range_keys, word) != NULL)
		find_at_key(finder, container(step, kind->name, JSON_IS_OBJECT), key_find(range_keys, word),
					rest + strlen(word), NULL);
	else if (kind->subject == SUBJECT_VALUES)
		find_in_values(finder, container(step, kind->name, JSON_IS_OBJECT), rest);
	else
		refuse_word(finder, kind, word);
}

/* Settles on a step: its own formula, or what is before it. */
static void
settle_step(PlaceFinder *finder, Json *step, const StepKind *kind)
{
	if (kind->subject == SUBJECT_CONDITION || kind->subject == SUBJECT_SOURCE)
		settle_key(finder, step, kind->name, kind->subject == SUBJECT_SOURCE);
	else
		finder->use = PLACE_BEFORE;
}

/* Goes on at a step of a list: rest is what comes behind its number, "", ".set.due", ".then.1". */
static void
find_in_steps(PlaceFinder *finder, Json *steps, const StepLink *link, const char *rest)
{
	int			number = link->number;
	StepLink	below;
	int			verb;
	Json	   *step;
	const StepKind *kind;

	check_stack_depth();
	if (number < 1 || number > steps->count || steps->items[number - 1]->kind != JSON_IS_OBJECT)
		refuse_place(finder, psprintf(steps->count == 1 ? "There is %d step in this list." :
									  "There are %d steps in this list.", steps->count));
	step = steps->items[number - 1];
	json_remove(step, "enabled");
	verb = step_verb(step);
	if (verb < 0)
		refuse_place(finder, NULL);
	kind = step_kind_find(step->keys[verb]);
	finder->list = steps;
	finder->index = number - 1;
	finder->place.step = psprintf("%s%d", finder->list_path, number);
	if (*rest == '\0')
		settle_step(finder, step, kind);
	else if (path_next_link(&rest, false, &below))
		find_below_step(finder, step, kind, &below, rest);
	else
		find_in_step(finder, step, kind, rest + 1);
}

/* The object of a name in an array of such; NULL: there is none. */
static Json *
named_object(const Json *array, const char *name, List **names)
{
	Json	   *found = NULL;

	for (int i = 0; array != NULL && i < array->count; i++)
	{
		const char *given = json_get_text(array->items[i], "name");

		if (given == NULL)
			continue;
		*names = lappend(*names, unconstify(char *, given));
		if (strcmp(given, name) == 0)
			found = array->items[i];
	}
	return found;
}

/* Goes on in an input or output: "bump.default". */
static void
find_in_parameter(PlaceFinder *finder, const Json *parameters, const ArgumentSpec *keys, const char *rest)
{
	char	   *name = first_word(rest);
	List	   *names = NIL;
	Json	   *parameter = named_object(parameters, name, &names);
	const ArgumentSpec *spec;

	if (parameter == NULL)
		refuse_place(finder, suggestion_hint(suggestion_among(name, names), names == NIL ? NULL :
											 psprintf("There are: %s.", text_list_join(names))));
	rest += strlen(name);
	spec = key_find(keys, *rest == '.' ? first_word(rest + 1) : "");
	if (spec == NULL)
		refuse_place(finder, psprintf("Its formula is \"%s.default\".", finder->at));
	find_at_key(finder, parameter, spec, rest + 1 + strlen(spec->key), "");
}

/* Finds a place outside of the steps, or the end of their list. */
static void
find_in_header(PlaceFinder *finder, Json *document)
{
	char	   *word = first_word(finder->at);
	const char *rest = finder->at + strlen(word);
	const ArgumentSpec *spec = key_find(action_keys, word);
	const ArgumentSpec *const lists[] = {action_keys};

	if (spec == NULL || spec->untold)
		refuse_place(finder, keys_hint("The header", word, lists, 1));
	if (spec->members == input_keys || spec->members == output_keys)
		find_in_parameter(finder, json_get(document, word), spec->members, rest + (*rest == '.'));
	else if (spec->shape == ARGUMENT_STEPS && *rest == '\0')
		settle_list(finder, container(document, word, JSON_IS_ARRAY), "");
	else if (strcmp(finder->at, "summary") == 0)	/* the one text with formulas */
		settle_key(finder, document, word, true);
	else
		refuse_no_formula(finder, NULL);
}

Place
place_use(Json *document, const char *action, const char *at, PlaceUse use, const char *formula)
{
	PlaceFinder finder = {.action = action, .use = use, .formula = formula, .list_path = ""};
	const char *rest = at;
	char	   *step = path_next_step(&rest);
	StepLink	link;

	finder.at = rest = psprintf("%s%s", step, rest);

	if (document->kind != JSON_IS_OBJECT)
		refuse_place(&finder, NULL);
	if (path_next_link(&rest, true, &link))
		find_in_steps(&finder, container(document, "steps", JSON_IS_ARRAY), &link, rest);
	else
		find_in_header(&finder, document);
	if (finder.use == PLACE_BEFORE && finder.list != NULL)
		insert_step(&finder, finder.list, finder.index, finder.list_path);
	return finder.place;
}
