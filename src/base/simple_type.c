/*
 * simple_type.c
 *		Types whose values look the same in every text and in JSON, and casts that never fail.
 */
#include "postgres.h"

#include "base/simple_type.h"
#include "catalog/pg_type.h"
#include "utils/fmgroids.h"

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

bool
cast_is_widening(Oid function)
{
	switch (function)
	{
		case F_INT4_INT2:
		case F_INT8_INT2:
		case F_INT8_INT4:
		case F_NUMERIC_INT2:
		case F_NUMERIC_INT4:
		case F_NUMERIC_INT8:
			return true;
		default:
			return false;
	}
}
