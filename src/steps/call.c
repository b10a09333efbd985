/*
 * call.c
 *		call: runs a function, with named arguments and a time limit.
 *
 * The call is a generated SELECT, so EXECUTE, defaults, VARIADIC and
 * polymorphism are PostgreSQL's own. Arguments are coerced to the declared
 * types, which pins the call to the function that was chosen. One value is
 * found without running the statement (run/statement_expression.c).
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/deadline.h"
#include "base/plain_path.h"
#include "base/text_list.h"
#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "compile/let_types.h"
#include "document/outline.h"
#include "lookup/canonical.h"
#include "program/deed.h"
#include "program/failure.h"
#include "program/meaning.h"
#include "program/resolved.h"
#include "program/use.h"
#include "run/call_limit.h"
#include "run/statement_expression.h"
#include "steps/called_function.h"
#include "steps/step_words.h"
#include "steps/steps.h"
#include "steps/with.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

static const ArgumentSpec call_arguments[] = {
	{"with", ARGUMENT_VALUES,
	.meaning = "arguments by name and their values"},
	{"timeout", ARGUMENT_NAME,
	.meaning = "time limit of the call: 30 s, 2 min"},
	{NULL}
};

typedef struct Call
{
	Statement  *statement;
	int64		limit;			/* milliseconds; 0: custom_actions.call_timeout */
	char	   *title;			/* for the time limit's message */
} Call;

/* The value given for an argument: by its name, or by its number if it has none. */
static const Json *
given_value(const Function *function, int argument, const Json *with, int *used)
{
	const char *name = function->names[argument];
	const Json *value = NULL;

	if (with == NULL)
		return NULL;
	if (name[0] != '\0')
		value = json_get(with, name);
	else
		value = json_get(with, psprintf("%d", argument + 1));
	*used += value != NULL;
	return value;
}

/* What an argument is called in messages. */
static char *
argument_title(const Function *function, int argument)
{
	return function->names[argument][0] ? function->names[argument] : psprintf("%d", argument + 1);
}

/* Appends the elements of a JSON array for VARIADIC "any". */
static void
append_any(Compiler *compiler, Statement *statement, const Json *value, const char *location)
{
	for (int i = 0; i < value->count; i++)
		append_element(&statement->tail, i == 0, statement_value(statement,
																 compiler_value(compiler, value->items[i], InvalidOid, -1,
																				psprintf("%s[%d]", location, i + 1))));
}

/* Appends one argument. */
static void
append_argument(Compiler *compiler, Statement *statement, const Function *function, int argument,
				const Json *value, bool named)
{
	char	   *title = argument_title(function, argument);
	char	   *location = compiler_location(compiler, psprintf("with.%s", title));
	Oid			type = function->types[argument];
	bool		variadic = function->variadic && argument == function->nargs - 1;

	if (variadic && type == ANYOID && value->kind == JSON_IS_ARRAY)
	{
		append_any(compiler, statement, value, location);
		return;
	}
	if (get_typtype(type) == TYPTYPE_PSEUDO)
		type = InvalidOid;
	if (variadic)
		appendStringInfoString(&statement->tail, "VARIADIC ");
	if (named)
		appendStringInfo(&statement->tail, "%s => ", quote_identifier(function->names[argument]));
	appendStringInfoString(&statement->tail,
						   statement_value(statement, compiler_value(compiler, value, type, -1, location)));
}

/* The names of the arguments, or their numbers. */
static List *
argument_titles(const Function *function)
{
	List	   *titles = NIL;

	for (int i = 0; i < function->nargs; i++)
		titles = lappend(titles, argument_title(function, i));
	return titles;
}

/*
 * Can the arguments go by name? Not if a VARIADIC one is left out: with names
 * its function is found only by the word VARIADIC.
 */
static bool
goes_by_name(const Function *function, const Json *with)
{
	int			used = 0;

	return function->named &&
		(!function->variadic || given_value(function, function->nargs - 1, with, &used) != NULL);
}

/* Does the function have all the arguments that are given? */
static bool
all_known(const Function *function, const Json *with)
{
	int			used = 0;

	for (int i = 0; i < function->nargs; i++)
		(void) given_value(function, i, with, &used);
	return with == NULL || used == with->count;
}

/* Appends the list of arguments; false after a problem. */
static bool
append_call_arguments(Compiler *compiler, Statement *statement, const Function *function)
{
	const Json *with = step_argument(compiler->step, "with");
	int			used = 0;
	int			appended = 0;
	bool		named = goes_by_name(function, with);
	bool		gap = false;

	if (!all_known(function, with))
	{
		with_report_unknown(compiler, with, argument_titles(function),
							psprintf("function %s", function->title), "argument");
		return false;
	}
	for (int i = 0; i < function->nargs; i++)
	{
		const Json *value = given_value(function, i, with, &used);
		bool		optional = i >= function->nargs - function->ndefaults;

		if (value == NULL && optional)
		{
			gap = gap || !named;
			continue;
		}
		if (value == NULL || gap)
		{
			compiler_problem(compiler, ERRCODE_UNDEFINED_PARAMETER, compiler_location(compiler, "with"),
							 psprintf("argument \"%s\" of function %s is missing",
									  argument_title(function, value == NULL ? i : i - 1), function->title),
							 NULL, NULL);
			return false;
		}
		appendStringInfoString(&statement->tail, appended++ ? ", " : "");
		append_argument(compiler, statement, function, i, value, named);
	}
	return true;
}

/* The text of the call: scalars as SELECT f(...), rows as SELECT ... FROM f(...). */
static bool
call_text(Compiler *compiler, Statement *statement, const Function *function)
{
	statement->select = true;
	statement->wants_result = true;
	statement->whole_result = !function->returns_row;
	appendStringInfoString(&statement->head, "SELECT");
	appendStringInfo(&statement->tail, "%s %s(", function->returns_row ? " FROM" : "",
					 function_name_canonical(function->function));
	if (!append_call_arguments(compiler, statement, function))
		return false;
	appendStringInfoString(&statement->tail, function->returns_row ? ") AS this" : ")");
	return true;
}

/* Declares the result: OUT columns, or "result". */
static void
declare_result(Compiler *compiler, Statement *statement,
			   const Function *function)
{
	Row		   *row = compiler_declare(compiler, InvalidOid, false);
	ListCell   *cell;

	if (row == NULL || function->returns_void)
		return;
	foreach(cell, statement->result)
	{
		const ResultColumn *column = lfirst(cell);

		if (function->returns_row)
			compiler_row_column(compiler, row, column->name, column->type, column->typmod);
		else
			compiler_row_column(compiler, row, function->result_name ? function->result_name : "result",
								column->type, column->typmod);
	}
	statement->into = list_make1(row);
}

/* The step's own time limit; 0 if it has none. */
static int64
call_limit(Compiler *compiler)
{
	const char *timeout = json_get_text(compiler->step->json, "timeout");
	int64		limit = 0;

	if (timeout != NULL && !deadline_parse(timeout, &limit))
		compiler_problem(compiler, ERRCODE_INVALID_PARAMETER_VALUE, compiler_location(compiler, "timeout"),
						 psprintf("\"%s\" is not a time limit", timeout), NULL, LIMIT_HINT);
	return limit;
}

/* Does what the function returns depend on what it is given? */
static bool
is_polymorphic(const Function *function)
{
	for (int i = 0; i < function->nargs; i++)
		if (get_typtype(function->types[i]) == TYPTYPE_PSEUDO)
			return true;
	return false;
}

/* Does a call give one value, of a type that is known? Then it may be an expression. */
static bool
gives_one_value(const Function *function)
{
	return !function->returns_row && !is_polymorphic(function) &&
		(function->returns_void || get_typtype(get_func_rettype(function->function)) != TYPTYPE_PSEUDO);
}

/* Another function that fits the arguments better may have come since activation. */
static void
require_same_function(const Query *query, void *arg)
{
	const Compiler *compiler = arg;

	meaning_require(compiler->program, (Node *) unconstify(Query *, query), NULL, compiler->step->path);
}

/* The call with its values; false: there is none, or its result is not known yet. */
static bool
call_values(Compiler *compiler, Statement *statement, const Function *function)
{
	bool		polymorphic = is_polymorphic(function);
	bool		mattered = let_types_matter(compiler, polymorphic);
	bool		sound;
	Row		   *row;

	(void) let_types_left_out(compiler);
	sound = call_text(compiler, statement, function);
	(void) let_types_matter(compiler, mattered);
	if (!sound || !let_types_left_out(compiler) || !polymorphic)
		return sound;
	row = compiler_declare(compiler, InvalidOid, false);
	if (row != NULL)
		row->broken = true;
	return false;
}

/* Notes that anything may come of a function. */
static void
note_call_failures(Compiler *compiler, const Function *function, const Call *call)
{
	failure_note(compiler->program, compiler->step->path, ANY_SQLSTATE,
				 psprintf("whatever function %s raises", function->title), "it is called");
	failure_note(compiler->program, compiler->step->path, ERRCODE_QUERY_CANCELED,
				 psprintf("step %s of action \"%s\" exceeded its time limit", step_title(compiler->step),
						  compiler->program->action),
				 call->limit > 0 ? psprintf("it takes longer than %s", json_get_text(compiler->step->json, "timeout")) :
				 "it takes longer than custom_actions.call_timeout");
}

static void
call_compile(Compiler *compiler, Instruction *instruction)
{
	Call	   *call = palloc0(sizeof(Call));
	Function   *function = called_function_resolve(compiler, compiler->step->subject->text,
												   step_argument(compiler->step, "with"));
	Statement  *statement;

	if (function == NULL)
		return;
	resolved_place(compiler->program, compiler->step->path, ProcedureRelationId, function->function);
	if (compiler->freeze)
		json_put_string(compiler->step->json, compiler->step->kind->name, function->title);
	if (compiler->program->read_only && func_volatile(function->function) == PROVOLATILE_VOLATILE)
		compiler_problem(compiler, ERRCODE_READ_ONLY_SQL_TRANSACTION, compiler->step->path,
						 psprintf("a read-only action cannot call the volatile function %s", function->title),
						 NULL, "Declare the function STABLE if it changes nothing.");
	if (compiler_remarks(compiler) && func_volatile(function->function) == PROVOLATILE_VOLATILE)
		compiler->volatile_calls = lappend(compiler->volatile_calls, compiler->step->path);
	compiler_depend(compiler, ProcedureRelationId, function->function);
	use_note_function(compiler->program, compiler->step->path, function->function);
	deed_note_called(compiler->program, function->function);
	call->limit = call_limit(compiler);
	statement = compiler_statement(compiler, InvalidOid);
	if (!call_values(compiler, statement, function))
		return;
	compiler_examine(compiler, statement, require_same_function, compiler);
	declare_result(compiler, statement, function);
	if (gives_one_value(function) && !statement->has_subselect && !plain_path_has(PLAIN_EXPRESSIONS))
		statement_allow_expression(statement);
	call->statement = statement;
	note_call_failures(compiler, function, call);
	call->title = psprintf("%s of action \"%s\"", instruction->label, compiler->program->action);
	instruction->data = call;
}

typedef struct CallRun
{
	Frame	   *frame;
	Call	   *call;
} CallRun;

static void
call_run(void *arg)
{
	CallRun    *run = arg;

	statement_evaluate(run->frame, run->call->statement);
}

static void
call_execute(Frame *frame, Instruction *instruction)
{
	Call	   *call = instruction->data;
	CallRun		run = {frame, call};

	call_within_limit(frame, call->limit, call->title, call_run, &run);
}

static void
call_describe(Outline *outline, const Step *step)
{
	const char *timeout = json_get_text(step->json, "timeout");

	outline_say(outline, "CALL ");
	step_say_subject(outline, step);
	if (timeout != NULL)
		outline_say(outline, " for at most %s", timeout);
	outline_values(outline, "with", step_argument(step, "with"), ": ");
}

const StepKind call_kind = {
	.name = "call",
	.meaning = "calls a function",
	.example = "{\"call\": \"support.send_mail(text,text)\", \"with\": {\"recipient\": \"=target.email\", \"body\": \"We are on it.\"}}",
	.subject = SUBJECT_NAME,
	.arguments = call_arguments,
	.named = true,
	.compile = call_compile,
	.execute = call_execute,
	.describe = call_describe
};
