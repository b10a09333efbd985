/*
 * require.c
 *		require: cancels the action unless its condition is true.
 */
#include "postgres.h"

#include "compiler.h"
#include "execute.h"
#include "steps.h"

static const ArgumentSpec arguments[] = {
	{"message", ARGUMENT_TEXT},
	{"detail", ARGUMENT_TEXT},
	{"hint", ARGUMENT_TEXT},
	{"sqlstate", ARGUMENT_NAME},
	{NULL}
};

typedef struct Require
{
	Expression *condition;
	const char *formula;
	int			sqlstate;
	Expression *message;		/* these three may be NULL */
	Expression *detail;
	Expression *hint;
} Require;

/* Reads the SQLSTATE to raise; any but success, warning and no data. */
static int
require_sqlstate(Compiler *compiler)
{
	const char *text = json_get_text(compiler->step->json, "sqlstate");

	if (text == NULL)
		return ERRCODE_CA_CANCELED;
	if (strlen(text) == 5 && strspn(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 5 &&
		!(text[0] == '0' && strchr("012", text[1]) != NULL))
		return MAKE_SQLSTATE(text[0], text[1], text[2], text[3], text[4]);
	compiler_problem(compiler, ERRCODE_INVALID_PARAMETER_VALUE, compiler_location(compiler, "sqlstate"),
					 psprintf("\"%s\" is not an SQLSTATE of an error", text), NULL,
					 "It has five digits or upper-case letters, for example P0001.");
	return ERRCODE_CA_CANCELED;
}

static void
require_compile(Compiler *compiler, Instruction *instruction)
{
	Require    *require = palloc0(sizeof(Require));
	const char *formula = compiler->step->subject->text;

	require->formula = *formula == '=' ? formula + 1 : formula;
	require->condition = compiler_condition(compiler, formula, compiler->step->path);
	require->message = compiler_text(compiler, "message");
	require->detail = compiler_text(compiler, "detail");
	require->hint = compiler_text(compiler, "hint");
	require->sqlstate = require_sqlstate(compiler);
	instruction->data = require;
}

/* The text of a message part, or NULL. */
static char *
require_text(Frame *frame, Expression *expression)
{
	return expression ? text_evaluate(frame, expression) : NULL;
}

static void
require_execute(Frame *frame, Instruction *instruction)
{
	Require    *require = instruction->data;
	char	   *message;
	char	   *detail;
	char	   *hint;

	if (condition_is_true(frame, require->condition))
		return;
	message = require_text(frame, require->message);
	detail = require_text(frame, require->detail);
	hint = require_text(frame, require->hint);
	ereport(ERROR,
			(errcode(require->sqlstate),
			 message ? errmsg("%s", message) :
			 errmsg("action \"%s\" requires: %s", frame->program->action, require->formula),
			 detail ? errdetail("%s", detail) : frame_errdetail(frame),
			 hint ? errhint("%s", hint) : 0));
}

static void
require_describe(StringInfo out, const Step *step)
{
	const Json *message = step_argument(step, "message");
	const char *formula = step_subject_text(step);

	appendStringInfo(out, "Require that %s", formula + (*formula == '='));
	if (message != NULL)
		appendStringInfo(out, ", else cancel with %s", step_value_text(message));
}

const StepKind require_kind = {
	.name = "require",
	.subject = SUBJECT_CONDITION,
	.arguments = arguments,
	.compile = require_compile,
	.execute = require_execute,
	.describe = require_describe
};
