/*
 * json_form.h
 *		Types with a JSON form of their own: those with a cast to json, which
 *		to_jsonb() follows.
 */
#ifndef CA_JSON_FORM_H
#define CA_JSON_FORM_H

#include "postgres.h"

/* How a type that has a JSON form is read from it. */
typedef struct JsonForm
{
	Oid			reader;			/* function of one json or jsonb; InvalidOid: nothing reads the
								 * form */
	Oid			argument;		/* its argument's type */
	uint32		hash;			/* of the reader in the syscache */
} JsonForm;

/* Does the type have a form of its own? Says how it is read. */
extern bool json_form_of(Oid type, JsonForm *form);

/* Reads a value from its form; checks EXECUTE on the reader. */
extern Datum json_form_read(const JsonForm *form, Datum jsonb, Oid type, int32 typmod);

#endif
