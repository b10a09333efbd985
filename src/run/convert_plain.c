/*
 * convert_plain.c
 *		Values as JSON where nothing but memory may be touched.
 *
 * The types here are those of PostgreSQL whose output functions read no catalogs;
 * values look as to_jsonb shows them.
 */
#include "postgres.h"

#include "access/transam.h"
#include "base/compat.h"
#include "base/jsonb_value.h"
#include "catalog/pg_type.h"
#include "run/convert_plain.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"

static bool
is_plain_base(Oid base)
{
	switch (base)
	{
		case BOOLOID:
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case FLOAT4OID:
		case FLOAT8OID:
		case NUMERICOID:
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
		case NAMEOID:
		case BYTEAOID:
		case UUIDOID:
		case DATEOID:
		case TIMEOID:
		case TIMETZOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
		case INTERVALOID:
		case JSONOID:
		case JSONBOID:
			return true;
		default:
			return false;
	}
}

/*
 * Does to_jsonb of such a value run no code but PostgreSQL's own, and never fail?
 * json does, on texts that jsonb cannot hold; rows may hold anything. A cast of
 * somebody's to json is looked for when a value is shown (convert_holds_form()).
 */
static bool
is_harmless(Oid base)
{
	Oid			element = get_element_type(base);

	if (OidIsValid(element))
		return is_harmless(getBaseType(element));
	switch (get_typtype(base))
	{
		case TYPTYPE_ENUM:
			return true;
		case TYPTYPE_BASE:
		case TYPTYPE_RANGE:
		case TYPTYPE_MULTIRANGE:
			return base < FirstNormalObjectId && base != JSONOID;
		default:
			return false;
	}
}

ShownType
shown_type(Oid type)
{
	ShownType	shown;

	shown.base = getBaseType(type);
	shown.kind = is_plain_base(shown.base) ? SHOWN_PLAIN : is_harmless(shown.base) ? SHOWN_HARMLESS : SHOWN_OTHER;
	return shown;
}

/* Makes a number of a text; NaN and infinity are strings in JSON. */
static void
set_number(JsonbValue *result, char *text)
{
	if (strpbrk(text, "Nn") != NULL)
	{
		jsonb_value_set_text(result, text);
		return;
	}
	result->type = jbvNumeric;
	result->val.numeric = DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(text),
															  ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
}

void
convert_plain(JsonbValue *result, Datum value, Oid base)
{
	switch (base)
	{
		case BOOLOID:
			result->type = jbvBool;
			result->val.boolean = DatumGetBool(value);
			break;
		case INT2OID:
			jsonb_value_set_integer(result, DatumGetInt16(value));
			break;
		case INT4OID:
			jsonb_value_set_integer(result, DatumGetInt32(value));
			break;
		case INT8OID:
			jsonb_value_set_integer(result, DatumGetInt64(value));
			break;
		case FLOAT4OID:
			set_number(result, DatumGetCString(DirectFunctionCall1(float4out, value)));
			break;
		case FLOAT8OID:
			set_number(result, DatumGetCString(DirectFunctionCall1(float8out, value)));
			break;
		case NUMERICOID:
			set_number(result, DatumGetCString(DirectFunctionCall1(numeric_out, value)));
			break;
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
			jsonb_value_set_text(result, TextDatumGetCString(value));
			break;
		case NAMEOID:
			jsonb_value_set_text(result, pstrdup(NameStr(*DatumGetName(value))));
			break;
		case BYTEAOID:
			jsonb_value_set_text(result, DatumGetCString(DirectFunctionCall1(byteaout, value)));
			break;
		case UUIDOID:
			jsonb_value_set_text(result, DatumGetCString(DirectFunctionCall1(uuid_out, value)));
			break;
		case INTERVALOID:
			jsonb_value_set_text(result, DatumGetCString(DirectFunctionCall1(interval_out, value)));
			break;
		case DATEOID:
		case TIMEOID:
		case TIMETZOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			jsonb_value_set_text(result, JsonEncodeDateTime(NULL, value, base, NULL));
			break;
		case JSONOID:
			jsonb_value_set_jsonb(result, DatumGetJsonbP(DirectFunctionCall1(jsonb_in,
																			 CStringGetDatum(TextDatumGetCString(value)))));
			break;
		case JSONBOID:
			jsonb_value_set_jsonb(result, DatumGetJsonbP(value));
			break;
		default:
			elog(ERROR, "type %u is not shown by itself", base);
	}
}
