/*
 * target.c
 *		Loads the bound row.
 *
 * It is read only when something refers to a column beyond its key, or when
 * what runs first would not prove that it exists: that it does not is found
 * before anything else runs. It is locked only when a step writes it, so that a
 * role with SELECT can run an action that reads.
 * A get step counts as reading: what it reads must not change before the write.
 */
#include "postgres.h"

#include "access/relation.h"
#include "base/compat.h"
#include "catalog/pg_class.h"
#include "compile/compiler.h"
#include "plugins/plugin.h"
#include "run/execute.h"
#include "steps/address.h"
#include "steps/target.h"
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

/* The locking clause of the load. */
static const char *
locking_clause(const Compiler *compiler)
{
	const Definition *definition = compiler->program->definition;
	bool		lock = definition->lock_given ? definition->lock :
		compiler->target_written && can_lock(compiler->program->target->relation);

	if (!lock || definition->read_only)
		return "";
	return compiler->target_key_changed ? " FOR UPDATE OF this" : " FOR NO KEY UPDATE OF this";
}

/* Is all that the load would find out whether there is a target? The steps would, in time. */
static bool
only_proves(const Compiler *compiler, bool locks)
{
	const Program *program = compiler->program;
	const Definition *definition = program->definition;

	return compiler->target_proven && !reads_beyond_key(program) && !plugins_need_load(program) &&
		!(definition->lock_given && definition->lock) && !(compiler->target_read && locks);
}

void
target_compile(Compiler *compiler)
{
	Program    *program = compiler->program;
	Statement  *load;
	const char *lock = locking_clause(compiler);

	if (only_proves(compiler, lock[0] != '\0'))
	{
		if (compiler->target_proven_first && !plugins_run_before_steps(program))
			return;
		/* the step that writes it locks it; a lock now would ask for more privileges */
		lock = "";
	}
	load = compiler_statement(compiler, program->target->relation);
	load->select = true;
	load->into = list_make1(program->target);
	load->purpose = "target";
	plugins_join_load(program, load);
	appendStringInfoString(&load->head, "SELECT");
	appendStringInfo(&load->tail, " FROM %s AS this WHERE ",
					 relation_name_sql(program->target->relation));
	address_target_condition(compiler, load);
	appendStringInfoString(&load->tail, lock);
	compiler_analyse(compiler, load);
	program->load = load;
}

void
target_load(Frame *frame)
{
	Program    *program = frame->program;
	uint64		rows;

	if (program->load == NULL)
		return;
	rows = statement_execute(frame, program->load);
	if (rows == 0)
		address_target_missing(frame, NULL);
	if (rows > 1)
		address_several(frame, program->target->relation);
}
