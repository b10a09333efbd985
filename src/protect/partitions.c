/*
 * partitions.c
 *		Partitions of a protected table that come and go, as an event trigger tells.
 *
 * PostgreSQL copies row triggers to a partition that is attached, and takes them away
 * with it; triggers of statements it leaves where they are. So it is for us to see to
 * it that TRUNCATE is guarded where rows are, and nowhere else. Nearly all commands
 * are about no partition, and are known by their parse tree.
 */
#include "postgres.h"

#include "access/relation.h"
#include "base/compat.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "executor/spi.h"
#include "lookup/canonical.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "protect/partitions.h"
#include "protect/protection.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

/* What a table has of our triggers. */
typedef struct Guards
{
	bool		copied;			/* the row trigger of a table above */
	bool		own;			/* a row trigger of its own */
	char	   *statement;		/* name of the statement trigger, or NULL */
} Guards;

/* Looks at the triggers of a table. */
static Guards
guards_of(Oid table)
{
	Relation	relation = relation_open(table, AccessShareLock);
	const Trigger *row = protecting_trigger(relation, protecting_row_function());
	const Trigger *statement = protecting_trigger(relation, protecting_statement_function());
	Guards		guards = {
		.copied = row != NULL && row->tgisclone,
		.own = row != NULL && !row->tgisclone,
		.statement = statement != NULL ? pstrdup(statement->tgname) : NULL
	};

	relation_close(relation, AccessShareLock);
	return guards;
}

/* Runs a command about triggers. */
static void
run(const char *command)
{
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (SPI_execute(command, false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not guard a partition: %s", command);
	SPI_finish();
}

/* Sees to one table; foreign ones have no such triggers everywhere. */
static void
guard_table(Oid table)
{
	Guards		guards;

	if (get_rel_relkind(table) != RELKIND_RELATION && get_rel_relkind(table) != RELKIND_PARTITIONED_TABLE)
		return;
	guards = guards_of(table);
	if (guards.copied && guards.statement == NULL)
		run(psprintf("CREATE TRIGGER " PROTECTING_STATEMENT " BEFORE TRUNCATE ON %s FOR EACH STATEMENT"
					 " EXECUTE FUNCTION custom_actions.protect_statement()", relation_name_sql(table)));
	else if (!guards.copied && !guards.own && guards.statement != NULL)
		run(psprintf("DROP TRIGGER %s ON %s", quote_identifier(guards.statement), relation_name_sql(table)));
}

/* Sees to a table and what is below it. */
static void
guard_tree(Oid table)
{
	ListCell   *cell;

	if (!OidIsValid(table))
		return;
	foreach(cell, find_all_inheritors(table, AccessShareLock, NULL))
	{
		CHECK_FOR_INTERRUPTS();
		guard_table(lfirst_oid(cell));
	}
}

/* The table that a command names, or InvalidOid. */
static Oid
named_table(const RangeVar *name)
{
	return RangeVarGetRelid(name, NoLock, true);
}

/* Sees to what an ALTER TABLE attaches or detaches. */
static void
after_alter(const AlterTableStmt *alter)
{
	ListCell   *cell;

	foreach(cell, alter->cmds)
	{
		const AlterTableCmd *command = lfirst(cell);

		switch (command->subtype)
		{
			case AT_AttachPartition:
			case AT_DetachPartition:
			case AT_DetachPartitionFinalize:
				if (alter->objtype == OBJECT_TABLE)
					guard_tree(named_table(((PartitionCmd *) command->def)->name));
				break;
			default:
				break;
		}
	}
}

/* Sees to a new partition. */
static void
after_create(const CreateStmt *create)
{
	if (create->partbound != NULL)
		guard_tree(named_table(create->relation));
}

/* Sees to partitions among the tables that CREATE SCHEMA makes; they are in that schema. */
static void
after_schema(const CreateSchemaStmt *schema)
{
	ListCell   *cell;

	foreach(cell, schema->schemaElts)
	{
		const CreateStmt *create = lfirst(cell);

		if (!IsA(create, CreateStmt) || create->partbound == NULL)
			continue;
		guard_tree(get_relname_relid(create->relation->relname,
									 get_namespace_oid(schema->schemaname != NULL ? schema->schemaname :
													   schema->authrole != NULL && schema->authrole->roletype == ROLESPEC_CSTRING ?
													   schema->authrole->rolename :
													   GetUserNameFromId(GetUserId(), false), true)));
	}
}

void
partitions_guard(const Node *command)
{
	if (command == NULL)
		return;
	if (IsA(command, AlterTableStmt))
		after_alter((const AlterTableStmt *) command);
	else if (IsA(command, CreateStmt))
		after_create((const CreateStmt *) command);
	else if (IsA(command, CreateSchemaStmt))
		after_schema((const CreateSchemaStmt *) command);
}
