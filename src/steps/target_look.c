/*
 * target_look.c
 *		Reads the bound row for who looks at an action without running it: as the action
 *		would read it, but without a lock.
 */
#include "postgres.h"

#include "base/compat.h"
#include "catalog/objectaddress.h"
#include "lookup/column_rights.h"
#include "run/frame.h"
#include "run/statement_run.h"
#include "run/would_lock.h"
#include "steps/row_key.h"
#include "steps/target.h"
#include "steps/target_count.h"
#include "steps/target_look.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"

/* The statement that reads the target without a lock. */
static Statement *
look_like_load(Program *program)
{
	MemoryContext old = MemoryContextSwitchTo(program->mcxt);
	Statement  *look = palloc(sizeof(Statement));

	*look = *program->load;
	if (look->lock_at > 0)
	{
		initStringInfo(&look->tail);
		appendBinaryStringInfo(&look->tail, program->load->tail.data, look->lock_at);
		look->lock_at = 0;
	}
	look->many = NULL;
	look->plan = NULL;
	look->slots = look->guards = NULL;
	program->statements = lappend(program->statements, look);
	MemoryContextSwitchTo(old);
	return look;
}

/* The same of an action that finds out by itself whether there is a target; only its plan is used. */
static Statement *
look_by_key(Program *program)
{
	MemoryContext old = MemoryContextSwitchTo(program->mcxt);
	Statement  *look = palloc0(sizeof(Statement));

	look->scope = palloc0(sizeof(Scope));
	look->scope->program = program;
	program->statements = lappend(program->statements, look);
	MemoryContextSwitchTo(old);
	return look;
}

/* How many targets are there? */
static uint64
count_by_key(const Frame *frame, Statement *look)
{
	if (look->plan == NULL)
	{
		look->plan = target_prepare_by_key(frame->program);
		SPI_keepplan(look->plan);
	}
	return target_count_by_plan(frame, look->plan);
}

/* Would the load lock what it reads? */
static bool
load_locks(const Program *program)
{
	return program->load != NULL && program->load->lock_at > 0;
}

/* Raises unless the user may lock the row, as the load does. */
static void
require_lock_privilege(Oid table)
{
	if (!may_lock_rows(table))
		aclcheck_error(ACLCHECK_NO_PRIV, get_relkind_objtype(get_rel_relkind(table)), get_rel_name(table));
}

/* How many targets would be found? Policies may hide from a lock what may be read. */
static uint64
count_targets(Frame *frame)
{
	Program    *program = frame->program;
	Oid			table = program->target->relation;
	uint64		rows;

	if (program->load == NULL)
		return count_by_key(frame, program->look);
	if (load_locks(program))
		require_lock_privilege(table);
	rows = statement_execute(frame, program->look);
	if (rows > 0 && load_locks(program) && check_enable_rls(table, InvalidOid, true) == RLS_ENABLED)
		rows = would_lock(frame, program->load);
	return rows;
}

void
target_look(Frame *frame)
{
	Program    *program = frame->program;
	uint64		rows;

	if (program->target == NULL)
		return;
	if (program->look == NULL)
		program->look = program->load != NULL ? look_like_load(program) : look_by_key(program);
	rows = count_targets(frame);
	if (rows == 0)
		target_missing(frame, NULL);
	if (rows > 1)
		row_not_alone(frame, program->target->relation);
}
