/*
 * given.c
 *		"*" in the set of an update: the columns that a record gives.
 *
 * Each column that may be given has a slot. When the step runs, the record's
 * values are put into the slots, and the UPDATE that sets exactly these columns
 * is run: columns that were not given are not touched, so privileges, triggers
 * and what others changed meanwhile are as if it had been written by hand. Such
 * a statement is kept for each set of columns met; beyond a limit the one that
 * was not used for longest is made anew for other columns.
 *
 * Only the statement that sets all columns is analysed at activation: what it
 * depends on, needs and means holds for each part of it. It never runs. A variant
 * is a copy of it with a text of its own, made while the action runs: it shares
 * the values and the place among the scopes, so it returns what formulas read
 * later, and has its own numbers of parameters, since these follow the text. It
 * is one of the program's statements, so that its plan is freed with the others.
 * A variant that some invocation is in (running) is never made anew: the action
 * may have come to itself through a trigger.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "base/text_list.h"
#include "catalog/pg_type.h"
#include "compile/let_types.h"
#include "compile/taint.h"
#include "lookup/canonical.h"
#include "lookup/key.h"
#include "miscadmin.h"
#include "program/natural.h"
#include "run/convert.h"
#include "run/evaluate.h"
#include "run/frame.h"
#include "run/statement_run.h"
#include "steps/given.h"
#include "steps/write.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/typcache.h"

#define KEPT_STATEMENTS	50

/* A column that a record may give. */
typedef struct GivenColumn
{
	char	   *name;
	int			slot;
	Oid			type;			/* of the column, or of the row's attribute */
	int32		typmod;
	int			attribute;		/* of the row, from 0 */
	char	   *text;			/* "company = $3" */
	Value	   *value;
} GivenColumn;

typedef struct Variant
{
	Bitmapset  *columns;
	Statement  *statement;
	int			running;		/* invocations that are in it */
	uint64		last_use;		/* counted by Given.uses */
} Variant;

struct Given
{
	const char *path;			/* "3.set.*" */
	Oid			relation;
	Expression *record;
	bool		is_row;			/* else JSON */
	int			input;			/* the record is this input and nothing else; -1 */
	int			count;
	GivenColumn *columns;
	Statement  *statement;		/* sets all of them */
	const char *fixed;			/* "a = $1": what is set in any case */
	const char *condition;		/* " WHERE ..." */
	List	   *variants;		/* of Variant */
	uint64		uses;
};

/* Is the column among those that the author allows? */
static bool
is_allowed(const Json *allowed, const char *name)
{
	return allowed == NULL || json_has_text(allowed, name);
}

/* May a record give the column? */
static bool
may_give(const Address *address, const List *columns, const Json *allowed, Form_pg_attribute attribute)
{
	const char *name = NameStr(attribute->attname);

	return !attribute->attisdropped && write_column_refusal(attribute) == NULL &&
		!address_is_by(address, name) && !write_sets(columns, name) && is_allowed(allowed, name);
}

/* Reports names in "columns" that no record may give. */
static void
check_allowed(Compiler *compiler, const Address *address, const List *columns, const Json *allowed)
{
	for (int i = 0; allowed != NULL && i < allowed->count; i++)
	{
		const char *name = allowed->items[i]->text;
		AttrNumber	number = get_attnum(address->relation, name);

		if (number == InvalidAttrNumber || address_is_by(address, name) || write_sets(columns, name))
			compiler_problem(compiler, ERRCODE_UNDEFINED_COLUMN,
							 compiler_location(compiler, psprintf("columns[%d]", i + 1)),
							 number == InvalidAttrNumber ?
							 psprintf("column \"%s\" of table %s does not exist", name,
									  relation_name_canonical(address->relation)) :
							 psprintf("column \"%s\" cannot be given by a record: %s", name,
									  address_is_by(address, name) ? "the row is found by it" :
									  "the step sets it by its name"), NULL, NULL);
	}
}

/* Gives a column its slot. */
static void
add_column(Compiler *compiler, Given *given, Form_pg_attribute attribute, Oid type, int32 typmod, int position)
{
	GivenColumn *column = &given->columns[given->count++];

	column->name = pstrdup(NameStr(attribute->attname));
	column->type = type;
	column->typmod = typmod;
	column->attribute = position;
	column->slot = program_add_slot(compiler->program, type, typmod, get_typcollation(type));
	column->value = compiler_slot_value(compiler, column->slot, psprintf("%s.%s", given->path, column->name));
	column->value->type = attribute->atttypid;
	column->value->typmod = attribute->atttypmod;
	column->value->relation = given->relation;
	column->value->attnum = attribute->attnum;
	taint_flow(compiler, given->record, column->slot);
}

/* A JSON object may give all columns that may be given. */
static void
add_json_columns(Compiler *compiler, Given *given, const Address *address, const List *columns,
				 const Json *allowed, TupleDesc table)
{
	for (int i = 0; i < table->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(table, i);

		if (may_give(address, columns, allowed, attribute))
			add_column(compiler, given, attribute, attribute->atttypid, attribute->atttypmod, -1);
	}
}

/* A row gives those it has. */
static void
add_row_columns(Compiler *compiler, Given *given, const Address *address, const List *columns,
				const Json *allowed, TupleDesc table)
{
	TupleDesc	row = lookup_rowtype_tupdesc_copy(getBaseType(given->record->type), -1);

	for (int i = 0; i < row->natts; i++)
	{
		Form_pg_attribute member = TupleDescAttr(row, i);
		AttrNumber	number = member->attisdropped ? InvalidAttrNumber :
			get_attnum(given->relation, NameStr(member->attname));

		if (member->attisdropped)
			continue;
		if (number <= 0)
			compiler_problem(compiler, ERRCODE_UNDEFINED_COLUMN, given->path,
							 psprintf("column \"%s\" of table %s does not exist", NameStr(member->attname),
									  relation_name_canonical(given->relation)),
							 psprintf("It is an attribute of %s.", format_type_be(given->record->type)), NULL);
		else if (may_give(address, columns, allowed, TupleDescAttr(table, number - 1)))
			add_column(compiler, given, TupleDescAttr(table, number - 1), member->atttypid,
					   member->atttypmod, i);
	}
}

/* The input that a value is, and nothing else; -1: it is something of its own. */
static int
input_of_value(const Compiler *compiler, const Value *value)
{
	const Signature *signature = compiler->program->signature;
	const ColumnRef *reference;

	if (value->kind != VALUE_FORMULA || !IsA(value->formula->raw, ColumnRef))
		return -1;
	reference = (const ColumnRef *) value->formula->raw;
	if (list_length(reference->fields) != 2 || !IsA(linitial(reference->fields), String) ||
		!IsA(lsecond(reference->fields), String) || strcmp(strVal(linitial(reference->fields)), "input") != 0)
		return -1;
	for (int i = signature->nkeys; i < signature->ninputs; i++)
		if (strcmp(signature->inputs[i].name, strVal(lsecond(reference->fields))) == 0)
			return i;
	return -1;
}

/* Warns where callers decide which columns are set with rights that are not theirs. */
static void
warn_unlimited(Compiler *compiler, const Given *given, const Json *allowed)
{
	if (compiler->findings.checking && compiler->program->definition->as_owner && allowed == NULL && !given->is_row)
		problem_warn(compiler->findings.sink, given->path,
					 "callers decide which columns are set, with the rights of the action's owner",
					 "Name the columns that they may set: \"columns\": [...].");
}

Given *
given_compile(Compiler *compiler, const Address *address, const List *columns)
{
	const Json *json = json_get(step_argument(compiler->step, "set"), GIVEN_KEY);
	const Json *allowed = step_argument(compiler->step, "columns");
	Given	   *given = palloc0(sizeof(Given));
	Relation	relation;
	Value	   *value;
	bool		before;
	Oid			base;

	compiler->program->takes_all = true;
	given->path = compiler_location(compiler, "set." GIVEN_KEY);
	given->relation = address->relation;
	(void) let_types_left_out(compiler);
	value = compiler_value(compiler, json, InvalidOid, -1, given->path);
	if (let_types_left_out(compiler))
		return NULL;
	before = findings_begin(&compiler->findings);
	given->record = compiler_expression(compiler, value);
	if (compiler->findings.failed)
		return NULL;
	given->input = input_of_value(compiler, value);
	base = getBaseType(given->record->type);
	given->is_row = type_is_rowtype(base) && base != RECORDOID;
	if (!given->is_row && !type_is_json(base))
	{
		compiler_problem(compiler, ERRCODE_DATATYPE_MISMATCH, given->path,
						 psprintf("the value is of type %s, but a row or a JSON object is wanted",
								  format_type_be(given->record->type)), NULL, NULL);
		return NULL;
	}
	check_allowed(compiler, address, columns, allowed);
	warn_unlimited(compiler, given, allowed);
	relation = relation_open(given->relation, AccessShareLock);
	given->columns = palloc0(sizeof(GivenColumn) *
							 Max(RelationGetDescr(relation)->natts, 1));
	if (given->is_row)
		add_row_columns(compiler, given, address, columns, allowed, RelationGetDescr(relation));
	else
		add_json_columns(compiler, given, address, columns, allowed, RelationGetDescr(relation));
	relation_close(relation, NoLock);
	if (given->count == 0 && !compiler->findings.failed)
		compiler_problem(compiler, ERRCODE_UNDEFINED_COLUMN, given->path,
						 "there is no column that the record could give", NULL, NULL);
	(void) findings_end(&compiler->findings, before);
	if (given->is_row && given->input >= 0)
		compiler->program->remembered_inputs = bms_add_member(compiler->program->remembered_inputs, given->input);
	return given->count > 0 ? given : NULL;
}

void
given_append_set(Given *given, Statement *statement, StringInfo text)
{
	for (int i = 0; i < given->count; i++)
	{
		GivenColumn *column = &given->columns[i];

		column->text = psprintf("%s = %s", quote_identifier(column->name),
								statement_value(statement, column->value));
		append_element(text, i == 0, column->text);
	}
}

void
given_finish(Given *given, Statement *statement, const char *fixed, const char *condition)
{
	given->statement = statement;
	given->fixed = fixed;
	given->condition = condition;
}

/* A statement of its own, without a text, with the values of the one that sets all columns. */
static Statement *
copy_statement(const Statement *whole)
{
	Statement  *statement = palloc(sizeof(Statement));
	Scope	   *scope = palloc(sizeof(Scope));
	ListCell   *cell;

	*statement = *whole;
	*scope = *whole->scope;
	scope->placed = NULL;
	scope->parameters = NIL;
	scope->slots = bms_copy(whole->scope->slots);
	scope->placeholders = NIL;
	foreach(cell, whole->scope->placeholders)
	{
		Placeholder *placeholder = palloc(sizeof(Placeholder));

		*placeholder = *(Placeholder *) lfirst(cell);
		scope->placeholders = lappend(scope->placeholders, placeholder);
	}
	statement->scope = scope;
	statement->plan = NULL;
	statement->key = statement_key_copy(whole->key);
	statement->slots = statement->guards = NULL;
	initStringInfo(&statement->head);
	initStringInfo(&statement->tail);
	return statement;
}

/* Makes it the statement that sets these columns; with none to set, it reads the row. */
static void
write_statement(const Given *given, Statement *statement, const Bitmapset *columns)
{
	const char *table = relation_name_sql(given->relation);
	const char *separator = given->fixed[0] ? ", " : "";
	int			column = -1;

	statement->select = bms_is_empty(columns) && given->fixed[0] == '\0';
	if (statement->select)
	{
		appendStringInfoString(&statement->head, "SELECT");
		appendStringInfo(&statement->tail, " FROM %s AS this%s", table, given->condition);
		return;
	}
	appendStringInfo(&statement->head, "UPDATE %s AS this SET %s", table, given->fixed);
	while ((column = bms_next_member(columns, column)) >= 0)
	{
		appendStringInfo(&statement->head, "%s%s", separator, given->columns[column].text);
		separator = ", ";
	}
	appendStringInfoString(&statement->head, given->condition);
}

/* Takes back what was made of a statement for other columns. */
static void
unwrite_statement(Statement *statement)
{
	Scope	   *scope = statement->scope;

	statement_free_plan(statement);
	resetStringInfo(&statement->head);
	resetStringInfo(&statement->tail);
	if (statement->slots != NULL)
		pfree(statement->slots);
	statement->slots = statement->guards = NULL;
	if (scope->placed != NULL)
		pfree(scope->placed);
	scope->placed = NULL;
	list_free(scope->parameters);
	scope->parameters = NIL;
}

/* The variant that was not used for longest, if there are many; NULL: make a new one. */
static Variant *
variant_to_reuse(Given *given)
{
	Variant    *oldest = NULL;
	ListCell   *cell;

	if (list_length(given->variants) < KEPT_STATEMENTS)
		return NULL;
	foreach(cell, given->variants)
	{
		Variant    *variant = lfirst(cell);

		if (variant->running == 0 && (oldest == NULL || variant->last_use < oldest->last_use))
			oldest = variant;
	}
	if (oldest != NULL)
	{
		/* out of the list until it is whole again */
		given->variants = list_delete_ptr(given->variants, oldest);
		unwrite_statement(oldest->statement);
		bms_free(oldest->columns);
	}
	return oldest;
}

/* The statement that sets these columns, made when first asked for. */
static Variant *
variant_of_columns(Given *given, const Bitmapset *columns)
{
	Program    *program = given->statement->scope->program;
	MemoryContext old;
	Variant    *variant;
	ListCell   *cell;

	foreach(cell, given->variants)
	{
		if (bms_equal(((Variant *) lfirst(cell))->columns, columns))
			return lfirst(cell);
	}
	old = MemoryContextSwitchTo(program->mcxt);
	variant = variant_to_reuse(given);
	if (variant == NULL)
	{
		variant = palloc0(sizeof(Variant));
		variant->statement = copy_statement(given->statement);
		program->statements = lappend(program->statements, variant->statement);
	}
	variant->columns = bms_copy(columns);
	write_statement(given, variant->statement, columns);
	given->variants = lappend(given->variants, variant);
	MemoryContextSwitchTo(old);
	return variant;
}

/* Finds a column; -1: it cannot be given. */
static int
find_column(const Given *given, const char *name)
{
	for (int i = 0; i < given->count; i++)
		if (strcmp(given->columns[i].name, name) == 0)
			return i;
	return -1;
}

/* "a, b, c" */
static char *
column_names(const Given *given)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < given->count; i++)
		append_element(&names, i == 0, given->columns[i].name);
	return names.data;
}

/* Refuses a key that is no column, or none that may be set. */
pg_noreturn static void
refuse_key(Frame *frame, const Given *given, const char *key)
{
	bool		exists = get_attnum(given->relation, key) != InvalidAttrNumber;

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg(exists ? "column \"%s\" of table %s cannot be set here" : "column \"%s\" of table %s does not exist",
					key, relation_name_canonical(given->relation)),
			 frame_errdetail(frame),
			 errhint("Columns that can be given are: %s.", column_names(given))));
}

/* Says in errors which column was being read. */
static void
column_error_context(void *arg)
{
	const ConvertPlace *place = arg;

	if (place->name != NULL)
		errcontext("column \"%s\"", place->name);
}

/* Takes the value of one column. */
static int
take_column(Frame *frame, const Given *given, ConvertPlace *place, JsonbValue *value)
{
	Conversion	conversion = {frame->program->action, place};
	int			column = find_column(given, place->name);
	bool		isnull;
	Datum		datum;

	if (column < 0)
		refuse_key(frame, given, place->name);
	datum = convert_from_jsonb(&conversion, value, given->columns[column].type,
							   given->columns[column].typmod, &isnull);
	frame_set(frame, given->columns[column].slot, datum, isnull);
	return column;
}

/* Takes the values of a JSON object. */
static Bitmapset *
take_object(Frame *frame, const Given *given, Jsonb *object)
{
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	value;
	ConvertPlace place = {.noun = "column"};
	ErrorContextCallback callback;
	Bitmapset  *columns = NULL;

	if (!JB_ROOT_IS_OBJECT(object))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the columns to set must be given as a JSON object"),
				 frame_errdetail(frame)));
	callback.callback = column_error_context;
	callback.arg = &place;
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	iterator = JsonbIteratorInit(&object->root);
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		CHECK_FOR_INTERRUPTS();
		if (token != WJB_KEY)
			continue;
		place.name = pnstrdup(value.val.string.val, value.val.string.len);
		(void) JsonbIteratorNext(&iterator, &value, true);
		columns = bms_add_member(columns, take_column(frame, given, &place, &value));
	}
	error_context_stack = callback.previous;
	return columns;
}

/* Was the attribute of a row given? By the keys of the caller's object, if they are known. */
static bool
attribute_given(const Jsonb *object, const char *name, bool isnull)
{
	JsonbValue	value;

	if (object == NULL)
		return !isnull;
	return getKeyJsonValueFromContainer(unconstify(JsonbContainer *, &object->root), name, strlen(name),
										&value) != NULL;
}

/* Takes the values of a row. */
static Bitmapset *
take_row(Frame *frame, const Given *given, Datum row)
{
	HeapTupleHeader header = DatumGetHeapTupleHeader(row);
	TupleDesc	descriptor = lookup_rowtype_tupdesc_copy(HeapTupleHeaderGetTypeId(header),
														 HeapTupleHeaderGetTypMod(header));
	const Jsonb *object = given->input >= 0 && frame->remembered_inputs != NULL ?
		frame->remembered_inputs[given->input] : NULL;
	HeapTupleData tuple = {0};
	Bitmapset  *columns = NULL;

	tuple.t_len = HeapTupleHeaderGetDatumLength(header);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_data = header;
	for (int i = 0; i < given->count; i++)
	{
		const GivenColumn *column = &given->columns[i];
		bool		isnull;
		Datum		value = heap_getattr(&tuple, column->attribute + 1, descriptor, &isnull);

		if (!attribute_given(object, NameStr(TupleDescAttr(descriptor, column->attribute)->attname), isnull))
			continue;
		frame_set(frame, column->slot, value, isnull);
		columns = bms_add_member(columns, i);
	}
	return columns;
}

/* Any JSON as jsonb. */
static Jsonb *
as_jsonb(Datum value, Oid type)
{
	if (getBaseType(type) == JSONBOID)
		return DatumGetJsonbP(value);
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(TextDatumGetCString(value))));
}

/* Takes the record's values into their slots; finds the statement for its columns. */
static pg_noinline Variant *
take_record(Frame *frame, Given *given)
{
	MemoryContext old = MemoryContextSwitchTo(frame->econtext->ecxt_per_tuple_memory);
	bool		isnull;
	Datum		record = expression_evaluate(frame, given->record, &isnull);
	Bitmapset  *columns = NULL;
	Variant    *variant;

	if (!isnull && given->is_row)
		columns = take_row(frame, given, record);
	else if (!isnull)
		columns = take_object(frame, given, as_jsonb(record, given->record->type));
	variant = variant_of_columns(given, columns);
	MemoryContextSwitchTo(old);
	return variant;
}

void
given_run(Frame *frame, Given *given, void (*run) (Frame *frame, const void *arg, Statement *statement),
		  const void *arg)
{
	Variant    *variant = take_record(frame, given);

	variant->last_use = ++given->uses;
	variant->running++;
	PG_TRY();
	{
		run(frame, arg, variant->statement);
	}
	PG_FINALLY();
	{
		variant->running--;
	}
	PG_END_TRY();
}
