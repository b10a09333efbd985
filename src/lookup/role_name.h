/*
 * role_name.h
 *		Names of roles, for those who need them at every call.
 */
#ifndef CA_ROLE_NAME_H
#define CA_ROLE_NAME_H

#include "postgres.h"

/*
 * The name of a role: "" of one that was dropped, NULL for InvalidOid. A name
 * that is not known yet is read from the catalogs. The text is good for ever:
 * after the role was renamed, another one is returned.
 */
extern const char *kept_role_name(Oid role);

#endif
