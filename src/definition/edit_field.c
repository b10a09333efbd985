/*
 * edit_field.c
 *		Finds fields of a definition by their paths; see edit_field.h.
 *
 * A part of a definition is its row, in which a key has a column of its own or
 * stands among the arguments. Where the path goes on, the value is an object or
 * an array. Errors write the keys of columns as they are: a key that is there is
 * found with its dots, a new one needs quotes.
 */
#include "postgres.h"

#include <ctype.h>

#include "base/compat.h"
#include "base/suggest.h"
#include "base/text_list.h"
#include "definition/definition.h"
#include "definition/edit_field.h"
#include "definition/path_words.h"

#define VERB_FIELD	"subject"	/* the verb by another name, which all kinds have */

void
edit_part_init(EditPart *part, const char *name, Json *row)
{
	memset(part, 0, sizeof(EditPart));
	part->name = name;
	part->row = row;
	for (const DefinitionPart *p = definition_parts; p->name != NULL; p++)
	{
		if (strcmp(p->name, name) != 0)
			continue;
		part->lists[0] = p->keys;
		part->lists[2] = p->more;
	}
	if (strcmp(name, "step") == 0 && json_get_text(row, "kind") != NULL)
		part->kind = step_kind_find(json_get_text(row, "kind"));
	if (part->kind != NULL)
		part->lists[1] = part->kind->arguments;
}

/* Finds a key of a part. */
static const ArgumentSpec *
find_in_lists(const EditPart *part, const char *key)
{
	const ArgumentSpec *found = NULL;

	for (int i = 0; i < lengthof(part->lists) && found == NULL; i++)
		found = key_find(part->lists[i], key);
	return found != NULL && found->untold ? NULL : found;
}

/* The arguments of a row, which are made if there are none. */
static Json *
part_arguments(const EditPart *part)
{
	Json	   *arguments = json_get(part->row, "arguments");

	if (arguments == NULL || arguments->kind != JSON_IS_OBJECT)
		json_put(part->row, "arguments", arguments = json_new_object());
	return arguments;
}

/* What the part is called: "step 2 (update target)". */
static char *
part_title(const EditPart *part)
{
	const char *kind = json_get_text(part->row, "kind");
	const char *subject = json_get_text(part->row, "subject");

	if (strcmp(part->name, "action") == 0)
		return psprintf("action \"%s\"", part->action);
	if (kind == NULL)
		return psprintf("%s of action \"%s\"", part->path, part->action);
	return psprintf("step %s (%s%s%s) of action \"%s\"", part->path, kind,
					subject != NULL ? " " : "", subject != NULL ? subject : "", part->action);
}

/* How a list of the keys of a part begins. */
static char *
part_keys(const EditPart *part)
{
	if (part->kind != NULL)
		return psprintf("Keys of step \"%s\"", part->kind->name);
	return psprintf("Keys of %s %s", strchr("aeiou", part->name[0]) != NULL ? "an" : "a", part->name);
}

/* Whether keys are those of a step that sets columns. */
static bool
has_set(const List *keys)
{
	ListCell   *cell;

	foreach(cell, keys)
	{
		if (strcmp(lfirst(cell), "set") == 0)
			return true;
	}
	return false;
}

/* Raises that a part, or a value of it, has no such field; known are those it has or can have. */
pg_noreturn static void
refuse_field(const EditPart *part, const char *above, const char *key, const List *known)
{
	char	   *more = known == NIL ? NULL : psprintf("%s: %s.", above != NULL ? "There is" : part_keys(part), text_list_join(known));
	const char *meant = suggestion_among(key, known);
	char	   *hint = meant == NULL && above == NULL && has_set(known) ?
		psprintf("A column is \"%s.set.%s\". %s", part->path, key, more) : suggestion_hint(meant, more);

	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_PARAMETER),
			 above == NULL ? errmsg("%s has no \"%s\"", part_title(part), key) :
			 errmsg("%s of %s has no \"%s\"", above, part_title(part), key),
			 hint != NULL ? errhint("%s", hint) : 0));
}

/* The keys that a part can have. */
static List *
known_fields(const EditPart *part)
{
	List	   *known = NIL;

	if (part->kind != NULL)
		known = lappend(known, unconstify(char *, part->kind->name));
	for (int i = 0; i < lengthof(part->lists); i++)
		for (const ArgumentSpec *spec = part->lists[i]; spec != NULL && spec->key != NULL; spec++)
			if (!spec->untold)
				known = lappend(known, unconstify(char *, spec->key));
	return known;
}

/* The keys of an object. */
static List *
known_keys_of(const Json *object)
{
	List	   *known = NIL;

	for (int i = 0; object != NULL && object->kind == JSON_IS_OBJECT && i < object->count; i++)
		known = lappend(known, object->keys[i]);
	return known;
}

/* Raises that a path cannot be read. */
pg_noreturn static void
refuse_path(const EditPart *part, const char *rest)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 *rest == '\0' ? errmsg("path of a value of %s cannot be read at its end", part_title(part)) :
			 errmsg("path of a value of %s cannot be read at \"%s\"", part_title(part), rest),
			 errhint(PATH_WORDS_HINT)));
}

/* Raises that what is behind a list of steps is no path of one. */
pg_noreturn static void
refuse_list_path(const EditPart *part, const char *list, bool of_cases)
{
	char	   *first = of_cases ? psprintf("%s.%s 1", part->path, BRANCH_CASE) : psprintf("%s.%s.1", part->path, list);

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("path of a %s of %s cannot be read", of_cases ? BRANCH_CASE : "step", part_title(part)),
			 of_cases ? errhint("The first case is %s, its condition %s.when, its first step %s.do.1.", first, first, first) :
			 errhint("The first step of the list is %s.", first)));
}

/* Reads the next key of a path and goes past it; object, or NULL, has the keys that are there. */
static char *
next_key(const EditPart *part, const char **rest, const Json *object)
{
	char	   *key = path_next_key(rest, object);

	if (key == NULL)
		refuse_path(part, *rest);
	return key;
}

/* Reads the number of an element, "[2]", and goes past it; it is one from 0. */
static int
next_index(const EditPart *part, const char **rest)
{
	int			number = path_next_number(rest);

	if (number == 0)
		refuse_path(part, *rest);
	return number - 1;
}

/* A field below another. */
static EditField *
field_below(EditField *above, Json *home)
{
	EditField  *field = palloc0(sizeof(EditField));

	field->part = above->part;
	field->column = above->column;
	field->null_counts = above->null_counts;
	field->home = home;
	field->above = above;
	return field;
}

/* The object that a field holds, which is made if it holds nothing. */
static Json *
object_of_field(EditField *field)
{
	Json	   *object = edit_field_get(field);

	if (object != NULL && object->kind == JSON_IS_OBJECT)
		return object;
	if (object == NULL)
		edit_field_put(field, object = json_new_object());
	else
		refuse_field(field->part, field->path, "such value below it", NIL);
	return object;
}

/* Makes a value that is to have others below it an object, where it is none. */
static void
put_object(EditField *field)
{
	const Json *json = edit_field_get(field);

	if (json == NULL || json->kind != JSON_IS_OBJECT)
		edit_field_put(field, json_new_object());
}

/* Raises that a value has nothing below it. */
pg_noreturn static void
refuse_below(const EditField *above, const char *rest)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_PARAMETER),
			 errmsg("%s of %s has no \"%s\"", above->path, part_title(above->part), rest + 1),
			 errhint("It is a single value: leave out what is behind %s.", above->path)));
}

/* Goes on in a value of any kind: an object or an array, in which nothing but the value says its type. */
static EditField *
find_inside(EditField *above, const char *rest)
{
	while (*rest != '\0')
	{
		Json	   *home = edit_field_get(above);
		EditField  *field = field_below(above, home);

		if (*rest == '[' && home != NULL && home->kind == JSON_IS_ARRAY)
		{
			field->index = next_index(above->part, &rest);
			if (field->index > home->count)
				refuse_field(above->part, above->path, psprintf("[%d]", field->index + 1), NIL);
			field->path = psprintf("%s[%d]", above->path, field->index + 1);
		}
		else if (*rest == '.' && home != NULL && home->kind == JSON_IS_OBJECT)
		{
			rest++;
			field->key = next_key(above->part, &rest, home);
			field->path = psprintf("%s.%s", above->path, path_key(field->key));
		}
		else
			refuse_below(above, rest);
		field->shape = ARGUMENT_VALUE;
		field->typeless = true;
		above = field;
	}
	return above;
}

/* Goes on below a field whose key is known. */
static EditField *
find_below(EditField *above, const ArgumentSpec *spec, const char *rest)
{
	EditField  *field;
	const ArgumentSpec *member;

	if (*rest == '\0')
		return above;
	if (edit_field_is_list(above))
		refuse_list_path(above->part, above->key, above->shape == ARGUMENT_CASES);
	if (above->shape != ARGUMENT_VALUES && above->shape != ARGUMENT_OBJECT)
	{
		if (above->shape != ARGUMENT_VALUE)
			refuse_below(above, rest);
		if (above->reads_json && *rest == '.')
			put_object(above);
		return find_inside(above, rest);
	}
	if (*rest != '.')
		refuse_path(above->part, rest);
	rest++;
	field = field_below(above, object_of_field(above));
	field->key = next_key(above->part, &rest, field->home);
	field->path = psprintf("%s.%s", above->path, path_key(field->key));
	if (above->shape == ARGUMENT_VALUES)
	{
		field->shape = ARGUMENT_VALUE;
		return find_inside(field, rest);
	}
	member = key_find(spec->members, field->key);
	if (member == NULL)
	{
		List	   *known = NIL;

		for (const ArgumentSpec *m = spec->members; m->key != NULL; m++)
			known = lappend(known, unconstify(char *, m->key));
		refuse_field(above->part, above->path, field->key, known);
	}
	field->shape = member->shape;
	field->choices = member->choices;
	field->required = member->required;
	return find_below(field, member, rest);
}

/* The shape of what a verb has behind it. */
static ArgumentShape
verb_shape(const StepKind *kind)
{
	switch (kind->subject)
	{
		case SUBJECT_WORD:
			return ARGUMENT_CHOICE;
		case SUBJECT_CONDITION:
			return ARGUMENT_CONDITION;
		case SUBJECT_VALUES:
			return ARGUMENT_VALUES;
		case SUBJECT_NAME:
		case SUBJECT_SOURCE:	/* its column is text, too */
		case SUBJECT_TITLE:
			return ARGUMENT_NAME;
	}
	return ARGUMENT_NAME;
}

/* What a verb has behind it. */
static void
place_at_verb(EditField *field, const StepKind *kind)
{
	field->column = "subject";
	field->key = pstrdup("subject");
	field->home = field->part->row;
	field->shape = kind == NULL ? ARGUMENT_NAME : verb_shape(kind);
	field->choices = kind == NULL ? NULL : kind->choices;
	field->required = kind != NULL && kind->subject != SUBJECT_TITLE;
}

/* A value by name of a step that has names behind its verb. */
static EditField *
find_named(EditField *field, const char *rest)
{
	const StepKind *kind = field->part->kind;

	field->column = "arguments";
	field->home = part_arguments(field->part);
	field->shape = ARGUMENT_VALUE;
	field->typeless = kind->sets_lets;
	if (strncmp(rest, kind->name, strlen(kind->name)) == 0 && rest[strlen(kind->name)] == '.')
		rest += strlen(kind->name) + 1;
	field->key = next_key(field->part, &rest, field->home);
	field->path = psprintf("%s.%s", field->part->path, field->key);
	return find_inside(field, rest);
}

/* Refuses what is changed in another way. */
static void
refuse_other_ways(const EditPart *part, const ArgumentSpec *spec)
{
	const char *hint = NULL;

	if (strcmp(part->name, "action") != 0)
		return;
	if (strcmp(spec->key, "action") == 0)
		hint = "Use rename_action or copy_action.";
	else if (spec->shape == ARGUMENT_STEPS)
		hint = "Use add_step, move_step and remove_step; the path of a step is its number.";
	else if (spec->members == plugin_keys)
		hint = "Plug-ins act at once: use register_plugin and unregister_plugin.";
	else if (spec->shape == ARGUMENT_OBJECTS)
		hint = psprintf("Use add_action_parameter to add one; its values are %s.name.type and so on, and NULL for %s.name removes it.",
						spec->key, spec->key);
	if (hint != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("\"%s\" of action \"%s\" is not changed as a value", spec->key, part->action),
				 errhint("%s", hint)));
}

/* Is a key needed as long as another one is not there? */
static bool
is_needed_without(const EditPart *part, const ArgumentSpec *spec)
{
	const ArgumentSpec *other = spec->required_unless != NULL ? find_in_lists(part, spec->required_unless) : NULL;
	const Json *value = other != NULL ? json_get(part->row, other->column) : NULL;

	return other != NULL && (value == NULL || value->kind == JSON_IS_NULL);
}

/* A field whose key has a row in the table of keys. */
static EditField *
find_known(EditField *field, const ArgumentSpec *spec, const char *rest)
{
	refuse_other_ways(field->part, spec);
	field->shape = spec->shape;
	field->choices = spec->choices;
	field->required = spec->required || is_needed_without(field->part, spec);
	field->reads_json = spec->reads_json;
	field->null_counts = spec->null_counts;
	field->empty_counts = spec->empty_counts;
	field->column = spec->column != NULL ? spec->column : "arguments";
	field->home = spec->column != NULL ? field->part->row : part_arguments(field->part);
	field->key = pstrdup(spec->column != NULL ? spec->column : spec->key);
	return find_below(field, spec, rest);
}

/* A key in a message: in quotes, unless it is a number. */
static const char *
key_words(const char *key)
{
	return key[strspn(key, "0123456789")] == '\0' ? key : psprintf("\"%s\"", key);
}

/* Raises for a key that the part cannot have. */
pg_noreturn static void
refuse_unknown_key(const EditPart *part, const char *key)
{
	List	   *known = known_fields(part);

	if (part->kind != NULL && key_find(part->kind->arguments, "cases") != NULL &&
		strncmp(key, BRANCH_CASE, strlen(BRANCH_CASE)) == 0)
		refuse_list_path(part, key, true);
	if (strcmp(part->name, "action") == 0 && isdigit((unsigned char) key[0]))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("action \"%s\" has no step %s", part->action, key_words(key)),
				 errhint("The path of a value is that of its step and its name, without blanks: 2.set.due, 4.case 1.do.2.when.")));
	if (part->kind != NULL && part->kind->subject == SUBJECT_VALUES)
		known = list_concat(known_keys_of(part_arguments(part)), known);
	refuse_field(part, NULL, key, known);
}

/* Raises where a value is meant by the verb alone, which has several by name. */
pg_noreturn static void
refuse_nameless(const EditPart *part)
{
	const List *names = known_keys_of(part_arguments(part));

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s has values by name", part_title(part)),
			 errhint("Say which one, such as %s.%s.", part->path,
					 names == NIL ? "name" : path_key(linitial(names)))));
}

/* A key that should not be there, but is: a draft can hold anything. */
static EditField *
find_strange(EditField *field, const char *given, const char *key)
{
	const EditPart *part = field->part;
	const char *rest = given;

	if (json_get(part->row, "kind") == NULL ||
		path_known_length(given, part_arguments(part)) == 0)
		refuse_unknown_key(part, key);
	field->column = "arguments";
	field->home = part_arguments(part);
	field->key = next_key(part, &rest, field->home);
	field->shape = ARGUMENT_VALUE;
	return find_inside(field, rest);
}

EditField *
edit_field_find(const EditPart *part, const char *given)
{
	EditField  *field = palloc0(sizeof(EditField));
	const char *rest = given;
	char	   *key = next_key(part, &rest, NULL);
	const ArgumentSpec *spec = find_in_lists(part, key);
	bool		named = part->kind != NULL && part->kind->subject == SUBJECT_VALUES;
	bool		is_verb = strcmp(part->name, "step") == 0 &&
		(strcmp(key, VERB_FIELD) == 0 || (part->kind != NULL && strcmp(key, part->kind->name) == 0));

	field->part = part;
	field->path = part->path[0] == '\0' ? key : psprintf("%s.%s", part->path, key);
	if (spec != NULL)
		return find_known(field, spec, rest);
	if (named)
	{
		if (is_verb && *rest == '\0')
			refuse_nameless(part);
		return find_named(field, given);
	}
	if (!is_verb)
		return find_strange(field, given, key);
	place_at_verb(field, part->kind);
	return find_below(field, NULL, rest);
}

Json *
edit_field_get(const EditField *field)
{
	Json	   *value = field->home;

	if (value == NULL)
		return NULL;
	value = value->kind == JSON_IS_ARRAY ? value->items[field->index] : json_get(value, field->key);
	if (value != NULL && value->kind == JSON_IS_NULL && field->home == field->part->row && !field->null_counts)
		return NULL;
	return value;
}

/* Takes an element out of an array. */
static void
remove_element(Json *array, int index)
{
	memmove(&array->items[index], &array->items[index + 1],
			(array->count - index - 1) * sizeof(Json *));
	array->count--;
}

void
edit_field_put(EditField *field, Json *value)
{
	EditField  *above = field->above;
	Json	   *home = field->home;

	if (home->kind == JSON_IS_ARRAY)
	{
		if (value != NULL)
			home->items[field->index] = value;
		else
			remove_element(home, field->index);
		return;
	}
	if (value != NULL)
	{
		json_put(home, field->key, value);
		return;
	}
	json_remove(home, field->key);
	if (home->count == 0 && above != NULL && !above->required &&
		(above->shape == ARGUMENT_VALUES || above->shape == ARGUMENT_OBJECT))
		edit_field_put(above, NULL);
}

bool
edit_field_is_list(const EditField *field)
{
	return field->shape == ARGUMENT_STEPS || field->shape == ARGUMENT_CASES;
}

bool
edit_field_is_masked(const EditField *field)
{
	return field->null_counts && json_get_boolean(field->part->row, "sensitive", false);
}
