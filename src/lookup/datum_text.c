/*
 * datum_text.c
 *		The text of a value, as its type's output function writes it.
 */
#include "postgres.h"

#include "fmgr.h"
#include "lookup/datum_text.h"
#include "utils/lsyscache.h"

char *
datum_text(Datum value, Oid type)
{
	Oid			output;
	bool		is_varlena;

	getTypeOutputInfo(type, &output, &is_varlena);
	return OidOutputFunctionCall(output, value);
}
