/*
 * parser_hooks.h
 *		The parser hooks that answer $n and the names of an action.
 */
#ifndef CA_PARSER_HOOKS_H
#define CA_PARSER_HOOKS_H

#include "postgres.h"

#include "parser/parse_node.h"

struct Scope;

/* Sets the hooks of a ParseState; arg is a Scope. A ParserSetupHook. */
extern void formula_parser_setup(ParseState *pstate, void *arg);

/* The Scope whose hooks they are; NULL: they are of others. */
extern struct Scope *parser_scope(const ParseState *pstate);

#endif
