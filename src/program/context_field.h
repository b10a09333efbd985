/*
 * context_field.h
 *		The fields of context: one row each. Formulas read them as context.x,
 *		plug-ins find them in what they are called with.
 *
 * run/context.c has a function context_x for each: that of a text gives a C string,
 * that of another value a Datum.
 */
#ifndef CA_CONTEXT_FIELD_H
#define CA_CONTEXT_FIELD_H

#include "postgres.h"

#include "nodes/pg_list.h"

#define CONTEXT_ROWS(text, value) \
	text(CALLER, caller, "the role that the session acts as, also in an action that runs as its owner") \
	text(INVOKER, invoker, "the role whose EXECUTE on this action was checked: the one to ask for authorization") \
	text(SESSION_USER, session_user, "the role that logged in") \
	text(ACTOR, actor, "the person behind a pooler or gateway, as the session says: nothing to grant rights by") \
	value(DEPTH, depth, INT4OID, "1 for a call from outside, 2 for an action below another one, ...") \
	text(ACTION, action, "name of this action") \
	value(VERSION, version, INT4OID, "version of this action that runs") \
	value(INVOCATION, invocation, UUIDOID, "id of this invocation") \
	value(CORRELATION, correlation, UUIDOID, "id of the outermost invocation that this one belongs to") \
	value(STARTED_AT, started_at, TIMESTAMPTZOID, "when the invocation began") \
	value(SHARED, shared, JSONBOID, "what plug-ins hand on; {} without them")

#define CONTEXT_SYMBOL(symbol, ...) CONTEXT_##symbol,
typedef enum ContextField
{
	CONTEXT_ROWS(CONTEXT_SYMBOL, CONTEXT_SYMBOL)
	CONTEXT_FIELDS				/* how many there are */
} ContextField;

extern const char *context_field_name(ContextField field);
extern Oid	context_field_type(ContextField field);
extern const char *context_field_meaning(ContextField field);

/* Finds a field by its name; CONTEXT_FIELDS if there is none. */
extern ContextField context_field_find(const char *name);

/* All names, a List of char *. */
extern List *context_field_names(void);

#endif
