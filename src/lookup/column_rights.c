/*
 * column_rights.c
 *		Privileges on some columns of a table.
 */
#include "postgres.h"

#include "lookup/column_rights.h"
#include "miscadmin.h"

bool
may_lock_rows(Oid relation)
{
	Oid			user = GetUserId();

	return pg_class_aclcheck(relation, user, ACL_UPDATE) == ACLCHECK_OK ||
		pg_attribute_aclcheck_all(relation, user, ACL_UPDATE, ACLMASK_ANY) == ACLCHECK_OK;
}

bool
may_access_columns(Oid relation, const Bitmapset *columns, AclMode mode)
{
	Oid			user = GetUserId();
	int			column = -1;

	if (pg_class_aclcheck(relation, user, mode) == ACLCHECK_OK)
		return true;
	while ((column = bms_next_member(columns, column)) >= 0)
		if (pg_attribute_aclcheck(relation, column, user, mode) != ACLCHECK_OK)
			return false;
	return true;
}
