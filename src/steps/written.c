/*
 * written.c
 *		The keys of the rows that a step writes, for observers.
 *
 * A key is the table's primary key, also where the step finds the row by another
 * one, so that a row has one name. Where the step finds it by that key and cannot
 * change it, the values are at hand; else the statement returns them, if that
 * asks for nothing more (run/key_rights.c), and else rows are counted.
 */
#include "postgres.h"

#include "base/text_list.h"
#include "catalog/pg_class.h"
#include "compile/let_types.h"
#include "lookup/canonical.h"
#include "lookup/instead.h"
#include "lookup/key.h"
#include "run/frame.h"
#include "run/observer.h"
#include "steps/written.h"
#include "utils/lsyscache.h"

/* The columns that rows of a table are told by, or NIL. */
static const List *
telling_columns(const Compiler *compiler, Oid table, const Address *address)
{
	const Program *program = compiler->program;
	List	   *key = key_of_table(table, NIL, false);

	if (key == NIL && address != NULL)
		key = address->key;
	if (key == NIL && program->target != NULL && program->target->relation == table)
		key = key_of_table(table, program->definition->key, true);
	return key;
}

/* The value by which the step finds the row, of one of its columns; NULL: it does not look at that. */
static const Value *
address_value(const Address *address, const KeyColumn *column)
{
	for (int i = 0; address != NULL && i < list_length(address->key); i++)
		if (strcmp(((KeyColumn *) list_nth(address->key, i))->name, column->name) == 0)
			return list_nth(address->values, i);
	return NULL;
}

/* Does the step find its row by all of these columns? */
static bool
is_found_by(const Address *address, const List *key)
{
	ListCell   *cell;

	foreach(cell, key)
	{
		if (address_value(address, lfirst(cell)) == NULL)
			return false;
	}
	return true;
}

/* May the UPDATE change one of these columns? */
static bool
may_change(const Write *write, const List *key, const List *columns)
{
	ListCell   *cell;

	foreach(cell, key)
	{
		const char *name = ((KeyColumn *) lfirst(cell))->name;

		if (write_sets(columns, name) ||
			(write->given != NULL && !address_is_by(write->address, name)))
			return true;
	}

	/*
	 * what keeps foreign rows is not asked for more than the step itself
	 * wants
	 */
	return get_rel_relkind(write->statement->relation) != RELKIND_FOREIGN_TABLE &&
		others_set_columns(write->statement->relation);
}

/* "$3, $4": the values again by which the row is found */
static char *
values_again(const Write *write, const List *key)
{
	StringInfoData text;
	ListCell   *cell;

	initStringInfo(&text);
	foreach(cell, key)
		append_element(&text, text.len == 0,
					   statement_value_again(write->statement, address_value(write->address, lfirst(cell))));
	return text.data;
}

/* The slots that hold the values by which the row is found. */
static int *
slots_of_address(const Address *address, const List *key)
{
	int		   *slots = palloc(sizeof(int) * list_length(key));

	for (int i = 0; i < list_length(key); i++)
		slots[i] = address_value(address, list_nth(key, i))->slot;
	return slots;
}

void
written_compile(Compiler *compiler, Write *write, const List *columns)
{
	const Address *address = write->address;
	Statement  *statement = write->statement;
	const List *telling;
	StatementKey *key;
	bool		found_by;

	if (!compiler->program->tells_keys || let_types_searching(compiler))
		return;
	write->table = relation_name_canonical(statement->relation);
	telling = telling_columns(compiler, statement->relation, address);
	if (telling == NIL)
		return;
	write->key = telling;
	found_by = is_found_by(address, telling);
	key = palloc0(sizeof(StatementKey));
	key->columns = telling;
	key->command = write->command;
	key->needs_nothing = found_by;
	key->may_update = write->updates;
	key->may_change = write->command == CMD_UPDATE && may_change(write, telling, columns);
	if (found_by && address->row != NULL && !key->may_change)
		write->key_slots = slots_of_address(address, telling);
	else
		statement->key = key;
	if (found_by && key->may_change)
		key->old_values = values_again(write, telling);
}

/* The key of the one row, which slots hold. */
static void
take_slots(const Frame *frame, const Write *write, KeyRows *rows)
{
	int			columns = list_length(write->key);

	rows->count = 1;
	rows->keys = MemoryContextAlloc(frame->econtext->ecxt_per_tuple_memory, columns * sizeof(NullableDatum));
	for (int i = 0; i < columns; i++)
	{
		rows->keys[i].value = frame_value(frame, write->key_slots[i]);
		rows->keys[i].isnull = frame_isnull(frame, write->key_slots[i]);
	}
}

/* Tells of rows that were written in one way. */
static void
tell_rows(Frame *frame, const Write *write, const Statement *statement, CmdType command, const KeyRows *rows,
		  bool again)
{
	RowsWritten told = {0};

	if (rows->rows == 0)
		return;
	told.step = frame->current;
	told.relation = statement->relation;
	told.table = write->table;
	told.command = command;
	told.rows = rows->rows;
	told.key = write->key;
	told.nkeys = rows->count;
	told.keys = rows->keys;
	told.old_keys = rows->old_keys;
	told.again = again;
	observe_rows(frame, &told);
}

void
written_tell(Frame *frame, const Write *write, const Statement *statement, const WrittenKeys *written,
			 bool again)
{
	const KeyRows *rows = &written->rows;
	KeyRows		slots;

	if (statement->select)
		return;
	if (rows->rows == 1 && write->key_slots != NULL && observers_most_keys() > 0)
	{
		slots = *rows;
		take_slots(frame, write, &slots);
		rows = &slots;
	}
	tell_rows(frame, write, statement, write->command, rows, again);
	tell_rows(frame, write, statement, CMD_UPDATE, &written->updated, again);
}
