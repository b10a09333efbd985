/*
 * csdl_validation.c
 *		What values have to be like besides being of their type.
 *
 * The JSON Schema of a value says it (type_schema.c); what the schema of the type below
 * its domains says, too, the type says here.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
#include "web/csdl_model.h"
#include "web/csdl_validation.h"
#include "web/type_schema.h"

/* A key of JSON Schema with a number, and the term that says the same. */
typedef struct NumberTerm
{
	const char *key;
	const char *term;
	bool		exclusive;
} NumberTerm;

static const NumberTerm number_terms[] = {
	{"minimum", "@Validation.Minimum", false},
	{"exclusiveMinimum", "@Validation.Minimum", true},
	{"maximum", "@Validation.Maximum", false},
	{"exclusiveMaximum", "@Validation.Maximum", true},
	{"multipleOf", "@Validation.MultipleOf", false},
	{"minItems", "@Validation.MinItems", false},
	{"maxItems", "@Validation.MaxItems", false}
};

/* The member of a schema, unless that of another one is the same. */
static Json *
own_member(const Json *schema, const Json *base, const char *key)
{
	Json	   *member = json_get(schema, key);
	Json	   *other = json_get(base, key);

	if (member == NULL || (other != NULL && strcmp(json_text(member), json_text(other)) == 0))
		return NULL;
	return member;
}

/* Annotates the bounds of numbers and lists. */
static void
validate_numbers(Json *object, const Json *schema, const Json *base)
{
	for (int i = 0; i < (int) lengthof(number_terms); i++)
	{
		const NumberTerm *term = &number_terms[i];
		Json	   *member = own_member(schema, base, term->key);

		if (member == NULL || member->kind != JSON_IS_NUMBER || json_get(object, term->term) != NULL)
			continue;
		json_add(object, term->term, member);
		if (term->exclusive)
			json_add(object, psprintf("%s@Validation.Exclusive", term->term), json_new_boolean(true));
	}
}

/* Annotates the values that there are. */
static void
validate_choice(Json *object, const Json *schema, const Json *base)
{
	bool		by_type = json_get_text(object, "$Type") != NULL;
	Json	   *choice = by_type ? own_member(schema, base, "enum") : json_get(schema, "enum");
	Json	   *values = json_new_array();

	if (choice == NULL || choice->kind != JSON_IS_ARRAY)
		return;
	for (int i = 0; i < choice->count; i++)
	{
		Json	   *value = json_new_object();
		Json	   *item = choice->items[i];

		if (item->kind == JSON_IS_STRING)
			csdl_annotate(value, "Value", item->text);
		else if (item->kind != JSON_IS_NULL)
			json_add(value, "Value", item);
		if (value->count > 0)
			json_append(values, value);
	}
	json_add(object, "@Validation.AllowedValues", values);
}

/* Says how long and of what form a text is: OData has no word for the shortest, so a pattern says it. */
static void
validate_text(Json *object, const Json *schema)
{
	Json	   *longest = json_get(schema, "maxLength");
	const char *shortest = json_get_text(schema, "minLength");
	const char *pattern = json_get_text(schema, "pattern");

	if (longest != NULL && json_get(object, "$MaxLength") == NULL)
		json_add(object, "$MaxLength", longest);
	if (pattern != NULL)
		csdl_annotate(object, "@Validation.Pattern", pattern);
	else if (shortest != NULL)
		csdl_annotate(object, "@Validation.Pattern", psprintf("^[\\s\\S]{%s,}$", shortest));
}

/* Is a type told by itself, so that there is nothing to add? */
static bool
type_says_all(Oid base)
{
	Oid			element = get_element_type(base);

	return get_typtype(OidIsValid(element) ? getBaseType(element) : base) == TYPTYPE_COMPOSITE;
}

void
csdl_validate(Json *object, const Json *schema, Oid type, int32 typmod)
{
	SchemaScope scope = {.parts = json_new_object()};
	Oid			base = get_typtype(type) == TYPTYPE_DOMAIN ? getBaseTypeAndTypmod(type, &typmod) : type;
	Json	   *plain;

	if (type_says_all(base))
		return;
	plain = type_schema(&scope, base, typmod);
	validate_numbers(object, schema, plain);
	if (json_get(object, "$Collection") != NULL)
	{
		schema = json_get(schema, "items");
		plain = json_get(plain, "items");
	}
	if (schema == NULL || schema->kind != JSON_IS_OBJECT)
		return;
	validate_choice(object, schema, plain);
	if (json_get(object, "$Type") == NULL)
		validate_text(object, schema);
}

void
csdl_validate_type(Json *object, Oid type, int32 typmod)
{
	SchemaScope scope = {.parts = json_new_object()};

	if (!type_says_all(getBaseType(type)))
		csdl_validate(object, type_schema(&scope, type, typmod), type, typmod);
}
