/*
 * error_field.h
 *		What is told of an error that was caught: to the formulas of a handler as
 *		error.x, to callers of try_invoke_action as the keys of "error".
 */
#ifndef CA_ERROR_FIELD_H
#define CA_ERROR_FIELD_H

#include "postgres.h"

#include "base/error.h"
#include "utils/jsonb.h"

typedef struct ErrorField
{
	const char *name;
	const char *(*value) (const Caught *caught);	/* NULL: there is none */
	const char *words;			/* what it is */
} ErrorField;

extern const ErrorField error_fields[];
extern const int nerror_fields;

/* {"sqlstate": ..., "message": ..., ...} */
extern Jsonb *error_jsonb(const Caught *caught);

#endif
