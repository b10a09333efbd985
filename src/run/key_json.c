/*
 * key_json.c
 *		Values of keys as JSON.
 *
 * The variables behind the settings that texts depend on are set themselves while
 * such a value is converted: that costs nothing, nobody is told of it, and it can
 * be done while an error passes.
 */
#include "postgres.h"

#include "base/jsonb_value.h"
#include "base/simple_type.h"
#include "catalog/pg_type.h"
#include "lookup/datum_text.h"
#include "miscadmin.h"
#include "pgtime.h"
#include "run/convert_out.h"
#include "run/convert_plain.h"
#include "run/key_json.h"
#include "utils/bytea.h"
#include "utils/float.h"
#include "utils/lsyscache.h"

/* What the settings were. */
typedef struct TextSettings
{
	pg_tz	   *timezone;
	int			date_style;
	int			date_order;
	int			interval_style;
	int			float_digits;
	int			bytes;
} TextSettings;

/* A value, and where its JSON goes. */
typedef struct KeyValue
{
	Datum		value;
	Oid			type;
	JsonbValue *result;
} KeyValue;

/* May the JSON of a value depend on settings? */
static bool
depends_on_settings(Oid type)
{
	return !type_is_simple(type) && type != DATEOID && type != JSONBOID;
}

/* Sets what texts depend on; returns what it was. */
static TextSettings
fix_settings(void)
{
	TextSettings was = {
		session_timezone, DateStyle, DateOrder, IntervalStyle, extra_float_digits, bytea_output
	};

	session_timezone = pg_tzset("GMT");
	DateStyle = USE_ISO_DATES;
	DateOrder = DATEORDER_YMD;
	IntervalStyle = INTSTYLE_POSTGRES;
	extra_float_digits = 1;
	bytea_output = BYTEA_OUTPUT_HEX;
	return was;
}

static void
restore_settings(const TextSettings *was)
{
	session_timezone = was->timezone;
	DateStyle = was->date_style;
	DateOrder = was->date_order;
	IntervalStyle = was->interval_style;
	extra_float_digits = was->float_digits;
	bytea_output = was->bytes;
}

/* Converts a value by a function, under settings that are always the same. */
static void
convert_fixed(void (*convert) (KeyValue *key), KeyValue *key)
{
	TextSettings was = fix_settings();

	PG_TRY();
	{
		convert(key);
	}
	PG_FINALLY();
	{
		restore_settings(&was);
	}
	PG_END_TRY();
}

static void
convert_key_plain(KeyValue *key)
{
	convert_plain(key->result, key->value, key->type);
}

/* A type that somebody has given a JSON form is shown as text: no function of his has a say in what rows are called. */
static void
convert_key_value(KeyValue *key)
{
	if (convert_holds_form(key->type))
		jsonb_value_set_text(key->result, datum_text(key->value, key->type));
	else
		convert_to_value(key->result, key->value, key->type);
}

void
key_convert_plain(JsonbValue *result, Datum value, Oid base)
{
	KeyValue	key = {value, base, result};

	if (depends_on_settings(base))
		convert_fixed(convert_key_plain, &key);
	else
		convert_plain(result, value, base);
}

void
key_convert(JsonbValue *result, Datum value, Oid type)
{
	KeyValue	key = {value, type, result};

	if (depends_on_settings(type))
		convert_fixed(convert_key_value, &key);
	else
		convert_to_value(result, value, type);
}

void
key_push(JsonbBuilder *builder, Datum value, bool isnull, Oid type)
{
	JsonbValue	result = {.type = jbvNull};

	if (!isnull)
		key_convert(&result, value, type);
	jsonb_push_value(builder, &result);
}
