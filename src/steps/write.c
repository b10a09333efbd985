/*
 * write.c
 *		Compiles and runs the statements of steps that change rows.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/compat.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_type.h"
#include "lookup/canonical.h"
#include "lookup/instead.h"
#include "program/failure.h"
#include "program/names.h"
#include "run/frame.h"
#include "run/observer.h"
#include "run/statement_run.h"
#include "steps/expect.h"
#include "steps/from_states.h"
#include "steps/given.h"
#include "steps/row_key.h"
#include "steps/target.h"
#include "steps/target_write.h"
#include "steps/write.h"
#include "steps/written.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

void
write_append_set(Statement *statement, StringInfo text, const List *columns)
{
	for (int i = 0; i < list_length(columns); i++)
	{
		WriteColumn *column = list_nth(columns, i);

		appendStringInfo(text, "%s%s = %s", i ? ", " : "", quote_identifier(column->name),
						 statement_value(statement, column->value));
	}
}

/* Does one of the columns belong to the key of the addressed row? */
static bool
changes_key(const Address *address, const List *columns)
{
	ListCell   *cell;

	foreach(cell, columns)
	{
		if (address_is_by(address, ((WriteColumn *) lfirst(cell))->name))
			return true;
	}
	return false;
}

void
write_note_target(Compiler *compiler, const Address *address, const List *columns, bool deletes)
{
	if (address->row == NULL || row_first_name(address->row) != compiler->program->target)
		return;
	compiler->program->target_written = true;
	if (deletes || changes_key(address, columns))
		compiler->target_key_changed = true;
	address_prove_target(compiler, address);
}

/* The names of columns; those that a literal sets are never NULL, unless it is. */
static List *
written_names(const List *columns, bool computed)
{
	List	   *names = NIL;
	ListCell   *cell;

	foreach(cell, columns)
	{
		const WriteColumn *column = lfirst(cell);

		if (!computed || column->value->kind == VALUE_FORMULA || column->value->kind == VALUE_SLOT ||
			(column->value->json != NULL && column->value->json->kind == JSON_IS_NULL))
			names = lappend(names, column->name);
	}
	return names;
}

/* The names of columns that no literal sets, which was looked at when it was read. */
static List *
varied_names(const List *columns)
{
	List	   *names = NIL;
	ListCell   *cell;

	foreach(cell, columns)
	{
		if (((WriteColumn *) lfirst(cell))->value->kind != VALUE_LITERAL)
			names = lappend(names, ((WriteColumn *) lfirst(cell))->name);
	}
	return names;
}

/* The columns whose conflict a create takes. */
static List *
conflict_key(const Json *conflict)
{
	const Json *columns = json_get(conflict, "columns");
	List	   *names = NIL;

	for (int i = 0; columns != NULL && columns->kind == JSON_IS_ARRAY && i < columns->count; i++)
		names = lappend(names, columns->items[i]->text);
	return names;
}

void
write_note_failures(Compiler *compiler, Oid table, CmdType command, const List *columns, bool others,
					const Json *conflict)
{
	TableCommand *told;

	if (!failures_wanted(compiler->program))
		return;
	told = palloc0(sizeof(TableCommand));
	told->command = command;
	told->all_columns = others;
	told->columns = written_names(columns, false);
	told->computed = written_names(columns, true);
	told->varied = varied_names(columns);
	told->never_twice = conflict != NULL;
	if (conflict != NULL)
		told->key = conflict_key(conflict);
	failure_note_table(compiler->program, compiler->step->path, table, told);
	if (others)
		failure_note(compiler->program, compiler->step->path, ERRCODE_INVALID_PARAMETER_VALUE,
					 psprintf("column of table %s cannot be set here", relation_name_canonical(table)),
					 "what is given has another column, or is no JSON object");
}

static const char rule_hint[] = "Write what the rule does as steps, replace the rule by a trigger, or say \"required\": false.";

/* "rule "soft" of table x does something else instead of DELETE" */
static char *
rule_words(const InsteadRule *rule, CmdType command)
{
	return psprintf("rule \"%s\" of table %s does something else instead of %s", rule->name,
					relation_name_canonical(rule->table), command_word(command));
}

void
write_check_rules(Compiler *compiler, Statement *statement, const Address *address, CmdType command)
{
	InsteadRule rule;

	/* what became of an activated action's table is said by its calls */
	if (!compiler->findings.checking || OidIsValid(compiler->program->function) ||
		!instead_rule(address->relation, command, &rule))
		return;
	if (!rule.returns && !(rule.always && address->required))
		statement->no_returning = rule_words(&rule, command);
	if (!rule.always)
		return;
	if (address->set_based)
		problem_warn(compiler->findings.sink, compiler->step->path,
					 psprintf("%s: the count is always 0", rule_words(&rule, command)),
					 "Write what the rule does as steps, or replace the rule by a trigger.");
	else if (address->required)
		compiler_problem(compiler, ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, compiler->step->path,
						 psprintf("%s, so the step never finds its row", rule_words(&rule, command)),
						 NULL, rule_hint);
}

void
write_check_returning(Compiler *compiler)
{
	ListCell   *cell;

	foreach(cell, compiler->program->statements)
	{
		const Statement *statement = lfirst(cell);

		if (statement->no_returning != NULL && statement_returns(statement))
			compiler_problem(compiler, ERRCODE_FEATURE_NOT_SUPPORTED, statement->step->path,
							 psprintf("%s and gives no columns back, but some are read later",
									  statement->no_returning), NULL,
							 "Read them through a get step with a name of its own, write what the rule does as steps, or replace the rule by a trigger.");
	}
}

/* Complains that the row was not found, unless a rule keeps us from knowing. */
pg_noreturn static void
refuse_unfound(Frame *frame, const Write *write)
{
	InsteadRule rule;

	if (target_write_found_none(frame))
		target_missing(frame, NULL);
	if (instead_rule(write->address->relation, write->command, &rule))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("%s, so it is not known whether the row is there",
						rule_words(&rule, write->command)),
				 frame_errdetail(frame),
				 errhint("%s", rule_hint)));
	address_missing(frame, write->address,
					triggers_may_skip(write->address->relation, write->command) ?
					"It does not exist, it is not visible to you, or a trigger left it as it is." : NULL);
}

Row *
write_count_row(const Statement *statement)
{
	Row		   *row = statement->into != NIL ? llast(statement->into) : NULL;

	return row != NULL && row->is_count ? row : NULL;
}

void
write_compile_update(Compiler *compiler, Instruction *instruction, Address *address,
					 const List *columns, Given *given)
{
	Statement  *statement;
	Write	   *write = palloc0(sizeof(Write));
	char	   *fixed;
	int			start;

	if (address->from != NULL && address->set_based)
		from_states_compile_search(compiler, address);
	statement = compiler_statement(compiler, address->relation);
	appendStringInfo(&statement->head, "UPDATE %s AS this SET ", relation_name_sql(address->relation));
	start = statement->head.len;
	write_append_set(statement, &statement->head, columns);
	fixed = pstrdup(statement->head.data + start);
	if (given != NULL)
	{
		appendStringInfoString(&statement->head, columns != NIL ? ", " : "");
		given_append_set(given, statement, &statement->head);
	}
	start = statement->items_at = statement->head.len;
	appendStringInfoString(&statement->head, " WHERE ");
	address_condition(statement, &statement->head, address);
	if (address->from != NULL)
	{
		appendStringInfoString(&statement->head, " AND ");
		from_states_condition(statement, &statement->head, address->from);
	}
	write->given = given;
	if (given != NULL)
		given_finish(given, statement, fixed, pstrdup(statement->head.data + start));
	compiler_analyse(compiler, statement);
	write_note_target(compiler, address, columns, false);
	statement->changes_key = changes_key(address, columns) || others_set_columns(address->relation);
	address_results(compiler, statement, address);
	write->address = address;
	write->columns = given == NULL ? columns : NIL;
	write->command = CMD_UPDATE;
	write->statement = statement;
	if (address->from != NULL && !address->set_based)
		from_states_compile_search(compiler, address);
	write->expect = expect_compile(compiler, address);
	write_check_rules(compiler, statement, address, CMD_UPDATE);
	write->count = write_count_row(statement);
	written_compile(compiler, write, columns);
	address_note_failures(compiler, address);
	write_note_failures(compiler, address->relation, CMD_UPDATE, columns, given != NULL, NULL);
	if (compiler_remarks(compiler))
		compiler->writes = lappend(compiler->writes, write);
	instruction->data = write;
}

void
write_settle(Frame *frame, const Write *write, uint64 rows)
{
	if (write->count != NULL)
		frame_set(frame, ((RowColumn *) linitial(write->count->columns))->slot,
				  Int64GetDatum((int64) rows), false);
	if (unlikely(write->expect != NULL))
		expect_require(frame, write->expect, write->command, rows);
	if (write->address != NULL && !write->address->set_based)
	{
		if (rows == 0 && write->address->from != NULL)
			from_states_require(frame, write->address);
		if (rows == 0 && write->address->required)
			refuse_unfound(frame, write);
		if (rows > 1)
			row_not_alone(frame, write->address->relation);
	}
}

/* Runs a statement and tells what it wrote. */
static pg_noinline void
run_and_tell(Frame *frame, const Write *write, Statement *statement)
{
	WrittenKeys written = {0};

	write_settle(frame, write, statement_execute_for_keys(frame, statement, &written));
	written_tell(frame, write, statement, &written, false);
}

void
write_run(Frame *frame, const Write *write, Statement *statement)
{
	if (observed(frame, OBSERVE_ROWS))
		run_and_tell(frame, write, statement);
	else
		write_settle(frame, write, statement_execute(frame, statement));
}

/* Runs the statement for the columns that a record gives now. */
static void
run_given(Frame *frame, const void *write, Statement *statement)
{
	write_run(frame, write, statement);
}

void
write_execute(Frame *frame, Instruction *instruction)
{
	Write	   *write = instruction->data;

	if (write->given != NULL)
		given_run(frame, write->given, run_given, write);
	else
		write_run(frame, write, write->statement);
}
