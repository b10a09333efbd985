/*
 * resolved_names.h
 *		The names in the text of a formula, noted while it is compiled. Without
 *		somebody who asks (program/resolved.h), these do nothing.
 */
#ifndef CA_RESOLVED_NAMES_H
#define CA_RESOLVED_NAMES_H

#include "postgres.h"

#include "parser/parse_node.h"

struct Formula;
struct Program;
struct Scope;

/* A column reference of the current formula: found by SQL, or a name of the action. */
extern void resolved_column(struct Scope *scope, ParseState *pstate, const ColumnRef *reference,
							Node *found, int columns);
extern void resolved_own(struct Scope *scope, const ColumnRef *reference);

/* A field of a value of a composite type; part: its place in the reference. */
extern void resolved_field(struct Scope *scope, const ColumnRef *reference, int part, Oid type);

/* The current formula was transformed to this. */
extern void resolved_tree(struct Program *program, const struct Formula *formula, Node *node);

#endif
