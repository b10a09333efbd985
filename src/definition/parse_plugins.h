/*
 * parse_plugins.h
 *		The plug-ins of a definition.
 */
#ifndef CA_PARSE_PLUGINS_H
#define CA_PARSE_PLUGINS_H

#include "postgres.h"

#include "definition/parser.h"

/* Reads the plug-ins of a document. */
extern void definition_parse_plugins(DefinitionParser *parser);

/* Replaces a definition's plug-ins by those of an envelope, or NULL; checked in the same way. */
extern void definition_set_plugins(Definition *definition, const Json *plugins, ProblemSink *sink);

#endif
