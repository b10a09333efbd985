/*
 * parser.h
 *		What definition.c, parse_steps.c and parse_plugins.c share.
 */
#ifndef CA_PARSER_H
#define CA_PARSER_H

#include "postgres.h"

#include "definition/definition.h"

typedef struct DefinitionParser
{
	ProblemSink *sink;
	Definition *definition;
	List	   *step_names;		/* of Step: the named ones so far */
} DefinitionParser;

extern void definition_problem(DefinitionParser *parser, const char *location,
							   const char *message, const char *hint);
extern bool definition_check_name(DefinitionParser *parser, const char *name,
								  const char *what, const char *location);

/* Members of an object whose shape has been checked; NULL or absent_value if of another kind. */
extern char *member_string(const Json *json, const char *key);

/* Reads a list of steps; prefix is the path of the list, "" at the top. */
extern List *definition_parse_steps(DefinitionParser *parser, const Json *json,
									const char *prefix);

/* Reads the plug-ins. */
extern void definition_parse_plugins(DefinitionParser *parser);

#endif
