/*
 * normal_form.c
 *		Brings values into a form that is the same for all that say the same.
 *
 * Not by the hash functions of types: that of bigint, which timestamps share,
 * gives 1 and 4294967296 one hash, whatever the seed. A value is its bytes, but
 * for types that have several for one value (numeric, float, char, JSON), for
 * those made of others, and for types of extensions, which are their text.
 *
 * What differs by its bytes and is only equal to an operator (1 day and 24 hours,
 * words in another case under a collation or in citext) is different.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "access/tupmacs.h"
#include "base/compat.h"
#include "base/error.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "lookup/datum_text.h"
#include "miscadmin.h"
#include "run/normal_form.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/float.h"
#include "utils/guc.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/multirangetypes.h"
#include "utils/numeric.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"

/* What tells kinds of pieces apart */
#define PIECE_NULL		'n'
#define PIECE_VALUE		'v'
#define PIECE_END		'e'

/* Settings that the text of a type may depend on */
static const struct
{
	const char *name;
	const char *value;
}			text_settings[] = {

	{"datestyle", "ISO, YMD"},
	{"timezone", "UTC"},
	{"intervalstyle", "postgres"},
	{"extra_float_digits", "3"},
	{"bytea_output", "hex"}
};

static void
put_mark(Digest *digest, char mark)
{
	digest_put(digest, &mark, 1);
}

static void
put_string(Digest *digest, const char *string)
{
	digest_put(digest, string, strlen(string));
}

/* Adds a value by its bytes. */
static void
put_bytes(Digest *digest, Datum value, int16 length, bool byval)
{
	union
	{
		Datum		aligned;
		char		bytes[sizeof(Datum)];
	}			plain;
	struct varlena *stored;

	if (byval)
	{
		store_att_byval(plain.bytes, value, length);
		digest_put(digest, plain.bytes, length);
	}
	else if (length == -1)
	{
		stored = PG_DETOAST_DATUM_PACKED(value);
		digest_put(digest, VARDATA_ANY(stored), VARSIZE_ANY_EXHDR(stored));
	}
	else if (length == -2)
		put_string(digest, DatumGetCString(value));
	else
		digest_put(digest, DatumGetPointer(value), length);
}

char *
normal_text(Datum value, Oid type)
{
	int			level = NewGUCNestLevel();
	char	   *text;

	for (int i = 0; i < lengthof(text_settings); i++)
		(void) set_config_option(text_settings[i].name, text_settings[i].value, PGC_USERSET,
								 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	text = datum_text(value, type);
	AtEOXact_GUC(true, level);
	return text;
}

/* Adds a floating-point number: there are two zeros, and many that are none. */
static void
put_float(Digest *digest, float8 number)
{
	if (number == 0)
		number = 0;
	if (isnan(number))
		number = get_float8_nan();
	digest_put(digest, &number, sizeof(number));
}

/* Adds fixed-width text; blanks at its end are not part of it. */
static void
put_blank_padded(Digest *digest, Datum value)
{
	text	   *padded = DatumGetTextPP(value);

	digest_put(digest, VARDATA_ANY(padded), bpchartruelen(VARDATA_ANY(padded), VARSIZE_ANY_EXHDR(padded)));
}

/* Adds a scalar inside of JSON. */
static void
put_json_scalar(Digest *digest, const JsonbValue *scalar)
{
	put_mark(digest, scalar->type);
	if (scalar->type == jbvString)
		digest_put(digest, scalar->val.string.val, scalar->val.string.len);
	else if (scalar->type == jbvNumeric)
		put_string(digest, numeric_normalize(scalar->val.numeric));
	else if (scalar->type == jbvBool)
		put_mark(digest, scalar->val.boolean);
}

/* Adds JSON, piece by piece; jsonb has the keys of an object in order. */
static void
put_jsonb(Digest *digest, Jsonb *json)
{
	JsonbIterator *iterator = JsonbIteratorInit(&json->root);
	JsonbIteratorToken token;
	JsonbValue	piece;

	while ((token = JsonbIteratorNext(&iterator, &piece, false)) != WJB_DONE)
	{
		put_mark(digest, token);
		if (token == WJB_BEGIN_ARRAY)
			put_mark(digest, piece.val.array.rawScalar);
		if (token == WJB_KEY || token == WJB_VALUE || token == WJB_ELEM)
			put_json_scalar(digest, &piece);
	}
}

/* JSON text on its way to jsonb */
typedef struct JsonText
{
	char	   *text;
	Jsonb	   *json;
} JsonText;

static void
read_json(void *arg)
{
	JsonText   *work = arg;

	work->json = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(work->text)));
}

/* Adds JSON that is kept as text: as jsonb; what jsonb cannot hold, as it is written. */
static void
put_json(Digest *digest, Datum value)
{
	JsonText	work = {TextDatumGetCString(value)};
	Caught	   *caught = caught_call(read_json, &work);

	if (caught == NULL)
	{
		put_jsonb(digest, work.json);
		return;
	}
	if (!caught_may_be_handled(caught))
		error_throw_on(caught->error);
	caught_free(caught);
	put_string(digest, work.text);
}

/* Adds an array: its shape, then its elements. */
static void
put_array(Digest *digest, Datum value, Oid element)
{
	ArrayType  *array = DatumGetArrayTypeP(value);
	ArrayIterator iterator = array_create_iterator(array, 0, NULL);
	Datum		member;
	bool		isnull;

	digest_put(digest, ARR_DIMS(array), sizeof(int) * ARR_NDIM(array));
	digest_put(digest, ARR_LBOUND(array), sizeof(int) * ARR_NDIM(array));
	while (array_iterate(iterator, &member, &isnull))
	{
		CHECK_FOR_INTERRUPTS();
		normal_form_put(digest, member, isnull, element);
	}
	array_free_iterator(iterator);
}

/* Adds the columns of a row that are not NULL: one that was added since is. */
static void
put_row(Digest *digest, Datum value)
{
	HeapTupleHeader header = DatumGetHeapTupleHeader(value);
	TupleDesc	descriptor = lookup_rowtype_tupdesc_copy(HeapTupleHeaderGetTypeId(header),
														 HeapTupleHeaderGetTypMod(header));
	HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(header), .t_data = header};

	ItemPointerSetInvalid(&tuple.t_self);
	for (int i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(descriptor, i);
		bool		isnull;
		Datum		member;

		if (column->attisdropped)
			continue;
		member = heap_getattr(&tuple, i + 1, descriptor, &isnull);
		if (isnull)
			continue;
		digest_put(digest, &column->attnum, sizeof(column->attnum));
		normal_form_put(digest, member, false, column->atttypid);
	}
	put_mark(digest, PIECE_END);
}

/* Adds one end of a range. */
static void
put_bound(Digest *digest, const RangeBound *bound, Oid element)
{
	put_mark(digest, bound->inclusive);
	normal_form_put(digest, bound->infinite ? (Datum) 0 : bound->val, bound->infinite, element);
}

static void
put_range(Digest *digest, RangeType *range, TypeCacheEntry *type)
{
	RangeBound	lower;
	RangeBound	upper;
	bool		empty;

	range_deserialize(type, range, &lower, &upper, &empty);
	put_mark(digest, empty ? PIECE_NULL : PIECE_VALUE);
	if (empty)
		return;
	put_bound(digest, &lower, type->rngelemtype->type_id);
	put_bound(digest, &upper, type->rngelemtype->type_id);
}

static void
put_multirange(Digest *digest, Datum value, Oid type)
{
	TypeCacheEntry *entry = lookup_type_cache(type, TYPECACHE_MULTIRANGE_INFO);
	RangeType **ranges;
	int32		count;

	multirange_deserialize(entry->rngtype, DatumGetMultirangeTypeP(value), &count, &ranges);
	for (int i = 0; i < count; i++)
		put_range(digest, ranges[i], entry->rngtype);
	put_mark(digest, PIECE_END);
}

/* Adds a value of a type that is not made of others. */
static void
put_scalar(Digest *digest, Datum value, Oid type)
{
	switch (type)
	{
		case NUMERICOID:
			put_string(digest, numeric_normalize(DatumGetNumeric(value)));
			break;
		case FLOAT4OID:
			put_float(digest, DatumGetFloat4(value));
			break;
		case FLOAT8OID:
			put_float(digest, DatumGetFloat8(value));
			break;
		case BPCHAROID:
			put_blank_padded(digest, value);
			break;
		case JSONOID:
			put_json(digest, value);
			break;
		case JSONBOID:
			put_jsonb(digest, DatumGetJsonbP(value));
			break;
		default:
			if (type >= FirstNormalObjectId && get_typtype(type) == TYPTYPE_BASE)
				put_string(digest, normal_text(value, type));
			else
			{
				int16		length;
				bool		byval;

				get_typlenbyval(type, &length, &byval);
				put_bytes(digest, value, length, byval);
			}
	}
}

void
normal_form_put(Digest *digest, Datum value, bool isnull, Oid type)
{
	Oid			base;
	Oid			element;

	check_stack_depth();
	put_mark(digest, isnull ? PIECE_NULL : PIECE_VALUE);
	if (isnull)
		return;
	base = getBaseType(type);
	element = get_element_type(base);
	if (OidIsValid(element))
		put_array(digest, value, element);
	else if (type_is_rowtype(base))
		put_row(digest, value);
	else if (type_is_range(base))
		put_range(digest, DatumGetRangeTypeP(value), lookup_type_cache(base, TYPECACHE_RANGE_INFO));
	else if (type_is_multirange(base))
		put_multirange(digest, value, base);
	else
		put_scalar(digest, value, base);
}
