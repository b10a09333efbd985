/*
 * concern.c
 *		Whether a command may concern any action, by what it says.
 *
 * Nearly all DDL is about what no action uses. So before a list is made of what a
 * command touched, its parse tree is looked at, then pg_depend and the indexes on
 * words (lookup/words.c), by probes of indexes alone. What cannot be told from that
 * concerns actions: whoever asks finds out. Migrations of thousands of tables pay for
 * every microsecond here.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "ddl/altered_table.h"
#include "ddl/concern.h"
#include "ddl/follow_names.h"
#include "ddl/touched.h"
#include "lookup/depend.h"
#include "lookup/words.h"
#include "nodes/parsenodes.h"
#include "utils/inval.h"
#include "utils/syscache.h"

/* Is it a kind of object that is a relation, and nothing besides? */
static bool
is_relation_kind(ObjectType type)
{
	return type == OBJECT_TABLE || type == OBJECT_VIEW || type == OBJECT_MATVIEW ||
		type == OBJECT_FOREIGN_TABLE || type == OBJECT_SEQUENCE;
}

/* The relation that an ALTER TABLE was about, or a renaming of it, its column or constraint; else InvalidOid. */
static Oid
altered_relation(const Node *command)
{
	const RenameStmt *rename = (const RenameStmt *) command;
	RangeVar	name;

	if (IsA(command, AlterTableStmt) && is_relation_kind(((const AlterTableStmt *) command)->objtype))
		return RangeVarGetRelid(((const AlterTableStmt *) command)->relation, NoLock, true);
	if (!IsA(command, RenameStmt) || rename->relation == NULL)
		return InvalidOid;
	name = *rename->relation;
	if (is_relation_kind(rename->renameType))
		name.relname = rename->newname;
	else if (rename->renameType != OBJECT_TABCONSTRAINT &&
			 (rename->renameType != OBJECT_COLUMN || !is_relation_kind(rename->relationType)))
		return InvalidOid;
	return RangeVarGetRelid(&name, NoLock, true);
}

/*
 * Tables are often altered several times in a row, so the last one that no action
 * used is remembered, until some function is made or changed.
 */
static Oid	unused_table = InvalidOid;
static uint64 function_changes = 0;

/* Forgets the table: there may be an action that uses it. */
static void
forget_unused_table(Datum arg, int cacheid, uint32 hash)
{
	unused_table = InvalidOid;
	function_changes++;
}

/* Has functions that are made or changed from now on told of. */
static void
watch_functions(void)
{
	static bool registered = false;

	if (!registered)
		CacheRegisterSyscacheCallback(PROCOID, forget_unused_table, (Datum) 0);
	registered = true;
}

/* May any action use a relation, its row type or a child? */
static bool
table_may_be_used(Oid relation)
{
	Touched		touched = {.class = RelationRelationId, .object = relation};
	bool		children = false;
	uint64		changes;

	if (relation == unused_table && !has_subclass(relation))
		return false;
	watch_functions();
	changes = function_changes;
	if (relation_may_be_used(relation, &children) || (children && uses_of(&touched, true) != NIL))
		return true;

	/* an action that was activated while we looked may have been missed */
	if (changes == function_changes)
		unused_table = relation;
	return false;
}

bool
altering_concerns(const EventTriggerData *data, bool follows)
{
	Oid			relation;

	if (alter_is_harmless(data->parsetree))
		return false;
	relation = altered_relation(data->parsetree);

	/* whether there is any action takes longer to tell, the more there are */
	if (OidIsValid(relation) ? table_may_be_used(relation) : any_action())
		return true;
	return follows && names_are_given(data->parsetree) && names_concern_drafts(data->parsetree, relation);
}

/* Does an ALTER TABLE drop things of others? */
static bool
alter_cascades(const AlterTableStmt *command)
{
	ListCell   *cell;

	foreach(cell, command->cmds)
	{
		if (((AlterTableCmd *) lfirst(cell))->behavior == DROP_CASCADE)
			return true;
	}
	return false;
}

/*
 * An action keeps what it uses from being dropped without CASCADE; what goes with
 * a relation belongs to that. A column that ALTER TABLE drops is a change of the
 * table. But DROP INDEX takes what an ON CONFLICT needs.
 */
bool
dropping_concerns(const EventTriggerData *data)
{
	const DropStmt *drop = (const DropStmt *) data->parsetree;

	if (IsA(data->parsetree, AlterTableStmt))
		return alter_cascades((const AlterTableStmt *) data->parsetree);
	return !IsA(drop, DropStmt) || drop->behavior == DROP_CASCADE || !is_relation_kind(drop->removeType);
}

/* Is it a name of what only this session sees? */
static bool
is_temporary_name(const RangeVar *name)
{
	return name->relpersistence == RELPERSISTENCE_TEMP ||
		(name->schemaname != NULL && strcmp(name->schemaname, "pg_temp") == 0);
}

/* The relation that a command made, by the name that it has now; NULL: it made something else, or more. */
static const RangeVar *
made_relation(const Node *command)
{
	switch (nodeTag(command))
	{
		case T_CreateStmt:
			return ((const CreateStmt *) command)->relation;
		case T_CreateForeignTableStmt:
			return ((const CreateForeignTableStmt *) command)->base.relation;
		case T_CreateTableAsStmt:
			return ((const CreateTableAsStmt *) command)->into->rel;
		case T_ViewStmt:
			return ((const ViewStmt *) command)->view;
		case T_CreateSeqStmt:
			return ((const CreateSeqStmt *) command)->sequence;
		default:
			return NULL;
	}
}

/* Does a renaming make no name by which formulas would find something? */
static bool
renames_part(const RenameStmt *command)
{
	return command->renameType == OBJECT_COLUMN || command->renameType == OBJECT_ATTRIBUTE ||
		command->renameType == OBJECT_TABCONSTRAINT || command->renameType == OBJECT_DOMCONSTRAINT;
}

/*
 * Versions are asked for the name of a new relation rather than published texts:
 * they have an index. What is published without a version is nothing that we made.
 */
bool
creating_concerns(const EventTriggerData *data)
{
	const Node *command = data->parsetree;
	const RangeVar *made = made_relation(command);
	const RenameStmt *rename = (const RenameStmt *) command;

	if (made != NULL)
		return !is_temporary_name(made) && indexed_words_name("version_words", made->relname) && any_action();
	if (IsA(command, RenameStmt) && renames_part(rename))
		return false;
	if (IsA(command, RenameStmt) && is_relation_kind(rename->renameType))
		return indexed_words_name("version_words", rename->newname) && any_action();
	return any_action();
}
