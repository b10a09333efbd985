/*
 * object_name.c
 *		What an object is called by those who name it in a definition.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/compat.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "lookup/canonical.h"
#include "lookup/object_name.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/* The name of a row of pg_type or pg_enum; NULL: it is gone. */
static char *
name_of_row(int cache, Oid object)
{
	HeapTuple	tuple = SearchSysCache1(cache, ObjectIdGetDatum(object));
	char	   *name;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	name = pstrdup(cache == TYPEOID ? NameStr(((Form_pg_type) GETSTRUCT(tuple))->typname) :
				   NameStr(((Form_pg_enum) GETSTRUCT(tuple))->enumlabel));
	ReleaseSysCache(tuple);
	return name;
}

char *
object_name(const ObjectAddress *object)
{
	switch (object->classId)
	{
		case RelationRelationId:
			return object->objectSubId != 0 ?
				get_attname(object->objectId, object->objectSubId, true) : get_rel_name(object->objectId);
		case TypeRelationId:
			return name_of_row(TYPEOID, object->objectId);
		case EnumRelationId:
			return name_of_row(ENUMOID, object->objectId);
		case ProcedureRelationId:
			return get_func_name(object->objectId);
		case NamespaceRelationId:
			return get_namespace_name(object->objectId);
		default:
			return NULL;
	}
}

Oid
object_schema(const ObjectAddress *object)
{
	return object->classId == NamespaceRelationId || object->classId == EnumRelationId ? InvalidOid :
		get_object_namespace(object);
}

char *
object_literal(const ObjectAddress *object)
{
	switch (object->classId)
	{
		case RelationRelationId:
			return relation_name_canonical(object->objectId);
		case TypeRelationId:
			return type_name_canonical(object->objectId, -1);
		case ProcedureRelationId:
			return signature_canonical(object->objectId);
		default:
			return object_name(object);
	}
}
