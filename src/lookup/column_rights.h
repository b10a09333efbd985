/*
 * column_rights.h
 *		Privileges on some columns of a table.
 */
#ifndef CA_COLUMN_RIGHTS_H
#define CA_COLUMN_RIGHTS_H

#include "postgres.h"

#include "nodes/bitmapset.h"
#include "utils/acl.h"

/* May the current user lock rows of it? That takes UPDATE on the table, or on some column of it. */
extern bool may_lock_rows(Oid relation);

/* May the current user do all this to these columns, by their attribute numbers? */
extern bool may_access_columns(Oid relation, const Bitmapset *columns, AclMode mode);

#endif
