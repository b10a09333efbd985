/*
 * source.c
 *		Where values come from, as far as formulas say.
 *
 * Only what is certain is told: a formula that is nothing but a name, and names
 * between the braces of a template. Anything else has no known source.
 */
#include "postgres.h"

#include "nodes/parsenodes.h"
#include "nodes/value.h"
#include "preview/source.h"
#include "program/names.h"
#include "program/statement.h"
#include "utils/lsyscache.h"

#define MOST_NAMES		8		/* let names of let names */

/* What is looked for, and found. */
typedef struct SourceWalk
{
	const Program *program;
	const Scope *scope;
	bool		in_text;
	int			depth;
	List	   *found;			/* of ValueSource */
} SourceWalk;

static void walk_source(SourceWalk *walk, const Value *value);

/* "title" of "3.let.title"; NULL: it is no such place */
static const char *
let_at_place(const char *location)
{
	const char *dot = location != NULL ? strrchr(location, '.') : NULL;

	return dot != NULL ? dot + 1 : NULL;
}

/* Is it the place of the default of this output? */
static bool
is_default_of(const char *location, const char *output)
{
	return location != NULL && strcmp(location, psprintf("output.%s.default", output)) == 0;
}

/* Walks all that may have given a named slot its value. */
static void
walk_named(SourceWalk *walk, const char *name)
{
	ListCell   *cell;

	if (walk->depth >= MOST_NAMES)
		return;
	foreach(cell, walk->program->expressions)
	{
		const Expression *expression = lfirst(cell);
		SourceWalk	inner = *walk;
		const char *last = let_at_place(expression->value->location);

		if ((last == NULL || strcmp(last, name) != 0) && !is_default_of(expression->value->location, name))
			continue;
		inner.scope = expression->scope;
		inner.depth++;
		walk_source(&inner, expression->value);
		walk->found = inner.found;
	}
}

/* The row that a name means in a scope, or NULL. */
static const Row *
row_of_name(const Scope *scope, const char *name)
{
	const Row  *row = row_find(scope->rows, name);

	if (row == NULL && scope->names != NULL)
		row = row_find(scope->names->rows, name);
	return row;
}

/* Walks "row.column" and "let.name". */
static void
walk_name(SourceWalk *walk, const ColumnRef *reference)
{
	const char *first;
	const char *second;
	const Row  *row;
	AttrNumber	attnum;
	ValueSource *source;

	if (list_length(reference->fields) != 2 || !IsA(linitial(reference->fields), String) ||
		!IsA(lsecond(reference->fields), String))
		return;
	first = strVal(linitial(reference->fields));
	second = strVal(lsecond(reference->fields));
	if (strcmp(first, "let") == 0 || strcmp(first, "output") == 0)
	{
		walk_named(walk, second);
		return;
	}
	row = row_of_name(walk->scope, first);
	attnum = row != NULL && OidIsValid(row->relation) ? get_attnum(row->relation, second) : InvalidAttrNumber;
	if (attnum <= 0)
		return;
	source = palloc(sizeof(ValueSource));
	source->relation = row->relation;
	source->attnum = attnum;
	source->in_text = walk->in_text;
	walk->found = lappend(walk->found, source);
}

/* Notes the columns that a value is made of, as a whole or between braces. */
static void
walk_source(SourceWalk *walk, const Value *value)
{
	ListCell   *cell;

	if (value->kind == VALUE_FORMULA && value->formula->raw != NULL && IsA(value->formula->raw, ColumnRef))
		walk_name(walk, (const ColumnRef *) value->formula->raw);
	if (value->kind != VALUE_TEMPLATE)
		return;
	walk->in_text = true;
	foreach(cell, value->items)
		walk_source(walk, lfirst(cell));
}

/* Is a value's formula a random uuid, and nothing else? */
static bool
value_is_random(const Value *value)
{
	static const char *const names[] = {"gen_random_uuid", "uuidv4", "uuidv7", "uuid_generate_v4"};
	const FuncCall *call;

	if (value->kind != VALUE_FORMULA || value->formula->raw == NULL || !IsA(value->formula->raw, FuncCall))
		return false;
	call = (const FuncCall *) value->formula->raw;
	for (int i = 0; i < lengthof(names); i++)
		if (call->args == NIL && strcmp(strVal(llast(call->funcname)), names[i]) == 0)
			return true;
	return false;
}

List *
written_columns(const Program *program)
{
	List	   *result = NIL;
	ListCell   *cell;
	ListCell   *other;

	foreach(cell, program->statements)
	{
		const Statement *statement = lfirst(cell);

		foreach(other, statement->scope->placeholders)
		{
			const Value *value = ((const Placeholder *) lfirst(other))->value;
			SourceWalk	walk = {program, statement->scope};
			WrittenColumn *column;

			if (!OidIsValid(value->relation))
				continue;
			walk_source(&walk, value);
			column = palloc(sizeof(WrittenColumn));
			column->relation = value->relation;
			column->attnum = value->attnum;
			column->random = value_is_random(value);
			column->sources = walk.found;
			result = lappend(result, column);
		}
	}
	return result;
}

List *
output_sources(const Program *program, const char *output)
{
	SourceWalk	walk = {program};

	walk_named(&walk, output);
	return walk.found;
}
