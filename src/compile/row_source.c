/*
 * row_source.c
 *		FROM items of steps that read many rows.
 */
#include "postgres.h"

#include "base/compat.h"
#include "catalog/pg_type.h"
#include "compile/let_types.h"
#include "compile/row_source.h"
#include "definition/value_text.h"
#include "lookup/canonical.h"
#include "program/remark.h"
#include "program/value.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

/* The column list of jsonb_to_recordset; the types are written canonically, at activation into the step too. */
static char *
record_columns(Compiler *compiler, RowSource *source, const Json *columns)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < columns->count; i++)
	{
		TypeWork	work = {.text = columns->items[i]->text, .what = "a column", .type = TEXTOID, .typmod = -1};
		SourceColumn *column = palloc(sizeof(SourceColumn));

		if (work.text != NULL &&
			compiler_guard(compiler, compiler_location(compiler, psprintf("columns.%s", columns->keys[i])),
						   type_work, &work) && compiler->freeze)
			json_put_string(json_get(compiler->step->json, "columns"), columns->keys[i],
							type_name_canonical(work.type, work.typmod));
		column->name = columns->keys[i];
		column->type = work.type;
		column->typmod = work.typmod;
		source->columns = lappend(source->columns, column);
		appendStringInfo(&text, "%s%s %s", i ? ", " : "", quote_identifier(column->name),
						 type_name_canonical(work.type, work.typmod));
	}
	return text.data;
}

/* The elements of a jsonb array: with columns, or each as "value". */
static void
jsonb_source(Compiler *compiler, RowSource *source, const char *array, const Json *columns)
{
	if (columns != NULL && columns->count > 0)
		source->from = psprintf("pg_catalog.jsonb_to_recordset(%s) AS this(%s)", array,
								record_columns(compiler, source, columns));
	else
	{
		source->value_type = JSONBOID;
		source->from = psprintf("pg_catalog.jsonb_array_elements(%s) AS this(value)", array);
	}
}

/* The elements of an array formula, by their type. */
static void
array_source(Compiler *compiler, Statement *statement, RowSource *source, const Json *from,
			 const Json *columns, const char *location)
{
	Oid			wanted = columns != NULL && from->kind == JSON_IS_ARRAY ? JSONBOID : InvalidOid;
	bool		mattered;
	bool		before;
	Value	   *value;
	Expression *probe;
	Oid			element;

	(void) let_types_left_out(compiler);
	mattered = let_types_matter(compiler, true);
	value = compiler_value(compiler, from, wanted, -1, location);
	(void) let_types_matter(compiler, mattered);
	if (let_types_left_out(compiler))
		return;
	before = findings_begin(&compiler->findings);
	probe = compiler_expression(compiler, value);
	element = get_base_element_type(probe->type);
	if (findings_end(&compiler->findings, before))
		return;
	if (getBaseType(probe->type) == JSONBOID)
		jsonb_source(compiler, source, statement_value(statement, value), columns);
	else if (!OidIsValid(element))
		compiler_problem(compiler, ERRCODE_DATATYPE_MISMATCH, location,
						 psprintf("the formula gives %s, but an array is wanted",
								  format_type_be(probe->type)),
						 NULL, "Name a table, or give an array or a jsonb array.");
	else if (type_is_rowtype(element))
	{
		source->relation = get_typ_typrelid(getBaseType(element));
		source->from = psprintf("pg_catalog.unnest(%s) AS this", statement_value(statement, value));
	}
	else
	{
		source->value_type = element;
		source->array = probe;
		source->from = psprintf("pg_catalog.unnest(%s) AS this(value)", statement_value(statement, value));
	}
}

/* The type of a bound of a range, without domains; InvalidOid after a problem. */
static Oid
bound_type(Compiler *compiler, const Expression *bound, const char *key, const char *location)
{
	Oid			type = getBaseType(bound->type);

	if (type == INT2OID || type == INT4OID || type == INT8OID)
		return type;
	compiler_problem(compiler, ERRCODE_DATATYPE_MISMATCH, location,
					 psprintf("\"%s\" is of type %s, but a whole number is wanted", key, format_type_be(bound->type)),
					 NULL, "Write an integer, or a formula that gives one, for example \"=(...)::integer\".");
	return InvalidOid;
}

/* Compiles a bound of a range; NULL after a problem. */
static Expression *
range_bound(Compiler *compiler, const Json *range, const char *key, const char *location, Oid *type)
{
	char	   *place = psprintf("%s.%s", location, key);
	bool		mattered = let_types_matter(compiler, true);
	bool		before = findings_begin(&compiler->findings);
	Value	   *value = compiler_value(compiler, json_get(range, key), InvalidOid, -1, place);
	Expression *bound = NULL;

	(void) let_types_matter(compiler, mattered);
	if (!let_types_left_out(compiler))
		bound = compiler_expression(compiler, value);
	if (findings_end(&compiler->findings, before) || bound == NULL)
		return NULL;
	*type = bound_type(compiler, bound, key, place);
	return OidIsValid(*type) ? bound : NULL;
}

/* A bound as the value of a statement, which is of the type of all numbers. */
static char *
bound_in_statement(Compiler *compiler, Statement *statement, Expression *bound, Oid type)
{
	compiler_drop_expression(compiler, bound);
	bound->value->type = type;
	return statement_value(statement, bound->value);
}

/* Whole numbers: counted through, or rows where there is more to do with them. */
static void
range_source(Compiler *compiler, Statement *statement, RowSource *source, const Json *range, const char *location)
{
	const Step *step = compiler->step;
	Oid			type = InvalidOid;
	Oid			other = InvalidOid;
	Expression *first;
	Expression *last;

	(void) let_types_left_out(compiler);
	first = range_bound(compiler, range, range_keys[0].key, location, &type);
	last = range_bound(compiler, range, range_keys[1].key, location, &other);
	if (first == NULL || last == NULL)
		return;
	source->value_type = type == INT8OID || other == INT8OID ? INT8OID : INT4OID;
	if (step_argument(step, "where") == NULL && step_argument(step, "order_by") == NULL &&
		step_argument(step, "columns") == NULL)
	{
		source->first = first;
		source->last = last;
		source->from = "";
		return;
	}
	source->from = psprintf("pg_catalog.generate_series(%s, %s) AS this(value)",
							bound_in_statement(compiler, statement, first, source->value_type),
							bound_in_statement(compiler, statement, last, source->value_type));
}

/* The table of a name; a text that is a formula has lost its "=". */
static Oid
source_table(Compiler *compiler, const char *name, const char *location)
{
	if (compiler->findings.checking && remark_is_formula(compiler->names, compiler->names->rows, InvalidOid, name))
	{
		compiler_problem(compiler, ERRCODE_UNDEFINED_TABLE, location,
						 psprintf("table \"%s\" does not exist", name), NULL,
						 psprintf("A formula begins with \"=\": \"=%s\".", name));
		return InvalidOid;
	}
	return compiler_table(compiler, name, location);
}

RowSource
row_source_compile(Compiler *compiler, Statement *statement, const Json *from,
				   const Json *columns, const char *key, const char *location)
{
	RowSource	source = {0};

	if (from->kind == JSON_IS_OBJECT && from == compiler->step->subject)
	{
		range_source(compiler, statement, &source, from, location);
		return source;
	}
	if (from->kind != JSON_IS_STRING || formula_is_marked(from->text))
	{
		array_source(compiler, statement, &source, from, columns, location);
		return source;
	}
	source.relation = source_table(compiler, from->text, location);
	if (!OidIsValid(source.relation))
		return source;
	statement->scope->this_relation = source.relation;
	source.from = psprintf("%s AS this", relation_name_sql(source.relation));
	if (compiler->freeze)
		json_put_string(compiler->step->json, key, relation_name_canonical(source.relation));
	return source;
}

typedef struct OrderWork
{
	const Json *json;
	const char *location;
	List	   *items;
} OrderWork;

static void
order_work(void *arg)
{
	OrderWork  *work = arg;

	if (work->json->kind == JSON_IS_STRING)
		work->items = value_parse_order(work->json->text, work->location);
	for (int i = 0; i < work->json->count; i++)
		work->items = list_concat(work->items,
								  value_parse_order(work->json->items[i]->text, work->location));
}

bool
row_source_append_order(Compiler *compiler, Statement *statement)
{
	OrderWork	work = {step_argument(compiler->step, "order_by"),
	compiler_location(compiler, "order_by"), NIL};

	if (work.json == NULL || !compiler_guard(compiler, work.location, order_work, &work))
		return work.json != NULL;
	for (int i = 0; i < list_length(work.items); i++)
	{
		SortItem   *item = list_nth(work.items, i);

		appendStringInfo(&statement->tail, "%s%s%s", i ? ", " : " ORDER BY ",
						 statement_value(statement, item->value), item->suffix);
	}
	return work.items != NIL;
}
