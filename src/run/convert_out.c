/*
 * convert_out.c
 *		Datums of any type to jsonb values.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "access/tupdesc.h"
#include "base/jsonb_push.h"
#include "base/jsonb_value.h"
#include "catalog/pg_type.h"
#include "lookup/datum_text.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "run/convert_out.h"
#include "run/converter.h"
#include "utils/array.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"
#include "utils/uuid.h"

static void push_any(JsonbBuilder *builder, Datum value, bool isnull, Oid type);

/* Converts a value with to_jsonb, telling it the type. */
static Jsonb *
datum_by_to_jsonb(Datum value, Oid type)
{
	FmgrInfo	function;
	FuncExpr   *call;

	call = makeFuncExpr(F_TO_JSONB, JSONBOID,
						list_make1(makeNullConst(type, -1, InvalidOid)),
						InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL);
	fmgr_info(F_TO_JSONB, &function);
	fmgr_info_set_expr((Node *) call, &function);
	return DatumGetJsonbP(FunctionCall1(&function, value));
}

/* Makes a JSON string of a text value. */
static void
text_value(JsonbValue *result, Datum value)
{
	text	   *string = DatumGetTextPP(value);

	jsonb_value_set_string(result, VARDATA_ANY(string), VARSIZE_ANY_EXHDR(string));
}

/* Makes a JSON string of a uuid, as uuid_out() writes it. */
static void
uuid_value(JsonbValue *result, const pg_uuid_t *uuid)
{
	static const char digits[] = "0123456789abcdef";
	char	   *text = palloc(2 * UUID_LEN + 4);
	char	   *end = text;

	for (int i = 0; i < UUID_LEN; i++)
	{
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*end++ = '-';
		*end++ = digits[uuid->data[i] >> 4];
		*end++ = digits[uuid->data[i] & 15];
	}
	jsonb_value_set_string(result, text, end - text);
}

bool
convert_common(JsonbValue *result, Datum value, Oid type)
{
	switch (type)
	{
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
			text_value(result, value);
			return true;
		case BOOLOID:
			result->type = jbvBool;
			result->val.boolean = DatumGetBool(value);
			return true;
		case INT2OID:
			jsonb_value_set_integer(result, DatumGetInt16(value));
			return true;
		case INT4OID:
			jsonb_value_set_integer(result, DatumGetInt32(value));
			return true;
		case INT8OID:
			jsonb_value_set_integer(result, DatumGetInt64(value));
			return true;
		case UUIDOID:
			uuid_value(result, DatumGetUUIDP(value));
			return true;
		case JSONBOID:
			JsonbToJsonbValue(DatumGetJsonbP(value), result);
			return true;
		default:
			return false;
	}
}

bool
convert_holds_form(Oid type)
{
	Converter  *converter;
	Oid			inner;
	TupleDesc	descriptor;
	bool		holds = false;

	if (type < FirstNormalObjectId)
		return false;
	check_stack_depth();
	converter = converter_get(type);
	inner = converter->inner;
	if (converter->kind == CONVERT_ARRAY || converter->kind == CONVERT_DOMAIN)
		return convert_holds_form(inner);
	if (converter->kind != CONVERT_COMPOSITE)
		return converter->has_form;
	descriptor = lookup_rowtype_tupdesc(type, -1);
	for (int i = 0; i < descriptor->natts && !holds; i++)
		holds = !TupleDescAttr(descriptor, i)->attisdropped &&
			convert_holds_form(TupleDescAttr(descriptor, i)->atttypid);
	ReleaseTupleDesc(descriptor);
	return holds;
}

/*
 * A value of a type with a JSON form: in that form if it can be read back, else
 * as text, which the type's input reads.
 */
static void
form_value(JsonbValue *result, Datum value, Oid type)
{
	Converter  *converter = converter_get(type);

	if (OidIsValid(converter->form.reader))
	{
		Jsonb	   *form = datum_by_to_jsonb(value, type);

		JsonbToJsonbValue(form, result);
		if (!JB_ROOT_IS_SCALAR(form))
			return;
	}
	jsonb_value_set_text(result, datum_text(value, type));
}

/* Appends the elements of one dimension of an array. */
static void
push_dimension(JsonbBuilder *builder, Oid element, int ndims, const int *lengths,
			   Datum **values, bool **nulls)
{
	jsonb_push_array(builder);
	for (int i = 0; i < lengths[0]; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (ndims > 1)
			push_dimension(builder, element, ndims - 1, lengths + 1, values, nulls);
		else
			push_any(builder, *(*values)++, *(*nulls)++, element);
	}
	jsonb_push_array_end(builder);
}

static void
push_array(JsonbBuilder *builder, Datum value, Oid element)
{
	ArrayType  *array = DatumGetArrayTypeP(value);
	int16		length;
	bool		byval;
	char		align;
	Datum	   *values;
	bool	   *nulls;
	int			count;
	int			none = 0;

	get_typlenbyvalalign(element, &length, &byval, &align);
	deconstruct_array(array, element, length, byval, align, &values, &nulls, &count);
	push_dimension(builder, element, ARR_NDIM(array), ARR_NDIM(array) > 0 ? ARR_DIMS(array) : &none,
				   &values, &nulls);
}

static void
push_composite(JsonbBuilder *builder, Datum value, Oid type)
{
	HeapTupleHeader header = DatumGetHeapTupleHeader(value);
	TupleDesc	descriptor = lookup_rowtype_tupdesc_copy(type, -1);
	HeapTupleData tuple;

	tuple.t_len = HeapTupleHeaderGetDatumLength(header);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = header;
	jsonb_push_object(builder);
	for (int i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
		bool		isnull;
		Datum		member;

		if (attribute->attisdropped)
			continue;
		member = heap_getattr(&tuple, i + 1, descriptor, &isnull);
		jsonb_push_key(builder, NameStr(attribute->attname));
		push_any(builder, member, isnull, attribute->atttypid);
	}
	jsonb_push_object_end(builder);
}

/* Appends a value of a type that holds one with a JSON form. */
static void
push_held(JsonbBuilder *builder, Datum value, Oid type)
{
	Converter  *converter = converter_get(type);
	JsonbValue	result;

	switch (converter->kind)
	{
		case CONVERT_DOMAIN:
			push_held(builder, value, converter->inner);
			break;
		case CONVERT_ARRAY:
			push_array(builder, value, converter->inner);
			break;
		case CONVERT_COMPOSITE:
			push_composite(builder, value, type);
			break;
		default:
			form_value(&result, value, type);
			jsonb_push_value(builder, &result);
	}
}

/* Appends a value of any type, or null. */
static void
push_any(JsonbBuilder *builder, Datum value, bool isnull, Oid type)
{
	JsonbValue	result;

	if (!isnull && convert_holds_form(type))
	{
		push_held(builder, value, type);
		return;
	}
	if (isnull)
		result.type = jbvNull;
	else if (!convert_common(&result, value, type))
		JsonbToJsonbValue(datum_by_to_jsonb(value, type), &result);
	jsonb_push_value(builder, &result);
}

void
convert_to_value(JsonbValue *result, Datum value, Oid type)
{
	JsonbBuilder *builder = jsonb_builder_make();
	Jsonb	   *array;

	jsonb_push_array(builder);
	push_any(builder, value, false, type);
	jsonb_push_array_end(builder);
	array = jsonb_builder_finish(builder);
	*result = *getIthJsonbValueFromContainer(&array->root, 0);
}

void
convert_to_tree(JsonbValue *result, Datum value, bool isnull, Oid type)
{
	if (isnull)
		result->type = jbvNull;
	else if (type == JSONBOID)
		jsonb_value_set_jsonb(result, DatumGetJsonbP(value));
	else if (type == TIMESTAMPTZOID || type == TIMESTAMPOID || type == DATEOID)
		jsonb_value_set_text(result, JsonEncodeDateTime(NULL, value, type, NULL));
	else if (convert_common(result, value, type))
		return;
	else if (convert_holds_form(type))
		convert_to_value(result, value, type);
	else
		jsonb_value_set_jsonb(result, datum_by_to_jsonb(value, type));
}
