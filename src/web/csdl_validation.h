/*
 * csdl_validation.h
 *		What values have to be like besides being of their type, in the words of OData's
 *		vocabulary Validation.
 */
#ifndef CA_CSDL_VALIDATION_H
#define CA_CSDL_VALIDATION_H

#include "postgres.h"

#include "base/json.h"

/* Annotates what the JSON Schema of its values says beyond their type. */
extern void csdl_validate(Json *object, const Json *schema, Oid type, int32 typmod);

/* The same of all values of a type. */
extern void csdl_validate_type(Json *object, Oid type, int32 typmod);

#endif
