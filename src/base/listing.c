/*
 * listing.c
 *		What is kept in tables of C, as rows of an SQL function.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/listing.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

void
listing_start(FunctionCallInfo fcinfo)
{
	InitMaterializedSRF(fcinfo, 0);
}

void
listing_put(FunctionCallInfo fcinfo, const char *name, const char *words)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum		values[] = {CStringGetTextDatum(name), CStringGetTextDatum(words)};
	bool		nulls[lengthof(values)] = {false};

	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}
