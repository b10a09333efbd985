/*
 * liveness.c
 *		Is the target read before the first step writes it?
 *
 * If not, the write returns what is read of it, as it does in any case, and the load
 * before it only proves that there is a target, which the write does as well. When
 * the action runs, target_write.c decides whether that makes a difference.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "base/plain_path.h"
#include "catalog/pg_type.h"
#include "compile/compiler.h"
#include "lookup/key.h"
#include "steps/liveness.h"
#include "steps/merge.h"
#include "steps/target_write.h"
#include "utils/lsyscache.h"

/* Is what the caller gives for this part of the key what the row has, if they are equal? */
static bool
key_is_as_given(const Slot *slot)
{
	switch (getBaseType(slot->type))
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case UUIDOID:
			return true;
		case TEXTOID:
		case VARCHAROID:
			return OidIsValid(slot->collation) && get_collation_isdeterministic(slot->collation);
		default:
			return false;
	}
}

/* Is this true of the whole key? */
static bool
keys_are_as_given(const Program *program)
{
	for (int i = 0; i < program->signature->nkeys; i++)
		if (!key_is_as_given(&program->slots[program->input_slots[i]]))
			return false;
	return true;
}

/* The slots of the target that callers do not give. */
static Bitmapset *
loaded_slots(const Program *program)
{
	Bitmapset  *slots = NULL;
	ListCell   *cell;

	foreach(cell, program->target->columns)
		slots = bms_add_member(slots, ((RowColumn *) lfirst(cell))->slot);
	for (int i = 0; i < program->signature->nkeys; i++)
		slots = bms_del_member(slots, program->input_slots[i]);
	return slots;
}

/* Does a scope read one of the slots before the statement with this number is done, or perhaps where it has failed? */
static bool
scope_reads_early(const Scope *scope, const Bitmapset *slots, int number)
{
	return (scope->number <= number || scope->in_summary) && bms_overlap(scope->slots, slots);
}

/* Does anything? */
static bool
is_read_early(const Program *program, int number)
{
	Bitmapset  *slots = loaded_slots(program);
	ListCell   *cell;

	foreach(cell, program->statements)
	{
		const Statement *statement = lfirst(cell);

		if (statement != program->load && scope_reads_early(statement->scope, slots, number))
			return true;
	}
	foreach(cell, program->expressions)
	{
		if (scope_reads_early(((Expression *) lfirst(cell))->scope, slots, number))
			return true;
	}
	return false;
}

/* Does the step write the target, whatever the row holds, and must find it? */
static bool
is_plain_write(const Compiler *compiler, const Instruction *step, const Write *write)
{
	const Address *address = write->address;

	return step->when == NULL && step->on_error == NULL && write->given == NULL && write->expect == NULL &&
		address != NULL && address->row == compiler->program->target && !address->set_based && address->required &&
		address->where == NULL && address->from == NULL &&
		write->statement->by_key && !write->statement->has_subselect &&
		(write->command == CMD_DELETE || !compiler->target_key_changed);
}

/* Notes the columns that the load reads; false: one is none of the table's own. */
static bool
note_loaded(const Program *program, TargetWrite *delivering)
{
	ListCell   *cell;

	foreach(cell, program->target->columns)
	{
		const RowColumn *column = lfirst(cell);
		AttrNumber	number = column->name != NULL ? get_attnum(delivering->relation, column->name) : InvalidAttrNumber;

		if (column->name == NULL)
			delivering->reads_row = true;
		else if (number <= 0)
			return false;
		else
			delivering->read = bms_add_member(delivering->read, number);
	}
	return true;
}

/* The write of a step, as what delivers the target; NULL: it may not. */
static TargetWrite *
delivering_write(const Program *program, Instruction *step, const Write *write)
{
	TargetWrite *delivering = palloc0(sizeof(TargetWrite));

	delivering->statement = write->statement;
	delivering->step = step;
	delivering->command = write->command;
	delivering->relation = program->target->relation;
	return note_loaded(program, delivering) ? delivering : NULL;
}

void
liveness_compile(Compiler *compiler, bool needed_first)
{
	Program    *program = compiler->program;
	Instruction *step = program->steps.count > 0 ? program->steps.steps[0] : NULL;
	const Write *write;
	const Write *first;

	if (plain_path_has(PLAIN_LIVENESS) || compiler->findings.checking || needed_first || step == NULL ||
		program->load == NULL || program->load->lock_at == 0 || list_length(program->load->into) > 1 ||
		program->definition->lock_given || !compiler->target_proven_first)
		return;
	write = merge_write(step, &first);
	if (write != NULL && is_plain_write(compiler, step, write) && keys_are_as_given(program) &&
		!is_read_early(program, first->statement->scope->number))
		program->target_write = delivering_write(program, step, write);
}
