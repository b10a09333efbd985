/*
 * statement.c
 *		Builds the text of generated statements: their values, and the columns that
 *		they return.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "lib/stringinfo.h"
#include "lookup/canonical.h"
#include "program/statement.h"
#include "program/statement_text.h"
#include "tcop/dest.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/portal.h"

#define PLACEHOLDER_LENGTH	12	/* of "$" and an int, with its end: it stays as long as the program */

char *
statement_value(Statement *statement, Value *value)
{
	Placeholder *placeholder = palloc0(sizeof(Placeholder));
	char	   *number = palloc(PLACEHOLDER_LENGTH);

	placeholder->value = value;
	statement->scope->placeholders = lappend(statement->scope->placeholders, placeholder);
	snprintf(number, PLACEHOLDER_LENGTH, "$%d", list_length(statement->scope->placeholders));
	return number;
}

/*
 * Which columns a statement returns is decided here, and nowhere else: those
 * whose slots something may read after it has run. Returning fewer would leave
 * slots as they were before, without a complaint; returning more costs time and
 * asks for SELECT on columns that nobody reads.
 *
 * Every statement and every expression has a Scope. Its number is its place in
 * the order of running, which is the order in which the compile functions make
 * scopes; its slots are those that its formulas read. A statement's columns are
 * read later if a scope with a number from `again` on reads them. That is the
 * next number, but inside loops the first one of the outermost loop (for_each.c
 * sets it): the next turn runs all of it again. Two do not fit the order. The
 * statement that loads the target is compiled last and runs first; what merge.c
 * makes at the end of a list takes the number of the step that it replaces.
 *
 * So a step kind makes its scopes in the order in which they will run, compiles
 * what runs repeatedly with compiler->in_loop and loop_start set, and gives a
 * slot that its C code reads to the formulas' machinery (compiler_slot_value) or
 * to column_is_wanted() below. The answer is known only when all is compiled.
 */

/* Does some formula that may run after the statement read the slot? */
static bool
formula_reads_later(const Statement *statement, int slot)
{
	const Program *program = statement->scope->program;
	int			from = statement == program->load ? 0 : statement->scope->again;
	ListCell   *cell;

	foreach(cell, program->statements)
	{
		const Scope *scope = ((Statement *) lfirst(cell))->scope;

		if (lfirst(cell) != program->load && scope->number >= from && bms_is_member(slot, scope->slots))
			return true;
	}
	foreach(cell, program->expressions)
	{
		const Scope *scope = ((Expression *) lfirst(cell))->scope;

		if (scope->number >= from && bms_is_member(slot, scope->slots))
			return true;
	}
	return false;
}

/* Is the slot part of the target's key, as callers give it? */
static bool
slot_is_key(const Program *program, int slot)
{
	for (int i = 0; i < program->signature->nkeys; i++)
		if (program->input_slots[i] == slot)
			return true;
	return false;
}

/* Does it matter what the statement gives for this column? */
static bool
column_is_wanted(const Statement *statement, const Row *row, const RowColumn *column)
{
	return !column->computed &&
		(row->is_image || formula_reads_later(statement, column->slot) ||
		 (statement->changes_key && slot_is_key(statement->scope->program, column->slot)));
}

bool
statement_returns(const Statement *statement)
{
	ListCell   *row_cell;
	ListCell   *cell;

	foreach(row_cell, statement->into)
	{
		const Row  *row = lfirst(row_cell);

		foreach(cell, row->columns)
		{
			if (column_is_wanted(statement, row, lfirst(cell)))
				return true;
		}
	}
	return false;
}

/* Lists the columns that something will read and notes their slots. */
static void
statement_columns(Statement *statement, StringInfo text)
{
	ListCell   *row_cell;

	foreach(row_cell, statement->into)
	{
		Row		   *row = lfirst(row_cell);
		ListCell   *cell;

		foreach(cell, row->columns)
		{
			RowColumn  *column = lfirst(cell);

			if (!column_is_wanted(statement, row, column))
				continue;
			appendStringInfoString(text, statement->nslots > 0 ? ", " : " ");
			if (column->name != NULL)
				appendStringInfo(text, "this.%s", quote_identifier(column->name));
			else
				appendStringInfo(text, "(this.*)::%s", relation_name_sql(row->relation));
			statement->guards[statement->nslots] =
				row->may_be_absent && row != statement->own ? row->present_slot : -1;
			statement->slots[statement->nslots++] = column->slot;
		}
	}
}

char *
statement_text(Statement *statement)
{
	StringInfoData text;
	StringInfoData columns;
	ListCell   *cell;
	int			count = 0;

	foreach(cell, statement->into)
		count += list_length(((Row *) lfirst(cell))->columns);
	statement->nslots = 0;
	if (statement->slots == NULL)
	{
		int		   *places = MemoryContextAlloc(statement->scope->program->mcxt,
												2 * Max(count, 1) * sizeof(int));

		statement->slots = places;
		statement->guards = places + count;
	}
	initStringInfo(&columns);
	statement_columns(statement, &columns);
	initStringInfo(&text);
	if (statement->scope->placed == NULL)
		statement_text_number(statement->scope, statement->head.data, statement->tail.data);
	statement->scope->nplaced = 0;
	statement_text_append(&text, statement->scope, statement->head.data);
	if (columns.len > 0 && !statement->whole_result)
		appendStringInfo(&text, "%s%s", statement->select ? "" : " RETURNING", columns.data);
	statement_text_append(&text, statement->scope, statement->tail.data);
	statement_text_comment(&text, statement);
	return text.data;
}
