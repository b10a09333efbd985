/*
 * natural.h
 *		What literals are where nothing in particular is wanted of them, and
 *		JSON where its text is wanted.
 */
#ifndef CA_NATURAL_H
#define CA_NATURAL_H

#include "postgres.h"

#include "program/formula.h"

/* A JSON scalar as SQL would take it: integer, bigint, numeric, boolean, text. */
extern Node *natural_literal(const Json *json);

/* What makes the tree of a value, of its own type. */
typedef Node *(*ValueTransform) (ParseState *pstate, Scope *scope, Value *value);

/* A JSON array whose members are all of one sort as an array; NULL: it is no more than JSON. */
extern Node *natural_array(ParseState *pstate, Scope *scope, const Value *value, ValueTransform transform);

/* Is this json, jsonb or a domain over one of them? */
extern bool type_is_json(Oid type);

/* Is text what this type holds: text, varchar, citext, an enum, a domain over one? */
extern bool type_is_text(Oid type);

/* The characters of a JSON string instead of its JSON text, other JSON as it is printed, JSON null as NULL. */
extern Node *json_as_text(Node *node);

/* The same where a value of this type is wanted: for text of all sorts, enums and arrays of them. */
extern Node *json_as_wanted(Node *node, Oid type);

#endif
