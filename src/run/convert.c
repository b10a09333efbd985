/*
 * convert.c
 *		jsonb values to Datums of any type.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/tupdesc.h"
#include "base/compat.h"
#include "base/jsonb_value.h"
#include "base/suggest.h"
#include "base/text_list.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "lookup/enum_labels.h"
#include "miscadmin.h"
#include "run/convert.h"
#include "run/converter.h"
#include "run/domain_rule.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

/* An array being read from nested JSON arrays. */
typedef struct ArrayReader
{
	Conversion *conversion;
	Oid			element;
	int32		typmod;
	bool		flat;			/* elements may be JSON arrays themselves */
	int			ndims;			/* 0 until the first element is met */
	int			lengths[MAXDIM];
	ArrayBuildState *state;
} ArrayReader;

char *
convert_place_name(const ConvertPlace *place)
{
	char	   *parent;

	if (place->parent == NULL)
		return psprintf("%s \"%s\"", place->noun ? place->noun : place->output ? "output" : "input",
						place->name);

	parent = convert_place_name(place->parent);
	if (place->name != NULL)
		return psprintf("%s.\"%s\"", parent, place->name);
	return psprintf("%s[%d]", parent, place->index);
}

/* Is this value a JSON array? */
static bool
is_json_array(const JsonbValue *value)
{
	return value->type == jbvBinary &&
		JsonContainerIsArray(value->val.binary.data);
}

/* Is this value a JSON object? */
static bool
is_json_object(const JsonbValue *value)
{
	return value->type == jbvBinary &&
		JsonContainerIsObject(value->val.binary.data);
}

/* Says what a JSON value is, with its article. */
static const char *
json_value_noun(const JsonbValue *value)
{
	switch (value->type)
	{
		case jbvNull:
			return "null";
		case jbvString:
			return "a JSON string";
		case jbvNumeric:
			return "a JSON number";
		case jbvBool:
			return "a JSON boolean";
		default:
			return is_json_array(value) ? "a JSON array" : "a JSON object";
	}
}

/* Refuses a JSON value of a kind that the type cannot be read from. */
pg_noreturn static void
refuse_value(const Conversion *conversion, const JsonbValue *value, Oid type,
			 const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s of action \"%s\" must be %s, not %s",
					convert_place_name(conversion->place), conversion->action,
					format_type_be(type), json_value_noun(value)),
			 hint ? errhint("%s", hint) : 0));
}

/* Cuts ".0" off a number: in JSON it is a whole one all the same, and some programs write it so. */
static void
cut_empty_fraction(char *number)
{
	char	   *point = strchr(number, '.');

	if (point != NULL && strspn(point + 1, "0") == strlen(point + 1))
		*point = '\0';
}

/* Returns the text of a scalar as its type's input function wants it. */
static char *
scalar_text(const Conversion *conversion, const JsonbValue *value, Oid type)
{
	char	   *text = jsonb_value_text(value);

	if (text == NULL)
		refuse_value(conversion, value, type, "Send its text as a JSON string.");
	if (value->type == jbvNumeric && (type == INT4OID || type == INT8OID || type == INT2OID || type == OIDOID))
		cut_empty_fraction(text);
	return text;
}

/* Reads a value from the JSON form of its type; false: it is not that form, or nothing reads it. */
static bool
form_to_datum(JsonbValue *value, Oid type, int32 typmod, Datum *result)
{
	Converter  *converter = converter_get(type);
	JsonForm	form = converter->form;

	if (value->type != jbvBinary || !converter->has_form || !OidIsValid(form.reader))
		return false;
	*result = json_form_read(&form, JsonbPGetDatum(JsonbValueToJsonb(value)), type, typmod);
	return true;
}

/* Reads a value through the input function of its type, looked up anew. */
static Datum
text_to_datum(const Conversion *conversion, const JsonbValue *value,
			  Oid type, int32 typmod)
{
	char	   *text = scalar_text(conversion, value, type);
	Oid			function;
	Oid			ioparam;

	getTypeInputInfo(type, &function, &ioparam);
	return OidInputFunctionCall(function, text, ioparam, typmod);
}

/* Refuses a text that is no label of an enum, listing those there are. */
pg_noreturn static void
refuse_label(const Conversion *conversion, const char *text, Oid type)
{
	List	   *labels = enum_labels(type);

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("%s of action \"%s\" cannot be \"%s\"", convert_place_name(conversion->place),
					conversion->action, text),
			 errhint("%s", suggestion_hint(conversion->hidden ? NULL : suggestion_among(text, labels),
										   psprintf("Values of %s are: %s.", format_type_be(type), text_list_join(labels))))));
}

/* Reads a scalar through the kept input function of its type. */
static Datum
scalar_to_datum(const Conversion *conversion, const JsonbValue *value,
				Oid type, int32 typmod)
{
	char	   *text = scalar_text(conversion, value, type);
	Converter  *converter = converter_get(type);

	if (converter->is_enum && !enum_has_label(type, text))
		refuse_label(conversion, text, type);

	return InputFunctionCall(&converter->input, text, converter->ioparam,
							 typmod);
}

/* Gives a JSON value of any kind to a json target, as it is. */
static Datum
value_to_json(JsonbValue *value)
{
	Jsonb	   *jsonb = JsonbValueToJsonb(value);

	return PointerGetDatum(cstring_to_text(JsonbToCString(NULL, &jsonb->root,
														  VARSIZE(jsonb))));
}

/* Refuses nested arrays that make no rectangle. */
pg_noreturn static void
refuse_ragged(const ArrayReader *reader)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("%s of action \"%s\" is not a rectangular array",
					convert_place_name(reader->conversion->place),
					reader->conversion->action),
			 errdetail("Nested arrays must all have the same length and depth.")));
}

static void array_read(ArrayReader *reader, JsonbContainer *container, int level);

/* Reads one member of a JSON array: an element, or the next dimension. */
static void
array_read_member(ArrayReader *reader, JsonbValue *value, int level)
{
	bool		nested = !reader->flat && is_json_array(value);
	Datum		element;
	bool		isnull;

	if (reader->ndims == 0 && !nested)
		reader->ndims = level + 1;
	if (reader->ndims != 0 && nested != (level + 1 < reader->ndims))
		refuse_ragged(reader);

	if (nested)
	{
		array_read(reader, value->val.binary.data, level + 1);
		return;
	}
	element = convert_from_jsonb(reader->conversion, value, reader->element,
								 reader->typmod, &isnull);
	reader->state = accumArrayResult(reader->state, element, isnull,
									 reader->element, CurrentMemoryContext);
}

/* Reads one dimension of an array. */
static void
array_read(ArrayReader *reader, JsonbContainer *container, int level)
{
	Conversion *conversion = reader->conversion;
	ConvertPlace place = {conversion->place, NULL, 0};
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	value;
	int			length = JsonContainerSize(container);

	check_stack_depth();
	if (level >= MAXDIM)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%s of action \"%s\" has more than %d array dimensions",
						convert_place_name(conversion->place),
						conversion->action, MAXDIM)));
	if (reader->lengths[level] < 0)
		reader->lengths[level] = length;
	else if (reader->lengths[level] != length)
		refuse_ragged(reader);

	conversion->place = &place;
	iterator = JsonbIteratorInit(container);
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		if (token != WJB_ELEM)
			continue;
		place.index++;
		array_read_member(reader, &value, level);
	}
	conversion->place = place.parent;
}

/* Can a JSON array be one value of this type? */
static bool
type_takes_array(Oid type)
{
	Converter  *converter = converter_get(type);

	if (converter->kind == CONVERT_DOMAIN)
		converter = converter_get(converter->inner);
	return converter->kind == CONVERT_JSON ||
		converter->kind == CONVERT_JSONB ||
		converter->kind == CONVERT_ARRAY;
}

/* Reads an array from a JSON array, or from array text. */
static Datum
array_to_datum(Conversion *conversion, JsonbValue *value, Oid type,
			   Oid element, int32 typmod)
{
	ArrayReader reader = {0};
	int			bounds[MAXDIM];

	if (value->type == jbvString)
		return text_to_datum(conversion, value, type, typmod);
	if (!is_json_array(value))
		refuse_value(conversion, value, type, "Send a JSON array.");

	reader.conversion = conversion;
	reader.element = element;
	reader.typmod = typmod;
	reader.flat = type_takes_array(element);
	for (int i = 0; i < MAXDIM; i++)
	{
		reader.lengths[i] = -1;
		bounds[i] = 1;
	}
	array_read(&reader, value->val.binary.data, 0);

	if (reader.state == NULL)
		return PointerGetDatum(construct_empty_array(element));
	return makeMdArrayResult(reader.state, reader.ndims, reader.lengths,
							 bounds, CurrentMemoryContext, true);
}

/* Refuses a key that no attribute has, listing those there are. */
static void
require_known_attributes(const Conversion *conversion,
						 JsonbContainer *container, TupleDesc descriptor,
						 Oid type)
{
	JsonbIterator *iterator = JsonbIteratorInit(container);
	JsonbIteratorToken token;
	JsonbValue	key;
	List	   *known = NIL;

	for (int i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(descriptor, i);

		if (!attribute->attisdropped)
			known = lappend(known, NameStr(attribute->attname));
	}

	while ((token = JsonbIteratorNext(&iterator, &key, true)) != WJB_DONE)
	{
		char	   *name;
		bool		found = false;

		if (token != WJB_KEY)
			continue;
		name = pnstrdup(key.val.string.val, key.val.string.len);
		for (int i = 0; i < descriptor->natts && !found; i++)
			found = !TupleDescAttr(descriptor, i)->attisdropped &&
				strcmp(NameStr(TupleDescAttr(descriptor, i)->attname), name) == 0;
		if (!found)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s of action \"%s\" has no attribute \"%s\"",
							convert_place_name(conversion->place),
							conversion->action, name),
					 errhint("%s", suggestion_hint(suggestion_among(name, known),
												   psprintf("Attributes of %s are: %s.", format_type_be(type),
															text_list_join(known))))));
	}
}

/* Reads one attribute of a composite value; a missing one is NULL. */
static Datum
attribute_to_datum(Conversion *conversion, JsonbContainer *container,
				   Form_pg_attribute attribute, int *found, bool *isnull)
{
	char	   *name = NameStr(attribute->attname);
	ConvertPlace place = {conversion->place, name, 0};
	JsonbValue	value;
	Datum		result;

	if (getKeyJsonValueFromContainer(container, name, strlen(name),
									 &value) != NULL)
		(*found)++;
	else
		value.type = jbvNull;

	conversion->place = &place;
	result = convert_from_jsonb(conversion, &value, attribute->atttypid,
								attribute->atttypmod, isnull);
	conversion->place = place.parent;
	return result;
}

/* Reads a composite value from a JSON object, or from record text. */
static Datum
composite_to_datum(Conversion *conversion, JsonbValue *value, Oid type)
{
	JsonbContainer *container;
	TupleDesc	descriptor;
	Datum	   *values;
	bool	   *nulls;
	HeapTuple	tuple;
	int			found = 0;

	if (value->type == jbvString)
		return text_to_datum(conversion, value, type, -1);
	if (!is_json_object(value))
		refuse_value(conversion, value, type, "Send a JSON object.");

	check_stack_depth();
	container = value->val.binary.data;
	descriptor = lookup_rowtype_tupdesc(type, -1);
	values = palloc0(sizeof(Datum) * (descriptor->natts + 1));
	nulls = palloc0(sizeof(bool) * (descriptor->natts + 1));
	for (int i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(descriptor, i);

		if (attribute->attisdropped)
			nulls[i] = true;
		else
			values[i] = attribute_to_datum(conversion, container, attribute,
										   &found, &nulls[i]);
	}
	if (found < JsonContainerSize(container))
		require_known_attributes(conversion, container, descriptor, type);

	tuple = heap_form_tuple(descriptor, values, nulls);
	ReleaseTupleDesc(descriptor);
	return HeapTupleGetDatum(tuple);
}

/* Reads a value of a domain: as its base type, then checked. */
static Datum
domain_to_datum(Conversion *conversion, JsonbValue *value, Oid type,
				Oid base, int32 base_typmod, bool *isnull)
{
	MemoryContext mcxt = CurrentMemoryContext;
	Datum		result;
	void	   *cache = NULL;

	result = convert_from_jsonb(conversion, value, base, base_typmod, isnull);
	PG_TRY();
	{
		domain_check(result, *isnull, type, &cache, mcxt);
	}
	PG_CATCH();
	{
		domain_rule_rethrow(type, convert_place_name(conversion->place), conversion->action, mcxt);
	}
	PG_END_TRY();
	return result;
}

Datum
convert_from_jsonb(Conversion *conversion, JsonbValue *value, Oid type,
				   int32 typmod, bool *isnull)
{
	Converter  *converter;
	Datum		result;
	int32		integer;

	*isnull = (value->type == jbvNull);
	/* as their input functions read the text of such a number */
	if ((type == INT4OID || type == INT8OID) && jsonb_value_integer(value, &integer))
		return type == INT4OID ? Int32GetDatum(integer) : Int64GetDatum(integer);
	converter = converter_get(type);
	if (converter->kind == CONVERT_DOMAIN)
		return domain_to_datum(conversion, value, type, converter->inner,
							   converter->inner_typmod, isnull);
	if (*isnull)
		return (Datum) 0;

	switch (converter->kind)
	{
		case CONVERT_TEXT:
			if (value->type == jbvString)
				return PointerGetDatum(cstring_to_text_with_len(value->val.string.val,
																value->val.string.len));
			break;
		case CONVERT_BOOL:
			if (value->type == jbvBool)
				return BoolGetDatum(value->val.boolean);
			break;
		case CONVERT_NUMERIC:
			if (value->type == jbvNumeric && typmod < 0)
				return NumericGetDatum(value->val.numeric);
			break;
		case CONVERT_JSON:
			return value_to_json(value);
		case CONVERT_JSONB:
			return JsonbPGetDatum(JsonbValueToJsonb(value));
		case CONVERT_ARRAY:
			return array_to_datum(conversion, value, type, converter->inner,
								  typmod);
		case CONVERT_COMPOSITE:
			return composite_to_datum(conversion, value, type);
		case CONVERT_SCALAR:
			return form_to_datum(value, type, typmod, &result) ? result :
				scalar_to_datum(conversion, value, type, typmod);
		default:
			if (form_to_datum(value, type, typmod, &result))
				return result;
			break;
	}
	return text_to_datum(conversion, value, type, typmod);
}
