/*
 * simple_type.c
 *		Types whose values look the same in every text and in JSON.
 */
#include "postgres.h"

#include "base/simple_type.h"
#include "catalog/pg_type.h"

bool
type_is_simple(Oid type)
{
	switch (type)
	{
		case BOOLOID:
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case NUMERICOID:
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
		case NAMEOID:
		case UUIDOID:
			return true;
		default:
			return false;
	}
}
