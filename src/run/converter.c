/*
 * converter.c
 *		What reading and showing values of a type as JSON needs.
 *
 * It is looked up once per backend and type. An entry of that cache is good
 * until the next look-up: nobody holds one across a call that might run a user's
 * code.
 */
#include "postgres.h"

#include "access/transam.h"
#include "catalog/pg_type.h"
#include "run/converter.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#define CACHE_ENTRIES	64		/* that there is room for at first */

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
	HASHCTL		control = {0};

	control.keysize = sizeof(Oid);
	control.entrysize = sizeof(Converter);
	converters = hash_create("custom action converters", CACHE_ENTRIES, &control,
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
	converter->is_enum = get_typtype(converter->type) == TYPTYPE_ENUM;
	if (converter->kind != CONVERT_SCALAR)
		return;

	if (converter->mcxt == NULL)
		converter->mcxt = AllocSetContextCreate(TopMemoryContext,
												"custom action converter",
												ALLOCSET_SMALL_SIZES);
	else
		MemoryContextReset(converter->mcxt);
	getTypeInputInfo(converter->type, &function, &converter->ioparam);
	fmgr_info_cxt(function, &converter->input, converter->mcxt);
}

Converter *
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
