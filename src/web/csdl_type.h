/*
 * csdl_type.h
 *		Types of PostgreSQL as those of OData's metadata.
 */
#ifndef CA_CSDL_TYPE_H
#define CA_CSDL_TYPE_H

#include "postgres.h"

#include "web/csdl_model.h"

/*
 * Says of a property, parameter or return type what its values are: type, facets, and
 * whether they may be null. Complex and enum types that it needs are added.
 */
extern void csdl_put_type(Csdl *csdl, Json *object, Oid type, int32 typmod, bool takes_null);

/* Adds a property of a type to an entity or complex type. */
extern Json *csdl_add_property(Csdl *csdl, Json *structure, const char *name, Oid type, int32 typmod, bool takes_null);

/* Of what a type's values can be keys, as OData has it; others are texts. */
extern void csdl_put_key_type(Csdl *csdl, Json *object, Oid type, int32 typmod);

#endif
