/*
 * text_walk.h
 *		Goes through all texts of a definition that mean something outside of it:
 *		names of objects, and values that may be formulas.
 *
 * What a key is for is told by its row (keys.h): its shape, and what the names
 * below it mean.
 */
#ifndef CA_TEXT_WALK_H
#define CA_TEXT_WALK_H

#include "postgres.h"

#include "definition/definition.h"

typedef enum TextMeaning
{
	TEXT_IS_VALUE,				/* a literal, a formula or a template */
	TEXT_IS_FORMULA,			/* a condition or an order: '=' optional */
	TEXT_IS_OBJECT,				/* a table, the name of a row, a function, an action */
	TEXT_IS_TYPE,
	TEXT_IS_COLUMN,
	TEXT_IS_PLUGIN,				/* the signature of a function */
	TEXT_IS_PATH,				/* a search_path, or one schema of it */
	TEXT_IS_FROZEN				/* what activation wrote down */
} TextMeaning;

typedef struct DefinitionText
{
	TextMeaning means;
	char	  **text;			/* may be replaced */
	const char *location;		/* as compiling calls it: "3.set.due" */
	const char *table;			/* of a column: the place that says of what table */
} DefinitionText;

typedef void (*TextVisitor) (const DefinitionText *text, void *arg);

/* Shows all texts of a document, which definition_parse() has read, and of its plug-ins. */
extern void texts_visit(Json *document, const List *steps, TextVisitor visit, void *arg);

/* The same for plug-ins alone: an array, or NULL. */
extern void plugin_texts_visit(Json *plugins, TextVisitor visit, void *arg);

#endif
