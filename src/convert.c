/*
 * convert.c
 *		jsonb values to Datums of any type, and back.
 *
 * What a type needs is looked up once per backend and type. An entry of that
 * cache is good until the next look-up: nobody holds one across a call that
 * might run a user's code.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/tupdesc.h"
#include "catalog/pg_type.h"
#include "convert.h"
#include "fmgr.h"
#include "funcapi.h"
#include "json_form.h"
#include "jsonb_push.h"
#include "miscadmin.h"
#include "suggest.h"
#include "nodes/makefuncs.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

typedef enum ConverterKind
{
	CONVERT_SCALAR,				/* by the type's input function, kept */
	CONVERT_STRING,				/* the same, but it may run a user's code */
	CONVERT_TEXT,
	CONVERT_BOOL,
	CONVERT_NUMERIC,
	CONVERT_JSON,
	CONVERT_JSONB,
	CONVERT_ARRAY,
	CONVERT_COMPOSITE,
	CONVERT_DOMAIN
} ConverterKind;

typedef struct Converter
{
	Oid			type;			/* hash key */
	bool		valid;
	uint32		hash;			/* of the type in the syscache */
	ConverterKind kind;
	Oid			inner;			/* element or base type */
	int32		inner_typmod;	/* of a domain's base type */
	bool		has_form;		/* it has a JSON form of its own (json_form.c) */
	JsonForm	form;
	FmgrInfo	input;			/* CONVERT_SCALAR only */
	Oid			ioparam;
	MemoryContext mcxt;			/* for the input function */
} Converter;

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

static HTAB *converters = NULL;

/* Does what changed in a catalog concern a converter? A new cast may concern any. */
static bool
converter_is_concerned(const Converter *converter, int cacheid, uint32 hashvalue)
{
	if (hashvalue == 0)
		return true;
	switch (cacheid)
	{
		case TYPEOID:
			return converter->hash == hashvalue;
		case PROCOID:
			return converter->has_form && OidIsValid(converter->form.reader) &&
				converter->form.hash == hashvalue;
		default:
			return converter->type >= FirstNormalObjectId;
	}
}

/* Marks what changed as stale. */
static void
converter_invalidate(Datum arg, int cacheid, uint32 hashvalue)
{
	HASH_SEQ_STATUS status;
	Converter  *converter;

	hash_seq_init(&status, converters);
	while ((converter = hash_seq_search(&status)) != NULL)
		if (converter_is_concerned(converter, cacheid, hashvalue))
			converter->valid = false;
}

/* Creates the cache on first use. */
static void
converters_init(void)
{
	HASHCTL		control;

	memset(&control, 0, sizeof(control));
	control.keysize = sizeof(Oid);
	control.entrysize = sizeof(Converter);
	converters = hash_create("custom_actions converters", 64, &control,
							 HASH_ELEM | HASH_BLOBS);
	CacheRegisterSyscacheCallback(TYPEOID, converter_invalidate, (Datum) 0);
	CacheRegisterSyscacheCallback(PROCOID, converter_invalidate, (Datum) 0);
	CacheRegisterSyscacheCallback(CASTSOURCETARGET, converter_invalidate, (Datum) 0);
}

/* Tells how values of a type are read, and of which type its parts are. */
static ConverterKind
converter_kind(Oid type, Oid *inner, int32 *inner_typmod)
{
	*inner = InvalidOid;
	*inner_typmod = -1;

	switch (type)
	{
		case TEXTOID:
			return CONVERT_TEXT;
		case BOOLOID:
			return CONVERT_BOOL;
		case NUMERICOID:
			return CONVERT_NUMERIC;
		case JSONOID:
			return CONVERT_JSON;
		case JSONBOID:
			return CONVERT_JSONB;
		case INT2VECTOROID:
		case OIDVECTOROID:
			return CONVERT_SCALAR;
	}

	switch (get_typtype(type))
	{
		case TYPTYPE_DOMAIN:
			*inner = getBaseTypeAndTypmod(type, inner_typmod);
			return CONVERT_DOMAIN;
		case TYPTYPE_COMPOSITE:
			return CONVERT_COMPOSITE;
		case TYPTYPE_ENUM:
			return CONVERT_SCALAR;
		case TYPTYPE_BASE:
			*inner = get_element_type(type);
			return OidIsValid(*inner) ? CONVERT_ARRAY : CONVERT_SCALAR;
		default:
			return CONVERT_STRING;
	}
}

/* Looks up what reading a type needs. */
static void
converter_load(Converter *converter)
{
	Oid			function;

	converter->hash = GetSysCacheHashValue1(TYPEOID,
											ObjectIdGetDatum(converter->type));
	converter->valid = true;
	converter->kind = converter_kind(converter->type, &converter->inner,
									 &converter->inner_typmod);
	converter->has_form = (converter->kind == CONVERT_SCALAR || converter->kind == CONVERT_STRING) &&
		json_form_of(converter->type, &converter->form);
	if (converter->kind != CONVERT_SCALAR)
		return;

	if (converter->mcxt == NULL)
		converter->mcxt = AllocSetContextCreate(TopMemoryContext,
												"custom_actions converter",
												ALLOCSET_SMALL_SIZES);
	else
		MemoryContextReset(converter->mcxt);
	getTypeInputInfo(converter->type, &function, &converter->ioparam);
	fmgr_info_cxt(function, &converter->input, converter->mcxt);
}

/* Returns the converter of a type, good until the next call. */
static Converter *
converter_get(Oid type)
{
	Converter  *converter;
	bool		found;

	if (converters == NULL)
		converters_init();

	converter = hash_search(converters, &type, HASH_ENTER, &found);
	if (!found)
	{
		converter->valid = false;
		converter->mcxt = NULL;
		converter->has_form = false;
	}
	if (!converter->valid)
	{
		PG_TRY();
		{
			converter_load(converter);
		}
		PG_CATCH();
		{
			converter->valid = false;
			PG_RE_THROW();
		}
		PG_END_TRY();
	}
	return converter;
}

/* Names a place as messages show it: input "tags"[2] */
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
static void
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

/* Returns the text of a scalar as its type's input function wants it. */
static char *
scalar_text(const Conversion *conversion, const JsonbValue *value, Oid type)
{
	switch (value->type)
	{
		case jbvString:
			return pnstrdup(value->val.string.val, value->val.string.len);
		case jbvNumeric:
			return DatumGetCString(DirectFunctionCall1(numeric_out,
													   NumericGetDatum(value->val.numeric)));
		case jbvBool:
			return pstrdup(value->val.boolean ? "true" : "false");
		default:
			refuse_value(conversion, value, type,
						 "Send its text as a JSON string.");
			return NULL;
	}
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

/* Reads a scalar through the kept input function of its type. */
static Datum
scalar_to_datum(const Conversion *conversion, const JsonbValue *value,
				Oid type, int32 typmod)
{
	char	   *text = scalar_text(conversion, value, type);
	Converter  *converter = converter_get(type);

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
static void
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
	ArrayReader reader;
	int			bounds[MAXDIM];

	if (value->type == jbvString)
		return text_to_datum(conversion, value, type, typmod);
	if (!is_json_array(value))
		refuse_value(conversion, value, type, "Send a JSON array.");

	memset(&reader, 0, sizeof(reader));
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

/* The attribute that a name is most like, or NULL. */
static char *
attribute_like(TupleDesc descriptor, const char *name)
{
	Suggestion	suggestion;

	suggestion_init(&suggestion, name);
	for (int i = 0; i < descriptor->natts; i++)
	{
		const char *known = NameStr(TupleDescAttr(descriptor, i)->attname);

		if (!TupleDescAttr(descriptor, i)->attisdropped)
			suggestion_consider(&suggestion, known, known);
	}
	return suggestion.best;
}

/* Refuses a key that no attribute has, listing those there are. */
static void
refuse_unknown_attribute(const Conversion *conversion,
						 JsonbContainer *container, TupleDesc descriptor,
						 Oid type)
{
	JsonbIterator *iterator = JsonbIteratorInit(container);
	JsonbIteratorToken token;
	JsonbValue	key;
	StringInfoData known;

	initStringInfo(&known);
	for (int i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(descriptor, i);

		if (!attribute->attisdropped)
			appendStringInfo(&known, "%s%s", known.len > 0 ? ", " : "",
							 NameStr(attribute->attname));
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
					 errhint("%s", suggestion_hint(attribute_like(descriptor, name),
												   psprintf("Attributes of %s are: %s.",
															format_type_be(type), known.data)))));
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
		refuse_unknown_attribute(conversion, container, descriptor, type);

	tuple = heap_form_tuple(descriptor, values, nulls);
	ReleaseTupleDesc(descriptor);
	return HeapTupleGetDatum(tuple);
}

/* Reads a value of a domain: as its base type, then checked. */
static Datum
domain_to_datum(Conversion *conversion, JsonbValue *value, Oid type,
				Oid base, int32 base_typmod, bool *isnull)
{
	Datum		result;
	void	   *cache = NULL;

	result = convert_from_jsonb(conversion, value, base, base_typmod, isnull);
	domain_check(result, *isnull, type, &cache, CurrentMemoryContext);
	return result;
}

/* Converts one JSON value to a type. */
Datum
convert_from_jsonb(Conversion *conversion, JsonbValue *value, Oid type,
			   int32 typmod, bool *isnull)
{
	Converter  *converter = converter_get(type);
	Datum		result;

	*isnull = (value->type == jbvNull);
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

	result->type = jbvString;
	result->val.string.val = VARDATA_ANY(string);
	result->val.string.len = VARSIZE_ANY_EXHDR(string);
}

/* Makes a JSON number of an integer. */
static void
integer_value(JsonbValue *result, int64 value)
{
	result->type = jbvNumeric;
	result->val.numeric = int64_to_numeric(value);
}

/* Converts a value of a common type directly; false for all others. */
static bool
common_value(JsonbValue *result, Datum value, Oid type)
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
			integer_value(result, DatumGetInt16(value));
			return true;
		case INT4OID:
			integer_value(result, DatumGetInt32(value));
			return true;
		case INT8OID:
			integer_value(result, DatumGetInt64(value));
			return true;
		case JSONBOID:
			JsonbToJsonbValue(DatumGetJsonbP(value), result);
			return true;
		default:
			return false;
	}
}

/* Is there a type with a JSON form of its own in this type, or is it one itself? */
static bool
holds_form(Oid type)
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
		return holds_form(inner);
	if (converter->kind != CONVERT_COMPOSITE)
		return converter->has_form;
	descriptor = lookup_rowtype_tupdesc(type, -1);
	for (int i = 0; i < descriptor->natts && !holds; i++)
		holds = !TupleDescAttr(descriptor, i)->attisdropped &&
			holds_form(TupleDescAttr(descriptor, i)->atttypid);
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
	Oid			function;
	bool		is_varlena;

	if (OidIsValid(converter->form.reader))
	{
		Jsonb	   *form = datum_by_to_jsonb(value, type);

		JsonbToJsonbValue(form, result);
		if (!JB_ROOT_IS_SCALAR(form))
			return;
	}
	getTypeOutputInfo(type, &function, &is_varlena);
	result->type = jbvString;
	result->val.string.val = OidOutputFunctionCall(function, value);
	result->val.string.len = strlen(result->val.string.val);
}

/* Appends the elements of one dimension of an array. */
static void
push_dimension(JsonbParseState **state, Oid element, int ndims, const int *lengths,
			   Datum **values, bool **nulls)
{
	(void) pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (int i = 0; i < lengths[0]; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (ndims > 1)
			push_dimension(state, element, ndims - 1, lengths + 1, values, nulls);
		else
			convert_to_jsonb(state, WJB_ELEM, *(*values)++, *(*nulls)++, element);
	}
	(void) pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

static void
push_array(JsonbParseState **state, Datum value, Oid element)
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
	push_dimension(state, element, ARR_NDIM(array), ARR_NDIM(array) > 0 ? ARR_DIMS(array) : &none,
				   &values, &nulls);
}

static void
push_composite(JsonbParseState **state, Datum value, Oid type)
{
	HeapTupleHeader header = DatumGetHeapTupleHeader(value);
	TupleDesc	descriptor = lookup_rowtype_tupdesc_copy(type, -1);
	HeapTupleData tuple;

	tuple.t_len = HeapTupleHeaderGetDatumLength(header);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = header;
	(void) pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
		bool		isnull;
		Datum		member;

		if (attribute->attisdropped)
			continue;
		member = heap_getattr(&tuple, i + 1, descriptor, &isnull);
		push_key(state, NameStr(attribute->attname));
		convert_to_jsonb(state, WJB_VALUE, member, isnull, attribute->atttypid);
	}
	(void) pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/* Appends a value of a type that holds one with a JSON form. */
static void
push_held(JsonbParseState **state, JsonbIteratorToken token, Datum value, Oid type)
{
	Converter  *converter = converter_get(type);
	JsonbValue	result;

	switch (converter->kind)
	{
		case CONVERT_DOMAIN:
			push_held(state, token, value, converter->inner);
			break;
		case CONVERT_ARRAY:
			push_array(state, value, converter->inner);
			break;
		case CONVERT_COMPOSITE:
			push_composite(state, value, type);
			break;
		default:
			form_value(&result, value, type);
			(void) pushJsonbValue(state, token, &result);
	}
}

/* Appends one value to a jsonb object or array under construction. */
void
convert_to_jsonb(JsonbParseState **state, JsonbIteratorToken token, Datum value,
			   bool isnull, Oid type)
{
	JsonbValue	result;

	if (!isnull && holds_form(type))
	{
		push_held(state, token, value, type);
		return;
	}
	if (isnull)
		result.type = jbvNull;
	else if (!common_value(&result, value, type))
		JsonbToJsonbValue(datum_by_to_jsonb(value, type), &result);
	(void) pushJsonbValue(state, token, &result);
}
