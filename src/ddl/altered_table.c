/*
 * altered_table.c
 *		What an ALTER TABLE can do to actions, by what it says.
 *
 * To compile all actions of a table takes long, and the table is locked meanwhile. So
 * parts of the command that can break none are known here; whoever adds one must be
 * sure that compiling does not look at what it changes, nor what is kept of actions
 * (definition/facts.h).
 *
 * A column that is added, and that INSERT need not give, can only be met by its name,
 * or by what stands for all columns: a star, NATURAL, a record that gives columns, rows
 * built of values. The name is looked for in the action's text. An action in which
 * something stands for all columns depends on the row types of its tables
 * (Program.takes_all), and so does what builds rows.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/plain_path.h"
#include "catalog/namespace.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "ddl/altered_table.h"
#include "ddl/mention.h"
#include "ddl/recheck.h"
#include "ddl/touched.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/syscache.h"

/*
 * Is a part about storage, statistics, or who may do what; or about what happens when
 * rows are written, which no statement of an action names?
 */
static bool
part_is_harmless(const AlterTableCmd *part)
{
	switch (part->subtype)
	{
		case AT_SetStatistics:
		case AT_SetOptions:
		case AT_ResetOptions:
		case AT_SetStorage:
		case AT_SetCompression:
		case AT_ClusterOn:
		case AT_DropCluster:
		case AT_SetLogged:
		case AT_SetUnLogged:
		case AT_SetTableSpace:
		case AT_SetRelOptions:
		case AT_ResetRelOptions:
		case AT_ReplicaIdentity:
		case AT_ChangeOwner:
		case AT_ValidateConstraint:
		case AT_EnableTrig:
		case AT_EnableAlwaysTrig:
		case AT_EnableReplicaTrig:
		case AT_DisableTrig:
		case AT_EnableTrigAll:
		case AT_DisableTrigAll:
		case AT_EnableTrigUser:
		case AT_DisableTrigUser:
			return true;
		default:
			return false;
	}
}

/* The ALTER TABLE that a command is, or NULL. Options of a view would decide how it is read. */
static const AlterTableStmt *
altered_table(const Node *command)
{
	const AlterTableStmt *alter = (const AlterTableStmt *) command;

	if (command == NULL || !IsA(command, AlterTableStmt) ||
		(alter->objtype != OBJECT_TABLE && alter->objtype != OBJECT_MATVIEW && alter->objtype != OBJECT_FOREIGN_TABLE))
		return NULL;
	return alter;
}

bool
alter_is_harmless(const Node *command)
{
	const AlterTableStmt *alter = altered_table(command);
	ListCell   *cell;

	if (alter == NULL || plain_path_has(PLAIN_FINGERPRINTS))
		return false;
	foreach(cell, alter->cmds)
	{
		if (!part_is_harmless(lfirst_node(AlterTableCmd, cell)))
			return false;
	}
	return true;
}

/* Is a column added with nothing but a default? */
static bool
adds_plainly(const AlterTableCmd *part)
{
	ListCell   *cell;

	if (part->subtype != AT_AddColumn)
		return false;
	foreach(cell, castNode(ColumnDef, part->def)->constraints)
	{
		const Constraint *constraint = lfirst_node(Constraint, cell);

		if (constraint->contype != CONSTR_NULL && constraint->contype != CONSTR_NOTNULL &&
			constraint->contype != CONSTR_DEFAULT)
			return false;
	}
	return true;
}

/* Need INSERT not give the column? */
static bool
column_may_be_left_out(Oid relation, const char *name)
{
	HeapTuple	tuple = SearchSysCacheAttName(relation, name);
	bool		may;

	if (!HeapTupleIsValid(tuple))
		return false;
	may = !((Form_pg_attribute) GETSTRUCT(tuple))->attnotnull || ((Form_pg_attribute) GETSTRUCT(tuple))->atthasdef;
	ReleaseSysCache(tuple);
	return may;
}

/* The names of the columns that a command adds, if it does nothing else that matters; else NIL. */
static List *
added_columns(const AlterTableStmt *alter, Oid relation)
{
	List	   *names = NIL;
	ListCell   *cell;

	foreach(cell, alter->cmds)
	{
		const AlterTableCmd *part = lfirst_node(AlterTableCmd, cell);

		if (part_is_harmless(part))
			continue;
		if (!adds_plainly(part) || !column_may_be_left_out(relation, castNode(ColumnDef, part->def)->colname))
			return NIL;
		names = lappend(names, castNode(ColumnDef, part->def)->colname);
	}
	return names;
}

/* Is a relation all that the action uses of what was touched, the altered one or a child of it? */
static bool
uses_relation_alone(const Recheck *recheck, Oid relation)
{
	ListCell   *cell;

	foreach(cell, recheck->uses)
	{
		const Use  *use = lfirst(cell);

		if (use->touched->class != RelationRelationId || use->touched->object != relation ||
			use->object.classId != RelationRelationId)
			return false;
	}
	return true;
}

List *
rechecks_for_columns(const Node *command, List *rechecks)
{
	const AlterTableStmt *alter = altered_table(command);
	Oid			relation = alter == NULL ? InvalidOid : RangeVarGetRelid(alter->relation, NoLock, true);
	List	   *names = OidIsValid(relation) ? added_columns(alter, relation) : NIL;
	List	   *concerned = NIL;
	ListCell   *cell;

	if (names == NIL || plain_path_has(PLAIN_FINGERPRINTS))
		return rechecks;
	foreach(cell, rechecks)
	{
		Recheck    *recheck = lfirst(cell);

		CHECK_FOR_INTERRUPTS();
		if (!uses_relation_alone(recheck, relation) || action_names_any(recheck->action, names))
			concerned = lappend(concerned, recheck);
	}
	return concerned;
}
