/*
 * many_shape.c
 *		Decides whether an action may run for many items at once: step after step for
 *		all of them must give what item after item would have given, or an error.
 *
 * An item must not see what another has written, nor get in its way:
 * - What formulas, policies and defaults read, by sub-SELECTs or functions of users',
 *   must not be a table that a step writes.
 * - A table that is written is plain, and nothing of users' runs for each of its rows.
 * - The rows of a table that steps work on are the item's own: its target (items with
 *   the same one are kept apart), or one that it has created. Any other row may be
 *   that of two items; then one statement only may touch its table, which two such
 *   items make fail. What a set draws from a sequence is gone if it fails, and one by
 *   one might not fail: an action that draws works on no such row.
 * - Nothing that is unique is changed, since in which order others are does not matter
 *   to rows that are only added, and does to those that make room.
 * - A row that refers to a table of created rows refers to that of its own item; rows
 *   that others refer to are not deleted together with those.
 * - What draws from a sequence stands in one place, which draws in the order of items.
 *
 * An action that is performed is looked at in its own surroundings, by a call of its
 * function: what it uses is added. It finds no rows in tables that the other writes.
 */
#include "postgres.h"

#include "access/relation.h"
#include "base/compat.h"
#include "base/plain_path.h"
#include "catalog/pg_class.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "engine/many_shape.h"
#include "nodes/nodeFuncs.h"
#include "program/names.h"
#include "program/together.h"
#include "run/observer.h"
#include "run/statement_run.h"
#include "steps/step_list.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

bool
many_shape_fits(ManyShape *shape)
{
	const Program *program = shape->program;

	if (plain_path_has(PLAIN_SETS))
		return many_refuse(shape, "custom_actions.plain_path says so");
	if (!program->definition->bulk)
		return many_refuse(shape, "the action says \"bulk\": false");
	if (program->begins_with_more)
		return many_refuse(shape, program->definition->deprecated != NULL ? "the action is deprecated" :
						   "what its inputs refer to, and their options, are looked up for each call");
	if (program->definition->max_rows > 0)
		return many_refuse(shape, "\"max_rows\" is a limit for each call");
	if (program->pipeline != NULL)
		return many_refuse(shape, "plug-ins run for each call");
	if (program->sensitive)
		return many_refuse(shape, "sensitive values are kept apart for each call");
	if (program->remembered_inputs != NULL)
		return many_refuse(shape, "a step sets the columns that an input gives");
	if (!observers_allow_many(program->definition))
		return many_refuse(shape, "each step of each call is traced, or watched by a preview");
	return steps_fit_many(shape, &program->steps);
}

/* Is the row that of the target? */
static bool
is_target_row(const Program *program, const Row *row)
{
	return row != NULL && program->target != NULL && rows_are_one(row, program->target);
}

/* Is it one that a step of the item has created? */
static bool
is_created_row(const ManyShape *shape, const Row *row)
{
	ListCell   *cell;

	foreach(cell, shape->uses)
	{
		const ManyUse *use = lfirst(cell);
		ListCell   *into;

		foreach(into, use->command == CMD_INSERT ? use->statement->into : NIL)
		{
			if (row != NULL && rows_are_one(row, lfirst(into)))
				return true;
		}
	}
	return false;
}

/* Notes which tables steps write, and in which they find rows. */
static void
collect_tables(ManyShape *shape)
{
	const Program *program = shape->program;
	ListCell   *cell;

	foreach(cell, shape->uses)
	{
		const ManyUse *use = lfirst(cell);

		if (use->command != CMD_SELECT)
			shape->written = list_append_unique_oid(shape->written, use->relation);
		if (use->command == CMD_INSERT)
			shape->inserted = list_append_unique_oid(shape->inserted, use->relation);
		else
			shape->found = list_append_unique_oid(shape->found, use->relation);
	}
	if (program->target != NULL && program->load != NULL)
		shape->found = list_append_unique_oid(shape->found, program->target->relation);
}

/* Notes which tables refer to rows that are deleted; false if such rows would be changed by that. */
static bool
deleting_fits(ManyShape *shape, const TriggerDesc *triggers)
{
	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (RI_FKey_trigger_type(trigger->tgfoid) != RI_TRIGGER_PK || !TRIGGER_FOR_DELETE(trigger->tgtype))
			continue;
		if (trigger->tgfoid != F_RI_FKEY_NOACTION_DEL && trigger->tgfoid != F_RI_FKEY_RESTRICT_DEL)
			return false;
		shape->referring = list_append_unique_oid(shape->referring, trigger->tgconstrrelid);
	}
	return true;
}

/* Does a step delete rows of the table? */
static bool
is_deleted_from(const ManyShape *shape, Oid relation)
{
	ListCell   *cell;

	foreach(cell, shape->uses)
	{
		const ManyUse *use = lfirst(cell);

		if (use->command == CMD_DELETE && use->relation == relation)
			return true;
	}
	return false;
}

/* Why a table that is written does not fit, or NULL. */
static const char *
written_table_misfit(ManyShape *shape, Relation relation)
{
	const char *tied = table_ties_rows(relation);

	if (tied != NULL)
		return tied;
	if (is_deleted_from(shape, RelationGetRelid(relation)) && !deleting_fits(shape, relation->trigdesc))
		return "it deletes rows that others refer to";
	return NULL;
}

/* Do all tables that are written fit? */
static bool
written_tables_fit(ManyShape *shape)
{
	ListCell   *cell;

	foreach(cell, shape->written)
	{
		Relation	relation = relation_open(lfirst_oid(cell), AccessShareLock);
		const char *misfit = written_table_misfit(shape, relation);

		relation_close(relation, NoLock);
		if (misfit != NULL)
			return many_refuse(shape, misfit);
	}
	return true;
}

/* Is the row that a statement works on the item's own? */
static bool
is_own_row(const ManyShape *shape, const ManyUse *use)
{
	const Row  *row = use->address != NULL ? use->address->row : NULL;

	return use->command == CMD_INSERT || is_target_row(shape->program, row) || is_created_row(shape, row);
}

/* Does another statement touch the table? */
static bool
is_touched_by_others(const ManyShape *shape, const ManyUse *use)
{
	ListCell   *cell;

	foreach(cell, shape->uses)
	{
		const ManyUse *other = lfirst(cell);

		if (other != use && other->relation == use->relation)
			return true;
	}
	return shape->program->target != NULL && shape->program->load != NULL &&
		shape->program->target->relation == use->relation;
}

/* Do the statements keep the items apart? */
static bool
rows_fit(ManyShape *shape)
{
	ListCell   *cell;

	foreach(cell, shape->uses)
	{
		const ManyUse *use = lfirst(cell);

		if (!list_member_oid(shape->written, use->relation))
			continue;
		shape->step = use->step;
		if (!is_own_row(shape, use))
			shape->shares_rows = true;
		if (!is_own_row(shape, use) && (is_touched_by_others(shape, use) || !use->address->required ||
										use->address->where != NULL))
			return many_refuse(shape, "the row that it works on may be that of several items");
		if (use->command == CMD_DELETE && list_member_oid(shape->inserted, use->relation))
			return many_refuse(shape, "it creates and deletes rows of one table");
	}
	shape->step = NULL;
	return true;
}

/* Does what it computes fit? own: the table that it works on, or InvalidOid. Notes what it reads beside. */
static bool
tree_fits(ManyShape *shape, Node *tree, Oid own)
{
	SharedUse	use = {.sequences = shape->sequences};

	if (tree_ties_rows(tree, &use))
		return many_refuse(shape,
						   "it calls functions that may read what other items write, or tell in which order they come");
	shape->sequences = use.sequences;
	if (list_member_oid(use.read, own))
		use.read = list_delete_oid(use.read, own);
	shape->read = list_concat_unique_oid(shape->read, use.read);
	return true;
}

/* The slot that a value is, at most relabeled; or -1. */
static int
slot_of_value(const Scope *scope, const Node *node)
{
	while (IsA(node, RelabelType))
		node = (const Node *) ((const RelabelType *) node)->arg;
	return IsA(node, Param) && ((const Param *) node)->paramkind == PARAM_EXTERN ?
		list_nth_int(scope->parameters, ((const Param *) node)->paramid - 1) : -1;
}

/* Is the slot a column of a row that the item has created in this table? */
static bool
slot_is_of_created(const ManyShape *shape, int slot, Oid table)
{
	ListCell   *cell;

	foreach(cell, shape->uses)
	{
		const ManyUse *use = lfirst(cell);
		ListCell   *into;

		foreach(into, use->command == CMD_INSERT && use->relation == table ? use->statement->into : NIL)
		{
			ListCell   *column;

			foreach(column, ((Row *) lfirst(into))->columns)
			{
				if (((RowColumn *) lfirst(column))->slot == slot)
					return true;
			}
		}
	}
	return false;
}

/* Does a column that refers to a table get no value, or that of a row which the item has created? */
static bool
reference_is_own(const ManyShape *shape, const ManyUse *use, const Query *query, AttrNumber column, Oid table)
{
	ListCell   *cell;

	foreach(cell, query->targetList)
	{
		const TargetEntry *entry = lfirst_node(TargetEntry, cell);

		if (entry->resjunk || entry->resno != column)
			continue;
		if (IsA(entry->expr, Const) && ((const Const *) entry->expr)->constisnull)
			return true;
		return slot_is_of_created(shape, slot_of_value(use->statement->scope, (const Node *) entry->expr), table);
	}
	return true;
}

/* Notes to which tables rows refer that a statement writes, other than to rows of their own item. */
static void
note_references(ManyShape *shape, const ManyUse *use, const Query *query, Relation relation)
{
	ListCell   *cell;

	foreach(cell, RelationGetFKeyList(relation))
	{
		const ForeignKeyCacheInfo *key = lfirst(cell);

		for (int i = 0; i < key->nkeys; i++)
			if (!reference_is_own(shape, use, query, key->conkey[i], key->confrelid))
				shape->referred = list_append_unique_oid(shape->referred, key->confrelid);
	}
}

/* Is there a value of the item's in it? */
static bool
has_parameter_walker(Node *node, void *context)
{
	return node != NULL && (IsA(node, Param) || expression_tree_walker(node, has_parameter_walker, context));
}

/* Does an item say itself what is in a column that makes rows unique? */
static bool
gives_unique(Relation relation, const Query *query)
{
	Query		given = {.type = T_Query};
	ListCell   *cell;

	foreach(cell, query->targetList)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, cell);

		if (!entry->resjunk && has_parameter_walker((Node *) entry->expr, NULL))
			given.targetList = lappend(given.targetList, entry);
	}
	return given.targetList != NIL && update_is_of_unique(relation, &given);
}

/* Do several steps create rows of a table? */
static bool
is_created_into_again(const ManyShape *shape, Oid table)
{
	int			count = 0;
	ListCell   *cell;

	foreach(cell, shape->uses)
	{
		const ManyUse *use = lfirst(cell);

		if (use->command == CMD_INSERT && use->relation == table)
			count++;
	}
	return count > 1;
}

/* Can one item's row be in the way of another's only where it would be one by one? */
static bool
unique_values_fit(ManyShape *shape, Relation relation, const Query *query)
{
	Oid			table = RelationGetRelid(relation);

	if (!gives_unique(relation, query))
		return true;
	shape->given = list_append_unique_oid(shape->given, table);
	return !is_created_into_again(shape, table) ||
		many_refuse(shape, "several steps create rows of a table, with values that have to be unique");
}

/* Does it leave alone what is unique, and what others have written? */
static bool
row_fits(ManyShape *shape, const ManyUse *use, const Query *query, Relation relation)
{
	if (use->command == CMD_INSERT && insert_looks_around(relation, query))
		return many_refuse(shape,
						   "it leaves out a column of a domain with checks that call functions which may read");
	if (use->command == CMD_INSERT && !unique_values_fit(shape, relation, query))
		return false;
	if (use->command == CMD_UPDATE && update_is_of_unique(relation, query))
		return many_refuse(shape, "it changes a column of a key or of another unique index");
	return true;
}

/* Does what a statement writes into its table's rows fit? Notes to which rows these refer. */
static bool
writing_fits(ManyShape *shape, const ManyUse *use, const Query *query)
{
	Relation	relation;
	bool		fits;

	if (use->command != CMD_INSERT && use->command != CMD_UPDATE)
		return true;
	relation = relation_open(use->relation, AccessShareLock);
	note_references(shape, use, query, relation);
	fits = row_fits(shape, use, query, relation);
	relation_close(relation, NoLock);
	return fits;
}

/* Does a statement fit, as it is analysed and rewritten? */
static bool
statement_fits(ManyShape *shape, Statement *statement, const ManyUse *use)
{
	ListCell   *cell;

	foreach(cell, statement_queries(statement))
	{
		Query	   *query = lfirst_node(Query, cell);
		int			drawn = list_length(shape->sequences);

		if (!tree_fits(shape, (Node *) query, statement->relation))
			return false;
		if (statement->items_at > 0 && list_length(shape->sequences) > drawn)
			return many_refuse(shape, "it draws from a sequence for rows that are found in any order");
		if (use != NULL && !writing_fits(shape, use, query))
			return false;
	}
	return true;
}

/* Do all statements of steps fit? */
static bool
uses_fit(ManyShape *shape)
{
	ListCell   *cell;

	foreach(cell, shape->uses)
	{
		const ManyUse *use = lfirst(cell);

		shape->step = use->step;
		if (!statement_fits(shape, use->statement, use))
			return false;
	}
	shape->step = NULL;
	return shape->program->load == NULL || statement_fits(shape, shape->program->load, NULL);
}

/* Does what is computed outside of statements fit? */
static bool
expressions_fit(ManyShape *shape)
{
	ListCell   *cell;

	foreach(cell, shape->program->expressions)
	{
		const Expression *expression = lfirst(cell);

		if (expression->plain ? !tree_fits(shape, expression->tree, InvalidOid) :
			!statement_fits(shape, expression->query, NULL))
			return false;
	}
	return true;
}

/* Is the target's table one whose rows are found and locked by a key? */
static bool
target_fits(ManyShape *shape)
{
	const Program *program = shape->program;
	Relation	relation;
	bool		plain;

	if (program->target == NULL)
		return true;
	relation = relation_open(program->target->relation, AccessShareLock);
	plain = relation->rd_rel->relkind == RELKIND_RELATION && !relation->rd_rel->relhassubclass &&
		relation->rd_rules == NULL;
	relation_close(relation, NoLock);
	return plain || many_refuse(shape, "the table that it is bound to is no plain one");
}

/* Do two lists of tables, or of sequences, have one in common? */
static bool
have_common(const List *some, const List *others)
{
	ListCell   *cell;

	foreach(cell, some)
	{
		if (list_member_oid(others, lfirst_oid(cell)))
			return true;
	}
	return false;
}

/* Adds what an action uses that is performed. */
static bool
add_part(ManyShape *shape, const ManyShape *part)
{
	if (have_common(shape->written, part->found) || have_common(shape->found, part->written))
		return many_refuse(shape, "it works on rows of a table that an action which it performs works on, too");
	if (have_common(shape->inserted, part->given) || have_common(shape->given, part->inserted))
		return many_refuse(shape, "an action that it performs creates rows of a table, too, with values that have to be unique");
	if (have_common(shape->sequences, part->sequences))
		return many_refuse(shape, "it draws from a sequence that an action which it performs draws from, too");
	shape->written = list_concat_unique_oid(shape->written, part->written);
	shape->inserted = list_concat_unique_oid(shape->inserted, part->inserted);
	shape->given = list_concat_unique_oid(shape->given, part->given);
	shape->found = list_concat_unique_oid(shape->found, part->found);
	shape->read = list_concat_unique_oid(shape->read, part->read);
	shape->referred = list_concat_unique_oid(shape->referred, part->referred);
	shape->referring = list_concat_unique_oid(shape->referring, part->referring);
	shape->sequences = list_concat_unique_oid(shape->sequences, part->sequences);
	shape->shares_rows = shape->shares_rows || part->shares_rows;
	return true;
}

/* Do the types of inputs check no more than what is given? They are bound before anything is written. */
static bool
inputs_fit(ManyShape *shape)
{
	const Program *program = shape->program;

	for (int i = 0; i < program->signature->ninputs; i++)
		if (type_looks_around(program->slots[program->input_slots[i]].type))
			return many_refuse(shape, "an input is of a domain with checks that call functions which may read");
	return true;
}

bool
many_shape_look(ManyShape *shape)
{
	ListCell   *cell;

	shape->step = NULL;
	collect_tables(shape);
	if (!inputs_fit(shape) || !target_fits(shape) || !written_tables_fit(shape) || !rows_fit(shape) || !uses_fit(shape) ||
		!expressions_fit(shape))
		return false;
	foreach(cell, shape->parts)
	{
		if (!add_part(shape, lfirst(cell)))
			return false;
	}
	return true;
}

/* Is a table that formulas read one that is written? What a foreign table shows may be. */
static bool
reads_written(const ManyShape *shape)
{
	ListCell   *cell;

	foreach(cell, shape->written != NIL ? shape->read : NIL)
	{
		/*
		 * what is written is plain: it has no children, and is nobody's
		 * partition
		 */
		if (list_member_oid(shape->written, lfirst_oid(cell)) ||
			get_rel_relkind(lfirst_oid(cell)) == RELKIND_FOREIGN_TABLE)
			return true;
	}
	return false;
}

bool
many_set_fits(ManyShape *shape, ItemSet *set)
{
	if (!many_shape_look(shape))
		return false;
	if (reads_written(shape))
		return many_refuse(shape, "a formula or policy reads a table that it writes");
	if (have_common(shape->referred, shape->inserted))
		return many_refuse(shape, "a row may refer to one that another item creates");
	if (have_common(shape->referring, shape->written))
		return many_refuse(shape, "it deletes rows that others refer to");
	if (shape->sequences != NIL && shape->shares_rows)
		return many_refuse(shape, "it works on rows that may be those of several items, and draws from a sequence");
	/* another item may create its target before it would have had its turn */
	if (shape->program->target != NULL && list_member_oid(shape->inserted, shape->program->target->relation))
		set->call->may_leave = false;
	return true;
}
