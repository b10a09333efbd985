/*
 * target.c
 *		Loads the bound row.
 *
 * It is read only when something refers to a column beyond its key, or when
 * what runs first would not prove that it exists: that it does not is found
 * before anything else runs. It is locked only when a step writes it, so that a
 * role with SELECT can run an action that reads.
 * Where the first step writes it anyway, that step delivers it (target_write.c).
 * A get step counts as reading: what it reads must not change before the write.
 */
#include "postgres.h"

#include "access/relation.h"
#include "base/compat.h"
#include "base/text_list.h"
#include "catalog/pg_class.h"
#include "compile/compiler.h"
#include "lookup/canonical.h"
#include "lookup/datum_text.h"
#include "lookup/key.h"
#include "program/row_lock.h"
#include "run/frame.h"
#include "run/statement_run.h"
#include "steps/row_key.h"
#include "steps/target.h"
#include "steps/target_fetch.h"
#include "steps/target_write.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

/* Does anything refer to a column that the caller did not give? */
static bool
reads_beyond_key(const Program *program)
{
	ListCell   *cell;

	foreach(cell, program->target->columns)
	{
		int			slot = ((RowColumn *) lfirst(cell))->slot;
		bool		is_key = false;

		for (int i = 0; i < program->signature->nkeys; i++)
			is_key = is_key || program->input_slots[i] == slot;
		if (!is_key)
			return true;
	}
	return false;
}

/* A view whose writes are triggers' work may have no rows that can be locked. */
static bool
can_lock(Oid table)
{
	Relation	relation = relation_open(table, AccessShareLock);
	bool		can = true;

	if (relation->rd_rel->relkind == RELKIND_VIEW && relation->trigdesc != NULL)
		can = !relation->trigdesc->trig_update_instead_row &&
			!relation->trigdesc->trig_delete_instead_row;
	relation_close(relation, NoLock);
	return can;
}

/* Is the row to be locked before the steps? */
static bool
wants_lock(const Program *program)
{
	const Definition *definition = program->definition;

	return !definition->read_only &&
		(definition->lock_given ? definition->lock : program->target_written && can_lock(program->target->relation));
}

/* Is all that the load would find out whether there is a target? The steps would, in time. */
static bool
only_proves(const Compiler *compiler, bool locks)
{
	const Definition *definition = compiler->program->definition;

	return compiler->target_proven && !reads_beyond_key(compiler->program) &&
		!(definition->lock_given && definition->lock) && !(compiler->target_read && locks);
}

void
target_condition(Compiler *compiler, Statement *statement)
{
	const Program *program = compiler->program;
	List	   *key = key_of_table(program->target->relation, program->definition->key, true);
	List	   *values = NIL;
	ListCell   *cell;

	foreach(cell, key)
	{
		int			slot = row_column_find(program->target, ((KeyColumn *) lfirst(cell))->name)->slot;

		values = lappend(values, compiler_slot_value(compiler, slot, "target"));
	}
	row_key_condition(statement, &statement->tail, program->target->relation, key, values);
}

void
target_compile(Compiler *compiler, bool needed_first, Row *image)
{
	Program    *program = compiler->program;
	Statement  *load;
	bool		locks = wants_lock(program);

	program->target_locked = locks;
	program->target_lock = row_lock_of_write(compiler->target_key_changed);
	if (image == NULL && only_proves(compiler, locks))
	{
		if (compiler->target_proven_first && !needed_first)
			return;

		/*
		 * the step that writes it locks it; a lock now would ask for more
		 * privileges
		 */
		locks = false;
	}
	load = compiler_statement(compiler, program->target->relation);
	load->select = true;
	load->into = image ? list_make2(program->target, image) : list_make1(program->target);
	load->purpose = "target";
	appendStringInfoString(&load->head, "SELECT");
	appendStringInfo(&load->tail, " FROM %s AS this", relation_name_sql(program->target->relation));
	load->items_at = load->tail.len;
	appendStringInfoString(&load->tail, " WHERE ");
	target_condition(compiler, load);
	if (locks)
	{
		load->lock_at = load->tail.len;
		appendStringInfoString(&load->tail, row_lock_clause(program->target_lock));
	}
	compiler_analyse(compiler, load);
	program->load = load;
	target_fetch_compile(compiler);
}

/* "(id) = (42)" from slots of the frame. */
static char *
shown_key(Frame *frame, const List *key, const int *slots)
{
	StringInfoData names;
	StringInfoData values;

	initStringInfo(&names);
	initStringInfo(&values);
	for (int i = 0; i < list_length(key); i++)
	{
		append_element(&names, i == 0, (char *) list_nth(key, i));
		append_element(&values, i == 0, frame_isnull(frame, slots[i]) ? "null" :
					   datum_text(frame_value(frame, slots[i]), frame->program->slots[slots[i]].type));
	}
	return psprintf("(%s) = (%s)", names.data, values.data);
}

char *
target_shown(Frame *frame)
{
	const Program *program = frame->program;
	List	   *names = NIL;

	for (int i = 0; i < program->signature->nkeys; i++)
		names = lappend(names, program->signature->inputs[i].column);
	return shown_key(frame, names, program->input_slots);
}

void
target_missing(Frame *frame, const char *hint)
{
	Program    *program = frame->program;

	row_missing(frame, program->definition->not_found,
				psprintf("there is no row %s in %s",
						 target_shown(frame),
						 relation_name_canonical(program->target->relation)), hint);
}

void
target_load(Frame *frame)
{
	Program    *program = frame->program;
	uint64		rows;
	bool		found;

	if (program->load == NULL || (program->target_write != NULL && target_write_delivers(frame)))
		return;
	if (program->target_fetch != NULL && target_fetch(frame, &found))
		rows = found ? 1 : 0;
	else
		rows = statement_execute(frame, program->load);
	if (rows == 0)
		target_missing(frame, NULL);
	if (rows > 1)
		row_not_alone(frame, program->target->relation);
}
