/*
 * key_rights.c
 *		May a statement return the key of the rows that it writes?
 *
 * RETURNING asks for SELECT on its columns and, where row security applies, for
 * the policies of SELECT. An action that works without must work although
 * somebody watches, so this is asked before each execution, as the user that it
 * has: what was found holds for that user until the catalogs change. With the
 * table locked no policy can come in between; a REVOKE takes no lock, so one that
 * commits within the microseconds up to the statement's own check is seen there.
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "commands/trigger.h"
#include "lookup/instead.h"
#include "lookup/key.h"
#include "miscadmin.h"
#include "run/catalog_changes.h"
#include "run/key_rights.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"

/* May the current user read the key? With xmax, the whole table. */
static bool
may_read_key(Oid table, const StatementKey *key)
{
	Oid			user = GetUserId();
	ListCell   *cell;

	if (pg_class_aclcheck(table, user, ACL_SELECT) == ACLCHECK_OK)
		return true;
	if (key->may_update && PG_VERSION_NUM < 180000)
		return false;
	foreach(cell, key->columns)
	{
		AttrNumber	number = get_attnum(table, ((KeyColumn *) lfirst(cell))->name);

		if (number == InvalidAttrNumber ||
			pg_attribute_aclcheck(table, number, user, ACL_SELECT) != ACLCHECK_OK)
			return false;
	}
	return true;
}

/* Does the view have a trigger that does the command, so that nothing behind it is asked? */
static bool
has_instead_trigger(Oid view, CmdType command)
{
	Relation	relation = relation_open(view, AccessShareLock);
	const TriggerDesc *triggers = relation->trigdesc;
	bool		has = triggers != NULL &&
		(command == CMD_INSERT ? triggers->trig_insert_instead_row :
		 command == CMD_UPDATE ? triggers->trig_update_instead_row : triggers->trig_delete_instead_row);

	relation_close(relation, NoLock);
	return has;
}

/* Are rows of the table kept elsewhere? Not everything that keeps them knows RETURNING. */
static bool
has_foreign_rows(Oid table)
{
	ListCell   *cell;

	if (get_rel_relkind(table) == RELKIND_FOREIGN_TABLE)
		return true;
	if (!has_subclass(table))
		return false;
	foreach(cell, find_all_inheritors(table, NoLock, NULL))
	{
		if (get_rel_relkind(lfirst_oid(cell)) == RELKIND_FOREIGN_TABLE)
			return true;
	}
	return false;
}

/* The same as statement_may_return_key(), looked up. */
static bool
find_out(const Statement *statement)
{
	const StatementKey *key = statement->key;
	Oid			table = statement->relation;

	if (instead_rules_exist(table, key->command) || has_foreign_rows(table))
		return false;
	if (key->needs_nothing)
		return true;
	switch (get_rel_relkind(table))
	{
		case RELKIND_RELATION:
		case RELKIND_PARTITIONED_TABLE:
			return may_read_key(table, key) &&
				(statement->reads_rows || check_enable_rls(table, InvalidOid, true) != RLS_ENABLED);
		case RELKIND_VIEW:
			return has_instead_trigger(table, key->command) && may_read_key(table, key);
		default:
			return false;
	}
}

bool
statement_may_return_key(Statement *statement)
{
	StatementKey *key = statement->key;

	LockRelationOid(statement->relation, RowExclusiveLock);
	if (key->user != GetUserId() || key->changes != catalog_changes)
	{
		uint64		changes = catalog_changes;

		key->user = InvalidOid;
		key->allowed = find_out(statement);
		key->user = GetUserId();
		key->changes = changes;
	}
	return key->allowed;
}
