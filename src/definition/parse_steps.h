/*
 * parse_steps.h
 *		Document to tree: the steps.
 */
#ifndef CA_PARSE_STEPS_H
#define CA_PARSE_STEPS_H

#include "postgres.h"

#include "definition/parser.h"

/* Reads a list of steps; prefix is the path of the list, "" at the top. */
extern List *definition_parse_steps(DefinitionParser *parser, const Json *json,
									const char *prefix);

#endif
