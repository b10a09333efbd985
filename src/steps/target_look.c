/*
 * target_look.c
 *		Reads the bound row for who looks at an action without running it: as the action
 *		would read it, but without a lock.
 */
#include "postgres.h"

#include "base/compat.h"
#include "catalog/objectaddress.h"
#include "lookup/canonical.h"
#include "lookup/key.h"
#include "miscadmin.h"
#include "program/names.h"
#include "run/frame.h"
#include "run/statement_run.h"
#include "run/would_lock.h"
#include "steps/row_key.h"
#include "steps/target.h"
#include "steps/target_look.h"
#include "utils/acl.h"
#include "utils/builtins.h"
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

/* Prepares it. */
static SPIPlanPtr
prepare_by_key(const Program *program)
{
	List	   *key = key_of_table(program->target->relation, program->definition->key, true);
	Oid			types[CA_MAX_ARGUMENTS];
	StringInfoData text;
	SPIPlanPtr	plan;

	initStringInfo(&text);
	appendStringInfo(&text, "SELECT FROM %s AS this WHERE ", relation_name_sql(program->target->relation));
	for (int i = 0; i < list_length(key); i++)
	{
		const KeyColumn *column = list_nth(key, i);

		types[i] = program->slots[row_column_find(program->target, column->name)->slot].type;
		appendStringInfo(&text, "%sthis.%s %s $%d", i > 0 ? " AND " : "",
						 quote_identifier(column->name), column->equals, i + 1);
	}
	plan = SPI_prepare(text.data, list_length(key), types);
	if (plan == NULL)
		elog(ERROR, "could not prepare a statement of action \"%s\": %s", program->action,
			 SPI_result_code_string(SPI_result));
	return plan;
}

/* How many targets does a plan find with the current snapshot? */
static uint64
count_by_plan(const Frame *frame, SPIPlanPtr plan)
{
	const Program *program = frame->program;
	List	   *key = key_of_table(program->target->relation, program->definition->key, true);
	Datum		values[CA_MAX_ARGUMENTS];
	char		nulls[CA_MAX_ARGUMENTS];

	for (int i = 0; i < list_length(key); i++)
	{
		int			slot = row_column_find(program->target, ((KeyColumn *) list_nth(key, i))->name)->slot;

		values[i] = frame_value(frame, slot);
		nulls[i] = frame_isnull(frame, slot) ? 'n' : ' ';
	}
	if (SPI_execute_plan(plan, values, nulls, true, 2) != SPI_OK_SELECT)
		elog(ERROR, "could not look for the target of action \"%s\"", program->action);
	return SPI_processed;
}

/* How many targets are there? */
static uint64
count_by_key(const Frame *frame, Statement *look)
{
	if (look->plan == NULL)
	{
		look->plan = prepare_by_key(frame->program);
		SPI_keepplan(look->plan);
	}
	return count_by_plan(frame, look->plan);
}

uint64
target_count(const Frame *frame)
{
	SPIPlanPtr	plan = prepare_by_key(frame->program);
	uint64		rows = count_by_plan(frame, plan);

	SPI_freeplan(plan);
	return rows;
}

/* Would the load lock what it reads? */
static bool
load_locks(const Program *program)
{
	return program->load != NULL && program->load->lock_at > 0;
}

/* To lock a row takes UPDATE on the table, or on some column of it. */
static void
require_lock_privilege(Oid table)
{
	if (pg_class_aclcheck(table, GetUserId(), ACL_UPDATE) != ACLCHECK_OK &&
		pg_attribute_aclcheck_all(table, GetUserId(), ACL_UPDATE, ACLMASK_ANY) != ACLCHECK_OK)
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
