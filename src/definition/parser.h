/*
 * parser.h
 *		What definition.c, parse_steps.c and parse_plugins.c share.
 */
#ifndef CA_PARSER_H
#define CA_PARSER_H

#include "postgres.h"

#include "base/name_table.h"
#include "definition/definition.h"

typedef struct DefinitionParser
{
	ProblemSink *sink;
	Definition *definition;
	NameTable  *step_names;		/* of Step: the named ones so far; NULL: none */
	bool		keeps_unsound;	/* steps, inputs and outputs, too */
} DefinitionParser;

/* Reports a problem of the document's shape. */
extern void definition_problem(DefinitionParser *parser, const char *location,
							   const char *message, const char *hint);

/* Checks a name that the author gives to something; what: "an input". */
extern bool definition_name_is_sound(DefinitionParser *parser, const char *name,
									 const char *what, const char *location);

/* A string in an object whose shape has been checked; NULL if there is none. */
extern char *parser_member_string(const Json *json, const char *key);

#endif
