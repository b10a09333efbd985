/*
 * message.h
 *		The error that require and stop raise: message, detail, hint, sqlstate.
 */
#ifndef CA_MESSAGE_H
#define CA_MESSAGE_H

#include "postgres.h"

#include "base/compat.h"
#include "compile/compiler.h"

struct Frame;

/* The keys, for the kinds' argument lists. */
#define MESSAGE_ARGUMENTS \
	{"message", ARGUMENT_TEXT, \
	.meaning = "text of the error, with formulas in {{ }}"}, \
	{"detail", ARGUMENT_TEXT, \
	.meaning = "DETAIL of the error"}, \
	{"hint", ARGUMENT_TEXT, \
	.meaning = "HINT of the error"}, \
	{"sqlstate", ARGUMENT_NAME, \
	.meaning = "SQLSTATE of the error"}

typedef struct Message
{
	int			sqlstate;
	bool		has_sqlstate;	/* given by the author */
	const char *fallback;		/* the message if the author gave none */
	Expression *message;		/* these three may be NULL */
	Expression *detail;
	Expression *hint;
} Message;

extern Message *message_compile(Compiler *compiler, int default_sqlstate, const char *fallback);
extern bool message_is_given(const Message *message);

/* Notes that it is raised: its text as it is written. */
extern void message_note_failure(Compiler *compiler, const Message *message, const char *when);

/* Raises the error. */
pg_noreturn extern void message_raise(struct Frame *frame, const Message *message);

#endif
