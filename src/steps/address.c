/*
 * address.c
 *		Reads how a step says which rows it means, and writes the WHERE clause
 *		for it: the comparison of a key, and the author's formula.
 */
#include "postgres.h"

#include "base/suggest.h"
#include "base/text_list.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "definition/value_text.h"
#include "fmgr.h"
#include "lookup/canonical.h"
#include "lookup/key.h"
#include "program/failure.h"
#include "program/names.h"
#include "program/resolved.h"
#include "run/frame.h"
#include "steps/address.h"
#include "steps/row_key.h"
#include "steps/target.h"

/* The columns named by an id object, or NIL for a single value. */
static List *
id_columns(const Json *id)
{
	List	   *columns = NIL;

	for (int i = 0; id->kind == JSON_IS_OBJECT && i < id->count; i++)
		columns = lappend(columns, id->keys[i]);
	return columns;
}

bool
address_is_by(const Address *address, const char *column)
{
	ListCell   *cell;

	foreach(cell, address->key)
	{
		if (strcmp(((KeyColumn *) lfirst(cell))->name, column) == 0)
			return true;
	}
	return false;
}

void
address_report_no_key(Compiler *compiler, int sqlstate, Oid relation, const char *location,
					  const char *hint)
{
	compiler_problem(compiler, sqlstate, location,
					 psprintf("table %s has no unique key over exactly these columns",
							  relation_name_canonical(relation)), NULL, hint);
}

/* Complains that no key of the table fits. */
static void
report_no_key(Compiler *compiler, Oid relation, const List *columns, const char *location)
{
	if (columns != NIL)
		address_report_no_key(compiler, ERRCODE_UNDEFINED_OBJECT, relation, location,
							  "Name the columns of its primary key or of a unique index, or use \"where\".");
	else
		compiler_problem(compiler, ERRCODE_UNDEFINED_OBJECT, location,
						 psprintf("table %s has no primary key", relation_name_canonical(relation)), NULL,
						 "Use \"where\", or give the table a primary key.");
}

/* Key and values of an "id": a value, or an object of columns. */
static bool
address_by_id(Compiler *compiler, Address *address, const Json *id)
{
	char	   *location = compiler_location(compiler, "id");
	List	   *columns = id_columns(id);
	ListCell   *cell;

	address->key = key_of_table(address->relation, columns, false);
	if (address->key == NIL)
	{
		report_no_key(compiler, address->relation, columns, location);
		return false;
	}
	if (columns == NIL && list_length(address->key) > 1)
	{
		compiler_problem(compiler, ERRCODE_INVALID_PARAMETER_VALUE, location,
						 psprintf("the primary key of %s has %d columns",
								  relation_name_canonical(address->relation), list_length(address->key)),
						 NULL, "Write \"id\" as an object with a value for each of them.");
		return false;
	}
	foreach(cell, address->key)
	{
		KeyColumn  *column = lfirst(cell);
		Value	   *value = compiler_value(compiler, columns ? json_get(id, column->name) : id,
										   column->type, -1,
										   columns ? psprintf("%s.%s", location, column->name) : location);

		if (value->kind == VALUE_FORMULA)
			value->formula->key = true;
		address->values = lappend(address->values, value);
	}
	return true;
}

/* Key and values of a row that has a name: its own key columns. */
static bool
address_by_row(Compiler *compiler, Address *address)
{
	bool		is_target = row_first_name(address->row) == compiler->program->target;
	Scope		scope = {0};
	ListCell   *cell;

	address->key = key_of_table(address->relation,
								is_target ? compiler->program->definition->key : NIL, is_target);
	if (address->key == NIL)
	{
		report_no_key(compiler, address->relation, NIL, compiler->step->path);
		return false;
	}
	scope.program = compiler->program;
	scope.findings = &compiler->findings;
	foreach(cell, address->key)
	{
		int			slot = row_slot(&scope, address->row, ((KeyColumn *) lfirst(cell))->name);

		address->values = lappend(address->values,
								  compiler_slot_value(compiler, slot, compiler->step->path));
	}
	return true;
}

/* The table that a subject names; one that is none may be the name of a row, misspelt. */
static Oid
subject_table(Compiler *compiler, const char *subject)
{
	List	   *names = NIL;
	char	   *like;
	ListCell   *cell;

	if (strchr(subject, '.') != NULL || OidIsValid(RelnameGetRelid(subject)))
		return compiler_table(compiler, subject, compiler->step->path);
	foreach(cell, rows_in_order(compiler->names->rows))
		names = lappend(names, ((Row *) lfirst(cell))->name);
	like = suggestion_among(subject, names);
	if (like == NULL)
		return compiler_table(compiler, subject, compiler->step->path);
	compiler_problem(compiler, ERRCODE_UNDEFINED_TABLE, compiler->step->path,
					 psprintf("there is no table or step \"%s\"", subject), NULL,
					 suggestion_hint(like, NULL));
	return InvalidOid;
}

/* Resolves the subject: a row with a name wins over a table, but for the step's own name. */
static bool
address_subject(Compiler *compiler, Address *address)
{
	const Step *step = compiler->step;
	const char *subject = step->subject->text;

	address->row = row_find(compiler->names->rows, subject);
	if (address->row != NULL)
		names_note_use(compiler->program, compiler->names, address->row);
	if (address->row != NULL && address->row->broken)
		return false;
	if (address->row != NULL && !OidIsValid(address->row->relation))
	{
		compiler_problem(compiler, ERRCODE_WRONG_OBJECT_TYPE, step->path,
						 psprintf("step \"%s\" does not give a row of a table", subject), NULL,
						 "Name the target, a step that gives one row, or a table.");
		return false;
	}
	if (address->row == NULL && strcmp(subject, "target") == 0)
	{
		compiler_problem(compiler, ERRCODE_UNDEFINED_OBJECT, step->path,
						 NO_TARGET_MESSAGE, NULL,
						 "Set \"table\" of the action, or name a table and an \"id\".");
		return false;
	}
	if (address->row == NULL && text_list_has(compiler->names->steps, subject) &&
		(step->name == NULL || strcmp(step->name, subject) != 0))
	{
		compiler_problem(compiler, ERRCODE_UNDEFINED_OBJECT, step->path,
						 psprintf(STEP_NOT_RUN_MESSAGE, subject), NULL,
						 "A step can only use steps that come before it.");
		return false;
	}
	if (address->row == NULL)
		address->relation = subject_table(compiler, subject);
	else
		address->relation = address->row->relation;
	resolved_table(compiler->program, step->path, address->relation);
	if (OidIsValid(address->relation) && address->row == NULL && compiler->freeze)
		json_put_string(step->json, step->kind->name, relation_name_canonical(address->relation));
	return OidIsValid(address->relation);
}

/* Says that a step must tell which rows it means. */
static bool
address_check_rows(Compiler *compiler, bool where_optional, const Address *address, const Json *id)
{
	if (address->row != NULL && id != NULL)
		compiler_problem(compiler, ERRCODE_INVALID_PARAMETER_VALUE, compiler_location(compiler, "id"),
						 psprintf("\"%s\" is one row already and takes no \"id\"", address->row->name),
						 NULL, "Name the table instead, or leave out \"id\".");
	else if (address->row == NULL && id == NULL && address->where == NULL && !where_optional)
		compiler_problem(compiler, ERRCODE_INVALID_PARAMETER_VALUE, compiler->step->path,
						 psprintf("%s of a table needs \"id\" or \"where\"", compiler->step->kind->name),
						 NULL, "For all rows write \"where\": \"true\".");
	else
		return true;
	return false;
}

/* Notes that there may be no such row. */
static void
note_missing(Compiler *compiler, const Address *address)
{
	const char *path = compiler->step->path;

	if (address->where != NULL)
		failure_note(compiler->program, path, ERRCODE_NO_DATA_FOUND,
					 psprintf("no row of %s satisfies the condition", address->table_name),
					 psprintf("unless %s", formula_text(json_get_text(compiler->step->json, "where"))));
	else if (address->row == NULL)
		failure_note(compiler->program, path, ERRCODE_NO_DATA_FOUND,
					 psprintf("there is no such row in %s", address->table_name),
					 "it does not exist, or is not visible");
	else if (row_first_name(address->row) != compiler->program->target)
		failure_note(compiler->program, path, ERRCODE_NO_DATA_FOUND,
					 psprintf("\"%s\" names no row of %s", address->row->name, address->table_name),
					 "its step did not run, found no row, or was undone");
}

void
address_note_failures(Compiler *compiler, const Address *address)
{
	if (!failures_wanted(compiler->program) || address->set_based)
		return;
	if (address->required)
		note_missing(compiler, address);
	if (address->key != NIL && !((KeyColumn *) linitial(address->key))->indexed)
		failure_note(compiler->program, compiler->step->path, ERRCODE_TOO_MANY_ROWS,
					 psprintf("several rows of %s have this key", address->table_name),
					 "the columns of the key are those of several rows");
}

Address *
address_compile(Compiler *compiler, bool where_optional)
{
	Address    *address = palloc0(sizeof(Address));
	const char *where = json_get_text(compiler->step->json, "where");
	const Json *id = step_argument(compiler->step, "id");

	address->required = json_get_boolean(compiler->step->json, "required", true);
	if (where != NULL)
		address->where = compiler_condition_value(compiler, where,
												  compiler_location(compiler, "where"));
	if (!address_subject(compiler, address) ||
		!address_check_rows(compiler, where_optional, address, id))
		return NULL;
	address->table_name = relation_name_canonical(address->relation);
	if (address->row != NULL)
		return address_by_row(compiler, address) ? address : NULL;
	if (id != NULL)
		return address_by_id(compiler, address, id) ? address : NULL;
	address->set_based = !where_optional;
	return address;
}

void
address_condition(Statement *statement, StringInfo text, const Address *address)
{
	row_key_condition(statement, text, address->relation, address->key, address->values);
	if (address->where != NULL)
		appendStringInfo(text, "%s(%s)", address->key != NIL ? " AND " : "",
						 statement_value(statement, address->where));
	else if (address->key == NIL)
		appendStringInfoString(text, "true");
}

/* Makes the step's own row another name of the row that it writes. */
static void
become_other_name(Compiler *compiler, Row *row, const Address *address)
{
	row->same = address->row;
	row->may_be_absent = compiler->conditional > 0 || !address->required;
	if (row->may_be_absent)
		row->present_slot = program_add_slot(compiler->program, BOOLOID, -1, InvalidOid);
}

void
address_results(Compiler *compiler, Statement *statement, const Address *address)
{
	Row		   *row;

	for (RowChain *rows = compiler->names->rows; address->row != NULL && rows != NULL; rows = rows->outer)
	{
		if (row_first_name(rows->row) == row_first_name(address->row))
			statement->into = lappend(statement->into, rows->row);
	}
	row = compiler_declare(compiler, address->relation, address->set_based);
	if (row != NULL)
	{
		statement->into = lappend(statement->into, row);
		statement->own = row;
		if (address->row != NULL && !address->set_based && compiler->step->kind->writes)
			become_other_name(compiler, row, address);
	}
	statement->set_based = address->set_based;
}

void
address_prove_target(Compiler *compiler, const Address *address)
{
	if (address->row == NULL || address->row != compiler->program->target ||
		compiler->conditional > 0 || compiler->may_stop ||
		!address->required || address->where != NULL)
		return;
	compiler->target_proven = true;
	if (!compiler->any_before)
		compiler->target_proven_first = true;
}

/* Has the step that the row is named for given none? Then its key is NULL. */
static bool
row_is_absent(const Frame *frame, const Address *address)
{
	ListCell   *cell;

	if (address->row == NULL || address->row == frame->program->target)
		return false;
	foreach(cell, address->values)
	{
		if (frame_isnull(frame, ((Value *) lfirst(cell))->slot))
			return true;
	}
	return false;
}

void
address_missing(Frame *frame, const Address *address, const char *hint)
{
	if (row_is_absent(frame, address))
		row_missing(frame, ERRCODE_NO_DATA_FOUND,
					psprintf("\"%s\" names no row of %s", address->row->name, address->table_name),
					"Its step did not run, found no row, or was undone.");
	if (address->row != NULL && address->row == frame->program->target && address->where == NULL)
		target_missing(frame, hint);
	row_missing(frame, ERRCODE_NO_DATA_FOUND, address->where != NULL ?
				psprintf("no row of %s satisfies the condition", address->table_name) :
				psprintf("there is no such row in %s", address->table_name), hint);
}
