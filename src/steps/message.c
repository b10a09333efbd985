/*
 * message.c
 *		Compiles and raises the errors of require and stop.
 */
#include "postgres.h"

#include "base/sqlstate.h"
#include "program/failure.h"
#include "run/evaluate.h"
#include "run/frame.h"
#include "steps/message.h"

/* Reads the SQLSTATE to raise. */
static int
message_sqlstate(Compiler *compiler, int default_sqlstate)
{
	const char *text = json_get_text(compiler->step->json, "sqlstate");
	int			sqlstate = default_sqlstate;

	if (text != NULL && !sqlstate_parse(text, &sqlstate))
		compiler_problem(compiler, ERRCODE_INVALID_PARAMETER_VALUE, compiler_location(compiler, "sqlstate"),
						 psprintf(SQLSTATE_MESSAGE, text), NULL, SQLSTATE_HINT);
	return sqlstate;
}

Message *
message_compile(Compiler *compiler, int default_sqlstate, const char *fallback)
{
	Message    *message = palloc0(sizeof(Message));

	message->message = compiler_text(compiler, "message");
	message->detail = compiler_text(compiler, "detail");
	message->hint = compiler_text(compiler, "hint");
	message->has_sqlstate = step_argument(compiler->step, "sqlstate") != NULL;
	message->sqlstate = message_sqlstate(compiler, default_sqlstate);
	message->fallback = fallback;
	return message;
}

bool
message_is_given(const Message *message)
{
	return message->message != NULL || message->detail != NULL || message->hint != NULL ||
		message->has_sqlstate;
}

void
message_note_failure(Compiler *compiler, const Message *message, const char *when)
{
	const char *text = json_get_text(compiler->step->json, "message");

	failure_note(compiler->program, compiler->step->path, message->sqlstate,
				 text != NULL ? text : message->fallback, when);
}

/* The text of a detail or hint; NULL if there is none or it is empty. */
static char *
part_text(Frame *frame, Expression *expression)
{
	char	   *text = expression ? text_evaluate(frame, expression) : NULL;

	return text && *text ? text : NULL;
}

void
message_raise(Frame *frame, const Message *message)
{
	char	   *text;
	char	   *detail;
	char	   *hint;

	MemoryContextSwitchTo(frame->econtext->ecxt_per_tuple_memory);
	text = message->message ? text_evaluate(frame, message->message) : NULL;
	detail = part_text(frame, message->detail);
	hint = part_text(frame, message->hint);
	ereport(ERROR,
			(errcode(message->sqlstate),
			 errmsg("%s", text ? text : message->fallback),
			 detail ? errdetail("%s", detail) : frame_errdetail(frame),
			 hint ? errhint("%s", hint) : 0));
}
