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
	row(CALLER, caller, TEXTOID) \
	row(INVOKER, invoker, TEXTOID) \
	row(SESSION_USER, session_user, TEXTOID) \
	row(ACTOR, actor, TEXTOID) \
	row(DEPTH, depth, INT4OID) \
	row(ACTION, action, TEXTOID) \
	row(VERSION, version, INT4OID) \
	row(INVOCATION, invocation, UUIDOID) \
	row(CORRELATION, correlation, UUIDOID) \
	row(STARTED_AT, started_at, TIMESTAMPTZOID) \
	row(SHARED, shared, JSONBOID)

#define CONTEXT_SYMBOL(symbol, name, type) CONTEXT_##symbol,
typedef enum ContextField
{
	CONTEXT_ROWS(CONTEXT_SYMBOL)
	CONTEXT_FIELDS				/* how many there are */
} ContextField;

extern const char *context_field_name(ContextField field);
extern Oid	context_field_type(ContextField field);

/* Finds a field by its name; CONTEXT_FIELDS if there is none. */
extern ContextField context_field_find(const char *name);

/* All names, a List of char *. */
extern List *context_field_names(void);

#endif
