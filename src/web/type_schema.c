/*
 * type_schema.c
 *		JSON Schema of values of any PostgreSQL type.
 *
 * It says of each type what run/convert.c takes and to_jsonb() gives. Inputs may be
 * written in more ways than their schema tells (numbers in strings, the many ways to
 * write a date): one that all clients understand is told. Outputs may hold what JSON
 * has no word for: NaN, infinity, years beyond 9999, arrays in arrays.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/tupdesc.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/comment.h"
#include "lookup/enum_labels.h"
#include "lookup/json_form.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"
#include "web/domain_schema.h"
#include "web/schema_parts.h"
#include "web/type_schema.h"

/* Beyond, no double holds a number */
#define MOST_DIGITS		300

/* What PostgreSQL writes where a standard format has no way to: infinity, years of more digits, before Christ */
#define UNUSUAL_DATE	"^-?infinity$|^[0-9]{5,}-| BC$"
#define CLOCK			"^[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?"
#define UNUSUAL_ZONE	UNUSUAL_DATE "|[+-][0-9]{2}:[0-9]{2}:[0-9]{2}$"

/* Numbers of 64 bits with a sign, digit by digit from the left: the largest is 9223372036854775807 */
#define BIGINT_TEXT \
	"^-?[0-9]{1,18}$|^-?([0-8][0-9]{18}|9([01][0-9]{17}|2([01][0-9]{16}|2([0-2][0-9]{15}|3([0-2][0-9]{14}" \
	"|3([0-6][0-9]{13}|7([01][0-9]{12}|20([0-2][0-9]{10}|3([0-5][0-9]{9}|6([0-7][0-9]{8}|8([0-4][0-9]{7}" \
	"|5([0-3][0-9]{6}|4([0-6][0-9]{5}|7([0-6][0-9]{4}|7([0-4][0-9]{3}|5([0-7][0-9]{2}|80[0-7]))))))))))))))))$" \
	"|^-9223372036854775808$"

/* A range as text: its bounds in their own writing */
#define RANGE_OF(bound)	"^(empty|[\\[(](" bound ")?,(" bound ")?[\\])])$"

/* One of the types whose schema stands among the parts of the document. */
typedef struct SchemaPart
{
	Oid			type;
	const char *name;
} SchemaPart;

/* So many times a character. */
static char *
repeated(char character, int count)
{
	char	   *text = palloc(count + 1);

	memset(text, character, count);
	text[count] = '\0';
	return text;
}

/* Adds a member that is a number. */
static void
add_number(Json *schema, const char *key, const char *number)
{
	json_add(schema, key, json_new_number(number));
}

/* A number that may be one of what JSON has no number for: a string then. */
static Json *
number_or_words(const SchemaScope *scope, Json *number, const char *words)
{
	Json	   *other = schema_typed("string");

	if (!scope->output || scope->usual)
		return number;
	json_add(other, "enum", json_parse(words));
	return schema_either(number, other);
}

static Json *
integer_schema(const char *format, const char *minimum, const char *maximum)
{
	Json	   *schema = schema_typed("integer");

	json_put_string(schema, "format", format);
	add_number(schema, "minimum", minimum);
	add_number(schema, "maximum", maximum);
	return schema;
}

static Json *
bigint_schema(const SchemaScope *scope)
{
	if (scope->numbers_as_text)
		return schema_pattern(scope->output ? "^-?[0-9]{1,19}$" : BIGINT_TEXT);
	return integer_schema("int64", "-9223372036854775808", "9223372036854775807");
}

static Json *
float_schema(const SchemaScope *scope, bool single)
{
	Json	   *schema = schema_typed("number");

	json_put_string(schema, "format", single ? "float" : "double");
	if (single)
	{
		add_number(schema, "minimum", "-3.4028235e38");
		add_number(schema, "maximum", "3.4028235e38");
	}
	return number_or_words(scope, schema, "[\"NaN\", \"Infinity\", \"-Infinity\"]");
}

/* The largest number of so many digits, of which some follow the point; more than there are, or less than none. */
static char *
largest_number(int precision, int scale)
{
	if (scale <= 0)
		return psprintf("%s%s", repeated('9', precision), repeated('0', -scale));
	if (scale >= precision)
		return psprintf("0.%s%s", repeated('0', scale - precision), repeated('9', precision));
	return psprintf("%s.%s", repeated('9', precision - scale), repeated('9', scale));
}

bool
numeric_digits(int32 typmod, int *precision, int *scale)
{
	*precision = ((typmod - VARHDRSZ) >> 16) & 0xffff;
	*scale = (((typmod - VARHDRSZ) & 0x7ff) ^ 1024) - 1024;
	return typmod >= (int32) VARHDRSZ;
}

/* Texts of numbers of so many digits, if they are sized. */
static Json *
numeric_text_schema(const SchemaScope *scope, bool sized, int precision, int scale)
{
	const char *words = scope->output && !scope->usual ? "|^NaN$|^-?Infinity$" : "";

	if (!sized)
		return schema_pattern(psprintf("^-?[0-9]+(\\.[0-9]+)?$%s", words));
	if (scale < 0)
		return schema_pattern(psprintf("^-?0$|^-?[0-9]{1,%d}0{%d}$%s", precision, -scale, words));
	if (scale == 0)
		return schema_pattern(psprintf("^-?[0-9]{1,%d}$%s", precision, words));
	if (scale > precision)
		return schema_pattern(psprintf("^-?0(\\.0{%d}[0-9]{1,%d})?$%s", scale - precision, precision, words));
	if (scale == precision)
		return schema_pattern(psprintf("^-?0(\\.[0-9]{1,%d})?$%s", scale, words));
	return schema_pattern(psprintf("^-?[0-9]{1,%d}(\\.[0-9]{1,%d})?$%s", precision - scale, scale, words));
}

/*
 * Steps are told of inputs alone: who validates divides doubles, and finds that 0.07
 * is no multiple of 0.01.
 */
static Json *
numeric_schema(const SchemaScope *scope, int32 typmod)
{
	int			precision;
	int			scale;
	bool		sized = numeric_digits(typmod, &precision, &scale);
	Json	   *schema;

	if (scope->numbers_as_text)
		return numeric_text_schema(scope, sized, precision, scale);
	if (!sized)
		return number_or_words(scope, schema_typed("number"), "[\"NaN\", \"Infinity\", \"-Infinity\"]");
	schema = schema_typed(scale <= 0 ? "integer" : "number");
	if (scale != 0 && abs(scale) <= MOST_DIGITS && !scope->output)
		add_number(schema, "multipleOf", scale < 0 ? psprintf("1%s", repeated('0', -scale)) :
				   psprintf("0.%s1", repeated('0', scale - 1)));
	if (precision - scale <= MOST_DIGITS)
	{
		char	   *largest = largest_number(precision, scale);

		add_number(schema, "minimum", psprintf("-%s", largest));
		add_number(schema, "maximum", largest);
	}
	return number_or_words(scope, schema, "[\"NaN\"]");
}

/* A string of at most so many characters. */
static Json *
text_schema(int longest)
{
	Json	   *schema = schema_typed("string");

	if (longest > 0)
		add_number(schema, "maxLength", psprintf("%d", longest));
	return schema;
}

/* Bits, as many as the type modifier says. */
static Json *
bit_schema(int32 typmod, bool varying)
{
	if (typmod > 0)
		return schema_pattern(varying ? psprintf("^[01]{0,%d}$", typmod) : psprintf("^[01]{%d}$", typmod));
	return schema_pattern("^[01]*$");
}

/* A string in a standard format, or as PostgreSQL writes what that has no way for. */
static Json *
format_schema(const SchemaScope *scope, const char *format, const char *unusual)
{
	Json	   *schema = schema_typed("string");
	Json	   *usual = json_new_object();

	if (!scope->output || scope->usual)
	{
		json_put_string(schema, "format", format);
		return schema;
	}
	json_put_string(usual, "format", format);
	json_add(schema, "anyOf", json_new_array());
	json_append(json_get(schema, "anyOf"), usual);
	usual = json_new_object();
	json_put_string(usual, "pattern", unusual);
	json_append(json_get(schema, "anyOf"), usual);
	return schema;
}

static Json *
uuid_schema(void)
{
	Json	   *schema = schema_typed("string");

	json_put_string(schema, "format", "uuid");
	return schema;
}

/* A time of no zone: the standard formats want one, so the pattern says how it looks and the format what there is. */
static Json *
local_schema(const SchemaScope *scope, bool with_date)
{
	const char *pattern = with_date ? "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?$" :
		CLOCK "$";
	Json	   *schema = schema_pattern(scope->output && !scope->usual && with_date ?
										psprintf("%s|%s", pattern, UNUSUAL_DATE) : pattern);

	if (!scope->output)
		json_put_string(schema, "format", with_date ? "iso-date-time" : "iso-time");
	return schema;
}

/* Of what PostgreSQL brings along; NULL: nothing is known of it. */
static Json *
known_schema(const SchemaScope *scope, Oid type, int32 typmod)
{
	switch (type)
	{
		case BOOLOID:
			return schema_typed("boolean");
		case INT2OID:
			return integer_schema("int32", "-32768", "32767");
		case INT4OID:
			return integer_schema("int32", "-2147483648", "2147483647");
		case INT8OID:
			return bigint_schema(scope);
		case OIDOID:
		case XIDOID:
		case CIDOID:
			return scope->output ? schema_pattern("^[0-9]+$") : integer_schema("int64", "0", "4294967295");
		case FLOAT4OID:
		case FLOAT8OID:
			return float_schema(scope, type == FLOAT4OID);
		case NUMERICOID:
			return numeric_schema(scope, typmod);
		case VARCHAROID:
		case BPCHAROID:
			return text_schema(typmod - (int32) VARHDRSZ);
		case NAMEOID:
			return text_schema(NAMEDATALEN - 1);
		case BITOID:
		case VARBITOID:
			return bit_schema(typmod, type == VARBITOID);
		case BYTEAOID:
			return scope->output ? schema_typed("string") : schema_pattern("^\\\\x([0-9a-fA-F]{2})*$");
		case UUIDOID:
			return uuid_schema();
		case DATEOID:
			return format_schema(scope, "date", UNUSUAL_DATE);
		case TIMESTAMPTZOID:
			return format_schema(scope, "date-time", UNUSUAL_ZONE);
		case TIMETZOID:
			return scope->output ? schema_pattern(CLOCK "[+-][0-9]{2}(:[0-9]{2}){0,2}$") : format_schema(scope, "time", NULL);
		case TIMESTAMPOID:
			return local_schema(scope, true);
		case TIMEOID:
			return local_schema(scope, false);
		case INTERVALOID:
			return scope->output ? schema_typed("string") : format_schema(scope, "duration", NULL);
		case JSONOID:
		case JSONBOID:
			return schema_anything();
		case INT2VECTOROID:
		case OIDVECTOROID:
			return scope->output ? schema_anything() : schema_typed("string");
		default:
			return NULL;
	}
}

/* A word among those of an enum. */
static Json *
enum_schema(Oid type)
{
	Json	   *schema = schema_typed("string");
	Json	   *values = json_new_strings(enum_labels(type));

	if (values->count > 0)
		json_add(schema, "enum", values);
	return schema;
}

/* The text of a range, whose bounds are written as its subtype is. */
static Json *
range_schema(const SchemaScope *scope, Oid type)
{
	Oid			subtype = scope->output ? InvalidOid : getBaseType(get_range_subtype(type));
	Json	   *schema;

	switch (subtype)
	{
		case INT4OID:
		case INT8OID:
			schema = schema_pattern(RANGE_OF("-?[0-9]{1,9}"));
			json_add(schema, "examples", json_parse("[\"[1,10)\"]"));
			break;
		case NUMERICOID:
		case FLOAT8OID:
			schema = schema_pattern(RANGE_OF("-?[0-9]{1,30}(\\.[0-9]{1,30})?"));
			json_add(schema, "examples", json_parse("[\"[0.5,1.5)\"]"));
			break;
		case DATEOID:
			schema = schema_pattern(RANGE_OF("[0-9]{4}-[0-9]{2}-[0-9]{2}"));
			json_add(schema, "examples", json_parse("[\"[2026-01-01,2027-01-01)\"]"));
			break;
		default:
			schema = schema_pattern(RANGE_OF("[\\s\\S]*"));
	}
	return schema;
}

/*
 * Inputs are told as lists. PostgreSQL's arrays may have more dimensions, whatever
 * they are declared as: an output may be a list of lists.
 */
static Json *
array_schema(SchemaScope *scope, Oid element, int32 typmod)
{
	Json	   *schema = schema_typed("array");
	Json	   *items = type_schema(scope, element, typmod);

	if (type_takes_null(element))
		items = schema_or_null(items);
	if (scope->output && !scope->usual && items->count > 0)
		items = schema_either(items, schema_typed("array"));
	json_add(schema, "items", items);
	return schema;
}

/* The name of a part: its schema's and its own with a point between them, which need no escape anywhere. */
static char *
part_name(const SchemaScope *scope, Oid type)
{
	Oid			relation = get_typ_typrelid(type);
	StringInfoData out;

	initStringInfo(&out);
	schema_append_name(&out, get_namespace_name(get_rel_namespace(relation)));
	appendStringInfoChar(&out, '.');
	schema_append_name(&out, get_rel_name(relation));
	if (scope->suffix != NULL)
		appendStringInfoString(&out, scope->suffix);
	return out.data;
}

/* A member of a composite value: what is left out of an input is null, an output leaves nothing out. */
static void
add_attribute(SchemaScope *scope, Json *part, Oid relation, Form_pg_attribute attribute)
{
	bool		takes_null = type_takes_null(attribute->atttypid);
	Json	   *schema = type_schema(scope, attribute->atttypid, attribute->atttypmod);

	if (takes_null || scope->output)
		schema = schema_or_null(schema);
	if (json_get(schema, "description") == NULL)
		json_put_string(schema, "description", GetComment(relation, RelationRelationId, attribute->attnum));
	schema_add_member(part, NameStr(attribute->attname), schema, scope->output || !takes_null);
}

/* Adds the part that a composite type is. It stands there before its members are looked at: they may hold it. */
static void
add_composite_part(SchemaScope *scope, SchemaPart *part)
{
	Oid			relation = get_typ_typrelid(part->type);
	Json	   *schema = schema_closed_object();
	TupleDesc	descriptor;

	scope->types = lappend(scope->types, part);
	json_put_string(schema, "description", GetComment(relation, RelationRelationId, 0));
	json_add(scope->parts, part->name, schema);
	descriptor = lookup_rowtype_tupdesc_copy(part->type, -1);
	for (int i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(descriptor, i);

		CHECK_FOR_INTERRUPTS();
		if (!attribute->attisdropped)
			add_attribute(scope, schema, relation, attribute);
	}
}

/* A composite type is told once, and referred to. */
static Json *
composite_schema(SchemaScope *scope, Oid type)
{
	SchemaPart *found = NULL;
	Json	   *schema = json_new_object();
	ListCell   *cell;

	foreach(cell, scope->types)
	{
		SchemaPart *part = lfirst(cell);

		if (part->type == type)
			found = part;
	}
	if (found == NULL)
	{
		found = palloc(sizeof(SchemaPart));
		found->type = type;
		found->name = part_name(scope, type);
		add_composite_part(scope, found);
	}
	json_put_string(schema, "$ref", psprintf("%s%s", scope->reference, found->name));
	return schema;
}

/* Of a base type that nothing is known of: any JSON if it has a form of its own that is read, else a string. */
static Json *
other_schema(Oid type)
{
	JsonForm	form;

	if (json_form_of(type, &form) && OidIsValid(form.reader))
		return schema_anything();
	return schema_typed("string");
}

Json *
type_schema(SchemaScope *scope, Oid type, int32 typmod)
{
	Json	   *schema = known_schema(scope, type, typmod);
	Oid			inner;

	check_stack_depth();
	if (schema != NULL)
		return schema;
	switch (get_typtype(type))
	{
		case TYPTYPE_DOMAIN:
			inner = getBaseTypeAndTypmod(type, &typmod);
			schema = type_schema(scope, inner, typmod);
			domain_narrow(scope, schema, type);
			if (json_get(schema, "description") == NULL)
				json_put_string(schema, "description", GetComment(type, TypeRelationId, 0));
			return schema;
		case TYPTYPE_COMPOSITE:
			return composite_schema(scope, type);
		case TYPTYPE_ENUM:
			return enum_schema(type);
		case TYPTYPE_RANGE:
			return range_schema(scope, type);
		case TYPTYPE_MULTIRANGE:
			return schema_pattern("^\\{[\\s\\S]*\\}$");
		default:
			inner = get_element_type(type);
			return OidIsValid(inner) ? array_schema(scope, inner, typmod) : other_schema(type);
	}
}

bool
type_takes_null(Oid type)
{
	return get_typtype(type) != TYPTYPE_DOMAIN || !domain_refuses_null(type);
}
