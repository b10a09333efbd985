/*
 * context_field.h
 *		The fields of context: one row each. Formulas read them as context.x,
 *		plug-ins find them in what they are called with.
 *
 * run/context.c has a function for each that gives its value.
 */
#ifndef CA_CONTEXT_FIELD_H
#define CA_CONTEXT_FIELD_H

#include "postgres.h"

#include "nodes/pg_list.h"

#define CONTEXT_ROWS(row) \
	row(CALLER, caller, TEXTOID, "the role that the session acts as, also in an action that runs as its owner") \
	row(INVOKER, invoker, TEXTOID, "the role whose EXECUTE on this action was checked: the one to ask for authorization") \
	row(SESSION_USER, session_user, TEXTOID, "the role that logged in") \
	row(ACTOR, actor, TEXTOID, "the person behind a pooler or gateway, as the session says: nothing to grant rights by") \
	row(DEPTH, depth, INT4OID, "1 for a call from outside, 2 for an action below another one, ...") \
	row(ACTION, action, TEXTOID, "name of this action") \
	row(VERSION, version, INT4OID, "version of this action that runs") \
	row(INVOCATION, invocation, UUIDOID, "id of this invocation") \
	row(CORRELATION, correlation, UUIDOID, "id of the outermost invocation that this one belongs to") \
	row(STARTED_AT, started_at, TIMESTAMPTZOID, "when the invocation began") \
	row(SHARED, shared, JSONBOID, "what plug-ins hand on; {} without them")

#define CONTEXT_SYMBOL(symbol, name, type, meaning) CONTEXT_##symbol,
typedef enum ContextField
{
	CONTEXT_ROWS(CONTEXT_SYMBOL)
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
