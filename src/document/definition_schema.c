/*
 * definition_schema.c
 *		The JSON Schema (2020-12) of the definition document, for editors and language
 *		models: made of the tables that check it (definition/keys.c, the kinds of step).
 *
 * It knows what a shape can tell: keys, kinds of values, words, what a name looks
 * like. What depends on the catalogs, or on two places at once, check_action() tells.
 */
#include "postgres.h"

#include "definition/print.h"
#include "definition/step_kind.h"
#include "fmgr.h"
#include "utils/builtins.h"

#define SCHEMA		"https://json-schema.org/draft/2020-12/schema"
#define SCHEMA_ID	"urn:custom-actions:definition"

PG_FUNCTION_INFO_V1(custom_action_definition_schema);

static const char base_types[] =
"{\"formula\": {\"title\": \"Formula\", \"type\": \"string\", \"pattern\": \"^=[^=]\","
" \"description\": \"One SQL expression after '='. It may use input.x, target.column, the columns of earlier steps, let.x, output.x and context.x.\","
" \"examples\": [\"=input.reason\", \"=now() + interval '4 hours'\"]},"
" \"template\": {\"title\": \"Text with formulas\", \"type\": \"string\", \"pattern\": \"\\\\{\\\\{\","
" \"description\": \"Text with formulas in braces; NULL prints nothing.\","
" \"examples\": [\"Case {{target.id}} is closed\"]},"
" \"literal\": {\"title\": \"Literal\", \"anyOf\": [{\"type\": \"string\"}, {\"type\": \"number\"}, {\"type\": \"boolean\"}, {\"type\": \"null\"}],"
" \"description\": \"A value of the type that the place takes; '==' begins a text with '='.\","
" \"examples\": [\"open\", 1, true, null]},"
" \"value\": {\"title\": \"Value\", \"description\": \"A formula, a text with formulas, a literal, or an array or object of such.\","
" \"anyOf\": [{\"$ref\": \"#/$defs/formula\"}, {\"$ref\": \"#/$defs/template\"}, {\"$ref\": \"#/$defs/literal\"},"
" {\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/value\"}},"
" {\"type\": \"object\", \"additionalProperties\": {\"$ref\": \"#/$defs/value\"}}]},"
" \"condition\": {\"title\": \"Condition\", \"type\": \"string\","
" \"description\": \"A formula that is true or not; the '=' before it may be left out.\","
" \"examples\": [\"target.status <> 'closed'\"]},"
" \"text\": {\"title\": \"Text\", \"anyOf\": [{\"$ref\": \"#/$defs/formula\"}, {\"$ref\": \"#/$defs/template\"},"
" {\"type\": \"string\"}, {\"type\": \"number\"}, {\"type\": \"boolean\"}]},"
" \"order\": {\"title\": \"Order\", \"description\": \"Expressions, each with asc or desc.\","
" \"anyOf\": [{\"type\": \"string\"}, {\"type\": \"array\", \"items\": {\"type\": \"string\"}}],"
" \"examples\": [\"due desc nulls last, id\"]},"
" \"steps\": {\"title\": \"Steps\", \"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/step\"}}}";

/* {"$ref": "#/$defs/name"} */
static Json *
reference(const char *name)
{
	Json	   *json = json_new_object();

	json_put_string(json, "$ref", psprintf("#/$defs/%s", name));
	return json;
}

/* {"type": ...} */
static Json *
typed(const char *type)
{
	Json	   *json = json_new_object();

	json_put_string(json, "type", type);
	return json;
}

/* An array of such items. */
static Json *
array_of(Json *items)
{
	Json	   *json = typed("array");

	json_add(json, "items", items);
	return json;
}

/* The words of a choice. */
static Json *
words(const char *choices)
{
	Json	   *json = json_new_object();
	Json	   *list = json_new_array();
	char	   *word;

	for (int i = 0; (word = choice_at(choices, i)) != NULL; i++)
		json_append(list, json_new_string(word));
	json_add(json, "enum", list);
	return json;
}

/* An object that has no other keys than those that are added. */
static Json *
closed_object(void)
{
	Json	   *json = typed("object");

	json_add(json, "properties", json_new_object());
	json_add(json, "additionalProperties", json_new_boolean(false));
	return json;
}

/* "on_error_when" as people read it: "On error when" */
static char *
title_of(const char *key)
{
	char	   *title = pstrdup(key);

	for (char *c = title; *c != '\0'; c++)
		if (*c == '_')
			*c = ' ';
	if (title[0] >= 'a' && title[0] <= 'z')
		title[0] += 'A' - 'a';
	return title;
}

static void add_keys_of(Json *object, const ArgumentSpec *keys);

/* The name of the part of a definition whose keys a list has. */
static const char *
part_of_keys(const ArgumentSpec *keys)
{
	for (const DefinitionPart *part = definition_parts; part->name != NULL; part++)
		if (part->keys == keys)
			return part->name;
	return NULL;
}

/* Of a value of this shape. */
static Json *
shape_schema(const ArgumentSpec *spec)
{
	Json	   *json;

	switch (spec->shape)
	{
		case ARGUMENT_VALUE:
			return reference("value");
		case ARGUMENT_VALUES:
			json = typed("object");
			json_add(json, "additionalProperties", spec->of_texts ? typed("string") : reference("value"));
			return json;
		case ARGUMENT_CONDITION:
			return reference("condition");
		case ARGUMENT_TEXT:
			return reference("text");
		case ARGUMENT_NAMES:
			return array_of(typed("string"));
		case ARGUMENT_BOOLEAN:
			return typed("boolean");
		case ARGUMENT_INTEGER:
			json = typed("integer");
			json_add(json, "minimum", json_new_number(psprintf("-%0*d", INTEGER_DIGITS, 999999999)));
			json_add(json, "maximum", json_new_number(psprintf("%0*d", INTEGER_DIGITS, 999999999)));
			return json;
		case ARGUMENT_CHOICE:
			return words(spec->choices);
		case ARGUMENT_ORDER:
			return reference("order");
		case ARGUMENT_OBJECT:
			json = closed_object();
			add_keys_of(json, spec->members);
			return json;
		case ARGUMENT_OBJECTS:
			return array_of(reference(part_of_keys(spec->members)));
		case ARGUMENT_STEPS:
			return reference("steps");
		case ARGUMENT_CASES:
			return array_of(reference("case"));
		case ARGUMENT_NAME:
			break;
	}
	json = typed("string");
	json_put_string(json, "pattern", spec->pattern);
	return json;
}

/* What leaving the key out means, as a value; NULL: no more than that there is none. */
static Json *
implied_value(const ArgumentSpec *spec)
{
	if (spec->implied == NULL || spec->unless != NULL || strchr("[{", spec->implied[0]) != NULL)
		return NULL;
	return spec->shape == ARGUMENT_CHOICE ? json_new_string(spec->implied) : json_parse(spec->implied);
}

/* Adds a name to the keys that an object must have. */
static void
add_required(Json *object, const char *key)
{
	Json	   *required = json_get(object, "required");

	if (required == NULL)
	{
		required = json_new_array();
		json_add(object, "required", required);
	}
	json_append(required, json_new_string(key));
}

/* {"required": [key]}; validators want to see the key among properties beside that. */
static Json *
requirement(const char *key)
{
	Json	   *json = json_new_object();
	Json	   *properties = json_new_object();

	json_add(properties, key, json_new_object());
	json_add(json, "properties", properties);
	add_required(json, key);
	return json;
}

/* Says that an object must have a key, or another one. */
static void
add_alternative(Json *object, const ArgumentSpec *spec)
{
	Json	   *alternatives = json_new_array();

	json_append(alternatives, requirement(spec->key));
	json_append(alternatives, requirement(spec->required_unless));
	json_add(object, "anyOf", alternatives);
}

/* Adds the keys of a list to an object. */
static void
add_keys_of(Json *object, const ArgumentSpec *keys)
{
	Json	   *properties = json_get(object, "properties");

	for (; keys != NULL && keys->key != NULL; keys++)
	{
		Json	   *schema = shape_schema(keys);
		Json	   *implied = implied_value(keys);

		json_put_string(schema, "title", title_of(keys->key));
		json_put_string(schema, "description", keys->meaning);
		if (implied != NULL)
			json_add(schema, "default", implied);
		if (keys->untold)
			json_add(schema, "readOnly", json_new_boolean(true));
		json_add(properties, keys->key, schema);
		if (keys->required)
			add_required(object, keys->key);
		if (keys->required_unless != NULL)
			add_alternative(object, keys);
	}
}

/* Adds which keys need others. */
static void
add_needs(Json *object, const ArgumentSpec *keys)
{
	Json	   *needs = json_new_object();

	for (; keys->key != NULL; keys++)
		if (keys->needs != NULL)
		{
			Json	   *list = json_new_array();

			json_append(list, json_new_string(keys->needs));
			json_add(needs, keys->key, list);
		}
	if (needs->count > 0)
		json_add(object, "dependentRequired", needs);
}

/* Of a range of whole numbers. */
static Json *
numbers_schema(void)
{
	Json	   *json = closed_object();

	add_keys_of(json, range_keys);
	return json;
}

/* Of what follows the verb. */
static Json *
subject_schema(const StepKind *kind)
{
	Json	   *json;

	switch (kind->subject)
	{
		case SUBJECT_CONDITION:
			json = reference("condition");
			json_add(json, "minLength", json_new_number("1"));
			json_put_string(json, "type", "string");
			return json;
		case SUBJECT_SOURCE:
			json = json_parse("{\"anyOf\": [{\"type\": \"string\", \"minLength\": 1}, "
							  "{\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/value\"}}]}");
			json_append(json_get(json, "anyOf"), numbers_schema());
			return json;
		case SUBJECT_WORD:
			return words(kind->choices);
		case SUBJECT_TITLE:
			return json_parse("{\"anyOf\": [{\"type\": \"string\"}, {\"type\": \"null\"}]}");
		case SUBJECT_VALUES:
			json = json_parse("{\"type\": \"object\", \"additionalProperties\": {\"$ref\": \"#/$defs/value\"}}");
			json_add(json, "propertyNames", json_parse("{\"type\": \"string\"}"));
			json_put_string(json_get(json, "propertyNames"), "pattern", NAME_PATTERN);
			return json;
		case SUBJECT_NAME:
			break;
	}
	return json_parse("{\"type\": \"string\", \"minLength\": 1}");
}

/* Of a kind of step. */
static Json *
kind_schema(const StepKind *kind)
{
	Json	   *json = closed_object();
	Json	   *subject = subject_schema(kind);
	Json	   *examples = json_new_array();

	json_put_string(json, "title", title_of(kind->name));
	json_put_string(json, "description", kind->meaning);
	json_put_string(subject, "title", title_of(kind->name));
	json_put_string(subject, "description", kind->meaning);
	json_add(json_get(json, "properties"), kind->name, subject);
	add_required(json, kind->name);
	add_keys_of(json, kind->named ? step_leading_keys : step_leading_keys + 1);
	add_keys_of(json, kind->arguments);
	add_keys_of(json, step_trailing_keys);
	if (kind->example != NULL)
	{
		json_append(examples, json_parse(kind->example));
		json_add(json, "examples", examples);
	}
	return json;
}

/* Adds the kinds of step, and what a step is: one of them. */
static void
add_kinds(Json *definitions)
{
	Json	   *step = json_new_object();
	Json	   *kinds = json_new_array();

	json_put_string(step, "title", "Step");
	json_put_string(step, "description", "What is done; its kind is told by its first key.");
	for (int i = 0; i < step_kind_count(); i++)
	{
		char	   *name = psprintf("step_%s", step_kind_at(i)->name);

		json_append(kinds, reference(name));
		json_add(definitions, name, kind_schema(step_kind_at(i)));
	}
	json_add(step, "oneOf", kinds);
	json_add(definitions, "step", step);
}

/* Adds the parts that are no steps: inputs, outputs, cases, plug-ins. */
static void
add_parts(Json *definitions)
{
	for (const DefinitionPart *part = definition_parts; part->name != NULL; part++)
	{
		Json	   *json = closed_object();

		if (part->keys == action_keys || part->keys == step_leading_keys)
			continue;
		json_put_string(json, "title", title_of(part->name));
		add_keys_of(json, part->keys);
		if (part->keys == input_keys)
			json_add(json, "not", json_parse("{\"type\": \"object\", \"required\": [\"default\", \"required\"], "
											 "\"properties\": {\"default\": true, \"required\": {\"const\": true}}}"));
		json_add(definitions, part->name, json);
	}
}

/* SQL: the schema of definitions */
Datum
custom_action_definition_schema(PG_FUNCTION_ARGS)
{
	Json	   *schema = json_new_object();
	Json	   *object = closed_object();
	Json	   *definitions = json_parse(base_types);
	StringInfoData out;

	json_put_string(schema, "$schema", SCHEMA);
	json_put_string(schema, "$id", SCHEMA_ID);
	json_put_string(schema, "title", "Definition of an action");
	json_put_string(schema, "description", "What create_action() of the PostgreSQL extension custom_actions takes.");
	for (int i = 0; i < object->count; i++)
		json_add(schema, object->keys[i], object->items[i]);
	add_keys_of(schema, action_keys);
	add_needs(schema, action_keys);
	add_kinds(definitions);
	add_parts(definitions);
	json_add(schema, "$defs", definitions);
	initStringInfo(&out);
	json_print_pretty(&out, schema);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}
