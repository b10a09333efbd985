/*
 * convert.h
 *		jsonb values to Datums of any type.
 */
#ifndef CA_CONVERT_H
#define CA_CONVERT_H

#include "postgres.h"

#include "utils/jsonb.h"

/* Where in a caller's document a value stands: input "tags"[2]."street" */
typedef struct ConvertPlace
{
	const struct ConvertPlace *parent;	/* NULL: an input */
	const char *name;			/* of the input or attribute; NULL: an element */
	int			index;			/* of an element, from 1 */
	bool		output;			/* the outermost place is an output */
	const char *noun;			/* the outermost place is this; NULL: an input or output */
} ConvertPlace;

/* One caller's document on its way in. */
typedef struct Conversion
{
	const char *action;
	const ConvertPlace *place;	/* value being read, or NULL */
	bool		hidden;			/* what it is like is not told either */
} Conversion;

/* Names a place as messages show it: input "tags"[2] */
extern char *convert_place_name(const ConvertPlace *place);

/* Reads conversion->place; JSON null gives SQL NULL, checked against domains. */
extern Datum convert_from_jsonb(Conversion *conversion, JsonbValue *value, Oid type, int32 typmod, bool *isnull);

#endif
