/*
 * taint.c
 *		Follows sensitive values through let, outputs and rows.
 *
 * The order of the steps is left out of account: loops turn it round, and what a
 * slot may hold at some time, it may hold in the end.
 */
#include "postgres.h"

#include "compile/taint.h"
#include "utils/lsyscache.h"

typedef struct Flow
{
	const Scope *from;			/* of the expression */
	int			slot;
} Flow;

/* Does anybody ask? */
static bool
is_asked_for(const Compiler *compiler)
{
	return compiler->program->definition->summary != NULL || compiler_remarks(compiler);
}

void
taint_flow(Compiler *compiler, const Expression *from, int slot)
{
	Flow	   *flow;

	if (!is_asked_for(compiler) || from == NULL)
		return;
	flow = palloc(sizeof(Flow));
	flow->from = from->scope;
	flow->slot = slot;
	compiler->flows = lappend(compiler->flows, flow);
}

void
taint_source(Compiler *compiler, int slot)
{
	if (is_asked_for(compiler))
		compiler->tainted = bms_add_member(compiler->tainted, slot);
}

void
taint_exit(Compiler *compiler, const Expression *from, char *location, char *what)
{
	Exit	   *exit;

	if (!compiler_remarks(compiler) || from == NULL)
		return;
	exit = palloc(sizeof(Exit));
	exit->from = from->scope;
	exit->location = location;
	exit->what = what;
	compiler->exits = lappend(compiler->exits, exit);
}

/* Adds a slot; true: it was not there. */
static bool
taint(Bitmapset **tainted, int slot)
{
	if (bms_is_member(slot, *tainted))
		return false;
	*tainted = bms_add_member(*tainted, slot);
	return true;
}

/* Taints a column of a row (NULL: all), and the row as a whole. */
static bool
taint_column(Bitmapset **tainted, const Row *row, const char *name)
{
	bool		more = false;
	ListCell   *cell;

	foreach(cell, row->columns)
	{
		const RowColumn *column = lfirst(cell);

		if (!column->computed &&
			(name == NULL || column->name == NULL || strcmp(column->name, name) == 0))
			more |= taint(tainted, column->slot);
	}
	return more;
}

/* The same in all rows that a statement fills. */
static bool
taint_rows(Bitmapset **tainted, const List *rows, const char *name)
{
	bool		more = false;
	ListCell   *cell;

	foreach(cell, rows)
		more |= taint_column(tainted, lfirst(cell), name);
	return more;
}

bool
taint_reaches(const Placeholder *placeholder, const Bitmapset *slots)
{
	ListCell   *cell;

	foreach(cell, placeholder->slots)
	{
		if (bms_is_member(lfirst_int(cell), slots))
			return true;
	}
	return false;
}

/*
 * Where a value of a statement goes: the column that it is written to, or, in
 * what selects from an array or a function, everything that comes out.
 */
static bool
spread_value(Bitmapset **tainted, const Statement *statement, const Value *value)
{
	if (statement->select)
		return (statement->set_based || statement->wants_result) &&
			taint_rows(tainted, statement->into, NULL);
	return value->attnum > 0 && value->relation == statement->relation &&
		taint_rows(tainted, statement->into, get_attname(value->relation, value->attnum, false));
}

/* A statement fills all names of its row: what is tainted by one is by the others. */
static bool
spread_names(Bitmapset **tainted, const Statement *statement)
{
	bool		more = false;
	ListCell   *row_cell;
	ListCell   *cell;

	foreach(row_cell, statement->into)
	{
		foreach(cell, ((const Row *) lfirst(row_cell))->columns)
		{
			const RowColumn *column = lfirst(cell);

			if (column->name != NULL && bms_is_member(column->slot, *tainted))
				more |= taint_rows(tainted, statement->into, column->name);
		}
	}
	return more;
}

static bool
spread_statement(Bitmapset **tainted, const Statement *statement)
{
	bool		more = false;
	ListCell   *cell;

	foreach(cell, statement->scope->placeholders)
	{
		const Placeholder *placeholder = lfirst(cell);

		if (taint_reaches(placeholder, *tainted))
			more |= spread_value(tainted, statement, placeholder->value);
	}
	return spread_names(tainted, statement) || more;
}

/* Follows everything one step further; false: there is no further. */
static bool
spread(const Compiler *compiler, Bitmapset **tainted)
{
	bool		more = false;
	ListCell   *cell;

	foreach(cell, compiler->flows)
	{
		const Flow *flow = lfirst(cell);

		if (bms_overlap(flow->from->slots, *tainted))
			more |= taint(tainted, flow->slot);
	}
	foreach(cell, compiler->program->statements)
		more |= spread_statement(tainted, lfirst(cell));
	return more;
}

Bitmapset *
taint_spread(const Compiler *compiler, Bitmapset *slots)
{
	while (slots != NULL && spread(compiler, &slots))
		;
	return slots;
}

/* The slots of sensitive inputs or outputs. */
static Bitmapset *
own_slots(Bitmapset *tainted, const Bitmapset *sensitive, const int *slots)
{
	int			member = -1;

	while ((member = bms_next_member(sensitive, member)) >= 0)
		tainted = bms_add_member(tainted, slots[member]);
	return tainted;
}

Bitmapset *
taint_find(const Compiler *compiler)
{
	const Program *program = compiler->program;
	Bitmapset  *tainted = bms_copy(compiler->tainted);

	tainted = own_slots(tainted, program->sensitive_inputs, program->input_slots);
	tainted = own_slots(tainted, program->sensitive_outputs, program->output_slots);
	return taint_spread(compiler, tainted);
}
