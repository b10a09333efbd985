/*
 * create.c
 *		create: inserts a row, or one per row of a table or array.
 */
#include "postgres.h"

#include "access/relation.h"
#include "base/compat.h"
#include "base/text_list.h"
#include "catalog/pg_type.h"
#include "compile/compiler.h"
#include "compile/row_source.h"
#include "definition/value_text.h"
#include "document/outline.h"
#include "lookup/canonical.h"
#include "lookup/key.h"
#include "program/resolved.h"
#include "steps/creates.h"
#include "steps/given.h"
#include "steps/step_words.h"
#include "steps/steps.h"
#include "steps/write.h"
#include "steps/write_many.h"
#include "steps/written.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

static const ArgumentSpec conflict_members[] = {
	{"columns", ARGUMENT_NAMES, .means = MEANS_COLUMNS,
	.meaning = "columns of a unique key that two rows would share"},
	{"do", ARGUMENT_CHOICE, false, "nothing update",
	.meaning = "nothing, or update the row that is there"},
	{"set", ARGUMENT_VALUES, .means = MEANS_COLUMNS,
	.meaning = "columns of the row that is there and their new values; left out: those of the step"},
	{NULL}
};

static const ArgumentSpec create_arguments[] = {
	{"from", ARGUMENT_VALUE,
	.meaning = "a row for each of these: a table, or a formula that gives an array"},
	{"where", ARGUMENT_CONDITION,
	.meaning = "only for those that satisfy it"},
	{"set", ARGUMENT_VALUES, .means = MEANS_COLUMNS,
	.meaning = "columns and their values"},
	{"on_conflict", ARGUMENT_OBJECT, false, NULL, conflict_members,
	.meaning = "what is done if the row is there already"},
	{NULL}
};

/* Reports columns that would be left NULL although they must not be. */
static void
check_not_null(Compiler *compiler, Oid table, const List *columns, const Json *set)
{
	Relation	relation = relation_open(table, AccessShareLock);
	TupleDesc	tupdesc = RelationGetDescr(relation);
	bool		triggers = relation->trigdesc != NULL && relation->trigdesc->trig_insert_before_row;

	for (int i = 0; i < tupdesc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(tupdesc, i);
		char	   *message;

		if (attribute->attisdropped || !attribute->attnotnull || attribute->atthasdef ||
			attribute->attidentity != '\0' || attribute->attgenerated != '\0' ||
			write_sets(columns, NameStr(attribute->attname)) ||
			(set != NULL && json_get(set, NameStr(attribute->attname)) != NULL))
			continue;
		message = psprintf("column \"%s\" of table %s is NOT NULL, has no default and gets no value",
						   NameStr(attribute->attname), relation_name_canonical(table));
		if (triggers)
			problem_warn(compiler->findings.sink, compiler_location(compiler, "set"), message,
						 "Does a BEFORE INSERT trigger set it?");
		else
			compiler_problem(compiler, ERRCODE_NOT_NULL_VIOLATION, compiler_location(compiler, "set"),
							 message, NULL, "Add it to \"set\".");
	}
	relation_close(relation, NoLock);
}

/* "a, b" of the columns, quoted. */
static void
append_names(StringInfo text, const List *columns)
{
	for (int i = 0; i < list_length(columns); i++)
		append_element(text, i == 0, quote_identifier(((WriteColumn *) list_nth(columns, i))->name));
}

static void
append_values(Statement *statement, StringInfo text, const List *columns)
{
	for (int i = 0; i < list_length(columns); i++)
		append_element(text, i == 0, statement_value(statement, ((WriteColumn *) list_nth(columns, i))->value));
}

/* The columns of on_conflict must be those of a unique index. */
static bool
append_conflict_columns(Compiler *compiler, StringInfo text, Oid table, const Json *columns)
{
	List	   *names = NIL;

	for (int i = 0; i < columns->count; i++)
	{
		names = lappend(names, columns->items[i]->text);
		appendStringInfo(text, "%s%s", i ? ", " : " (", quote_identifier(columns->items[i]->text));
	}
	appendStringInfoChar(text, ')');
	if (key_of_table(table, names, false) != NIL)
		return true;
	address_report_no_key(compiler, ERRCODE_INVALID_COLUMN_REFERENCE, table,
						  compiler_location(compiler, "on_conflict.columns"), NULL);
	return false;
}

/* The row that is there takes the new values of all columns but the conflict's. */
static bool
append_new_values(Compiler *compiler, StringInfo text, const List *columns, const Json *conflict_columns)
{
	const Json *set = step_argument(compiler->step, "set");
	bool		any = false;
	ListCell   *cell;

	foreach(cell, columns)
	{
		const char *name = ((WriteColumn *) lfirst(cell))->name;

		if (json_has_text(conflict_columns, name))
			continue;
		appendStringInfo(text, "%s%s = excluded.%s", any ? ", " : " DO UPDATE SET ",
						 quote_identifier(name), quote_identifier(name));
		any = true;
	}
	if (!any && (set == NULL || list_length(columns) == set->count))
		compiler_problem(compiler, ERRCODE_INVALID_PARAMETER_VALUE,
						 compiler_location(compiler, "on_conflict"),
						 "on_conflict with update has nothing to change: the step sets only columns of the conflict",
						 NULL, "Say what to change in a \"set\" of on_conflict, or write \"do\": \"nothing\".");
	return any;
}

/* Does on_conflict update the row that is there? */
static bool
conflict_updates(const Json *conflict)
{
	const char *what = json_get_text(conflict, "do");

	return what ? strcmp(what, "update") == 0 : json_get(conflict, "set") != NULL;
}

/* Appends the ON CONFLICT clause, and gives what it sets of its own; false after a problem. */
static bool
append_conflict(Compiler *compiler, Statement *statement, Oid table, const List *new_columns,
				const Json *conflict, List **updated)
{
	StringInfo	text = &statement->head;
	const Json *columns = json_get(conflict, "columns");
	const Json *set = json_get(conflict, "set");
	bool		update = conflict_updates(conflict);
	List	   *assignments;

	appendStringInfoString(text, " ON CONFLICT");
	if (columns != NULL && columns->count > 0 &&
		!append_conflict_columns(compiler, text, table, columns))
		return false;
	if (!update)
	{
		appendStringInfoString(text, " DO NOTHING");
		return true;
	}
	if (columns == NULL || columns->count == 0 || (set != NULL && set->count == 0))
	{
		compiler_problem(compiler, ERRCODE_INVALID_PARAMETER_VALUE,
						 compiler_location(compiler, "on_conflict"),
						 columns == NULL || columns->count == 0 ?
						 "on_conflict with update needs \"columns\"" :
						 "the \"set\" of on_conflict is empty", NULL,
						 columns == NULL || columns->count == 0 ?
						 "Name the columns of the unique key that two rows would share." :
						 "Leave it out to take the new values, or write \"do\": \"nothing\".");
		return false;
	}
	if (set == NULL)
		return append_new_values(compiler, text, new_columns, columns);
	if (write_has_record(compiler, set, "on_conflict.set"))
		return false;
	assignments = write_columns(compiler, table, set,
								compiler_location(compiler, "on_conflict.set"));
	if (assignments == NIL)
		return false;
	*updated = assignments;
	appendStringInfoString(text, " DO UPDATE SET ");
	write_append_set(statement, text, assignments);
	return true;
}

/* INSERT's list of columns and where their values come from. */
static bool
append_rows(Compiler *compiler, Statement *statement, const List *columns)
{
	StringInfo	text = &statement->head;
	const Json *from = step_argument(compiler->step, "from");
	const char *where = json_get_text(compiler->step->json, "where");
	char	   *source;

	if (columns == NIL && from == NULL)
	{
		appendStringInfoString(text, " DEFAULT VALUES");
		return true;
	}
	appendStringInfoString(text, " (");
	append_names(text, columns);
	if (from == NULL)
	{
		statement->values_at = text->len;
		appendStringInfoString(text, VALUES_WORDS);
		append_values(statement, text, columns);
		appendStringInfoChar(text, ')');
		return true;
	}
	source = row_source_compile(compiler, statement, from, NULL, "from",
								compiler_location(compiler, "from")).from;
	if (source == NULL)
		return false;
	appendStringInfoString(text, ") SELECT ");
	append_values(statement, text, columns);
	appendStringInfo(text, " FROM %s WHERE ", source);
	appendStringInfoString(text, where == NULL ? "true" :
						   statement_value(statement,
										   compiler_condition_value(compiler, where,
																	compiler_location(compiler, "where"))));
	return true;
}

/* Complains about arguments that only a set-based create has. */
static bool
arguments_fit(Compiler *compiler, const Json *from, const Json *set)
{
	if (from == NULL && step_argument(compiler->step, "where") != NULL)
		compiler_problem(compiler, ERRCODE_INVALID_PARAMETER_VALUE, compiler_location(compiler, "where"),
						 "\"where\" of a create needs \"from\"", NULL,
						 "For a condition on the whole step use \"when\".");
	else if (from != NULL && (set == NULL || set->count == 0))
		compiler_problem(compiler, ERRCODE_INVALID_PARAMETER_VALUE, compiler_location(compiler, "set"),
						 "a create with \"from\" must set at least one column", NULL, NULL);
	else
		return true;
	return false;
}

static void
create_compile(Compiler *compiler, Instruction *instruction)
{
	const Json *from = step_argument(compiler->step, "from");
	const Json *set = step_argument(compiler->step, "set");
	const Json *conflict = step_argument(compiler->step, "on_conflict");
	Oid			table = compiler_table(compiler, compiler->step->subject->text, compiler->step->path);
	Statement  *statement;
	Write	   *write;
	List	   *columns;
	List	   *updated = NIL;	/* what on_conflict sets of its own */
	Row		   *row;
	bool		refused;
	bool		harmless = false;

	resolved_table(compiler->program, compiler->step->path, table);
	if (!OidIsValid(table) || !arguments_fit(compiler, from, set))
		return;
	if (compiler->freeze)
		json_put_string(compiler->step->json, compiler->step->kind->name, relation_name_canonical(table));
	refused = write_has_record(compiler, set, "set");
	columns = write_columns(compiler, table, set, compiler_location(compiler, "set"));
	if (compiler->findings.checking && !refused)
		check_not_null(compiler, table, columns, set);
	statement = compiler_statement(compiler, InvalidOid);
	statement->relation = table;
	appendStringInfo(&statement->head, "INSERT INTO %s AS this", relation_name_sql(table));
	if (append_rows(compiler, statement, columns) &&
		(conflict == NULL || append_conflict(compiler, statement, table, columns, conflict, &updated)))
		compiler_examine(compiler, statement, creates_look, &harmless);
	statement->set_based = from != NULL;
	if (conflict != NULL)
		statement->values_at = 0;
	row = compiler_declare(compiler, table, from != NULL);
	if (row != NULL)
		statement->into = list_make1(row);
	write = palloc0(sizeof(Write));
	write->statement = statement;
	write->command = CMD_INSERT;
	write->updates = conflict != NULL && conflict_updates(conflict);
	write->count = write_count_row(statement);
	if (harmless && from == NULL && conflict == NULL && !refused)
		write->created = columns;
	written_compile(compiler, write, columns);
	write_note_failures(compiler, table, CMD_INSERT, columns, false, conflict);
	if (write->updates)
		write_note_failures(compiler, table, CMD_UPDATE, updated, false, NULL);
	instruction->data = write;
}

/* Says what is done if the row is there already. */
static void
describe_conflict(Outline *outline, const Json *conflict)
{
	const Json *columns = json_get(conflict, "columns");
	const Json *set = json_get(conflict, "set");
	const char *what = json_get_text(conflict, "do");
	char	   *same = pstrdup("");

	if (columns != NULL && columns->kind == JSON_IS_ARRAY && columns->count > 0)
		same = psprintf(" with the same %s", array_words(columns));
	if (set == NULL || set->count == 0)
		outline_add(outline, "on_conflict", "IF ONE IS THERE%s: %s", same,
					what != NULL && strcmp(what, "update") == 0 ? "give it the new values" : "do nothing");
	for (int i = 0; set != NULL && i < set->count; i++)
		outline_add(outline, psprintf("on_conflict.set.%s", set->keys[i]), "IF ONE IS THERE%s: %s = %s", same,
					set->keys[i], value_text(set->items[i]));
}

static void
create_describe(Outline *outline, const Step *step)
{
	const Json *from = step_argument(step, "from");
	const Json *conflict = step_argument(step, "on_conflict");

	outline_say(outline, "CREATE ");
	step_say_subject(outline, step);
	if (from != NULL)
		outline_say(outline, " for each of %s", from->kind == JSON_IS_STRING ? formula_text(from->text) : value_text(from));
	step_say_rows(outline, step);
	outline_values(outline, "set", step_argument(step, "set"), ": ");
	if (conflict != NULL)
		describe_conflict(outline, conflict);
}

const StepKind create_kind = {
	.name = "create",
	.meaning = "creates a row, or one for each of many",
	.example = "{\"create\": \"support.task\", \"as\": \"task\", \"set\": {\"case_id\": \"=target.id\", \"title\": \"Escalated: {{input.reason}}\"}}",
	.subject = SUBJECT_NAME,
	.arguments = create_arguments,
	.named = true,
	.writes = true,
	.creates = true,
	.many = "from",
	.compile = create_compile,
	.execute = write_execute,
	.fits_many = write_fits_many,
	.execute_many = write_execute_many,
	.describe = create_describe
};
