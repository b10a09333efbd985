/*
 * json_form.c
 *		Types with a JSON form of their own: those with a cast to json, which
 *		to_jsonb() follows (hstore, PostGIS' geometry).
 *
 * Such a form is of use only if something reads it: a cast from jsonb or json
 * to the type, or the one function of the type's own extension that makes the
 * type of one jsonb or json and nothing else.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/compat.h"
#include "catalog/dependency.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "lookup/depend.h"
#include "lookup/json_form.h"
#include "miscadmin.h"
#include "parser/parse_coerce.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/* The function of a cast, or InvalidOid. */
static Oid
cast_function(Oid source, Oid target)
{
	Oid			function = InvalidOid;

	if (find_coercion_pathway(target, source, COERCION_EXPLICIT, &function) != COERCION_PATH_FUNC)
		return InvalidOid;
	return function;
}

/* Does the function make a type of one value of another, and nothing else? */
static bool
function_makes(Oid function, Oid source, Oid target)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Form_pg_proc procedure;
	bool		makes;

	if (!HeapTupleIsValid(tuple))
		return false;
	procedure = (Form_pg_proc) GETSTRUCT(tuple);
	makes = procedure->prokind == PROKIND_FUNCTION && !procedure->proretset &&
		procedure->pronargs == 1 && procedure->proargtypes.values[0] == source &&
		procedure->prorettype == target;
	ReleaseSysCache(tuple);
	return makes;
}

/* The only function of an extension that makes a type of another; InvalidOid: none, or several. */
static Oid
extension_function(Oid extension, Oid source, Oid target)
{
	List	   *members = extension_members(extension);
	Oid			found = InvalidOid;
	int			count = 0;
	ListCell   *cell;

	foreach(cell, members)
	{
		const ObjectAddress *member = lfirst(cell);

		CHECK_FOR_INTERRUPTS();
		if (member->classId != ProcedureRelationId || !function_makes(member->objectId, source, target))
			continue;
		found = member->objectId;
		count++;
	}
	list_free_deep(members);
	return count == 1 ? found : InvalidOid;
}

/* What makes the type of another. */
static Oid
reader_from(Oid source, Oid type)
{
	Oid			function = cast_function(source, type);
	Oid			extension;

	if (OidIsValid(function))
		return function;
	extension = getExtensionOfObject(TypeRelationId, type);
	return OidIsValid(extension) ? extension_function(extension, source, type) : InvalidOid;
}

bool
json_form_of(Oid type, JsonForm *form)
{
	memset(form, 0, sizeof(JsonForm));
	if (type < FirstNormalObjectId || !OidIsValid(cast_function(type, JSONOID)))
		return false;
	form->argument = JSONBOID;
	form->reader = reader_from(JSONBOID, type);
	if (!OidIsValid(form->reader))
	{
		form->argument = JSONOID;
		form->reader = reader_from(JSONOID, type);
	}
	if (OidIsValid(form->reader))
		form->hash = GetSysCacheHashValue1(PROCOID, ObjectIdGetDatum(form->reader));
	return true;
}

/* Calls a reader, which as a cast's function may take the type modifier, too. */
static Datum
call_reader(Oid function, Datum value, int32 typmod)
{
	switch (get_func_nargs(function))
	{
		case 1:
			return OidFunctionCall1(function, value);
		case 2:
			return OidFunctionCall2(function, value, Int32GetDatum(typmod));
		default:
			return OidFunctionCall3(function, value, Int32GetDatum(typmod), BoolGetDatum(true));
	}
}

/* Applies a type modifier as an assignment would. */
static Datum
apply_typmod(Datum value, Oid type, int32 typmod)
{
	Oid			function;

	if (typmod < 0 ||
		find_typmod_coercion_function(type, &function) != COERCION_PATH_FUNC)
		return value;
	return OidFunctionCall3(function, value, Int32GetDatum(typmod), BoolGetDatum(false));
}

Datum
json_form_read(const JsonForm *form, Datum jsonb, Oid type, int32 typmod)
{
	AclResult	result = object_aclcheck(ProcedureRelationId, form->reader, GetUserId(), ACL_EXECUTE);
	Datum		argument = jsonb;

	if (result != ACLCHECK_OK)
		aclcheck_error(result, OBJECT_FUNCTION, get_func_name(form->reader));
	if (form->argument == JSONOID)
	{
		Jsonb	   *value = DatumGetJsonbP(jsonb);

		argument = PointerGetDatum(cstring_to_text(JsonbToCString(NULL, &value->root, VARSIZE(value))));
	}
	return apply_typmod(call_reader(form->reader, argument, typmod), type, typmod);
}
