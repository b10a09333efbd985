/*
 * statement.c
 *		Builds the text of generated statements: their values, and the columns that
 *		they return.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "access/relation.h"
#include "base/text_list.h"
#include "catalog/pg_am.h"
#include "lookup/canonical.h"
#include "lookup/key.h"
#include "program/names.h"
#include "program/statement.h"
#include "program/statement_text.h"
#include "program/use.h"
#include "tcop/dest.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
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

char *
statement_value_again(Statement *statement, const Value *value)
{
	Scope	   *scope = statement->scope;
	char	   *number = palloc(PLACEHOLDER_LENGTH);
	ListCell   *cell;

	foreach(cell, scope->placeholders)
	{
		const Placeholder *placeholder = lfirst(cell);

		if (placeholder->value == value)
		{
			Placeholder *again = palloc(sizeof(Placeholder));

			*again = *placeholder;
			scope->placeholders = lappend(scope->placeholders, again);
			break;
		}
	}
	if (cell == NULL)
		elog(ERROR, "a statement has no such value");
	snprintf(number, PLACEHOLDER_LENGTH, "$%d", list_length(scope->placeholders));
	return number;
}

const char *
statement_path(const Statement *statement)
{
	if (statement->step != NULL)
		return statement->step->path;
	return statement->place != NULL ? statement->place : USE_OF_TABLE;
}

StatementKey *
statement_key_copy(const StatementKey *key)
{
	StatementKey *copy;

	if (key == NULL)
		return NULL;
	copy = palloc(sizeof(StatementKey));
	*copy = *key;
	copy->plan = NULL;
	copy->places = NULL;
	copy->user = InvalidOid;
	return copy;
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

/* Does it load the target, be it for many items, or without a lock? */
static bool
is_load(const Statement *statement)
{
	const Program *program = statement->scope->program;
	const Statement *load = program->load;

	return load != NULL && (statement == load || statement == load->many || statement == program->look);
}

/* Does some formula that may run after the statement read the slot? */
static bool
formula_reads_later(const Statement *statement, int slot)
{
	const Program *program = statement->scope->program;
	int			from = is_load(statement) ? 0 : statement->scope->again;
	ListCell   *cell;

	foreach(cell, program->statements)
	{
		const Statement *other = lfirst(cell);
		const Scope *scope = other->scope;

		if (!is_load(other) && scope->number >= from && bms_is_member(slot, scope->slots))
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

/* Are values of this type the same wherever they are equal? */
static bool
equal_is_same(Oid type)
{
	switch (getBaseType(type))
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case UUIDOID:
			return true;
		default:
			return false;
	}
}

/*
 * Does the slot hold already what the statement would give for it? The target's
 * key, as the row itself has it, or in a type that can only be written in one
 * way.
 */
static bool
slot_holds_key(const Statement *statement, int slot)
{
	const Program *program = statement->scope->program;

	return slot_is_key(program, slot) && !statement->changes_key && !is_load(statement) &&
		(program->load != NULL || equal_is_same(program->slots[slot].type));
}

/* Does it matter what the statement gives for this column? */
static bool
column_is_wanted(const Statement *statement, const Row *row, const RowColumn *column)
{
	if (column->computed || (!row->for_code && slot_holds_key(statement, column->slot)))
		return false;
	return row->for_code || formula_reads_later(statement, column->slot) ||
		(statement->changes_key && slot_is_key(statement->scope->program, column->slot));
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

/* The place where a column of the written row is returned already, or -1. */
static int
returned_place(const Statement *statement, const char *column)
{
	ListCell   *cell;

	foreach(cell, statement->into)
	{
		const Row  *row = lfirst(cell);
		const RowColumn *entry = OidIsValid(row->relation) ? row_column_find(row, column) : NULL;

		for (int i = 0; entry != NULL && i < statement->nslots; i++)
			if (statement->slots[i] == entry->slot)
				return i;
	}
	return -1;
}

#if PG_VERSION_NUM < 180000
/* Can it be told by xmax whether INSERT ... ON CONFLICT has inserted the row? Where it has not, that is a lock. */
static bool
has_xmax(Oid table)
{
	Relation	relation = relation_open(table, AccessShareLock);
	bool		has = relation->rd_rel->relkind == RELKIND_RELATION &&
		relation->rd_rel->relam == HEAP_TABLE_AM_OID;

	relation_close(relation, NoLock);
	return has;
}
#endif

/* Appends what tells the old key of each row, before 18 as far as the WHERE clause does. */
static void
append_old_key(const Statement *statement, StringInfo items)
{
	StatementKey *key = statement->key;

#if PG_VERSION_NUM >= 180000
	ListCell   *cell;

	foreach(cell, key->columns)
		append_element(items, items->len == 0,
					   psprintf("old.%s", quote_identifier(((KeyColumn *) lfirst(cell))->name)));
#else
	if (key->old_values == NULL)
		key->old_place = -1;
	else
		append_element(items, items->len == 0, key->old_values);
#endif
}

/* Appends what tells a new row from one that was there. */
static void
append_inserted(const Statement *statement, StringInfo items)
{
	StatementKey *key = statement->key;

#if PG_VERSION_NUM >= 180000
	append_element(items, items->len == 0,
				   psprintf("old.%s IS NULL", quote_identifier(((KeyColumn *) linitial(key->columns))->name)));
#else
	if (!has_xmax(statement->relation))
		key->inserted_place = -1;
	else
		append_element(items, items->len == 0, "this.xmax OPERATOR(pg_catalog.=) 0");
#endif
}

/* Lists what has to be returned besides the columns, and notes the places. */
static void
key_items(const Statement *statement, StringInfo items)
{
	StatementKey *key = statement->key;
	int			count = list_length(key->columns);
	int			place = statement->nslots;

	if (key->places == NULL)
		key->places = MemoryContextAlloc(statement->scope->program->mcxt, count * sizeof(int));
	for (int i = 0; i < count; i++)
	{
		const char *name = ((KeyColumn *) list_nth(key->columns, i))->name;

		key->places[i] = returned_place(statement, name);
		if (key->places[i] >= 0)
			continue;
		append_element(items, items->len == 0, psprintf("this.%s", quote_identifier(name)));
		key->places[i] = place++;
	}
	key->old_place = key->inserted_place = -1;
	if (key->may_change)
	{
		key->old_place = place;
		append_old_key(statement, items);
	}
	else if (key->may_update)
	{
		key->inserted_place = place;
		append_inserted(statement, items);
	}
}

/* Appends what returns the key; the values in it get their places, even if it is not to be there. */
static void
append_key(Statement *statement, StringInfo text, bool first, bool with_key)
{
	StringInfoData items;
	int			length = text->len;

	initStringInfo(&items);
	key_items(statement, &items);
	if (items.len == 0)
		return;
	appendStringInfoString(text, first ? " RETURNING " : ", ");
	statement_text_append(text, statement->scope, items.data);
	if (with_key)
		return;
	text->len = length;
	text->data[length] = '\0';
}

/* Makes room for the slots that its columns land in. */
static void
statement_make_room(Statement *statement)
{
	ListCell   *cell;
	int			count = 0;

	foreach(cell, statement->into)
		count += list_length(((Row *) lfirst(cell))->columns);
	statement->slots = MemoryContextAlloc(statement->scope->program->mcxt, 2 * Max(count, 1) * sizeof(int));
	statement->guards = statement->slots + count;
}

char *
statement_text(Statement *statement, bool with_key)
{
	StringInfoData text;
	StringInfoData columns;

	statement->nslots = 0;
	if (statement->slots == NULL)
		statement_make_room(statement);
	initStringInfo(&columns);
	statement_columns(statement, &columns);
	initStringInfo(&text);
	if (statement->scope->placed == NULL)
		statement_text_number(statement->scope, statement->head.data, statement->tail.data);
	statement->scope->nplaced = 0;
	statement_text_append(&text, statement->scope, statement->head.data);
	if (columns.len > 0 && !statement->whole_result)
		appendStringInfo(&text, "%s%s", statement->select ? "" : " RETURNING", columns.data);
	if (statement->key != NULL && !statement->select)
		append_key(statement, &text, columns.len == 0, with_key);
	if (statement->tells_rows && columns.len == 0 && (statement->key == NULL || !with_key))
		appendStringInfoString(&text, " RETURNING true");
	statement_text_append(&text, statement->scope, statement->tail.data);
	statement_text_comment(&text, statement);
	return text.data;
}

/* A copy of the scope whose slots are columns of the items' relation; its values have places of their own. */
static Scope *
scope_for_many(const Scope *scope)
{
	Scope	   *copy = palloc(sizeof(Scope));
	ListCell   *cell;

	*copy = *scope;
	copy->for_many = true;
	copy->one_value = false;
	copy->placeholders = NIL;
	foreach(cell, scope->placeholders)
	{
		Placeholder *placeholder = palloc(sizeof(Placeholder));

		*placeholder = *(const Placeholder *) lfirst(cell);
		copy->placeholders = lappend(copy->placeholders, placeholder);
	}
	copy->placed = palloc(sizeof(Placeholder *) * Max(list_length(copy->placeholders), 1));
	copy->nplaced = 0;
	return copy;
}

/* A copy of the statement that has such a scope, in the program's memory. */
static Statement *
copy_for_many(Statement *statement)
{
	MemoryContext old = MemoryContextSwitchTo(statement->scope->program->mcxt);
	Statement  *copy = palloc(sizeof(Statement));

	if (statement->scope->placed == NULL)
		pfree(statement_text(statement, false));
	*copy = *statement;
	copy->scope = scope_for_many(statement->scope);
	copy->key = statement_key_copy(statement->key);
	copy->many = copy->looped = NULL;
	copy->plan = NULL;
	copy->slots = copy->guards = NULL;
	MemoryContextSwitchTo(old);
	return copy;
}

Statement *
statement_for_many(Statement *statement)
{
	if (statement->many == NULL)
		statement->many = copy_for_many(statement);
	return statement->many;
}

Statement *
statement_for_loop(Statement *statement, List *item_slots)
{
	Statement  *looped = statement->looped;

	if (looped != NULL)
		return looped;
	looped = copy_for_many(statement);
	looped->scope->item_slots = item_slots;
	looped->nslots = 0;
	looped->own = NULL;

	/*
	 * other values do not ask for another plan: what counts is how many rows
	 * there are
	 */
	looped->by_key = true;
	looped->has_subselect = false;
	statement->looped = looped;
	return looped;
}

/* Appends what stands between two places of a part of the text. */
static void
append_between(StringInfo text, Scope *scope, const char *part, int from, int to)
{
	statement_text_append(text, scope, pnstrdup(part + from, to - from));
}

/* Appends the relation of the items after a word such as FROM. */
static void
append_items(StringInfo text, const char *word)
{
	appendStringInfo(text, "%s \"" ITEMS_RELATION "\" AS \"" ITEMS_ALIAS "\"", word);
}

/* Appends SELECT, what it returns and where it reads. */
static void
append_select_of_many(const Statement *many, StringInfo text, const char *returned, const char *order)
{
	const char *tail = many->tail.data;
	int			end = many->lock_at > 0 ? many->lock_at : many->tail.len;

	appendStringInfo(text, "%s %s", many->head.data, returned);
	append_between(text, many->scope, tail, 0, many->items_at);
	append_items(text, ",");
	append_between(text, many->scope, tail, many->items_at, end);
	if (order != NULL)
		appendStringInfo(text, " ORDER BY %s", order);
	appendStringInfoString(text, tail + end);
}

/* Appends the condition of a statement that writes rows which are there. */
static void
append_where_of_many(const Statement *many, StringInfo text, bool placed)
{
	const char *word = " WHERE ";

	if (!placed)
	{
		append_between(text, many->scope, many->head.data, many->items_at, many->head.len);
		return;
	}
	appendStringInfo(text, "%sthis.ctid OPERATOR(pg_catalog.=) \"" ITEMS_ALIAS "\".\"" PLACE_COLUMN "\" AND (", word);
	append_between(text, many->scope, many->head.data, many->items_at + strlen(word), many->head.len);
	appendStringInfoChar(text, ')');
}

/* Appends a statement that writes. */
static void
append_write_of_many(const Statement *many, StringInfo text, bool placed)
{
	const char *head = many->head.data;

	if (many->values_at > 0)
	{
		append_between(text, many->scope, head, 0, many->values_at);
		appendStringInfoString(text, ") SELECT ");
		append_between(text, many->scope, head, many->values_at + strlen(VALUES_WORDS), many->head.len - 1);
		append_items(text, " FROM");
		return;
	}
	append_between(text, many->scope, head, 0, many->items_at);
	append_items(text, strncmp(head, "DELETE", 6) == 0 ? " USING" : " FROM");
	append_where_of_many(many, text, placed);
}

/* Appends what it returns, if anything; an old key has values in it. */
static void
append_returning(StringInfo text, Scope *scope, const char *returned)
{
	if (*returned == '\0')
		return;
	appendStringInfoString(text, " RETURNING ");
	statement_text_append(text, scope, returned);
}

char *
statement_loop_text(Statement *looped, bool with_key, bool tells)
{
	StringInfoData text;
	StringInfoData items;

	looped->scope->nplaced = 0;
	initStringInfo(&items);
	if (with_key)
		key_items(looped, &items);
	if (tells && items.len == 0)
		appendStringInfoString(&items, "true");
	initStringInfo(&text);
	append_write_of_many(looped, &text, false);
	append_returning(&text, looped->scope, items.data);
	statement_text_comment(&text, looped);
	return text.data;
}

/* Lists what it returns. */
static void
returned_of_many(Statement *many, StringInfo returned, bool with_key, const char *extra)
{
	StringInfoData items;

	statement_columns(many, returned);
	initStringInfo(&items);
	if (with_key)
		key_items(many, &items);
	if (items.len > 0)
		append_element(returned, returned->len == 0, items.data);
	if (extra != NULL)
		append_element(returned, returned->len == 0, extra);
	if (many->values_at == 0)
		append_element(returned, returned->len == 0, "\"" ITEMS_ALIAS "\".\"" ITEM_COLUMN "\"");
}

/* Puts the text together. */
static char *
text_of_many(Statement *many, bool with_key, const char *extra, const char *order, bool placed)
{
	StringInfoData text;
	StringInfoData returned;

	many->nslots = 0;
	if (many->slots == NULL)
		statement_make_room(many);
	many->scope->nplaced = 0;
	initStringInfo(&returned);
	returned_of_many(many, &returned, with_key, extra);
	initStringInfo(&text);
	if (many->select)
		append_select_of_many(many, &text, returned.data, order);
	else
	{
		append_write_of_many(many, &text, placed);
		append_returning(&text, many->scope, returned.data);
	}
	statement_text_comment(&text, many);
	return text.data;
}

char *
statement_many_text(Statement *many, bool with_key, const char *extra, const char *order)
{
	return text_of_many(many, with_key, extra, order, false);
}

char *
statement_placed_text(Statement *many, bool with_key)
{
	return text_of_many(many, with_key, NULL, NULL, true);
}

char *
statement_values_text(const Statement *many, const List *numbers, Scope **scope)
{
	StringInfoData text;
	ListCell   *cell;

	*scope = scope_for_many(many->scope);
	initStringInfo(&text);
	appendStringInfoString(&text, "SELECT ");
	foreach(cell, numbers)
	{
		statement_text_append(&text, *scope, psprintf("$%d", lfirst_int(cell)));
		appendStringInfoString(&text, ", ");
	}
	appendStringInfoString(&text, "\"" ITEMS_ALIAS "\".\"" ITEM_COLUMN "\" FROM");
	if (many->values_at == 0)
		appendStringInfo(&text, " %s AS this,", relation_name_sql(many->relation));
	append_items(&text, "");
	if (many->values_at == 0)
		append_between(&text, *scope, many->head.data, many->items_at, many->head.len);
	statement_text_comment(&text, many);
	return text.data;
}
